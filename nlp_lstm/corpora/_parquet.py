"""Parquet -> table. What `datasets` wrote into a file's metadata says what numbers of classes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nlp_lstm.corpora._parquet_pages import unpacked_size
from nlp_lstm.corpora._tables import StreamedCells, Table, check_columns
from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.parsing import parse_json

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

ROWS_AT_ONCE, CELL = 100, 64  # bytes that Python needs for a cell beside what it holds
LARGEST, MOST_UNPACKED = 64 << 20, 100


def read_parquet(file: Path) -> Table:
    """Return the table of a Parquet file, whose columns are read when they are asked for.

    Raises:
        MissingInputError, StorageError: if it is not there, or cannot be read.
        DataError: if it is not Parquet, is broken or has no rows; of a column, if a text is not UTF-8, or it
            would become larger than `LARGEST` and than `MOST_UNPACKED` times the file.
    """
    with _open(file) as parquet:
        check_columns(str(file), parquet.metadata.num_columns)
        schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
        names = tuple(schema.names)
    if not rows:
        raise DataError(f"{file} is not a .parquet table: it has no rows")
    classes = read_class_names(schema.metadata or {})
    return Table(str(file), names, lambda column: StreamedCells(rows, lambda: _read(file, column)), classes)


def _read(file: Path, column: str) -> Iterator[Any]:
    """The cells of a column, a few at a time: a small file can say that one long text stands in every row."""
    largest, size, before = max(LARGEST, MOST_UNPACKED * file.stat().st_size), 0, 0
    with _open(file) as parquet, file.open("rb") as pages:
        if _unpacked(parquet, column, pages) > largest:
            raise _too_large(column, file, largest)
        for batch in parquet.iter_batches(ROWS_AT_ONCE, columns=[column]):
            part = batch.column(column)
            part = part.dictionary_decode() if hasattr(part, "dictionary_decode") else part
            size += part.nbytes
            if size > largest:
                raise _too_large(column, file, largest)
            try:
                cells = part.to_pylist()
            except UnicodeDecodeError:
                raise _not_utf8(part, before, column, file) from None
            before += len(cells)
            yield from cells


def _unpacked(parquet: ParquetFile, column: str, pages: BinaryIO) -> int:
    """How many bytes the cells of a column need at least, by what the file says, in its pages, too."""
    groups = (parquet.metadata.row_group(number) for number in range(parquet.metadata.num_row_groups))
    parts = (group.column(number) for group in groups for number in range(group.num_columns))
    size = 0
    for part in parts:
        if part.path_in_schema.partition(".")[0] == column.partition(".")[0]:
            starts = [part.data_page_offset, part.dictionary_page_offset or part.data_page_offset]
            in_pages = unpacked_size(pages, min(starts), part.total_compressed_size)
            size += max(part.total_uncompressed_size, in_pages) + CELL * part.num_values
    return size


def _too_large(column: str, file: Path, largest: int) -> DataError:
    """The error of a column that a small file says is large."""
    return DataError(
        f"the column {column!r} of {file} becomes larger than {largest >> 20} MB, {MOST_UNPACKED} times the "
        "file or more: write it in several files"
    )


def _not_utf8(part: Any, before: int, column: str, file: Path) -> DataError:
    """The error of the first cell of a part of a column that is no text; `before`: rows before the part."""
    for row, cell in enumerate(part, before + 1):
        try:
            cell.as_py()
        except UnicodeDecodeError as error:
            return DataError(
                f"{file}, row {row}: the column {column!r} holds {bytes(error.object)[:20]!r}, which is no "
                "UTF-8: write the file again with its texts in UTF-8"
            )
    raise AssertionError("every cell is UTF-8")


def read_class_names(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """Return column -> the names of its classes, as `datasets` writes them into a file.

    Example:
        >>> import json
        >>> told = {"info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}
        >>> read_class_names({b"huggingface": json.dumps(told).encode()})
        {'label': ('no', 'yes')}
    """
    try:
        features = parse_json(metadata[b"huggingface"])["info"]["features"]
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
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except UnicodeDecodeError as error:
        told = bytes(error.object)[:20]
        raise DataError(f"{file} has a column {told!r}, which is no UTF-8: name it in UTF-8") from None
    except FileNotFoundError:
        raise MissingInputError(f"{file} is not there: check the path") from None
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # Arrow's own have none
            raise StorageError(f"cannot read {file}: {error.strerror}") from None
        reason = str(error).partition("\n")[0]
        raise DataError(f"{file} is not a .parquet table: {reason}; write it again") from None
