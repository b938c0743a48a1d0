"""A Keras model and one sequence -> how much each step speaks for an output: integrated gradients, through
Keras.

The only module that needs TensorFlow itself: Keras computes no gradient by the inputs of a layer.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.states.attribution import Attribution, integrate
from nlp_lstm.states.keras_models import replaced, said_first, to_numpy


def attribute_steps(
    model: keras.Model, inputs: np.ndarray, output: int, against: int | None = None, step: int | None = None
) -> Attribution:
    """Return how much each step of a sequence speaks for an output of a model.

    What the model reads is brought in from nothing: what its embedding layers put out from that of the id 0,
    and where it has none, its inputs from zeros.

    Args:
        model: built, with one input and one output, in TensorFlow.
        inputs: of one sequence, `(1, timesteps)` ids or `(1, timesteps, input_dim)` numbers.
        output: number of the output in the last axis of what the model puts out.
        against: number of an output that is taken off it; None for none.
        step: number of the step, from 1, whose output is meant, of a model that puts out every step; None for
            the last one that is no padding.

    Raises:
        UsageError: if Keras does not run on TensorFlow, or the model has no such output.
        DataError: if the model cannot read the inputs.
    """
    if keras.backend.backend() != "tensorflow":
        raise UsageError(f"attribute needs TensorFlow, and Keras runs on {keras.backend.backend()}")

    def attribute(shares: np.ndarray, weights: np.ndarray) -> Attribution:
        """Read the sequence at each share, and go back from the score."""
        brought = Brought(model, shares)
        scores, slopes = brought.read(
            inputs, lambda outputs, last: _score(outputs, last, output, against, step)
        )
        whole = np.zeros(inputs.shape[1])
        for words, by_words in zip(brought.words, slopes, strict=True):
            mean = np.tensordot(weights, to_numpy(by_words)[: len(weights)], 1)
            whole += (to_numpy(words)[0] * mean).sum(axis=-1)
        return Attribution(whole, float(scores[-1]), float(scores[-2]))

    return integrate(attribute)


class Brought:
    """A sequence that a model reads in many rows, with another share of its words in each.

    Args:
        model: the Keras model.
        shares: of the words that are brought in, `(rows,)`.
    """

    def __init__(self, model: keras.Model, shares: np.ndarray):
        self.words: list[Any] = []  # all that is brought in, of each embedding
        self._model, self._shares = model, shares
        self._between: list[Any] = []  # what is read in each row
        self._last = -1  # the place of the last real step
        self._tape: Any = None

    def read(self, inputs: np.ndarray, score: Callable[[Any, int], Any]) -> tuple[np.ndarray, list[Any]]:
        """Return the score of each row, and its slopes by what each embedding puts out."""
        import tensorflow

        layers = [
            layer for layer in self._model._flatten_layers() if isinstance(layer, keras.layers.Embedding)
        ]
        rows: Any = np.repeat(inputs, len(self._shares), axis=0)
        with tensorflow.GradientTape() as self._tape, contextlib.ExitStack() as watched:
            for layer in layers:
                watched.enter_context(replaced(layer, call=partial(self._look_up, layer, layer.call)))
            try:
                if not layers:
                    words = tensorflow.convert_to_tensor(rows, self._model.compute_dtype)
                    rows = self._bring(words, tensorflow.zeros_like(words))
                outputs = self._model(rows, training=False)
            except (ValueError, TypeError, tensorflow.errors.OpError) as error:
                reason = said_first(error)
                raise DataError(f"the model {self._model.name} cannot read these inputs: {reason}") from None
            scores = score(outputs, self._last)
        slopes = self._tape.gradient(scores, self._between, unconnected_gradients="zero")
        return to_numpy(scores), slopes

    def _look_up(self, layer: Any, call: Callable[[Any], Any], ids: Any) -> Any:
        """Look words up, bring them in, and note which step is the last one that is no padding."""
        mask = layer.compute_mask(ids)
        if mask is not None:
            self._last = int(np.flatnonzero(to_numpy(mask)[0])[-1])
        return self._bring(call(ids), call(keras.ops.zeros_like(ids)))

    def _bring(self, words: Any, nothing: Any) -> Any:
        """Bring in a share of the words in each row."""
        shares = self._shares.reshape(-1, *(1 for _ in words.shape[1:]))
        between = nothing + shares * (words - nothing)
        self._tape.watch(between)
        self._between.append(between)
        self.words.append(words - nothing)
        return between


def _score(outputs: Any, last: int, output: int, against: int | None, step: int | None) -> Any:
    """The score of each row, `(rows,)`; of outputs at every step, at one of them."""
    if not hasattr(outputs, "shape") or len(outputs.shape) not in (2, 3):
        raise UsageError("the model must put out one array, (batch, outputs) or (batch, timesteps, outputs)")
    if len(outputs.shape) == 3:
        steps = outputs.shape[1]
        if step is not None and not 1 <= step <= steps:
            raise UsageError(f"step {step}: the model puts out steps 1 to {steps}")
        outputs = outputs[:, last if step is None else step - 1]
    for number in (output, against):
        if number is not None and not 0 <= number < outputs.shape[-1]:
            raise UsageError(f"output {number}: the model has outputs 0 to {outputs.shape[-1] - 1}")
    return outputs[:, output] if against is None else outputs[:, output] - outputs[:, against]
