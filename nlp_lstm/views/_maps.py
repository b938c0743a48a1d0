"""Maps: words × words of a table, and every unit of the states of a layer at every word.

What stands side by side in a wide picture stands one below the other in a narrow one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import PART_COLOURS, PROBABILITY_SCALE, VALUE_COLOURS, VALUE_SCALE
from nlp_lstm.states.traces import STATES, Trace
from nlp_lstm.views._cells import (
    APART,
    BAR,
    MOST_LABELS,
    draw_beside,
    draw_cells,
    draw_scale,
    fit,
    name_axis,
    number_many,
    write_numbers,
)
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._style import CHARACTER, LINE, LONGEST_WORD, MARGIN, SMALL, WIDTH, is_narrow, shorten
from nlp_lstm.views._style import width as measure

UNIT_MAP, UNITS = 3.2, 0.35  # height of a map of units, and the space for its name to the left
WIDEST, NARROWEST = 0.9, 0.115  # width of a word's column, and the least of one with a name
LARGEST_CELL = (0.62, 0.34)
LEAST = 2.0  # inches of a map's width that bars leave
UNDER = 0.85  # below a map in a narrow picture: for its scale and the name of the bars
WITH_NUMBERS, ROOM_FOR_NUMBER = 16, 0.36  # most columns of a map with numbers, and the least width of one
MAP = 7.0  # most inches of a map's width, and of its height
SCALE = 0.14 + APART + 0.5  # width of a scale with its numbers
LONGEST = 32  # characters of a name that are drawn
TYPICAL = 98  # percent of the cell states that the colours tell apart


def unit_picture(trace: Trace, width: float = WIDTH) -> Picture:
    """Return every unit of the states of a layer at every word, as maps with one scale.

    Args:
        trace: of one layer.
        width: in inches.
    """
    states = {name: trace.parts[name] for name in STATES if name in trace.parts}
    last = list(states)[-1]
    order = np.argsort(-states[last].mean(axis=0), kind="stable")
    largest = float(np.nanpercentile(np.abs(states[last]), TYPICAL)) or 1.0
    side_by_side = len(trace.words) <= MOST_LABELS and len(states) > 1 and not is_narrow(width)
    space = width - 2 * MARGIN - UNITS - SCALE - (APART if side_by_side else 0.0)
    wide = min(space / (1 + side_by_side), WIDEST * len(trace.words))
    words = [shorten(visible(word), LONGEST_WORD) for word in trace.words]
    labels = number_many(words, min(MOST_LABELS, int(wide / NARROWEST)))
    upright = fit(labels, wide / len(labels))
    foot = SMALL * LINE if upright else max(measure(label, SMALL) for label in labels)
    row = 0.3 + UNIT_MAP + foot

    def draw(sheet: Sheet) -> None:
        """Draw a map of each state, and the scale that they share."""
        for number, (name, values) in enumerate(states.items()):
            column, line = (number, 0) if side_by_side else (0, number)
            left, top = MARGIN + UNITS + column * (wide + APART), line * row
            sheet.text(left, top, name, color=PART_COLOURS[name], weight="bold")
            axes = sheet.axes(left, top + 0.22, wide, UNIT_MAP)
            image = draw_cells(axes, values[:, order].T, VALUE_SCALE, -largest, largest)
            name_axis(axes, "x", labels, upright)
            axes.set_yticks([])
            if not column:
                axes.set_ylabel(f"{len(order)} units", size=SMALL)
        draw_scale(sheet, image, left + wide + APART, 0.22, UNIT_MAP, extend="both")

    note = (
        f"Color: the value of a unit after a word, on one scale: {VALUE_COLOURS}; "
        f"the color stays the same beyond ±{largest:.2f}; {TYPICAL} % of {last} lie within. "
        f"Units are sorted by their mean {last} over the sentence, the highest at the top."
    )
    title = f"{trace.title}, every unit of {' and '.join(states)} at every word"
    return Picture(title, row * (1 if side_by_side else len(states)), draw, note=note, width=width)


def map_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return a table as a map of its columns that are named like rows, with bars for its other numbers.

    A table without such columns is a map of all its columns of numbers.

    Args:
        table: with at least one column of numbers.
        width: in inches.
    """
    cells, inside, beside = split(table)
    narrow = is_narrow(width)
    longest = min(LONGEST, int(width / 3 / SMALL / CHARACTER))
    rows, names = ([shorten(visible(name), longest) for name in some] for some in (table.rows, inside))
    left = MARGIN + max(measure(name, SMALL) for name in rows) + 0.15
    space = width - MARGIN - left
    across = space if narrow else min(MAP, max(space - SCALE - (BAR + APART) * len(beside), LEAST))
    rows, names = (number_many(some, int(most / NARROWEST)) for some, most in ((rows, MAP), (names, across)))
    cell = _cell_size(names, rows, across, narrow)
    upright = fit(names, cell[0])
    above = (SMALL * LINE if upright else max(measure(name, SMALL) for name in names)) + 0.12
    wide, high = cell[0] * len(names), cell[1] * len(rows)
    most = 100 if len(names) <= WITH_NUMBERS else TYPICAL  # percent that the colours tell apart
    sizes = np.abs(cells[np.isfinite(cells)])
    largest = float(np.percentile(sizes, most)) if sizes.any() else 1.0
    low = -largest if (cells < 0).any() else 0.0

    def draw(sheet: Sheet) -> None:
        """Draw the map, the bars beside it and its scale."""
        axes = sheet.axes(left, above, wide, high)
        image = draw_cells(axes, cells, VALUE_SCALE if low else PROBABILITY_SCALE, low, largest)
        axes.xaxis.tick_top()
        name_axis(axes, "x", names, upright)
        name_axis(axes, "y", rows)
        if len(names) <= WITH_NUMBERS and cell[0] >= ROOM_FOR_NUMBER:
            write_numbers(axes, cells, image)
        extend = "neither" if most == 100 else "both" if low else "max"
        if narrow:
            draw_scale(sheet, image, left, above + high + 0.15, 0.0, extend, min(space, 2.5))
            draw_beside(sheet, beside, left, above + high + UNDER, space, high, rows)
        else:
            place = draw_beside(sheet, beside, left + wide + APART, above, 0.0, high)
            draw_scale(sheet, image, place, above, min(high, 2.5), extend)

    note = _note(low, f"{largest:.2g}" if most < 100 else "", sizes.size < cells.size)
    whole = width if narrow else max(width, left + wide + len(beside) * (BAR + APART) + APART + SCALE)
    height = above + high + (UNDER + (high if beside else 0.0) if narrow else 0.0)
    return Picture(table.title, height, draw, table.meaning, note, whole)


