"""The part that all taught models share, in Keras: word ids -> Embedding -> recurrent stack.

Also the one place that knows which Keras variable has which name in a run.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.layouts import CPU, GPU, layout
from nlp_lstm.models.output_loss import LossModel, OutputLoss
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.models.recurrence import UnrolledLSTM
from nlp_lstm.settings import Settings


def read_words(
    words: Any,
    settings: Settings,
    vocab_size: int,
    last_only: bool = False,
    mask: Any = None,
    stateful: bool = False,
    unrolled: bool = False,
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
        unrolled: whether LSTM layers are those that train fast: on a processor `UnrolledLSTM`, on a GPU
            Keras's own, but where weights are dropped, which only ours can.

    Returns:
        Hidden states of the last layer, `(batch, timesteps, units)`, or `(batch, units)`.
    """
    uniform: Any = keras.initializers.RandomUniform(-0.1, 0.1)
    embedding = keras.layers.Embedding(vocab_size, settings.embedding_dim, uniform, name="embedding")
    drop = keras.layers.SpatialDropout1D if settings.variational else keras.layers.Dropout
    hidden = drop(settings.dropout, name="dropout_0")(embedding(words))
    for number in range(1, settings.layers + 1):
        last = last_only and number == settings.layers
        make = getattr(keras.layers, CELLS.get(settings.cell).keras_layer)
        if unrolled and settings.cell == "lstm" and (layout() != GPU or settings.weight_dropout):
            make = partial(UnrolledLSTM, precision=settings.precision, weight_dropout=settings.weight_dropout)
        elif unrolled and settings.precision != "float32":
            make = partial(make, dtype=f"mixed_{settings.precision}")
        layer = make(settings.units, return_sequences=not last, stateful=stateful, name=f"layer_{number}")
        hidden = layer(hidden, mask=mask)
        drop = keras.layers.Dropout if last else drop  # of a state alone there is no sequence
        hidden = drop(settings.dropout, name=f"dropout_{number}")(hidden)
    return hidden


def get_weights(model: Any) -> dict[str, np.ndarray]:
    """Return a model's weights by the names of `network.weight_shapes`."""
    variables = _variables(model)
    return {name: np.asarray(keras.ops.convert_to_numpy(variables[name])) for name in variables}


def set_weights(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Put weights, by the names of `network.weight_shapes`, into a model's layers.

    A taught model has an output layer of its own: where weights are tied, it gets the embedding's, turned.
    """
    variables = _variables(model)
    if "output/kernel" in variables and "output/kernel" not in weights:
        weights = {**weights, "output/kernel": weights["embedding/embeddings"].T}
    for name, values in weights.items():
        variables[name].assign(values)


def with_loss(twin: Any, settings: Settings, shape: tuple[int, int], sample: int | None = None) -> Any:
    """Return a model that shares a twin's layers and gives its loss instead of probabilities.

    Args:
        twin: from word ids to probabilities, its last layer called output.
        settings: precision, and loss_chunk, which only a processor has a use for.
        shape: of its batches, `(batch, timesteps)`.
        sample: how many outputs the softmax is taken over; None for all.

    Returns:
        A model that takes `[inputs, targets, sample_weight]`, all `(batch, timesteps)`, and of a sample
        `[outputs, log_counts]`, both `(sample,)`, behind them.
    """
    output = twin.get_layer("output")
    words = keras.Input(batch_shape=shape, dtype="int32", name="words")
    targets = keras.Input(batch_shape=shape, dtype="int32", name="targets")
    sample_weight = keras.Input(batch_shape=shape, dtype="float32", name="sample_weight")
    drawn = []
    if sample is not None:
        drawn = [
            keras.Input(batch_shape=(sample,), dtype=dtype, name=name)
            for name, dtype in (("outputs", "int32"), ("log_counts", "float32"))
        ]
    hidden_state = keras.Model(twin.input, output.input)(words)
    rows = settings.loss_chunk if layout() == CPU else shape[0] * shape[1]
    output_loss = OutputLoss(output, rows, settings.precision)
    told = output_loss(hidden_state, targets, sample_weight, *drawn)
    return LossModel([words, targets, sample_weight, *drawn], told, name=f"{twin.name}_with_loss")


def _variables(model: Any) -> dict[str, Any]:
    """The trained variables of a model, each as layer/variable; wrappers are looked through."""
    found = {}
    for layer in model.layers:
        inner = getattr(layer, "cell", None) or getattr(layer, "layer", None) or layer
        for variable in inner.trainable_variables:
            found[f"{layer.name}/{variable.name}"] = variable
    return found
