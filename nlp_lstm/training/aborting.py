"""A library that ends the process -> our own last words and exit code.

JAX aborts, from a thread of its own and with a trace of C++, when the process that it is told by is gone.
Python cannot catch that; a handler of the signal that C++ calls can say what it means, and end in its place.
"""

import contextlib
import ctypes
import io
import os
import signal
import sys
from collections.abc import Iterator

from nlp_lstm.errors import NlpLstmError

STDERR = 2  # the file descriptor that C++ writes to
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int)


@contextlib.contextmanager
def end_on_abort(error: NlpLstmError) -> Iterator[None]:
    """While the block runs, an abort ends this process as an error does, and C++ writes nothing to stderr.

    Args:
        error: its line is written to stderr, and its exit code is that of the process.
    """
    with _words_of_python_only() as stderr:

        def end(number: int) -> None:
            """What C calls in place of ending at once; nothing can go on after it."""
            os.write(stderr, f"nlp-lstm: {error}\n".encode())
            os._exit(error.exit_code)

        library, handler = ctypes.CDLL(None), HANDLER(end)
        set_handler = library.signal
        set_handler.restype, set_handler.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p)
        before = set_handler(signal.SIGABRT, ctypes.cast(handler, ctypes.c_void_p))
        try:
            yield
        finally:
            set_handler(signal.SIGABRT, before)


@contextlib.contextmanager
def _words_of_python_only() -> Iterator[int]:
    """Lead what C++ writes to stderr to nowhere, and Python's to a copy of it, which is given."""
    copy, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    stderr = sys.stderr
    with contextlib.suppress(OSError, ValueError, AttributeError):  # in a notebook it is no file
        if stderr.fileno() == STDERR:
            own = io.FileIO(copy, "w", closefd=False)
            sys.stderr = io.TextIOWrapper(own, errors="backslashreplace", line_buffering=True)
    os.dup2(nowhere, STDERR)
    try:
        yield copy
    finally:
        sys.stderr = stderr
        os.dup2(copy, STDERR)
        os.close(nowhere)
        os.close(copy)
