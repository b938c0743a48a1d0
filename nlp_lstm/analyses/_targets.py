"""What a probe tries to read from a state: the word k places back, the next word, a place, a label, a fact.

A target has a class per word of the study, as a number, and -1 where it has none. Only classes that are seen
often enough to be learned from one half of the sentences and tested on the other count.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_lstm.analyses._facts import FACTS
from nlp_lstm.analyses.studies import Study
from nlp_lstm.corpora import Example
from nlp_lstm.text.vocabulary import RESERVED

COMMONEST = 20  # words that are told apart
FEWEST = 20  # words of a class
LAST_POSITION = 20


@dataclass(frozen=True)
class Target:
    """A question about every word of a study.

    Args:
        name: for tables, such as "word 2 back".
        classes: number of the class of each word, -1 for none, `(words,)`.
        class_names: what each number stands for.
    """

    name: str
    classes: np.ndarray
    class_names: tuple[Any, ...]


def words_of(study: Study) -> list[list[str]]:
    """Return the words of every sentence as the run knows them."""
    names = study.run.vocabulary.words
    return [[names[index] for index in study.run.vocabulary.ids(example.words)] for example in study.examples]


def commonest_words(study: Study, most: int = COMMONEST, also: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the commonest known words of a study, and those of `also` that it has often enough."""
    counts = Counter(word for words in words_of(study) for word in words)
    for word in (*RESERVED, "<unk>"):
        del counts[word]
    found = [word for word, count in counts.most_common(most) if count >= FEWEST]
    return (*found, *(word for word in dict.fromkeys(also) if counts[word] >= FEWEST and word not in found))


def word_target(study: Study, back: int, words: Sequence[str]) -> Target:
    """Return the target "the word so many places back", 0 the word itself, -1 the next; among some words."""
    name = {-1: "next word", 0: "word itself"}.get(back, f"word {back} back")
    shifted = [
        [sentence[t - back] if 0 <= t - back < len(sentence) else None for t in range(len(sentence))]
        for sentence in words_of(study)
    ]
    return _target(name, shifted, tuple(words))


def other_targets(study: Study) -> list[Target]:
    """Return what is asked besides words: position, the sentence's label and what the corpus knows."""
    examples = study.examples
    found = [_target("position", [_positions(example) for example in examples])]
    if any(example.labels for example in examples):
        found.append(_target("sentence label", [[_sentence_label(one)] * len(one.words) for one in examples]))
    known = [fact for fact in FACTS if any(fact in example.facts for example in examples)]
    found += [_target(fact.replace("_", " "), [list(one.facts[fact]) for one in examples]) for fact in known]
    return [target for target in found if len(target.class_names) > 1]


def _target(name: str, values: Sequence[Sequence[Any]], classes: tuple[Any, ...] | None = None) -> Target:
    """A target from a value per word, None for none; without classes, all that are seen often enough."""
    flat = [value for sentence in values for value in sentence]
    counts = Counter(value for value in flat if value is not None)
    if classes is None:
        classes = tuple(sorted(value for value in counts if counts[value] >= FEWEST))
    numbers = {value: number for number, value in enumerate(classes)}
    return Target(name, np.array([numbers.get(value, -1) for value in flat], int), classes)


def _positions(example: Example) -> list[int | None]:
    """The number of each word in its sentence, as far as enough sentences reach."""
    return [number if number <= LAST_POSITION else None for number in range(1, len(example.words) + 1)]


def _sentence_label(example: Example) -> str | None:
    """The label after the last word, which is that of the sentence."""
    return example.labels[-1] if example.labels else None
