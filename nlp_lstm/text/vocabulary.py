"""Words <-> ids, and raw text -> words, over the `tokenizers` library.

Both tasks split words with the one rule of `splitting`, and look them up in a word-level vocabulary that
is built on the training set, and on the words of the vectors that a tagger starts from. Splitting keeps
offsets into the raw text, so that what is shown is always what the user typed, whatever the model saw.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.parsing import MOST_BYTES, parse_json, read_json, without_panic
from nlp_lstm.text.rules import (
    EOS,
    LINKS,
    NORMALIZER,
    PAD,
    RESERVED,
    STEPS,
    STRAIGHT,
    UNK,
    make_normalizer,
    make_tokenizer,
    tokenizer_from,
)
from nlp_lstm.text.splitting import check_length, split_words, word_offsets

__all__ = [
    "EOS",
    "LINKS",
    "MOST_WORDS",
    "NORMALIZER",
    "PAD",
    "RESERVED",
    "STRAIGHT",
    "UNK",
    "Sentence",
    "Vocabulary",
    "split_words",
]

MOST_WORDS = 10_000


@dataclass(frozen=True)
class Sentence:
    """A text as words and ids.

    Args:
        words: the words as typed, `timesteps` of them.
        ids: their ids, `(timesteps,)` int32.
        offsets: where each stands in the raw text, `(timesteps, 2)`: `text[start:end]` is the word.
    """

    words: tuple[str, ...]
    ids: np.ndarray
    offsets: tuple[tuple[int, int], ...]

    @property
    def unknown(self) -> str | None:
        """The words that the vocabulary does not know, each once, with commas between; None if none."""
        words = (word for word, index in zip(self.words, self.ids, strict=True) if index == UNK)
        return ", ".join(dict.fromkeys(words)) or None


class Vocabulary:
    """A word-level vocabulary; ids 0, 1 and 2 are padding, unknown and end of sentence.

    Example:
        >>> vocabulary = Vocabulary.build([("the", "sky"), ("the", "grass")])
        >>> vocabulary.words
        ('[PAD]', '<unk>', '<eos>', 'the', 'grass', 'sky')
        >>> vocabulary.encode("The sky isn't blue.").words
        ('The', 'sky', 'is', "n't", 'blue', '.')
        >>> vocabulary.ids(["the", "sky", "[PAD]"]).tolist()
        [3, 5, 1]
    """

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        known = tokenizer.get_vocab()
        self.words: tuple[str, ...] = tuple(sorted(known, key=known.__getitem__))
        gapless = [known[word] for word in self.words] == list(range(len(known)))
        if self.words[: len(RESERVED)] != RESERVED or not gapless or tokenizer.normalizer is None:
            raise DataError(f"not a vocabulary of nlp-lstm: its ids must begin with {', '.join(RESERVED)}")
        # Words are looked up here and not by the tokenizer, so that a typed "[PAD]" is text and not padding.
        self._ids = {word: index for word, index in known.items() if word not in RESERVED}
        self._links = LINKS in self.normalizer

    @classmethod
    def build(
        cls,
        sentences: Iterable[Sequence[str]],
        vocab_size: int = 30_000,
        min_count: int = 1,
        lowercase: bool = True,
        more: Iterable[str] = (),
    ) -> "Vocabulary":
        """Return the vocabulary of the most frequent words.

        Args:
            sentences: the words of each training sentence.
            vocab_size: most entries, the 3 reserved ones included.
            min_count: words seen fewer times are left out.
            lowercase: whether words are put in lower case before counting and looking up.
            more: words that take the places that are left, in their order.

        Raises:
            UsageError: if `vocab_size` leaves no place for a word.
            DataError: if no word is left.
        """
        if vocab_size <= len(RESERVED):
            raise UsageError(f"vocab_size is {vocab_size}: it must be at least {len(RESERVED) + 1}")
        normalizer = make_normalizer(NORMALIZER, lowercase)
        counts: Counter[str] = Counter()
        for word, count in Counter(word for words in sentences for word in words).items():
            counts[normalizer.normalize_str(word)] += count
        kept = [word for word, count in counts.items() if count >= min_count and word not in RESERVED]
        if not kept:
            raise DataError(f"no word is seen {min_count} times: lower --min-count or give more text")
        kept = sorted(kept, key=lambda word: (-counts[word], word))
        ids: dict[str, int] = {}
        for word in chain(RESERVED, kept, (normalizer.normalize_str(word) for word in more)):
            if len(ids) == vocab_size:
                break
            ids.setdefault(word, len(ids))
        built = cls(make_tokenizer(ids, NORMALIZER, lowercase))
        if len(built.to_json().encode()) > MOST_BYTES:
            raise DataError(f"the vocabulary needs more than {MOST_BYTES:,} bytes: lower --vocab-size")
        return built

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read a `tokenizer.json` as `from_json` does; a MissingInputError says that there is none."""
        if not path.is_file():
            raise MissingInputError(f"{path} is missing")
        return cls._from(lambda: read_json(path), str(path))

    @classmethod
    def from_json(cls, text: str | bytes, where: str) -> "Vocabulary":
        """Return the vocabulary that `to_json` has returned; an error calls it `where`.

        Raises:
            DataError: if it is not a word-level vocabulary of ours, with our rules.
        """
        return cls._from(lambda: parse_json(text if isinstance(text, bytes) else text.encode()), where)

    @classmethod
    def _from(cls, parse: Callable[[], Any], where: str) -> "Vocabulary":
        """The vocabulary that `parse` reads."""
        try:
            return cls(tokenizer_from(parse()))
        except DataError as error:
            raise DataError(f"{where} is {error}") from None
        except ValueError as error:
            raise DataError(f"{where} is not a tokenizer file of nlp-lstm: {error}") from None

    def to_json(self) -> str:
        """Return the vocabulary as the text of a `tokenizer.json` that `tokenizers` opens."""
        return self._tokenizer.to_str(pretty=True)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def lowercase(self) -> bool:
        """Whether words are put in lower case before they are looked up."""
        return self._tokenizer.normalizer.normalize_str("A") == "a"  # pyright: ignore

    @property
    def normalizer(self) -> tuple[str, ...]:
        """What else is done to words before they are looked up, step by step."""
        told = json.loads(self._tokenizer.normalizer.__getstate__())  # pyright: ignore
        steps = [step for step in told.get("normalizers", [told]) if step["type"] != "Lowercase"]
        return tuple(next((name for name in STEPS if STEPS[name] == step), step["type"]) for step in steps)

    def ids(self, words: Sequence[str]) -> np.ndarray:
        """Return the id of each word, `(timesteps,)` int32; unknown ones are `UNK`."""
        normalize = self._tokenizer.normalizer.normalize_str  # pyright: ignore
        found = self._ids
        with without_panic("the words cannot be looked up"):
            return np.array(
                [found.get(word) or found.get(normalize(word), UNK) for word in words], dtype=np.int32
            )

    def encode(self, text: str, tokenized: bool | None = False) -> Sentence:
        """Split a text into words and look them up.

        Args:
            text: what somebody has typed.
            tokenized: whether it is split at its blanks (True), or by `split_words` (False). None: at its
                blanks, and then by `split_words` what the vocabulary does not know.

        Raises:
            DataError: if the text has no words, more than `MOST_WORDS`, is longer than `check_length` lets
                it be, or is not valid Unicode.
        """
        check_length(text)
        if tokenized is False:
            offsets = word_offsets(text, self._links)
        else:
            offsets = self._blank_offsets(text, bool(tokenized))
        if not offsets:
            raise DataError(f"the sentence {text[:20]!r} has no words: give at least one")
        if len(offsets) > MOST_WORDS:
            raise DataError(f"a sentence of {len(offsets)} words: at most {MOST_WORDS} are read at once")
        words = tuple(text[start:end] for start, end in offsets)
        return Sentence(words, self.ids(words), offsets)

    def _blank_offsets(self, text: str, whole: bool) -> tuple[tuple[int, int], ...]:
        """Where the pieces between blanks begin and end; unknown ones are split further unless `whole`."""
        found = []
        for piece in re.finditer(r"\S+", text):
            if whole or self.ids([piece[0]])[0] != UNK:
                found.append(piece.span())
            else:
                start = piece.start()
                found += [
                    (start + first, start + last) for first, last in word_offsets(piece[0], self._links)
                ]
        return tuple(found)
