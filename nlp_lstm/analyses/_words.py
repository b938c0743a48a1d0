"""Figures over the words of many sentences, with 95 % intervals by sentence.

Values of all words stand in one array, sentence after sentence; `starts` says where each one begins.
"""

from collections.abc import Sequence

import numpy as np

from nlp_lstm.analyses.influence import FEWEST
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, draw_sentences, interval, mean_interval
from nlp_lstm.states.traces import Trace


def check_sentences(about: str, sentences: int) -> None:
    """Raise a DataError unless there are sentences enough for an interval.

    Example:
        >>> check_sentences("gates", 3)
        Traceback (most recent call last):
        nlp_lstm.errors.DataError: gates over 3 sentences: at least 30 are needed, give more text
    """
    if sentences < FEWEST:
        raise DataError(f"{about} over {sentences} sentences: at least {FEWEST} are needed, give more text")


def join(traces: Sequence[Trace], part: str) -> np.ndarray:
    """Return a part at all words of some sentences, `(words, units)`."""
    return np.concatenate([trace.parts[part] for trace in traces])


def starts_of(traces: Sequence[Trace]) -> np.ndarray:
    """Return at which word each sentence begins, `(sentences,)`."""
    return np.cumsum([0, *(len(trace.words) for trace in traces[:-1])])


def starts_among(known: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return at which of some words each sentence begins that has one of them.

    Args:
        known: which words, `(words,)` bool.
        starts: of all sentences among all words, `(sentences,)`.

    Example:
        >>> starts_among(np.array([True, False, True, True]), np.array([0, 2]))
        array([0, 1])
    """
    sentences = np.searchsorted(starts, np.flatnonzero(known), side="right")
    return np.flatnonzero(np.diff(sentences, prepend=0))


def word_mean(values: np.ndarray, starts: np.ndarray, seed: int = 0) -> Interval:
    """Return the mean over words, `(...)`, of those that have a value.

    Args:
        values: `(words, ...)`; NaN where there is nothing to say.
        starts: of the sentences, `(sentences,)`.
        seed: draws the sentences.

    Example:
        >>> float(word_mean(np.array([1.0, 3.0, np.nan]), np.array([0, 1])).mean)
        2.0
    """
    known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(known, values, 0), starts, axis=0, dtype=np.float64)
    return mean_interval(sums, np.add.reduceat(known, starts, axis=0, dtype=np.float64), seed)


def rank_correlation(values: np.ndarray, order: np.ndarray, starts: np.ndarray, seed: int = 0) -> Interval:
    """Return Spearman's rank correlation of each unit with something ordered, `(units,)` in [-1, 1].

    The intervals keep the ranks that the words have among all of them. 0 where either is constant.

    Args:
        values: `(words, units)`.
        order: `(words,)`.
        starts: of the sentences, `(sentences,)`.
        seed: draws the sentences.
    """
    ranks, other = _ranks(values), _ranks(order)[:, None]
    moments = [np.ones_like(ranks), ranks, other + 0 * ranks, ranks**2, other**2 + 0 * ranks, ranks * other]
    sums = np.stack([np.add.reduceat(moment, starts, axis=0) for moment in moments], axis=1)
    drawn = np.tensordot(draw_sentences(len(starts), seed), sums, 1)  # (draws, moments, units)
    return interval(_correlation(sums.sum(axis=0)), _correlation(drawn.swapaxes(0, 1)))


def roc_auc(values: np.ndarray, fact: np.ndarray, starts: np.ndarray, seed: int = 0) -> Interval:
    """Return the area under the ROC curve of each unit as a detector of a fact, `(units,)` in [0, 1].

    It is the probability that the unit is higher at a word where it is so than at one where it is not; 0.5 is
    chance. A word's placement is the share of the words of the other kind that it is on the right side of,
    and the area is the mean placement of either kind. Draws keep the placements, and move both means.

    Args:
        values: `(words, units)`.
        fact: `(words,)` bool, both True and False somewhere.
        starts: of the sentences, `(sentences,)`.
        seed: draws the sentences.

    Reference:
        DeLong, DeLong & Clarke-Pearson 1988; by cluster: Obuchowski 1997.
    """
    from scipy.stats import rankdata  # slow to load

    placements = rankdata(values, axis=0)
    for chosen in (fact, ~fact):
        placements[chosen] -= rankdata(values[chosen], axis=0)
        placements[chosen] /= (~chosen).sum()
    placements[~fact] = 1 - placements[~fact]
    area, weights = placements[fact].mean(axis=0), draw_sentences(len(starts), seed)
    drawn = -area
    for chosen in (fact, ~fact):
        sums = np.add.reduceat(placements * chosen[:, None], starts, axis=0)
        counts = np.add.reduceat(chosen, starts, dtype=np.float64)[:, None]
        with np.errstate(invalid="ignore"):
            drawn = drawn + (weights @ sums) / (weights @ counts)
    return interval(area, drawn)


def _ranks(values: np.ndarray) -> np.ndarray:
    """The ranks of the words, equal ones sharing theirs, over their number less a half; `(words, ...)`."""
    from scipy.stats import rankdata  # slow to load

    return rankdata(values, axis=0) / len(values) - 0.5


def _correlation(moments: np.ndarray) -> np.ndarray:
    """Pearson's correlation from the sums of 1, x, y, x^2, y^2 and xy, each `(...)`."""
    count, x, y, xx, yy, xy = moments
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((xx / count - (x / count) ** 2) * (yy / count - (y / count) ** 2))
        return np.where(spread > 1e-9, (xy / count - x * y / count**2) / spread, 0)
