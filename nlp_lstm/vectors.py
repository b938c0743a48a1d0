"""Word vectors in GloVe's text format -> rows of an embedding.

Each line is a word and its numbers, separated by spaces; the file may be gzipped.
"""

import gzip
import zlib
from pathlib import Path

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.vocabulary import UNK, Vocabulary


def read_vectors(path: str | Path, vocabulary: Vocabulary) -> dict[int, np.ndarray]:
    """Return the vectors of the vocabulary's words, id -> `(embedding_dim,)` float32.

    Args:
        path: text or .gz file, one `word number number ...` a line.
        vocabulary: only its words are kept.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if a line has not as many numbers as the first, or none of the words is found.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(f"no vectors file {str(path)!r}: give a file in GloVe's text format")
    opened = gzip.open if path.suffix == ".gz" else open
    found: dict[int, np.ndarray] = {}
    dimensions = None
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                word, *numbers = line.rstrip().split(" ")
                dimensions = dimensions or len(numbers)
                if len(numbers) != dimensions:
                    raise DataError(
                        f"{path}, line {number}: {len(numbers)} numbers where line 1 has {dimensions}"
                    )
                index = int(vocabulary.ids([word])[0])
                if index != UNK and index not in found:
                    found[index] = np.array(numbers, np.float32)
                    if not np.isfinite(found[index]).all():
                        raise DataError(f"{path}, line {number}: every number must be finite")
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is not a file in GloVe's text format: {error}") from None
    if not found or not dimensions:
        raise DataError(f"{path} holds no word of the vocabulary: give vectors of the text's language")
    return found
