"""What an extraction is asked for -> its manifest, and a folder that is ready for the shards.

What cannot be done is refused here, before the first sentence is read. Unlike a training, an extraction may
go on in a folder that is there, if it was made with the same run, corpus and options.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlp_lstm.corpora.streaming import Stream
from nlp_lstm.corpus_states.manifests import DTYPES, MANIFEST, Manifest, read_manifest, write_manifest
from nlp_lstm.corpus_states.shards import ADVICE
from nlp_lstm.errors import MissingInputError, StorageError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.registry import match_name
from nlp_lstm.store.run import Run, library_versions

# A shard has 64 MB of states, which is held at once, and not more words than are quickly made anew.
SHARD_BYTES, SHARD_WORDS, FEWEST_SHARD_WORDS = 64_000_000, 20_000, 1_000


def check_folder(folder: Path, resume: bool) -> None:
    """Check that a folder can be filled, before the corpus is looked at."""
    taken = folder.exists() and (not folder.is_dir() or any(file.name[0] != "." for file in folder.iterdir()))
    if resume and not (folder / MANIFEST).is_file():
        raise MissingInputError(
            f"{folder} has no {MANIFEST}, there is nothing to continue: leave --resume out"
        )
    if taken and not resume:
        raise UsageError(f"{folder} exists: give another --output, or --resume to continue it")


def check_no_extraction(output: Path) -> None:
    """Check that a folder for the parts of an extraction is not itself one."""
    if output.exists() and (not output.is_dir() or (output / MANIFEST).exists()):
        raise UsageError(f"{output} exists, and is no folder of parts: give another --output")


def plan(
    run: Run,
    stream: Stream,
    parts: Sequence[str] | None,
    layers: Sequence[int] | None,
    dtype: str,
    limit: int | None,
) -> Manifest:
    """The manifest of what is asked for; parts and layers in the order of the cell."""
    cell, numbers = CELLS.get(run.settings.cell), range(1, run.settings.layers + 1)
    parts = [match_name(f"part of {run.settings.cell}", part, cell.parts) for part in parts or ()]
    for layer in layers or ():
        if layer not in numbers:
            raise UsageError(f"layer is {layer}: {run.name} has the layers 1 to {run.settings.layers}")
    dtype = match_name("dtype", dtype, DTYPES)
    if limit is not None and limit < 1:
        raise UsageError(f"limit is {limit}: it must be at least 1")
    kept = tuple(part for part in cell.parts if part in (parts or cell.states))
    read = tuple(layer for layer in numbers if not layers or layer in layers)
    word_bytes = len(kept) * len(read) * run.settings.units * np.dtype(dtype).itemsize
    return Manifest(
        run=run.name,
        run_sha256=run.sha256,
        task=run.task,
        data=stream.source,
        split=stream.split,
        limit=limit,
        data_sha256=stream.sha256,
        parts=kept,
        layers=read,
        units=run.settings.units,
        dtype=dtype,
        shard_words=min(SHARD_WORDS, max(FEWEST_SHARD_WORDS, SHARD_BYTES // word_bytes)),
        versions=library_versions(),
    )


def prepare(folder: Path, manifest: Manifest, resume: bool) -> Manifest:
    """Make the folder and its manifest; one to go on with must have been made with the same options.

    Returns:
        The manifest, with the hashes that are known of the shards that are there.

    Raises:
        UsageError: if what is to be resumed was made with other options.
        DataError: if its manifest is damaged.
        StorageError: if the folder cannot be written to.
    """
    if resume:
        before = read_manifest(folder)
        _check_alike(folder, before, manifest)
        there = {name: sha256 for name, sha256 in before.shard_sha256.items() if (folder / name).exists()}
        manifest = replace(manifest, shard_sha256=there)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror}; give another --output") from None
    write_manifest(folder, manifest, ADVICE if resume else "give another --output")
    return manifest


def _check_alike(folder: Path, before: Manifest, manifest: Manifest) -> None:
    """Raise a UsageError that names what is not as it was when the extraction began."""
    if before.run_sha256 != manifest.run_sha256:
        other = before.run if before.run != manifest.run else f"another {before.run}"
        raise UsageError(
            f"{folder} was made with {other}, not with this {manifest.run}: give another --output"
        )
    for name in ("data", "split", "limit", "parts", "layers", "dtype", "shard_words"):
        old, new = getattr(before, name), getattr(manifest, name)
        if old != new:
            raise UsageError(
                f"{folder} was made with {name} {old}, not {new}: give the same, or another --output"
            )
    if before.data_sha256 != manifest.data_sha256:
        raise UsageError(f"{manifest.data} has changed since {folder} was made: give another --output")
