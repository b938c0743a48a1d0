"""A table as dots with their intervals: a panel for each axis, a row for each row of the table.

Panels stand side by side where there is room, and else one below the other.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.palette import GREY
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._lanes import Lanes
from nlp_lstm.views._marks import Entry, draw_legend, legend_height
from nlp_lstm.views._measures import Measure, find_panels
from nlp_lstm.views._style import CHARACTER, INK, MARGIN, SMALL, WIDTH

MOST_ROWS = 60  # that are drawn
GAP, NARROWEST = 0.3, 2.2  # between panels, and the least width of one
MOST_OF_LABELS = 0.36  # of the width
SECTIONS, SPLIT, WORD = "to", "measure", "word"  # columns of text that order the rows
METRIC, SHARE = "metric", "share, 0 to 1"
CHANCE = {"area": 0.5}


def interval_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return a table as dots with intervals.

    Args:
        table: with at least one measure; see `find_measures` for its columns.
        width: in inches.
    """
    shown = _part(table, range(min(len(table.rows), MOST_ROWS)))
    space = width - 2 * MARGIN
    widest = max(map(len, [*_labels(shown), shown.row_kind])) * SMALL * CHARACTER + 0.2
    label = min(max(widest, 0.8), MOST_OF_LABELS * space)
    groups = [group for part in _parts(shown) for group in _groups(part, label, space)]
    panels = [block.measures for group in groups for block in group]
    entries = legend(panels)
    above = legend_height(entries, space)
    heights = [max(block.height for block in group) + GAP / 2 for group in groups]

    def draw(sheet: Sheet) -> None:
        """Draw the legend and every panel."""
        draw_legend(sheet, MARGIN, entries, space)
        for group, top in zip(groups, np.cumsum([above, *heights])):
            left = MARGIN
            for block in group:
                block.draw(sheet, left, float(top))
                left += block.label + block.wide + GAP

    references = [block.reference for group in groups for block in group]
    note = notes(panels, len(shown.rows), len(table.rows), max(filter(None, references), default=None))
    return Picture(table.title, above + sum(heights) - GAP / 2, draw, table.meaning, note, width)


def _parts(table: Comparison) -> list[Comparison]:
    """The rows of each kind of measure as a table of its own."""
    kinds = _kinds(table)
    if not kinds:
        return [table]
    rows = range(len(kinds))
    return [_part(table, [row for row in rows if kinds[row] == kind], kind) for kind in dict.fromkeys(kinds)]


def _groups(table: Comparison, label: float, space: float) -> list[list[Lanes]]:
    """The panels of a table that stand side by side, or each alone."""
    panels, labels, headings = find_panels(table), _labels(table), _headings(table)
    side_by_side = (space - label - GAP * (len(panels) - 1)) / max(1, len(panels)) >= NARROWEST
    count = len(panels) if side_by_side else 1
    wide = (space - label - GAP * (count - 1)) / count
    options = {"headings": headings, "reference": CHANCE.get(table.unit), "kind": table.row_kind}
    blocks = [
        Lanes(labels, measures, told, 0.0 if number % count else label, wide, **options)
        for number, (told, measures) in enumerate(panels.items())
    ]
    if not side_by_side:
        return [[block] for block in blocks]
    rooms = [max(heights) for heights in zip(*(block.row_heights() for block in blocks), strict=True)]
    return [[replace(block, rooms=rooms) for block in blocks]]


def legend(panels: Sequence[Sequence[Measure]]) -> list[Entry]:
    """Return what the marks of some panels are; nothing where each panel has one measure and no control."""
    entries, hollow = {}, False
    several = any(len(measures) > 1 for measures in panels)
    for measures in panels:
        for one in measures:
            colour = one.colours[0] if len(set(one.colours)) == 1 else INK
            if several:
                entries.setdefault(one.name, (one.name.replace("_", " "), colour, one.marker, True))
            hollow |= bool(np.isfinite(one.untrained).any())
    found = list(entries.values())
    if hollow:
        found += [] if several else [("trained", INK, "o", True)]
        found.append(("untrained (hollow)", GREY, "o", False))
    return found


def notes(panels: Sequence[Sequence[Measure]], shown: int, rows: int, reference: float | None = None) -> str:
    """Return how some panels are to be read."""
    every = [one for measures in panels for one in measures]
    told = ["Dots: the numbers."]
    if any(one.has_interval for one in every):
        told = ["Dots: the numbers; lines through them: their intervals."]
    if any(np.isfinite(one.untrained).any() for one in every):
        told.append("Hollow: the untrained model.")
    if any(np.isposinf(one.high).any() for one in every):
        told.append("Arrows: beyond the axis.")
    if reference:
        told.append(f"Line at {reference:g}: chance.")
    if shown < rows:
        told.append(f"The first {shown} of {rows} rows; --format csv and json hold all.")
    return " ".join(told)


def _kinds(table: Comparison) -> list[str]:
    """What each row measures, if rows differ in that; a metric beyond -1 to 1 has an axis of its own."""
    if SPLIT in table.columns:
        return [str(row[table.columns.index(SPLIT)]) for row in table.values]
    if table.row_kind != METRIC:
        return []
    sizes = [[abs(value) for value in row if isinstance(value, float)] for row in table.values]
    return [
        SHARE if max(values, default=0.0) <= 1 else name
        for name, values in zip(table.rows, sizes, strict=True)
    ]


def _part(table: Comparison, rows: Sequence[int], unit: str = "") -> Comparison:
    """Some rows of a table, in the unit that they share."""
    names, values = [table.rows[row] for row in rows], [table.values[row] for row in rows]
    kept = (
        table.title,
        names,
        table.columns,
        values,
        table.row_kind,
        table.meaning,
        table.chart,
        table.first,
    )
    return Comparison(*kept, table.see, unit or table.unit)


def _labels(table: Comparison) -> list[str]:
    """The names of the rows, with the word that a row of ranks is about."""
    if WORD not in table.columns:
        return list(table.rows)
    place = table.columns.index(WORD)
    return [f"{name}: {row[place]}" for name, row in zip(table.rows, table.values, strict=True)]


def _headings(table: Comparison) -> dict[int, str]:
    """Where a section of rows begins, and what it is."""
    if SECTIONS not in table.columns:
        return {}
    kinds = [str(row[table.columns.index(SECTIONS)]) for row in table.values]
    return {row: kind for row, kind in enumerate(kinds) if not row or kinds[row - 1] != kind}
