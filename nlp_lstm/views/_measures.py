"""The columns of a table that are measures, each with its interval and the same of an untrained model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.palette import GREY, PART_COLOURS
from nlp_lstm.views._panels import group, numbers
from nlp_lstm.views._style import INK, colours

UNTRAINED = "untrained"
REFERENCES = ("majority", "random")  # what a measure is compared with
OF_ONE = ("value", "untrained")  # columns that are measures though they hold whole numbers
MARKERS = "osD^vPX"  # of the measures of a panel, one after the other


@dataclass(frozen=True)
class Measure:
    """A measure, a number for each row of a table; NaN where there is none.

    Args:
        name: of its column, or of the part whose number it is.
        values, low, high, untrained: `(rows,)` each.
        colours: one for each row.
        marker: its shape, as matplotlib names it.
    """

    name: str
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    untrained: np.ndarray
    colours: Sequence[str] = ()
    marker: str = "o"

    @property
    def has_interval(self) -> bool:
        """Whether any row has an interval."""
        return bool((~np.isnan(self.low)).any())


def find_measures(table: Comparison) -> list[Measure]:
    """Return the measures of a table, in the order of its columns.

    `X_low` and `X_high` are the interval of X, `low` and `high` that of the measure before them;
    `untrained_X` is X in an untrained model, and `untrained` the first measure with an interval. Where the
    table does not say that all its numbers are of one unit, only measures with intervals are returned, if
    there are any.

    Example:
        >>> columns = ("mean", "low", "high", "n", "untrained")
        >>> table = Comparison("", ["a"], columns, [(0.5, 0.4, 0.6, 9, 0.1)], "", "")
        >>> [(one.name, one.low.tolist(), one.untrained.tolist()) for one in find_measures(table)]
        [('mean', [0.4], [0.1])]
    """
    found = numbers(table, len(table.rows))
    for name in OF_ONE:
        if name in table.columns and name not in found:
            found |= _whole(table, name)
    nothing = np.full(len(table.rows), np.nan)
    measures, owner = [], ""
    names = [name for name in table.columns if name in found]
    bare = {}
    for name in names:
        if name in ("low", "high"):
            bare[f"{owner}_{name}"] = found[name]
        else:
            owner = name
    known = {**found, **bare}
    ends = {f"{name}_{end}" for name in names for end in ("low", "high")}
    for name in names:
        if name in ("low", "high") or name in ends or name.startswith(UNTRAINED):
            continue
        untrained = known.get(f"{UNTRAINED}_{name}", nothing)
        bounds = known.get(f"{name}_low", nothing), known.get(f"{name}_high", nothing)
        measures.append(Measure(name, found[name], *bounds, untrained))
    if not table.unit and any(one.has_interval for one in measures):
        measures = [one for one in measures if one.has_interval]
    if measures and UNTRAINED in known:
        first = next((place for place, one in enumerate(measures) if one.has_interval), 0)
        measures[first] = replace(measures[first], untrained=known[UNTRAINED])
    return measures


def has_intervals(table: Comparison) -> bool:
    """Return whether a table is to be drawn as dots: it says so, or its numbers have intervals."""
    if table.chart not in ("", "intervals"):
        return False
    if table.chart:
        return bool(find_measures(table))
    return any(one.has_interval for one in find_measures(table))


def find_panels(table: Comparison) -> dict[str, list[Measure]]:
    """Return the measures that share an axis, by what the axis tells.

    Numbers of one unit share one. Else those that tell the same of different parts do.
    """
    measures = find_measures(table)
    if table.unit:
        return {table.unit: coloured(measures, table.rows)} if measures else {}
    by_name = {one.name: one for one in measures}
    panels = {}
    for told, members in group({one.name: np.arange(len(table.rows)) for one in measures}).items():
        full = [part if part in by_name else f"{part}_{told}" for part in members]
        renamed = [replace(by_name[name], name=part) for name, part in zip(full, members, strict=True)]
        told = members and told if len(renamed) > 1 or told != "value" else renamed[0].name
        panels[told] = coloured(renamed, table.rows)
    return panels


def coloured(measures: Sequence[Measure], rows: Sequence[str]) -> list[Measure]:
    """Return measures with a shape, and the colours of the parts that they or their rows are named for."""
    own = colours([one.name for one in measures])
    found = []
    of_parts = {"hidden_state": "o", "cell_state": "s"}
    free = iter(MARKERS[2:] + MARKERS if {one.name for one in measures} & {*of_parts} else MARKERS * 2)
    for one in measures:
        named = any(part in one.name for part in PART_COLOURS)
        if one.name in REFERENCES:
            own[one.name], named = GREY, True
        other = INK if any(map(part_colour, rows)) else own[one.name]
        shades = [own[one.name] if named else part_colour(row) or other for row in rows]
        found.append(replace(one, colours=shades, marker=of_parts.get(one.name) or next(free)))
    return found


def part_colour(name: str) -> str | None:
    """Return the colour of the part that a name holds, if there is one, and one alone.

    Example:
        >>> part_colour("layer_1, hidden_state"), part_colour("all")
        ('#0072b2', None)
    """
    parts = [part for part in PART_COLOURS if part in name]
    parts = [part for part in parts if not any(part in other and part != other for other in parts)]
    return PART_COLOURS[parts[0]] if len(parts) == 1 else None


def _whole(table: Comparison, name: str) -> dict[str, np.ndarray]:
    """A column of whole numbers or none as numbers, if that is what it is."""
    column = [row[table.columns.index(name)] for row in table.values]
    if not all(one is None or isinstance(one, (int, float)) for one in column):
        return {}
    return {name: np.array([np.nan if one is None else float(one) for one in column])}
