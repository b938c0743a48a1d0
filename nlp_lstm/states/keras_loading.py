"""Let Keras load a checked copy of a model, and keep it from making far more numbers than the file holds.

Shapes follow from one another while Keras builds the layers, so the weights are counted as they are made, and
what the layers put out once they are there.
"""

import contextlib
import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError

SPARE = 1_000_000  # weights beyond those of the file: its layers may have some that are not saved
MOST_OUTPUTS = 50_000_000  # numbers that a layer puts out for one sequence


def load_checked(path: Path, copy: Path, numbers: int) -> Any:
    """Return the model of a checked copy, not compiled.

    Args:
        path: of the file, for messages.
        copy: what is loaded.
        numbers: how many numbers its arrays have.

    Raises:
        DataError: if Keras cannot load it, or it would be far larger than the file.
    """
    from nlp_lstm.models.quiet_keras import keras
    from nlp_lstm.states.keras_models import said_first

    large = DataError(f"{path} holds layers with far more weights than the file has: it is not loaded")
    try:
        with _counted(keras.Layer, numbers + SPARE, large):
            model = keras.models.load_model(copy, compile=False)
    except DataError:
        raise large from None
    except Exception as error:  # Keras raises whatever the broken part of a file makes it raise
        said = said_first(error).replace(str(copy), str(path))
        raise DataError(f"{path} cannot be loaded by Keras: {said}") from None
    _check_outputs(path, model)
    return model


@contextlib.contextmanager
def _counted(layer_class: Any, most: int, error: DataError) -> Iterator[None]:
    """Count the weights that this thread makes for a while, and raise an error before there are too many."""
    own, thread, left = layer_class.add_weight, threading.get_ident(), [most]

    def add_weight(layer: Any, shape: Any = None, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == thread:
            left[0] -= math.prod(shape or ())
            if left[0] < 0:
                raise error
        return own(layer, shape, *arguments, **options)

    layer_class.add_weight = add_weight
    try:
        yield
    finally:
        layer_class.add_weight = own


def _check_outputs(path: Path, model: Any) -> None:
    """Refuse a model one of whose layers makes gigabytes of what it reads, such as a `RepeatVector`."""
    for one in [model, *model._flatten_layers()]:
        for operation in getattr(getattr(one, "_functional", None) or one, "operations", ()):
            for tensor in [tensor for node in operation._inbound_nodes for tensor in node.output_tensors]:
                if math.prod(size for size in tensor.shape or () if size) > MOST_OUTPUTS:
                    told = f"{tensor.shape} numbers, more than {MOST_OUTPUTS:,} a sequence"
                    raise DataError(
                        f"{path} holds the layer {operation.name}, which puts out {told}: it is not read"
                    )
