"""The folder of an extraction: a manifest and numbered Parquet shards, written and read in one place.

    manifest.json         what was read and with what, and type and shape of every column
    states-00001.parquet  one row per word, whole sentences; one column per layer and part

A file is written under a hidden name and moved into place, so it is either whole or not there. Unlike a
trace, which is one sentence in memory, a folder holds a corpus of any length.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError, StorageError

MANIFEST, FORMAT = "manifest.json", 1
DTYPES = ("float32", "float16")
WORD_COLUMNS = {
    "sentence_number": "int64",
    "word_number": "int64",
    "word": "string",
    "label": "string",
    "prediction": "string",
}


@dataclass(frozen=True)
class Manifest:
    """What an extraction holds.

    Args:
        run, run_sha256, task: the run that read, `Run.sha256`, and its task.
        data, split, limit, data_sha256: what it read, as `extract` takes it, and `Stream.sha256`.
        parts, layers, units, dtype: what is kept of every word; layers from 1.
        shard_words: a shard ends with the sentence that brings it to so many words.
        versions: of the libraries, and of nlp-lstm.
        status: "running" or "finished".
        sentences, words, shards: how many; 0 while running.
    """

    run: str
    run_sha256: str
    task: str
    data: str
    split: str
    limit: int | None
    data_sha256: str
    parts: tuple[str, ...]
    layers: tuple[int, ...]
    units: int
    dtype: str
    shard_words: int
    versions: Mapping[str, str] = field(default_factory=dict)
    status: str = "running"
    sentences: int = 0
    words: int = 0
    shards: int = 0

    @property
    def state_columns(self) -> dict[str, tuple[int, str]]:
        """Name of each column of states -> its layer and part."""
        return {column_name(layer, part): (layer, part) for layer in self.layers for part in self.parts}


def column_name(layer: int, part: str) -> str:
    """Return the name of a column of states.

    Example:
        >>> column_name(1, "cell_state")
        'layer_1/cell_state'
    """
    return f"layer_{layer}/{part}"


def shard_path(folder: Path, number: int) -> Path:
    """Return the path of a shard, numbered from 1."""
    return folder / f"states-{number:05}.parquet"


def shard_numbers(folder: Path, manifest: Manifest) -> list[int]:
    """Return the numbers of the shards: all if the extraction is finished, else those that are there."""
    if manifest.status == "finished":
        return list(range(1, manifest.shards + 1))
    names = (path.stem.removeprefix("states-") for path in folder.glob("states-*.parquet"))
    return sorted(int(name) for name in names if name.isdigit())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json`, with type and shape of a row in each column.

    Raises:
        StorageError: if writing fails; an older manifest stays.
    """
    columns = {name: {"dtype": kind, "shape": []} for name, kind in WORD_COLUMNS.items()}
    for name in manifest.state_columns:
        columns[name] = {"dtype": manifest.dtype, "shape": [manifest.units]}
    record = {"format": FORMAT, **asdict(manifest), "columns": columns}
    text = json.dumps(record, indent=2) + "\n"
    _write_whole(folder / MANIFEST, lambda file: file.write_text(text, encoding="utf-8"))


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder.

    Raises:
        MissingInputError: if there is none.
        DataError: if it is not a manifest of this format.
        StorageError: if it cannot be read.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise MissingInputError(
            f"{folder} is not an extraction, it has no {MANIFEST}: `nlp-lstm extract --output` writes one"
        )
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise DataError(f"{file} has format {record['format']!r}: this nlp-lstm reads format {FORMAT}")
        values: dict[str, Any] = {entry.name: record[entry.name] for entry in fields(Manifest)}
        for entry in fields(Manifest):
            if entry.type in (str, int) and type(values[entry.name]) is not entry.type:
                raise ValueError(f"{entry.name} is {values[entry.name]!r}")
        for name in ("parts", "layers"):
            values[name] = tuple(values[name])
            if not values[name]:
                raise ValueError(f"it has no {name}")
        return Manifest(**values)
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{file} is cut or not a manifest ({error}): extract again") from None


def write_shard(
    folder: Path, number: int, manifest: Manifest, groups: Iterable[Mapping[str, Sequence | np.ndarray]]
) -> None:
    """Write a shard.

    Args:
        folder, number: where it goes.
        manifest: says what the columns are.
        groups: rows, column name -> a value per row; `(rows, units)` for a column of states. Each
            becomes a row group.

    Raises:
        StorageError: if writing fails; nothing of the shard is left, other shards stay.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    kinds = {name: pyarrow.type_for_alias(kind) for name, kind in WORD_COLUMNS.items()}
    number_kind = pyarrow.from_numpy_dtype(manifest.dtype)
    kinds |= {name: pyarrow.list_(number_kind, manifest.units) for name in manifest.state_columns}
    schema = pyarrow.schema(list(kinds.items()))

    def column(name: str, values: Sequence | np.ndarray):
        """A column as Arrow holds it: states as lists of a fixed length."""
        if name in WORD_COLUMNS:
            return pyarrow.array(values, kinds[name])
        flat = pyarrow.array(np.ravel(values))
        return pyarrow.FixedSizeListArray.from_arrays(flat, type=kinds[name])

    def write(file: Path) -> None:
        """Write the groups as they come, so that one at a time is in memory."""
        # States hardly shrink and have no use for statistics: plain numbers are the fastest.
        texts = [name for name, kind in WORD_COLUMNS.items() if kind == "string"]
        with ParquetWriter(
            file,
            schema,
            compression="none",
            use_dictionary=texts,  # pyright: ignore[reportArgumentType]
            write_statistics=False,
        ) as writer:
            for group in groups:
                arrays = [column(name, group[name]) for name in schema.names]
                writer.write_batch(pyarrow.record_batch(arrays, schema=schema))

    _write_whole(shard_path(folder, number), write)


def read_groups(folder: Path, number: int, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the row groups of a shard, column name -> a list, or `(rows, units)` for a column of states.

    Raises:
        DataError: if the shard is missing, cut or has not these columns.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    path = shard_path(folder, number)
    try:
        with ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=list(columns)).combine_chunks()
                yield {name: _values(table.column(name).combine_chunks(), name) for name in columns}
    except (OSError, ArrowException, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"{path} is missing or damaged ({reason}): delete it and extract again with --resume"
        ) from None


def _values(array: Any, name: str) -> Any:
    """The values of a column as they were given to `write_shard`."""
    if name in WORD_COLUMNS:
        return array.to_pylist()
    return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), -1)


def _write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file under a hidden name, see it safely on the disk, and move it into place."""
    from pyarrow import ArrowException

    partial = path.with_name(f".{path.name}.partial")
    try:
        write(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError | ArrowException):
            reason = getattr(error, "strerror", None) or error
            raise StorageError(
                f"cannot write {path}: {reason}; finished shards are kept, continue with --resume"
            ) from None
        raise
