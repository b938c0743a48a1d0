"""compare() of cells: runs of several cells and seeds side by side; where none are given, it trains them.

Each cell is then trained from five seeds on a small corpus with a known answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._counting import check_strings
from nlp_lstm.analyses.studies import Study, make_study
from nlp_lstm.corpora import Example
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Report
from nlp_lstm.report.progress import part
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run

SEEDS = 5
FEW = 10  # sentences are enough to see whether a corpus has what an analysis needs
TRAINING = 0.9  # of the time that such an analysis takes, about


@dataclass(frozen=True)
class Trainees:
    """What an analysis trains where it is given no run.

    Args:
        task: name of the task.
        data: the corpus, as `load_corpus` takes it.
        split: which split of it the analysis reads.
        settings: changes to the task's settings.
        check: refuses sentences that the analysis cannot read, by their corpus, before anything is trained.
    """

    task: str
    data: str
    split: str
    settings: dict[str, Any]
    check: Callable[[str, Sequence[Example]], None] = lambda source, examples: None


TRAINEES = {
    "gradients": Trainees(
        "tagging",
        "counting:copy/30",
        "validation",
        {
            "units": 32,
            "embedding_dim": 16,
            "epochs": 20,
            "patience": 20,
            "learning_rate": 0.01,
            "dropout": 0.0,
        },
    ),
    "counting": Trainees(
        "tagging",
        "counting:anbn",
        "test",
        {
            "units": 10,  # as Weiss et al. 2018
            "embedding_dim": 4,
            "batch_size": 256,
            "epochs": 120,
            "patience": 120,
            "learning_rate": 0.03,
            "dropout": 0.0,
        },
        check_strings,
    ),
}


def compare_cells(
    analysis: str, runs: Sequence[Run], data: str | None, limit: int | None, seed: int
) -> Report:
    """Measure cells over runs that are given, or trained for it.

    Args:
        analysis: one of `TRAINEES`.
        runs: of any cells; several of one cell are its seeds. None: each cell is trained from five seeds.
        data: the corpus to train on and to read; None for the analysis's own, or for the first run's.
        limit: take so many sentences; None for all.
        seed: the first of the seeds that are trained; it also draws untrained weights and sentences.

    Returns:
        A report with the analysis's tables, and as facts the corpus, the settings and the seeds.
    """
    trainees = TRAINEES[analysis]
    source = data or (str(runs[0].data.get("source", trainees.data)) if runs else trainees.data)
    if not runs:
        trainees.check(source, tuple(stream_corpus(source, split=trainees.split).choose(FEW)))
        with part(TRAINING):
            runs = _train(trainees, source, seed)
    with threadpool_limits(1):
        studies = [_study(run, source, trainees.split, limit, seed) for run in runs]
        tables = ANALYSES.get(analysis)(studies, seed)
    facts = {
        "analysis": analysis,
        "data": source,
        "split": trainees.split,
        "cells": ", ".join(dict.fromkeys(run.settings.cell for run in runs)),
        "seeds": ", ".join(dict.fromkeys(str(run.settings.seed) for run in runs)),
        "units": ", ".join(dict.fromkeys(str(run.settings.units) for run in runs)),
    }
    return Report(tables, facts=facts, title=f"compare {analysis}: {source}")


def _train(trainees: Trainees, source: str, seed: int) -> list[Run]:
    """A run of each cell from each seed."""
    from nlp_lstm.training.several import train_several  # which loads Keras

    seeds = range(seed, seed + SEEDS)
    trained = train_several(trainees.task, source, CELLS.names(), seeds, **trainees.settings)
    return [run for cell in trained for run in trained[cell]]


def _study(run: Run, source: str, split: str, limit: int | None, seed: int) -> Study:
    """A run with the sentences that it reads, beside the same model before its training."""
    stream = stream_corpus(source, request_for(run, source), split)
    return make_study(run, tuple(stream.choose(limit)), source, run.settings.seed + seed)
