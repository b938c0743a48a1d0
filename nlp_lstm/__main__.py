"""`nlp-lstm` and `python -m nlp_lstm`: a process -> the command line; a signal -> one line and an exit code.

What is slow to load is loaded inside, so that Ctrl-C during an import shows no traceback either.
"""

import contextlib
import os
import signal
import sys
from types import FrameType

STOPPED = (130, 143)  # exit codes of Ctrl-C and SIGTERM


def main() -> None:
    """Run the command line as a process of its own."""
    code = 0
    try:
        from nlp_lstm.errors import Terminated

        def terminate(number: int, frame: FrameType | None) -> None:
            """End what is going on, as Ctrl-C does."""
            raise Terminated("stopped by SIGTERM")

        signal.signal(signal.SIGTERM, terminate)
        from nlp_lstm.cli import main as run_command

        run_command()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt as stopped:
        code = getattr(stopped, "exit_code", 130)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # stderr may be closed, or not there
            sys.stderr.write(f"nlp-lstm: {str(stopped) or 'interrupted'}\n")
    for number in (signal.SIGINT, signal.SIGTERM):  # what is left is to end
        signal.signal(number, signal.SIG_IGN)
    jax = sys.modules.get("jax")
    if code in STOPPED or (jax and jax.distributed.is_initialized()):
        # Python ends itself by SIGINT if Ctrl-C has passed through what a library runs in C, and JAX waits at
        # the end for other workers, which may be gone or wait for this one.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))
    sys.exit(code)


if __name__ == "__main__":
    main()
