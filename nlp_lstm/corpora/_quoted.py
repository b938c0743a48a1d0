"""Lines of a table with quotation marks -> rows.

A quotation mark that is opened and not closed would melt the rows up to the next one into one sentence. So a
file is refused if a quoted cell does not end where a cell can end, or if what it holds are rows of the table.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from nlp_lstm.corpora._tables import check_columns
from nlp_lstm.errors import DataError

LONGEST_CELL = 2**31 - 1
CLOSE_IT = 'write "" for a quotation mark inside quotes, or save the file as .tsv, where none is special'


class Row(NamedTuple):
    """A row, the number of the line in which it begins, from 1, and the lines that it was read from."""

    cells: list[str]
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1


Lines = Callable[[], Iterator[str]]  # goes through a file anew
Rows = Callable[[], Iterator[Row]]


class _NotClosed(DataError):
    """A quoted cell does not end where a cell can end."""


def read_quoted(lines: Lines, separator: str, file: Path, notes: list[str]) -> Rows:
    r"""Return the rows of lines whose cells may be quoted.

    Args:
        lines: of the file.
        separator: what stands between cells; no tab.
        file: for messages.
        notes: gets a line if `\"` is read as a quotation mark, or if line ends are quoted.

    Raises:
        DataError: if a quotation mark is not closed, or melts rows; if a row has too many cells.
    """
    rows = partial(_parse, lines, separator, file)
    try:
        told = _check_rows(rows, separator, file)
    except _NotClosed:
        if not any('\\"' in line for line in lines()):
            raise
        rows = partial(_parse, partial(_double_marks, lines), separator, file)
        told = _check_rows(rows, separator, file)
        notes.append(f'{file}: \\" is read as a quotation mark inside quotes')
    if told:
        notes.append(told)
    return rows


def _double_marks(lines: Lines) -> Iterator[str]:
    r"""Lines with the quotation marks inside quotes doubled, not as \", as Spark and R write them."""
    return (line.replace('\\"', '""') for line in lines())


def _parse(lines: Lines, separator: str, file: Path) -> Iterator[Row]:
    """The rows; blanks before a cell are kept in the first alone, so that messages show them in its names."""
    taken, first = list[str](), 1

    def feed() -> Iterator[str]:
        """The lines, each kept in `taken` until its row is complete."""
        for line in lines():
            taken.append(line)
            yield f"{line}\n"

    stream = feed()
    try:
        for is_first in (True, False):
            skip = not is_first and separator != " "
            reader = csv.reader(stream, delimiter=separator, strict=True, skipinitialspace=skip)
            while (cells := _next_cells(reader)) is not None:
                row = Row(cells, first, tuple(taken))
                first += len(taken)
                taken.clear()
                if cells:
                    yield row
                    if is_first:
                        break
    except csv.Error:
        raise _NotClosed(
            f"{file} is not a {file.suffix} table: in line {first} a quotation mark opens a cell and none "
            f"closes it before a {separator!r} or a line end: {CLOSE_IT}"
        ) from None


def _next_cells(reader: Any) -> list[str] | None:
    """The cells of the next row, however long they are; None after the last."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        return next(reader, None)
    finally:
        csv.field_size_limit(before)


class _Suspect(NamedTuple):
    """A row whose lines may be rows by themselves: they are, if all their cells in a column occur there."""

    row: Row
    column: int
    cells: set[str]


def _check_rows(rows: Rows, separator: str, file: Path) -> str:
    """Refuse rows of too many cells, and one that others have melted into; return a note on line ends."""
    width = broken = 0
    first, suspects = None, list[_Suspect]()
    for row in rows():
        check_columns(f"line {row.first} of {file}", len(row.cells))
        width = width or len(row.cells)
        if len(row.lines) > 1:
            broken += 1
            first = first or row
            suspects.extend(_suspect(row, width, separator))
    if suspects:
        _check_melted(rows, width, suspects, file)
    if first is None:
        return ""
    where = f"the first in lines {first.first} to {first.last}"
    return f"{file}: {broken} rows hold line ends inside quotation marks, {where}"


def _suspect(row: Row, width: int, separator: str) -> Iterator[_Suspect]:
    """What would have to occur in the other columns if each line of a row were a row."""
    alone = [line.split(separator) for line in row.lines]
    if any(len(cells) < width for cells in alone):
        return
    for place in (place for place, cell in enumerate(row.cells[:width]) if "\n" in cell):
        for column in set(range(width)) - {place}:  # counted from the side on which it stands of the text
            cells = {cells[column if column < place else column - width].strip() for cells in alone}
            if "" not in cells:
                yield _Suspect(row, column, cells)


def _check_melted(rows: Rows, width: int, suspects: list[_Suspect], file: Path) -> None:
    """Refuse the table if all that a suspect names occurs in its column."""
    unseen = [set[str]() for _ in range(width)]
    for suspect in suspects:
        unseen[suspect.column] |= suspect.cells
    for row in rows():
        for cell, wanted in zip(row.cells, unseen):
            wanted.discard(cell.strip())
    for row, column, cells in suspects:
        if not cells & unseen[column]:
            raise DataError(
                f"{file} is not a {file.suffix} table: a quotation mark in line {row.first} makes one "
                f"cell of lines {row.first} to {row.last}, which are rows: {CLOSE_IT}"
            )
