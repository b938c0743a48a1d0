"""fit(): the training loop over Keras.

Written out, epoch by epoch and batch by batch, over `train_on_batch`, so that it can be read. Unlike
`Model.fit`, it takes batches of any length, carries states along running text, weighs every word
alike, and keeps the best weights, or the last, whatever ends the training.
"""

import importlib.util
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task
from nlp_lstm.text.batches import Batch, drop_words
from nlp_lstm.text.vocabulary import PAD, UNK
from nlp_lstm.training.learner import Learner


@dataclass(frozen=True)
class Progress:
    """What is told after every training step.

    Args:
        epoch, epochs: which pass, from 1, of at most how many.
        step, steps: which step of the epoch, from 1, of how many.
        loss: cross-entropy so far in this epoch, nats per target.
        accuracy: share of targets hit so far in this epoch.
        before: the row of history of the epoch before; empty in the first.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float | None
    before: dict[str, float]


ProgressReport = Callable[[Progress], None]

# The share of training batches that running text is read from fresh states, at whatever word it stands:
# else a model only ever sees carried states, and reads a sentence of its own less well.
FRESH_SHARE = 0.1


@dataclass
class Fitted:
    """What a training came to.

    Args:
        weights: of the epoch that the setting `keep` asks for so far; the first ones until an epoch is done.
        history: one row per epoch: epoch, loss, validation_loss, seconds, and accuracies of a tagger.
        status: "finished", "interrupted" or "diverged".
        steps: how many steps were made.
        seconds: wall time of the loop.
    """

    weights: dict[str, np.ndarray]
    history: list[dict[str, float]] = field(default_factory=list)
    status: str = "finished"
    steps: int = 0
    seconds: float = 0.0

    def is_best(self) -> bool:
        """Whether the last epoch has the lowest validation loss of all."""
        return self.epochs_since_best() == 0

    def epochs_since_best(self) -> int:
        """How many epochs ago the lowest validation loss was reached."""
        losses = [row["validation_loss"] for row in self.history]
        return len(losses) - 1 - int(np.argmin(losses))


class NotANumberError(ArithmeticError):
    """The loss of a step is NaN or infinite."""


def fit(
    task: Task,
    settings: Settings,
    weights: dict[str, np.ndarray],
    train_set: Encoded,
    validation_set: Encoded,
    report: ProgressReport | None = None,
    tensorboard: Path | None = None,
) -> Fitted:
    """Train from given weights until the epochs or the patience are used up.

    Args:
        task: builds the models.
        settings: hyperparameters.
        weights: first weights, by the names of `network.weight_shapes`.
        train_set, validation_set: examples as numbers.
        report: called after every step.
        tensorboard: folder for TensorBoard logs; None for none.

    Returns:
        The weights of the epoch that `settings.keep` asks for; `status` says whether the training finished,
        was interrupted with Ctrl-C, or met a loss that is not a number.

    Raises:
        DataError: if there is too little text for one batch, or no word has a target.
    """
    steps = _count_steps("training", task.batches(settings, train_set, np.random.default_rng(0)))
    _count_steps("validation", task.batches(settings, validation_set, np.random.default_rng(0)))
    learner = Learner(task, settings, weights, train_set.stream, settings.epochs * steps)
    read_as = _read_dropped_as(train_set)
    callbacks = keras.callbacks.CallbackList(_tensorboard(tensorboard), model=learner.model)
    fitted, random, started = Fitted(weights), np.random.default_rng(settings.seed), time.perf_counter()
    try:
        callbacks.on_train_begin()
        for epoch in range(1, settings.epochs + 1):
            progress = Progress(epoch, settings.epochs, 0, steps, math.nan, None, dict(*fitted.history[-1:]))
            train_batches = task.batches(settings, _start_anywhere(train_set, random), random)
            dropped = (drop_words(batch, settings.word_dropout, random, read_as) for batch in train_batches)
            row = _train_epoch(learner, dropped, fitted, progress, report, random)
            row |= _validate(learner, task.batches(settings, validation_set, random))
            fitted.history.append({"epoch": epoch, **row, "seconds": round(time.perf_counter() - started, 1)})
            # Keras's callbacks know validation by the name val_.
            callbacks.on_epoch_end(
                epoch - 1, {name.replace("validation_", "val_"): row[name] for name in row}
            )
            if settings.keep == "last" or fitted.is_best():
                fitted.weights = learner.weights()
            if fitted.epochs_since_best() >= settings.patience:
                break
        callbacks.on_train_end()
    except KeyboardInterrupt:
        fitted.status = "interrupted"
        if not fitted.history:
            fitted.weights = learner.weights()
    except NotANumberError:
        fitted.status = "diverged"
    fitted.seconds = time.perf_counter() - started
    return fitted


def _start_anywhere(train_set: Encoded, random: np.random.Generator) -> Encoded:
    """The training set, running text from a word drawn anew each epoch.

    The windows that gradients flow through are then cut at other places, and a model cannot learn the cuts.
    """
    if not train_set.stream:
        return train_set
    return train_set.from_word(int(random.integers(len(train_set.inputs[0]))))


def _read_dropped_as(train_set: Encoded) -> int:
    """What a dropped word is read as: an unknown word, unless the text has some of its own.

    Those mean something, as `<unk>` in Penn Treebank does, and a model could no longer trust them.
    """
    return PAD if any((ids == UNK).any() for ids in train_set.inputs) else UNK


def _count_steps(split: str, epoch_batches: Iterator[Batch]) -> int:
    """How many batches there are, checked to hold something to learn from before any work is done."""
    targets = [float(batch.sample_weight.sum()) for batch in epoch_batches]
    if not sum(targets):
        raise DataError(f"the {split} split has no word with a label: give labeled sentences")
    return len(targets)


class _Means:
    """Means over all targets, each weighing alike, of what Keras logs per batch."""

    def __init__(self):
        self._sums: dict[str, float] = {}
        self._targets = 0.0

    def add(self, logs: dict[str, Any], batch: Batch) -> None:
        """Take in the logs of one batch, unless its loss is not a number."""
        if not math.isfinite(logs["loss"]):
            raise NotANumberError
        targets = float(batch.sample_weight.sum())
        self._targets += targets
        for name, value in logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value) * targets

    def values(self) -> dict[str, float]:
        """The means so far."""
        return {name: value / (self._targets or 1.0) for name, value in self._sums.items()}


def _train_epoch(
    learner: Learner,
    epoch_batches: Iterator[Batch],
    fitted: Fitted,
    progress: Progress,
    report: ProgressReport | None,
    random: np.random.Generator,
) -> dict[str, float]:
    """Train on every batch; return the means of loss and accuracy."""
    means = _Means()
    for number, batch in enumerate(epoch_batches, start=1):
        if number == 1 or random.random() < FRESH_SHARE:
            learner.reset_states()
        logs = learner.train(batch)
        fitted.steps += 1
        means.add(logs, batch)
        if report:
            now = means.values()
            report(replace(progress, step=number, loss=now["loss"], accuracy=now["accuracy"]))
    return means.values()


def _validate(learner: Learner, epoch_batches: Iterator[Batch]) -> dict[str, float]:
    """Score every batch, states carried; return the means, their names led by validation_."""
    means = _Means()
    learner.reset_states()
    for batch in epoch_batches:
        means.add(learner.test(batch), batch)
    return {f"validation_{name}": value for name, value in means.values().items()}


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
