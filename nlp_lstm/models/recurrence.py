"""UnrolledLSTM: Keras's LSTM, arranged to train fast on a processor.

The same weights and the same states as `keras.layers.LSTM`, which walks through a text with a loop of
TensorFlow's, dozens of small operations a word forwards and again backwards. Here the words are multiplied by
the kernel all at once, the loop is unrolled, and the way back is written out by hand, so that all that does
not depend on the word after is computed for all words at once.
"""

from typing import Any

from nlp_lstm.models.layouts import CPU, layout
from nlp_lstm.models.quiet_keras import keras

ops: Any = keras.ops  # their types have None for what some backends lack


class UnrolledLSTM(keras.layers.LSTM):
    """An LSTM layer that trains faster than the one it is, where the shape of its input is known.

    Without a known number of time steps, and with a mask, it is `keras.layers.LSTM`, which drops no weights.

    Args:
        units: of the layer.
        precision: "float32", or "bfloat16" for the matrix products in training; all else stays float32.
        weight_dropout: share of the recurrent kernel's weights that are 0, the others scaled up, throughout a
            batch in training (DropConnect: Wan et al. 2013; of an LSTM: Merity et al. 2018).
        return_sequences, return_state, stateful, name: as `keras.layers.LSTM` takes them. Its other options
            are not taken: the way back is that of its usual activations, with a bias and without dropout of
            inputs and states.

    Example:
        >>> sequences = keras.random.normal((4, 7, 5))
        >>> layer = UnrolledLSTM(3, return_sequences=True)
        >>> plain = keras.layers.LSTM(3, return_sequences=True)
        >>> plain.build(sequences.shape), layer.build(sequences.shape)
        (None, None)
        >>> plain.set_weights(layer.get_weights())
        >>> bool(ops.max(ops.abs(layer(sequences) - plain(sequences))) < 1e-6)
        True
    """

    def __init__(
        self,
        units: int,
        precision: str = "float32",
        weight_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        name: str | None = None,
    ):
        super().__init__(
            units, return_sequences=return_sequences, return_state=return_state, stateful=stateful, name=name
        )
        self.precision, self.weight_dropout = precision, weight_dropout

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> tuple[Any, Any, list[Any]]:
        """Read a batch; Keras's own hook, which has the states of stateful layers in hand.

        Returns:
            The last hidden state, `(batch, units)`, those of all words, `(batch, timesteps, units)`, and the
            states to carry.
        """
        batch, timesteps, _ = sequences.shape
        if timesteps is None or mask is not None:
            return super().inner_loop(sequences, initial_state, mask=mask, training=training)
        # Tensors, not variables: gradients are returned in their order.
        names = ("kernel", "recurrent_kernel", "bias")
        weights = [ops.reshape(value, value.shape) for value in (getattr(self.cell, name) for name in names)]
        if training and self.weight_dropout:
            weights[1] = keras.random.dropout(weights[1], self.weight_dropout, seed=self.cell.seed_generator)
        by_word = ops.transpose(sequences, (1, 0, 2))  # (timesteps, batch, input_dim)
        # The halves of a batch have nothing to do with each other, so that two cores can work at once.
        halves = 2 if layout() == CPU and batch and batch % 2 == 0 else 1
        parts = [ops.split(values, halves, axis=-2) for values in (by_word, *initial_state)]
        precision = self.precision if training else "float32"
        read = [
            run_lstm(words, h, c, *weights, precision=precision) for words, h, c in zip(*parts, strict=True)
        ]
        states = ops.concatenate(read, axis=1)  # (timesteps + 1, batch, units)
        hidden_state, cell_state = ops.split(states, [timesteps])  # a slice's gradient would be a slow one
        last = hidden_state[-1]
        return last, ops.transpose(hidden_state, (1, 0, 2)), [last, cell_state[0]]


def run_lstm(
    inputs: Any,
    hidden_state: Any,
    cell_state: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    precision: str,
) -> Any:
    """Read a batch of words and return every hidden state, and the last cell state behind them.

    Args:
        inputs: embedded words x, `(timesteps, batch, input_dim)`.
        hidden_state, cell_state: h and c of the word before, `(batch, units)`.
        kernel, recurrent_kernel, bias: W `(input_dim, 4 units)`, U `(units, 4 units)`, b `(4 units,)`.
        precision: of the matrix products.

    Returns:
        `(timesteps + 1, batch, units)`: one tensor, since not every backend of Keras takes a gradient of
        several.

    Reference:
        Backpropagation through time: Werbos 1990; of the LSTM: Gers et al. 2000.
    """
    timesteps, units = inputs.shape[0], recurrent_kernel.shape[0]

    @ops.custom_gradient
    def run(inputs, hidden_state, cell_state, kernel, recurrent_kernel, bias):
        """Read forwards; what that computes is kept for the way back."""
        words = ops.reshape(inputs, (-1, inputs.shape[-1]))
        projected = multiply(words, kernel, precision) + bias
        projected = ops.unstack(ops.reshape(projected, (timesteps, -1, 4 * units)), timesteps)
        h, c, gates, squashed = read_forwards(
            projected, hidden_state, cell_state, recurrent_kernel, precision
        )

        def gradient(upstream):
            """The gradients of the six tensors, from those of all that is returned."""
            sums, first_hidden, first_cell = read_backwards(
                c, gates, squashed, recurrent_kernel, upstream, precision
            )
            flat = ops.reshape(sums, (-1, 4 * units))
            states = ops.reshape(ops.stack(h[:-1]), (-1, units))
            return (
                ops.reshape(multiply(flat, ops.transpose(kernel), precision), ops.shape(inputs)),
                first_hidden,
                first_cell,
                multiply(ops.transpose(words), flat, precision),
                multiply(ops.transpose(states), flat, precision),
                ops.sum(flat, axis=0),
            )

        return ops.stack([*h[1:], c[-1]]), gradient

    return run(inputs, hidden_state, cell_state, kernel, recurrent_kernel, bias)


