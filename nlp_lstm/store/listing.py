"""runs(): all runs as a table; and one run in a table of its own."""

from pathlib import Path

from nlp_lstm.report import Comparison, Report
from nlp_lstm.store import folders
from nlp_lstm.store.run import Run
from nlp_lstm.store.storage import RECORD

HEADLINES = ("last_word_accuracy", "accuracy_per_word", "perplexity")
SHOWN_SETTINGS = ("cell", "layers", "units", "embedding_dim", "epochs", "seed")


def runs(folder: str | Path = folders.RUNS) -> Report:
    """Return a table of all runs: task, data, main settings and main metrics.

    Those that come with nlp-lstm are first and marked as shipped, then the user's own, oldest first.
    Runs whose record cannot be read are named as damaged.

    Args:
        folder: where the user's own runs are.
    """
    found = dict([*sorted(folders.list_runs(folders.SHIPPED)), *folders.list_runs(Path(folder))])
    values = [
        (
            record["task"],
            record["status"],
            folders.is_shipped(path),
            record["data"].get("source"),
            *(record["settings"].get(name) for name in SHOWN_SETTINGS),
            *(record["metrics"].get(name, {}).get("model") for name in HEADLINES),
        )
        for path, record in found.items()
    ]
    columns = ("task", "status", "shipped", "data", *SHOWN_SETTINGS, *HEADLINES)
    there = [*folders.shipped_runs(), *(file.parent for file in Path(folder).glob(f"[!.]*/{RECORD}"))]
    damaged = sorted({path.name for path in there if path not in found})
    title = f"runs in {folder}/, and those that come with nlp-lstm"
    table = Comparison(title, [path.name for path in found], columns, values, "run", "")
    return Report((table,), facts={"damaged": ", ".join(damaged) or None})


def describe_run(run: Run) -> Report:
    """Return a run's metrics on its validation split beside the baselines."""
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
    columns = list(next(iter(run.metrics.values()), {"model": None}))
    values = [tuple(row.get(column) for column in columns) for row in run.metrics.values()]
    meaning = "validation split" if run.metrics else "no metrics: `nlp-lstm evaluate` measures them"
    return Report(
        (Comparison("metrics", list(run.metrics), columns, values, "metric", meaning),), facts=facts
    )
