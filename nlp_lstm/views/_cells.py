"""The parts of a map: its cells, their names and numbers, the bars beside them, and the scale."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nlp_lstm.report.markup import show_value, visible
from nlp_lstm.report.palette import INK
from nlp_lstm.views._drawing import Sheet
from nlp_lstm.views._style import MISSING, SMALL, colours, ink_on, shorten
from nlp_lstm.views._style import width as measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LABELS = 60  # names beside or above a map; of more, every so many-th is numbered
LONGEST_BAR = 20  # characters of the name of bars
BAR, APART = 1.0, 0.25  # width of a column of bars beside a map, and the space before it


def number_many(names: list[str], most: int) -> list[str]:
    """The names, or of too many the numbers of every so many-th, so that they stand apart."""
    if len(names) <= most:
        return names
    step = next(step for step in (5, 10, 20, 50, 100, 200, 500) if len(names) / step <= most / 2)
    return [str(number) if number % step == 0 or number == 1 else "" for number in range(1, len(names) + 1)]


def draw_cells(axes: "Axes", cells: np.ndarray, colours: str, low: float, high: float) -> Any:
    """Draw numbers as colours, `(rows, columns)`."""
    import matplotlib

    shades = matplotlib.colormaps[colours].with_extremes(bad=(0, 0, 0, 0))
    axes.set_facecolor(MISSING)  # behind the image, because that stays as it is on dark paper
    shown = np.ma.masked_invalid(cells)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return axes.imshow(shown, shades, vmin=low, vmax=high, aspect="auto", interpolation="nearest")


def fit(labels: list[str], cell: float) -> bool:
    """Whether names can stand upright above cells of this width; numbers of every so many-th can."""
    return "" in labels or max(measure(label, SMALL) for label in labels) <= cell


def name_axis(axes: "Axes", axis: Literal["x", "y"], labels: list[str], upright: bool = True) -> None:
    """Write the names along an axis of a map."""
    ticks = [place for place, label in enumerate(labels) if label]
    named = [labels[place] for place in ticks]
    if axis == "x":
        axes.set_xticks(ticks, named, rotation=0 if upright else 90)
    else:
        axes.set_yticks(ticks, named)
    axes.tick_params(axis=axis, length=0)


def write_numbers(axes: "Axes", cells: np.ndarray, image: Any) -> None:
    """Write every number on its cell; counts without decimals."""
    counted = bool((np.nan_to_num(cells) % 1 == 0).all() and (np.nan_to_num(cells) > 1).any())
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            ink = ink_on(image.cmap(image.norm(value)))
            axes.text(
                column,
                row,
                f"{value:.0f}" if counted else f"{value:.2f}",
                ha="center",
                va="center",
                color=ink,
                size=SMALL,
            )


def draw_beside(
    sheet: Sheet,
    beside: Mapping[str, Sequence[Any]],
    left: float,
    top: float,
    space: float,
    high: float,
    rows: list[str] | None = None,
) -> float:
    """Draw columns of numbers as bars: with names, over some space, or beside a map. Return their end."""
    wide = (space - APART * (len(beside) - 1)) / len(beside) if rows and beside else BAR
    for number, (name, values) in enumerate(beside.items()):
        axes = _draw_bars(sheet, left, top, wide, high, name, values)
        if rows and not number:
            name_axis(axes, "y", rows)
        left += wide + APART
    return left


def _draw_bars(
    sheet: Sheet, left: float, top: float, wide: float, high: float, name: str, values: Sequence[Any]
) -> "Axes":
    """Draw a column of numbers as bars that stand in the rows of the map."""
    lengths = np.array([np.nan if value is None else value for value in values], float)
    axes = sheet.axes(left, top, wide, high)
    axes.barh(np.arange(len(lengths)), lengths, color=colours([name])[name], height=0.7, alpha=0.35)
    axes.set_ylim(len(lengths) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_title(shorten(visible(name), LONGEST_BAR), size=SMALL, color=colours([name])[name])
    axes.axvline(0, color=INK, linewidth=0.6)
    for row, value in enumerate(values if len(values) <= MOST_LABELS else ()):
        axes.text(0, row, f" {show_value(value)}", va="center", size=SMALL)
    return axes


def draw_scale(
    sheet: Sheet, image: Any, left: float, top: float, height: float, extend: str, long: float = 0.0
) -> None:
    """Draw what number each colour stands for: upright, or lying if it is so long."""
    axes = sheet.axes(left, top, long or 0.14, height or 0.14)
    lies = "horizontal" if long else "vertical"
    bar = sheet.figure.colorbar(image, cax=axes, extend=extend, orientation=lies)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
