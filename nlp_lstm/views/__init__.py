"""Report -> text, JSON or CSV: one registered function per format, one module each."""

import re
from collections.abc import Callable

from nlp_lstm.comparison import Report
from nlp_lstm.registry import Registry

VIEWS: Registry[Callable[[Report], str]] = Registry("format", package="nlp_lstm.views")

# What a terminal acts on: control characters, those that turn the direction of text, halves of a pair.
ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return text with its control and direction characters made visible, so that none takes effect.

    Example:
        >>> visible("a\\x1b[31mb\\x00")
        'a␛[31mb␀'
    """
    return ACTIVE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    """The picture of a control character, or its number."""
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
