"""Two sentences -> how much of the difference in what a model says moves with one state: causal patching.

A sentence is read again and again; each time one part of one layer takes, at one word, the values that it has
in another sentence, the donor, and the reading goes on from there. If the answer becomes the donor's, what
made the difference was kept in that part at that word. Unlike a probe, which finds what could be read out of
a state, this finds what the model uses.

Source: Vig et al. 2020, "Investigating gender bias in language models using causal mediation analysis",
NeurIPS; for recurrent networks Giulianelli et al. 2018, "Under the hood", BlackboxNLP. `Edit` with the
donor's values makes one such change; here all of them are made in one batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS, Parts
from nlp_lstm.store.reading import read_ids
from nlp_lstm.store.run import Run

MOST_ROWS = 1024  # sentences that are read at once: of 8 words and 2 x 200 units they take 80 MB
LEAST = 1e-3  # difference of two scores, in logits, of which a share can be told


@dataclass(frozen=True)
class Place:
    """Where the donor's values are put.

    Args:
        layer: number of the layer, from 1.
        part: name of a part of the run's cell, such as "cell_state".
        word: number of the word, from 1.
        unit: number of the unit, from 0, or the numbers of several; None for all.
    """

    layer: int
    part: str
    word: int
    unit: int | Sequence[int] | None = None


@dataclass(frozen=True)
class Patched:
    """Scores of sentences, of their donors, and of the sentences with the donor's values at each place.

    Args:
        before: of the sentences, `(pairs,)`, in logits.
        donors: of their donors, `(pairs,)`.
        after: with the donor's values, `(pairs, places)`.
    """

    before: np.ndarray
    donors: np.ndarray
    after: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """Return the share of the difference between the scores that moves, `(pairs, places)`.

        0 where the answer stays, 1 where it becomes the donor's; it can lie outside. NaN for a pair whose
        scores are alike.

        Example:
            >>> Patched(np.array([-1.0]), np.array([3.0]), np.array([[-1.0, 2.0]])).shares.tolist()
            [[0.0, 0.75]]
        """
        apart = np.where(np.abs(self.apart) < LEAST, np.nan, self.apart)
        return (self.after - self.before[:, None]) / apart[:, None]

    @property
    def apart(self) -> np.ndarray:
        """Return by how much the scores of sentence and donor differ, `(pairs,)`."""
        return self.donors - self.before


def all_places(run: Run, words: Sequence[int]) -> list[Place]:
    """Return every part of every layer at some words, layer by layer, part by part, word by word.

    Args:
        run: of any cell.
        words: numbers of the words, from 1.
    """
    parts = CELLS.get(run.settings.cell).parts
    layers = range(1, run.settings.layers + 1)
    return [Place(layer, part, word) for layer in layers for part in parts for word in words]


def patch(
    run: Run,
    sentences: np.ndarray,
    donors: np.ndarray,
    outputs: np.ndarray,
    places: Sequence[Place],
) -> Patched:
    """Read sentences with the values of their donors at each of some places, one place at a time.

    Args:
        run: of any cell and task.
        sentences, donors: ids of as many words, `(pairs, timesteps)`.
        outputs: numbers of two outputs per pair, `(pairs, 2)`: the score is the first one's logit less the
            second one's, after the last word.
        places: at least one.

    Raises:
        UsageError: if the run has no such part, layer, unit or word, or the sentences are not equally long.
    """
    if sentences.shape != donors.shape:
        raise UsageError(
            f"{sentences.shape[1]} and {donors.shape[1]} words: a sentence and its donor must be equally long"
        )
    _check(run, places, sentences.shape[1])
    before, _ = read_ids(run, sentences)
    given, _ = read_ids(run, donors)
    after = np.empty((len(sentences), len(places)))
    at_once = max(1, MOST_ROWS // len(places))
    for start in range(0, len(sentences), at_once):
        chunk = slice(start, start + at_once)
        values = [{name: part[chunk] for name, part in parts.items()} for parts in given]
        after[chunk] = _read_patched(run, sentences[chunk], values, outputs[chunk], places)
    return Patched(_scores(run, before, outputs), _scores(run, given, outputs), after)


def _read_patched(
    run: Run, sentences: np.ndarray, given: Sequence[Parts], outputs: np.ndarray, places: Sequence[Place]
) -> np.ndarray:
    """The score of each sentence with its donor's values at each place, `(pairs, places)`."""
    pairs = len(sentences)
    rows: dict[tuple[int, str, int], list[tuple[int, Place]]] = {}
    for number, place in enumerate(places):
        rows.setdefault((place.layer, place.part, place.word), []).append((number, place))

    def put(layer: int, t: int, part: str, values: np.ndarray) -> None:
        """Write the donors' values into the rows that are patched here; rows run place by place."""
        for number, place in rows.get((layer, part, t + 1), ()):
            unit = slice(None) if place.unit is None else place.unit
            values[number * pairs : (number + 1) * pairs, unit] = given[layer - 1][part][:, t, unit]

    layers, _ = read_ids(run, np.tile(sentences, (len(places), 1)), edit=put)
    return _scores(run, layers, np.tile(outputs, (len(places), 1))).reshape(len(places), pairs).T


def _scores(run: Run, layers: Sequence[Parts], outputs: np.ndarray) -> np.ndarray:
    """The logit of the first output less that of the second after the last word, `(sentences,)`."""
    last = layers[-1]["hidden_state"][:, -1]
    kernel, bias = run.network.output_kernel, run.weights["output/bias"]
    apart = kernel[:, outputs[:, 0]] - kernel[:, outputs[:, 1]]  # (units, sentences)
    return np.einsum("su,us->s", last, apart) + bias[outputs[:, 0]] - bias[outputs[:, 1]]


def _check(run: Run, places: Sequence[Place], timesteps: int) -> None:
    """Raise a UsageError for a place that the run or the sentence has not."""
    parts = CELLS.get(run.settings.cell).parts
    for place in places:
        if place.part not in parts:
            raise UsageError(f"part {place.part!r}: the cell {run.settings.cell} has {', '.join(parts)}")
        if not 1 <= place.layer <= run.settings.layers:
            raise UsageError(f"layer {place.layer}: the run has layers 1 to {run.settings.layers}")
        if not 1 <= place.word <= timesteps:
            raise UsageError(f"word {place.word}: the sentence has words 1 to {timesteps}")
        units = [] if place.unit is None else np.atleast_1d(place.unit)
        for unit in units:
            if not 0 <= unit < run.settings.units:
                raise UsageError(f"unit {unit}: the run has units 0 to {run.settings.units - 1}")
