"""memory: when the content of hidden and cell state was written, and which words are written and kept.

An LSTM's cell state is a sum of what each word wrote (see `nlp_lstm.states.memory`), and the hidden state
reads it out. So both can be divided among the words that came so far, exactly for c, and for h in proportion
to c.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._kinds import kind_table, word_table
from nlp_lstm.analyses._seeing import beside_zero, of_states, show
from nlp_lstm.analyses._words import check_sentences, rank_correlation, starts_among, word_mean
from nlp_lstm.analyses._writes import LATER, Writes, measure_writes
from nlp_lstm.analyses.influence import FEWEST
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track

SHARES = (
    "share of the state, by length, that the word this many places back wrote; mean over the words that "
    "have a word that far back, with its 95 % interval by sentence. hidden_state: divided among the words "
    "in proportion to the cell state that it reads out. untrained: the same model before training"
)
AGES = (
    "how many words ago the content of the state was written, as a mean weighted by share, over all words "
    "but the first of a sentence, with its 95 % interval by sentence; difference: hidden_state minus "
    "cell_state at the same word. untrained: the same model before training"
)


GATES = (
    "Spearman's rank correlation, over words, between the mean of a gate over units and the length of what "
    f"is left of the word {LATER} words later; -1 to 1, with its 95 % interval by sentence. untrained: the "
    "same model before training"
)


class Ages(NamedTuple):
    """How many words ago what is in a state was written: the mean over words.

    Args:
        cell_state: of c.
        hidden_state: of what h reads out of it.
        difference: hidden_state less cell_state, word by word.
    """

    cell_state: Interval
    hidden_state: Interval
    difference: Interval


@ANALYSES.register("memory")
def memory(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return which words the states are made of: how far back, of which kind, and under which gates.

    Args:
        studies: runs of LSTMs.
        seed: draws intervals.

    Returns:
        Per layer a table of curves by distance, from 0 to 20 words where 30 sentences are long enough, one of
        kinds of words, one of the words that are most and least written and kept, and one of how the gates
        go with what is left of a word; then one of memory ages with a row per layer.

    Raises:
        UsageError: if a run is no LSTM.
        DataError: if there are fewer than 30 sentences.
    """
    tables, ages = [], {}
    for study in track(studies):
        check_sentences(f"memory of {study.run.name}", len(study.examples))
        for layer, traces in track(study.traces.items()):
            with part(0.5):
                trained = measure_writes(traces)
            untrained = measure_writes(study.untrained_traces[layer])
            tables.append(_share_table(study, layer, trained, untrained, seed))
            if study.has_words:
                tables.append(kind_table(study, layer, trained, untrained, seed))
                tables.append(word_table(study, layer, trained, seed))
            tables.append(_gate_table(study, layer, trained, untrained, seed))
            ages[f"{study.run.name}, {layer}"] = (measure_ages(trained, seed), measure_ages(untrained, seed))
    return (*tables, _age_table(ages))


def measure_ages(writes: Writes, seed: int = 0) -> Ages:
    """Return how old the memory is in c and in what h reads out of it.

    Args:
        writes: of one layer, from `measure_writes`.
        seed: draws intervals.
    """
    c, h = (writes.ages[state].copy() for state in ("cell_state", "hidden_state"))
    first = np.zeros(len(c), bool)
    first[writes.starts] = True  # nothing but itself can be in its memory
    nothing = first | np.isnan(c) | np.isnan(h)
    c[nothing] = h[nothing] = np.nan
    return Ages(*(word_mean(values, writes.starts, seed) for values in (c, h, h - c)))


