"""The LSTM's step.

Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000. Unlike
`keras.layers.LSTMCell` it keeps the gates, and has no dropout.
"""

from functools import cache

import numpy as np

from nlp_lstm.models.cells import CELLS, DEFAULT, Cell, Parts, Recurrent, Rule


def lstm_step(projected: np.ndarray, before: Parts, now: Parts, rule: Rule) -> None:
    """Advance an LSTM by one word and write every part of the step.

        i, f, g, o = split(x W + b + h U)        # Keras's column order
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    Args:
        projected: x W + b, `(batch, 4 * units)`; it becomes the three gates and the candidate.
        before: `hidden_state` h and `cell_state` c of the word before, `(batch, units)`.
        now: what is written, each `(batch, units)`: input_gate, forget_gate, candidate and output_gate,
            which are blocks of `projected`, cell_state and hidden_state.
        rule: U and what the layer does differently.

    Reference:
        Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000.
    """
    i, f, g, o, c, h = now.values()
    projected += np.matmul(before["hidden_state"], rule.recurrent_kernel, out=rule.product)
    if rule.variant == DEFAULT:
        _squash(projected, c.shape[1])
    else:
        for gate in (i, f, o):
            rule.variant.recurrent_activation(gate, gate)
        rule.variant.activation(g, g)
    for name, values in (("input_gate", i), ("forget_gate", f), ("candidate", g), ("output_gate", o)):
        rule.edit(name, values)
    np.multiply(f, before["cell_state"], out=c)
    c += np.multiply(i, g, out=h)  # h is not known yet: its place is free
    rule.edit("cell_state", c)
    rule.variant.activation(c, h)
    h *= o
    rule.edit("hidden_state", h)


def lstm_backward(now: Parts, before: Parts, slopes: Parts, recurrent: Recurrent) -> tuple[np.ndarray, Parts]:
    """Go back by one word: from the slopes of a score by its states to those by what it was made from.

        o: dh tanh(c')      c': dc' + dh o (1 - tanh(c')^2)      i: dc' g      f: dc' c      g: dc' i

    Args:
        now: every part of the word, `(batch, units)`.
        before: states of the word before.
        slopes: of the score by `hidden_state` and `cell_state` of the word.
        recurrent: U, `(units, 4 * units)`, and its bias.

    Returns:
        The slopes by x W + b, `(batch, 4 * units)`, and by the states before.

    Reference:
        Greff et al. 2017, LSTM: a search space odyssey, IEEE TNNLS 28, without its peepholes.
    """
    i, f, g, o, c, _ = now.values()
    shown = np.tanh(c)
    by_c = slopes["cell_state"] + slopes["hidden_state"] * o * (1 - shown**2)
    by_gates = (by_c * g * i * (1 - i), by_c * before["cell_state"] * f * (1 - f))
    by_rest = (by_c * i * (1 - g**2), slopes["hidden_state"] * shown * o * (1 - o))
    by_columns = np.concatenate([*by_gates, *by_rest], axis=1)
    return by_columns, {"hidden_state": by_columns @ recurrent.kernel.T, "cell_state": by_c * f}


def _squash(columns: np.ndarray, units: int) -> None:
    """Write sigmoid of i, f and o and tanh of g, all with one tanh: sigmoid(x) = tanh(x / 2) / 2 + 1 / 2."""
    scale, shift = _scale_and_shift(units, columns.dtype)
    columns *= scale
    np.tanh(columns, out=columns)
    columns *= scale
    columns += shift


@cache
def _scale_and_shift(units: int, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """What `_squash` multiplies by and adds, `(4 * units,)` each: 1/2 and 1/2 for a gate, 1 and 0 for g."""
    scale = np.repeat(np.array([0.5, 0.5, 1, 0.5], dtype), units)
    return scale, 1 - scale


CELLS.register("lstm")(
    Cell(
        step=lstm_step,
        backward=lstm_backward,
        columns=4,
        parts=("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"),
        states=("hidden_state", "cell_state"),
        keras_layer="LSTM",
        bias_shape=lambda units: (4 * units,),
    )
)
