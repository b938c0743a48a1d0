"""Files -> lines: finding the file of each split and reading it, with one clear line for what is wrong.

Shared by the readers of files. It reads bytes, not `open(…)`'s text, so that it can say at which byte
a file stops being UTF-8.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError

SPLIT_OF_PART = {
    "train": "train",
    "valid": "validation",
    "validation": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}


def split_of(name: str) -> str | None:
    """Return the split that a file's or a data set's part is named after; None if it is none.

    Example:
        >>> split_of("ptb.train.txt"), split_of("dev.txt"), split_of("wiki.valid.tokens")
        ('train', 'validation', 'validation')
        >>> split_of("latest.txt") is None
        True
    """
    parts = re.split(r"[^a-z]+", name.lower())
    return next((SPLIT_OF_PART[part] for part in parts if part in SPLIT_OF_PART), None)


def find_splits(path: str, suffixes: Collection[str] = ()) -> dict[str, Path]:
    """Return the file of each split: a file is all train, a folder's files say it in their names.

    Args:
        path: a file, or a folder of files such as `train.txt`, `wiki.valid.tokens`, `ptb.test.txt`.
        suffixes: only files of a folder that end so, such as ".csv"; empty for all.

    Raises:
        UsageError: if `path` is empty.
        MissingInputError: if it is not there, or is a folder without a train file.
        DataError: if two files of the folder are named after the same split.
    """
    if not path:
        raise UsageError("no path is given: put it after the colon, such as --data text:PATH")
    root = Path(os.path.expanduser(path))
    if not os.path.exists(root):
        raise MissingInputError(f"{path!r} is not there: give --data with the right path, or --data mini")
    if not root.is_dir():
        return {"train": root}
    found: dict[str, Path] = {}
    for file in _list_files(root, suffixes):
        split = split_of(file.name)
        if split in found:
            raise DataError(f"{path!r} holds the {split} files {found[split].name} and {file.name}: keep one")
        if split is not None:
            found[split] = file
    if "train" not in found:
        raise MissingInputError(
            f"{path!r} is a folder without a train file: name one train.txt, or give the path of a file"
        )
    return found


def read_lines(path: Path) -> list[str]:
    r"""Return the lines of a UTF-8 file without their ends (`\n`, `\r\n` or `\r`) and without a BOM.

    Raises:
        MissingInputError: if the file is not there.
        DataError: if it is a folder, empty, or not UTF-8; says the byte and the line.
        StorageError: if it cannot be read.
    """
    raw = _read_bytes(path)
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path} is not UTF-8 at byte {error.start} (line {line}): convert it, for example "
            "with iconv -t utf-8"
        ) from None
    if not text.strip():
        raise DataError(f"{path} is empty: give a file with at least one sentence")
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def stream_lines(path: Path) -> Iterator[str]:
    """Yield the lines that `read_lines` returns, one at a time, so that memory does not grow with the file.

    Raises:
        As `read_lines`.
    """
    blank = True
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                blank = blank and not line.strip()
                yield line.removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        read_lines(path)  # says what is wrong, and where
        raise
    if blank:
        read_lines(path)


def _list_files(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """The folder's files that are not hidden, by name."""
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file() and file.name[0] != ".")
    except OSError as error:
        raise StorageError(f"cannot list {folder}: {error.strerror}") from None
    return [file for file in files if not suffixes or file.suffix.lower() in suffixes]


def _read_bytes(path: Path) -> bytes:
    """The bytes of a file, or the error that says why there are none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingInputError(f"{path} is not there: check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder: give the path of a file") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None
