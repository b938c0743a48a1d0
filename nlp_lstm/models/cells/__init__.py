"""Words as vectors, and states -> every part of the next step: recurrent cells in NumPy, a module each.

Here is what runs a cell over a sentence. The equations are those of Keras's LSTM, GRU and SimpleRNN layers,
in Keras's order of columns, so that Keras's weights can be used as they are. Unlike a Keras layer, which puts
out the hidden state alone, a step here keeps every part: gates, candidate and states.

Part names and ranges, with Keras's default activations: input_gate, forget_gate, output_gate,
update_gate, reset_gate in (0, 1); candidate and hidden_state in (-1, 1); cell_state is unbounded.

Inside a step arrays are `(batch, units)`, a row per sentence, and everything is written in place. Outside
they are `(batch, timesteps, units)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.registry import Registry

Parts = dict[str, np.ndarray]
Weights = Mapping[str, np.ndarray]
Activation = Callable[[np.ndarray, np.ndarray], object]  # (x, out), (..., units) each; out may be x
EditPart = Callable[[int, str, np.ndarray], None]  # (t, part, values (batch, units)): may change them


def sigmoid(x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), written with tanh so that no large x overflows.

    Example:
        >>> sigmoid(np.array([-1e4, 0.0, 1e4])).tolist()
        [0.0, 0.5, 1.0]
    """
    out = np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


@dataclass(frozen=True)
class Variant:
    """How a layer's equations differ from Keras's defaults.

    Args:
        activation: of candidate and cell state.
        recurrent_activation: of the gates.
        reset_after: GRU: whether the reset gate comes after the product with the recurrent kernel.
    """

    activation: Activation = np.tanh
    recurrent_activation: Activation = sigmoid
    reset_after: bool = True


DEFAULT = Variant()


@dataclass(frozen=True)
class Rule:
    """What stays the same from step to step.

    Args:
        recurrent_kernel: U, `(units, columns * units)`.
        recurrent_bias: GRU's second bias, `(columns * units,)`, or 0.
        variant: the activations.
        edit: called with each part as soon as it is known, before others are computed from it.
        product: where h U is written, `(batch, columns * units)`.
    """

    recurrent_kernel: np.ndarray
    recurrent_bias: np.ndarray | float
    variant: Variant
    edit: Callable[[str, np.ndarray], None]
    product: np.ndarray


class Recurrent(NamedTuple):
    """What the states of the word before are multiplied by.

    Args:
        kernel: U, `(units, columns * units)`.
        bias: GRU's second bias, `(columns * units,)`, or 0.
    """

    kernel: np.ndarray
    bias: Any


@dataclass(frozen=True)
class Cell:
    """A recurrent cell.

    Args:
        step: advances by one word: `(projected, before, now, rule)`, see `lstm.lstm_step`.
        backward: goes back by one word: `(now, before, slopes, recurrent)`, see `lstm.lstm_backward`.
        columns: columns of the kernel per unit.
        parts: names of what a step makes; the first ones are the kernel's columns, in its order.
        states: parts that are carried to the next word.
        keras_layer: name of the layer in `keras.layers` with the same weights.
        bias_shape: shape of the bias for a number of units.
    """

    step: Callable[[np.ndarray, Parts, Parts, Rule], None]
    backward: Callable[[Parts, Parts, Parts, Recurrent], tuple[np.ndarray, Parts]]
    columns: int
    parts: tuple[str, ...]
    states: tuple[str, ...]
    keras_layer: str
    bias_shape: Callable[[int], tuple[int, ...]]


CELLS: Registry[Cell] = Registry("cell", package="nlp_lstm.models.cells")


