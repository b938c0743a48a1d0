"""extract(): the states of every word of a corpus of any length, in a folder of Parquet shards.

`planning` says what is to be done, `rows` reads sentences, `workers` does so in several processes, and
`shards` and `manifests` hold the files.
Unlike `trace`, which returns one sentence, nothing here grows with the corpus but the folder.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlp_lstm.corpora import Example
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.corpus_states.extracting_models import extract_model
from nlp_lstm.corpus_states.joining import Shard
from nlp_lstm.corpus_states.manifests import Manifest, write_manifest
from nlp_lstm.corpus_states.planning import check_folder, check_no_extraction, plan, prepare
from nlp_lstm.corpus_states.rows import Job, Reader
from nlp_lstm.corpus_states.shards import ADVICE, hash_shard, shard_path
from nlp_lstm.corpus_states.workers import make_shards
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import check_path, is_keras_model
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, load_run

STEPS = ("cell", "output layer", "writing")


@dataclass(frozen=True)
class Progress:
    """How far an extraction is: share of the sentences given out in [0, 1], words read, seconds so far."""

    share: float
    words: int
    seconds: float


def extract(
    run: Any,
    data: Any,
    output: str | Path,
    split: str = "train",
    parts: Sequence[str] | None = None,
    layers: Any = None,
    dtype: str = "float32",
    resume: bool = False,
    workers: int = 1,
    limit: int | None = None,
    shard: str | None = None,
    report: Callable[[Progress], None] | None = None,
    words: Sequence[Sequence[str]] | None = None,
    **reading: Any,
) -> Report:
    """Read a split of a corpus with a run and write the states of every word to a folder.

    A Keras model reads numbers: `extract(model, inputs, output)` writes the states of its layers, which must
    be of one size. Its steps have no label and no prediction.

    The folder holds `manifest.json` and Parquet shards of whole sentences, one row per word:
    `sentence_number` and `word_number` from 1; `word` as the corpus writes it; `label`, the corpus's own
    or, for a run that predicts words, what follows in the words of its vocabulary, `<eos>` at the end;
    `prediction`, the likeliest label or next word after the word, as the model gives it, `<unk>` too; and
    `layer_1/cell_state` and so on, `(units,)` each. Every sentence is read from a fresh state, as `trace`
    reads it: after `<eos>`, which is no row, if the run was trained so; no end is implied.

    Args:
        run: a run or its name; or a Keras model with one input.
        data: a corpus as `load_corpus` takes it; `text:` is read line by line. For a Keras model an array of
            sequences.
        output: the folder, new or empty.
        split: "train", "validation" or "test".
        parts: names of the parts to keep; None for the states that the cell carries.
        layers: numbers of the layers to keep, from 1; None for all. Of a Keras model names or patterns.
        dtype: "float32" or "float16".
        resume: go on with a folder that an interrupted extraction left.
        workers: processes. From a script, call this under `if __name__ == "__main__":`.
        limit: read so many sentences, as `load_corpus` chooses them; None for all.
        shard: do a part of the work alone, such as "2/8": every eighth shard from the second on, in the
            folder `shard-2-of-8` of `output`. `join` makes one folder of all parts.
        report: called with a `Progress` after every shard.
        words: the words of each sequence of a Keras model; None for 1, 2, ... A Keras model takes `parts`,
            `layers`, `dtype`, `limit` and `words` alone.
        **reading: how files are read, as `train` takes it; else as the run read its own.

    Returns:
        A report on the speed, with a table of where the time went.

    Raises:
        UsageError: if an option is outside its range, the folder is taken, or what is to be resumed was
            made with other options.
        MissingInputError: if there is no such run or corpus, or nothing to resume.
        DataError: if the corpus breaks a rule of its format, or a shard has changed since it was written.
        StorageError: if writing fails; whole shards stay.
    """
    if workers < 1:
        raise UsageError(f"workers is {workers}: it must be at least 1")
    started, folder = time.perf_counter(), check_path(output, "output", "states")
    part = None if shard is None else Shard.read(shard)
    if is_keras_model(run):
        others = {
            "split": split != "train",
            "resume": resume,
            "workers": workers > 1,
            "shard": shard,
            "report": report,
        }
        _check_of_a_run([*(name for name, given in others.items() if given), *reading])
        return extract_model(run, data, folder, words, parts, layers, dtype, limit)
    run = run if isinstance(run, Run) else load_run(run)
    if part:
        check_no_extraction(folder)
        folder = part.folder(folder)
    check_folder(folder, resume)
    stream = stream_corpus(data, request_for(run, data, **reading), split)
    manifest = prepare(folder, plan(run, stream, parts, layers, dtype, limit), resume)
    total = min(stream.sentences, limit or stream.sentences)
    met, count, hashes = Counter(), 0, dict[int, str]()
    steps: dict[str, float] = dict.fromkeys(STEPS, 0.0)
    jobs = _counted(_jobs(stream.choose(limit), manifest.shard_words), met)
    own = (job for job in jobs if job.words and (part is None or part.makes(job.number)))
    jobs = _missing(own, folder, manifest, hashes)
    with contextlib.closing(make_shards(Reader(run, folder, manifest), jobs, workers)) as shards:
        for done in shards:
            count += done.words
            hashes[done.number] = done.sha256
            steps = {step: steps[step] + done.seconds[step] for step in STEPS}
            if report:
                report(Progress(met["sentences"] / total, count, time.perf_counter() - started))
    shard_sha256 = {shard_path(folder, number).name: hashes[number] for number in sorted(hashes)}
    status = f"shard {part}" if part else "finished"
    manifest = replace(manifest, status=status, shard_sha256=shard_sha256, **met)
    write_manifest(folder, manifest, ADVICE)
    return _tell(folder, manifest, count, time.perf_counter() - started, steps, workers)


def _check_of_a_run(options: Sequence[str]) -> None:
    """Raise a UsageError for an option that a Keras model does not take."""
    if options:
        raise UsageError(f"{options[0]} is about a run and its corpus: leave it out for a Keras model")


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


def _counted(jobs: Iterable[Job], met: Counter) -> Iterator[Job]:
    """The jobs, all of which are counted in `met`."""
    for job in jobs:
        met.update(sentences=job.count, words=job.words, shards=int(job.words > 0))
        yield job


def _missing(jobs: Iterable[Job], folder: Path, manifest: Manifest, hashes: dict[int, str]) -> Iterator[Job]:
    """The jobs whose shard is not there; shards that are there are hashed."""
    for job in jobs:
        path = shard_path(folder, job.number)
        if not path.exists():
            yield job
            continue
        hashes[job.number] = hash_shard(folder, job.number)
        if manifest.shard_sha256.get(path.name, hashes[job.number]) != hashes[job.number]:
            raise DataError(f"{path} is not as it was written: delete it and extract again with --resume")


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
