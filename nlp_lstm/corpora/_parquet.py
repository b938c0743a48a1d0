"""Parquet -> table. What `datasets` wrote into a file's metadata says what numbers of classes mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_lstm.corpora._tables import Table
from nlp_lstm.errors import DataError, MissingInputError, StorageError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile


def read_parquet(file: Path) -> Table:
    """Return the table of a Parquet file, whose columns are read when they are asked for.

    Raises:
        MissingInputError, StorageError: if it is not there, or cannot be read.
        DataError: if it is not Parquet, is broken or has no rows.
    """
    with _open(file) as parquet:
        schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
    if not rows:
        raise DataError(f"{file} is not a .parquet table: it has no rows")

    def read(column: str) -> list[Any]:
        with _open(file) as parquet:
            return parquet.read([column]).column(column).to_pylist()

    return Table(str(file), tuple(schema.names), read, read_class_names(schema.metadata or {}))


def read_class_names(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """Return column -> the names of its classes, as `datasets` writes them into a file.

    Example:
        >>> told = {"info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}
        >>> read_class_names({b"huggingface": json.dumps(told).encode()})
        {'label': ('no', 'yes')}
    """
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        found = {column: names_of(feature) for column, feature in features.items()}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {column: names for column, names in found.items() if names}


def names_of(feature: Any) -> tuple[str, ...]:
    """Return the names of a `ClassLabel`, or of a list of them, as `datasets` notes them; else none."""
    if isinstance(feature, list):  # how a list was written at first
        feature = feature[0] if feature else None
    if isinstance(feature, dict) and isinstance(feature.get("feature"), dict):
        feature = feature["feature"]
    names = (
        feature.get("names") if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" else None
    )
    return tuple(map(str, names)) if isinstance(names, list) else ()


@contextmanager
def _open(file: Path) -> Iterator[ParquetFile]:
    """The file while it is open; what Arrow complains of is one of our errors."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as parquet:
            yield parquet
    except UnicodeDecodeError:
        raise
    except FileNotFoundError:
        raise MissingInputError(f"{file} is not there: check the path") from None
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # Arrow's own have none
            raise StorageError(f"cannot read {file}: {error.strerror}") from None
        reason = str(error).partition("\n")[0]
        raise DataError(f"{file} is not a .parquet table: {reason}; write it again") from None
