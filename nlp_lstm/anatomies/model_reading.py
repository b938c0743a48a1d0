"""A built Keras model -> Reading: its own recurrent layers, while it reads three steps of made-up inputs.

Unlike `trace`, it takes no inputs from you. It makes up numbers with one decimal, or the ids 1, 2, 3, ... for
an embedding.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from nlp_lstm.anatomies._svg import counted
from nlp_lstm.anatomies.layers import Layer, Reading
from nlp_lstm.errors import NlpLstmError, UsageError
from nlp_lstm.models.cells import DEFAULT
from nlp_lstm.states.layer_traces import LayerTrace
from nlp_lstm.states.tracing import trace

BATCH, TIMESTEPS = 3, 3
ALONE = (
    "call anatomy on a small model of one of its layers, keras.Sequential([keras.Input((None, 8)), layer])"
)


def read_with_model(model: Any, layer: str | None = None) -> Reading:
    """Let a built Keras model read made-up inputs, and keep its recurrent layers.

    Args:
        model: a built `keras.Model`.
        layer: the name of one of its layers, as `trace` names them; None for all.

    Raises:
        UsageError: if the model is not built, cannot read made-up inputs, or computes a layer otherwise than
            Keras does by default.
        UnknownNameError: if there is no layer of the name; lists the names.
    """
    from nlp_lstm.states.keras_models import recurrent_layers

    owners, inputs = recurrent_layers(model), _inputs(model)
    try:
        traces = trace(model, _packed(model, inputs), layers=layer)
        alone = trace(model, _packed(model, [one[:1] for one in inputs]), layers=layer)
    except UsageError:
        raise
    except NlpLstmError as error:
        raise UsageError(f"the model {model.name} cannot read made-up inputs: {error}; {ALONE}") from None
    layers: list[Layer] = []
    left_out = dict(traces.left_out)
    for name, owner, cell in _cells(owners):
        if name in traces:
            try:
                layers.append(_layer(traces[name], owner, cell, layers))
            except UsageError as error:
                left_out[name] = str(error)
    if not layers:
        raise UsageError(next(iter(left_out.values())))
    difference = max(
        float(abs(alone[one.name].parts["hidden_state"] - traces[one.name].parts["hidden_state"][:1]).max())
        for one in layers
    )
    timesteps = traces[layers[-1].name].inputs.shape[1]
    told = "; ".join(left_out.values()) or None
    return Reading(tuple(layers), inputs[0].shape, difference, unknown=told, timesteps=timesteps)


def _cells(owners: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The name of every trace of a model, its layer and its cell, in the order in which they are held."""
    from nlp_lstm.states.keras_models import cells_of
    from nlp_lstm.states.keras_steps import names_of

    for called, owner in owners.items():
        for name, cell in zip(names_of(called, owner), cells_of(owner), strict=True):
            yield name, owner, cell


def _inputs(model: Any) -> list[np.ndarray]:
    """Something to read for each input of a model: a batch of three, three steps where any number will do."""
    from nlp_lstm.models.quiet_keras import keras

    tensors = keras.tree.flatten(getattr(model, "inputs", None) or [])
    if not tensors:
        raise UsageError(f"the model {model.name} does not say what it reads: {ALONE}")
    embeddings = [one for one in model._flatten_layers() if isinstance(one, keras.layers.Embedding)]
    known = min((one.input_dim for one in embeddings), default=1)
    random, made = np.random.default_rng(0), []
    for tensor in tensors:
        shape = (BATCH, *(TIMESTEPS if size is None else size for size in tensor.shape[1:]))
        if embeddings and len(shape) == 2:
            made.append(min(1, known - 1) + np.arange(math.prod(shape)).reshape(shape) % max(1, known - 1))
        else:
            made.append(random.normal(size=shape).round(1).astype(np.float32))
    return made


def _packed(model: Any, arrays: list[np.ndarray]) -> Any:
    """Arrays as a model wants them: one, a list, or a dictionary."""
    from nlp_lstm.models.quiet_keras import keras

    structure = getattr(getattr(model, "_functional", None) or model, "_inputs_struct", None)
    return arrays if structure is None else keras.tree.pack_sequence_as(structure, arrays)


def _layer(read: LayerTrace, owner: Any, cell: Any, below: list[Layer]) -> Layer:
    """A layer with the first three steps of the first sentence, in the order in which it reads them."""
    from nlp_lstm.states.keras_models import weights_of

    _check(read.layer, owner, cell)
    sentence = read.sentence()
    order = slice(None, None, -1) if sentence.backwards else slice(None)
    parts = {name: values[order][:TIMESTEPS] for name, values in sentence.parts.items()}
    words = tuple(str(t + 1) for t in range(min(TIMESTEPS, len(sentence.words))))
    if len(words) < TIMESTEPS:
        raise UsageError(
            f"{read.layer} reads {counted(len(words), 'steps')}: anatomy shows {TIMESTEPS}; {ALONE}"
        )
    kept = replace(sentence, words=words, inputs=sentence.inputs[order][:TIMESTEPS], parts=parts)
    kept = replace(kept, outputs=sentence.outputs[:TIMESTEPS])
    every = getattr(owner, "return_sequences", None)
    return Layer(read.cell, weights_of(cell), _reads(sentence.inputs[:TIMESTEPS], below), kept, every)


def _reads(inputs: np.ndarray, below: list[Layer]) -> str:
    """What a layer reads, in words: the units of a layer below, or of both its directions, if it does."""
    for layer in below:
        states, (name, _, direction) = layer.trace.parts["hidden_state"], layer.name.rpartition("/")
        whole, both = inputs.shape[1] == layer.units, inputs.shape[1] == 2 * layer.units
        if (whole or (both and direction == "forward")) and np.allclose(
            states, inputs[:, : layer.units], atol=1e-5
        ):
            return f"units of {layer.name if whole else name}"
    return "inputs"


def _check(name: str, owner: Any, cell: Any) -> None:
    """Refuse a cell whose equations, or whose place in its layer, are not what an anatomy tells."""
    from nlp_lstm.states.keras_models import cells_of, variant_of

    variant, gates = variant_of(cell), hasattr(cell, "recurrent_activation")
    if len(cells_of(owner)) > 1:
        own = "other cells beside it in its layer"
    elif variant.activation is not DEFAULT.activation:
        own = f"activation={cell.activation.__name__!r}"
    elif gates and variant.recurrent_activation is not DEFAULT.recurrent_activation:
        own = f"recurrent_activation={cell.recurrent_activation.__name__!r}"
    elif not variant.reset_after:
        own = "reset_after=False"
    else:
        return
    raise UsageError(
        f"{name} has {own}: anatomy tells what Keras's layers do by default; "
        "trace(model, inputs) gives its parts"
    )
