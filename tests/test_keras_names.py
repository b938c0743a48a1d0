"""trace() of a Keras model finds every layer, by a name of its own, and says which it leaves out, and why."""

import copy
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.states.keras_models import to_numpy

# Keras warns of layers that a model never calls, as some models here have.
pytestmark = pytest.mark.filterwarnings(r"ignore:`build\(\)` was called on layer")

BATCH, TIMESTEPS = 2, 5
BOUND = 2e-6
X = np.random.default_rng(0).normal(0, 1, (BATCH, TIMESTEPS, 3)).astype("float32")


class Summed(keras.Model):
    """A model that adds up what several others say."""

    def __init__(self, *members: Any):
        super().__init__(name="summed")
        self.members = list(members)

    def call(self, x):
        return sum(member(x) for member in self.members)


class Stacked(Summed):
    """A model of layers that read one another."""

    def call(self, x):
        for member in self.members:
            x = member(x)
        return x


def built(model: keras.Model) -> keras.Model:
    model(X)
    return model


def sequences(layer: Any) -> np.ndarray:
    """The hidden states that a layer puts out for `X`."""
    own = layer.return_sequences
    layer.return_sequences = True
    outputs = to_numpy(layer(X))
    layer.return_sequences = own
    return outputs


# Layers of one name


def test_an_ensemble_of_one_model_loaded_three_times(tmp_path):
    one = keras.Sequential([keras.Input((TIMESTEPS, 3)), layers.LSTM(4, name="lstm")], name="one")
    one.save(tmp_path / "one.keras")
    members: list[Any] = [keras.models.load_model(tmp_path / "one.keras") for _ in range(3)]
    random = np.random.default_rng(1)
    for member in members:
        member.set_weights([random.normal(0, 1, weight.shape) for weight in member.get_weights()])
    traces = nlp_lstm.trace(built(Summed(*members)), X)
    assert list(traces) == ["one/lstm", "one#2/lstm", "one#3/lstm"]
    for trace, member in zip(traces.values(), members, strict=True):
        np.testing.assert_allclose(trace.parts["hidden_state"], sequences(member.layers[0]), atol=BOUND)


def test_two_bidirectional_layers_of_one_name():
    both = [layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both") for _ in range(2)]
    traces = nlp_lstm.trace(built(Stacked(*both)), X)
    assert list(traces) == ["both/forward", "both/backward", "both#2/forward", "both#2/backward"]
    np.testing.assert_allclose(
        traces["both#2/forward"].parts["hidden_state"],
        to_numpy(both[1].forward_layer(to_numpy(both[0](X)))),
        atol=BOUND,
    )


def test_cells_of_one_name_in_two_stacks_of_one_name():
    stacks = [
        layers.RNN([layers.GRUCell(2, name="c") for _ in range(2)], return_sequences=True, name="rnn")
        for _ in range(2)
    ]
    traces = nlp_lstm.trace(built(Stacked(*stacks)), X)
    assert list(traces) == ["rnn/cell_1", "rnn/cell_2", "rnn#2/cell_1", "rnn#2/cell_2"]
    np.testing.assert_allclose(
        traces["rnn#2/cell_2"].parts["hidden_state"], to_numpy(stacks[1](stacks[0](X))), atol=BOUND
    )


def test_names_that_look_like_ours_stay_apart():
    """A layer can be called "a:2" or "a#2" by the one who made it."""
    a, second = (layers.LSTM(3, return_sequences=True, name=name) for name in ("a", "a:2"))
    traces = nlp_lstm.trace(built(Stacked(second, a, a)), X)
    assert list(traces) == ["a:2", "a", "a:3"]
    named = [layers.LSTM(3, return_sequences=True, name=name) for name in ("a", "a", "a#2")]
    assert list(nlp_lstm.trace(built(Stacked(*named)), X)) == ["a", "a#2", "a#2#2"]


# A layer that is held in two places


def two_places():
    given, layer = keras.Input((TIMESTEPS, 3)), layers.LSTM(4, name="shared")
    one = keras.Model(given, layer(given), name="one")
    return keras.Model(given, layers.Add()([one(given), layer(given)]))


def two_submodels():
    layer = layers.LSTM(4, name="shared")
    a, b, c = (keras.Input((TIMESTEPS, 3)) for _ in "abc")
    one, two = keras.Model(a, layer(a), name="one"), keras.Model(b, layer(b), name="two")
    return keras.Model(c, layers.Add()([one(c), two(c)]))


@pytest.mark.parametrize("make", [two_places, two_submodels])
def test_a_layer_held_twice_has_one_name(make):
    model = make()
    before = dict(vars(model.layers[1].get_layer("shared")))
    traces = nlp_lstm.trace(model, X)
    assert list(traces) == ["one/shared", "one/shared:2"]
    first, second = (trace.parts["hidden_state"] for trace in traces.values())
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first[:, -1] * 2, model.predict_on_batch(X), atol=BOUND)
    assert vars(model.layers[1].get_layer("shared")) == before


