"""Keras, which every module of ours that needs it imports from here: its start writes nothing to stderr.

TensorFlow tells of oneDNN, CUDA and the processor while it is imported, from C++ and before any log level
takes effect. Unlike a log level, this holds back those lines too, and only while Keras is imported for the
first time. If you have imported TensorFlow before, or ask for all of its log (level 0), nothing is held back.
Errors still raise.
"""

import contextlib
import ctypes
import logging
import os
import sys
from collections.abc import Iterator

from nlp_lstm.errors import UsageError

LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # of what TensorFlow writes from C++: 0 for all, 3 for errors that end it
STDOUT, STDERR = 1, 2
RETRACING = "triggered tf.function retracing"


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Keep from the user what TensorFlow says while it is imported, and its warnings afterwards."""
    if "tensorflow" in sys.modules:
        yield
        return
    logger = logging.getLogger("tensorflow")
    is_own = logger.level != logging.NOTSET
    with lead_nowhere(STDERR) if os.environ.setdefault(LEVEL, "3") != "0" else contextlib.nullcontext():
        yield
    if not is_own:
        logger.setLevel(logging.ERROR)


@contextlib.contextmanager
def lead_nowhere(stream: int) -> Iterator[None]:
    """Lead a file descriptor that C++ writes to, `STDOUT` or `STDERR`, to nowhere."""
    with contextlib.suppress(AttributeError, OSError, ValueError):  # it may be closed, or not there
        (sys.stderr if stream == STDERR else sys.stdout).flush()
    try:
        kept = os.dup(stream)
    except OSError:
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, AttributeError, TypeError):  # there is no such library on Windows
            ctypes.CDLL(None).fflush(None)  # what C++ has not written yet
        os.dup2(kept, stream)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def no_retracing() -> Iterator[None]:
    """Hold back TensorFlow's warnings that a batch of another length is read: no news to who trains."""
    logger = logging.getLogger("tensorflow")

    def is_news(record: logging.LogRecord) -> bool:
        return RETRACING not in record.getMessage()

    logger.addFilter(is_news)
    try:
        yield
    finally:
        logger.removeFilter(is_news)


def set_seed(seed: int) -> None:
    """Set the seed of Keras's generators, for which Keras imports TensorFlow on any backend."""
    with quiet_start():
        keras.utils.set_random_seed(seed)


try:
    with quiet_start():
        import keras as keras
except (ImportError, ValueError) as error:
    if name := os.environ.get("KERAS_BACKEND"):
        raise UsageError(f"KERAS_BACKEND is {name}, which does not start here ({error})") from None
    raise
