"""Find the recurrent layers of a Keras model, and read their cells.

Whatever cannot be read for sure is refused here, with the layer's name, its class and the reason.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, NlpLstmError, UsageError
from nlp_lstm.models.cells import Activation, Variant, Weights, sigmoid
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.report.given import describe

LAYERS = (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN, keras.layers.RNN)
CELL_NAMES = {
    keras.layers.LSTMCell: "lstm",
    keras.layers.GRUCell: "gru",
    keras.layers.SimpleRNNCell: "rnn",
}
IN_NUMPY: dict[Any, Activation] = {keras.activations.sigmoid: sigmoid, keras.activations.tanh: np.tanh}


def recurrent_layers(model: Any) -> dict[str, Any]:
    """Return every recurrent layer of a model by name, with the models and wrappers that hold it before.

    Returns:
        For example "lstm", "encoder/lstm", "bidirectional/forward", "bidirectional/backward". A layer that is
        held in several places has its first name there; of several layers with one name in one place, the
        second is "lstm#2". Cells come as well, unless they belong to a layer that is returned.

    Raises:
        UsageError: if the model is not built, or has no recurrent layer that can be reached.
    """
    layers = find_layers(model)
    owned = set().union(*map(own_cells, layers.values()))
    return {name: layer for name, layer in layers.items() if id(layer) not in owned}


def find_layers(model: Any) -> dict[str, Any]:
    """Return what `recurrent_layers` does, and the cells that belong to those layers, as "lstm/lstm_cell"."""
    if not isinstance(model, keras.Model):
        raise UsageError(
            f"{describe(model)} is not a keras.Model: give a Keras model, a .keras file or a run"
        )
    if not model.built:
        raise UsageError(f"the model {model.name} is not built: give it a keras.Input, or call it once")
    layers = dict(_find(model, "", set()))
    if not layers:
        raise UsageError(
            f"the model {model.name} ({type(model).__name__}) has no recurrent layer that can be reached: "
            "make it an attribute of the model"
        )
    return layers


def find_problems(model: Any, layers: dict[str, Any]) -> dict[str, NlpLstmError]:
    """Return why some layers of a model cannot be traced, by their names.

    Raises:
        DataError: if a weight that belongs to none of the layers is not a finite number.
    """
    broken = {id(weight): weight.path for weight in model.weights if not _is_finite(weight)}
    problems: dict[str, NlpLstmError] = {}
    for name, layer in layers.items():
        own = [broken[id(weight)] for weight in layer.weights if id(weight) in broken]
        if reason := _reason(layer):
            problems[name] = cannot_trace(name, layer, reason)
        elif own:
            problems[name] = DataError(f"{own[0]} of the model {model.name} is not all finite numbers")
    everywhere = {id(weight) for layer in layers.values() for weight in layer.weights}
    for key, path in broken.items():
        if key not in everywhere:
            raise DataError(f"{path} of the model {model.name} is not all finite numbers")
    return problems


def cannot_trace(name: str, layer: Any, reason: str) -> UsageError:
    """Return the error that says why a layer cannot be traced."""
    return UsageError(f"layer {name} ({type(layer).__name__}) cannot be traced: {reason}")


def is_cell(layer: Any) -> bool:
    """Return whether a layer advances by one step, as Keras's cells do, rather than over a sequence."""
    whole = isinstance(layer, keras.layers.RNN | keras.layers.StackedRNNCells)
    return hasattr(layer, "state_size") and not whole


def own_cells(layer: Any) -> set[int]:
    """Return the ids of the cell of a recurrent layer and of all layers inside it; none for a cell."""
    cell = getattr(layer, "cell", None) if isinstance(layer, keras.layers.RNN) else None
    return {id(part) for part in cell._flatten_layers()} if isinstance(cell, keras.Layer) else set()


