"""95 % intervals from sentences drawn again and again (the bootstrap of Efron 1979, by cluster)."""

from functools import cache
from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
LARGEST = 1e300  # what stands for infinity where draws are sorted


class Interval(NamedTuple):
    """An estimate and its 95 % interval, `(...)` each."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@cache
def draw_sentences(sentences: int, seed: int = 0) -> np.ndarray:
    """Return how often each sentence is drawn in each of 1000 draws of as many, `(draws, sentences)`.

    Example:
        >>> draw_sentences(3).sum(axis=1)[:2].tolist()
        [3, 3]
    """
    return np.random.default_rng(seed).multinomial(sentences, np.full(sentences, 1 / sentences), RESAMPLES)


def mean_interval(sums: np.ndarray, counts: np.ndarray, seed: int = 0) -> Interval:
    """Return the mean over all words with its 95 % interval by sentence.

    Args:
        sums: of a quantity over the words of each sentence, `(sentences, ...)`.
        counts: over how many words, the same shape; a mean over none is NaN.
        seed: draws the sentences.

    Example:
        >>> mean_interval(np.array([1.0, 1.0, 1.0]), np.array([2, 2, 2]))
        Interval(mean=np.float64(0.5), low=np.float64(0.5), high=np.float64(0.5))
    """
    sums, counts = np.asarray(sums, np.float64), np.asarray(counts, np.float64)
    drawn = draw_sentences(len(sums), seed)
    with np.errstate(invalid="ignore"):
        means = np.tensordot(drawn, sums, 1) / np.tensordot(drawn, counts, 1)
        whole = sums.sum(axis=0) / counts.sum(axis=0)
    return interval(whole, means)


def interval(estimate: np.ndarray, drawn: np.ndarray) -> Interval:
    """Return an estimate with the middle 95 % of the draws, `(draws, ...)`; a bound may be infinite.

    Example:
        >>> interval(np.float64(2), np.array([1, 2, 3, np.inf, np.inf, np.inf]))
        Interval(mean=np.float64(2.0), low=np.float64(1.125), high=np.float64(inf))
    """
    if not np.isfinite(drawn).any():
        nothing = np.full(np.shape(estimate), np.nan)
        return Interval(np.asarray(estimate), nothing, nothing)
    finite = np.clip(drawn, -LARGEST, LARGEST)  # between two infinite draws there is no number
    low, high = np.nanquantile(finite, [0.025, 0.975], axis=0)
    return Interval(estimate, _infinite_again(low), _infinite_again(high))


def _infinite_again(bound: np.ndarray) -> np.ndarray:
    """A bound, infinite where it lies between a number and what stands for infinity."""
    return np.where(abs(bound) > LARGEST / 1e6, np.copysign(np.inf, bound), bound)[()]
