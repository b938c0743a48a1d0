"""Rows of dots with their intervals on one axis: what `_intervals` and `_claims` are made of.

Each measure of a row has a lane of its own, so that no dot hides another; the number stands beside the axis.
"""

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import GREY
from nlp_lstm.views._drawing import Sheet
from nlp_lstm.views._marks import set_log, show, spans_much
from nlp_lstm.views._measures import Measure
from nlp_lstm.views._style import CHARACTER, FAINT, LINE, PAPER, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANE, ROOM, FOOT = 0.165, 0.09, 0.42  # height of a lane, around the lanes of a row, and of the axis's words
SHORT, LONG = 0.5, 1.4  # width of numbers alone, and with intervals
WIDE_PANEL = 4.0  # inches of a panel that has room for numbers with intervals
FINE = 0.2  # numbers below this have three decimals, and so have those of intervals of a tenth of it
BEYOND = 1.05  # where an end beyond the axis stands, as a multiple of its largest number


@dataclass(frozen=True)
class Lanes:
    """Rows of dots on one axis, laid out.

    Args:
        labels: names of the rows.
        measures: at least one, a number for each row.
        told: what the axis tells.
        label: width of the names, in inches; 0 for none, where those of another panel count.
        wide: width of axis and numbers together.
        headings: row -> what stands above it, where a section begins.
        reference: where a line is drawn besides 0.
    """

    labels: Sequence[str]
    measures: Sequence[Measure]
    told: str
    label: float
    wide: float
    headings: dict[int, str] = field(default_factory=dict[int, str])
    reference: float | None = None
    kind: str = ""  # what a row is
    named: bool = False  # whether each lane is, beside the axis
    rooms: Sequence[float] = ()  # heights of the rows, where another panel has more lanes

    @property
    def numbers(self) -> float:
        """The width of the numbers beside the axis."""
        return LONG if self.wide >= WIDE_PANEL and any(one.has_interval for one in self.measures) else SHORT

    @property
    def decimals(self) -> int:
        """How many decimals tell the numbers and their intervals apart."""
        values = np.concatenate([one.values for one in self.measures])
        widths = np.concatenate([one.high - one.low for one in self.measures])
        values, widths = np.abs(values[np.isfinite(values)]), widths[np.isfinite(widths)]
        if (
            values.size
            and not any(one.has_interval for one in self.measures)
            and (values == values.round()).all()
        ):
            return 0
        small = values.size and values.max() < FINE
        return 3 if small or (widths.size and np.median(widths) < FINE / 10) else 2

    @property
    def lane_names(self) -> float:
        """The width of the names of the lanes."""
        return (
            max(len(one.name) for one in self.measures) * (SMALL - 1) * CHARACTER + 0.05
            if self.named
            else 0.0
        )

    def wrapped(self) -> list[list[str]]:
        """The lines of each name."""
        most = max(8, int((self.label - self.lane_names - 0.1) / SMALL / CHARACTER))
        return [break_lines(label, most) for label in self.labels]

    def tops(self) -> list[float]:
        """Where each row begins, and at last where they end, in inches."""
        tops, top = [], 0.0
        for row, lines in enumerate(self.wrapped()):
            top += SMALL * LINE + 2 * ROOM if row in self.headings else 0.0
            tops.append(top)
            own = max(len(self.lanes_of(row)) * LANE, len(lines) * SMALL * LINE if self.label else 0.0) + ROOM
            top += max(own, self.rooms[row] if self.rooms else 0.0)
        return [*tops, top]

    def lanes_of(self, row: int) -> list[Measure]:
        """The measures that a row has; where there is none, one without a number."""
        known = [one for one in self.measures if np.isfinite([one.values[row], one.untrained[row]]).any()]
        return known or [*self.measures[:1]]

    def places(self, row: int, begin: float) -> list[tuple[Measure, float]]:
        """The lanes of a row that begins here, in its middle: each measure and the height of its dots."""
        lanes = self.lanes_of(row)
        first = begin + (self.row_heights()[row] - len(lanes) * LANE) / 2
        return [(one, first + (number + 0.5) * LANE) for number, one in enumerate(lanes)]

    def row_heights(self) -> list[float]:
        """The height of each row, without what stands above it."""
        tops = self.tops()
        above = SMALL * LINE + 2 * ROOM
        return [
            end - top - above * (row + 1 in self.headings)
            for row, (top, end) in enumerate(itertools.pairwise(tops))
        ]

    @property
    def height(self) -> float:
        """How high it is, with the words of its axis."""
        return self.tops()[-1] + FOOT

    def draw(self, sheet: Sheet, left: float, top: float = 0.0) -> None:
        """Draw names, dots, intervals and numbers."""
        tops, lines = self.tops(), self.wrapped()
        axes = sheet.axes(left + self.label, top, self.wide - self.numbers, tops[-1])
        axes.set_ylim(tops[-1], 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        low, high = self.limits(axes)
        for row, (begin, end) in enumerate(itertools.pairwise(tops)):
            self._draw_row(axes, row, begin, low, high)
            if self.label:
                middle = top + begin + self.row_heights()[row] / 2
                options = {"size": SMALL, "va": "center", "linespacing": 1.15}
                sheet.text(left, middle, "\n".join(lines[row]), **options)
                if row in self.headings:
                    above = top + begin - SMALL * LINE - ROOM / 2
                    sheet.text(left, above, self.headings[row], size=SMALL, weight="bold")
            for one, y in self.places(row, begin):
                middle = top + y
                if self.named and np.isfinite(one.values[row]):
                    style = {"size": SMALL - 1, "va": "center", "ha": "right", "color": one.colours[row]}
                    sheet.text(left + self.label - 0.08, middle, one.name.replace("_", " "), **style)
                text = self._number(one, row)
                place = left + self.label + self.wide
                sheet.text(place, middle, text, size=SMALL, va="center", ha="right", color=one.colours[row])
            if end < tops[-1] and row + 1 not in self.headings:
                axes.axhline(end, color=FAINT, linewidth=0.5)
        axes.set_xlabel(visible(self.told).replace("_", " "), size=SMALL)
        if self.label and self.kind:
            sheet.text(left, top + tops[-1] + 0.06, visible(self.kind), size=SMALL, color=GREY)

    def limits(self, axes: "Axes") -> tuple[float, float]:
        """Set the ends of the axis, and return them."""
        arrays = [
            getattr(one, name) for one in self.measures for name in ("values", "low", "high", "untrained")
        ]
        values = np.concatenate(arrays)
        values = values[np.isfinite(values)]
        values = values if values.size else np.array([0.0, 1.0])
        least, most = float(values.min()), float(values.max())
        if spans_much(least, most):
            set_log(axes, "x")
            low, high = least / 1.3, most * 1.3
        else:
            low = least if least > most / 2 else min(0.0, least)
            low = min(low, self.reference) if self.reference is not None else low
            high = max(most, self.reference or 0.0) if most > 0 or self.reference else 0.0
            room = 0.05 * (high - low) or 0.05
            low, high = low - (room if low else 0.02 * (high - low)), high + room
        axes.set_xlim(low, high)
        for place in (0.0, self.reference):
            if place is not None and low < place < high and (least < 0 or place):
                axes.axvline(place, color=GREY, linewidth=0.9, zorder=1)
        return low, high

    def _draw_row(self, axes: "Axes", row: int, begin: float, low: float, high: float) -> None:
        """Draw the dots of a row, each in its lane."""
        for one, y in self.places(row, begin):
            colour = one.colours[row]
            if not np.isnan(one.low[row]):
                ends = np.clip([one.low[row], one.high[row]], low, high)
                axes.plot(ends, [y, y], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="butt")
                if one.high[row] > high:
                    axes.plot(high, y, ">", color=colour, clip_on=False)
            if np.isfinite(one.untrained[row]):
                style = {"mfc": PAPER, "mec": colour, "markersize": 5, "zorder": 3}
                axes.plot(one.untrained[row], y, one.marker, clip_on=False, **style)
            if np.isfinite(one.values[row]):
                axes.plot(
                    one.values[row], y, one.marker, color=colour, markersize=4.5, clip_on=False, zorder=4
                )

    def _number(self, one: Measure, row: int) -> str:
        """The number of a lane, with its interval where there is room."""
        ends = [float(getattr(one, name)[row]) for name in ("values", "low", "high")]
        value, low, high = (show(end, self.decimals) for end in ends)
        if self.numbers == LONG and low:
            return f"{value} ({low} to {high})"
        return value


def break_lines(name: str, most: int) -> list[str]:
    """Return a name in lines of at most so many characters; only a longer word is broken after underscores.

    Example:
        >>> break_lines("layer_1 last_word_accuracy", 14)
        ['layer_1 last_', 'word_accuracy']
    """
    words = [word if len(word) <= most else word.replace("_", "_ ") for word in visible(name).split()]
    lines = textwrap.wrap(" ".join(words), most)
    return [line.replace("_ ", "_") for line in lines] or [""]
