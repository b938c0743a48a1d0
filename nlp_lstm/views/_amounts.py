"""A signed amount for each row as a bar from 0, such as what each word adds to a score."""

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import ABOVE_ZERO, BELOW_ZERO, GREY
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._style import INK, LONGEST_WORD, MARGIN, SMALL, TEXT, WIDTH, shorten
from nlp_lstm.views._style import width as measure

MOST_ROWS = 60  # that are drawn
ROW, NUMBER, AXIS = 0.26, 0.5, 0.45  # height of a row, width of a number, height of the axis
WIDEST = 7.0  # of the bars


def amount_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return the first column of a table as bars from 0, with the number behind each.

    Args:
        table: of numbers.
        width: in inches.
    """
    names = [shorten(visible(name), LONGEST_WORD + 4) for name in table.rows[:MOST_ROWS]]
    values = np.array([np.nan if row[0] is None else row[0] for row in table.values[:MOST_ROWS]], float)
    left = MARGIN + max(measure(name, TEXT) for name in names) + 0.15
    wide = min(WIDEST, width - left - MARGIN)
    high = ROW * len(names)
    most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    room = 1 + NUMBER / (wide / 2 - NUMBER)  # beside the longest bar, for its number

    def draw(sheet: Sheet) -> None:
        """Draw the bars, their numbers and the axis."""
        axes = sheet.axes(left, 0.0, wide, high)
        places = np.arange(len(names))
        colours = [ABOVE_ZERO if value > 0 else BELOW_ZERO for value in values]
        axes.barh(places, np.nan_to_num(values), height=0.7, color=colours)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(-most * room, most * room)
        axes.set_yticks(places, names, size=TEXT)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.spines[["left"]].set_visible(False)
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set_xlabel(f"{table.columns[0].replace('_', ' ')}{f', {table.unit}' if table.unit else ''}")
        for place, value in enumerate(values):
            side = "left" if value >= 0 else "right"
            axes.text(value, place, f" {value:+.2f} ", va="center", ha=side, size=SMALL, color=INK)

    note = "Bars: teal for what speaks for it, brown for what speaks against it."
    if len(names) < len(table.rows):
        note += f" The first {len(names)} of {len(table.rows)} rows; --format csv and json hold all."
    return Picture(table.title, high + AXIS, draw, table.meaning, note, width, table.see)