def read_forwards(
    projected: list[Any], hidden_state: Any, cell_state: Any, recurrent_kernel: Any, precision: str
) -> tuple[list[Any], list[Any], list[tuple[Any, ...]], list[Any]]:
    """Read word by word, each with the states of the word before.

        i, f, g, o = split(x W + b + h U)        # Keras's column order
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    Args:
        projected: x W + b of every word, `(batch, 4 units)` each.
        hidden_state, cell_state: h and c of the word before, `(batch, units)`.
        recurrent_kernel: U.
        precision: of the matrix products.

    Returns:
        h and c, one more than there are words, the gates i, f, g, o of every word, and tanh of its c.
    """
    recurrent = ops.cast(recurrent_kernel, precision)
    h, c = [hidden_state], [cell_state]
    gates, squashed = [], []
    for t, own in enumerate(projected):
        i, f, g, o = ops.split(own + multiply(h[t], recurrent, precision), 4, axis=1)
        i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
        gates.append((i, f, g, o))
        c.append(f * c[t] + i * g)
        squashed.append(ops.tanh(c[t + 1]))
        h.append(o * squashed[t])
    return h, c, gates, squashed


def read_backwards(
    c: list[Any],
    gates: list[tuple[Any, ...]],
    squashed: list[Any],
    recurrent_kernel: Any,
    upstream: Any,
    precision: str,
) -> tuple[Any, Any, Any]:
    """Return the gradients of the sums that each gate squashes, and of the first states.

    What a word's gates, cell and read-out let through is computed for all words at once; only the gradients
    of h and c are carried from word to word.

    Args:
        c, gates, squashed: what `read_forwards` returned, `(batch, units)` each.
        recurrent_kernel: U.
        upstream: gradients of every hidden state and of the last cell state, `(timesteps + 1, batch, units)`.
        precision: of the matrix products.

    Returns:
        `(timesteps, batch, 4 units)`, and twice `(batch, units)`.
    """
    timesteps = len(gates)
    i, f, g, o = (ops.stack(gate) for gate in zip(*gates, strict=True))
    before, tanh_c = ops.stack(c[:-1]), ops.stack(squashed)  # before: the c that each word found
    # How each sum moves c, by the slopes s (1 - s) of a gate and 1 - g^2 of the candidate; the last moves h.
    columns = [i * (1 - i) * g, f * (1 - f) * before, (1 - g * g) * i, o * (1 - o) * tanh_c]
    slopes = ops.unstack(ops.concatenate(columns, axis=2), timesteps)
    read_out = ops.unstack(o * (1 - tanh_c * tanh_c), timesteps)
    kept = ops.unstack(f, timesteps)
    wanted = ops.unstack(upstream, timesteps + 1)
    # Turned gate by gate: a single transpose would be moved by TensorFlow into every product, which then
    # takes more than half as long again in float32.
    turned = [ops.transpose(part) for part in ops.split(recurrent_kernel, 4, axis=1)]
    back = ops.cast(ops.concatenate(turned), precision)
    to_hidden, to_cell = ops.zeros_like(wanted[0]), wanted[timesteps]
    sums = [wanted[0]] * timesteps
    for t in reversed(range(timesteps)):
        to_hidden = to_hidden + wanted[t]
        to_cell = to_cell + to_hidden * read_out[t]
        sums[t] = ops.concatenate([to_cell, to_cell, to_cell, to_hidden], axis=1) * slopes[t]
        to_hidden = multiply(sums[t], back, precision)
        to_cell = to_cell * kept[t]
    return ops.stack(sums), to_hidden, to_cell


def multiply(left: Any, right: Any, precision: str) -> Any:
    """Return a matrix product as float32, rounded, like its factors, to `precision`."""
    if precision == "float32":
        return ops.matmul(left, right)
    return ops.cast(ops.matmul(ops.cast(left, precision), ops.cast(right, precision)), "float32")
