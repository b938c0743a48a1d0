"""The interpolated, modified Kneser–Ney n-gram model, in NumPy.

Source: Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling",
Computer Speech and Language 13(4). Unlike SRILM and KenLM it keeps no <s>: a sentence is
separated from the next by one EOS id, as in the streams that the neural model reads.

An n-gram is one integer, its ids being digits to the base `vocab_size`, oldest word first. So
`key // vocab_size` is its context and `key % vocab_size**k` its last k words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nlp_lstm.errors import DataError, UsageError

SHARE_WAITING = 0.25  # of the n-grams counted, how many more wait before they are merged with them
FALLBACK_DISCOUNTS = np.array([0.0, 0.5, 1.0, 1.5])  # KenLM's --discount_fallback


@dataclass(frozen=True)
class _Level:
    """What the model knows about n-grams of one length.

    Args:
        keys: the n-grams seen, ascending, `(n-grams,)`.
        discounted: (c(context, w) - D) / c(context), in [0, 1), `(n-grams,)`.
        contexts: the contexts seen, ascending, `(contexts,)`.
        left_over: the share that discounting left for the shorter context, in (0, 1], `(contexts,)`.
    """

    keys: np.ndarray
    discounted: np.ndarray
    contexts: np.ndarray
    left_over: np.ndarray

    def interpolate(self, keys: np.ndarray, shorter: np.ndarray, vocab_size: int) -> np.ndarray:
        """Return p(word | context) of each key from `shorter`, p(word | shorter context)."""
        seen = _look_up(keys, self.keys, self.discounted, missing=0.0)
        left_over = _look_up(keys // vocab_size, self.contexts, self.left_over, missing=1.0)
        return seen + left_over * shorter


@dataclass(frozen=True)
class KneserNey:
    """An interpolated, modified Kneser–Ney model; made by `fit_kneser_ney`.

    Args:
        vocab_size: number of ids.
        levels: one per length of n-gram, single words first.
    """

    vocab_size: int
    levels: tuple[_Level, ...]

    def probabilities(self, ngrams: ArrayLike) -> np.ndarray:
        """Return p(last word | words before it) of each n-gram.

            p(w | context) = (c(context, w) - D) / c(context) + left_over(context) p(w | shorter context)

        and below the single words the uniform 1 / vocab_size. For every context, seen or not, the
        probabilities of the whole vocabulary sum to 1.

        Args:
            ngrams: ids, `(n-grams, order)`, each in [0, vocab_size).

        Returns:
            Probabilities in (0, 1], `(n-grams,)`.

        Raises:
            DataError: if the n-grams have another order, or ids outside the vocabulary.

        Reference:
            Chen & Goodman 1999, modified Kneser–Ney smoothing, in its interpolated form.
        """
        keys, order = _pack(ngrams, self.vocab_size)
        if order != len(self.levels):
            raise DataError(f"n-grams of {order} words: this model was fitted on {len(self.levels)}")
        probabilities = np.full(len(keys), 1 / self.vocab_size)
        for length, level in enumerate(self.levels, start=1):
            last_words = keys % self.vocab_size**length
            probabilities = level.interpolate(last_words, probabilities, self.vocab_size)
        return probabilities


def fit_kneser_ney(ngrams: ArrayLike, vocab_size: int) -> KneserNey:
    """Count n-grams and, for every shorter length, the different words that come before.

    The longest n-grams count how often they occur. A shorter one counts its continuations instead,
    N1+(• w): "Francisco" is frequent, but follows one word only, so alone it is unlikely.

    Args:
        ngrams: ids, the oldest word first, `(n-grams, order)`, each in [0, vocab_size).
        vocab_size: number of ids, those that never occur included.

    Raises:
        DataError: if there are no n-grams, or ids outside the vocabulary.
        UsageError: if n-grams of this order over this vocabulary do not fit in 63 bits.

    Example:
        >>> model = fit_kneser_ney([[0, 0, 1], [0, 1, 2], [1, 2, 0]], vocab_size=3)
        >>> model.probabilities([[0, 1, 0], [0, 1, 1], [0, 1, 2]]).round(4).tolist()
        [0.0833, 0.0833, 0.8333]

    Reference:
        Chen & Goodman 1999; the continuation counts: Kneser & Ney 1995.
    """
    return fit_blocks([ngrams], vocab_size)


def fit_blocks(blocks: Iterable[ArrayLike], vocab_size: int) -> KneserNey:
    """Do what `fit_kneser_ney` does with n-grams that come in parts, as `ngram_blocks` yields them.

    Memory follows the different n-grams, however often they occur. The model is the same to the last bit.

    Args:
        blocks: at least one, each as `fit_kneser_ney` takes n-grams.
        vocab_size: as `fit_kneser_ney` takes it.

    Raises:
        As `fit_kneser_ney`.

    Example:
        >>> parts = [[[0, 0, 1], [0, 1, 2]], [[1, 2, 0], [0, 0, 1]]]
        >>> model, whole = fit_blocks(parts, 3), fit_kneser_ney(parts[0] + parts[1], 3)
        >>> bool((model.probabilities(parts[0]) == whole.probabilities(parts[0])).all())
        True
    """
    packed = (_pack(ngrams, vocab_size) for ngrams in blocks)
    first, order = next(packed)
    keys, counts = _count(first)
    waiting: list[tuple[np.ndarray, np.ndarray]] = []
    for more, _ in packed:
        waiting.append(_count(more))
        if sum(len(part) for part, _ in waiting) >= SHARE_WAITING * len(keys):
            keys, counts = _merge([(keys, counts), *waiting])
            waiting.clear()
    if waiting:
        keys, counts = _merge([(keys, counts), *waiting])
    levels = [_fit_level(keys, counts, vocab_size)]
    for length in reversed(range(1, order)):
        keys, counts = _count(keys % vocab_size**length)
        levels.insert(0, _fit_level(keys, counts, vocab_size))
    return KneserNey(vocab_size, tuple(levels))


def _count(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different keys, ascending, and how often each occurs."""
    return np.unique(keys, return_counts=True)


