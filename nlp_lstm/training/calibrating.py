"""calibrate(): probabilities that mean what they say, by one temperature folded into the output layer.

Dividing all logits by one number, found on sentences that were not trained on, changes no label (Guo et al.
2017, "On Calibration of Modern Neural Networks", ICML). Unlike a setting that is applied when a model is
asked, it is in the weights, so that every reader of the run has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlp_lstm.errors import UsageError

BINS = 15
STEPS = 100  # far more than Newton's method takes
SMALLEST = 1e-30  # a probability that underflowed


@dataclass(frozen=True)
class Calibration:
    """How well probabilities are calibrated, and the temperature that does it best.

    Args:
        temperature: found on all words.
        before: the expected calibration error without it, in [0, 1].
        after: with it, where it is found on one half of the sentences and measured on the other: both ways.
        words: how many.
    """

    temperature: float
    before: float
    after: tuple[float, float]
    words: int


def calibrate(probabilities: list[np.ndarray], targets: list[np.ndarray]) -> Calibration:
    """Return the best temperature of a tagger, and what it gains on sentences that it was not found on.

    Args:
        probabilities: per sentence, `(timesteps, labels)`.
        targets: per sentence label numbers, `(timesteps,)`, -1 where none counts.
    """
    halves = [
        _flat([probabilities[row] for row in rows], [targets[row] for row in rows])
        for rows in (range(0, len(targets), 2), range(1, len(targets), 2))
    ]
    after = []
    for here, there in (halves, halves[::-1]):
        temperature = find_temperature(np.log(here[0]), here[1])
        after.append(calibration_error(temper(there[0], temperature), there[1]))
    whole, truth = _flat(probabilities, targets)
    return Calibration(
        find_temperature(np.log(whole), truth),
        calibration_error(whole, truth),
        (after[0], after[1]),
        len(truth),
    )


def find_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """Return the number that logits must be divided by for the least cross-entropy.

        p = softmax(b z);  slope = mean(E_p[z] - z_target);  curvature = mean(Var_p[z]);  temperature = 1 / b

    The cross-entropy is convex in b, so Newton's method finds its least value.

    Args:
        logits: z, `(words, labels)`; log probabilities do as well.
        targets: label numbers, `(words,)`.

    Example:
        >>> logits = np.log([[0.9, 0.1]] * 10)
        >>> round(find_temperature(logits, np.array([0] * 7 + [1] * 3)), 3)  # right 7 times in 10
        2.593
    """
    logits = np.asarray(logits, np.float64)
    scale, rows = 1.0, np.arange(len(targets))
    for _ in range(STEPS):
        shares = _softmax(scale * logits)
        means = (shares * logits).sum(axis=1)
        slope = (means - logits[rows, targets]).mean()
        curvature = ((shares * logits**2).sum(axis=1) - means**2).mean()
        after = float(np.clip(scale - slope / max(curvature, SMALLEST), scale / 2, scale * 2))
        if abs(after - scale) < 1e-9 * scale:
            break
        scale = after
    return 1 / scale


def calibration_error(probabilities: np.ndarray, targets: np.ndarray, bins: int = BINS) -> float:
    """Return the expected calibration error, in [0, 1].

    The answers are put into bins of equal width by the probability of the likeliest label; in each bin, that
    probability is compared with the share of right answers.

    Args:
        probabilities: `(words, labels)`.
        targets: label numbers, `(words,)`.

    Example:
        >>> round(calibration_error(np.array([[0.9, 0.1]] * 10), np.array([0] * 7 + [1] * 3)), 3)
        0.2
    """
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    places = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(places, sure - right, bins)
    return float(np.abs(gaps).sum() / len(targets))


def temper(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities whose logits are divided by a temperature, `(..., labels)`."""
    return _softmax(np.log(np.maximum(probabilities, SMALLEST)) / temperature)


def fold_temperature(weights: Mapping[str, np.ndarray], temperature: float) -> dict[str, np.ndarray]:
    """Return the weights with the output layer divided by a temperature.

    Raises:
        UsageError: if the output layer's kernel is the embedding's.
    """
    if "output/kernel" not in weights:
        raise UsageError(
            "a run with tie_weights has no output kernel of its own: it cannot take a temperature"
        )
    output = ("output/kernel", "output/bias")
    return {**weights, **{name: (weights[name] / temperature).astype(np.float32) for name in output}}


def _flat(probabilities: list[np.ndarray], targets: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The words that count, of all sentences: probabilities above 0, and label numbers."""
    shares, truth = np.concatenate(probabilities).astype(np.float64), np.concatenate(targets)
    return np.maximum(shares[truth >= 0], SMALLEST), truth[truth >= 0]


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
