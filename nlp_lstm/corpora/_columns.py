"""Tables of splits -> Corpus: a label for each word, or one for each text. Shared by table and hub.

    tokens + labels    lists, or strings with blanks between; a label per word
    text   + label     a text and the one label of it, which stands at its last word

Columns with other names are taken by `_names`. To predict words, no label column is needed and none is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, repeat, tee
from typing import Any

from nlp_lstm.corpora._cells import Cells, Column, is_missing, read_lists
from nlp_lstm.corpora._labels import MISSING, Labels, is_labelled, name_labels
from nlp_lstm.corpora._names import Choice, choose_columns, list_names, match_column
from nlp_lstm.corpora._stored import hold
from nlp_lstm.corpora._tables import StreamedCells, Table
from nlp_lstm.corpora._values import Corpus, Example, Request
from nlp_lstm.corpora.text import choose_tokenized, split_all, warn_of
from nlp_lstm.errors import DataError


def build_corpus(source: str, tables: Mapping[str, Table], request: Request) -> Corpus:
    """Return the corpus of some tables.

    Args:
        source: what was asked for, such as "table:reviews.csv".
        tables: train, and perhaps validation and test, which may lack the labels.
        request: which columns, and whether text is tokenized; `predicts` "words" reads the words only.

    Returns:
        A corpus whose notes say what was decided: which columns, what is a list, what is no label.

    Raises:
        UsageError: if a column that was asked for is not there.
        DataError: if columns are missing (names those found and those needed), a cell is of another kind, or
            a row's labels do not line up with its words (says the row).
    """
    train = tables["train"]
    chosen = choose_columns(train.columns, f"train of {source}", request, train.hint)
    found = {split: _find(chosen.words, table, f"{split} of {source}") for split, table in tables.items()}
    column = Column(chosen.words, source, found, chosen.of_words, of_labels=False)
    words, notes = read_lists(column)
    labels, per_word = None, chosen.per_word
    if chosen.labels is not None:
        labels, per_word, more = _read_labels(source, tables, chosen, words)
        notes += more
    tokenized, more = _choose_tokenized(words, request.tokenized, chosen.of_words or per_word)
    named: Cells = labels.cells if labels and labels.names else {}
    splits: dict[str, Any] = {
        split: hold(_build_examples(f"{split} of {source}", cells, named.get(split), per_word, tokenized))
        for split, cells in words.items()
    }
    of_tables = chain.from_iterable(table.notes for table in tables.values())
    notes = tuple(dict.fromkeys((*of_tables, *chosen.notes, *notes, *more)))
    names = labels.names if labels else ()
    return Corpus(source, label_names=names, tokenized=tokenized, notes=notes, **splits)


def _find(name: str, table: Table, where: str) -> Collection[Any]:
    """The cells of the column of words."""
    column = match_column(table.columns, name)
    if column is None:
        told = list_names(table.columns)
        raise DataError(f"{where} has the columns {told}: it needs {name!r}, which train has; rename it")
    return table.cells(column)


def _read_labels(
    source: str, tables: Mapping[str, Table], chosen: Choice, words: Cells
) -> tuple[Labels, bool, tuple[str, ...]]:
    """The labels, whether each word has one, and notes; a split without the column has no labels."""
    assert chosen.labels is not None
    found, classes = {}, {}
    for split, table in tables.items():
        name = match_column(table.columns, chosen.labels)
        found[split] = [None] * len(words[split]) if name is None else table.cells(name)
        classes[split] = () if name is None else table.class_names.get(name, ())
    column = Column(chosen.labels, source, found, chosen.per_word, of_labels=True)
    cells, notes = read_lists(column)
    per_word = chosen.per_word or any(isinstance(cell, list) for cell in chain.from_iterable(cells.values()))
    if not per_word and not chosen.per_text and _line_up(words, cells):
        per_word, notes = (
            True,
            (*notes, f"{column.name!r} has as many labels as words in every row: one for each"),
        )
    if per_word:
        cells = {split: _split_labels(of_split) for split, of_split in cells.items()}
    labels = name_labels(replace(column, cells=cells), classes)
    return labels, per_word, (*notes, *labels.notes)


def _line_up(words: Cells, labels: Cells) -> bool:
    """Whether every row has as many labels with blanks between as it has words, and some row several."""
    several = False
    for row in zip(chain.from_iterable(words.values()), chain.from_iterable(labels.values())):
        if not all(isinstance(cell, str) for cell in row):
            return False
        count, of_labels = (len(cell.split()) for cell in row)
        if count != of_labels:
            return False
        several = several or count > 1
    return several


def _split_labels(cells: Collection[Any]) -> StreamedCells:
    """Cells as lists with a label for each word; None for an empty one."""

    def split(cell: Any) -> list[Any] | None:
        """The labels of a cell."""
        if isinstance(cell, list) or is_missing(cell):
            return cell if isinstance(cell, list) else None
        return cell.split() if isinstance(cell, str) else [cell]

    return StreamedCells(len(cells), lambda: map(split, cells))


def _choose_tokenized(
    words: Cells, asked: bool | None, of_words: bool
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the texts are tokenized already, None if cells hold words; and notes."""

    def texts() -> Iterator[str]:
        """The texts of all splits."""
        for cell in chain.from_iterable(words.values()):
            if not isinstance(cell, list) and not is_missing(cell):
                yield _write(cell)

    if of_words or next(texts(), None) is None:
        return None, ()
    tokenized, why = choose_tokenized(texts(), asked)
    return tokenized, (why, *warn_of(texts()))


