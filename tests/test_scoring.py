"""Figures of merit: against scikit-learn, and against examples worked out by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from nlp_lstm import evaluate
from nlp_lstm.evaluation import baselines
from nlp_lstm.evaluation.scoring import confusion, measure_leads, polarity, score_last_words, score_words
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.text.vocabulary import Vocabulary

FIVE = ("very negative", "negative", "neutral", "positive", "very positive")


def one_hot(numbers: list[int], labels: int) -> np.ndarray:
    """Probabilities that are sure of these labels, `(timesteps, labels)`."""
    return np.eye(labels)[numbers]


@pytest.fixture(scope="module")
def random_sentences() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Predictions and targets of 20 sentences with 4 labels, a fifth of the words not scored."""
    random = np.random.default_rng(0)
    lengths = random.integers(1, 9, 20)
    targets = [np.where(random.random(length) < 0.2, -1, random.integers(0, 4, length)) for length in lengths]
    return [random.random((length, 4)) for length in lengths], targets


def flat(predictions: list[np.ndarray], targets: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Truth and guess of all scored words."""
    truth = np.concatenate(targets)
    guess = np.concatenate([rows.argmax(axis=1) for rows in predictions])
    return truth[truth >= 0], guess[truth >= 0]


def test_words_are_scored_as_scikit_learn_scores_them(random_sentences):
    truth, guess = flat(*random_sentences)
    scores = score_words(*random_sentences)
    assert scores["accuracy_per_word"] == pytest.approx(accuracy_score(truth, guess))
    assert scores["macro_f1"] == pytest.approx(f1_score(truth, guess, average="macro"))


def test_the_confusion_table_is_that_of_scikit_learn(random_sentences):
    truth, guess = flat(*random_sentences)
    expected = confusion_matrix(truth, guess, labels=range(4))
    assert confusion(*random_sentences, labels=4).tolist() == expected.tolist()


def test_words_by_hand():
    # Truth 0 0 1, guess 0 1 1: F1 of either label is 2/3; the fourth word has no label.
    predictions = [one_hot([0, 1], 2), one_hot([1, 0], 2)]
    scores = score_words(predictions, [np.array([0, 0]), np.array([1, -1])])
    assert scores == {"accuracy_per_word": pytest.approx(2 / 3), "macro_f1": pytest.approx(2 / 3)}


def test_a_label_that_neither_occurs_nor_is_predicted_does_not_count_against_f1():
    scores = score_words([one_hot([0, 1], 3)], [np.array([0, 1])])
    assert scores["macro_f1"] == 1.0


def test_a_label_that_is_said_but_never_true_counts_against_f1():
    scores = score_words([one_hot([0, 1], 3)], [np.array([0, 0])])
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 0) / 2)  # the third label is neither


def test_a_label_that_is_never_hit_scores_zero_without_a_warning():
    scores = score_words([one_hot([0, 0], 2)], [np.array([0, 1])])
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 0) / 2)


def test_rows_of_the_confusion_table_are_the_truth():
    table = confusion([one_hot([1, 1, 2], 3)], [np.array([0, 0, -1])], labels=3)
    assert table.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 0]]


def test_binary_leaves_out_neutral_sentences_and_adds_up_each_side():
    probabilities = np.array(
        [
            [0.1, 0.1, 0.5, 0.15, 0.15],  # truth positive: five-class wrong, binary right
            [0.0, 0.4, 0.0, 0.3, 0.3],  # truth negative: five-class right, binary wrong
            [0.0, 0.0, 0.0, 0.0, 1.0],  # truth neutral: binary does not ask
            [0.6, 0.4, 0.0, 0.0, 0.0],  # truth very negative: both right
        ]
    )
    scores = score_last_words(probabilities, np.array([3, 1, 2, 0]), FIVE)
    assert scores == {"last_word_accuracy": 0.5, "last_word_binary": pytest.approx(2 / 3)}


@pytest.mark.parametrize(("truth", "right"), [(0, 1.0), (2, 0.0)])
def test_where_both_sides_are_as_likely_binary_does_not_say_positive(truth, right):
    scores = score_last_words(
        np.array([[0.25, 0.5, 0.25]]), np.array([truth]), ("negative", "neutral", "positive")
    )
    assert scores["last_word_binary"] == right


@pytest.mark.parametrize(
    ("label_names", "targets"),
    [
        (("noun", "verb"), [0, 1]),  # no sentiment
        (("neutral", "positive"), [0, 1]),  # one side only
        (("negative", "neutral", "positive"), [1, 1]),  # every sentence neutral
    ],
)
def test_binary_is_left_open_where_it_makes_no_sense(label_names, targets):
    probabilities = np.eye(len(label_names))[targets]
    scores = score_last_words(probabilities, np.array(targets), label_names)
    assert scores == {"last_word_accuracy": 1.0, "last_word_binary": None}


@pytest.mark.parametrize(
    ("label", "sign"),
    [
        ("Positive", 1),
        ("very negative", -1),
        ("neutral", 0),
        ("NEGATIVE", -1),
        ("4", 0),
        ("pos", 1),
        ("Neg", -1),
        ("position", 0),
        ("good", 0),
    ],
)
def test_polarity(label, sign):
    assert polarity(label) == sign


def test_a_lead_is_the_mean_difference_over_the_better_bag_drawn_in_pairs():
    random, names = np.random.default_rng(0), ("negative", "neutral", "positive")
    truth = random.integers(0, 3, 300)
    hard = random.random(300) < 0.3  # sentences that nobody reads well

    def say(skill: float) -> np.ndarray:
        right = (random.random(300) < skill) & ~hard
        return np.eye(3)[np.where(right, truth, (truth + 1) % 3)]

    model, worse, better = say(0.95), say(0.5), say(0.85)
    hits = [(one.argmax(axis=1) == truth).astype(float) for one in (model, worse, better)]
    found = measure_leads(model, [worse, better], truth, names)
    lead = found["last_word_accuracy_lead"]
    assert (lead.value, lead.n) == (pytest.approx(hits[0].mean() - hits[2].mean()), 300)
    drawn = [(hits[0] - hits[2])[random.integers(0, 300, 300)].mean() for _ in range(4000)]
    assert (lead.low, lead.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.01)
    assert found["last_word_binary_lead"].n == int((truth != 1).sum())
    nothing = measure_leads(model, [worse], truth, ("a", "b", "c"))["last_word_binary_lead"]
    assert (nothing.value, nothing.n) == (None, None)


def test_bags_learn_from_the_constituents_where_the_run_did(here, new_run, monkeypatch):
    trees = "(1 (2 not) (1 bad))\n(4 (3 great) (3 fun))\n(0 (0 bad) (2 it))\n"
    Path("sst").mkdir()
    for split in ("train", "dev"):
        Path(f"sst/{split}.txt").write_text(trees, encoding="utf-8")
    run, learned = new_run(Path("runs/sentiment-001")), []
    sizes = {"source": "sst:sst", "classes": 3, "labels": "phrase"}
    say = baselines.predict_naive_bayes

    def count(train, sentences, label_count):
        learned.append(len(train.sentences))
        return say(train, sentences, label_count)

    monkeypatch.setattr(baselines, "predict_naive_bayes", count)
    for subphrases in (False, True):
        evaluate(replace(run, data={**sizes, "subphrases": subphrases}), "sst:sst")
    assert learned == [3, 3 + 5]  # not, bad (1), great, fun, bad (0), it: six leaves, one of them twice


def test_the_fifth_likeliest_word_is_among_five_and_the_sixth_is_not(here, new_run):
    """By a model that always says the same: a to h, the likelier the earlier, and hardly ever the end."""
    vocabulary = Vocabulary.build(["abcdefgh"])
    settings, size = Settings(units=1, embedding_dim=1, layers=1), len(vocabulary)
    weights = {name: np.zeros(shape) for name, shape in weight_shapes(settings, size, size).items()}
    weights["output/bias"] -= 9
    weights["output/bias"][vocabulary.ids(list("abcdefgh"))] = range(8, 0, -1)
    run = new_run(Path("runs/next-word-001"), "next-word")
    run = replace(run, settings=settings, vocabulary=vocabulary, weights=weights)
    for text, top_5 in (("a b e", 3 / 4), ("a b f", 2 / 4)):
        Path("text.txt").write_text(f"{text}\n" * 40, encoding="utf-8")
        table = evaluate(run, "text:text.txt", "train").comparisons[0]
        shares = {str(row["metric"]): row["model"] for row in table.records()}
        assert (shares["top_1_accuracy"], shares["top_5_accuracy"]) == (1 / 4, top_5)
