"""Layers to take apart: new ones that Keras makes, or those of a run; and the matrices of each of their gates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from nlp_lstm.cells import CELLS, Weights
from nlp_lstm.errors import UsageError
from nlp_lstm.run import Run
from nlp_lstm.traces import Trace
from nlp_lstm.tracing import trace

TEXT = "the sky is"  # what a run reads
TIMESTEPS = 3
MOST = {"variables": 512, "units": 512, "batch": 512, "layers": 16}


@dataclass(frozen=True)
class Size:
    """How large the layers are that Keras makes.

    Args:
        variables: numbers that the first layer reads at each step, 1 to 512.
        units: of each layer, 1 to 512.
        batch: sentences read at once, 1 to 512.
        cell: "lstm", "gru" or "rnn".
        layers: stacked ones, 1 to 16.

    Raises:
        UsageError: if a number is out of its range.
        UnknownNameError: if there is no such cell.

    Example:
        >>> Size(units=0)
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: units is 0: it must be between 1 and 512
    """

    variables: int = 5
    units: int = 4
    batch: int = 3
    cell: str = "lstm"
    layers: int = 1

    def __post_init__(self):
        CELLS.get(self.cell)
        for name, most in MOST.items():
            value = getattr(self, name)
            if type(value) is not int:
                raise UsageError(f"{name} is {value!r}: it must be a whole number")
            if not 1 <= value <= most:
                raise UsageError(f"{name} is {value}: it must be between 1 and {most}")


@dataclass(frozen=True)
class Block:
    """The matrices of one gate, or of the candidate.

    Args:
        kernel: from what the layer reads, `(input_dim, units)`.
        recurrent_kernel: from the hidden state of the step before, `(units, units)`.
        biases: `(biases, units)`; two rows in a GRU with `reset_after`, one elsewhere.
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
        weights: kernel, recurrent_kernel and bias, as Keras keeps them.
        reads: what its inputs are, in words: "variables", "units of layer_1".
        trace: every part at every step.
    """

    cell: str
    weights: Weights
    reads: str
    trace: Trace

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
        rows = (self.weights["kernel"], self.weights["recurrent_kernel"], np.atleast_2d(self.weights["bias"]))
        split = zip(*(np.split(values, cell.columns, axis=1) for values in rows))
        return {name: Block(*matrices) for name, matrices in zip(cell.parts, split)}


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
        unknown: words that a run does not know.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[int, ...]
    difference: float
    returned: tuple[Returned, ...] = ()
    unknown: tuple[str, ...] = ()


def read_with_keras(size: Size) -> Reading:
    """Make layers with Keras, as it starts them, and let them read a batch of random numbers."""
    from nlp_lstm.keras_models import recurrent_layers, to_numpy, weights_of

    random = np.random.default_rng(0)
    # One decimal, so that a step can be worked out by hand.
    inputs = random.normal(size=(size.batch, TIMESTEPS, size.variables)).round(1).astype(np.float32)
    model = _build(size)
    traces = trace(model, inputs)
    layers, reads = [], "variables"
    for name, made in recurrent_layers(model).items():
        layers.append(Layer(size.cell, weights_of(made.cell), reads, traces[name].sentence()))
        reads = f"units of {name}"
    alone, together = ([to_numpy(output) for output in model(read)] for read in (inputs[:1], inputs))
    difference = max(float(abs(one - both[:1]).max()) for one, both in zip(alone, together, strict=True))
    highest = traces[layers[-1].name].inputs
    returned = _return(size, layers[-1].weights, highest)
    return Reading(tuple(layers), inputs.shape, difference, tuple(returned))


def read_with_run(run: Run) -> Reading:
    """Let a run read "the sky is", with NumPy, alone and in a batch with the same words in other orders."""
    sentence = run.vocabulary.encode(TEXT)
    layers, reads = [], "numbers of an embedded word"
    for name, one in trace(run, sentence).items():
        weights = {part: run.weights[f"{name}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")}
        shown = replace(one, outputs=np.empty((TIMESTEPS, 0)), output_names=())
        layers.append(Layer(run.settings.cell, weights, reads, shown))
        reads = f"units of {name}"
    batch = np.stack([np.roll(sentence.ids, by) for by in range(TIMESTEPS)])
    together, _ = run.network.read(batch)
    difference = max(
        float(abs(parts[state][0] - layer.trace.parts[state]).max())
        for parts, layer in zip(together, layers, strict=True)
        for state in CELLS.get(run.settings.cell).states
    )
    return Reading(tuple(layers), batch.shape, difference, unknown=tuple(sentence.unknown or ()))


def outer_weights(run: Run) -> Mapping[str, np.ndarray]:
    """Return the weights of a run that belong to no recurrent layer: embedding and output layer."""
    return {name: values for name, values in run.weights.items() if not name.startswith("layer_")}


def _build(size: Size) -> Any:
    """A Keras model of the stacked layers that puts out all their states."""
    import keras

    first = hidden = keras.Input((TIMESTEPS, size.variables))
    states = []
    for number in range(1, size.layers + 1):
        # Seeds of their own leave the random numbers of the caller's program alone.
        initializers = {
            "kernel_initializer": keras.initializers.GlorotUniform(seed=number),
            "recurrent_initializer": keras.initializers.Orthogonal(seed=number),
        }
        layer = _layer(size, return_sequences=True, return_state=True, name=f"layer_{number}", **initializers)
        hidden, *last = layer(hidden)
        states += [hidden, *last]
    return keras.Model(first, states, name=size.cell)


def _layer(size: Size, **options: Any) -> Any:
    """A Keras layer of the cell."""
    import keras

    return getattr(keras.layers, CELLS.get(size.cell).keras_layer)(size.units, **options)


def _return(size: Size, weights: Weights, inputs: np.ndarray) -> list[Returned]:
    """What a Keras layer with these weights returns, with all four choices of its two arguments."""
    from nlp_lstm.keras_models import to_numpy

    cell, found = CELLS.get(size.cell), []
    for sequences, state in product((False, True), repeat=2):
        chosen = {"return_sequences": sequences, "return_state": state}
        layer = _layer(size, **chosen)
        layer.build(inputs.shape)
        layer.set_weights([weights[name] for name in ("kernel", "recurrent_kernel", "bias")])
        given = layer(inputs)
        arrays = list(given) if state else [given]
        names = ["hidden_state of every step" if sequences else "last hidden_state"]
        names += [f"last {name}" for name in cell.states] if state else []
        asked = [name for name, value in chosen.items() if value]
        said = ("neither", *asked, "both")[len(asked) if len(asked) < 2 else -1]
        for number, (name, array) in enumerate(zip(names, arrays, strict=True), 1):
            found.append(Returned(said, f"{number} of {len(arrays)}", name, to_numpy(array)))
    return found
