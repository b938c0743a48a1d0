"""A report as JSON: the tables as records, and every array of every trace."""

import json
import math
from typing import Any

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import ACTIVE
from nlp_lstm.views import VIEWS


@VIEWS.register("json")
def show_json(report: Report) -> str:
    """Return a report as JSON text.

    Returns:
        An object with the report's facts and, if there are any, `tables` (title, meaning, `see` if it says
        what to see, one record per row) and `traces`: per model and layer the words, `inputs` `(timesteps,
        input_dim)`, `parts` part name -> `(timesteps, units)`, and `outputs` `(timesteps, outputs)` with
        `output_names`, as the model gives them; of a layer that did not begin from zeros `initial_state`,
        state name -> `(units,)`.
        Numbers that are not finite are null.

    Example:
        >>> show_json(Report((), facts={"run": "sentiment-001"}))
        '{"run": "sentiment-001"}'
    """
    whole: dict[str, Any] = dict(report.facts)
    if report.comparisons:
        whole["tables"] = [
            {"title": table.title, "meaning": table.meaning, **_seen(table), "rows": table.records()}
            for table in report.comparisons
        ]
    if report.traces:
        whole["traces"] = [_trace(trace) for trace in report.traces]
    try:
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False)
    except ValueError:  # only then look at every number
        text = json.dumps(_finite(whole), ensure_ascii=False, allow_nan=False)
    return ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _seen(table: Comparison) -> dict[str, str]:
    """What to see in a table, if it says so."""
    return {"see": table.see} if table.see else {}


def _finite(value: Any) -> Any:
    """A value with None for every number that is not finite."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _trace(trace: Any) -> dict[str, Any]:
    """A trace with its arrays as lists."""
    begun = {name: values.tolist() for name, values in trace.initial_state.items()}
    return ({"initial_state": begun} if begun else {}) | {
        "model": trace.model,
        "task": trace.task,
        "layer": trace.layer,
        "words": trace.words,
        "inputs": trace.inputs.tolist(),
        "parts": {name: values.tolist() for name, values in trace.parts.items()},
        "outputs": trace.outputs.tolist(),
        "output_names": trace.output_names,
    }
