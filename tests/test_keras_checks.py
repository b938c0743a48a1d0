"""trace() of a Keras model: what it is given is what it reads, and every state is checked step by step."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm.errors import CheckError, DataError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.states.keras_models import to_numpy
from nlp_lstm.states.layer_traces import LayerTrace

STEP = 2e-6

# Float inputs beside ids


def flags_and_weights() -> keras.Model:
    """Words, a flag for each, and a weight for each."""
    words, flags = (keras.Input((None,), dtype="int32", name=name) for name in ("words", "flags"))
    weights = keras.Input((None,), name="weights")
    x = layers.Add()([layers.Embedding(10, 4)(words), layers.Embedding(2, 4, name="capitals")(flags)])
    x = layers.Multiply()([x, layers.Reshape((-1, 1))(weights)])
    return keras.Model([words, flags, weights], layers.LSTM(3, name="lstm")(x))


@pytest.mark.parametrize(
    ("flags", "weights"),
    [([[1, 0, 1]], [[1.0, 0.5, 1.0]]), ([[1, 1, 1]], [[1.0, 1.0, 1.0]]), ([[0, 0, 0]], [[0.0, 0.0, 0.0]])],
)
def test_floats_that_look_like_ids_beside_them(flags, weights):
    given = [np.array([[4, 5, 6]]), np.array(flags), np.array(weights)]
    named = dict(zip(("words", "flags", "weights"), given, strict=True))
    model = flags_and_weights()
    for inputs in (given, named):
        assert list(nlp_lstm.trace(model, inputs)) == ["lstm"]


def shops(kind: str = "int32") -> keras.Model:
    """A series with two facts that do not change: the number of a shop, and a price."""
    series, shop, price = keras.Input((5, 3)), keras.Input((1,), dtype=kind), keras.Input((1,))
    number = layers.Flatten()(layers.Embedding(20, 3, name="shop")(shop))
    read = layers.LSTM(4, name="lstm")(series)
    return keras.Model([series, shop, price], layers.Concatenate()([read, number, price]))


class SubclassedShops(keras.Model):
    """The same, by hand: nothing is declared."""

    def __init__(self):
        super().__init__()
        self.lstm, self.shop = layers.LSTM(4, name="lstm"), layers.Embedding(20, 3, name="shop")

    def call(self, inputs):
        series, shop, price = inputs
        return keras.ops.concatenate([self.lstm(series), self.shop(shop)[:, 0], price], axis=1)


@pytest.mark.parametrize("kind", ["int32", "float32", "subclassed"])
@pytest.mark.parametrize(("number", "price"), [(0, 0.37), (7, 0.37), (3, 3.0), (0, -0.2), (0, np.pi)])
def test_a_price_is_no_number_of_a_shop(kind, number, price):
    given = [np.ones((1, 5, 3)), np.array([[number]]), np.array([[price]])]
    model = SubclassedShops() if kind == "subclassed" else shops(kind)
    model(given)
    assert list(nlp_lstm.trace(model, given)) == ["lstm"]


@pytest.mark.parametrize("kind", ["int32", "float32", "subclassed"])
@pytest.mark.parametrize("number", [3.0, 3.7])
def test_a_shop_that_is_given_as_a_float_is_refused(kind, number):
    """Keras would read shop 3 either way."""
    given = [np.ones((1, 5, 3)), np.array([[number]]), np.array([[0.5]])]
    model = SubclassedShops() if kind == "subclassed" else shops(kind)
    model([given[0], np.array([[3]]), given[2]])
    with pytest.raises(DataError, match="ids of type float64, but shop reads whole numbers"):
        nlp_lstm.trace(model, given)


def test_a_fraction_is_refused_although_other_ids_are_the_same():
    model = flags_and_weights()
    given = [np.array([[1.7, 0, 1]]), np.array([[1, 0, 1]]), np.ones((1, 3))]
    with pytest.raises(DataError, match="ids of type float64, but embedding"):
        nlp_lstm.trace(model, given)


def test_positions_that_equal_times_given_as_floats():
    """The embedding's ids are made inside the model; the times are another input."""
    times = keras.Input((3,))
    zeros: Any = keras.ops.zeros_like(times, dtype="int32")
    place = layers.Embedding(3, 4)(zeros + keras.ops.arange(3, dtype="int32"))
    model = keras.Model(times, layers.LSTM(2, name="lstm")(place * keras.ops.expand_dims(times, -1)))
    assert list(nlp_lstm.trace(model, np.array([[0.0, 1.0, 2.0]]))) == ["lstm"]


