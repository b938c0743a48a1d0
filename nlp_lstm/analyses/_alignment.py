"""How alike two representations of the same words are: linear CKA, and representational similarity.

Units of two models have no common order, so that neither measure compares unit with unit: both ask whether
words that are alike in one are alike in the other. 1 is the same up to rotation and scale.

Intervals are by the jackknife, which leaves out one group of neighbouring sentences at a time. Drawing
sentences anew would draw some twice, and a word beside its own copy is alike in any representation.
"""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np

from nlp_lstm.evaluation.intervals import Interval

GROUPS = 50  # of neighbouring sentences
SAMPLE = 1000  # words whose distances are compared
SPREADS = 1.96  # standard errors to either side of an estimate


def linear_cka(representations: Sequence[np.ndarray]) -> np.ndarray:
    """Return the linear CKA of each two representations of the same words, `(representations,) * 2`.

        CKA = <X, Y> / sqrt(<X, X> <Y, Y>)        <X, Y> = ||X^T Y||^2, of centred X and Y

    It is 1 for a rotated and scaled copy, and 0 for independent ones. Pairs of a word with itself are left
    out of <X, Y>, which makes it unbiased: else any two would be far from 0 where there are not many more
    words than units. NaN where one is constant.

    Args:
        representations: `(words, units)` each; the numbers of units may differ.

    Example:
        >>> values = np.random.default_rng(0).normal(size=(40, 3))
        >>> linear_cka([values, -2 * values[:, ::-1]]).round(3).tolist()
        [[1.0, 1.0], [1.0, 1.0]]

    Reference:
        Kornblith et al. 2019; unbiased: Song et al. 2012.
    """
    count, whole = len(representations), np.ones((1, 1))
    products = np.zeros((count, count))
    for row, column in combinations_with_replacement(range(count), 2):
        pair = representations[row], representations[column]
        products[row, column] = products[column, row] = _product(*pair, np.zeros(1, int), whole).item()
    own = np.diagonal(products)
    return _normalized(products, own[:, None], own)


def cka_interval(one: np.ndarray, other: np.ndarray, starts: np.ndarray) -> Interval:
    """Return the linear CKA of two representations with its 95 % interval.

    Args:
        one, other: `(words, units)` each.
        starts: at which word each sentence begins, `(sentences,)`.
    """
    edges, kept = _leave_out(starts)
    left = [_product(x, y, edges, kept) for x, y in ((one, other), (one, one), (other, other))]
    return _jackknife(linear_cka([one, other])[0, 1], _normalized(*left))


def sample_words(words: int, seed: int = 0) -> np.ndarray:
    """Return the numbers of 1000 words, or of all if there are fewer, in order."""
    return np.sort(np.random.default_rng(seed).permutation(words)[:SAMPLE])


def rank_distances(values: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Return the ranks of the cosine distances of each two of some words, standardized, `(pairs,)`.

    Their mean product with those of another representation is Spearman's correlation. NaN where a word has no
    direction or all distances are equal.

    Args:
        values: `(words, units)`.
        sample: numbers of the words.

    Reference:
        Kriegeskorte, Mur & Bandettini 2008.
    """
    from scipy.spatial.distance import pdist  # slow to load
    from scipy.stats import rankdata

    ranks = rankdata(pdist(values[sample].astype(np.float64), "cosine").round(12))
    ranks -= ranks.mean()
    with np.errstate(invalid="ignore"):
        return ranks / ranks.std()


def distance_interval(one: np.ndarray, other: np.ndarray, starts: np.ndarray, sample: np.ndarray) -> Interval:
    """Return Spearman's correlation of the distances of some words, with its 95 % interval.

    Args:
        one, other: `rank_distances` of two representations, `(pairs,)`.
        starts: at which word each sentence begins, `(sentences,)`.
        sample: numbers of the words.
    """
    from scipy.spatial.distance import squareform  # slow to load

    edges, kept = _leave_out(starts)
    weights = kept[:, np.searchsorted(edges, sample, side="right") - 1]  # (groups, words)

    def mean(values: np.ndarray) -> np.ndarray:
        """The mean over the pairs of words that are not left out, `(groups,)`."""
        sums = ((weights @ squareform(values)) * weights).sum(axis=1)
        return sums / (weights.sum(axis=1) * (weights.sum(axis=1) - 1))

    covariance = mean(one * other) - mean(one) * mean(other)
    spread = np.sqrt((mean(one**2) - mean(one) ** 2) * (mean(other**2) - mean(other) ** 2))
    return _jackknife(np.mean(one * other), covariance / spread)


def _product(one: np.ndarray, other: np.ndarray, edges: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """<X, Y> of the groups of words that are kept, `(..., groups)` of 1 or 0, gives `(...,)`.

    Words keep the centre that they have among all of them.
    """
    x, y = ((values - values.mean(axis=0, dtype=np.float64)).astype(np.float32) for values in (one, other))
    x_sizes, y_sizes = (np.square(values).sum(axis=1, dtype=np.float64) for values in (x, y))
    ends = [*edges[1:], len(x)]
    products = np.stack([x[start:end].T @ y[start:end] for start, end in zip(edges, ends, strict=True)])
    whole = np.tensordot(kept.astype(np.float32), products, 1)  # (..., units, units)
    n = kept @ np.subtract(ends, edges)
    own = kept @ np.add.reduceat(x_sizes * y_sizes, edges)
    sizes = (kept @ np.add.reduceat(x_sizes, edges)) * (kept @ np.add.reduceat(y_sizes, edges))
    squared = np.square(whole).sum(axis=(-2, -1), dtype=np.float64)
    return squared - n / (n - 2) * own + sizes / ((n - 1) * (n - 2))


def _normalized(both: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """<X, Y> / sqrt(<X, X> <Y, Y>), NaN where one of those is not above 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((one > 0) & (other > 0), both / np.sqrt(one * other), np.nan)


def _leave_out(starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At which word each group of sentences begins, and which groups are kept when each one is left out."""
    groups = min(GROUPS, len(starts))
    return starts[np.arange(groups) * len(starts) // groups], 1 - np.eye(groups)


def _jackknife(estimate: np.floating, left: np.ndarray) -> Interval:
    """An estimate with its 95 % interval, from what it is without each group, `(groups,)`."""
    error = np.sqrt((len(left) - 1) * left.var())
    return Interval(np.asarray(estimate), estimate - SPREADS * error, estimate + SPREADS * error)
