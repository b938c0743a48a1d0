"""The simple recurrent network's step.

Source: Elman 1990; `keras.layers.SimpleRNN` computes the same. It has no gate to show: it stands beside
the others as what they were made to improve on.
"""

import numpy as np

from nlp_lstm.models.cells import CELLS, Cell, Parts, Rule


def rnn_step(projected: np.ndarray, before: Parts, now: Parts, rule: Rule) -> None:
    """Advance a simple recurrent network by one word: h' = tanh(x W + b + h U).

    Args:
        projected: x W + b, `(batch, units)`; it becomes h'.
        before: `hidden_state` h of the word before, `(batch, units)`.
        now: what is written: hidden_state, which is `projected`.
        rule: U and what the layer does differently.

    Reference:
        Elman 1990.
    """
    projected += np.matmul(before["hidden_state"], rule.recurrent_kernel, out=rule.product)
    rule.variant.activation(projected, projected)
    rule.edit("hidden_state", projected)


CELLS.register("rnn")(
    Cell(
        step=rnn_step,
        columns=1,
        parts=("hidden_state",),
        states=("hidden_state",),
        keras_layer="SimpleRNN",
        bias_shape=lambda units: (units,),
    )
)
