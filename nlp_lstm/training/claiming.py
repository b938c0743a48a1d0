"""A run's folder -> one training at a time: whoever trains into it holds its lock.

The system lets go of a lock when a process ends, however it ends, so that what a killed training has left
can be taken up at once.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from nlp_lstm.errors import StorageError, UsageError
from nlp_lstm.store import folders, storage
from nlp_lstm.store.run import check_free, new_run_path


@contextlib.contextmanager
def claim(task: str, path: Path | None) -> Iterator[Path]:
    """Hold the folder of a new run while it is trained; a folder that stays empty is removed.

    Args:
        task: name of the task, which the next free folder under `runs/` is named after.
        path: the folder; None for the next free one.

    Raises:
        UsageError: if the folder is taken, or somebody is training into it.
        StorageError: if no folder can be made there.
    """
    if path is None:
        path, made = _make_next(task)
    else:
        if not (path / storage.LOCK).exists():  # else somebody may be at work: the lock tells
            check_free(path)
        made = _make(path)
    with _hold(path, made):
        check_free(path)
        yield path


@contextlib.contextmanager
def claim_again(name: str | Path) -> Iterator[Path]:
    """Hold the folder of a training that was not finished, while it goes on.

    Args:
        name: the folder, or its name under `runs/`.

    Raises:
        MissingInputError: if there is no such folder.
        UsageError: if its training is finished, or somebody is training into it.
        StorageError: if it cannot be written to.
    """
    path = find_unfinished(name)
    with _hold(path):
        yield path


def find_unfinished(name: str | Path) -> Path:
    """Return the folder of a training that was not finished; names and errors as of `claim_again`."""
    path = next((path for path in (Path(name), folders.RUNS / name) if path.is_dir()), None)
    if path is None:
        missing = f"no training {str(name)!r} to resume"
        path = folders.match_run(str(name), folders.list_unfinished(), missing)
    if not (path / storage.CHECKPOINT).is_file() and (path / storage.RECORD).is_file():
        raise UsageError(
            f"{path} is finished, there is nothing to resume: "
            f"`nlp-lstm train --init-from {name}` starts a new training from it"
        )
    return path


def _make_next(task: str) -> tuple[Path, list[Path]]:
    """The next free folder of a task, made at once so that nobody else takes it; and all that was made."""
    while True:
        path = new_run_path(task)
        check_free(path)
        with contextlib.suppress(FileExistsError):  # another training was faster
            return path, _make(path, exist_ok=False)


def _make(path: Path, exist_ok: bool = True) -> list[Path]:
    """Make a folder, and return which folders were not there before, the innermost first."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=exist_ok)
    except FileExistsError:
        raise
    except OSError as error:
        raise StorageError(f"cannot make {path}: {error.strerror}; give another --run") from None
    return missing


@contextlib.contextmanager
def _hold(path: Path, made: Sequence[Path] = ()) -> Iterator[None]:
    """Hold the lock of a folder; those that were made for it are removed if nothing is in them."""
    lock = FileLock(path / storage.LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{path} is in use, another process is training into it: wait for it, or give another --run"
        ) from None
    except OSError as error:
        raise StorageError(f"cannot write to {path}: {error.strerror}; give another --run") from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows deletes no file that is open
            (path / storage.LOCK).unlink()  # while it is held: nobody else can hold it
        lock.release()
        with contextlib.suppress(OSError):  # something is in it
            for folder in made:
                folder.rmdir()
