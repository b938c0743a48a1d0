"""Ends: the stop that a sentence is read with where it was typed without one, as the run's own have one.

It is a row of its own, "(end)", and no word of the text: it stands at no place of it and has no number.
"""

import re
from collections.abc import Sequence

import numpy as np

from nlp_lstm.text.vocabulary import Sentence, Vocabulary

END, STOP = "(end)", "."  # what it is called, and the word that is read
STOPS = re.compile("[.!?…]+")
MEANING = (
    f'{END}: the text has no stop, so the model reads "{STOP}" after it; what it says there is its answer'
)


def is_stop(word: str) -> bool:
    """Return whether a word ends a sentence: ".", "!", "?", "…", or several of them.

    Example:
        >>> is_stop("..."), is_stop("Mr.")
        (True, False)
    """
    return STOPS.fullmatch(word) is not None


def with_end(sentence: Sentence, vocabulary: Vocabulary) -> Sentence:
    """Return a sentence with an implied end behind its last word, unless that is a stop.

    Example:
        >>> vocabulary = Vocabulary.build([("the", "sky", ".")])
        >>> with_end(vocabulary.encode("the sky"), vocabulary).words
        ('the', 'sky', '(end)')
    """
    if is_stop(sentence.words[-1]):
        return sentence
    last = sentence.offsets[-1][1]
    ids = np.append(sentence.ids, vocabulary.ids([STOP]))
    return Sentence((*sentence.words, END), ids, (*sentence.offsets, (last, last)))


def has_end(sentence: Sentence) -> bool:
    """Return whether the last word of a sentence is an implied end, which stands at no place of its text."""
    start, end = sentence.offsets[-1] if sentence.offsets else (0, 1)
    return start == end


def numbered(words: Sequence[str], first: int = 1) -> list[str]:
    """Return words with their numbers; an implied end has none.

    Example:
        >>> numbered(["the", "sky", "(end)"])
        ['1 the', '2 sky', '(end)']
    """
    names = [f"{number} {word}" for number, word in enumerate(words, start=first)]
    return [*names[:-1], END] if words and words[-1] == END else names
