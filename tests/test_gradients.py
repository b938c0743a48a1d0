"""Gradients through time: known answers by hand, TensorFlow's own Jacobians, and what `compare` shows."""

from dataclasses import replace

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses._slopes import by_cell_state, by_words, through_cell_state
from nlp_lstm.analyses.comparing_cells import TRAINEES, Trainees
from nlp_lstm.analyses.gradients import compare_gradients
from nlp_lstm.analyses.studies import Study
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.cells import CELLS, Recurrent, run_cell
from nlp_lstm.models.jacobians import size_of, slopes_by_states
from nlp_lstm.models.quiet_keras import keras

UNITS, READS, WORDS = 3, 2, 6
SMALL = {"units": 6, "embedding_dim": 4, "epochs": 2, "dropout": 0.0}


def number(table, row, column) -> float:
    """One number of a table."""
    return table.records()[row][column]


def forget_gate_of(bias):
    """An LSTM of which nothing but the forget gate depends on anything, and that on its bias alone."""
    weights = {"kernel": np.zeros((READS, 4 * UNITS)), "recurrent_kernel": np.zeros((UNITS, 4 * UNITS))}
    return weights | {"bias": np.repeat([0.0, bias, 0.0, 0.0], UNITS)}


@pytest.mark.parametrize(("bias", "left"), [(0.0, 0.5), (1000.0, 1.0), (np.log(3), 0.75)])
def test_through_the_cell_state_alone_the_forget_gate_is_what_is_left_of_a_gradient(bias, left):
    weights = forget_gate_of(bias)
    parts, _ = run_cell("lstm", np.ones((1, 11, READS)), weights)
    parts = {name: values[0] for name, values in parts.items()}
    recurrent = Recurrent(weights["recurrent_kernel"], 0.0)
    sizes = [size_of(one) for one in slopes_by_states("lstm", parts, recurrent, ["cell_state"], cut=True)]
    np.testing.assert_allclose(sizes, [left**back for back in range(1, 11)], rtol=1e-12)


