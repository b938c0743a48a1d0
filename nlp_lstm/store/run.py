"""A run in its folder: everything that a training leaves behind.

    run.json             what it is, how it reads, what it learned from, what it reached
    weights.safetensors  the weights by the names of network.weight_shapes
    tokenizer.json       the vocabulary
    history.csv          loss and metrics of every epoch

`run.json` is written last and holds the SHA-256 of the others, so a run is either whole or not there, and one
that was changed or damaged later is refused.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError
from nlp_lstm.models.network import check_weights
from nlp_lstm.report.given import not_a_run
from nlp_lstm.store import contents, storage
from nlp_lstm.store.folders import (
    RUNS,
    Found,
    find_run,
    is_shipped,
    look_through,
    none_found,
    shipped_runs,
    short_reason,
)
from nlp_lstm.store.saving import check_free as check_free
from nlp_lstm.store.saving import new_run_path as new_run_path
from nlp_lstm.store.saving import write_files
from nlp_lstm.store.trained import Run, record, run_from, shapes_of

Tell = Callable[[Path, str], object]


def ignore(path: Path, reason: str) -> None:
    """Tell nobody of a run that is passed over."""


def save_run(run: Run, replace: bool = False) -> Run:
    """Write a run to its folder: new, empty, or that of the training in progress.

    Args:
        run: what to write.
        replace: whether the folder may hold a run that has been gone on with.

    Raises:
        UsageError: if the folder holds anything else; a run is never overwritten.
        DataError: if an entry of the run could not be read again; names it.
        StorageError: if writing fails; of a new run nothing is left behind.
    """
    groups = record(run)
    storage.check_record(groups, str(run.path / storage.RECORD))
    check_weights(run.weights, shapes_of(groups, run.vocabulary))
    files = {
        storage.WEIGHTS: contents.pack_weights(run.weights),
        storage.TOKENIZER: run.vocabulary.to_json().encode(),
        storage.HISTORY: contents.pack_history(run.history),
    }
    write_files(run.path, {**files, storage.RECORD: storage.pack_record(groups, files)}, replace)
    return run


def load_run(path: str | Path) -> Run:
    """Read a run.

    Args:
        path: its folder, its name under `runs/`, or the name of one that comes with nlp-lstm.

    Raises:
        UsageError: if it is neither a path nor a name.
        MissingInputError: if the folder or one of its files is missing.
        DataError: if a file is not the one that was saved, or is foreign, or another version of nlp-lstm
            reads it; of a run that comes with nlp-lstm also if a file is missing.
        StorageError: if a file cannot be read.
    """
    path = find_run(path)
    try:
        return _read(path)
    except (DataError, UsageError, MissingInputError) as error:
        if is_shipped(path):
            whose = f"the run {path.name}, which comes with nlp-lstm,"
            raise DataError(f"{whose} is damaged: {error}; install nlp-lstm again") from None
        if isinstance(error, storage.OtherVersionError):
            raise
        if isinstance(error, MissingInputError):
            raise MissingInputError(f"the run {path} is not complete: {error}; train it again") from None
        raise DataError(f"the run {path} is damaged: {error}; train it again") from None


def load_runs(runs: Any) -> list[Run]:
    """Return runs as a verb takes them: several or one, each itself or its name; none for an empty list.

    Raises:
        UsageError: if something else was given.
        As `load_run`.
    """
    if isinstance(runs, Run | str | Path):
        runs = [runs]
    if not isinstance(runs, Iterable):
        raise not_a_run(runs)
    return [run if isinstance(run, Run) else load_run(run) for run in runs]


def newest_run(task: str | None = None, runs: Path = RUNS, passed_over: Tell = ignore) -> Run:
    """Return the run of the user's own that was written last, of one task or of any.

    Args:
        task: the task; None for any.
        runs: the folder of the runs.
        passed_over: called with the folder of each newer run that is damaged, and the reason.

    Raises:
        MissingInputError: if there is none; names those that come with nlp-lstm.
    """
    for found in reversed(look_through(runs)):
        if None in (task, found.task) or task == found.task:
            run = _load_whole(found, passed_over)
            if run:
                return run
    raise none_found(task, runs)


def default_run(task: str | None = None, passed_over: Tell = ignore) -> Run:
    """Return the newest run of the user's own, of one task or of any; where there is none, a shipped one.

    Where any task will do, the shipped one is that of sentiment.

    Args:
        task, passed_over: as `newest_run` takes them.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    try:
        return newest_run(task, passed_over=passed_over)
    except MissingInputError:
        shipped = shipped_runs(task or "sentiment")
        if not shipped:
            raise
        return load_run(shipped[0])


def default_runs(passed_over: Tell = ignore, both_kinds: bool = False) -> list[Run]:
    """Return the newest run of each task, by name of the task; where there is none at all, the shipped ones.

    A run of tagging is left out unless there is no other: its labels, such as those of names, say nothing of
    most sentences.

    Args:
        passed_over: as `newest_run` takes it.
        both_kinds: whether a shipped run comes beside the user's where all of these say labels, or all words.

    Raises:
        MissingInputError: if there is none of either kind.
    """
    everything = look_through()
    tasks = {found.task for found in everything if found.task}
    wanted, runs = tasks - {"tagging"} or tasks, {}
    for found in reversed(everything):
        if wanted and wanted <= runs.keys():
            break
        if found.task is None or found.task in wanted - runs.keys():
            run = _load_whole(found, passed_over)
            runs |= {run.task: run} if run else {}
    kinds = {run.predicts for run in runs.values()}
    if not runs or (both_kinds and len(kinds) < 2):
        runs |= {run.task: run for run in map(load_run, shipped_runs()) if run.predicts not in kinds}
    return [runs[task] for task in sorted(runs)] or [newest_run()]


def library_versions() -> dict[str, str]:
    """Return the versions of nlp-lstm and of the libraries that a training rests on."""
    from importlib.metadata import version  # slow to load, and reading a run needs none of it
    from platform import python_version

    names = ("nlp-lstm", "keras", "tensorflow", "numpy", "tokenizers")
    return {name: version(name) for name in names} | {"python": python_version()}


def _read(path: Path) -> Run:
    """The run in a folder; errors are those of its files."""
    groups = storage.read_record(path)
    files = groups.pop("files")
    storage.check_sizes(path, files)
    tokenizer, weights, history = (
        path / name for name in (storage.TOKENIZER, storage.WEIGHTS, storage.HISTORY)
    )

    def read(file: Path) -> bytes:
        return storage.read_file(path, file.name, files)

    vocabulary = contents.unpack_vocabulary(read(tokenizer), tokenizer)
    contents.check_weights_size(weights, files[weights.name]["bytes"], shapes_of(groups, vocabulary))
    return run_from(
        groups,
        path,
        vocabulary,
        contents.unpack_weights(read(weights), weights),
        contents.unpack_history(read(history), history),
    )


def _load_whole(found: Found, passed_over: Tell) -> Run | None:
    """The run in a folder; None if it is damaged, which is told."""
    reason = found.reason
    if reason is None:
        try:
            return _read(found.path)
        except (DataError, UsageError, MissingInputError, StorageError) as error:
            reason = short_reason(found.path, error)
    passed_over(found.path, reason)
    return None
