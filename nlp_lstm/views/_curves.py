"""Curves over rows that are numbers, or ranks: bands for intervals, dashes for an untrained model."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._marks import LOG_FROM, draw_legend, legend_height, set_log
from nlp_lstm.views._panels import Curves, numbers, spread
from nlp_lstm.views._style import CHARACTER, LINE, MARGIN, PAPER, SMALL, TEXT, WIDTH, colours, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, HIGH, FOOT = 0.7, 3.4, 0.5
LONGEST = 40  # characters of the name of a curve
NARROW = 7.0  # inches of a picture whose names stand above the curves, and not behind them
UNTRAINED = "untrained_"
MARKERS = "osD^vPX"  # of curves of the same colour, one after the other
TICK = 0.28  # inches that the number of a row takes
COINCIDE = 0.01  # of the height of the axis: curves that are never farther apart are one to the eye
POWERS = 1e4  # what numbers over rows span where they are powers, which a linear axis would flatten
MOST_MARKED = 40  # rows whose places have a mark each


def curves_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return the columns of a table as curves over its rows.

    Args:
        table: its rows are numbers, or are ranked and stand in their order.
        width: in inches.

    Raises:
        ValueError: if a row is no number, and the table is not ranked.
    """
    ranked = table.chart == "ranked"
    places = np.arange(1.0, len(table.rows) + 1) if ranked else np.array([float(row) for row in table.rows])
    columns = numbers(table, len(table.rows))
    drawn = [name for name in columns if not is_bound(name, columns)]
    drawn = drawn[:1] if ranked else drawn
    colour, marks, narrow = _colours(drawn), _marks(drawn), width < NARROW
    log = is_log(np.concatenate([columns[name] for name in drawn]), ranked)
    entries = [(visible(name), colour[name], marks[name], not is_untrained(name)) for name in drawn]
    entries = entries if narrow and len(drawn) > 1 else []
    above = legend_height(entries, width - 2 * MARGIN)
    labels = {name: shorten(visible(name), LONGEST) for name in drawn}
    right = max(map(len, labels.values())) * SMALL * CHARACTER + 0.3
    right = 0.1 if narrow or len(drawn) == 1 else right
    apart = SMALL * LINE
    high = max(min(HIGH, 0.6 * width), 0.0 if narrow else apart * len(drawn))

    def draw(sheet: Sheet) -> None:
        """Draw every curve with its band, and its name where it ends."""
        draw_legend(sheet, MARGIN, entries, width - 2 * MARGIN)
        wide = width - 2 * MARGIN - LEFT - right
        axes = sheet.axes(MARGIN + LEFT, above + 0.1, wide, high)
        for name in drawn:
            _draw_curve(axes, name, places, columns, colour[name], marks[name])
        _scale(axes, _reached(drawn, columns), log)
        axes.set_xlabel(_told(table), size=TEXT)
        axes.set_ylabel(visible(table.unit or drawn[0]), size=TEXT)
        if len(places) * TICK <= wide and not ranked:
            axes.set_xticks(places, [visible(row) for row in table.rows])
        else:
            axes.locator_params(axis="x", integer=True)
        if right > 0.1:
            place = width - MARGIN - right + 0.1
            ends, limits = _ends(drawn, columns), axes.get_ylim()
            for name, height in spread(*(_logs(ends, limits) if log else (ends, *limits)), high, apart):
                here = above + 0.1 + high - height
                sheet.text(place, here, labels[name], color=colour[name], va="center", size=SMALL)

    note = _note(columns, drawn, log)
    return Picture(table.title, above + high + FOOT, draw, table.meaning, note, width)


def is_bound(name: str, columns: Mapping[str, object]) -> bool:
    """Return whether a column is an end of the interval of another.

    Example:
        >>> [is_bound(name, {"a": 1, "a_low": 0}) for name in ("a", "a_low", "b_low")]
        [False, True, False]
    """
    return name.endswith(("_low", "_high")) and name.rpartition("_")[0] in columns


def is_untrained(name: str) -> bool:
    """Return whether a column is that of the untrained model."""
    return name.startswith(UNTRAINED)


def coincident(curves: Curves) -> list[tuple[str, str]]:
    """Return the pairs of curves that lie on each other wherever both are known.

    Example:
        >>> coincident({"a": np.array([0.0, 1.0]), "b": np.array([0.0, 1.0]), "c": np.array([0.5, 0.5])})
        [('a', 'b')]
    """
    values = np.concatenate(list(curves.values())) if curves else np.empty(0)
    values = values[np.isfinite(values)]
    near = COINCIDE * float(np.ptp(values)) if values.size else 0.0
    found = []
    for one, other in combinations(curves, 2):
        gaps = np.abs(curves[one] - curves[other])
        gaps = gaps[np.isfinite(gaps)]
        if gaps.size and gaps.max() <= near:
            found.append((one, other))
    return found


