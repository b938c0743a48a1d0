"""How the output of a run changes when some units are held at their mean while it reads."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nlp_lstm.analyses._words import join
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.models.network import EditLayer
from nlp_lstm.report.progress import track
from nlp_lstm.states.changes import output_change
from nlp_lstm.states.traces import Trace
from nlp_lstm.store.reading import read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.batches import pad

RANDOM = 20  # draws of as many units as were chosen
MOST_SENTENCES = 64  # that are read again with each choice of units
BATCH = 16  # sentences: of 40 words and 10,000 outputs they have 26 MB of probabilities


class Effect(NamedTuple):
    """By how much the output changes if units are held: the total variation distance, in [0, 1].

    Args:
        held: of the chosen units, over words.
        random: of as many drawn from all: mean and middle 95 % of 20 draws.
        sentences: how many were read.
    """

    held: Interval
    random: Interval
    sentences: int


def measure_effects(
    run: Run,
    layer: str,
    traces: Sequence[Trace],
    chosen: Sequence[np.ndarray],
    sentences: Sequence[int],
    seed: int = 0,
) -> list[Effect]:
    """Return the effect of holding each choice of units in the cell state; without one, the hidden state.

    Args:
        run: of any cell.
        layer: name of the layer.
        traces: of that layer, which the means are taken from.
        chosen: units to hold together, `(units,)` each, all of the same length.
        sentences: numbers of the sentences to read; at most 64 are, drawn by the seed.
        seed: draws sentences, random units and intervals.
    """
    random = np.random.default_rng(seed)
    part = "cell_state" if "cell_state" in traces[0].parts else "hidden_state"
    means = join(traces, part).mean(axis=0)
    drawn = [random.choice(len(means), len(chosen[0]), replace=False) for _ in range(RANDOM)]
    rows = random.permutation(sentences)[:MOST_SENTENCES]
    ids = [run.vocabulary.ids(traces[row].words) for row in rows]
    sums = _changes(run, int(layer.removeprefix("layer_")), part, means, [*chosen, *drawn], ids)
    counts = np.array([len(one) for one in ids])
    of_random = sums[len(chosen) :].sum(axis=1) / counts.sum()
    low, high = np.quantile(of_random, [0.025, 0.975])
    spread = Interval(of_random.mean(), low, high)
    return [Effect(mean_interval(one, counts, seed), spread, len(ids)) for one in sums[: len(chosen)]]


def _changes(
    run: Run, layer: int, part: str, means: np.ndarray, holds: list[np.ndarray], ids: list[np.ndarray]
) -> np.ndarray:
    """The change of the output for each choice of units, summed over each sentence, `(holds, sentences)`."""
    sums = np.zeros((len(holds), len(ids)))
    for start in track(range(0, len(ids), BATCH)):
        batch = ids[start : start + BATCH]
        inputs = pad(batch, batch).inputs
        real = np.arange(inputs.shape[1]) < np.array([[len(one)] for one in batch])
        before = _outputs(run, inputs, real)
        sentences = start + np.nonzero(real)[0]
        for row, units in enumerate(holds):

            def hold(number: int, t: int, name: str, values: np.ndarray, units: np.ndarray = units) -> None:
                """Set the units to their means at every word."""
                if number == layer and name == part:
                    values[:, units] = means[units]

            changed = output_change(before, _outputs(run, inputs, real, hold))
            sums[row] += np.bincount(sentences, changed, len(ids))
    return sums


def _outputs(run: Run, inputs: np.ndarray, real: np.ndarray, edit: EditLayer | None = None) -> np.ndarray:
    """What the run says after every real word, `(words, outputs)` probabilities."""
    layers, _ = read_ids(run, inputs, edit=edit)
    return run.network.probabilities(layers[-1]["hidden_state"][real])
