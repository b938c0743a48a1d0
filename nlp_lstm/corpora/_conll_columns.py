"""Which columns of a CoNLL file are the words and the labels, and whether they can be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp_lstm.corpora import Request
from nlp_lstm.corpora._rows import Rows
from nlp_lstm.errors import DataError, UsageError

CONLLU_COLUMNS, CONLLU_TAG = 10, 3
SPAN = re.compile(
    r"O|[BIESLU]-\S+"
)  # labels that say where a name begins and ends; no text has such words only
# So many different labels, and five for each different word: then the labels are the words.
MANY_LABELS, LABELS_A_WORD = 200, 5
ENOUGH_ROWS = (
    10  # to say that a column is the same in all rows of a sentence, as the document is in CoNLL-2012
)


@dataclass(frozen=True)
class Columns:
    """The columns of words and labels, from 0; `label` is None if there are no labels."""

    word: int
    label: int | None


def choose_columns(rows: Rows, request: Request) -> Columns:
    """Return the columns that a request names; those that it does not name, the form of the file tells.

    Raises:
        UsageError: if one is no number, there is no such column, or both are the same.
    """
    word = _parse_column(request.word_column, "--word-column", rows)
    label = _parse_column(request.label_column, "--label-column", rows)
    plain_word = int(rows.numbered and rows.columns > 1)
    plain_label = CONLLU_TAG if rows.numbered and rows.columns == CONLLU_COLUMNS else rows.columns - 1
    if rows.columns == 2 and not rows.numbered:  # the other one
        plain_word = plain_word if label is None else 1 - label
        plain_label = plain_label if word is None else 1 - word
    chosen_word = plain_word if word is None else word
    if label is None and plain_label == chosen_word and (word is None or rows.columns == 1):
        return Columns(chosen_word, None)
    chosen_label = plain_label if label is None else label
    if chosen_label == chosen_word:
        raise UsageError(
            f"words and labels of {rows.file} are both column {chosen_word + 1}: "
            "give --word-column and --label-column"
        )
    return Columns(chosen_word, chosen_label)


def fit_columns(rows: Rows, model: Rows, columns: Columns, request: Request) -> Columns:
    """Return the columns of another file of the same corpus; one with fewer columns may lack the labels.

    Args:
        rows: the other file.
        model: the file whose columns are `columns`.

    Raises:
        DataError: if its columns cannot be told.
    """
    if rows.columns == model.columns:
        return columns
    if rows.columns == 1:
        return Columns(0, None)
    asked = (request.word_column, request.label_column)
    if all(text is not None and abs(int(text)) <= rows.columns for text in asked):
        return choose_columns(rows, request)
    if columns.label is not None and columns.word < rows.columns <= columns.label:
        return Columns(columns.word, None)
    raise DataError(
        f"{rows.file} has {rows.columns} columns where {model.file} has {model.columns}: "
        "give all files the same columns"
    )


def holds_texts(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a column holds texts of many words, as a table has them, and not words or labels.

    Example:
        >>> holds_texts([("A dull film.", "0"), ("So fine", "1"), ("Good", "1")])
        True
        >>> holds_texts([("New York", "B"), ("is", "O"), ("big", "O")])
        False
    """
    return any(2 * sum(" " in cell for cell in column) > len(rows) for column in zip(*rows))


def check_order(tables: Sequence[Rows], columns: Columns) -> list[str]:
    """Return a note if labels and words may be swapped.

    Raises:
        DataError: if they are, or there are texts in place of words; it says how to read the file.
    """
    assert columns.label is not None
    every = [row.cells for table in tables for sentence in table.sentences for row in sentence]
    rows = [(cells[columns.word], cells[columns.label]) for cells in every]
    if holds_texts(rows):
        file = tables[0].file
        raise DataError(
            f"{file} has texts of many words where words or labels should be: a text with its label is read "
            f"with table:{file}, see --separator and --no-header"
        )
    sentences = [[row.cells[columns.word] for row in s] for table in tables for s in table.sentences]
    if (
        tables[0].columns > 2
        and len(rows) >= ENOUGH_ROWS
        and all(len(set(words)) == 1 for words in sentences)
    ):
        raise DataError(
            f"column {columns.word + 1} of {tables[0].file} has the same in all rows of a sentence, such as "
            f"{rows[0][0]!r}: these are no words, name their column with --word-column"
        )
    words, labels = ({cells[place] for cells in rows} for place in (0, 1))
    spans = {text for text in words if SPAN.fullmatch(text)}
    other_way = f"give --word-column {columns.label + 1} --label-column {columns.word + 1}"
    swapped = spans == words and spans != {"O"} and not all(SPAN.fullmatch(text) for text in labels)
    if swapped or (len(labels) >= MANY_LABELS and len(labels) >= LABELS_A_WORD * len(words)):
        shown = ", ".join(sorted(words)[:3])
        raise DataError(
            f"{tables[0].file} has {len(words)} different words ({shown}) and {len(labels)} different "
            f"labels: the label stands first here, {other_way}"
        )
    if len(labels) <= len(words):
        return []
    return [
        f"there are more different labels ({len(labels)}) than words ({len(words)}): "
        f"if they are swapped, {other_way}"
    ]


def _parse_column(text: str | None, option: str, rows: Rows) -> int | None:
    """The column, from 0, that an option names."""
    if text is None:
        return None
    if not re.fullmatch(r"-?[1-9][0-9]{0,8}", str(text)):
        raise UsageError(f"{option} is {text!r}: for conll it is 1 for the first column, -1 for the last")
    number = int(text)
    if abs(number) > rows.columns:
        raise UsageError(f"{option} is {text}: {rows.file} has {rows.columns} columns, choose one of them")
    return number - 1 if number > 0 else rows.columns + number
