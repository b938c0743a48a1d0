"""probe(): what hidden and cell state do at every word of a sentence, in both models.

What the states do is one table of all runs, side by side. Each run answers every other question, see
`questions`, with tables of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nlp_lstm.errors import UsageError
from nlp_lstm.models.edits import Edit
from nlp_lstm.report import Comparison, Report
from nlp_lstm.states.probing_keras import probe_model
from nlp_lstm.states.questions import Question, answer, read
from nlp_lstm.states.side_by_side import side_by_side
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import default_runs, load_runs
from nlp_lstm.text.answers import name_words
from nlp_lstm.text.ends import STOP, has_end

NEED_A_RUN = ("why", "towards", "against", "without", "swap", "hold", "patch_from", "tokenized")


def probe(
    text: Any,
    runs: Any = (),
    layer: int | str | None = None,
    unit: int | None = None,
    memory: bool = False,
    why: bool = False,
    towards: str | None = None,
    against: str | None = None,
    without: int | None = None,
    swap: tuple[int, str] | None = None,
    hold: Sequence[Edit] | Edit = (),
    patch_from: str | None = None,
    tokenized: bool | None = None,
    as_typed: bool = False,
    unknown: bool = False,
    wide: bool = False,
    words: Sequence[str] | None = None,
) -> Report:
    """Read a sentence with trained models and tell what happens to their states, word by word.

    A Keras model reads numbers: `probe(model, inputs, words=[...])` shows its states in the same way.

    Args:
        text: a raw sentence; or a Keras model.
        runs: runs or their names, or one of them; none for the newest of each task, and one of those that
            come with nlp-lstm where you have trained no tagger, or no model of next words. For a Keras model,
            what its `predict` takes, one sequence.
        layer: number of the layer to show, from 1; None for the last. Of a Keras model also its name, and
            None for all.
        unit: number of a unit, from 0: show all its parts, or with `memory` what was written of it.
        memory: show which words wrote what the cell state is made of.
        why: show how much each word speaks for what the run says after the last one.
        towards: the output, a label or a word, that `why` is about, that `patch_from` moves the answer to, or
            of whose logit `memory` shows what was written.
        against: with `why` and `patch_from`, the output that it is compared with.
        without: number of a word, from 1: show what changes if it is left out.
        swap: number of a word, from 1, and another word: show what changes if they are swapped.
        hold: edits of the cell: show what changes with them.
        patch_from: another sentence, as long: show how much of the difference in the answer moves with each
            part of it at each word.
        tokenized: whether the text is split at its blanks, or as raw text; None for each run's own rule.
        as_typed: whether a text without a stop is read without an implied end by runs that learned from
            sentences with one.
        unknown: whether the unknown word is named among the likeliest next words; else the others are
            renormalized, and the fact "unknown_share" says what was left out at the last word, by run.
        wide: show a table for each run with the lengths of its states and with its gates as well.
        words: what the steps of a Keras model are called; None for 1, 2, ... A Keras model takes `layer`,
            `unit`, `memory` and `words` alone.

    Returns:
        A report with a table, one row per word, and the traces of all layers. The table shows the models side
        by side, hidden beside cell; with `wide` and the questions each run has its own, with `memory` two;
        those of a changed sentence or cell, or of `patch_from`, come after, with "changed" or
        "donor" behind the name of the run. The row
        "(end)" is the implied end, which is no word. Traces hold probabilities as the model gives them.

    Raises:
        MissingInputError: if there is no run.
        UsageError: if the layer, unit, output, word or part does not exist, if the memory of a layer that is
            no LSTM is asked for, if two of the questions are asked at once, or if a Keras model is asked
            something that needs a run.
        DataError: if the text has no words or too many.
    """
    holds = [hold] if isinstance(hold, Edit) else list(hold)
    question = Question(
        unit, memory, why, towards, against, without, swap, holds, patch_from, tokenized, as_typed, unknown
    )
    if not isinstance(text, str):
        others = {name: getattr(question, name) for name in NEED_A_RUN}
        return probe_model(text, runs, words, layer, unit, memory, others)
    question.check()
    tables, details, beside, traces = list[Comparison](), list[Comparison](), list[Trace](), list[Trace]()
    strange: dict[str, str | None] = {}
    left_out: dict[str, float] = {}
    ended: list[str] = []
    for run in load_runs(runs) or default_runs(both_kinds=True):
        sentence = encode(run, text, tokenized, as_typed)
        layers = read(run, sentence, question)
        shown = _choose_layer(layers, layer)
        found = answer(run, sentence, shown, question)
        strange |= {run.name: sentence.unknown, f"{run.name} {found.called}": found.unknown}
        ended += [run.name] if has_end(sentence) else []
        if run.predicts == "words" and not unknown:
            left_out[run.name] = float(name_words(shown.outputs[-1], run.output_names)[1])
        tables += found.tables or ([state_table(shown)] if wide else [])
        beside += [] if found.tables or wide else [shown]
        details += found.details
        traces += layers.values()
        traces += [replace(one, model=f"{one.model} {found.called}") for one in found.traces.values()]
    end = f'{" and ".join(ended)} reads "{STOP}" after the text, which has no stop' if ended else None
    unknown_words = {name: words for name, words in strange.items() if words}
    facts = {"unknown_words": unknown_words or None, "unknown_share": left_out or None, "implied_end": end}
    return Report((*side_by_side(beside), *tables, *details), tuple(traces), facts)


def _choose_layer(layers: Mapping[str, Trace], layer: int | str | None) -> Trace:
    """The trace of the layer with this number."""
    traces = list(layers.values())
    if layer is None:
        return traces[-1]
    if isinstance(layer, str) or not 1 <= layer <= len(traces):
        raise UsageError(f"layer {layer}: {traces[0].model} has layers 1 to {len(traces)}")
    return traces[layer - 1]
