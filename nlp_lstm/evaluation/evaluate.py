"""evaluate(): how good a run is on a split, beside the baselines on the same split.

The model reads with NumPy. `labels` scores a tagger; `words`, with `contexts` and `pairs`, a next-word model.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp_lstm.corpora import SPLITS, Corpus, Example, choose_sentences, load_corpus
from nlp_lstm.corpora.sources import resolve_source
from nlp_lstm.evaluation.labels import evaluate_labels
from nlp_lstm.evaluation.words import evaluate_words
from nlp_lstm.registry import match_name
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.given import check_source
from nlp_lstm.report.progress import ShareReport, part, tell
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, load_run, newest_run
from nlp_lstm.task import load_task
from nlp_lstm.text.arrays import count_ids
from nlp_lstm.text.vocabulary import UNK

TREES = ("sst", "sst-mixed")  # readers that give constituents


def evaluate(
    run: Run | str | Path | None = None,
    data: str | None = None,
    split: str = "validation",
    labels: str | None = None,
    classes: int | None = None,
    limit: int | None = None,
    report: ShareReport | None = None,
    **reading: Any,
) -> Report:
    """Score a run on a split of a corpus, and the baselines with it.

    Args:
        run: a run or its name; None for the newest.
        data: a corpus as `load_corpus` takes it; None for the one that the run was trained on. The
            baselines learn from its whole training split, and from its subphrases where the run did.
        split: "train", "validation" or "test".
        labels, classes: as `train` takes them; None for the run's own.
        limit: score so many sentences of the split only, as `load_corpus` chooses them.
        report: called with the share that is done, in [0, 1], as it grows.
        **reading: how files are read, as `train` takes it; else as the run read its own.

    Returns:
        A report whose first table has a row per metric, and columns for the model, its 95 % interval, n
        (how many words, sentences or verbs the figure is a mean over) and each baseline. For a tagger the
        second is its confusion table. For a next-word model they are its perplexity by length of context
        and, in English, what it makes of minimal pairs. Its facts say how large the vocabulary is, whether
        it is lower-cased, and whether the corpus has changed since the run was trained on it.

    Raises:
        DataError: if the corpus has labels that the run does not know, or no such split.
    """
    data = None if data is None else check_source(data)
    if run is None:
        run = newest_run()
    elif not isinstance(run, Run):
        run = load_run(run)
    known = {"source": "mini", "limit": None, **run.data}
    subphrases = _gives_subphrases(run, data or known["source"])
    request = request_for(run, data, labels=labels, classes=classes, subphrases=subphrases, **reading)
    with tell(report):
        with part(0.1):
            corpus = load_corpus(data or known["source"], request, None if data else known["limit"])
        examples = corpus.split(split)
        if limit is not None:
            chosen = choose_sentences(len(examples), limit, running=not corpus.label_names)
            examples = tuple(examples[row] for row in chosen)
        tables = tuple(_tables(run, corpus, examples))
    facts = {
        "run": run.name,
        "data": corpus.source,
        "split": match_name("split", split, SPLITS),
        "sentences": len(examples),
        "unknown_share": unknown_share(run, examples),
        "vocabulary": len(run.vocabulary),
        "lowercase": run.settings.lowercase,
    }
    was = known.get("sha256") or {}
    if not data and any(corpus.sha256(part) != digest for part, digest in was.items()):
        facts["changed"] = f"{corpus.source} has changed since {run.name} was trained on it"
    return Report(tables, facts=facts)


def evaluate_metrics(run: Run, corpus: Corpus) -> dict[str, dict[str, Any]]:
    """Return the first table on the validation split, as a run keeps it.

    Returns:
        For each metric "model": its value; "interval": the two ends of its 95 % interval; "n": how many
        words, sentences or verbs it is a mean over; "baselines": name -> value. None where there is none.
    """
    table = next(_tables(run, corpus, corpus.validation))
    return {str(record.pop(table.row_kind)): _metric(record) for record in table.records()}


def _gives_subphrases(run: Run, source: str) -> bool:
    """Whether the baselines can learn from constituents, as the run did: the corpus has trees."""
    return bool(run.data.get("subphrases")) and resolve_source(source).partition(":")[0] in TREES


def _metric(record: dict[str, Any]) -> dict[str, Any]:
    """A row of the first table, its columns sorted by what they are."""
    model, low, high, n = (record.pop(name) for name in ("model", "model_low", "model_high", "n"))
    return {"model": model, "interval": None if low is None else [low, high], "n": n, "baselines": record}


def _tables(run: Run, corpus: Corpus, examples: Sequence[Example]) -> Iterator[Comparison]:
    """The tables of an evaluation, each measured when it is asked for, the metrics first."""
    evaluate_examples = evaluate_labels if run.predicts == "labels" else evaluate_words
    return evaluate_examples(run, corpus, examples, load_task(run.task).encode)


def unknown_share(run: Run, examples: Sequence[Example]) -> float:
    """Return the share of words that the vocabulary does not know, in [0, 1]."""
    counts = count_ids((run.vocabulary.ids(example.words) for example in examples), len(run.vocabulary))
    return float(counts[UNK] / counts.sum()) if counts.any() else 0.0