def run_cell(
    name: str,
    inputs: np.ndarray,
    weights: Weights,
    states: Parts | None = None,
    mask: np.ndarray | None = None,
    variant: Variant = DEFAULT,
    edit: EditPart | None = None,
) -> tuple[Parts, Parts]:
    """Run a cell over a batch of sequences and keep every part of every word.

    Args:
        name: of the cell: "lstm", "gru" or "rnn".
        inputs: embedded words x, or the layer below's h, `(batch, timesteps, input_dim)`.
        weights: `kernel` W, `recurrent_kernel` U and, if the layer has one, `bias` b, as in Keras.
        states: what is carried in, each `(batch, units)`; None for zeros.
        mask: which words are real, `(batch, timesteps)` bool; None if all are. At others the states
            stay what they were and all other parts are 0.
        variant: activations other than Keras's defaults.
        edit: called as `edit(t, part, values)` with each part of word t, from 0, `(batch, units)`, as
            soon as it is known; what it writes into `values` is what the rest is computed from.

    Returns:
        All parts, each `(batch, timesteps, units)`, views into memory that runs by word, and the states
        after the last word, each `(batch, units)`. Right padding changes no state of a real word, since
        each word is read after the ones before it only.

    Example:
        All weights 1, no bias, x = 1, from zero states:

        >>> weights = {"kernel": np.ones((1, 4)), "recurrent_kernel": np.ones((1, 4))}
        >>> parts, states = run_cell("lstm", np.ones((1, 3, 1)), weights)
        >>> parts["cell_state"].round(4).ravel().tolist(), states["hidden_state"].round(4).item()
        ([0.5568, 1.1444, 1.7395], 0.7888)
    """
    cell = CELLS.get(name)
    batch, timesteps, input_dim = inputs.shape
    units, columns = weights["recurrent_kernel"].shape
    input_bias, recurrent_bias = _biases(weights)
    rows = np.ascontiguousarray(inputs.transpose(1, 0, 2)).reshape(-1, input_dim)  # word by word
    projected = rows @ weights["kernel"]  # of all words in one product
    projected += input_bias
    projected = projected.reshape(timesteps, batch, columns)
    blocks = np.split(projected, cell.columns, axis=-1)  # views: a step turns columns into parts in place
    shape, dtype = (timesteps, batch, units), projected.dtype
    others = [np.empty(shape, dtype) for _ in cell.parts[cell.columns :]]
    parts = dict(zip(cell.parts, blocks + others, strict=True))
    product = np.empty((batch, columns), dtype)
    rule = Rule(weights["recurrent_kernel"], recurrent_bias, variant, _leave, product)
    now = {part: np.zeros((batch, units), dtype) for part in cell.states}
    for part, values in (states or {}).items():
        now[part][:] = values
    for t in range(timesteps):
        before, now = now, {part: values[t] for part, values in parts.items()}
        cell.step(projected[t], before, now, replace(rule, edit=partial(edit, t)) if edit else rule)
        if mask is not None:
            _skip(cell, before, now, ~mask[:, t, None])
    outside = {part: values.transpose(1, 0, 2) for part, values in parts.items()}
    return outside, {part: now[part] for part in cell.states}


def run_back(
    name: str, parts: Parts, weights: Weights, slopes: np.ndarray, states: Parts | None = None
) -> np.ndarray:
    """Return the slopes of a score by what a cell reads, from those by its hidden state: backpropagation.

    Args:
        name: of the cell, with Keras's default activations.
        parts: every part of every word, `(batch, timesteps, units)`, as `run_cell` gives them.
        weights: as `run_cell` takes them.
        slopes: of the score by the hidden state of every word, `(batch, timesteps, units)`.
        states: what was carried in; None for zeros.

    Returns:
        The slopes by the inputs, `(batch, timesteps, input_dim)`.

    Reference:
        Werbos 1990, Backpropagation through time. The tests hold every cell to TensorFlow's gradients.
    """
    cell = CELLS.get(name)
    recurrent = Recurrent(weights["recurrent_kernel"], _biases(weights)[1])
    zeros = np.zeros_like(slopes[:, 0])
    begun = {state: (states or {}).get(state, zeros) for state in cell.states}
    back, found = dict.fromkeys(cell.states, zeros), np.empty((*slopes.shape[:2], len(weights["kernel"])))
    for t in reversed(range(slopes.shape[1])):
        before = {state: parts[state][:, t - 1] for state in cell.states} if t else begun
        back["hidden_state"] = back["hidden_state"] + slopes[:, t]
        now = {part: parts[part][:, t] for part in cell.parts}
        by_columns, back = cell.backward(now, before, back, recurrent)
        found[:, t] = by_columns @ weights["kernel"].T
    return found


def _biases(weights: Weights) -> tuple[np.ndarray | float, np.ndarray | float]:
    """The biases of the products with the kernel and with the recurrent kernel; 0 for none."""
    bias = weights.get("bias")
    if bias is None:
        return 0.0, 0.0
    return (bias[0], bias[1]) if bias.ndim == 2 else (bias, 0.0)


def _skip(cell: Cell, before: Parts, now: Parts, masked: np.ndarray) -> None:
    """Carry the states of masked sentences, `(batch, 1)`, over the word; nothing was computed of the rest."""
    for part, values in now.items():
        np.copyto(values, before[part] if part in cell.states else 0, where=masked)


def _leave(part: str, values: np.ndarray) -> None:
    """Edit nothing."""
