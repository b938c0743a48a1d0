"""Text -> Corpus(train, validation, test) of Example(words, labels).

One module per format, each with one registered reader; `load_corpus("sst:DIR")` picks the reader by
the name before the colon. Readers only read. What is the same for all of them (setting aside a
validation split, `limit`, checks) is done here.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.registry import Registry
from nlp_lstm.text.vocabulary import MOST_WORDS

SPLITS = ("train", "validation", "test")
PREDICTS, LABEL_CHOICES, CLASS_CHOICES = ("labels", "words"), ("phrase", "word"), (3, 5)
# A corpus is the same in every training: no run's validation split holds what another was trained on.
DATA_SEED = 0


@dataclass(frozen=True)
class Example:
    """One sentence: its words and, for a tagger, the label of every word.

    Args:
        words: the words as the source writes them, `timesteps` of them.
        labels: a label name per word, or None where a word is not scored; None as a whole where
            the source has no labels (running text).
        facts: what the source knows about every word beyond its label (only `mini`), name -> one
            value per word.

    Raises:
        DataError: if labels or facts do not line up with the words.

    Example:
        >>> Example(("not", "good"), ("neutral", "negative")).labels
        ('neutral', 'negative')
    """

    words: tuple[str, ...]
    labels: tuple[str | None, ...] | None = None
    facts: Mapping[str, tuple] = field(default_factory=dict)

    def __post_init__(self):
        if self.labels is not None and len(self.labels) != len(self.words):
            raise DataError(
                f"{len(self.words)} words but {len(self.labels)} labels: every word needs one label"
            )
        for name, values in self.facts.items():
            if len(values) != len(self.words):
                raise DataError(f"{len(self.words)} words but {len(values)} values of the fact {name!r}")


@dataclass(frozen=True)
class Corpus:
    """Examples in three splits.

    Args:
        source: what was asked for, such as "sst:data/sst".
        train, validation, test: examples; `test` may be empty.
        label_names: every label, in the order of the model's outputs; empty without labels.
        subphrases: constituents of the sentences of train, to train on besides; empty unless asked for.
    """

    source: str
    train: tuple[Example, ...]
    validation: tuple[Example, ...] = ()
    test: tuple[Example, ...] = ()
    label_names: tuple[str, ...] = ()
    subphrases: tuple[Example, ...] = ()

    def split(self, name: str) -> tuple[Example, ...]:
        """Return the examples of the split called `name`.

        Raises:
            UnknownNameError: if `name` is none of train, validation, test.
            DataError: if the split is empty.
        """
        if name not in SPLITS:
            raise UnknownNameError("split", name, SPLITS)
        examples = getattr(self, name)
        if not examples:
            raise missing_split(self.source, name, [split for split in SPLITS if getattr(self, split)])
        return examples

    def sha256(self) -> str:
        """Return the SHA-256 of all words and labels, 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for name in SPLITS:
            digest.update(f"{name}\n".encode())
            for example in getattr(self, name):
                line = "\t".join(example.words)
                if example.labels is not None:
                    line += "\n" + "\t".join(label or "" for label in example.labels)
                digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
        return digest.hexdigest()


@dataclass(frozen=True)
class Request:
    """What a reader is told besides its path; each uses what concerns it.

    Args:
        predicts: what the task wants of the corpus: "labels" of words, or "words" alone.
        labels: `sst`: "phrase", the largest constituent that ends at the word, or "word", its leaf.
        classes: `sst`: 5 or 3 classes.
        subphrases: `sst`: whether to give every constituent of train as a sentence of its own, too.

    Raises:
        UsageError: if a value is none of those.

    Example:
        >>> Request("words")
        Request(predicts='words', labels='phrase', classes=5, subphrases=False)
    """

    predicts: Literal["labels", "words"] = "labels"
    labels: str = "phrase"
    classes: int = 5
    subphrases: bool = False

    def __post_init__(self):
        if self.predicts not in PREDICTS:
            raise UnknownNameError("kind of prediction", self.predicts, PREDICTS)
        if self.labels not in LABEL_CHOICES:
            raise UnknownNameError("choice of labels", self.labels, LABEL_CHOICES)
        if self.classes not in CLASS_CHOICES:
            raise UsageError(f"classes is {self.classes}: it must be {' or '.join(map(str, CLASS_CHOICES))}")


def missing_split(source: str, name: str, filled: Iterable[str]) -> DataError:
    """Return the error that says which splits there are instead."""
    return DataError(f"{source} has no {name} split: choose --split from {', '.join(filled)}")


Reader = Callable[[str, Request], Corpus]
READERS: Registry[Reader] = Registry("corpus reader", package="nlp_lstm.corpora")


def load_corpus(source: str, request: Request | None = None, limit: int | None = None) -> Corpus:
    """Read a corpus with the reader named before the colon of `source`.

    Args:
        source: "mini", "sst:DIR", "text:PATH", "conll:PATH", "table:PATH" or "hub:ID[/CONFIG]".
        request: what the reader is told besides; None for the defaults of `Request`.
        limit: keep the first so many sentences of each split; None for all.

    Returns:
        A corpus with a train and a validation split. Where the source has no validation split, a
        tenth of train is set aside, the same one every time.

    Raises:
        UnknownNameError: if there is no such reader; lists the readers.
        UsageError: if subphrases are asked of what has none, or together with a limit.
        DataError: if the text breaks a rule of its format, or train holds no words; with labels, also if
            all are the same or a sentence is longer than `MOST_WORDS`.
        MissingInputError: if the file or data set is not there.

    Example:
        >>> corpus = load_corpus("mini", limit=5)
        >>> len(corpus.train), len(corpus.validation)
        (5, 5)
    """
    request = request or Request()
    name, _, path = source.partition(":")
    corpus = replace(READERS.get(name)(path, request), source=source)
    if request.subphrases and (limit is not None or not corpus.subphrases):
        reason = "they need all sentences, leave --limit out" if limit else "it has no trees, use sst:DIR"
        raise UsageError(f"subphrases of {source}: {reason} or --no-subphrases")
    labelled = request.predicts == "labels" and bool(corpus.label_names)
    if labelled:
        _check_lengths(corpus)
    if not corpus.validation:
        corpus = _set_aside(corpus)
    if limit is not None:
        corpus = replace(corpus, **{split: getattr(corpus, split)[:limit] for split in SPLITS})
    if not any(example.words for example in corpus.train):
        raise DataError(f"{source} has no words in its training set: give text with at least one sentence")
    if labelled:
        _check_labels(corpus)
    return corpus


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
        train=tuple(example for row, example in enumerate(examples) if row not in held_out),
        validation=tuple(example for row, example in enumerate(examples) if row in held_out),
    )


def choose_held_out(source: str, sentences: int) -> set[int]:
    """Return the rows of train that become the validation split: a tenth, chosen by `DATA_SEED`.

    Raises:
        DataError: if there are fewer than two sentences.
    """
    if sentences < 2:
        raise DataError(f"{source} has too few sentences to set a validation split aside: give 2 or more")
    return set(random.Random(DATA_SEED).sample(range(sentences), max(1, sentences // 10)))
