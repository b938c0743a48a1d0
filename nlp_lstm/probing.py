"""probe(): what hidden and cell state do at every word of a sentence, in both models."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp_lstm.comparison import Comparison, Report
from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.run import Run, load_run, newest_run
from nlp_lstm.task import task_names
from nlp_lstm.traces import Trace
from nlp_lstm.tracing import trace

CLOSED, OPEN = 0.1, 0.9
STATES = ("hidden_state", "cell_state")
MEANING = (
    "says: what the model says after the word. norm: length of the state. moved: 1 - cosine to the "
    "state of the word before, 0 none to 2 turned round. gates: mean over units; saturated: share of "
    f"units below {CLOSED} or above {OPEN}"
)


def probe(
    text: str,
    runs: Sequence[Run | str | Path] | Run | str | Path = (),
    layer: int | None = None,
    unit: int | None = None,
) -> Report:
    """Read a sentence with trained models and tell what happens to their states, word by word.

    Args:
        text: a raw sentence.
        runs: runs or their names, or one of them; none for the newest of each task.
        layer: number of the layer to show, from 1; None for the last.
        unit: number of a unit, from 0: show all its parts instead.

    Returns:
        A report with one table per run, one row per word, and the traces of all layers.

    Raises:
        MissingInputError: if there is no run.
        UsageError: if the layer or the unit does not exist.
        DataError: if the text has no words or too many.
    """
    comparisons, traces, unknown = [], [], {}
    named = [runs] if isinstance(runs, (Run, str, Path)) else runs
    for run in [run if isinstance(run, Run) else load_run(run) for run in named] or _newest_runs():
        layers = list(trace(run, text).values())
        shown = _choose_layer(layers, layer)
        comparisons.append(unit_table(shown, unit) if unit is not None else state_table(shown))
        traces += layers
        unknown[run.name] = run.vocabulary.encode(text).unknown
    found = {name: words for name, words in unknown.items() if words}
    return Report(tuple(comparisons), tuple(traces), {"unknown_words": found or None})


def state_table(trace: Trace) -> Comparison:
    """Return one row per word: what the model says after it, and what its states and gates do.

    Args:
        trace: of one layer.

    Returns:
        A table with the columns says, and for each state its norm (0 or more) and how far it moved (in
        [0, 2]), and for each gate its mean and its saturated share over the units (both in [0, 1]).
    """
    states = [name for name in STATES if name in trace.parts]
    gates = [name for name in trace.parts if name.endswith("_gate")]
    columns = {"says": says(trace)}
    columns |= {f"{name}_norm": np.linalg.norm(trace.parts[name], axis=1) for name in states}
    columns |= {f"{name}_moved": moved(trace.parts[name]) for name in states}
    columns |= {name: trace.parts[name].mean(axis=1) for name in gates}
    columns |= {f"{name}_saturated": saturated(trace.parts[name]) for name in gates}
    return _table(trace, columns, f"{trace.task}, {trace.model}, {trace.layer}", MEANING)


def unit_table(trace: Trace, unit: int) -> Comparison:
    """Return one row per word with all parts of one unit.

    Raises:
        UsageError: if the layer has no such unit.
    """
    units = trace.parts["hidden_state"].shape[1]
    if not 0 <= unit < units:
        raise UsageError(f"unit {unit}: {trace.model} has units 0 to {units - 1}")
    columns = {"says": says(trace)} | {name: values[:, unit] for name, values in trace.parts.items()}
    title = f"{trace.task}, {trace.model}, {trace.layer}, unit {unit}"
    return _table(trace, columns, title, "gates in (0, 1); candidate and hidden_state in (-1, 1)")


def moved(states: np.ndarray) -> np.ndarray:
    """Return how far each state turned from the one before, 1 - cosine, `(timesteps,)` in [0, 2].

    The first word moves from zeros, which have no direction: NaN.

    Example:
        >>> moved(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]])).tolist()
        [nan, 1.0, 0.0]
    """
    lengths = np.linalg.norm(states, axis=1)
    products = (states[1:] * states[:-1]).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = products / (lengths[1:] * lengths[:-1])
    return np.concatenate([[np.nan], 1 - cosine])


def saturated(gate: np.ndarray) -> np.ndarray:
    """Return the share of units whose gate is nearly closed or open, `(timesteps,)` in [0, 1]."""
    return ((gate < CLOSED) | (gate > OPEN)).mean(axis=1)


def says(trace: Trace, most: int = 3) -> list[str]:
    """Return what the model says after each word: its label, or the likeliest next words."""
    shown = 1 if trace.predicts == "labels" else most
    said = []
    for row in trace.outputs:
        best = np.argsort(-row, kind="stable")[: shown + 1]
        likeliest = [index for index in best if trace.output_names[index] != "[PAD]"]
        said.append(" ".join(f"{trace.output_names[index]} {row[index]:.2f}" for index in likeliest[:shown]))
    return said


def _newest_runs() -> list[Run]:
    """The newest run of each task that has one."""
    found = []
    for task in task_names():
        try:
            found.append(newest_run(task))
        except MissingInputError:
            continue
    return found or [newest_run()]  # which says that there is none


def _choose_layer(layers: list[Trace], layer: int | None) -> Trace:
    """The trace of the layer with this number."""
    if layer is None:
        return layers[-1]
    if not 1 <= layer <= len(layers):
        raise UsageError(f"layer {layer}: {layers[0].model} has layers 1 to {len(layers)}")
    return layers[layer - 1]


def _table(trace: Trace, columns: dict, title: str, meaning: str) -> Comparison:
    """A Comparison with a row per word from columns of `timesteps` values."""
    numbers = [
        [value if isinstance(value, str) else _plain(value) for value in column]
        for column in columns.values()
    ]
    return Comparison(title, trace.words, list(columns), list(zip(*numbers)), "word", meaning)


def _plain(value: float) -> float | None:
    """A Python float, or None for NaN."""
    return None if np.isnan(value) else float(value)
