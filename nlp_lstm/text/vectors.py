"""Word vectors in GloVe's text format -> rows of an embedding.

Each line is a word and its numbers, separated by spaces; the file may be gzipped. The first line of
word2vec's and fastText's text files, "count dimensions", is passed over. A word may hold spaces, as some
of GloVe 840B do (`. . . 0.1 0.2`): the numbers are the last fields of a line, as many as the first has.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.text.vocabulary import UNK, Vocabulary


def read_vectors(path: str | Path, vocabulary: Vocabulary) -> dict[int, np.ndarray]:
    """Return the vectors of the vocabulary's words, id -> `(embedding_dim,)` float32.

    Args:
        path: text or .gz file, one `word number number ...` a line.
        vocabulary: only its words are kept, and only their numbers are read.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if a line has not as many numbers as the first, a number is none or not finite, a word
            of the vocabulary stands twice. Of two spellings that the vocabulary takes for one word, as it
            does "The" and "the" in lower case, the first counts.
    """
    path = Path(path)
    found: dict[int, np.ndarray] = {}
    lines_of: dict[str, int] = {}  # where each word of the vocabulary stands, as it is written
    for number, word, fields in _split_lines(path):
        index = int(vocabulary.ids([word])[0])
        if index == UNK:
            continue
        if word in lines_of:
            raise DataError(f"{path}, line {number}: {word!r} is in line {lines_of[word]} too: keep one")
        lines_of[word] = number
        if index not in found:
            found[index] = _parse(fields, path, number)
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
        raise MissingInputError(f"no vectors file {str(path)!r}: give a file in GloVe's text format")
    opened = gzip.open if path.suffix == ".gz" else open
    first, dimensions = 0, 0
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                line = line.rstrip()
                if not first:
                    fields = line.split(" ")
                    if number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields):
                        continue
                    first, dimensions = number, len(fields) - 1
                    if not dimensions:
                        raise DataError(f"{path}, line {number}: no numbers: write word number number ...")
                yield number, *_split_line(line, dimensions, f"{path}, line {number}", first)
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is not a file in GloVe's text format: {error}") from None


def _split_line(line: str, dimensions: int, place: str, first: int) -> tuple[str, list[str]]:
    """The word of a line and its numbers, as many as line `first` has."""
    word, *fields = line.rsplit(" ", dimensions)
    # A word with spaces ends in no number: a line that seems to have one has a number too many.
    if len(fields) < dimensions or (" " in word and _is_number(word.rpartition(" ")[2])):
        raise DataError(f"{place}: {line.count(' ')} numbers where line {first} has {dimensions}")
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


def _is_number(field: str) -> bool:
    """Whether a field of a line can be read as a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True
