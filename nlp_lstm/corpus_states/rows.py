"""Sentences -> rows: what a run makes of every word, as the columns of a shard.

Sentences of like length are read together and put back in their order. Each is read from a fresh state,
as `trace` reads it; one that is very long is read piece by piece with the states carried.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.corpus_states.manifests import Manifest
from nlp_lstm.corpus_states.shards import write_shard
from nlp_lstm.models.cells import Parts
from nlp_lstm.store.reading import read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.batches import pad
from nlp_lstm.text.vocabulary import EOS, PAD

# What bounds memory, whatever the corpus: sentences of a batch, its places with padding, and the words
# whose outputs, one per word of the vocabulary, are held at once.
SENTENCES, PLACES, CHUNK = 128, 8192, 512
MOST_PADDED = 1.15  # places per word of a batch: more is reading padding, less is reading few at once

Columns = dict[str, Any]
Seconds = defaultdict[str, float]  # of each step of the work


@dataclass(frozen=True)
class Numbered:
    """A sentence with words, its number in the split, from 1, and the ids of its words."""

    number: int
    example: Example
    ids: np.ndarray


@dataclass(frozen=True)
class Job:
    """The sentences of one shard.

    Args:
        number: of the shard, from 1.
        sentences: number in the split, from 1, and example; those without words are left out.
        count: how many sentences it covers, those without words too.
        words: how many there are in all.
    """

    number: int
    sentences: Sequence[tuple[int, Example]]
    count: int
    words: int


@dataclass(frozen=True)
class Reader:
    """All that is needed to make any shard: the run, the folder, and what to keep."""

    run: Run
    folder: Path
    manifest: Manifest


@dataclass(frozen=True)
class Done:
    """A shard that is written: number and words of its job, SHA-256 of its file, where the seconds went."""

    number: int
    words: int
    sha256: str
    seconds: Seconds


def make_shard(reader: Reader, job: Job) -> Done:
    """Read the sentences of a job and write its shard.

    Raises:
        StorageError: if writing fails.
    """
    seconds: Seconds = defaultdict(float)
    started = time.perf_counter()
    groups = _groups(reader, job, seconds)
    sha256 = write_shard(reader.folder, job.number, reader.manifest, groups)
    seconds["writing"] = time.perf_counter() - started - seconds.pop("making rows")
    return Done(job.number, job.words, sha256, seconds)


def _groups(reader: Reader, job: Job, seconds: Seconds) -> Iterator[Columns]:
    """The rows of a job, piece by piece, and the time that they take."""
    pieces = _pieces(reader, job, seconds)
    while True:
        with _timed(seconds, "making rows"):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _pieces(reader: Reader, job: Job, seconds: Seconds) -> Iterator[Columns]:
    """The rows of a job: short sentences that follow each other together, a long one in pieces."""
    ids_of = reader.run.vocabulary.ids
    sentences = (Numbered(number, example, ids_of(example.words)) for number, example in job.sentences)
    for is_long, group in groupby(sentences, key=lambda sentence: len(sentence.ids) > PLACES):
        if is_long:
            for sentence in group:
                yield from _read_long(reader, sentence, seconds)
        else:
            yield from _read_short(reader, list(group), seconds)


def _read_short(reader: Reader, sentences: Sequence[Numbered], seconds: Seconds) -> Iterator[Columns]:
    """The rows of sentences, each of which fits into a batch."""
    lengths = np.array([len(sentence.ids) for sentence in sentences])
    starts = lengths.cumsum() - lengths
    columns = _room(reader, lengths.sum())
    for rows in _batches(lengths):
        ids = [sentences[row].ids for row in rows]
        timesteps = np.arange(max(lengths[rows]))
        real = timesteps < lengths[rows][:, None]  # (batch, timesteps)
        places = (starts[rows][:, None] + timesteps)[real]
        _fill(reader, columns, pad(ids, ids).inputs, real, places, None, seconds)
    parts = [_words(reader, sentence) for sentence in sentences]
    yield columns | {name: [value for part in parts for value in part[name]] for name in parts[0]}


def _read_long(reader: Reader, sentence: Numbered, seconds: Seconds) -> Iterator[Columns]:
    """The rows of one sentence, in pieces."""
    states, words = None, _words(reader, sentence)
    for start in range(0, len(sentence.ids), PLACES):
        ids = sentence.ids[None, start : start + PLACES]
        columns = _room(reader, ids.size)
        states = _fill(reader, columns, ids, ids == ids, np.arange(ids.size), states, seconds)
        yield columns | {name: values[start : start + PLACES] for name, values in words.items()}


def _batches(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Rows of sentences of like length that are read together."""
    order, batch, words = np.argsort(lengths, kind="stable"), [], 0
    for row in order:
        places, words = (len(batch) + 1) * lengths[row], words + lengths[row]
        if batch and (len(batch) == SENTENCES or places > min(PLACES, MOST_PADDED * words)):
            yield np.array(batch)
            batch, words = [], lengths[row]
        batch.append(row)
    if batch:
        yield np.array(batch)


def _room(reader: Reader, words: int) -> Columns:
    """Empty columns for the states of some words, and for what the model says after each."""
    shape = (words, reader.manifest.units)
    room: Columns = {name: np.empty(shape, reader.manifest.dtype) for name in reader.manifest.state_columns}
    return room | {"prediction": np.empty(words, object)}


def _fill(
    reader: Reader,
    columns: Columns,
    ids: np.ndarray,
    real: np.ndarray,
    places: np.ndarray,
    states: list[Parts] | None,
    seconds: Seconds,
) -> list[Parts]:
    """Read a batch, put what is real of it in its places, and return the states after it.

    ids: `(batch, timesteps)`; real: the same shape, bool; places: the row of each real word.
    """
    with _timed(seconds, "cell"):
        layers, states = read_ids(reader.run, ids, states)
    with np.errstate(over="ignore"):  # a cell state above 65504 is infinite in float16
        for name, (layer, part) in reader.manifest.state_columns.items():
            columns[name][places] = layers[layer - 1][part][real]
    with _timed(seconds, "output layer"):
        columns["prediction"][places] = _likeliest(reader.run, layers[-1]["hidden_state"][real])
    return states


def _likeliest(run: Run, hidden_state: np.ndarray) -> list[str]:
    """The likeliest output after each word, from the last layer's h `(words, units)`."""
    found: list[str] = []
    for start in range(0, len(hidden_state), CHUNK):
        logits = run.network.logits(hidden_state[start : start + CHUNK])
        if run.predicts == "words":
            logits[:, PAD] = -np.inf
        found += [run.output_names[index] for index in logits.argmax(axis=1)]
    return found


def _words(reader: Reader, sentence: Numbered) -> dict[str, Sequence]:
    """All that is known of a sentence's words before it is read."""
    run, words = reader.run, sentence.example.words
    labels: Sequence[str | None] = sentence.example.labels or (None,) * len(words)
    if run.predicts == "words":
        labels = [run.output_names[index] for index in (*sentence.ids[1:], EOS)]
    return {
        "sentence_number": (sentence.number,) * len(words),
        "word_number": range(1, len(words) + 1),
        "word": words,
        "label": labels,
    }


@contextlib.contextmanager
def _timed(seconds: Seconds, name: str) -> Iterator[None]:
    """Add the seconds that something takes."""
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] += time.perf_counter() - started
