"""Cells of labels -> label names, and which of them mean that there is no label; the order of label names.

Most data sets number their classes from 0 and write -1 where a label is kept secret, or -100 where a word is
not to be scored. Neither is a class. But -1 is one of the classes -1 and 1, or -2, -1, 0, 1 and 2.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlp_lstm.corpora._cells import Cells, Column, is_missing
from nlp_lstm.corpora._tables import StreamedCells
from nlp_lstm.errors import DataError

FIVE_SENTIMENTS = ("very negative", "negative", "neutral", "positive", "very positive")
THREE_SENTIMENTS = ("negative", "neutral", "positive")
MISSING = ""  # the name of a label that should be there and is not; None is a word without a label
MARKS = frozenset({"-1", "-100"})
NOTHING = frozenset({"nan", "none", "null", "na", "n/a", "<na>"})  # what programs write for a missing number
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
WHOLE = re.compile(r"(-?\d+)(?:\.0*)?", re.ASCII)
Namer = Callable[[Any, int], str | None]  # of a label and the number of its row, from 0


@dataclass(frozen=True)
class Labels:
    """The labels of a table's splits.

    Args:
        cells: a name, None (no label) or `MISSING` for each row; or a list of names and None.
        names: every label, in the order of a model's outputs.
        notes: what was decided, a line each.
    """

    cells: Cells
    names: tuple[str, ...]
    notes: tuple[str, ...]


def order_labels(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once: sentiments from negative to positive, numbers by value, others sorted.

    Example:
        >>> order_labels(["positive", "negative", "neutral", "negative"])
        ('negative', 'neutral', 'positive')
        >>> order_labels(["10", "9", "-1"])
        ('-1', '9', '10')
        >>> order_labels(["O", "LOC", "PER"])
        ('LOC', 'O', 'PER')
    """
    unique = set(names)
    if unique <= set(FIVE_SENTIMENTS):
        return tuple(sorted(unique, key=FIVE_SENTIMENTS.index))
    if all(NUMBER.fullmatch(name) for name in unique):
        return tuple(sorted(unique, key=lambda name: (float(name), name)))
    return tuple(sorted(unique))


def name_labels(column: Column, class_names: Mapping[str, tuple[str, ...]]) -> Labels:
    """Return the labels of every split by name.

    Args:
        column: the cells; numbers, texts, None, or lists of them.
        class_names: what a split's numbers mean (`ClassLabel`), for the splits that say so.

    Raises:
        DataError: if a number is none of the classes (says the row), or two classes have one name or none.
    """
    told = {
        split: {_write(value) for value in _values(cells)} - {MISSING}
        for split, cells in column.cells.items()
        if not class_names.get(split)
    }
    names, notes = _choose_names(told, column.name)
    named: dict[str, Collection[Any]] = {}
    for split, cells in column.cells.items():
        classes = class_names.get(split) or ()
        if len({*classes, MISSING}) <= len(classes):
            told = ", ".join(map(repr, classes[:8]))
            raise DataError(f"the classes of {column.name!r} of {column.source} are {told}: name each once")
        name_of = _number_namer(column, split, classes) if classes else _text_namer(names)
        named[split] = _name_cells(cells, name_of)
        notes.extend(_tell_without(split, named[split]))
    used = {value for cells in named.values() for value in _values(cells) if value}
    order = (class_names.get("train") or order_labels(used)) if used else ()
    return Labels(named, order, tuple(notes))


def is_labelled(cells: Iterable[Any]) -> bool:
    """Return whether any of the named cells of a split holds a label."""
    return any(_values(cells))


def choose_marks(told: Mapping[str, set[str]]) -> frozenset[str]:
    """Return which of -1 and -100 mean no label.

    Args:
        told: the labels of each split, as written.

    Example:
        >>> sorted(choose_marks({"train": {"0", "1"}, "test": {"-1"}}))
        ['-1']
        >>> sorted(choose_marks({"train": {"-1", "1"}})), sorted(choose_marks({"train": {"-2", "-1", "0"}}))
        ([], [])
    """
    train, every = told.get("train", set()), set().union(*told.values())
    if not all(WHOLE.fullmatch(name) for name in every):
        # Classes with names: a mark is what stands everywhere in a split, and never in train.
        return frozenset(mark for mark in MARKS - train if any(labels == {mark} for labels in told.values()))
    others = every - MARKS
    if any(name.startswith("-") for name in others):
        return frozenset()
    is_class = "-1" in train and bool(others) and "0" not in others
    return frozenset((MARKS & every) - ({"-1"} if is_class else set()))


def _choose_names(told: Mapping[str, set[str]], column: str) -> tuple[dict[str, str | None], list[str]]:
    """Label as written -> its name, None or `MISSING`; and notes on numbers that are named otherwise."""
    every, notes = set().union(*told.values()), []
    nothing = {name for name in every if name.casefold() in NOTHING}
    if not all(NUMBER.fullmatch(name) for name in every - nothing) or every == nothing:
        nothing = set()
    names: dict[str, str | None] = {name: name for name in every - nothing}
    pointed = sorted(name for name in names if "." in name)
    if pointed and all(WHOLE.fullmatch(name) for name in names):
        names = {name: name.partition(".")[0] for name in names}
        notes.append(f"labels in {column!r} such as {pointed[-1]} are read as {names[pointed[-1]]}")
    marks = choose_marks(
        {split: {str(names[name]) for name in labels - nothing} for split, labels in told.items()}
    )
    if not marks and "-1" in names.values():
        notes.append(f"the label -1 in {column!r} is taken for a class, not for no label")
    return {name: None if to in marks else to for name, to in names.items()} | dict.fromkeys(
        nothing, MISSING
    ), notes


def _text_namer(names: Mapping[str, str | None]) -> Namer:
    """A function that names a label that is written out."""
    return lambda value, row: names.get(_write(value), MISSING)


def _number_namer(column: Column, split: str, classes: tuple[str, ...]) -> Namer:
    """A function that names a label that is the number of a class."""

    def name(value: Any, row: int) -> str | None:
        """The name of a class by its number; None for a mark of no label."""
        if is_missing(value):
            return MISSING
        if isinstance(value, int) and 0 <= value < len(classes):
            return classes[value]
        if str(value) in MARKS:
            return None
        known = ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")
        raise DataError(
            f"{column.where(split, row)}: the label {value!r} is none of the classes 0 to {len(classes) - 1} "
            f"({known}): mend it, or write -1 for no label"
        )

    return name


def _name_cells(cells: Collection[Any], name: Namer) -> Collection[Any]:
    """Cells with names; a word in a list may have no label."""

    def read() -> Iterator[Any]:
        """The cells, one after the other."""
        for row, cell in enumerate(cells):
            if isinstance(cell, list):
                yield [name(value, row) or None for value in cell]
            else:
                yield name(cell, row)

    return StreamedCells(len(cells), read)


def _values(cells: Iterable[Any]) -> Iterator[Any]:
    """Every label."""
    for cell in cells:
        yield from cell if isinstance(cell, list) else (cell,)


def _write(value: Any) -> str:
    """A label as it is written; `MISSING` if there is none."""
    return MISSING if is_missing(value) else str(value).strip()


def _tell_without(split: str, cells: Iterable[Any]) -> Iterator[str]:
    """A note on what has no label in a split."""
    count = Counter(_values(cells))
    without = count[None] + count[MISSING]
    if without and without == count.total():
        yield f"{split} has no labels: it can be read and predicted, but not scored"
    elif count[None]:
        share = f"{count[None]} of {count.total()} labels"
        yield f"{split}: {share} are -1 or empty, which means no label; give your classes names if -1 is one"
