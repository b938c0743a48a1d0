"""Load a Keras model from a file, find its recurrent layers, and read their cells.

Whatever cannot be read for sure is refused here, with the layer's name, its class and the reason.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.models.cells import Activation, Variant, Weights, sigmoid

LAYERS = (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN, keras.layers.RNN)
CELL_NAMES = {
    keras.layers.LSTMCell: "lstm",
    keras.layers.GRUCell: "gru",
    keras.layers.SimpleRNNCell: "rnn",
}
IN_NUMPY: dict[Any, Activation] = {keras.activations.sigmoid: sigmoid, keras.activations.tanh: np.tanh}


def load_model(path: Path) -> Any:
    """Load a model from a `.keras` file that holds nothing but Keras's own layers.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if it is no whole `.keras` file, or holds a `Lambda` or a class from elsewhere, which
            could run any code: nothing of it is run.
    """
    if not path.exists():
        raise MissingInputError(f"{path} is not there: check the path")
    if path.is_dir():
        raise DataError(f"{path} is a folder: give a file that `model.save` wrote")
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        size = path.stat().st_size
        raise DataError(f"{path} ({size} bytes) is not a whole .keras file: save the model again") from None
    for entry in _entries(config):
        _check_entry(path, entry)
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever the broken part of a file makes it raise
        raise DataError(f"{path} cannot be loaded by Keras: {said_first(error)}") from None


def recurrent_layers(model: Any) -> dict[str, Any]:
    """Return every recurrent layer of a model by name, with the models and wrappers that hold it before.

    Returns:
        For example "lstm", "encoder/lstm", "bidirectional/forward", "bidirectional/backward".

    Raises:
        UsageError: if the model is not built, has none that can be reached, or one that cannot be read.
        DataError: if a weight of the model is not a finite number.
    """
    if not isinstance(model, keras.Model):
        raise UsageError(f"{model!r:.60} is not a keras.Model: trace a Keras model, a .keras file or a run")
    if not model.built:
        raise UsageError(f"the model {model.name} is not built: give it a keras.Input, or call it once")
    layers = dict(_find(model, ""))
    if not layers:
        raise UsageError(
            f"the model {model.name} ({type(model).__name__}) has no recurrent layer that can be reached: "
            "make it an attribute of the model"
        )
    for name, layer in layers.items():
        _check_layer(name, layer)
    for weight in model.weights:
        values = to_numpy(weight)
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            raise DataError(f"{weight.path} of the model {model.name} is not all finite numbers")
    return layers


def cells_of(layer: Any) -> list[Any]:
    """Return the Keras cells of a recurrent layer, from the lowest to the highest."""
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


def _find(holder: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """The recurrent layers inside a model, layer or wrapper, each once."""
    for layer in holder._flatten_layers(include_self=False, recursive=False):
        name = f"{prefix}{layer.name}"
        if isinstance(layer, keras.layers.Bidirectional):
            yield f"{name}/forward", layer.forward_layer
            yield f"{name}/backward", layer.backward_layer
        elif isinstance(layer, keras.layers.RNN):
            yield name, layer
        else:
            yield from _find(layer, f"{name}/")


def _check_layer(name: str, layer: Any) -> None:
    """Refuse a layer that may compute something else than Keras's cells do."""
    kind = type(layer)
    for cell in cells_of(layer):
        if kind not in LAYERS:
            reason = "a class of its own"
        elif type(cell) not in CELL_NAMES:
            reason = f"its cell {type(cell).__name__} is not one of Keras's LSTM, GRU and SimpleRNN cells"
        elif cell.compute_dtype not in ("float32", "float64"):
            reason = f"it computes in {cell.compute_dtype}, but only float32 and float64 can be traced"
        elif not layer.built:
            reason = "it is not built"
        else:
            continue
        raise UsageError(f"layer {name} ({kind.__name__}) cannot be traced: {reason}")


def _activation(function: Any) -> Activation:
    """A Keras activation for arrays `(..., units)`; Keras's own unless NumPy has the same."""
    if function in IN_NUMPY:
        return IN_NUMPY[function]

    def activate(x: np.ndarray, out: np.ndarray) -> None:
        out[:] = to_numpy(function(keras.ops.convert_to_tensor(x)))

    return activate


def _entries(config: Any) -> Iterator[Mapping[str, Any]]:
    """Every object that a model's configuration names."""
    if isinstance(config, dict):
        yield config
    for part in config.values() if isinstance(config, dict) else config if isinstance(config, list) else ():
        yield from _entries(part)


def _check_entry(path: Path, entry: Mapping[str, Any]) -> None:
    """Refuse what would run code that is not Keras's own."""
    name = entry.get("class_name")
    if name in ("Lambda", "__lambda__"):
        raise DataError(f"{path} holds a Lambda, which can run any code: it is not loaded")
    module = entry.get("module")
    if name and module and str(module).partition(".")[0] not in ("keras", "builtins"):
        raise DataError(f"{path} holds {module}.{name}: only Keras's own classes are loaded")
    if name and entry.get("registered_name") not in (None, name):
        raise DataError(f"{path} holds the class {entry['registered_name']}: load the model, then trace it")
