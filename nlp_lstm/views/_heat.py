"""A map of words x words drawn with shades, which need no colour: a table of numbers to one of characters."""

from dataclasses import replace

from nlp_lstm.comparison import Comparison, Value

STEPS = (0.05, 0.15, 0.3, 0.5)  # of the largest value: where each shade begins
SHADES, NEGATIVE = " ░▒▓█", " -=≡#"
WITH_NUMBERS = 20  # most words whose map has room for numbers
WIDE = 40  # most words whose map has room for two characters each
EVERY = 5  # of a map without numbers, every fifth column is numbered


def draw(table: Comparison) -> Comparison:
    """Return a heat table with its map as text: numbers with a shade each, or in a wide map shades alone.

    Example:
        >>> table = Comparison("", ["1 a", "2 b"], ["1 a", "2 b"], [(1.0, None), (-0.2, 0.8)], "", "", True)
        >>> draw(table).values
        [('█1.00', ''), ('=-.20', '█ .80')]
    """
    is_map = [name in set(table.rows) for name in table.columns]
    cells = [[value for value, inside in zip(row, is_map) if inside] for row in table.values]
    others = [tuple(value for value, inside in zip(row, is_map) if not inside) for row in table.values]
    names = [name for name, inside in zip(table.columns, is_map) if inside]
    numbers = [abs(value) for row in cells for value in row if value is not None]
    shades = [[_shade(value, max(numbers, default=0)) for value in row] for row in cells]
    if len(names) <= WITH_NUMBERS:
        texts = [[_number(value) for value in row] for row in cells]
        width = max(len(text) for row in texts for text in row)
        drawn = [
            tuple(shade + text.rjust(width) if text else "" for shade, text in zip(*row))
            for row in zip(shades, texts)
        ]
    else:
        wide = 2 if len(names) <= WIDE else 1
        drawn = [("".join(shade * wide for shade in row),) for row in shades]
        names = [_ruler(len(names), wide)]
    below = any(value < 0 for row in cells for value in row if value is not None)
    legend = f"{'; below 0 ' + NEGATIVE[1:] if below else ''}: from 5, 15, 30, 50 % of the largest"
    return replace(
        table,
        columns=[*names, *(name for name, inside in zip(table.columns, is_map) if not inside)],
        values=[(*row, *rest) for row, rest in zip(drawn, others, strict=True)],
        meaning=f"{table.meaning}. {SHADES[1:]}{legend}",
    )


def _shade(value: Value, largest: float) -> str:
    """The character that stands for a number beside the largest."""
    if value is None or not largest:
        return " "
    level = sum(abs(value) >= step * largest for step in STEPS)
    return (NEGATIVE if value < 0 else SHADES)[level]


def _number(value: Value) -> str:
    """A number with two decimals and nothing before the point that could be left out."""
    if value is None:
        return ""
    text = f"{value:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _ruler(columns: int, wide: int) -> str:
    """A heading that numbers every fifth column of a map without numbers."""
    ruler = [" "] * (columns * wide + 4)
    for column in (1, *range(EVERY, columns + 1, EVERY)):
        start = (column - 1) * wide
        ruler[start : start + len(str(column))] = str(column)
    return "".join(ruler).rstrip()
