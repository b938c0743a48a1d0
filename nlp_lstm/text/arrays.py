"""Many small arrays -> one long one, which lies in a file where memory should not grow with it.

Unlike `numpy.concatenate`, the result is a memory map of a scratch file if it is long: it is read like any
other array. What goes over a long array here does so block by block, and forgets each when it has read it.
"""

import mmap
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from nlp_lstm.writing import drop_pages, write_scratch

MOST_HELD = 2**20  # numbers of an array that is held in memory
BLOCK = 2**18  # numbers that are looked at at once


def join(pieces: Iterable[np.ndarray]) -> np.ndarray:
    """Return arrays as one, along their first axis; read-only, and mapped from a file, if it is long.

    Args:
        pieces: at least one, all of one dtype, `(length, ...)`; taken one after the other.

    Raises:
        StorageError: if it is long and the temporary folder cannot hold it.

    Example:
        >>> join([np.array([5, 6]), np.array([7])])
        array([5, 6, 7])
    """
    held, size, pieces = [], 0, iter(pieces)
    for piece in pieces:
        held.append(piece)
        size += piece.size
        if size > MOST_HELD:
            return _write(chain(held, pieces), held[0])
    return np.concatenate(held)


def _write(pieces: Iterable[np.ndarray], like: np.ndarray) -> np.ndarray:
    """Arrays as one that is mapped from a scratch file, of the dtype and the further axes of one of them."""
    mapped = write_scratch(np.ascontiguousarray(piece, like.dtype).data for piece in pieces)
    return np.frombuffer(mapped, like.dtype).reshape(-1, *like.shape[1:])


class Rows(Sequence[np.ndarray]):
    """Arrays of several lengths, which lie one after the other in a single one.

    Args:
        pieces: as `join` takes them, `(length,)` each.
        dtype: of the result if there are no pieces.

    Example:
        >>> rows = Rows([np.array([5, 6]), np.array([7])])
        >>> rows[0], rows[-1], len(rows)
        (array([5, 6]), array([7]), 2)
    """

    def __init__(self, pieces: Iterable[np.ndarray], dtype: type = np.int32):
        lengths = array("q", [0])

        def measured() -> Iterator[np.ndarray]:
            """The pieces, whose lengths are noted."""
            yield np.empty(0, dtype)
            for piece in pieces:
                lengths.append(len(piece))
                yield piece

        self.joined = join(measured())
        self._ends = np.cumsum(lengths)

    @property
    def lengths(self) -> np.ndarray:
        """Those of the arrays, `(arrays,)`."""
        return np.diff(self._ends)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: Any) -> Any:
        row = range(len(self))[row]
        return self.joined[self._ends[row] : self._ends[row + 1]]


def in_blocks(sequences: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield arrays as one, along their first axis, a block of about `BLOCK` numbers at a time.

    Example:
        >>> list(in_blocks([np.array([5, 6]), np.array([7])]))
        [array([5, 6, 7])]
    """
    held, count = [], 0
    for sequence in sequences:
        for start in range(0, len(sequence), BLOCK):
            held.append(sequence[start : start + BLOCK])
            count += len(held[-1])
            if count >= BLOCK:
                yield np.concatenate(held)
                forget(held[-1])
                held, count = [], 0
    if held:
        yield np.concatenate(held)


def forget(joined: np.ndarray) -> None:
    """Give up the memory of what was read of an array that is mapped, as `join` does it; else do nothing.

    It is read from its file again when it is needed.
    """
    base: Any = joined
    while isinstance(base, np.ndarray):
        base = base.base
    mapped = base.obj if isinstance(base, memoryview) else None
    if isinstance(mapped, mmap.mmap):
        drop_pages(mapped)


def count_ids(sequences: Iterable[np.ndarray], size: int) -> np.ndarray:
    """Return how often each id of 0 to `size` - 1 stands in some sequences, `(size,)`; -1 is left out.

    Example:
        >>> count_ids([np.array([1, -1]), np.array([1, 2])], 4).tolist()
        [0, 2, 1, 0]
    """
    counts = np.zeros(size, np.int64)
    for block in in_blocks(sequences):
        counts += np.bincount(block[block >= 0], minlength=size)
    return counts
