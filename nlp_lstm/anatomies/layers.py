"""Layer and Reading: a recurrent layer with its weights by gate, and layers that have read a batch."""

from dataclasses import dataclass

import numpy as np

from nlp_lstm.models.cells import CELLS, Weights
from nlp_lstm.states.traces import Trace


@dataclass(frozen=True)
class Block:
    """The matrices of one gate, or of the candidate.

    Args:
        kernel: from what the layer reads, `(input_dim, units)`.
        recurrent_kernel: from the hidden state of the step before, `(units, units)`.
        biases: `(biases, units)`; two rows in a GRU with `reset_after`, none without a bias, one elsewhere.
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    biases: np.ndarray

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return self.kernel.size + self.recurrent_kernel.size + self.biases.size


@dataclass(frozen=True)
class Layer:
    """One recurrent layer, and what it did with one sentence of three steps.

    Args:
        cell: "lstm", "gru" or "rnn".
        weights: kernel, recurrent_kernel and, if it has one, bias, as Keras keeps them.
        reads: what its inputs are, in words: "variables", "units of layer_1", "embedding values".
        trace: every part at every step, in the order in which the layer reads.
        every: whether it returns h of every step (True) or of the last one alone (False); None for a layer
            that can be made either way.
    """

    cell: str
    weights: Weights
    reads: str
    trace: Trace
    every: bool | None = None

    @property
    def name(self) -> str:
        """Its name, "layer_1"."""
        return self.trace.layer

    @property
    def input_dim(self) -> int:
        """How many numbers it reads at each step."""
        return len(self.weights["kernel"])

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.weights["recurrent_kernel"])

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return sum(values.size for values in self.weights.values())

    @property
    def blocks(self) -> dict[str, Block]:
        """The matrices of each gate and of the candidate, by name, in Keras's order of columns."""
        cell = CELLS.get(self.cell)
        rows = (self.weights["kernel"], self.weights["recurrent_kernel"], self._biases)
        split = zip(*(np.split(values, cell.columns, axis=1) for values in rows))
        return {name: Block(*matrices) for name, matrices in zip(cell.parts, split)}

    @property
    def biases(self) -> int:
        """How many biases each unit has in each part."""
        return len(self._biases)

    @property
    def _biases(self) -> np.ndarray:
        """The bias as rows, none where the layer has none."""
        nothing = np.empty((0, self.weights["kernel"].shape[1]))
        return np.atleast_2d(self.weights["bias"]) if "bias" in self.weights else nothing


@dataclass(frozen=True)
class Returned:
    """One array that a Keras layer returned.

    Args:
        arguments: which of the two were True: "neither", "return_state", "return_sequences" or "both".
        place: which of the arrays it is: "2 of 3".
        name: what it holds: "last cell_state".
        values: `(batch, timesteps, units)` or `(batch, units)`.
    """

    arguments: str
    place: str
    name: str
    values: np.ndarray


@dataclass(frozen=True)
class Reading:
    """Layers that have read a batch.

    Args:
        layers: from the lowest to the highest.
        inputs: shape of what the first layer, or the embedding, read: `(batch, timesteps, ...)`.
        difference: largest difference between the states of a sentence read alone and in the batch.
        returned: what the highest layer returns, with all four choices of Keras's two arguments; nothing for
            a run, which is read without Keras.
        unknown: what a run or a model could not read, in one line.
        timesteps: how many steps were read; the layers keep the first three.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[int, ...]
    difference: float
    returned: tuple[Returned, ...] = ()
    unknown: str | None = None
    timesteps: int = 3
