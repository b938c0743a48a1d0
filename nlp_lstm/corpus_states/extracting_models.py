"""extract() of a Keras model: the states of every real step of many sequences, in the same folder of shards.

Unlike a run, a model has layers of any size, and no words, labels or predictions of its own: the layers of
one extraction have one cell and size, `word` is what you call the step, `label` and `prediction` are empty.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nlp_lstm.corpus_states.manifests import Manifest, write_manifest
from nlp_lstm.corpus_states.planning import check_folder, plan, prepare
from nlp_lstm.corpus_states.shards import ADVICE, shard_path, write_shard
from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import describe
from nlp_lstm.states.layer_traces import LayerTrace, Traces
from nlp_lstm.states.tracing import trace


def extract_model(
    model: Any,
    inputs: Any,
    folder: Path,
    words: Sequence[Sequence[str]] | None = None,
    parts: Sequence[str] | None = None,
    layers: Any = None,
    dtype: str = "float32",
    limit: int | None = None,
) -> Report:
    """Read sequences with a Keras model and write the states of every real step to a folder.

    Args:
        model: any that `trace` reads, with one input.
        inputs: an array of sequences, `(sequences, timesteps, ...)`.
        folder: new or empty.
        words: the words of each sequence, one for each real step; None for 1, 2, ...
        parts, dtype, limit: as `extract` takes them.
        layers: names or patterns, as `trace` takes them; None for all. They become layer_1, layer_2, ...

    Returns:
        A report with a row per layer: its number in the folder, and its name in the model.

    Raises:
        UsageError: if the layers have several cells or sizes, the inputs are no array of sequences, or the
            folder is taken.
        As `trace` and `extract`.
    """
    shape: tuple[int, ...] = getattr(inputs, "shape", ())
    if len(shape) < 2 or 0 in shape:
        advice = "extract reads one array of sequences, (sequences, timesteps, ...)"
        raise UsageError(f"inputs is {describe(inputs)}: {advice}")
    if words is not None and (not isinstance(words, list | tuple) or len(words) != len(inputs)):
        advice = f"give a list of words for each of the {len(inputs)} sequences"
        raise UsageError(f"words is {describe(words)}: {advice}")
    check_folder(folder, False)
    names = list(_alike(trace(model, inputs[:1], layers=layers)))
    manifest = _plan(model, inputs, names, parts, dtype, limit)
    manifest = prepare(folder, manifest, False)
    inputs, met, hashes = inputs[:limit], 0, dict[str, str]()
    step = max(1, manifest.shard_words // shape[1])
    for number, start in enumerate(range(0, len(inputs), step), start=1):
        found = _alike(trace(model, inputs[start : start + step], layers=names))
        rows = _rows(list(found.values()), manifest, start, words)
        hashes[shard_path(folder, number).name] = write_shard(folder, number, manifest, [rows])
        met += len(rows["word"])
    counts = {"sentences": len(inputs), "words": met, "shards": len(hashes)}
    write_manifest(folder, replace(manifest, status="finished", shard_sha256=hashes, **counts), ADVICE)
    numbers = [f"layer_{number}" for number in manifest.layers]
    table = Comparison("layers", numbers, ("name",), [(name,) for name in names], "layer", "")
    facts = {"output": str(folder), "model": model.name, **counts}
    return Report((table,), facts=facts)


def _alike(found: Traces[LayerTrace]) -> Traces[LayerTrace]:
    """Layers, if they have one cell, one size and the same real steps."""
    first = next(iter(found.values()))
    for name, one in found.items():
        same = (one.cell, one.parts["hidden_state"].shape) == (first.cell, first.parts["hidden_state"].shape)
        if not (same and np.array_equal(one.mask, first.mask)):
            raise UsageError(
                f"layers {first.layer} and {name} have not the same cell, units and steps: extract each kind "
                f'to a folder of its own, such as layers="{first.layer}"'
            )
    return found


def _plan(model: Any, inputs: Any, names: list[str], parts: Any, dtype: str, limit: int | None) -> Manifest:
    """The manifest, which names the layers behind the model."""
    (first,) = trace(model, inputs[:1], layers=names[0]).values()
    weights = chain.from_iterable((one.path.encode(), np.asarray(one).tobytes()) for one in model.weights)
    size = SimpleNamespace(cell=first.cell, layers=len(names), units=first.parts["hidden_state"].shape[-1])
    name = f"{model.name} ({', '.join(names)})"
    run: Any = SimpleNamespace(name=name, task="", settings=size, sha256=_sha256(weights))
    source = f"inputs of shape {tuple(inputs.shape)}"
    stream: Any = SimpleNamespace(source=source, split="", sha256=_sha256([np.asarray(inputs).tobytes()]))
    return plan(run, stream, parts, None, dtype, limit)


def _rows(found: list[LayerTrace], manifest: Manifest, start: int, words: Any) -> dict[str, Any]:
    """The rows of a shard, its sequences numbered from `start`."""
    mask = found[0].mask
    named = [found[0].sentence(row, words and words[start + row]).words for row in range(len(mask))]
    number, _ = np.nonzero(mask)
    places = np.concatenate([np.arange(1, len(one) + 1) for one in named])
    nothing = [None] * len(places)
    told = {"sentence_number": number + start + 1, "word_number": places, "word": list(chain(*named))}
    with np.errstate(over="ignore"):  # a cell state above 65504 is infinite in float16
        states = {
            column: found[layer - 1].parts[part][mask].astype(manifest.dtype)
            for column, (layer, part) in manifest.state_columns.items()
        }
    return told | {"label": nothing, "prediction": nothing} | states


def _sha256(contents: Any) -> str:
    """The SHA-256 of some bytes after one another."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
