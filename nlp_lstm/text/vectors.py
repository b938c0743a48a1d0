"""Word vectors in GloVe's text format -> rows of an embedding.

Each line is a word and its numbers, separated by blanks; the file may be gzipped. The first line of
word2vec's and fastText's text files, "count dimensions", is passed over, and so are a byte-order mark and
blank lines. A word may hold spaces, as some of GloVe 840B do (`. . . 0.1 0.2`), or spaces of another kind:
the numbers are the last fields of a line, as many as the first has.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.text.splitting import LONGEST_TEXT, LONGEST_WORD
from nlp_lstm.text.vocabulary import UNK, Vocabulary

FORMAT = "give a file in GloVe's text format"
# What separates fields; not a non-breaking space, which some words are or hold.
BLANKS = re.compile(r"[ \t]+")
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf)", re.ASCII)


class Vectors(dict[int, np.ndarray]):
    """Vectors of words, id -> `(embedding_dim,)` float32; `notes` say what was passed over, a line each."""

    notes: tuple[str, ...] = ()


def read_vectors(path: str | Path, vocabulary: Vocabulary) -> Vectors:
    """Return the vectors of the vocabulary's words.

    A word that stands twice has its first vector, and the notes say how many others there are. Of two
    spellings that the vocabulary takes for one word, as it does "The" and "the" in lower case, the first
    counts.

    Args:
        path: text or .gz file, one `word number number ...` a line.
        vocabulary: only its words are kept, and only their numbers are read.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if a line has not as many numbers as the first or is too long, or a number is none or not
            finite.
    """
    path = Path(path)
    found = Vectors()
    seen: set[str] = set()
    again = 0
    for number, word, fields in _split_lines(path):
        index = int(vocabulary.ids([word])[0])
        if index == UNK:
            continue
        again += word in seen
        seen.add(word)
        if index not in found:
            found[index] = _parse(fields, path, number)
    if again:
        found.notes = (
            f"{path} holds words of the text more than once: the first counts; lines passed over: {again}",
        )
    return found


def vector_words(path: str | Path) -> Iterator[str]:
    """Yield the words of a file of vectors, in its order; GloVe's files begin with the commonest.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if a line has not as many numbers as the first.
    """
    return (word for _, word, _ in _split_lines(Path(path)))


def _split_lines(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """The number of each line of a file, its word and its numbers, still as text."""
    if not path.is_file():
        raise MissingInputError(f"no vectors file {str(path)!r}: {FORMAT}")
    first = dimensions = 0
    held: tuple[int, str] | None = None  # a first line that may be one of counts, until the second tells
    try:
        for number, line in _read_lines(path):
            if not first and number == 1 and re.fullmatch(r"[0-9]+ [0-9]+", line):
                held = number, line
                continue
            if not first:
                first, dimensions = number, _count_numbers(line, path, number)
                if held is not None:
                    dimensions, is_vector = _read_counts(held[1], dimensions, path, number)
                    if is_vector:
                        first = held[0]
                        yield first, *_split_line(held[1], dimensions, path, first, first)
            word, fields = _split_line(line, dimensions, path, number, first)
            if word:
                yield number, word, fields
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is not a file in GloVe's text format: {error}") from None


def _read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, each with its number, one space between fields."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="\n") as lines:  # a word may hold a "\r"
        number = 0
        while line := lines.readline(LONGEST_TEXT + 1):  # a small .gz can unpack to a line without an end
            number += 1
            if len(line) > LONGEST_TEXT:
                raise DataError(f"{path}, line {number} has more than {LONGEST_TEXT:,} characters: {FORMAT}")
            line = line.rstrip()
            if "\t" in line or "  " in line:
                line = BLANKS.sub(" ", line)
            if line:
                yield number, line


def _count_numbers(line: str, path: Path, number: int) -> int:
    """How many numbers the first line with a word has: those at its end, but its first field is a word."""
    fields = line.split(" ")
    words = next((place for place in range(len(fields), 0, -1) if not NUMBER.fullmatch(fields[place - 1])), 1)
    dimensions = len(fields) - max(words, 1)
    if dimensions:
        return dimensions
    if len(fields) == 1:
        raise DataError(f"{path}, line {number}: no numbers: write word number number ...")
    raise ValueError(f"line {number}: {fields[1]!r} is no number")


def _read_counts(counts: str, found: int, path: Path, number: int) -> tuple[int, bool]:
    """How many numbers a first line of counts says; and whether it is a word with one number instead."""
    dimensions = int(counts.split(" ")[1])
    if 0 < dimensions <= found:  # more are found where the word behind them ends in a number
        return dimensions, False
    if found == 1:
        return 1, True
    raise DataError(
        f"{path}, line {number}: {found} numbers where line 1 says {dimensions}: give the whole file"
    )


def _split_line(line: str, dimensions: int, path: Path, number: int, first: int) -> tuple[str, list[str]]:
    """The word of a line and its numbers, as many as line `first` has."""
    word, *fields = line.rsplit(" ", dimensions)
    # A word with spaces ends in no number: a line that seems to have one has a number too many.
    if len(fields) < dimensions or (" " in word and NUMBER.fullmatch(word.rpartition(" ")[2])):
        raise DataError(
            f"{path}, line {number}: {line.count(' ')} numbers where line {first} has {dimensions}"
        )
    if len(word) > LONGEST_WORD:
        raise DataError(f"{path}, line {number} has a word of {len(word):,} characters: {FORMAT}")
    return word, fields


def _parse(fields: list[str], path: Path, line: int) -> np.ndarray:
    """The numbers of a line, `(embedding_dim,)` float32."""
    try:
        vector = np.array([float(field) for field in fields])
    except ValueError as error:
        raise DataError(f"{path} is not a file in GloVe's text format: line {line}: {error}") from None
    if not (np.abs(vector) <= np.finfo(np.float32).max).all():  # NaN compares as False
        raise DataError(f"{path}, line {line}: every number must be finite")
    return vector.astype(np.float32)
