"""LayerTrace: what a recurrent layer of a Keras model did with a batch of inputs. Traces: all its layers.

Unlike a `Trace`, which is one sentence without padding, a LayerTrace has a batch axis and a mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.states.traces import Trace


@dataclass(frozen=True)
class LayerTrace:
    """A batch of inputs read by one recurrent layer of a Keras model.

    Args:
        model: name of the Keras model.
        layer: name of the layer; of a direction of a `Bidirectional`, "name/forward" or "name/backward"; of
            a cell of `RNN([...])`, "name/cell_1".
        cell: "lstm", "gru" or "rnn".
        inputs: what the layer reads, `(batch, timesteps, input_dim)`.
        mask: which words are real, `(batch, timesteps)` bool. At others states are carried and all other
            parts are 0.
        parts: part name -> `(batch, timesteps, units)`, the names of `cells`.
        initial_state: what the layer began with, state name -> `(batch, units)`.
        backwards: whether the layer reads from the last word to the first.
        differences: the check against Keras, state name -> largest difference to what the layer itself
            gives: every hidden state of a real word, and the last state.
        drift: the same for the states computed along the whole sequence. If it is larger than `differences`,
            the layer amplifies rounding: its parts are computed step by step, each from Keras's own states
            before it, and `differences` compares every state of every step.
    """

    model: str
    layer: str
    cell: str
    inputs: np.ndarray = field(repr=False)
    mask: np.ndarray = field(repr=False)
    parts: Mapping[str, np.ndarray] = field(repr=False)
    initial_state: Mapping[str, np.ndarray] = field(repr=False)
    backwards: bool
    differences: Mapping[str, float]
    drift: Mapping[str, float] = field(default_factory=dict[str, float])

    def sentence(self, row: int = 0, words: Sequence[str] | None = None) -> Trace:
        """Return one row of the batch without its padding.

        Args:
            row: number of the row, from 0.
            words: the real words of the row; None to call them 1, 2, ...

        Raises:
            UsageError: if there is no such row, or not one word for each real position.
        """
        if not 0 <= row < len(self.mask):
            raise UsageError(f"row {row}: {self.layer} read rows 0 to {len(self.mask) - 1}")
        real = self.mask[row]
        words = tuple(str(t + 1) for t in range(real.sum())) if words is None else tuple(words)
        if len(words) != real.sum():
            raise UsageError(f"{len(words)} words: row {row} of {self.layer} has {real.sum()} real ones")
        parts = {part: values[row][real] for part, values in self.parts.items()}
        inputs, outputs = self.inputs[row][real], np.empty((len(words), 0))
        begun = {name: values[row] for name, values in self.initial_state.items() if values[row].any()}
        trace = Trace(self.model, self.layer, words, inputs, parts, outputs, backwards=self.backwards)
        return replace(trace, initial_state=begun)


class Traces(dict[str, LayerTrace]):
    """The traces of a Keras model by name of the layer, and which layers are left out.

    Args:
        found: trace by name of the layer.
        left_out: why a layer is left out, by its name.

    Example:
        >>> traces = Traces({}, {"half": "it computes in bfloat16"})
        >>> traces
        Traces({}, left_out={'half': 'it computes in bfloat16'})
        >>> traces["half"]
        Traceback (most recent call last):
        KeyError: 'half is left out: it computes in bfloat16'
    """

    def __init__(self, found: Mapping[str, LayerTrace], left_out: Mapping[str, str]):
        super().__init__(found)
        self.left_out = dict(left_out)

    def __missing__(self, name: str) -> LayerTrace:
        """Say why a layer is not there."""
        raise KeyError(f"{name} is left out: {self.left_out[name]}" if name in self.left_out else name)

    def __repr__(self) -> str:
        """What a notebook shows."""
        left_out = f", left_out={self.left_out}" if self.left_out else ""
        return f"Traces({super().__repr__()}{left_out})"
