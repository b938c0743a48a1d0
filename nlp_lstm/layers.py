"""The part that all taught models share, in Keras: word ids -> Embedding -> recurrent stack.

Also the one place that knows which Keras variable has which name in a run.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from nlp_lstm.cells import CELLS
from nlp_lstm.settings import Settings


def read_words(
    words: Any,
    settings: Settings,
    vocab_size: int,
    last_only: bool = False,
    mask: Any = None,
    stateful: bool = False,
) -> Any:
    """Embed words and read them with a stack of recurrent layers.

    Args:
        words: a Keras input of word ids, `(batch, timesteps)`.
        settings: cell, layers, units, embedding_dim and dropout.
        vocab_size: entries of the vocabulary.
        last_only: whether the last layer returns only its last hidden state.
        mask: which words are real, `(batch, timesteps)`. It goes to every layer by hand, since from
            Keras 3.16 on recurrent layers do not hand it on.
        stateful: whether states are carried from batch to batch.

    Returns:
        Hidden states of the last layer, `(batch, timesteps, units)`, or `(batch, units)`.
    """
    uniform: Any = keras.initializers.RandomUniform(-0.1, 0.1)
    embedding = keras.layers.Embedding(vocab_size, settings.embedding_dim, uniform, name="embedding")
    hidden = embedding(words)
    hidden = keras.layers.Dropout(settings.dropout, name="dropout_0")(hidden)
    for number in range(1, settings.layers + 1):
        layer = getattr(keras.layers, CELLS.get(settings.cell).keras_layer)(
            settings.units,
            return_sequences=not (last_only and number == settings.layers),
            stateful=stateful,
            name=f"layer_{number}",
        )
        hidden = layer(hidden, mask=mask)
        hidden = keras.layers.Dropout(settings.dropout, name=f"dropout_{number}")(hidden)
    return hidden


def get_weights(model: Any) -> dict[str, np.ndarray]:
    """Return a model's weights by the names of `network.weight_shapes`."""
    variables = _variables(model)
    return {name: np.asarray(keras.ops.convert_to_numpy(variables[name])) for name in variables}


def set_weights(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Put weights, by the names of `network.weight_shapes`, into a model's layers."""
    variables = _variables(model)
    for name, values in weights.items():
        variables[name].assign(values)


def _variables(model: Any) -> dict[str, Any]:
    """The trained variables of a model, each as layer/variable; wrappers are looked through."""
    found = {}
    for layer in model.layers:
        inner = getattr(layer, "cell", None) or getattr(layer, "layer", None) or layer
        for variable in inner.trainable_variables:
            found[f"{layer.name}/{variable.name}"] = variable
    return found
