"""conll:PATH — a label per word: columns of words and labels, a blank line between sentences; file or folder.

    word<TAB>label         two columns, the common form; blanks may part columns, too
    word pos chunk label   more of them, as CoNLL-2003 has: the first is the word, the last the label
    1 word lemma tag ...   CoNLL-U, or any whose first column numbers the words: the second is the word. The
                           label is the last; of ten columns the fourth, CoNLL-U's universal part of speech

`word_column` and `label_column` of a request choose others. What is no word is left out: comments, -DOCSTART-
lines and CoNLL-U's extra lines. A test split without labels can be predicted and extracted, but not scored.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain

from nlp_lstm.corpora import READERS, SPLITS, Corpus, Example, Request
from nlp_lstm.corpora._conll_columns import (
    CONLLU_COLUMNS,
    Columns,
    check_order,
    choose_columns,
    fit_columns,
)
from nlp_lstm.corpora._files import find_shards
from nlp_lstm.corpora._labels import order_labels
from nlp_lstm.corpora._rows import KINDS, Rows, read_rows
from nlp_lstm.errors import DataError

UNSPECIFIED = "_"  # the label of a word that has none, in CoNLL-U and in many test files


@READERS.register("conll")
def read_conll(path: str, request: Request) -> Corpus:
    """Read words and their labels.

    Args:
        path: a file, or a folder of files such as train.conll, dev.conll, test.conll.
        request: `word_column`, `label_column` and `encoding`; `predicts` "words" needs no labels.

    Returns:
        A corpus whose notes say which columns were read, if there are more than two, and what was left out.

    Raises:
        UsageError: if a column is no number, or there is no such column.
        MissingInputError: if the path, or the folder's train file, is not there.
        DataError: if a row does not hold a word and a label, or has not as many columns as the others (says
            the row); if labels stand where words should; if a file is empty or not in the encoding.
    """
    files = find_shards(path)
    model = read_rows(files["train"][0], request.encoding)
    tables = {
        split: [
            model if file == model.file else read_rows(file, request.encoding, model.tabs)
            for file in files[split]
        ]
        for split in SPLITS
        if split in files
    }
    columns = choose_columns(model, request)
    notes = list(_list_notes(tables.values(), columns))
    if columns.label is not None and request.word_column is None and request.label_column is None:
        notes += check_order(tables["train"], columns)
    splits: dict[str, tuple[Example, ...]] = {}
    names: set[str] = set()
    for split, found in tables.items():  # train first: its labels say what "_" means in test
        needed = split != "test" and request.predicts == "labels"
        fitted = [(rows, fit_columns(rows, model, columns, request)) for rows in found]
        splits[split] = tuple(chain.from_iterable(_read(*pair, needed, names) for pair in fitted))
        used = {label for example in splits[split] for label in example.labels or ()} - {None}
        if split == "test" and names and not used:
            notes.append("test has no labels: it can be predicted and extracted, but not scored")
        names |= {label for label in used if label is not None}
    labels = order_labels(names)
    return Corpus(f"conll:{path}", label_names=labels, tokenized=None, notes=tuple(notes), **splits)


def _list_notes(tables: Iterable[Sequence[Rows]], columns: Columns) -> Iterator[str]:
    """What was decided and left out, a line each."""
    every = [rows for found in tables for rows in found]
    count = every[0].columns
    if count > 2:
        label = "none" if columns.label is None else f"column {columns.label + 1}"
        yield (
            f"of {count} columns the words are column {columns.word + 1} and the labels {label}: "
            "--word-column and --label-column say otherwise"
        )
    for kind, what in KINDS.items():
        if lines := sum(rows.left_out[kind] for rows in every):
            yield f"left out {what}: {lines}"
    for rows in every:
        if rows.unsure is not None:
            yield (
                f"{rows.file}, row {rows.unsure.number}: {rows.unsure.line[:40]!r} is read as a word and its "
                "label; if it is a comment, take it out"
            )


def _read(rows: Rows, columns: Columns, needed: bool, known: Set[str]) -> Iterator[Example]:
    """The sentences of a file.

    Args:
        needed: whether every word must have a label.
        known: the labels of the splits before this one; one of them may be "_".
    """
    label = columns.label
    cells = () if label is None else (row.cells[label] for sentence in rows.sentences for row in sentence)
    blank = not needed and all(cell.strip() in ("", UNSPECIFIED) for cell in cells)
    conllu = rows.numbered and rows.columns == CONLLU_COLUMNS
    nothing = {""} if blank else set()
    if blank or conllu or not (needed or UNSPECIFIED in known):
        nothing.add(UNSPECIFIED)
    for sentence in rows.sentences:
        words, labels = [], []
        for row in sentence:
            text = "" if label is None else row.cells[label].strip()
            if not row.cells[columns.word] or not (text or blank):
                raise DataError(
                    f"{rows.file}, row {row.number}: {row.line[:40]!r} is not a word and a label: "
                    "write word<TAB>label"
                )
            words.append(row.cells[columns.word])
            labels.append(None if text in nothing else text)
        try:
            example = Example(tuple(words), tuple(labels) if known or not blank else None)
        except DataError as error:
            raise DataError(f"{rows.file}, sentence in row {sentence[0].number}: {error}") from None
        yield example
