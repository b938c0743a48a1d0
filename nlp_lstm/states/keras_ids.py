"""Check the numbers that a Keras model is given, and the ids that its embeddings are asked for.

Some backends take any number for an id, and Keras cuts off what stands behind the point of a float.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, NlpLstmError, UsageError
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.states.keras_models import to_numpy


class Given:
    """The arrays that a model is given.

    Args:
        model: the Keras model.
        inputs: an array, or a list or dictionary of arrays.

    Raises:
        DataError: if one of them is a single number, or empty.
    """

    def __init__(self, model: Any, inputs: Any):
        self.problem: NlpLstmError | None = None
        self._arrays: list[np.ndarray] = keras.tree.flatten(inputs)
        for array in self._arrays:
            if array.ndim == 0:
                kind = type(array.item()).__name__
                raise DataError(f"inputs hold a single {kind}: give an array, or a list of arrays")
            if array.size == 0:
                raise DataError(f"inputs of shape {array.shape}: give at least one sentence and one word")
        self._types = _declared(model, inputs, len(self._arrays))

    def checking(self, layer: Any) -> Callable[..., Any]:
        """Return the `call` of an embedding that refuses ids which it does not have."""
        own_call = layer.call

        def call(inputs, *arguments, **named):
            """Check the ids, then look them up as the layer itself does."""
            try:
                ids = to_numpy(inputs)
            except (AttributeError, NotImplementedError, TypeError):  # what backends say of a symbolic tensor
                reason = "reads its ids inside a compiled function, such as a tf.function: trace it without"
                self._refuse(UsageError(f"{layer.name} {reason}"))
            else:
                self._check(layer, ids)
            return own_call(inputs, *arguments, **named)

        return call

    def _check(self, layer: Any, ids: np.ndarray) -> None:
        """Refuse ids that are not whole numbers from 0 to below the embedding's `input_dim`."""
        whole = any(_is_whole(array) and np.array_equal(array, ids) for array in self._arrays)
        for array, declared in zip(self._arrays, self._types, strict=True):
            if self._is_read_as(array, declared, ids, whole):
                rule = f"{layer.name} reads whole numbers: give .astype(int)"
                self._refuse(DataError(f"ids of type {array.dtype}, but {rule}"))
        low, high = int(ids.min()), int(ids.max())
        if low < 0 or high >= layer.input_dim:
            wrong = low if low < 0 else high
            self._refuse(DataError(f"id {wrong}: {layer.name} has the ids 0 to {layer.input_dim - 1}"))

    @staticmethod
    def _is_read_as(array: np.ndarray, declared: str, ids: np.ndarray, whole: bool) -> bool:
        """Whether ids are a given array of floats; not if an array of whole numbers is the same (`whole`)."""
        if array.shape != ids.shape or not np.issubdtype(array.dtype, np.floating):
            return False
        with np.errstate(invalid="ignore"):  # what is not finite is no id
            alike = np.array_equal(array.astype(ids.dtype), ids)
        if not alike or not declared:
            return alike and not whole
        cut = declared.startswith(("int", "uint"))  # by Keras, at the door of the model
        has_fractions = not np.array_equal(array, np.trunc(array))
        return cut == _is_whole(ids) and (not whole or (cut and has_fractions))

    def _refuse(self, problem: NlpLstmError) -> None:
        """Stop the model; Keras would wrap the error in one of its own, so the first one is kept here."""
        self.problem = self.problem or problem
        raise problem


def _is_whole(array: np.ndarray) -> bool:
    """Whether an array is of whole numbers, by its type."""
    return np.issubdtype(array.dtype, np.integer) or array.dtype == bool


def _declared(model: Any, inputs: Any, arrays: int) -> list[str]:
    """The type that a model declares for each array, flattened as Keras does; "" if it declares none."""
    tensors = getattr(model, "inputs", None)
    tensors = [tensor for tensor in tensors or () if isinstance(tensor, keras.KerasTensor)]
    types = {tensor.name: str(tensor.dtype) for tensor in tensors}
    if isinstance(inputs, dict) and set(inputs) <= set(types):
        return [types[name] for name in sorted(inputs)]
    return [str(tensor.dtype) for tensor in tensors] if len(tensors) == arrays else [""] * arrays
