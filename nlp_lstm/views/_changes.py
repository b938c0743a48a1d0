"""A sentence read twice: before and after a change, or by both models, over curves of what the states did."""

from collections.abc import Sequence

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.states.traces import STATES, Trace, moved
from nlp_lstm.views._bands import Bands, Reading
from nlp_lstm.views._curves import tell_coincident
from nlp_lstm.views._drawing import Picture
from nlp_lstm.views._panels import numbers
from nlp_lstm.views._sentence import shade
from nlp_lstm.views._style import WIDTH

MOST_WORDS, BEFORE, SHORT = 300, 5, 40  # words drawn, those before the change, and of a sentence drawn whole
AFTER = " changed"  # what follows the name of a run that read the changed sentence
STATE, OUTPUT = "change of the state\n(share of its length)", "change of the output\n(0 to 1)"
MOVED = "{} moved\n(1 – cosine)"
NAMES = {"labels": "tagger", "words": "predictor"}  # by what a run predicts


def pair_of(table: Comparison, traces: Sequence[Trace]) -> tuple[Trace, Trace] | None:
    """Return the traces of the sentence before and after the change that a table is about."""
    for before in traces:
        for after in traces:
            same = after.model == f"{before.model}{AFTER}" and after.layer == before.layer
            if same and table.title.startswith(f"{before.title}, "):
                return before, after
    return None


def change_picture(table: Comparison, before: Trace, after: Trace, width: float = WIDTH) -> Picture:
    """Return a sentence before and after a change, over the curves of what changed.

    Args:
        table: a row for each word from the changed one on, aligned at the end of both.
        before, after: traces of one layer, of the sentence as it was and with the change.
        width: in inches.
    """
    count = len(before.words)
    first = count - len(table.rows)  # from 0, of the first word with a row
    start = 0 if count <= SHORT else max(0, first - BEFORE)
    shown = range(start, min(count, start + MOST_WORDS))
    known = {name: _at_end(values, count) for name, values in numbers(table, len(table.rows)).items()}
    states = {name.removesuffix("_change"): one for name, one in known.items() if name != "output_change"}
    panels = {STATE: states, OUTPUT: {"output": known["output_change"]}}
    removed = first - 1 if len(after.words) < count else count
    places = [None if t == removed else t - (t > removed) for t in range(count)]
    readings = Reading.of("before", before, range(count)), Reading.of("after", after, places)
    new = [t for t in range(count) if readings[0].words[t] != readings[1].words[t]]
    bands = Bands(readings, panels, shown, width, new, (OUTPUT,))
    note = (
        "Above: the sentence as it was, with what the model says after each word; below: with the change. "
        f"Color: {shade(before).meaning}. {tell_coincident(states)}".strip()
    )
    title = f"{table.title}, before and after"
    return Picture(title, bands.height, bands.draw, table.meaning, note + _left_out(shown, count), width)


def traces_of(table: Comparison, traces: Sequence[Trace]) -> list[Trace]:
    """Return the traces that a table of several is about, in its order."""
    by_title = {trace.title: trace for trace in reversed(traces)}
    return [by_title[title] for title in table.title.split(" beside ") if title in by_title]


def states_picture(table: Comparison, traces: Sequence[Trace], width: float = WIDTH) -> Picture:
    """Return a sentence with what each model says after each word, over how far its states moved.

    Args:
        table: a row per word.
        traces: of the same words, but for an implied end.
        width: in inches.
    """
    count = len(table.rows)
    kinds = [NAMES.get(trace.predicts, trace.model) for trace in traces]
    names = kinds if len(set(kinds)) == len(kinds) else [trace.model for trace in traces]
    readings, panels = [], {}
    for name, trace in zip(names, traces, strict=True):
        own = len(trace.words)
        readings.append(Reading.of(name, trace, [t if t < own else None for t in range(count)]))
        turns = {
            state: moved(trace.parts[state], trace.initial_state.get(state))
            for state in STATES
            if state in trace.parts
        }
        panels[MOVED.format(name)] = {
            state: np.concatenate([values, np.full(count - own, np.nan)]) for state, values in turns.items()
        }
    shown = range(min(count, MOST_WORDS))
    bands = Bands(readings, panels, shown, width)
    meanings = dict.fromkeys(
        f"{name}: {shade(trace).meaning}" for name, trace in zip(names, traces, strict=True)
    )
    note = f"Each word, and what each model says after it. Color, {'; '.join(meanings)}."
    title = f"{table.title}, word by word"
    return Picture(title, bands.height, bands.draw, table.meaning, note + _left_out(shown, count), width)


def _left_out(shown: range, count: int) -> str:
    """Which words are drawn, if not all are."""
    if len(shown) == count:
        return ""
    told = f"Words {shown.start + 1} to {shown.stop}" if shown.start else f"The first {len(shown)}"
    return f" {told} of {count} words; --format csv or json holds all."


def _at_end(values: np.ndarray, length: int) -> np.ndarray:
    """Numbers of the last words of a sentence, `(length,)`; NaN before."""
    return np.concatenate([np.full(length - len(values), np.nan), values])
