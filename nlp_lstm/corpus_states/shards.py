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

from nlp_lstm.corpus_states.manifests import WORD_COLUMNS, Manifest
from nlp_lstm.errors import DataError, StorageError
from nlp_lstm.writing import whole_file

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
    return folder / f"states-{number:05}.parquet"


def shard_numbers(folder: Path, manifest: Manifest) -> list[int]:
    """Return the numbers of the shards: all if the extraction is finished, else those that are there."""
    if manifest.status == "finished":
        return list(range(1, manifest.shards + 1))
    names = (path.stem.removeprefix("states-") for path in folder.glob("states-*.parquet"))
    return sorted(int(name) for name in names if name.isdigit())


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
    texts = [name for name, kind in WORD_COLUMNS.items() if kind == "string"]
    try:
        with whole_file(path, ADVICE) as file:
            hashed = _Hashed(file)
            with ParquetWriter(
                hashed,
                schema,
                compression="none",
                use_dictionary=texts,  # pyright: ignore[reportArgumentType]
                write_statistics=False,
                write_page_checksum=True,
            ) as writer:
                for group in groups:  # as they come, so that one at a time is in memory
                    writer.write_batch(_batch(group, schema))
            return hashed.sha256.hexdigest()
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
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    path = shard_path(folder, number)
    try:
        with ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=list(columns)).combine_chunks()
                yield {name: _values(table.column(name).combine_chunks(), name) for name in columns}
    except (OSError, ArrowException, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"{path} is missing or damaged ({reason}): delete it and extract again with --resume"
        ) from None


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
    if name in WORD_COLUMNS:
        return array.to_pylist()
    return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), -1)
