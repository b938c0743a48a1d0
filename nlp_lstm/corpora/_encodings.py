"""How text files are encoded: bytes -> text, or one clear line on why they cannot be read so."""

import codecs
from pathlib import Path

from nlp_lstm.errors import DataError, UsageError

START = 4096  # bytes of a file that are enough to tell what it is
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32's little-endian mark begins like UTF-16's
OTHER_FILES = {  # what some files that are no text begin with
    b"PAR1\x15": "a Parquet table: read it with table:PATH",
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it first, or save it as .csv",
    b"\x1f\x8b": "packed with gzip: unpack it first with gunzip",
    b"\xfd7zXZ\0": "packed with xz: unpack it first with unxz",
    b"BZh91AY": "packed with bzip2: unpack it first with bunzip2",
    b"%PDF-": "a PDF: save its text in a file first",
}
MOST_ZEROS = 0.2  # of a file's bytes; text in UTF-16 is nearly half zeros, other text has none


def find_codec(encoding: str) -> str:
    """Return Python's name of an encoding of text.

    Raises:
        UsageError: if there is none.

    Example:
        >>> find_codec("UTF8"), find_codec("latin-1")
        ('utf-8', 'iso8859-1')
    """
    try:
        name = codecs.lookup(encoding).name
        b"12".decode(name)  # raises a LookupError if it is no encoding of text, such as "hex"
    except UnicodeDecodeError:  # of two bytes, as UTF-32 does; it is an encoding
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise UsageError(
            f"unknown encoding {encoding!r}: give one that Python knows, such as "
            "--encoding utf-8, latin-1, cp1252 or utf-16"
        ) from None
    return name


def check_start(start: bytes, path: Path, codec: str) -> None:
    """Check that the first bytes of a file do not say that it has another encoding, or is no text.

    Raises:
        DataError: if they do: many encodings would read any bytes, and give nonsense.
    """
    for magic, what in OTHER_FILES.items():
        if start.startswith(magic):
            raise DataError(f"{path} is not a text file but {what}")
    if codec.startswith(("utf-16", "utf-32")):
        if start.startswith(codecs.BOM_UTF8):
            raise DataError(f"{path} begins with the mark of UTF-8: leave --encoding out")
    elif start.startswith(WIDE_MARKS) or start.count(0) > MOST_ZEROS * len(start):
        little = start.startswith(codecs.BOM_UTF16_LE) or start[1::2].count(0) > start[::2].count(0)
        own = "utf-16" if start.startswith(WIDE_MARKS) else "utf-16-le" if little else "utf-16-be"
        raise DataError(
            f"{path} is not {spelled(codec)} at byte 0 (line 1): it looks like {own}, give --encoding {own}"
        )
    elif start.startswith(codecs.BOM_UTF8) and not codec.startswith("utf"):
        raise DataError(f"{path} begins with the mark of UTF-8: leave --encoding out")


def spelled(codec: str) -> str:
    """Return the name of an encoding as people write it.

    Example:
        >>> spelled("utf-8"), spelled("cp1252")
        ('UTF-8', 'cp1252')
    """
    return codec.upper() if codec.startswith("utf") else codec


def not_in_encoding(path: Path, raw: bytes, codec: str, error: UnicodeError) -> DataError:
    """Return the error that says at which byte and line a file leaves its encoding, and what to do."""
    start = error.start if isinstance(error, UnicodeDecodeError) else 0
    line = raw[:start].decode(codec, "ignore").count("\n") + 1
    return DataError(
        f"{path} is not {spelled(codec)} at byte {start} (line {line}): give its own --encoding, such as "
        "cp1252 or latin-1, or convert it with iconv -t utf-8"
    )
