"""Run: everything that a training leaves behind, in one folder.

    run.json             task, settings, label names, metrics, data, versions, how it ended
    weights.safetensors  the weights by the names of network.weight_shapes
    tokenizer.json       the vocabulary
    history.csv          loss and metrics of every epoch

The model is rebuilt by our code from the settings: no class name is read from a file. A folder is
written under a temporary name and moved into place, so a run is either whole or not there.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UnknownNameError, UsageError
from nlp_lstm.models.network import Network, check_weights, weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.store import storage
from nlp_lstm.store.folders import RUNS, find_default, find_defaults, find_newest, find_run, is_shipped
from nlp_lstm.text.vocabulary import Vocabulary


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
        data: where the text came from and how it was read: source, its options, sha256 of each split.
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
    def shipped(self) -> bool:
        """Whether it is one of those that come with nlp-lstm."""
        return is_shipped(self.path)

    @property
    def outputs(self) -> int:
        """How many outputs the model has."""
        return len(self.label_names) or len(self.vocabulary)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for: a label, or a word of the vocabulary."""
        return self.label_names or self.vocabulary.words

    @property
    def predicts(self) -> Literal["labels", "words"]:
        """What an output is: "labels", or "words"."""
        return "labels" if self.label_names else "words"

    @property
    def sha256(self) -> str:
        """The SHA-256 of all that its answers rest on: settings, labels, vocabulary and weights."""
        words = (self.vocabulary.words, self.vocabulary.lowercase)
        record = [self.task, asdict(self.settings), self.label_names, *words]
        digest = hashlib.sha256(json.dumps(record).encode())
        for name, values in sorted(self.weights.items()):
            digest.update(f"\n{name} {values.dtype} {values.shape}\n".encode())
            digest.update(values.tobytes())
        return digest.hexdigest()

    @property
    def network(self) -> Network:
        """The model in NumPy."""
        return Network(self.settings, self.weights)


def new_run_path(task: str, runs: Path = RUNS) -> Path:
    """Return the next free folder for a run of a task: runs/sentiment-001, -002, ..."""
    numbered = re.compile(re.escape(task) + r"-(\d+)")
    taken = [int(found[1]) for path in runs.glob("*") if (found := numbered.fullmatch(path.name))]
    return runs / f"{task}-{max(taken, default=0) + 1:03}"


def save_run(run: Run) -> Run:
    """Write a run to its folder.

    Raises:
        UsageError: if the folder exists and is not empty; a run is never overwritten.
        StorageError: if writing fails; nothing is left behind.
    """
    check_free(run.path)
    partial = run.path.with_name(f".{run.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        _write(run, partial)
        if run.path.exists():
            run.path.rmdir()
        partial.rename(run.path)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        # `tokenizers` raises a bare Exception where the disk is full.
        if isinstance(error, OSError) or type(error) is Exception:
            reason = getattr(error, "strerror", None) or error
            raise StorageError(f"cannot write the run {run.path}: {reason}; give another --run") from None
        raise
    return run


def check_free(path: Path) -> None:
    """Check that a run can be written to `path`, before the work of a training is done.

    Raises:
        UsageError: if it is taken by a file or by a folder that is not empty.
        StorageError: if no folder can be made there.
    """
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise UsageError(f"{path} exists: a run is never overwritten, give another --run or none")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    try:
        tempfile.TemporaryDirectory(prefix=".nlp-lstm-", dir=above).cleanup()
    except OSError as error:
        raise StorageError(f"cannot write to {above}: {error.strerror}; give another --run") from None


def load_run(path: str | Path) -> Run:
    """Read a run.

    Args:
        path: its folder, its name under `runs/`, or the name of one that comes with nlp-lstm.

    Raises:
        MissingInputError: if the folder or one of its files is missing.
        DataError: if a file is cut or foreign, or the weights do not fit the settings; of a run that
            comes with nlp-lstm also if a file is missing.
        StorageError: if a file cannot be read.
    """
    path = find_run(path)
    try:
        return _read(path)
    except (DataError, UsageError, MissingInputError) as error:
        if is_shipped(path):
            whose = f"the run {path.name}, which comes with nlp-lstm,"
            raise DataError(f"{whose} is damaged: {error}; install nlp-lstm again") from None
        if isinstance(error, MissingInputError):
            raise MissingInputError(f"the run {path} is not complete: {error}; train it again") from None
        raise DataError(f"the run {path} is damaged: {error}; train it again") from None


def newest_run(task: str | None = None, runs: Path = RUNS) -> Run:
    """Return the run of the user's own that was written last, of one task or of any.

    Raises:
        MissingInputError: if there is none; names those that come with nlp-lstm.
    """
    return load_run(find_newest(task, runs))


def default_run(task: str | None = None) -> Run:
    """Return the newest run of the user's own, of one task or of any; where there is none, a shipped one.

    Where any task will do, the shipped one is that of sentiment.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    return load_run(find_default(task))


def default_runs() -> list[Run]:
    """Return the newest run of each task, by name of the task; where there is none at all, the shipped ones.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    return [load_run(path) for path in find_defaults()]


def library_versions() -> dict[str, str]:
    """Return the versions of nlp-lstm and of the libraries that a training rests on."""
    from importlib.metadata import version  # slow to load, and reading a run needs none of it
    from platform import python_version

    names = ("nlp-lstm", "keras", "tensorflow", "numpy", "tokenizers")
    return {name: version(name) for name in names} | {"python": python_version()}


def _read(path: Path) -> Run:
    """The run in a folder; errors are those of its files."""
    record = storage.read_record(path)
    settings = _settings(record.pop("settings"))
    run = Run(
        path,
        settings=settings,
        label_names=tuple(record.pop("label_names")),
        vocabulary=Vocabulary.load(path / storage.TOKENIZER),
        weights=storage.read_weights(path),
        history=storage.read_history(path),
        **record,
    )
    check_weights(run.weights, weight_shapes(settings, len(run.vocabulary), run.outputs))
    return run


def _settings(values: dict[str, Any]) -> Settings:
    """Settings from a record; those that it does not name have their defaults."""
    known = [entry.name for entry in fields(Settings)]
    for name in values:
        if name not in known:
            raise UnknownNameError("setting", name, known)
    return Settings(**values)


def _write(run: Run, folder: Path) -> None:
    """Write the four files of a run."""
    record = {name: getattr(run, name) for name in storage.ENTRIES}
    storage.write_record(folder, record | {"settings": asdict(run.settings)})
    storage.write_weights(folder, run.weights)
    run.vocabulary.save(folder / storage.TOKENIZER)
    storage.write_history(folder, run.history)
