"""What a user sees of training: it learns, repeats itself by seed, and never loses good weights."""

import math
from typing import Any

import numpy as np
import pytest

from nlp_lstm import evaluate, load_run, predict, train
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.errors import DataError, DivergedError, MissingInputError, UsageError
from nlp_lstm.evaluation.baselines import unigram_cross_entropy
from nlp_lstm.models.network import Network, weight_shapes
from nlp_lstm.task import load_task
from nlp_lstm.text.batches import Batch
from nlp_lstm.text.vocabulary import PAD, UNK, Vocabulary
from nlp_lstm.training.learner import Learner
from nlp_lstm.training.loop import Progress
from nlp_lstm.training.preparing import first_weights

TINY: dict[str, Any] = {
    "limit": 120,
    "units": 6,
    "embedding_dim": 5,
    "epochs": 1,
    "batch_size": 8,
    "timesteps": 30,
}


def tiny(**changes: Any) -> dict[str, Any]:
    """The settings of a training of a second or two."""
    return {**TINY, **changes}


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_same_seed_gives_bit_equal_weights_and_another_seed_does_not(here, task):
    first, again, other = train(task, **TINY), train(task, **TINY), train(task, **TINY, seed=1)
    assert [run.name for run in (first, again, other)] == [f"{task}-00{number}" for number in (1, 2, 3)]
    for name, values in first.weights.items():
        np.testing.assert_array_equal(values, again.weights[name])
    assert not np.array_equal(first.weights["layer_1/kernel"], other.weights["layer_1/kernel"])


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_the_taught_model_learns_the_same_targets_as_the_twin(here, task):
    told: list[Progress] = []
    run = train(task, **tiny(limit=20), train_as="taught", report=told.append)
    assert run.settings.train_as == "taught"
    assert np.isfinite(run.history[-1]["loss"])
    assert told[-1].step == told[-1].steps

    def count(train_as: str) -> float:
        chosen = load_task(task)
        settings = chosen.changed_settings({"batch_size": 8, "timesteps": 30, "train_as": train_as})
        corpus = load_corpus("mini", Request(chosen.predicts), limit=20)
        encoded = chosen.encode(corpus.train, run.vocabulary, corpus.label_names)
        found = list(chosen.batches(settings, encoded, np.random.default_rng(0)))
        assert all(isinstance(batch, Batch) for batch in found)
        return sum(float(batch.sample_weight.sum()) for batch in found)

    assert count("taught") == count("twin")


def test_the_loss_falls_and_the_best_epoch_is_the_one_that_is_saved(here):
    run = train("sentiment", limit=400, units=16, embedding_dim=16, epochs=4, learning_rate=0.02)
    losses = [row["validation_loss"] for row in run.history]
    assert losses[-1] < losses[0]
    figures = evaluate(run).comparisons[0]
    accuracy = dict(zip(figures.rows, figures.values))["accuracy_per_word"][0]
    best = min(run.history, key=lambda row: row["validation_loss"])
    assert accuracy == pytest.approx(best["validation_accuracy"], abs=1e-6)


def test_the_last_epoch_is_saved_where_that_is_asked_for(here):
    run = train("sentiment", **tiny(epochs=6), learning_rate=0.1, dropout=0.0, keep="last")
    best, last = min(run.history, key=lambda row: row["validation_loss"]), run.history[-1]
    assert best["validation_accuracy"] != last["validation_accuracy"]
    assert run.metrics["accuracy_per_word"]["model"] == pytest.approx(last["validation_accuracy"], abs=1e-6)


def test_training_stops_when_validation_gets_no_better(here):
    run = train("sentiment", **tiny(epochs=50), learning_rate=1.0, patience=2)
    losses = [row["validation_loss"] for row in run.history]
    assert len(losses) < 50
    assert int(np.argmin(losses)) == len(losses) - 3


