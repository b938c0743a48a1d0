"""nlp-lstm: sentiment and next-word LSTM models whose every gate and state can be seen and measured.

The verbs are those of the command line, with the same names and defaults:

    train -> Run      evaluate, predict, probe, anatomy, runs, presets, data -> Report
    generate -> str   export -> a file of plain Keras
    compare -> Report: hidden against cell state over a corpus, beside an untrained model
    verdict -> Report: what is said about the two, each claim measured and judged
    extract -> a folder with the states of a whole corpus      find -> Report
    trace(run, text) -> a Trace by layer, with every state and gate of every word; Edit changes some
    trace(keras_model, inputs) -> the same of any Keras recurrent model, a LayerTrace by layer

Importing this package loads neither Keras nor any data library: each verb is imported when first used.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from nlp_lstm.anatomies import anatomy as anatomy
    from nlp_lstm.comparing import compare as compare
    from nlp_lstm.corpora import load_corpus as load_corpus
    from nlp_lstm.edits import Edit as Edit
    from nlp_lstm.evaluation import evaluate as evaluate
    from nlp_lstm.exporting import export as export
    from nlp_lstm.extracting import extract as extract
    from nlp_lstm.finding import find as find
    from nlp_lstm.listing import data as data
    from nlp_lstm.listing import presets as presets
    from nlp_lstm.listing import runs as runs
    from nlp_lstm.prediction import generate as generate
    from nlp_lstm.prediction import predict as predict
    from nlp_lstm.probing import probe as probe
    from nlp_lstm.run import load_run as load_run
    from nlp_lstm.task import load_task as load_task
    from nlp_lstm.task import task_names as task_names
    from nlp_lstm.tracing import trace as trace
    from nlp_lstm.training import train as train
    from nlp_lstm.verdicts import verdict as verdict

_HOMES = {
    "train": "training",
    "evaluate": "evaluation",
    "predict": "prediction",
    "generate": "prediction",
    "probe": "probing",
    "anatomy": "anatomies",
    "trace": "tracing",
    "Edit": "edits",
    "extract": "extracting",
    "find": "finding",
    "compare": "comparing",
    "verdict": "verdicts",
    "export": "exporting",
    "runs": "listing",
    "presets": "listing",
    "data": "listing",
    "load_run": "run",
    "load_corpus": "corpora",
    "load_task": "task",
    "task_names": "task",
}
__all__ = ["__version__", *_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str):
    """Import a verb when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nlp_lstm' has no attribute {name!r}")
    return getattr(importlib.import_module(f"nlp_lstm.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
