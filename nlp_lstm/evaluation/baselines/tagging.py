"""Baselines of a tagger that label every word: the majority, and a look-up table of the word.

They return probabilities in the order of the labels, as the model does, so that one metric scores all.
Unlike the model, neither looks at the words around; those of `bags` do, and label whole sentences.

A sentence is a sequence of words, strings or ids; its labels are integers in [0, label_count), -1
where a word is not scored.
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from nlp_lstm.errors import DataError

Words = Sequence[Hashable] | np.ndarray
NOT_SCORED = -1


def predict_majority(
    train_labels: Iterable[ArrayLike], sentences: Iterable[Words], label_count: int
) -> list[np.ndarray]:
    """Give every word the shares of the labels in train, so that the likeliest is the majority.

    Args:
        train_labels: labels of each train sentence, `(timesteps,)`; pass them through
            `keep_last_label` for the majority of whole sentences.
        sentences: sentences to be labelled.
        label_count: number of labels.

    Returns:
        Probabilities of each sentence, `(timesteps, labels)`.

    Raises:
        DataError: if no word of train is scored, or a label is outside [-1, label_count).

    Example:
        >>> predict_majority([[0, 1, 1], [1, -1]], [["so", "good"]], label_count=2)[0].tolist()
        [[0.25, 0.75], [0.25, 0.75]]
    """
    shares = _share_labels(join_labels(train_labels, label_count), label_count)
    return [np.tile(shares, (len(words), 1)) for words in sentences]


def predict_look_up(
    train_sentences: Sequence[Words],
    train_labels: Sequence[ArrayLike],
    sentences: Iterable[Words],
    label_count: int,
) -> list[np.ndarray]:
    """Give every word the shares of its own labels in train, whatever stands around it.

    A word that train never scored gets the shares of all words, as `predict_majority` gives them.
    Where two labels are equally frequent, `argmax` takes the first.

    Args:
        train_sentences: words of each train sentence, `timesteps` of them.
        train_labels: labels of each train sentence, `(timesteps,)`.
        sentences: sentences to be labelled.
        label_count: number of labels.

    Returns:
        Probabilities of each sentence, `(timesteps, labels)`.

    Raises:
        DataError: if labels do not line up with words, no word of train is scored, or a label is
            outside [-1, label_count).

    Example:
        >>> train = [["not", "good"], ["good", "fun"]]
        >>> predict_look_up(train, [[0, 0], [1, 1]], [["good", "fun", "!"]], label_count=2)[0].tolist()
        [[0.5, 0.5], [0.0, 1.0], [0.5, 0.5]]
    """
    check_lined_up(train_sentences, train_labels)
    labels = join_labels(train_labels, label_count)
    rows: dict[Hashable, int] = {}
    row_of = np.array([rows.setdefault(word, len(rows)) for words in train_sentences for word in words])
    counts = np.zeros((len(rows) + 1, label_count))  # the last row is for words not seen
    np.add.at(counts, (row_of[labels != NOT_SCORED], labels[labels != NOT_SCORED]), 1)
    counts[counts.sum(axis=1) == 0] = _share_labels(labels, label_count)
    table = counts / counts.sum(axis=1, keepdims=True)  # (words + 1, labels)
    return [table[np.array([rows.get(word, -1) for word in words], dtype=int)] for words in sentences]


def keep_last_label(labels: Iterable[ArrayLike]) -> list[np.ndarray]:
    """Return labels of which only the last scored one of each sentence is kept.

    Example:
        >>> [row.tolist() for row in keep_last_label([[2, 0, 1], [], [3, 2, -1]])]
        [[-1, -1, 1], [], [-1, 2, -1]]
    """
    kept = []
    for row in labels:
        last = np.array(row, dtype=int)
        last[np.flatnonzero(last != NOT_SCORED)[:-1]] = NOT_SCORED
        kept.append(last)
    return kept


def _share_labels(labels: np.ndarray, label_count: int) -> np.ndarray:
    """Return how often each label is among the scored ones, `(labels,)`, summing to 1."""
    scored = labels[labels != NOT_SCORED]
    return np.bincount(scored, minlength=label_count) / len(scored)


def join_labels(train_labels: Iterable[ArrayLike], label_count: int) -> np.ndarray:
    """Return the labels of all sentences in one row, `(words,)`, once they are known to be usable."""
    labels = np.concatenate([np.zeros(0, int), *(np.asarray(row, dtype=int) for row in train_labels)])
    outside = labels[(labels < NOT_SCORED) | (labels >= label_count)]
    if outside.size:
        raise DataError(f"a label is {outside[0]}: {label_count} labels are 0 to {label_count - 1}, or -1")
    if (labels == NOT_SCORED).all():
        raise DataError("no word of train is scored: give a train split with labels")
    return labels


def check_lined_up(sentences: Sequence[Words], labels: Sequence[ArrayLike]) -> None:
    """Raise unless there is one label per word."""
    if len(sentences) != len(labels):
        raise DataError(f"{len(sentences)} sentences but {len(labels)} rows of labels: give one row each")
    for number, (words, row) in enumerate(zip(sentences, labels), start=1):
        if len(words) != np.size(row):
            raise DataError(
                f"sentence {number} has {len(words)} words but {np.size(row)} labels: give one per word"
            )
