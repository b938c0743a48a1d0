"""similarity: how alike hidden and cell state, layers, tasks and trainings are, over the same sentences.

All runs read the sentences of the first one, also a run of another task. How alike two untrained models are
that read the same words says how much of a similarity comes from the words alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._alignment import (
    GROUPS,
    SAMPLE,
    cka_interval,
    distance_interval,
    linear_cka,
    rank_distances,
    sample_words,
)
from nlp_lstm.analyses._words import check_sentences, join, starts_of
from nlp_lstm.analyses.studies import Study, make_untrained
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison
from nlp_lstm.states.changes import STATES

KINDS = ("the other state", "the layer above", "another training", "another task", "before training")
MOST_WORDS = 10_000  # whose states are compared
CKA = "linear CKA, unbiased; 1: the same up to rotation and scale, 0: unrelated"
DISTANCES = (
    f"representational similarity: Spearman's correlation of the cosine distances between {SAMPLE} words; "
    "1: the same, 0: unrelated"
)
PAIRS = (
    f"cka: {CKA}. distances: {DISTANCES}. low, high: the 95 % interval, by the jackknife over {GROUPS} "
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


@ANALYSES.register("similarity")
def similarity(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return how alike the states of all runs and layers are, by two measures.

    Args:
        studies: runs of any cells; all read the sentences of the first.
        seed: draws sentences, words and untrained weights.

    Returns:
        A map of states x states by linear CKA, one by representational similarity, and a table of the pairs
        that a question is about, with intervals.

    Raises:
        DataError: if there are fewer than 30 sentences.
    """
    studies = read_the_same(studies, seed)
    traces = next(iter(studies[0].traces.values()))
    check_sentences("similarity", len(traces))
    found = measure_similarity(all_states(studies), starts_of(traces), seed)
    words = len(found.states[0].values)
    rests_on = f"over {words} words of {len(traces)} sentences of {studies[0].data}"
    return (
        _map(found.states, found.cka, f"linear CKA {rests_on}", CKA),
        _map(found.states, found.distances, f"similarity of distances {rests_on}", DISTANCES),
        _pair_table(found, f"pairs of states {rests_on}"),
    )


def measure_similarity(states: Sequence[State], starts: np.ndarray, seed: int = 0) -> Similarity:
    """Return how alike states are, and with intervals those that a question is about.

    Args:
        states: at the same words.
        starts: at which word each sentence begins, `(sentences,)`.
        seed: draws the words whose distances are compared.
    """
    sample = sample_words(len(states[0].values), seed)
    ranks = np.stack([rank_distances(state.values, sample) for state in states])
    pairs = []
    for kind, one, other in find_pairs(states):
        x, y = states[one], states[other]
        cka = cka_interval(x.values, y.values, starts)
        pairs.append(Pair(kind, one, other, cka, distance_interval(ranks[one], ranks[other], starts, sample)))
    cka = linear_cka([state.values for state in states])
    return Similarity(tuple(states), cka, ranks @ ranks.T / ranks.shape[1], tuple(pairs))


def read_the_same(studies: Sequence[Study], seed: int = 0) -> list[Study]:
    """Return the studies over sentences of the first one, about 10,000 words, each with other untrained
    weights, so that they are those of different trainings.

    Args:
        studies: of any runs.
        seed: draws sentences and weights.
    """
    examples = studies[0].examples
    order = np.random.default_rng(seed).permutation(len(examples))
    enough = np.cumsum([len(examples[index].words) for index in order]) <= MOST_WORDS
    chosen = tuple(examples[index] for index in sorted(order[enough]))
    return [
        replace(
            study,
            examples=chosen,
            data=studies[0].data,
            untrained=make_untrained(study.run, seed + number),
        )
        for number, study in enumerate(studies)
    ]


def all_states(studies: Sequence[Study]) -> list[State]:
    """Return the states of all layers of all runs, those of a run before those of its untrained one."""
    return [
        State(number, study.run.name, study.run.task, layer, state, trained, join(traces, state))
        for number, study in enumerate(studies, start=1)
        for trained, layers in ((True, study.traces), (False, study.untrained_traces))
        for layer, traces in layers.items()
        for state in STATES
        if state in traces[0].parts
    ]


def find_pairs(states: Sequence[State]) -> list[tuple[str, int, int]]:
    """Return the pairs that a question is about: the question, and the places of both among the states.

    They are the two states of a layer, a state of two layers one above the other, of two runs a state of the
    last layers, and each state and itself before training.
    """
    last = {state.number: state.layer for state in states}
    pairs = []
    for (row, one), (column, other) in combinations(enumerate(states), 2):
        same_state, same_run = one.state == other.state, one.number == other.number
        kind = ""
        if not one.trained or not other.trained:
            kind = "before training" if one.trained and one.place == other.place else ""
        elif same_run and one.layer == other.layer:
            kind = "the other state"
        elif same_run and same_state and _number(other) == _number(one) + 1:
            kind = "the layer above"
        elif (
            not same_run
            and same_state
            and one.layer == last[one.number]
            and other.layer == last[other.number]
        ):
            kind = "another training" if one.task == other.task else "another task"
        if kind:
            pairs.append((kind, row, column))
    return pairs


def _map(states: Sequence[State], values: np.ndarray, title: str, meaning: str) -> Comparison:
    """A map of states x states."""
    labels = [state.label for state in states]
    runs = dict.fromkeys(f"{state.number} {state.run}" for state in states)
    legend = f"{', '.join(runs)}; u: before training; h: hidden_state, c: cell_state"
    columns = dict(zip(labels, values.T, strict=True))
    return Comparison.from_columns(title, labels, columns, "state", f"{meaning}. {legend}", "heat")


def _pair_table(found: Similarity, title: str) -> Comparison:
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
    return Comparison.from_columns(title, list(rows), columns, "pair", PAIRS)


def _number(state: State) -> int:
    """The number of its layer."""
    return int(state.layer.removeprefix("layer_"))
