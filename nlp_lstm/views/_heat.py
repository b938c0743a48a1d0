"""A map of words x words drawn with shades, which need no colour: from numbers to characters."""

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.views._fitting import Column

STEPS = (0.05, 0.15, 0.3, 0.5)  # of the largest number: where each shade begins
SHADES, NEGATIVE = " ░▒▓█", " -=≡#"
EVERY = 5  # of a map without numbers, every fifth column is numbered
RULER = 4  # cells that the last number of a ruler may stand out

Rows = list[list[float | None]]


def in_map(table: Comparison) -> list[int]:
    """Return which columns of a heat table are its map: those that are named like rows."""
    rows = set(table.rows)
    return [place for place, name in enumerate(table.columns) if name in rows]


def draw(table: Comparison, width: int) -> tuple[list[Column], str]:
    """Return the map of a heat table as columns, and what its shades mean.

    As wide as the room lets it be: numbers with a shade each, under number and word or under the number
    alone; else shades, two characters each or one; a map that is wider still is cut into several columns.

    Args:
        table: with a map.
        width: the room beside the row names.

    Example:
        >>> table = Comparison("", ["1 a", "2 b"], ["1 a", "2 b"], [(1.0, None), (-0.2, 0.8)], "", "", "heat")
        >>> [list(column.cells) for column in draw(table, 60)[0]]
        [['██1.0', '▒-.20'], ['', '██.80']]
    """
    places = in_map(table)
    cells: Rows = [
        [None if (value := row[place]) is None else float(value) for place in places]
        for row in table.values[: table.first]
    ]
    numbers = [value for row in cells for value in row if value is not None]
    largest = max(map(abs, numbers), default=0.0)
    begin = f" begin at {', '.join(f'{100 * step:g}' for step in STEPS)} % of the largest"
    names = [visible(table.columns[place]) for place in places]
    for headings in (
        [name.replace(" ", "\n", 1) for name in names],
        [name.partition(" ")[0] for name in names],
    ):
        columns = _numbered(headings, cells, largest)
        if sum(column.unbroken + column.gap for column in columns) <= width:
            return columns, SHADES[1:] + begin
    below = f", below 0 {NEGATIVE[1:]}," if min(numbers, default=0) < 0 else ""
    return _shaded(cells, largest, width), SHADES[1:] + below + begin


def _numbered(names: list[str], cells: Rows, largest: float) -> list[Column]:
    """Every number behind its shade, all of the same width."""
    texts = [["" if value is None else _number(value) for value in row] for row in cells]
    width = max((len(text) for row in texts for text in row), default=0) + 1
    drawn = [
        [text and text.rjust(width, _shade(value, largest, SHADES)) for text, value in zip(*row)]
        for row in zip(texts, cells, strict=True)
    ]
    return [Column(name, [row[place] for row in drawn], True, True, 1) for place, name in enumerate(names)]


def _shaded(cells: Rows, largest: float, width: int) -> list[Column]:
    """Shades alone, in as few columns as have room for them."""
    count = max(map(len, cells), default=0)
    wide = 2 if 2 * count + RULER <= width else 1
    most = max(EVERY, (width - RULER) // wide)
    return [
        Column(
            _ruler(first, min(first + most, count), wide),
            [
                "".join(_shade(value, largest, NEGATIVE) * wide for value in row[first:][:most])
                for row in cells
            ],
            True,
            True,
        )
        for first in range(0, count, most)
    ]


def _shade(value: float | None, largest: float, negative: str) -> str:
    """The character that stands for a number beside the largest."""
    if value is None or not largest:
        return " "
    level = sum(abs(value) >= step * largest for step in STEPS)
    return (negative if value < 0 else SHADES)[level]


def _number(value: float) -> str:
    """A number in three characters, and its sign: .62, 1.2, 12."""
    places = next((places for places, end in ((2, 0.995), (1, 9.95)) if abs(value) < end), 0)
    text = f"{value:.{places}f}".removeprefix("-")
    return ("-" if value < 0 and text.strip("0.") else "") + text.removeprefix("0")


def _ruler(first: int, end: int, wide: int) -> str:
    """A heading that numbers the first and every fifth column of a map without numbers.

    Example:
        >>> _ruler(0, 10, 1)
        '1···5····10'
    """
    ruler = ["·"] * ((end - first) * wide + RULER)
    for column in range(first + 1, end + 1):
        if column == first + 1 or column % EVERY == 0:
            start = (column - first - 1) * wide
            ruler[start : start + len(str(column))] = str(column)
    return "".join(ruler).rstrip("·")
