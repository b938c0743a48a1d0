"""The files of a run, each written and read with its own checks.

    run.json             a record: task, settings, label names, metrics, data, versions, how it ended
    weights.safetensors  arrays by name, float32; float16 where a run has to be small
    history.csv          a row of numbers per epoch

What is read is checked here, so that a file that was cut, changed or comes from elsewhere is told of in
one line. Unlike a pickle or a .keras file, none of them names code.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from nlp_lstm.errors import DataError, MissingInputError, StorageError

RECORD, WEIGHTS, TOKENIZER, HISTORY = "run.json", "weights.safetensors", "tokenizer.json", "history.csv"
FORMAT = 1
# What a record holds, and what the parts of it that others rely on hold: name -> type.
ENTRIES = {
    "task": str,
    "status": str,
    "settings": dict,
    "label_names": list,
    "data": dict,
    "metrics": dict,
    "versions": dict,
    "seconds": (int, float),
}
DATA_ENTRIES = {"source": str, "labels": str, "classes": int, "limit": (int, type(None)), "sha256": dict}
JSON_NAMES = {str: "a string", dict: "an object", list: "a list", int: "a whole number"}

Content = TypeVar("Content")


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write `run.json`."""
    text = json.dumps({"format": FORMAT, **record}, indent=2)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_record(folder: Path) -> dict[str, Any]:
    """Return what `run.json` holds, without its format number.

    Raises:
        MissingInputError: if there is none.
        DataError: if it is not a record of this format; names the entry.
    """
    file = folder / RECORD
    record = _read(file, lambda raw: json.loads(raw.decode("utf-8")))
    if not isinstance(record, dict) or "format" not in record:
        raise DataError(f"{file} is not the record of a run")
    if record["format"] != FORMAT:
        raise DataError(
            f"{file} has format {record['format']!r}: this version of nlp-lstm reads format {FORMAT}"
        )
    del record["format"]
    if set(record) != set(ENTRIES):
        odd = ", ".join(sorted(set(record) ^ set(ENTRIES)))
        raise DataError(f"{file} is not the record of a run: {odd} missing or not expected")
    _check_types(file, record, ENTRIES)
    _check_types(file, record["data"], DATA_ENTRIES)
    _check_types(file, record["metrics"], dict.fromkeys(record["metrics"], dict))
    if not all(isinstance(name, str) for name in record["label_names"]):
        raise DataError(f"{file} has label_names {record['label_names']!r}: each must be a string")
    return record


def write_weights(folder: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write `weights.safetensors`."""
    arrays = {name: np.ascontiguousarray(values) for name, values in weights.items()}
    (folder / WEIGHTS).write_bytes(save(arrays))


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of `weights.safetensors`, always as float32.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if it is cut or foreign, or its numbers are neither float32 nor float16.
    """
    file = folder / WEIGHTS
    weights = _read(file, load)
    for name, values in weights.items():
        if values.dtype not in (np.float32, np.float16):
            raise DataError(f"{file} holds {name} as {values.dtype}: weights are float32 or float16")
    return {name: values.astype(np.float32, copy=False) for name, values in weights.items()}


def write_history(folder: Path, history: Sequence[Mapping[str, float]]) -> None:
    """Write `history.csv`, the heading also where no epoch was made."""
    with (folder / HISTORY).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]) if history else ["epoch"])
        writer.writeheader()
        writer.writerows(history)


def read_history(folder: Path) -> list[dict[str, float]]:
    """Return the rows of `history.csv`.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if it is not a table of numbers by epoch.
    """
    return _read(folder / HISTORY, _parse_history)


def _parse_history(raw: bytes) -> list[dict[str, float]]:
    """The rows of a table whose first column is the epoch."""
    rows = csv.DictReader(raw.decode("utf-8").splitlines())
    if (rows.fieldnames or [""])[0] != "epoch":
        raise ValueError("its first column is not epoch")
    return [{name: float(value) for name, value in row.items()} for row in rows]


def _read(file: Path, parse: Callable[[bytes], Content]) -> Content:
    """The content of a file, or the error that says why there is none."""
    if not file.is_file():
        raise MissingInputError(f"{file} is missing")
    try:
        return parse(file.read_bytes())
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}, check the folder's permissions") from None
    except (SafetensorError, csv.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{file} is cut or not a file of a run ({error})") from None


def _check_types(file: Path, values: Mapping[Any, Any], types: Mapping[Any, Any]) -> None:
    """Raise a DataError where a value is not of its type; booleans are no numbers here."""
    for name, kind in types.items():
        if name in values and (not isinstance(values[name], kind) or isinstance(values[name], bool)):
            expected = JSON_NAMES.get(kind, "a number")
            raise DataError(f"{file} has {name} {values[name]!r}: it must be {expected}")
