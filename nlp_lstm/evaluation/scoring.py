"""Figures of merit from predictions and targets, the same for models and baselines."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp_lstm.report import Comparison

Scores = dict[str, dict[str, float | None]]


def polarity(label: str) -> int:
    """Return -1 for a label that says negative, 1 for one that says positive, else 0.

    The words may stand anywhere in the label; their short forms, as IMDB has them, only alone.

    Example:
        >>> [polarity(label) for label in ("very negative", "neutral", "Positive", "pos")]
        [-1, 0, 1, 1]
    """
    label = label.lower()
    says_positive = label == "pos" or "positive" in label
    says_negative = label == "neg" or "negative" in label
    return says_positive - says_negative


def score_words(predictions: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> dict[str, float | None]:
    """Return accuracy per word and macro-F1, in [0, 1], over all words with a target.

    Args:
        predictions: per sentence, probabilities `(timesteps, labels)`.
        targets: per sentence, label numbers `(timesteps,)`, -1 where none counts. F1 is averaged over
            the labels that occur or are predicted.
    """
    from sklearn.metrics import f1_score

    truth = np.concatenate(targets)
    guess = np.concatenate([rows.argmax(axis=1) for rows in predictions])
    truth, guess = truth[truth >= 0], guess[truth >= 0]
    present = np.union1d(truth, guess)
    never: Any = 0  # the F1 of a label that is never hit, without a warning
    return {
        "accuracy_per_word": float((truth == guess).mean()),
        "macro_f1": float(f1_score(truth, guess, labels=present, average="macro", zero_division=never)),
    }


def score_last_words(
    probabilities: np.ndarray, targets: np.ndarray, label_names: Sequence[str]
) -> dict[str, float | None]:
    """Return accuracy at the last word, of all labels and binary, in [0, 1].

    Binary leaves out the sentences whose label is neutral and asks whether the positive labels
    together are likelier than the negative ones: of five classes, the two of each side are summed.
    None where the labels are no sentiment.

    Args:
        probabilities: `(sentences, labels)`.
        targets: label numbers, `(sentences,)`.
        label_names: the labels' names, which tell their polarity.

    Example:
        >>> names = ("negative", "neutral", "positive")
        >>> score_last_words(np.array([[0.2, 0.5, 0.3]]), np.array([2]), names)
        {'last_word_accuracy': 0.0, 'last_word_binary': 1.0}
    """
    signs = np.array([polarity(label) for label in label_names])
    accuracy = float((probabilities.argmax(axis=1) == targets).mean())
    polar = signs[targets] != 0
    if not ((signs > 0).any() and (signs < 0).any() and polar.any()):
        return {"last_word_accuracy": accuracy, "last_word_binary": None}
    leaning = np.where(probabilities @ signs > 0, 1, -1)
    return {
        "last_word_accuracy": accuracy,
        "last_word_binary": float((leaning == signs[targets])[polar].mean()),
    }


def confusion(predictions: Sequence[np.ndarray], targets: Sequence[np.ndarray], labels: int) -> np.ndarray:
    """Return how often each label (row) was taken for each label (column), `(labels, labels)` int."""
    truth = np.concatenate(targets)
    guess = np.concatenate([rows.argmax(axis=1) for rows in predictions])
    counts = np.zeros((labels, labels), int)
    np.add.at(counts, (truth[truth >= 0], guess[truth >= 0]), 1)
    return counts


def tabulate(scores: Scores, meaning: str) -> Comparison:
    """Return a table with a row per metric of "model" and a column per predictor.

    Args:
        scores: predictor -> metric -> value; "model" has all metrics.
        meaning: what the values are.
    """
    metrics = list(scores["model"])
    values = [tuple(scores[name].get(metric) for name in scores) for metric in metrics]
    return Comparison("model and baselines", metrics, list(scores), values, "metric", meaning)
