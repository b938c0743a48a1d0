"""One split of a corpus, sentence by sentence, in memory that does not grow with the corpus.

Running text (`text:`, `stories`) is read line by line, to look it over and then each time it is gone through.
The other formats are small or cannot be cut, and are loaded as `load_corpus` loads them. Either way the
sentences are those of `load_corpus`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from nlp_lstm.corpora import (
    SPLITS,
    Example,
    Request,
    choose_held_out,
    choose_sentences,
    load_corpus,
    missing_split,
)
from nlp_lstm.corpora._boxed import check_no_path, stream_boxed
from nlp_lstm.corpora._files import find_splits, stream_lines
from nlp_lstm.corpora.sources import resolve_source
from nlp_lstm.corpora.stories import read_split
from nlp_lstm.corpora.text import choose_tokenized, cut, split_lines
from nlp_lstm.errors import DataError
from nlp_lstm.registry import match_name


@dataclass(frozen=True)
class Stream:
    """One split of a corpus.

    Args:
        source: what was asked for, such as "text:data/wikitext-2".
        split: "train", "validation" or "test".
        sentences: how many there are.
        sha256: of what they are read from, 64 hexadecimal digits.
        read: returns an iterator over the examples, from the first.
        running: whether it is running text, of which a limit takes the first sentences.
    """

    source: str
    split: str
    sentences: int
    sha256: str
    read: Callable[[], Iterator[Example]]
    running: bool = False

    def choose(self, limit: int | None) -> Iterator[Example]:
        """Yield the sentences that a limit keeps, as `load_corpus` chooses them."""
        chosen = choose_sentences(self.sentences, limit, self.running)
        if isinstance(chosen, range):
            yield from islice(self.read(), len(chosen))
            return
        wanted = set(chosen)
        yield from (example for row, example in enumerate(self.read()) if row in wanted)


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
    split = match_name("split", split, SPLITS)
    source, request = resolve_source(source), request or Request()
    name, _, path = source.partition(":")
    if name == "text":
        return _stream_text(source, path, split, request)
    if name == "stories":
        return _stream_stories(source, path, split)
    corpus = load_corpus(source, request)
    examples = corpus.split(split)
    running = not corpus.label_names
    return Stream(source, split, len(examples), corpus.sha256(split), lambda: iter(examples), running)


def _stream_stories(source: str, path: str, split: str) -> Stream:
    """A split of the books that come with nlp-lstm; the other splits are not unpacked."""
    check_no_path(source.partition(":")[0], path)
    look = _look_over(stream_boxed(f"stories.{split}"))
    return Stream(source, split, look.lines, look.sha256, lambda: read_split(split), running=True)


def _stream_text(source: str, path: str, split: str, request: Request) -> Stream:
    """A split of running text; the tenth of train that is set aside is known by its rows."""
    files = find_splits(path)
    aside = "validation" not in files
    if split not in files and not (aside and split == "validation"):
        raise missing_split(source, split, [name for name in SPLITS if name in files or name == "validation"])
    lines = chain.from_iterable(stream_lines(file, request.encoding) for file in files.values())
    tokenized, _ = choose_tokenized(lines, request.tokenized)
    looks = {name: _look_over(stream_lines(file, request.encoding)) for name, file in files.items()}
    home = split if split in files else "train"

    def sentences(name: str) -> Iterator[tuple[str, ...]]:
        """The words of each sentence of a file."""
        found = split_lines(stream_lines(files[name], request.encoding), tokenized, files[name])
        one_line = name == "train" and aside and looks[name].lines == 1
        return iter(cut(next(found))) if one_line else found

    count = sum(1 for _ in sentences("train")) if looks["train"].lines == 1 else looks["train"].lines
    held_out = choose_held_out(source, count) if aside else set()

    def read() -> Iterator[Example]:
        """The sentences of the split."""
        for row, words in enumerate(sentences(home)):
            if home != "train" or (row in held_out) == (split == "validation"):
                yield Example(words)

    number = looks[home].lines if home != "train" else count
    if home == "train" and aside:
        number = len(held_out) if split == "validation" else count - len(held_out)
    if not any(example.words for example in read()):
        raise DataError(f"{source} has no words in its {split} split: give text with at least one sentence")
    digest = hashlib.sha256(f"{looks[home].sha256} {tokenized}".encode()).hexdigest()
    return Stream(source, split, number, digest, read, running=True)


@dataclass(frozen=True)
class _Look:
    """What one pass over a file tells: its lines and their SHA-256."""

    lines: int
    sha256: str


def _look_over(text: Iterable[str]) -> _Look:
    """Go over a file once."""
    lines, digest = 0, hashlib.sha256()
    for line in text:
        lines += 1
        digest.update(f"{line}\n".encode())
    return _Look(lines, digest.hexdigest())
