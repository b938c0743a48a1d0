"""Figures of merit: against scikit-learn, and against examples worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from nlp_lstm.evaluation.scoring import confusion, polarity, score_last_words, score_words

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