def measure_gate(writes: Writes, gate: str, seed: int = 0) -> Interval:
    """Return the rank correlation, `(1,)`, of a gate with the length of what is left of a word.

    Args:
        writes: of one layer.
        gate: one of `writes.gates`.
        seed: draws intervals.

    Returns:
        It; NaN where fewer than 30 sentences have a word that five others follow.
    """
    known = ~np.isnan(writes.left)
    starts = starts_among(known, writes.starts)
    if len(starts) < FEWEST:
        nothing = np.full(1, np.nan)
        return Interval(nothing, nothing, nothing)
    return rank_correlation(writes.gates[gate][known][:, None], writes.left[known], starts, seed)


def _share_table(study: Study, layer: str, trained: Writes, untrained: Writes, seed: int) -> Comparison:
    """The curves of one layer."""
    lengths = np.diff([*trained.starts, len(trained.written)])
    reach = trained.shares["cell_state"].shape[1]
    sentences = [int((lengths > distance).sum()) for distance in range(reach)]
    enough = sum(count >= FEWEST for count in sentences)
    columns = {}
    for state, shares in trained.shares.items():
        mean, low, high = word_mean(shares[:, :enough], trained.starts, seed)
        columns |= {state: mean, f"{state}_low": low, f"{state}_high": high}
    for state, shares in untrained.shares.items():
        columns[f"untrained_{state}"] = word_mean(shares[:, :enough], untrained.starts, seed).mean
    columns["sentences"] = sentences[:enough]
    rows = [str(distance) for distance in range(enough)]
    title = study.title(layer, "share of the state by when it was written")
    latest = {
        state: Interval(*(bound[0] for bound in word_mean(shares[:, :1], trained.starts, seed)))
        for state, shares in trained.shares.items()
    }
    see = of_states("Share that the latest word wrote", latest)
    chart: dict[str, Any] = {"chart": "curves", "unit": "share of the state", "see": see}
    return Comparison.from_columns(title, rows, columns, "words back", SHARES, **chart)


def _age_table(ages: dict[str, tuple[Ages, Ages]]) -> Comparison:
    """One row per layer."""
    columns = {}
    for name in Ages._fields:
        found = [getattr(trained, name) for trained, _ in ages.values()]
        columns |= {name: [one.mean for one in found]}
        columns |= {f"{name}_low": [one.low for one in found], f"{name}_high": [one.high for one in found]}
    for name in Ages._fields:
        columns[f"untrained_{name}"] = [getattr(untrained, name).mean for _, untrained in ages.values()]
    apart = {layer: trained.difference for layer, (trained, _) in ages.items()}
    layer = max(apart, key=lambda name: float(np.nan_to_num(abs(apart[name].mean))))
    see = (
        f"Largest difference between hidden and cell state: {show(apart[layer].mean)} words in {layer}; "
        f"{beside_zero(apart[layer])}."
    )
    chart: dict[str, Any] = {"chart": "intervals", "unit": "words ago", "see": see}
    return Comparison.from_columns("memory age, in words", list(ages), columns, "layer", AGES, **chart)


def _gate_table(study: Study, layer: str, trained: Writes, untrained: Writes, seed: int) -> Comparison:
    """How what is left of a word goes with its input gate, its forget gate, and those after it."""
    figures = {name: measure_gate(trained, name, seed) for name in trained.gates}
    columns = {
        "correlation": [one.mean[0] for one in figures.values()],
        "low": [one.low[0] for one in figures.values()],
        "high": [one.high[0] for one in figures.values()],
        "untrained_correlation": [measure_gate(untrained, name).mean[0] for name in figures],
        "words": [int((~np.isnan(trained.left)).sum())] * len(figures),
    }
    title = study.title(layer, f"gates and what is left of a word {LATER} words later")
    forget = Interval(*(bound[0] for bound in figures["forget_gate"]))
    known = np.isfinite(forget.mean)
    see = f"Forget gate at the word: {show(forget.mean)}; {beside_zero(forget)}." if known else ""
    chart: dict[str, Any] = {"chart": "intervals", "unit": "rank correlation", "see": see}
    return Comparison.from_columns(title, list(figures), columns, "mean gate", GATES, **chart)
