"""fit(): the training loop over Keras.

Written out, epoch by epoch and batch by batch, over `train_on_batch`, so that it can be read. Unlike
`Model.fit`, it takes batches of any length, carries states along running text, weighs every word
alike, keeps the best weights, or the last, whatever ends the training, and goes on from a checkpoint as if
nothing had happened.
"""

import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.models.quiet_keras import keras, no_retracing
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task
from nlp_lstm.text.arrays import in_blocks
from nlp_lstm.text.batches import Batch, drop_words
from nlp_lstm.text.vocabulary import PAD, UNK
from nlp_lstm.training.checkpoints import Checkpoint, Fitted, Keeper
from nlp_lstm.training.learner import Learner
from nlp_lstm.training.loop import Loop, LossGrewError, ProgressReport
from nlp_lstm.training.stopping import Stop
from nlp_lstm.training.workers import ALONE, Workers

FEW_UNKNOWN = 0.02  # of the words: links, and little else


@no_retracing()
def fit(
    task: Task,
    settings: Settings,
    weights: dict[str, np.ndarray],
    train_set: Encoded,
    validation_set: Encoded,
    report: ProgressReport | None = None,
    tensorboard: Path | None = None,
    keeper: Keeper | None = None,
    resume: Checkpoint | None = None,
    stop: Stop | None = None,
    workers: Workers = ALONE,
) -> Fitted:
    """Train from given weights until the epochs or the patience are used up.

    Args:
        task: builds the models.
        settings: hyperparameters.
        weights: first weights, by the names of `network.weight_shapes`.
        train_set, validation_set: examples as numbers.
        report: called after every step.
        tensorboard: folder for TensorBoard logs; None for none.
        keeper: keeps a checkpoint at the beginning, after each epoch, when one is due, and at a request to
            stop; None for none.
        resume: a checkpoint to go on from.
        stop: looked at after every batch; None for never.
        workers: this process among those that train the model together.

    Returns:
        The weights of the epoch that `settings.keep` asks for; `status` says whether the training finished,
        was interrupted, or met a loss that grew without bound.

    Raises:
        DataError: if there is too little text for one batch, or no word has a target.
    """
    steps = _count_steps("training", task.batches(settings, train_set, np.random.default_rng(0)))
    _count_steps("validation", task.batches(settings, validation_set, np.random.default_rng(0)))
    learner = Learner(task, settings, weights, train_set.stream, settings.epochs * steps, workers)
    loop = Loop(learner, Fitted(weights), keeper, stop or Stop(), report)
    if resume:
        loop.go_on_from(resume)
    fitted, read_as = loop.fitted, _read_dropped_as(train_set)
    callbacks = keras.callbacks.CallbackList(_tensorboard(tensorboard), model=learner.model)
    try:
        callbacks.on_train_begin()
        if not resume:
            loop.keep()
        while len(fitted.history) < settings.epochs and fitted.epochs_since_best() < settings.patience:
            # Both draw from the loop's generator, in the order of what is read.
            batches = task.batches(settings, _start_anywhere(train_set, loop.random), loop.random)
            dropped = (drop_words(batch, settings.word_dropout, loop.random, read_as) for batch in batches)
            row = loop.train_epoch(dropped, steps)
            row |= loop.validate(task.batches(settings, validation_set, loop.random))
            loop.end_epoch(row)
            # Keras's callbacks know validation by the name val_.
            logs = {name.replace("validation_", "val_"): row[name] for name in row}
            callbacks.on_epoch_end(len(fitted.history) - 1, logs)
            loop.stop.check()
        callbacks.on_train_end()
    except KeyboardInterrupt:
        loop.keep()
        fitted.status = "interrupted"
        if not fitted.history:
            fitted.weights = learner.weights()
    except LossGrewError as error:
        fitted.status, fitted.odd = "diverged", error.batch.inputs
    fitted.seconds = time.perf_counter() - loop.started
    return fitted


def _start_anywhere(train_set: Encoded, random: np.random.Generator) -> Encoded:
    """The training set, running text from a word drawn anew each epoch.

    The windows that gradients flow through are then cut at other places, and a model cannot learn the cuts.
    """
    if not train_set.stream:
        return train_set
    return train_set.from_word(int(random.integers(len(train_set.inputs[0]))))


def _read_dropped_as(train_set: Encoded) -> int:
    """What a dropped word is read as: an unknown word, unless the text has many of its own.

    Those mean something, as `<unk>` in Penn Treebank does, and a model could no longer trust them.
    """
    unknown = sum(int((ids == UNK).sum()) for ids in in_blocks(train_set.inputs))
    return PAD if unknown > FEW_UNKNOWN * sum(map(len, train_set.inputs)) else UNK


def _count_steps(split: str, epoch_batches: Iterator[Batch]) -> int:
    """How many batches there are, checked to hold something to learn from before any work is done."""
    targets = [float(batch.sample_weight.sum()) for batch in epoch_batches]
    if not sum(targets):
        raise DataError(f"the {split} split has no word with a label: give labeled sentences")
    return len(targets)


def _tensorboard(folder: Path | None) -> list[Any]:
    """Keras's TensorBoard callback, if asked for.

    Raises:
        MissingInputError: if the extra is not installed.
    """
    if folder is None:
        return []
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingInputError("tensorboard is not installed: pip install 'nlp-lstm[tensorboard]'")
    return [keras.callbacks.TensorBoard(str(folder))]
