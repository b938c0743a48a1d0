"""LayerTrace: what a recurrent layer of a Keras model did with a batch of inputs. Traces: all traced layers.

Unlike a `Trace`, which is one sentence without padding, a LayerTrace has a batch axis and a mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import describe
from nlp_lstm.report.markup import count, escape, one_line
from nlp_lstm.states.traces import Trace

Layer = TypeVar("Layer", bound="Trace | LayerTrace")
SHAPES = (
    "one row per traced layer. shape of a part: (timesteps, units) of one sentence, (batch, timesteps, "
    "units) of a batch. parts: the names of its arrays"
)


@dataclass(frozen=True)
class LayerTrace:
    """A batch of inputs read by one recurrent layer of a Keras model.

    `print` and a notebook show its shape and its first sequence; `sentence` and `plot` take any.

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

    def __repr__(self) -> str:
        name = one_line(f"{self.model}, {self.layer}")
        sizes = f"{_shape(self)}{', backwards' if self.backwards else ''}"
        return f"<LayerTrace of {name}: {self.cell}, {sizes}, parts {one_line(', '.join(self.parts))}>"

    def __str__(self) -> str:
        return f"{self._told()}\n\n{self.sentence()}"

    def plot(self, row: int = 0, words: Sequence[str] | None = None) -> Report:
        """Return a report on one row: a notebook shows its picture, `.save("layer.png")` writes it.

        Args:
            row, words: as `sentence` takes them.

        Raises:
            UsageError: as `sentence`.
        """
        return self.sentence(row, words).plot()

    def _told(self) -> str:
        """The batch in words, and which row is shown of it."""
        batch, timesteps, units = self.parts["hidden_state"].shape
        sizes = f"{count(batch, 'row')} of {count(timesteps, 'step')}, {count(units, 'unit')}"
        return f"{self.model}, {self.layer} ({self.cell}): {sizes}; row 0 is shown, .plot(row) shows another"

    def _repr_html_(self) -> str:
        """What a notebook shows: the shape, and the picture and table of the first row."""
        shown = self.plot()._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython's name
        return f"<p>{escape(self._told())}</p>\n{shown}"

    def sentence(self, row: int = 0, words: Sequence[str] | None = None) -> Trace:
        """Return one row of the batch without its padding.

        Args:
            row: number of the row, from 0.
            words: the real words of the row; None to call them 1, 2, ...

        Raises:
            UsageError: if there is no such row, or not one word for each real position.
        """
        if words is not None and not isinstance(words, list | tuple):
            raise UsageError(f"words is {describe(words)}: give a list of words, one for each real step")
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


class Traces(dict[str, Layer]):
    """The traces of a run or a Keras model by name of the layer, and which layers are left out.

    `print` and a notebook show a table of the layers and their shapes.

    Args:
        found: trace by name of the layer.
        left_out: why a layer is left out, by its name.

    Example:
        >>> traces = Traces({}, {"half": "it computes in bfloat16"})
        >>> traces
        <Traces: no layers; left out: half (it computes in bfloat16)>
        >>> traces["half"]
        Traceback (most recent call last):
        KeyError: 'half is left out: it computes in bfloat16'
    """

    def __init__(self, found: Mapping[str, Layer], left_out: Mapping[str, str] | None = None):
        super().__init__(found)
        self.left_out = dict(left_out or {})

    def __missing__(self, name: str) -> Layer:
        """Say why a layer is not there, or which ones are."""
        if name in self.left_out:
            raise KeyError(f"{name} is left out: {self.left_out[name]}")
        raise KeyError(f"{name!r}: the layers are {', '.join(self) or 'none'}")

    def __repr__(self) -> str:
        layers = ", ".join(f"{name} {_shape(one)}" for name, one in self.items()) or "no layers"
        left_out = ", ".join(f"{name} ({reason})" for name, reason in self.left_out.items())
        return f"<Traces: {layers}{f'; left out: {one_line(left_out)}' if left_out else ''}>"

    def __str__(self) -> str:
        return str(self._report())

    def _repr_html_(self) -> str:
        """What a notebook shows: the table of the layers."""
        return self._report()._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython's name

    def _report(self) -> Report:
        """A table of the layers and their shapes."""
        columns = {
            "shape": [_shape(one) for one in self.values()],
            "backwards": [one.backwards for one in self.values()],
            "parts": [", ".join(one.parts) for one in self.values()],
        }
        models = ", ".join(dict.fromkeys(one.model for one in self.values()))
        table = Comparison.from_columns(
            f"layers of {models or 'a model'}", list(self), columns, "layer", SHAPES
        )
        return Report((table,), facts={"left_out": self.left_out or None})


def _shape(trace: "Trace | LayerTrace") -> str:
    """The shape of a part."""
    return str(next((values.shape for values in trace.parts.values()), ()))
