"""The output layer and its loss in one: what a word's softmax costs, without keeping it.

Over 10,000 words the output layer and its loss are most of what training costs, and the logits of a batch
are its largest array. Here they are computed chunk by chunk, the gradients with them, so that no more than
a chunk of logits is ever held. A softmax over a sample of the outputs (`sampling.py`) costs less still.
"""

from collections.abc import Callable
from typing import Any

from nlp_lstm.models.quiet_keras import keras
from nlp_lstm.models.recurrence import multiply

ops: Any = keras.ops  # their types have None for what some backends lack


class TiedDense(keras.layers.Layer):
    """An output layer whose kernel is the embedding's: softmax(h E^T + b).

    Args:
        table: returns the embedding's weights E, `(vocab_size, units)`. A function, so that the weights
            belong to the embedding alone.
        **options: as `keras.layers.Layer` takes them.

    Reference:
        Press & Wolf 2017; Inan et al. 2017.
    """

    def __init__(self, table: Callable[[], Any], **options: Any):
        super().__init__(**options)
        self.table = table

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the bias, `(vocab_size,)`."""
        self.bias = self.add_weight(shape=(self.table().shape[0],), initializer="zeros", name="bias")

    def call(self, hidden_state: Any) -> Any:
        """Return probabilities `(..., vocab_size)` from hidden states `(..., units)`."""
        logits = ops.matmul(hidden_state, ops.transpose(self.table()))
        return ops.softmax(logits + self.bias)


class ActivationRegularization(keras.layers.Layer):
    """A layer that adds to the loss, in training, what hidden states cost for being large or changing fast.

        activation * mean(h_t^2) + temporal * mean((h_t - h_(t-1))^2)

    The means are over all words of a batch, the padding at the end of a text too, and over all units.

    Args:
        activation, temporal: the two factors, at least 0.
        **options: as `keras.layers.Layer` takes them.

    Reference:
        Merity, McCann & Socher 2017, who take the first of the states after dropout, the second before it;
        here both are of the states after it.

    Example:
        >>> layer = ActivationRegularization(2.0, 1.0)
        >>> unchanged = layer(ops.ones((1, 3, 4)), training=True)
        >>> [float(loss) for loss in layer.losses]
        [2.0, 0.0]
    """

    def __init__(self, activation: float, temporal: float, **options: Any):
        super().__init__(**options)
        self.activation, self.temporal = activation, temporal

    def call(self, hidden_state: Any, training: bool = False) -> Any:
        """Return the hidden states `(batch, timesteps, units)` as they are."""
        if training:
            change = hidden_state[:, 1:] - hidden_state[:, :-1]
            self.add_loss(self.activation * ops.mean(ops.square(hidden_state)))
            self.add_loss(self.temporal * ops.mean(ops.square(change)))
        return hidden_state


class LossModel(keras.Model):
    """A model that ends in an `OutputLoss`, and so needs no targets but those among its inputs."""

    def compute_loss(self, x=None, y=None, y_pred: Any = None, sample_weight=None, training=True) -> Any:
        """Return the mean cross-entropy, in nats, and what layers add to it, in training alone."""
        return ops.sum(y_pred[0]) + sum(self.losses)

    def compute_metrics(self, x, y, y_pred: Any, sample_weight=None) -> Any:
        """Return the batch's mean cross-entropy as the loss, and the share of its targets that are hit.

        Straight from the batch: a Keras metric adds up batches, and setting it to zeros before each would
        take a few hundredths of a small model's step.
        """
        return {"loss": ops.sum(y_pred[0]), "accuracy": ops.sum(y_pred[1])}


class OutputLoss(keras.layers.Layer):
    """What every word costs an output layer, and whether it is hit.

    Args:
        output_layer: `keras.layers.Dense` or `TiedDense`, built.
        rows: the most words whose logits are held at once.
        precision: of the three large products in training, "float32" or "bfloat16".
    """

    def __init__(self, output_layer: Any, rows: int, precision: str = "float32"):
        super().__init__(name="output_loss")
        self.output_layer, self.rows, self.precision = output_layer, rows, precision

    def call(
        self,
        hidden_state: Any,
        targets: Any,
        sample_weight: Any,
        outputs: Any = None,
        log_counts: Any = None,
        training: bool = False,
    ) -> Any:
        """Return costs in nats and hits, 0 or 1, weighted so that a sum is a mean, `(2, batch * timesteps)`.

        Args:
            hidden_state: `(batch, timesteps, units)`.
            targets: an output number per word, `(batch, timesteps)`.
            sample_weight: how much each counts, `(batch, timesteps)`.
            outputs, log_counts: of a `sampling.Sample`; targets are then its. None for all outputs.
            training: whether gradients will be asked for.
        """
        tied = isinstance(self.output_layer, TiedDense)
        kernel = self.output_layer.table() if tied else ops.transpose(self.output_layer.kernel)
        # Tensors, not variables: gradients are returned in their order.
        table, bias = (ops.reshape(value, value.shape) for value in (kernel, self.output_layer.bias))
        if outputs is not None:
            table, bias = ops.take(table, outputs, axis=0), ops.take(bias, outputs) + log_counts
        weights = ops.reshape(sample_weight / ops.maximum(ops.sum(sample_weight), 1e-9), (-1,))
        states = ops.reshape(hidden_state, (-1, hidden_state.shape[-1]))
        targets = ops.reshape(targets, (-1,))
        precision = self.precision if training else "float32"
        told = softmax_costs(states, table, bias, targets, weights, self.rows, precision, training)
        costs, hits = ops.unstack(told, 2)
        return ops.stack([costs, hits * weights])


def softmax_costs(
    hidden_state: Any,
    table: Any,
    bias: Any,
    targets: Any,
    weights: Any,
    rows: int,
    precision: str = "float32",
    training: bool = True,
) -> Any:
    """Return the weighted cross-entropy of words, and whether each is hit, `(2, words)`.

    Its gradient is that of the sum of all costs: every cost must be asked for alike.

        log p(target) = logit of the target - log sum exp(logits);   d / d logits = softmax - one-hot

    Args:
        hidden_state: `(words, units)`.
        table: the output layer's kernel, turned, `(outputs, units)`.
        bias: `(outputs,)`.
        targets: an output number per word, `(words,)`.
        weights: how much each word counts, `(words,)`.
        rows: the most words whose logits are held at once.
        precision: of the products.
        training: whether to compute gradients.
    """
    if not training:
        return ops.stack(_read_chunks(hidden_state, table, bias, targets, weights, rows, precision, False))

    @ops.custom_gradient
    def run(hidden_state, table, bias):
        """Read all words, gradients and all, so that the way back has nothing left but to scale them."""
        costs, hits, to_hidden, to_table, to_bias = _read_chunks(
            hidden_state, table, bias, targets, weights, rows, precision, True
        )
        # The one-hot's part: rows of the table, instead of a matrix of zeros and ones.
        outputs, weighted = table.shape[0], weights[:, None] * hidden_state
        to_hidden = to_hidden - weights[:, None] * ops.take(table, targets, axis=0)
        to_table = to_table - ops.segment_sum(weighted, targets, outputs)
        to_bias = to_bias - ops.segment_sum(weights, targets, outputs)

        def gradient(upstream):
            scale = upstream[0, 0]
            return to_hidden * scale, to_table * scale, to_bias * scale

        return ops.stack([costs, hits]), gradient

    return run(hidden_state, table, bias)


def _read_chunks(
    hidden_state: Any,
    table: Any,
    bias: Any,
    targets: Any,
    weights: Any,
    rows: int,
    precision: str,
    training: bool,
) -> list[Any]:
    """Costs and hits of all words and, in training, the softmax's part of the three gradients."""
    words, units = ops.shape(hidden_state)[0], table.shape[1]
    chunks, turned = -(-words // rows), ops.transpose(table)  # once, not in every chunk
    if chunks == 1:
        return _read_chunk(hidden_state, table, turned, bias, targets, weights, precision, training)
    rows = -(-words // chunks)
    spare = chunks * rows - words
    hidden_state = ops.pad(hidden_state, ((0, spare), (0, 0)))
    targets, weights = (ops.pad(values, ((0, spare),)) for values in (targets, weights))

    def add_chunk(number, sums):
        """Read one chunk, and add it to what the chunks before came to."""
        start = number * rows
        hidden = ops.slice(hidden_state, (start, 0), (rows, units))
        target, weight = (ops.slice(values, (start,), (rows,)) for values in (targets, weights))
        found = _read_chunk(hidden, table, turned, bias, target, weight, precision, training)
        # Every word has its costs, hits and gradient of h; those of the weights are sums over all words.
        places = ((start,), (start,), (start, 0))
        own = (ops.slice_update(whole, place, new) for whole, place, new in zip(sums, places, found))
        return (*own, *(total + new for total, new in zip(sums[3:], found[3:], strict=True)))

    sums = [ops.zeros_like(values) for values in (weights, weights, hidden_state, table, bias)]
    sums = ops.fori_loop(0, chunks, add_chunk, tuple(sums if training else sums[:2]))
    return [values[:words] for values in sums[:3]] + list(sums[3:])


def _read_chunk(
    hidden_state: Any,
    table: Any,
    turned: Any,
    bias: Any,
    targets: Any,
    weights: Any,
    precision: str,
    training: bool,
) -> list[Any]:
    """The same of words whose logits are held at once."""
    logits = multiply(hidden_state, turned, precision) + bias
    own = ops.take_along_axis(logits, targets[:, None], axis=1)
    top = ops.max(logits, axis=1, keepdims=True)
    powers = ops.exp(logits - top)
    total = ops.sum(powers, axis=1, keepdims=True)
    costs = (ops.log(total) + top - own)[:, 0] * weights
    hits = ops.cast(own >= top, "float32")[:, 0]
    if not training:
        return [costs, hits]
    to_logits = powers * (weights[:, None] / total)
    to_hidden = multiply(to_logits, table, precision)
    to_table = multiply(ops.transpose(to_logits), hidden_state, precision)
    return [costs, hits, to_hidden, to_table, ops.sum(to_logits, axis=0)]
