"""The folder that a run is written to: free at first, then a training's, then a run.

    .lock, checkpoint.safetensors    while a training is in progress, or was not finished
    run.json and the other three     from `save_run` on

Files are written one by one, each whole, `run.json` last. Unlike a folder that is written elsewhere and then
moved into place, this one is the training's own from its first step on.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nlp_lstm.errors import StorageError, UsageError
from nlp_lstm.store.folders import RUNS
from nlp_lstm.store.storage import CHECKPOINT, FILES, LOCK, RECORD
from nlp_lstm.writing import PARTIAL, clear_partials, sync_folder, write_whole


def new_run_path(task: str, runs: Path = RUNS) -> Path:
    """Return the next free folder for a run of a task: runs/sentiment-001, -002, ..."""
    numbered = re.compile(re.escape(task) + r"-(\d+)")
    taken = [int(found[1]) for path in runs.glob("*") if (found := numbered.fullmatch(path.name))]
    return runs / f"{task}-{max(taken, default=0) + 1:03}"


def check_free(path: Path) -> None:
    """Check that a run can be written to `path`, before the work of a training is done.

    Raises:
        UsageError: if it is taken by a file, by a folder with more in it than a lock, or by a training that
            was not finished.
        StorageError: if no folder can be made there.
    """
    names = _names_in(path) - {LOCK}
    if CHECKPOINT in names and RECORD not in names:
        raise UsageError(
            f"{path} holds a training that was not finished: continue it with "
            f"`nlp-lstm train --resume {path}`, or give another --run"
        )
    if names:
        raise _taken(path)
    above = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    try:
        tempfile.TemporaryDirectory(prefix=".nlp-lstm-", dir=above).cleanup()
    except OSError as error:
        raise StorageError(f"cannot write to {above}: {error.strerror}; give another --run") from None


def write_files(folder: Path, files: Mapping[str, bytes], replace: bool = False) -> None:
    """Write the files of a run.

    Args:
        folder: where to; new, empty, or the folder of a training in progress.
        files: content by name, in the order to write them: `run.json` last.
        replace: whether the folder may hold a run, which is then replaced.

    Raises:
        UsageError: if the folder holds anything else.
        StorageError: if writing fails; of a new run nothing is left behind.
    """
    clear_partials(folder)
    _check_place(folder, replace)
    made, new = not folder.exists(), not (folder / RECORD).exists()
    advice = "give another --run" if new else f"make room, and then `nlp-lstm train --resume {folder}`"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        sync_folder(folder)
        for name, content in files.items():
            write_whole(folder / name, content, advice)
    except BaseException as error:
        if new:
            _remove(folder, files, made)
        if isinstance(error, OSError):
            raise StorageError(f"cannot write {folder}: {error.strerror}; {advice}") from None
        raise


def _names_in(path: Path) -> set[str]:
    """The names in a folder, none if there is no folder; what is being written has no name yet."""
    try:
        names = os.listdir(path)
    except FileNotFoundError:
        if path.is_symlink():
            raise _taken(path) from None
        return set()
    except NotADirectoryError:
        if os.path.lexists(path):
            raise _taken(path) from None
        return set()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}; give another --run") from None
    return {name for name in names if not PARTIAL.fullmatch(name)}


def _check_place(folder: Path, replace: bool) -> None:
    """Raise a UsageError where a run would be overwritten, or what is no run."""
    names = _names_in(folder)
    in_progress = RECORD not in names and bool(names & {LOCK, CHECKPOINT})
    going_on = replace and (RECORD in names or names <= {*FILES})
    if names and not in_progress and not going_on:
        raise _taken(folder)


def _remove(folder: Path, names: Mapping[str, bytes], made: bool) -> None:
    """Delete what there is of a run that could not be written, and its folder if it was made for it."""
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        if made:
            folder.rmdir()
    except OSError:
        pass  # what made the writing fail has been told already


def _taken(path: Path) -> UsageError:
    """The error that says that there is something at a path."""
    return UsageError(f"{path} exists: a run is never overwritten, give another --run or none")
