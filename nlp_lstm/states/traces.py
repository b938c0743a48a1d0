"""What a recurrent layer did, word by word: Trace for one sentence, LayerTrace for a batch of inputs.

Both hold every part of the layer's cell by name, as `cells` calls them. Time runs in reading order, also
for a layer that reads from right to left.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Comparison

if TYPE_CHECKING:
    from xarray import Dataset

STATES = ("hidden_state", "cell_state")
CLOSED, OPEN = 0.1, 0.9  # a gate below the one or above the other is saturated
MEANING = (
    "says: what the model says after the word. norm: length of the state. moved: 1 - cosine to the state of "
    "the word before; 0: same direction, 2: opposite direction. gates: mean over units; saturated: share of "
    f"units below {CLOSED} or above {OPEN}"
)


@dataclass(frozen=True)
class Trace:
    """One sentence read by one layer: no padding, no batch axis.

    Args:
        model: name of the run, or of the Keras model.
        layer: name of the layer: "layer_1"; for a direction of a `Bidirectional`, "name/backward".
        words: the words as typed, `timesteps` of them.
        inputs: what the layer reads, `(timesteps, input_dim)`.
        parts: part name -> `(timesteps, units)`, the names of `cells`.
        outputs: what the run says after each word, `(timesteps, outputs)` probabilities; of a Keras model,
            whose outputs can be anything, `(timesteps, 0)`.
        output_names: what each output stands for.
        task: name of the run's task; empty for a Keras model, like `predicts`.
        predicts: what its outputs are, "labels" or "words".
        backwards: whether the layer reads from the last word to the first.
    """

    model: str
    layer: str
    words: tuple[str, ...]
    inputs: np.ndarray
    parts: Mapping[str, np.ndarray]
    outputs: np.ndarray
    output_names: tuple[str, ...] = ()
    task: str = ""
    predicts: str = ""
    backwards: bool = False

    @property
    def title(self) -> str:
        """Return task, model and layer, the title of the tables about it.

        Example:
            >>> nothing = np.zeros((1, 0))
            >>> Trace("a-001", "layer_1", ("the",), nothing, {}, nothing, task="sentiment").title
            'sentiment, a-001, layer_1'
        """
        return ", ".join(filter(None, (self.task, self.model, self.layer)))

    def _repr_html_(self) -> str:
        """What a notebook shows: the table of its states and gates."""
        table = state_table(self)
        return table._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython calls for this name

    def to_xarray(self) -> "Dataset":
        """Return the trace as an `xarray.Dataset`.

        Returns:
            One variable per part with the dimensions word and unit, "inputs" with word and input and, if the
            trace has outputs, "outputs" with word and output. The coordinate word counts from 1, `words`
            and `output` are names, and the attributes are model, layer and task.

        Raises:
            MissingInputError: if xarray is not installed.

        Example:
            >>> parts = {"hidden_state": np.zeros((2, 3))}
            >>> one = Trace("a", "layer_1", ("the", "sky"), np.zeros((2, 4)), parts, np.zeros((2, 0)))
            >>> dict(one.to_xarray().sizes)
            {'word': 2, 'unit': 3, 'input': 4}
        """
        if importlib.util.find_spec("xarray") is None:
            raise MissingInputError("xarray is not installed: pip install 'nlp-lstm[xarray]'")
        from xarray import Dataset

        variables = {part: (("word", "unit"), values) for part, values in self.parts.items()}
        variables["inputs"] = (("word", "input"), self.inputs)
        places: dict[str, object] = {
            "word": range(1, len(self.words) + 1),
            "words": ("word", list(self.words)),
        }
        if self.outputs.size:
            variables["outputs"] = (("word", "output"), self.outputs)
            places["output"] = list(self.output_names)
        return Dataset(variables, places, {"model": self.model, "layer": self.layer, "task": self.task})


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
        return Trace(self.model, self.layer, words, inputs, parts, outputs, backwards=self.backwards)


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


def says(trace: Trace, most: int = 3) -> list[str | None]:
    """Return what the model says after each word: its label, or the likeliest next words.

    It says nothing, None, where its probabilities are not numbers, as after an edit that overflows.
    """
    shown = 1 if trace.predicts == "labels" else most
    said: list[str | None] = []
    for row in trace.outputs:
        if np.isnan(row).any():
            said.append(None)
            continue
        best = np.argsort(-row, kind="stable")[: shown + 1]
        likeliest = [index for index in best if trace.output_names[index] != "[PAD]"]
        said.append(" ".join(f"{trace.output_names[index]} {row[index]:.2f}" for index in likeliest[:shown]))
    return said


def state_table(trace: Trace) -> Comparison:
    """Return one row per word: what the model says after it, and what its states and gates do.

    Args:
        trace: of one layer.

    Returns:
        A table with the columns says, and for each state its norm (0 or more) and how far it moved (in
        [0, 2]), and for each gate its mean and its saturated share over the units (both in [0, 1]).
    """
    states = [name for name in STATES if name in trace.parts]
    gates = [name for name in trace.parts if name.endswith("_gate")]
    columns = {"says": says(trace)}
    columns |= {f"{name}_norm": np.linalg.norm(trace.parts[name], axis=1) for name in states}
    columns |= {f"{name}_moved": moved(trace.parts[name]) for name in states}
    columns |= {name: trace.parts[name].mean(axis=1) for name in gates}
    columns |= {f"{name}_saturated": saturated(trace.parts[name]) for name in gates}
    return Comparison.from_columns(trace.title, trace.words, columns, "word", MEANING)


def moved(states: np.ndarray) -> np.ndarray:
    """Return how far each state turned from the one before, 1 - cosine, `(timesteps,)` in [0, 2].

    The first word moves from zeros, which have no direction: NaN.

    Example:
        >>> moved(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]])).tolist()
        [nan, 1.0, 0.0]
    """
    lengths = np.linalg.norm(states, axis=1)
    products = (states[1:] * states[:-1]).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = products / (lengths[1:] * lengths[:-1])
    return np.concatenate([[np.nan], 1 - cosine])


def saturated(gate: np.ndarray) -> np.ndarray:
    """Return the share of units whose gate is nearly closed or open, `(timesteps,)` in [0, 1]."""
    return ((gate < CLOSED) | (gate > OPEN)).mean(axis=1)
