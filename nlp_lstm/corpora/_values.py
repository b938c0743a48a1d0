"""What flows out of a corpus: Example and Corpus; and Request, what a reader is told besides a path."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.text.splitting import LONGEST_WORD, check_length

SPLITS = ("train", "validation", "test")
PREDICTS, LABEL_CHOICES, CLASS_CHOICES = ("labels", "words"), ("phrase", "word"), (3, 5)


@dataclass(frozen=True)
class Example:
    """One sentence: its words and, for a tagger, the label of every word.

    Args:
        words: the words as the source writes them, `timesteps` of them.
        labels: a label name per word, or None where a word is not scored; None as a whole where
            the source has no labels (running text).
        facts: what the source knows about every word beyond its label (only `mini` and `counting`), name
            -> one value per word.

    Raises:
        DataError: if labels or facts do not line up with the words, or a word is too long.

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
        if max(map(len, self.words), default=0) > LONGEST_WORD:
            check_length(max(self.words, key=len))


@dataclass(frozen=True)
class Corpus:
    """Examples in three splits.

    Args:
        source: what was asked for, such as "sst:data/sst".
        train, validation, test: examples; `test` may be empty. Tuples, or of more than a million words
            sequences that read them from a file.
        label_names: every label, in the order of the model's outputs; empty without labels.
        subphrases: constituents of the sentences of train, to train on besides; empty unless asked for.
        tokenized: for text that a reader splits into words: whether it was split at its blanks, as it was
            tokenized before (True), or by `split_words` (False); None where the source has words.
        notes: what a reader decided or left out, a line each, for who wants to know how the text was read.
    """

    source: str
    train: Sequence[Example]
    validation: Sequence[Example] = ()
    test: Sequence[Example] = ()
    label_names: tuple[str, ...] = ()
    subphrases: tuple[Example, ...] = ()
    tokenized: bool | None = None
    notes: tuple[str, ...] = ()

    def whole_train(self) -> Sequence[Example]:
        """Return all that there is to train on: the sentences of train, and the subphrases."""
        return (*self.train, *self.subphrases) if self.subphrases else self.train

    def split(self, name: str) -> Sequence[Example]:
        """Return the examples of the split called `name`.

        Raises:
            UnknownNameError: if `name` is none of train, validation, test.
            DataError: if the split is empty.
        """
        name = match_name("split", name, SPLITS)
        examples = getattr(self, name)
        if not examples:
            raise missing_split(self.source, name, [split for split in SPLITS if getattr(self, split)])
        return examples

    def sha256(self, split: str) -> str:
        """Return the SHA-256 of the words and labels of a split, 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for example in self.split(split):
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
        tokenized: `text`, `table`, `hub`: True if the text is tokenized already and is to be split at its
            blanks, False if it is raw and is to be split by `split_words`; None for the reader to decide.
        text_column: `table`, `hub`: the column of the texts, or of the lists of words.
        word_column: `conll`: the column of the words, from 1; negative from the end.
        label_column: the column of the labels; for `conll` a number like `word_column`.
        separator: `table`: what stands between the cells of a row, in place of the format's own.
        encoding: `table`, `text`, `conll`: of the files.
        header: `table`: whether the first row names the columns; else they are named 1, 2, ...

    Raises:
        UsageError: if a value is none of those.

    Example:
        >>> Request("words").labels
        'phrase'
    """

    predicts: Literal["labels", "words"] = "labels"
    labels: str = "phrase"
    classes: int = 5
    subphrases: bool = False
    tokenized: bool | None = None
    text_column: str | None = None
    word_column: str | None = None
    label_column: str | None = None
    separator: str | None = None
    encoding: str = "utf-8"
    header: bool = True

    def __post_init__(self):
        if self.predicts not in PREDICTS:
            raise UnknownNameError("kind of prediction", self.predicts, PREDICTS)
        object.__setattr__(self, "labels", match_name("choice of labels", self.labels, LABEL_CHOICES))
        if self.classes not in CLASS_CHOICES:
            raise UsageError(f"classes is {self.classes}: it must be {' or '.join(map(str, CLASS_CHOICES))}")


def missing_split(source: str, name: str, filled: Iterable[str]) -> DataError:
    """Return the error that says which splits there are instead."""
    return DataError(f"{source} has no {name} split: choose --split from {', '.join(filled)}")
