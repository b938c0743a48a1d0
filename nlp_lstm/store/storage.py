"""The files of a run, each written whole and read with its own checks.

    run.json             a record, as `records` checks it, and the size and SHA-256 of the other three
    weights.safetensors  arrays by name, float32; float16 where a run has to be small
    tokenizer.json       the vocabulary
    history.csv          a row of numbers per epoch

`run.json` is written last: a folder is a run from then on. Sizes are looked at before anything is read, so a
file that was cut, changed or comes from elsewhere is told of in one line, however large it is. Unlike a
pickle or a .keras file, none of them names code.
"""

import csv
import hashlib
import io
import json
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.store.records import (
    FORMAT,
    Kind,
    OtherVersionError,
    check_entries,
    check_record,
    is_count,
    is_hash,
    release_of,
    shown,
)
from nlp_lstm.text.vocabulary import Vocabulary

RECORD, WEIGHTS, TOKENIZER, HISTORY = "run.json", "weights.safetensors", "tokenizer.json", "history.csv"
# What a training keeps in the folder until it has finished.
CHECKPOINT, LOCK = "checkpoint.safetensors", ".lock"
MOST_OF_A_RECORD = 16_000_000  # bytes
FILES: dict[str, Kind] = dict.fromkeys(
    (WEIGHTS, TOKENIZER, HISTORY),
    Kind("an object with bytes and sha256", lambda value: isinstance(value, dict)),
)
FILE = {"bytes": Kind("a whole number", is_count), "sha256": Kind("a SHA-256 sum", is_hash)}

Content = TypeVar("Content")


def pack_record(record: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Return the content of `run.json`.

    Args:
        record: the four groups.
        files: content of the other files by name.
    """
    described = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    return (json.dumps({"format": FORMAT, **record, "files": described}, indent=2) + "\n").encode()


def read_record(folder: Path) -> dict[str, Any]:
    """Return what `run.json` holds: the four groups, and the group `files`.

    Raises:
        MissingInputError: if there is none.
        DataError: if it is not a record of this format; names the entry.
        OtherVersionError: if another version of nlp-lstm reads it.
        StorageError: if it cannot be read.
    """
    file = folder / RECORD
    size = _size(file)
    if size > MOST_OF_A_RECORD:
        raise DataError(f"{file} has {size:,} bytes: the record of a run has at most {MOST_OF_A_RECORD:,}")
    record = _parse(file, _read(file, size), _parse_json)
    if not isinstance(record, dict) or type(record.get("format")) is not int or record["format"] < 1:
        raise DataError(f"{file} is not the record of a run")
    _check_format(file, record)
    del record["format"]
    files = record.pop("files", None)
    check_record(record, str(file))
    check_entries(
        {"files": files}, {"files": Kind("an object", lambda value: isinstance(value, dict))}, str(file)
    )
    check_entries(files, FILES, str(file))
    for name, described in files.items():
        check_entries(described, FILE, f"{file}, {name},")
    return {**record, "files": files}


def check_sizes(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that the files of a run are there and have the sizes that its record says.

    Raises:
        MissingInputError: if one is missing.
        DataError: if one has another size.
        StorageError: if the folder cannot be read.
    """
    for name, described in files.items():
        size = _size(folder / name)
        if size != described["bytes"]:
            raise DataError(
                f"{folder / name} is not the file that was saved: it has {size:,} bytes, not "
                f"{described['bytes']:,}"
            )


def read_file(folder: Path, name: str, files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return the content of a file of a run, checked to be what was saved.

    Raises:
        DataError: if a bit of it has changed.
        StorageError: if it cannot be read.
    """
    content = _read(folder / name, files[name]["bytes"])
    if hashlib.sha256(content).hexdigest() != files[name]["sha256"]:
        raise DataError(
            f"{folder / name} is not the file that was saved: it has changed since or was damaged"
        )
    return content


def pack_weights(weights: Mapping[str, np.ndarray]) -> bytes:
    """Return the content of `weights.safetensors`."""
    return save({name: np.ascontiguousarray(values) for name, values in weights.items()})


def unpack_weights(content: bytes, file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of `weights.safetensors`, always as float32.

    Raises:
        DataError: if it is foreign, or its numbers are neither float32 nor float16.
    """
    weights = _parse(file, content, load)
    for name, values in weights.items():
        if values.dtype not in (np.float32, np.float16):
            raise DataError(f"{file} holds {name} as {values.dtype}: weights are float32 or float16")
    return {name: values.astype(np.float32, copy=False) for name, values in weights.items()}


def unpack_vocabulary(content: bytes, file: Path) -> Vocabulary:
    """Return the vocabulary of `tokenizer.json`.

    Raises:
        DataError: if it is none of ours.
    """
    return Vocabulary.from_json(content.decode("utf-8", "replace"), str(file))


def pack_history(history: Sequence[Mapping[str, float]]) -> bytes:
    """Return the content of `history.csv`, the heading also where no epoch was made."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(history[0]) if history else ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue().encode()


def unpack_history(content: bytes, file: Path) -> list[dict[str, float]]:
    """Return the rows of `history.csv`.

    Raises:
        DataError: if it is not a table of numbers by epoch.
    """
    return _parse(file, content, _parse_history)


def _parse_json(content: bytes) -> Any:
    """What a JSON file holds, which is no infinity and only numbers."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no number of JSON")

    return json.loads(content.decode("utf-8"), parse_constant=refuse)


def _parse_history(content: bytes) -> list[dict[str, float]]:
    """The rows of a table whose first column is the epoch."""
    rows = csv.DictReader(content.decode("utf-8").splitlines())
    if (rows.fieldnames or [""])[0] != "epoch":
        raise ValueError("its first column is not epoch")
    return [{name: float(value) for name, value in row.items()} for row in rows]


def _check_format(file: Path, record: Mapping[str, Any]) -> None:
    """Raise an OtherVersionError for the record of another format."""
    if record["format"] < FORMAT:
        raise OtherVersionError(
            f"{file} has format {record['format']}, which was never released: train it again"
        )
    if record["format"] > FORMAT:
        raise OtherVersionError(
            f"{file} has format {shown(record['format'])}: install {release_of(record)} or newer to read it"
        )


def _size(file: Path) -> int:
    """How many bytes a file has, checked to be a file and not a folder, a device or a pipe."""
    try:
        there = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise MissingInputError(f"{file} is missing") from None
    except OSError as error:
        raise _unreadable(file, error) from None
    if not stat.S_ISREG(there.st_mode):
        raise MissingInputError(f"{file} is not a file")
    return there.st_size


def _read(file: Path, size: int) -> bytes:
    """The content of a file that has so many bytes, and not more if it grows meanwhile."""
    try:
        with file.open("rb") as opened:
            return opened.read(size)
    except OSError as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: OSError) -> StorageError:
    """The error that says why a file cannot be read."""
    return StorageError(f"cannot read {file}: {error.strerror}, check the folder's permissions")


def _parse(file: Path, content: bytes, parse: Callable[[bytes], Content]) -> Content:
    """What a content means, or the error that says why it means nothing."""
    try:
        return parse(content)
    except (SafetensorError, csv.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{file} is cut or not a file of a run ({error})") from None
