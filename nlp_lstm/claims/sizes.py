"""Claims about width and depth, judged by stored sweeps over units and layers."""

import numpy as np

from nlp_lstm.claims import FAILS, HOLDS, IN_PART, Evidence, Finding, Measured
from nlp_lstm.claims.stored import Row, read_study
from nlp_lstm.evaluation.intervals import Interval, difference_of

COMBINED, NESTED, TEXT = "sweep-parity", "sweep-nesting", "sweep-stories"
SWEEPS = {COMBINED: "flags", NESTED: "nesting", TEXT: "stories"}  # name of the study -> what it is about
Shape = tuple[int, int]  # units, layers


def judge_width(measured: Measured) -> Finding:
    """Compare what units and what layers add where flags must be combined."""
    grid = read_grid(COMBINED)
    (narrow, wide), (flat, deep) = ends(grid)
    width = gain(grid, (wide, flat), (narrow, flat))
    over_depth = gain(grid, (wide, flat), (narrow, deep))
    evidence = [
        _evidence(f"{wide} units rather than {narrow}, layers: {flat}", width),
        _evidence(f"{wide} × {flat} rather than {narrow} × {deep}", over_depth),
    ]
    helps = [bool(width.low > 0), bool(over_depth.low > 0)]
    return Finding(HOLDS if all(helps) else IN_PART if helps[0] else FAILS, evidence)


def judge_depth(measured: Measured) -> Finding:
    """Compare what layers add where formulas are nested, at each number of units."""
    grid = read_grid(NESTED)
    _, (flat, deep) = ends(grid)
    found = {
        units: gain(grid, (units, deep), (units, flat)) for units in sorted({shape[0] for shape in grid})
    }
    evidence = [
        _evidence(f"{deep} layers rather than {flat}, units: {units}", one) for units, one in found.items()
    ]
    helps = [bool(one.low > 0) for one in found.values()]
    return Finding(HOLDS if all(helps) else IN_PART if any(helps) else FAILS, evidence)


def judge_difference(measured: Measured) -> Finding:
    """Compare the shapes of the greatest difference with the best of all others, in every sweep."""
    evidence, worse = [], []
    for study, about in SWEEPS.items():
        grid = read_grid(study)
        (narrow, wide), (flat, deep) = ends(grid)
        corners = [(wide, flat), (narrow, deep)]
        best = max((shape for shape in grid if shape not in corners), key=lambda shape: grid[shape].mean)
        for units, layers in corners:
            lost = gain(grid, (units, layers), best)
            evidence.append(_evidence(f"{about}, {units} × {layers} rather than {best[0]} × {best[1]}", lost))
            worse.append(bool(lost.high < 0))
    return Finding(HOLDS if all(worse) else IN_PART if any(worse) else FAILS, evidence)


def read_grid(study: str) -> dict[Shape, Interval]:
    """Return (units, layers) -> quality over the seeds of a stored sweep, more is better."""
    rows: list[Row] = read_study(study)["tables"][0]["rows"]
    sign = -1 if read_study(study)["metric"] in ("cross_entropy", "perplexity") else 1
    found = {}
    for row in rows:
        mean, low, high = (np.asarray(sign * float(str(row[name]))) for name in ("mean", "low", "high"))
        shape = int(str(row["units"])), int(str(row["layers"]))
        found[shape] = Interval(mean, np.minimum(low, high), np.maximum(low, high))
    return found


def ends(grid: dict[Shape, Interval]) -> tuple[Shape, Shape]:
    """Return the fewest and the most units, and the fewest and the most layers.

    Example:
        >>> nothing = Interval(*np.zeros(3))
        >>> ends({(4, 1): nothing, (64, 3): nothing})
        ((4, 64), (1, 3))
    """
    units, layers = zip(*grid)
    return (min(units), max(units)), (min(layers), max(layers))


def gain(grid: dict[Shape, Interval], shape: Shape, other: Shape) -> Interval:
    """Return by how much a shape is better than another."""
    return difference_of(grid[shape], grid[other])


def _evidence(what: str, found: Interval) -> Evidence:
    """Evidence without an untrained model: a shape is compared with another."""
    return Evidence(what, float(found.mean), float(found.low), float(found.high))
