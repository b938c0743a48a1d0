"""One contract over all tasks: the taught model, its twin and NumPy say the same of real sentences."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from itertools import islice
from typing import Any

import keras
import numpy as np
import pytest

from nlp_lstm.corpora import Corpus, Example, Request, load_corpus
from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.layers import get_weights, set_weights
from nlp_lstm.models.network import Network, check_weights, weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task, load_task, task_names
from nlp_lstm.text.batches import Batch, pad, sentence_batches, stream_batches
from nlp_lstm.text.vocabulary import EOS, PAD, UNK, Vocabulary

TIMESTEPS = 18
SENTENCES = 6
CLOSE = 1e-5

corpora: dict[str, Corpus] = {}


def load_mini(task: str) -> Corpus:
    """The first sentences of `mini`, read once."""
    if task not in corpora:
        corpora[task] = load_corpus("mini", Request(load_task(task).predicts), limit=60)
    return corpora[task]


@dataclass(frozen=True)
class Models:
    """One task's models in all their forms, with the same random weights, and sentences to read."""

    task: Task
    settings: Settings
    corpus: Corpus
    vocabulary: Vocabulary
    weights: dict[str, np.ndarray]
    taught: Any
    twin: Any

    @property
    def outputs(self) -> int:
        return len(self.weights["output/bias"])

    @property
    def sentences(self) -> list[np.ndarray]:
        """Ids of sentences of several lengths, none longer than the taught model can read."""
        examples = [example for example in self.corpus.train if len(example.words) <= TIMESTEPS]
        lengths = {len(example.words): example for example in examples}
        chosen = sorted(lengths)[:: -(len(lengths) // SENTENCES)]
        return [self.vocabulary.ids(lengths[length].words) for length in chosen]

    @property
    def examples(self) -> list[Example]:
        """Sentences that the taught model can read."""
        return [example for example in self.corpus.train if len(example.words) <= TIMESTEPS][:12]

    def encoded(self) -> Encoded:
        """The examples as numbers."""
        return self.task.encode(self.examples, self.vocabulary, self.corpus.label_names)


def build(name: str, cell: str, layers: int) -> Models:
    """Small models of a task, their weights (biases too) random and far from zero.

    Only the recurrent kernels are so small that what a processor rounds does not grow from word to word, as
    it would in a plain recurrent network: there Keras's float32 was 2e-5 off float64.
    """
    task, corpus = load_task(name), load_mini(name)
    vocabulary = Vocabulary.build([example.words for example in corpus.train], vocab_size=60)
    settings = replace(
        task.settings, cell=cell, layers=layers, units=6, embedding_dim=4, timesteps=TIMESTEPS, dropout=0.4
    )
    outputs = len(corpus.label_names) if task.predicts == "labels" else len(vocabulary)
    random = np.random.default_rng(layers)
    weights = {
        name: random.normal(0, shape[0] ** -0.5 if "recurrent" in name else 1, shape).astype(np.float32)
        for name, shape in weight_shapes(settings, len(vocabulary), outputs).items()
    }
    taught = task.taught_model(settings, len(vocabulary), outputs)
    twin = task.training_twin(settings, len(vocabulary), outputs, False)
    set_weights(taught, weights)
    set_weights(twin, weights)
    return Models(task, settings, corpus, vocabulary, weights, taught, twin)


@pytest.fixture(scope="module", params=[1, 2, 3], ids="layers={}".format)
def layers(request) -> int:
    return request.param


@pytest.fixture(scope="module", params=CELLS.names())
def cell(request) -> str:
    return request.param


@pytest.fixture(scope="module", params=task_names())
def models(request, cell, layers) -> Models:
    return build(request.param, cell, layers)


@pytest.fixture(scope="module", params=task_names())
def small(request) -> Models:
    """Two layers of LSTM, for what does not depend on cell and depth."""
    return build(request.param, "lstm", 2)


def read(model: Any, inputs: np.ndarray) -> np.ndarray:
    """What a Keras model says, as NumPy."""
    return np.asarray(keras.ops.convert_to_numpy(model(inputs)))


def says_last(model: Any, sequences: list[np.ndarray]) -> np.ndarray:
    """What a model says at the end of each sequence, read together in one right-padded batch."""
    says = read(model, pad(sequences, sequences, model.input_shape[1]).inputs)
    if says.ndim == 2:
        return says
    return says[np.arange(len(sequences)), [len(ids) - 1 for ids in sequences]]


def every_prefix(sentences: list[np.ndarray]) -> list[np.ndarray]:
    return [ids[:length] for ids in sentences for length in range(1, len(ids) + 1)]


# The contract


def test_these_are_the_tasks():
    assert task_names() == ["next-word", "sentiment", "tagging"]


def test_taught_model_twin_and_numpy_agree_on_every_prefix(models):
    prefixes = every_prefix(models.sentences)
    assert len(models.sentences) >= 4
    assert len({len(ids) for ids in prefixes}) > 8
    taught = says_last(models.taught, prefixes)
    whole = read(models.twin, pad(models.sentences, models.sentences).inputs)  # one pass reads all prefixes
    whole = [says[: len(ids)] for says, ids in zip(whole, models.sentences, strict=True)]
    np.testing.assert_allclose(taught, says_last(models.twin, prefixes), atol=CLOSE, rtol=0)
    np.testing.assert_allclose(taught, np.concatenate(whole), atol=CLOSE, rtol=0)
    network = Network(models.settings, models.weights)
    read_layers, _ = network.read(pad(prefixes, prefixes).inputs)
    assert len(read_layers) == models.settings.layers
    hidden = read_layers[-1]["hidden_state"][np.arange(len(prefixes)), [len(ids) - 1 for ids in prefixes]]
    np.testing.assert_allclose(taught, network.probabilities(hidden), atol=CLOSE, rtol=0)
    assert np.ptp(taught, axis=0).max() > 0.05  # they do tell the prefixes apart


def test_taught_model_and_twin_train_on_the_same_targets(small):
    settings, encoded = replace(small.settings, batch_size=5), small.encoded()
    if encoded.stream:
        batches = stream_batches(encoded.inputs[0], encoded.targets[0], 5, 7)
    else:
        batches = sentence_batches(encoded.inputs, encoded.targets, 5, np.random.default_rng(0))
    for batch in islice(batches, 2):
        real = batch.sample_weight > 0
        parts = list(small.task.taught_batches(batch, settings))
        assert all(len(part.inputs) <= settings.batch_size for part in parts)
        targets = np.concatenate([part.targets[part.sample_weight > 0] for part in parts])
        taught = np.concatenate([read(small.taught, part.inputs)[part.sample_weight > 0] for part in parts])
        assert targets.tolist() == batch.targets[real].tolist()
        np.testing.assert_allclose(taught, read(small.twin, batch.inputs)[real], atol=CLOSE, rtol=0)


def test_every_word_is_a_target_once(small):
    """All labels of all words; or every word, and the end of every sentence."""
    encoded = small.encoded()
    words = sum(len(example.words) for example in small.examples)
    counted = sum(int((targets >= 0).sum()) for targets in encoded.targets)
    assert counted == words + (len(small.examples) if encoded.stream else 0)
    assert all(len(ids) == len(targets) for ids, targets in zip(encoded.inputs, encoded.targets, strict=True))
    for numbers in (*encoded.inputs, *encoded.targets):
        assert numbers.dtype == np.int32
    assert all(PAD not in ids for ids in encoded.inputs)
    assert max(targets.max() for targets in encoded.targets) < small.outputs


def test_weights_have_the_names_and_shapes_of_the_network_and_come_back_unchanged(models):
    shapes = weight_shapes(models.settings, len(models.vocabulary), models.outputs)
    for model in (models.taught, models.twin):
        found = get_weights(model)
        check_weights(found, shapes)
        assert all(np.array_equal(found[name], values) for name, values in models.weights.items())
    assert models.taught.count_params() == sum(values.size for values in models.weights.values())


def test_layers_have_the_names_of_the_contract(models):
    recurrent = [f"layer_{number}" for number in range(1, models.settings.layers + 1)]
    for model in (models.taught, models.twin):
        assert [layer.name for layer in model.layers if layer.weights] == ["embedding", *recurrent, "output"]
        expected = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}
        assert all(isinstance(model.get_layer(name), expected[models.settings.cell]) for name in recurrent)


def test_the_taught_model_hands_on_sequences_as_it_is_taught(models):
    returns = [
        models.taught.get_layer(f"layer_{number}").return_sequences
        for number in range(1, models.settings.layers + 1)
    ]
    last = models.task.predicts == "labels"
    assert returns == [True] * (models.settings.layers - 1) + [last]
    head = models.taught.get_layer("output")
    if last:
        assert type(head) is keras.layers.TimeDistributed
        head = head.layer
    assert type(head) is keras.layers.Dense
    assert models.taught.output_shape == ((None, TIMESTEPS) if last else (None,)) + (models.outputs,)
    assert models.twin.output_shape == (None, None, models.outputs)


def test_dropout_acts_in_training_only(small):
    batch = pad(small.sentences, small.sentences, TIMESTEPS)
    still = read(small.twin, batch.inputs)
    moving = np.asarray(small.twin(batch.inputs, training=True))
    assert np.abs(still - moving).max() > 1e-2
    assert np.array_equal(still, read(small.twin, batch.inputs))


def test_a_stateful_twin_goes_on_where_it_stopped_until_it_is_reset(small):
    settings = replace(small.settings, batch_size=2)
    twin = small.task.training_twin(settings, len(small.vocabulary), small.outputs, True)
    set_weights(twin, small.weights)
    text = np.random.default_rng(0).integers(3, len(small.vocabulary), (2, 10)).astype(np.int32)
    whole = read(small.twin, text)
    first, second = read(twin, text[:, :6]), read(twin, text[:, 6:])
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=CLOSE, rtol=0)
    assert np.abs(read(twin, text[:, :6]) - first).max() > 1e-3
    for number in (1, 2):
        twin.get_layer(f"layer_{number}").reset_state()
    np.testing.assert_allclose(read(twin, text[:, :6]), first, atol=CLOSE, rtol=0)


