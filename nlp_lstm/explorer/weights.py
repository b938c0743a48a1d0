"""Run -> its weights rounded to bytes, and what a page must know of it to read as it does.

The embedding, most of a run, is rounded to 8 bits: a number of a row is an integer from -127 to 127 times the
scale of the row. All other weights are rounded to float16.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.report.markup import visible
from nlp_lstm.store.run import Run
from nlp_lstm.text.ends import STOP
from nlp_lstm.text.vocabulary import LINKS, RESERVED, STRAIGHT, Vocabulary

CELLS = ("lstm", "gru", "rnn")  # that web/cells.js has
EMBEDDING, OUTPUTS = "embedding/embeddings", ("output/kernel", "output/bias")
STEPS, LARGEST_HALF = 127, float(np.finfo(np.float16).max)
BYTES_OF_A_WORD = 12  # of its name in JSON, about


def keep_words(run: Run, vocab_size: int | None) -> Run:
    """Return a run that knows only the first words of its vocabulary, which are the most frequent ones.

    Args:
        run: of any task; the outputs of one of next words are cut, too.
        vocab_size: how many words, padding, unknown and end of sentence included; None for all.

    Raises:
        UsageError: if that leaves no place for a word, or leaves out the stop that the run reads at ends.
    """
    if vocab_size is None or vocab_size >= len(run.vocabulary):
        return run
    needed = len(RESERVED) + 1
    if run.reading.ends_with_stop:
        needed = max(needed, run.vocabulary.words.index(STOP) + 1)
    if vocab_size < needed:
        raise UsageError(f"vocab_size is {vocab_size}: for {run.name} it must be at least {needed}")
    told = json.loads(run.vocabulary.to_json())
    told["model"]["vocab"] = {word: number for number, word in enumerate(run.vocabulary.words[:vocab_size])}
    weights = {**run.weights, EMBEDDING: run.weights[EMBEDDING][:vocab_size]}
    if run.predicts == "words":
        weights |= {name: weights[name][..., :vocab_size] for name in OUTPUTS if name in weights}
    vocabulary = Vocabulary.from_json(json.dumps(told), str(run.path))
    return replace(run, vocabulary=vocabulary, weights=weights)


def round_weight(name: str, values: np.ndarray) -> dict[str, Any]:
    """Return a weight as an entry of the page's JSON.

    Args:
        name: by `network.weight_shapes`.
        values: `(rows, columns)` for the embedding, any shape for others.

    Example:
        >>> round_weight("output/bias", np.array([1.0, -2.0]))
        {'shape': [2], 'kind': 'float16', 'data': 'ADwAwA=='}
    """
    if name != EMBEDDING:
        halves = values.clip(-LARGEST_HALF, LARGEST_HALF).astype("<f2")
        return {"shape": [*values.shape], "kind": "float16", "data": _base64(halves)}
    scale = (np.abs(values).max(axis=1) / STEPS).astype("<f4")
    whole = np.divide(values, scale[:, None], out=np.zeros_like(values), where=scale[:, None] > 0)
    whole = np.rint(whole).clip(-STEPS, STEPS).astype(np.int8)
    return {"shape": [*values.shape], "kind": "int8rows", "scale": _base64(scale), "data": _base64(whole)}


def read_weight(entry: Mapping[str, Any]) -> np.ndarray:
    """Return the numbers of an entry, float32, as the page reads them.

    Example:
        >>> read_weight(round_weight("output/bias", np.array([1.0, -2.0])))
        array([ 1., -2.], dtype=float32)
    """
    data = base64.b64decode(entry["data"])
    if entry["kind"] == "float16":
        return np.frombuffer(data, "<f2").reshape(entry["shape"]).astype(np.float32)
    scale = np.frombuffer(base64.b64decode(entry["scale"]), "<f4")
    return np.frombuffer(data, np.int8).reshape(entry["shape"]) * scale[:, None]


def round_weights(run: Run) -> tuple[dict[str, dict[str, Any]], Run]:
    """Return the weights of a run as entries, and the run with the numbers of these, as the page has it."""
    entries = {name: round_weight(name, run.weights[name]) for name in sorted(run.weights)}
    return entries, replace(run, weights={name: read_weight(entry) for name, entry in entries.items()})


def describe_run(run: Run) -> dict[str, Any]:
    """Return what a page must know of a run besides its weights.

    Raises:
        UsageError: if its cell is none that the page has.
    """
    settings, reading = run.settings, run.reading
    if settings.cell not in CELLS:
        raise UsageError(f"{run.name} has the cell {settings.cell}: a page has {', '.join(CELLS)}")
    return {
        "name": visible(run.name),
        "task": run.task,
        "predicts": run.predicts,
        "cell": settings.cell,
        "layers": settings.layers,
        "units": settings.units,
        "embedding_dim": settings.embedding_dim,
        "tie_weights": settings.tie_weights,
        "labels": [*run.label_names],
        "outputs": run.outputs,
        "words": [*run.vocabulary.words],
        "reading": {
            "lowercase": reading.lowercase,
            "starts_with_eos": reading.starts_with_eos,
            "ends_with_stop": reading.ends_with_stop,
            "tokenized": reading.tokenized,
        },
        "links": LINKS in reading.normalizer,
        "straight_apostrophes": STRAIGHT in reading.normalizer,
        "shipped": run.shipped,
    }


def bytes_on_page(run: Run, vocab_size: int | None = None) -> int:
    """Return how many bytes a run takes on a page, about, if it keeps so many words; None for all."""
    words = len(run.vocabulary)
    kept = words if vocab_size is None else min(words, vocab_size)
    names = {EMBEDDING, *(OUTPUTS if run.predicts == "words" else ())}
    total = kept * (BYTES_OF_A_WORD + 4 * 4 / 3)
    for name, values in run.weights.items():
        share = kept / words if name in names else 1
        total += share * values.size * (1 if name == EMBEDDING else 2) * 4 / 3
    return int(total)


def _base64(values: np.ndarray) -> str:
    """The bytes of an array as text."""
    return base64.b64encode(values.tobytes()).decode()
