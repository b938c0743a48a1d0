"""Progress on stderr: of a training its epoch, loss, metric and time left; of an extraction its share."""

import math
import os
import sys
import time
from typing import Any


class Bar:
    """A progress bar on a terminal; one line per epoch elsewhere; nothing if quiet."""

    def __init__(self, quiet: bool):
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._first: tuple[int, float] | None = None  # steps that were done before, and when it began

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *error) -> None:
        if self._bar:
            self._bar.stop()

    def report(self, progress: Any) -> None:
        """Show a `fitting.Progress`."""
        if self._quiet:
            return
        if self._first is None:
            self._first = (_done(progress) - 1, time.perf_counter())
        if sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
            self._draw(progress)
        elif progress.step == progress.steps:
            print(_line(progress), _left(progress, *self._first), file=sys.stderr, flush=True)

    def _draw(self, progress: Any) -> None:
        """Move the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        if self._bar is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("left"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True))
            total = progress.epochs * progress.steps
            self._task = self._bar.add_task(_line(progress), total=total, completed=_done(progress) - 1)
            self._bar.start()
        self._bar.update(self._task, completed=_done(progress), description=_line(progress))


class Line:
    """One line that is written over on a terminal; a line per shard elsewhere; nothing if quiet."""

    def __init__(self, quiet: bool):
        self._quiet = quiet
        self._open = False

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error) -> None:
        if self._open:
            print(file=sys.stderr, flush=True)

    def report(self, progress: Any) -> None:
        """Show an `extracting.Progress`."""
        if self._quiet:
            return
        speed = progress.words / progress.seconds
        self._open = sys.stderr.isatty()
        print(
            f"\r{progress.share:4.0%}" if self._open else f"{progress.share:.0%}",
            f" {progress.words} words  {speed:.0f} words/s",
            end="" if self._open else "\n",
            file=sys.stderr,
            flush=True,
        )


def _line(progress: Any) -> str:
    """Epoch, loss and metric in words."""
    parts = [f"epoch {progress.epoch}/{progress.epochs}", f"loss {progress.loss:.3f}"]
    if progress.accuracy is not None:
        parts.append(f"accuracy {progress.accuracy:.3f}")
    else:
        parts.append(f"perplexity {math.exp(min(progress.loss, 50)):.1f}")
    if progress.before:
        loss = progress.before["validation_loss"]
        parts.append(f"validation {loss:.3f} after epoch {progress.epoch - 1}")
    return "  ".join(parts)


def _done(progress: Any) -> int:
    """How many steps of all epochs are done."""
    return (progress.epoch - 1) * progress.steps + progress.step


def _left(progress: Any, before: int, started: float) -> str:
    """The time left if all epochs are made, at the speed of the steps since `before` were done."""
    left = progress.epochs * progress.steps - _done(progress)
    seconds = (time.perf_counter() - started) / (_done(progress) - before) * left
    return f" about {seconds:.0f} s left"
