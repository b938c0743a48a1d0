"""Examples -> a sequence of them: a tuple, or, of many words, an Arrow file that is read bit by bit.

    words     list<string>    of each sentence
    labels    list<string>    a null where a word is not scored; null as a whole where there are none

The file has no name and lies in the temporary folder: Arrow streams of some thousand words each, one after
the other, of which one is in memory at a time. Unlike the cache of `datasets`, it is gone with the process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nlp_lstm.corpora._values import Example
from nlp_lstm.errors import DataError
from nlp_lstm.writing import drop_pages, write_scratch

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

MOST_HELD = 1_000_000  # words of a split whose examples are in memory, 75 MB
WORDS_AT_ONCE = 20_000  # of examples that are read at once


def hold(examples: Iterable[Example]) -> Sequence[Example]:
    """Return examples as a tuple, or, if they have more than `MOST_HELD` words, as `StoredExamples`.

    Args:
        examples: those of a split; with facts, as only generated ones have them, they are held.

    Raises:
        StorageError: if the temporary folder cannot hold them.

    Example:
        >>> hold([Example(("not", "good"))])
        (Example(words=('not', 'good'), labels=None, facts={}),)
    """
    held, words, examples = deque[Example](), 0, iter(examples)
    for example in examples:
        held.append(example)
        words += len(example.words)
        if words > MOST_HELD and not example.facts:
            return StoredExamples(chain(_give_up(held), examples))
    return tuple(held)


def _give_up(held: deque[Example]) -> Iterator[Example]:
    """Yield what is held, and hold it no longer."""
    while held:
        yield held.popleft()


class StoredExamples(Sequence[Example]):
    """Examples in a file; going through them, or taking one after the other, reads a part of it at a time.

    Args:
        examples: without facts; taken one after the other.

    Raises:
        StorageError: if the temporary folder cannot hold them.

    Example:
        >>> stored = StoredExamples([Example(("not", "good")), Example(())])
        >>> len(stored), stored[0].words, stored[1:]
        (2, ('not', 'good'), (Example(words=(), labels=None, facts={}),))
    """

    def __init__(self, examples: Iterable[Example]):
        rows, places = [0], [0]  # where each part begins: with which example, and at which byte

        def parts() -> Iterator[Any]:
            """The Arrow streams."""
            for part in _cut(examples):
                packed = _pack(part)
                rows.append(rows[-1] + len(part))
                places.append(places[-1] + len(packed))
                yield packed

        self._file = write_scratch(parts())
        self._rows, self._places = np.array(rows), places
        self._read: tuple[int, list[Example]] = (-1, [])  # the part that was asked for last

    def __len__(self) -> int:
        return int(self._rows[-1])

    @overload
    def __getitem__(self, row: int) -> Example: ...

    @overload
    def __getitem__(self, row: slice) -> tuple[Example, ...]: ...

    def __getitem__(self, row: int | slice) -> Example | tuple[Example, ...]:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(len(self))[row])
        row = range(len(self))[row]
        part = int(np.searchsorted(self._rows, row, side="right")) - 1
        if self._read[0] != part:
            self._read = part, self._unpack(part)
        return self._read[1][row - self._rows[part]]

    def __iter__(self) -> Iterator[Example]:
        for part in range(len(self._rows) - 1):
            yield from self._unpack(part)

    def _unpack(self, part: int) -> list[Example]:
        """The examples of a part."""
        import pyarrow

        start, end = self._places[part : part + 2]
        packed = self._file[start:end]
        drop_pages(self._file, start, end)
        with pyarrow.ipc.open_stream(packed) as stream:
            return list(_read_batch(stream.read_next_batch()))


def _cut(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """Examples in lists of about `WORDS_AT_ONCE` words; blank ones count as one."""
    held, words = [], 0
    for example in examples:
        if example.facts:
            raise DataError("examples with facts are not stored: give a corpus of fewer words")
        held.append(example)
        words += len(example.words) or 1
        if words >= WORDS_AT_ONCE:
            yield held
            held, words = [], 0
    if held:
        yield held


def _pack(examples: list[Example]) -> Any:
    """Examples as an Arrow stream."""
    import pyarrow

    columns = {
        "words": _list_array([example.words for example in examples]),
        "labels": _list_array([example.labels for example in examples]),
    }
    batch = pyarrow.record_batch(columns)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def _list_array(rows: list[Any]) -> Array:
    """Rows of texts, or None, as an Arrow array; faster than Arrow makes it of lists."""
    import pyarrow

    texts = pyarrow.array(list(chain.from_iterable(row or () for row in rows)), pyarrow.string())
    starts = np.cumsum([0, *(len(row or ()) for row in rows)]).astype(np.int32)
    missing = pyarrow.array([row is None for row in rows])
    return pyarrow.ListArray.from_arrays(pyarrow.array(starts), texts, mask=missing)


def _read_batch(batch: RecordBatch) -> Iterator[Example]:
    """The examples of a batch."""
    (words, _), (labels, unlabelled) = map(_read_lists, batch.columns)
    for row, found in enumerate(words):
        yield Example(found, None if unlabelled[row] else labels[row])


def _read_lists(column: Any) -> tuple[list[tuple[Any, ...]], list[bool]]:
    """The rows of a column of lists, and which of them are null."""
    texts = column.flatten().to_pylist()
    rows = [tuple(texts[start:end]) for start, end in pairwise(column.offsets.to_pylist())]
    return rows, column.is_null().to_pylist()
