"""Attribution: gradients against TensorFlow's, sums against scores, models whose answer is known, and the
table of it."""

import json

import keras
import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses.attribution import decisive_words, leave_one_out
from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.network import Network, initial_weights
from nlp_lstm.settings import Settings
from nlp_lstm.states.attribution import attribute_words
from nlp_lstm.states.tracing import trace

SENTENCE = "the film is not silly , but clever ."


@pytest.fixture
def tagger(tmp_path, new_run):
    return new_run(tmp_path / "tagger", "sentiment")


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS.names())
def test_gradients_are_those_of_tensorflow(cell, layers):
    tensorflow = pytest.importorskip("tensorflow")
    settings = Settings(cell=cell, layers=layers, units=5, embedding_dim=4)
    random = np.random.default_rng(0)
    weights = {
        name: (values + random.normal(0, 0.4, values.shape)).astype(np.float32)
        for name, values in initial_weights(settings, 11, 3, 1).items()
    }
    network, words = Network(settings, weights), random.normal(size=(2, 7, 4)).astype(np.float32)
    slopes = random.normal(size=(2, 7, 5)).astype(np.float32)
    layer = getattr(keras.layers, CELLS.get(cell).keras_layer)
    stack = [layer(5, return_sequences=True) for _ in range(layers)]
    model = keras.Sequential([keras.Input((7, 4)), *stack])
    for number, one in enumerate(stack, start=1):
        names = ("kernel", "recurrent_kernel", "bias")
        one.set_weights([weights[f"layer_{number}/{name}"] for name in names])
    with tensorflow.GradientTape() as tape:
        read = tensorflow.constant(words)
        tape.watch(read)
        score = tensorflow.reduce_sum(model(read) * slopes)
    expected = tape.gradient(score, read).numpy()
    parts, _ = network.read_embedded(words)
    np.testing.assert_allclose(network.read_back(parts, slopes), expected, atol=1e-5)


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_what_the_words_add_sums_to_the_score(tmp_path, new_run, cell, task):
    run = new_run(tmp_path / "run", task, cell)
    sentence = run.vocabulary.encode("the sky is blue and the boy is old")
    found = attribute_words(run, sentence.ids, 1, 2)
    logits = run.network.logits(trace(run, sentence)["layer_2"].parts["hidden_state"][-1])
    assert found.score == pytest.approx(logits[1] - logits[2], abs=1e-4)
    assert found.words.sum() == pytest.approx(found.score - found.nothing, abs=1e-2)
    turned = attribute_words(run, sentence.ids, 2, 1)
    np.testing.assert_allclose(turned.words, -found.words, atol=1e-5)


@pytest.mark.parametrize("name", ["sentiment-sst", "next-word-stories"])
def test_the_sum_is_exact_in_the_shipped_runs(name):
    run = nlp_lstm.load_run(name)
    for text in (
        "the film is not bad .",
        "the boys near the river",
        "a " * 30,
        "the sky was blue and the king",
    ):
        found = attribute_words(run, run.vocabulary.encode(text).ids, 3)
        assert found.error <= 1e-2


def test_what_a_linear_model_adds_is_exact():
    random = np.random.default_rng(0)
    layer = keras.layers.SimpleRNN(4, activation="linear")
    model = keras.Sequential([keras.Input((5, 3)), layer, keras.layers.Dense(2)])
    words = random.normal(size=(1, 5, 3)).astype(np.float32)
    kernel, recurrent, _ = layer.get_weights()
    output = model.layers[-1].get_weights()[0][:, 1]
    expected = [words[0, t] @ kernel @ np.linalg.matrix_power(recurrent, 4 - t) @ output for t in range(5)]
    table = nlp_lstm.attribute(model, words, output=1).comparisons[0]
    np.testing.assert_allclose(adds(table), expected, atol=1e-5)


def test_a_keras_model_of_the_same_weights_says_the_same(tagger):
    embedding = keras.layers.Embedding(len(tagger.vocabulary), 4, mask_zero=True)
    lstms = [keras.layers.LSTM(5, return_sequences=number == 1) for number in (1, 2)]
    model = keras.Sequential([keras.Input((None,)), embedding, *lstms, keras.layers.Dense(3)])
    names = [f"layer_{number}/{name}" for number in (1, 2) for name in ("kernel", "recurrent_kernel", "bias")]
    names = ["embedding/embeddings", *names, "output/kernel", "output/bias"]
    model.set_weights([tagger.weights[name] for name in names])
    sentence = tagger.vocabulary.encode(SENTENCE)
    expected = attribute_words(tagger, sentence.ids, 2, 0)
    table = nlp_lstm.attribute(model, sentence.ids[None], 2, 0, words=sentence.words).comparisons[0]
    np.testing.assert_allclose(adds(table), expected.words, atol=1e-5)
    padded = np.pad(sentence.ids, (0, 3))[None]  # what is padding adds nothing, and moves nothing
    table = nlp_lstm.attribute(model, padded, 2, 0).comparisons[0]
    np.testing.assert_allclose(adds(table), [*expected.words, 0, 0, 0], atol=1e-5)


