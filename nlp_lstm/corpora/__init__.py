"""Text -> Corpus(train, validation, test) of Example(words, labels).

One module per format, each with one registered reader; `load_corpus("sst:DIR")` picks the reader by
the name before the colon. Readers only read. What is the same for all of them (setting aside a
validation split, `limit`, checks) is done here.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from nlp_lstm.corpora._stored import hold
from nlp_lstm.corpora._values import SPLITS, Corpus, Example, Request, missing_split
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.registry import Registry
from nlp_lstm.text.vocabulary import MOST_WORDS

__all__ = ["READERS", "SPLITS", "Corpus", "Example", "Request", "load_corpus", "missing_split"]

# A corpus is the same in every training: no run's validation split holds what another was trained on.
DATA_SEED = 0

Reader = Callable[[str, Request], Corpus]
READERS: Registry[Reader] = Registry("corpus reader", package="nlp_lstm.corpora")


def load_corpus(source: str, request: Request | None = None, limit: int | None = None) -> Corpus:
    """Read a corpus with the reader that `source` names, or that its path tells.

    Args:
        source: "mini", "counting:NAME", "stories" or "reviews", which come with nlp-lstm; "sst:DIR",
            "text:PATH", "conll:PATH", "table:PATH", "folders:DIR", "hub:ID[/CONFIG]"; or a path alone, if
            the name of the file or what is in it tells the reader.
        request: what the reader is told besides; None for the defaults of `Request`.
        limit: keep so many sentences of each split, see `choose_sentences`; None for all.

    Returns:
        A corpus with a train and a validation split. Where the source has no validation split, a
        tenth of train is set aside, the same one every time.

    Raises:
        UnknownNameError: if there is no such reader; lists the readers.
        UsageError: if a path could be two things; if subphrases are asked of what has none, or together
            with a limit.
        DataError: if the text breaks a rule of its format, or train holds no words; with labels, also if
            all are the same or a sentence is longer than `MOST_WORDS`.
        MissingInputError: if the file or data set is not there.
        StorageError: if it cannot be read, or the temporary folder cannot hold a split of many words.

    Example:
        >>> corpus = load_corpus("mini", limit=5)
        >>> len(corpus.train), len(corpus.validation)
        (5, 5)
    """
    from nlp_lstm.corpora.sources import resolve_source  # which knows the readers above

    source, request = resolve_source(source), request or Request()
    name, _, path = source.partition(":")
    corpus = replace(READERS.get(name)(path, request), source=source)
    if request.subphrases and (limit is not None or not corpus.subphrases):
        reason = "they need all sentences, leave --limit out" if limit else "it has no trees, use sst:DIR"
        raise UsageError(f"subphrases of {source}: {reason} or --no-subphrases")
    labelled = request.predicts == "labels" and bool(corpus.label_names)
    if labelled:
        _check_names(corpus)
        _check_lengths(corpus)
    if not corpus.validation:
        corpus = _set_aside(corpus)
    if limit is not None:
        corpus = replace(corpus, **{split: _limit(corpus, split, limit) for split in SPLITS})
    if not any(example.words for example in corpus.train):
        raise DataError(f"{source} has no words in its training set: give text with at least one sentence")
    if labelled:
        _check_labels(corpus)
    return corpus


def choose_sentences(sentences: int, limit: int | None, running: bool) -> Sequence[int]:
    """Return the numbers, from 0, of the sentences that a limit keeps, in their order.

    Labeled sentences are drawn from all over the split, the same ones every time: files are often sorted by
    label, so that the first ones are nearly all of one class. Of running text it is a piece, the first.

    Example:
        >>> list(choose_sentences(1000, 3, running=True)), list(choose_sentences(1000, 3, running=False))
        ([0, 1, 2], [394, 776, 864])
    """
    if limit is None or limit >= sentences or running:
        return range(sentences if limit is None else min(limit, sentences))
    return sorted(random.Random(DATA_SEED).sample(range(sentences), limit))


def _limit(corpus: Corpus, split: str, limit: int) -> Sequence[Example]:
    """The sentences of a split that a limit keeps."""
    examples = getattr(corpus, split)
    return hold(examples[row] for row in choose_sentences(len(examples), limit, not corpus.label_names))


def _check_names(corpus: Corpus) -> None:
    """Check that every label can be written to a file."""
    for name in corpus.label_names:
        if not name.isascii() and any("\ud800" <= character <= "\udfff" for character in name):
            raise DataError(f"{corpus.source} has the label {name!r}, which is not valid Unicode: rename it")


def _check_lengths(corpus: Corpus) -> None:
    """Check that every sentence can be put into a batch as a whole."""
    for split in SPLITS:
        for number, example in enumerate(getattr(corpus, split), start=1):
            if len(example.words) > MOST_WORDS:
                raise DataError(
                    f"sentence {number} of {split} of {corpus.source} has {len(example.words)} words: "
                    f"at most {MOST_WORDS} are read at once, split it"
                )


def _check_labels(corpus: Corpus) -> None:
    """Check that the training set has two labels at least."""
    used = {label for example in corpus.train for label in example.labels or () if label is not None}
    if len(used) < 2:
        only = f"the one label {used.pop()!r}" if used else "no label"
        raise DataError(
            f"{corpus.source} has {only} in its training set: "
            "at least 2 are needed, give more text or a larger --limit"
        )


def _set_aside(corpus: Corpus) -> Corpus:
    """Move a tenth of train to validation; both keep their order."""
    examples = corpus.train
    held_out = choose_held_out(corpus.source, len(examples))
    return replace(
        corpus,
        train=hold(example for row, example in enumerate(examples) if row not in held_out),
        validation=hold(example for row, example in enumerate(examples) if row in held_out),
    )


def choose_held_out(source: str, sentences: int) -> set[int]:
    """Return the rows of train that become the validation split: a tenth, chosen by `DATA_SEED`.

    Raises:
        DataError: if there are fewer than two sentences.
    """
    if sentences < 2:
        raise DataError(f"{source} has too few sentences to set a validation split aside: give 2 or more")
    return set(random.Random(DATA_SEED).sample(range(sentences), max(1, sentences // 10)))
