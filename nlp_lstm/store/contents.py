"""The contents of a run's files: weights, vocabulary and history <-> bytes, each with its own checks.

What is in a file of somebody else's is bounded before it is unpacked, and whatever a library says of a broken
one is one line.
"""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors.numpy import load, save

from nlp_lstm.errors import DataError, NlpLstmError
from nlp_lstm.parsing import without_panic
from nlp_lstm.report.markup import one_line
from nlp_lstm.text.vocabulary import Vocabulary

MOST_HEADING = 1_000_000  # bytes of what a file of weights says before its numbers
MOST_OF_A_REASON = 80  # characters of what a library says
MOST_EPOCHS, MOST_COLUMNS = 100_000, 100  # of a history

Content = TypeVar("Content")


def pack_weights(weights: Mapping[str, np.ndarray]) -> bytes:
    """Return the content of `weights.safetensors`."""
    return save({name: np.ascontiguousarray(values) for name, values in weights.items()})


def unpack_weights(content: bytes, file: Path) -> dict[str, np.ndarray]:
    """Return the arrays of `weights.safetensors`, always as float32.

    Raises:
        DataError: if it is foreign, or its numbers are neither float32 nor float16.
    """
    heading = int.from_bytes(content[:8], "little")
    if heading > min(MOST_HEADING, len(content)):
        raise DataError(
            f"{file} is cut or not a file of a run (its heading has {heading:,} bytes, of at "
            f"most {MOST_HEADING:,})"
        )
    weights = parse(file, content, load)
    for name, values in weights.items():
        if values.dtype not in (np.float32, np.float16):
            kind = f"{one_line(name, MOST_OF_A_REASON)} as {values.dtype}"
            raise DataError(f"{file} holds {kind}: weights are float32 or float16")
    return {name: values.astype(np.float32, copy=False) for name, values in weights.items()}


def unpack_vocabulary(content: bytes, file: Path) -> Vocabulary:
    """Return the vocabulary of `tokenizer.json`.

    Raises:
        DataError: if it is none of ours.
    """
    return Vocabulary.from_json(content, str(file))


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
    return parse(file, content, _parse_history)


def _parse_history(content: bytes) -> list[dict[str, float]]:
    """The rows of a table whose first column is the epoch."""
    lines = content.decode("utf-8").splitlines()
    rows = csv.DictReader(lines)
    names = rows.fieldnames or [""]
    if names[0] != "epoch":
        raise ValueError("its first column is not epoch")
    if len(lines) > MOST_EPOCHS + 1 or len(names) > MOST_COLUMNS:
        raise ValueError(f"it has more than {MOST_EPOCHS:,} epochs or {MOST_COLUMNS} columns")
    return [{name: float(value) for name, value in row.items()} for row in rows]


def check_weights_size(file: Path, size: int, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check, before they are read, that a run's weights are no larger than its settings say.

    Raises:
        DataError: if they are.
    """
    most = MOST_HEADING + 4 * sum(map(math.prod, shapes.values()))
    if size > most:
        raise DataError(f"{file} has {size:,} bytes: with the settings of the run it has at most {most:,}")


def parse(file: Path, content: bytes, unpack: Callable[[bytes], Content]) -> Content:
    """Return what a content means, or the error that says why it means nothing."""
    try:
        with without_panic(f"{file} cannot be read"):
            return unpack(content)
    except NlpLstmError:
        raise
    except Exception as error:  # whatever a broken file makes a library raise
        reason = one_line(str(error), MOST_OF_A_REASON)
        raise DataError(f"{file} is cut or not a file of a run ({reason})") from None
