"""JSON from strangers -> values, in bounded time and memory; and a panic of a library -> one line.

A few megabytes of brackets become gigabytes of lists, and a few kilobytes of them end Python's recursion, so
all of them are counted before anything is parsed. Unlike `json.loads`, it takes no NaN and no Infinity,
which JSON does not have.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError

MOST_BYTES = 16_000_000  # of a JSON file
MOST_MARKS = 2_000_000  # quotes and commas in it: three a word
MOST_PARTS = 100_000  # lists and objects in it
MOST_DEPTH = 50  # of them inside each other
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # the last one may have no end
NO_BRACKET = bytes(code for code in range(256) if chr(code) not in "[]{}")


def parse_json(content: bytes) -> Any:
    """Return what a JSON text holds.

    Raises:
        ValueError: if it is none, or is too large or too deeply nested.

    Example:
        >>> parse_json(b'{"words": ["the", "[["]}')
        {'words': ['the', '[[']}
        >>> parse_json(b"[" * 51 + b"]" * 51)
        Traceback (most recent call last):
        ValueError: its lists and objects are nested more than 50 deep
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    if content.count(b'"') + content.count(b",") > MOST_MARKS:
        raise ValueError(f"it has more than {MOST_MARKS:,} quotes and commas")
    _check_parts(STRING.sub(b"", content).translate(None, NO_BRACKET))
    return json.loads(content.decode("utf-8"), parse_constant=_refuse)


def read_json(file: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        ValueError: as `parse_json`.
        OSError: if it cannot be read.
    """
    with file.open("rb") as opened:
        return parse_json(opened.read(MOST_BYTES + 1))


@contextmanager
def without_panic(what: str) -> Iterator[None]:
    """Raise a DataError in place of the panic of a library in Rust, which is no `Exception`.

    Args:
        what: what the library could not do; begins the message.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(f"{what}: {error}") from None


def _check_parts(brackets: bytes) -> None:
    """Refuse too many lists and objects, or too many inside each other."""
    if len(brackets) > 2 * MOST_PARTS:
        raise ValueError(f"it has more than {MOST_PARTS:,} lists and objects")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_DEPTH:
            raise ValueError(f"its lists and objects are nested more than {MOST_DEPTH} deep")


def _refuse(name: str) -> None:
    """Raise a ValueError for a word that Python's JSON has and JSON has not."""
    raise ValueError(f"{name} is no number of JSON")
