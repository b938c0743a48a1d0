"""Next-word baselines on streams of ids: unigram and Kneser–Ney cross-entropy.

A stream is a split as the neural model reads it: all its sentences in a row, each ended by one EOS
id. Both functions fit on one stream and score another, in nats per word.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from nlp_lstm.errors import UsageError
from nlp_lstm.evaluation.baselines.kneser_ney import check_ids, fit_blocks
from nlp_lstm.text.arrays import BLOCK, count_ids, forget, in_blocks


def unigram_cross_entropy(train: ArrayLike, test: ArrayLike, vocab_size: int) -> float:
    """Score every word of `test` by how often it occurs in `train`, add-one smoothed.

        p(w) = (c(w) + 1) / (sum over v of c(v) + vocab_size)

    Args:
        train: ids, `(train words,)`, each in [0, vocab_size).
        test: ids to be predicted, `(test words,)`, each in [0, vocab_size).
        vocab_size: number of ids, those that never occur included.

    Returns:
        Cross-entropy in nats per word, above 0 and finite (exactly 0 for a vocabulary of one).

    Raises:
        DataError: if a stream is empty or holds anything but ids of the vocabulary.

    Example:
        Counts 2 and 1 in a vocabulary of 3 give (2 + 1) / (3 + 3) = 1/2 to the word 0.

        >>> round(float(np.exp(unigram_cross_entropy([0, 0, 1], [0], 3))), 6)
        2.0

    Reference:
        Chen & Goodman 1999, additive smoothing.
    """
    train, test = _check_stream("train", train, vocab_size), _check_stream("test", test, vocab_size)
    costs = unigram_costs(count_ids([train], vocab_size))
    return float(sum(costs[block].sum() for block in in_blocks([test])) / len(test))


def unigram_costs(counts: np.ndarray) -> np.ndarray:
    """Return what each word costs in nats, `(words,)`, from how often train has it, add-one smoothed.

    Example:
        >>> np.exp(-unigram_costs(np.array([2, 1, 0]))).round(3).tolist()
        [0.5, 0.333, 0.167]
    """
    return -np.log((counts + 1) / (counts + 1).sum())


def kneser_ney_cross_entropy(
    train: ArrayLike, test: ArrayLike, vocab_size: int, eos: int, *, order: int = 3, fresh: bool = False
) -> float:
    """Score every word of `test` by the `order - 1` words before it, modified Kneser–Ney.

    Args:
        train: ids of all sentences, each ended by `eos`, `(train words,)`, in [0, vocab_size).
        test: the same of the split to be predicted, `(test words,)`.
        vocab_size: number of ids, those that never occur included.
        eos: the id that ends a sentence.
        order: words in an n-gram, at least 1; 3 is the trigram.
        fresh: if False, the context runs on across `eos`, as a state carried across the split does;
            if True, no word of an earlier sentence is seen, in train or in test.

    Returns:
        Cross-entropy in nats per word, `eos` counted, finite.

    Raises:
        DataError: if a stream is empty or holds anything but ids of the vocabulary.
        UsageError: if n-grams of this order over this vocabulary do not fit in 63 bits.

    Example:
        >>> sentence = [1, 2, 0]
        >>> perplexity = np.exp(kneser_ney_cross_entropy(sentence * 20, sentence, vocab_size=3, eos=0))
        >>> bool(1 < perplexity < 1.1)
        True
    """
    train, test = _check_stream("train", train, vocab_size), _check_stream("test", test, vocab_size)
    model = fit_blocks(ngram_blocks(train, eos, order=order, fresh=fresh), vocab_size)
    blocks = ngram_blocks(test, eos, order=order, fresh=fresh)
    return float(sum(-np.log(model.probabilities(block)).sum() for block in blocks) / len(test))


def _check_stream(name: str, ids: ArrayLike, vocab_size: int) -> np.ndarray:
    """A stream, once all its ids are known to be in the vocabulary."""
    ids = np.asarray(ids)
    for block in in_blocks([ids]) if len(ids) else [ids]:
        check_ids(name, block, vocab_size)
    return ids


def ngram_blocks(
    stream: np.ndarray, eos: int, *, order: int = 3, fresh: bool = False
) -> Iterator[np.ndarray]:
    """Yield what `stream_ngrams` returns in parts, so that memory does not grow with the stream.

    Example:
        >>> [block.tolist() for block in ngram_blocks(np.array([5, 6]), eos=0)]
        [[[0, 0, 5], [0, 5, 6]]]
    """
    for start in range(0, len(stream), BLOCK):
        before = max(start - order + 1, 0)
        ngrams = stream_ngrams(stream[before : start + BLOCK], eos, order=order, fresh=fresh)
        yield ngrams[start - before :]
        forget(stream)


def stream_ngrams(stream: ArrayLike, eos: int, *, order: int = 3, fresh: bool = False) -> np.ndarray:
    """Return every word of a stream after the words before it; before the first word stands EOS.

    Args:
        stream: ids, `(words,)`.
        eos: the id that ends a sentence.
        order: words in an n-gram, at least 1.
        fresh: whether words of an earlier sentence are replaced by `eos`.

    Returns:
        One n-gram per word of the stream, the word itself last, `(words, order)`.

    Raises:
        UsageError: if `order` is below 1.

    Example:
        >>> stream_ngrams([5, 6, 0, 7], eos=0).tolist()
        [[0, 0, 5], [0, 5, 6], [5, 6, 0], [6, 0, 7]]
        >>> stream_ngrams([5, 6, 0, 7], eos=0, fresh=True).tolist()
        [[0, 0, 5], [0, 5, 6], [5, 6, 0], [0, 0, 7]]
    """
    if order < 1:
        raise UsageError(f"an n-gram of {order} words: ask for an order of 1 or more")
    padded = np.concatenate([np.full(order - 1, eos), np.asarray(stream)])
    ngrams = np.lib.stride_tricks.sliding_window_view(padded, order).copy()  # (words, order)
    if fresh:
        for position in reversed(range(order - 2)):
            ngrams[ngrams[:, position + 1] == eos, position] = eos
    return ngrams