def test_a_linear_network_has_the_powers_of_its_kernel():
    """Near zero tanh is the identity, so that k words back the slopes are the k-th power of U."""
    kernel = np.random.default_rng(0).normal(size=(UNITS, UNITS))
    weights = {"kernel": np.zeros((READS, UNITS)), "recurrent_kernel": kernel, "bias": np.zeros(UNITS)}
    parts, _ = run_cell("rnn", np.ones((1, WORDS, READS)), weights)
    found = slopes_by_states(
        "rnn", {"hidden_state": parts["hidden_state"][0]}, Recurrent(kernel, 0.0), ["hidden_state"]
    )
    for back, slopes in enumerate(found, start=1):
        np.testing.assert_allclose(slopes, np.linalg.matrix_power(kernel, back).T, rtol=1e-10)


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_slopes_are_those_of_tensorflow(name):
    """Keras steps its own cell from given states, and TensorFlow differentiates that."""
    import tensorflow as tf

    cell, random = CELLS.get(name), np.random.default_rng(1)
    layer = getattr(keras.layers, f"{cell.keras_layer}Cell")(UNITS, dtype="float64")
    layer.build((None, READS))
    layer.set_weights([random.normal(size=one.shape) for one in layer.get_weights()])
    kernel, recurrent_kernel, bias = layer.get_weights()
    inputs = random.normal(size=(1, WORDS, READS))
    weights = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    parts, _ = run_cell(name, inputs, weights)
    parts = {part: values[0] for part, values in parts.items()}
    recurrent = Recurrent(recurrent_kernel, bias[1] if bias.ndim == 2 else 0.0)
    found = list(slopes_by_states(name, parts, recurrent, cell.states))
    assert len(found) == WORDS - 1
    for back in range(1, WORDS):
        begun = tf.constant(np.concatenate([parts[state][WORDS - 1 - back] for state in cell.states])[None])
        with tf.GradientTape() as tape:
            tape.watch(begun)
            states = tf.split(begun, len(cell.states), axis=1)
            for t in range(WORDS - back, WORDS):
                _, states = layer(tf.constant(inputs[:, t]), states)
            ends = tf.concat(tf.nest.flatten(states), axis=1)
        expected = tape.jacobian(ends, begun)[0, :, 0]
        np.testing.assert_allclose(found[back - 1], expected, rtol=1e-8, atol=1e-12)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of each cell, two of the LSTM."""
    folder = tmp_path_factory.mktemp("cells")
    cells = {"rnn-0": "rnn", "gru-0": "gru", "lstm-0": "lstm", "lstm-1": "lstm"}
    return {
        name: nlp_lstm.train(
            data="counting:copy/6", run=folder / name, cell=cell, seed=int(name[-1]), limit=150, **SMALL
        )
        for name, cell in cells.items()
    }


def read(run, example):
    """Every part of every layer, in float64."""
    embedded = run.weights["embedding/embeddings"][run.vocabulary.ids(example.words)][None].astype(float)
    return run.network.read_embedded(embedded)[0]


def test_the_slope_of_the_loss_is_what_a_small_step_changes(trained):
    run = trained["lstm-0"]
    example = nlp_lstm.load_corpus("counting:copy/6").validation[7]
    found = by_words(run, example, read(run, example))
    table = run.weights["embedding/embeddings"].astype(float)
    ids, network = run.vocabulary.ids(example.words), run.network
    assert example.labels is not None
    wanted = run.label_names.index(str(example.labels[-1]))

    def loss(embedded):
        layers, _ = network.read_embedded(embedded[None])
        return -network.log_probabilities(layers[-1]["hidden_state"])[0, -1, wanted]

    slopes, step = np.zeros((len(ids), table.shape[1])), 1e-5
    for place in np.ndindex(slopes.shape):
        more, less = table[ids].copy(), table[ids].copy()
        more[place] += step
        less[place] -= step
        slopes[place] = (loss(more) - loss(less)) / (2 * step)
    lengths = np.linalg.norm(slopes, axis=1)[:0:-1]  # all but the first word
    np.testing.assert_allclose(found / found[0], lengths / lengths[0], rtol=1e-3)


def test_on_all_ways_the_cell_state_moves_as_a_small_step_at_an_earlier_word_says(trained):
    """A step in c moves the hidden state of the same word too, and with it the gates of the next."""
    run = trained["lstm-0"]
    example = nlp_lstm.load_corpus("counting:copy/6").validation[150]
    weights = {name: run.weights[f"layer_1/{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
    weights = {name: 3 * values.astype(float) for name, values in weights.items()}  # the ways matter more
    larger = replace(run, weights={**run.weights, **{f"layer_1/{k}": v for k, v in weights.items()}})
    embedded = run.weights["embedding/embeddings"][run.vocabulary.ids(example.words)][None].astype(float)
    last, units, step = len(example.words) - 1, run.settings.units, 1e-5

    def end(word, unit, by):
        def edit(t, part, values):
            if (t, part) == (word, "cell_state"):
                values[0, unit] += by

        return run_cell("lstm", embedded, weights, edit=edit)[0]["cell_state"][0, -1]

    found = by_cell_state(larger, example, read(larger, example))
    for back in range(1, last + 1):
        columns = [
            (end(last - back, unit, step) - end(last - back, unit, -step)) / (2 * step)
            for unit in range(units)
        ]
        assert found[back] == pytest.approx(size_of(np.array(columns)), rel=1e-6)


def test_through_the_cell_state_alone_it_is_the_product_of_the_forget_gates(trained):
    run = trained["lstm-0"]
    example = nlp_lstm.load_corpus("counting:copy/6").validation[150]
    layers = read(run, example)
    gates = layers[-1]["forget_gate"][0]
    products = np.cumprod(gates[:0:-1], axis=0)  # of the last word's, the last two words', ...
    expected = [1, *np.sqrt((products**2).mean(axis=1))]
    np.testing.assert_allclose(through_cell_state(run, example, layers), expected, rtol=1e-12)


def test_compare_sets_the_cells_side_by_side(trained):
    report = nlp_lstm.compare("gradients", list(trained.values()))
    states, words, cell_state, scales = report.comparisons
    assert report.facts["cells"] == "rnn, gru, lstm"
    assert states.rows[0] == "0"
    assert [number(states, 0, cell) for cell in ("rnn", "gru", "lstm")] == pytest.approx([1, 1, 1])
    assert number(states, 3, "rnn_low") is None  # one seed has no interval
    for lstm in ("lstm", "untrained_lstm"):
        assert number(states, 3, f"{lstm}_low") < number(states, 3, lstm) < number(states, 3, f"{lstm}_high")
    assert f"lstm {number(states, -1, 'lstm'):.2g} [" in states.see
    assert len(words.rows) == len(states.rows) - 1  # first words are left out
    assert words.chart == "curves"
    whole, alone = (number(cell_state, 3, name) for name in ("all_ways", "cell_state_alone"))
    assert 0 < alone <= 1 != whole
    assert scales.rows == ["1", "2", "4"]
    assert number(scales, 0, "lstm") == pytest.approx(number(states, -1, "untrained_lstm"))
    assert number(scales, 2, "lstm") > 2 * number(scales, 0, "lstm")


def test_without_an_lstm_there_is_no_cell_state(trained):
    report = nlp_lstm.compare("gradients", [trained["rnn-0"], trained["gru-0"]])
    assert not any("cell state" in table.title for table in report.comparisons)


def test_running_text_is_read_too():
    run = nlp_lstm.load_run("next-word-stories")
    report = nlp_lstm.compare("gradients", run, limit=40)
    assert number(report.comparisons[0], 5, "lstm") > 0


def test_what_cannot_be_compared_is_told(trained):
    larger = replace(
        trained["gru-0"], settings=replace(trained["gru-0"].settings, units=7), path=trained["gru-0"].path
    )
    studies = [Study(run, run, (Example(("b",), ("b",)),) * 20, "x") for run in (trained["rnn-0"], larger)]
    with pytest.raises(UsageError, match=r"rnn-0 has 6 units, gru-0 has 7 units.*one size"):
        compare_gradients(studies, 0)
    with pytest.raises(UsageError, match="two runs are called rnn-0: give each once"):
        nlp_lstm.compare("gradients", [trained["rnn-0"], trained["rnn-0"]])
    with pytest.raises(UsageError, match="seed is -1: it must be at least 0"):
        nlp_lstm.compare("gradients", trained["rnn-0"], seed=-1)
    with pytest.raises(UsageError, match=r"gradients chooses what it reads.*leave split out"):
        nlp_lstm.compare("gradients", trained["rnn-0"], split="test")
    with pytest.raises(DataError, match="0 sentences of reviews have a word that is answered for"):
        nlp_lstm.compare("gradients", trained["rnn-0"], data="reviews")


def test_what_is_not_given_is_trained(monkeypatch, cli, tmp_path):
    """Without runs each cell is trained from five seeds; nothing is left behind in the folder."""
    monkeypatch.chdir(tmp_path)
    few = Trainees("tagging", "counting:copy/3", "validation", {**SMALL, "epochs": 1})
    monkeypatch.setitem(TRAINEES, "gradients", few)
    done = cli("compare", "gradients", "--json")
    assert done.code == 0, done.err
    assert '"seeds": "0, 1, 2, 3, 4"' in done.out
    assert '"cells": "gru, lstm, rnn"' in done.out
    assert not list(tmp_path.iterdir())
