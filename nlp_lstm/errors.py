"""Every error that nlp-lstm raises on purpose, as one small tree.

    NlpLstmError
    ├── UsageError          exit 2    a value that was asked for cannot be used
    │   └── UnknownNameError          a name that is not in its registry or folder
    │   └── DivergedError             the loss of a training grew without bound
    ├── DataError           exit 65   a text, label, vocabulary or run that breaks a rule
    ├── MissingInputError   exit 66   a file, run or data set that is not there
    ├── CheckError          exit 70   a result differs from the reference that it is checked against
    ├── StorageError        exit 74   reading or writing failed
    └── DistributedError    exit 75   another worker is lost, or never came

    KeyboardInterrupt       exit 130  Ctrl-C
    └── Terminated          exit 143  SIGTERM, by which systems end programs

A message is one line: the value, the rule, and the next command to type. The exit codes are
those of BSD's sysexits.h where it has one (65 EX_DATAERR, 66 EX_NOINPUT, 70 EX_SOFTWARE, 74 EX_IOERR, 75
EX_TEMPFAIL); of a signal it is 128 and the signal's number.
"""

from collections.abc import Iterable

MOST_NEAR, MOST_LISTED = 3, 12  # names that are suggested, and that are listed beside a suggestion
MOST_OF_A_LINE = 2_000  # characters of a message
SHORTEST_PIECE = 3  # characters of a name that find the whole one


class NlpLstmError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the CLI ends with.

    Its message is one line, and cut in the middle if a value from a file has made it long.
    """

    exit_code = 1

    def __str__(self) -> str:
        line = " ".join(super().__str__().splitlines())
        half = MOST_OF_A_LINE // 2
        return line if len(line) <= MOST_OF_A_LINE else f"{line[:half]} ... {line[-half:]}"


class UsageError(NlpLstmError):
    """A value that was asked for cannot be used."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not known; the message suggests the near ones, and lists all if they are few.

    Example:
        >>> print(UnknownNameError("cell", "lstmm", ["gru", "lstm"]))
        unknown cell 'lstmm': did you mean lstm? The known ones are gru, lstm
        >>> print(UnknownNameError("cell", "x", ["gru", "lstm"]))
        unknown cell 'x': the known ones are gru, lstm
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = list(known)
        near, listed = did_you_mean(name, known), f"the known ones are {', '.join(known) or 'none'}"
        if near:
            listed = f"{near} {listed[0].upper()}{listed[1:]}" if len(known) <= MOST_LISTED else near
        shown = repr(name) if isinstance(name, str) else " ".join(repr(name).split())[:60]
        super().__init__(f"unknown {kind} {shown}: {listed}")


class DivergedError(UsageError):
    """The loss of a training grew without bound."""


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


class DistributedError(NlpLstmError):
    """Another worker of a distributed training is lost, or never came."""

    exit_code = 75


def fold(name: str) -> str:
    """Return a name without what does not matter in it: case, and whether `-`, `_` or a blank parts it.

    Example:
        >>> fold("Forget_Gate"), fold("LSTM")
        ('forget-gate', 'lstm')
    """
    return name.strip().casefold().replace("_", "-").replace(" ", "-")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question whether a name that is near was meant; an empty string if none is near.

    Example:
        >>> did_you_mean("influense", ["decode", "influence"]), did_you_mean("x", ["decode"])
        ('did you mean influence?', '')
    """
    from difflib import get_close_matches  # only errors need it

    folded, asked = {fold(one): one for one in known}, fold(str(name))
    near = get_close_matches(asked, folded, MOST_NEAR)
    near += [one for one in folded if len(asked) >= SHORTEST_PIECE and asked in one and one not in near]
    return f"did you mean {' or '.join(folded[one] for one in near[:MOST_NEAR])}?" if near else ""


class Terminated(KeyboardInterrupt):
    """SIGTERM was received. Like Ctrl-C it is no error, so nothing that handles errors takes it for one."""

    exit_code = 143
