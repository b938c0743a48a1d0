"""The simple recurrent network's step.

Source: Elman 1990; `keras.layers.SimpleRNN` computes the same. It has no gate to show: it stands beside
the others as what they were made to improve on.
"""

import numpy as np

from nlp_lstm.models.cells import CELLS, Cell, Parts, Recurrent, Rule


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


def rnn_backward(now: Parts, before: Parts, slopes: Parts, recurrent: Recurrent) -> tuple[np.ndarray, Parts]:
    """Go back by one word: the slope by what tanh was taken of is dh' (1 - h'^2).

    Args:
        now: `hidden_state` of the word, `(batch, units)`.
        before: that of the word before.
        slopes: of a score by the one of the word.
        recurrent: U, `(units, units)`, and its bias.

    Returns:
        The slopes by x W + b, `(batch, units)`, and by the state before.
    """
    by_columns = slopes["hidden_state"] * (1 - now["hidden_state"] ** 2)
    return by_columns, {"hidden_state": by_columns @ recurrent.kernel.T}


CELLS.register("rnn")(
    Cell(
        step=rnn_step,
        backward=rnn_backward,
        columns=1,
        parts=("hidden_state",),
        states=("hidden_state",),
        keras_layer="SimpleRNN",
        bias_shape=lambda units: (units,),
    )
)
