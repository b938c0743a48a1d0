"""How far a long computation is: told to who asked for it, from wherever the work is done.

`tell` begins a whole, of which `track` and `part` take shares, one in the other. Where nobody asked, they do
nothing, so that a function need not know whether it is part of something longer.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

Item = TypeVar("Item")
ShareReport = Callable[[float], None]  # called with the share that is done, in [0, 1]


@dataclass
class _Work:
    """A part of the whole: from where it is done, to where it ends, in [0, 1]."""

    done: float
    end: float
    report: ShareReport


_WORK: ContextVar[_Work | None] = ContextVar("work", default=None)


@contextmanager
def tell(report: ShareReport | None) -> Generator[None]:
    """Tell `report` how far what is done inside is; None for nobody."""
    before = _WORK.get()
    _WORK.set(_Work(0.0, 1.0, report) if report else None)
    try:
        yield
    finally:
        _WORK.set(before)


@contextmanager
def part(share: float) -> Generator[None]:
    """Take what is done inside as this share, in [0, 1], of what is left to do.

    Example:
        >>> shares = []
        >>> with tell(shares.append):
        ...     with part(0.5):
        ...         for word in track(["the", "sky"]):
        ...             pass
        >>> shares
        [0.25, 0.5, 0.5]
    """
    work = _WORK.get()
    if work is None:
        yield
        return
    inner = _Work(work.done, work.done + share * (work.end - work.done), work.report)
    _WORK.set(inner)
    try:
        yield
    finally:
        _WORK.set(work)
    work.done = inner.end
    work.report(work.done)


def track(items: Iterable[Item], weights: Sequence[float] | None = None) -> Iterator[Item]:
    """Yield items, and take what is done with each as a share of what is left to do.

    Args:
        items: to go through.
        weights: how long each takes beside the others; None if all take alike.
    """
    items = list(items)
    weights = [1.0] * len(items) if weights is None else weights
    left = reversed([*accumulate(reversed(weights))])  # from each item on
    for item, weight, weights_left in zip(items, weights, left, strict=True):
        with part(weight / weights_left):
            yield item
