"""Reading: by what rules a model reads text, as a run records it.

A run that misread text would say nothing of it, so the rules stand in its record beside the vocabulary. A
later version may add an entry, with a default that means what was done before there was one.
"""

from dataclasses import dataclass

from nlp_lstm.text.vocabulary import NORMALIZER, Vocabulary


@dataclass(frozen=True)
class Reading:
    """How a model reads text.

    Args:
        tokenized: True if text comes split at its blanks, False if it is split by `split_words`; None if the
            corpus has words of its own: what is typed is then split by `split_words`.
        lowercase: whether words are put in lower case before they are looked up.
        starts_with_eos: whether a text is read after `<eos>`, as every line was in training. It is no word of
            the text: the states before the first word are those after it.
        ends_with_stop: whether its sentences end with a stop, so that a text which was typed without one is
            read with an implied end, see `ends`.
        normalizer: what else is done to a word before it is looked up, step by step.

    Example:
        >>> Reading(tokenized=False, lowercase=True).normalizer[0]
        'straight apostrophes'
    """

    tokenized: bool | None
    lowercase: bool
    starts_with_eos: bool = False
    ends_with_stop: bool = False
    normalizer: tuple[str, ...] = NORMALIZER


def reading_of(vocabulary: Vocabulary, tokenized: bool | None = None) -> Reading:
    """Return how text is read with a vocabulary.

    Args:
        vocabulary: tells what is done to a word before it is looked up.
        tokenized: as `Reading` has it.

    Example:
        >>> reading = reading_of(Vocabulary.build([("the", "sky")]), tokenized=True)
        >>> reading.tokenized, reading.lowercase, reading.starts_with_eos, reading.ends_with_stop
        (True, True, False, False)
    """
    return Reading(tokenized, vocabulary.lowercase, normalizer=vocabulary.normalizer)