def test_a_task_knows_its_name_and_defaults(small):
    assert load_task(small.task.name) is small.task
    assert small.task.name in task_names()
    changed = small.task.changed_settings({"units": 7})
    assert changed == replace(small.task.settings, units=7)
    with pytest.raises(UnknownNameError, match=r"unknown setting 'unit': did you mean units\?"):
        small.task.changed_settings({"unit": 7})
    with pytest.raises(UsageError, match="units is 0: it must be between 1 and"):
        small.task.changed_settings({"units": 0})


# Sentiment


@pytest.fixture(scope="module")
def sentiment() -> Task:
    return load_task("sentiment")


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return Vocabulary.build([("a", "good", "film")])


def test_sentiment_counts_only_words_with_a_label(sentiment, words):
    examples = [
        Example(("a", "good", "moon"), (None, "positive", "neutral")),
        Example((), ()),
        Example(("film",)),
    ]
    encoded = sentiment.encode(examples, words, ("neutral", "positive"))
    a, good, film = words.ids(["a", "good", "film"]).tolist()
    assert [ids.tolist() for ids in encoded.inputs] == [[a, good, UNK], [film]]
    assert [targets.tolist() for targets in encoded.targets] == [[-1, 1, 0], [-1]]
    assert not encoded.stream


def test_an_unknown_label_is_told_with_its_sentence(sentiment, words):
    examples = [Example(("a",), ("good",)), Example(("a", "film"), ("good", "odd"))]
    with pytest.raises(DataError, match="sentence 2 has the label 'odd': this run knows bad, good"):
        sentiment.encode(examples, words, ("bad", "good"))


