"""influence: how long a word affects hidden and cell state.

Words are replaced, one at a time, by others drawn from the same text, and the sentence is read again. How
much a state k words later differs from what it was, relative to its length, is the influence of the word k
places back. If it is about the latest word alone, it is gone at k = 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._replacing import FARTHEST, reading_of, replace_words
from nlp_lstm.analyses._seeing import along, largest
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, draw_sentences, interval, mean_interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.states.changes import STATES
from nlp_lstm.states.traces import Trace
from nlp_lstm.store.run import Run

REPLACED = 4  # words of each sentence that are replaced, one at a time
FEWEST = 30  # sentences that a figure rests on
MEANING = (
    "how much the state changes if the word this many places back is replaced by another word of the text: "
    "length of the difference divided by the length before; 0: no change; mean over words with its 95 % "
    "interval by sentence; untrained: the same model before training"
)
HALF_LIFE = (
    "half-life in words of an exponential fitted to the means above, with its 95 % interval by sentence; "
    "r_squared: share of the variance of the means' logarithms that the fit explains"
)


@dataclass(frozen=True)
class Influence:
    """How long a word is felt in the states of one layer.

    Args:
        sums: state -> change k words after a replaced word, summed over those of each sentence, `(sentences,
            distances)`; k is the column.
        counts: over how many words, `(sentences, distances)`.
    """

    sums: dict[str, np.ndarray]
    counts: np.ndarray

    def sentences(self) -> np.ndarray:
        """How many sentences each distance rests on, `(distances,)`."""
        return (self.counts > 0).sum(axis=0)

    def curve(self, state: str, seed: int = 0) -> Interval:
        """The mean change by distance, `(distances,)`."""
        return mean_interval(self.sums[state], self.counts, seed)

    def latest_share(self, seed: int = 0) -> dict[str, Interval]:
        """Which share of all influence the latest word has, state -> in [0, 1].

        With two states, "difference" is that of hidden less that of cell state, drawn in pairs.
        """
        drawn = draw_sentences(len(self.counts), seed)
        whole = {
            state: _latest(sums.sum(axis=0), self.counts.sum(axis=0)) for state, sums in self.sums.items()
        }
        again = {state: _latest(drawn @ sums, drawn @ self.counts) for state, sums in self.sums.items()}
        if "cell_state" in whole:
            for shares in (whole, again):
                shares["difference"] = shares["hidden_state"] - shares["cell_state"]
        return {name: interval(whole[name], again[name]) for name in whole}

    def half_life(self, state: str, seed: int = 0) -> tuple[Interval, float]:
        """The half-life in words with its interval, and the share of variance that the fit explains."""
        drawn = draw_sentences(len(self.counts), seed)
        with np.errstate(invalid="ignore"):
            curves = (drawn @ self.sums[state]) / (drawn @ self.counts)
        whole = self.sums[state].sum(axis=0) / self.counts.sum(axis=0)
        return interval(fit_half_life(whole)[0], fit_half_life(curves)[0]), float(fit_half_life(whole)[1])


@ANALYSES.register("influence")
def influence(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return the change of both states by how many places back a word was replaced.

    Args:
        studies: runs of any cell.
        seed: draws words and intervals.

    Returns:
        A table of curves per layer, a row for each distance from 0 to 20, and a table of half-lives. A
        distance that fewer than 30 sentences are long enough for has no row.

    Raises:
        DataError: if fewer than 30 sentences have a word after another.
    """
    tables, half_lives = [], {}
    for study in track(studies):
        with part(0.5):
            trained = measure_influence(study.run, study.traces, seed)
        untrained = measure_influence(study.untrained, study.untrained_traces, seed)
        for layer, measured in trained.items():
            tables.append(_curves(study, layer, measured, untrained[layer], seed))
            for state in measured.sums:
                fitted, explained = measured.half_life(state, seed)
                before, _ = untrained[layer].half_life(state, seed)
                row = (
                    float(fitted.mean),
                    float(fitted.low),
                    float(fitted.high),
                    explained,
                    float(before.mean),
                )
                half_lives[f"{study.run.name}, {layer}, {state}"] = row
    columns = ("half_life", "half_life_low", "half_life_high", "r_squared", "untrained_half_life")
    see = largest(
        "Felt longest", {name: Interval(*map(np.asarray, row[:3])) for name, row in half_lives.items()}
    )
    title, rows = "half-life of influence, in words", list(half_lives.values())
    found = Comparison(title, list(half_lives), columns, rows, "state", HALF_LIFE, "intervals", see=see)
    return (*tables, found)


