"""Journal: the file in which the processes of a sweep write what each trains and what came of it.

It is Optuna's journal storage: every process that sees the file can take trainings from it, on this machine
or on another, and there is no server. Beside it lie the runs. A training that is at work holds a lock, which
the system lets go of when its process ends, however it ends; what is under way without a lock is taken up
again.
"""

import contextlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError
from nlp_lstm.training.sweep_plans import Plan, Point

NAME = "sweep"  # of the study in Optuna's words
PLAN = "plan"  # where Optuna's study keeps it
ANOTHER = "give another --storage, or leave --grid out to go on with it"


@dataclass(frozen=True)
class Outcome:
    """What came of a training.

    Args:
        point: its settings.
        value: its quality; None if it failed.
        facts: what else is known of it.
        reason: why it failed, in a line.
    """

    point: Point
    value: float | None
    facts: dict[str, Any]
    reason: str = ""


class Journal:
    """The file of a sweep, opened by one process.

    Args:
        path: of the file; the runs are written beside it.
        plan: of a new sweep; None for the one that the file holds.

    Raises:
        MissingInputError: if Optuna is not installed, or there is no such file and no plan.
        UsageError: if the file holds another sweep; names the difference.
        DataError: if it is no journal of a sweep.
    """

    def __init__(self, path: Path, plan: Plan | None = None):
        self.path, self.folder = path, path.parent
        self._states = _load_optuna().trial.TrialState
        self._lock = FileLock(f"{path}.queue")  # Optuna has a PATH.lock of its own
        if plan is None and not path.is_file():
            raise MissingInputError(f"{path} is not there: give --grid, which begins a sweep")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._lock:
                _cut_broken_end(path)
                self._study = _open_study(path)
                self.plan = self._begin(plan)
                self._points = list(self.plan.points())
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror or error}; give another --storage") from None

    def _begin(self, plan: Plan | None) -> Plan:
        """The plan of the file, which is the given one if the file is new; all its points are put in line."""
        held = self._study.user_attrs.get(PLAN)
        if held is None and plan is None:
            raise DataError(f"{self.path} holds no sweep: give --grid, or the file of another one")
        if held is None:
            assert plan is not None
            self._study.set_user_attr(PLAN, plan.record())
            held = plan.record()
        found = Plan(**held)
        if plan is not None and plan.record() != held:
            raise UsageError(f"{self.path} holds another sweep: {_difference(found, plan)}; {ANOTHER}")
        for point in list(found.points())[len(self._study.get_trials(deepcopy=False)) :]:
            self._study.enqueue_trial(point)  # a sweep that was killed here has some already
        return found

    @contextlib.contextmanager
    def take(self) -> Iterator[tuple[int, Point] | None]:
        """Hold a training that nobody is at, with its number; None if none is left to be begun.

        One that a process was at when it ended goes before those that were not begun yet.
        """
        number = lock = None
        with self._lock:
            for trial in self._study.get_trials(deepcopy=False, states=(self._states.RUNNING,)):
                lock = self._hold(trial.number)
                if lock is not None:
                    number = trial.number
                    break
            if number is None and self._study.get_trials(deepcopy=False, states=(self._states.WAITING,)):
                number = self._study.ask().number
                lock = self._hold(number)
        try:
            yield None if number is None else (number, self._points[number])
        finally:
            if lock is not None:
                with contextlib.suppress(OSError):
                    Path(lock.lock_file).unlink()
                lock.release()

    def _hold(self, number: int) -> FileLock | None:
        """The lock of a training, held; None if another process holds it."""
        lock = FileLock(f"{self.path}.{number}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        return lock

    def finish(self, number: int, value: float, facts: dict[str, Any]) -> None:
        """Write down what a training reached, and what else is known of it."""
        self._study.set_user_attr(str(number), facts)
        self._study.tell(number, value)

    def fail(self, number: int, reason: str) -> None:
        """Write down why a training failed."""
        self._study.set_user_attr(str(number), reason)
        self._study.tell(number, state=self._states.FAIL)

    @property
    def planned(self) -> int:
        """How many trainings the sweep has in all."""
        return len(self._points)

    @property
    def left(self) -> int:
        """How many trainings have not ended."""
        return self.planned - len(self.outcomes())

    def outcomes(self) -> list[Outcome]:
        """Return what came of the trainings that have ended, in the order of the plan."""
        told, found = self._study.user_attrs, []
        for one in self._study.get_trials(deepcopy=False, states=(self._states.COMPLETE, self._states.FAIL)):
            failed = one.value is None
            facts, reason = ({}, told[str(one.number)]) if failed else (told[str(one.number)], "")
            found.append(Outcome(self._points[one.number], one.value, facts, reason))
        return found


def _load_optuna() -> Any:
    """Optuna, which says nothing of its own."""
    try:
        with warnings.catch_warnings(action="ignore"):  # its progress bar misses a widget in a notebook
            import optuna
    except ImportError:
        raise MissingInputError("optuna is not installed: pip install 'nlp-lstm[sweep]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _open_study(path: Path) -> Any:
    """Optuna's study of a file, a new one if there is none."""
    optuna = _load_optuna()
    from optuna.storages.journal import JournalFileBackend

    try:
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(path)))
        sampler = optuna.samplers.RandomSampler()  # it is not asked: all points are put in line
        return optuna.create_study(storage=storage, study_name=NAME, load_if_exists=True, sampler=sampler)
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        said = " ".join(str(error).split())[:80]
        raise DataError(f"{path} is no journal of a sweep ({said}): give another --storage") from None


def _cut_broken_end(path: Path) -> None:
    """Cut off a last line that a killed process did not write to its end."""
    if path.is_file() and (held := path.read_bytes()) and not held.endswith(b"\n"):
        os.truncate(path, held.rfind(b"\n") + 1)


def _difference(held: Plan, asked: Plan) -> str:
    """Where two plans differ first, in words."""
    one, other = ({"seeds": plan.seeds, **plan.grid, **plan.options} for plan in (held, asked))
    for name in {**one, **other}:
        if one.get(name) != other.get(name):
            return f"{name} is {_told(one.get(name))} there and {_told(other.get(name))} here"
    return "the grid has another order"


def _told(value: Any) -> str:
    """A value of a plan in words."""
    if value is None:
        return "not given"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
