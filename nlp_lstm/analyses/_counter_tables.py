"""The unit of each run that counts best: as tables, and as curves along one long string."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp_lstm.analyses._counting import COUNT, Counted, over_seeds
from nlp_lstm.analyses._seeing import show
from nlp_lstm.analyses.studies import read_sentences
from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import count

SHOWN = 12  # words of a long string that a reader needs as numbers
BY_CELL = (
    "correlation, 0 to 1 without its sign, of the true count with the unit that goes best with it: with its "
    "state (cell_state of an lstm, hidden_state of other cells), and with the hidden_state of the same unit. "
    "The unit is chosen on the shorter half of the strings and measured over the words of the longer half. "
    "Mean over the runs of a cell with its 95 % interval, by Student's t over seeds and cut at 0 and 1. "
    "untrained: the best unit of the same models before training"
)
BY_RUN = (
    "the unit is chosen on the shorter half of the strings and measured over the words of the longer half. "
    "correlation: of its state with the true count, -1 to 1; hidden_correlation: of its hidden state. "
    "step_up, step_down: by how much a word moves the state that makes the count larger, or smaller. slope, "
    "hidden_slope: how much state and hidden state grow with one more count, among counts larger than any in "
    "training; saturated: share of the words there, 0 to 1, at which |h| is above 0.9"
)
CURVES = (
    "count: over its largest, {count:g}. {cell}hidden_state: as it is, in (-1, 1). A unit that falls as the "
    "count rises is turned over"
)
OF_CELL = "cell_state: over its largest, {:.1f}. "
HIDDEN = "hidden_state"


def correlation_table(found: Mapping[str, Sequence[Counted]]) -> Comparison:
    """Return how well the best unit of each cell goes with the count, a row for each."""
    columns: dict[str, Any] = {}
    for name, field in (("correlation", "correlation"), ("hidden_state", "hidden_correlation")):
        told = [
            over_seeds([abs(getattr(run.trained.counter, field)) for run in runs]) for runs in found.values()
        ]
        columns |= {name: [one.mean for one in told]}
        columns |= {f"{name}_low": [one.low for one in told], f"{name}_high": [one.high for one in told]}
    columns["untrained_correlation"] = [
        np.mean([abs(run.untrained.counter.correlation) for run in runs]) for runs in found.values()
    ]
    columns["seeds"] = [len(runs) for runs in found.values()]
    told = (f"{cell} {show(value)}" for cell, value in zip(found, columns["correlation"], strict=True))
    see = f"Correlation of the best unit's state with the count: {', '.join(told)}."
    chart: dict[str, Any] = {"chart": "intervals", "unit": "correlation", "see": see}
    title = "counting: the best unit and the count, by cell"
    return Comparison.from_columns(title, list(found), columns, "cell", BY_CELL, **chart)


def unit_table(found: Mapping[str, Sequence[Counted]]) -> Comparison:
    """Return what the best unit of each run does, a row for each run."""
    rows = [run for runs in found.values() for run in runs]
    counters = [run.trained.counter for run in rows]
    columns: dict[str, Any] = {
        "cell": [run.study.run.settings.cell for run in rows],
        "seed": [run.study.run.settings.seed for run in rows],
    }
    columns |= {name: [getattr(one, name) for one in counters] for name in counters[0]._fields}
    columns["untrained_correlation"] = [run.untrained.counter.correlation for run in rows]
    names, title = [run.study.run.name for run in rows], "counting: the best unit and the count, by run"
    return Comparison.from_columns(title, names, columns, "run", BY_RUN, see=_see_slopes(found))


def _see_slopes(found: Mapping[str, Sequence[Counted]]) -> str:
    """How the two states of the units of LSTMs grow with counts beyond those in training."""
    counters = [run.trained.counter for run in found.get("lstm", ())]
    known = [one for one in counters if np.isfinite(one.slope)]
    if not known:
        return ""
    state = np.mean([abs(one.slope) for one in known])
    hidden = np.mean([abs(one.hidden_slope) for one in known])
    return (
        f"Beyond the counts in training, one more count moves the cell state of the lstm's unit by "
        f"{state:.3f} and its hidden state by {hidden:.3f}, mean over {count(len(known), 'run')}."
    )


def unit_curves(runs: Sequence[Counted]) -> Comparison:
    """Return the best unit along a string, in the run of a cell that is right at most strings.

    The string is the one whose largest count is the largest.
    """
    best = max(runs, key=lambda run: float(run.trained.whole.mean()))
    study, counter = best.study, best.trained.counter
    example = max(study.examples, key=lambda one: max(one.facts[COUNT]))
    parts = read_sentences(study.run, [example])[counter.layer][0].parts
    sign = -1 if counter.correlation < 0 else 1
    told = np.array(example.facts[COUNT], float)
    state, hidden = (sign * parts[name][:, counter.unit].astype(float) for name in (counter.state, HIDDEN))
    columns = {"symbol": list(example.words), "count": told / told.max()}
    of_cell = ""
    if counter.state != HIDDEN:
        columns[counter.state] = state / abs(state).max()
        of_cell = OF_CELL.format(abs(state).max())
    columns[HIDDEN] = hidden
    return Comparison.from_columns(
        f"counting: {study.run.name}, {counter.layer}, unit {counter.unit} along a string of "
        f"{len(example.words)} words",
        [str(number) for number in range(1, len(example.words) + 1)],
        columns,
        "word",
        CURVES.format(count=told.max(), cell=of_cell),
        chart="curves",
        first=SHOWN,
        unit="state, and count over its largest",
        see=_see_doubling(told, {counter.state: state, HIDDEN: hidden}),
    )


def _see_doubling(told: np.ndarray, states: Mapping[str, np.ndarray]) -> str:
    """What the states are where the count is first half its largest, and where it is its largest."""
    top = int(told.argmax())
    half = int(np.argmax(told >= told[top] / 2))
    moves = (f"{name} goes from {show(one[half])} to {show(one[top])}" for name, one in states.items())
    return f"From a count of {told[half]:g} to one of {told[top]:g}, {' and '.join(moves)}."
