"""How large slopes are, by words back: of all that a cell carries, and of the loss; over many sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from nlp_lstm.analyses.studies import Study, read_sentences
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
HIDDEN = "hidden_state"
Measure = Callable[[Run, Example, Parts], np.ndarray]  # parts up to the answered word -> (words back,)


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
        measure: `by_states` with its states, or `by_words`.
        run: of any cell and task; its last layer is measured.
        examples: what `answered` gives.

    Returns:
        From 0 words back on; NaN where fewer than 10 sentences reach.
    """
    traces = list(read_sentences(run, examples).values())[-1]
    logs = np.full((len(examples), FARTHEST + 1), np.nan)
    for row, (example, trace) in enumerate(zip(examples, traces, strict=True)):
        parts = {name: trace.parts[name].astype(float) for name in CELLS.get(run.settings.cell).parts}
        sizes = measure(run, example, parts)[: FARTHEST + 1]
        logs[row, : len(sizes)] = np.log10(np.maximum(sizes, SMALLEST))
    known = np.isfinite(logs)
    enough = known.sum(axis=0)
    means = np.where(known, logs, 0).sum(axis=0) / np.maximum(enough, 1)
    return np.where(enough >= FEWEST, means, np.nan)


def over_seeds(logs: Sequence[np.ndarray]) -> Interval:
    """Return the geometric mean over runs with its 95 % interval, from logarithms to base 10."""
    return Interval(*(10**bound for bound in seed_interval(np.stack(logs))))


def by_states(
    run: Run, example: Example, parts: Parts, states: Sequence[str] = (), cut: bool = False
) -> np.ndarray:
    """Return how large the slopes of states after the last word are, by the same 0, 1, ... words back.

    Args:
        run: of any cell; its last layer is measured.
        example: not used.
        parts: every part of every word of that layer, `(timesteps, units)`.
        states: names of states; none for all that the cell carries.
        cut: whether the way through the recurrent kernel is left out, see `slopes_by_states`.

    Returns:
        `(timesteps,)`; 1 at 0 words back.
    """
    layer, cell = f"layer_{run.settings.layers}", run.settings.cell
    kernel, bias = (run.weights[f"{layer}/{name}"].astype(float) for name in ("recurrent_kernel", "bias"))
    recurrent = Recurrent(kernel, bias[1] if bias.ndim == 2 else 0.0)
    slopes = slopes_by_states(cell, parts, recurrent, states or CELLS.get(cell).states, cut)
    return np.array([1.0, *map(size_of, islice(slopes, FARTHEST))])


def by_words(run: Run, example: Example, parts: Parts) -> np.ndarray:
    """Return how large the slope of the loss by the word 0, 1, ... words back is.

    Args:
        run: of any cell and task.
        example: the sentence; its loss is that of the answer after its last word.
        parts: not used.

    Returns:
        `(timesteps,)`; lengths, where the slope by the hidden state that answers has length 1.
    """
    network, states = run.network, initial_states(run)
    ids = run.vocabulary.ids(example.words)
    layers, _ = network.read_embedded(run.weights["embedding/embeddings"][ids][None].astype(float), states)
    missed = network.probabilities(layers[-1][HIDDEN][0, -1])
    right = str((example.labels or ("",))[-1])
    missed[run.output_names.index(right) if run.label_names else run.vocabulary.ids((right,))[0]] -= 1
    slopes = np.zeros_like(layers[-1][HIDDEN])
    slopes[0, -1] = missed @ network.output_kernel.T
    slopes /= max(float(np.linalg.norm(slopes)), SMALLEST)
    return np.linalg.norm(network.read_back(layers, slopes, states)[0], axis=1)[::-1]


def scaled(run: Run, scale: float) -> Run:
    """Return a run whose recurrent kernels are multiplied by a number."""
    weights: Mapping[str, np.ndarray] = {
        name: values * np.float32(scale) if name.endswith("/recurrent_kernel") else values
        for name, values in run.weights.items()
    }
    return replace(run, weights=weights)
