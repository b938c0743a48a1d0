"""fit(): the training loop over Keras.

Written out, epoch by epoch and batch by batch, over `train_on_batch`, so that it can be read. Unlike
`Model.fit`, it takes batches of any length, carries states along running text, weighs every word
alike, and keeps the best weights whatever ends the training.
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

from nlp_lstm.batches import Batch
from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.layers import get_weights, set_weights, with_loss
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task


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
        weights: the best by validation loss so far; the first ones until an epoch is done.
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
        The best weights by validation loss; `status` says whether the training finished, was
        interrupted with Ctrl-C, or met a loss that is not a number.

    Raises:
        DataError: if there is too little text for one batch, or no word has a target.
    """
    steps = _count_steps("training", task.batches(settings, train_set, np.random.default_rng(0)))
    _count_steps("validation", task.batches(settings, validation_set, np.random.default_rng(0)))
    model, learner = build(task, settings, weights, train_set.stream, steps)
    callbacks = keras.callbacks.CallbackList(_tensorboard(tensorboard), model=model)
    fitted, random, started = Fitted(weights), np.random.default_rng(settings.seed), time.perf_counter()
    try:
        callbacks.on_train_begin()
        for epoch in range(1, settings.epochs + 1):
            progress = Progress(epoch, settings.epochs, 0, steps, math.nan, None, dict(*fitted.history[-1:]))
            train_batches = task.batches(settings, train_set, random)
            row = _train_epoch(learner, train_batches, fitted, progress, report, random)
            row |= _validate(learner, task.batches(settings, validation_set, random))
            fitted.history.append({"epoch": epoch, **row, "seconds": round(time.perf_counter() - started, 1)})
            # Keras's callbacks know validation by the name val_.
            callbacks.on_epoch_end(
                epoch - 1, {name.replace("validation_", "val_"): row[name] for name in row}
            )
            if fitted.is_best():
                fitted.weights = get_weights(model)
            if fitted.epochs_since_best() >= settings.patience:
                break
        callbacks.on_train_end()
    except KeyboardInterrupt:
        fitted.status = "interrupted"
        if not fitted.history:
            fitted.weights = get_weights(model)
    except NotANumberError:
        fitted.status = "diverged"
    fitted.seconds = time.perf_counter() - started
    return fitted


def build(
    task: Task, settings: Settings, weights: dict[str, np.ndarray], stream: bool, steps: int
) -> tuple[Any, Any]:
    """Return the model to train, with its first weights, and what trains them, compiled.

    The latter is the taught model itself, or shares the twin's layers and takes the loss in.

    Args:
        task, settings: which model, and how it is trained.
        weights: by the names of `network.weight_shapes`.
        stream: whether the twin carries its states from batch to batch.
        steps: per epoch; the learning rate falls to 0 over all epochs.
    """
    vocab_size, outputs = len(weights["embedding/embeddings"]), len(weights["output/bias"])
    if settings.train_as == "taught":
        model = learner = task.taught_model(settings, vocab_size, outputs)
    else:
        model = task.training_twin(settings, vocab_size, outputs, stream)
        learner = with_loss(model, settings)
    set_weights(model, weights)
    rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, settings.epochs * steps)
    optimizers = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    make = optimizers[settings.optimizer]
    optimizer = make(rate, global_clipnorm=settings.clip_norm, weight_decay=settings.weight_decay or None)
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")
    own = {"loss": loss, "weighted_metrics": ["accuracy"]} if learner is model else {}
    learner.compile(optimizer, **own)
    return model, learner


def arguments(learner: Any, batch: Batch) -> tuple[Any, ...]:
    """Return what `train_on_batch` wants: a twin's learner takes targets and weights in with the words."""
    whole = (batch.inputs, batch.targets, batch.sample_weight)
    return (list(whole),) if len(learner.inputs) == 3 else whole


def _count_steps(split: str, epoch_batches: Iterator[Batch]) -> int:
    """How many batches there are, checked to hold something to learn from before any work is done."""
    targets = [float(batch.sample_weight.sum()) for batch in epoch_batches]
    if not sum(targets):
        raise DataError(f"the {split} split has no word with a label: give labelled sentences")
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
    model: Any,
    epoch_batches: Iterator[Batch],
    fitted: Fitted,
    progress: Progress,
    report: ProgressReport | None,
    random: np.random.Generator,
) -> dict[str, float]:
    """Train on every batch; return the means of loss and metrics."""
    means = _Means()
    for number, batch in enumerate(epoch_batches, start=1):
        if number == 1 or random.random() < FRESH_SHARE:
            _reset_states(model)
        model.reset_metrics()
        logs = model.train_on_batch(*arguments(model, batch), return_dict=True)
        fitted.steps += 1
        means.add(logs, batch)
        if report:
            now = means.values()
            report(replace(progress, step=number, loss=now["loss"], accuracy=now.get("accuracy")))
    return means.values()


def _validate(model: Any, epoch_batches: Iterator[Batch]) -> dict[str, float]:
    """Score every batch, states carried; return the means, their names led by validation_."""
    means = _Means()
    _reset_states(model)
    for batch in epoch_batches:
        model.reset_metrics()
        logs = model.test_on_batch(*arguments(model, batch), return_dict=True)
        means.add(logs, batch)
    return {f"validation_{name}": value for name, value in means.values().items()}


def _reset_states(model: Any) -> None:
    """Set the states that a stateful model carries to zeros."""
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


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
