"""One split of a corpus, sentence by sentence, in memory that does not grow with the corpus.

Running text (`text:`) is read line by line, once to look it over and once each time it is gone through.
The other formats are small or cannot be cut, and are loaded as `load_corpus` loads them. Either way the
sentences are those of `load_corpus`.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_lstm.corpora import SPLITS, Corpus, Example, Request, choose_held_out, load_corpus, missing_split
from nlp_lstm.corpora._files import find_splits, stream_lines
from nlp_lstm.corpora.text import SPLIT_BEFORE, choose_splitter
from nlp_lstm.errors import DataError, UnknownNameError


@dataclass(frozen=True)
class Stream:
    """One split of a corpus.

    Args:
        source: what was asked for, such as "text:data/wikitext-2".
        split: "train", "validation" or "test".
        sentences: how many there are.
        sha256: of what they are read from, 64 hexadecimal digits.
        read: returns an iterator over the examples, from the first.
    """

    source: str
    split: str
    sentences: int
    sha256: str
    read: Callable[[], Iterator[Example]]


def stream_corpus(source: str, request: Request | None = None, split: str = "train") -> Stream:
    """Look a corpus over and return one split of it, to be read sentence by sentence.

    Args:
        source, request: as `load_corpus` takes them.
        split: "train", "validation" or "test".

    Raises:
        UnknownNameError: if there is no such split or reader.
        As `load_corpus` and `Corpus.split`.

    Example:
        >>> stream = stream_corpus("mini", split="validation")
        >>> stream.sentences == len(load_corpus("mini").validation)
        True
    """
    if split not in SPLITS:
        raise UnknownNameError("split", split, SPLITS)
    name, _, path = source.partition(":")
    if name == "text":
        return _stream_text(source, path, split)
    examples = load_corpus(source, request).split(split)
    digest = Corpus(source, examples).sha256()
    return Stream(source, split, len(examples), digest, lambda: iter(examples))


def _stream_text(source: str, path: str, split: str) -> Stream:
    """A split of running text; the tenth of train that is set aside is known by its rows."""
    files = find_splits(path)
    aside = "validation" not in files
    if split not in files and not (aside and split == "validation"):
        raise missing_split(source, split, [name for name in SPLITS if name in files or name == "validation"])
    looks = {name: _look_over(file) for name, file in files.items()}
    words_of = choose_splitter(["<unk>"] if any(look.is_split for look in looks.values()) else [])
    held_out = choose_held_out(source, looks["train"].lines) if aside else set()
    home = split if split in files else "train"

    def read() -> Iterator[Example]:
        for row, line in enumerate(stream_lines(files[home])):
            if home != "train" or (row in held_out) == (split == "validation"):
                yield Example(tuple(words_of(line)))

    sentences = looks[home].lines
    if home == "train" and aside:
        sentences = len(held_out) if split == "validation" else sentences - len(held_out)
    if not any(example.words for example in read()):
        raise DataError(f"{source} has no words in its {split} split: give text with at least one sentence")
    return Stream(source, split, sentences, looks[home].sha256, read)


@dataclass(frozen=True)
class _Look:
    """What one pass over a file tells: its lines, their SHA-256, and whether `<unk>` is among the words."""

    lines: int
    sha256: str
    is_split: bool


def _look_over(file: Path) -> _Look:
    """Go over a file once."""
    lines, digest, is_split = 0, hashlib.sha256(), False
    for line in stream_lines(file):
        lines += 1
        digest.update(f"{line}\n".encode())
        is_split = is_split or bool("<unk>" in line and SPLIT_BEFORE.search(line))
    return _Look(lines, digest.hexdigest(), is_split)
