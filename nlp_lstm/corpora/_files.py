"""Files -> lines: finding the files of each split and reading them, with one clear line for what is wrong.

Shared by the readers of files. It reads bytes, not `open(…)`'s text, so that it can say at which byte
a file leaves its encoding.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from nlp_lstm.corpora._encodings import START, check_start, find_codec, not_in_encoding
from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError
from nlp_lstm.text.splitting import LONGEST_TEXT

NAMES_OF_SPLITS = {
    "train": ("train", "training", "trn"),
    # CoNLL-2003 calls its files eng.train, eng.testa and eng.testb.
    "validation": ("valid", "validation", "val", "dev", "devel", "development", "eval", "testa"),
    "test": ("test", "testing", "tst", "testb"),
}
SPLIT_OF_PART = {name: split for split, names in NAMES_OF_SPLITS.items() for name in names}
# train-00000-of-00002, on the Hub perhaps with a hash behind it; train-part-0, train.shard1.
SHARDS = (
    re.compile(r"(?<!\d)(\d+)-of-(\d+)(?:-[0-9a-f]{16})?(?![0-9a-z])", re.IGNORECASE),
    re.compile(r"(?<![a-z])(?:part|shard)[-_.]?(\d+)()(?![0-9a-z])", re.IGNORECASE),
)


def split_of(name: str) -> str | None:
    """Return the split that a file's or a data set's part is named after; None if it is none.

    Example:
        >>> split_of("ptb.train.txt"), split_of("dev.txt"), split_of("wiki.valid.tokens")
        ('train', 'validation', 'validation')
        >>> split_of("eng.testa"), split_of("eng.testb"), split_of("latest.txt")
        ('validation', 'test', None)
    """
    parts = re.split(r"[^a-z]+", name.lower())
    return next((SPLIT_OF_PART[part] for part in parts if part in SPLIT_OF_PART), None)


def check_there(path: str) -> Path:
    """Return a path that was given after a reader's colon, if there is something.

    Raises:
        UsageError: if `path` is empty, or of a device or pipe, which may never end.
        MissingInputError: if it is not there.
    """
    if not path:
        raise UsageError("no path is given: put it after the colon, such as --data text:PATH")
    root = Path(os.path.expanduser(path))
    if not os.path.exists(root):
        raise MissingInputError(f"{path!r} is not there: give --data with the right path, or --data mini")
    if not root.is_dir() and not root.is_file():
        raise UsageError(f"{path!r} is neither a file nor a folder: save what it gives in a file first")
    return root


def find_splits(path: str, suffixes: Collection[str] = ()) -> dict[str, Path]:
    """Return the file of each split, as `find_shards` does for what has one file a split.

    Raises:
        DataError: if two files of a folder are named after the same split.
        As `find_shards`.
    """
    found = find_shards(path, suffixes)
    for split, files in found.items():
        if len(files) > 1:
            raise _too_many(path, split, files)
    return {split: files[0] for split, files in found.items()}


def find_shards(path: str, suffixes: Collection[str] = ()) -> dict[str, list[Path]]:
    """Return the files of each split: a file is all train, a folder's files say it in their names.

    Several files are one split if their names differ in the number of a shard alone:
    `train-00000-of-00002.parquet`, or `train-part-0.csv`. They come in the order of their numbers. A folder
    of nothing but `part-0.csv` and the like is all train.

    Args:
        path: a file, or a folder of files such as `train.txt`, `wiki.valid.tokens`, `ptb.test.txt`.
        suffixes: only files of a folder that end so, such as ".csv"; empty for all.

    Raises:
        UsageError: if `path` is empty.
        MissingInputError: if it is not there, is a folder without a train file, or lacks a shard.
        DataError: if two files of the folder are named after the same split and are no shards.
    """
    root = check_there(path)
    if not root.is_dir():
        return {"train": [root]}
    found = group_files(root, suffixes)
    if "train" not in found:
        raise MissingInputError(
            f"{path!r} is a folder without a train file: name one train.txt, or give the path of a file"
        )
    return {split: _order_shards(path, split, files) for split, files in found.items()}


def group_files(folder: Path, suffixes: Collection[str] = ()) -> dict[str, list[Path]]:
    """Return the files of each split by their names; where none names a split, the parts of a file are train.

    Args:
        folder, suffixes: as `list_files` takes them.
    """
    files = list_files(folder, suffixes)
    found: dict[str, list[Path]] = {}
    for file in files:
        if split := split_of(file.name):
            found.setdefault(split, []).append(file)
    parts = [file for file in files if file.name[0] != "_"]  # Spark writes _SUCCESS beside its part-00000
    if not found and parts and all(_parse_shard(file.name)[1] is not None for file in parts):
        return {"train": parts}
    return found


def _order_shards(path: str, split: str, files: list[Path]) -> list[Path]:
    """The files of a split by the numbers of their shards, of which none may be missing."""
    named = [_parse_shard(file.name) for file in files]
    rest, _, count = named[0]
    if len(files) == 1 and count is None:
        return files
    if len({(name, number is None) for name, number, _ in named}) > 1 or named[0][1] is None:
        raise _too_many(path, split, files)
    numbers = [number or 0 for _, number, _ in named]
    first = int(0 not in numbers and (count is None or count in numbers))
    expected = range(first, first + (count or max(numbers) + 1 - first))
    missing = sorted(set(expected) - set(numbers))
    if missing:
        raise MissingInputError(
            f"{path!r} has {len(files)} of {len(expected)} {split} files {rest}: number {missing[0]} "
            "is not there, get it too"
        )
    if len(numbers) != len(expected):
        raise _too_many(path, split, files)
    return [file for _, file in sorted(zip(numbers, files))]


def _parse_shard(name: str) -> tuple[str, int | None, int | None]:
    """A file's name without the number of its shard; the number; and how many there are, if it says so."""
    for pattern in SHARDS:
        if found := pattern.search(name):
            rest = name[: found.start(1)] + "*" + name[found.end(1) : found.end(2)] + name[found.end() :]
            return rest, int(found[1]), int(found[2]) if found[2] else None
    return name, None, None


