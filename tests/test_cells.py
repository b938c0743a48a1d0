"""The cells against Keras's layers, against numbers worked out by hand, and against themselves."""

import math
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_lstm.errors import UnknownNameError
from nlp_lstm.models.cells import CELLS, Variant, run_back, run_cell

NAMES = CELLS.names()
KERAS_LAYERS = {name: getattr(keras.layers, CELLS.get(name).keras_layer) for name in NAMES}
BATCH, TIMESTEPS, INPUT_DIM, UNITS = 3, 8, 4, 5
few = settings(max_examples=15, deadline=None)
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**16)
lengths = st.lists(st.integers(1, 7), min_size=1, max_size=4)


def random_weights(name: str, input_dim: int, units: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Weights of one layer, biases included, far enough from zero to matter."""
    random, cell = np.random.default_rng(seed), CELLS.get(name)
    return {
        "kernel": random.normal(0, 0.7, (input_dim, cell.columns * units)),
        "recurrent_kernel": random.normal(0, 0.7, (units, cell.columns * units)),
        "bias": random.normal(0, 0.7, cell.bias_shape(units)),
    }


def random_inputs(*shape: int, seed: int = 1) -> np.ndarray:
    """Embedded words, `(batch, timesteps, input_dim)`."""
    return np.random.default_rng(seed).normal(0, 1, shape)


def ones(name: str) -> dict[str, np.ndarray]:
    """One input, one unit, every weight 1, no bias."""
    cell = CELLS.get(name)
    return {
        "kernel": np.ones((1, cell.columns)),
        "recurrent_kernel": np.ones((1, cell.columns)),
        "bias": np.zeros(cell.bias_shape(1)),
    }


# Worked by hand


def test_lstm_golden_numbers():
    parts, states = run_cell("lstm", np.ones((1, 3, 1)), ones("lstm"))
    assert parts["hidden_state"][0, -1, 0] == pytest.approx(0.788766, abs=1e-6)
    assert parts["cell_state"][0, -1, 0] == pytest.approx(1.739488, abs=1e-6)
    assert states["cell_state"][0, 0] == parts["cell_state"][0, -1, 0]


def test_gru_by_hand():
    # z = r = sigmoid(1) = 0.731059, g = tanh(1) = 0.761594, h = (1 - z) g
    parts, _ = run_cell("gru", np.ones((1, 1, 1)), ones("gru"))
    assert {part: round(values.item(), 6) for part, values in parts.items()} == {
        "update_gate": 0.731059,
        "reset_gate": 0.731059,
        "candidate": 0.761594,
        "hidden_state": 0.204824,
    }


def test_gru_resets_the_recurrent_bias_too():
    # Only the candidate's recurrent bias is 2: g = tanh(r * 2) with r = sigmoid(0) = 1/2.
    weights = {"kernel": np.zeros((1, 3)), "recurrent_kernel": np.zeros((1, 3)), "bias": np.zeros((2, 3))}
    weights["bias"][1, 2] = 2.0
    parts, _ = run_cell("gru", np.ones((1, 1, 1)), weights)
    assert parts["candidate"].item() == pytest.approx(0.761594, abs=1e-6)


def test_rnn_by_hand():
    # tanh(1) = 0.761594, tanh(1.761594) = 0.942681
    parts, _ = run_cell("rnn", np.ones((1, 2, 1)), ones("rnn"))
    assert parts["hidden_state"].ravel() == pytest.approx([0.761594, 0.942681], abs=1e-6)


# Against the equations of the docstrings, a unit at a time


def cut(x: np.ndarray, out: np.ndarray) -> None:
    """A gate's activation that is no sigmoid, at or between 0 and 1."""
    np.clip(x / 4 + 0.5, 0, 1, out=out)


def rise(x: np.ndarray, out: np.ndarray) -> None:
    """A candidate's activation that is no tanh."""
    np.maximum(x, 0, out=out)


VARIANTS = {
    "as Keras has it": (Variant(), math.tanh, lambda x: 1 / (1 + math.exp(-x))),
    "reset before": (Variant(reset_after=False), math.tanh, lambda x: 1 / (1 + math.exp(-x))),
    "other activations": (Variant(rise, cut), lambda x: max(x, 0.0), lambda x: min(max(x / 4 + 0.5, 0), 1)),
}


def step_by_hand(
    name: str, x: np.ndarray, states: dict, weights: dict, variant: str
) -> dict[str, list[float]]:
    """All parts of one word of one sentence, from sums over its inputs and its units."""
    (chosen, act, gate), h = VARIANTS[variant], states["hidden_state"]
    units = len(h)
    by_word, by_state = np.atleast_2d(weights["bias"])[[0, -1]]

    def sums(values: Any, kernel: str, block: int) -> list[float]:
        columns = weights[kernel][:, block * units : (block + 1) * units]
        return [sum(value * weight for value, weight in zip(values, column)) for column in columns.T]

    def read(block: int, values: Any = h) -> list[float]:
        bias = by_word[block * units :]
        both = zip(sums(x, "kernel", block), sums(values, "recurrent_kernel", block), bias)
        return [one + other + b for one, other, b in both]

    if name == "rnn":
        return {"hidden_state": [act(a) for a in read(0)]}
    if name == "lstm":
        i, f, o = ([gate(a) for a in read(block)] for block in (0, 1, 3))
        g = [act(a) for a in read(2)]
        c = [f[k] * states["cell_state"][k] + i[k] * g[k] for k in range(units)]
        shown = [o[k] * act(c[k]) for k in range(units)]
        return dict(zip(CELLS.get(name).parts, (i, f, g, o, c, shown), strict=True))
    more = by_state if chosen.reset_after else np.zeros(3 * units)
    z, r = ([gate(a + more[block * units + k]) for k, a in enumerate(read(block))] for block in (0, 1))
    if chosen.reset_after:
        again = sums(h, "recurrent_kernel", 2)
        reset = [r[k] * (again[k] + more[2 * units + k]) for k in range(units)]
    else:
        reset = sums([r[k] * h[k] for k in range(units)], "recurrent_kernel", 2)
    own = sums(x, "kernel", 2)
    g = [act(own[k] + by_word[2 * units + k] + reset[k]) for k in range(units)]
    new = [z[k] * h[k] + (1 - z[k]) * g[k] for k in range(units)]
    return {"update_gate": z, "reset_gate": r, "candidate": g, "hidden_state": new}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_part_is_that_of_the_equations(name, variant):
    cell, weights, inputs = CELLS.get(name), random_weights(name, 3, 2), random_inputs(2, 4, 3)
    if name == "gru" and variant == "reset before":
        weights["bias"] = weights["bias"][0]
    carried = {part: random_inputs(2, 2, seed=number) for number, part in enumerate(cell.states)}
    parts, last = run_cell(name, inputs, weights, carried, variant=VARIANTS[variant][0])
    for row in range(2):
        states: dict = {part: values[row] for part, values in carried.items()}
        for t in range(4):
            found = step_by_hand(name, inputs[row, t], states, weights, variant)
            states = {part: found[part] for part in cell.states}
            for part, values in found.items():
                np.testing.assert_allclose(parts[part][row, t], values, atol=1e-12, err_msg=part)
        for part, values in states.items():
            np.testing.assert_allclose(last[part][row], values, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_without_a_bias_is_one_whose_bias_is_0(name):
    inputs, weights = random_inputs(2, 4, 3), random_weights(name, 3, 2)
    without = {part: weights[part] for part in ("kernel", "recurrent_kernel")}
    bias = np.zeros(CELLS.get(name).bias_shape(2))
    expected, _ = run_cell(name, inputs, {**without, "bias": bias})
    parts, _ = run_cell(name, inputs, without)
    for part, values in expected.items():
        np.testing.assert_array_equal(parts[part], values)
    slopes = random_inputs(2, 4, 2)
    found = run_back(name, parts, without, slopes)
    np.testing.assert_array_equal(found, run_back(name, expected, {**without, "bias": bias}, slopes))


@pytest.mark.parametrize("name", NAMES)
def test_a_masked_word_is_as_if_it_had_not_been_there(name):
    inputs, weights = random_inputs(2, 5, 3), random_weights(name, 3, 2)
    mask = np.array([[False, True, True, False, True], [True] * 5])
    parts, last = run_cell(name, inputs, weights, mask=mask)
    shorter, end = run_cell(name, inputs[:1, mask[0]], weights)
    whole, _ = run_cell(name, inputs[1:], weights)
    for part, values in parts.items():
        np.testing.assert_allclose(values[0, mask[0]], shorter[part][0], atol=1e-12)
        np.testing.assert_allclose(values[1], whole[part][0], atol=1e-12)
        state = part in CELLS.get(name).states
        assert (values[0, 3] == (values[0, 2] if state else 0)).all()
        assert (values[0, 0] == 0).all()
    for part, values in end.items():
        np.testing.assert_allclose(last[part][0], values[0], atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_in_float32_stays_in_float32(name):
    weights = {part: values.astype(np.float32) for part, values in random_weights(name, 3, 2).items()}
    parts, last = run_cell(name, random_inputs(2, 1, 3).astype(np.float32), weights)
    assert {values.dtype for values in [*parts.values(), *last.values()]} == {np.dtype(np.float32)}
    _, same = run_cell(name, np.empty((2, 0, 3), np.float32), weights)
    assert {(values.dtype, values.any()) for values in same.values()} == {(np.dtype(np.float32), False)}


@pytest.mark.parametrize("name", NAMES)
def test_slopes_go_back_over_a_single_word(name):
    inputs, weights = random_inputs(1, 1, 3), random_weights(name, 3, 2)
    parts, _ = run_cell(name, inputs, weights)
    slopes = np.ones((1, 1, 2))
    found = run_back(name, parts, weights, slopes)
    for place in range(3):
        ends = []
        for step in (-1e-6, 1e-6):
            moved = inputs.copy()
            moved[0, 0, place] += step
            ends.append(run_cell(name, moved, weights)[0]["hidden_state"].sum())
        assert found[0, 0, place] == pytest.approx((ends[1] - ends[0]) / 2e-6, rel=1e-6)


# Against Keras


@pytest.fixture(scope="module", params=NAMES)
def beside_keras(request):
    """Name, weights, inputs, and an unmodified Keras layer that holds the same weights."""
    name = request.param
    weights = random_weights(name, INPUT_DIM, UNITS)
    inputs = random_inputs(BATCH, TIMESTEPS, INPUT_DIM).astype(np.float32)
    layer = KERAS_LAYERS[name](UNITS, return_sequences=True, return_state=True)
    layer.build(inputs.shape)
    layer.set_weights([weights["kernel"], weights["recurrent_kernel"], weights["bias"]])
    return name, {part: values.astype(np.float32) for part, values in weights.items()}, inputs, layer


def as_arrays(outputs) -> list[np.ndarray]:
    return [np.asarray(keras.ops.convert_to_numpy(values)) for values in outputs]


def test_hidden_states_are_those_of_keras(beside_keras):
    name, weights, inputs, layer = beside_keras
    parts, states = run_cell(name, inputs, weights)
    hidden, *last = as_arrays(layer(inputs))
    np.testing.assert_allclose(parts["hidden_state"], hidden, atol=1e-5, rtol=0)
    for part, values in zip(CELLS.get(name).states, last, strict=True):
        np.testing.assert_allclose(states[part], values, atol=1e-5, rtol=0)


def test_every_state_is_the_last_one_that_keras_gives_for_the_prefix(beside_keras):
    name, weights, inputs, layer = beside_keras
    parts, _ = run_cell(name, inputs, weights)
    for t in range(TIMESTEPS):
        _, *last = as_arrays(layer(inputs[:, : t + 1]))
        for part, values in zip(CELLS.get(name).states, last, strict=True):
            np.testing.assert_allclose(parts[part][:, t], values, atol=1e-5, rtol=0)


def test_states_carried_in_are_those_of_keras(beside_keras):
    name, weights, inputs, layer = beside_keras
    carried = {
        part: random_inputs(BATCH, UNITS, seed=number).astype(np.float32)
        for number, part in enumerate(CELLS.get(name).states)
    }
    parts, _ = run_cell(name, inputs, weights, carried)
    initial_state = [keras.ops.array(values) for values in carried.values()]
    hidden, *_ = as_arrays(layer(inputs, initial_state=initial_state))
    np.testing.assert_allclose(parts["hidden_state"], hidden, atol=1e-5, rtol=0)


def test_single_precision_stays_single(beside_keras):
    name, weights, inputs, _ = beside_keras
    parts, states = run_cell(name, inputs, weights)
    assert {values.dtype for values in [*parts.values(), *states.values()]} == {np.dtype(np.float32)}


# Identities


@pytest.fixture
def lstm_parts() -> dict[str, np.ndarray]:
    return run_cell("lstm", random_inputs(2, 9, 3), random_weights("lstm", 3, 4))[0]


def test_lstm_hidden_state_is_what_the_output_gate_shows_of_the_cell_state(lstm_parts):
    shown = lstm_parts["output_gate"] * np.tanh(lstm_parts["cell_state"])
    np.testing.assert_allclose(lstm_parts["hidden_state"], shown, atol=1e-14)


def test_lstm_cell_state_keeps_what_the_forget_gate_lets_and_adds_the_candidate(lstm_parts):
    before = np.pad(lstm_parts["cell_state"], ((0, 0), (1, 0), (0, 0)))[:, :-1]
    kept = lstm_parts["forget_gate"] * before
    written = lstm_parts["input_gate"] * lstm_parts["candidate"]
    np.testing.assert_allclose(lstm_parts["cell_state"], kept + written, atol=1e-14)


def test_lstm_cell_state_is_the_sum_of_what_every_word_wrote(lstm_parts):
    written = lstm_parts["input_gate"] * lstm_parts["candidate"]
    for t in range(written.shape[1]):
        survives = [lstm_parts["forget_gate"][:, j + 1 : t + 1].prod(axis=1) for j in range(t + 1)]
        total = sum(written[:, j] * share for j, share in enumerate(survives))
        np.testing.assert_allclose(lstm_parts["cell_state"][:, t], total, atol=1e-13)


def test_gru_hidden_state_lies_between_the_one_before_and_the_candidate():
    parts, _ = run_cell("gru", random_inputs(2, 9, 3), random_weights("gru", 3, 4))
    before = np.pad(parts["hidden_state"], ((0, 0), (1, 0), (0, 0)))[:, :-1]
    z = parts["update_gate"]
    np.testing.assert_allclose(parts["hidden_state"], z * before + (1 - z) * parts["candidate"], atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_parts_have_the_promised_names_shapes_and_ranges(name):
    parts, states = run_cell(name, random_inputs(2, 9, 3), random_weights(name, 3, 4))
    assert tuple(parts) == CELLS.get(name).parts
    assert tuple(states) == CELLS.get(name).states
    for part, values in parts.items():
        assert values.shape == (2, 9, 4)
        if part.endswith("_gate"):
            assert 0 < values.min() < values.max() < 1
        elif part != "cell_state":
            assert -1 < values.min() < 0 < values.max() < 1


def test_an_unknown_cell_is_told_with_the_known_ones():
    with pytest.raises(
        UnknownNameError, match=r"unknown cell 'lstmm': did you mean lstm\? The known ones are .*gru"
    ):
        run_cell("lstmm", np.ones((1, 1, 1)), ones("rnn"))


# Properties of all cells


@pytest.mark.parametrize("name", NAMES)
@few
@given(lengths=lengths, input_dim=sizes, units=sizes, seed=seeds)
def test_a_padded_batch_has_the_states_of_its_sentences_one_by_one(name, lengths, input_dim, units, seed):
    weights = random_weights(name, input_dim, units, seed)
    padding = 9.0  # anything: no real word may see it
    inputs = np.full((len(lengths), max(lengths), input_dim), padding)
    for row, length in enumerate(lengths):
        inputs[row, :length] = random_inputs(length, input_dim, seed=seed + row)
    together, _ = run_cell(name, inputs, weights)
    for row, length in enumerate(lengths):
        alone, _ = run_cell(name, inputs[row : row + 1, :length], weights)
        for part, values in alone.items():
            np.testing.assert_allclose(together[part][row, :length], values[0], atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@few
@given(timesteps=st.integers(2, 8), input_dim=sizes, units=sizes, seed=seeds, data=st.data())
def test_a_prefix_has_the_first_states_and_carrying_them_on_gives_the_rest(
    name, timesteps, input_dim, units, seed, data
):
    cut = data.draw(st.integers(1, timesteps - 1))
    weights = random_weights(name, input_dim, units, seed)
    inputs = random_inputs(2, timesteps, input_dim, seed=seed)
    whole, end = run_cell(name, inputs, weights)
    first, carried = run_cell(name, inputs[:, :cut], weights)
    rest, same_end = run_cell(name, inputs[:, cut:], weights, carried)
    for part, values in whole.items():
        np.testing.assert_allclose(first[part], values[:, :cut], atol=1e-12)
        np.testing.assert_allclose(rest[part], values[:, cut:], atol=1e-12)
    for part, values in end.items():
        np.testing.assert_allclose(same_end[part], values, atol=1e-12)


# The gates, which neither Keras nor PyTorch hands out, against TensorFlow's fused kernel, which does


def test_every_gate_is_that_of_tensorflow_s_fused_kernel():
    import tensorflow

    inputs = random_inputs(3, 20, 12).astype(np.float32)
    weights = {name: values.astype(np.float32) for name, values in random_weights("lstm", 12, 16).items()}
    zeros = np.zeros((3, 16), np.float32)
    said = tensorflow.raw_ops.BlockLSTMV2(
        seq_len_max=20,
        x=inputs.transpose(1, 0, 2),
        cs_prev=zeros,
        h_prev=zeros,
        w=np.concatenate([weights["kernel"], weights["recurrent_kernel"]]),
        wci=zeros[0],
        wcf=zeros[0],
        wco=zeros[0],
        b=weights["bias"],
    )
    parts, _ = run_cell("lstm", inputs, weights)
    expected = (said.i, said.f, said.ci, said.o, said.cs, said.h)
    for (part, values), known in zip(parts.items(), expected, strict=True):
        np.testing.assert_allclose(values, known.numpy().transpose(1, 0, 2), atol=2e-6, rtol=0, err_msg=part)
