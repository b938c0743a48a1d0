"""How a training twin is laid out: what suits a processor, a GPU, or several workers.

All are the same model with the same weights. On a processor our own layer reads a batch, in two halves, and
the softmax is taken chunk by chunk, perhaps over a sample of the outputs. On a GPU all that costs time: there
the layers are Keras's own, which cuDNN runs, and the softmax is over all outputs, for all words at once.
Workers share the rows of a batch, which nothing may cut across: our layer reads it in one piece.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.registry import match_name

CPU, GPU, WORKERS = LAYOUTS = ("cpu", "gpu", "workers")
_chosen: ContextVar[str | None] = ContextVar("layout", default=None)


def layout() -> str:
    """Return "gpu" if Keras's backend has a GPU, else "cpu"; inside `use_layout` what that was given."""
    return _chosen.get() or (GPU if has_gpu() else CPU)


@contextmanager
def use_layout(name: str) -> Iterator[None]:
    """Build and train twins in one layout inside the block, whatever machine it is.

    Args:
        name: "cpu", "gpu" or "workers".

    Raises:
        UnknownNameError: if it is none of them.

    Example:
        >>> with use_layout("gpu"):
        ...     layout()
        'gpu'
    """
    token = _chosen.set(match_name("layout", name, LAYOUTS))
    try:
        yield
    finally:
        _chosen.reset(token)


@functools.cache
def has_gpu() -> bool:
    """Return whether Keras's backend has a GPU."""
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:  # JAX without one
        return False
