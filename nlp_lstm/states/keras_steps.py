"""One call of a recurrent layer of a Keras model, or the calls of a cell that go on from one another."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlp_lstm.states.keras_models import cells_of


@dataclass(frozen=True)
class Call:
    """One call of a recurrent layer; time runs as the layer was given it, except in `outputs`.

    Args:
        name: of the layer, with those of the models that hold it before it: "encoder/lstm".
        layer: the Keras layer, or a cell that was called by hand.
        inputs: `(batch, timesteps, input_dim)`.
        mask: which words are real, `(batch, timesteps)` bool.
        initial_state: of each cell, state by state, `(batch, units)`.
        outputs: the hidden state after every step in the order of the layer's steps, `(batch, timesteps,
            units)`: what the layer puts out with `return_sequences`.
        last_state: what it puts out with `return_state`, like `initial_state`.
    """

    name: str
    layer: Any
    inputs: np.ndarray
    mask: np.ndarray
    initial_state: list[np.ndarray]
    outputs: np.ndarray
    last_state: list[np.ndarray]


@dataclass
class Steps:
    """Calls of a cell by hand, each of which began with the states that the one before put out.

    Args:
        name: of the sequence; None if it is not asked for.
        cell: the Keras cell.
        initial_state: of the first call, state by state, `(batch, units)`.
        last_state: what the last call put out, like `initial_state`.
        inputs: of each call, `(batch, input_dim)`.
        outputs: the hidden state after each call, `(batch, units)`.
    """

    name: str | None
    cell: Any
    initial_state: list[np.ndarray]
    last_state: list[np.ndarray]
    inputs: list[np.ndarray] = field(default_factory=list)
    outputs: list[np.ndarray] = field(default_factory=list)

    def goes_on_from(self, states: list[np.ndarray]) -> bool:
        """Return whether a call that begins with some states is the next step."""
        return all(map(np.array_equal, states, self.last_state))

    def add(self, inputs: np.ndarray, outputs: np.ndarray, states: list[np.ndarray]) -> None:
        """Add a step: what it read, the hidden state that it put out, and the states after it."""
        self.inputs.append(inputs)
        self.outputs.append(outputs)
        self.last_state = states

    def whole(self) -> Call:
        """Return the steps as one call of a layer."""
        inputs, outputs = np.stack(self.inputs, axis=1), np.stack(self.outputs, axis=1)
        mask = np.ones(inputs.shape[:2], bool)
        return Call(str(self.name), self.cell, inputs, mask, self.initial_state, outputs, self.last_state)


def names_of(called: str, layer: Any) -> list[str]:
    """Return the names of the traces of a call: its own, or one for each cell of `RNN([...])`."""
    cells = len(cells_of(layer))
    return [called] if cells == 1 else [f"{called}/cell_{number + 1}" for number in range(cells)]
