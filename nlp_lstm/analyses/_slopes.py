"""How large slopes are, by words back: of all that a cell carries, and of the loss; over many sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from nlp_lstm.analyses.studies import Study
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, seed_interval
from nlp_lstm.models.cells import CELLS, Parts, Recurrent
from nlp_lstm.models.jacobians import size_of, slopes_by_states
from nlp_lstm.store.reading import initial_states
from nlp_lstm.store.run import Run

FEWEST = 10  # sentences that reach so far back
MOST = 60  # sentences that are read
FARTHEST = 50  # words back
SMALLEST = 1e-30  # what is smaller counts as this: it has a logarithm
HIDDEN, CELL = "hidden_state", "cell_state"
Layers = list[Parts]  # every part of every word up to the answered one, (1, timesteps, units), by layer
Measure = Callable[[Run, Example, Layers], np.ndarray]  # -> (words back,)


def answered(study: Study) -> list[Example]:
    """Return the beginnings of sentences up to their last word that is answered for, the longest first.

    Of running text, the last word is left out: it is the answer after the one before.

    Raises:
        DataError: if fewer than 10 have such a word with a word before it.
    """
    found = []
    for example in study.examples:
        labels = example.words[1:] if example.labels is None else example.labels
        known = labels if example.labels is None else study.run.label_names
        last = max((at for at, label in enumerate(labels, start=1) if label in known), default=0)
        if last >= 2:
            found.append(Example(example.words[:last], labels[:last]))
    if len(found) < FEWEST:
        raise DataError(
            f"{len(found)} sentences of {study.data} have a word that is answered for with a word before it: "
            f"at least {FEWEST} are needed, give a corpus with labels, such as --data counting:copy"
        )
    return sorted(found, key=lambda one: -len(one.words))[:MOST]  # the longest reach farthest back


def mean_logs(measure: Measure, run: Run, examples: Sequence[Example]) -> np.ndarray:
    """Return the mean logarithm, to base 10, of what is measured at each distance, `(words back,)`.

    Args:
        measure: `by_states`, `by_words`, `by_cell_state` or `through_cell_state`.
        run: of any cell and task; its last layer is measured.
        examples: what `answered` gives.

    Returns:
        From 0 words back on; NaN where fewer than 10 sentences reach.
    """
    table, begun = run.weights["embedding/embeddings"], initial_states(run)
    logs = np.full((len(examples), FARTHEST + 1), np.nan)
    for row, example in enumerate(examples):
        embedded = table[run.vocabulary.ids(example.words)][None].astype(float)
        layers, _ = run.network.read_embedded(embedded, begun)
        sizes = measure(run, example, layers)[: FARTHEST + 1]
        logs[row, : len(sizes)] = np.log10(np.maximum(sizes, SMALLEST))
    known = np.isfinite(logs)
    enough = known.sum(axis=0)
    means = np.where(known, logs, 0).sum(axis=0) / np.maximum(enough, 1)
    return np.where(enough >= FEWEST, means, np.nan)


def over_seeds(logs: Sequence[np.ndarray]) -> Interval:
    """Return the geometric mean over runs with its 95 % interval, from logarithms to base 10."""
    return Interval(*(10**bound for bound in seed_interval(np.stack(logs))))


def by_states(run: Run, example: Example, layers: Layers) -> np.ndarray:
    """Return how large the slopes of all that a cell carries are, by the same 0, 1, ... words back.

    Args:
        run: of any cell; its last layer is measured.
        example: not used.
        layers: what the run read of the sentence.

    Returns:
        `(timesteps,)`; 1 at 0 words back.
    """
    return _sizes(_slopes(run, layers, CELLS.get(run.settings.cell).states))


def by_cell_state(run: Run, example: Example, layers: Layers) -> np.ndarray:
    """Return the same of the cell state alone: on all ways, which it takes through the hidden states, too.

    dc_t / dc_j, with h_j = o tanh(c_j): by c_j + by h_j o (1 - tanh(c_j)^2)
    """
    parts, units = {name: values[0] for name, values in layers[-1].items()}, run.settings.units
    shown = parts["output_gate"] * (1 - np.tanh(parts[CELL]) ** 2)
    earlier = shown[-2::-1]  # of the word 1, 2, ... words back
    both = _slopes(run, layers, (CELL, HIDDEN))
    return _sizes(one[:units, :units] + one[:units, units:] * by for one, by in zip(both, earlier))


def through_cell_state(run: Run, example: Example, layers: Layers) -> np.ndarray:
    """Return the same through the cell state alone: the size of the product of the forget gates."""
    return _sizes(_slopes(run, layers, (CELL,), cut=True))


def _slopes(run: Run, layers: Layers, states: Sequence[str], cut: bool = False) -> Iterator[np.ndarray]:
    """The slopes of states of the last layer, see `slopes_by_states`."""
    layer, cell = f"layer_{run.settings.layers}", run.settings.cell
    kernel, bias = (run.weights[f"{layer}/{name}"].astype(float) for name in ("recurrent_kernel", "bias"))
    recurrent = Recurrent(kernel, bias[1] if bias.ndim == 2 else 0.0)
    parts = {name: values[0] for name, values in layers[-1].items()}
    return slopes_by_states(cell, parts, recurrent, states, cut)


def _sizes(slopes: Iterable[np.ndarray]) -> np.ndarray:
    """Their sizes, from 0 words back on."""
    return np.array([1.0, *map(size_of, islice(slopes, FARTHEST))])


def by_words(run: Run, example: Example, layers: Layers) -> np.ndarray:
    """Return how large the slope of the loss by the word 0, 1, ... words back is.

    Args:
        run: of any cell and task.
        example: the sentence; its loss is that of the answer after its last word.
        layers: what the run read of the sentence.

    Returns:
        `(timesteps - 1,)`; lengths, where the slope by the hidden state that answers has length 1. The first
        word is left out: few sentences have it at the same distance, and in some corpora it is what is asked.
    """
    network = run.network
    missed = network.probabilities(layers[-1][HIDDEN][0, -1])
    right = str((example.labels or ("",))[-1])
    missed[run.output_names.index(right) if run.label_names else run.vocabulary.ids((right,))[0]] -= 1
    slopes = np.zeros_like(layers[-1][HIDDEN])
    slopes[0, -1] = missed @ network.output_kernel.T
    slopes /= max(float(np.linalg.norm(slopes)), SMALLEST)
    return np.linalg.norm(network.read_back(layers, slopes, initial_states(run))[0], axis=1)[:0:-1]


def scaled(run: Run, scale: float) -> Run:
    """Return a run whose recurrent kernels are multiplied by a number."""
    weights: Mapping[str, np.ndarray] = {
        name: values * np.float32(scale) if name.endswith("/recurrent_kernel") else values
        for name, values in run.weights.items()
    }
    return replace(run, weights=weights)
