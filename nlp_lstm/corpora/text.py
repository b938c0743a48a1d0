"""text:PATH — running text for next-word, one sentence a line; a file, or a folder of train, valid, test.

Penn Treebank's and WikiText-2's files are read as they are: they are tokenized already, so they are split at
their blanks. Raw text is split into words by `split_words`. A blank line is a sentence of no words, because
the published counts of WikiText-2 have an end of sentence on every line.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from nlp_lstm.corpora import READERS, Corpus, Example, Request
from nlp_lstm.corpora._files import find_splits, stream_lines
from nlp_lstm.corpora._stored import hold
from nlp_lstm.errors import DataError
from nlp_lstm.text.splitting import check_length, split_texts, split_words

UNKNOWN = re.compile(r"(?<!\S)<unk>(?!\S)")
GLUED = re.compile(r"\w[,;:!?](?!\S)")  # a mark that raw text writes at its word, and tokenized text apart
MOST_GLUED = 0.005  # of all words, in text that is tokenized
PIECES, LONGEST_PIECE = 20, 1000  # into which a text of one line is cut: about so many, words of each
SHORT = 2 * PIECES  # words of a line that is not cut
# Letters of scripts that write no blanks between words, and how many of them a word has at most on average.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
LONGEST_WORD = 6
CHARACTERS_AT_ONCE = 100_000  # of texts that are split at once


@READERS.register("text")
def read_text(path: str, request: Request) -> Corpus:
    """Read running text.

    Args:
        path: a file, or a folder of files such as ptb.train.txt, ptb.valid.txt, wiki.test.tokens.
        request: `tokenized` and `encoding`.

    Returns:
        A corpus without labels, one example per line, blank lines too. Its notes say how the text was split.

    Raises:
        MissingInputError: if the path, or the folder's train file, is not there.
        DataError: if a file is empty or not in the encoding.
    """
    files = find_splits(path)

    def every_line() -> Iterator[str]:
        """The lines of all files."""
        return chain.from_iterable(stream_lines(file, request.encoding) for file in files.values())

    tokenized, why = choose_tokenized(every_line(), request.tokenized)
    notes = [why, *warn_of(every_line())]
    examples: dict[str, Any] = {
        name: hold(map(Example, split_lines(stream_lines(file, request.encoding), tokenized, file)))
        for name, file in files.items()
    }
    if "validation" not in files and len(examples["train"]) == 1:
        examples["train"] = tuple(map(Example, cut(examples["train"][0].words)))
        notes.append(f"the text is one line: it is read as {len(examples['train'])} pieces")
    return Corpus(f"text:{path}", label_names=(), tokenized=tokenized, notes=tuple(notes), **examples)


def split_lines(lines: Iterable[str], tokenized: bool, file: Path) -> Iterator[tuple[str, ...]]:
    """Yield the words of each line of a file.

    Raises:
        DataError: if what stands between two blanks is too long; says the line.
    """
    for number, words in enumerate(split_all(lines, tokenized), 1):
        if isinstance(words, DataError):
            raise DataError(f"{file}, line {number}: {words}")
        yield words


def split_all(texts: Iterable[str], tokenized: bool) -> Iterator[tuple[str, ...] | DataError]:
    """Yield the words of each text, or why it cannot be split; raw texts are split many at once.

    Example:
        >>> list(split_all(["It isn't.", ""], tokenized=False))
        [('It', 'is', "n't", '.'), ()]
    """
    for some in _take_some(texts):
        try:
            found = list(map(_split_at_blanks, some)) if tokenized else split_texts(some)
        except DataError:
            yield from (_split_one(text, tokenized) for text in some)
        else:
            yield from map(tuple, found)


def _take_some(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in lists of about `CHARACTERS_AT_ONCE` characters, the ends of lines with them."""
    some, characters = [], 0
    for text in texts:
        some.append(text)
        characters += len(text) + 1
        if characters >= CHARACTERS_AT_ONCE:
            yield some
            some, characters = [], 0
    if some:
        yield some


def _split_one(text: str, tokenized: bool) -> tuple[str, ...] | DataError:
    """The words of a text, or why it cannot be split."""
    try:
        return tuple(_split_at_blanks(text) if tokenized else split_words(text))
    except DataError as error:
        return error


def _split_at_blanks(text: str) -> list[str]:
    """The words of a text that is tokenized already."""
    check_length(text)
    return text.split()


def cut(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the words of a text of one line in pieces, of which some can be set aside.

    Example:
        >>> [len(piece) for piece in cut(("the",) * 3500)]
        [175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175, 175]
        >>> len(cut(("the",) * 100_000))
        100
    """
    if len(words) < SHORT:
        return [words]
    size = min(LONGEST_PIECE, max(1, -(-len(words) // PIECES)))
    return [words[start : start + size] for start in range(0, len(words), size)]


def choose_tokenized(texts: Iterable[str], asked: bool | None) -> tuple[bool, str]:
    """Return whether texts are tokenized already, and a line that says why they are taken to be.

    They are if `<unk>` is one of their words and nearly no comma stands at a word: a raw text in which
    somebody wrote `<unk>` stays raw.

    Args:
        texts: of all splits.
        asked: what the user says; None to look at the texts.

    Example:
        >>> choose_tokenized(["N <unk> a.m."], None)[0], choose_tokenized(["It's five."], None)[0]
        (True, False)
        >>> choose_tokenized(["It's five, <unk> said, or six, or so."], None)[0]
        False
    """
    if asked is not None:
        return asked, f"split {_how(asked)}: as asked"
    unknown = words = glued = 0
    for text in texts:
        unknown += bool("<unk>" in text and UNKNOWN.search(text))
        words += text.count(" ") + 1
        glued += len(GLUED.findall(text))
    tokenized = bool(unknown) and glued <= MOST_GLUED * words
    lines = "1 line holds" if unknown == 1 else f"{unknown} lines hold"
    if tokenized:
        why = f"{lines} <unk>, so it is tokenized already"
    elif unknown:
        why = f"{lines} <unk>, but commas and the like stand at {glued} words, so it is raw text"
    else:
        why = "no line holds <unk>, so it is taken for raw text"
    return tokenized, f"split {_how(tokenized)}: {why}; --tokenized or --raw says otherwise"


def warn_of(texts: Iterable[str]) -> Iterator[str]:
    """Yield a note if a text has no blanks between its words, as Chinese and Thai have none."""
    letters = words = 0
    for text in texts:
        for word in text.split() if UNSPACED.search(text) else ():
            found = len(UNSPACED.findall(word))
            letters, words = letters + found, words + bool(found)
    if letters > LONGEST_WORD * words:
        yield "the text writes no blanks between words: one word is a whole clause here, split it before"


def _how(tokenized: bool) -> str:
    """How text is split, in words."""
    return "at its blanks" if tokenized else "into words by nlp-lstm's own rule"
