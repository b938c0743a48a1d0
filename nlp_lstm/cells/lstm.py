"""The LSTM's step.

Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000. Unlike
`keras.layers.LSTMCell` it keeps the gates, and has no dropout.
"""

import numpy as np

from nlp_lstm.cells import CELLS, Cell, Parts, Rule


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
    batch, units = c.shape
    both = projected[:, : 2 * units].reshape(batch, 2, units)  # i and f lie side by side
    rule.variant.recurrent_activation(both, both)
    rule.variant.recurrent_activation(o, o)
    for name, values in (("input_gate", i), ("forget_gate", f), ("output_gate", o)):
        rule.edit(name, values)
    rule.variant.activation(g, g)
    rule.edit("candidate", g)
    np.multiply(f, before["cell_state"], out=c)
    c += np.multiply(i, g, out=rule.product[:, :units])
    rule.edit("cell_state", c)
    rule.variant.activation(c, h)
    h *= o
    rule.edit("hidden_state", h)


CELLS.register("lstm")(
    Cell(
        step=lstm_step,
        columns=4,
        parts=("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"),
        states=("hidden_state", "cell_state"),
        keras_layer="LSTM",
        bias_shape=lambda units: (4 * units,),
    )
)
