"""Short English sentences from a small grammar of our own: no file, no network, exact labels.

Unlike real text, everything about a sentence is known: the sentiment in force and the open negation, or
the number of the subject and the verb that must agree with it. Each word carries these as `facts`.
"""

import random
from collections.abc import Iterator
from typing import Literal

from nlp_lstm.corpora import DATA_SEED, READERS, Corpus, Example, Request
from nlp_lstm.corpora._grammar import Grammar, Words
from nlp_lstm.corpora._grammar_next_word import NEXT_WORD, agreement_so_far
from nlp_lstm.corpora._grammar_sentiment import (
    LABEL_NAMES,
    SENTIMENT,
    labels_of,
    sentiment_facts,
    sentiment_so_far,
)
from nlp_lstm.errors import UsageError

TRAIN_SENTENCES = 4000
HELD_OUT_SENTENCES = 500

__all__ = ["agreement_so_far", "read_mini", "sentiment_so_far", "write_corpus"]


@READERS.register("mini")
def read_mini(path: str, request: Request) -> Corpus:
    """Write the corpus for what the request predicts, the same one every time.

    Args:
        path: must be empty, because there is nothing to read.
        request: only `predicts` is used.

    Returns:
        What `write_corpus` writes with `DATA_SEED`.

    Raises:
        UsageError: if a path is given.
    """
    if path:
        raise UsageError(f"mini reads no file, but got {path!r}: use --data mini")
    return write_corpus(request.predicts, DATA_SEED)


def write_corpus(predicts: Literal["labels", "words"], seed: int) -> Corpus:
    """Write a corpus, the same one for the same seed.

    Args:
        predicts: "words" gets sentences without labels about facts and agreement, "labels" gets
            sentences with a sentiment at every word.
        seed: picks the sentences.

    Returns:
        4000 sentences to train on, and 500 each for validation and test, none of which is in another split.

    Example:
        >>> corpus = write_corpus("labels", seed=1)
        >>> len(corpus.train), len(corpus.validation), len(corpus.test)
        (4000, 500, 500)
        >>> corpus.label_names
        ('negative', 'neutral', 'positive')
    """
    if predicts == "words":
        grammar, example, label_names = NEXT_WORD, _next_word_example, ()
    else:
        grammar, example, label_names = SENTIMENT, _sentiment_example, LABEL_NAMES
    train, validation, test = (tuple(map(example, split)) for split in _write_splits(grammar, seed))
    return Corpus("mini", train, validation, test, label_names)


def _sentiment_example(words: Words) -> Example:
    facts = sentiment_facts(words)
    return Example(words, labels_of(facts), facts)


def _next_word_example(words: Words) -> Example:
    return Example(words, facts=agreement_so_far(words))


def _write_splits(grammar: Grammar, seed: int) -> Iterator[list[Words]]:
    """Yield train, validation and test; train may repeat a sentence, as people do."""
    rng = random.Random(seed)
    train = [grammar.write(rng) for _ in range(TRAIN_SENTENCES)]
    yield train
    seen = set(train)
    for _ in ("validation", "test"):
        yield list(_write_unseen(grammar, rng, seen))


def _write_unseen(grammar: Grammar, rng: random.Random, seen: set[Words]) -> Iterator[Words]:
    """Yield sentences that are not in `seen`, and add them to it."""
    for _ in range(HELD_OUT_SENTENCES):
        words = grammar.write(rng)
        while words in seen:
            words = grammar.write(rng)
        seen.add(words)
        yield words