def measure_influence(run: Run, traces: dict[str, list[Trace]], seed: int = 0) -> dict[str, Influence]:
    """Return how long a word is felt, by name of the layer.

    Args:
        run: of any cell.
        traces: of sentences that it read, by name of the layer.
        seed: draws which words are replaced, and by which.

    Raises:
        DataError: if fewer than 30 sentences have a word after another.
    """
    random = np.random.default_rng(seed)
    ids, read, batch = reading_of(run, next(iter(traces.values())))
    pool = np.concatenate(ids)
    jobs = [(row, place) for row, one in enumerate(ids) for place in _places(len(one), random)]
    shape = (len(ids), FARTHEST + 1)
    found = {
        layer: Influence(
            {state: np.zeros(shape) for state in STATES if state in own[0].parts}, np.zeros(shape)
        )
        for layer, own in traces.items()
    }
    jobs.sort(key=lambda job: len(ids[job[0]]))
    for start in track(range(0, len(jobs), batch)):
        others = random.choice(pool, batch)
        for layer, row, changes in replace_words(read, traces, ids, jobs[start : start + batch], others):
            for state, change in changes.items():
                found[layer].sums[state][row, : len(change)] += change
            found[layer].counts[row, : len(changes["hidden_state"])] += 1
    enough = int((next(iter(found.values())).sentences() >= FEWEST).sum())
    if enough < 2:
        raise DataError(
            f"influence over {len(ids)} sentences: at least {FEWEST} of two or more words are needed, give "
            "more text"
        )
    return {
        layer: Influence(
            {state: sums[:, :enough] for state, sums in one.sums.items()}, one.counts[:, :enough]
        )
        for layer, one in found.items()
    }


def fit_half_life(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the half-life of an exponential fitted to the logarithms by least squares, and its R squared.

    Args:
        means: by distance 0, 1, 2, ..., `(..., distances)`, above 0.

    Returns:
        In words, `(...)`, infinite where nothing falls; and the share of variance explained, `(...)`.

    Example:
        >>> fit_half_life(np.array([0.8, 0.4, 0.2]))
        (np.float64(1.0), np.float64(1.0))
    """
    distances = np.arange(means.shape[-1]) - (means.shape[-1] - 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(means)
        logs = logs - logs.mean(axis=-1, keepdims=True)
        slope = (logs * distances).sum(axis=-1) / (distances**2).sum()
        explained = slope**2 * (distances**2).sum() / (logs**2).sum(axis=-1)
        return np.where(slope < 0, -np.log(2) / slope, np.inf)[()], explained


def _latest(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The share of distance 0 in the mean changes of all, `(...)`; the last axis is distances."""
    with np.errstate(invalid="ignore"):
        means = sums / counts
        return means[..., 0] / means.sum(axis=-1)


def _places(length: int, random: np.random.Generator) -> np.ndarray:
    """Which words of a sentence are replaced: any that another follows."""
    return (
        random.choice(length - 1, min(REPLACED, length - 1), replace=False)
        if length > 1
        else np.empty(0, int)
    )


def _curves(study: Study, layer: str, measured: Influence, untrained: Influence, seed: int) -> Comparison:
    """The table of one layer."""
    columns = {}
    for state in measured.sums:
        mean, low, high = measured.curve(state, seed)
        columns |= {state: mean, f"{state}_low": low, f"{state}_high": high}
    columns |= {f"untrained_{state}": untrained.curve(state, seed).mean for state in untrained.sums}
    columns["sentences"] = measured.sentences().tolist()
    rows = [str(distance) for distance in range(measured.counts.shape[1])]
    title = study.title(layer, "influence of a word")
    chart: dict[str, Any] = {"chart": "curves", "unit": "change of the state", "see": _see(measured, seed)}
    return Comparison.from_columns(title, rows, columns, "words back", MEANING, **chart)


def _see(measured: Influence, seed: int) -> str:
    """In which state a word is felt more, and how far back."""
    return along("Change of the state", {state: measured.curve(state, seed) for state in measured.sums})
