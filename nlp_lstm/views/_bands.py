"""A sentence read twice, one reading above the other, over curves.

Two models read it, or one reads it before and after a change.

A long sentence goes on in further rows of words, each with its curves, all on the same scales.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp_lstm.report.markup import visible
from nlp_lstm.states.traces import Trace, says
from nlp_lstm.views._drawing import Sheet
from nlp_lstm.views._panels import Curves, limits, spread
from nlp_lstm.views._sentence import shade
from nlp_lstm.views._style import (
    FAINT,
    INK,
    LINE,
    LONGEST_WORD,
    MARGIN,
    MISSING,
    SMALL,
    TEXT,
    colours,
    ink_on,
    is_narrow,
    shorten,
)
from nlp_lstm.views._style import width as measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, TICKS = 1.75, 1.1, 0.35  # beside the words; of a narrow picture only the numbers of the axes
NUMBER, BOX, SAID, GAP = 0.2, 0.27, 0.33, 0.14  # heights: of a number, a word, what is said, and between
PANEL, APART = 0.85, 0.35  # of curves, and between rows of words
NARROWEST, WIDEST = 0.52, 1.3  # of the column of a word; the latter as a multiple of what it holds


@dataclass(frozen=True)
class Reading:
    """The words of a sentence as one model read them, in columns.

    Args:
        name: of the reading, beside its words.
        words: of each column.
        said: after each word, a name and its probability; empty for nothing.
        colours: of each word.
    """

    name: str
    words: Sequence[str]
    said: Sequence[tuple[str, str]]
    colours: Sequence[Any]

    @classmethod
    def of(cls, name: str, trace: Trace, places: Sequence[int | None]) -> "Reading":
        """Return a reading of a trace: in each column the word at this place, or none."""
        told = [one.rpartition(" ")[::2] if one else ("–", "") for one in says(trace, 1)]
        shades, nothing = shade(trace).colours, ("", "")
        return cls(
            name,
            [
                "–" if place is None else shorten(visible(trace.words[place]), LONGEST_WORD)
                for place in places
            ],
            [
                nothing if place is None else (shorten(visible(told[place][0]), LONGEST_WORD), told[place][1])
                for place in places
            ],
            [MISSING if place is None else shades[place] for place in places],
        )


class Bands:
    """Readings of one sentence in rows of words, each with its curves below.

    Args:
        readings: with the same columns.
        panels: what the curves of a panel tell -> name -> values of all columns; NaN for none.
        columns: those that are drawn.
        width: of the picture, in inches.
        marked: columns whose words have a frame.
        shares: panels whose axis goes from 0 to 1.
    """

    def __init__(
        self,
        readings: Sequence[Reading],
        panels: Mapping[str, Curves],
        columns: range,
        width: float,
        marked: Sequence[int] = (),
        shares: Sequence[str] = (),
    ):
        self.readings, self.panels, self.marked, self.shares = readings, panels, marked, shares
        self.narrow = is_narrow(width)
        self.left, right = (TICKS, 0.05) if self.narrow else (LEFT, RIGHT)
        space = width - 2 * MARGIN - self.left - right
        shown = [(one.words[t], TEXT) for one in readings for t in columns]
        shown += [(one.said[t][0], SMALL) for one in readings for t in columns]
        step = max(NARROWEST, *(measure(text, size) + 0.1 for text, size in shown))
        bands = -(-len(columns) // max(1, int(space / step + 1e-9)))
        length = -(-len(columns) // bands)
        self.step = min(space / length, WIDEST * step)
        starts = range(columns.start, columns.stop, length)
        self.rows = [range(start, min(start + length, columns.stop)) for start in starts]
        self.above = 2 * SMALL * LINE + 0.05 if self.narrow else 0.0
        self.name = SMALL * LINE + 0.02 if self.narrow else 0.0
        self.block = self.name + BOX + SAID + GAP / 2
        self.height = sum(map(self._height, self.rows)) + (len(self.rows) - 1) * APART

    def draw(self, sheet: Sheet) -> None:
        """Draw all rows of words."""
        for shown in self.rows:
            high = NUMBER + len(self.readings) * self.block
            axes = self._axes(sheet, 0, shown, high)
            axes.set_ylim(high, 0)
            axes.set_axis_off()
            for t in shown:
                axes.text(t, NUMBER / 2, str(t + 1), size=SMALL - 1, ha="center", va="center")
            for number, reading in enumerate(self.readings):
                self._draw_reading(sheet, axes, reading, shown, NUMBER + number * self.block)
            top = high + GAP
            for told, curves in self.panels.items() if self._changes(shown) else ():
                self._draw_panel(sheet, top, shown, told, curves)
                top += self.above + PANEL + GAP
            sheet = sheet.below(self._height(shown) + APART)

    def _changes(self, shown: range) -> bool:
        """Whether a row of words has any numbers."""
        every = [
            values[shown.start : shown.stop] for curves in self.panels.values() for values in curves.values()
        ]
        return any(np.isfinite(values).any() for values in every)

    def _height(self, shown: range) -> float:
        """How high a row of words is, with its curves if it has any."""
        curves = len(self.panels) * (self.above + PANEL + GAP) if self._changes(shown) else 0.0
        return NUMBER + len(self.readings) * self.block + GAP + curves

    def _axes(self, sheet: Sheet, top: float, shown: range, height: float) -> "Axes":
        """Axes over a row of words: column t stands at t."""
        axes = sheet.axes(MARGIN + self.left, top, len(shown) * self.step, height)
        axes.set_xlim(shown.start - 0.5, shown.stop - 0.5)
        return axes

    def _draw_reading(self, sheet: Sheet, axes: "Axes", one: Reading, shown: range, top: float) -> None:
        """Draw the words of a reading on their colors, and what is said after each."""
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Rectangle

        if self.narrow:
            sheet.text(MARGIN + self.left, top, one.name, size=SMALL, weight="bold")
        else:
            sheet.text(MARGIN, top + BOX / 2, one.name, size=SMALL, va="center", weight="bold")
            sheet.text(MARGIN, top + BOX + 0.05, "says", size=SMALL)
        top, first = top + self.name, self.readings[0]
        for t in shown:
            colour, new = one.colours[t], t in self.marked
            style = {
                "facecolor": colour,
                "edgecolor": INK if new else FAINT,
                "linewidth": 1.6 if new else 0.8,
            }
            axes.add_patch(Rectangle((t - 0.47, top), 0.94, BOX, **style))
            ink = INK if colour == MISSING else ink_on(to_rgb(colour))
            axes.text(t, top + BOX / 2, one.words[t], color=ink, ha="center", va="center", size=TEXT)
            other = self.shares and one.said[t][0] != first.said[t][0]
            weight = "bold" if other else "normal"
            axes.text(
                t, top + BOX + 0.04, "\n".join(one.said[t]), ha="center", va="top", size=SMALL, weight=weight
            )

    def _draw_panel(self, sheet: Sheet, top: float, shown: range, told: str, curves: Curves) -> None:
        """Draw the curves of a panel over a row of words."""
        axes = self._axes(sheet, top + self.above, shown, PANEL)
        colour, ends = colours(list(curves)), []
        for name, values in curves.items():
            known = values[shown.start : shown.stop]
            axes.plot(list(shown), known, color=colour[name], marker="o", clip_on=False)
            known = known[np.isfinite(known)]
            ends.append((float(known[-1]) if known.size else 0.0, name))
        low, high = (0.0, 1.0) if told in self.shares else limits(curves, "")
        axes.set_ylim(low, high)
        axes.locator_params(axis="y", nbins=4)
        axes.set_xticks(list(shown), [""] * len(shown))
        axes.tick_params(axis="x", length=0)
        if self.narrow:
            left = MARGIN + self.left
            sheet.text(left, top, told.replace("\n", " "), size=SMALL)
            for name in curves if len(curves) > 1 else ():
                sheet.text(left, top + SMALL * LINE, name, color=colour[name], size=SMALL)
                left += measure(name, SMALL) + 0.12
            return
        sheet.text(MARGIN, top + PANEL / 2, told, va="center", size=SMALL)
        right = MARGIN + self.left + len(shown) * self.step + 0.08
        for name, height in spread(ends, low, high, PANEL, 0.13):
            sheet.text(right, top + PANEL - height, name, color=colour[name], va="center", size=SMALL)
