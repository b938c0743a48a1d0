"""95 % intervals: by sentences drawn again and again, or for independent units and seeds by a formula.

The words of a sentence depend on each other, so whole sentences are drawn: the bootstrap of Efron 1979, by
cluster. Units that do not, such as one answer per sentence, need no draws (Wilson 1927).
"""

from collections.abc import Iterator
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
MOST_HELD = 25_000  # sentences whose draws are kept: no analysis reads more
BLOCK = 2**22  # counts that are turned into floats at once, 32 MB
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
        counts: over how many words, of a shape that broadcasts with it; a mean over none is NaN.
        seed: draws the sentences.

    Example:
        >>> mean_interval(np.array([1.0, 1.0, 1.0]), np.array([2, 2, 2]))
        Interval(mean=np.float64(0.5), low=np.float64(0.5), high=np.float64(0.5))
    """
    sums, counts = np.asarray(sums, np.float64), np.asarray(counts, np.float64)
    drawn = draw_sums(np.stack(np.broadcast_arrays(sums, counts), axis=1), seed)
    with np.errstate(invalid="ignore"):
        whole = sums.sum(axis=0) / counts.sum(axis=0)
        return interval(whole, drawn[:, 0] / drawn[:, 1])


def draw_sums(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the sum over the sentences of each draw, `(draws, ...)`, from values `(sentences, ...)`.

    Example:
        >>> draw_sums(np.ones(3))[:2].tolist()
        [3.0, 3.0]
    """
    values = np.asarray(values, np.float64)
    return np.concatenate([np.tensordot(drawn, values, 1) for drawn in _draw_blocks(len(values), seed)])


def _draw_blocks(sentences: int, seed: int) -> Iterator[np.ndarray]:
    """The draws of `draw_sentences` in blocks, so that a large corpus takes little memory."""
    rows = max(1, BLOCK // max(1, sentences))
    if sentences <= MOST_HELD:
        drawn = draw_sentences(sentences, seed)
        yield from (drawn[start : start + rows] for start in range(0, RESAMPLES, rows))
        return
    random, shares = np.random.default_rng(seed), np.full(sentences, 1 / sentences)
    for start in range(0, RESAMPLES, rows):
        yield random.multinomial(sentences, shares, min(rows, RESAMPLES - start))


def wilson_interval(hits: int, n: int) -> Interval:
    """Return the share of hits among independent units with its 95 % interval by Wilson's formula.

        centre = (share + z² / 2n) / (1 + z² / n)
        half = z / (1 + z² / n) sqrt(share (1 - share) / n + z² / 4n²)

    Unlike the bootstrap, it is wider than zero where all units or none are hits.

    Args:
        hits: how many units are right.
        n: how many units there are, at least 1.

    Example:
        >>> [round(float(bound), 3) for bound in wilson_interval(8, 10)]
        [0.8, 0.49, 0.943]

    Reference:
        Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22(158).
    """
    z, share = NormalDist().inv_cdf(0.975), hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = np.clip([centre - half, centre + half], 0, 1)
    return Interval(np.asarray(share), low, high)


def seed_interval(values: np.ndarray) -> Interval:
    """Return the mean over trainings from several seeds with its 95 % interval by Student's t.

    Args:
        values: one measurement per seed, `(seeds, ...)`; of one seed alone the bounds are NaN.

    Example:
        >>> [round(float(bound), 3) for bound in seed_interval(np.array([0.8, 0.9, 1.0]))]
        [0.9, 0.652, 1.148]

    Reference:
        Student 1908, "The probable error of a mean", Biometrika 6(1).
    """
    from scipy.special import stdtrit

    values = np.asarray(values, np.float64)
    mean, n = values.mean(axis=0), len(values)
    if n < 2:
        return Interval(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan))
    half = stdtrit(n - 1, 0.975) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def difference_of(one: Interval, other: Interval) -> Interval:
    """Return one mean less another that was measured independently; half widths add as errors do.

    Example:
        >>> [float(bound) for bound in difference_of(Interval(3, 0, 6), Interval(1, -3, 5))]
        [2.0, -3.0, 7.0]
    """
    mean = np.asarray(one.mean) - np.asarray(other.mean)
    half = np.hypot(np.asarray(one.high) - one.low, np.asarray(other.high) - other.low) / 2
    return Interval(mean, mean - half, mean + half)


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
