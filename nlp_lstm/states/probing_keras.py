"""probe() of a Keras model: the states of one sequence as tables and pictures, word by word.

It shows what a trace holds. What a model says after a word is left out, because the outputs of a Keras model
can be anything; questions that need words to read again, or named outputs, need a run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.report.given import check_text, is_keras_model
from nlp_lstm.report.markup import count
from nlp_lstm.states.layer_traces import LayerTrace, Traces
from nlp_lstm.states.memory import write_decomposition
from nlp_lstm.states.memory_tables import memory_table, unit_age_table
from nlp_lstm.states.traces import Trace, check_unit, state_table, unit_table
from nlp_lstm.states.tracing import trace

WORKS = "of a Keras model, probe shows the states, with layer, unit or memory"


def probe_model(
    model: Any,
    inputs: Any,
    words: Sequence[str] | None = None,
    layer: str | int | None = None,
    unit: int | None = None,
    memory: bool = False,
    others: Mapping[str, Any] | None = None,
) -> Report:
    """Return what the layers of a Keras model do with one sequence, step by step.

    Args:
        model: as `trace` takes it, in memory.
        inputs: what `model.predict` takes, of one sequence.
        words: what the rows are called, one for each real step; None for 1, 2, ...
        layer: name of a layer, or its number from 1 in the order of `trace`; None for all.
        unit, memory: as `probe` takes them; the memory of an LSTM layer alone.
        others: what else `probe` was asked; all of it must be empty.

    Returns:
        A report with a table per layer, with `memory` two, and their traces. The fact "left_out" tells why a
        layer is missing.

    Raises:
        UsageError: if `model` is no Keras model, there are several sequences, or the question needs a run.
        UnknownNameError: if there is no such layer.
        DataError: if the inputs do not fit the model, or are padding alone.

    Example:
        >>> import keras, numpy as np
        >>> inputs = keras.Input((None, 2))
        >>> model = keras.Model(inputs, keras.layers.LSTM(3, name="lstm")(inputs), name="reader")
        >>> report = probe_model(model, np.ones((1, 2, 2)), words=["the", "sky"])
        >>> report.comparisons[0].title, report.comparisons[0].rows
        ('reader, lstm', ('the', 'sky'))
    """
    if not is_keras_model(model):
        check_text(model)
    asked = [name for name, value in (others or {}).items() if value not in (None, (), [], False)]
    if asked:
        raise UsageError(f"{asked[0]} needs a run, whose words and outputs are known: {WORKS}")
    found = trace(model, inputs, layers=None if isinstance(layer, int) else layer)
    read = [_one_row(layer_trace, words) for layer_trace in _choose(found, layer)]
    facts = {"left_out": found.left_out or None}
    if memory:
        return _memory(read, unit, facts)
    tables = [state_table(one) if unit is None else unit_table(one, unit) for one in read]
    return Report(tuple(tables), tuple(read), facts)


def _choose(found: Traces[LayerTrace], layer: str | int | None) -> list[LayerTrace]:
    """The layers that are asked for."""
    traces = list(found.values())
    if not isinstance(layer, int):
        return traces
    if not 1 <= layer <= len(traces):
        raise UsageError(
            f"layer {layer}: {traces[0].model} has layers 1 to {len(traces)}, {', '.join(found)}"
        )
    return [traces[layer - 1]]


def _one_row(layer_trace: LayerTrace, words: Sequence[str] | None) -> Trace:
    """The only row of a layer."""
    rows = len(layer_trace.mask)
    if rows != 1:
        raise UsageError(
            f"{layer_trace.layer} reads {count(rows, 'sequence')}: probe shows one, give inputs[:1] and its "
            "words"
        )
    one = layer_trace.sentence(0, words)
    if not one.words:
        raise DataError(f"{layer_trace.layer} reads padding alone: give a sequence with a real step")
    return one


def _memory(read: list[Trace], unit: int | None, facts: dict[str, Any]) -> Report:
    """The maps of the layers' memories: as a whole, or of a unit."""
    lstms = [one for one in read if "cell_state" in one.parts] or read
    tables, ages = [], []
    for one in lstms:
        if unit is not None:
            check_unit(one, unit)
        writes = write_decomposition(one, before=bool(one.initial_state))
        tables.append(memory_table(one, writes, unit))
        ages.append(unit_age_table(one, writes))
    return Report((*tables, *ages), tuple(read), facts)
