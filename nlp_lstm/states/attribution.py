"""A sentence and an output -> how much each word speaks for it: integrated gradients.

The embedded words are brought in little by little, all at once, from words that say nothing, `[PAD]`. What
the score gains on the way is shared out among the words by the slopes of the score: a word's share is
positive where it speaks for the output, negative where it speaks against it, and all shares add up to what
the score gained.

Source: Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks", ICML; against another
output: Yin & Neubig 2022, "Interpreting language models with contrastive explanations", EMNLP. The integral
is that of Gauss and Legendre. What it says is measured by `compare attribution`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nlp_lstm.store.reading import initial_states
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import PAD

STEPS = (50, 100, 200, 400)  # points between no word and the words: more where fewer are not enough
ENOUGH = 0.01  # difference of the sum from what the score gained, in logits


@dataclass(frozen=True)
class Attribution:
    """How much of a score each word accounts for.

    Args:
        words: what each word adds to the score, `(timesteps,)`, in logits.
        score: of the sentence.
        nothing: of as many words that say nothing.
    """

    words: np.ndarray
    score: float
    nothing: float

    @property
    def error(self) -> float:
        """How far the words' sum is from what the score gained; 0 if the integral were exact."""
        return abs(float(self.words.sum()) - (self.score - self.nothing))


def integrate(attribute: Callable[[np.ndarray, np.ndarray], Attribution]) -> Attribution:
    """Return an attribution with as many points as it needs; at the most, what 400 give.

    Args:
        attribute: returns it from the shares of the words that are brought in, `(steps + 2,)`, of which the
            last two are 0 and 1, and the weights of the others, `(steps,)`.
    """
    for steps in STEPS:
        points, weights = np.polynomial.legendre.leggauss(steps)
        shares = np.append((points + 1) / 2, [0.0, 1.0]).astype(np.float32)
        found = attribute(shares, weights / 2)
        if found.error <= ENOUGH:
            break
    return found  # pyright: ignore[reportPossiblyUnboundVariable]  # there are steps


def attribute_words(run: Run, ids: np.ndarray, output: int, against: int | None = None) -> Attribution:
    """Return how much each word of a text speaks for an output after the last one.

    Args:
        run: of any cell and task.
        ids: of the words, `(timesteps,)`.
        output: number of the output whose logit is the score.
        against: number of an output whose logit is taken off it; None for none.
    """
    slope, bias = _output_slope(run, output, against)
    table = run.weights["embedding/embeddings"]
    words, nothing = table[ids], table[PAD]
    states = initial_states(run)

    def attribute(shares: np.ndarray, weights: np.ndarray) -> Attribution:
        """Read the words at each share, and go back from the score."""
        between = nothing + shares[:, None, None] * (words - nothing)
        layers, _ = run.network.read_embedded(between, states)
        scores = layers[-1]["hidden_state"][:, -1] @ slope + bias
        slopes = np.zeros_like(layers[-1]["hidden_state"])
        slopes[:, -1] = slope
        gradients = run.network.read_back(layers, slopes, states)[: len(weights)]
        mean = np.einsum("s,ste->te", weights, gradients)
        return Attribution(((words - nothing) * mean).sum(axis=1), float(scores[-1]), float(scores[-2]))

    return integrate(attribute)


def _output_slope(run: Run, output: int, against: int | None) -> tuple[np.ndarray, float]:
    """What the last hidden state is multiplied by to give the score, `(units,)`, and what is added."""
    kernel, bias = run.network.output_kernel, run.weights["output/bias"]
    if against is None:
        return kernel[:, output], float(bias[output])
    slope = kernel[:, output] - kernel[:, against]
    return slope, float(bias[output]) - float(bias[against])