def _merge(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """What `_count` says of all keys, from what it says of some parts of them."""
    keys, counts = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")  # which takes what is sorted already as it is
    keys, counts = keys[order], counts[order]
    firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return keys[firsts], np.add.reduceat(counts, firsts)


def _fit_level(keys: np.ndarray, counts: np.ndarray, vocab_size: int) -> _Level:
    """Discount the counts of one length and share out what that leaves, context by context."""
    contexts, context_of = np.unique(keys // vocab_size, return_inverse=True)
    discounts = estimate_discounts(counts)[np.minimum(counts, 3)]  # (n-grams,)
    totals = np.bincount(context_of, counts)  # (contexts,)
    left_over = np.bincount(context_of, discounts) / totals
    return _Level(keys, (counts - discounts) / totals[context_of], contexts, left_over)


def estimate_discounts(counts: np.ndarray) -> np.ndarray:
    """Return what to take off a count of 0, of 1, of 2 and of 3 or more.

        Y = n1 / (n1 + 2 n2)
        D1 = 1 - 2 Y n2 / n1      D2 = 2 - 3 Y n3 / n2      D3+ = 3 - 4 Y n4 / n3

    with nk the number of n-grams that have the count k. A corpus so small that the formulas divide
    by zero or give a discount that is not above 0 gets 1/2, 1 and 3/2.

    Args:
        counts: of the n-grams of one length, at least 1 each, `(n-grams,)`.

    Returns:
        0 and the three discounts, the k-th in (0, k], `(4,)`.

    Example:
        >>> estimate_discounts(np.repeat([1, 2, 3, 4], [8, 4, 2, 1])).tolist()
        [0.0, 0.5, 1.25, 2.0]
        >>> estimate_discounts(np.array([1, 1, 7])).tolist()
        [0.0, 0.5, 1.0, 1.5]

    Reference:
        Chen & Goodman 1999, modified Kneser–Ney smoothing.
    """
    n1, n2, n3, n4 = (np.count_nonzero(counts == count) for count in (1, 2, 3, 4))
    if 0 in (n1, n2, n3):
        return FALLBACK_DISCOUNTS
    y = n1 / (n1 + 2 * n2)
    discounts = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return discounts if (discounts[1:] > 0).all() else FALLBACK_DISCOUNTS


def _look_up(keys: np.ndarray, table: np.ndarray, values: np.ndarray, missing: float) -> np.ndarray:
    """Return the value of each key in a sorted table, `missing` where it is not there."""
    places = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[places] == keys, values[places], missing)


def _pack(ngrams: ArrayLike, vocab_size: int) -> tuple[np.ndarray, int]:
    """Return each n-gram as one integer, `(n-grams,)`, and the number of its words."""
    ngrams = np.asarray(ngrams)
    order = ngrams.shape[-1]
    if vocab_size**order >= 2**63:
        raise UsageError(
            f"{order}-grams over {vocab_size} words do not fit in 63 bits: choose a smaller --vocab-size"
        )
    columns = check_ids("the n-grams", ngrams, vocab_size).reshape(-1, order).T
    keys = columns[0]
    for column in columns[1:]:
        keys = keys * vocab_size + column
    return keys, order


def check_ids(name: str, ids: ArrayLike, vocab_size: int) -> np.ndarray:
    """Return ids as an int64 array of the same shape, once all are known to be in the vocabulary."""
    ids = np.asarray(ids)
    if not ids.size:
        raise DataError(f"no words in {name}: give text with at least one sentence")
    if not np.issubdtype(ids.dtype, np.integer):
        raise DataError(f"{name} holds {ids.dtype} values: encode words as integer ids")
    outside = ids[(ids < 0) | (ids >= vocab_size)]
    if outside.size:
        raise DataError(
            f"{name} holds the id {outside[0]}: a vocabulary of {vocab_size} has ids 0 to {vocab_size - 1}"
        )
    return ids.astype(np.int64)
