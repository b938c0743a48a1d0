"""What one run does with strings whose words are to be counted: what it answers, and which unit counts.

The corpus says the true count after each word, and how far the training went.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from nlp_lstm.analyses._counters import COUNT, Counter, Range, find_counter
from nlp_lstm.analyses.studies import Study, read_sentences
from nlp_lstm.corpora import Example, load_corpus
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.evaluation.intervals import Interval, seed_interval
from nlp_lstm.report.progress import track
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import UNK

FEWEST = 10  # strings, so that each half has some


@dataclass(frozen=True)
class Tally:
    """What one model does over all strings.

    Args:
        whole: whether the answers after all words are right, `(strings,)` bool.
        last: whether the answer after the last word is, `(strings,)` bool.
        counter: its best unit.
    """

    whole: np.ndarray
    last: np.ndarray
    counter: Counter


@dataclass(frozen=True)
class Counted:
    """A run, and what it and the same model before training do over the strings.

    Args:
        study: the run and the strings.
        reach: how far its training went.
        lengths: of the strings, in words, `(strings,)`.
        trained, untrained: what the two do.
    """

    study: Study
    reach: Range
    lengths: np.ndarray
    trained: Tally
    untrained: Tally

    @property
    def longer(self) -> np.ndarray:
        """Which strings are longer than any in training, `(strings,)` bool."""
        return self.lengths > self.reach.length

    @property
    def right_up_to(self) -> int:
        """The length in words up to which all strings are answered right; 0 if the shortest is not."""
        wrong = self.lengths[~self.trained.whole].min(initial=self.lengths.max() + 1)
        return int(self.lengths[self.lengths < wrong].max(initial=0))


def check_strings(source: str, examples: Sequence[Example]) -> None:
    """Raise a DataError if a string of a corpus has no counts."""
    if not all(COUNT in example.facts for example in examples):
        raise DataError(
            f"{source} says no counts of its words: read a corpus that does, --data counting:anbn or "
            "--data counting:dyck1"
        )


def check_counts(study: Study) -> None:
    """Raise an error unless the strings have counts, and the run was trained to answer about such strings.

    Raises:
        DataError: if a string has no counts, or there are fewer than 10.
        UsageError: if the run says other labels than the corpus has, or does not know a word of it.
    """
    examples, run = study.examples, study.run
    check_strings(study.data, examples)
    if len(examples) < FEWEST:
        raise DataError(
            f"counting over {len(examples)} strings: at least {FEWEST} are needed, give a larger --limit"
        )
    wanted = {label for example in examples for label in example.labels or ()}
    words = sorted({word for example in examples for word in example.words})
    if not wanted or not wanted <= {*run.label_names} or UNK in run.vocabulary.ids(words):
        raise UsageError(
            f"{run.name} was not trained on {study.data}: nlp-lstm train --data {study.data} trains "
            "a run that reads it"
        )


def trained_range(run: Run) -> Range:
    """Return how far the strings went that a run was trained on."""
    source = run.data.get("source")
    return _range_of(source, run.data.get("limit")) if source else Range(0, 0)


@cache
def _range_of(source: str, limit: int | None) -> Range:
    """How far the training strings of a corpus go."""
    try:
        train = load_corpus(source, limit=limit).train
    except MissingInputError:
        return Range(0, 0)
    counts = [count for example in train for count in example.facts.get(COUNT, ())]
    return Range(max(len(example.words) for example in train), max(counts, default=0))


def count_with(study: Study) -> Counted:
    """Return what a run does over the strings of its study."""
    reach = trained_range(study.run)
    study = with_trained_lengths(study, reach)
    both = (tally(run, study.examples, reach) for run in track([study.run, study.untrained]))
    return Counted(study, reach, np.array([len(one.words) for one in study.examples]), *both)


def with_trained_lengths(study: Study, reach: Range) -> Study:
    """Return the study with each string once, and with strings as long as in training if it has none.

    Those are of the validation split of the same corpus, at most as many as the study has.
    """
    strings = {example.words: example for example in study.examples}
    if reach.length and all(len(words) > reach.length for words in strings):
        stream = stream_corpus(study.data, request_for(study.run, study.data), "validation")
        strings |= {example.words: example for example in stream.choose(len(study.examples))}
    return replace(study, examples=tuple(strings.values()))


def tally(run: Run, examples: Sequence[Example], reach: Range) -> Tally:
    """Read strings with a run, and measure what it answers and which unit counts.

    Args:
        run: a tagger that knows the labels of the strings.
        examples: of at least two words, with counts.
        reach: how far its training went.
    """
    layers = read_sentences(run, examples)
    numbers = {label: number for number, label in enumerate(run.label_names)}
    whole, last = [], []
    for example, trace in zip(examples, [*layers.values()][-1], strict=True):
        said = run.network.logits(trace.parts["hidden_state"]).argmax(axis=-1)
        right = said == [numbers.get(label or "", -1) for label in example.labels or ()]
        whole.append(right.all())
        last.append(right[-1])
    return Tally(np.array(whole), np.array(last), find_counter(layers, examples, reach))


def over_seeds(values: Any) -> Interval:
    """Return the mean of shares over seeds, `(seeds, ...)`, with an interval that stays within 0 to 1.

    Example:
        >>> [round(float(bound), 3) for bound in over_seeds([0.8, 0.9, 1.0])]
        [0.9, 0.652, 1.0]
    """
    return Interval(*(np.clip(bound, 0, 1) for bound in seed_interval(np.asarray(values, float))))
