"""A limit of memory, as `ulimit -v` sets it -> one line before the work begins, where it is too low for that.

Where memory ends while a library is loaded, Python says that a file cannot be mapped, Rust and TensorFlow
abort, and OpenBLAS ends the process. Once all of them are there, what is too large is a MemoryError.
"""

import mmap
import os
import sys

from nlp_lstm.errors import StorageError

# Megabytes of addresses that a command takes before it reads its first sentence, as measured on Linux with
# two cores; OpenBLAS takes 40 more for each further one.
ROOM = {200: ("generate", "predict", "presets", "probe", "runs"), 2400: ("sweep", "train")}
OTHERS, EACH_CORE = 700, 40


def check_room(command: str) -> None:
    """Check that a limit of memory, if there is one, leaves room for the libraries of a command.

    Raises:
        StorageError: if it does not.
    """
    if sys.platform == "win32":
        return
    import resource

    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    needed = next((room for room, commands in ROOM.items() if command in commands), OTHERS)
    needed += EACH_CORE * max(0, (os.cpu_count() or 1) - 2)
    try:
        mmap.mmap(-1, needed << 20).close()
    except OSError:
        raise StorageError(
            f"`ulimit -v` leaves less than {needed} MB of memory, and `nlp-lstm {command}` needs more to "
            "begin: type `ulimit -v unlimited` first, or a higher limit"
        ) from None
    import numpy as np

    square = np.ones((600, 600), np.float32)
    _ = square @ square  # OpenBLAS now has its buffers, and keeps them
