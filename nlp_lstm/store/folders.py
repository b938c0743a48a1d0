"""The folders of runs: the user's own, and those that come with nlp-lstm.

    runs/NAME                what was trained, in the working folder: sentiment-001, next-word-001, ...
    nlp_lstm/store/shipped/NAME    what comes with the package: TASK-CORPUS, such as sentiment-sst

A name stands for a folder of that name first, then for a run of the user's, then for a shipped one; at last
for the one run whose name differs from it only in case, `-` and `_`.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from nlp_lstm.errors import (
    DataError,
    MissingInputError,
    StorageError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)
from nlp_lstm.registry import match_name
from nlp_lstm.report.given import not_a_run
from nlp_lstm.store import storage
from nlp_lstm.writing import clear_partials

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

RUNS = Path("runs")
SHIPPED = Path(__file__).parent / "shipped"
MOST_OF_A_REASON = 80  # characters


def find_run(path: str | Path) -> Path:
    """Return the folder of a run.

    Args:
        path: the folder itself, or the name of a run of the user's or of a shipped one.

    Raises:
        UsageError: if it is neither a path nor a name.
        MissingInputError: if there is none, or it is not the folder of a run.
    """
    if not isinstance(path, str | Path):
        raise not_a_run(path)
    name, path = str(path), Path(path)
    for folder in (path, RUNS / path):
        if folder.is_dir():
            if not is_shipped(folder):
                _check_is_run(folder)
            return folder
    if path.exists():
        raise MissingInputError(f"{path} is a file, a run is a folder: `nlp-lstm runs` lists all runs")
    known = [*shipped_runs(), *filter(_meant_as_run, _folders_in(RUNS))]
    return match_run(name, known, f"no run {name!r}")


def match_run(name: str, folders: Iterable[Path], missing: str) -> Path:
    """Return the folder that the name of a run means; a path, which may be that of a file, means none.

    Args:
        name: as somebody wrote it.
        folders: those of the known runs.
        missing: how the error begins.

    Raises:
        MissingInputError: if there is none; suggests the near names.
    """
    known = {folder.name: folder for folder in folders}
    try:
        return known[match_name("run", name, known)]
    except UnknownNameError:
        near = " ".join(filter(None, (did_you_mean(name, known), "`nlp-lstm runs` lists all runs")))
        raise MissingInputError(f"{missing}: {near}") from None


def _check_is_run(folder: Path) -> None:
    """Raise a MissingInputError for a folder that can be looked into and holds no run."""
    if is_unfinished(folder):
        raise MissingInputError(
            f"{folder} holds a training that was not finished: continue it with "
            f"`nlp-lstm train --resume {folder}`"
        )
    if os.access(folder, os.X_OK) and not os.path.isfile(folder / storage.RECORD):
        raise MissingInputError(
            f"{folder} is not a run, it has no {storage.RECORD}: `nlp-lstm runs` lists all runs"
        )


class Found(NamedTuple):
    """A folder that is a run, or was meant to be one.

    Args:
        path: the folder.
        record: what its `run.json` holds; None if that cannot be read.
        reason: why it is passed over, in a few words; None for a run.
    """

    path: Path
    record: dict[str, Any] | None
    reason: str | None

    @property
    def task(self) -> str | None:
        """The run's task, if it is known."""
        return self.record["model"]["task"] if self.record else None


def look_through(runs: Path = RUNS) -> list[Found]:
    """Return what there is of runs under `runs`, oldest first, the damaged ones too.

    Only the records and the sizes of the files are looked at: a file whose content has changed is found when
    the run is loaded.
    """
    found = [(_written_at(path), _look_at(path)) for path in _folders_in(runs) if _meant_as_run(path)]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def list_runs(runs: Path = RUNS) -> list[tuple[Path, dict[str, Any]]]:
    """Return folder and run.json of every run under `runs`, oldest first; damaged ones are left out."""
    clear_left_over(runs)
    return [(one.path, one.record) for one in look_through(runs) if one.record and one.reason is None]


