"""Columns of text -> lines that fit a width: what a table does where a terminal is too narrow for it.

Measured in the cells of a terminal, where a Chinese character takes two and an accent none.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

FOLLOWS = re.compile("(low|high|±)$")  # columns that stay with the one before: its interval
LEAST = 24  # cells that wrapped text keeps; on a narrow terminal a third of its width


@dataclass(frozen=True)
class Column:
    """A column as text.

    Args:
        name: its heading; a line break in it stays one.
        cells: a text per row.
        left: whether they stand to the left, as words do.
        whole: whether they must not be broken, as a line of a map.
        gap: how many blanks stand before it.
    """

    name: str
    cells: Sequence[str]
    left: bool = False
    whole: bool = False
    gap: int = 2

    @cached_property
    def width(self) -> int:
        """How wide its widest cell is."""
        return max(map(measure, self.cells), default=0)

    @cached_property
    def unbroken(self) -> int:
        """How wide it is if neither heading nor cells are broken."""
        return max(self.width, *map(measure, self.name.split("\n")))

    def needs(self, most: int) -> int:
        """Return how wide it is if its heading is broken, and all that is wider than `most` wraps."""
        pieces = re.split("\n" if self.whole else "[ _\n]", self.name)
        wanted = max(self.width, *map(measure, pieces))
        return wanted if self.whole else min(wanted, most)


Paint = Callable[[Column, str, bool], str]  # (column, cell, whether it is the heading) -> the cell in colour


def measure(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def wrap(pieces: str | Iterable[str], width: int) -> list[str]:
    """Return lines of at most `width` cells, broken at blanks; a piece that is longer is cut anywhere.

    Args:
        pieces: what must stay together if it can; of a text what its blanks part.
        width: at least 2.

    Example:
        >>> wrap("the sky is extraordinary", 8)
        ['the sky', 'is', 'extraord', 'inary']
    """
    from rich.cells import chop_cells

    if isinstance(pieces, str):
        pieces = pieces.split(" ")
    lines, line = [], None
    for piece in pieces:
        for part in [piece] if measure(piece) <= width else chop_cells(piece, width):
            joined = part if line is None else f"{line} {part}"
            if line is not None and measure(joined) > width:
                lines.append(line)
                joined = part
            line = joined
    return [*lines, line or ""]


def fit(columns: Sequence[Column], width: int, paint: Paint = lambda column, cell, heading: cell) -> str:
    """Return a table as text of at most `width` cells.

    Where it is too wide, first headings break at blanks and underscores, then cells wrap, down to 24 cells
    or a third of the width; then it goes on in blocks below, each with the row names.

    Args:
        columns: the first holds the row names.
        width: at least 40.
        paint: colours a cell, or a line of it.

    Example:
        >>> columns = [Column("word", ["sky"], True), Column("long_name", ["0.5"]), Column("b", ["1"])]
        >>> print(fit(columns, 17))
              long
        word  name  b
        sky    0.5  1
    """
    return "\n\n".join(_show(block, width, paint) for block in _blocks(columns, width))


def _blocks(columns: Sequence[Column], width: int) -> list[list[Column]]:
    """As few blocks as will do, of widths as like as can be, wrapping as little as will do for that."""
    if _total(columns, [column.unbroken for column in columns]) <= width:
        return [list(columns)]
    caps = range(width, min(LEAST, width // 3) - 1, -1)
    plans = [[column.needs(cap) for column in columns] for cap in caps]
    widths = min(plans, key=lambda plan: len(_pack(columns, plan, width)))
    best = found = _pack(columns, widths, width)
    for limit in range(width, 0, -1):
        if len(found := _pack(columns, widths, limit)) > len(best):
            break
        best = found
    return best


def _pack(columns: Sequence[Column], widths: Sequence[int], limit: int) -> list[list[Column]]:
    """The columns in blocks of at most `limit` cells, each begun by the row names."""
    blocks, taken = [[columns[0]]], widths[0]
    needed = [column.gap + width for column, width in zip(columns, widths, strict=True)]
    for place, column in list(enumerate(columns))[1:]:
        follows = FOLLOWS.search(column.name)
        end = place + 1
        while not follows and end < len(columns) and FOLLOWS.search(columns[end].name):
            end += 1
        if len(blocks[-1]) > 1 and taken + sum(needed[place:end]) > limit:
            blocks.append([columns[0]])
            taken = widths[0]
        blocks[-1].append(column)
        taken += needed[place]
    return blocks


def _show(columns: Sequence[Column], width: int, paint: Paint) -> str:
    """One block: columns side by side, under a heading of some lines."""
    widths = [column.unbroken for column in columns]
    for cap in range(width, 1, -1):
        if _total(columns, widths) <= width:
            break
        widths = [column.needs(cap) for column in columns]
    headings = [_lines(column, column.name, width) for column, width in zip(columns, widths, strict=True)]
    above = max(map(len, headings))
    headings = [[""] * (above - len(lines)) + lines for lines in headings]
    rows = [
        [_lines(column, cell, width) for column, cell, width in zip(columns, cells, widths, strict=True)]
        for cells in zip(*(column.cells for column in columns))
    ]
    return "\n".join(
        _line(columns, cells, widths, paint, is_heading=number == 0)
        for number, row in enumerate([headings, *rows])
        for cells in zip_longest(*row, fillvalue="")
    )


def _lines(column: Column, text: str, width: int) -> list[str]:
    """The lines of a heading or a cell; a heading that is too long breaks at its underscores, too."""
    parts = text.split("\n")
    if column.whole:
        return parts
    if text == column.name:
        parts = [part if measure(part) <= width else part.replace("_", " ") for part in parts]
    return [line for part in parts for line in wrap(part, width)]


def _line(
    columns: Sequence[Column], cells: Iterable[str], widths: Iterable[int], paint: Paint, is_heading: bool
) -> str:
    """A line of a block; blanks stay without colour."""
    line = ""
    for number, (column, cell, width) in enumerate(zip(columns, cells, widths, strict=True)):
        blank = " " * (width - measure(cell))
        shown = paint(column, cell, is_heading) if cell.strip() else cell
        line += " " * column.gap * (number > 0) + (shown + blank if column.left else blank + shown)
    return line.rstrip()


def _total(columns: Sequence[Column], widths: Iterable[int]) -> int:
    """How wide columns are side by side."""
    return sum(width + column.gap for column, width in zip(columns, widths, strict=True)) - columns[0].gap
