"""The words of a sentence coloured by what a model says after each, over curves of what its states do.

Long sentences go on in further rows of words, each with its curves, all on the same scales. A wide picture
has the names of the curves beside them, a narrow one above them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import PROBABILITY_SCALE, SENTIMENT_SCALE
from nlp_lstm.states.traces import Trace, named, says
from nlp_lstm.task import tells_sentiments
from nlp_lstm.text.ends import END
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._panels import Curves, group, limits, numbers, spread
from nlp_lstm.views._style import (
    FAINT,
    INK,
    LINE,
    LONGEST_WORD,
    MARGIN,
    MISSING,
    SMALL,
    TEXT,
    WIDTH,
    colours,
    ink_on,
    is_narrow,
    shorten,
)
from nlp_lstm.views._style import width as measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT = 1.5, 1.25  # beside the words: names of the panels, names of the curves
TICKS = 0.35  # beside the words of a narrow picture: the numbers of the axes
SCALE = 0.35  # above the words of a narrow picture: what their colours stand for
WIDEST, NARROWEST = 0.95, 0.28  # of the column of a word
PANEL, GAP, APART = 0.78, 0.14, 0.35  # height of curves, between them, and between rows of words
MOST_WORDS = 300  # that are drawn
UPRIGHT = (
    22.0  # inches of words side by side, in all rows, that stay horizontal: 2 wide rows, or 5 narrow ones
)
TOLD = {
    "norm": "norm\n(length of the state)",
    "moved": "moved from the word\nbefore (1 – cosine)",
    "gate": "gate\n(0 closed, 1 open)",
    "saturated": "saturated\n(share of units)",
    "memory_age": "memory age\n(in words)",
}
SENTIMENTS = {"very negative": -1.0, "negative": -0.5, "neutral": 0.0, "positive": 0.5, "very positive": 1.0}


def sentence_picture(trace: Trace, table: Comparison, width: float = WIDTH) -> Picture:
    """Return the words of a trace with what is said after each, over the numbers of a table.

    Args:
        trace: of one layer.
        table: one row per word of the trace; its columns of numbers are drawn, the others are not.
        width: in inches.
    """
    shown = min(len(trace.words), MOST_WORDS)
    known = {name: values for name, values in numbers(table, shown).items() if np.isfinite(values).any()}
    words = [shorten(visible(word), LONGEST_WORD) for word in trace.words[:shown]]
    said = [one.rpartition(" ")[::2] if one else ("–", "") for one in says(trace, 1)[:shown]]
    said = [(shorten(visible(name), LONGEST_WORD), probability) for name, probability in said]
    shading = shade(trace)
    bands = _Bands(words, said, shading, group(known), width)
    note = f"The number of each word, the word, and what the model says after it. Color: {shading.meaning}."
    if shown < len(trace.words):
        note += f" The first {shown} of {len(trace.words)} words; --format csv or json holds all."
    return Picture(f"{table.title}, word by word", bands.height, bands.draw, table.meaning, note, width)


@dataclass(frozen=True)
class Shading:
    """The colour of each word, and how to read it.

    Args:
        colours: one for each word, (red, green, blue, alpha) in [0, 1].
        map: the name of matplotlib's map that they are of; empty if they mean nothing.
        ends: what its first and last colour stand for.
        meaning: the same in a sentence.
    """

    colours: Sequence[Any]
    map: str
    ends: tuple[str, str]
    meaning: str


def shade(trace: Trace) -> Shading:
    """Return the words' colours: of sentiments from negative to positive, else by the probability."""
    import matplotlib

    if not trace.outputs.size:
        return Shading([MISSING] * len(trace.words), "", ("", ""), "none, because the trace holds no outputs")
    if set(trace.output_names) <= set(SENTIMENTS) and (not trace.task or tells_sentiments(trace.task)):
        steps = np.array([SENTIMENTS[name] for name in trace.output_names])
        values = (trace.outputs @ (steps / np.abs(steps).max(initial=0.5)) + 1) / 2
        name, ends = SENTIMENT_SCALE, ("negative", "positive")
        meaning = "the labels' mean, weighted by probability: purple negative, white neutral, green positive"
    else:
        values = named(trace).max(axis=1)
        name, ends, meaning = (
            PROBABILITY_SCALE,
            ("0", "1"),
            "the probability of what the model says, from light, 0, to dark, 1",
        )
    colour = matplotlib.colormaps[name]
    return Shading([MISSING if np.isnan(x) else colour(float(x)) for x in values], name, ends, meaning)


