"""The memory of an LSTM layer as tables: a map of words x words, and a row for each unit."""

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.states.memory import half_life, logit_writes, memory_age, shares, unit_ages
from nlp_lstm.states.traces import Trace
from nlp_lstm.text.ends import numbered

LONGEST_LIVED = 5  # units that a reader is shown
MEANINGS = {
    "share": "row: the cell state after the word. column: the share of it that the word wrote, by norm; "
    "each row sums to 1",
    "unit": "row: the unit's cell_state after the word. column: how much of it the word wrote; each row "
    "sums to the cell_state",
    "towards": "row: the output's logit after the word, without bias. column: how much of it the word "
    "wrote, with h divided in proportion to c; each row sums to the logit",
}
AGE = "memory_age: how many words ago the memory was written, as a mean weighted by size"
BEFORE = "(before)"  # the column of what the cell state held when the first word was read
HELD = f"{BEFORE}: what is left of the cell state before the first word, which the model has after <eos>"


def memory_table(
    trace: Trace,
    writes: np.ndarray,
    unit: int | None = None,
    towards: str | None = None,
    column: np.ndarray | None = None,
) -> Comparison:
    """Return a map of words x words: what each word (a column) wrote of the memory at each word (a row).

    Args:
        trace: of an LSTM layer.
        writes: its `write_decomposition`, with or without what was there before the first word.
        unit: number of a unit, from 0: what was written of it, signed, instead of shares by norm.
        towards, column: name of an output and its column of the output layer's kernel, `(units,)`: what
            was written of its logit, signed, instead.

    Returns:
        A table with a column per word, one for what was there before the first, and the memory age; of a unit
        also its cell_state, and of an output its logit without bias, which the other columns sum to.
    """
    if column is not None:
        amounts, kind, about = logit_writes(trace, writes, column), "towards", f"memory towards {towards}"
    elif unit is not None:
        amounts, kind, about = writes[:, :, unit], "unit", f"memory of unit {unit}"
    else:
        amounts, kind, about = shares(writes), "share", "memory"
    order = slice(None, None, -1) if trace.backwards else slice(None)
    amounts = amounts[order, order]  # in reading order, what was before the first word in front
    names, begun = numbered(trace.words), amounts.shape[1] > len(amounts)
    written = amounts[:, 1:] if begun else amounts
    shown = np.where(np.tri(len(names), dtype=bool), written, np.nan)
    columns = dict(zip(names, shown[order, order].T, strict=True))
    if begun:
        columns[BEFORE] = amounts[order, 0]
    if kind != "share":
        columns["cell_state" if kind == "unit" else "logit"] = amounts.sum(axis=1)[order]
    columns["memory_age"] = memory_age(amounts)[order]
    meaning = ". ".join([MEANINGS[kind], *([HELD] if begun else []), AGE])
    return Comparison.from_columns(f"{trace.title}, {about}", names, columns, "word", meaning, chart="heat")


def unit_age_table(trace: Trace, writes: np.ndarray) -> Comparison:
    """Return one row per unit with its memory age and its half-life, the longest-lived first."""
    ages = unit_ages(writes[::-1, ::-1] if trace.backwards else writes)
    units = np.argsort(-ages, kind="stable")
    columns = {"memory_age": ages[units], "half_life": half_life(trace)[units]}
    return Comparison.from_columns(
        f"{trace.title}, memory of each unit",
        [str(unit) for unit in units],
        columns,
        "unit",
        "in words. memory_age: as above, mean over the sentence. half_life: after how many words the unit "
        "has forgotten half of what it holds, from the mean of ln forget_gate",
        first=LONGEST_LIVED,
    )
