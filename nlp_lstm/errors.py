"""Every error that nlp-lstm raises on purpose, as one small tree.

    NlpLstmError
    ├── UsageError          exit 2    a value that was asked for cannot be used
    │   └── UnknownNameError          a name that is not in its registry or folder
    │   └── DivergedError             training ran into a loss that is not a number
    ├── DataError           exit 65   a text, label, vocabulary or run that breaks a rule
    ├── MissingInputError   exit 66   a file, run or data set that is not there
    ├── CheckError          exit 70   a result differs from the reference that it is checked against
    └── StorageError        exit 74   reading or writing failed

    KeyboardInterrupt       exit 130  Ctrl-C
    └── Terminated          exit 143  SIGTERM, by which systems end programs

A message is one line: the value, the rule, and the next command to type. The exit codes are
those of BSD's sysexits.h where it has one (65 EX_DATAERR, 66 EX_NOINPUT, 70 EX_SOFTWARE, 74 EX_IOERR); of a
signal it is 128 and the signal's number.
"""

from collections.abc import Iterable


class NlpLstmError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the CLI ends with."""

    exit_code = 1


class UsageError(NlpLstmError):
    """A value that was asked for cannot be used."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not known; the message lists the names that are.

    Example:
        >>> print(UnknownNameError("cell", "lstmm", ["gru", "lstm"]))
        unknown cell 'lstmm': the known ones are gru, lstm
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        super().__init__(f"unknown {kind} {name!r}: the known ones are {', '.join(known) or 'none'}")


class DivergedError(UsageError):
    """Training met a loss that is not a number."""


class DataError(NlpLstmError):
    """A text, label, vocabulary or run folder that breaks a rule."""

    exit_code = 65


class MissingInputError(NlpLstmError):
    """A file, run or data set that is not there."""

    exit_code = 66


class CheckError(NlpLstmError):
    """A result differs from the reference that it is checked against."""

    exit_code = 70


class StorageError(NlpLstmError):
    """Reading or writing a file failed."""

    exit_code = 74


class Terminated(KeyboardInterrupt):
    """SIGTERM was received. Like Ctrl-C it is no error, so nothing that handles errors takes it for one."""

    exit_code = 143
