"""How a state depends on earlier states: the slopes of every unit by every earlier unit, word by word back.

A product of one Jacobian per step, taken from the last word backwards by each cell's own way back. Whether it
shrinks or grows with the distance is what vanishing and exploding gradients are.

Source: Bengio et al. 1994, "Learning long-term dependencies with gradient descent is difficult"; Pascanu et
al. 2013, "On the difficulty of training recurrent neural networks".
"""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp_lstm.models.cells import CELLS, Parts, Recurrent


def slopes_by_states(
    name: str, parts: Parts, recurrent: Recurrent, states: Sequence[str], cut: bool = False
) -> Iterator[np.ndarray]:
    """Yield the slopes of states after the last word by the same states 1, 2, ... words before.

    Args:
        name: of the cell, with Keras's default activations.
        parts: every part of every word of one sequence, `(timesteps, units)`.
        recurrent: U, and GRU's second bias, as the layer has them.
        states: whose slopes by whose, such as ("hidden_state", "cell_state"): all that an LSTM carries.
        cut: whether the way through the products with U is left out. Of an LSTM's cell state the way through
            the cell state alone is then left.

    Yields:
        `(states * units, states * units)`: a row for each unit, a column for each of the earlier ones; the
        last slopes are by the states of the first word.

    Example:
        A forget gate of .5, and nothing else that depends on the states: 1/2 for each word back.

        >>> half = {name: np.full((3, 1), 0.5) for name in CELLS.get("lstm").parts}
        >>> recurrent = Recurrent(np.zeros((1, 4)), 0.0)
        >>> [slopes.item() for slopes in slopes_by_states("lstm", half, recurrent, ["cell_state"])]
        [0.5, 0.25]
    """
    cell = CELLS.get(name)
    timesteps, units = parts[states[0]].shape
    kernel = np.zeros_like(recurrent.kernel) if cut else recurrent.kernel
    back = {state: np.zeros((len(states) * units, units)) for state in cell.states}
    back |= dict(zip(states, np.split(np.eye(len(states) * units), len(states), axis=1), strict=True))
    for t in range(timesteps - 1, 0, -1):
        now, before = ({part: parts[part][[place]] for part in cell.parts} for place in (t, t - 1))
        _, back = cell.backward(now, before, back, Recurrent(kernel, recurrent.bias))
        yield np.concatenate([back[state] for state in states], axis=1)


def size_of(slopes: np.ndarray) -> float:
    """Return the root mean square of the singular values of slopes, `(units, units)`: 1 for the identity.

    Example:
        >>> size_of(np.eye(3)), size_of(np.zeros((3, 3)))
        (1.0, 0.0)
    """
    return float(np.sqrt((slopes**2).sum() / len(slopes)))
