"""Cells of a column -> the same, with lists that were written as text read as lists.

A list gets into a cell of text when a table of lists is saved as CSV: as Python prints it, as NumPy does, or
as JSON. Whether a column holds such lists is decided over all its cells at once: a text may begin with a
bracket, but no column is words here and a list there.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_lstm.errors import DataError

Cells = Mapping[str, list[Any]]
STRING = r"""u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*\""""
BARE = r"""[^\s,'"()\[\]]+"""
ELEMENT = re.compile(rf"(?:(?P<string>{STRING})|np\.\w+\((?P<wrapped>{STRING}|{BARE})\)|(?P<bare>{BARE}))")
BETWEEN = re.compile(r"\s*(,?)\s*")
PRINTED = re.compile(r"(?:np\.|numpy\.)?(?:array|list)\((.*?)(?:,\s*dtype=[^(),]*)?\)", re.DOTALL)
NAMED = {"None": None, "null": None, "nan": None, "NaN": None, "True": True, "False": False}


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


def read_lists(column: Column) -> tuple[Cells, tuple[str, ...]]:
    """Return the cells of a column with its written lists as lists, and notes on them.

    Raises:
        DataError: if a cell is neither text, number nor list of those; or if some cells are lists and others
            are not. Shows the cell.
    """
    filled = list(_look_at(column))
    listed = [one for one in filled if one.items is not None]
    others = [one for one in filled if one.items is None]
    if listed and not others:
        written = sum(isinstance(one.cell, str) for one in listed)
        notes = (f"{column.name!r} holds {written} lists written as text: read as lists",) if written else ()
        return _with_lists(column.cells, listed), notes
    if not listed and not (column.of_lists and others and all(one.looks_listed for one in others)):
        return column.cells, ()
    quoted = [one for one in listed if any(isinstance(item, str) for item in one.items or ())]
    rare = not column.of_lists and 2 * len(quoted) < len(filled)
    if (
        listed
        and not column.of_labels
        and (not quoted or rare)
        and all(isinstance(one.cell, str) for one in listed)
    ):
        return column.cells, tuple(_say_text(column, quoted))
    odd = others[0]
    if odd.looks_listed:
        why = "looks like a list, but is none that can be read: write it in full, as JSON"
    else:
        why = f"is no list, but {_cut(listed[0].cell)} is one: write all cells of {column.name!r} alike"
    raise DataError(f"{column.where(odd.split, odd.row)}: {_cut(odd.cell)} {why}")


def parse_list(text: str) -> list[Any] | None:
    r"""Return the list that a text says it is, of texts, numbers and None; None if it is no list.

    Example:
        >>> parse_list("['The', \"isn't\"]"), parse_list('["\\u00e9"]'), parse_list("['Ann' 'left']")
        (['The', "isn't"], ['é'], ['Ann', 'left'])
        >>> parse_list("[ 1 -1]"), parse_list("[np.str_('a'), np.str_('b')]"), parse_list("('a',)")
        ([1, -1], ['a', 'b'], ['a'])
        >>> parse_list("[laughs]"), parse_list("['a' 'b' ... 'z']"), parse_list("[['a']]")
        (None, None, None)
    """
    text = text.strip()
    if printed := PRINTED.fullmatch(text):
        text = printed[1].strip()
    if text[:1] + text[-1:] not in ("[]", "()"):
        return None
    if text[0] == "[":
        try:
            return _only_scalars(json.loads(text))
        except (ValueError, RecursionError):
            pass
    try:
        items, separators = _scan(text[1:-1].strip())
    except ValueError:
        return None
    return items if text[0] == "[" or "," in separators else None


def is_missing(cell: Any) -> bool:
    """Return whether a cell holds nothing: None, a number that is none, or blanks."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def _look_at(column: Column) -> Iterator[_Cell]:
    """Every cell that holds something, checked for its kind."""
    for split, cells in column.cells.items():
        for row, cell in enumerate(cells):
            if isinstance(cell, list):
                if _only_scalars(cell) is None:
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


def _only_scalars(items: list[Any]) -> list[Any] | None:
    """A list, if it holds texts, numbers and None alone."""
    return items if all(isinstance(item, str | int | float | None) for item in items) else None


def _scan(inner: str) -> tuple[list[Any], set[str]]:
    """What stands between the brackets of a printed list, and what separates it: commas or blanks alone."""
    items, separators, place = [], set(), 0
    while place < len(inner):
        element = ELEMENT.match(inner, place)
        if not element:
            raise ValueError(inner)
        items.append(_read_element(element))
        gap = BETWEEN.match(inner, element.end())
        assert gap
        place = gap.end()
        if place < len(inner) or gap[1]:
            separators.add(gap[1] or gap[0][:1])
    if len({"," if mark == "," else mark.isspace() for mark in separators}) > 1 or "" in separators:
        raise ValueError(inner)
    return items, separators


def _read_element(element: re.Match[str]) -> Any:
    """A text, a number or None, as printed."""
    printed = element["string"] or element["wrapped"] or element["bare"]
    if printed[-1] in "'\"":
        return _read_string(printed.removeprefix("u"))
    if printed in NAMED:
        return NAMED[printed]
    return int(printed) if re.fullmatch(r"[+-]?\d+", printed, re.ASCII) else float(printed)


def _read_string(printed: str) -> str:
    """A text, as printed."""
    if "\\" not in printed:
        return printed[1:-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.literal_eval(printed)
    except (SyntaxError, Warning) as error:
        raise ValueError(printed) from error


def _with_lists(cells: Cells, listed: Sequence[_Cell]) -> Cells:
    """The cells with lists in the places of texts that say they are."""
    changed = {split: list(column) for split, column in cells.items()}
    for one in listed:
        changed[one.split][one.row] = one.items
    return changed


def _say_text(column: Column, quoted: Sequence[_Cell]) -> Iterator[str]:
    """A note on cells that could be lists and are read as text."""
    if quoted:
        where = column.where(quoted[0].split, quoted[0].row)
        yield f"{len(quoted)} cells of {column.name!r} look like lists and are read as text, as in {where}"


def _cut(cell: Any) -> str:
    """A cell, for messages."""
    told = repr(cell)
    return told if len(told) <= 60 else f"{told[:60]}..."
