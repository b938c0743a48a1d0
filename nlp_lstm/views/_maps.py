"""Maps: words × words of a table, and every unit of the states of a layer at every word, side by side."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import show_value, visible
from nlp_lstm.report.palette import PART_COLOURS, PROBABILITY_SCALE, VALUE_COLOURS, VALUE_SCALE
from nlp_lstm.states.traces import STATES, Trace
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._style import (
    LINE,
    LONGEST_WORD,
    MARGIN,
    MISSING,
    SMALL,
    WIDTH,
    colours,
    ink_on,
    shorten,
    width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT_MAP, WIDEST = 3.2, 0.9  # height of a map of units, and the most of a word's column
MOST_LABELS = 60  # names beside or above a map; of more, every so many-th is numbered
LARGEST_CELL, SMALLEST_CELL = (0.62, 0.34), 0.14
WITH_NUMBERS, ROOM_FOR_NUMBER = 16, 0.36  # most columns of a map with numbers, and the least width of one
MAP = 7.0  # most inches of a map's width
BAR = 1.0  # width of a column of bars beside a map
LONGEST = 32  # characters of a name that are drawn
TYPICAL = 98  # percent of the cell states that the colours tell apart


def unit_picture(trace: Trace) -> Picture:
    """Return every unit of the states of a layer at every word, as maps with one scale.

    Args:
        trace: of one layer.
    """
    states = {name: trace.parts[name] for name in STATES if name in trace.parts}
    last = list(states)[-1]
    order = np.argsort(-states[last].mean(axis=0), kind="stable")
    largest = float(np.nanpercentile(np.abs(states[last]), TYPICAL)) or 1.0
    side_by_side = len(trace.words) <= MOST_LABELS and len(states) > 1
    labels = _labels(
        [shorten(visible(word), LONGEST_WORD) for word in trace.words], MOST_LABELS // (1 + side_by_side)
    )
    wide = (WIDTH - 2 * MARGIN - 1.3 - (0.35 if side_by_side else 0.0)) / (1 + side_by_side)
    wide = min(wide, WIDEST * len(labels))
    upright = _fit(labels, wide / len(labels))
    foot = SMALL * LINE if upright else max(width(label, SMALL) for label in labels)
    row = 0.4 + UNIT_MAP + foot

    def draw(sheet: Sheet) -> None:
        """Draw a map of each state, and the scale that they share."""
        for number, (name, values) in enumerate(states.items()):
            column, line = (number, 0) if side_by_side else (0, number)
            left, top = MARGIN + 0.45 + column * (wide + 0.35), line * row
            sheet.text(left, top, name, color=PART_COLOURS[name], weight="bold")
            axes = sheet.axes(left, top + 0.22, wide, UNIT_MAP)
            image = _image(axes, values[:, order].T, VALUE_SCALE, -largest, largest)
            _name(axes, "x", labels, upright)
            axes.set_yticks([])
            if not column:
                axes.set_ylabel(f"{len(order)} units", size=SMALL)
        _scale(sheet, image, left + wide + 0.25, 0.22, UNIT_MAP, extend="both")

    note = (
        f"Color: the value of a unit after a word, on one scale: {VALUE_COLOURS}; "
        f"the color stays the same beyond ±{largest:.2f}; {TYPICAL} % of {last} lie within. "
        f"Units are sorted by their mean {last} over the sentence, the highest at the top."
    )
    title = f"{trace.title}, every unit of {' and '.join(states)} at every word"
    return Picture(title, row * (1 if side_by_side else len(states)), draw, note=note)


def map_picture(table: Comparison) -> Picture:
    """Return a table as a map of its columns that are named like rows, with bars for its other numbers.

    A table without such columns is a map of all its columns of numbers.
    """
    cells, inside, beside = split(table)
    rows, names = ([shorten(visible(name), LONGEST) for name in some] for some in (table.rows, inside))
    rows, names = _labels(rows, MOST_LABELS), _labels(names, MOST_LABELS)
    cell = (min(LARGEST_CELL[0], MAP / len(names)), min(LARGEST_CELL[1], MAP / len(rows)))
    cell = cell if min(cell) == LARGEST_CELL[1] else (min(cell), min(cell))
    upright = _fit(names, cell[0])
    above = (SMALL * LINE if upright else max(width(name, SMALL) for name in names)) + 0.12
    left = MARGIN + max(width(name, SMALL) for name in rows) + 0.15
    wide, high = cell[0] * len(names), cell[1] * len(rows)
    most = 100 if len(names) <= WITH_NUMBERS else TYPICAL  # percent that the colours tell apart
    sizes = np.abs(cells[np.isfinite(cells)])
    largest = float(np.percentile(sizes, most)) if sizes.any() else 1.0
    low = -largest if (cells < 0).any() else 0.0

    def draw(sheet: Sheet) -> None:
        """Draw the map, the bars beside it and its scale."""
        axes = sheet.axes(left, above, wide, high)
        image = _image(axes, cells, VALUE_SCALE if low else PROBABILITY_SCALE, low, largest)
        axes.xaxis.tick_top()
        _name(axes, "x", names, upright)
        _name(axes, "y", rows)
        if len(names) <= WITH_NUMBERS and cell[0] >= ROOM_FOR_NUMBER:
            _write_numbers(axes, cells, image)
        place = left + wide + 0.25
        for name, values in beside.items():
            _draw_bars(sheet, place, above, high, name, values)
            place += BAR + 0.25
        extend = "neither" if most == 100 else "both" if low else "max"
        _scale(sheet, image, place, above, min(high, 2.5), extend)

    note = f"Color: the number, {VALUE_COLOURS if low else 'from light, 0, to dark'}"
    note += f"; the color stays the same beyond {largest:.2g}; {most} % lie within" if most < 100 else ""
    note += ". Gray: no number." if sizes.size < cells.size else "."
    whole = left + wide + len(beside) * (BAR + 0.25) + 1.25
    return Picture(table.title, above + high, draw, table.meaning, note, max(WIDTH, whole))


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


def _labels(names: list[str], most: int) -> list[str]:
    """The names, or of too many the numbers of every so many-th, so that they stand apart."""
    if len(names) <= most:
        return names
    step = next(step for step in (5, 10, 20, 50, 100, 200, 500) if len(names) / step <= most / 2)
    return [str(number) if number % step == 0 or number == 1 else "" for number in range(1, len(names) + 1)]


def _image(axes: "Axes", cells: np.ndarray, colours: str, low: float, high: float) -> Any:
    """Draw numbers as colours, `(rows, columns)`."""
    import matplotlib

    shades = matplotlib.colormaps[colours].with_extremes(bad=MISSING)
    shown = np.ma.masked_invalid(cells)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return axes.imshow(shown, shades, vmin=low, vmax=high, aspect="auto", interpolation="nearest")


def _fit(labels: list[str], cell: float) -> bool:
    """Whether names can stand upright above cells of this width; numbers of every so many-th can."""
    return "" in labels or max(width(label, SMALL) for label in labels) <= cell


def _name(axes: "Axes", axis: Literal["x", "y"], labels: list[str], upright: bool = True) -> None:
    """Write the names along an axis of a map."""
    ticks = [place for place, label in enumerate(labels) if label]
    named = [labels[place] for place in ticks]
    if axis == "x":
        axes.set_xticks(ticks, named, rotation=0 if upright else 90)
    else:
        axes.set_yticks(ticks, named)
    axes.tick_params(axis=axis, length=0)


def _write_numbers(axes: "Axes", cells: np.ndarray, image: Any) -> None:
    """Write every number on its cell."""
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            ink = ink_on(image.cmap(image.norm(value)))
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, size=SMALL)


def _draw_bars(sheet: Sheet, left: float, top: float, high: float, name: str, values: Sequence[Any]) -> None:
    """Draw a column of numbers as bars that stand in the rows of the map."""
    lengths = np.array([np.nan if value is None else value for value in values], float)
    axes = sheet.axes(left, top, BAR, high)
    axes.barh(np.arange(len(lengths)), lengths, color=colours([name])[name], height=0.7, alpha=0.35)
    axes.set_ylim(len(lengths) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_title(visible(name), size=SMALL, color=colours([name])[name])
    axes.axvline(0, color="black", linewidth=0.6)
    for row, value in enumerate(values if len(values) <= MOST_LABELS else ()):
        axes.text(0, row, f" {show_value(value)}", va="center", size=SMALL)


def _scale(sheet: Sheet, image: Any, left: float, top: float, height: float, extend: str = "neither") -> None:
    """Draw what number each colour stands for."""
    axes = sheet.axes(left, top, 0.14, height)
    bar = sheet.figure.colorbar(image, cax=axes, extend=extend)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
