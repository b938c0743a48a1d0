"""What pictures of dots and curves share: logarithmic axes, short numbers, and a legend."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from nlp_lstm.views._drawing import Sheet
from nlp_lstm.views._style import CHARACTER, INK, PAPER, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = tuple[str, str, str, bool]  # of a legend: name, colour, shape, and whether the mark is filled
LOG_FROM = 30.0  # numbers that reach above this, and span as many times the smallest, have a logarithmic axis


def spans_much(least: float, most: float) -> bool:
    """Return whether numbers from the least to the most are to be seen on a logarithmic axis."""
    return least > 0 and most > LOG_FROM and most > LOG_FROM * least


def set_log(axes: "Axes", axis: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with plain numbers at its ticks."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    (axes.set_xscale if axis == "x" else axes.set_yscale)("log")
    one = axes.xaxis if axis == "x" else axes.yaxis
    one.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    one.set_minor_formatter(NullFormatter())


def show(value: float, decimals: int = 2) -> str:
    """Return a number in few characters; nothing for none.

    Example:
        >>> [show(value) for value in (0.123, -0.004, 12.34, 1234.5, float("inf"), float("nan"))]
        ['0.12', '0.00', '12.3', '1234', '∞', '']
    """
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "∞"
    if decimals > 2 and 0 < abs(value) < 1e-4:
        return f"{value:.0e}"
    return (
        f"{value:z.{decimals}f}"
        if abs(value) < 10
        else f"{value:z.1f}"
        if abs(value) < 100
        else f"{value:z.0f}"
    )


def draw_legend(sheet: Sheet, left: float, entries: Sequence[Entry], wide: float) -> None:
    """Draw what each mark is: name, colour, shape, and whether it is filled; `legend_height` high."""
    for (name, colour, marker, filled), (place, top) in zip(entries, _places(entries, wide), strict=True):
        axes = sheet.axes(left + place, top, 0.14, 0.16)
        axes.set_axis_off()
        axes.plot(0, 0, marker, color=colour, mfc=colour if filled else PAPER, mec=colour, markersize=5)
        sheet.text(left + place + 0.19, top + 0.08, name, size=SMALL, va="center", color=INK)


def legend_height(entries: Sequence[Entry], wide: float) -> float:
    """Return how high a legend is."""
    return (max((top for _, top in _places(entries, wide)), default=-0.2) + 0.2) + (0.06 if entries else 0.0)


def _places(entries: Sequence[Entry], wide: float) -> list[tuple[float, float]]:
    """Where each mark of a legend stands."""
    places, left, top = [], 0.0, 0.0
    for name, *_ in entries:
        needed = 0.19 + len(name) * SMALL * CHARACTER + 0.2
        if left and left + needed > wide:
            left, top = 0.0, top + 0.2
        places.append((left, top))
        left += needed
    return places
