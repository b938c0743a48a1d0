"""trace(): every state and gate of every word, from a run and a text, or from any Keras model.

A run is read with NumPy alone. Of a Keras model, Keras gives what each recurrent layer reads, NumPy
computes the parts, and every result is checked against what the layer itself puts out.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nlp_lstm.errors import CheckError, DataError, UsageError
from nlp_lstm.models.cells import CELLS, Parts, run_cell
from nlp_lstm.states.edits import Edits, editing
from nlp_lstm.states.traces import LayerTrace, Trace
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.text.vocabulary import Sentence

if TYPE_CHECKING:
    import keras

    from nlp_lstm.states.recording import Call

MOST_OUTPUTS = 50_000_000  # numbers of a trace's `outputs`, 200 MB
TOLERANCE = 1e-4  # largest difference to Keras, beside 1 or the largest value if that is more


@overload
def trace(model: Run, inputs: str | Sentence, edit: Edits = None) -> dict[str, Trace]: ...
@overload
def trace(model: "keras.Model", inputs: Any) -> dict[str, LayerTrace]: ...
@overload
def trace(model: str | Path, inputs: Any, edit: Edits = None) -> Mapping[str, Any]: ...
def trace(model: Any, inputs: Any, edit: Edits = None) -> Mapping[str, Any]:
    """Return every part of every recurrent layer at every word.

    Args:
        model: a run or its name, to read a text; any built `keras.Model` that holds LSTM, GRU, SimpleRNN or
            RNN layers over their cells, or the path of a `.keras` file, to read numbers.
        inputs: a raw sentence for a run, or a `Sentence` of words and ids; what `model.predict` takes for a
            Keras model, all in one batch.
        edit: parts that are set or scaled while a run reads; all that is computed from them follows.

    Returns:
        For a run a `Trace` by name of the layer: layer_1, layer_2, ... For a Keras model a `LayerTrace`
        by name of the layer, in the order in which they are called: "lstm", "encoder/lstm" in a nested
        model, "bidirectional/forward" and "bidirectional/backward", "rnn/cell_1" of `RNN([...])`, "lstm:2"
        when a layer is called again. Stateful layers begin with the states that they hold, and keep them.

    Raises:
        DataError: if the inputs do not fit (a text without words, or with so many that their outputs would
            not fit in memory; ids that are no ids; a wrong rank), or make a state overflow.
        UsageError: if the model is not built, or holds a layer that cannot be traced; names it. If the run
            or the sentence has not what an edit changes.
        MissingInputError: if there is no such run or file.
        CheckError: if a layer itself puts out something else than what was computed here.

    Example:
        >>> import keras, nlp_lstm
        >>> words = keras.Input((None,), dtype="int32")
        >>> embedded = keras.layers.Embedding(10, 4)(words)
        >>> model = keras.Model(words, keras.layers.LSTM(3, name="lstm")(embedded))
        >>> traces = nlp_lstm.trace(model, np.array([[1, 2, 3]]))
        >>> traces["lstm"].parts["forget_gate"].shape, traces["lstm"].sentence().parts["cell_state"].shape
        ((1, 3, 3), (3, 3))
    """
    if isinstance(model, str | Path):
        model = _load(Path(model))
    if isinstance(model, Run):
        return _trace_run(model, inputs, edit)
    if edit is not None:
        raise UsageError("a Keras model is traced without edits: leave edit out, or trace a run")
    from nlp_lstm.states.recording import record

    found = {}
    for call in record(model, inputs):
        found |= _trace_call(model.name, call)
    return found


def _trace_run(run: Run, text: str | Sentence, edit: Edits = None) -> dict[str, Trace]:
    """Read a text with a run; see `trace`."""
    sentence = text if isinstance(text, Sentence) else run.vocabulary.encode(text)
    most = max(1, MOST_OUTPUTS // run.outputs)
    if len(sentence.words) > most:
        raise DataError(
            f"a sentence of {len(sentence.words)} words: {run.name} has {run.outputs} outputs a word and "
            f"traces at most {most} words"
        )
    edit_layer = editing(edit, run.settings, len(sentence.words))
    layers, _ = run.network.read(sentence.ids[None], edit=edit_layer)
    with np.errstate(over="ignore", invalid="ignore"):  # an edit can overflow; the numbers tell
        outputs = run.network.probabilities(layers[-1]["hidden_state"][0])
    inputs = run.weights["embedding/embeddings"][sentence.ids]
    traces = {}
    for number, parts in enumerate(layers, start=1):
        parts = {name: np.ascontiguousarray(values[0]) for name, values in parts.items()}
        traces[f"layer_{number}"] = Trace(
            run.name,
            f"layer_{number}",
            sentence.words,
            inputs,
            parts,
            outputs,
            run.output_names,
            run.task,
            run.predicts,
        )
        inputs = parts["hidden_state"]
    return traces


def _load(path: Path) -> Any:
    """A Keras model from a file, else a run."""
    if path.suffix != ".keras" and not path.is_file():
        return load_run(path)
    from nlp_lstm.states.keras_models import load_model

    return load_model(path)


def _trace_call(model: str, call: "Call") -> dict[str, LayerTrace]:
    """The traces of one call of a layer: one, or one for each cell of `RNN([...])`."""
    from nlp_lstm.states.keras_models import CELL_NAMES, cells_of, variant_of, weights_of

    backwards, cells = call.layer.go_backwards, cells_of(call.layer)
    turn = slice(None, None, -1 if backwards else 1)
    inputs, mask = call.inputs[:, turn], call.mask[:, turn]
    initial_state, last_state, found = list(call.initial_state), list(call.last_state), {}
    for number, keras_cell in enumerate(cells, start=1):
        cell = CELL_NAMES[type(keras_cell)]
        names = CELLS.get(cell).states
        begin = {name: initial_state.pop(0) for name in names}
        end = {name: last_state.pop(0) for name in names}
        variant = variant_of(keras_cell)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
            parts, states = run_cell(cell, inputs, weights_of(keras_cell), begin, mask, variant)
        top = call.outputs if number == len(cells) else None
        name = call.name if len(cells) == 1 else f"{call.name}/cell_{number}"
        differences = _check(name, parts, states, end, top, mask)
        turned = {part: values[:, turn] for part, values in parts.items()}
        found[name] = LayerTrace(
            model, name, cell, inputs[:, turn], call.mask, turned, begin, backwards, differences
        )
        inputs = parts["hidden_state"]
    return found


def _check(
    name: str, parts: Parts, states: Parts, end: Parts, outputs: np.ndarray | None, mask: np.ndarray
) -> dict[str, float]:
    """The largest difference of each state to what the layer gives: the last one, and every output."""
    differences = {}
    for state, last in end.items():
        if not np.isfinite(last).all():
            raise DataError(f"the {state} of layer {name} is not finite on these inputs: look at them")
        pairs = [(states[state], last)]
        if state == "hidden_state" and outputs is not None:
            pairs.append((parts[state][mask], outputs[mask]))
        largest = [float(np.abs(ours - keras_s).max(initial=0)) for ours, keras_s in pairs]
        scales = [max(1.0, float(np.abs(keras_s).max(initial=0))) for _, keras_s in pairs]
        differences[state] = max(largest)
        if not all(own <= TOLERANCE * scale for own, scale in zip(largest, scales, strict=True)):
            raise CheckError(
                f"layer {name} puts out a {state} that differs by {max(largest):.2g} from the one computed "
                f"here, more than {TOLERANCE:g}: its trace would be wrong"
            )
    return differences
