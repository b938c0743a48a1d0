"""prepare(): a recipe -> all that a training needs before its first step.

Corpus, vocabulary, examples as numbers and first weights; and the record of where they came from, from which
a training that was not finished is prepared again.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.corpora import Corpus, Request, load_corpus
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.layers import get_weights
from nlp_lstm.models.quiet_keras import set_seed
from nlp_lstm.settings import Settings
from nlp_lstm.store.reading import OF_A_FILE, recorded
from nlp_lstm.store.run import Run, library_versions
from nlp_lstm.task import Encoded, Task, load_task
from nlp_lstm.text.arrays import count_ids, in_blocks
from nlp_lstm.text.vectors import Vectors, read_vectors, vector_words
from nlp_lstm.text.vocabulary import RESERVED, Vocabulary
from nlp_lstm.training.reading import trained_reading
from nlp_lstm.training.recipes import Preset, contradiction

# The settings that give weights their shape and words their ids: a run that starts from another takes
# these over.
INHERITED = ("cell", "layers", "units", "embedding_dim", "vocab_size", "min_count", "lowercase")
# What a label has in its name if it is a sentiment: a side, a number of stars, a feeling.
SENTIMENT = re.compile(r"(?i)pos|neg|neu|good|bad|star|like|happ|sad|joy|ang|love|hate|fine|mixed|^-?\d")
# The standard deviation of word vectors when training starts from them.
VECTOR_SPREAD = 0.1


@dataclass(frozen=True)
class Prepared:
    """A training before its first step.

    Args:
        run: as it will be saved; its weights are the first ones.
        corpus: what it learns from.
        train_set, validation_set: examples as numbers.
    """

    run: Run
    corpus: Corpus
    train_set: Encoded
    validation_set: Encoded


def prepare(
    path: Path,
    recipe: Preset,
    asked: Mapping[str, Any],
    reading: Mapping[str, Any],
    limit: int | None,
    start: Run | None,
) -> Prepared:
    """Return what a new training needs.

    Args:
        path: folder of the run.
        recipe: task, data, settings, vectors and labels.
        asked: the settings that were asked for, which the recipe has taken in.
        reading: how files are read, fields of `Request`.
        limit: how many sentences of each split; None for all.
        start: a run to start from, or None.

    Raises:
        UsageError: if a setting contradicts the vectors or the run to start from.
        DataError: if the corpus does not suit the task, or the vectors hold no word of it.
    """
    task = load_task(recipe.task)
    settings = task.changed_settings(_inherited(start, recipe, asked))
    request = Request(task.predicts, recipe.labels, recipe.classes, recipe.subphrases, **reading)
    recipe, corpus = replace(recipe, labels=request.labels), _load(recipe.data, request, limit)
    label_names = corpus.label_names if task.predicts == "labels" else ()
    vocabulary = start.vocabulary if start else build_vocabulary(corpus, settings, request, recipe.vectors)
    known = read_vectors(recipe.vectors, vocabulary) if recipe.vectors else Vectors()
    settings = _fit_dimension(settings, known, start, recipe, asked)

    set_seed(settings.seed)
    train_set, validation_set = _encode(task, corpus, vocabulary, label_names)
    data = _data_record(recipe, limit, corpus, start) | recorded(dict(reading))
    data["notes"] = [*corpus.notes, *doubts_about(task, label_names), *known.notes]
    if recipe.vectors:
        data["vectors_share"] = _share_known(known, train_set, recipe.vectors)
    outputs = len(label_names) or len(vocabulary)
    untrained = get_weights(task.training_twin(settings, len(vocabulary), outputs, False))
    weights = first_weights(untrained, train_set, start, known)
    run = Run(path, recipe.task, settings, label_names, vocabulary, weights, data=data)
    read_as = trained_reading(task, corpus, vocabulary, train_set)
    return Prepared(
        replace(run, reading=read_as, versions=library_versions()), corpus, train_set, validation_set
    )


def prepare_again(run: Run) -> Prepared:
    """Return what a training that was not finished needs to go on.

    Args:
        run: as its checkpoint holds it.

    Raises:
        MissingInputError: if its corpus is no longer there.
        DataError: if its corpus is not what it was: the training could not go on as it began.
    """
    task, data = load_task(run.task), run.data
    reading = {name: data[name] for name in OF_A_FILE if name in data}
    reading["tokenized"] = run.reading.tokenized
    request = Request(task.predicts, data["labels"], data["classes"], data["subphrases"], **reading)
    corpus = _load(data["source"], request, data["limit"])
    for split, digest in data["sha256"].items():
        if corpus.sha256(split) != digest:
            raise DataError(
                f"the {split} split of {corpus.source} has changed since {run.path} was begun: bring back "
                "the old one, or train again"
            )
    set_seed(run.settings.seed)
    return Prepared(run, corpus, *_encode(task, corpus, run.vocabulary, run.label_names))


def _encode(
    task: Task, corpus: Corpus, vocabulary: Vocabulary, label_names: Sequence[str]
) -> tuple[Encoded, Encoded]:
    """The training and the validation set as numbers."""
    training = task.encode(corpus.whole_train(), vocabulary, label_names)
    return training, task.encode(corpus.validation, vocabulary, label_names)


def _load(data: str, request: Request, limit: int | None) -> Corpus:
    """The corpus, checked to have labels where the task predicts them."""
    corpus = load_corpus(data, request, limit)
    if request.predicts == "labels" and not corpus.label_names:
        raise DataError(f"{data} has no labels: add --task next-word, or give a corpus with labels")
    return corpus


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
    size = 1 + max(int(block.max()) for block in in_blocks(train_set.inputs))
    words = np.flatnonzero(count_ids(train_set.inputs, size))
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
    counts = count_ids(train_set.targets, len(weights["output/bias"])) + 1
    weights = weights | {"output/bias": np.log(counts / counts.sum()).astype(np.float32)}
    if start:
        taken = {name: values for name, values in start.weights.items() if not name.startswith("output/")}
        weights |= taken
    if known:
        embeddings, vectors = weights["embedding/embeddings"].copy(), np.stack(list(known.values()))
        embeddings[list(known)] = vectors * (VECTOR_SPREAD / max(float(vectors.std()), 1e-6))
        weights |= {"embedding/embeddings": embeddings}
    return weights