def test_a_sentence_longer_than_the_taught_model_reads_is_refused(sentiment):
    ids = [np.full(9, 3)]
    with pytest.raises(DataError, match="9 words: the taught model reads 8, so give --timesteps 9"):
        list(sentiment.taught_batches(pad(ids, ids), Settings(timesteps=8)))


def test_taught_sentiment_batches_are_padded_and_the_padding_counts_nothing(sentiment):
    batch = pad([np.array([5, 6])], [np.array([1, 0])])
    (padded,) = sentiment.taught_batches(batch, Settings(timesteps=4))
    assert padded.inputs.tolist() == [[5, 6, PAD, PAD]]
    assert padded.sample_weight.tolist() == [[1, 1, 0, 0]]


# Next word


def test_next_word_reads_one_stream_of_sentences_that_end(words):
    examples = [Example(("a", "good", "film")), Example(("a", "moon"))]
    encoded = load_task("next-word").encode(examples, words, ())
    a, good, film = words.ids(["a", "good", "film"]).tolist()
    assert encoded.stream
    assert encoded.inputs[0].tolist() == [EOS, a, good, film, EOS, a, UNK]
    assert encoded.targets[0].tolist() == [a, good, film, EOS, a, UNK, EOS]


def test_taught_next_word_batches_hold_one_prefix_per_target():
    batch = Batch(np.array([[5, 6, 7]]), np.array([[6, 7, 8]]), np.array([[1.0, 0.0, 1.0]]))
    parts = list(load_task("next-word").taught_batches(batch, Settings(batch_size=1)))
    assert [part.inputs.tolist() for part in parts] == [[[5, PAD, PAD]], [[5, 6, 7]]]
    assert [part.targets.tolist() for part in parts] == [[6], [8]]


# Finding tasks


def test_an_unknown_task_is_told_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"unknown task 'sentimnt': did you mean sentiment\? The"):
        load_task("sentimnt")


@pytest.fixture
def installed_task(tmp_path, monkeypatch) -> Iterator[str]:
    """The module of another package's task `tiny`, installed as an entry point."""
    (tmp_path / "somebodys_tiny.py").write_text(
        "from dataclasses import replace\n"
        "from nlp_lstm.task import load_task\n"
        "TASK = replace(load_task('sentiment'), name='tiny')\n"
    )
    package = tmp_path / "somebodys-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[nlp_lstm.tasks]\ntiny = somebodys_tiny:TASK\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "somebodys_tiny"
    sys.modules.pop("somebodys_tiny", None)


def test_tasks_of_other_packages_are_listed_without_being_imported(installed_task):
    assert task_names() == ["next-word", "sentiment", "tagging", "tiny"]
    assert installed_task not in sys.modules
    assert load_task("tiny").name == "tiny"


def test_another_package_cannot_take_the_place_of_a_task_of_ours(monkeypatch):
    entry = EntryPoint("sentiment", "json:loads", "nlp_lstm.tasks")
    monkeypatch.setattr("nlp_lstm.task.entry_points", lambda group: [entry])
    assert task_names() == ["next-word", "sentiment", "tagging"]
    assert load_task("sentiment").name == "sentiment"