def clear_left_over(runs: Path = RUNS) -> None:
    """Delete what killed commands have left of files that they were writing."""
    for folder in (runs, *_folders_in(runs)):
        clear_partials(folder)


def list_unfinished(runs: Path = RUNS) -> list[Path]:
    """Return the folder of every training under `runs` that was not finished, by name."""
    return [path for path in _folders_in(runs) if is_unfinished(path)]


def is_in_training(folder: Path) -> bool:
    """Return whether a process trains into a folder now, as far as the system tells: it holds the lock."""
    if fcntl is None:
        return False
    try:
        with (folder / storage.LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def is_unfinished(folder: Path) -> bool:
    """Return whether a folder holds a training that was not finished: a checkpoint, and no run yet."""
    return _holds(folder, storage.CHECKPOINT) and not _holds(folder, storage.RECORD)


def none_found(task: str | None = None, runs: Path = RUNS) -> MissingInputError:
    """Return the error that says that there is no run, of a task or of any; names those of nlp-lstm's own."""
    kind = f"{task} run" if task else "run"
    names = " or ".join(path.name for path in shipped_runs(task))
    shipped = f", or name one that comes with nlp-lstm, {names}" if names else ""
    return MissingInputError(
        f"no {kind} in {runs}/: train one with `nlp-lstm train --task {task or 'sentiment'}`{shipped}"
    )


def short_reason(path: Path, error: Exception) -> str:
    """Return what is wrong with a run in a few words, without its path and without advice.

    Example:
        >>> short_reason(Path("runs/a"), DataError("runs/a/run.json has units 'x': it must be 1"))
        "run.json has units 'x'"
    """
    text = str(error).replace(f"{path}/", "")
    return re.split(r": | \(|; ", text, maxsplit=1)[0][:MOST_OF_A_REASON]


def shipped_runs(task: str | None = None) -> list[Path]:
    """Return the folders of the runs that come with nlp-lstm, of one task or of all, by name.

    No file is read: the name of a shipped run begins with that of its task.
    """
    names = f"{task}-*" if task else "[!.]*"
    return sorted(folder for folder in SHIPPED.glob(names) if folder.is_dir())


def is_shipped(path: Path) -> bool:
    """Return whether a run's folder is one of those that come with nlp-lstm."""
    return path.absolute().parent == SHIPPED


def _folders_in(runs: Path) -> list[Path]:
    """The folders in a folder, by name, without hidden ones; none if it cannot be read."""
    try:
        names = sorted(os.listdir(runs))
    except OSError:
        return []
    return [runs / name for name in names if name[0] != "." and os.path.isdir(runs / name)]


def _holds(folder: Path, name: str) -> bool:
    """Whether there is such a name in a folder, as far as can be seen; a link that leads nowhere is one."""
    return os.path.lexists(folder / name)


def _meant_as_run(folder: Path) -> bool:
    """Whether a folder is a run, a damaged one, or one that cannot be looked into."""
    if not os.access(folder, os.R_OK | os.X_OK) or _holds(folder, storage.RECORD):
        return True
    in_progress = _holds(folder, storage.LOCK) or _holds(folder, storage.CHECKPOINT)
    return _holds(folder, storage.WEIGHTS) and not in_progress


def _written_at(folder: Path) -> int:
    """When a run was written, in nanoseconds; of one that is damaged, whatever can be told."""
    file = folder / storage.RECORD
    for look in (file.stat, file.lstat, folder.lstat):
        try:
            return look().st_mtime_ns
        except OSError:
            continue
    return 0


def _look_at(folder: Path) -> Found:
    """What there is of a run in a folder."""
    record = None
    try:
        record = storage.read_record(folder)
        storage.check_sizes(folder, record["files"])
    except (DataError, MissingInputError, StorageError, UsageError) as error:
        return Found(folder, record, short_reason(folder, error))
    return Found(folder, record, None)
