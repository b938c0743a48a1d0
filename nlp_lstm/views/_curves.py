"""Curves over rows that are numbers: a band for the interval of each, dashes for an untrained model."""

from collections.abc import Mapping

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._panels import numbers, spread
from nlp_lstm.views._style import LINE, MARGIN, PAPER, SMALL, TEXT, WIDTH, colours, shorten

LEFT, RIGHT, HIGH, FOOT = 0.6, 3.0, 3.4, 0.5
UNTRAINED = "untrained_"
MARKERS = "osD^vPX"  # of curves of the same colour, one after the other
MOST_TICKS = 25


def curves_picture(table: Comparison) -> Picture:
    """Return the columns of a table as curves over its rows.

    Raises:
        ValueError: if a row is no number.
    """
    places = np.array([float(row) for row in table.rows])
    columns = numbers(table, len(table.rows))
    drawn = [name for name in columns if not is_bound(name, columns)]
    apart = SMALL * LINE
    high = max(HIGH, apart * len(drawn))

    def draw(sheet: Sheet) -> None:
        """Draw every curve with its band, and its name where it ends."""
        axes = sheet.axes(MARGIN + LEFT, 0.1, WIDTH - 2 * MARGIN - LEFT - RIGHT, high)
        colour, ends, of_colour = colours(drawn), [], {}
        for name in drawn:
            same = of_colour.setdefault((colour[name], name.startswith(UNTRAINED)), [])
            same.append(name)
            dashes = "--" if name.startswith(UNTRAINED) else "-"
            marker = MARKERS[(len(same) - 1) % len(MARKERS)]
            fill = PAPER if name.startswith(UNTRAINED) else colour[name]
            axes.plot(places, columns[name], dashes, color=colour[name], marker=marker, mfc=fill)
            if f"{name}_low" in columns and f"{name}_high" in columns:
                bounds = columns[f"{name}_low"], columns[f"{name}_high"]
                axes.fill_between(places, *bounds, color=colour[name], alpha=0.18, linewidth=0)
            known = columns[name][np.isfinite(columns[name])]
            ends.append((float(known[-1]) if known.size else 0.0, name))
        values = np.concatenate([columns[name] for name in drawn])
        axes.set_ylim(bottom=None if (values < 0).any() else 0.0)
        axes.set_xlabel(visible(table.row_kind), size=TEXT)
        if len(places) <= MOST_TICKS:
            axes.set_xticks(places, [visible(row) for row in table.rows])
        right = WIDTH - MARGIN - RIGHT + 0.1
        for name, height in spread(ends, *axes.get_ylim(), high, apart):
            label = shorten(visible(name), 40)
            sheet.text(right, 0.1 + high - height, label, color=colour[name], va="center", size=SMALL)

    notes = []
    if any(f"{name}_low" in columns for name in drawn):
        notes.append("Bands: the intervals, from the columns named low to the columns named high.")
    if any(name.startswith(UNTRAINED) for name in drawn):
        notes.append("Dashes: an untrained model.")
    return Picture(table.title, high + FOOT, draw, table.meaning, " ".join(notes))


def is_bound(name: str, columns: Mapping[str, object]) -> bool:
    """Return whether a column is an end of the interval of another.

    Example:
        >>> [is_bound(name, {"a": 1, "a_low": 0}) for name in ("a", "a_low", "b_low")]
        [False, True, False]
    """
    return name.endswith(("_low", "_high")) and name.rpartition("_")[0] in columns
