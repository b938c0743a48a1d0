"""What a path without a reader means: "reviews.csv" -> "table:reviews.csv".

The end of a file's name says which reader reads it. Where it does not, as with .txt, the first lines do, if
they can be one thing alone: what could be two things is refused, and you are asked to write the reader.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nlp_lstm.corpora import READERS
from nlp_lstm.corpora._conll_columns import CONLLU_COLUMNS, SPAN, holds_texts
from nlp_lstm.corpora._files import check_there, find_shards, group_files, list_folders, split_of
from nlp_lstm.corpora._rows import DOCUMENT
from nlp_lstm.corpora.folders import holds_labels
from nlp_lstm.corpora.sst import looks_like_trees
from nlp_lstm.errors import MissingInputError, UnknownNameError, UsageError, did_you_mean, fold
from nlp_lstm.report.given import check_source

READER_OF_SUFFIX = {
    **dict.fromkeys((".csv", ".tsv", ".json", ".jsonl", ".parquet"), "table"),
    **dict.fromkeys((".conll", ".conllu", ".conllup", ".bio", ".iob", ".iob2"), "conll"),
}
TEXT_SUFFIXES = (".txt", ".text", ".tokens", "")
PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".7z")
LOOKED_AT = 1 << 16  # bytes of a file whose name does not tell its format
ALIKE = 0.9  # of the lines have as many columns, if a file may be one of words and labels
BOXED = ("mini", "reviews", "stories")  # come with nlp-lstm and need no path
WINDOWS_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def resolve_source(source: str) -> str:
    r"""Return a corpus as `load_corpus` takes it, with its reader in front, for a path without one.

    A reader may be written in any case, such as "SST:data/sst". A name of a reader comes first: "text:x" is
    never a file of this name, and "mini", "reviews" and "stories" are what comes with nlp-lstm: a folder of
    yours called stories is "./stories". A colon in the name of a file that is there, such as
    "notes:2024.csv", is a part of it.

    Args:
        source: "reviews.csv", "data/sst", or what has a reader already, such as "mini" or "sst:data/sst".

    Raises:
        MissingInputError: if there is no such file or folder, or a folder holds no train file.
        UsageError: if it could be two things; it names both spellings.
        UnknownNameError: if what stands before the colon is no reader, and the whole is no path.

    Example:
        >>> resolve_source("mini"), resolve_source("sst:data/sst"), resolve_source("table:a.csv")
        ('mini', 'sst:data/sst', 'table:a.csv')
        >>> resolve_source("gone.csv")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        nlp_lstm.errors.MissingInputError: 'gone.csv' is not there: give --data with the right path...
    """
    source = check_source(source)
    asked, colon, rest = source.partition(":")
    name = next((reader for reader in READERS.names() if fold(reader) == fold(asked)), asked)
    there = bool(source) and os.path.exists(os.path.expanduser(source))
    if name in READERS.names() and (not there or (name == asked and (colon or name in BOXED))):
        return f"{name}{colon}{rest}"
    if there:
        return f"{choose_reader(source)}:{source}"
    if rest.startswith("//"):
        raise UsageError(f"{source!r} is an address: download it and give its path, or use hub:ID")
    if colon and re.fullmatch(r"[\w-]+", name) and not WINDOWS_DRIVE.match(source):
        raise UnknownNameError("corpus reader", name, READERS.names())
    if re.fullmatch(r"[\w-]*", source):
        near = did_you_mean(source, READERS.names())
        raise MissingInputError(
            f"unknown corpus reader {source!r}, and no file or folder has this name: "
            f"{near + ' The' if near else 'the'} readers are {', '.join(READERS.names())}"
        )
    if re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", source) and not Path(source).suffix:
        raise MissingInputError(
            f"{source!r} is not there: give --data with the right path, or hub:{source} if it is on the Hub"
        )
    raise MissingInputError(f"{source!r} is not there: give --data with the right path, or --data mini")


def choose_reader(path: str) -> str:
    """Return the name of the reader of a file or folder that is there.

    Raises:
        As `resolve_source`.
    """
    root = check_there(path)
    if not root.is_dir():
        return _choose_one(path, path, readers_of(root))
    if holds_labels(root) and "train" not in group_files(root):
        return "folders"
    trains = find_trains(path)
    readers = dict.fromkeys(reader for file in trains for reader in readers_of(file))
    return _choose_one(path, ", ".join(file.name for file in trains), tuple(readers))


def find_trains(path: str) -> list[Path]:
    """Return the train files of a folder.

    Raises:
        MissingInputError: if there is none; it says in which folder inside there is one.
    """
    root = Path(os.path.expanduser(path))
    trains = group_files(root).get("train", [])
    if trains:
        return trains
    for folder in list_folders(root):
        if "train" in group_files(folder):
            inside = os.path.join(path, folder.name)
            raise MissingInputError(f"{path!r} is a folder without a train file: did you mean {inside!r}?")
    find_shards(path)
    return trains


def _choose_one(path: str, what: str, readers: Sequence[str]) -> str:
    """The one reader, or the error that says which there could be."""
    if len(readers) == 1:
        return readers[0]
    if readers:
        ways = " or ".join(f"{reader}:{path}" for reader in readers)
        raise UsageError(f"{what!r} can be read in {len(readers)} ways: write {ways}")
    if Path(path).suffix.lower() in PACKED:
        raise UsageError(f"{path!r} is packed: unpack it first, and give the path of what was in it")
    raise UsageError(
        f"the name {what!r} does not say what it is: write the reader in front, such as text:{path}; "
        "`nlp-lstm data` lists them"
    )


def readers_of(file: Path) -> tuple[str, ...]:
    """Return the readers that can read a file, perhaps none: by its name's end, else by its first lines."""
    suffix = file.suffix.lower()
    if suffix in READER_OF_SUFFIX and suffix != ".tsv":
        return (READER_OF_SUFFIX[suffix],)
    if suffix not in (*TEXT_SUFFIXES, ".tsv") and split_of(suffix) is None:
        return ()
    lines = _first_lines(file)
    rows = _rows_of(lines)
    if suffix != ".tsv" and looks_like_trees(lines):
        return ("sst",)
    if any(line.lstrip().startswith(DOCUMENT) for line in lines) or (rows and _are_tagged(rows)):
        return ("conll",)
    grouped = any(not line.strip() for line in "\n".join(lines).strip().split("\n"))
    texts = holds_texts(rows)
    if suffix == ".tsv":
        return ("table", "conll") if rows and grouped and not texts else ("table",)
    repeated = len({cells[-1] for cells in rows}) < len(rows)
    tabs = any("\t" in line for line in lines)
    if tabs and rows and texts:
        return ("text", "table")
    return ("text", "conll") if rows and (tabs or (grouped and repeated)) else ("text",)


