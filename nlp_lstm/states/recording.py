"""Record what every recurrent layer of a Keras model reads and puts out while the model runs once.

Keras itself computes all inputs, masks and initial states; a layer's `inner_loop`, through which each of
its calls goes, is watched for the time of one forward pass. So nested models, shared layers and layers
called by hand are all seen, and no second model is wired out of the first one's tensors, which fails on
loaded models. The model is left as it was, the states of stateful layers too.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from nlp_lstm.errors import DataError, NlpLstmError, UsageError
from nlp_lstm.states.keras_models import recurrent_layers, said_first, to_numpy

STEP_BY_STEP = {"return_sequences": True, "unroll": False, "zero_output_for_mask": False}


@dataclass(frozen=True)
class Call:
    """One call of a recurrent layer; time runs as the layer was given it, except in `outputs`.

    Args:
        name: of the layer, with those of the models that hold it before it: "encoder/lstm".
        layer: the Keras layer.
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


def record(model: keras.Model, inputs: Any) -> list[Call]:
    """Run a model once, without dropout, and return every call of a recurrent layer in it.

    Args:
        model: built.
        inputs: what `model.predict` takes: an array, or a list or dictionary of arrays.

    Raises:
        UsageError: if the model cannot be traced, see `recurrent_layers`.
        DataError: if the inputs do not fit the model.
    """
    layers = recurrent_layers(model)
    inputs = keras.tree.map_structure(np.asarray, inputs)
    recorder = Recorder(keras.tree.flatten(inputs))
    with contextlib.ExitStack() as watched:
        for name, layer in layers.items():
            watched.enter_context(recorder.watch(name, layer))
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.Embedding):
                watched.enter_context(recorder.watch_ids(layer))
        try:
            model(inputs, training=False)
        except Exception as error:  # whatever the backend raises about the inputs
            problem = DataError(f"the model {model.name} cannot read these inputs: {said_first(error)}")
            raise recorder.problem or problem from None
    if not recorder.calls:
        raise UsageError(f"the model {model.name} did not call {', '.join(layers)}: nothing to trace")
    return recorder.calls


class Recorder:
    """Notes the calls of layers while they are watched.

    Args:
        given: the arrays that the model was given.
    """

    def __init__(self, given: list[np.ndarray]):
        self.calls: list[Call] = []
        self.problem: NlpLstmError | None = None
        self._given = given
        for array in given:
            if array.ndim == 0:
                kind = type(array.item()).__name__
                raise DataError(f"inputs hold a single {kind}: give an array, or a list of arrays")
            if array.size == 0:
                raise DataError(f"inputs of shape {array.shape}: give at least one sentence and one word")

    @contextlib.contextmanager
    def watch(self, name: str, layer: Any) -> Iterator[None]:
        """Note each call of a recurrent layer, computed step by step rather than by a fused kernel."""
        own_loop = layer.inner_loop

        def inner_loop(sequences, initial_state, mask, training=False):
            """Note what is read step by step; return what the layer would have without being watched."""
            arguments = {"initial_state": initial_state, "mask": mask, "training": training}
            with changed(layer, STEP_BY_STEP):
                whole = own_loop(sequences, **arguments)
            self._note(name, layer, sequences, initial_state, mask, *whole[1:])
            is_so = all(getattr(layer, attribute) == value for attribute, value in STEP_BY_STEP.items())
            return whole if is_so else own_loop(sequences, **arguments)

        states = keras.tree.flatten(layer.states) if layer.stateful else []
        before = [np.array(to_numpy(state)) for state in states]
        vars(layer)["inner_loop"] = inner_loop
        try:
            with changed(layer, {"use_cudnn": False} if hasattr(layer, "use_cudnn") else {}):
                yield
        finally:
            del vars(layer)["inner_loop"]
            for state, values in zip(states, before, strict=True):
                state.assign(values)

    @contextlib.contextmanager
    def watch_ids(self, layer: Any) -> Iterator[None]:
        """Check the ids that an embedding is asked for; some backends take any number for one."""
        own_call = layer.call

        def call(inputs, *arguments, **named):
            self._check_ids(layer, to_numpy(inputs))
            return own_call(inputs, *arguments, **named)

        vars(layer)["call"] = call
        try:
            yield
        finally:
            del vars(layer)["call"]

    def _note(self, name: str, layer: Any, inputs: Any, initial_state: Any, mask: Any, *puts_out) -> None:
        """Add a call; a layer that is called again gets a number."""
        times = sum(call.layer is layer for call in self.calls)
        name = f"{name}:{times + 1}" if times else name
        inputs = to_numpy(inputs)
        if not np.isfinite(inputs).all():
            self._refuse(DataError(f"{name} reads values that are not finite numbers: look at the inputs"))
        real = np.ones(inputs.shape[:2], bool)
        if mask is not None:
            real = to_numpy(keras.tree.flatten(mask)[0]).astype(bool).reshape(inputs.shape[:2])
        outputs, last_state = puts_out
        states = [to_numpy(state) for state in keras.tree.flatten(initial_state)]
        ends = [to_numpy(state) for state in keras.tree.flatten(last_state)]
        self.calls.append(Call(name, layer, inputs, real, states, to_numpy(outputs), ends))

    def _check_ids(self, layer: Any, ids: np.ndarray) -> None:
        """Refuse ids that are not whole numbers from 0 to below the embedding's `input_dim`."""
        for array in self._given:
            alike = array.shape == ids.shape and np.issubdtype(array.dtype, np.floating)
            if alike and np.array_equal(array.astype(ids.dtype), ids):
                rule = f"{layer.name} reads whole numbers: give .astype(int)"
                self._refuse(DataError(f"ids of type {array.dtype}, but {rule}"))
        low, high = int(ids.min()), int(ids.max())
        if low < 0 or high >= layer.input_dim:
            wrong = low if low < 0 else high
            self._refuse(DataError(f"id {wrong}: {layer.name} has the ids 0 to {layer.input_dim - 1}"))

    def _refuse(self, problem: NlpLstmError) -> None:
        """Stop the model; Keras would wrap the error in one of its own, so the first one is kept here."""
        self.problem = self.problem or problem
        raise problem


@contextlib.contextmanager
def changed(layer: Any, attributes: Mapping[str, Any]) -> Iterator[None]:
    """Give a layer other values of some attributes for a while."""
    before = {name: getattr(layer, name) for name in attributes}
    for name, value in attributes.items():
        setattr(layer, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(layer, name, value)