def _too_many(path: str, split: str, files: list[Path]) -> DataError:
    """The error that says that files are not shards of one split."""
    return DataError(f"{path!r} holds the {split} files {files[0].name} and {files[1].name}: keep one")


def read_lines(path: Path, encoding: str = "utf-8", longest: int = LONGEST_TEXT) -> list[str]:
    r"""Return the lines of a file without their ends (`\n`, `\r\n` or `\r`) and without a BOM.

    Args:
        path: the file.
        encoding: of the file.
        longest: how many characters a line may have.

    Raises:
        UsageError: if there is no such encoding.
        MissingInputError: if the file is not there.
        DataError: if it is a folder, empty, or not in the encoding, or a line is too long; says where.
        StorageError: if it cannot be read.
    """
    codec = find_codec(encoding)
    raw = _read_bytes(path, codec)
    try:
        text = raw.decode(codec).removeprefix("\ufeff")
    except UnicodeError as error:
        raise not_in_encoding(path, raw, codec, error) from None
    if not text.strip():
        raise DataError(f"{path} is empty: give a file with at least one sentence")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    if max(map(len, lines)) > longest:
        raise _too_long(path, next(row for row, line in enumerate(lines, 1) if len(line) > longest))
    return lines


def stream_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """Yield the lines that `read_lines` returns, one at a time, so that memory does not grow with the file.

    Raises:
        As `read_lines`.
    """
    codec = find_codec(encoding)
    blank, number = True, 0
    try:
        with path.open("rb") as file:
            check_start(file.read(START), path, codec)
        with path.open(encoding=codec) as file:
            while line := file.readline(LONGEST_TEXT + 2):  # one for the end of the line, one for a BOM
                line = line.removesuffix("\n") if number else line.removesuffix("\n").removeprefix("\ufeff")
                number += 1
                if len(line) > LONGEST_TEXT:
                    raise _too_long(path, number)
                blank = blank and not line.strip()
                yield line
    except (OSError, UnicodeError):
        read_lines(path, encoding)  # says what is wrong, and where
        raise
    if blank:
        read_lines(path, encoding)


def _too_long(path: Path, number: int) -> DataError:
    """The error of a line that is too long."""
    return DataError(
        f"{path}, line {number} has more than {LONGEST_TEXT:,} characters: split it into several lines"
    )


def list_files(folder: Path, suffixes: Collection[str] = ()) -> list[Path]:
    """Return the folder's files that are not hidden, by name; if `suffixes` are given, those that end so."""
    files = [file for file in _list_folder(folder) if file.is_file()]
    return [file for file in files if not suffixes or file.suffix.lower() in suffixes]


def list_folders(folder: Path) -> list[Path]:
    """Return the folders in a folder that are not hidden, by name."""
    return [inner for inner in _list_folder(folder) if inner.is_dir()]


def _list_folder(folder: Path) -> list[Path]:
    """What stands in a folder and is not hidden, by name."""
    try:
        return sorted(entry for entry in folder.iterdir() if entry.name[0] != ".")
    except OSError as error:
        raise StorageError(f"cannot list {folder}: {error.strerror}") from None


def _read_bytes(path: Path, codec: str) -> bytes:
    """The bytes of a file whose first ones may be text, or the error that says why there are none."""
    try:
        with path.open("rb") as file:
            check_start(file.read(START), path, codec)
            file.seek(0)
            return file.read()
    except FileNotFoundError:
        raise MissingInputError(f"{path} is not there: check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder: give the path of a file") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None