class _Bands:
    """A sentence in rows of words, each with its curves below."""

    def __init__(
        self,
        words: Sequence[str],
        said: Sequence[tuple[str, str]],
        shading: Shading,
        panels: Mapping[str, Curves],
        width: float,
    ):
        self.words, self.said, self.shading, self.panels = words, said, shading, panels
        self.narrow = is_narrow(width)
        self.left, right = (TICKS, 0.0) if self.narrow else (LEFT, RIGHT)
        self.space = width - 2 * MARGIN - self.left - right
        widest = max(measure(word, TEXT) for word in words) + 0.1
        widest_said = max(measure(name, SMALL) for name, _ in said) + 0.1
        step = max(widest, widest_said, 0.5)
        # else words are turned by 90 degrees
        self.upright = step <= self.space and _rows(words, step, self.space) * width <= UPRIGHT
        bands = _rows(words, step if self.upright else NARROWEST, self.space)
        self.length = -(-len(words) // bands)  # words of a row, about the same in all
        most = max(step, WIDEST) if self.upright else 2 * NARROWEST
        self.step = min(most, self.space / self.length)
        lines = (0.3, 0.35) if self.upright else (widest + 0.05, widest_said + measure(" 0.00", SMALL))
        self.word_height, self.said_height = lines
        self.above = 0.05 + 2 * SMALL * LINE if self.narrow else 0.0  # a panel, for its names
        self.row = 0.2 + sum(lines) + GAP + len(panels) * (self.above + PANEL + GAP)
        self.scale = SCALE if self.narrow and shading.map else 0.0
        self.height = self.scale + bands * self.row + (bands - 1) * APART

    def draw(self, sheet: Sheet) -> None:
        """Draw all rows of words."""
        if self.shading.map:
            self._draw_scale(sheet)
        sheet = sheet.below(self.scale)
        for start in range(0, len(self.words), self.length):
            self._draw_words(sheet, start)
            top = 0.2 + self.word_height + self.said_height + GAP
            for told, curves in self.panels.items():
                self._draw_panel(sheet, top, start, told, curves)
                top += self.above + PANEL + GAP
            sheet = sheet.below(self.row + APART)

    def _axes(self, sheet: Sheet, top: float, start: int, height: float) -> "Axes":
        """Axes over a row of words: word number t stands at t."""
        count = min(self.length, len(self.words) - start)
        axes = sheet.axes(MARGIN + self.left, top, count * self.step, height)
        axes.set_xlim(start + 0.5, start + count + 0.5)
        return axes

    def _draw_words(self, sheet: Sheet, start: int) -> None:
        """Draw the number of each word, the word on its colour, and what is said after it."""
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Rectangle

        high = 0.2 + self.word_height + self.said_height
        axes = self._axes(sheet, 0, start, high)
        axes.set_ylim(high, 0)
        axes.set_axis_off()
        turned = {"ha": "center", "rotation": 0 if self.upright else 90}
        for t in range(start, min(start + self.length, len(self.words))):
            box = Rectangle(
                (t + 0.53, 0.2), 0.94, self.word_height, facecolor=self.shading.colours[t], edgecolor=FAINT
            )
            axes.add_patch(box)
            if not (self.words[t] == END and t + 1 == len(self.words)):
                axes.text(t + 1, 0.1, str(t + 1), size=SMALL - 1, ha="center", va="center")
            colour = self.shading.colours[t]
            ink = INK if colour == MISSING else ink_on(to_rgb(colour))
            middle = 0.2 + self.word_height / 2
            axes.text(t + 1, middle, self.words[t], color=ink, va="center", size=TEXT, **turned)
            said = ("\n" if self.upright else " ").join(self.said[t])
            axes.text(t + 1, 0.26 + self.word_height, said, va="top", size=SMALL, **turned)
        if not self.narrow:
            sheet.text(MARGIN, 0.2 + self.word_height / 2, "word", va="center", size=SMALL)
            sheet.text(MARGIN, 0.26 + self.word_height, "says", size=SMALL)

    def _right(self, start: int) -> float:
        """Where a row of words ends."""
        return MARGIN + self.left + min(self.length, len(self.words) - start) * self.step + 0.08

    def _draw_scale(self, sheet: Sheet) -> None:
        """Draw what the colours of the words stand for: beside the first row, or above it."""
        left, top = (MARGIN + self.left, 0.0) if self.narrow else (self._right(0), 0.22)
        axes = sheet.axes(left, top, RIGHT - 0.1, 0.12)
        axes.imshow(np.linspace(0, 1, 64)[None], self.shading.map, aspect="auto", vmin=0, vmax=1)
        axes.set_axis_off()
        low, high = self.shading.ends
        sheet.text(left, top + 0.14, low, size=SMALL - 1)
        sheet.text(left + RIGHT - 0.1, top + 0.14, high, size=SMALL - 1, ha="right")

    def _draw_panel(self, sheet: Sheet, top: float, start: int, told: str, curves: Curves) -> None:
        """Draw the curves of a row of words that tell the same of different parts."""
        axes = self._axes(sheet, top + self.above, start, PANEL)
        places = np.arange(start, min(start + self.length, len(self.words)))
        colour = colours(list(curves))
        ends = []
        for name, values in curves.items():
            axes.plot(places + 1, values[places], color=colour[name], marker="o", clip_on=False)
            known = values[places][~np.isnan(values[places])]
            ends.append((float(known[-1]) if known.size else 0.0, name))
        low, high = limits(curves, told)
        axes.set_ylim(low, high)
        axes.set_xticks(places + 1, [""] * len(places))
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="x", linewidth=0.3)
        told = TOLD.get(told, told.replace("_", " "))
        if self.narrow:
            left = MARGIN + self.left
            sheet.text(left, top, told.replace("\n", " "), size=SMALL)
            for name in curves:
                sheet.text(left, top + SMALL * LINE, name, color=colour[name], size=SMALL)
                left += measure(name, SMALL) + 0.12
            return
        sheet.text(MARGIN, top + PANEL / 2, told, va="center", size=SMALL)
        for name, height in spread(ends, low, high, PANEL, 0.13):
            place = top + PANEL - height
            sheet.text(self._right(start), place, name, color=colour[name], va="center", size=SMALL)


def _rows(words: Sequence[str], step: float, space: float) -> int:
    """In how many rows words stand, each so wide."""
    return -(-len(words) // int(space / step + 1e-9))
