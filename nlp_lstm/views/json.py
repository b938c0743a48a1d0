"""A report as JSON: the tables as records, and every array of every trace."""

import json
from typing import Any

from nlp_lstm.comparison import Report
from nlp_lstm.views import VIEWS


@VIEWS.register("json")
def show_json(report: Report) -> str:
    """Return a report as JSON text.

    Returns:
        An object with the report's facts, `tables` (title, meaning, one record per row) and, if there
        are any, `traces`: per run and layer the words, `inputs` `(timesteps, input_dim)`, `parts` part
        name -> `(timesteps, units)`, and `outputs` `(timesteps, outputs)` with `output_names`.
        Numbers that are not finite are null.

    Example:
        >>> show_json(Report((), facts={"run": "sentiment-001"}))
        '{"run": "sentiment-001", "tables": []}'
    """
    whole: dict[str, Any] = dict(report.facts)
    whole["tables"] = [
        {"title": table.title, "meaning": table.meaning, "rows": table.records()}
        for table in report.comparisons
    ]
    if report.traces:
        whole["traces"] = [_trace(trace) for trace in report.traces]
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def _trace(trace: Any) -> dict[str, Any]:
    """A trace with its arrays as lists."""
    return {
        "run": trace.run,
        "task": trace.task,
        "layer": trace.layer,
        "words": trace.words,
        "inputs": trace.inputs.tolist(),
        "parts": {name: values.tolist() for name, values in trace.parts.items()},
        "outputs": trace.outputs.tolist(),
        "output_names": trace.output_names,
    }
