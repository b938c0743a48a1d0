"""Lines of the texts that come with nlp-lstm, packed with xz in the folder `boxed`.

Unlike the readers of files it unpacks, line by line, and the text is byte for byte what was packed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from nlp_lstm.errors import DataError, MissingInputError, UsageError

BOX = Path(__file__).parent / "boxed"


def stream_boxed(name: str) -> Iterator[str]:
    r"""Yield the lines of a packed text without their ends; only `\n` ends a line.

    Args:
        name: of the file without its `.xz`, such as "stories.validation".

    Raises:
        MissingInputError: if the file is not there, or Python was built without `lzma`.
        DataError: if the file is damaged.
    """
    try:
        import lzma
    except ImportError:
        raise MissingInputError(
            f"this Python was built without lzma, which unpacks {name}.xz: "
            "use a Python that has it, or --data mini"
        ) from None
    path = BOX / f"{name}.xz"
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                yield line.removesuffix("\n")
    except FileNotFoundError:
        raise MissingInputError(f"{path} is not there: install nlp-lstm again") from None
    except (lzma.LZMAError, EOFError, UnicodeDecodeError):
        raise DataError(f"{path} is damaged: install nlp-lstm again") from None


def check_no_path(name: str, path: str) -> None:
    """Check that nothing stands behind the colon of a text that comes with nlp-lstm.

    Raises:
        UsageError: if a path is given; says how a file of the user's is read.
    """
    if path:
        raise UsageError(f"{name} reads no file, but got {path!r}: use --data {name}, or text:{path}")


def note_namesake(name: str) -> tuple[str, ...]:
    """Return a note if the user has a file or folder of the same name, which is not what is read."""
    if not os.path.exists(name):
        return ()
    return (f"what comes with nlp-lstm was read, not the {name} in this folder: write ./{name} for yours",)