def test_a_layer_in_time_distributed_and_alone():
    layer, many, one = layers.LSTM(4, name="f"), keras.Input((2, TIMESTEPS, 3)), keras.Input((TIMESTEPS, 3))
    model = keras.Model([many, one], [layers.TimeDistributed(layer, name="each")(many), layer(one)])
    traces = nlp_lstm.trace(model, [np.stack([X, -X], 1), X])
    name = "each/f"
    assert list(traces) == [name, f"{name}:2", f"{name}:3"]
    same = sorted(float(trace.inputs[0, 0, 0] / X[0, 0, 0]) for trace in traces.values())
    assert same == [-1, 1, 1]  # each once, and alone
    for trace in traces.values():
        np.testing.assert_allclose(
            trace.parts["hidden_state"][:, -1], to_numpy(layer(trace.inputs)), atol=BOUND
        )


def test_an_autoencoder_kept_with_its_encoder():
    given = keras.Input((TIMESTEPS, 3))
    code = layers.LSTM(4, name="encoder")(given)
    again = layers.LSTM(3, return_sequences=True, name="decoder")(layers.RepeatVector(TIMESTEPS)(code))

    class Both(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = keras.Model(given, code, name="coding")
            self.whole = keras.Model(given, again, name="whole")

        def call(self, x):
            return self.whole(x)

    traces = nlp_lstm.trace(built(Both()), X)
    assert list(traces) == ["coding/encoder", "whole/decoder"]
    assert traces.left_out == {}


# Cells that are called by hand


class Feedback(keras.Model):
    """Reads a series, then goes on from its own predictions: the tutorial's autoregressive model."""

    def __init__(self, steps: int):
        super().__init__(name="feedback")
        self.steps = steps
        self.cell = layers.LSTMCell(4, name="cell")
        self.reader = layers.RNN(self.cell, return_state=True, name="reader")
        self.dense = layers.Dense(3)

    def call(self, x, training=None):
        x, *state = self.reader(x)
        said = [self.dense(x)]
        for _ in range(self.steps):
            x, state = self.cell(said[-1], states=state, training=training)
            said.append(self.dense(x))
        return keras.ops.stack(said, axis=1)


def test_every_step_of_a_model_that_goes_on_by_hand():
    model = built(Feedback(7))
    traces = nlp_lstm.trace(model, X)
    assert list(traces) == ["reader", "cell"]
    said = model.predict_on_batch(X)
    np.testing.assert_allclose(traces["cell"].inputs, said[:, :-1], atol=BOUND)
    for state, values in traces["cell"].initial_state.items():
        np.testing.assert_allclose(values, traces["reader"].parts[state][:, -1], atol=BOUND)
    states = np.concatenate([traces[name].parts["hidden_state"] for name in traces], axis=1)[:, -8:]
    np.testing.assert_allclose(to_numpy(model.dense(states)), said, atol=BOUND)
    assert max(traces["cell"].differences.values()) <= BOUND
    assert "call" not in vars(model.cell)


class ByHand(keras.Model):
    """Calls cells in loops, in one of several ways."""

    def __init__(self, way: str):
        super().__init__(name="by_hand")
        self.way = way
        self.cells = layers.StackedRNNCells([layers.GRUCell(2, name="c"), layers.GRUCell(3, name="c")])
        self.lstm = layers.LSTM(3, name="lstm")
        self.plain = layers.SimpleRNNCell(3, name="plain")

    def call(self, x):
        return getattr(self, self.way)(x)

    def stack(self, x):
        states = self.cells.get_initial_state(BATCH)
        for t in range(TIMESTEPS):
            out, states = self.cells(x[:, t], states)
        return out

    def inside(self, x):
        out, states = self.lstm(x), self.lstm.cell.get_initial_state(BATCH)
        for t in range(TIMESTEPS):
            out, states = self.lstm.cell(x[:, t], states)
        return out

    def two_at_a_time(self, x):
        states: list[Any] = [[keras.ops.zeros((BATCH, 3))], [keras.ops.ones((BATCH, 3))]]
        for t in range(TIMESTEPS):
            states = [self.plain(x[:, t], states[0])[1], self.plain(x[:, -1 - t], states[1])[1]]
        return states[0][0] + states[1][0]

    def loop(self, x):
        def step(t: int, state: Any) -> Any:
            return t + 1, self.plain(keras.ops.take(x, t, axis=1), [state])[0]

        done: Any = keras.ops.while_loop(lambda t, _: t < TIMESTEPS, step, (0, keras.ops.zeros((BATCH, 3))))
        return done[1]

    def vectorized(self, x):
        zeros = keras.ops.zeros((1, 3))
        return keras.ops.vectorized_map(lambda row: self.plain(row[None], [zeros])[0], x[:, 0])


@pytest.mark.parametrize(
    ("way", "names"),
    [
        ("stack", ["stacked/c", "stacked/c#2"]),
        ("inside", ["lstm", "lstm/lstm_cell"]),
        ("two_at_a_time", ["plain", "plain:2"]),
        ("loop", ["plain"]),
    ],
)
def test_cells_in_loops(way, names):
    model = ByHand(way)
    model.cells.name = "stacked"
    says = to_numpy(built(model)(X))
    traces = nlp_lstm.trace(model, X)
    assert list(traces) == names
    last = [trace.parts["hidden_state"][:, -1] for trace in traces.values()]
    np.testing.assert_allclose(sum(last) if way == "two_at_a_time" else last[-1], says, atol=BOUND)
    for trace in traces.values():
        assert trace.parts["hidden_state"].shape[:2] == (BATCH, TIMESTEPS)
    if way == "two_at_a_time":
        np.testing.assert_array_equal(traces["plain:2"].inputs, X[:, ::-1])
        np.testing.assert_array_equal(traces["plain:2"].initial_state["hidden_state"], np.ones((BATCH, 3)))


def test_a_cell_whose_numbers_cannot_be_seen_is_left_out_by_name():
    with pytest.raises(UsageError, match=r"layer plain .* is called inside a compiled function"):
        nlp_lstm.trace(built(ByHand("vectorized")), X)


class OwnCell(layers.LSTMCell):
    """A cell that could compute anything."""


class WithOwnCell(keras.Model):
    def __init__(self, cell: Any):
        super().__init__(name="with_own")
        self.own, self.lstm, self.dense = cell, layers.LSTM(2, name="lstm"), layers.Dense(2)

    def call(self, x):
        return self.own(x[:, 0], self.own.get_initial_state(BATCH))[0] + self.lstm(x)


def test_a_cell_of_one_s_own_is_left_out_by_name():
    traces = nlp_lstm.trace(built(WithOwnCell(OwnCell(2, name="own"))), X)
    assert list(traces) == ["lstm"]
    assert traces.left_out["own"].startswith("layer own (OwnCell) cannot be traced: its cell OwnCell is not")


def test_a_cell_that_nobody_calls():
    """It is an attribute of the model, so that is not the advice."""

    class Bare(WithOwnCell):
        def call(self, x):
            return self.dense(x)

    model = Bare(layers.LSTMCell(3, name="bare"))
    with pytest.raises(
        UsageError, match=r"layer bare \(LSTMCell\) cannot be traced: the model does not call"
    ):
        nlp_lstm.trace(built(model), X, layers="bare")


# Layers that cannot be traced, and layers that are asked for


def mixed() -> keras.Model:
    """A model of which one layer of three can be traced."""
    given = keras.Input((TIMESTEPS, 3))
    x = layers.LSTM(4, return_sequences=True, name="good")(given)
    x = layers.LSTM(4, return_sequences=True, dtype="mixed_bfloat16", name="half")(x)
    x = layers.ConvLSTM1D(2, 1, name="conv")(layers.Reshape((TIMESTEPS, 4, 1))(x))
    return keras.Model(given, x, name="mixed")


class Spare(keras.Model):
    def __init__(self):
        super().__init__(name="spare")
        self.used, self.spare = layers.LSTM(4, name="used"), layers.LSTM(3, name="spare")

    def build(self, _):
        self.used.build((None, TIMESTEPS, 3))

    def call(self, x):
        return self.used(x)


def test_what_cannot_be_traced_is_left_out_and_named():
    traces = nlp_lstm.trace(mixed(), X)
    assert list(traces) == ["good"]
    assert list(traces.left_out) == ["half", "conv"]
    assert "computes in bfloat16" in traces.left_out["half"]
    assert "a class of its own" in traces.left_out["conv"]
    assert "bfloat16" in repr(traces)
    assert repr(traces).startswith("<Traces: good (")
    with pytest.raises(KeyError, match=r"half is left out: .*bfloat16"):
        traces["half"]
    with pytest.raises(KeyError, match="'no'"):
        traces["no"]
    assert copy.copy(traces).left_out == traces.left_out


def test_a_layer_that_is_never_called_does_not_count():
    traces = nlp_lstm.trace(built(Spare()), X)
    assert list(traces) == ["used"]
    assert "does not call it" in traces.left_out["spare"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [("good", ["good"]), ("g*", ["good"]), (["good"], ["good"]), (("*o*",), ["good"]), ("*", ["good"])],
)
def test_layers_can_be_chosen(asked, names):
    traces = nlp_lstm.trace(mixed(), X, layers=asked)
    assert list(traces) == names
    assert ("half" in traces.left_out) == (asked == "*")


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ("half", UsageError, r"layer half \(LSTM\) cannot be traced: it computes in bfloat16"),
        (["good", "half"], UsageError, "layer half"),
        ("hal*", UsageError, "layer half"),
        (
            "goood",
            UnknownNameError,
            r"unknown layer 'goood': did you mean good\? The known ones are good, half, conv",
        ),
        (["good", "x*"], UnknownNameError, r"unknown layer 'x\*'"),
        ([], UsageError, r"layers is \[\]"),
        (3, UsageError, "layers is 3: give the names"),
        ([3], UsageError, r"layers is \[3\]"),
    ],
)
def test_what_was_asked_for_and_cannot_be_had_is_an_error(asked, error, words):
    with pytest.raises(error, match=words):
        nlp_lstm.trace(mixed(), X, layers=asked)


