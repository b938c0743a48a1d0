"""What came of a sweep, as tables: quality by point of the grid, and maps of two settings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp_lstm.evaluation.intervals import Interval, difference_of, seed_interval
from nlp_lstm.report import Comparison
from nlp_lstm.training.sweep_journals import Outcome
from nlp_lstm.training.sweep_plans import Plan

OVERFITTING = (
    "overfitting: loss on the validation split minus loss in training, in nats per word, at the epoch whose "
    "weights were kept; dropout makes the loss in training larger"
)
FACTS = ("parameters", "seconds", "overfitting")
Points = dict[tuple[Any, ...], list[Outcome]]  # values of the grid -> what came of its trainings


def sweep_tables(plan: Plan, outcomes: Sequence[Outcome], metric: str) -> tuple[Comparison, ...]:
    """Return a table by point; maps, where the grid has two settings; and what failed.

    Args:
        plan: what was trained.
        outcomes: what came of it; those that have not ended are left out.
        metric: the name of the quality.
    """
    names = list(plan.grid)
    points: Points = {}
    for one in outcomes:
        points.setdefault(tuple(one.point[name] for name in names), []).append(one)
    order = {name: [str(value) for value in plan.grid[name]] for name in names}
    points = dict(
        sorted(points.items(), key=lambda item: [order[n].index(str(v)) for n, v in zip(names, item[0])])
    )
    table = _point_table(plan, points, metric)
    maps = [_map(plan, points, metric, what) for what in (metric, "overfitting")] if len(names) == 2 else []
    failed = [one for one in outcomes if one.value is None]
    return (table, *maps, *([_failures(failed)] if failed else []))


def quality(runs: Sequence[Outcome]) -> Interval:
    """Return the mean quality of trainings with its interval over seeds; NaN if all failed."""
    values = [one.value for one in runs if one.value is not None]
    return seed_interval(np.array(values)) if values else Interval(*(np.array(np.nan),) * 3)


def _point_table(plan: Plan, points: Points, metric: str) -> Comparison:
    """A row for each point of the grid."""
    names, runs = list(plan.grid), list(points.values())
    found = [quality(one) for one in runs]
    columns: dict[str, Any] = {name: [point[at] for point in points] for at, name in enumerate(names)}
    columns |= {end: [getattr(one, end) for one in found] for end in ("mean", "low", "high")}
    columns["n"] = [sum(one.value is not None for one in of_point) for of_point in runs]
    columns["failed"] = [sum(one.value is None for one in of_point) for of_point in runs]
    columns |= {name: [_mean(of_point, name) for of_point in runs] for name in FACTS}
    rows = [
        ", ".join(f"{name} {value}" for name, value in zip(names, point, strict=True)) for point in points
    ]
    meaning = (
        f"mean, low, high: {metric} on the validation split, mean over n trainings and its 95 % interval "
        "over seeds, by Student's t; failed: trainings that ended with an error; seconds: of one training; "
        f"{OVERFITTING}"
    )
    see = " ".join(filter(None, (_see(plan, points, at) for at in range(min(2, len(names))))))
    title = f"sweep: {metric} by {' and '.join(names)}"
    return Comparison.from_columns(title, rows, columns, "point", meaning, see=see)


def _mean(runs: Sequence[Outcome], name: str) -> float:
    """The mean of what else is known of trainings; NaN of none."""
    known = [float(one.facts[name]) for one in runs if one.value is not None]
    return float(np.mean(known)) if known else np.nan


def _see(plan: Plan, points: Points, at: int) -> str:
    """By how much the last value of a setting is better than the first, at the first ones of the others."""
    names = list(plan.grid)
    name, values = names[at], plan.grid[names[at]]
    if len(values) < 2:
        return ""
    ends = [tuple(values[end] if n == name else plan.grid[n][0] for n in names) for end in (0, -1)]
    if not all(end in points for end in ends):
        return ""
    first, last = (quality(points[end]) for end in ends)
    if np.isnan([first.mean, last.mean]).any():
        return ""
    gap = difference_of(last, first)
    fixed = ", ".join(f"{n} {plan.grid[n][0]}" for n in names if n != name)
    told = f"{name} {values[-1]} rather than {values[0]}{f' at {fixed}' if fixed else ''}: {gap.mean:+.3f}"
    return f"{told} ({gap.low:+.3f} to {gap.high:+.3f})." if np.isfinite(gap.low) else f"{told}."


def _map(plan: Plan, points: Points, metric: str, what: str) -> Comparison:
    """A map of the two settings of a grid, over the trainings that did not fail."""
    (down, rows), (across, columns) = plan.grid.items()
    cells = {
        str(column): [
            float(quality(runs).mean) if what == metric else _mean(runs, what)
            for runs in (points.get((row, column), []) for row in rows)
        ]
        for column in columns
    }
    meaning = f"{metric} on the validation split, mean over trainings" if what == metric else OVERFITTING
    title = f"sweep: {what}, {down} down and {across} across"
    return Comparison.from_columns(title, [str(row) for row in rows], cells, down, meaning, "map")


def _failures(failed: Sequence[Outcome]) -> Comparison:
    """Why trainings failed."""
    rows = [", ".join(f"{name} {value}" for name, value in one.point.items()) for one in failed]
    return Comparison("sweep: failed", rows, ("reason",), [(one.reason,) for one in failed], "training", "")
