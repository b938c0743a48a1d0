"""The taught model in NumPy: word ids -> embedding -> stacked cells -> output layer.

Reads the weights that Keras trained, with nothing but NumPy, and hands out every part of every layer.
At every word it gives what the taught model says after the words up to there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nlp_lstm.errors import DataError
from nlp_lstm.models.cells import CELLS, Parts, run_back, run_cell
from nlp_lstm.report.markup import one_line
from nlp_lstm.settings import Settings

MOST_WEIGHT = 1e9  # of a run, up or down from 0
MOST_NAMED, MOST_OF_A_NAME = 5, 40  # weights that an error names, and characters of a name
EditLayer = Callable[[int, int, str, np.ndarray], None]  # (layer, t, part, values (batch, units))


@dataclass(frozen=True)
class Network:
    """The weights of a run, ready to read words.

    Args:
        settings: what the weights were trained with; `cell` and `layers` matter here.
        weights: by name, as `weight_shapes` lists them.

    Example:
        >>> settings = Settings(layers=2, units=4, embedding_dim=3)
        >>> shapes = weight_shapes(settings, vocab_size=10, outputs=2)
        >>> network = Network(settings, {name: np.zeros(shape) for name, shape in shapes.items()})
        >>> layers, states = network.read(np.array([[3, 4, 5]]))
        >>> len(layers), layers[0]["cell_state"].shape
        (2, (1, 3, 4))
        >>> network.probabilities(layers[-1]["hidden_state"])[0, -1]
        array([0.5, 0.5])
    """

    settings: Settings
    weights: Mapping[str, np.ndarray]

    def read(
        self, ids: np.ndarray, states: Sequence[Parts] | None = None, edit: EditLayer | None = None
    ) -> tuple[list[Parts], list[Parts]]:
        """Read a batch of word ids.

        Args:
            ids: `(batch, timesteps)` int.
            states: per layer, the states carried in; None to start from zeros.
            edit: called as `edit(layer, t, part, values)`, layers from 1 and words from 0, with what
                `cells.run_cell` calls its `edit` with.

        Returns:
            Per layer, all parts `(batch, timesteps, units)`, and per layer the states after the last
            word `(batch, units)`.
        """
        # Weights of a training gone wrong can overflow; what comes out then is told by whoever asks.
        with np.errstate(over="ignore", invalid="ignore"):
            return self.read_embedded(self.weights["embedding/embeddings"][ids], states, edit)

    def read_embedded(
        self, below: np.ndarray, states: Sequence[Parts] | None = None, edit: EditLayer | None = None
    ) -> tuple[list[Parts], list[Parts]]:
        """Read a batch of embedded words, `(batch, timesteps, embedding_dim)`; else as `read`."""
        layers: list[Parts] = []
        carried: list[Parts] = []
        for number in range(1, self.settings.layers + 1):
            weights = self._layer(number)
            before = states[number - 1] if states else None
            edit_part = partial(edit, number) if edit else None
            parts, after = run_cell(self.settings.cell, below, weights, before, edit=edit_part)
            below = parts["hidden_state"]
            layers.append(parts)
            carried.append(after)
        return layers, carried

    def read_back(
        self, layers: Sequence[Parts], slopes: np.ndarray, states: Sequence[Parts] | None = None
    ) -> np.ndarray:
        """Return the slopes of a score by the embedded words, from those by the last layer's hidden state.

        Args:
            layers: what `read_embedded` gave, all parts of each layer.
            slopes: `(batch, timesteps, units)`.
            states: what the words were read from.

        Returns:
            `(batch, timesteps, embedding_dim)`.
        """
        for number in range(len(layers), 0, -1):
            before = states[number - 1] if states else None
            slopes = run_back(self.settings.cell, layers[number - 1], self._layer(number), slopes, before)
        return slopes

    def _layer(self, number: int) -> dict[str, np.ndarray]:
        """The weights of a layer, by number from 1."""
        return {
            name: self.weights[f"layer_{number}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")
        }

    @property
    def output_kernel(self) -> np.ndarray:
        """The output layer's kernel, `(units, outputs)`; where weights are tied, the embedding's, turned."""
        tied = self.settings.tie_weights
        return self.weights["embedding/embeddings"].T if tied else self.weights["output/kernel"]

    def logits(self, hidden_state: np.ndarray) -> np.ndarray:
        """Return the output layer's sums before the softmax, `(..., outputs)`, from the last layer's h."""
        sums = hidden_state @ self.output_kernel
        sums += self.weights["output/bias"]
        return sums

    def log_probabilities(self, hidden_state: np.ndarray) -> np.ndarray:
        """Return log softmax of the output layer, `(..., outputs)`, from the last layer's h."""
        logits = self.logits(hidden_state)
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return logits

    def probabilities(self, hidden_state: np.ndarray) -> np.ndarray:
        """Return the output layer's probabilities, `(..., outputs)`, from the last layer's h."""
        return np.exp(self.log_probabilities(hidden_state))

    def read_long(self, ids: np.ndarray, chunk: int = 512) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Read one long text with the state carried, in bounded memory.

        Args:
            ids: `(timesteps,)` int.
            chunk: words per piece.

        Yields:
            For each piece its ids, `(chunk,)`, and the log probabilities after each, `(chunk, outputs)`.
        """
        states = None
        for start in range(0, len(ids), chunk):
            piece = ids[start : start + chunk]
            layers, states = self.read(piece[None], states)
            yield piece, self.log_probabilities(layers[-1]["hidden_state"][0])


def weight_shapes(settings: Settings, vocab_size: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every weight of a taught model.

    Example:
        >>> weight_shapes(Settings(units=4, embedding_dim=5), vocab_size=10, outputs=3)["layer_1/kernel"]
        (5, 16)
    """
    cell, units = CELLS.get(settings.cell), settings.units
    shapes: dict[str, tuple[int, ...]] = {"embedding/embeddings": (vocab_size, settings.embedding_dim)}
    input_dim = settings.embedding_dim
    for number in range(1, settings.layers + 1):
        shapes[f"layer_{number}/kernel"] = (input_dim, cell.columns * units)
        shapes[f"layer_{number}/recurrent_kernel"] = (units, cell.columns * units)
        shapes[f"layer_{number}/bias"] = cell.bias_shape(units)
        input_dim = units
    if not settings.tie_weights:
        shapes["output/kernel"] = (units, outputs)
    shapes["output/bias"] = (outputs,)
    return shapes


