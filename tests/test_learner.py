"""Learning fast changes nothing of what is learnt: one step is the step that plain Keras makes."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from nlp_lstm.errors import UnknownNameError, UsageError
from nlp_lstm.models.layers import get_weights, set_weights
from nlp_lstm.models.layouts import LAYOUTS, has_gpu, layout, use_layout
from nlp_lstm.models.network import Network, weight_shapes
from nlp_lstm.models.recurrence import UnrolledLSTM
from nlp_lstm.models.sampling import sample_outputs
from nlp_lstm.settings import Settings
from nlp_lstm.task import Task, load_task
from nlp_lstm.text.batches import Batch, drop_words
from nlp_lstm.text.vocabulary import PAD, UNK
from nlp_lstm.training.learner import Learner

WORDS, LABELS = 23, 5
SMALL = {"units": 6, "embedding_dim": 6, "layers": 2, "dropout": 0.0, "batch_size": 4, "timesteps": 7}
SGD = {"optimizer": "sgd", "learning_rate": 1.0, "clip_norm": 1e9}


def make_weights(settings: Settings, outputs: int) -> dict[str, np.ndarray]:
    """Random weights, biases too."""
    random = np.random.default_rng(3)
    shapes = weight_shapes(settings, WORDS, outputs)
    return {name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def make_batch(outputs: int, rows: int = 4, timesteps: int = 7) -> Batch:
    """Random words, some of which do not count, and a row of padding."""
    random = np.random.default_rng(7)
    inputs = random.integers(3, WORDS, (rows, timesteps), np.int32)
    weight = (random.random((rows, timesteps)) < 0.7).astype(np.float32)
    inputs[-1], weight[-1] = PAD, 0
    return Batch(inputs, random.integers(0, outputs, (rows, timesteps), np.int32), weight)


def make_task(name: str, **changes) -> tuple[Task, Settings, int]:
    """A task, small settings, and its number of outputs."""
    task = load_task(name)
    return task, task.changed_settings({**SMALL, **SGD, **changes}), WORDS if name == "next-word" else LABELS


def keras_step(
    task: Task, settings: Settings, weights: dict, batch: Batch, regularizer: Any = None
) -> tuple[dict, dict]:
    """Weights and logs after one step of plain Keras: stock layers, its loss over the probabilities.

    The regularizer is of the last layer's hidden states.
    """
    outputs = len(weights["output/bias"])
    words = keras.Input((None,), dtype="int32")
    hidden = keras.layers.Embedding(WORDS, settings.embedding_dim, name="embedding")(words)
    for number in range(1, settings.layers + 1):
        own = regularizer if number == settings.layers else None
        hidden = keras.layers.LSTM(
            settings.units, return_sequences=True, activity_regularizer=own, name=f"layer_{number}"
        )(hidden)
    dense = keras.layers.Dense(outputs, activation="softmax", name="output")
    model = keras.Model(words, dense(hidden))
    set_weights(model, weights)
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")
    model.compile(keras.optimizers.SGD(settings.learning_rate), loss, weighted_metrics=["accuracy"])
    logs = model.train_on_batch(batch.inputs, batch.targets, batch.sample_weight, return_dict=True)
    return get_weights(model), logs


@pytest.mark.parametrize("rows", [1, 3, 4])
@pytest.mark.parametrize("chunk", [1, 5, 512])
@pytest.mark.parametrize("name", ["next-word", "sentiment"])
def test_a_step_of_the_twin_is_a_step_of_plain_keras(name, chunk, rows):
    task, settings, outputs = make_task(name, loss_chunk=chunk, batch_size=rows)
    weights, batch = make_weights(settings, outputs), make_batch(outputs, rows)
    if rows == 1:
        batch = replace(batch, sample_weight=np.ones_like(batch.sample_weight))
    learner = Learner(task, settings, weights, stream=False, steps=10**9)
    logs = learner.train(batch)
    expected, expected_logs = keras_step(task, settings, weights, batch)
    assert logs == pytest.approx(expected_logs, abs=1e-5)
    found = learner.weights()
    assert set(found) == set(expected)
    for weight, values in expected.items():
        assert np.abs(values - weights[weight]).max() > 1e-3, "the step moves every weight"
        np.testing.assert_allclose(found[weight], values, atol=1e-5, rtol=0, err_msg=weight)


def test_a_step_with_tied_weights_adds_both_gradients():
    task, settings, outputs = make_task("next-word", tie_weights=True)
    weights, batch = make_weights(settings, outputs), make_batch(outputs)
    assert "output/kernel" not in weights
    learner = Learner(task, settings, weights, stream=False, steps=10**9)
    learner.train(batch)
    embeddings = weights["embedding/embeddings"]
    untied = weights | {"output/kernel": embeddings.T}
    expected, _ = keras_step(task, settings, untied, batch)
    both = expected["embedding/embeddings"] + expected["output/kernel"].T - embeddings
    found = learner.weights()
    np.testing.assert_allclose(found["embedding/embeddings"], both, atol=1e-5, rtol=0)
    np.testing.assert_allclose(found["output/bias"], expected["output/bias"], atol=1e-5, rtol=0)


def test_taught_model_twin_and_numpy_share_tied_weights():
    task, settings, outputs = make_task("next-word", tie_weights=True)
    weights, batch = make_weights(settings, outputs), make_batch(outputs)
    taught = task.taught_model(settings, WORDS, outputs)
    twin = task.training_twin(settings, WORDS, outputs, False)
    set_weights(taught, weights)
    set_weights(twin, weights)
    network = Network(settings, weights)
    layers, _ = network.read(batch.inputs[:3])
    expected = network.probabilities(layers[-1]["hidden_state"])
    np.testing.assert_allclose(np.asarray(twin(batch.inputs[:3])), expected, atol=1e-5)
    np.testing.assert_allclose(np.asarray(taught(batch.inputs[:3])), expected[:, -1], atol=1e-5)


@pytest.mark.parametrize("rows", [3, 4])
def test_the_unrolled_lstm_carries_its_states_like_keras(rows):
    options: Any = {"return_sequences": True, "return_state": True, "stateful": True}
    fast, plain = UnrolledLSTM(5, **options), keras.layers.LSTM(5, **options)
    windows = np.random.default_rng(0).normal(size=(3, rows, 4, 2)).astype("f")
    for layer in (fast, plain):
        layer(windows[0])
        layer.reset_state()
    fast.set_weights(plain.get_weights())
    for window in windows:
        for found, expected in zip(fast(window), plain(window), strict=True):
            np.testing.assert_allclose(np.asarray(found), np.asarray(expected), atol=1e-6)


def test_a_masked_or_open_input_is_read_as_keras_reads_it():
    words = keras.Input((None, 2))
    fast, plain = UnrolledLSTM(5), keras.layers.LSTM(5)
    open_model: Any = keras.Model(words, [fast(words), plain(words)])
    fast.set_weights(plain.get_weights())
    sequences = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("f")
    found, expected = open_model.predict(sequences, verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    mask = np.array([[True, True, False, False]] * 3)
    np.testing.assert_allclose(
        np.asarray(fast(sequences, mask=mask)), np.asarray(plain(sequences, mask=mask)), atol=1e-6
    )


def test_bfloat16_rounds_the_gradients_and_no_more():
    task, exact, outputs = make_task("next-word")
    rounded = replace(exact, precision="bfloat16")
    weights, batch = make_weights(exact, outputs), make_batch(outputs)
    learners = [Learner(task, settings, weights, False, 10**9) for settings in (exact, rounded)]
    for learner in learners:
        learner.train(batch)
    assert learners[0].test(batch)["loss"] == pytest.approx(learners[1].test(batch)["loss"], rel=0.02)
    for name, values in learners[0].weights().items():
        step, other = values - weights[name], learners[1].weights()[name] - weights[name]
        assert 0 < np.abs(step - other).max() < 0.05 * np.abs(step).max(), name


def test_dropped_words_are_unknown_and_padding_stays():
    batch = make_batch(WORDS, rows=400)
    dropped = drop_words(batch, 0.25, np.random.default_rng(0))
    real = batch.inputs != PAD
    assert (dropped.inputs[~real] == PAD).all()
    assert (dropped.inputs[real] == UNK).mean() == pytest.approx(0.25, abs=0.03)
    assert (dropped.targets == batch.targets).all()
    assert drop_words(batch, 0.0, np.random.default_rng(0)) is batch


def test_variational_dropout_drops_the_same_numbers_at_every_word():
    task, settings, outputs = make_task("sentiment", variational=True, dropout=0.5)
    twin = task.training_twin(settings, WORDS, outputs, False)
    embedded = keras.Model(twin.input, twin.get_layer("dropout_0").output)
    values = np.asarray(embedded(np.full((4, 9), 5, np.int32), training=True))
    dropped = values == 0
    assert (dropped == dropped[:, :1]).all()
    assert dropped.any()
    assert not dropped.all()


def test_a_step_with_dropped_weights_is_the_step_of_the_kernels_that_are_left():
    task, settings, outputs = make_task("sentiment", weight_dropout=0.25)
    weights, batch = make_weights(settings, outputs), make_batch(outputs)
    learner = Learner(task, settings, weights, stream=False, steps=10**9)
    logs = learner.train(batch)
    found, names = learner.weights(), ["layer_1/recurrent_kernel", "layer_2/recurrent_kernel"]
    # Dropped weights do not move: that is how a user can tell which they were.
    kept = {name: found[name] != weights[name] for name in names}
    assert np.mean([kept[name] for name in names]) == pytest.approx(0.75, abs=0.1)
    thinned = weights | {name: weights[name] * kept[name] / 0.75 for name in names}
    expected, expected_logs = keras_step(task, settings, thinned, batch)
    assert logs == pytest.approx(expected_logs, abs=1e-5)
    for name in set(weights) - set(names):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-5, rtol=0, err_msg=name)
    for name in names:
        step = (expected[name] - thinned[name]) * kept[name] / 0.75
        np.testing.assert_allclose(found[name] - weights[name], step, atol=1e-5, rtol=0, err_msg=name)


def test_no_weight_is_dropped_outside_training():
    task, settings, outputs = make_task("next-word", weight_dropout=0.5)
    weights, batch = make_weights(settings, outputs), make_batch(outputs)
    whole = replace(settings, weight_dropout=0.0)
    learners = [Learner(task, each, weights, stream=False, steps=10**9) for each in (settings, whole)]
    assert learners[0].test(batch) == pytest.approx(learners[1].test(batch), abs=1e-6)
    name = "layer_1/recurrent_kernel"
    for learner in learners:
        learner.train(batch)
    unmoved = [(learner.weights()[name] == weights[name]).any() for learner in learners]
    assert unmoved == [True, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell": "gru"}, "weight_dropout with cell 'gru': only the twin of an lstm has it"),
        ({"train_as": "taught"}, "weight_dropout with train_as 'taught': only the twin of an lstm has it"),
    ],
)
def test_weights_that_cannot_be_dropped_are_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        make_task("sentiment", weight_dropout=0.5, **changes)


@pytest.mark.parametrize(("activation", "temporal"), [(20.0, 0.0), (0.0, 300.0), (20.0, 300.0)])
def test_a_step_with_activation_regularization_is_a_step_of_plain_keras(activation, temporal):
    factors = {"activation_regularization": activation, "temporal_activation_regularization": temporal}
    task, settings, outputs = make_task("next-word", **factors)
    weights, batch = make_weights(settings, outputs), make_batch(outputs)

    def penalty(hidden_state):
        change = hidden_state[:, 1:] - hidden_state[:, :-1]
        mean = activation * keras.ops.mean(hidden_state**2) + temporal * keras.ops.mean(change**2)
        return mean * len(batch.inputs)  # Keras takes it per row

    learner = Learner(task, settings, weights, stream=False, steps=10**9)
    told, found = learner.train(batch), learner.weights()
    expected, with_penalty = keras_step(task, settings, weights, batch, penalty)
    without, cross_entropy = keras_step(task, settings, weights, batch)
    assert with_penalty["loss"] - cross_entropy["loss"] > 0.1
    assert told == pytest.approx(cross_entropy, abs=1e-5), "the loss that is told is comparable"
    assert np.abs(expected["layer_2/kernel"] - without["layer_2/kernel"]).max() > 1e-3
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-5, rtol=0, err_msg=name)


def test_validation_has_no_activation_regularization():
    losses = []
    for factor in (0.0, 100.0):
        task, settings, outputs = make_task("next-word", activation_regularization=factor)
        learner = Learner(task, settings, make_weights(settings, outputs), stream=False, steps=10**9)
        losses.append(learner.test(make_batch(outputs))["loss"])
    assert losses[0] == losses[1]


@pytest.mark.parametrize("name", ["activation_regularization", "temporal_activation_regularization"])
def test_activation_regularization_is_refused_where_no_twin_of_words_is_trained(name):
    with pytest.raises(UsageError, match=f"^{name} with the task sentiment: only running text has almost no"):
        make_task("sentiment", **{name: 1.0})
    with pytest.raises(UsageError, match=f"^{name} with train_as 'taught': only the twin has it"):
        make_task("next-word", train_as="taught", **{name: 1.0})


@pytest.mark.parametrize("tied", [False, True])
def test_a_step_with_a_sampled_softmax_is_a_step_of_the_outputs_that_are_drawn(tied):
    task, settings, outputs = make_task("next-word", batch_size=2, sampled_softmax=14, tie_weights=tied)
    weights, batch = make_weights(settings, outputs), make_batch(outputs, rows=2)
    whole = (
        weights
        if "output/kernel" in weights
        else {**weights, "output/kernel": weights["embedding/embeddings"].T}
    )
    learner = Learner(task, settings, weights, stream=False, steps=10**9)
    logs = learner.train(batch)
    found = learner.weights()
    # Biases of outputs that were not drawn do not move: that is how a user can tell which were.
    drawn = np.flatnonzero(found["output/bias"] != weights["output/bias"])
    own = np.unique(batch.targets)
    assert len(drawn) == 14
    assert set(own) < set(drawn)
    counts = np.where(np.isin(drawn, own), 1.0, (outputs - len(own)) / (14 - len(own)))
    sampled = whole | {
        "output/kernel": whole["output/kernel"][:, drawn],
        "output/bias": (weights["output/bias"][drawn] + np.log(counts)).astype(np.float32),
    }
    places = replace(batch, targets=np.searchsorted(drawn, batch.targets).astype(np.int32))
    expected, expected_logs = keras_step(task, settings, sampled, places)
    assert logs == pytest.approx(expected_logs, abs=1e-5)
    steps = {name: expected[name] - sampled[name] for name in expected}
    kernel = np.zeros_like(whole["output/kernel"])
    kernel[:, drawn] = steps.pop("output/kernel")
    bias = np.zeros(outputs)
    bias[drawn] = steps.pop("output/bias")
    steps |= {"output/bias": bias}
    if tied:
        steps["embedding/embeddings"] += kernel.T
    else:
        steps["output/kernel"] = kernel
    assert set(steps) == set(found)
    for name, step in steps.items():
        np.testing.assert_allclose(found[name] - weights[name], step, atol=1e-5, rtol=0, err_msg=name)


def test_what_is_drawn_stands_for_all_outputs():
    random = np.random.default_rng(0)
    powers, targets = np.exp(random.normal(size=50)), np.array([3, 3, 40, 7])
    sums = []
    for _ in range(4000):
        sample = sample_outputs(targets, 50, 20, random)
        assert len(np.unique(sample.outputs)) == 20
        assert (sample.outputs[sample.targets] == targets).all()
        sums.append((powers[sample.outputs] * np.exp(sample.log_counts)).sum())
    spread = np.std(sums) / np.sqrt(len(sums))
    assert abs(np.mean(sums) - powers.sum()) < 4 * spread < 0.02 * powers.sum()


@pytest.mark.parametrize("train_as", ["twin", "taught"])
def test_what_is_told_is_of_the_batch_alone(train_as):
    task, settings, outputs = make_task("sentiment", train_as=train_as)
    learner = Learner(task, settings, make_weights(settings, outputs), stream=False, steps=10**9)
    one = make_batch(outputs)
    other = replace(one, targets=(one.targets + 1) % outputs)
    first, second = learner.test(one), learner.test(other)
    assert abs(first["loss"] - second["loss"]) > 0.01
    assert learner.test(one) == pytest.approx(first, abs=1e-6)
    assert learner.train(other) == pytest.approx(second, abs=1e-5), "not of the batches before it"


def test_validation_takes_in_all_outputs():
    task, settings, outputs = make_task("next-word", batch_size=2, sampled_softmax=14)
    weights, batch = make_weights(settings, outputs), make_batch(outputs, rows=2)
    losses = [
        Learner(task, each, weights, stream=False, steps=1).test(batch)["loss"]
        for each in (settings, replace(settings, sampled_softmax=0))
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("next-word", {"train_as": "taught"}, "sampled_softmax with train_as 'taught': only the twin has it"),
        (
            "next-word",
            {"timesteps": 30},
            "sampled_softmax is 99 but a batch of 4 times 30 words can have 120",
        ),
        (
            "sentiment",
            {},
            "sampled_softmax with the task sentiment: only a vocabulary of words is large enough",
        ),
    ],
)
def test_a_softmax_that_cannot_be_sampled_is_refused(name, changes, message):
    with pytest.raises(UsageError, match=message):
        make_task(name, sampled_softmax=99, **changes)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("next-word", {"tie_weights": True, "units": 8}, "tie_weights with 8 units and embedding_dim 6"),
        ("next-word", {"tie_weights": True, "train_as": "taught"}, "only the twin has it, leave one out"),
        ("sentiment", {"tie_weights": True}, "only words can share their embedding"),
    ],
)
def test_weights_that_cannot_be_tied_are_refused(name, changes, message):
    with pytest.raises(UsageError, match=message):
        make_task(name, **changes)


def steps_in_layout(
    name: str, chosen: str, batches: int = 3, stream: bool = False, **changes: Any
) -> tuple[dict, list]:
    """Weights and logs after some steps in one layout."""
    task, settings, outputs = make_task(name, **changes)
    with use_layout(chosen):
        learner = Learner(task, settings, make_weights(settings, outputs), stream, steps=10**9)
        logs = [learner.train(make_batch(outputs, settings.batch_size)) for _ in range(batches)]
        logs.append(learner.test(make_batch(outputs, settings.batch_size)))
    return learner.weights(), logs


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sentiment", {}),
        ("sentiment", {"cell": "gru", "optimizer": "adam", "learning_rate": 0.01}),
        ("tagging", {"cell": "rnn"}),
        ("next-word", {"stream": True}),
        ("next-word", {"stream": True, "tie_weights": True, "loss_chunk": 3}),
        ("next-word", {"activation_regularization": 2.0, "temporal_activation_regularization": 1.0}),
    ],
)
def test_the_layouts_make_the_same_steps(name, changes):
    (cpu, cpu_logs), *others = (steps_in_layout(name, chosen, **changes) for chosen in LAYOUTS)
    for weights, logs in others:
        for weight, values in cpu.items():
            np.testing.assert_allclose(weights[weight], values, atol=1e-4, rtol=0, err_msg=weight)
        for ours, theirs in zip(cpu_logs, logs, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("chosen", LAYOUTS)
def test_weights_are_dropped_in_both_layouts(chosen):
    kept, dropped = (steps_in_layout("next-word", chosen, weight_dropout=share)[1][0] for share in (0.0, 0.5))
    assert abs(kept["loss"] - dropped["loss"]) > 1e-3


def test_a_gpu_takes_the_softmax_of_all_words():
    sampled, whole = (
        steps_in_layout("next-word", "gpu", batch_size=2, sampled_softmax=size) for size in (14, 0)
    )
    for weight, values in whole[0].items():
        np.testing.assert_array_equal(sampled[0][weight], values, err_msg=weight)
    assert steps_in_layout("next-word", "cpu", batch_size=2, sampled_softmax=14)[1] != sampled[1]


def test_half_precision_on_a_gpu_rounds_and_no_more():
    exact, rounded = (
        steps_in_layout("next-word", "gpu", precision=name)[1][-1] for name in ("float32", "bfloat16")
    )
    assert 0 < abs(exact["loss"] - rounded["loss"]) < 0.02 * exact["loss"]


def test_a_gpu_reads_with_keras_own_layers():
    task, settings, outputs = make_task("sentiment")
    kinds = []
    for chosen in LAYOUTS:
        with use_layout(chosen):
            twin = task.training_twin(settings, WORDS, outputs, False)
            kinds.append(type(twin.get_layer("layer_1")) is keras.layers.LSTM)
    assert kinds == [False, True, False]


def test_the_layout_is_that_of_the_machine_unless_another_is_asked_for():
    assert layout() == ("gpu" if has_gpu() else "cpu")
    with use_layout("GPU"):
        assert layout() == "gpu"
    assert layout() == ("gpu" if has_gpu() else "cpu")
    with pytest.raises(UnknownNameError, match=r"unknown layout 'tpu'.*The known ones are cpu, gpu"):
        use_layout("tpu").__enter__()
