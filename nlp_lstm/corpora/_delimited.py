r"""CSV, TSV -> table, by the rule of what stands between the cells.

    tab          quotation marks are ordinary characters. Only if all of them stand as a spreadsheet writes
                 them (around a cell, doubled inside) are they taken off, and a note says so
    any other    a cell in quotation marks may hold separators, line ends and, doubled, quotation marks

A quotation mark that is opened and not closed would melt the rows up to the next one into one sentence. So a
file is refused if a quoted cell does not end where a cell can end, or if what it holds are rows of the table.

Unlike `pandas.read_csv` it takes nothing for a missing value or a number, and guesses no index column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from nlp_lstm.corpora._files import read_lines
from nlp_lstm.corpora._names import PAIRS
from nlp_lstm.corpora._tables import Table, build_table, check_columns
from nlp_lstm.errors import DataError, UsageError

LONGEST_CELL = 2**31 - 1
QUOTED = re.compile(r'"(?:[^"]|"")*"')
OPENED = re.compile(r'"(?:[^"]|"")*$')  # and not closed
SEPARATORS = {".csv": ",", ".tsv": "\t"}
CLOSE_IT = 'write "" for a quotation mark inside quotes, or save the file as .tsv, where none is special'


@dataclass(frozen=True)
class Row:
    """A row and the lines of the file, from 1, that it was read from."""

    cells: list[str]
    first: int
    last: int


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
    lines = read_lines(file, encoding)
    other = next((mark for mark in ";\t|," if mark in lines[0] and between not in lines[0]), None)
    hint = f"or, if {other!r} separates the cells, add --separator {other!r}" if other else ""
    try:
        names, cells, notes = _read_rows(lines, between, file, header)
    except DataError as error:
        raise DataError(f"{error}; {hint}" if hint else str(error)) from None
    if header and not hint:
        hint = "or add --no-header if these are none"
    return build_table(str(file), names, cells, notes, hint)


def _read_rows(
    lines: Sequence[str], separator: str, file: Path, header: bool
) -> tuple[list[str], list[list[str]], list[str]]:
    """The names of the columns, the rows below them, and notes."""
    notes: list[str] = []
    rows = (
        _read_tabs(lines, file, notes) if separator == "\t" else _read_quoted(lines, separator, file, notes)
    )
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if left_out := len(rows) - len(filled):
        notes.append(f"{file}: {left_out} rows are left out, as all their cells are empty")
    names = filled[0].cells if header and filled else []
    if not header:
        if filled and any(
            set(pair) <= {cell.strip().casefold() for cell in filled[0].cells} for pair in PAIRS
        ):
            notes.append(f"{file}: the first row holds names of columns and is read as a sentence, as asked")
        names = [str(number) for number in range(1, max((len(row.cells) for row in filled), default=0) + 1)]
    return names, _line_up(names, filled[1:] if header else filled, file, notes), notes


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


def _read_tabs(lines: Sequence[str], file: Path, notes: list[str]) -> list[Row]:
    """The rows of lines with tabs; adds a note if there are quotation marks around cells."""
    rows = [Row(line.split("\t"), number, number) for number, line in enumerate(lines, 1) if line]
    _check_widths(rows, file)
    for row in rows:
        if len(row.cells) < len(rows[0].cells) and any(map(OPENED.match, row.cells)):
            raise DataError(
                f"{file} is not a {file.suffix} table: a quotation mark in line {row.first} opens a cell "
                "that goes on in the next line, but cells of a .tsv have no line ends: save it as .csv"
            )
    marked = [(row.first, cell) for row in rows for cell in row.cells if '"' in cell]
    around = [(line, cell) for line, cell in marked if QUOTED.fullmatch(cell)]
    if around and len(around) == len(marked) and _by_spreadsheet(rows, [cell for _, cell in around]):
        notes.append(
            f"{file}: took off the quotation marks around {len(around)} cells, as all marks of the file "
            "stand where a spreadsheet writes them"
        )
        return [replace(row, cells=[_unquote(cell) for cell in row.cells]) for row in rows]
    if around:
        notes.append(
            f"{file}: {len(around)} cells keep the quotation marks around them, as in line {around[0][0]}: "
            "in a .tsv they are ordinary characters; if they are not part of the text, save it as .csv"
        )
    return rows


def _by_spreadsheet(rows: Sequence[Row], quoted: Sequence[str]) -> bool:
    """Whether marks are doubled within a quoted cell, or every cell of a column, or a name, is quoted."""
    if any('""' in cell[1:-1] for cell in quoted) or any(QUOTED.fullmatch(name) for name in rows[0].cells):
        return True
    columns = zip_longest(*(row.cells for row in rows[1:]), fillvalue="")
    return len(rows) > 2 and any(all(cell.startswith('"') for cell in column) for column in columns)


def _unquote(cell: str) -> str:
    """A cell without the quotation marks around it."""
    return cell[1:-1].replace('""', '"') if '"' in cell else cell


def _read_quoted(lines: Sequence[str], separator: str, file: Path, notes: list[str]) -> list[Row]:
    """The rows of lines whose cells may be quoted; adds a note if line ends are."""
    try:
        rows = list(_parse(lines, separator, file))
    except DataError:
        if not any('\\"' in line for line in lines):
            raise
        lines = [line.replace('\\"', '""') for line in lines]  # as Spark and R write it
        rows = list(_parse(lines, separator, file))
        notes.append(f'{file}: \\" is read as a quotation mark inside quotes')
    _check_widths(rows, file)
    broken = [row for row in rows if row.last > row.first]
    if broken:
        columns = zip_longest(*(row.cells[: len(rows[0].cells)] for row in rows))
        seen = [{str(cell).strip() for cell in column} for column in columns]
        for row in broken:
            _check_melted(row, seen, lines[row.first - 1 : row.last], separator, file)
        where = f"the first in lines {broken[0].first} to {broken[0].last}"
        notes.append(f"{file}: {len(broken)} rows hold line ends inside quotation marks, {where}")
    return rows


def _check_widths(rows: Sequence[Row], file: Path) -> None:
    """Check that no row has too many cells, before columns are gone through."""
    for row in rows:
        check_columns(f"line {row.first} of {file}", len(row.cells))


def _parse(lines: Sequence[str], separator: str, file: Path) -> Iterator[Row]:
    """The rows; blanks before a cell are kept in the first alone, so that messages show them in its names."""
    taken, first = 0, 1

    def feed() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += 1
            yield f"{line}\n"

    stream, before = feed(), csv.field_size_limit(LONGEST_CELL)
    try:
        for is_first in (True, False):
            skip = not is_first and separator != " "
            reader = csv.reader(stream, delimiter=separator, strict=True, skipinitialspace=skip)
            for cells in reader:
                if cells:
                    yield Row(cells, first, taken)
                first = taken + 1
                if cells and is_first:
                    break
    except csv.Error:
        raise DataError(
            f"{file} is not a {file.suffix} table: in line {first} a quotation mark opens a cell and none "
            f"closes it before a {separator!r} or a line end: {CLOSE_IT}"
        ) from None
    finally:
        csv.field_size_limit(before)


def _check_melted(
    row: Row, seen: Sequence[set[str]], lines: Sequence[str], separator: str, file: Path
) -> None:
    """Refuse a row of several lines if each is a row by itself, with cells that are seen in its column."""
    width, alone = len(seen), [line.split(separator) for line in lines]
    if any(len(cells) < width for cells in alone):
        return
    for place in (place for place, cell in enumerate(row.cells[:width]) if "\n" in cell):
        for column in set(range(width)) - {place}:  # counted from the side on which it stands of the text
            cells = {cells[column if column < place else column - width].strip() for cells in alone}
            if "" not in cells and cells <= seen[column]:
                raise DataError(
                    f"{file} is not a {file.suffix} table: a quotation mark in line {row.first} makes one "
                    f"cell of lines {row.first} to {row.last}, which are rows: {CLOSE_IT}"
                )


def _line_up(names: Sequence[str], rows: Sequence[Row], file: Path, notes: list[str]) -> list[list[str]]:
    """The rows' cells, no more than there are names; adds a note if cells are missing at the end of rows."""
    short = [row.first for row in rows if len(row.cells) < len(names)]
    for row in rows:
        if any(cell.strip() for cell in row.cells[len(names) :]):
            raise DataError(
                f"{file} is not a {file.suffix} table: line {row.first} has more cells than column names "
                f"({len(row.cells)}, not {len(names)}): put quotes around cells that hold the separator"
            )
    if short:
        notes.append(
            f"{file}: {len(short)} rows end early, the first in line {short[0]}: the cells left are empty"
        )
    return [row.cells[: len(names)] for row in rows]
