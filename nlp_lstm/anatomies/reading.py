"""Where layers come from: Keras makes new ones and reads random numbers; a run reads a text with NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from nlp_lstm.anatomies.layers import Layer, Reading, Returned
from nlp_lstm.cells import CELLS, Weights
from nlp_lstm.errors import UsageError
from nlp_lstm.run import Run
from nlp_lstm.tracing import trace

TEXT = "the sky is"  # what a run reads
TIMESTEPS = 3
MOST = {"variables": 512, "units": 512, "batch": 512, "layers": 16}
NAMES = ("kernel", "recurrent_kernel", "bias")


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
    layers, reads = [], "embedding values"
    for name, one in trace(run, sentence).items():
        weights = {part: run.weights[f"{name}/{part}"] for part in NAMES}
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
        layer.set_weights([weights[name] for name in NAMES])
        given = layer(inputs)
        arrays = list(given) if state else [given]
        names = ["hidden_state of every step" if sequences else "last hidden_state"]
        names += [f"last {name}" for name in cell.states] if state else []
        asked = [name for name, value in chosen.items() if value]
        said = ("neither", *asked, "both")[len(asked) if len(asked) < 2 else -1]
        for number, (name, array) in enumerate(zip(names, arrays, strict=True), 1):
            found.append(Returned(said, f"{number} of {len(arrays)}", name, to_numpy(array)))
    return found
