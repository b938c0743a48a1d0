"""A drawn table: words to the left, wrapped where they are long, numbers to the right beside a bar."""

import textwrap
from collections.abc import Sequence
from typing import Any

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import show_value, visible
from nlp_lstm.report.palette import GREY, PART_COLOURS
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._style import CHARACTER, FAINT, LINE, MARGIN, SMALL, WIDTH
from nlp_lstm.views._style import width as measure

MOST_ROWS = 60  # that are drawn
LONGEST, SHORTEST = 300, 12  # characters of a cell, and of a line of it
GAP, NARROWEST = 0.2, 0.75  # between columns, and of a column
STRIP = 0.5  # width of the bars of a column, to the left of its numbers
ROOM = 0.07  # above and below the lines of a row


def table_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return a table as it stands, with a bar beside each number where there is room.

    Args:
        table: of any rows.
        width: in inches; a table that cannot be so narrow is wider.
    """
    shown = list(zip(table.rows, table.values, strict=True))[: table.first][:MOST_ROWS]
    values = [(row, *cells) for row, cells in shown]
    heading = [visible(name).replace("_", " ") for name in (table.row_kind, *table.columns)]
    texts = [[show_value(value)[:LONGEST] for value in row] for row in values]
    is_text = [True, *(any(isinstance(row[name], str) for row in values) for name in range(1, len(heading)))]
    widths = _widths(heading, texts, is_text, width)
    strips = _strips(values, widths, width)
    widths = [wide + strip for wide, strip in zip(widths, strips, strict=True)]
    lines = [_wrap(row, widths) for row in texts]
    head = [textwrap.wrap(name, max(1, int(wide / SMALL / CHARACTER))) for name, wide in zip(heading, widths)]
    heights = [max(map(len, row)) * SMALL * LINE + 2 * ROOM for row in [head, *lines]]
    ends = [MARGIN + sum(widths[: column + 1]) + GAP * column for column in range(len(widths))]

    def draw(sheet: Sheet) -> None:
        """Write every cell, and draw the bars beside the numbers."""
        line_up = ["left" if text else "right" for text in is_text]
        places = [end - wide if text else end for end, wide, text in zip(ends, widths, is_text)]
        top = 0.0
        for row, height in zip([head, *lines], heights, strict=True):
            for place, side, cell in zip(places, line_up, row, strict=True):
                weight = "bold" if row is head else "normal"
                options = {"ha": side, "size": SMALL, "weight": weight, "zorder": 3}
                sheet.text(place, top + 1.3 * ROOM, "\n".join(map(visible, cell)), **options)
            top += height
        _draw_bars(sheet, table, values, heights, ends, widths, strips)

    notes = []
    if len(shown) < len(table.rows):
        notes.append(f"The first {len(shown)} of {len(table.rows)} rows; --format csv and json hold all.")
    if any(strips):
        below = any(isinstance(value, float) and value < 0 for row in values for value in row)
        told = "Bars: the size of each number compared with the largest in its column"
        notes.append(f"{told}; empty: below 0." if below else f"{told}.")
    whole = max(width, ends[-1] + MARGIN)
    return Picture(table.title, sum(heights), draw, table.meaning, " ".join(notes), whole, table.see)


def _strips(values: Sequence[Sequence[Any]], widths: Sequence[float], width: float) -> list[float]:
    """The width of the bars of each column: none of text or counts, none at all without room."""
    measured = [any(isinstance(row[column], float) for row in values) for column in range(len(widths))]
    over = sum(widths) + GAP * (len(widths) - 1) + STRIP * sum(measured) > width - 2 * MARGIN
    return [0.0 if over or not one else STRIP for one in measured]


def _widths(
    heading: Sequence[str], texts: Sequence[Sequence[str]], is_text: Sequence[bool], width: float
) -> list[float]:
    """The width of each column; where all do not fit, the widest columns of text are made narrower."""
    widths = []
    for column, name in enumerate(heading):
        cells = max((measure(row[column], SMALL) for row in texts), default=0.0)
        widths.append(max(cells, *(measure(word, SMALL) for word in name.split()), NARROWEST) + 0.05)
    narrowest = SHORTEST * SMALL * CHARACTER
    over = sum(widths) + GAP * (len(widths) - 1) - (width - 2 * MARGIN)
    while over > 0:
        wide = max((column for column, text in enumerate(is_text) if text), key=widths.__getitem__, default=0)
        if widths[wide] <= narrowest:
            break
        cut = min(over, 0.1, widths[wide] - narrowest)
        widths[wide] -= cut
        over -= cut
    return widths


def _wrap(row: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
    """The lines of each cell of a row."""
    return [
        textwrap.wrap(cell, max(1, int(wide / SMALL / CHARACTER))) or [""]
        for cell, wide in zip(row, widths, strict=True)
    ]


def _draw_bars(
    sheet: Sheet,
    table: Comparison,
    values: Sequence[Sequence[Any]],
    heights: Sequence[float],
    ends: Sequence[float],
    widths: Sequence[float],
    strips: Sequence[float],
) -> None:
    """Draw the rule under the heading and a bar beside each number, as long as it is beside the largest."""
    from matplotlib.patches import Rectangle

    axes = sheet.axes(0, 0, ends[-1] + MARGIN, sum(heights))
    axes.set_xlim(0, ends[-1] + MARGIN)
    axes.set_ylim(sum(heights), 0)
    axes.set_axis_off()
    axes.set_zorder(-1)
    tops = [sum(heights[: row + 1]) for row in range(len(heights))]
    for top in tops:
        axes.plot((MARGIN, ends[-1]), (top, top), color=GREY if top == tops[0] else FAINT, linewidth=0.7)
    for column, name in enumerate(table.columns, start=1):
        numbers = [row[column] if isinstance(row[column], float) else 0.0 for row in values]
        largest = max(map(abs, numbers), default=0.0)
        colour = next((colour for part, colour in PART_COLOURS.items() if part in name), GREY)
        for top, height, value in zip(tops, heights[1:], numbers):
            if largest and value and strips[column]:
                long = 0.9 * strips[column] * min(abs(value) / largest, 1.0)
                place = ends[column] - widths[column], top + 0.06
                box = Rectangle(place, long, height - 0.12, color=colour, alpha=0.5, fill=value > 0)
                axes.add_patch(box)  # below 0 an empty one
