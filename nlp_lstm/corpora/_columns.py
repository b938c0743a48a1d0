"""Columns of a `datasets` table -> Corpus: `tokens` + `labels`, or `text` + `label`. Shared by table and hub.

    tokens + labels    lists, or strings with a space between; a label per word
    text   + label     a text and the one label of it, which stands at its last word

To predict words, no label column is needed and none is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp_lstm.corpora import Corpus, Example
from nlp_lstm.corpora._labels import order_labels
from nlp_lstm.corpora.text import choose_splitter
from nlp_lstm.errors import DataError

if TYPE_CHECKING:
    from datasets import Dataset

Splitter = Callable[[str], list[str]]
PAIRS = (("tokens", "labels"), ("text", "label"))


@dataclass(frozen=True)
class Columns:
    """What is used of one split.

    Args:
        where: the split and its source, for messages.
        words: a text, or the words, of each row.
        labels: a label, or the labels, of each row; None to predict words.
        names: what labels that are numbers mean (`ClassLabel`); empty if they are names.
        per_word: True for `tokens`, False for `text`.
    """

    where: str
    words: list[Any]
    labels: list[Any] | None
    names: tuple[str, ...]
    per_word: bool


def build_corpus(source: str, tables: Mapping[str, Dataset], predicts: str) -> Corpus:
    """Return the corpus of some tables.

    Args:
        source: what was asked for, such as "table:reviews.csv".
        tables: train, and perhaps validation and test.
        predicts: "labels", or "words", which reads the words only.

    Raises:
        DataError: if columns are missing (names those found and those needed), or a row's labels do not
            line up with its words (says the row).
    """
    splits = {
        split: select_columns(table, f"{split} of {source}", predicts) for split, table in tables.items()
    }
    split_text = choose_splitter(
        str(text) for used in splits.values() if not used.per_word for text in used.words
    )
    read = {
        split: tuple(_build_example(used, row, split_text) for row in range(len(used.words)))
        for split, used in splits.items()
    }
    used = (label for examples in read.values() for example in examples for label in example.labels or ())
    names = splits["train"].names or order_labels(label for label in used if label is not None)
    return Corpus(source, label_names=names, **read)


def select_columns(table: Dataset, where: str, predicts: str) -> Columns:
    """Return the columns that are used to predict labels, or words.

    Raises:
        DataError: if they are not there; names the columns found and those needed.
    """
    word_column, label_column = choose_pair(table.column_names, where, predicts)
    labelled = predicts == "labels"
    cells = table.select_columns([word_column, label_column] if labelled else [word_column]).to_dict()
    assert isinstance(cells, dict)  # it is an iterator only if asked for batches
    return Columns(
        where=where,
        words=cells[word_column],
        labels=cells[label_column] if labelled else None,
        names=_class_names(table.features[label_column]) if labelled else (),
        per_word=word_column == "tokens",
    )


def choose_pair(columns: list[str], where: str, predicts: str) -> tuple[str, str]:
    """Return the column of words and that of labels, which may be missing to predict words.

    Raises:
        DataError: if no pair is there.

    Example:
        >>> choose_pair(["id", "text", "label"], "train of table:x.csv", "labels")
        ('text', 'label')
        >>> choose_pair(["tokens"], "train of table:x.csv", "words")
        ('tokens', 'labels')
    """
    for words, labels in PAIRS:
        if words in columns and (labels in columns or predicts == "words"):
            return words, labels
    needed = "tokens, or text" if predicts == "words" else "tokens and labels, or text and label"
    raise DataError(f"{where} has the columns {', '.join(columns)}: it needs {needed}; rename them")


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Keep the progress bars and the logs of `datasets` off the terminal; errors are ours to tell."""
    import datasets
    import huggingface_hub.utils as hub

    bars_were_on = datasets.is_progress_bar_enabled()
    loggers = (datasets.logging, hub.logging)
    levels = [logger.get_verbosity() for logger in loggers]
    datasets.disable_progress_bars()
    for logger in loggers:
        logger.set_verbosity(logger.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.set_verbosity(level)
        if bars_were_on:
            datasets.enable_progress_bars()


def _class_names(feature: Any) -> tuple[str, ...]:
    """The names of a `ClassLabel`, or of a list of them; empty for any other feature."""
    return tuple(getattr(getattr(feature, "feature", feature), "names", None) or ())


def _build_example(used: Columns, row: int, split_text: Splitter) -> Example:
    """The sentence of one row."""
    try:
        words = _read_words(used.words[row], str.split if used.per_word else split_text)
        if used.labels is None:
            return Example(words)
        if used.per_word:
            return Example(words, _read_labels(used.labels[row], used.names))
        return Example(words, _label_last(words, used.labels[row], used.names))
    except DataError as error:
        raise DataError(f"row {row + 1} of {used.where}: {error}") from None


def _read_words(cell: Any, split_text: Splitter) -> tuple[str, ...]:
    """The words of a cell: a text to be split, or a list as it is."""
    if not isinstance(cell, list):
        return tuple(split_text("" if cell is None else str(cell)))
    words = tuple("" if word is None else str(word) for word in cell)
    for word in words:
        if not word or any(blank in word for blank in "\t\n\r"):
            raise DataError(f"{word!r} is not a word: a word is not empty and holds no tab or line end")
    return words


def _read_labels(cell: Any, names: tuple[str, ...]) -> tuple[str | None, ...]:
    """The labels of a cell: a string with spaces between, or a list; null is a word without a label."""
    labels = cell.split() if isinstance(cell, str) else cell if isinstance(cell, list) else [cell]
    return tuple(None if label is None else _name_label(label, names) for label in labels)


def _label_last(words: tuple[str, ...], label: Any, names: tuple[str, ...]) -> tuple[str | None, ...]:
    """The label of a text, at its last word."""
    if label is None or not str(label).strip():
        raise DataError("there is a text but no label: every text needs one label")
    if not words:
        raise DataError(f"there is the label {label!r} but no text: every text needs at least one word")
    return (None,) * (len(words) - 1) + (_name_label(label, names),)


def _name_label(label: Any, names: tuple[str, ...]) -> str | None:
    """The name of a label; None for -1, with which a `ClassLabel` says that there is none."""
    if names:
        return names[label] if label >= 0 else None
    return str(label).strip()
