"""Trace: what a recurrent layer did at each word of a sentence, and what the model said.

It holds every part of the layer's cell by name, as `cells` calls them. Time runs in reading order, also for a
layer that reads from right to left.
"""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import describe
from nlp_lstm.report.markup import count, one_line
from nlp_lstm.text.answers import likeliest, name_words

if TYPE_CHECKING:
    from xarray import Dataset

STATES = ("hidden_state", "cell_state")
CLOSED, OPEN = 0.1, 0.9  # a gate below the one or above the other is saturated
SAID = "says: what the model says after the word. "
MEANING = (
    "norm: length of the state. moved: 1 - cosine to the state of the word before; 0: same direction, 2: "
    f"opposite direction. gates: mean over units; saturated: share of units below {CLOSED} or above {OPEN}"
)


@dataclass(frozen=True)
class Trace:
    """One sentence read by one layer: no padding, no batch axis.

    `print` shows its states and gates as a table, a notebook shows them as a picture.

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
        initial_state: what the layer began with, state name -> `(units,)`; empty for zeros. Of a run whose
            texts are read after `<eos>`, the states after that step.
        names_unknown: whether the unknown word is named among the likeliest; `outputs` always holds it.
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
    initial_state: Mapping[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    names_unknown: bool = False

    @property
    def title(self) -> str:
        """Return task, model and layer, the title of the tables about it.

        Example:
            >>> nothing = np.zeros((1, 0))
            >>> Trace("a-001", "layer_1", ("the",), nothing, {}, nothing, task="sentiment").title
            'sentiment, a-001, layer_1'
        """
        return ", ".join(filter(None, (self.task, self.model, self.layer)))

    def __repr__(self) -> str:
        sizes = f"{count(len(self.words), 'word')}{', backwards' if self.backwards else ''}"
        shown = one_line(", ".join(self.parts))
        name = one_line(f"{self.model}, {self.layer}")
        return f"<Trace of {name}: {sizes}, {count(_units(self.parts), 'unit')}, parts {shown}>"

    def __str__(self) -> str:
        return str(state_table(self))

    def plot(self) -> Report:
        """Return a report on the trace: a notebook shows its picture, `.save("trace.png")` writes it.

        Example:
            >>> states = np.array([[1.0, 0.0], [0.6, 0.8]])
            >>> parts = {"hidden_state": states}
            >>> one = Trace("a", "layer_1", ("the", "sky"), states, parts, np.zeros((2, 0)))
            >>> one.plot()
            <Report: 1 table, 1 trace: a, layer_1>
        """
        return Report((state_table(self),), (self,))

    def _repr_html_(self) -> str:
        """What a notebook shows: its picture, and the table of its states and gates."""
        return self.plot()._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython's name

    def to_xarray(self) -> "Dataset":
        """Return the trace as an `xarray.Dataset`.

        Returns:
            One variable per part with the dimensions word and unit, "inputs" with word and input and, if the
            trace has outputs, "outputs" with word and output; if it did not begin from zeros,
            "initial_hidden_state" and the like with unit. The coordinate word counts from 1, `words` and
            `output` are names, and the attributes are model, layer and task.

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
        variables |= {f"initial_{name}": (("unit",), values) for name, values in self.initial_state.items()}
        variables["inputs"] = (("word", "input"), self.inputs)
        places: dict[str, object] = {
            "word": range(1, len(self.words) + 1),
            "words": ("word", list(self.words)),
        }
        if self.outputs.size:
            variables["outputs"] = (("word", "output"), self.outputs)
            places["output"] = list(self.output_names)
        return Dataset(variables, places, {"model": self.model, "layer": self.layer, "task": self.task})


def says(trace: Trace, most: int = 3) -> list[str | None]:
    """Return what the model says after each word: its label, or the likeliest next words.

    The unknown word is none of those, and the probabilities of the others are renormalized, unless the trace
    names it. It says nothing, None, where its probabilities are not numbers, as after an edit that overflows.
    """
    shown = 1 if trace.predicts == "labels" else most
    return [
        None
        if np.isnan(row).any()
        else " ".join(f"{name} {value:.2f}" for name, value in likeliest(row, trace.output_names, shown))
        for row in named(trace)
    ]


def named(trace: Trace) -> np.ndarray:
    """Return the probabilities of what may be named, `(timesteps, outputs)`: labels, or known words."""
    if trace.predicts != "words":
        return trace.outputs
    return name_words(trace.outputs, trace.output_names, trace.names_unknown)[0]


def state_table(trace: Trace) -> Comparison:
    """Return one row per word: what the model says after it, and what its states and gates do.

    Args:
        trace: of one layer.

    Returns:
        A table with the column says, if the trace has outputs, and for each state its norm (0 or more) and
        how far it moved (in [0, 2]; the first word from where the layer began), and for each gate its mean
        and its saturated share over the units (both in [0, 1]).
    """
    states = [name for name in STATES if name in trace.parts]
    gates = [name for name in trace.parts if name.endswith("_gate")]
    columns: dict[str, Any] = {"says": says(trace)} if trace.outputs.size else {}
    meaning = f"{SAID}{MEANING}" if columns else MEANING
    columns |= {f"{name}_norm": np.linalg.norm(trace.parts[name], axis=1) for name in states}
    began = trace.initial_state
    columns |= {f"{name}_moved": moved(trace.parts[name], began.get(name)) for name in states}
    columns |= {name: trace.parts[name].mean(axis=1) for name in gates}
    columns |= {f"{name}_saturated": saturated(trace.parts[name]) for name in gates}
    return Comparison.from_columns(trace.title, trace.words, columns, "word", meaning)


def unit_table(trace: Trace, unit: int) -> Comparison:
    """Return one row per word with all parts of one unit.

    Raises:
        UsageError: if the layer has no such unit.
    """
    check_unit(trace, unit)
    columns: dict[str, Any] = {"says": says(trace)} if trace.outputs.size else {}
    columns |= {name: values[:, unit] for name, values in trace.parts.items()}
    title = f"{trace.title}, unit {unit}"
    meaning = "gates in (0, 1); candidate and hidden_state in (-1, 1)"
    return Comparison.from_columns(title, trace.words, columns, "word", meaning)


def check_unit(trace: Trace, unit: Any) -> None:
    """Raise a UsageError unless the layer has the unit."""
    units = _units(trace.parts)
    if not isinstance(unit, int) or not 0 <= unit < units:
        raise UsageError(f"unit {describe(unit)}: {trace.model} has units 0 to {units - 1}")


def moved(states: np.ndarray, began: np.ndarray | None = None) -> np.ndarray:
    """Return how far each state turned from the one before, 1 - cosine, `(timesteps,)` in [0, 2].

    Args:
        states: after each word, `(timesteps, units)`.
        began: before the first, `(units,)`; None for zeros, which have no direction: the first is NaN.

    Example:
        >>> moved(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]])).tolist()
        [nan, 1.0, 0.0]
    """
    states = np.concatenate([np.zeros_like(states[:1]) if began is None else began[None], states])
    lengths = np.linalg.norm(states, axis=1)
    products = (states[1:] * states[:-1]).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - products / (lengths[1:] * lengths[:-1])


def saturated(gate: np.ndarray) -> np.ndarray:
    """Return the share of units whose gate is nearly closed or open, `(timesteps,)` in [0, 1]."""
    return ((gate < CLOSED) | (gate > OPEN)).mean(axis=1)


def _units(parts: Mapping[str, np.ndarray]) -> int:
    """How many units a layer has."""
    return next((values.shape[-1] for values in parts.values()), 0)
