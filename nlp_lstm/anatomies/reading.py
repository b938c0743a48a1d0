"""Size or run -> Reading: new Keras layers that read random numbers, or a run that reads text with NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp_lstm.anatomies.layers import Layer, Reading, Returned
from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS, Weights
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode, read_ids
from nlp_lstm.store.run import Run

TEXT = "the sky is"  # what a run reads
TIMESTEPS = 3
MOST = {"variables": 512, "units": 512, "batch_size": 512, "layers": 16}
ARGUMENTS = {  # return_sequences, return_state
    (False, False): "neither",
    (False, True): "return_state",
    (True, False): "return_sequences",
    (True, True): "both",
}
NAMES = ("kernel", "recurrent_kernel", "bias")


@dataclass(frozen=True)
class Size:
    """How large the layers are that Keras makes.

    Args:
        variables: numbers that the first layer reads at each step, 1 to 512.
        units: of each layer, 1 to 512.
        batch_size: sentences read at once, 1 to 512.
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
    batch_size: int = 3
    cell: str = "lstm"
    layers: int = 1

    def __post_init__(self):
        object.__setattr__(self, "cell", CELLS.match(self.cell))
        for name, most in MOST.items():
            value = getattr(self, name)
            if type(value) is not int:
                raise UsageError(f"{name} is {value!r}: it must be a whole number")
            if not 1 <= value <= most:
                raise UsageError(f"{name} is {value}: it must be between 1 and {most}")


def read_with_keras(size: Size) -> Reading:
    """Make layers with Keras, as it starts them, and let them read a batch of random numbers."""
    from nlp_lstm.states.keras_models import recurrent_layers, to_numpy, weights_of

    random = np.random.default_rng(0)
    # One decimal, so that a step can be worked out by hand.
    inputs = random.normal(size=(size.batch_size, TIMESTEPS, size.variables)).round(1).astype(np.float32)
    model = _build(size)
    traces = trace(model, inputs)
    layers, reads = [], "variables"
    for name, made in recurrent_layers(model).items():
        every = True if len(layers) + 1 < size.layers else None  # the one above reads them all
        layers.append(Layer(size.cell, weights_of(made.cell), reads, traces[name].sentence(), every))
        reads = f"units of {name}"
    difference = batch_difference(lambda batch: [to_numpy(states) for states in model(batch)], inputs)
    highest = traces[layers[-1].name].inputs
    returned = _return(size, layers[-1].weights, highest)
    return Reading(tuple(layers), inputs.shape, difference, tuple(returned))


def read_with_run(run: Run) -> Reading:
    """Let a run read "the sky is", with NumPy, alone and in a batch with the same words in other orders."""
    sentence = encode(run, TEXT)
    layers, reads = [], "embedding values"
    for name, one in trace(run, sentence).items():
        weights = {part: run.weights[f"{name}/{part}"] for part in NAMES}
        shown = replace(one, outputs=np.empty((TIMESTEPS, 0)), output_names=())
        layers.append(Layer(run.settings.cell, weights, reads, shown, every=True))
        reads = f"units of {name}"
    batch = np.stack([np.roll(sentence.ids, by) for by in range(TIMESTEPS)])
    states = CELLS.get(run.settings.cell).states
    difference = batch_difference(
        lambda ids: [parts[state] for parts in read_ids(run, ids)[0] for state in states], batch
    )
    return Reading(tuple(layers), batch.shape, difference, unknown=sentence.unknown)


def batch_difference(read: Callable[[np.ndarray], list[np.ndarray]], batch: np.ndarray) -> float:
    """Return the largest difference between what a batch's first row comes to alone and among the others.

    Args:
        read: from rows to arrays, each `(rows, ...)`.
        batch: the rows, `(batch, ...)`.

    Example:
        >>> batch_difference(lambda rows: [2 * rows], np.ones((3, 1)))
        0.0
        >>> batch_difference(lambda rows: [len(rows) * rows], np.ones((3, 1)))
        2.0
    """
    alone, together = read(batch[:1]), read(batch)
    return max(float(abs(one - both[:1]).max()) for one, both in zip(alone, together, strict=True))


def outer_weights(run: Run) -> Mapping[str, np.ndarray]:
    """Return the weights of a run that belong to no recurrent layer: embedding and output layer."""
    return {name: values for name, values in run.weights.items() if not name.startswith("layer_")}


def _build(size: Size) -> Any:
    """A Keras model of the stacked layers that puts out all their states."""
    from nlp_lstm.models.quiet_keras import keras

    first = hidden = keras.Input((TIMESTEPS, size.variables))
    states = []
    for number in range(1, size.layers + 1):
        layer = _layer(size, number, return_sequences=True, return_state=True, name=f"layer_{number}")
        hidden, *last = layer(hidden)
        states += [hidden, *last]
    return keras.Model(first, states, name=size.cell)


def _layer(size: Size, seed: int, **options: Any) -> Any:
    """A Keras layer of the cell, with seeds of its own: the random numbers of who asks are left alone."""
    from nlp_lstm.models.quiet_keras import keras

    return getattr(keras.layers, CELLS.get(size.cell).keras_layer)(
        size.units,
        kernel_initializer=keras.initializers.GlorotUniform(seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        seed=seed,
        **options,
    )


def _return(size: Size, weights: Weights, inputs: np.ndarray) -> list[Returned]:
    """What a Keras layer with these weights returns, with all four choices of its two arguments."""
    from nlp_lstm.states.keras_models import to_numpy

    cell, found = CELLS.get(size.cell), []
    for (sequences, state), said in ARGUMENTS.items():
        layer = _layer(size, 0, return_sequences=sequences, return_state=state)
        layer.build(inputs.shape)
        layer.set_weights([weights[name] for name in NAMES])
        given = layer(inputs)
        arrays = list(given) if state else [given]
        names = ["hidden_state of every step" if sequences else "last hidden_state"]
        names += [f"last {name}" for name in cell.states] if state else []
        for number, (name, array) in enumerate(zip(names, arrays, strict=True), 1):
            found.append(Returned(said, f"{number} of {len(arrays)}", name, to_numpy(array)))
    return found
