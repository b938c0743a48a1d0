"""One time step of each recurrent cell in NumPy, every part by name, and the run over a sequence.

The equations are those of Keras's LSTM, GRU and SimpleRNN layers with their default activations, in
Keras's order of columns, so that Keras's weights can be used as they are. Unlike a Keras layer,
which puts out the hidden state alone, a step here returns every part: gates, candidate and states.

Part names and ranges: input_gate, forget_gate, output_gate, update_gate, reset_gate in (0, 1);
candidate and hidden_state in (-1, 1); cell_state is unbounded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nlp_lstm.registry import Registry

Parts = dict[str, np.ndarray]
Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Cell:
    """A recurrent cell.

    Args:
        step: advances by one word: `(projected, states, weights) -> parts`.
        parts: names of the arrays that a step returns, in reading order.
        states: names of the parts that are carried to the next word.
        keras_layer: name of the layer in `keras.layers` with the same weights.
        columns: columns of the kernel per unit.
        bias_shape: shape of the bias for a number of units.
    """

    step: Callable[[np.ndarray, Parts, Weights], Parts]
    parts: tuple[str, ...]
    states: tuple[str, ...]
    keras_layer: str
    columns: int
    bias_shape: Callable[[int], tuple[int, ...]]


CELLS: Registry[Cell] = Registry("cell")


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), written with tanh so that no large x overflows."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def lstm_step(projected: np.ndarray, states: Parts, weights: Weights) -> Parts:
    """Advance an LSTM by one word and return every part of the step.

        i, f, g, o = split(x W + b + h U)        # Keras's column order
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    Args:
        projected: x W + b, `(batch, 4 * units)`; `run_cell` makes it for all words at once.
        states: `hidden_state` h and `cell_state` c of the word before, `(batch, units)`.
        weights: `recurrent_kernel` U, `(units, 4 * units)`.

    Returns:
        The parts input_gate, forget_gate, candidate, output_gate, cell_state and hidden_state,
        each `(batch, units)`.

    Example:
        All weights 1, no bias, x = 1, from zero states:

        >>> zero, one = np.zeros((1, 1)), np.ones((1, 4))
        >>> parts = lstm_step(one, {"hidden_state": zero, "cell_state": zero}, {"recurrent_kernel": one})
        >>> parts["cell_state"].round(4).item(), parts["hidden_state"].round(4).item()
        (0.5568, 0.3696)

    Reference:
        Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000.
    """
    columns = projected + states["hidden_state"] @ weights["recurrent_kernel"]
    i, f, g, o = np.split(columns, 4, axis=-1)  # each (batch, units)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * states["cell_state"] + i * g
    return {
        "input_gate": i,
        "forget_gate": f,
        "candidate": g,
        "output_gate": o,
        "cell_state": c,
        "hidden_state": o * np.tanh(c),
    }


def gru_step(projected: np.ndarray, states: Parts, weights: Weights) -> Parts:
    """Advance a GRU by one word and return every part of the step.

        z = sigmoid(x W_z + h U_z)               # Keras's column order z, r, g
        r = sigmoid(x W_r + h U_r)
        g = tanh(x W_g + r * (h U_g))            # reset_after=True, Keras's default
        h' = z * h + (1 - z) * g

    Both products have a bias of their own, left out above. Unlike Cho et al.'s first paper, and like
    Keras and cuDNN, the reset gate is applied after the product with U.

    Args:
        projected: x W + b[0], `(batch, 3 * units)`.
        states: `hidden_state` h of the word before, `(batch, units)`.
        weights: `recurrent_kernel` U, `(units, 3 * units)`; `bias` b, `(2, 3 * units)`.

    Returns:
        The parts update_gate, reset_gate, candidate and hidden_state, each `(batch, units)`.

    Reference:
        Cho et al. 2014.
    """
    h = states["hidden_state"]
    x_z, x_r, x_g = np.split(projected, 3, axis=-1)
    h_z, h_r, h_g = np.split(h @ weights["recurrent_kernel"] + weights["bias"][1], 3, axis=-1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    g = np.tanh(x_g + r * h_g)
    return {"update_gate": z, "reset_gate": r, "candidate": g, "hidden_state": z * h + (1 - z) * g}


def rnn_step(projected: np.ndarray, states: Parts, weights: Weights) -> Parts:
    """Advance a simple recurrent network by one word: h' = tanh(x W + b + h U).

    Args:
        projected: x W + b, `(batch, units)`.
        states: `hidden_state` h of the word before, `(batch, units)`.
        weights: `recurrent_kernel` U, `(units, units)`.

    Returns:
        The part hidden_state, `(batch, units)`.

    Reference:
        Elman 1990.
    """
    return {"hidden_state": np.tanh(projected + states["hidden_state"] @ weights["recurrent_kernel"])}


CELLS.register("lstm")(
    Cell(
        step=lstm_step,
        parts=("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"),
        states=("hidden_state", "cell_state"),
        keras_layer="LSTM",
        columns=4,
        bias_shape=lambda units: (4 * units,),
    )
)
CELLS.register("gru")(
    Cell(
        step=gru_step,
        parts=("update_gate", "reset_gate", "candidate", "hidden_state"),
        states=("hidden_state",),
        keras_layer="GRU",
        columns=3,
        bias_shape=lambda units: (2, 3 * units),
    )
)
CELLS.register("rnn")(
    Cell(
        step=rnn_step,
        parts=("hidden_state",),
        states=("hidden_state",),
        keras_layer="SimpleRNN",
        columns=1,
        bias_shape=lambda units: (units,),
    )
)


def run_cell(
    name: str,
    inputs: np.ndarray,
    weights: Weights,
    states: Parts | None = None,
    keep: tuple[str, ...] | None = None,
) -> tuple[Parts, Parts]:
    """Run a cell over a batch of sequences and keep its parts at every word.

    Args:
        name: of the cell: "lstm", "gru" or "rnn".
        inputs: embedded words x, or the layer below's h, `(batch, timesteps, input_dim)`.
        weights: `kernel` W, `recurrent_kernel` U and `bias` b of the Keras layer.
        states: what is carried in, each `(batch, units)`; None for zeros.
        keep: names of the parts to keep; None for all.

    Returns:
        The kept parts, each `(batch, timesteps, units)`, and the states after the last word, each
        `(batch, units)`. Right padding changes no state of a real word, since each word is read after
        the ones before it only.

    Example:
        >>> weights = {"kernel": np.ones((1, 1)), "recurrent_kernel": np.ones((1, 1)), "bias": np.zeros(1)}
        >>> parts, states = run_cell("rnn", np.ones((1, 3, 1)), weights)
        >>> parts["hidden_state"].shape, states["hidden_state"].shape
        ((1, 3, 1), (1, 1))
    """
    cell = CELLS.get(name)
    batch, timesteps, _ = inputs.shape
    units = weights["recurrent_kernel"].shape[0]
    input_bias = weights["bias"].reshape(-1, weights["kernel"].shape[1])[0]
    projected = inputs @ weights["kernel"] + input_bias  # (batch, timesteps, columns * units)
    states = states or {part: np.zeros((batch, units), projected.dtype) for part in cell.states}
    kept = {
        part: np.empty((batch, timesteps, units), projected.dtype)
        for part in cell.parts
        if keep is None or part in keep
    }
    for t in range(timesteps):
        parts = cell.step(projected[:, t], states, weights)
        states = {part: parts[part] for part in cell.states}
        for part, values in kept.items():
            values[:, t] = parts[part]
    return kept, states