def test_a_model_starts_at_the_unigram_loss(here):
    """With nothing said by the words yet, the loss on the training text is the unigram's."""
    task, corpus = load_task("next-word"), load_corpus("mini", Request("words"), limit=300)
    vocabulary = Vocabulary.build(example.words for example in corpus.train)
    encoded = task.encode(corpus.train, vocabulary, ())
    settings = task.changed_settings({"units": 6, "embedding_dim": 5})
    random, size = np.random.default_rng(0), len(vocabulary)
    shapes = weight_shapes(settings, size, size)
    weights = {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    weights["output/kernel"][:] = 0
    network = Network(settings, first_weights(weights, encoded, None, {}))
    ids, targets = encoded.inputs[0], encoded.targets[0]
    says = np.concatenate([log_probabilities for _, log_probabilities in network.read_long(ids)])
    loss = -says[np.arange(len(targets)), targets].mean()
    assert loss == pytest.approx(unigram_cross_entropy(targets, targets, size), rel=1e-4)
    assert loss < 0.95 * math.log(size)  # and not that of knowing nothing


def test_what_one_task_learned_feeds_the_other(here):
    start = train("next-word", **TINY)
    run = train("sentiment", limit=120, epochs=1, learning_rate=1e-7, init_from=start.name)
    assert run.vocabulary.words == start.vocabulary.words
    assert (run.settings.units, run.settings.embedding_dim) == (6, 5)
    np.testing.assert_allclose(run.weights["layer_1/kernel"], start.weights["layer_1/kernel"], atol=1e-4)
    assert run.data["init_from"] == start.name
    with pytest.raises(UsageError, match="units is 7"):
        train("sentiment", limit=120, units=7, init_from=start)


def test_word_vectors_start_the_embedding_and_give_it_its_width(here):
    (here / "vectors.txt").write_text("the 0.5 -0.5 0.25\n", encoding="utf-8")
    small = {name: value for name, value in TINY.items() if name != "embedding_dim"}
    run = train("sentiment", **small, vectors="vectors.txt", learning_rate=1e-7)
    assert run.settings.embedding_dim == 3
    index = run.vocabulary.ids(["the"])[0]
    vector = run.weights["embedding/embeddings"][index]
    assert vector.std() == pytest.approx(0.1, abs=1e-3)
    np.testing.assert_allclose(vector / vector[0], [1, -1, 0.5], atol=1e-2)
    assert run.data["vectors_share"] == pytest.approx(1 / (len(run.vocabulary) - 3), abs=1e-4)
    with pytest.raises(UsageError, match="embedding_dim is 5"):
        train("sentiment", **TINY, vectors="vectors.txt")


def test_a_tagger_reads_words_that_only_the_vectors_know(here):
    (here / "vectors.txt").write_text("the 1 2 3\nunheard-of 3 2 1\nUnseen 1 1 1\nlast 2 2 2\n")
    small = {name: value for name, value in TINY.items() if name != "embedding_dim"}
    own = len(train("sentiment", **small).vocabulary)
    run = train("sentiment", **small, vectors="vectors.txt", vocab_size=own + 2)
    assert run.vocabulary.words[own:] == ("unheard-of", "unseen")  # `last` finds no place
    vector = run.weights["embedding/embeddings"][own]
    np.testing.assert_allclose(vector / vector[2], [3, 2, 1], rtol=1e-5)  # no step of training moved it
    assert run.data["vectors_share"] == pytest.approx(1 / (own - 3), abs=1e-4)
    assert predict("unheard-of", run=run).facts["unknown_words"] is None
    # A next-word model would only learn never to say them.
    assert "unseen" not in train("next-word", **small, vectors="vectors.txt").vocabulary.words


@pytest.mark.parametrize("content", ["", "mond 1 2\nmeer 1 2\n"])
@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_vectors_of_another_language_are_refused(here, task, content):
    (here / "vectors.txt").write_text(content)
    with pytest.raises(DataError, match=r"vectors.txt holds no word of the training text: give vectors of"):
        train(task, limit=120, epochs=1, vectors="vectors.txt")


def test_running_text_is_cut_at_other_words_in_every_epoch(here, monkeypatch):
    seen: list[Batch] = []

    def look(learner: Learner, batch: Batch) -> dict[str, float]:
        seen.append(batch)
        return {"loss": 1.0, "accuracy": 0.0}

    monkeypatch.setattr(Learner, "train", look)
    run = train("next-word", **tiny(epochs=3))
    steps = len(seen) // 3
    first, second, third = (seen[epoch * steps].inputs for epoch in range(3))
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)
    for batch in seen:  # what follows a word is its target, wherever the text is cut
        np.testing.assert_array_equal(batch.inputs[:, 1:], batch.targets[:, :-1] * (batch.inputs[:, 1:] > 0))
    assert np.concatenate([batch.inputs.ravel() for batch in seen]).max() == len(run.vocabulary) - 1


