"""The GRU's step.

Source: Cho et al. 2014, in the form that Keras and cuDNN compute. Unlike `keras.layers.GRUCell` it keeps
the gates, and has no dropout.
"""

import numpy as np

from nlp_lstm.models.cells import CELLS, Cell, Parts, Recurrent, Rule


def gru_step(projected: np.ndarray, before: Parts, now: Parts, rule: Rule) -> None:
    """Advance a GRU by one word and write every part of the step.

        z = sigmoid(x W_z + h U_z)               # Keras's column order z, r, g
        r = sigmoid(x W_r + h U_r)
        g = tanh(x W_g + r * (h U_g))            # reset_after=True, Keras's default
        g = tanh(x W_g + (r * h) U_g)            # reset_after=False
        h' = z * h + (1 - z) * g

    The biases are left out above; with reset_after both products have one of their own. Cho et al.'s
    paper resets before the product, cuDNN and Keras after it.

    Args:
        projected: x W + b, `(batch, 3 * units)`; it becomes the two gates and the candidate.
        before: `hidden_state` h of the word before, `(batch, units)`.
        now: what is written, each `(batch, units)`: update_gate, reset_gate and candidate, which are
            blocks of `projected`, and hidden_state.
        rule: U, its bias, and what the layer does differently.

    Reference:
        Cho et al. 2014.
    """
    z, r, g, new = now.values()
    h, kernel, gates = before["hidden_state"], rule.recurrent_kernel, 2 * new.shape[1]
    product = rule.product
    if rule.variant.reset_after:
        np.matmul(h, kernel, out=product)
        product += rule.recurrent_bias
    else:
        product[:, :gates] = h @ kernel[:, :gates]
    projected[:, :gates] += product[:, :gates]
    for name, values in (("update_gate", z), ("reset_gate", r)):
        rule.variant.recurrent_activation(values, values)
        rule.edit(name, values)
    g += r * product[:, gates:] if rule.variant.reset_after else (r * h) @ kernel[:, gates:]
    rule.variant.activation(g, g)
    rule.edit("candidate", g)
    np.subtract(h, g, out=new)  # z h + (1 - z) g = g + z (h - g)
    new *= z
    new += g
    rule.edit("hidden_state", new)


def gru_backward(now: Parts, before: Parts, slopes: Parts, recurrent: Recurrent) -> tuple[np.ndarray, Parts]:
    """Go back by one word: from the slopes of a score by h' to those by what it was made from.

        z: dh' (h - g)      g: dh' (1 - z)      r: dg (h U_g + b_g)      h: dh' z, and through U

    Args:
        now: every part of the word, `(batch, units)`.
        before: `hidden_state` of the word before.
        slopes: of the score by `hidden_state` of the word.
        recurrent: U, `(units, 3 * units)`, and its bias; of a cell that resets after the product.

    Returns:
        The slopes by x W + b, `(batch, 3 * units)`, and by the state before.
    """
    z, r, g, _ = now.values()
    h, by_h, gates = before["hidden_state"], slopes["hidden_state"], 2 * now["hidden_state"].shape[1]
    product = (h @ recurrent.kernel + recurrent.bias)[:, gates:]  # the bias may be 0, for none
    by_g = by_h * (1 - z) * (1 - g**2)
    by_gates = [by_h * (h - g) * z * (1 - z), by_g * product * r * (1 - r)]
    through = np.concatenate([*by_gates, by_g * r], axis=1) @ recurrent.kernel.T
    return np.concatenate([*by_gates, by_g], axis=1), {"hidden_state": by_h * z + through}


CELLS.register("gru")(
    Cell(
        step=gru_step,
        backward=gru_backward,
        columns=3,
        parts=("update_gate", "reset_gate", "candidate", "hidden_state"),
        states=("hidden_state",),
        keras_layer="GRU",
        bias_shape=lambda units: (2, 3 * units),
    )
)
