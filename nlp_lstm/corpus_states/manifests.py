"""The manifest of an extraction, `manifest.json`: what was read and with what, and what the shards hold.

It has type and shape of every column and the SHA-256 of every shard, so that others can read and check a
folder without nlp-lstm. Unlike a run's record, it is there from the start, and says whether it is finished.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.parsing import read_json
from nlp_lstm.report.markup import one_line
from nlp_lstm.writing import write_whole

MANIFEST, FORMAT = "manifest.json", 2
DTYPES = ("float32", "float16")
MOST_PARTS, MOST_LAYERS = 20, 1_000
SHARD = re.compile(r"states-\d{5,9}\.parquet", re.ASCII)
LARGEST = 2**53  # number of anything; every program reads it as it stands
MOST_OF_A_REASON = 80  # characters of an error
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
        status: "running" or "finished"; "shard 2/8" of a finished part that is to be joined with others.
        sentences, words, shards: how many, of all parts together; 0 while running.
        shard_sha256: name of each shard -> the SHA-256 of its file; empty while running, but for what an
            earlier extraction into the folder had finished.
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
    shard_sha256: Mapping[str, str] = field(default_factory=dict)

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


def write_manifest(folder: Path, manifest: Manifest, advice: str) -> None:
    """Write `manifest.json`, with type and shape of a row in each column.

    Args:
        folder: where it goes.
        manifest: what it says.
        advice: what to do if writing fails.

    Raises:
        StorageError: if writing fails; an older manifest stays.
    """
    columns = {name: {"dtype": kind, "shape": []} for name, kind in WORD_COLUMNS.items()}
    for name in manifest.state_columns:
        columns[name] = {"dtype": manifest.dtype, "shape": [manifest.units]}
    record = {"format": FORMAT, **asdict(manifest), "columns": columns}
    write_whole(folder / MANIFEST, json.dumps(record, indent=2) + "\n", advice)


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
        record = read_json(file)
        if record["format"] != FORMAT:
            raise _other_format(file, record)
        return _manifest_from(record)
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = one_line(str(error), MOST_OF_A_REASON)
        raise DataError(f"{file} is cut or not a manifest ({reason}): extract again") from None


def _manifest_from(record: Mapping[str, Any]) -> Manifest:
    """The manifest of a record; a ValueError says which entry is none."""
    values: dict[str, Any] = {entry.name: record[entry.name] for entry in fields(Manifest)}
    for entry in fields(Manifest):
        value = values[entry.name]
        if entry.type in (str, int) and type(value) is not entry.type:
            raise ValueError(f"{entry.name} is {value!r}")
        if isinstance(value, int) and not 0 <= value <= LARGEST:
            raise ValueError(f"{entry.name} is {value}")
    for name, kind, most in (("parts", str, MOST_PARTS), ("layers", int, MOST_LAYERS)):
        values[name] = tuple(values[name])
        if not 0 < len(values[name]) <= most or not all(type(one) is kind for one in values[name]):
            raise ValueError(f"it has no {name}, or too many")
    hashes = values["shard_sha256"] = dict(values["shard_sha256"])
    if not all(SHARD.fullmatch(name) for name in hashes):  # join moves files of these names
        raise ValueError("shard_sha256 names what is no shard")
    if values["status"] == "finished":
        names = map(shard_name, range(1, values["shards"] + 1))
        if len(hashes) != values["shards"] or set(hashes) != set(names):
            raise ValueError(f"shards is {values['shards']}, with the SHA-256 of {len(hashes)}")
    return Manifest(**values)


def shard_name(number: int) -> str:
    """Return the name of a shard's file, numbered from 1.

    Example:
        >>> shard_name(1)
        'states-00001.parquet'
    """
    return f"states-{number:05}.parquet"


def _other_format(file: Path, record: Mapping[str, Any]) -> DataError:
    """The error for a manifest of an older nlp-lstm, or of a newer one."""
    number, advice = record["format"], "extract again"
    if isinstance(number, int) and number > FORMAT:
        version = dict(record.get("versions", {})).get("nlp-lstm")
        advice = f"install nlp-lstm {version}, which wrote it" if version else "install the one that wrote it"
    return DataError(f"{file} has format {number!r}: this nlp-lstm reads format {FORMAT}, {advice}")
