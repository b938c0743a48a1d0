"""Baselines of a tagger that label whole sentences: bags of their words and of pairs of neighbours.

Naive Bayes and TF-IDF with logistic regression label the last scored word, from all words of the sentence.
They return probabilities in the order of the labels, as the model does. Unlike it, they see the order of two
words at most.
"""

import warnings
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nlp_lstm.evaluation.baselines.tagging import (
    NOT_SCORED,
    Words,
    check_lined_up,
    join_labels,
    keep_last_label,
)

STRENGTHS = (1.0, 3.0, 10.0, 30.0)  # values of C that are tried, the default first
FINELY, ROUGHLY = 1e-4, 1e-2  # tolerances: scikit-learn's own, and one that chooses C in half the time
MOST_PASSES = 1000  # over the sentences; the treebank's constituents take 58


class Labelled(NamedTuple):
    """Sentences and the labels of their words, of each only the last that is scored is used.

    Args:
        sentences: words of each sentence, `timesteps` of them.
        labels: labels of each sentence, `(timesteps,)`, -1 where none counts.
    """

    sentences: Sequence[Words]
    labels: Sequence[ArrayLike]


def predict_naive_bayes(train: Labelled, sentences: Sequence[Words], label_count: int) -> np.ndarray:
    """Label every sentence by which of its words and pairs of words each label has, each counted once.

    Args:
        train: what is learned from.
        sentences: sentences to be labelled.
        label_count: number of labels.

    Returns:
        Probabilities of the last scored word of each sentence, `(sentences, labels)`; 0 for a label
        that is the last of no train sentence.

    Raises:
        DataError: if labels do not line up with words, no word of train is scored, or a label
            is outside [-1, label_count).

    Example:
        >>> train = Labelled([["good", "fun"], ["bad", "fun"]], [[2, 2], [0, 0]])
        >>> predict_naive_bayes(train, [["so", "good"], ["so", "bad"]], label_count=3).argmax(axis=1)
        array([2, 0])

    Reference:
        Wang & Manning 2012, "Baselines and bigrams", ACL: multinomial, of presence, smoothed by one.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    texts, labels = _last_word_targets(train, label_count)
    if found := _without_choice(labels, sentences, label_count):
        return found[0]
    vectorizer = CountVectorizer(analyzer=_words_and_pairs, binary=True)  # pyright: ignore[reportArgumentType]
    model = MultinomialNB().fit(vectorizer.fit_transform(texts), labels)
    return _spread(model, vectorizer.transform(sentences), label_count)


def predict_tfidf(
    train: Labelled, sentences: Sequence[Words], label_count: int, validation: Labelled | None = None
) -> np.ndarray:
    """Label every sentence by logistic regression on the TF-IDF of its words and pairs of words.

    Its C, how little it is regularised, is chosen among `STRENGTHS` by the accuracy on a validation split;
    all else is scikit-learn's default.

    Args:
        train, sentences, label_count: as `predict_naive_bayes` takes them.
        validation: what C is chosen on; without labels there, and by default, it is 1.

    Returns:
        As `predict_naive_bayes`.

    Raises:
        DataError: as `predict_naive_bayes`.

    Example:
        >>> train = Labelled([["good", "fun"], ["bad", "fun"]], [[2, 2], [0, 0]])
        >>> predict_tfidf(train, [["so", "good"], ["so", "bad"]], label_count=3).argmax(axis=1)
        array([2, 0])
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, labels = _last_word_targets(train, label_count)
    if found := _without_choice(labels, sentences, label_count):
        return found[0]
    vectorizer = TfidfVectorizer(analyzer=_words_and_pairs, dtype=np.float32)  # pyright: ignore
    table = vectorizer.fit_transform(texts)
    strength = STRENGTHS[0]
    if validation and any((np.asarray(row) != NOT_SCORED).any() for row in validation.labels):
        known, truth = _last_word_targets(validation, label_count)
        strength = _choose_strength(table, labels, vectorizer.transform(known), truth)
    return _spread(_fit_logistic(table, labels, strength), vectorizer.transform(sentences), label_count)


def _choose_strength(table: Any, labels: np.ndarray, known: Any, truth: np.ndarray) -> float:
    """The C of the best accuracy on `known`; of equal ones the smallest."""
    right = [
        (_fit_logistic(table, labels, strength, tol=ROUGHLY).predict(known) == truth).mean()
        for strength in STRENGTHS
    ]
    return STRENGTHS[int(np.argmax(right))]


def _fit_logistic(table: Any, labels: np.ndarray, strength: float, tol: float = FINELY) -> Any:
    """A logistic regression; lbfgs, the default solver, is several times slower on many sentences."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, solver="saga", max_iter=MOST_PASSES, random_state=0, tol=tol)
    with warnings.catch_warnings():  # a few sentences that can be told apart have no best weights
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(table, labels)


def _spread(model: Any, table: Any, label_count: int) -> np.ndarray:
    """The probabilities of a model, `(sentences, labels)`, 0 for labels that it has not learned."""
    probabilities = np.zeros((table.shape[0], label_count))
    probabilities[:, model.classes_] = model.predict_proba(table)
    return probabilities


def _without_choice(
    labels: np.ndarray, sentences: Sequence[Words], label_count: int
) -> tuple[np.ndarray, ...]:
    """The probabilities where there is no need to learn: scikit-learn refuses one class, or no sentences."""
    if len(np.unique(labels)) > 1 and len(sentences):
        return ()
    return (np.tile(np.eye(label_count)[labels[0]], (len(sentences), 1)),)


def _words_and_pairs(words: Words) -> list[tuple[Hashable, ...]]:
    """The terms of a sentence: each word and each two neighbours."""
    return [*((word,) for word in words), *pairwise(words)]


def _last_word_targets(known: Labelled, label_count: int) -> tuple[list[Words], np.ndarray]:
    """The sentences with a scored word, and the label of the last one, `(sentences,)`."""
    check_lined_up(*known)
    last = [row[row != NOT_SCORED][-1:] for row in keep_last_label(known.labels)]
    texts = [words for words, label in zip(known.sentences, last, strict=True) if len(label)]
    return texts, join_labels(last, label_count)
