"""train(): a corpus and settings in, a Run out.

Puts together what a training needs (corpus, vocabulary, first weights), has `fitting` train the model,
evaluates it and saves it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nlp_lstm.corpora import Corpus, Request, load_corpus
from nlp_lstm.errors import DataError, DivergedError, UsageError
from nlp_lstm.evaluation import evaluate_corpus, metrics_of
from nlp_lstm.fitting import ProgressReport, fit
from nlp_lstm.layers import get_weights
from nlp_lstm.run import Run, check_free, library_versions, load_run, new_run_path, save_run
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, load_task
from nlp_lstm.vectors import read_vectors
from nlp_lstm.vocabulary import Vocabulary

# The settings that give weights their shape and words their ids: a run that starts from another takes
# these over.
INHERITED = ("cell", "layers", "units", "embedding_dim", "vocab_size", "min_count", "lowercase")


def train(
    task: str = "sentiment",
    data: str = "mini",
    *,
    run: str | Path | None = None,
    labels: str = "phrase",
    classes: int = 5,
    limit: int | None = None,
    vectors: str | Path | None = None,
    init_from: Run | str | Path | None = None,
    tensorboard: bool = False,
    report: ProgressReport | None = None,
    **settings: Any,
) -> Run:
    """Train a model and save it as a run.

    Args:
        task: "sentiment" or "next-word", or a task of another package.
        data: the corpus, as `load_corpus` takes it.
        run: folder of the run; None for the next free one under `runs/`.
        labels, classes, limit: which labels and how many sentences, as `load_corpus` takes them.
        vectors: a file in GloVe's text format to start the embedding from.
        init_from: a run of either task to start embedding and recurrent layers from; its vocabulary
            and shape are taken over.
        tensorboard: write TensorBoard logs into the folder `tensorboard-NAME` beside the run's.
        report: called after every step with a `Progress`.
        **settings: changes to the task's `Settings`.

    Returns:
        The run, saved, with its metrics on the validation split. Its status is "interrupted" if Ctrl-C
        ended the training: it then holds the best weights up to there, and no metrics.

    Raises:
        UsageError: if a setting is outside its range, or the run's folder is taken.
        DataError: if the corpus does not suit the task.
        DivergedError: if the loss is not a number; the last good weights are saved first.
    """
    chosen = load_task(task)
    path = Path(run) if run is not None else new_run_path(task)
    check_free(path)
    start = init_from if init_from is None or isinstance(init_from, Run) else load_run(init_from)
    hyperparameters = chosen.changed_settings(_inherited(start, settings))
    corpus = _load(data, Request(chosen.predicts, labels, classes), limit)
    label_names = corpus.label_names if chosen.predicts == "labels" else ()
    vocabulary = start.vocabulary if start else _build_vocabulary(corpus, hyperparameters)
    known = read_vectors(vectors, vocabulary) if vectors else {}
    hyperparameters = _fit_dimension(hyperparameters, known, "embedding_dim" in settings)

    keras.utils.set_random_seed(hyperparameters.seed)
    train_set = chosen.encode(corpus.train, vocabulary, label_names)
    validation_set = chosen.encode(corpus.validation, vocabulary, label_names)
    outputs = len(label_names) or len(vocabulary)
    untrained = get_weights(chosen.training_twin(hyperparameters, len(vocabulary), outputs, False))
    weights = first_weights(untrained, train_set, start, known)
    logs = path.with_name(f"tensorboard-{path.name}") if tensorboard else None
    fitted = fit(chosen, hyperparameters, weights, train_set, validation_set, report, logs)

    record = {"source": data, "labels": labels, "classes": classes, "limit": limit, "sha256": corpus.sha256()}
    record |= {"init_from": start.name if start else None}
    if vectors:
        record |= {"vectors": str(vectors), "vectors_share": round(len(known) / len(vocabulary), 4)}
    trained = Run(path, task, hyperparameters, label_names, vocabulary, fitted.weights, fitted.status, record)
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
            run = replace(run, metrics=metrics_of(evaluate_corpus(run, corpus, "validation")))
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


def _inherited(start: Run | None, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with those of the run to start from, which they may not contradict."""
    if start is None:
        return settings
    taken = {name: getattr(start.settings, name) for name in INHERITED}
    for name in INHERITED:
        if name in settings and settings[name] != taken[name]:
            raise UsageError(
                f"{name} is {settings[name]} but the run {start.name} has {taken[name]}: leave it out"
            )
    return {**taken, **settings}


def _build_vocabulary(corpus: Corpus, settings: Settings) -> Vocabulary:
    """The vocabulary of the training set."""
    return Vocabulary.build(
        (example.words for example in corpus.train),
        settings.vocab_size,
        settings.min_count,
        settings.lowercase,
    )


def _fit_dimension(settings: Settings, known: dict[int, np.ndarray], asked: bool) -> Settings:
    """The settings with the word vectors' dimension, which an explicit one may not contradict."""
    if not known:
        return settings
    dimension = len(next(iter(known.values())))
    if asked and settings.embedding_dim != dimension:
        raise UsageError(
            f"embedding_dim is {settings.embedding_dim} but the vectors have {dimension}: leave it out"
        )
    return replace(settings, embedding_dim=dimension)


def first_weights(
    weights: dict[str, np.ndarray], train_set: Encoded, start: Run | None, known: dict[int, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return Keras's initial weights, improved by what is known before training.

    The output bias becomes the log of how often each output is the target (counts plus one): the model
    starts at the unigram's loss instead of learning it first. Embedding and recurrent layers come from
    the run to start from, words of `known` from their vectors.
    """
    targets = np.concatenate(train_set.targets)
    counts = np.bincount(targets[targets >= 0], minlength=len(weights["output/bias"])) + 1
    weights = weights | {"output/bias": np.log(counts / counts.sum()).astype(np.float32)}
    if start:
        taken = {name: values for name, values in start.weights.items() if not name.startswith("output/")}
        weights |= taken
    if known:
        embeddings = weights["embedding/embeddings"].copy()
        embeddings[list(known)] = list(known.values())
        weights |= {"embedding/embeddings": embeddings}
    return weights
