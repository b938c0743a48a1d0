"""Quantiles as boxes: a box for the middle half, a line for the middle 90 %, and the mean or its like."""

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import GREY
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._lanes import FOOT
from nlp_lstm.views._marks import set_log, show, spans_much
from nlp_lstm.views._measures import part_colour
from nlp_lstm.views._panels import numbers
from nlp_lstm.views._style import CHARACTER, FAINT, INK, LINE, MARGIN, PAPER, SMALL, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOX, ROOM = 0.15, 0.1  # height of a box, and around those of a row
NUMBERS = 0.5  # width of the column with the medians
BEFORE = " untrained"
LINES = (-1.0, 0.0, 1.0)  # the bounds of gates and of tanh


def spread_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return the quantiles of a table as boxes, those of the untrained model as hollow ones below.

    Args:
        table: with columns "5 %", "25 %", "50 %", "75 %" and "95 %"; with "minimum" or "maximum" for a thin
            line beyond; "median_low" and "median_high" for an interval of the median; "untrained_50 %" for
            the median of the untrained model. The row "X untrained" belongs to X.
        width: in inches.
    """
    columns = numbers(table, len(table.rows))
    names = [row for row in table.rows if not row.endswith(BEFORE)]
    boxes = [[row for row in (name, f"{name}{BEFORE}") if row in table.rows] for name in names]
    most = int(0.34 * (width - 2 * MARGIN) / SMALL / CHARACTER)
    labels = [_wrap(name, most) for name in names]
    heights = [
        max(len(rows) * BOX, len(lines) * SMALL * LINE) + ROOM
        for rows, lines in zip(boxes, labels, strict=True)
    ]
    tops = np.concatenate([[0.0], np.cumsum(heights)])
    left = MARGIN + max(len(line) for lines in labels for line in lines) * SMALL * CHARACTER + 0.15
    wide = width - left - MARGIN - NUMBERS

    def draw(sheet: Sheet) -> None:
        """Draw the boxes of each row, and the median beside the axis."""
        sheet.text(width - MARGIN, 0.0, "median", size=SMALL, ha="right", color=GREY)
        axes = sheet.axes(left, 0.2, wide, tops[-1])
        _scale(axes, columns)
        axes.set_ylim(tops[-1], 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(table.unit or visible(table.row_kind), size=SMALL)
        for name, rows, lines, top in zip(names, boxes, labels, tops):
            sheet.text(MARGIN, 0.2 + top + ROOM / 2, "\n".join(lines), size=SMALL, linespacing=1.15)
            axes.axhline(top, color=FAINT, linewidth=0.5)
            for number, row in enumerate(rows):
                at = [*table.rows].index(row)
                y = top + ROOM / 2 + (number + 0.5) * BOX
                _box(
                    axes,
                    y,
                    {one: values[at] for one, values in columns.items()},
                    part_colour(name),
                    bool(number),
                )
                ink = GREY if number else INK
                middle = show(float(columns["50 %"][at]))
                sheet.text(width - MARGIN, 0.2 + y, middle, size=SMALL, ha="right", va="center", color=ink)

    return Picture(table.title, 0.2 + tops[-1] + FOOT, draw, table.meaning, _note(table), width)


def _note(table: Comparison) -> str:
    """How the boxes are to be read."""
    told = ["Box: the middle half of the values, with a line at the median."]
    ends = [name for name in ("minimum", "maximum") if name in table.columns]
    told.append(
        f"Line: the middle 90 %; thin line: to the {' and the '.join(ends)}." if ends else "Line: 90 %."
    )
    if any(row.endswith(BEFORE) for row in table.rows):
        told.append("Hollow, below: the untrained model.")
    if "untrained_50 %" in table.columns:
        told.append("Hollow dot: the untrained median.")
    if "median_low" in table.columns:
        told.append("Thick line: the interval of the median.")
    return " ".join(told)


def _scale(axes: "Axes", columns: dict[str, np.ndarray]) -> None:
    """Set the ends of the axis, and draw lines at the bounds that lie in it."""
    values = np.concatenate(list(columns.values()))
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if spans_much(low, high):
        set_log(axes, "x")
        axes.set_xlim(low / 1.3, high * 1.3)
        return
    room = 0.03 * (high - low) or 0.1
    axes.set_xlim(low - room, high + room)
    for place in LINES:
        if low - room <= place <= high + room:
            axes.axvline(place, color=GREY, linewidth=0.9, zorder=1)


def _box(axes: "Axes", y: float, found: dict[str, Any], colour: str | None, hollow: bool) -> None:
    """Draw one box with its lines."""
    from matplotlib.patches import Rectangle

    colour = colour or INK
    ends = [found[f"{at} %"] for at in (5, 25, 50, 75, 95)]
    right = axes.get_xlim()[1]
    finite = [min(end, right) for end in ends]
    far = [found.get("minimum", finite[0]), min(found.get("maximum", finite[-1]), right)]
    axes.plot(far, (y, y), color=colour, linewidth=0.6, zorder=2)
    axes.plot((finite[0], finite[-1]), (y, y), color=colour, linewidth=1.8, zorder=2)
    style = {"facecolor": PAPER if hollow else colour, "edgecolor": colour, "linewidth": 1.0, "zorder": 3}
    axes.add_patch(Rectangle((finite[1], y - 0.42 * BOX), finite[3] - finite[1], 0.84 * BOX, **style))
    ink = colour if hollow else PAPER
    if np.isfinite(found.get("median_low", np.nan)):
        bounds = (found["median_low"], min(found["median_high"], right))
        axes.plot(bounds, (y, y), color=ink, linewidth=3.0, solid_capstyle="butt", zorder=4)
    axes.plot((finite[2], finite[2]), (y - 0.42 * BOX, y + 0.42 * BOX), color=ink, linewidth=1.6, zorder=5)
    if np.isfinite(found.get("untrained_50 %", np.nan)):
        axes.plot(found["untrained_50 %"], y, "o", mfc=PAPER, mec=colour, markersize=5, zorder=6)


def _wrap(name: str, most: int) -> list[str]:
    """The lines of a name."""
    import textwrap

    return textwrap.wrap(visible(name), max(8, most)) or [""]
