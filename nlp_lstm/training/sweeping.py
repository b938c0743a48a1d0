"""sweep(): a grid of settings -> a run for each point and seed, and a table of what they reach.

The trainings are ordinary runs. They are told to each other by a journal, `sweep_journals`, so that several
processes and machines can share them, and a sweep that was killed goes on.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nlp_lstm.corpus_states.workers import end_with_parent
from nlp_lstm.errors import DataError, NlpLstmError, StorageError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.report.progress import ShareReport
from nlp_lstm.store import storage as files
from nlp_lstm.store.folders import RUNS
from nlp_lstm.store.run import Run, load_run, new_run_path
from nlp_lstm.task import load_task
from nlp_lstm.training.sweep_journals import Journal
from nlp_lstm.training.sweep_plans import Plan, Point, make_plan
from nlp_lstm.training.sweep_tables import sweep_tables

JOURNAL = "sweep.journal"
QUALITY = {"labels": "accuracy_per_word", "words": "cross_entropy"}  # what is predicted -> the metric
LOOK = 0.3  # seconds between two looks at the journal
THREADS = "TF_NUM_INTRAOP_THREADS"
Trial = Callable[[Plan, Point, Path], tuple[float, dict[str, Any]]]  # -> quality, and what else is known


def sweep(
    grid: Mapping[str, Sequence[Any]] | None = None,
    task: str | None = None,
    data: str | None = None,
    *,
    seeds: int = 3,
    parallel: int = 1,
    storage: str | Path | None = None,
    preset: str | None = None,
    labels: str | None = None,
    classes: int | None = None,
    limit: int | None = None,
    report: ShareReport | None = None,
    **settings: Any,
) -> Report:
    """Train every point of a grid of settings from several seeds, and compare what they reach.

    Args:
        grid: name of a setting -> its values, such as {"units": [4, 16], "layers": [1, 2]}; None to go on
            with the sweep that `storage` holds.
        task, data, preset, labels, classes, limit: as `train` takes them, the same for all trainings.
        seeds: how many trainings of each point.
        parallel: how many processes train at once, one thread each where there are several.
        storage: the journal of the sweep, beside which its runs lie; None for `sweep.journal` in the next
            free folder `runs/sweep-NNN`. Where it is there, the sweep goes on, or shares the work with those
            who are at it.
        report: called with the share that is done, in [0, 1], as it grows.
        **settings: settings that are the same for all trainings, and how files are read, as `train` takes
            them.

    Returns:
        A report: quality on the validation split by point, with its interval over seeds, parameters, seconds
        and over-fitting; maps of quality and over-fitting, where the grid has two settings; and what failed.

    Raises:
        UsageError: if the grid or a setting cannot be used, or the storage holds another sweep.
        UnknownNameError: if a name in the grid is no setting.
        MissingInputError: if Optuna, the extra `sweep`, is not installed, or the storage is not there.
        DataError: if the storage is damaged, or every training failed.
        StorageError: if a worker was killed.
        KeyboardInterrupt: if Ctrl-C ended it; it says how to go on.
    """
    named = {
        "task": task,
        "data": data,
        "preset": preset,
        "labels": labels,
        "classes": classes,
        "limit": limit,
    }
    options = {name: value for name, value in named.items() if value is not None} | settings
    if parallel < 1:
        raise UsageError(f"parallel is {parallel}: it must be at least 1")
    if grid is None and storage is None:
        raise UsageError(
            "a sweep needs a grid: give --grid NAME=VALUE,VALUE, or the --storage of one that began"
        )
    if grid is None and options:
        raise UsageError(f"{next(iter(options))} without a grid: a sweep goes on as it began, leave it out")
    plan = None if grid is None else make_plan(grid, seeds, options)
    journal = Journal(new_run_path("sweep", RUNS) / JOURNAL if storage is None else Path(storage), plan)
    try:
        run_trials(journal, train_point, parallel, report)
    except KeyboardInterrupt as stopped:
        said = f"interrupted: `nlp-lstm sweep --storage {journal.path}` goes on"
        raise type(stopped)(said) from None
    return _report(journal)


def run_trials(journal: Journal, trial: Trial, parallel: int, report: ShareReport | None = None) -> None:
    """Do all trials of a journal that nobody else does.

    Args:
        journal: of the sweep.
        trial: does one; a function of a module where there are several processes.
        parallel: how many processes.
        report: as `sweep` takes it.

    Raises:
        StorageError: if a process ended before the work did.
    """
    if parallel == 1:
        work(journal, trial, report)
        return
    context, before = multiprocessing.get_context("spawn"), os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        target = partial(_work_alone, journal.path, trial)
        workers = [context.Process(target=target) for _ in range(min(parallel, max(1, journal.left)))]
        for worker in workers:
            worker.start()
    finally:
        os.environ.pop(THREADS) if before is None else os.environ.update({THREADS: before})
    try:
        while any(worker.is_alive() for worker in workers):
            time.sleep(LOOK)
            _tell(journal, report)
    finally:
        for worker in workers:
            worker.terminate()  # SIGTERM: a training saves its weights first
        for worker in workers:
            worker.join()
    if any(worker.exitcode for worker in workers) and journal.left:
        raise StorageError(
            "a worker was killed, perhaps for lack of memory: "
            f"`nlp-lstm sweep --storage {journal.path}` goes on; give fewer than {parallel} to --parallel"
        )


def work(journal: Journal, trial: Trial, report: ShareReport | None = None) -> None:
    """Do one trial after the other until none is left to be begun; one that fails stops nothing."""
    while True:
        with journal.take() as taken:
            if taken is None:
                return
            number, point = taken
            name = "-".join(f"{setting}-{value}" for setting, value in point.items())
            try:
                value, facts = trial(journal.plan, point, journal.folder / name)
            except NlpLstmError as error:
                journal.fail(number, str(error))
            else:
                journal.finish(number, value, facts)
        _tell(journal, report)


def train_point(plan: Plan, point: Point, folder: Path) -> tuple[float, dict[str, Any]]:
    """Train a run, or go on with what an earlier process has left of it, and return its quality."""
    run = _trained(plan, point, folder)
    if run.status == "interrupted":
        raise KeyboardInterrupt
    losses = [row["validation_loss"] for row in run.history]
    kept = run.history[losses.index(min(losses)) if run.settings.keep == "best" else -1]
    facts = {
        "parameters": sum(values.size for values in run.weights.values()),
        "seconds": run.seconds,
        "overfitting": kept["validation_loss"] - kept["loss"],
    }
    return float(run.metrics[QUALITY[run.predicts]]["model"]), facts


def _trained(plan: Plan, point: Point, folder: Path) -> Run:
    """The run of a point."""
    from nlp_lstm.training.train import train  # which loads Keras

    if (folder / files.CHECKPOINT).is_file():
        return train(resume=folder)
    if (folder / files.RECORD).is_file():
        return load_run(folder)  # its process was killed just after it had finished
    options = {name: value for name, value in plan.options.items() if name != "seed"}
    return train(**options, **point, run=folder)


def _work_alone(path: Path, trial: Trial) -> None:
    """Work in a process of its own, which ends with its parent."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        work(Journal(path), trial)
    except KeyboardInterrupt:
        sys.exit(130)


def _tell(journal: Journal, report: ShareReport | None) -> None:
    """Tell which share of the trials has ended."""
    if report is not None:
        report(1 - journal.left / journal.planned)


def _report(journal: Journal) -> Report:
    """The tables of what came of the trainings."""
    plan, outcomes = journal.plan, journal.outcomes()
    if outcomes and all(one.value is None for one in outcomes):
        raise DataError(f"every training failed, the first one so: {outcomes[0].reason}")
    metric = QUALITY[load_task(plan.task()).predicts]
    seeds = sorted({point["seed"] for point in plan.points()})
    facts = {
        "storage": str(journal.path),
        "task": plan.task(),
        "data": plan.options.get("data", "mini"),
        "metric": metric,
        "seeds": ", ".join(map(str, seeds)),
        "settings": ", ".join(f"{name} {value}" for name, value in plan.options.items()),
    }
    title = f"sweep: {facts['task']}, {facts['data']}"
    return Report(sweep_tables(plan, outcomes, metric), facts=facts, title=title)
