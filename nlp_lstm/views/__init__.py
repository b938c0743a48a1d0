"""Report -> text, JSON, CSV, HTML, SVG, PNG, NetCDF or npz: one registered function and one module each.

A view returns text, or bytes where its format is not text.
"""

from collections.abc import Callable
from typing import Any

from nlp_lstm.comparison import Report
from nlp_lstm.errors import UsageError
from nlp_lstm.markup import visible as visible
from nlp_lstm.registry import Registry

VIEWS: Registry[Callable[[Report], str | bytes]] = Registry("format", package="nlp_lstm.views")


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
