"""Loop: a training under way, which can be put down between any two steps and taken up again.

What one epoch is, batch by batch; `fit` puts the epochs together.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp_lstm.text.batches import Batch
from nlp_lstm.training.checkpoints import Checkpoint, Fitted, Keeper
from nlp_lstm.training.learner import Learner
from nlp_lstm.training.stopping import Stop


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


# Nats per target. A model that guesses blindly has 14 with a million words. Far above that, perplexity and
# weights leave the range of numbers.
MOST_LOSS = 500.0


class LossGrewError(ArithmeticError):
    """The loss of a step is above `MOST_LOSS`, infinite or NaN; it holds the batch."""

    def __init__(self, batch: Batch):
        super().__init__("the loss grew without bound")
        self.batch = batch


class Means:
    """Means over all targets, each weighing alike, of what Keras logs per batch.

    Args:
        sums: of batches before, as `sums` of another one.
    """

    def __init__(self, sums: Mapping[str, float] | None = None):
        self.sums: dict[str, float] = dict(sums or {"targets": 0.0})

    def add(self, logs: dict[str, Any], batch: Batch) -> None:
        """Take in the logs of one batch, unless its loss has grown without bound."""
        if not logs["loss"] <= MOST_LOSS:
            raise LossGrewError(batch)
        targets = float(batch.sample_weight.sum())
        self.sums["targets"] += targets
        for name, value in logs.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value) * targets

    def values(self) -> dict[str, float]:
        """The means so far."""
        targets = self.sums["targets"] or 1.0
        return {name: value / targets for name, value in self.sums.items() if name != "targets"}


class Loop:
    """A training under way: what it has come to, and where in its epoch it stands.

    Args:
        learner: makes the steps.
        fitted: what it has come to before.
        keeper: keeps checkpoints; None for none.
        stop: looked at after every batch.
        report: called after every step.

    `random` draws the order of sentences and the words to drop.
    """

    def __init__(
        self,
        learner: Learner,
        fitted: Fitted,
        keeper: Keeper | None,
        stop: Stop,
        report: ProgressReport | None,
    ):
        self.learner, self.fitted, self.keeper, self.stop, self.report = learner, fitted, keeper, stop, report
        self.random = np.random.default_rng(learner.settings.seed)
        self.order = self.random.bit_generator.state  # before the epoch
        self.step, self.means = 0, Means()
        self.started = time.perf_counter()

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Stand where a checkpoint was made."""
        self.learner.set_state(checkpoint.learner)
        self.learner.sampling.bit_generator.state = checkpoint.sampling
        self.random.bit_generator.state = self.order = checkpoint.order
        self.fitted, self.step, self.means = checkpoint.fitted, checkpoint.step, Means(checkpoint.sums)
        self.started -= self.fitted.seconds

    def keep(self) -> None:
        """Keep a checkpoint of the present step."""
        if self.keeper:
            fitted = replace(self.fitted, seconds=time.perf_counter() - self.started)
            sampling = self.learner.sampling.bit_generator.state
            state = self.learner.state()
            self.keeper.keep(Checkpoint(fitted, state, sampling, self.order, self.step, self.means.sums))

    def train_epoch(self, batches: Iterator[Batch], steps: int) -> dict[str, float]:
        """Train on every batch of an epoch; return the means of loss and accuracy.

        The batches of steps that a checkpoint has behind it are drawn and left.
        """
        settings, history = self.learner.settings, self.fitted.history
        progress = Progress(len(history) + 1, settings.epochs, 0, steps, math.nan, None, dict(*history[-1:]))
        done = self.step
        for number, batch in enumerate(batches, start=1):
            fresh = number == 1 or self.random.random() < FRESH_SHARE
            if number <= done:
                continue
            if fresh:
                self.learner.reset_states()
            logs = self.learner.train(batch)
            self.step, self.fitted.steps = number, self.fitted.steps + 1
            self.means.add(logs, batch)
            if self.report:
                now = self.means.values()
                self.report(replace(progress, step=number, loss=now["loss"], accuracy=now["accuracy"]))
            self.stop.check()
            if self.keeper and self.keeper.due():
                self.keep()
        return self.means.values()

    def validate(self, batches: Iterator[Batch]) -> dict[str, float]:
        """Score every batch, states carried; return the means, their names led by validation_."""
        means = Means()
        self.learner.reset_states()
        for batch in batches:
            means.add(self.learner.test(batch), batch)
            self.stop.check()
        return {f"validation_{name}": value for name, value in means.values().items()}

    def end_epoch(self, row: dict[str, float]) -> None:
        """Write an epoch into the history, take its weights if they are those to be kept, and stand before
        the next."""
        fitted, seconds = self.fitted, time.perf_counter() - self.started
        fitted.history.append({"epoch": len(fitted.history) + 1, **row, "seconds": round(seconds, 1)})
        if self.learner.settings.keep == "last" or fitted.is_best():
            fitted.weights = self.learner.weights()
        self.order, self.step, self.means = self.random.bit_generator.state, 0, Means()
        self.keep()
