"""compare(): one analysis of hidden and cell state over a whole corpus, with its controls."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.studies import Study, make_study
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, default_runs, load_run

FALLBACKS = {"words": "stories", "labels": "reviews"}  # what is predicted -> text that comes with nlp-lstm


def compare(
    analysis: str,
    runs: Sequence[Run | str | Path] | Run | str | Path = (),
    data: str | None = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
    **reading: Any,
) -> Report:
    """Measure hidden against cell state over many sentences, beside an untrained model.

    Args:
        analysis: "influence", "decode", "meaning", "similarity", "gates", "memory" or "units".
        runs: runs or their names, or one of them; none for the newest of each task, or for those that come
            with nlp-lstm where nothing was trained.
        data: the corpus that all of them read, as `load_corpus` takes it; None for the one that each was
            trained on. Where that is not to be found, a predictor reads `stories` and a tagger `reviews`.
        split: "train", "validation" or "test".
        limit: take so many sentences, as `load_corpus` chooses them; None for all. At most 25,000 words are
            read.
        seed: draws sentences, untrained weights, replaced words and intervals.
        **reading: how files are read, as `train` takes it; else as each run read its own.

    Returns:
        A report with tables, and as facts what was read.

    Raises:
        UnknownNameError: if there is no such analysis, run or split; lists the known ones.
        UsageError: if two runs have the same name, or the seed is below 0.
        DataError: if there are too few sentences.
        MissingInputError: if there is no run, or not the corpus that was asked for.
    """
    measure = ANALYSES.get(analysis)
    studies = make_studies(runs, data, split, limit, seed, reading)
    with threadpool_limits(1):  # products as small as these are slower when threads share them
        tables = measure(studies, seed)
    return Report(tables, facts={"analysis": analysis, "split": split, **facts_of(studies)})


def make_studies(
    runs: Sequence[Run | str | Path] | Run | str | Path,
    data: str | None,
    split: str,
    limit: int | None,
    seed: int,
    reading: Mapping[str, Any],
) -> list[Study]:
    """Return a study per run; see `compare`."""
    if seed < 0:
        raise UsageError(f"seed is {seed}: it must be at least 0")
    named = [runs] if isinstance(runs, (Run, str, Path)) else runs
    loaded = [run if isinstance(run, Run) else load_run(run) for run in named] or default_runs()
    names = [run.name for run in loaded]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two runs are called {name}: give each once, or copy one to a name of its own")
    return [_study(run, data, split, limit, seed, reading) for run in loaded]


def facts_of(studies: Sequence[Study]) -> dict[str, str | int]:
    """Return what the runs read: their names, and data, sentences and words of each."""
    return {
        study.run.name: f"{study.data}, {len(study.examples)} sentences, "
        f"{sum(len(example.words) for example in study.examples)} words"
        for study in studies
    }


def _study(
    run: Run, data: str | None, split: str, limit: int | None, seed: int, reading: Mapping[str, Any]
) -> Study:
    """The study of one run: on what was asked for, else on its own corpus, else on text of the same kind."""
    fallback = FALLBACKS[run.predicts]
    source = data or str(run.data.get("source") or fallback)
    try:
        stream = stream_corpus(source, request_for(run, data, **reading), split)
    except MissingInputError:
        if data is not None:
            raise
        stream = stream_corpus(fallback, request_for(run, fallback, **reading), split)
        source = f"{fallback} ({source} is not here)"
    return make_study(run, tuple(stream.choose(limit)), source, seed)
