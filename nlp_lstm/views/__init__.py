"""Report -> text, JSON, CSV, NetCDF or npz: one registered function per format, one module each.

A view of tables returns text, a view of arrays returns bytes.
"""

import re
from collections.abc import Callable
from typing import Any

from nlp_lstm.comparison import Report
from nlp_lstm.errors import UsageError
from nlp_lstm.registry import Registry

VIEWS: Registry[Callable[[Report], str | bytes]] = Registry("format", package="nlp_lstm.views")

# What a terminal acts on: control characters, those that turn the direction of text, halves of a pair.
ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return text with its control and direction characters made visible, so that none takes effect.

    Example:
        >>> visible("a\\x1b[31mb\\x00")
        'a␛[31mb␀'
    """
    return ACTIVE.sub(_picture, text)


def named_traces(report: Report) -> dict[str, Any]:
    """Return the traces of a report by "model/layer".

    Raises:
        UsageError: if there are none, or two of the same name.
    """
    named = {f"{trace.model}/{trace.layer}": trace for trace in report.traces}
    if not named:
        raise UsageError("nothing to write: this format holds traces, choose another --format")
    if len(named) < len(report.traces):
        raise UsageError(
            "two runs of the same name: give each --run once, or write each to a file of its own"
        )
    return named


def _picture(found: re.Match[str]) -> str:
    """The picture of a control character, or its number."""
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
