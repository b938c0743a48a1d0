"""The states that `similarity` compares, and its tables: two maps, and the pairs that a question is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.analyses._seeing import show
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison

KINDS = ("the other state", "the layer above", "another training", "another task", "before training")
CKA = "linear CKA, unbiased; 1: the same up to rotation and scale, 0: unrelated"
DISTANCES = (
    "representational similarity: Spearman's correlation of the cosine distances between {words} words; "
    "1: the same, 0: unrelated"
)
PAIRS = (
    f"cka: {CKA}. distances: {DISTANCES}. low, high: the 95 % interval, by the jackknife over {{groups}} "
    "groups of neighboring sentences. untrained: the same two states before training"
)


@dataclass(frozen=True)
class State:
    """One state of a layer of a run, at all words.

    Args:
        number: of the run, from 1.
        run, task, layer, state: their names.
        trained: or before training.
        values: `(words, units)`.
    """

    number: int
    run: str
    task: str
    layer: str
    state: str
    trained: bool
    values: np.ndarray

    @property
    def label(self) -> str:
        """Its short name in a map."""
        return f"{self.number}{'' if self.trained else 'u'} {self.layer} {self.state[0]}"

    @property
    def place(self) -> tuple[int, str, str]:
        """Where in the runs it stands, trained or not."""
        return self.number, self.layer, self.state

    def __str__(self) -> str:
        return f"{self.run}{'' if self.trained else ' untrained'} {self.layer} {self.state}"


class Pair(NamedTuple):
    """How alike two states are.

    Args:
        kind: what the other is to the one: one of `KINDS`.
        one, other: their places among the states.
        cka: linear CKA, 0 to 1 but for noise.
        distances: Spearman's correlation of the words' distances, -1 to 1.
    """

    kind: str
    one: int
    other: int
    cka: Interval
    distances: Interval


class Similarity(NamedTuple):
    """How alike states are.

    Args:
        states: of all runs and layers, trained or not.
        cka, distances: of each two, `(states, states)`.
        pairs: with intervals, those that a question is about.
    """

    states: tuple[State, ...]
    cka: np.ndarray
    distances: np.ndarray
    pairs: tuple[Pair, ...]


def map_table(states: Sequence[State], values: np.ndarray, title: str, meaning: str) -> Comparison:
    """A map of states x states."""
    labels = [state.label for state in states]
    runs = dict.fromkeys(f"{state.number} {state.run}" for state in states)
    legend = f"{', '.join(runs)}; u: before training; h: hidden_state, c: cell_state"
    columns = dict(zip(labels, values.T, strict=True))
    see = "Each state beside each other one: dark squares off the diagonal are states that are alike."
    return Comparison.from_columns(title, labels, columns, "state", f"{meaning}. {legend}", "heat", see=see)


def pair_table(found: Similarity, title: str, meaning: str) -> Comparison:
    """One row per pair that a question is about, by question."""
    untrained = {state.place: row for row, state in enumerate(found.states) if not state.trained}
    rows = {}
    for pair in sorted(found.pairs, key=lambda pair: KINDS.index(pair.kind)):
        one, other = found.states[pair.one], found.states[pair.other]
        before = (untrained[one.place], untrained[other.place]) if other.trained else None
        figures = []
        for interval, alike in ((pair.cka, found.cka), (pair.distances, found.distances)):
            figures += [*interval, alike[before] if before else np.nan]
        rows[f"{one}, {other}"] = (pair.kind, *figures)
    names = ["to"]
    for measure in ("cka", "distances"):
        names += [measure, f"{measure}_low", f"{measure}_high", f"untrained_{measure}"]
    columns = dict(zip(names, zip(*rows.values()), strict=True))
    chart: dict[str, Any] = {"chart": "intervals", "unit": "similarity", "see": _see(found)}
    return Comparison.from_columns(title, list(rows), columns, "pair", meaning, **chart)


def _see(found: Similarity) -> str:
    """How alike the first two states that a question is about are."""
    if not found.pairs:
        return ""
    pair = min(found.pairs, key=lambda pair: KINDS.index(pair.kind))
    low, high = show(pair.cka.low), show(pair.cka.high)
    names = f"{found.states[pair.one]} and {found.states[pair.other]}"
    return f"{names} have a CKA of {show(pair.cka.mean)} ({low} to {high})."
