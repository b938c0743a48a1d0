"""extract(): the states of every word of a corpus of any length, in a folder of Parquet shards.

`rows` reads sentences, `workers` does so in several processes, and `shards` holds the files.
Unlike `trace`, which returns one sentence, nothing here grows with the corpus but the folder.
"""

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.corpora.streaming import Stream, stream_corpus
from nlp_lstm.corpus_states.rows import Job, Reader
from nlp_lstm.corpus_states.shards import (
    DTYPES,
    MANIFEST,
    Manifest,
    read_manifest,
    shard_path,
    write_manifest,
)
from nlp_lstm.corpus_states.workers import make_shards
from nlp_lstm.errors import MissingInputError, StorageError, UnknownNameError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison, Report
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, library_versions, load_run

# A shard has 64 MB of states, which is held at once, and not more words than are quickly made anew.
SHARD_BYTES, SHARD_WORDS, FEWEST_SHARD_WORDS = 64_000_000, 20_000, 1_000
STEPS = ("cell", "output layer", "writing")


@dataclass(frozen=True)
class Progress:
    """How far an extraction is: share of the sentences given out in [0, 1], words read, seconds so far."""

    share: float
    words: int
    seconds: float


def extract(
    run: Run | str | Path,
    data: str,
    output: str | Path,
    split: str = "train",
    parts: Sequence[str] | None = None,
    layers: Sequence[int] | None = None,
    dtype: str = "float32",
    resume: bool = False,
    workers: int = 1,
    limit: int | None = None,
    report: Callable[[Progress], None] | None = None,
    **reading: Any,
) -> Report:
    """Read a split of a corpus with a run and write the states of every word to a folder.

    The folder holds `manifest.json` and Parquet shards of whole sentences, one row per word:
    `sentence_number` and `word_number` from 1; `word` as the corpus writes it; `label`, the corpus's own
    or, for a run that predicts words, what follows in the words of its vocabulary, `<eos>` at the end;
    `prediction`, the likeliest label or next word after the word; and `layer_1/cell_state` and so on,
    `(units,)` each. Every sentence is read from a fresh state, as `trace` reads it.

    Args:
        run: a run or its name.
        data: a corpus as `load_corpus` takes it; `text:` is read line by line.
        output: the folder, new or empty.
        split: "train", "validation" or "test".
        parts: names of the parts to keep; None for the states that the cell carries.
        layers: numbers of the layers to keep, from 1; None for all.
        dtype: "float32" or "float16".
        resume: go on with a folder that an interrupted extraction left.
        workers: processes. From a script, call this under `if __name__ == "__main__":`.
        limit: read so many sentences, as `load_corpus` chooses them; None for all.
        report: called with a `Progress` after every shard.
        **reading: how files are read, as `train` takes it; else as the run read its own.

    Returns:
        A report on the speed, with a table of where the time went.

    Raises:
        UsageError: if an option is outside its range, the folder is taken, or what is to be resumed was
            made with other options.
        MissingInputError: if there is no such run or corpus, or nothing to resume.
        DataError: if the corpus breaks a rule of its format.
        StorageError: if writing fails; whole shards stay.
    """
    if workers < 1:
        raise UsageError(f"workers is {workers}: it must be at least 1")
    started = time.perf_counter()
    run, folder = run if isinstance(run, Run) else load_run(run), Path(output)
    _check_folder(folder, resume)
    stream = stream_corpus(data, request_for(run, data, **reading), split)
    manifest = _plan(run, stream, parts, layers, dtype, limit)
    _prepare(folder, manifest, resume)
    total = min(stream.sentences, limit or stream.sentences)
    met, words = Counter(), 0
    steps: dict[str, float] = dict.fromkeys(STEPS, 0.0)
    jobs = _missing(_jobs(stream.choose(limit), manifest.shard_words), folder, met)
    with contextlib.closing(make_shards(Reader(run, folder, manifest), jobs, workers)) as shards:
        for done in shards:
            words += done.words
            steps = {step: steps[step] + done.seconds[step] for step in STEPS}
            if report:
                report(Progress(met["sentences"] / total, words, time.perf_counter() - started))
    manifest = replace(manifest, status="finished", **met)
    write_manifest(folder, manifest)
    return _tell(folder, manifest, words, time.perf_counter() - started, steps, workers)


