"""The unit of a model that goes best with the true count after each word, and what its states do.

It is found on the shorter strings and judged on the longer ones, so that what is said of it is said of counts
that it was not chosen for.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nlp_lstm.analyses._words import join, starts_of
from nlp_lstm.corpora import Example
from nlp_lstm.states.traces import Trace

COUNT = "count"  # the fact that holds the true count after each word
FULL = 0.9  # a hidden state beyond it is nearly at its bound, 1


class Range(NamedTuple):
    """How far a training went: its longest string, in words, and its largest count; 0 if not known."""

    length: int
    count: int


class Counter(NamedTuple):
    """The unit that goes best with the count, and what it does over the longer half of the strings.

    Args:
        layer: name of its layer.
        unit: its number.
        state: "cell_state", or "hidden_state" of a cell that has no other.
        correlation: of the state with the count, Pearson's, in [-1, 1]; 0 if it never changes.
        hidden_correlation: of the unit's hidden state with the count.
        step_up, step_down: by how much a word moves the state that makes the count larger, or smaller; means.
        slope, hidden_slope: by how much state and hidden state grow with one more count, among counts that
            are larger than any in training; NaN where there are none.
        saturated: share of words with such counts at which |h| of the unit is above 0.9.
    """

    layer: str
    unit: int
    state: str
    correlation: float = np.nan
    hidden_correlation: float = np.nan
    step_up: float = np.nan
    step_down: float = np.nan
    slope: float = np.nan
    hidden_slope: float = np.nan
    saturated: float = np.nan


def find_counter(layers: Mapping[str, Sequence[Trace]], examples: Sequence[Example], reach: Range) -> Counter:
    """Return the unit whose state goes best with the count over the shorter half of the strings.

    Args:
        layers: name of the layer -> a trace per string.
        examples: the strings.
        reach: how far the training went, which says which counts are beyond it.
    """
    order = np.argsort([len(example.words) for example in examples], kind="stable")
    shorter, longer = np.array_split(order, 2)
    told = np.concatenate([examples[row].facts[COUNT] for row in shorter])
    state = "cell_state" if "cell_state" in next(iter(layers.values()))[0].parts else "hidden_state"
    found = {
        layer: correlate(join([traces[row] for row in shorter], state), told)
        for layer, traces in layers.items()
    }
    layer = max(found, key=lambda name: float(abs(found[name]).max()))
    unit = int(abs(found[layer]).argmax())
    traces = [layers[layer][row] for row in longer]
    return _judge(Counter(layer, unit, state), traces, [examples[row].facts[COUNT] for row in longer], reach)


def _judge(
    counter: Counter, traces: Sequence[Trace], facts: Sequence[tuple[int, ...]], reach: Range
) -> Counter:
    """The unit with what it does over some strings, whose counts are given."""
    change = np.concatenate([np.diff(counts, prepend=0) for counts in facts])
    told = np.concatenate([np.array(counts, float) for counts in facts])
    state, hidden = (
        join(traces, part)[:, counter.unit].astype(float) for part in (counter.state, "hidden_state")
    )
    starts = starts_of(traces)
    steps = np.diff(state, prepend=0)
    steps[starts] = state[starts]  # each string begins from zeros
    beyond = told > reach.count
    return counter._replace(
        correlation=float(correlate(state[:, None], told)[0]),
        hidden_correlation=float(correlate(hidden[:, None], told)[0]),
        step_up=_mean(steps[change > 0]),
        step_down=_mean(steps[change < 0]),
        slope=_slope(state[beyond], told[beyond], change[beyond]),
        hidden_slope=_slope(hidden[beyond], told[beyond], change[beyond]),
        saturated=_mean(abs(hidden[beyond]) > FULL),
    )


def correlate(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of each unit with the count, `(units,)`; 0 where either never changes.

    Args:
        values: `(words, units)`.
        counts: `(words,)`.

    Example:
        >>> correlate(np.array([[0.5, 1.0], [1.0, 1.0], [1.5, 1.0]]), np.array([1, 2, 3])).round(6).tolist()
        [1.0, 0.0]
    """
    values, counts = values - values.mean(axis=0, dtype=float), counts - counts.mean()
    spread = np.sqrt((values**2).sum(axis=0) * (counts**2).sum())
    return np.divide(counts @ values, spread, out=np.zeros(values.shape[1]), where=spread > 1e-9)


def _slope(values: np.ndarray, counts: np.ndarray, change: np.ndarray) -> float:
    """How much a value grows with one more count, by least squares.

    Words that raise the count and those that lower it have a mean of their own.
    """
    products = squares = 0.0
    for chosen in (change > 0, change < 0):
        if chosen.any():
            away = counts[chosen] - counts[chosen].mean()
            products, squares = products + away @ values[chosen], squares + away @ away
    return float(products / squares) if squares else np.nan


def _mean(values: np.ndarray) -> float:
    """The mean, NaN of none."""
    return float(values.mean()) if values.size else np.nan
