"""The folders of runs: the user's own, and those that come with nlp-lstm.

    runs/NAME                what was trained, in the working folder: sentiment-001, next-word-001, ...
    nlp_lstm/store/shipped/NAME    what comes with the package: TASK-CORPUS, such as sentiment-sst

A name stands for a folder of that name first, then for a run of the user's, then for a shipped one.
"""

from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.store import storage

RUNS = Path("runs")
SHIPPED = Path(__file__).parent / "shipped"


def find_run(path: str | Path) -> Path:
    """Return the folder of a run.

    Args:
        path: the folder itself, or the name of a run of the user's or of a shipped one.

    Raises:
        MissingInputError: if there is none, or it is not the folder of a run.
    """
    path = Path(path)
    for folder in (path, RUNS / path):
        if folder.is_dir():
            if not is_shipped(folder) and not (folder / storage.RECORD).is_file():
                raise MissingInputError(
                    f"{folder} is not a run, it has no {storage.RECORD}: `nlp-lstm runs` lists all runs"
                )
            return folder
    if path.exists():
        raise MissingInputError(f"{path} is a file, a run is a folder: `nlp-lstm runs` lists all runs")
    for folder in shipped_runs():
        if folder.name == str(path):
            return folder
    raise MissingInputError(f"no run {str(path)!r}: `nlp-lstm runs` lists all runs")


def find_newest(task: str | None = None, runs: Path = RUNS) -> Path:
    """Return the folder of the user's own run that was written last, of one task or of any.

    Raises:
        MissingInputError: if there is none; names those that come with nlp-lstm.
    """
    for path, record in reversed(list_runs(runs)):
        if task in (None, record["task"]):
            return path
    kind = f"{task} run" if task else "run"
    names = " or ".join(path.name for path in shipped_runs(task))
    shipped = f", or name one that comes with nlp-lstm, {names}" if names else ""
    raise MissingInputError(
        f"no {kind} in {runs}/: train one with `nlp-lstm train --task {task or 'sentiment'}`{shipped}"
    )


def find_default(task: str | None = None) -> Path:
    """Return the folder of the newest run, or of a shipped one where the user has none of the task.

    Where any task will do, the shipped one is that of sentiment.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    try:
        return find_newest(task)
    except MissingInputError:
        shipped = shipped_runs(task or "sentiment")
        if not shipped:
            raise
        return shipped[0]


def find_defaults() -> list[Path]:
    """Return the folder of the newest run of each task, or all shipped ones where the user has no run.

    They are in the order of their tasks' names. A run of tagging is left out unless there is no other: its
    labels, such as those of names, say nothing of most sentences.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    newest = {record["task"]: path for path, record in list_runs()}
    usual = sorted(newest.keys() - {"tagging"}) or sorted(newest)
    return [newest[task] for task in usual] or shipped_runs() or [find_newest()]


def list_runs(runs: Path = RUNS) -> list[tuple[Path, dict[str, Any]]]:
    """Return folder and run.json of every run under `runs`, oldest first; damaged ones are left out."""
    found = []
    for file in sorted(runs.glob(f"[!.]*/{storage.RECORD}"), key=lambda file: file.stat().st_mtime_ns):
        try:
            found.append((file.parent, storage.read_record(file.parent)))
        except (DataError, MissingInputError, StorageError):
            continue
    return found


def shipped_runs(task: str | None = None) -> list[Path]:
    """Return the folders of the runs that come with nlp-lstm, of one task or of all, by name.

    No file is read: the name of a shipped run begins with that of its task.
    """
    names = f"{task}-*" if task else "[!.]*"
    return sorted(folder for folder in SHIPPED.glob(names) if folder.is_dir())


def is_shipped(path: Path) -> bool:
    """Return whether a run's folder is one of those that come with nlp-lstm."""
    return path.absolute().parent == SHIPPED
