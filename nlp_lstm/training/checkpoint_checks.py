"""What a checkpoint must hold, beside what `run.json` must say of any run, before a training goes on from it.

A checkpoint may come from anywhere, as a run may: `store.records` checks the record that both have.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nlp_lstm.settings import Settings
from nlp_lstm.store.contents import MOST_HEADING
from nlp_lstm.store.records import (
    GROUPS,
    OBJECT,
    Kind,
    check_entries,
    check_record,
    is_count,
    is_hash,
    is_number,
)

COPIES = 4  # of the weights: as they are kept, as they are, and two moments that an optimizer gathers of each

COUNT, NUMBER = Kind("a whole number", is_count), Kind("a number", is_number)
OF_THE_DATA = ("source", "labels", "classes", "limit", "subphrases", "sha256")
LEARNED_FROM = {name: replace(GROUPS["data"][name], needed=True) for name in OF_THE_DATA}
SPLITS: dict[str, Kind] = dict.fromkeys(("train", "validation"), Kind("a SHA-256 sum", is_hash))
TARGETS = {"targets": NUMBER}
SUMS = {**TARGETS, "loss": NUMBER, "accuracy": NUMBER}
ROW: dict[str, Kind] = dict.fromkeys(
    ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"), NUMBER
)
FITTED = {
    "history": Kind("a list of objects", lambda value: isinstance(value, list)),
    "steps": COUNT,
    "seconds": NUMBER,
}
STATE = {"sampling": OBJECT, "order": OBJECT, "step": COUNT, "sums": OBJECT, "fitted": OBJECT}


def check_parts(record: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Check that a training can go on from what a checkpoint says.

    Args:
        record: the four groups of its run.
        state: where it stands: generators, step, sums, and what it has come to.

    Raises:
        NlpLstmError: if an entry is missing, not expected or not what it must be; names it.
        Exception: whatever NumPy says of the state of a generator that is none.
    """
    check_record(record, "it")
    check_entries(record["data"], LEARNED_FROM, "it", more=True)
    check_entries(record["data"]["sha256"], SPLITS, "it")
    check_entries(state, STATE, "it")
    check_entries(state["fitted"], FITTED, "it")
    check_entries(state["sums"], SUMS if state["step"] else TARGETS, "it")
    for row in state["fitted"]["history"]:
        check_entries(row, ROW, "it")
    for name in ("sampling", "order"):
        np.random.default_rng().bit_generator.state = state[name]


def check_size(size: int, settings: Settings, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check, before they are read, that a checkpoint's arrays are no larger than its settings make them.

    Args:
        size: of all arrays, in bytes.
        settings: of the run.
        shapes: of its weights.

    Raises:
        ValueError: if they are.

    Example:
        >>> check_size(9_000_000, Settings(units=4, batch_size=8), {"output/bias": (1_000,)})
        Traceback (most recent call last):
        ValueError: its arrays have 9,000,000 bytes: with its settings they have at most 1,016,256
    """
    weights = sum(map(math.prod, shapes.values()))
    carried = 2 * settings.layers * settings.batch_size * settings.units
    most = 4 * (COPIES * weights + carried) + MOST_HEADING
    if size > most:
        raise ValueError(f"its arrays have {size:,} bytes: with its settings they have at most {most:,}")
