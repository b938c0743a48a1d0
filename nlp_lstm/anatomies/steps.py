"""A step of each cell, equation by equation in the order in which it is computed, with its numbers.

The equations are those of `cells`, which follow Keras. Two things are told wrong so often that they stand on
lines of their own: the forget gate multiplies the cell state of the step before, and not what is read; and
the output gate does not enter the cell state, it comes after it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nlp_lstm.anatomies.layers import Layer

Parts = Mapping[str, np.ndarray]
BIAS = re.compile(r" \+ b'?(_\w)?")


@dataclass(frozen=True)
class Line:
    """One equation of a step.

    Args:
        name: what it computes: a part of the cell, or a product on the way.
        equation: in words of one letter; x is read now, h_before and c_before come from the step before.
        values: `(timesteps, units)`.
    """

    name: str
    equation: str
    values: np.ndarray


def step_lines(layer: Layer) -> list[Line]:
    """Return the equations of a layer's step in the order in which they are computed.

    Example:
        >>> weights = {"kernel": np.ones((1, 1)), "recurrent_kernel": np.ones((1, 1)), "bias": np.ones(1)}
        >>> from nlp_lstm.states.traces import Trace
        >>> nothing = np.zeros((3, 0))
        >>> read = Trace("rnn", "layer_1", tuple("abc"), nothing, {"hidden_state": np.ones((3, 1))}, nothing)
        >>> [line.equation for line in step_lines(Layer("rnn", weights, "variables", read))]
        ['h = tanh(x W + h_before U + b)']
    """
    lines = STEPS[layer.cell](layer.trace.parts, layer.trace.initial_state)
    if layer.biases:
        return lines
    return [replace(line, equation=BIAS.sub("", line.equation)) for line in lines]


def before(state: np.ndarray, begun: np.ndarray | float = 0.0) -> np.ndarray:
    """Return a state as each step finds it, that of the step before, `(timesteps, units)`.

    Args:
        state: after each step, `(timesteps, units)`.
        begun: what the first step finds, `(units,)`; 0 for zeros.

    Example:
        >>> before(np.array([[1.0], [2.0], [3.0]])).ravel().tolist()
        [0.0, 1.0, 2.0]
    """
    return np.concatenate([np.zeros_like(state[:1]) + begun, state[:-1]])


def _lstm(parts: Parts, begun: Parts) -> list[Line]:
    """Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000."""
    f, i, g = parts["forget_gate"], parts["input_gate"], parts["candidate"]
    c, o, h = parts["cell_state"], parts["output_gate"], parts["hidden_state"]
    return [
        Line("forget_gate", "f = sigmoid(x W_f + h_before U_f + b_f)", f),
        Line("input_gate", "i = sigmoid(x W_i + h_before U_i + b_i)", i),
        Line("candidate", "g = tanh(x W_g + h_before U_g + b_g)", g),
        Line("kept", "f * c_before", f * before(c, begun.get("cell_state", 0.0))),
        Line("written", "i * g", i * g),
        Line("cell_state", "c = kept + written", c),
        Line("output_gate", "o = sigmoid(x W_o + h_before U_o + b_o)", o),
        Line("tanh_cell_state", "tanh(c)", np.tanh(c)),
        Line("hidden_state", "h = o * tanh(c)", h),
    ]


def _gru(parts: Parts, begun: Parts) -> list[Line]:
    """Cho et al. 2014, as Keras and cuDNN compute it: the reset comes after the product with U_g."""
    r, z, g, h = (parts[name] for name in ("reset_gate", "update_gate", "candidate", "hidden_state"))
    return [
        Line("reset_gate", "r = sigmoid(x W_r + b_r + h_before U_r + b'_r)", r),
        Line("update_gate", "z = sigmoid(x W_z + b_z + h_before U_z + b'_z)", z),
        Line("candidate", "g = tanh(x W_g + b_g + r * (h_before U_g + b'_g))", g),
        Line("kept", "z * h_before", z * before(h, begun.get("hidden_state", 0.0))),
        Line("written", "(1 - z) * g", (1 - z) * g),
        Line("hidden_state", "h = kept + written", h),
    ]


def _rnn(parts: Parts, begun: Parts) -> list[Line]:
    """Elman 1990."""
    return [Line("hidden_state", "h = tanh(x W + h_before U + b)", parts["hidden_state"])]


STEPS: dict[str, Callable[[Parts, Parts], list[Line]]] = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}
