"""train(): a corpus and settings in, a Run out.

Puts together what a training needs (corpus, vocabulary, first weights), has `fitting` train the model,
evaluates it and saves it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nlp_lstm.corpora import Corpus, Request, load_corpus
from nlp_lstm.errors import DataError, DivergedError, UsageError
from nlp_lstm.evaluation.evaluate import evaluate_metrics
from nlp_lstm.models.layers import get_weights
from nlp_lstm.settings import Settings
from nlp_lstm.store.reading import recorded, split_reading
from nlp_lstm.store.run import Run, check_free, library_versions, load_run, new_run_path, save_run
from nlp_lstm.task import Encoded, Task, load_task
from nlp_lstm.text.vectors import Vectors, read_vectors, vector_words
from nlp_lstm.text.vocabulary import RESERVED, Vocabulary
from nlp_lstm.training.fitting import ProgressReport, fit
from nlp_lstm.training.recipes import Preset, contradiction, make_recipe

# The settings that give weights their shape and words their ids: a run that starts from another takes
# these over.
INHERITED = ("cell", "layers", "units", "embedding_dim", "vocab_size", "min_count", "lowercase")
# What a label has in its name if it is a sentiment: a side, a number of stars, a feeling.
SENTIMENT = re.compile(r"(?i)pos|neg|neu|good|bad|star|like|happ|sad|joy|ang|love|hate|fine|mixed|^-?\d")
# The standard deviation of word vectors when training starts from them.
VECTOR_SPREAD = 0.1


def train(
    task: str | None = None,
    data: str | None = None,
    *,
    preset: str | None = None,
    run: str | Path | None = None,
    labels: str | None = None,
    classes: int | None = None,
    subphrases: bool | None = None,
    limit: int | None = None,
    vectors: str | Path | None = None,
    init_from: Run | str | Path | None = None,
    tensorboard: bool = False,
    report: ProgressReport | None = None,
    **settings: Any,
) -> Run:
    """Train a model and save it as a run.

    Args:
        task: "sentiment" or "next-word", or a task of another package; None for the preset's, or
            "sentiment".
        data: the corpus, as `load_corpus` takes it; None for the preset's, or "mini".
        preset: name of a recipe, as `presets` lists them; what else is given replaces its own.
        run: folder of the run; None for the next free one under `runs/`.
        labels, classes, limit: which labels and how many sentences, as `load_corpus` takes them; None for
            the preset's, or its defaults.
        subphrases: whether to train on every constituent of the training trees, too; for `sst`.
        vectors: a file in GloVe's text format to start the embedding from. A tagger's vocabulary is filled
            up to `vocab_size` with the file's first words: it then reads words that its own text lacks.
        init_from: a run of either task to start embedding and recurrent layers from; its vocabulary
            and shape are taken over.
        tensorboard: write TensorBoard logs into the folder `tensorboard-NAME` beside the run's.
        report: called after every step with a `Progress`.
        **settings: changes to the task's `Settings`, and to the preset's; and how files are read, which are
            the fields of `Request` from `tokenized` on.

    Returns:
        The run, saved, with its metrics on the validation split. Its status is "interrupted" if Ctrl-C
        ended the training: it then holds the weights kept up to there, and no metrics.

    Raises:
        UsageError: if a setting is outside its range or contradicts the vectors or the run to start from,
            there is no such preset, or the run's folder is taken.
        MissingInputError: if a file is not there; for a preset's, it says where people get it.
        DataError: if the corpus does not suit the task, or the vectors hold no word of it.
        DivergedError: if the loss is not a number; the last good weights are saved first.
    """
    reading, settings = split_reading(settings)
    asked = {"task": task, "data": data, "vectors": vectors, "labels": labels, "classes": classes}
    recipe = make_recipe(preset, settings, subphrases=subphrases, **asked)
    chosen = load_task(recipe.task)
    path = Path(run) if run is not None else new_run_path(recipe.task)
    check_free(path)
    start = init_from if init_from is None or isinstance(init_from, Run) else load_run(init_from)
    hyperparameters = chosen.changed_settings(_inherited(start, recipe, settings))
    request = Request(chosen.predicts, recipe.labels, recipe.classes, recipe.subphrases, **reading)
    corpus = _load(recipe.data, request, limit)
    label_names = corpus.label_names if chosen.predicts == "labels" else ()
    vocabulary = (
        start.vocabulary if start else build_vocabulary(corpus, hyperparameters, request, recipe.vectors)
    )
    known = read_vectors(recipe.vectors, vocabulary) if recipe.vectors else Vectors()
    hyperparameters = _fit_dimension(hyperparameters, known, start, recipe, settings)

    keras.utils.set_random_seed(hyperparameters.seed)
    train_set = chosen.encode(corpus.train + corpus.subphrases, vocabulary, label_names)
    validation_set = chosen.encode(corpus.validation, vocabulary, label_names)
    record = _data_record(recipe, limit, corpus, start) | recorded(reading, corpus.tokenized)
    record["notes"] = [*corpus.notes, *doubts_about(chosen, label_names), *known.notes]
    if recipe.vectors:
        record["vectors_share"] = _share_known(known, train_set, recipe.vectors)
    outputs = len(label_names) or len(vocabulary)
    untrained = get_weights(chosen.training_twin(hyperparameters, len(vocabulary), outputs, False))
    weights = first_weights(untrained, train_set, start, known)
    logs = path.with_name(f"tensorboard-{path.name}") if tensorboard else None
    fitted = fit(chosen, hyperparameters, weights, train_set, validation_set, report, logs)

    trained = Run(
        path, recipe.task, hyperparameters, label_names, vocabulary, fitted.weights, fitted.status, record
    )
    trained = replace(trained, history=fitted.history, seconds=round(fitted.seconds, 1))
    return _finish(trained, corpus, fitted.steps, named=run is not None)


def _load(data: str, request: Request, limit: int | None) -> Corpus:
    """The corpus, checked to have labels where the task predicts them."""
    corpus = load_corpus(data, request, limit)
    if request.predicts == "labels" and not corpus.label_names:
        raise DataError(f"{data} has no labels: add --task next-word, or give a corpus with labels")
    return corpus


def _finish(run: Run, corpus: Corpus, steps: int, named: bool) -> Run:
    """Evaluate and save a run, in any case the latter; tell of a loss that was not a number."""
    run = replace(run, versions=library_versions())
    try:
        if run.status == "finished":
            run = replace(run, metrics=evaluate_metrics(run, corpus))
    except KeyboardInterrupt:
        run = replace(run, status="interrupted")
    finally:
        if run.path.exists() and not named:  # another training took the number meanwhile
            run = replace(run, path=new_run_path(run.task))
        save_run(run)
    if run.status == "diverged":
        raise DivergedError(
            f"the loss at step {steps} is not a number: the last good weights are in {run.path}, "
            f"try a --learning-rate below {run.settings.learning_rate:g} or a smaller --clip-norm"
        )
    return run


def _inherited(start: Run | None, recipe: Preset, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with those of the run to start from, which they may not contradict."""
    settings = dict(recipe.settings)
    if start is None:
        return settings
    taken = {name: getattr(start.settings, name) for name in INHERITED}
    for name in INHERITED:
        if name in settings and settings[name] != taken[name]:
            raise contradiction(recipe, asked, name, taken[name], f"the run {start.name} has {taken[name]}")
    return {**taken, **settings}