def _check_folder(folder: Path, resume: bool) -> None:
    """Check that a folder can be filled, before the corpus is looked at."""
    taken = folder.exists() and (not folder.is_dir() or any(file.name[0] != "." for file in folder.iterdir()))
    if resume and not (folder / MANIFEST).is_file():
        raise MissingInputError(
            f"{folder} has no {MANIFEST}, there is nothing to continue: leave --resume out"
        )
    if taken and not resume:
        raise UsageError(f"{folder} exists: give another --output, or --resume to continue it")


def _plan(
    run: Run,
    stream: Stream,
    parts: Sequence[str] | None,
    layers: Sequence[int] | None,
    dtype: str,
    limit: int | None,
) -> Manifest:
    """The manifest of what is asked for; parts and layers in the order of the cell."""
    cell, numbers = CELLS.get(run.settings.cell), range(1, run.settings.layers + 1)
    for part in parts or ():
        if part not in cell.parts:
            raise UnknownNameError(f"part of {run.settings.cell}", part, cell.parts)
    for layer in layers or ():
        if layer not in numbers:
            raise UsageError(f"layer is {layer}: {run.name} has the layers 1 to {run.settings.layers}")
    if dtype not in DTYPES:
        raise UnknownNameError("dtype", dtype, DTYPES)
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


def _prepare(folder: Path, manifest: Manifest, resume: bool) -> None:
    """Make the folder and its manifest; one to go on with must have been made with the same options."""
    if resume:
        _check_alike(folder, read_manifest(folder), manifest)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for partial in folder.glob(".*.partial"):
            partial.unlink()
        tempfile.TemporaryFile(dir=folder).close()  # fails where the folder cannot be written to
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror}; give another --output") from None
    write_manifest(folder, manifest)


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


def _jobs(examples: Iterable[Example], shard_words: int) -> Iterator[Job]:
    """Sentences by shards: each ends with the sentence that brings it to `shard_words`."""
    shard, first, number, words, kept = 1, 1, 0, 0, []
    for number, example in enumerate(examples, start=1):
        if example.words:
            kept.append((number, example))
            words += len(example.words)
        if words >= shard_words:
            yield Job(shard, kept, number + 1 - first, words)
            shard, first, words, kept = shard + 1, number + 1, 0, []
    if number >= first:
        yield Job(shard, kept, number + 1 - first, words)


def _missing(jobs: Iterable[Job], folder: Path, met: Counter) -> Iterator[Job]:
    """The jobs whose shard is not there; all are counted in `met`."""
    for job in jobs:
        met.update(sentences=job.count, words=job.words, shards=int(job.words > 0))
        if job.words and not shard_path(folder, job.number).exists():
            yield job


def _tell(
    folder: Path, manifest: Manifest, words: int, seconds: float, steps: dict[str, float], workers: int
) -> Report:
    """The report: how much was read, how fast, and where the time went."""
    shares = {step: spent / (seconds * workers) for step, spent in steps.items()}
    shares["rest"] = 1 - sum(shares.values())
    table = Comparison(
        "where the time went",
        list(shares),
        ("share",),
        [(share,) for share in shares.values()],
        "step",
        "shares in [0, 1] of the time of all workers; rest: starting, reading text, putting rows in order, "
        "waiting",
    )
    facts = {
        "output": str(folder),
        "run": manifest.run,
        "data": manifest.data,
        "split": manifest.split,
        "sentences": manifest.sentences,
        "words": manifest.words,
        "shards": manifest.shards,
        "seconds": seconds,
        "words_per_second": words / seconds,
        "outside_the_cell": 1 - shares["cell"],
    }
    return Report((table,), facts=facts)
