"""Report -> text, JSON, CSV, HTML, SVG, PNG, NetCDF or npz: one registered function and one module each.

A view returns text, or bytes where its format is not text.
"""

import importlib.util
from typing import Any

from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.report.formats import FILES as FILES
from nlp_lstm.report.formats import PICTURES as PICTURES
from nlp_lstm.report.formats import VIEWS as VIEWS
from nlp_lstm.report.markup import visible as visible
from nlp_lstm.report.palette import PART_COLOURS as PART_COLOURS


def require_matplotlib() -> None:
    """Check that what draws pictures is there; it is looked for, not loaded.

    Raises:
        MissingInputError: if matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingInputError("matplotlib is not installed: pip install 'nlp-lstm[pictures]'")


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