def build_vocabulary(
    corpus: Corpus, settings: Settings, request: Request, vectors: str | Path | None
) -> Vocabulary:
    """Return the vocabulary of the training set; what places it leaves are for a tagger's word vectors."""
    return Vocabulary.build(
        (example.words for example in corpus.train),
        settings.vocab_size,
        settings.min_count,
        settings.lowercase,
        vector_words(vectors) if vectors and request.predicts == "labels" else (),
    )


def _data_record(recipe: Preset, limit: int | None, corpus: Corpus, start: Run | None) -> dict[str, Any]:
    """What a run tells of the data that it was trained on, its `Run.data`."""
    record = {"source": corpus.source, "labels": recipe.labels, "classes": recipe.classes, "limit": limit}
    sums = {split: corpus.sha256(split) for split in ("train", "validation")}
    record |= {"sha256": sums, "init_from": start.name if start else None}
    record |= {"preset": recipe.name or None, "subphrases": recipe.subphrases}
    if limit is not None:
        record["limit_takes"] = "from all over a split" if corpus.label_names else "the first of a split"
    return record | ({"vectors": str(recipe.vectors)} if recipe.vectors else {})


def doubts_about(task: Task, label_names: Sequence[str]) -> list[str]:
    """Return a line if labels do not look like those that a task is for, and which task is."""
    if not task.sentiments or all(SENTIMENT.search(name) for name in label_names):
        return []
    shown = ", ".join(label_names[:5])
    return [f"the labels {shown} do not look like sentiments: if they are not, train with --task tagging"]


def _share_known(known: Collection[int], train_set: Encoded, path: str | Path) -> float:
    """The share of the training text's different words that have a vector, checked not to be none."""
    words = np.unique(np.concatenate(train_set.inputs))
    words = words[words >= len(RESERVED)]
    held = int(np.isin(words, list(known)).sum())
    if not held:
        raise DataError(f"{path} holds no word of the training text: give vectors of its language")
    return round(held / len(words), 4)


def _fit_dimension(
    settings: Settings,
    known: dict[int, np.ndarray],
    start: Run | None,
    recipe: Preset,
    asked: Mapping[str, Any],
) -> Settings:
    """The settings with the word vectors' dimension, which nothing else may contradict."""
    if not known:
        return settings
    dimension = len(next(iter(known.values())))
    if start and start.settings.embedding_dim != dimension:
        raise UsageError(
            f"the vectors {recipe.vectors} have {dimension} numbers per word but the run {start.name} has "
            f"embedding_dim {start.settings.embedding_dim}: give vectors of that dimension or another run"
        )
    if "embedding_dim" in recipe.settings and settings.embedding_dim != dimension:
        raise contradiction(recipe, asked, "embedding_dim", dimension, f"the vectors have {dimension}")
    return replace(settings, embedding_dim=dimension)


def first_weights(
    weights: dict[str, np.ndarray], train_set: Encoded, start: Run | None, known: dict[int, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return Keras's initial weights, improved by what is known before training.

    The output bias becomes the log of how often each output is the target (counts plus one): the model
    starts at the unigram's loss instead of learning it first. Embedding and recurrent layers come from
    the run to start from, words of `known` from their vectors, scaled to the spread `VECTOR_SPREAD`: GloVe's
    numbers are four times as large, and steps of Adam, which do not grow with the weights, move them less.
    """
    targets = np.concatenate(train_set.targets)
    counts = np.bincount(targets[targets >= 0], minlength=len(weights["output/bias"])) + 1
    weights = weights | {"output/bias": np.log(counts / counts.sum()).astype(np.float32)}
    if start:
        taken = {name: values for name, values in start.weights.items() if not name.startswith("output/")}
        weights |= taken
    if known:
        embeddings, vectors = weights["embedding/embeddings"].copy(), np.stack(list(known.values()))
        embeddings[list(known)] = vectors * (VECTOR_SPREAD / max(float(vectors.std()), 1e-6))
        weights |= {"embedding/embeddings": embeddings}
    return weights
