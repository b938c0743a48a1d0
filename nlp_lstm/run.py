"""Run: everything that a training leaves behind, in one folder.

    run.json             task, settings, label names, metrics, data, versions, how it ended
    weights.safetensors  the weights by the names of network.weight_shapes
    tokenizer.json       the vocabulary
    history.csv          loss and metrics of every epoch

The model is rebuilt by our code from the settings: no class name is read from a file. A folder is
written under a temporary name and moved into place, so a run is either whole or not there.
"""

import csv
import importlib.metadata
import json
import platform
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError
from nlp_lstm.network import Network, check_weights, weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.vocabulary import Vocabulary

RUNS = Path("runs")
FORMAT = 1


@dataclass(frozen=True)
class Run:
    """A trained model with what is needed to use and to judge it.

    Args:
        path: its folder.
        task: name of the task.
        settings: every hyperparameter.
        label_names: what the outputs stand for; empty if they are the words of the vocabulary.
        vocabulary: words <-> ids.
        weights: by the names of `network.weight_shapes`, float32.
        status: "finished", "interrupted" or "diverged".
        data: where the text came from: source, its options, sha256.
        metrics: metric -> {"model": value, baseline: value, ...} on the validation split.
        history: one row per epoch.
        versions: of the libraries, and of nlp-lstm.
        seconds: training time.
    """

    path: Path
    task: str
    settings: Settings
    label_names: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Mapping[str, np.ndarray]
    status: str = "finished"
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def outputs(self) -> int:
        """How many outputs the model has."""
        return len(self.label_names) or len(self.vocabulary)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for: a label, or a word of the vocabulary."""
        return self.label_names or self.vocabulary.words

    @property
    def network(self) -> Network:
        """The model in NumPy."""
        return Network(self.settings, self.weights)


def new_run_path(task: str, runs: Path = RUNS) -> Path:
    """Return the next free folder for a run of a task: runs/sentiment-001, -002, ..."""
    taken = [int(found[1]) for path in runs.glob(f"{task}-*") if (found := re.search(r"-(\d+)$", path.name))]
    return runs / f"{task}-{max(taken, default=0) + 1:03}"


def save_run(run: Run) -> Run:
    """Write a run to its folder.

    Raises:
        UsageError: if the folder exists and is not empty; a run is never overwritten.
        StorageError: if writing fails; nothing is left behind.
    """
    check_free(run.path)
    partial = run.path.with_name(f".{run.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _write(run, partial)
        if run.path.exists():
            run.path.rmdir()
        partial.rename(run.path)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StorageError(f"cannot write the run {run.path}: {error.strerror}; give another --run") from None
    return run


def check_free(path: Path) -> None:
    """Raise a UsageError if `path` is taken by a file or a folder that is not empty."""
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise UsageError(f"{path} exists: a run is never overwritten, give another --run or none")


def load_run(path: str | Path) -> Run:
    """Read a run.

    Args:
        path: its folder, or its name under `runs/`.

    Raises:
        MissingInputError: if the folder or one of its files is missing.
        DataError: if a file is cut or foreign, or the weights do not fit the settings.
    """
    path = _find(Path(path))
    record = _read_record(path)
    vocabulary = Vocabulary.load(path / "tokenizer.json")
    weights = _read_weights(path / "weights.safetensors")
    try:
        settings = Settings(**record.pop("settings"))
        record["label_names"] = tuple(record["label_names"])
        run = Run(
            path,
            settings=settings,
            vocabulary=vocabulary,
            weights=weights,
            history=_read_history(path / "history.csv"),
            **record,
        )
        check_weights(weights, weight_shapes(settings, len(vocabulary), run.outputs))
    except (TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path / 'run.json'} is not a record of this version: {error}") from None
    except (DataError, UsageError) as error:
        raise DataError(f"the run {path} is damaged: {error}; train it again") from None
    return run


def list_runs(runs: Path = RUNS) -> list[tuple[Path, dict[str, Any]]]:
    """Return folder and run.json of every run under `runs`, oldest first; damaged ones are left out."""
    found = []
    for file in sorted(runs.glob("[!.]*/run.json"), key=lambda file: file.stat().st_mtime_ns):
        try:
            found.append((file.parent, _read_record(file.parent)))
        except DataError:
            continue
    return found


def newest_run(task: str | None = None, runs: Path = RUNS) -> Run:
    """Return the run that was written last, of one task or of any.

    Raises:
        MissingInputError: if there is none.
    """
    for path, record in reversed(list_runs(runs)):
        if task in (None, record.get("task")):
            return load_run(path)
    kind = f"{task} run" if task else "run"
    raise MissingInputError(f"no {kind} in {runs}/: train one with `nlp-lstm train --task {task or 'sentiment'}`")


def library_versions() -> dict[str, str]:
    """Return the versions of nlp-lstm and of the libraries that a training rests on."""
    names = ("nlp-lstm", "keras", "tensorflow", "numpy", "tokenizers")
    return {name: importlib.metadata.version(name) for name in names} | {"python": platform.python_version()}


def _find(path: Path) -> Path:
    """A run's folder from its path or its name."""
    for folder in (path, RUNS / path):
        if folder.is_dir():
            return folder
    raise MissingInputError(f"no run {str(path)!r}: `nlp-lstm runs` lists what there is")


def _write(run: Run, folder: Path) -> None:
    """Write the four files of a run."""
    record = {"format": FORMAT, "task": run.task, "status": run.status, "settings": asdict(run.settings)}
    for name in ("label_names", "data", "metrics", "versions", "seconds"):
        record[name] = getattr(run, name)
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    save_file({name: np.ascontiguousarray(values) for name, values in run.weights.items()}, folder / "weights.safetensors")
    run.vocabulary.save(folder / "tokenizer.json")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(run.history[0]) if run.history else ["epoch"])
        writer.writeheader()
        writer.writerows(run.history)


def _read_record(path: Path) -> dict[str, Any]:
    """What run.json holds, without its format number."""
    file = path / "run.json"
    if not file.is_file():
        raise MissingInputError(f"{path} is not a run, it has no run.json: `nlp-lstm runs` lists what there is")
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        version = record.pop("format")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise DataError(f"{file} is not a record of a run: train it again") from None
    if version != FORMAT:
        raise DataError(f"{file} has format {version}: this version of nlp-lstm reads format {FORMAT}")
    return record


def _read_history(file: Path) -> list[dict[str, float]]:
    """The rows of history.csv."""
    if not file.is_file():
        raise MissingInputError(f"{file} is missing: the run is not complete, train it again")
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)]
    except (ValueError, TypeError):
        raise DataError(f"{file} is not a table of numbers: train the run again") from None


def _read_weights(file: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file."""
    if not file.is_file():
        raise MissingInputError(f"{file} is missing: the run is not complete, train it again")
    try:
        return load_file(file)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is not a whole weights file: {error}; train the run again") from None
