"""A map of words x words drawn with shades, which need no colour: a table of numbers to one of characters."""

from dataclasses import replace

from nlp_lstm.comparison import Comparison, Value

STEPS = (0.05, 0.15, 0.3, 0.5)  # of the largest value: where each shade begins
SHADES, NEGATIVE = " ░▒▓█", " -=≡#"
WITH_NUMBERS = 16  # most words whose map has room for numbers
WIDE = 40  # most words whose map has room for two characters each
EVERY = 5  # of a map without numbers, every fifth column is numbered


def draw(table: Comparison) -> Comparison:
    """Return a heat table with its map as text: numbers with a shade each, or in a wide map shades alone.

    Example:
        >>> table = Comparison("", ["1 a", "2 b"], ["1 a", "2 b"], [(1.0, None), (-0.2, 0.8)], "", "", True)
        >>> draw(table).values
        [('█1.0', ''), ('▒-.20', '██.80')]
    """
    is_map = [name in set(table.rows) for name in table.columns]
    cells = [[value for value, inside in zip(row, is_map) if inside] for row in table.values]
    others = [tuple(value for value, inside in zip(row, is_map) if not inside) for row in table.values]
    names = [name for name, inside in zip(table.columns, is_map) if inside]
    numbers = [abs(value) for row in cells for value in row if value is not None]
    largest = max(numbers, default=0)
    if len(names) <= WITH_NUMBERS:
        texts = [[_number(value) for value in row] for row in cells]
        width = max(len(text) for row in texts for text in row)
        drawn = [
            tuple(text and text.rjust(width + 1, _shade(value, largest)) for text, value in zip(*row))
            for row in zip(texts, cells)
        ]
    else:
        wide = 2 if len(names) <= WIDE else 1
        drawn = [("".join(_shade(value, largest, NEGATIVE) * wide for value in row),) for row in cells]
        names = [_ruler(len(names), wide)]
    below = len(names) < len(table.rows) and any(
        value < 0 for row in cells for value in row if value is not None
    )
    steps = ", ".join(f"{100 * step:g}" for step in STEPS)
    legend = f"{SHADES[1:]}{f', below 0 {NEGATIVE[1:]},' if below else ''} from {steps} % of the largest"
    return replace(
        table,
        columns=[*names, *(name for name, inside in zip(table.columns, is_map) if not inside)],
        values=[(*row, *rest) for row, rest in zip(drawn, others, strict=True)],
        meaning=f"{table.meaning}. {legend}",
    )


def _shade(value: Value, largest: float, negative: str = SHADES) -> str:
    """The character that stands for a number beside the largest."""
    if value is None or not largest:
        return " "
    level = sum(abs(value) >= step * largest for step in STEPS)
    return (negative if value < 0 else SHADES)[level]


def _number(value: Value) -> str:
    """A number in three characters, and its sign: .62, 1.2, 12."""
    if value is None:
        return ""
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
