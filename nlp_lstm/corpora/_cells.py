"""Cells of a column -> the same, with lists that were written as text read as lists.

A list gets into a cell of text when a table of lists is saved as CSV: as Python prints it, as NumPy does, or
as JSON. Whether a column holds such lists is decided over all its cells at once: a text may begin with a
bracket, but no column is words here and a list there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlp_lstm.corpora._printed import PRINTED, only_scalars, parse_list
from nlp_lstm.corpora._tables import StreamedCells
from nlp_lstm.errors import DataError

Cells = Mapping[str, Collection[Any]]


@dataclass(frozen=True)
class Column:
    """A column of every split, for what it is meant to hold.

    Args:
        name: its name, for messages.
        source: of which corpus, for messages.
        cells: those of each split.
        of_lists: whether its name says that it holds a word or a label for each word.
        of_labels: whether it holds labels.
    """

    name: str
    source: str
    cells: Cells
    of_lists: bool
    of_labels: bool

    def where(self, split: str, row: int) -> str:
        """Say where a cell is."""
        return f"row {row + 1} of {split} of {self.source}"


@dataclass(frozen=True)
class _Cell:
    """A cell that holds something: where it is, and the list that it is or says it is; None if it is none."""

    split: str
    row: int
    cell: Any
    items: list[Any] | None
    looks_listed: bool


@dataclass
class _Seen:
    """How many cells that hold something are of each kind, and the first of some of them.

    Args:
        listed, written, quoted: that are lists; of these, texts that say they are, and lists that hold texts.
        others, plain: that are none; of these, without the brackets of one.
    """

    listed: int = 0
    written: int = 0
    quoted: int = 0
    others: int = 0
    plain: int = 0
    first_listed: _Cell | None = None
    first_quoted: _Cell | None = None
    first_other: _Cell | None = None


def read_lists(column: Column) -> tuple[Cells, tuple[str, ...]]:
    """Return the cells of a column with its written lists as lists, and notes on them.

    Raises:
        DataError: if a cell is neither text, number nor list of those; or if some cells are lists and others
            are not. Shows the cell.
    """
    seen = _look_over(column)
    listed, others = seen.listed, seen.others
    if listed and not others:
        if not seen.written:
            return column.cells, ()
        notes = (f"{column.name!r} holds {seen.written} lists written as text: read as lists",)
        return {split: _with_lists(cells) for split, cells in column.cells.items()}, notes
    if not listed and not (column.of_lists and others and not seen.plain):
        return column.cells, ()
    rare = not column.of_lists and 2 * seen.quoted < listed + others
    if listed and not column.of_labels and (not seen.quoted or rare) and listed == seen.written:
        return column.cells, tuple(_say_text(column, seen))
    odd = seen.first_other
    assert odd
    if odd.looks_listed:
        why = "looks like a list, but is none that can be read: write it in full, as JSON"
    else:
        assert seen.first_listed
        why = (
            f"is no list, but {_cut(seen.first_listed.cell)} is one: write all cells of {column.name!r} alike"
        )
    raise DataError(f"{column.where(odd.split, odd.row)}: {_cut(odd.cell)} {why}")


def _look_over(column: Column) -> _Seen:
    """Count what the cells of a column are."""
    seen = _Seen()
    for one in _look_at(column):
        if one.items is None:
            seen.others += 1
            seen.plain += not one.looks_listed
            seen.first_other = seen.first_other or one
            continue
        seen.listed += 1
        seen.written += isinstance(one.cell, str)
        seen.first_listed = seen.first_listed or one
        if any(isinstance(item, str) for item in one.items):
            seen.quoted += 1
            seen.first_quoted = seen.first_quoted or one
    return seen


def is_missing(cell: Any) -> bool:
    """Return whether a cell holds nothing: None, a number that is none, or blanks."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def _look_at(column: Column) -> Iterator[_Cell]:
    """Every cell that holds something, checked for its kind."""
    for split, cells in column.cells.items():
        for row, cell in enumerate(cells):
            if isinstance(cell, list):
                if only_scalars(cell) is None:
                    where = column.where(split, row)
                    raise DataError(
                        f"{where}: {_cut(cell)} is a list of more than texts and numbers: flatten it"
                    )
                yield _Cell(split, row, cell, cell, True)
            elif not isinstance(cell, str | int | float | None):
                told = f"{_cut(cell)} is of the kind {type(cell).__name__}"
                raise DataError(
                    f"{column.where(split, row)}: {told}: give a text, a number or a list of those"
                )
            elif not is_missing(cell):
                brackets, items = _read_text(cell) if isinstance(cell, str) else (False, None)
                yield _Cell(split, row, cell, items, brackets)


def _read_text(cell: str) -> tuple[bool, list[Any] | None]:
    """Whether a text has the brackets of a list, and the list that it says it is."""
    text = cell.strip()
    brackets = text[0] + text[-1] == "[]" or PRINTED.fullmatch(text) is not None
    return brackets, parse_list(text) if brackets or text[0] + text[-1] == "()" else None


def _with_lists(cells: Collection[Any]) -> Collection[Any]:
    """The cells with lists in the places of texts that say they are."""

    def read() -> Iterator[Any]:
        """The cells, one after the other."""
        for cell in cells:
            yield cell if is_missing(cell) or not isinstance(cell, str) else parse_list(cell)

    return list(read()) if isinstance(cells, list) else StreamedCells(len(cells), read)


def _say_text(column: Column, seen: _Seen) -> Iterator[str]:
    """A note on cells that could be lists and are read as text."""
    if seen.first_quoted:
        where = column.where(seen.first_quoted.split, seen.first_quoted.row)
        yield f"{seen.quoted} cells of {column.name!r} look like lists and are read as text, as in {where}"


def _cut(cell: Any) -> str:
    """A cell, for messages."""
    told = repr(cell)
    return told if len(told) <= 60 else f"{told[:60]}..."
