"""Facts about every word of a sentence, beyond the word itself: what `units` searches the units for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_lstm.analyses.studies import Study
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError

FACTS = ("negation_open", "polarity", "subject_number")
FEWEST = 10  # sentences of each half that a value occurs in
NUMBERS = {"singular": 0, "plural": 1, False: 0, True: 1}
SENTIMENTS = {"very negative": -2, "negative": -1, "neutral": 0, "positive": 1, "very positive": 2}


@dataclass(frozen=True)
class Fact:
    """A fact about words, as numbers.

    Args:
        name: of the fact.
        values: of each sentence, `(timesteps,)` each; NaN where it is not known.
    """

    name: str
    values: tuple[np.ndarray, ...]

    @property
    def two_valued(self) -> bool:
        """Whether it is so or not, and not more or less so."""
        return len(_known(self.values)) == 2

    def of(self, sentences: Sequence[int]) -> np.ndarray:
        """The values at all words of some sentences, `(words,)`."""
        return np.concatenate([self.values[number] for number in sentences])


def find_facts(study: Study, halves: Sequence[Sequence[int]]) -> list[Fact]:
    """Return the facts that are known of a study's sentences.

    They are those of `mini`; where there are none, the sentiment of the labels as polarity. Where only the
    last word of each sentence has a label, as in `reviews`, nothing is known of the words.

    Args:
        study: of a run of any task.
        halves: numbers of the sentences of each half.

    Raises:
        DataError: if there are none, or if fewer than two values of one occur in 10 sentences of each half.
    """
    by_word = any(any((one.labels or ())[:-1]) for one in study.examples)
    facts = [_fact(name, study.examples, by_word) for name in FACTS]
    facts = [fact for fact in facts if len(_known(fact.values))]
    if not facts:
        raise DataError(
            f"{study.data} holds no facts about its words for units to carry: read a corpus with facts or "
            "sentiments, --data mini or --data sst:DIR"
        )
    for fact in facts:
        for half in halves:
            _check(fact, half)
    return facts


def _fact(name: str, examples: Sequence[Example], by_word: bool) -> Fact:
    """The fact of this name, unknown where the sentences do not say it."""
    return Fact(name, tuple(np.array([*map(_number, _told(name, one, by_word))], float) for one in examples))


def _told(name: str, example: Example, by_word: bool) -> Sequence:
    """What a sentence says of its words; its labels count if words have labels of their own."""
    labels = example.labels if name == "polarity" and by_word else None
    nothing = (None,) * len(example.words)
    return example.facts.get(name) or [SENTIMENTS.get(label or "") for label in labels or nothing]


def _number(value: str | int | None) -> float:
    """A value as a number."""
    if value is None:
        return np.nan
    return NUMBERS[value] if value in NUMBERS else float(value)


def _known(values: Sequence[np.ndarray]) -> np.ndarray:
    """The values that occur."""
    joined = np.concatenate(list(values))
    return np.unique(joined[~np.isnan(joined)])


def _check(fact: Fact, half: Sequence[int]) -> None:
    """Raise a DataError unless two values of a fact occur often enough."""
    counts = sorted(
        sum(bool((fact.values[number] == value).any()) for number in half) for value in _known(fact.values)
    )
    if len(counts) < 2 or counts[-2] < FEWEST:
        rarer = counts[-2] if len(counts) > 1 else 0
        raise DataError(
            f"{fact.name} has a second value in only {rarer} of {len(half)} sentences of a half: at least "
            f"{FEWEST} are needed, give more text or a larger --limit"
        )
