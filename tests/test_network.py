"""The model in NumPy: what it reads, how layers stack, and what it refuses. Keras is in test_tasks.py."""

import numpy as np
import pytest

from nlp_lstm.errors import DataError
from nlp_lstm.models.cells import CELLS, run_cell
from nlp_lstm.models.network import Network, check_weights, initial_weights, weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.text.batches import pad

VOCAB_SIZE, OUTPUTS = 20, 4


def make_network(cell: str = "lstm", layers: int = 2) -> Network:
    """A small network with random weights."""
    settings = Settings(cell=cell, layers=layers, units=5, embedding_dim=3)
    random = np.random.default_rng(0)
    shapes = weight_shapes(settings, VOCAB_SIZE, OUTPUTS)
    return Network(settings, {name: random.normal(0, 0.5, shape) for name, shape in shapes.items()})


@pytest.fixture(params=CELLS.names())
def network(request) -> Network:
    return make_network(request.param)


@pytest.fixture
def ids() -> np.ndarray:
    return np.random.default_rng(1).integers(3, VOCAB_SIZE, 17)


def test_the_second_layer_reads_the_hidden_states_of_the_first(network, ids):
    layers, states = network.read(ids[None])
    second = {name: network.weights[f"layer_2/{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
    parts, last = run_cell(network.settings.cell, layers[0]["hidden_state"], second)
    assert set(layers[1]) == set(parts)
    assert all(np.array_equal(layers[1][name], values) for name, values in parts.items())
    assert all(np.array_equal(states[1][name], values) for name, values in last.items())


def test_a_padded_batch_reads_as_its_sentences_one_by_one(network, ids):
    sentences = [ids[:length] for length in (2, 7, 17)]
    together, _ = network.read(pad(sentences, sentences).inputs)
    for row, sentence in enumerate(sentences):
        alone, _ = network.read(sentence[None])
        for layer, parts in enumerate(alone):
            for name, values in parts.items():
                np.testing.assert_allclose(together[layer][name][row, : len(sentence)], values[0], atol=1e-12)


def test_states_carried_in_continue_the_sentence(network, ids):
    whole, end = network.read(ids[None])
    _, carried = network.read(ids[None, :6])
    rest, same_end = network.read(ids[None, 6:], carried)
    for number in range(2):
        np.testing.assert_allclose(
            rest[number]["hidden_state"], whole[number]["hidden_state"][:, 6:], atol=1e-12
        )
        for part, values in end[number].items():
            np.testing.assert_allclose(same_end[number][part], values, atol=1e-12)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("chunk", [1, 5, 17, 512])
def test_a_long_text_reads_the_same_in_pieces(ids, chunk, layers):
    network = make_network(layers=layers)
    layers, _ = network.read(ids[None])
    pieces = list(network.read_long(ids, chunk))
    assert max(len(piece) for piece, _ in pieces) <= chunk
    np.testing.assert_array_equal(np.concatenate([piece for piece, _ in pieces]), ids)
    says = np.concatenate([says for _, says in pieces])
    np.testing.assert_allclose(says, network.log_probabilities(layers[-1]["hidden_state"][0]), atol=1e-12)


def test_probabilities_sum_to_one_and_are_the_softmax_of_the_output_layer():
    network, hidden = make_network(), np.random.default_rng(2).normal(0, 1, (2, 3, 5))
    probabilities = network.probabilities(hidden)
    grown = np.exp(hidden @ network.weights["output/kernel"] + network.weights["output/bias"])
    assert probabilities.shape == (2, 3, OUTPUTS)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-12)
    np.testing.assert_allclose(probabilities, grown / grown.sum(axis=-1, keepdims=True), atol=1e-12)


def test_large_scores_do_not_overflow():
    network = make_network()
    weights = {**network.weights, "output/bias": np.array([1e4, 0.0, -1e4, 0.0])}
    says = Network(network.settings, weights).probabilities(np.zeros((1, 5)))
    assert says.tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_large_scores_of_one_word_do_not_change_those_of_another():
    network = make_network()
    kernel = np.zeros((5, OUTPUTS))
    kernel[0] = 1e4
    settings, weights = network.settings, {**network.weights, "output/kernel": kernel}
    hidden = np.array([[1.0, 0, 0, 0, 0], [0, 1, 1, 1, 1]])
    together = Network(settings, weights).log_probabilities(hidden)
    alone = [Network(settings, weights).log_probabilities(row) for row in hidden]
    np.testing.assert_array_equal(together, alone)
    assert np.isfinite(together).all()


@pytest.mark.parametrize("value", [1e300, np.inf])
def test_weights_that_overflow_are_read_without_a_warning(ids, value):
    network = make_network()
    weights = {name: values * value for name, values in network.weights.items()}
    layers, _ = Network(network.settings, weights).read(ids[None])
    assert np.isnan(layers[-1]["hidden_state"]).any() == (value == np.inf)


def test_reading_changes_no_weight(ids):
    network = make_network()
    before = {name: values.copy() for name, values in network.weights.items()}
    layers, _ = network.read(ids[None])
    hidden = layers[-1]["hidden_state"].copy()
    network.probabilities(layers[-1]["hidden_state"])
    assert all(np.array_equal(network.weights[name], values) for name, values in before.items())
    assert np.array_equal(layers[-1]["hidden_state"], hidden)


@pytest.mark.parametrize(
    ("cell", "parameters"),
    # 4 units reading 5 numbers: kernel, recurrent kernel and bias of each gate; a GRU has two biases.
    [("lstm", 4 * (4 * (4 + 5) + 4)), ("gru", 3 * (4 * (4 + 5) + 2 * 4)), ("rnn", 4 * (4 + 5) + 4)],
)
def test_a_layer_has_as_many_parameters_as_the_textbook_says(cell, parameters):
    shapes = weight_shapes(Settings(cell=cell, units=4, embedding_dim=5), VOCAB_SIZE, OUTPUTS)
    sizes = [np.prod(shape) for name, shape in shapes.items() if name.startswith("layer_1/")]
    assert sum(sizes) == parameters


@pytest.mark.parametrize("layers", [1, 3])
def test_weights_are_named_by_layer(layers):
    shapes = weight_shapes(Settings(layers=layers, units=4, embedding_dim=5), VOCAB_SIZE, OUTPUTS)
    stack = [
        f"layer_{number}/{name}"
        for number in range(1, layers + 1)
        for name in ("kernel", "recurrent_kernel", "bias")
    ]
    assert list(shapes) == ["embedding/embeddings", *stack, "output/kernel", "output/bias"]
    assert shapes["embedding/embeddings"] == (VOCAB_SIZE, 5)
    assert shapes[f"layer_{layers}/kernel"] == ((5, 16) if layers == 1 else (4, 16))
    assert shapes["output/kernel"] == (4, OUTPUTS)


def test_the_last_bias_begins_closed_however_many_words_it_is_for():
    weights = initial_weights(Settings(units=2, embedding_dim=2), vocab_size=50, outputs=50)
    assert not weights["output/bias"].any()
    assert weights["layer_1/bias"].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def damaged(change: str) -> dict[str, np.ndarray]:
    """The weights of a network with one thing wrong."""
    weights = dict(make_network().weights)
    if change == "missing":
        del weights["layer_2/bias"]
    elif change == "foreign":
        weights["layer_3/bias"] = np.zeros(20)
    elif change == "shape":
        weights["layer_1/kernel"] = weights["layer_1/kernel"][:, :-1]
    else:
        weights["output/bias"] = np.array([0.0, np.nan, 0.0, 0.0])
    return weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", r"layer_2/bias missing or not expected"),
        ("foreign", r"layer_3/bias missing or not expected"),
        ("shape", r"layer_1/kernel is \(3, 19\), expected \(3, 20\)"),
        ("not finite", r"output/bias holds values that are not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(change, message):
    shapes = weight_shapes(make_network().settings, VOCAB_SIZE, OUTPUTS)
    check_weights(make_network().weights, shapes)
    with pytest.raises(DataError, match=message):
        check_weights(damaged(change), shapes)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["b", "a"], "settings: a, b missing or not expected"),
        ([*"abcde"], "settings: a, b, c, d, e missing or not expected"),
        ([*"abcdef"], "settings: a, b, c, d, e and 1 more missing or not expected"),
        (["a" * 40], f"settings: {'a' * 40} missing or not expected"),
        (["a" * 41], f"settings: {'a' * 39}… missing or not expected"),
    ],
)
def test_an_error_names_five_weights_and_counts_the_others(names, told):
    network = make_network()
    shapes = weight_shapes(network.settings, VOCAB_SIZE, OUTPUTS)
    foreign = dict.fromkeys(names, np.zeros(1))
    with pytest.raises(DataError) as refused:
        check_weights({**network.weights, **foreign}, shapes)
    assert str(refused.value).endswith(told)


def test_weights_up_to_a_billion_are_read():
    network = make_network()
    shapes, bias = weight_shapes(network.settings, VOCAB_SIZE, OUTPUTS), np.array([0, 1e9, -1e9, 0])
    check_weights({**network.weights, "output/bias": bias}, shapes)
    for odd in (np.nextafter(1e9, np.inf), -1.5e9):
        weights = {**network.weights, "output/bias": np.array([0, odd, 0, 0])}
        with pytest.raises(DataError, match=r"too large: output/bias holds .*e\+09, at most 1e\+09 is read"):
            check_weights(weights, shapes)
