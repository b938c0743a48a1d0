"""Learner: a model with its loss and its optimizer, trained batch by batch.

The twin's layers and one optimizer are shared by as many compiled Keras models as there are shapes of
batches: each is then traced once, for a known number of time steps, which is what `UnrolledLSTM` asks for.
"""

from typing import Any

import keras
import numpy as np

from nlp_lstm.models.layers import get_weights, set_weights, with_loss
from nlp_lstm.models.sampling import sample_outputs
from nlp_lstm.settings import Settings
from nlp_lstm.task import Task
from nlp_lstm.text.batches import Batch


class Learner:
    """The model of a task in training.

    Args:
        task, settings: which model, and how it is trained.
        weights: the first ones, by the names of `network.weight_shapes`.
        stream: whether the twin carries its states from batch to batch.
        steps: in all epochs; the learning rate falls to 0 over them.
    """

    def __init__(
        self, task: Task, settings: Settings, weights: dict[str, np.ndarray], stream: bool, steps: int
    ):
        vocab_size, outputs = len(weights["embedding/embeddings"]), len(weights["output/bias"])
        self.settings, self.taught = settings, settings.train_as == "taught"
        self.outputs, self.sample = outputs, settings.sampled_softmax or outputs
        self._random = np.random.default_rng(settings.seed)
        if self.taught:
            self.model = task.taught_model(settings, vocab_size, outputs)
        else:
            self.model = task.training_twin(settings, vocab_size, outputs, stream)
        set_weights(self.model, weights)
        make = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[settings.optimizer]
        self.optimizer = make(
            keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps),
            global_clipnorm=settings.clip_norm,
            weight_decay=settings.weight_decay or None,
        )
        self._compiled: dict[tuple[tuple[int, int], int | None] | None, Any] = {}

    def train(self, batch: Batch) -> dict[str, float]:
        """Make one step; return the mean loss before it, in nats per target, and the accuracy.

        With a sampled softmax, both are of the sample.
        """
        if self.sample >= self.outputs:
            model = self._compile_for(batch.inputs.shape)
            return model.train_on_batch(*self._arguments(batch), return_dict=True)
        drawn = sample_outputs(batch.targets, self.outputs, self.sample, self._random)
        model = self._compile_for(batch.inputs.shape, self.sample)
        inputs = [batch.inputs, drawn.targets, batch.sample_weight, drawn.outputs, drawn.log_counts]
        return model.train_on_batch(inputs, return_dict=True)

    def test(self, batch: Batch) -> dict[str, float]:
        """Return loss and accuracy of a batch; the states are carried on."""
        model = self._compile_for(batch.inputs.shape)
        return model.test_on_batch(*self._arguments(batch), return_dict=True)

    def weights(self) -> dict[str, np.ndarray]:
        """The weights as they are now, by the names of `network.weight_shapes`."""
        return get_weights(self.model)

    def reset_states(self) -> None:
        """Set the states that the twin carries from batch to batch to zeros."""
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()

    def _compile_for(self, shape: tuple[int, int], sample: int | None = None) -> Any:
        """The compiled model for one shape of batches and size of sample."""
        key = None if self.taught else (shape, sample)
        if key not in self._compiled:
            model = self.model if self.taught else with_loss(self.model, self.settings, shape, sample)
            loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")
            own = {"loss": loss, "weighted_metrics": ["accuracy"]} if self.taught else {}
            model.compile(self.optimizer, **own)
            self._compiled[key] = model
        return self._compiled[key]

    def _arguments(self, batch: Batch) -> tuple[Any, ...]:
        """What Keras wants: with the loss inside, targets and weights are inputs too."""
        whole = (batch.inputs, batch.targets, batch.sample_weight)
        return whole if self.taught else (list(whole),)
