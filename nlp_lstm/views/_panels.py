"""The numbers of a table as curves: which belong together, on what scale, and where their names stand."""

from collections.abc import Mapping, Sequence

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.report.palette import PART_COLOURS

SHARES = ("gate", "saturated")  # what lies in (0, 1)

Curves = Mapping[str, np.ndarray]


def numbers(table: Comparison, rows: int) -> dict[str, np.ndarray]:
    """Return the columns of a table that hold measures, name -> `(rows,)`; NaN where there is none.

    Whole numbers are counts, such as of the sentences behind a mean, and are no measures; nor are yes and no.
    """
    found = {}
    for name, column in zip(table.columns, zip(*table.values[:rows]), strict=False):
        known = [value for value in column if value is not None]
        if known and all(isinstance(value, float) for value in known):
            found[name] = np.array([np.nan if value is None else value for value in column], float)
    return found


def group(columns: Curves) -> Mapping[str, Curves]:
    """Return columns that tell the same of different parts together, what they tell -> part -> values.

    Example:
        >>> group({"cell_state_norm": np.ones(1), "input_gate": np.ones(1)})
        {'norm': {'cell_state': array([1.])}, 'gate': {'input_gate': array([1.])}}
    """
    panels: dict[str, dict[str, np.ndarray]] = {}
    for name, values in columns.items():
        part = next((part for part in PART_COLOURS if name == part or name.startswith(f"{part}_")), None)
        told = name if part is None else name.removeprefix(part).strip("_")
        told = told or ("gate" if name.endswith("_gate") else "value")
        panels.setdefault(told, {})[part or name] = values
    return panels


def limits(curves: Curves, told: str) -> tuple[float, float]:
    """Return the ends of the axis of a panel: gates lie in (0, 1), lengths begin at 0."""
    values = np.concatenate(list(curves.values()))
    values = values[np.isfinite(values)]
    if told in SHARES or not values.size:
        return 0.0, 1.0
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = 0.08 * (high - low) or 1.0
    return low - (room if low < 0 else 0), high + room


def spread(
    ends: Sequence[tuple[float, str]], low: float, high: float, height: float, apart: float
) -> list[tuple[str, float]]:
    """Return where the name of each curve stands, in inches from below: near its end, apart from others.

    Example:
        >>> spread([(0.5, "b"), (0.5, "a")], 0, 1, 1.0, 0.2)
        [('a', 0.4), ('b', 0.6)]
    """
    ordered = sorted(ends)
    places = [(min(max(value, low), high) - low) / (high - low) * height for value, _ in ordered]
    for _ in range(50):  # push neighbours apart until none overlap
        for below, above in zip(range(len(places)), range(1, len(places))):
            lack = apart - (places[above] - places[below])
            if lack > 1e-6:
                places[below] -= lack / 2
                places[above] += lack / 2
        outside = min(places[0], 0.0) + max(places[-1] - height, 0.0)
        places = [place - outside for place in places]
    return [(name, round(place, 6)) for (_, name), place in zip(ordered, places, strict=True)]
