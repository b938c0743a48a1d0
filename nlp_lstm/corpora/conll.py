"""conll:PATH — a label per word: `word<TAB>label` a line, a blank line between sentences; a file or folder.

Unlike CoNLL-2003's own files it has these two columns only, and no `-DOCSTART-` rows.
"""

from itertools import groupby
from pathlib import Path

from nlp_lstm.corpora import READERS, Corpus, Example, Request
from nlp_lstm.corpora._files import find_splits, read_lines
from nlp_lstm.corpora._labels import order_labels
from nlp_lstm.errors import DataError


@READERS.register("conll")
def read_conll(path: str, request: Request) -> Corpus:
    """Read words and their labels.

    Args:
        path: a file, or a folder of files such as train.conll, dev.conll, test.conll.
        request: not used.

    Raises:
        MissingInputError: if the path, or the folder's train file, is not there.
        DataError: if a row does not hold a word and a label (says the row), or a file is empty or not
            UTF-8.
    """
    splits = {split: _read_sentences(file) for split, file in find_splits(path).items()}
    used = (label for examples in splits.values() for example in examples for label in example.labels or ())
    names = order_labels(label for label in used if label is not None)
    return Corpus(f"conll:{path}", label_names=names, **splits)


def parse_row(row: str) -> tuple[str, str]:
    r"""Return the word and the label of a row.

    Raises:
        DataError: if there is not one word, one tab and one label.

    Example:
        >>> parse_row("good\tpositive")
        ('good', 'positive')
    """
    fields = [field.strip() for field in row.split("\t")]
    if len(fields) != 2 or not all(fields):
        raise DataError(f"{row[:40]!r} is not a word and a label: write word<TAB>label")
    return fields[0], fields[1]


def _read_sentences(file: Path) -> tuple[Example, ...]:
    """The sentences of one file: its runs of rows that are not blank."""
    runs = groupby(enumerate(read_lines(file), 1), key=lambda numbered: bool(numbered[1].strip()))
    return tuple(_build_sentence(file, list(rows)) for filled, rows in runs if filled)


def _build_sentence(file: Path, rows: list[tuple[int, str]]) -> Example:
    """One sentence of numbered rows."""
    pairs = []
    for number, row in rows:
        try:
            pairs.append(parse_row(row))
        except DataError as error:
            raise DataError(f"{file}, row {number}: {error}") from None
    words, labels = zip(*pairs)
    return Example(words, labels)
