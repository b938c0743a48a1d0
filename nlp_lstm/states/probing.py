"""probe(): what hidden and cell state do at every word of a sentence, in both models.

Each run answers one question with a table: what its states do, what a unit does, what its memory is made of,
or what a change to the sentence or to the cell changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlp_lstm.errors import UnknownNameError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.states.changes import change_table, swap_word, without_word
from nlp_lstm.states.edits import Edit
from nlp_lstm.states.memory import write_decomposition
from nlp_lstm.states.memory_tables import memory_table, unit_age_table
from nlp_lstm.states.traces import Trace, says, state_table
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, default_runs, load_run
from nlp_lstm.text.answers import name_words
from nlp_lstm.text.ends import STOP, has_end
from nlp_lstm.text.vocabulary import UNK, Sentence


def probe(
    text: str,
    runs: Sequence[Run | str | Path] | Run | str | Path = (),
    layer: int | None = None,
    unit: int | None = None,
    memory: bool = False,
    towards: str | None = None,
    without: int | None = None,
    swap: tuple[int, str] | None = None,
    hold: Sequence[Edit] | Edit = (),
    tokenized: bool | None = None,
    as_typed: bool = False,
    unknown: bool = False,
) -> Report:
    """Read a sentence with trained models and tell what happens to their states, word by word.

    Args:
        text: a raw sentence.
        runs: runs or their names, or one of them; none for the newest of each task, or for those that
            come with nlp-lstm where nothing was trained.
        layer: number of the layer to show, from 1; None for the last.
        unit: number of a unit, from 0: show all its parts, or with `memory` what was written of it.
        memory: show which words wrote what the cell state is made of.
        towards: with `memory`, show what was written of the logit of this output, a label or a word.
        without: number of a word, from 1: show what changes if it is left out.
        swap: number of a word, from 1, and another word: show what changes if they are swapped.
        hold: edits of the cell: show what changes with them.
        tokenized: whether the text is split at its blanks, or as raw text; None for each run's own rule.
        as_typed: whether a text without a stop is read without an implied end by runs that learned from
            sentences with one.
        unknown: whether the unknown word is named among the likeliest next words; else the others are
            renormalized, and the fact "unknown_share" says what was left out at the last word, by run.

    Returns:
        A report with one table per run, with `memory` two, one row per word, and the traces of all layers;
        those of a changed sentence or cell come after, with "changed" behind the name of the run. The row
        "(end)" is the implied end, which is no word. Traces hold probabilities as the model gives them.

    Raises:
        MissingInputError: if there is no run.
        UsageError: if the layer, unit, output, word or part does not exist, if the memory of a layer that is
            no LSTM is asked for, or if two of the questions are asked at once.
        DataError: if the text has no words or too many.
    """
    holds = [hold] if isinstance(hold, Edit) else list(hold)
    _check_one_question(unit, memory, towards, without, swap, holds)
    comparisons: list[Comparison] = []
    ages: list[Comparison] = []
    traces: list[Trace] = []
    strange: dict[str, str | None] = {}
    left_out: dict[str, float] = {}
    ended: list[str] = []
    named = [runs] if isinstance(runs, (Run, str, Path)) else runs
    for run in [run if isinstance(run, Run) else load_run(run) for run in named] or default_runs():
        sentence = encode(run, text, tokenized, as_typed)
        layers = _read(run, sentence, unknown)
        shown = _choose_layer(layers, layer)
        strange[run.name] = sentence.unknown
        ended += [run.name] if has_end(sentence) else []
        if run.predicts == "words" and not unknown:
            left_out[run.name] = float(name_words(shown.outputs[-1], run.output_names)[1])
        traces += layers.values()
        if memory:
            writes = write_decomposition(shown, before=bool(shown.initial_state))
            comparisons.append(_memory_map(run, shown, writes, unit, towards))
            ages.append(unit_age_table(shown, writes))
        elif without is not None or swap is not None or holds:
            other = swap and (swap[0], encode(run, swap[1], tokenized))
            changed, first, change = _change(sentence, without, other, holds)
            after = _read(run, changed, unknown, holds)
            comparisons.append(change_table(shown, after[shown.layer], first, change))
            traces += [replace(one, model=f"{one.model} changed") for one in after.values()]
            strange[f"{run.name} changed"] = None if changed is sentence else changed.unknown
        else:
            comparisons.append(unit_table(shown, unit) if unit is not None else state_table(shown))
    found = {name: words for name, words in strange.items() if words}
    end = f'{" and ".join(ended)} reads "{STOP}" after the text, which has no stop' if ended else None
    facts = {"unknown_words": found or None, "unknown_share": left_out or None, "implied_end": end}
    return Report(tuple(comparisons + ages), tuple(traces), facts)


def _read(run: Run, sentence: Sentence, unknown: bool, holds: Sequence[Edit] = ()) -> dict[str, Trace]:
    """The traces of a sentence, which name the unknown word or not."""
    return {name: replace(one, names_unknown=unknown) for name, one in trace(run, sentence, holds).items()}


def unit_table(trace: Trace, unit: int) -> Comparison:
    """Return one row per word with all parts of one unit.

    Raises:
        UsageError: if the layer has no such unit.
    """
    _check_unit(trace, unit)
    columns = {"says": says(trace)} | {name: values[:, unit] for name, values in trace.parts.items()}
    title = f"{trace.title}, unit {unit}"
    meaning = "gates in (0, 1); candidate and hidden_state in (-1, 1)"
    return Comparison.from_columns(title, trace.words, columns, "word", meaning)


def _check_one_question(
    unit: int | None, memory: bool, towards: str | None, without: object, swap: object, holds: list[Edit]
) -> None:
    """Raise a UsageError if two questions are asked at once."""
    if towards is not None and not memory:
        raise UsageError(f"towards {towards!r}: it shows the memory of an output, give memory as well")
    if towards is not None and unit is not None:
        raise UsageError("unit and towards exclude each other: show the memory of one of them")
    questions = {
        "unit": unit is not None and not memory,
        "memory": memory,
        "without": without is not None,
        "swap": swap is not None,
        "hold": bool(holds),
    }
    asked = [name for name, given in questions.items() if given]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} exclude each other: ask one question at a time")


def _change(
    sentence: Sentence, without: int | None, swap: tuple[int, Sentence] | None, holds: list[Edit]
) -> tuple[Sentence, int, str]:
    """The changed sentence, the number of the first word to compare, and the change in words."""
    if without is not None:
        changed = without_word(sentence, without)
        return changed, without + 1, f"without {without} {sentence.words[without - 1]}"
    if swap is not None:
        number, other = swap
        changed = swap_word(sentence, number, other)
        return changed, number, f"{number} {sentence.words[number - 1]} → {changed.words[number - 1]}"
    return sentence, min(edit.first for edit in holds), f"hold {', '.join(map(str, holds))}"


def _memory_map(
    run: Run, shown: Trace, writes: np.ndarray, unit: int | None, towards: str | None
) -> Comparison:
    """The map of a layer's memory: as a whole, of a unit, or towards an output."""
    column = None
    if unit is not None:
        _check_unit(shown, unit)
    if towards is not None:
        if shown.layer != f"layer_{run.settings.layers}":
            raise UsageError(f"{shown.layer} towards {towards!r}: the outputs read only the last layer")
        column = run.network.output_kernel[:, _output(run, towards)]
    return memory_table(shown, writes, unit, towards, column)


def _output(run: Run, name: str) -> int:
    """The number of the output that stands for a label or a word."""
    if name in run.output_names:
        return run.output_names.index(name)
    if run.label_names:
        raise UnknownNameError(f"label of {run.name}", name, run.label_names)
    index = int(run.vocabulary.ids([name])[0])
    if index == UNK:
        raise UsageError(f"towards {name!r}: {run.name} knows no such word; choose a run with --run")
    return index


def _choose_layer(layers: Mapping[str, Trace], layer: int | None) -> Trace:
    """The trace of the layer with this number."""
    traces = list(layers.values())
    if layer is None:
        return traces[-1]
    if not 1 <= layer <= len(traces):
        raise UsageError(f"layer {layer}: {traces[0].model} has layers 1 to {len(traces)}")
    return traces[layer - 1]


def _check_unit(trace: Trace, unit: int) -> None:
    """Raise a UsageError unless the layer has the unit."""
    units = trace.parts["hidden_state"].shape[1]
    if not 0 <= unit < units:
        raise UsageError(f"unit {unit}: {trace.model} has units 0 to {units - 1}")
