"""trace() of any Keras model: every state is Keras's own, whatever the model is made of.

The reference is a layer of the same configuration that returns its last state, read over every prefix of
what the traced layer reads (every suffix, for one that reads backwards). It trusts no recurrence of ours.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

import nlp_lstm
from nlp_lstm.models.cells import CELLS
from nlp_lstm.states.keras_models import to_numpy
from nlp_lstm.states.layer_traces import LayerTrace
from nlp_lstm.states.memory import write_decomposition

BATCH, TIMESTEPS, VOCABULARY, UNITS = 3, 6, 11, 5
BOUND = 2e-6
IDS = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 9], [10, 1, 0, 0, 0, 0]])
HOLES = np.array([[1, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1], [0, 0, 1, 0, 1, 1]], bool)
FEATURES = np.random.default_rng(3).normal(0, 1, (BATCH, TIMESTEPS, 4)).astype("float32")

KINDS: dict[str, Callable[..., Any]] = {
    "lstm": layers.LSTM,
    "gru": layers.GRU,
    "gru_reset_before": lambda units, **options: layers.GRU(units, reset_after=False, **options),
    "rnn": layers.SimpleRNN,
}
OPTIONS: dict[str, dict[str, Any]] = {
    "default": {},
    "whole_sequences": {"return_sequences": True},
    "with_state": {"return_state": True},
    "backwards": {"go_backwards": True},
    "backwards_sequences": {"go_backwards": True, "return_sequences": True},
    "no_bias": {"use_bias": False},
    "unrolled": {"unroll": True},
    "zero_output_for_mask": {"return_sequences": True, "zero_output_for_mask": True},
    "dropout": {"dropout": 0.5, "recurrent_dropout": 0.5},
    "relu": {"activation": "relu"},
    "linear": {"activation": None},
    "softsign": {"activation": "softsign"},
    "float64": {"dtype": "float64"},
}
GATED = {
    "hard_sigmoid": {"recurrent_activation": "hard_sigmoid"},
    "softmax": {"activation": "softmax", "recurrent_activation": "softmax"},
}
MASKS = ("embedding", "masking", "passed", "none")


def set_random_weights(model: keras.Model, seed: int = 0) -> keras.Model:
    """Weights far enough from zero to matter, biases too; sums stay below about 1 for linear layers."""
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(0, 0.35, weight.shape) for weight in model.get_weights()])
    return model


def model_of(*stack: Any, mask: str = "embedding") -> tuple[keras.Model, Any]:
    """A model of some layers, and inputs for it, with a mask made in one of several ways."""
    if mask == "embedding":
        given, inputs = keras.Input((TIMESTEPS,), dtype="int32"), IDS
        values = layers.Embedding(VOCABULARY, 4, mask_zero=True)(given)
    elif mask == "masking":
        given, inputs = keras.Input((TIMESTEPS, 4)), np.where(HOLES[..., None], FEATURES, 0)
        values = layers.Masking()(given)
    else:
        given, inputs = keras.Input((TIMESTEPS, 4)), FEATURES
        values = given
    if mask == "passed":
        real = keras.Input((TIMESTEPS,), dtype="bool")
        given, inputs = [given, real], [FEATURES, HOLES]
        values = stack[0](values, mask=real)
        stack = stack[1:]
    for layer in stack:
        values = layer(values[0] if isinstance(values, list | tuple) else values)
    return set_random_weights(keras.Model(given, values)), inputs


def last_states(layer: Any, trace: LayerTrace, words: slice) -> list[np.ndarray]:
    """The last state of a layer of the same configuration that reads some words of what a trace reads."""
    config = {**layer.get_config(), "return_state": True, "return_sequences": False, "stateful": False}
    plain = type(layer).from_config(config)
    plain.build(trace.inputs.shape)
    plain.set_weights(layer.get_weights())
    begin = [keras.ops.convert_to_tensor(state) for state in trace.initial_state.values()]
    mask = keras.ops.convert_to_tensor(trace.mask[:, words])
    _, *states = plain(trace.inputs[:, words], mask=mask, initial_state=begin)
    return [to_numpy(state) for state in states]


def assert_is_keras_s_own(trace: LayerTrace, layer: Any, bound: float = BOUND) -> None:
    """Every state of every position, padding too, is what the layer has after the words up to there."""
    timesteps = trace.inputs.shape[1]
    for t in range(timesteps):
        words = slice(t, None) if trace.backwards else slice(None, t + 1)
        for name, state in zip(CELLS.get(trace.cell).states, last_states(layer, trace, words), strict=True):
            np.testing.assert_allclose(trace.parts[name][:, t], state, atol=bound, rtol=0)
    assert max(trace.differences.values()) <= bound
    assert tuple(trace.parts) == CELLS.get(trace.cell).parts
    for values in trace.parts.values():
        assert values.shape == (*trace.inputs.shape[:2], layer.units)
        assert np.isfinite(values).all()
    assert np.ptp(trace.parts["hidden_state"][trace.mask]) > 0.01


VARIANTS = [(kind, option) for kind in KINDS for option in (OPTIONS if kind == "rnn" else OPTIONS | GATED)]


@pytest.mark.parametrize(("kind", "option"), VARIANTS)
def test_every_state_of_a_layer(kind, option):
    layer = KINDS[kind](UNITS, name="layer", **(OPTIONS | GATED)[option])
    model, inputs = model_of(layer)
    (trace,) = nlp_lstm.trace(model, inputs).values()
    np.testing.assert_array_equal(trace.mask, IDS > 0)
    assert_is_keras_s_own(trace, layer)


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_of_a_layer_of_real_size(kind):
    layer = KINDS[kind](200, name="layer")
    model = keras.Sequential([keras.Input((35, 100)), layer])
    inputs = np.random.default_rng(0).normal(0, 1, (4, 35, 100)).astype("float32")
    assert_is_keras_s_own(nlp_lstm.trace(model, inputs)["layer"], layer)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_state_of_a_stack_with_a_mask(kind, mask):
    low, high = (KINDS[kind](UNITS, return_sequences=True, name=name) for name in ("low", "high"))
    model, inputs = model_of(low, high, mask=mask)
    traces = nlp_lstm.trace(model, inputs)
    assert list(traces) == ["low", "high"]
    for layer in (low, high):
        assert_is_keras_s_own(traces[layer.name], layer)
    expected = {"embedding": IDS > 0, "none": np.ones_like(HOLES)}.get(mask, HOLES)
    np.testing.assert_array_equal(traces["low"].mask, expected)


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("mask", ["embedding", "none"])
def test_each_direction_of_a_bidirectional_layer(merge_mode, mask):
    both = layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), merge_mode, name="both")
    model, inputs = model_of(both, mask=mask)
    traces = nlp_lstm.trace(model, inputs)
    assert list(traces) == ["both/forward", "both/backward"]
    assert_is_keras_s_own(traces["both/forward"], both.forward_layer)
    assert_is_keras_s_own(traces["both/backward"], both.backward_layer)
    np.testing.assert_array_equal(traces["both/forward"].inputs, traces["both/backward"].inputs)


def test_each_cell_of_a_stack_of_cells():
    cells = [layers.LSTMCell(4), layers.GRUCell(3), layers.SimpleRNNCell(UNITS)]
    layer = layers.RNN(cells, name="rnn")
    model, inputs = model_of(layer)
    traces = nlp_lstm.trace(model, inputs)
    assert list(traces) == ["rnn/cell_1", "rnn/cell_2", "rnn/cell_3"]
    read = traces["rnn/cell_1"].inputs
    for t in range(TIMESTEPS):
        plain = layers.RNN(cells, return_state=True)
        _, *states = plain(read[:, : t + 1], mask=(IDS > 0)[:, : t + 1])
        ours = [trace.parts[state][:, t] for trace in traces.values() for state in trace.initial_state]
        for values, state in zip(ours, keras.tree.flatten(states), strict=True):
            np.testing.assert_allclose(values, to_numpy(state), atol=BOUND, rtol=0)
    assert max(max(trace.differences.values()) for trace in traces.values()) <= BOUND


@pytest.mark.parametrize("cell", [layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell])
def test_a_single_cell_in_rnn(cell):
    layer = layers.RNN(cell(UNITS), return_sequences=True, name="rnn")
    model, inputs = model_of(layer)
    layer.units = UNITS
    assert_is_keras_s_own(nlp_lstm.trace(model, inputs)["rnn"], layer)


@pytest.mark.parametrize("kind", KINDS)
def test_an_initial_state_is_where_a_layer_begins(kind):
    states = [keras.Input((UNITS,)) for _ in range(2 if kind == "lstm" else 1)]
    given, layer = keras.Input((TIMESTEPS, 4)), KINDS[kind](UNITS, name="layer")
    model = set_random_weights(keras.Model([given, *states], layer(given, initial_state=states)))
    random = np.random.default_rng(1)
    begin = [random.normal(0, 1, (BATCH, UNITS)).astype("float32") for _ in states]
    trace = nlp_lstm.trace(model, [FEATURES, *begin])["layer"]
    for state, values in zip(trace.initial_state.values(), begin, strict=True):
        np.testing.assert_array_equal(state, values)
    assert_is_keras_s_own(trace, layer)


def test_a_stateful_layer_begins_where_it_stands_and_stays_there():
    layer = layers.LSTM(UNITS, stateful=True, name="layer")
    given = keras.Input(batch_shape=(BATCH, TIMESTEPS, 4))
    model = set_random_weights(keras.Model(given, layer(given)))
    model(FEATURES)
    held = keras.tree.flatten(layer.states)
    stands = [np.array(to_numpy(state)) for state in held]
    trace = nlp_lstm.trace(model, FEATURES)["layer"]
    for state, after, before in zip(trace.initial_state.values(), held, stands, strict=True):
        assert np.abs(before).max() > 0.01
        np.testing.assert_array_equal(state, before)
        np.testing.assert_array_equal(to_numpy(after), before)
    assert_is_keras_s_own(trace, layer)
    says = model.predict_on_batch(FEATURES)
    np.testing.assert_allclose(trace.parts["hidden_state"][:, -1], says, atol=BOUND)


class Subclassed(keras.Model):
    """A model whose layers are attributes, called by hand."""

    def __init__(self):
        super().__init__(name="subclassed")
        self.embedding = layers.Embedding(VOCABULARY, 4)
        self.reader = layers.LSTM(UNITS, return_sequences=True, name="reader")

    def call(self, ids):
        once = self.reader(self.embedding(ids))
        return self.reader(once[:, :, :4])


def test_a_subclassed_model_and_a_layer_that_is_called_twice():
    model = Subclassed()
    model(IDS)
    set_random_weights(model)
    traces = nlp_lstm.trace(model, IDS)
    assert list(traces) == ["reader", "reader:2"]
    for trace in traces.values():
        assert_is_keras_s_own(trace, model.reader)
    read_again = traces["reader"].parts["hidden_state"][..., :4]
    np.testing.assert_allclose(traces["reader:2"].inputs, read_again, atol=BOUND)


def test_layers_of_nested_models_are_named_after_them():
    inner = keras.Sequential([keras.Input((TIMESTEPS, 4)), layers.LSTM(UNITS, name="lstm")], name="inner")
    given = keras.Input((TIMESTEPS, 4))
    outer = keras.Model(given, layers.LSTM(UNITS, name="lstm")(layers.Reshape((1, UNITS))(inner(given))))
    set_random_weights(outer)
    traces = nlp_lstm.trace(outer, FEATURES)
    assert list(traces) == ["inner/lstm", "lstm"]
    assert_is_keras_s_own(traces["inner/lstm"], inner.layers[0])
    assert_is_keras_s_own(traces["lstm"], outer.layers[-1])


def test_a_mask_that_keras_loses_is_lost_in_the_trace_too(monkeypatch):
    """From Keras 3.16 on a mask reaches the first layer alone."""
    monkeypatch.setattr(layers.RNN, "compute_mask", lambda self, _, mask: None)
    low, high = (layers.LSTM(UNITS, return_sequences=True, name=name) for name in ("low", "high"))
    model, inputs = model_of(low, high)
    traces = nlp_lstm.trace(model, inputs)
    np.testing.assert_array_equal(traces["low"].mask, IDS > 0)
    assert traces["high"].mask.all()
    for layer in (low, high):
        assert_is_keras_s_own(traces[layer.name], layer)


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid"])
def test_golden_numbers(activation):
    """One unit, all weights 1, no bias, x = 1, 1, 1."""
    layer = layers.LSTM(1, recurrent_activation=activation, use_bias=False)
    model = keras.Sequential([keras.Input((3, 1)), layer])
    model.set_weights([np.ones(weight.shape) for weight in model.get_weights()])
    (trace,) = nlp_lstm.trace(model, np.ones((1, 3, 1))).values()
    h, c = {"sigmoid": (0.788766, 1.739488), "hard_sigmoid": (0.676402, 1.437988)}[activation]
    assert trace.parts["hidden_state"][0, -1, 0] == pytest.approx(h, abs=1e-6)
    assert trace.parts["cell_state"][0, -1, 0] == pytest.approx(c, abs=1e-6)


def test_dropout_is_off_and_the_model_is_left_as_it_was():
    model, inputs = model_of(layers.LSTM(UNITS, dropout=0.9, unroll=True, name="layer"), layers.Dropout(0.9))
    layer = model.get_layer("layer")
    before, attributes = model.predict_on_batch(inputs), dict(vars(layer))
    first, second = (nlp_lstm.trace(model, inputs)["layer"] for _ in range(2))
    np.testing.assert_array_equal(first.parts["hidden_state"], second.parts["hidden_state"])
    assert vars(layer) == attributes
    np.testing.assert_array_equal(model.predict_on_batch(inputs), before)


def test_one_sentence_is_the_row_without_its_padding():
    model, inputs = model_of(layers.LSTM(UNITS, name="layer"))
    trace = nlp_lstm.trace(model, inputs)["layer"]
    sentence = trace.sentence(0, ["the", "sky", "is"])
    assert sentence.words == ("the", "sky", "is")
    assert sentence.inputs.shape == (3, 4)
    alone = nlp_lstm.trace(model, np.pad(IDS[:1, :3], ((0, 0), (0, 3))))["layer"]
    for part, values in sentence.parts.items():
        assert values.shape == (3, UNITS)
        np.testing.assert_allclose(values, alone.parts[part][0, :3], atol=BOUND)
        assert not trace.parts[part][0, 3:].any() or part.endswith("_state")


def test_a_row_of_padding_alone_has_zero_states():
    model, _ = model_of(layers.LSTM(UNITS, name="layer"))
    trace = nlp_lstm.trace(model, np.zeros((2, TIMESTEPS), int))["layer"]
    for values in trace.parts.values():
        assert not values.any()
    assert trace.sentence(1).words == ()


@settings(max_examples=20, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)), backwards=st.booleans(), seed=st.integers(0, 999))
def test_any_shape_and_any_mask(data, kind, backwards, seed):
    sizes = {name: data.draw(st.integers(1, 5), name) for name in ("batch", "timesteps", "width", "units")}
    batch, timesteps, width, units = sizes.values()
    bits = data.draw(st.lists(st.booleans(), min_size=batch * timesteps, max_size=batch * timesteps))
    mask = np.array(bits).reshape(batch, timesteps)
    inputs = np.random.default_rng(seed).normal(0, 1, (batch, timesteps, width)).astype("float32")
    given, real = keras.Input((None, width)), keras.Input((None,), dtype="bool")
    layer = KINDS[kind](units, go_backwards=backwards, name="layer")
    model = set_random_weights(keras.Model([given, real], layer(given, mask=real)), seed)
    trace = nlp_lstm.trace(model, [inputs, mask])["layer"]
    np.testing.assert_array_equal(trace.mask, mask)
    for t in range(timesteps):
        words = slice(t, None) if backwards else slice(None, t + 1)
        for name, state in zip(trace.initial_state, last_states(layer, trace, words), strict=True):
            np.testing.assert_allclose(trace.parts[name][:, t], state, atol=BOUND, rtol=0)


def test_an_encoder_and_its_decoder():
    """The usual pair: the decoder begins where the encoder ended, and both share an embedding."""
    source, target = keras.Input((TIMESTEPS,), dtype="int32"), keras.Input((TIMESTEPS,), dtype="int32")
    embedding = layers.Embedding(VOCABULARY, 4, mask_zero=True)
    encoder = layers.LSTM(UNITS, return_state=True, name="encoder")
    decoder = layers.LSTM(UNITS, return_sequences=True, name="decoder")
    _, *states = encoder(embedding(source))
    model = set_random_weights(
        keras.Model([source, target], decoder(embedding(target), initial_state=states))
    )
    traces = nlp_lstm.trace(model, [IDS, IDS[::-1]])
    for layer in (encoder, decoder):
        assert_is_keras_s_own(traces[layer.name], layer)
    for name, state in traces["decoder"].initial_state.items():
        np.testing.assert_allclose(state, traces["encoder"].parts[name][:, -1], atol=BOUND)


def test_layers_in_wrappers_and_in_layers_of_one_s_own():
    inner = layers.LSTM(UNITS, name="inner")
    given = keras.Input((2, TIMESTEPS, 4))
    model = set_random_weights(keras.Model(given, layers.TimeDistributed(inner, name="each")(given)))
    inputs = np.stack([FEATURES, FEATURES[::-1]], axis=1)
    traces = nlp_lstm.trace(model, inputs)
    assert list(traces) == ["each/inner", "each/inner:2"]
    for trace in traces.values():
        assert_is_keras_s_own(trace, inner)


@pytest.mark.parametrize("mask", MASKS)
def test_the_memory_of_each_direction_is_what_its_words_wrote(mask):
    """Masked words write nothing, and a layer that reads backwards holds what comes after the word."""
    both = layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), name="both")
    model, inputs = model_of(both, mask=mask)
    for trace in nlp_lstm.trace(model, inputs).values():
        for row in range(BATCH):
            sentence = trace.sentence(row)
            writes = write_decomposition(sentence)
            np.testing.assert_allclose(writes.sum(axis=1), sentence.parts["cell_state"], atol=1e-5)
            unread = writes.transpose(1, 0, 2) if trace.backwards else writes
            assert not unread[np.triu_indices(len(sentence.words), k=1)].any()
