"""Next-word baselines on streams of ids: unigram and Kneser–Ney cross-entropy.

A stream is a split as the neural model reads it: all its sentences in a row, each ended by one EOS
id. Both functions fit on one stream and score another, in nats per word.
"""

import numpy as np
from numpy.typing import ArrayLike

from nlp_lstm.errors import UsageError
from nlp_lstm.evaluation.baselines.kneser_ney import check_ids, fit_kneser_ney


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
    train, test = check_ids("train", train, vocab_size), check_ids("test", test, vocab_size)
    counts = np.bincount(train, minlength=vocab_size) + 1
    return float(-np.log(counts[test] / counts.sum()).mean())


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
    train, test = check_ids("train", train, vocab_size), check_ids("test", test, vocab_size)
    model = fit_kneser_ney(stream_ngrams(train, eos, order=order, fresh=fresh), vocab_size)
    return float(-np.log(model.probabilities(stream_ngrams(test, eos, order=order, fresh=fresh))).mean())


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
