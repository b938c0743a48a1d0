"""The way back through cells and network in NumPy: against small steps, for every cell; and first weights."""

from collections.abc import Callable

import numpy as np
import pytest

from nlp_lstm.models.cells import CELLS, run_back, run_cell
from nlp_lstm.models.network import Network, initial_weights, weight_shapes
from nlp_lstm.settings import Settings

STEP = 1e-6


def slopes_of(score: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """What a small step in each number changes of a score, by central differences."""
    found = np.empty_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = STEP
        found[place] = (score(at + step) - score(at - step)) / (2 * STEP)
    return found


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("name", ["gru", "lstm", "rnn"])
def test_slopes_by_the_inputs_are_what_a_small_step_changes(name, carried):
    random, cell = np.random.default_rng(0), CELLS.get(name)
    batch, timesteps, units, input_dim = 2, 4, 3, 2
    shapes = {
        "kernel": (input_dim, cell.columns * units),
        "recurrent_kernel": (units, cell.columns * units),
        "bias": cell.bias_shape(units),
    }
    weights = {part: random.normal(0, 0.7, shape) for part, shape in shapes.items()}
    states = {part: random.normal(0, 0.5, (batch, units)) for part in cell.states} if carried else None
    inputs = random.normal(size=(batch, timesteps, input_dim))
    slopes = random.normal(size=(batch, timesteps, units))

    def score(inputs: np.ndarray) -> float:
        parts, _ = run_cell(name, inputs, weights, states)
        return float((parts["hidden_state"] * slopes).sum())

    parts, _ = run_cell(name, inputs, weights, states)
    found = run_back(name, parts, weights, slopes, states)
    np.testing.assert_allclose(found, slopes_of(score, inputs), atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize("carried", [False, True])
def test_slopes_by_the_embedded_words_go_back_through_every_layer(carried):
    settings, random = Settings(units=3, embedding_dim=2, layers=3), np.random.default_rng(0)
    shapes = weight_shapes(settings, vocab_size=5, outputs=2)
    network = Network(settings, {name: random.normal(0, 0.7, shape) for name, shape in shapes.items()})
    embedded, slopes = random.normal(size=(1, 4, 2)), random.normal(size=(1, 4, 3))
    before = network.read(np.array([[3, 1, 4]]))[1] if carried else None

    def score(embedded: np.ndarray) -> float:
        layers, _ = network.read_embedded(embedded, before)
        return float((layers[-1]["hidden_state"] * slopes).sum())

    layers, _ = network.read_embedded(embedded, before)
    found = network.read_back(layers, slopes, before)
    np.testing.assert_allclose(found, slopes_of(score, embedded), atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_first_weights_have_the_promised_spread(cell):
    settings = Settings(cell=cell, units=40, embedding_dim=30, layers=2)
    weights = initial_weights(settings, vocab_size=200, outputs=5, seed=1)
    shapes = weight_shapes(settings, 200, 5)
    assert {name: values.shape for name, values in weights.items()} == shapes
    assert {values.dtype for values in weights.values()} == {np.dtype(np.float32)}
    uniform = {"embedding/embeddings": 0.1}  # name -> bound
    uniform |= {
        name: (6 / (rows + columns)) ** 0.5
        for name, (rows, columns) in (
            (name, shapes[name]) for name in ("layer_1/kernel", "layer_2/kernel", "output/kernel")
        )
    }
    for name, bound in uniform.items():
        assert 0.95 * bound < weights[name].max() <= bound
        assert -0.95 * bound > weights[name].min() >= -bound
        assert abs(weights[name].mean()) < 0.1 * bound
    for number in (1, 2):
        kernel = weights[f"layer_{number}/recurrent_kernel"]
        np.testing.assert_allclose(kernel @ kernel.T, np.eye(40), atol=1e-5)
        bias = np.zeros(shapes[f"layer_{number}/bias"])
        if cell == "lstm":
            bias[40:80] = 1
        np.testing.assert_array_equal(weights[f"layer_{number}/bias"], bias)
    assert not weights["output/bias"].any()


def test_first_weights_follow_the_seed():
    settings = Settings(units=3, embedding_dim=2)
    first, again, other = (initial_weights(settings, 5, 2, seed)["output/kernel"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()
    np.testing.assert_array_equal(
        initial_weights(settings, 5, 2)["output/kernel"], initial_weights(settings, 5, 2, 0)["output/kernel"]
    )