def _first_lines(file: Path) -> list[str]:
    """The first lines of a file; if it cannot be read, its reader will say so."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(LOOKED_AT)
    except OSError:
        return []
    lines = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = lines.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if len(raw) == LOOKED_AT else lines


def _rows_of(lines: Sequence[str]) -> list[list[str]]:
    """The cells of the lines that could be rows of words and labels; none if they could not.

    They could if nearly all have the same number of columns.
    """
    filled = [line for line in lines if line.strip() and not line.startswith("#")]
    tabs = any("\t" in line for line in filled)
    cells = [[cell.strip() for cell in line.split("\t")] if tabs else line.split() for line in filled]
    counts = Counter(map(len, cells))
    columns, lines_so = counts.most_common(1)[0] if counts else (0, 0)
    if columns < 2 or lines_so < ALIKE * len(cells):
        return []
    return [found for found in cells if len(found) == columns]


def _are_tagged(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows can be nothing but words with labels: they have labels of spans, or are CoNLL-U's."""
    if all(len(cells) == CONLLU_COLUMNS and cells[0][:1].isdecimal() for cells in rows):
        return True
    columns = ({cells[-1] for cells in rows}, {cells[0] for cells in rows})
    return any(all(map(SPAN.fullmatch, texts)) and texts != {"O"} for texts in columns)
