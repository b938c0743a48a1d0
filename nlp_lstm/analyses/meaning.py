"""meaning: is the current word, or the next one, easier to read from a state?

The article's claim is that this depends on the task: after "the sky is", the tagger's hidden state should
encode "is", and that of the next-word model "blue". It is asked of a whole corpus first, and of the
article's sentence with the same probes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._probes import Halves, features, halve, read_classes, read_target
from nlp_lstm.analyses._seeing import versus
from nlp_lstm.analyses._targets import Target, commonest_words, word_target
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode

ARTICLE = "the sky is blue, therefore the baby elephant is crying"
READ_FROM = ("inputs", "hidden_state", "cell_state")
WHOLE = (
    "accuracy of a linear probe for one of the commonest words, in [0, 1], with its 95 % interval by "
    "sentence; untrained: the same model before training; easier: the word whose interval lies above the "
    "other's, or neither. inputs: the layer's inputs, as a reference"
)
SENTENCE = (
    "what the same probes read at each word of the article's sentence; they know the commonest words, and "
    "the words of the sentence that occur often enough in the corpus. -: they do not know the word to read"
)


@dataclass(frozen=True)
class Meaning:
    """How easily the current and the next word are read from one thing, before and after training."""

    current: Interval
    following: Interval
    untrained_current: float
    untrained_following: float

    @property
    def easier(self) -> str:
        """Which is easier to read, "current", "next" or "neither": whose interval is above the other's."""
        if self.current.low > self.following.high:
            return "current"
        return "next" if self.following.low > self.current.high else "neither"


@ANALYSES.register("meaning")
def meaning(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return whether the current or the next word is easier to read from each state of each run.

    Args:
        studies: runs of any cell.
        seed: splits sentences and draws intervals.

    Returns:
        Per run a table over the whole corpus, a row for each layer and what is read from, and a table of
        the article's sentence, read from the last layer.

    Raises:
        DataError: if there are fewer than 20 sentences, or no two words that are seen often.
    """
    tables = []
    for study in track(studies):
        with part(0.8):
            measured = measure_meaning(study, seed)
        columns = {
            "current_word": [one.current.mean for one in measured.values()],
            "current_word_low": [one.current.low for one in measured.values()],
            "current_word_high": [one.current.high for one in measured.values()],
            "next_word": [one.following.mean for one in measured.values()],
            "next_word_low": [one.following.low for one in measured.values()],
            "next_word_high": [one.following.high for one in measured.values()],
            "untrained_current_word": [one.untrained_current for one in measured.values()],
            "untrained_next_word": [one.untrained_following for one in measured.values()],
            "easier": [one.easier for one in measured.values()],
        }
        title = f"{study.run.task}, {study.run.name}, current or next word"
        chart: dict[str, Any] = {"chart": "intervals", "unit": "accuracy", "see": _see(measured)}
        tables.append(Comparison.from_columns(title, list(measured), columns, "read from", WHOLE, **chart))
        tables.append(_sentence(study, seed))
    return tuple(tables)


def measure_meaning(study: Study, seed: int = 0) -> dict[str, Meaning]:
    """Return how easily current and next word are read, by layer and what is read from: "layer_1 inputs".

    Raises:
        DataError: if there are fewer than 20 sentences, or no two words that are seen often.
    """
    halves = halve(study, seed)
    words = commonest_words(study)
    if len(words) < 2:
        raise DataError(f"{study.data} has fewer than two words that occur often: give more sentences")
    current, following = word_target(study, 0, words), word_target(study, -1, words)
    found = {}
    for layer in track(study.traces):
        trained, untrained = features(study.traces[layer]), features(study.untrained_traces[layer])
        for name in READ_FROM:
            if name in trained:
                found[f"{layer} {name}"] = Meaning(
                    read_target(trained[name], current, halves).interval(seed),
                    read_target(trained[name], following, halves).interval(seed),
                    read_target(untrained[name], current, halves).accuracy,
                    read_target(untrained[name], following, halves).accuracy,
                )
    return found


def read_sentence(study: Study, text: str, seed: int = 0) -> dict[str, list[str | None]]:
    """Return what probes of the last layer read at each word of a text.

    Args:
        study: of the run; the probes are fitted on half of its sentences.
        text: a raw sentence.
        seed: splits the sentences.

    Returns:
        "current_from_hidden_state", "next_from_hidden_state", and so of the cell state -> one word for each
        word of the text, None where the word to be read is none that the probes know.
    """
    names = study.run.vocabulary.words
    sentence = encode(study.run, text)
    own = [names[index] for index in sentence.ids]
    known = commonest_words(study, also=own)
    layer, halves = list(study.traces)[-1], halve(study, seed)
    values, shown = features(study.traces[layer]), features([trace(study.run, sentence)[layer]])
    found = {}
    for name in READ_FROM[1:]:
        for back, about, wanted in ((0, "current", own), (-1, "next", [*own[1:], None])):
            if name in values:
                target = word_target(study, back, known)
                read = _read(values[name], target, halves, shown[name])
                kept = [word if asked in known else None for word, asked in zip(read, wanted)]
                found[f"{about}_from_{name}"] = kept
    return found


def _read(values: np.ndarray, target: Target, halves: Halves, shown: np.ndarray) -> list[str]:
    """What a probe says of some states."""
    return [target.class_names[number] for number in read_classes(values, target, halves, shown)]


def _sentence(study: Study, seed: int) -> Comparison:
    """The table of the article's sentence."""
    words = encode(study.run, ARTICLE).words
    title = f"{study.run.task}, {study.run.name}, the article's sentence"
    columns = read_sentence(study, ARTICLE, seed)
    chart: dict[str, Any] = {"chart": "readings", "see": _see_sentence(words, columns)}
    return Comparison.from_columns(title, words, columns, "word", SENTENCE, **chart)


def _see(measured: dict[str, Meaning]) -> str:
    """Which word is easier to read from the last layer's hidden state."""
    name = [name for name in measured if name.endswith("hidden_state")][-1]
    one = measured[name]
    return versus(f"Accuracy from {name}", "the current word", one.current, "the next word", one.following)


def _see_sentence(words: Sequence[str], columns: dict[str, list[str | None]]) -> str:
    """How many words of the sentence are read right from the hidden state."""
    told = []
    for about, wanted in (("current", [*words]), ("next", [*words[1:], ""])):
        read = columns[f"{about}_from_hidden_state"]
        known = [(one, word) for one, word in zip(read, wanted, strict=True) if one is not None]
        right = sum(one.casefold() == word.casefold() for one, word in known)
        told.append(f"the {about} word at {right} of the {len(known)} places that they know")
    return f"From the hidden state the probes read {' and '.join(told)}."
