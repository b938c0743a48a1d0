"""Checkpoint: all that a training needs to go on from a step as if nothing had happened, in one file.

    checkpoint.safetensors    arrays: the weights kept so far, and every number that a step changes
                              its header: the run's record and vocabulary, and the rest as JSON

It lies in the folder of the run until the training has finished. Unlike Keras's `BackupAndRestore`, it holds
the order of the sentences and the state of every random generator too, so that the final weights are those
of a training that was never interrupted, bit by bit.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.parsing import MOST_BYTES, parse_json, without_panic
from nlp_lstm.report.markup import one_line
from nlp_lstm.store import storage
from nlp_lstm.store.records import OtherVersionError, settings_from
from nlp_lstm.store.run import Run, record, run_from, shapes_of
from nlp_lstm.text.vocabulary import Vocabulary
from nlp_lstm.training.checkpoint_checks import check_parts, check_size
from nlp_lstm.writing import write_whole

FORMAT = "1"
MOST_OF_A_REASON = 200  # characters


@dataclass
class Fitted:
    """What a training has come to.

    Args:
        weights: of the epoch that the setting `keep` asks for so far; the first ones until an epoch is done.
        history: one row per epoch: epoch, loss, validation_loss, seconds, and accuracies of a tagger.
        status: "finished", "interrupted" or "diverged".
        steps: how many steps were made.
        seconds: wall time of the loop.
        odd: what the words were, `(batch, timesteps)`, where the loss grew without bound; else None.
    """

    weights: dict[str, np.ndarray]
    history: list[dict[str, float]] = field(default_factory=list)
    status: str = "finished"
    steps: int = 0
    seconds: float = 0.0
    odd: np.ndarray | None = None

    def is_best(self) -> bool:
        """Whether the last epoch has the lowest validation loss of all."""
        return self.epochs_since_best() == 0

    def epochs_since_best(self) -> int:
        """How many epochs ago the lowest validation loss was reached; 0 before the first."""
        losses = [row["validation_loss"] for row in self.history]
        return len(losses) - 1 - int(np.argmin(losses)) if losses else 0


@dataclass(frozen=True)
class Checkpoint:
    """A training between two of its steps.

    Args:
        fitted: what it has come to.
        learner: every number that a step changes, as `Learner.state` gives them.
        sampling: the state of the generator that draws the words of a sampled softmax.
        order: the state, at the beginning of the epoch, of the generator that draws the order of sentences
            and the words to drop: what the epoch's first steps drew is drawn again.
        step: how many steps of the epoch are done.
        sums: of loss and metrics in these steps, and how many targets they had.
    """

    fitted: Fitted
    learner: Mapping[str, np.ndarray]
    sampling: Mapping[str, Any]
    order: Mapping[str, Any]
    step: int = 0
    sums: Mapping[str, float] = field(default_factory=dict)


class Keeper:
    """Keeps the last checkpoint of a training in the folder of its run.

    A checkpoint that cannot be written, as on a full disk, does not end the training.

    Args:
        run: as it will be saved, but for its weights, history and metrics.
        minutes: the longest time between two checkpoints.
    """

    def __init__(self, run: Run, minutes: float):
        self.run, self.seconds = run, 60 * minutes
        self.failed: str | None = None
        self._last = time.monotonic()

    def due(self) -> bool:
        """Whether the last checkpoint is too long ago."""
        return time.monotonic() - self._last >= self.seconds

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint in the place of the one before."""
        try:
            write_checkpoint(self.run, checkpoint)
            self.failed = None
        except StorageError as error:
            self.failed = str(error)
        self._last = time.monotonic()


def write_checkpoint(run: Run, checkpoint: Checkpoint) -> None:
    """Write the checkpoint of a run's training into its folder.

    Raises:
        StorageError: if writing fails; the checkpoint before stays.
    """
    fitted = checkpoint.fitted
    arrays = {f"kept/{name}": values for name, values in fitted.weights.items()}
    arrays |= {f"learner/{name}": values for name, values in checkpoint.learner.items()}
    arrays = {name: np.asarray(values, order="C") for name, values in arrays.items()}
    state = {name: getattr(checkpoint, name) for name in ("sampling", "order", "step", "sums")}
    state["fitted"] = {name: getattr(fitted, name) for name in ("history", "steps", "seconds")}
    header = {
        "format": FORMAT,
        "run": json.dumps(record(run)),
        "tokenizer": run.vocabulary.to_json(),
        "state": json.dumps(state),
    }
    header["sha256"] = _digest(arrays, header)
    write_whole(run.path / storage.CHECKPOINT, save(arrays, header))


def read_checkpoint(folder: Path) -> tuple[Run, Checkpoint]:
    """Return the run that a folder's checkpoint is of, as it stood, and the checkpoint.

    What is in a file of somebody else's is bounded before it is unpacked: all that is no array has at most
    16 MB, and the arrays are no larger than a training with these settings makes them.

    Raises:
        MissingInputError: if there is no checkpoint.
        DataError: if it is damaged, foreign or of another format.
    """
    file = folder / storage.CHECKPOINT
    if not file.is_file():
        raise MissingInputError(f"{file} is missing, there is nothing to resume: train again")
    try:
        with without_panic("it cannot be read"):
            return _read(file)
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror or error}, check its permissions") from None
    except OtherVersionError as error:
        raise OtherVersionError(f"{file}: {error}") from None
    except MemoryError:
        raise
    except Exception as error:  # whatever a broken file makes a library raise
        reason = one_line(str(error), MOST_OF_A_REASON)
        raise DataError(f"{file} is damaged ({reason}): delete {folder} and train again") from None


def _read(file: Path) -> tuple[Run, Checkpoint]:
    """The run and the checkpoint in a file, or any error that says what is wrong with it."""
    with file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        header = parse_json(opened.read(min(size, MOST_BYTES + 1)))["__metadata__"]
    if header["format"] != FORMAT:
        raise ValueError(f"it has format {header['format']!r}, not {FORMAT!r}")
    record, state = (parse_json(header[name].encode()) for name in ("run", "state"))
    check_parts(record, state)
    vocabulary = Vocabulary.from_json(header["tokenizer"], "its vocabulary")
    settings = settings_from(record["model"]["settings"])
    check_size(file.stat().st_size - size, settings, shapes_of(record, vocabulary))
    with safe_open(file, "numpy") as opened:
        arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    if header.pop("sha256") != _digest(arrays, header):
        raise ValueError("its content is not what was written")
    kept = _below("kept/", arrays)
    fitted = Fitted(kept, **state.pop("fitted"))
    run = run_from(record, file.parent, vocabulary, kept, fitted.history)
    return run, Checkpoint(fitted, _below("learner/", arrays), **state)


def _below(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays whose names begin with a prefix, by the rest of their names."""
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def _digest(arrays: Mapping[str, np.ndarray], header: Mapping[str, str]) -> str:
    """The SHA-256 of all that a checkpoint holds."""
    digest = hashlib.sha256(json.dumps(sorted(header.items())).encode())
    for name, values in sorted(arrays.items()):
        digest.update(f"\n{name} {values.dtype} {values.shape}\n".encode())
        digest.update(values.data)
    return digest.hexdigest()
