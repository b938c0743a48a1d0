"""Ctrl-C and SIGTERM -> a request to stop, which a training answers between two steps.

A signal that raised an exception wherever the training happens to be could leave half a step behind it. Here
it is written down, the step is ended, and what has been trained is saved; a second signal changes nothing.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody has asked a training to stop.

    Args:
        signal: the first signal that came; None if none did.
    """

    def __init__(self):
        self.signal: int | None = None
        self._at_once = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if somebody has asked: call it where nothing is half done."""
        if self.signal is not None:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Let a signal interrupt the block wherever it is, since nothing in it can be lost."""
        self.check()
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Write a signal down; this is what `signal.signal` is given."""
        self.signal = self.signal or number
        if self._at_once:
            self._at_once = False  # a second one finds the saving under way
            raise KeyboardInterrupt


@contextlib.contextmanager
def stop_requests() -> Iterator[Stop]:
    """Take Ctrl-C and SIGTERM as requests to stop, until the block ends.

    Only the main thread of a program receives signals: elsewhere they stay as they are.

    Example:
        >>> with stop_requests() as stop:
        ...     signal.raise_signal(signal.SIGTERM)
        >>> stop.signal == signal.SIGTERM
        True
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop.receive) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
