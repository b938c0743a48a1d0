"""Traces of one sentence, read by several models -> one table: what each says, and how its states move.

The hidden state stands beside the cell state, and the tagger beside the predictor, as far as all read the
same words. `state_table` has every column of one trace.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.states.traces import STATES, Trace, moved, says
from nlp_lstm.text.ends import END

PREFIXES = {"labels": "tagger", "words": "next_word"}
MEANING = (
    "says: what the model says after the word. moved: how far the state turned at the word, 1 - cosine to "
    "the state before; 0: same direction, 2: opposite direction"
)


def side_by_side(traces: Sequence[Trace]) -> list[Comparison]:
    """Return one table of all traces that are of the same words, a row per word.

    Args:
        traces: of one layer each.

    Returns:
        Tables with, for each trace, taggers first, what its model says after the word, and how far hidden and
        cell state moved, in [0, 2]; and a sentence about where most happened. An implied end is a row, too.

    Example:
        >>> said, states = np.array([[0.2, 0.8]] * 3), np.array([[1.0, 0.1], [1.0, 0.2], [-1.0, 0.3]])
        >>> parts, names = {"hidden_state": states}, ("+", "-")
        >>> one = Trace("a", "layer_1", ("so", "very", "bad"), states, parts, said, names)
        >>> table = side_by_side([one])[0]
        >>> table.columns
        ['says', 'hidden_state_moved']
        >>> table.see
        'Most happened at "bad": the hidden state moved by 1.88.'
    """
    groups: dict[tuple[str, ...], list[Trace]] = {}
    for trace in sorted(traces, key=lambda trace: trace.predicts != "labels"):
        groups.setdefault(_typed(trace), []).append(trace)
    return [_table(group) for group in groups.values()]


def _table(traces: Sequence[Trace]) -> Comparison:
    """The table of traces of the same words."""
    longest = max(traces, key=lambda trace: len(trace.words))
    columns: dict[str, list] = {}
    for trace, prefix in zip(traces, _prefixes(traces)):
        missing = [None] * (len(longest.words) - len(trace.words))
        columns[f"{prefix}says"] = [*says(trace, most=1), *missing]
        columns |= {f"{prefix}{name}_moved": [*turns, *missing] for name, turns in _turns(trace).items()}
    title = " beside ".join(trace.title for trace in traces)
    table = Comparison.from_columns(title, longest.words, columns, "word", MEANING, "states")
    return replace(table, see=" ".join(filter(None, map(_most_happened, traces, _readers(traces)))))


def _prefixes(traces: Sequence[Trace]) -> list[str]:
    """What the columns of each trace begin with: nothing for one alone, what it is, or else its run."""
    if len(traces) == 1:
        return [""]
    kinds = [PREFIXES.get(trace.predicts, trace.model) for trace in traces]
    names = kinds if len(set(kinds)) == len(kinds) else [trace.model for trace in traces]
    return [f"{name}_" for name in names]


def _readers(traces: Sequence[Trace]) -> list[str]:
    """Where it happened, for a sentence: in the tagger or the predictor; in a run where there are several."""
    names = {"labels": "in the tagger ", "words": "in the predictor "}
    kinds = [names.get(trace.predicts, "") for trace in traces]
    return kinds if len(set(kinds)) == len(kinds) else [f"in {trace.model} " for trace in traces]


def _most_happened(trace: Trace, reader: str) -> str:
    """A sentence about the word after the first at which the states moved most, together."""
    turns = _turns(trace)
    together = np.nan_to_num(sum(turns.values(), np.zeros(len(trace.words))))
    if not together[1:].any():
        return ""
    place = 1 + int(together[1:].argmax())
    told = " and ".join(
        f"the {name.replace('_', ' ')} moved by {values[place]:.2f}" for name, values in turns.items()
    )
    return f'Most happened {reader}at "{trace.words[place]}": {told}.'


def _turns(trace: Trace) -> dict[str, np.ndarray]:
    """How far each state of a trace moved at each word."""
    began = trace.initial_state
    return {name: moved(trace.parts[name], began.get(name)) for name in STATES if name in trace.parts}


def _typed(trace: Trace) -> tuple[str, ...]:
    """The words of a trace without an implied end."""
    return trace.words[:-1] if trace.words[-1:] == (END,) else trace.words