def test_the_model_is_left_as_it_was():
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(9, 4), keras.layers.LSTM(3)])
    before = vars(model.layers[0]).keys() | set()
    nlp_lstm.attribute(model, np.array([[1, 2, 3]]), 0)
    assert vars(model.layers[0]).keys() == before


@pytest.mark.parametrize(
    ("arguments", "error", "rule"),
    [
        (([[1, 2]], 7), UsageError, "output 7: the model has outputs 0 to 2"),
        (([[1, 2], [3, 4]], 0), UsageError, "give one sequence"),
        (([[1, 2]], "positive"), UsageError, "give the number of an output"),
        (([[1, 2]], 0, None, ["one"]), DataError, "1 words for 2 steps"),
    ],
)
def test_a_keras_model_is_told_what_makes_no_sense(arguments, error, rule):
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(9, 4), keras.layers.LSTM(3)])
    with pytest.raises(error, match=rule):
        nlp_lstm.attribute(model, np.array(arguments[0]), *arguments[1:])


def adds(table) -> list:
    """The numbers of a table of what words add."""
    return [row[0] for row in table.values]


# probe --why


def test_probe_tells_why(tagger, cli):
    done = cli(
        "probe",
        SENTENCE,
        "--run",
        tagger.path,
        "--why",
        "--towards",
        "positive",
        "--against",
        "negative",
        "--json",
    )
    assert done.code == 0, done.err
    (table,) = json.loads(done.out)["tables"]
    expected = attribute_words(tagger, tagger.vocabulary.encode(SENTENCE).ids, 2, 0)
    assert [row["word"] for row in table["rows"]] == [
        f"{n} {word}" for n, word in enumerate(SENTENCE.split(), 1)
    ]
    np.testing.assert_allclose([row["adds"] for row in table["rows"]], expected.words, atol=1e-6)
    assert "“positive” less that of “negative”" in table["meaning"]


def test_why_is_about_the_answer_unless_another_is_named(tagger):
    said = nlp_lstm.predict(SENTENCE, tagger).comparisons[0].values[-1][0]
    assert f"why “{said}”" in nlp_lstm.probe(SENTENCE, tagger, why=True).comparisons[0].title
    assert (
        nlp_lstm.attribute(tagger, SENTENCE).comparisons
        == nlp_lstm.probe(SENTENCE, tagger, why=True).comparisons
    )


def test_a_title_names_the_outputs_as_the_run_does(tagger):
    table = nlp_lstm.probe(SENTENCE, tagger, why=True, towards="Positive", against="NEGATIVE").comparisons[0]
    assert table.title.endswith("why “positive” and not “negative”")


def test_an_output_that_is_not_there_is_refused(tagger):
    with pytest.raises(UnknownNameError, match="splendid"):
        nlp_lstm.probe(SENTENCE, tagger, why=True, towards="splendid")
    with pytest.raises(UsageError, match="name two outputs"):
        nlp_lstm.probe(SENTENCE, tagger, why=True, towards="positive", against="positive")


# compare attribution


def test_the_words_that_decide_in_mini():
    assert decisive_words(("the", "film", "is", "not", "good", ".")) == [3, 4]
    assert decisive_words(("the", "film", "is", "about", "the", "sea", ".")) == []


def test_leaving_one_out_is_reading_without_the_word(tagger):
    ids = tagger.vocabulary.encode(SENTENCE).ids
    (found,) = leave_one_out(tagger, [ids], np.array([1]))

    def probability(words):
        return trace(tagger, " ".join(words))["layer_2"].outputs[-1][1]

    words = SENTENCE.split()
    expected = [probability(words) - probability(words[:t] + words[t + 1 :]) for t in range(len(words))]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_compare_attribution_tells_what_deleting_words_does(tagger, cli):
    done = cli("compare", "attribution", tagger.path, "--json")
    assert done.code == 0, done.err
    falls, found = json.loads(done.out)["tables"]
    by = {row["words deleted"]: row for row in falls["rows"]}
    assert (
        by["1 by leaving one out"]["low"] > by["1 at random"]["high"]
    )  # the best single word, by definition
    assert [row["found by"] for row in found["rows"]] == [
        "attribution",
        "leaving one out",
        "a word at random",
    ]
    assert all(0 <= row["low"] <= row["found"] <= row["high"] <= 1 for row in found["rows"])
