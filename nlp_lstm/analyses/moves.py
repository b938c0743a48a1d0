"""Pairs of sentences -> how much the score moves with each part, at each word; `patching` tabulates it."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from nlp_lstm.analyses.sentence_pairs import SentencePair
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.models.cells import CELLS
from nlp_lstm.states.patching import Place, all_places, patch
from nlp_lstm.store.reading import encode, output_number
from nlp_lstm.store.run import Run


class Encoded(NamedTuple):
    """A pair as a run reads it.

    Args:
        sentence, donor: ids, `(timesteps,)`.
        alike: of the sentence of the same kind; where there is none, of the sentence.
        word: place, from 0, of the word in which sentence and donor differ.
        outputs: the numbers of the two outputs.
    """

    sentence: np.ndarray
    donor: np.ndarray
    alike: np.ndarray
    word: int
    outputs: tuple[int, int]


class Moves(NamedTuple):
    """What was moved of the scores of some pairs.

    Args:
        moved: by how much the score changed, `(pairs, layers, parts, words)`, words from the changed one on;
            NaN where a sentence has no such word.
        apart: by how much the scores of sentence and donor differ, `(pairs,)`.
    """

    moved: np.ndarray
    apart: np.ndarray

    def shares(self, seed: int = 0) -> Interval:
        """Return what moved as a share of the difference, over all pairs, `(layers, parts, words)` each."""
        there = ~np.isnan(self.moved)
        apart = there * self.apart[:, None, None, None]
        return mean_interval(np.where(there, self.moved, 0.0), apart, seed)


def measure_moves(run: Run, pairs: Sequence[SentencePair], alike: bool = False) -> Moves:
    """Return what every part of every layer moves at every word from the changed one on.

    Args:
        run: of any cell and task.
        pairs: at least one.
        alike: put in the states of the sentence of the same kind, instead of the donor's.

    Raises:
        DataError: if a pair's sentences do not differ in one word.
    """
    encoded = [encode_pair(run, pair) for pair in pairs]
    groups: dict[tuple[int, int], list[int]] = {}
    for number, pair in enumerate(encoded):
        groups.setdefault((len(pair.sentence), pair.word), []).append(number)
    layers, parts = run.settings.layers, CELLS.get(run.settings.cell).parts
    most = max(length - word for length, word in groups)
    moved, apart = np.full((len(pairs), layers, len(parts), most), np.nan), np.empty(len(pairs))
    for (length, word), rows in groups.items():
        sentences, donors, others, _, outputs = map(np.array, zip(*(encoded[row] for row in rows)))
        places = all_places(run, range(word + 1, length + 1))
        found = patch(run, sentences, others if alike else donors, outputs, places)
        by = (found.after - found.before[:, None]).reshape(len(rows), layers, len(parts), length - word)
        moved[rows, :, :, : length - word] = by
        apart[rows] = patch(run, sentences, donors, outputs, places[:1]).apart if alike else found.apart
    return Moves(moved, apart)


def encode_pair(run: Run, pair: SentencePair) -> Encoded:
    """Return a pair as a run reads it.

    Raises:
        DataError: if its sentences are not equally long, or do not differ in one word, or have one output.
        UsageError, UnknownNameError: if the run has not the outputs.
    """
    texts = (pair.sentence, pair.donor, pair.alike or pair.sentence)
    sentence, donor, alike = (encode(run, text, as_typed=False).ids for text in texts)
    named = f"{pair.sentence!r} and {pair.donor!r}"
    for other in (donor, alike):
        if len(sentence) != len(other):
            raise DataError(
                f"{named} have {len(sentence)} and {len(other)} words: give sentences of the same length"
            )
    places = np.flatnonzero(sentence != donor)
    if len(places) != 1:
        raise DataError(
            f"{named} differ in {len(places)} words that the run knows: give sentences that differ in one"
        )
    first, second = (output_number(run, name, "output") for name in pair.outputs)
    if first == second:
        raise DataError(f"{named} have the output {pair.outputs[0]!r} twice: give two outputs")
    return Encoded(sentence, donor, alike, int(places[0]), (first, second))


class Units(NamedTuple):
    """What single units of the last layer move, one word before the last.

    Args:
        part: which state they belong to.
        ranked: their numbers, `(units,)`, the one that moves most first.
        alone: the share that each moves, `(units,)` in this order, on the pairs that rank them.
        together: the share that each moves with those before it, `(units,)`, on the other pairs.
    """

    part: str
    ranked: np.ndarray
    alone: np.ndarray
    together: Interval


def measure_units(run: Run, pairs: Sequence[SentencePair], seed: int = 0) -> Units:
    """Rank units on every second pair, and measure on the others what the first ones move together.

    Args:
        run: of any cell and task.
        pairs: at least two, of one length.
        seed: draws the intervals.

    Raises:
        DataError: if the pairs are of several lengths.
    """
    encoded = [encode_pair(run, pair) for pair in pairs]
    if len({len(pair.sentence) for pair in encoded}) > 1 or len(encoded) < 2:
        raise DataError(
            "units are ranked over two pairs or more, all of one length: give such pairs with --pairs"
        )
    sentences, donors, _, _, outputs = map(np.array, zip(*encoded))
    part = CELLS.get(run.settings.cell).states[-1]
    place = partial(Place, run.settings.layers, part, len(sentences[0]) - 1)

    def move(rows: slice, places: Sequence[Place]) -> Interval:
        """The share that moves at each place in some pairs."""
        found = patch(run, sentences[rows], donors[rows], outputs[rows], places)
        return mean_interval(found.after - found.before[:, None], found.apart[:, None], seed)

    alone = move(slice(0, None, 2), [place(unit) for unit in range(run.settings.units)]).mean
    ranked = np.argsort(-alone, kind="stable")
    together = move(
        slice(1, None, 2), [place(ranked[:count].tolist()) for count in range(1, len(ranked) + 1)]
    )
    return Units(part, ranked, alone[ranked], together)