def _note(low: float, largest: str, gaps: bool) -> str:
    """How a map is to be read: from which number on, if any, and whether cells of it hold none."""
    note = f"Color: the number, {VALUE_COLOURS if low else 'from light, 0, to dark'}"
    note += f"; the color stays the same beyond {largest}; {TYPICAL} % lie within" if largest else ""
    return note + (". Gray: no number." if gaps else ".")


def _cell_size(names: list[str], rows: list[str], across: float, narrow: bool) -> tuple[float, float]:
    """The width and height of a cell: as wide as its name where there is room, so that it stands upright."""
    named = max(measure(name, SMALL) for name in names) + 0.1
    widest = named if LARGEST_CELL[0] < named <= across / len(names) else LARGEST_CELL[0]
    cell = (min(widest, across / len(names)), min(LARGEST_CELL[1], MAP / len(rows)))
    return cell if min(cell) == LARGEST_CELL[1] or narrow else (min(cell), min(cell))


def split(table: Comparison) -> tuple[np.ndarray, list[str], Mapping[str, Sequence[Any]]]:
    """Return the numbers of a map, `(rows, columns)`, the names of their columns, and what stands beside it.

    Example:
        >>> split(Comparison("", ["a", "b"], ["a", "b", "age"], [(1, 0, 7), (0, 1, 9)], "", ""))[1:]
        (['a', 'b'], {'age': (7, 9)})
    """
    columns = {
        name: values
        for name, values in zip(table.columns, zip(*table.values), strict=True)
        if all(value is None or isinstance(value, (int, float)) for value in values)
    }
    inside = [name for name in columns if name in set(table.rows)] or list(columns)
    cells = [[np.nan if value is None else float(value) for value in columns[name]] for name in inside]
    beside = {name: values for name, values in columns.items() if name not in inside}
    return np.array(cells).T, inside, beside
