"""Record what every recurrent layer of a Keras model reads and puts out while the model runs once.

Keras itself computes all inputs, masks and initial states; a layer's `inner_loop`, through which each of
its calls goes, is watched for the time of one forward pass, and so is the `call` of a cell that is called by
hand. So nested models, shared layers and layers called by hand are all seen, and no second model is wired out
of the first one's tensors, which fails on loaded models. The model is left as it was, the states of stateful
layers too.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, NlpLstmError
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.states.choosing import Choice
from nlp_lstm.states.keras_ids import Given
from nlp_lstm.states.keras_models import (
    cannot_trace,
    changed,
    find_layers,
    find_problems,
    is_cell,
    own_cells,
    replaced,
    said_first,
    to_numpy,
)
from nlp_lstm.states.keras_steps import Call, Steps, names_of

STEP_BY_STEP = {"return_sequences": True, "unroll": False, "zero_output_for_mask": False}
COMPILED = "it is called inside a compiled function, such as a tf.function, where its numbers cannot be read"
SYMBOLIC = (AttributeError, NotImplementedError, TypeError)  # what backends raise about a symbolic tensor
UNSEEN = "the model does not call it on these inputs, or only inside a compiled function"
UNBUILT = "it had no weights before: call the model once, then trace it"


def record(model: keras.Model, inputs: Any, choice: Choice) -> tuple[list[Call], dict[str, NlpLstmError]]:
    """Run a model once, without dropout, and return every call of a recurrent layer in it.

    Args:
        model: built.
        inputs: what `model.predict` takes: an array, or a list or dictionary of arrays.
        choice: the layers that are asked for.

    Returns:
        The calls, and why layers are left out, by their names.

    Raises:
        UsageError: if the model has no layer that can be traced, see `find_layers`.
        DataError: if the inputs do not fit the model.
    """
    layers = find_layers(model)
    problems = find_problems(model, layers)
    inputs = keras.tree.map_structure(np.asarray, inputs)
    given = Given(model, inputs)
    recorder = Recorder(choice, layers, problems)
    with contextlib.ExitStack() as watched:
        for name, layer in layers.items():
            watched.enter_context(recorder.watch(name, layer))
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.Embedding):
                watched.enter_context(replaced(layer, call=given.checking(layer)))
        try:
            model(inputs, training=False)
        except Exception as error:  # whatever the backend raises about the inputs
            problem = DataError(f"the model {model.name} cannot read these inputs: {said_first(error)}")
            raise given.problem or problem from None
    return recorder.finish()


class Recorder:
    """Notes the calls of layers while they are watched.

    Args:
        choice: the layers that are asked for.
        layers: those of the model by name.
        problems: why some of them cannot be traced.
    """

    def __init__(self, choice: Choice, layers: Mapping[str, Any], problems: Mapping[str, NlpLstmError]):
        self._choice, self._layers, self._problems = choice, layers, dict(problems)
        self._left_out: dict[str, NlpLstmError] = {}
        self._noted: list[Call | Steps] = []
        self._steps: dict[str, list[Steps]] = {}  # of each cell, the latest sequence first
        self._times: dict[str, int] = {}  # how often each layer was called
        self._at_work: list[set[int]] = []  # cells of the layers that are being called
        self._names = set(layers)

    @contextlib.contextmanager
    def watch(self, name: str, layer: Any) -> Iterator[None]:
        """Note each call of a recurrent layer or a cell; a layer is computed without a fused kernel."""
        if name not in self._problems and not layer.built:
            self._problems[name] = cannot_trace(name, layer, UNBUILT)
        if is_cell(layer):
            with replaced(layer, call=self._cell_call(name, layer)):
                yield
            return
        states = keras.tree.flatten(layer.states) if layer.stateful and layer.states else []
        before = [np.array(to_numpy(state)) for state in states]
        methods = {"call": self._layer_call(name, layer)}
        if name not in self._problems:
            methods["inner_loop"] = self._inner_loop(name, layer)
        try:
            slow = {"use_cudnn": False} if hasattr(layer, "use_cudnn") else {}
            with replaced(layer, **methods), changed(layer, slow):
                yield
        finally:
            for state, values in zip(states, before, strict=True):
                state.assign(values)

    def finish(self) -> tuple[list[Call], dict[str, NlpLstmError]]:
        """Return the calls that were asked for, and why layers are left out: at last those never called."""
        wholes = [noted.whole() if isinstance(noted, Steps) else noted for noted in self._noted]
        calls = [call for call in wholes if self._can_read(call.name, call.layer, call.inputs)]
        owned = set().union(*map(own_cells, self._layers.values()))
        for name, layer in self._layers.items():
            if name not in self._times and id(layer) not in owned and self._choice.takes(name):
                self._left_out[name] = cannot_trace(name, layer, UNSEEN)
        return calls, self._left_out

    def _layer_call(self, name: str, layer: Any) -> Any:
        """A layer's `call` that tells its own calls of its cell from those by hand."""
        own_call, cells = layer.call, own_cells(layer)

        def call(*arguments, **named):
            if name in self._problems:
                self._next_name(name, layer)
            with self._working(cells):
                return own_call(*arguments, **named)

        return call

    def _inner_loop(self, name: str, layer: Any) -> Any:
        """A layer's `inner_loop` that notes what is read step by step."""
        own_loop, cells = layer.inner_loop, own_cells(layer)

        def inner_loop(sequences, initial_state, mask, training=False):
            """Return what the layer would have without being watched."""
            arguments = {"initial_state": initial_state, "mask": mask, "training": training}
            with self._working(cells):
                called = self._next_name(name, layer)
                if called is None or not self._can_read(called, layer, sequences):
                    return own_loop(sequences, **arguments)
                with changed(layer, STEP_BY_STEP):
                    whole = own_loop(sequences, **arguments)
                self._note(called, layer, sequences, initial_state, mask, *whole[1:])
                is_so = all(getattr(layer, attribute) == value for attribute, value in STEP_BY_STEP.items())
                return whole if is_so else own_loop(sequences, **arguments)

        return inner_loop

    def _cell_call(self, name: str, cell: Any) -> Any:
        """A cell's `call` that notes each call by hand: as one more step of the sequence that it goes on."""
        own_call = cell.call

        def call(inputs, *arguments, **named):
            puts_out = own_call(inputs, *arguments, **named)
            if not any(id(cell) in cells for cells in self._at_work):
                states = keras.tree.flatten(named.get("states", arguments[:1]))
                self._note_step(name, cell, inputs, states, puts_out)
            return puts_out

        return call

    @contextlib.contextmanager
    def _working(self, cells: set[int]) -> Iterator[None]:
        """For the time in which a layer calls its own cells."""
        self._at_work.append(cells)
        try:
            yield
        finally:
            self._at_work.pop()

    def _next_name(self, name: str, layer: Any) -> str | None:
        """The name of the next call of a layer, with a number from the second on; None if it is not noted."""
        times = self._times[name] = self._times.get(name, 0) + 1
        called = name if times == 1 else f"{name}:{times}"
        while times > 1 and called in self._names:  # a layer can bear such a name
            times += 1
            called = f"{name}:{times}"
        self._names.add(called)
        if name in self._problems:
            if self._choice.takes(name):
                self._left_out[name] = self._problems[name]
            return None
        taken = [self._choice.takes(own) for own in names_of(called, layer)]
        return called if any(taken) else None

    def _can_read(self, called: str, layer: Any, inputs: Any) -> bool:
        """Whether a layer reads finite numbers; notes why not."""
        try:
            values = to_numpy(inputs)
        except SYMBOLIC:
            self._leave_out(called, layer, cannot_trace(called, layer, COMPILED))
            return False
        if not np.isfinite(values).all():
            reason = "reads values that are not finite numbers: look at the inputs"
            self._leave_out(called, layer, DataError(f"{called} {reason}"))
            return False
        return True

    def _leave_out(self, called: str, layer: Any, error: NlpLstmError) -> None:
        """Note why a call is left out."""
        names = [name for name in names_of(called, layer) if self._choice.takes(name)]
        self._left_out |= dict.fromkeys(names, error)

    def _note(self, called: str, layer: Any, inputs: Any, initial_state: Any, mask: Any, *puts_out) -> None:
        """Add a call of a layer."""
        inputs = to_numpy(inputs)
        real = np.ones(inputs.shape[:2], bool)
        if mask is not None:
            real = to_numpy(keras.tree.flatten(mask)[0]).astype(bool).reshape(inputs.shape[:2])
        outputs, last_state = puts_out
        states = [to_numpy(state) for state in keras.tree.flatten(initial_state)]
        ends = [to_numpy(state) for state in keras.tree.flatten(last_state)]
        self._noted.append(Call(called, layer, inputs, real, states, to_numpy(outputs), ends))

    def _note_step(self, name: str, cell: Any, inputs: Any, states: list[Any], puts_out: Any) -> None:
        """Add a call of a cell by hand."""
        if name not in self._problems and len(inputs.shape) != 2:
            reason = f"it is called on inputs of shape {tuple(inputs.shape)}, not (batch, input_dim)"
            self._problems[name] = cannot_trace(name, cell, reason)
        if name in self._problems:
            self._next_name(name, cell)
            return
        try:
            read, begin = to_numpy(inputs), [to_numpy(state) for state in states]
            output, *end = [to_numpy(tensor) for tensor in keras.tree.flatten(puts_out)]
        except SYMBOLIC:
            if called := self._next_name(name, cell):
                self._leave_out(called, cell, cannot_trace(called, cell, COMPILED))
            return
        known = self._steps.setdefault(name, [])
        steps = next((steps for steps in known if steps.goes_on_from(begin)), None)
        if steps is None:
            begin = [np.broadcast_to(first, last.shape) for first, last in zip(begin, end, strict=True)]
            steps = Steps(self._next_name(name, cell), cell, begin, end)
            known.insert(0, steps)
            if steps.name is not None:
                self._noted.append(steps)
        steps.add(read, output, end)
