"""compare() of a Keras model: the analyses that states are enough for, beside an untrained twin."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.keras_studies import make_model_study
from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report

OF_MODELS = ("gates", "influence", "memory")  # what states are enough for
CONTROL = re.compile(r"[;.] untrained: the same model before training")
NO_TWIN = "none: Keras cannot build this model again with new weights"


def compare_model(
    analysis: str,
    model: Any,
    inputs: Any,
    words: Sequence[Sequence[str]] | None = None,
    limit: int | None = None,
    seed: int = 0,
    others: Sequence[str] = (),
) -> Report:
    """Measure hidden against cell state of a Keras model over many sequences.

    Args:
        analysis: "gates", "influence" or "memory".
        model: any that `trace` reads, with one input.
        inputs: an array of sequences, 30 or more; at most 25,000 steps are read.
        words: the words of each sequence; None if they are not known: `memory` then has no tables of words.
        limit: take so many sequences; None for all.
        seed: draws sequences, untrained weights, replaced steps and intervals.
        others: names of options that were given and need a run.

    Returns:
        The tables that `compare` makes of a run. "untrained" is the same model with new weights.

    Raises:
        UnknownNameError: if there is no such analysis.
        UsageError: if the analysis needs a run, or the inputs are not one array of sequences.
        DataError: if there are too few sequences, or they do not fit the model.
    """
    measure = ANALYSES.get(analysis)
    name = ANALYSES.match(analysis)
    if name not in OF_MODELS:
        raise UsageError(
            f"{name} needs a run, whose words and labels are known: a Keras model is compared by "
            f"{', '.join(OF_MODELS[:-1])} or {OF_MODELS[-1]}"
        )
    if others:
        raise UsageError(f"{others[0]} is about the text of a run: leave it out for a Keras model")
    if seed < 0:
        raise UsageError(f"seed is {seed}: it must be at least 0")
    study, left_out = make_model_study(model, inputs, words, name == "memory", limit, seed)
    with threadpool_limits(1):  # as in `compare`
        tables = measure([study], seed)
    if not study.controlled:
        tables = tuple(map(drop_control, tables))
    steps = sum(len(example.words) for example in study.examples)
    facts = {
        "analysis": name,
        study.run.name: f"{study.data}, {len(study.examples)} sequences, {steps} steps",
        "untrained": None if study.controlled else NO_TWIN,
        "left_out": left_out or None,
    }
    return Report(tables, facts=facts, title=f"compare {name}: {study.run.name}")


def drop_control(table: Comparison) -> Comparison:
    """Return a table without its rows and columns about an untrained model.

    Example:
        >>> table = Comparison("", ["a", "a untrained"], ["x", "untrained_x"], [(1, 2), (3, 4)], "", "")
        >>> drop_control(table).records()
        [{'': 'a', 'x': 1}]
    """
    meaning = CONTROL.sub("", table.meaning)
    see = "" if "untrained" in table.see else table.see
    columns = [at for at, name in enumerate(table.columns) if not name.startswith("untrained_")]
    rows = [at for at, name in enumerate(table.rows) if not name.endswith(" untrained")]
    return replace(
        table,
        rows=[table.rows[at] for at in rows],
        columns=[table.columns[at] for at in columns],
        values=[tuple(table.values[row][at] for at in columns) for row in rows],
        meaning=meaning,
        see=see,
    )
