"""Learner: a model with its loss and its optimizer, trained batch by batch.

The twin's layers and one optimizer are shared by as many compiled Keras models as there are shapes of
batches: each is then traced once, for a known number of time steps, which is what `UnrolledLSTM` asks for.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError
from nlp_lstm.models.layers import get_weights, set_weights, with_loss
from nlp_lstm.models.layouts import CPU, layout
from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.models.sampling import sample_outputs
from nlp_lstm.settings import Settings
from nlp_lstm.task import Task
from nlp_lstm.text.batches import Batch
from nlp_lstm.training.workers import ALONE, Workers


class Learner:
    """The model of a task in training.

    Args:
        task, settings: which model, and how it is trained.
        weights: the first ones, by the names of `network.weight_shapes`.
        stream: whether the twin carries its states from batch to batch.
        steps: in all epochs; the learning rate falls to 0 over them.
        workers: which rows of a batch are this process's; those of all are one step.

    `sampling` is the generator that draws the words of a sampled softmax.
    """

    def __init__(
        self,
        task: Task,
        settings: Settings,
        weights: dict[str, np.ndarray],
        stream: bool,
        steps: int,
        workers: Workers = ALONE,
    ):
        vocab_size, outputs = len(weights["embedding/embeddings"]), len(weights["output/bias"])
        self.settings, self.taught, self.workers = settings, settings.train_as == "taught", workers
        self.outputs = outputs
        self.sample = settings.sampled_softmax if settings.sampled_softmax and layout() == CPU else outputs
        self.sampling = np.random.default_rng(settings.seed)
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
        self.optimizer.build(self.model.trainable_variables)  # now, so that a checkpoint can be put into it
        self._compiled: dict[tuple[tuple[int, int], int | None] | None, Any] = {}

    def train(self, batch: Batch) -> dict[str, float]:
        """Make one step; return the mean loss before it, in nats per target, and the accuracy.

        With a sampled softmax, both are of the sample.
        """
        if self.sample >= self.outputs:
            model, arguments = self._ready(batch)
            return model.train_on_batch(*arguments, return_dict=True)
        drawn = sample_outputs(batch.targets, self.outputs, self.sample, self.sampling)
        model = self._compile_for(batch.inputs.shape, self.sample)
        inputs = [batch.inputs, drawn.targets, batch.sample_weight, drawn.outputs, drawn.log_counts]
        return model.train_on_batch(inputs, return_dict=True)

    def test(self, batch: Batch) -> dict[str, float]:
        """Return loss and accuracy of a batch; the states are carried on."""
        model, arguments = self._ready(batch)
        return model.test_on_batch(*arguments, return_dict=True)

    def weights(self) -> dict[str, np.ndarray]:
        """The weights as they are now, by the names of `network.weight_shapes`."""
        return get_weights(self.model)

    def reset_states(self) -> None:
        """Set the states that the twin carries from batch to batch to zeros."""
        for layer in self._carrying():
            layer.reset_state()

    def state(self) -> dict[str, np.ndarray]:
        """Return a copy of every number that a step changes, but for those of `sampling`.

        They are weights and dropout's seeds, what the optimizer has gathered, and the carried states, each by
        its number: Keras names them anew in every process.
        """
        return {name: np.array(keras.ops.convert_to_numpy(held)) for name, held in self._held().items()}

    def set_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Put in what `state` returned, of a learner of the same settings.

        Raises:
            DataError: if it is that of another model.
        """
        held = self._held()
        shapes = {name: tuple(variable.shape) for name, variable in held.items()}
        if shapes != {name: values.shape for name, values in state.items()}:
            raise DataError("the checkpoint is of another model, or of another version of Keras: train again")
        for name, values in state.items():
            held[name].assign(values)

    def _held(self) -> dict[str, Any]:
        """The variables of `state`."""
        carried = [state for layer in self._carrying() for state in layer.states]
        groups = {"model": self.model.variables, "optimizer": self.optimizer.variables, "carried": carried}
        return {f"{name}/{number}": held for name in groups for number, held in enumerate(groups[name])}

    def _carrying(self) -> list[Any]:
        """The layers that carry their states from batch to batch."""
        return [layer for layer in self.model.layers if getattr(layer, "stateful", False)]

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

    def _ready(self, batch: Batch) -> tuple[Any, tuple[Any, ...]]:
        """The compiled model for a batch, and what Keras wants: with the loss inside, targets and weights are
        inputs too."""
        own = self.workers.rows_of(batch)
        rows, timesteps = own.inputs.shape
        whole = (own.inputs, own.targets, own.sample_weight)
        model = self._compile_for((rows * self.workers.count, timesteps))
        return model, whole if self.taught else (list(whole),)