def test_calls_cells_and_directions_can_be_chosen():
    stack = layers.RNN([layers.GRUCell(2), layers.LSTMCell(3)], return_sequences=True, name="rnn")
    again = layers.LSTM(3, return_sequences=True, name="again")
    both = layers.Bidirectional(layers.LSTM(2), name="both")
    model = built(Stacked(stack, again, again, both))
    whole = nlp_lstm.trace(model, X)
    assert list(whole) == ["rnn/cell_1", "rnn/cell_2", "again", "again:2", "both/forward", "both/backward"]
    for name in whole:
        (one,) = nlp_lstm.trace(model, X, layers=name).values()
        for part, values in whole[name].parts.items():
            np.testing.assert_array_equal(one.parts[part], values)
    assert list(nlp_lstm.trace(model, X, layers=["*/forward", "again*"])) == [
        "again",
        "again:2",
        "both/forward",
    ]


def test_one_layer_of_broken_numbers_leaves_the_others(tmp_path):
    """An ensemble of which one member has diverged."""
    good, broken = layers.LSTM(3, name="good"), layers.LSTM(3, name="broken")
    model = built(Summed(good, broken))
    broken.cell.kernel.assign(np.full(broken.cell.kernel.shape, np.nan))
    traces = nlp_lstm.trace(model, X)
    assert list(traces) == ["good"]
    assert "is not all finite numbers" in traces.left_out["broken"]
    with pytest.raises(DataError, match="is not all finite numbers"):
        nlp_lstm.trace(model, X, layers="broken")


def test_a_layer_that_overflows_leaves_the_others():
    low = layers.LSTM(3, return_sequences=True, name="low")
    grows = layers.SimpleRNN(3, activation="relu", return_sequences=True, name="grows")
    high = layers.LSTM(3, name="high")
    model = built(Stacked(low, grows, high))
    grows.cell.recurrent_kernel.assign(np.full((3, 3), 1e30))
    grows.cell.bias.assign(np.ones(3))
    traces = nlp_lstm.trace(model, X)
    assert list(traces) == ["low"]
    assert "is not finite on these inputs" in traces.left_out["grows"]
    assert traces.left_out["high"].startswith("high reads values that are not finite")


def test_layers_of_a_run_are_chosen_like_those_of_a_model(two_runs):
    whole = nlp_lstm.trace("sentiment-001", "the sky")
    for name in whole:
        assert list(nlp_lstm.trace("sentiment-001", "the sky", layers=name)) == [name]
    assert list(nlp_lstm.trace("sentiment-001", "the sky", layers="layer_*")) == list(whole)
    with pytest.raises(UnknownNameError, match="unknown layer 'layer_9': did you mean layer_2 or layer_1"):
        nlp_lstm.trace("sentiment-001", "the sky", layers="layer_9")
