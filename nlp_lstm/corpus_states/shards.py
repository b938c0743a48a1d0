"""The Parquet shards of an extraction, written and read in one place.

    states-00001.parquet  one row per word, whole sentences; one column per layer and part

Every page has a checksum, which is checked as it is read. Unlike a trace, which is one sentence in memory, a
folder of shards holds a corpus of any length.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from nlp_lstm.corpus_states.manifests import WORD_COLUMNS, Manifest, shard_name
from nlp_lstm.errors import DataError, StorageError
from nlp_lstm.report.markup import one_line
from nlp_lstm.writing import whole_file

TEXTS = tuple(name for name, kind in WORD_COLUMNS.items() if kind == "string")
NEVER_NULL = ("sentence_number", "word_number", "word")
ENCODINGS = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "BIT_PACKED"}
ADVICE = "finished shards are kept, continue with --resume"


class _Hashed:
    """A file to write to that takes the SHA-256 of what is written, in the form that pyarrow asks for."""

    closed = False

    def __init__(self, file: IO[bytes]):
        self.file, self.sha256 = file, hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write some bytes, and count them in."""
        self.sha256.update(content)
        return self.file.write(content)

    def flush(self) -> None:
        """Do nothing: `whole_file` flushes when all is written."""

    def close(self) -> None:
        """Do nothing: `whole_file` closes its file."""


def shard_path(folder: Path, number: int) -> Path:
    """Return the path of a shard, numbered from 1."""
    return folder / shard_name(number)


def shard_numbers(folder: Path, manifest: Manifest) -> list[int]:
    """Return the numbers of the shards: all if the extraction is finished, else those that are there."""
    if manifest.status == "finished":
        return list(range(1, manifest.shards + 1))
    names = (path.stem.removeprefix("states-") for path in folder.glob("states-*.parquet"))
    return sorted(int(name) for name in names if name.isdecimal())


def write_shard(
    folder: Path, number: int, manifest: Manifest, groups: Iterable[Mapping[str, Sequence | np.ndarray]]
) -> str:
    """Write a shard, and return the SHA-256 of its file.

    Args:
        folder, number: where it goes.
        manifest: says what the columns are.
        groups: rows, column name -> a value per row; `(rows, units)` for a column of states. Each
            becomes a row group.

    Raises:
        StorageError: if writing fails; nothing of the shard is left, other shards stay.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetWriter

    path, schema = shard_path(folder, number), _schema(manifest)
    # States hardly shrink and have no use for statistics: plain numbers are the fastest.
    try:
        with whole_file(path, ADVICE) as file:
            hashed = _Hashed(file)
            with ParquetWriter(
                hashed,
                schema,
                compression="none",
                use_dictionary=[*TEXTS],  # pyright: ignore[reportArgumentType]
                write_statistics=False,
                write_page_checksum=True,
            ) as writer:
                for group in groups:  # as they come, so that one at a time is in memory
                    writer.write_batch(_batch(group, schema))
            return hashed.sha256.hexdigest()
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except ArrowException as error:
        raise StorageError(f"cannot write {path}: {error}; {ADVICE}") from None


def hash_shard(folder: Path, number: int) -> str:
    """Return the SHA-256 of a shard's file as it is on the disk.

    Raises:
        StorageError: if it cannot be read.
    """
    path = shard_path(folder, number)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None


def read_groups(folder: Path, number: int, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the row groups of a shard, column name -> a list, or `(rows, units)` for a column of states.

    Raises:
        DataError: if the shard is missing, cut or has not these columns.
    """
    from pyarrow.parquet import ParquetFile

    path = shard_path(folder, number)
    try:
        with ParquetFile(path, read_dictionary=TEXTS, page_checksum_verification=True) as file:
            _check_groups(file.metadata, path.stat().st_size)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=list(columns)).combine_chunks()
                yield {name: _values(table.column(name).combine_chunks(), name) for name in columns}
    except MemoryError:
        raise
    except Exception as error:  # whatever a broken file makes Arrow raise
        reason = one_line(str(error).partition("\n")[0])
        raise DataError(
            f"{path} is missing or damaged ({reason}): delete it and extract again with --resume"
        ) from None


def _check_groups(metadata: Any, size: int) -> None:
    """Raise a ValueError for a shard that would become far larger than its file: ours never do."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            if column.compression != "UNCOMPRESSED" or not ENCODINGS.issuperset(column.encodings):
                raise ValueError(f"{column.path_in_schema} is packed as extract never does")
            if not column.path_in_schema.startswith(TEXTS) and column.num_values * 2 > size:
                raise ValueError(f"{column.path_in_schema} has more numbers than the file holds")
        if group.num_rows * 8 > size:  # every word has an int64
            raise ValueError("it has more words than the file holds")


def _schema(manifest: Manifest) -> Any:
    """Name and Arrow's type of every column: states as lists of a fixed length."""
    import pyarrow

    kinds = {name: pyarrow.type_for_alias(kind) for name, kind in WORD_COLUMNS.items()}
    number_kind = pyarrow.from_numpy_dtype(manifest.dtype)
    kinds |= {name: pyarrow.list_(number_kind, manifest.units) for name in manifest.state_columns}
    return pyarrow.schema(list(kinds.items()))


def _batch(group: Mapping[str, Sequence | np.ndarray], schema: Any) -> Any:
    """Rows as Arrow holds them."""
    import pyarrow

    arrays = []
    for column in schema:
        values = group[column.name]
        if column.name in WORD_COLUMNS:
            arrays.append(pyarrow.array(values, column.type))
        else:
            flat = pyarrow.array(np.ravel(values))
            arrays.append(pyarrow.FixedSizeListArray.from_arrays(flat, type=column.type))
    return pyarrow.record_batch(arrays, schema=schema)


def _values(array: Any, name: str) -> Any:
    """The values of a column as they were given to `write_shard`."""
    if name in NEVER_NULL and array.null_count:
        raise ValueError(f"{name} is missing of a word")
    if name in TEXTS:  # each text once, however often it is there
        texts = [*array.dictionary.to_pylist(), None]
        return [texts[-1 if place is None else place] for place in array.indices.to_pylist()]
    if name in WORD_COLUMNS:
        return array.to_pylist()
    return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), -1)
