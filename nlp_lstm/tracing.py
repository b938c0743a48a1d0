"""trace(): every state and gate of every word, from a run and a text, layer by layer."""

from collections.abc import Sequence

import numpy as np

from nlp_lstm.edits import Edit, editing
from nlp_lstm.errors import DataError
from nlp_lstm.run import Run
from nlp_lstm.traces import Trace
from nlp_lstm.vocabulary import Sentence

MOST_OUTPUTS = 50_000_000  # numbers of a trace's `outputs`, 200 MB


def trace(run: Run, text: str | Sentence, edit: Edit | Sequence[Edit] | None = None) -> dict[str, Trace]:
    """Read a text and return every part of every layer at every word.

    Args:
        run: a trained run.
        text: a raw sentence, or a `Sentence` of words and ids.
        edit: parts that are set or scaled while the run reads; all that is computed from them follows.

    Returns:
        A trace by name of the layer: layer_1, layer_2, ...

    Raises:
        DataError: if the text has no words, or so many that their outputs would not fit in memory.
        UsageError: if the run or the sentence has not what an edit changes.
    """
    sentence = text if isinstance(text, Sentence) else run.vocabulary.encode(text)
    most = max(1, MOST_OUTPUTS // run.outputs)
    if len(sentence.words) > most:
        raise DataError(
            f"a sentence of {len(sentence.words)} words: {run.name} has {run.outputs} outputs a word and "
            f"traces at most {most} words"
        )
    edit_layer = editing(edit, run.settings, len(sentence.words))
    layers, _ = run.network.read(sentence.ids[None], edit=edit_layer)
    with np.errstate(over="ignore", invalid="ignore"):  # an edit can overflow; the numbers tell
        outputs = run.network.probabilities(layers[-1]["hidden_state"][0])
    inputs = run.weights["embedding/embeddings"][sentence.ids]
    traces = {}
    for number, parts in enumerate(layers, start=1):
        parts = {name: np.ascontiguousarray(values[0]) for name, values in parts.items()}
        traces[f"layer_{number}"] = Trace(
            run.name,
            f"layer_{number}",
            sentence.words,
            inputs,
            parts,
            outputs,
            run.output_names,
            run.task,
            run.predicts,
        )
        inputs = parts["hidden_state"]
    return traces
