"""runs(): all runs as a table; and one run in a table of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import check_path
from nlp_lstm.store import folders
from nlp_lstm.store.run import Run
from nlp_lstm.store.storage import WEIGHTS

HEADLINES = ("last_word_accuracy", "accuracy_per_word", "perplexity")
MEANING = "of each run's own validation split; perplexities compare only over the same vocabulary"
EMBEDDING = "embedding/embeddings"
SHOWN_SETTINGS = ("cell", "layers", "units", "embedding_dim", "epochs", "seed")


def runs(folder: str | Path = folders.RUNS) -> Report:
    """Return a table of all runs: task, data, main settings and main metrics.

    Those that come with nlp-lstm are first and marked as shipped, then the user's own, oldest first. The
    facts name the damaged ones, each with the reason, and trainings that were not finished. Of a file only
    the size is looked at: whether its content has changed is found when the run is loaded.

    Args:
        folder: where the user's own runs are.
    """
    folder = check_path(folder, "folder", "runs")
    folders.clear_left_over(folder)
    there = [*sorted(folders.look_through(folders.SHIPPED)), *folders.look_through(folder)]
    whole = {found.path: found.record for found in there if found.record and not found.reason}
    values = [_row(path, record) for path, record in whole.items()]
    columns = ("task", "data", "status", "shipped", *HEADLINES, "vocabulary", "lowercase", *SHOWN_SETTINGS)
    title = f"runs in {folder}/, and those that come with nlp-lstm"
    table = Comparison(title, [path.name for path in whole], columns, values, "run", MEANING)
    damaged = ", ".join(f"{found.path.name} ({found.reason})" for found in there if found.reason)
    return Report((table,), facts={"damaged": damaged or None, **_trainings(folder)})


def _row(path: Path, record: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the table says of a run."""
    model, results = record["model"], record["results"]
    return (
        model["task"],
        record["data"].get("source"),
        results["status"],
        folders.is_shipped(path),
        *(results["metrics"].get(name, {}).get("model") for name in HEADLINES),
        _vocabulary_size(path),
        record["reading"].get("lowercase"),
        *(model["settings"].get(name) for name in SHOWN_SETTINGS),
    )


def _vocabulary_size(run: Path) -> int | None:
    """How many words a run knows, from the heading of its weights; None if it cannot be read."""
    try:
        with safe_open(run / WEIGHTS, "numpy") as weights:
            return weights.get_slice(EMBEDDING).get_shape()[0]
    except (OSError, SafetensorError):
        return None


def _trainings(folder: Path) -> dict[str, str | None]:
    """The trainings that run now, and those that were not finished, with how to go on with one."""
    found = folders.list_unfinished(folder)
    running = [path.name for path in found if folders.is_in_training(path)]
    stopped = [path.name for path in found if path.name not in running]
    told = (
        f"{', '.join(stopped)} (continue with `nlp-lstm train --resume {folder / stopped[0]}`)"
        if stopped
        else None
    )
    return {"unfinished": told, "in training": ", ".join(running) or None}


def describe_run(run: Run) -> Report:
    """Return a run's metrics on its validation split, the ends of their intervals, and the baselines."""
    facts = {
        "run": str(run.path),
        "task": run.task,
        "status": run.status,
        "data": run.data.get("source"),
        "preset": run.data.get("preset"),
        "epochs": len(run.history),
        "seconds": run.seconds,
        "vectors_share": run.data.get("vectors_share"),
    }
    baselines = list(dict.fromkeys(name for row in run.metrics.values() for name in row["baselines"]))
    columns = ["model", "model_low", "model_high", "n", *baselines]
    values = [
        (row["model"], *(row["interval"] or (None, None)), row["n"], *map(row["baselines"].get, baselines))
        for row in run.metrics.values()
    ]
    meaning = "validation split" if run.metrics else "no metrics: `nlp-lstm evaluate` measures them"
    return Report(
        (Comparison("metrics", list(run.metrics), columns, values, "metric", meaning),), facts=facts
    )