def _build_examples(
    where: str, cells: Collection[Any], labels: Collection[Any] | None, per_word: bool, tokenized: bool | None
) -> Iterator[Example]:
    """The sentences of a split."""
    labelled = labels is not None and is_labelled(labels)
    of_rows = repeat(None) if labels is None else labels
    for row, ((cell, split), label) in enumerate(zip(_split_cells(cells, tokenized is not False), of_rows)):
        try:
            words = _check_words(cell, split)
            if labels is None:
                yield Example(words)
            else:
                yield Example(words, _place_labels(words, label, per_word, labelled))
        except DataError as error:
            raise DataError(f"row {row + 1} of {where}: {error}") from None


def _split_cells(cells: Iterable[Any], at_blanks: bool) -> Iterator[tuple[Any, tuple[str, ...] | DataError]]:
    """Every cell with the words of its text, or why it cannot be split; that of a list is empty."""
    cells, again = tee(cells)
    texts = ("" if isinstance(cell, list) else _write(cell) for cell in again)
    return zip(cells, split_all(texts, at_blanks))


def _check_words(cell: Any, split: tuple[str, ...] | DataError) -> tuple[str, ...]:
    """The words of a cell, a list or the text that was split."""
    if isinstance(cell, list):
        split = tuple("" if is_missing(word) else str(word) for word in cell)
    if isinstance(split, DataError):
        raise split
    for word in split:
        if not word or any(blank in word for blank in "\t\n\r"):
            raise DataError(f"{word!r} is not a word: a word is not empty and holds no tab or line end")
        if not word.isascii() and any("\ud800" <= character <= "\udfff" for character in word):
            raise DataError(f"{word!r} is not valid Unicode: write it again in UTF-8")
    return split


def _write(cell: Any) -> str:
    """A text, or a number as a text; nothing is the empty text."""
    return "" if is_missing(cell) else str(cell)


def _place_labels(
    words: tuple[str, ...], cell: Any, per_word: bool, labelled: bool
) -> tuple[str | None, ...]:
    """The label of every word of a row: those of a list, or the label of a text at its last word."""
    if cell == MISSING or (not labelled and not cell):
        if labelled and words:
            raise DataError("there is a text but no label: every text needs one label")
        return (None,) * len(words)
    if per_word:
        return tuple(cell)
    if not words and cell is not None:
        raise DataError(f"there is the label {cell!r} but no text: every text needs at least one word")
    return (*(None,) * (len(words) - 1), cell) if words else ()
