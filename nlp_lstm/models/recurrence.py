"""UnrolledLSTM: Keras's LSTM, arranged to train fast on a processor.

The same weights and the same states as `keras.layers.LSTM`, which walks through a text with a loop of
TensorFlow's, dozens of small operations a word forwards and again backwards. Here the words are multiplied by
the kernel all at once, the loop is unrolled (but on JAX), and the way back is written out by hand, so that
all that does not depend on the word after is computed for all words at once.
"""

from collections.abc import Callable
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

    @ops.custom_gradient
    def run(inputs, hidden_state, cell_state, kernel, recurrent_kernel, bias):
        """Read forwards; what that computes is kept for the way back."""
        projected = multiply(inputs, kernel, precision) + bias
        read = read_forwards(projected, hidden_state, cell_state, recurrent_kernel, precision)
        h, c, gates, squashed = read[0], read[1], read[2:6], read[6]

        def gradient(upstream):
            """The gradients of the six tensors, from those of all that is returned."""
            sums, first_hidden, first_cell = read_backwards(
                put_before(cell_state, c), gates, squashed, recurrent_kernel, upstream, precision
            )
            return (
                multiply(sums, ops.transpose(kernel), precision),
                first_hidden,
                first_cell,
                multiply_by_word(inputs, sums, precision),
                multiply_by_word(put_before(hidden_state, h), sums, precision),
                ops.sum(sums, axis=(0, 1)),
            )

        return ops.concatenate([h, c[-1:]]), gradient

    return run(inputs, hidden_state, cell_state, kernel, recurrent_kernel, bias)


def read_forwards(
    projected: Any, hidden_state: Any, cell_state: Any, recurrent_kernel: Any, precision: str
) -> list[Any]:
    """Read word by word, each with the states of the word before.

        i, f, g, o = split(x W + b + h U)        # Keras's column order
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    Args:
        projected: x W + b of every word, `(timesteps, batch, 4 units)`.
        hidden_state, cell_state: h and c of the word before, `(batch, units)`.
        recurrent_kernel: U.
        precision: of the matrix products.

    Returns:
        h, c, the gates i, f, g, o and tanh of c, of every word, `(timesteps, batch, units)` each.
    """
    recurrent = ops.cast(recurrent_kernel, precision)

    def read_word(states, word):
        h, c = states
        i, f, g, o = ops.split(word[0] + multiply(h, recurrent, precision), 4, axis=1)
        i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
        c = f * c + i * g
        squashed = ops.tanh(c)
        h = o * squashed
        return (h, c), (h, c, i, f, g, o, squashed)

    return walk(read_word, (hidden_state, cell_state), [projected])[1]


def read_backwards(
    before: Any, gates: list[Any], squashed: Any, recurrent_kernel: Any, upstream: Any, precision: str
) -> tuple[Any, Any, Any]:
    """Return the gradients of the sums that each gate squashes, and of the first states.

    What a word's gates, cell and read-out let through is computed for all words at once; only the gradients
    of h and c are carried from word to word.

    Args:
        before: the c that each word found, `(timesteps, batch, units)`.
        gates, squashed: what `read_forwards` returned.
        recurrent_kernel: U.
        upstream: gradients of every hidden state and of the last cell state, `(timesteps + 1, batch, units)`.
        precision: of the matrix products.

    Returns:
        `(timesteps, batch, 4 units)`, and twice `(batch, units)`.
    """
    i, f, g, o = gates
    # How each sum moves c, by the slopes s (1 - s) of a gate and 1 - g^2 of the candidate; the last moves h.
    columns = [i * (1 - i) * g, f * (1 - f) * before, (1 - g * g) * i, o * (1 - o) * squashed]
    slopes, read_out = ops.concatenate(columns, axis=2), o * (1 - squashed * squashed)
    # Turned gate by gate: a single transpose would be moved by TensorFlow into every product, which then
    # takes more than half as long again in float32.
    turned = [ops.transpose(part) for part in ops.split(recurrent_kernel, 4, axis=1)]
    back = ops.cast(ops.concatenate(turned), precision)

    def read_word(carried, word):
        to_hidden, to_cell = carried
        wanted, own_slopes, own_read_out, kept = word
        to_hidden = to_hidden + wanted
        to_cell = to_cell + to_hidden * own_read_out
        sums = ops.concatenate([to_cell, to_cell, to_cell, to_hidden], axis=1) * own_slopes
        return (multiply(sums, back, precision), to_cell * kept), (sums,)

    nothing, last_cell = ops.zeros_like(upstream[-1]), upstream[-1]
    first, (sums,) = walk(
        read_word, (nothing, last_cell), [upstream[:-1], slopes, read_out, f], backwards=True
    )
    return sums, *first


def walk(
    read_word: Callable[[Any, Any], tuple[Any, Any]], carried: Any, words: list[Any], backwards: bool = False
) -> tuple[Any, list[Any]]:
    """Go from word to word, or backwards; return what is carried at last, and the outputs, a row per word.

    Unrolled, and on JAX, whose compiler takes long over that, in a loop. `read_word` is `(carried, word) ->
    (carried, outputs)`, where a word is its row of each tensor `(timesteps, ...)` of `words`.
    """
    if keras.backend.backend() == "jax":
        return ops.scan(read_word, carried, words, reverse=backwards)
    rows, outputs = list(zip(*(ops.unstack(values, values.shape[0]) for values in words), strict=True)), []
    for row in reversed(rows) if backwards else rows:
        carried, output = read_word(carried, row)
        outputs.append(output)
    in_order = reversed(outputs) if backwards else outputs
    return carried, [ops.stack(values) for values in zip(*in_order, strict=True)]


def put_before(first: Any, values: Any) -> Any:
    """Return the values `(timesteps, batch, units)` that each word found: the first, and all but the last."""
    return ops.concatenate([first[None], values[:-1]])


def multiply_by_word(left: Any, right: Any, precision: str) -> Any:
    """Return the sum over all words of the products of their rows: `(m, n)` of `(..., m)` and `(..., n)`."""
    if keras.backend.backend() == "jax":  # which must not cut across the rows of several workers
        left, right = ops.cast(left, precision), ops.cast(right, precision)
        return ops.cast(ops.einsum("tbm,tbn->mn", left, right), "float32")
    left, right = (ops.reshape(values, (-1, values.shape[-1])) for values in (left, right))
    return multiply(ops.transpose(left), right, precision)


def multiply(left: Any, right: Any, precision: str) -> Any:
    """Return a matrix product as float32, rounded, like its factors, to `precision`."""
    if precision == "float32":
        return ops.matmul(left, right)
    return ops.cast(ops.matmul(ops.cast(left, precision), ops.cast(right, precision)), "float32")
