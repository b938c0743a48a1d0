"""trace(): every state and gate of every word, from a run and a text, or from any Keras model.

A run is read with NumPy alone. Of a Keras model, Keras gives what each recurrent layer reads, NumPy
computes the parts, and every result is checked against what the layer itself puts out.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nlp_lstm.errors import CheckError, DataError, UsageError
from nlp_lstm.models.edits import Edits, editing
from nlp_lstm.states.choosing import Choice, Layers
from nlp_lstm.states.layer_traces import LayerTrace, Traces
from nlp_lstm.states.traces import Trace
from nlp_lstm.store.reading import encode, initial_states
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.text.vocabulary import Sentence

if TYPE_CHECKING:
    import keras

MOST_OUTPUTS = 50_000_000  # numbers of a trace's `outputs`, 200 MB


@overload
def trace(
    model: Run, inputs: str | Sentence, edit: Edits = None, *, layers: Layers = None
) -> Traces[Trace]: ...
@overload
def trace(model: "keras.Model", inputs: Any, *, layers: Layers = None) -> Traces[LayerTrace]: ...
@overload
def trace(model: str | Path, inputs: Any, edit: Edits = None, *, layers: Layers = None) -> Traces[Any]: ...
def trace(model: Any, inputs: Any, edit: Edits = None, *, layers: Layers = None) -> Traces[Any]:
    """Return every part of every recurrent layer at every word.

    Args:
        model: a run or its name, to read a text; any built `keras.Model` that holds LSTM, GRU, SimpleRNN or
            RNN layers over their cells, or the path of a `.keras` or `.h5` file, to read numbers.
        inputs: a raw sentence for a run, or a `Sentence` of words and ids, read as it stands, without an
            implied end; what `model.predict` takes for a Keras model, all in one batch.
        edit: parts that are set or scaled while a run reads; all that is computed from them follows.
        layers: the names of layers to trace, or patterns such as `encoder/*`, one or several; None for all.

    Returns:
        For a run a `Trace` by name of the layer: layer_1, layer_2, ... Where the run reads a text after
        `<eos>`, that step is no word of the trace, but its `initial_state`. For a Keras model a `LayerTrace`
        by name of the layer, in the order in which they are called: "lstm", "encoder/lstm" in a nested
        model, "bidirectional/forward" and "bidirectional/backward", "rnn/cell_1" of `RNN([...])`, "lstm:2"
        when a layer is called again, "lstm#2" for the second layer of one name in one place. A layer that is
        held in several places bears the first one's name. Calls of a cell by hand are one trace as long as
        each goes on from the states of the one before. Stateful layers begin with the states that they hold,
        and keep them. The `left_out` of the dictionary tells why a layer of a Keras model is not in it.
        `print` shows a table of the layers.

    Raises:
        DataError: if the inputs do not fit (a text without words, or with so many that their outputs would
            not fit in memory; ids that are no ids; a wrong rank), or a file is none that can be loaded.
        UsageError: if the model is not built, or none of its layers can be traced, or not one that `layers`
            names; says which and why. If the run or the sentence has not what an edit changes.
        UnknownNameError: if there is no layer of a name or pattern in `layers`; lists the names.
        MissingInputError: if there is no such run or file.
        CheckError: if no layer is left, and one puts out something else than what was computed here.

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
    choice = Choice(layers)
    if isinstance(model, Run):
        found = {name: one for name, one in _trace_run(model, inputs, edit).items() if choice.takes(name)}
        choice.check({})
        return Traces(found)
    if edit is not None:
        raise UsageError("a Keras model is traced without edits: leave edit out, or trace a run")
    return _trace_keras(model, inputs, choice)


def _trace_keras(model: Any, inputs: Any, choice: Choice) -> Traces[LayerTrace]:
    """Read inputs with a Keras model; see `trace`."""
    from nlp_lstm.states.keras_steps import names_of
    from nlp_lstm.states.keras_traces import trace_call
    from nlp_lstm.states.recording import record

    calls, left_out = record(model, inputs, choice)
    found = {}
    for call in calls:
        try:
            traces = trace_call(model.name, call)
        except (CheckError, DataError) as error:
            left_out |= {name: error for name in names_of(call.name, call.layer) if choice.takes(name)}
        else:
            found |= {name: one for name, one in traces.items() if choice.takes(name)}
    choice.check(left_out)
    return Traces(found, {name: str(error) for name, error in left_out.items()})


def _trace_run(run: Run, text: str | Sentence, edit: Edits = None) -> dict[str, Trace]:
    """Read a text with a run; see `trace`."""
    sentence = text if isinstance(text, Sentence) else encode(run, text)
    most = max(1, MOST_OUTPUTS // run.outputs)
    if len(sentence.words) > most:
        raise DataError(
            f"a sentence of {len(sentence.words)} words: {run.name} has {run.outputs} outputs a word and "
            f"traces at most {most} words"
        )
    begun = initial_states(run)
    edit_layer = editing(edit, run.settings, len(sentence.words))
    layers, _ = run.network.read(sentence.ids[None], states=begun, edit=edit_layer)
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
            initial_state={name: values[0] for name, values in begun[number - 1].items()} if begun else {},
        )
        inputs = parts["hidden_state"]
    return traces


def _load(path: Path) -> Any:
    """A Keras model from a file, else a run."""
    if path.suffix != ".keras" and not path.is_file():
        return load_run(path)
    from nlp_lstm.states.keras_files import load_model

    return load_model(path)
