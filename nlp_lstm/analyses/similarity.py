"""similarity: how alike hidden and cell state, layers, tasks and trainings are, over the same sentences.

All runs read the sentences of the first one, also a run of another task. How alike two untrained models are
that read the same words says how much of a similarity comes from the words alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

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
from nlp_lstm.analyses._alike import CKA, DISTANCES, PAIRS, Pair, Similarity, State, map_table, pair_table
from nlp_lstm.analyses._words import check_sentences, join, starts_of
from nlp_lstm.analyses.studies import Study, make_untrained
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.states.changes import STATES

MOST_WORDS = 10_000  # whose states are compared


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
    told = {"words": min(SAMPLE, words), "groups": min(GROUPS, len(traces))}
    rests_on = f"over {words} words of {len(traces)} sentences of {studies[0].data}"
    return (
        map_table(found.states, found.cka, f"linear CKA {rests_on}", CKA),
        map_table(
            found.states, found.distances, f"similarity of distances {rests_on}", DISTANCES.format(**told)
        ),
        pair_table(found, f"pairs of states {rests_on}", PAIRS.format(**told)),
    )


def measure_similarity(states: Sequence[State], starts: np.ndarray, seed: int = 0) -> Similarity:
    """Return how alike states are, and with intervals those that a question is about.

    Args:
        states: at the same words.
        starts: at which word each sentence begins, `(sentences,)`.
        seed: draws the words whose distances are compared.
    """
    sample = sample_words(len(states[0].values), seed)
    with part(0.2):
        ranks = np.stack([rank_distances(state.values, sample) for state in track(states)])
    pairs = []
    for kind, one, other in track(find_pairs(states)):
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


def _number(state: State) -> int:
    """The number of its layer."""
    return int(state.layer.removeprefix("layer_"))