def cells_of(layer: Any) -> list[Any]:
    """Return the Keras cells of a recurrent layer, from the lowest to the highest; of a cell, itself."""
    if not isinstance(layer, keras.layers.RNN):
        return [layer]
    stacked = isinstance(layer.cell, keras.layers.StackedRNNCells)
    return list(layer.cell.cells) if stacked else [layer.cell]


def weights_of(cell: Any) -> Weights:
    """Return the kernel, the recurrent kernel and, if there is one, the bias of a Keras cell."""
    names = ("kernel", "recurrent_kernel", *(["bias"] if cell.use_bias else []))
    return {name: to_numpy(getattr(cell, name)) for name in names}


def variant_of(cell: Any) -> Variant:
    """Return what a Keras cell does differently from Keras's defaults."""
    return Variant(
        activation=_activation(cell.activation),
        recurrent_activation=_activation(getattr(cell, "recurrent_activation", None)),
        reset_after=getattr(cell, "reset_after", True),
    )


def to_numpy(tensor: Any) -> np.ndarray:
    """Return a tensor of any backend as an array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def said_first(error: Exception) -> str:
    """Return what an error of Keras or its backend says first, in one line, without where it happened."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # Keras writes in bold
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    where = bool(lines) and lines[0].startswith("Exception encountered when calling")
    return " ".join(lines[where : where + 1])[:200] or type(error).__name__


@contextlib.contextmanager
def replaced(layer: Any, **methods: Any) -> Iterator[None]:
    """Give a layer other methods for a while."""
    before = {name: vars(layer)[name] for name in methods if name in vars(layer)}
    vars(layer).update(methods)
    try:
        yield
    finally:
        for name in methods:
            del vars(layer)[name]
        vars(layer).update(before)


@contextlib.contextmanager
def changed(layer: Any, attributes: Mapping[str, Any]) -> Iterator[None]:
    """Give a layer other values of some attributes for a while."""
    before = {name: getattr(layer, name) for name in attributes}
    for name, value in attributes.items():
        setattr(layer, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(layer, name, value)


def _find(holder: Any, prefix: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The recurrent layers and cells inside a model, layer or wrapper, each once and by a name of its own."""
    taken: set[str] = set()
    for layer in holder._flatten_layers(include_self=False, recursive=False):
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        name, number = layer.name, 1
        while name in taken:
            number += 1
            name = f"{layer.name}#{number}"
        taken.add(name)
        name = f"{prefix}{name}"
        if isinstance(layer, keras.layers.Bidirectional):
            for direction in ("forward", "backward"):
                yield from _find_in(f"{name}/{direction}", getattr(layer, f"{direction}_layer"), seen)
        else:
            yield from _find_in(name, layer, seen)


def _find_in(name: str, layer: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """A layer itself, if it is recurrent, and what is inside it."""
    if isinstance(layer, keras.layers.RNN) or is_cell(layer):
        yield name, layer
    yield from _find(layer, f"{name}/", seen)


def _reason(layer: Any) -> str:
    """Why a layer may compute something else than Keras's cells do; nothing if it does not."""
    if isinstance(layer, keras.layers.RNN) and type(layer) not in LAYERS:
        return "a class of its own"
    for cell in cells_of(layer):
        if type(cell) not in CELL_NAMES:
            return f"its cell {type(cell).__name__} is not one of Keras's LSTM, GRU and SimpleRNN cells"
        if cell.compute_dtype not in ("float32", "float64"):
            return f"it computes in {cell.compute_dtype}, but only float32 and float64 can be traced"
    return ""


def _is_finite(weight: Any) -> bool:
    """Whether all numbers of a weight are finite."""
    values = to_numpy(weight)
    return not np.issubdtype(values.dtype, np.floating) or bool(np.isfinite(values).all())


def _activation(function: Any) -> Activation:
    """A Keras activation for arrays `(..., units)`; Keras's own unless NumPy has the same."""
    if function in IN_NUMPY:
        return IN_NUMPY[function]

    def activate(x: np.ndarray, out: np.ndarray) -> None:
        out[:] = to_numpy(function(keras.ops.convert_to_tensor(x)))

    return activate
