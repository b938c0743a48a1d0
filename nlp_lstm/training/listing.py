"""data(), presets(): tables of the corpora and the recipes for training."""

import importlib
import inspect
from collections import Counter
from typing import Any

from nlp_lstm.corpora import READERS, SPLITS, Corpus, Request, load_corpus
from nlp_lstm.report import Comparison, Report
from nlp_lstm.task import load_task
from nlp_lstm.training.recipes import PRESETS

PRESET_FIGURES = ("last_word_accuracy", "last_word_binary", "perplexity")


def data(
    source: str | None = None,
    task: str = "sentiment",
    labels: str = "phrase",
    classes: int = 5,
    limit: int | None = None,
    **reading: Any,
) -> Report:
    """Return a table of the corpus formats, or of one corpus: counts, label shares, five examples.

    Args:
        source: a corpus as `load_corpus` takes it; None for the formats.
        task: "sentiment" or "next-word", or a task of another package: what the corpus is for.
        labels, classes, limit: which labels and how many sentences, as `load_corpus` takes them.
        **reading: how files are read, as `train` takes it.

    Raises:
        UnknownNameError: if there is no such task, reader or choice of labels.
        DataError: if the corpus does not suit the task.
    """
    request = Request(load_task(task).predicts, labels, classes, **reading)
    if source is None:
        names = READERS.names()
        lines = [(_first_line(name),) for name in names]
        return Report((Comparison("corpus formats", names, ("what it reads",), lines, "format", ""),))
    corpus = load_corpus(source, request, limit)
    tables = [_counts(corpus), _examples(corpus)]
    if corpus.label_names:
        tables.insert(1, _label_shares(corpus))
    if corpus.notes:
        numbers = [str(number) for number in range(1, len(corpus.notes) + 1)]
        notes = [(note,) for note in corpus.notes]
        tables.append(Comparison("how it was read", numbers, ("what was done, and why",), notes, "note", ""))
    return Report(tuple(tables), facts={"data": corpus.source})


def presets() -> Report:
    """Return a table of the presets of `train` with what each reaches, and one of their whole commands."""
    known = list(PRESETS.values())
    values = [
        (
            preset.task,
            preset.summary,
            preset.vocabulary,
            preset.minutes,
            *(of.get(name) for name in PRESET_FIGURES for of in (preset.figures, preset.plus_minus)),
        )
        for preset in known
    ]
    meaning = (
        "on the validation split; ±: half of the 95 % interval, by sentence; vocabulary: perplexities "
        "compare only over the same words; minutes on 2 cores without a GPU; -: not measured or not of this "
        "task"
    )
    figures = [name for figure in PRESET_FIGURES for name in (figure, f"{figure} ±")]
    columns = ("task", "what it trains", "vocabulary", "minutes", *figures)
    table = Comparison("presets", list(PRESETS), columns, values, "preset", meaning)
    commands = [(preset.command(),) for preset in known]
    same = "`nlp-lstm train --preset NAME` does the same; options you give override the preset"
    return Report((table, Comparison("commands", list(PRESETS), ("command",), commands, "preset", same)))


def _first_line(reader: str) -> str:
    """The first line of the docstring of the module that holds a reader."""
    module = importlib.import_module(READERS.get(reader).__module__)
    return (inspect.getdoc(module) or "").partition("\n")[0]


def _counts(corpus: Corpus) -> Comparison:
    """Sentences, words and different words of each split."""
    filled = [split for split in SPLITS if getattr(corpus, split)]
    values = []
    for split in filled:
        counts = Counter(word for example in corpus.split(split) for word in example.words)
        values.append((len(corpus.split(split)), counts.total(), len(counts), corpus.sha256(split)))
    columns = ("sentences", "words", "different words", "sha256")
    return Comparison("counts", filled, columns, values, "split", "")


def _label_shares(corpus: Corpus) -> Comparison:
    """How often each label stands at a word of train, and at the last scored one of a sentence."""
    rows = [[label for label in example.labels or () if label is not None] for example in corpus.train]
    anywhere = Counter(label for row in rows for label in row)
    last = Counter(row[-1] for row in rows if row)
    values = [
        (anywhere[label] / max(anywhere.total(), 1), last[label] / max(last.total(), 1))
        for label in corpus.label_names
    ]
    return Comparison(
        "labels of train",
        corpus.label_names,
        ("of words", "of last words"),
        values,
        "label",
        "shares in [0, 1]",
    )


def _examples(corpus: Corpus, most: int = 5) -> Comparison:
    """The first sentences of train, a label behind its word where it changes."""
    shown = []
    for example in corpus.train[:most]:
        labels, before, pieces = example.labels or (None,) * len(example.words), None, []
        for word, label in zip(example.words, labels, strict=True):
            pieces.append(word if label == before else f"{word} [{label or 'not scored'}]")
            before = label
        shown.append((" ".join(pieces),))
    rows = [str(number + 1) for number in range(len(shown))]
    heading = "words [label, where it changes]" if corpus.label_names else "words"
    return Comparison("examples", rows, (heading,), shown, "sentence", "")
