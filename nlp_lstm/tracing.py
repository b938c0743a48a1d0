"""A sentence and a run -> Trace: every state and gate of every word, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlp_lstm.errors import DataError
from nlp_lstm.run import Run

MOST_OUTPUTS = 50_000_000  # numbers of a trace's `outputs`, 200 MB


@dataclass(frozen=True)
class Trace:
    """One sentence read by one layer of a run.

    Args:
        run: name of the run.
        task: name of its task.
        predicts: what its outputs are, "labels" or "words".
        layer: number of the layer, from 1.
        words: the words as typed, `timesteps` of them.
        inputs: what the layer reads, `(timesteps, input_dim)`.
        parts: part name -> `(timesteps, units)`, the names of `cells`.
        outputs: what the model says after each word, `(timesteps, outputs)` probabilities.
        output_names: what each output stands for.
    """

    run: str
    task: str
    predicts: str
    layer: int
    words: tuple[str, ...]
    inputs: np.ndarray
    parts: Mapping[str, np.ndarray]
    outputs: np.ndarray
    output_names: tuple[str, ...]


def trace(run: Run, text: str) -> list[Trace]:
    """Read a text and return every part of every layer at every word.

    Args:
        run: a trained run.
        text: a raw sentence.

    Returns:
        One trace per layer, from the first to the last.

    Raises:
        DataError: if the text has no words, or so many that their outputs would not fit in memory.
    """
    sentence = run.vocabulary.encode(text)
    most = max(1, MOST_OUTPUTS // run.outputs)
    if len(sentence.words) > most:
        raise DataError(
            f"a sentence of {len(sentence.words)} words: {run.name} has {run.outputs} outputs a word and "
            f"traces at most {most} words"
        )
    layers, _ = run.network.read(sentence.ids[None])
    outputs = run.network.probabilities(layers[-1]["hidden_state"][0])
    inputs = run.weights["embedding/embeddings"][sentence.ids]
    traces = []
    for number, parts in enumerate(layers, start=1):
        parts = {name: values[0] for name, values in parts.items()}
        traces.append(
            Trace(
                run.name,
                run.task,
                run.predicts,
                number,
                sentence.words,
                inputs,
                parts,
                outputs,
                run.output_names,
            )
        )
        inputs = parts["hidden_state"]
    return traces