def initial_weights(
    settings: Settings, vocab_size: int, outputs: int, seed: int = 0
) -> dict[str, np.ndarray]:
    """Return weights as a training begins with them, drawn as Keras draws those of these layers.

    Embeddings are uniform in (-0.1, 0.1), kernels Glorot-uniform, recurrent kernels orthogonal, and biases 0
    but for an LSTM's forget gate, which begins open with 1.

    Example:
        >>> initial_weights(Settings(units=2, embedding_dim=3), vocab_size=5, outputs=3)["layer_1/bias"]
        array([0., 0., 1., 1., 0., 0., 0., 0.], dtype=float32)

    Reference:
        Glorot & Bengio 2010; Saxe et al. 2014; forget gate: Jozefowicz et al. 2015.
    """
    random = np.random.default_rng(seed)
    weights: dict[str, np.ndarray] = {}
    for name, shape in weight_shapes(settings, vocab_size, outputs).items():
        if name == "embedding/embeddings":
            values = random.uniform(-0.1, 0.1, shape)
        elif name.endswith("/recurrent_kernel"):
            values = np.linalg.qr(random.normal(size=shape[::-1]))[0].T
        elif name.endswith("/kernel"):
            limit = np.sqrt(6 / sum(shape))
            values = random.uniform(-limit, limit, shape)
        else:
            values = np.zeros(shape)
            if settings.cell == "lstm" and name != "output/bias":
                values[settings.units : 2 * settings.units] = 1
        weights[name] = values.astype(np.float32)
    return weights


def check_weights(weights: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise a DataError unless the weights have exactly these names and shapes, and can be computed with.

    No sum of a network overflows with weights up to `MOST_WEIGHT`, and no training comes near.
    """
    if set(weights) != set(shapes):
        odd = sorted(set(weights) ^ set(shapes))
        names = ", ".join(one_line(name, MOST_OF_A_NAME) for name in odd[:MOST_NAMED])
        more = f" and {len(odd) - MOST_NAMED:,} more" if len(odd) > MOST_NAMED else ""
        raise DataError(f"weights do not fit the settings: {names}{more} missing or not expected")
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise DataError(
                f"weights do not fit the settings: {name} is {weights[name].shape}, expected {shape}"
            )
        if not np.isfinite(weights[name]).all():
            raise DataError(f"weights are damaged: {name} holds values that are not finite numbers")
        largest = float(np.abs(weights[name]).max(initial=0))
        if largest > MOST_WEIGHT:
            raise DataError(
                f"weights are too large: {name} holds {largest:.3g}, at most {MOST_WEIGHT:g} is read"
            )
