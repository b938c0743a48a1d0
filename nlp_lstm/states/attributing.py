"""attribute(): how much each word, or each step of a Keras model, speaks for an output."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import describe, is_keras_model
from nlp_lstm.states.explaining import why_table
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, load_run


def attribute(
    model: Any,
    inputs: Any,
    output: int | str | None = None,
    against: int | str | None = None,
    words: Sequence[str] | None = None,
    step: int | None = None,
) -> Report:
    """Return how much each word, or each step, speaks for an output: integrated gradients.

    Args:
        model: a run or its name, to read a text; or a built Keras model, to read numbers.
        inputs: a raw text for a run; for a Keras model one sequence, `(1, timesteps)` ids or
            `(1, timesteps, input_dim)` numbers.
        output: a label or a word, None for what the run says; of a Keras model the number of an output, from
            0, whose value is the score: its logit if the model puts out logits.
        against: an output that is compared with it; None for none.
        words: what the steps of a Keras model are called; None for 1, 2, ...
        step: number of the step, from 1, whose output is meant, of a Keras model that puts out every step;
            None for the last one that is no padding.

    Returns:
        A report with one table: a row per word and the column "adds", signed. What the words add sums to what
            the
        score is above that of words that say nothing: `[PAD]` for a run, the id 0 or numbers of 0 for a Keras
            model.

    Raises:
        UsageError: if there is no such output, or the inputs are not one sequence.
        UnknownNameError: if a tagger has no such label.
        DataError: if the inputs do not fit.

    Example:
        >>> import keras, nlp_lstm
        >>> steps = keras.Input((None, 2))
        >>> model = keras.Model(steps, keras.layers.Dense(3)(keras.layers.LSTM(4)(steps)))
        >>> report = nlp_lstm.attribute(model, np.ones((1, 5, 2)), output=1)
        >>> len(report.comparisons[0].rows)
        5
    """
    if is_keras_model(model):
        return Report((_steps_table(model, inputs, output, against, words, step),))
    if not isinstance(model, Run | str | Path):
        raise UsageError(f"model is {describe(model)}: give a run, its name, or a Keras model")
    run = model if isinstance(model, Run) else load_run(model)
    if not isinstance(inputs, str):
        raise UsageError(f"inputs are {describe(inputs)}: a run reads one text")
    for name, value in (("output", output), ("against", against)):
        if isinstance(value, int):
            raise UsageError(f"{name} is {value}: of a run, name a label or a word")
    sentence = encode(run, inputs, as_typed=False)
    return Report((why_table(run, sentence, output, against),))  # pyright: ignore[reportArgumentType]  # no int


def _steps_table(
    model: Any, inputs: Any, output: Any, against: Any, words: Sequence[str] | None, step: int | None
) -> Comparison:
    """The table of a Keras model."""
    from nlp_lstm.states.keras_gradients import attribute_steps

    read = np.asarray(inputs)
    if read.ndim not in (2, 3) or len(read) != 1:
        raise UsageError(
            f"inputs are {describe(read)}: give one sequence, (1, timesteps) or (1, timesteps, input_dim)"
        )
    for name, value in (("output", output), ("against", against)):
        if not isinstance(value, int) and (name == "output" or value is not None):
            raise UsageError(
                f"{name} is {describe(value)}: of a Keras model, give the number of an output, from 0"
            )
    if words is not None and len(words) != read.shape[1]:
        raise DataError(f"{len(words)} words for {read.shape[1]} steps: give a word for each")
    found = attribute_steps(model, read, output, against, step)
    rows = [str(number) for number in range(1, read.shape[1] + 1)] if words is None else list(words)
    score = f"output {output}" + (f" less output {against}" if against is not None else "")
    meaning = (
        f"adds: how much the step adds to the score, by integrated gradients; the score is {score}: "
        f"{found.score:.3f}, and {found.nothing:.3f} if nothing is read; the steps add "
        f"{found.words.sum():.3f}, which differs by {found.error:.0e}"
    )
    title = f"{model.name}, what speaks for output {output}"
    return Comparison.from_columns(title, rows, {"adds": found.words}, "step", meaning, "amounts")