# Layers that amplify rounding


TIMES, UNITS = 150, 60
SERIES = np.stack([np.sin(np.arange(TIMES) / 5), np.cos(np.arange(TIMES) / 7)])[..., None].astype("float32")


def reservoir(kind: Any, units: int = UNITS, radius: float = 3, **options: Any) -> Any:
    """A recurrent layer whose states run apart, however little they differ."""
    spread = {layers.SimpleRNN: 1, layers.GRU: 4, layers.LSTM: 8}[kind]
    return kind(
        units,
        kernel_initializer=keras.initializers.RandomUniform(-0.1, 0.1, seed=0),
        recurrent_initializer=keras.initializers.RandomNormal(0, spread * radius / units**0.5, seed=1),
        name="reservoir",
        **options,
    )


def model_of(layer: Any, masked: bool = False) -> tuple[keras.Model, Any]:
    """A model of one layer, and inputs for it."""
    given = keras.Input((TIMES, 1))
    if not masked:
        return keras.Model(given, layer(given)), SERIES
    real = keras.Input((TIMES,), dtype="bool")
    mask = np.random.default_rng(0).random((2, TIMES)) > 0.1
    return keras.Model([given, real], layer(given, mask=real)), [SERIES, mask]


def own_states(layer: Any, inputs: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The hidden state after every step, as the layer puts it out; where it is masked, the one before."""
    config = {**layer.get_config(), "return_sequences": True, "zero_output_for_mask": False}
    plain = type(layer).from_config(config)
    plain.build(inputs.shape)
    plain.set_weights(layer.get_weights())
    return to_numpy(plain(inputs, mask=keras.ops.convert_to_tensor(mask)))


def assert_within_rounding(trace: LayerTrace) -> None:
    """Every state of every step; a cell state has no bound, and its rounding grows with it."""
    for state, difference in trace.differences.items():
        assert difference <= STEP * max(1, np.abs(trace.parts[state]).max()) / 2


@pytest.mark.parametrize("options", [{}, {"go_backwards": True}], ids=["forward", "backward"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("kind", [layers.SimpleRNN, layers.GRU, layers.LSTM])
def test_a_reservoir_is_computed_from_keras_s_own_states(kind, masked, options):
    layer = reservoir(kind, **options)
    model, inputs = model_of(layer, masked)
    trace = nlp_lstm.trace(model, inputs)["reservoir"]
    assert set(trace.differences) == set(trace.drift) == set(CELLS.get(trace.cell).states)
    assert_within_rounding(trace)
    assert max(trace.drift.values()) > 0.01  # along the sequence it does run apart
    turn = slice(None, None, -1 if options else 1)
    keras_s = own_states(layer, SERIES, trace.mask)[:, turn]
    np.testing.assert_allclose(
        trace.parts["hidden_state"][trace.mask], keras_s[trace.mask], atol=STEP, rtol=0
    )
    for part, values in trace.parts.items():
        assert values.shape == (2, TIMES, UNITS)
        assert part in trace.differences or not values[~trace.mask].any()
    sentence = trace.sentence(0)
    if kind is layers.LSTM:  # all parts of a step belong together
        parts = sentence.parts
        np.testing.assert_allclose(
            parts["hidden_state"], parts["output_gate"] * np.tanh(parts["cell_state"]), atol=STEP
        )


def test_a_stack_of_reservoirs():
    """The second reads what the first one puts out in Keras."""
    options: dict[str, Any] = {"kernel_initializer": keras.initializers.RandomUniform(-0.1, 0.1, seed=0)}
    recurrent: Any = keras.initializers.RandomNormal(0, 3 / UNITS**0.5, seed=1)
    wide: Any = keras.initializers.RandomNormal(0, 24 / UNITS**0.5, seed=2)
    cells = [
        layers.SimpleRNNCell(UNITS, recurrent_initializer=recurrent, **options),
        layers.LSTMCell(UNITS, recurrent_initializer=wide, **options),
    ]
    model, inputs = model_of(layers.RNN(cells, return_sequences=True, name="rnn"))
    traces = nlp_lstm.trace(model, inputs)
    assert list(traces) == ["rnn/cell_1", "rnn/cell_2"]
    np.testing.assert_allclose(
        traces["rnn/cell_2"].parts["hidden_state"], to_numpy(model(inputs)), atol=STEP, rtol=0
    )
    np.testing.assert_allclose(
        traces["rnn/cell_2"].inputs, traces["rnn/cell_1"].parts["hidden_state"], atol=STEP, rtol=0
    )
    for trace in traces.values():
        assert_within_rounding(trace)
    assert max(traces["rnn/cell_2"].drift.values()) > 0.01


def test_a_reservoir_by_hand():
    class ByHand(keras.Model):
        def __init__(self):
            super().__init__()
            self.cell = reservoir(layers.LSTM).cell

        def call(self, x):
            states = self.cell.get_initial_state(2)
            for t in range(TIMES):
                out, states = self.cell(x[:, t], states)
            return out

    model = ByHand()
    says = to_numpy(model(SERIES))
    (trace,) = nlp_lstm.trace(model, SERIES).values()
    np.testing.assert_allclose(trace.parts["hidden_state"][:, -1], says, atol=STEP, rtol=0)
    assert_within_rounding(trace)
    assert max(trace.drift.values()) > 0.01


def test_a_layer_that_does_not_amplify_rounding_does_not_drift():
    layer = reservoir(layers.LSTM, radius=0.1)
    model, inputs = model_of(layer)
    trace = nlp_lstm.trace(model, inputs)["reservoir"]
    assert trace.drift == trace.differences
    assert max(trace.drift.values()) <= STEP


@pytest.mark.parametrize("factor", [0.9, 0.9999])
@pytest.mark.parametrize("kind", [layers.SimpleRNN, layers.GRU, layers.LSTM])
def test_a_reservoir_of_another_rule_is_refused(kind, factor, monkeypatch):
    """What differs at every step is no rounding, however small it is."""
    cell = {layers.SimpleRNN: layers.SimpleRNNCell, layers.GRU: layers.GRUCell, layers.LSTM: layers.LSTMCell}
    own_call = cell[kind].call

    def other_call(self, inputs, states, training=False):
        h, states = own_call(self, inputs, states, training)
        return factor * h, [factor * h, *states[1:]]

    monkeypatch.setattr(cell[kind], "call", other_call)
    model, inputs = model_of(reservoir(kind))
    with pytest.raises(CheckError, match="layer reservoir puts out a hidden_state that differs by"):
        nlp_lstm.trace(model, inputs)


def test_outputs_that_are_not_the_states_are_refused_though_the_last_states_agree(monkeypatch):
    own_call = layers.LSTMCell.call

    def other_call(self, inputs, states, training=False):
        h, states = own_call(self, inputs, states, training)
        return 0.9 * h, states

    monkeypatch.setattr(layers.LSTMCell, "call", other_call)
    model, inputs = model_of(layers.LSTM(3, return_sequences=True, name="lstm"))
    with pytest.raises(CheckError, match="layer lstm puts out a hidden_state that differs by"):
        nlp_lstm.trace(model, inputs)


# Functions that Keras compiles


def test_layers_inside_a_compiled_function_are_named():
    function = pytest.importorskip("tensorflow").function

    class Compiled(keras.Model):
        def __init__(self):
            super().__init__()
            self.seen, self.hidden = (layers.LSTM(2, name=name) for name in ("seen", "hidden"))

        @function
        def inside(self, x):
            return self.hidden(x)

        def call(self, x):
            return self.seen(x) + self.inside(x)

    given, model = SERIES[:, :5], Compiled()
    model(given)
    for _ in range(2):
        traces = nlp_lstm.trace(model, given)
        assert list(traces) == ["seen"]
        assert "inside a compiled function" in traces.left_out["hidden"]
        with pytest.raises(UsageError, match=r"layer hidden .* inside a compiled function"):
            nlp_lstm.trace(model, given, layers="hidden")
    model(given[:, :3])
    traces = nlp_lstm.trace(model, given[:, :4])  # of a new shape, so the function is compiled while we watch
    assert list(traces) == ["seen"]
    assert "hidden" in traces.left_out