def tell_coincident(curves: Curves) -> str:
    """Return a sentence about the curves that lie on each other; empty where none do."""
    pairs = [f"{visible(one)} and {visible(other)}" for one, other in coincident(curves)]
    return f"The curves of {'; of '.join(pairs)} coincide." if pairs else ""


def is_log(values: np.ndarray, ranked: bool) -> bool:
    """Return whether curves are to be seen on a logarithmic axis: all are above 0, and they span much.

    Example:
        >>> is_log(np.array([1e-6, 1.0]), ranked=False), is_log(np.array([0.0, 1.0]), ranked=False)
        (True, False)
    """
    known = values[np.isfinite(values)]
    times = LOG_FROM if ranked else POWERS
    return bool(known.size and known.min() > 0 and known.max() > times * known.min())


def _colours(drawn: Sequence[str]) -> dict[str, str]:
    """The colour of each curve; that of an untrained model is the trained one's."""
    own = colours(list(dict.fromkeys(name.removeprefix(UNTRAINED) for name in drawn)))
    return {name: own[name.removeprefix(UNTRAINED)] for name in drawn}


def _reached(drawn: Sequence[str], columns: Curves) -> np.ndarray:
    """All values of the curves and of their bands."""
    bounds = [f"{name}{end}" for name in drawn for end in ("_low", "_high")]
    return np.concatenate([columns[name] for name in (*drawn, *bounds) if name in columns])


def _marks(drawn: Sequence[str]) -> dict[str, str]:
    """The shape of the marks of each curve, which tells those of one colour apart."""
    marks, of_colour, colour = {}, {}, _colours(drawn)
    for name in drawn:
        same = of_colour.setdefault((colour[name], is_untrained(name)), [])
        same.append(name)
        marks[name] = MARKERS[(len(same) - 1) % len(MARKERS)]
    return marks


def _draw_curve(axes: "Axes", name: str, places: np.ndarray, columns: Curves, colour: str, mark: str) -> None:
    """Draw one curve with its band."""
    dashes, fill = ("--", PAPER) if is_untrained(name) else ("-", colour)
    marker = mark if len(places) <= MOST_MARKED else ""
    axes.plot(places, columns[name], dashes, color=colour, marker=marker, mfc=fill)
    if f"{name}_low" in columns and f"{name}_high" in columns:
        bounds = columns[f"{name}_low"], columns[f"{name}_high"]
        axes.fill_between(places, *bounds, color=colour, alpha=0.18, linewidth=0)


def _scale(axes: "Axes", values: np.ndarray, log: bool) -> None:
    """Set the ends of the vertical axis: logarithmic around all values, else from 0 on."""
    known = values[np.isfinite(values)]
    if log:
        known = known[known > 0]
        set_log(axes, "y")
        axes.set_ylim(known.min() / 1.3, known.max() * 1.3)
        return
    axes.set_ylim(bottom=None if (known < 0).any() else 0.0)


def _ends(drawn: Sequence[str], columns: Curves) -> list[tuple[float, str]]:
    """Where each curve ends."""
    known = [columns[name][np.isfinite(columns[name])] for name in drawn]
    return [(float(values[-1]) if values.size else 0.0, name) for values, name in zip(known, drawn)]


def _logs(
    ends: Sequence[tuple[float, str]], limits: tuple[float, float]
) -> tuple[list[tuple[float, str]], float, float]:
    """Where curves end and the ends of the axis, on a logarithmic one."""
    low, top = limits
    return [(math.log(max(end, low)), name) for end, name in ends], math.log(low), math.log(top)


def _told(table: Comparison) -> str:
    """What the horizontal axis tells."""
    kind = visible(table.row_kind)
    return f"{kind}s, in the order of the table" if table.chart == "ranked" else kind


def _note(columns: Curves, drawn: Sequence[str], log: bool) -> str:
    """How the curves are to be read."""
    notes = []
    if any(f"{name}_low" in columns for name in drawn):
        notes.append("Bands: the intervals, from the columns named low to the columns named high.")
    if any(map(is_untrained, drawn)):
        notes.append("Dashes: an untrained model.")
    notes.append(tell_coincident({name: np.log(columns[name]) if log else columns[name] for name in drawn}))
    return " ".join(filter(None, notes))
