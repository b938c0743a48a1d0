"""Figures of merit from predictions and targets, the same for models and baselines.

Those of a model have a 95 % interval too: of words by sentence, of last words by Wilson's formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_lstm.evaluation.intervals import Interval, draw_sums, interval, mean_interval, wilson_interval
from nlp_lstm.report import Comparison

Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Figure:
    """A figure of a model with its 95 % interval.

    Args:
        value: None where the metric makes no sense.
        low, high: the interval; None where there is none, as for the words of a single sentence.
        n: how many words, sentences or verbs it is a mean over.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @classmethod
    def by_sentence(cls, found: Interval, n: int, sentences: int) -> "Figure":
        """Return the figure of an interval by sentence; a single one has no interval."""
        mean, low, high = map(float, found)
        return cls(mean, low, high, n) if sentences > 1 and low <= high else cls(mean, n=n)

    @classmethod
    def of_share(cls, hits: np.ndarray) -> "Figure":
        """Return the share of hits among independent units, `(units,)` bool, with Wilson's interval."""
        share, low, high = map(float, wilson_interval(int(hits.sum()), len(hits)))
        return cls(share, low, high, len(hits))

    def exp(self) -> "Figure":
        """Return the perplexity whose cross-entropy this is: interval and all, since exp keeps the order."""
        with np.errstate(over="ignore"):
            value, low, high = (
                None if cost is None else float(np.exp(cost)) for cost in (self.value, self.low, self.high)
            )
        return Figure(value, low, high, self.n)


Figures = dict[str, Figure]


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
    accuracy, macro_f1 = score_tallies(tally(predictions, targets).sum(axis=0))
    return {"accuracy_per_word": float(accuracy), "macro_f1": float(macro_f1)}


def measure_words(predictions: Sequence[np.ndarray], targets: Sequence[np.ndarray], seed: int = 0) -> Figures:
    """Return what `score_words` does, with intervals; sentences without a target are left out.

    Args:
        predictions, targets: as `score_words` takes them.
        seed: draws the sentences.
    """
    tallies = tally(predictions, targets)
    tallies = tallies[tallies[:, 0].any(axis=1)]
    found = interval(score_tallies(tallies.sum(axis=0)), score_tallies(draw_sums(tallies, seed)))
    words, sentences = int(tallies[:, 0].sum()), len(tallies)
    return {
        name: Figure.by_sentence(Interval(*(part[number] for part in found)), words, sentences)
        for number, name in enumerate(("accuracy_per_word", "macro_f1"))
    }


def tally(predictions: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray:
    """Return how often each label is true, said and both, in each sentence, `(sentences, 3, labels)` int.

    Unlike a confusion table of each sentence, it stays small where there are hundreds of labels.

    Example:
        >>> tally([np.eye(2)[[0, 1]]], [np.array([0, 0])]).tolist()
        [[[2, 0], [1, 1], [1, 0]]]
    """
    labels = predictions[0].shape[1]
    truth = np.concatenate(targets)
    guess = np.concatenate([rows.argmax(axis=1) for rows in predictions])
    first = np.repeat(np.arange(len(targets)) * labels, [len(row) for row in targets])

    def count(which: np.ndarray, label: np.ndarray) -> np.ndarray:
        places = (first + label)[which]
        return np.bincount(places, minlength=len(targets) * labels).reshape(-1, labels)

    scored = truth >= 0
    return np.stack([count(scored, truth), count(scored, guess), count(truth == guess, truth)], axis=1)


def score_tallies(tallies: np.ndarray) -> np.ndarray:
    """Return accuracy and macro-F1, `(..., 2)`, of the tallies of some sentences, `(..., 3, labels)`."""
    true, said, both = np.moveaxis(tallies, -2, 0)
    f1 = 2 * both / np.maximum(true + said, 1)  # (..., labels)
    macro_f1 = f1.sum(axis=-1) / (true + said > 0).sum(axis=-1)
    return np.stack([both.sum(axis=-1) / true.sum(axis=-1), macro_f1], axis=-1)


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
    found = measure_last_words(probabilities, targets, label_names)
    return {name: figure.value for name, figure in found.items()}


def measure_last_words(probabilities: np.ndarray, targets: np.ndarray, label_names: Sequence[str]) -> Figures:
    """Return what `score_last_words` does, with intervals."""
    hits = hit_last_words(probabilities, targets, label_names)
    return {name: Figure() if right is None else Figure.of_share(right) for name, right in hits.items()}


def hit_last_words(
    probabilities: np.ndarray, targets: np.ndarray, label_names: Sequence[str]
) -> dict[str, np.ndarray | None]:
    """Return which sentences `score_last_words` counts as right, `(sentences that count,)` bool."""
    signs = np.array([polarity(label) for label in label_names])
    right = probabilities.argmax(axis=1) == targets
    polar = signs[targets] != 0
    if not ((signs > 0).any() and (signs < 0).any() and polar.any()):
        return {"last_word_accuracy": right, "last_word_binary": None}
    leaning = np.where(probabilities @ signs > 0, 1, -1)
    return {"last_word_accuracy": right, "last_word_binary": (leaning == signs[targets])[polar]}


def measure_leads(
    model: np.ndarray, bags: Sequence[np.ndarray], targets: np.ndarray, label_names: Sequence[str]
) -> Figures:
    """Return how far a model is ahead of the best of some baselines on the same sentences.

    The interval draws sentences, and with each what all say of it. Two shares may have intervals that
    overlap and still differ, because both find the same sentences hard.

    Args:
        model: probabilities, `(sentences, labels)`.
        bags: those of each baseline; of each metric the better one counts.
        targets, label_names: as `score_last_words` takes them.

    Example:
        >>> sure = np.eye(2)
        >>> found = measure_leads(sure, [sure[::-1]], np.array([0, 1]), ("bad", "good"))
        >>> found["last_word_accuracy_lead"]
        Figure(value=1.0, low=1.0, high=1.0, n=2)
    """
    others = [hit_last_words(bag, targets, label_names) for bag in bags]
    leads: Figures = {}
    for name, right in hit_last_words(model, targets, label_names).items():
        leads[f"{name}_lead"] = Figure()
        hits = [hit for other in others if (hit := other[name]) is not None]
        if right is not None and hits:
            ahead = right.astype(float) - hits[int(np.argmax(np.mean(hits, axis=1)))]
            found = mean_interval(ahead, np.ones(len(ahead)))
            leads[f"{name}_lead"] = Figure.by_sentence(found, len(ahead), len(ahead))
    return leads


def confusion(predictions: Sequence[np.ndarray], targets: Sequence[np.ndarray], labels: int) -> np.ndarray:
    """Return how often each label (row) was taken for each label (column), `(labels, labels)` int."""
    truth = np.concatenate(targets)
    guess = np.concatenate([rows.argmax(axis=1) for rows in predictions])
    counts = np.zeros((labels, labels), int)
    np.add.at(counts, (truth[truth >= 0], guess[truth >= 0]), 1)
    return counts


def tabulate(model: Figures, baselines: Scores, meaning: str) -> Comparison:
    """Return a table with a row per metric and columns for the model, its interval, n and each baseline.

    Args:
        model: metric -> figure, all metrics.
        baselines: predictor -> metric -> value.
        meaning: what the values are.
    """
    columns = ("model", "model_low", "model_high", "n", *baselines)
    values = [
        (one.value, one.low, one.high, one.n, *(scores.get(metric) for scores in baselines.values()))
        for metric, one in model.items()
    ]
    return Comparison("model and baselines", list(model), columns, values, "metric", meaning)
