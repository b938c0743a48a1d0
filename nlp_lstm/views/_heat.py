"""A map of words x words drawn with shades, which need no colour: a table of numbers to one of characters."""

from dataclasses import replace

from nlp_lstm.report import Comparison

STEPS = (0.05, 0.15, 0.3, 0.5)  # of the largest number: where each shade begins
SHADES, NEGATIVE = " ░▒▓█", " -=≡#"
WITH_NUMBERS = 16  # most columns of a map that has room for numbers
WIDE = 40  # most columns of a map that has room for two characters each
EVERY = 5  # of a map without numbers, every fifth column is numbered

Rows = list[list[float | None]]


def draw(table: Comparison) -> Comparison:
    """Return a heat table with its map as text: numbers with a shade each, or in a wide map shades alone.

    Example:
        >>> table = Comparison("", ["1 a", "2 b"], ["1 a", "2 b"], [(1.0, None), (-0.2, 0.8)], "", "", "heat")
        >>> draw(table).values
        [('██1.0', ''), ('▒-.20', '██.80')]
    """
    inside = [column for column, name in enumerate(table.columns) if name in set(table.rows)]
    outside = [column for column in range(len(table.columns)) if column not in inside]
    cells: Rows = [
        [None if (value := row[column]) is None else float(value) for column in inside]
        for row in table.values
    ]
    numbers = [value for row in cells for value in row if value is not None]
    largest = max(map(abs, numbers), default=0.0)
    shades = SHADES[1:]
    if len(inside) <= WITH_NUMBERS:
        drawn, names = _numbered(cells, largest), [table.columns[column] for column in inside]
    else:
        wide = 2 if len(inside) <= WIDE else 1
        drawn = [("".join(_shade(value, largest, NEGATIVE) * wide for value in row),) for row in cells]
        names = [_ruler(len(inside), wide)]
        shades += f", below 0 {NEGATIVE[1:]}," if min(numbers, default=0) < 0 else ""
    return replace(
        table,
        columns=[*names, *(table.columns[column] for column in outside)],
        values=[
            (*texts, *(row[column] for column in outside))
            for texts, row in zip(drawn, table.values, strict=True)
        ],
        meaning=f"{table.meaning}. {shades} begin at {', '.join(f'{100 * step:g}' for step in STEPS)} % of "
        "the largest",
    )


def _numbered(cells: Rows, largest: float) -> list[tuple[str, ...]]:
    """Every number behind its shade, all of the same width."""
    texts = [["" if value is None else _number(value) for value in row] for row in cells]
    width = max(len(text) for row in texts for text in row) + 1
    return [
        tuple(text and text.rjust(width, _shade(value, largest, SHADES)) for text, value in zip(*row))
        for row in zip(texts, cells, strict=True)
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


def _ruler(columns: int, wide: int) -> str:
    """A heading that numbers every fifth column of a map without numbers."""
    ruler = ["·"] * (columns * wide + 4)
    for column in (1, *range(EVERY, columns + 1, EVERY)):
        start = (column - 1) * wide
        ruler[start : start + len(str(column))] = str(column)
    return "".join(ruler).rstrip("·")
