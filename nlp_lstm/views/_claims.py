"""The verdict in one picture: each claim, its outcome as word, shape and colour, and what it rests on."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import show_value, visible
from nlp_lstm.report.palette import BROWN, GREY, SLATE, TEAL
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._intervals import legend, notes
from nlp_lstm.views._lanes import Lanes
from nlp_lstm.views._marks import draw_legend, legend_height
from nlp_lstm.views._measures import Measure, coloured, find_panels
from nlp_lstm.views._style import CHARACTER, FAINT, LINE, MARGIN, PAPER, SMALL, TEXT, WIDTH, is_narrow

OUTCOMES = {  # outcome -> its colour, how its mark is filled, and what is written on the mark
    "holds": (TEAL, "full", "✓"),
    "holds in part": (SLATE, "left", ""),
    "does not hold": (BROWN, "full", "✗"),
    "not enough data": (GREY, "none", "?"),
}
OUTCOME, STATEMENT, LABEL = 1.55, 2.6, 2.6  # width of the columns of a wide picture
NARROW_LABEL = 1.6
GAP, APART = 0.2, 0.2  # between columns, and between claims


def claims_picture(table: Comparison, evidence: Sequence[Comparison], width: float = WIDTH) -> Picture:
    """Return all claims with their outcomes and what they rest on.

    Args:
        table: the page of a verdict: a row per claim, with its outcome and statement.
        evidence: of each claim, the table of what it rests on.
        width: in inches.
    """
    claims = [
        _Claim(number, str(row[0]), str(row[1]), rests_on, width)
        for number, row, rests_on in zip(table.rows, table.values, evidence, strict=True)
    ]
    panels = [measures for claim in claims for measures in find_panels(claim.rests_on).values()]
    entries = [one for one in legend(panels) if "untrained" in one[0]]
    above = legend_height(entries, width - 2 * MARGIN)
    heights = [claim.height + APART for claim in claims]

    def draw(sheet: Sheet) -> None:
        """Draw the claims, one below the other, with rules between."""
        draw_legend(sheet, MARGIN, entries, width - 2 * MARGIN)
        for claim, top in zip(claims, np.cumsum([above, *heights])):
            _rule(sheet.below(float(top)), width)
            claim.draw(sheet.below(float(top) + APART / 2))

    note = notes(panels, len(table.rows), len(table.rows))
    return Picture(table.title, above + sum(heights), draw, table.meaning, note, width)


@dataclass(frozen=True)
class _Claim:
    """One claim, laid out: on a wide picture in columns, on a narrow one one below the other."""

    number: str
    outcome: str
    statement: str
    rests_on: Comparison
    width: float

    @property
    def narrow(self) -> bool:
        """Whether there is no room for columns."""
        return is_narrow(self.width)

    @property
    def left(self) -> float:
        """Where the evidence begins."""
        return MARGIN if self.narrow else MARGIN + OUTCOME + self.across + 2 * GAP

    @property
    def across(self) -> float:
        """How wide the statement is."""
        return self.width - 2 * MARGIN if self.narrow else STATEMENT * self.width / WIDTH

    @property
    def lines(self) -> list[str]:
        """The lines of the statement."""
        most = int(self.across / TEXT / CHARACTER)
        return textwrap.wrap(visible(f"{self.number}. {self.statement}"), most)

    @property
    def above(self) -> float:
        """How high the outcome and the statement are."""
        return len(self.lines) * TEXT * LINE * 1.1 + (0.3 if self.narrow else 0.0)

    def lanes(self) -> list[Lanes]:
        """The evidence as dots; none where it is words, or missing."""
        label = NARROW_LABEL if self.narrow else LABEL
        wide = self.width - MARGIN - self.left - label
        found = []
        for told, measures in find_panels(self.rests_on).items():
            labels, by_name = _together(self.rests_on.rows, measures[0])
            found.append(Lanes(labels, by_name, told, label, wide, named=len(by_name) > 1))
        return found

    def told(self) -> list[str]:
        """The evidence that is no number, in lines."""
        found = [
            f"{what}: {', '.join(show_value(value) for value in values) or '-'}"
            for what, values in zip(self.rests_on.rows, self.rests_on.values, strict=True)
        ]
        found = found or [self.rests_on.see]
        most = int((self.width - MARGIN - self.left) / SMALL / CHARACTER)
        return [line for one in found for line in textwrap.wrap(visible(one), most)]

    @property
    def height(self) -> float:
        """How high it is."""
        lanes = self.lanes()
        rests_on = sum(one.height for one in lanes) if lanes else len(self.told()) * SMALL * LINE + 0.1
        return self.above + 0.1 + rests_on if self.narrow else max(self.above, rests_on, 0.35)

    def draw(self, sheet: Sheet) -> None:
        """Draw the outcome, the statement and the evidence."""
        self._draw_outcome(sheet)
        place = (MARGIN, 0.3) if self.narrow else (MARGIN + OUTCOME + GAP, 0.03)
        sheet.text(*place, "\n".join(self.lines), size=TEXT, linespacing=1.2)
        top = self.above + 0.1 if self.narrow else 0.0
        for one in self.lanes():
            one.draw(sheet, self.left, top)
            top += one.height
        if not self.lanes():
            sheet.text(self.left, top + 0.05, "\n".join(self.told()), size=SMALL, linespacing=1.2)

    def _draw_outcome(self, sheet: Sheet) -> None:
        """Draw the mark of the outcome, and the word beside it."""
        colour, fill, sign = OUTCOMES.get(self.outcome, (GREY, "none", "?"))
        axes = sheet.axes(MARGIN, 0.0, 0.24, 0.24)
        axes.set_axis_off()
        axes.set_xlim(-1, 1)
        axes.set_ylim(-1, 1)
        style: dict[str, Any] = {"color": colour, "mec": colour, "fillstyle": fill}
        style["markerfacecoloralt"] = PAPER
        axes.plot(0, 0, "o", markersize=13, clip_on=False, **style)
        ink = PAPER if fill == "full" else colour
        axes.text(0, -0.06, sign, ha="center", va="center", size=TEXT, color=ink, weight="bold")
        options = {"size": TEXT, "weight": "bold", "color": colour, "va": "center"}
        sheet.text(MARGIN + 0.32, 0.12, self.outcome, **options)


def _together(rows: Sequence[str], found: Measure) -> tuple[list[str], list[Measure]]:
    """Rows that differ in the last part of their names alone as one, with a measure for each such part."""
    parts = [row.rpartition(", ")[::2] for row in rows]
    labels, names = (
        list(dict.fromkeys(before for before, _ in parts)),
        list(dict.fromkeys(last for _, last in parts)),
    )
    measures = []
    for name in names:
        places = [parts.index((label, name)) if (label, name) in parts else None for label in labels]
        columns: dict[str, Any] = {
            column: np.array([np.nan if place is None else getattr(found, column)[place] for place in places])
            for column in ("values", "low", "high", "untrained")
        }
        measures.append(Measure(name, **columns))
    return labels, coloured(measures, labels)


def _rule(sheet: Sheet, width: float) -> None:
    """Draw a line above a claim."""
    axes = sheet.axes(MARGIN, 0.0, width - 2 * MARGIN, 0.01)
    axes.set_axis_off()
    axes.axhline(0, color=FAINT, linewidth=1.2)
