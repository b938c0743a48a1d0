"""The files of a run, as its record describes them; `contents` says what is in them.

    run.json             a record, as `records` checks it, and the size and SHA-256 of the other three
    weights.safetensors  arrays by name, float32; float16 where a run has to be small
    tokenizer.json       the vocabulary
    history.csv          a row of numbers per epoch

`run.json` is written last: a folder is a run from then on. Sizes are looked at before anything is read, so a
file that was cut, changed or comes from elsewhere is told of in one line, however large it is. Unlike a
pickle or a .keras file, none of them names code.
"""

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.parsing import MOST_BYTES, parse_json
from nlp_lstm.store.contents import parse
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

RECORD, WEIGHTS, TOKENIZER, HISTORY = "run.json", "weights.safetensors", "tokenizer.json", "history.csv"
# What a training keeps in the folder until it has finished.
CHECKPOINT, LOCK = "checkpoint.safetensors", ".lock"
FILES: dict[str, Kind] = dict.fromkeys(
    (WEIGHTS, TOKENIZER, HISTORY),
    Kind("an object with bytes and sha256", lambda value: isinstance(value, dict)),
)
FILE = {"bytes": Kind("a whole number", is_count), "sha256": Kind("a SHA-256 sum", is_hash)}


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
    _check_text_size(file, size)
    record = parse(file, _read(file, size), parse_json)
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
        DataError: if one has another size, or is a text that is too large.
        StorageError: if the folder cannot be read.
    """
    for name, described in files.items():
        size = _size(folder / name)
        if size != described["bytes"]:
            raise DataError(
                f"{folder / name} is not the file that was saved: it has {size:,} bytes, not "
                f"{described['bytes']:,}"
            )
        if name != WEIGHTS:
            _check_text_size(folder / name, size)


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


def _check_text_size(file: Path, size: int) -> None:
    """Raise a DataError for a text file that is larger than any of a run."""
    if size > MOST_BYTES:
        raise DataError(f"{file} has {size:,} bytes: such a file of a run has at most {MOST_BYTES:,}")


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
