"""The traces of a report as NumPy's npz: `numpy.load` opens it, without pickle."""

import io

import numpy as np

from nlp_lstm.report import Report
from nlp_lstm.report.markup import visible
from nlp_lstm.views import VIEWS, named_traces


@VIEWS.register("npz")
def show_npz(report: Report) -> bytes:
    """Return every array of every trace as the bytes of an npz file.

    Returns:
        `model/layer/part` for each part, `(timesteps, units)`, and `model/layer/inputs`; of a layer that did
        not begin from zeros `model/layer/initial_hidden_state` and the like, `(units,)`; once for each model
        `model/words`, and if it has outputs `model/outputs`, `(timesteps, outputs)`, as the model gives them,
        and `model/output_names`. Characters that a terminal would act on stand as pictures.

    Raises:
        UsageError: if the report has no traces, or two of the same name.
    """
    arrays = {}
    for name, trace in named_traces(report).items():
        arrays |= {f"{name}/{part}": values for part, values in trace.parts.items()}
        arrays |= {f"{name}/initial_{state}": values for state, values in trace.initial_state.items()}
        arrays[f"{name}/inputs"] = trace.inputs
        arrays[f"{trace.model}/words"] = np.array([visible(word) for word in trace.words])
        if trace.outputs.size:
            arrays[f"{trace.model}/outputs"] = trace.outputs
            arrays[f"{trace.model}/output_names"] = np.array([visible(word) for word in trace.output_names])
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
