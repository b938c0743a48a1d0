"""JSON -> table: a record a line, or one value in any of the ways in which tables are written.

    {"text": "fine", "label": 1}                   a record a line, read as often as need be, a line at a time
    [{"text": "fine", "label": 1}, ...]            records; also below one name, such as "data"
    {"text": ["fine", ...], "label": [1, ...]}     columns, as lists
    {"text": {"0": "fine", ...}, ...}              columns by row: what `DataFrame.to_json()` writes
    {"0": {"text": "fine", "label": 1}, ...}       rows by number
    {"columns": [...], "data": [[...], ...]}       rows without names

Unlike `datasets` it takes no text for a date, and keeps what is no list as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp_lstm.corpora._files import read_lines, stream_lines
from nlp_lstm.corpora._tables import StreamedCells, Table, build_table
from nlp_lstm.errors import DataError


def read_json(file: Path, encoding: str) -> Table:
    """Return the table of a .json or .jsonl file.

    Raises:
        DataError: if the file is empty, not in the encoding, no JSON, or not a table.
    """
    if records := _stream_records(file, encoding):
        return records
    lines = read_lines(file, encoding, longest=sys.maxsize)  # a whole table may stand in one
    notes: list[str] = []
    try:
        columns, rows = _read_value(_parse(lines, by_line=file.suffix.lower() == ".jsonl"), notes)
    except DataError as error:
        raise DataError(f"{file} is not a {file.suffix} table: {error}") from None
    return build_table(str(file), columns, rows, [f"{file}: {note}" for note in notes])


def _stream_records(file: Path, encoding: str) -> Table | None:
    """The table of a file with a record a line; None if it has not several, and must be read as a whole."""

    def records() -> Iterator[dict[str, Any]]:
        """The record of each line."""
        number = 0
        for row, line in enumerate(stream_lines(file, encoding), 1):
            if line.strip():
                number += 1
                try:
                    record = _parse_line(line, row)
                    _check_record(record, number)
                except DataError as error:
                    raise DataError(f"{file} is not a {file.suffix} table: {error}") from None
                yield record

    def read(column: str) -> StreamedCells:
        """The cells of a column; a record that lacks it has nothing there."""
        return StreamedCells(count, lambda: (record.get(column) for record in records()))

    names, count = dict[str, None](), 0
    try:
        for record in records():
            names |= dict.fromkeys(record)
            count += 1
    except DataError:
        if count:
            raise
        return None  # the first line is none by itself
    return Table(str(file), tuple(names), read) if count > 1 else None


def _parse(lines: Sequence[str], by_line: bool) -> Any:
    """The value of a file, or the list of those of its lines, also where its name says otherwise."""
    try:
        return _parse_lines(lines) if by_line else _parse_whole(lines)
    except DataError as error:
        try:
            return _parse_whole(lines) if by_line else _parse_lines(lines)
        except DataError:
            raise error from None


def _parse_lines(lines: Sequence[str]) -> Any:
    """The values of a file with one a line; the only one, if it is a table by itself."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            found.append(_parse_line(line, number))
    if len(found) == 1 and (isinstance(found[0], list) or _is_by_row(found[0])):
        return found[0]
    return found


def _parse_line(line: str, number: int) -> Any:
    """The value of a line."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"line {number} is no JSON ({_explain(error)}): write one record a line") from None


def _parse_whole(lines: Sequence[str]) -> Any:
    """The value of a file."""
    try:
        return json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is no JSON ({_explain(error)}): write a list of records") from None


def _explain(error: Exception) -> str:
    """Why something is no JSON."""
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _read_value(value: Any, notes: list[str]) -> tuple[list[str], Sequence[Any]]:
    """The names and rows of a table, whichever way it is written."""
    if isinstance(value, list):
        return _read_records(value)
    if not isinstance(value, dict) or not value:
        raise DataError(f"it is {_describe(value)}: write a list of records")
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return _read_rows(value["columns"], value["data"])
    if _is_by_row(value):
        inner = [key for part in value.values() for key in part]
        if all(key.isdecimal() for key in value) and not all(key.isdecimal() for key in inner):
            return _read_records(list(value.values()))
        return _read_columns(
            {name: list(part.values()) for name, part in value.items()}, list(value.values())
        )
    below = [name for name, part in value.items() if part and _is_records(part)]
    if len(below) == 1:
        notes.append(f"the table is what stands below {below[0]!r}")
        return _read_records(value[below[0]])
    if below or not all(isinstance(part, list) for part in value.values()):
        told = (
            f"it holds the tables {', '.join(map(repr, below))}" if below else "it is one object and no table"
        )
        raise DataError(f"{told}: write a list of records, each split in a file of its own")
    for name, cells in value.items():
        if name.strip().casefold() in ("tokens", "words") and cells and all(map(_is_word, cells)):
            raise DataError(f"{name!r} may be one sentence or many of one word: write a list of records")
    return _read_columns(value, [])


def _is_word(cell: Any) -> bool:
    """Whether a cell is a single word."""
    return isinstance(cell, str) and len(cell.split()) == 1


def _is_by_row(value: Any) -> bool:
    """Whether a value holds nothing but objects by name."""
    return isinstance(value, dict) and bool(value) and all(isinstance(part, dict) for part in value.values())


def _is_records(value: Any) -> bool:
    """Whether a value is a list of records."""
    return isinstance(value, list) and all(isinstance(record, dict) for record in value)


def _read_records(records: Sequence[Any]) -> tuple[list[str], Sequence[Any]]:
    """The names and rows of records; one that lacks a name has nothing there."""
    for number, record in enumerate(records, 1):
        _check_record(record, number)
    return list(dict.fromkeys(name for record in records for name in record)), records


def _check_record(record: Any, number: int) -> None:
    """Check that a record is an object."""
    if not isinstance(record, dict):
        raise DataError(
            f"record {number} is {_describe(record)}: write an object, with a value for each column"
        )


def _read_columns(
    columns: dict[str, list[Any]], by_row: Sequence[dict[str, Any]]
) -> tuple[list[str], Sequence[Any]]:
    """The names and rows of columns, which must be equally long and have the same names of rows, if any."""
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        raise DataError(f"its columns are not equally long ({told}): give each row a cell in every column")
    if any(list(cells) != list(by_row[0]) for cells in by_row):
        raise DataError("its columns do not name the same rows in the same order: write a list of records")
    return list(columns), list(zip(*columns.values()))


def _read_rows(names: list[Any], rows: list[Any]) -> tuple[list[str], Sequence[Any]]:
    """The names and rows of what `to_json(orient="split")` writes; records have their own names."""
    if rows and _is_records(rows):
        return _read_records(rows)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(names):
            raise DataError(f"row {number} is {_describe(row)}: it needs {len(names)} cells")
    return [str(name) for name in names], rows


def _describe(value: Any) -> str:
    """A value in a word or two, for messages."""
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}..."
