"""compare(): one analysis of hidden and cell state over a whole corpus, with its controls."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.comparing_cells import TRAINEES, compare_cells
from nlp_lstm.analyses.comparing_models import compare_model
from nlp_lstm.analyses.patching import compare_patching, patching_tables
from nlp_lstm.analyses.studies import Study, make_study, make_untrained
from nlp_lstm.corpora import SPLITS
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.report import Report
from nlp_lstm.report.given import check_source, is_keras_model
from nlp_lstm.report.progress import ShareReport, part, tell
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, default_runs, load_runs

FALLBACKS = {"words": "stories", "labels": "reviews"}  # what is predicted -> text that comes with nlp-lstm


def compare(
    analysis: str,
    runs: Any = (),
    data: Any = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
    report: ShareReport | None = None,
    words: Sequence[Sequence[str]] | None = None,
    pairs: str | Path | None = None,
    units: bool = False,
    **reading: Any,
) -> Report:
    """Measure hidden against cell state over many sentences, beside an untrained model.

    A Keras model reads numbers: `compare("gates", model, inputs)` measures it over a batch of sequences,
    beside the same model with new weights. "gates", "memory" and "influence" need no more.

    Args:
        analysis: "attribution", "influence", "decode", "meaning", "similarity", "gates", "memory", "patching"
            or "units"; or "counting" or "gradients", which compare cells.
        runs: runs or their names, or one of them; none for the newest of each task, or for those that come
            with nlp-lstm where nothing was trained. Cells are compared over runs of one size, several of a
            cell with different seeds; without runs, each cell is trained from five seeds. Or a Keras model
            with one input.
        data: the corpus that all of them read, as `load_corpus` takes it; None for the one that each was
            trained on. Where that is not to be found, a predictor reads `stories` and a tagger `reviews`.
            For a Keras model, an array of 30 sequences or more.
        split: "train", "validation" or "test".
        limit: take so many sentences, as `load_corpus` chooses them; None for all. At most 25,000 words are
            read.
        seed: draws sentences, untrained weights, replaced words and intervals.
        report: called with the share that is done, in [0, 1], as it grows.
        words: the words of each sequence of a Keras model; None if they are not known.
        pairs: with "patching", which reads pairs of sentences and no corpus, a file of your own, as
            `read_pairs` takes it; None for the pairs that are built in.
        units: with "patching", whether to find the units that move most.
        **reading: how files are read, as `train` takes it; else as each run read its own.

    Returns:
        A report with tables, and as facts what was read.

    Raises:
        UnknownNameError: if there is no such analysis, run or split; lists the known ones.
        UsageError: if two runs have the same name, the seed is below 0, or an analysis of a Keras model needs
            a run.
        DataError: if there are too few sentences.
        MissingInputError: if there is no run, or not the corpus that was asked for.
    """
    measure = ANALYSES.get(analysis)
    with tell(report), threadpool_limits(1):  # products as small as these are slower when threads share them
        if is_keras_model(runs):
            others = [*(["split"] if split != "validation" else []), *reading]
            return compare_model(analysis, runs, data, words, limit, seed, others)
        if measure is compare_patching:
            return _compare_pairs(load_all(runs, seed), data or limit, pairs, units, seed)
        if pairs is not None or units:
            raise UsageError(f"{analysis} takes no pairs and no units: they are for patching")
        if compares_cells(analysis):
            name = ANALYSES.match(analysis)
            if split != "validation" or reading:
                reading_too = ["split"] if split != "validation" else list(reading)
                raise UsageError(f"{name} chooses what it reads of its corpus: leave {reading_too[0]} out")
            return compare_cells(name, _check_runs(load_runs(runs), seed), data, limit, seed)
        with part(0.1):
            studies = make_studies(runs, data, split, limit, seed, reading)
        tables = measure(studies, seed)
    named = {"analysis": ANALYSES.match(analysis), "split": match_name("split", split, SPLITS)}
    read = facts_of(studies)
    return Report(tables, facts={**named, **read}, title=f"compare {named['analysis']}: {', '.join(read)}")


def compares_cells(analysis: str) -> bool:
    """Return whether an analysis compares cells, and so trains what it is not given.

    Raises:
        UnknownNameError: if there is no such analysis.

    Example:
        >>> compares_cells("Gradients"), compares_cells("gates")
        (True, False)
    """
    return ANALYSES.match(analysis) in TRAINEES


def make_studies(
    runs: Sequence[Run | str | Path] | Run | str | Path,
    data: str | None,
    split: str,
    limit: int | None,
    seed: int,
    reading: Mapping[str, Any],
) -> list[Study]:
    """Return a study per run; see `compare`."""
    return [_study(run, data, split, limit, seed, reading) for run in load_all(runs, seed)]


def load_all(runs: Any, seed: int) -> list[Run]:
    """Return the runs that are named, or the default ones; see `compare`."""
    return _check_runs(load_runs(runs) or default_runs(), seed)


def _check_runs(runs: Sequence[Run], seed: int) -> list[Run]:
    """The runs, if each is there once and the seed is one."""
    if seed < 0:
        raise UsageError(f"seed is {seed}: it must be at least 0")
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two runs are called {name}: give each once, or copy one to a name of its own")
    return list(runs)


def _compare_pairs(
    runs: Sequence[Run], corpus: Any, pairs: str | Path | None, units: bool, seed: int
) -> Report:
    """The report of "patching", which reads pairs of sentences."""
    if corpus:
        raise UsageError(
            "patching reads pairs of sentences and no corpus: leave data and limit out, or give pairs"
        )
    source = "pairs that are built in" if pairs is None else str(pairs)
    studies = [Study(run, make_untrained(run, seed), (), source) for run in runs]
    facts = {"analysis": "patching", **{run.name: source for run in runs}}
    title = f"compare patching: {', '.join(run.name for run in runs)}"
    return Report(patching_tables(studies, seed, pairs, units), facts=facts, title=title)


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
    data, fallback = None if data is None else check_source(data), FALLBACKS[run.predicts]
    source = data or str(run.data.get("source") or fallback)
    try:
        stream = stream_corpus(source, request_for(run, data, **reading), split)
    except MissingInputError:
        if data is not None:
            raise
        stream = stream_corpus(fallback, request_for(run, fallback, **reading), split)
        source = f"{fallback} ({source} is not here)"
    return make_study(run, tuple(stream.choose(limit)), source, seed)
