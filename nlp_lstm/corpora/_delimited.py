r"""CSV, TSV -> table, by the rule of what stands between the cells.

    tab          quotation marks are ordinary characters. Only if all of them stand as a spreadsheet writes
                 them (around a cell, doubled inside) are they taken off, and a note says so
    any other    a cell in quotation marks may hold separators, line ends and, doubled, quotation marks; see
                 `_quoted`

A file is gone through several times, a line at a time, so that memory does not grow with it. Unlike
`pandas.read_csv` this takes nothing for a missing value or a number, and guesses no index column.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nlp_lstm.corpora._files import stream_lines
from nlp_lstm.corpora._names import PAIRS
from nlp_lstm.corpora._quoted import Lines, Row, Rows, read_quoted
from nlp_lstm.corpora._tables import StreamedCells, Table, check_columns
from nlp_lstm.errors import DataError, UsageError

QUOTED = re.compile(r'"(?:[^"]|"")*"')
OPENED = re.compile(r'"(?:[^"]|"")*$')  # and not closed
SEPARATORS = {".csv": ",", ".tsv": "\t"}


def read_delimited(file: Path, separator: str | None, encoding: str, header: bool) -> Table:
    r"""Return the table of a CSV or TSV file.

    Args:
        file: its name says what separates the cells, unless `separator` does.
        separator: one character; `\t` may be written as two.
        encoding: of the file.
        header: whether the first row names the columns; else they are called 1, 2, ...

    Raises:
        UsageError: if `separator` cannot separate cells.
        DataError: if the file is empty, not in the encoding, or its rows do not line up; says the line.
    """
    between = parse_separator(separator) if separator else SEPARATORS.get(file.suffix.lower(), ",")
    lines = partial(stream_lines, file, encoding)
    deque(lines(), maxlen=0)  # what is wrong with lines is said here
    opening = next(lines())
    other = next((mark for mark in ";\t|," if mark in opening and between not in opening), None)
    hint = f"or, if {other!r} separates the cells, add --separator {other!r}" if other else ""
    try:
        notes: list[str] = []
        rows = _read_tabs(lines, file, notes) if between == "\t" else read_quoted(lines, between, file, notes)
        body = _line_up(rows, file, header, notes)
    except DataError as error:
        raise DataError(f"{error}; {hint}" if hint else str(error)) from None
    if not body.rows:
        raise DataError(f"{file} holds no table: it has no rows")
    if header and not hint:
        hint = "or add --no-header if these are none"
    return Table(str(file), body.names, body.read, notes=tuple(notes), hint=hint)


def parse_separator(text: str) -> str:
    r"""Return the character that separates cells.

    Raises:
        UsageError: if it is not one character, or one that a cell may begin with.

    Example:
        >>> parse_separator(";"), parse_separator("\\t") == "\t"
        (';', True)
    """
    separator = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(separator) != 1 or separator in '"\n\r':
        raise UsageError(f"separator is {text!r}: it must be one character, such as --separator ';'")
    return separator


@dataclass(frozen=True)
class _Body:
    """The names of the columns, and the rows below them: how many, and each of them anew."""

    names: tuple[str, ...]
    rows: int
    below: Rows

    def read(self, column: str) -> StreamedCells:
        """The cells of a column; None where a row ends before it."""
        place = self.names.index(column)

        def cells() -> Iterator[str | None]:
            """The cells, one after the other."""
            for row in self.below():
                yield row.cells[place] if place < len(row.cells) else None

        return StreamedCells(self.rows, cells)


def _line_up(rows: Rows, file: Path, header: bool, notes: list[str]) -> _Body:
    """Names and rows, of which none may have more cells than there are names; adds notes."""

    def below() -> Iterator[Row]:
        """The rows below the names, but for empty ones."""
        found = (row for row in rows() if _is_filled(row))
        if header:
            next(found, None)
        return found

    first, left_out = None, 0
    widths: dict[int, int] = {}  # how many cells -> the first line of a row that has so many
    counts = Counter[int]()
    for row in rows():
        if not _is_filled(row):
            left_out += 1
            continue
        is_first, first = first is None, first or row
        if header and is_first:
            continue
        if header and any(cell.strip() for cell in row.cells[len(first.cells) :]):
            raise DataError(
                f"{file} is not a {file.suffix} table: line {row.first} has more cells than column names "
                f"({len(row.cells)}, not {len(first.cells)}): put quotes around cells that hold the separator"
            )
        widths.setdefault(len(row.cells), row.first)
        counts[len(row.cells)] += 1
    opening = first.cells if first else []
    if left_out:
        notes.append(f"{file}: {left_out} rows are left out, as all their cells are empty")
    if not header and any(set(pair) <= {cell.strip().casefold() for cell in opening} for pair in PAIRS):
        notes.append(f"{file}: the first row holds names of columns and is read as a sentence, as asked")
    names = opening if header else [str(number) for number in range(1, max(widths, default=0) + 1)]
    if short := [width for width in widths if width < len(names)]:
        line = min(widths[width] for width in short)
        notes.append(
            f"{file}: {sum(counts[width] for width in short)} rows end early, the first in line {line}: "
            "the cells left are empty"
        )
    return _Body(tuple(names), counts.total(), below)


def _is_filled(row: Row) -> bool:
    """Whether a row has a cell that is not empty."""
    return any(map(str.strip, row.cells))


@dataclass
class _Marks:
    """Where quotation marks stand in a file with tabs.

    Args:
        marked, around: cells that hold one; cells in them.
        first: the first line of one in them.
        doubled: whether one in them holds doubled ones, or names a column.
        columns: those in which every cell below the first row begins with one.
        rows: that were looked at.
    """

    marked: int = 0
    around: int = 0
    first: int = 0
    doubled: bool = False
    columns: set[int] = field(default_factory=set)
    rows: int = 0

    def add(self, row: Row) -> None:
        """Count those of a row."""
        opened = {place for place, cell in enumerate(row.cells) if cell.startswith('"')}
        if self.rows:
            self.columns = opened if self.rows == 1 else self.columns & opened
        for cell in (cell for cell in row.cells if '"' in cell):
            self.marked += 1
            if QUOTED.fullmatch(cell):
                self.around += 1
                self.first = self.first or row.first
                self.doubled = self.doubled or not self.rows or '""' in cell[1:-1]
        self.rows += 1

    def by_spreadsheet(self) -> bool:
        """Whether all stand as a spreadsheet writes them: some doubled, or around every cell of a column."""
        return self.around == self.marked and (self.doubled or (self.rows > 2 and bool(self.columns)))


def _read_tabs(lines: Lines, file: Path, notes: list[str]) -> Rows:
    """The rows of lines with tabs; adds a note if there are quotation marks around cells."""

    def rows() -> Iterator[Row]:
        """The rows as they stand there."""
        for number, line in enumerate(lines(), 1):
            if line:
                yield Row(line.split("\t"), number, (line,))

    marks, width = _Marks(), 0
    for row in rows():
        check_columns(f"line {row.first} of {file}", len(row.cells))
        width = width or len(row.cells)
        if len(row.cells) < width and any(map(OPENED.match, row.cells)):
            raise DataError(
                f"{file} is not a {file.suffix} table: a quotation mark in line {row.first} opens a cell "
                "that goes on in the next line, but cells of a .tsv have no line ends: save it as .csv"
            )
        marks.add(row)
    if marks.around and marks.by_spreadsheet():
        notes.append(
            f"{file}: took off the quotation marks around {marks.around} cells, as all marks of the file "
            "stand where a spreadsheet writes them"
        )
        return lambda: (row._replace(cells=[_unquote(cell) for cell in row.cells]) for row in rows())
    if marks.around:
        notes.append(
            f"{file}: {marks.around} cells keep the quotation marks around them, as in line {marks.first}: "
            "in a .tsv they are ordinary characters; if they are not part of the text, save it as .csv"
        )
    return rows


def _unquote(cell: str) -> str:
    """A cell without the quotation marks around it."""
    return cell[1:-1].replace('""', '"') if '"' in cell else cell
