"""Progress on stderr: of a training its epoch, loss, metric and time left; else the share that is done."""

import math
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

LEAST, MOST = 10, 40  # cells of a bar
BESIDE = len("  0:00:00 left")  # cells of the time left, and the blanks around the bar


class Bar:
    """A progress bar on a terminal; elsewhere a line per epoch of a training; nothing if quiet.

    Args:
        quiet: whether to show nothing.
        doing: what is done, in a few words, of what has no epochs; the bar is taken away when it is done.
    """

    def __init__(self, quiet: bool, doing: str = ""):
        self._quiet = quiet
        self._doing = doing
        self._bar: Any = None
        self._column: Any = None
        self._first: tuple[int, float] | None = None  # steps that were done before, and when it began

    def __enter__(self) -> "Bar":
        if self._doing and not self._quiet and _is_terminal():
            self._draw([self._doing], 0, 1)
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
        if _is_terminal():
            self._draw(_parts(progress), _done(progress), progress.epochs * progress.steps)
        elif progress.step == progress.steps:
            print("  ".join(_parts(progress)), _left(progress, *self._first), file=sys.stderr, flush=True)

    def report_share(self, share: float) -> None:
        """Show the share that is done, in [0, 1]."""
        if self._bar:
            self._draw([self._doing], share, 1)

    def _draw(self, parts: Sequence[str], done: float, total: float) -> None:
        """Move the bar."""
        begins, bar = self._bar is None, self._bar or self._make(max(0, done - 1), total)
        text, self._column.bar_width = share_line(parts, bar.console.width)
        bar.update(bar.task_ids[0], completed=done, description=text)
        if begins:
            bar.start()

    def _make(self, done: float, total: float) -> Any:
        """A bar, which is not on the terminal yet."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._column = BarColumn(LEAST)
        texts = TextColumn("{task.description}", markup=False), TextColumn("left")
        self._bar = Progress(
            texts[0],
            self._column,
            TimeRemainingColumn(),
            texts[1],
            console=Console(stderr=True),
            transient=bool(self._doing),
            redirect_stdout=False,
        )
        self._bar.add_task("", total=total, completed=done)
        return self._bar


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


def share_line(parts: Sequence[str], width: int) -> tuple[str, int]:
    """Return the text before a bar and how wide the bar is, so that both fit with the time left.

    The bar keeps ten cells. Where the text has no room, its last part is left out, then the one before, and
    so on; the first is cut.

    Args:
        parts: of the text, the most important first.
        width: of the terminal.

    Example:
        >>> share_line(["epoch 1/2", "loss 0.532", "accuracy 0.765"], 50)
        ('epoch 1/2  loss 0.532', 14)
    """
    room = max(1, width - BESIDE - LEAST - 1)
    shown = list(parts)
    while len(shown) > 1 and len("  ".join(shown)) > room:
        shown.pop()
    text = "  ".join(shown)[:room]
    return text, min(MOST, width - BESIDE - 1 - len(text))


def _is_terminal() -> bool:
    """Whether a bar can be drawn on stderr."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _parts(progress: Any) -> list[str]:
    """Epoch, loss, metric and the validation before in words, the most important first."""
    parts = [f"epoch {progress.epoch}/{progress.epochs}", f"loss {progress.loss:.3f}"]
    if progress.accuracy is not None:
        parts.append(f"accuracy {progress.accuracy:.3f}")
    else:
        parts.append(f"perplexity {math.exp(min(progress.loss, 50)):.1f}")
    if progress.before:
        loss = progress.before["validation_loss"]
        parts.append(f"validation {loss:.3f} after epoch {progress.epoch - 1}")
    return parts


def _done(progress: Any) -> int:
    """How many steps of all epochs are done."""
    return (progress.epoch - 1) * progress.steps + progress.step


def _left(progress: Any, before: int, started: float) -> str:
    """The time left if all epochs are made, at the speed of the steps since `before` were done."""
    left = progress.epochs * progress.steps - _done(progress)
    seconds = (time.perf_counter() - started) / (_done(progress) - before) * left
    return f" about {seconds:.0f} s left"