def test_a_loss_that_is_not_a_number_stops_and_keeps_finite_weights(here):
    with pytest.raises(DivergedError, match="step"):
        train("sentiment", **tiny(epochs=5, units=64), optimizer="sgd", learning_rate=3e38, clip_norm=1e30)
    run = load_run("sentiment-001")
    assert run.status == "diverged"
    assert all(np.isfinite(values).all() for values in run.weights.values())


def test_ctrl_c_keeps_the_best_weights_so_far(here):
    def stop(progress: Progress) -> None:
        if progress.epoch == 3:
            raise KeyboardInterrupt

    run = train("sentiment", **tiny(epochs=5), report=stop)
    assert run.status == "interrupted"
    assert len(run.history) == 2
    assert load_run(run.name).status == "interrupted"


def test_validation_loss_is_per_word_whatever_the_padding(here):
    """exp(validation loss) of the first epoch equals what evaluate finds for the saved weights."""
    run = train("sentiment", **TINY)
    corpus = load_corpus("mini", limit=120)
    task = load_task("sentiment")
    encoded = task.encode(corpus.validation, run.vocabulary, run.label_names)
    costs = []
    for ids, targets in zip(encoded.inputs, encoded.targets):
        layers, _ = run.network.read(ids[None])
        says = run.network.log_probabilities(layers[-1]["hidden_state"][0])
        costs += [-says[t, target] for t, target in enumerate(targets)]
    assert run.history[0]["validation_loss"] == pytest.approx(float(np.mean(costs)), rel=1e-4)


def test_perplexity_is_the_exponential_of_cross_entropy_and_below_the_unigram_s(here):
    run = train("next-word", limit=300, units=16, embedding_dim=16, epochs=3)
    figures = evaluate(run).comparisons[0]
    rows: dict[Any, Any] = {record["metric"]: record for record in figures.records()}
    perplexity = rows["perplexity"]
    assert math.isclose(perplexity["model"], math.exp(rows["cross_entropy"]["model"]), rel_tol=1e-6)
    assert perplexity["model"] < perplexity["unigram"]


def test_tensorboard_without_its_extra_names_it(here, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingInputError, match=r"nlp-lstm\[tensorboard\]"):
        train("sentiment", **TINY, tensorboard=True)
    assert not (here / "runs").exists()


def test_a_text_shorter_than_a_batch_is_refused(here):
    (here / "short.txt").write_text("one two\nthree four\n", encoding="utf-8")
    with pytest.raises(DataError, match="batch"):
        train("next-word", "text:short.txt")


def test_text_has_no_labels_for_sentiment(here):
    (here / "book.txt").write_text("a b\nc d\n", encoding="utf-8")
    with pytest.raises(DataError, match="no labels: add --task next-word"):
        train("sentiment", "text:book.txt")


def test_an_unknown_cell_is_refused_with_the_known_ones(here):
    with pytest.raises(UsageError, match="gru, lstm, rnn"):
        train("sentiment", cell="lstmm")


@pytest.mark.parametrize(("min_count", "read_as", "never"), [(1, UNK, PAD), (3, PAD, None)])
def test_a_dropped_word_is_unknown_unless_the_text_has_unknown_words(
    here, monkeypatch, min_count, read_as, never
):
    read = []
    learn = Learner.train
    monkeypatch.setattr(Learner, "train", lambda self, batch: read.append(batch) or learn(self, batch))
    run = train("next-word", **tiny(word_dropout=0.5, min_count=min_count))
    real = np.concatenate([batch.inputs[batch.sample_weight > 0] for batch in read])
    assert (real == read_as).mean() == pytest.approx(0.5, abs=0.05)
    assert never not in real
    text = [run.vocabulary.ids(each.words) for each in load_corpus("mini", Request("words"), limit=120).train]
    share = float((np.concatenate(text) == UNK).mean())
    assert (share > 0) == (min_count > 1), "mini has unknown words where rare ones are left out"


@pytest.mark.slow
def test_a_sampled_softmax_learns_what_a_whole_one_does(here):
    whole = train("next-word", epochs=3, limit=2000, batch_size=8, timesteps=10)
    sampled = train("next-word", epochs=3, limit=2000, batch_size=8, timesteps=10, sampled_softmax=80)
    assert len(whole.vocabulary) > 160
    scores = sampled.metrics["perplexity"]
    assert scores["model"] == pytest.approx(whole.metrics["perplexity"]["model"], rel=0.1)
    assert scores["model"] < 0.5 * scores["baselines"]["unigram"]
