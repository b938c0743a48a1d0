"""The baselines: against numbers worked out by hand, and a slow, plain Kneser–Ney of the paper."""

import subprocess
import sys
from collections import Counter, defaultdict
from functools import partial
from itertools import product
from math import log
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.evaluation.baselines import (
    Labelled,
    fit_kneser_ney,
    keep_last_label,
    kneser_ney_cross_entropy,
    predict_look_up,
    predict_majority,
    predict_naive_bayes,
    predict_tfidf,
    stream_ngrams,
    unigram_cross_entropy,
)
from nlp_lstm.evaluation.baselines.bags import MOST_PASSES, STRENGTHS
from nlp_lstm.evaluation.baselines.kneser_ney import estimate_discounts

EOS = 0


def random_stream(vocab_size, words, seed):
    """A skewed stream in sentences, as text is: few frequent ids, many rare ones, the last unused."""
    ids = np.random.default_rng(seed).zipf(1.6, size=words) - 1
    return np.append(ids[ids < vocab_size - 1], EOS)


class PlainKneserNey:
    """Modified Kneser–Ney with dictionaries and sets, written from the paper, one word at a time."""

    def __init__(self, stream, vocab_size, order):
        self.vocab_size = vocab_size
        self.counts = {length: Counter() for length in range(1, order + 1)}
        padded = [EOS] * (order - 1) + list(stream)
        for start in range(len(stream)):
            self.counts[order][tuple(padded[start : start + order])] += 1
        for length in range(order, 1, -1):
            words_before = defaultdict(set)
            for first, *rest in self.counts[length]:
                words_before[tuple(rest)].add(first)
            self.counts[length - 1] = Counter({gram: len(words) for gram, words in words_before.items()})
        self.discounts = {length: self.estimate(counts) for length, counts in self.counts.items()}

    @staticmethod
    def estimate(counts):
        n = Counter(counts.values())
        if not (n[1] and n[2] and n[3]):
            return [0, 0.5, 1, 1.5]
        y = n[1] / (n[1] + 2 * n[2])
        found = [k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)]
        return [0, *found] if min(found) > 0 else [0, 0.5, 1, 1.5]

    def probability(self, gram):
        if not gram:
            return 1 / self.vocab_size
        *context, _ = gram
        counts, discounts = self.counts[len(gram)], self.discounts[len(gram)]
        followers = {g: count for g, count in counts.items() if list(g[:-1]) == context}
        shorter = self.probability(gram[1:])
        if not followers:
            return shorter
        total = sum(followers.values())
        seen = counts.get(gram, 0) - discounts[min(counts.get(gram, 0), 3)]
        return seen / total + sum(discounts[min(c, 3)] for c in followers.values()) / total * shorter


def all_ngrams(vocab_size, order):
    return np.array(list(product(range(vocab_size), repeat=order)))


def test_kneser_ney_by_hand():
    """The stream a b EOS a EOS, with EOS=0, a=1, b=2; padded: 0 0 1 2 0 1 0.

    Trigrams, once each: 001 012 120 201 010. Each length lacks a count of 3, so D = 1/2, 1, 3/2.
    Continuations of pairs: 01 follows 0 and 2: 2; 12, 20, 10: 1 each.
    Continuations of words: 0 follows 2 and 1: 2; 1 follows 0; 2 follows 1: 4 in all.

    word:     left over = (1 + 1/2 + 1/2)/4 = 1/2, to the uniform 1/3
              p(0) = (2-1)/4 + 1/6 = 5/12      p(1) = p(2) = (1-1/2)/4 + 1/6 = 7/24
    after 0:  01 has both of 2, left over 1/2
              p(1|0) = (2-1)/2 + 7/48 = 31/48   p(0|0) = 5/24    p(2|0) = 7/48
    after 1:  12 and 10 have one of 2 each, left over 1/2
              p(0|1) = 1/4 + 5/24 = 22/48       p(1|1) = 7/48    p(2|1) = 1/4 + 7/48 = 19/48
    after 01: 012 and 010 have one of 2 each, left over 1/2
              p(0|01) = 1/4 + 11/48 = 46/96     p(1|01) = 7/96   p(2|01) = 1/4 + 19/96 = 43/96
    after 11: never seen, so as after 1.
    """
    model = fit_kneser_ney(stream_ngrams([1, 2, 0, 1, 0], EOS), vocab_size=3)
    after_01 = model.probabilities([[0, 1, 0], [0, 1, 1], [0, 1, 2]])
    after_11 = model.probabilities([[1, 1, 0], [1, 1, 1], [1, 1, 2]])
    np.testing.assert_allclose(after_01, np.array([46, 7, 43]) / 96, rtol=1e-14)
    np.testing.assert_allclose(after_11, np.array([22, 7, 19]) / 48, rtol=1e-14)
    # The stream 1 0 reads p(1|00) and p(0|01); 001 is the only trigram after 00, so
    # p(1|00) = 1/2 + 1/2 * 31/48 = 79/96.
    expected = -(log(79 / 96) + log(46 / 96)) / 2
    assert kneser_ney_cross_entropy([1, 2, 0, 1, 0], [1, 0], 3, EOS) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize(("vocab_size", "words"), [(5, 3), (40, 60), (60, 2000), (90, 3000)])
def test_kneser_ney_equals_the_plain_one(order, vocab_size, words):
    stream, test = random_stream(vocab_size, words, seed=words), random_stream(vocab_size, 200, seed=0)
    plain = PlainKneserNey(stream.tolist(), vocab_size, order)
    ngrams = stream_ngrams(np.append(test, range(vocab_size)), EOS, order=order)
    expected = [plain.probability(tuple(ngram)) for ngram in ngrams.tolist()]
    model = fit_kneser_ney(stream_ngrams(stream, EOS, order=order), vocab_size)
    np.testing.assert_allclose(model.probabilities(ngrams), expected, rtol=1e-10)


@pytest.mark.parametrize(("vocab_size", "words", "estimated"), [(5, 3, False), (60, 2000, True)])
def test_the_comparison_covers_both_kinds_of_discount(vocab_size, words, estimated):
    plain = PlainKneserNey(random_stream(vocab_size, words, seed=words).tolist(), vocab_size, 3)
    assert all((plain.discounts[length] != [0, 0.5, 1, 1.5]) is estimated for length in (2, 3))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("words", [0, 5, 200, 3000])
def test_kneser_ney_sums_to_one_after_every_context(order, fresh, words):
    vocab_size = 12
    stream = random_stream(vocab_size, words, seed=words)
    model = fit_kneser_ney(stream_ngrams(stream, EOS, order=order, fresh=fresh), vocab_size)
    probabilities = model.probabilities(all_ngrams(vocab_size, order)).reshape(-1, vocab_size)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (probabilities > 0).all()


def test_discounts_by_hand():
    """n1..n4 = 10, 5, 2, 1: Y = 10/20, D1 = 1 - 1/2, D2 = 2 - 3/2 * 2/5, D3 = 3 - 2 * 1/2."""
    discounts = estimate_discounts(np.repeat([1, 2, 3, 4, 9], [10, 5, 2, 1, 7]))
    np.testing.assert_allclose(discounts, [0, 0.5, 1.4, 2])


@pytest.mark.parametrize("counts", [[1], [2, 2, 3], [1, 2, 5], [1, 2] + [3] * 50, [1, 1, 1, 1, 2, 3]])
def test_discounts_stay_positive_in_tiny_corpora(counts):
    """The last two: D2 = 2 - 3 * 1/3 * 50 would be negative, and 2 - 3 * 4/6 * 1 would be 0."""
    np.testing.assert_array_equal(estimate_discounts(np.array(counts)), [0, 0.5, 1, 1.5])


def test_large_vocabularies_do_not_overflow():
    largest = 2**21 - 1
    train = np.array([largest - 1, largest - 2, largest - 1, EOS])
    model = fit_kneser_ney(stream_ngrams(train, EOS), largest)
    seen, mirrored = model.probabilities([train[:3], train[[1, 0, 1]]])
    assert 0.5 < seen < 1
    assert 0 < mirrored < seen
    with pytest.raises(UsageError, match=r"3-grams over 2097152 words.*smaller"):
        fit_kneser_ney(stream_ngrams(train, EOS), largest + 1)


def test_packing_holds_for_narrow_ids():
    """int16 ids must not be packed in 16 bits."""
    ngrams = stream_ngrams(random_stream(3000, 2000, seed=5), EOS)
    wide, narrow = fit_kneser_ney(ngrams, 3000), fit_kneser_ney(ngrams.astype(np.int16), 3000)
    np.testing.assert_array_equal(
        wide.probabilities(ngrams), narrow.probabilities(ngrams.astype(np.int16)), strict=True
    )


def test_context_runs_across_eos_unless_fresh():
    """A sentence repeats the one before it, so only a context across EOS tells its first word."""
    pairs = [1, 0, 1, 0, 2, 0, 2, 0]
    carried = fit_kneser_ney(stream_ngrams(pairs * 50, EOS), 4)
    fresh = fit_kneser_ney(stream_ngrams(pairs * 50, EOS, fresh=True), 4)
    assert stream_ngrams(pairs[:4], EOS, fresh=True).tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert stream_ngrams([3, 4, 0, 5, 6], 0, order=4, fresh=True)[3:].tolist() == [[0, 0, 0, 5], [0, 0, 5, 6]]
    np.testing.assert_allclose(fresh.probabilities([[0, 0, 1], [0, 0, 2]]), 0.5, atol=0.01)
    assert carried.probabilities([[1, 0, 1], [0, 1, 0]]) == pytest.approx([0.5, 1], abs=0.02)


def test_longer_contexts_help_where_text_repeats():
    stream = [1, 2, 3, 0, 4, 2, 5, 0] * 30  # after 2 only the word before it tells 3 from 5
    unigram = unigram_cross_entropy(stream, stream, 6)
    bigram, trigram = (kneser_ney_cross_entropy(stream, stream, 6, EOS, order=order) for order in (2, 3))
    assert trigram < 0.6 * bigram < 0.6 * unigram


def test_unigram_by_hand():
    """Counts 3, 1, 0 in a vocabulary of 3: (3+1, 1+1, 0+1) / 7."""
    expected = -(log(4 / 7) + log(2 / 7) + log(1 / 7)) / 3
    assert unigram_cross_entropy([0, 0, 1, 0], [0, 1, 2], 3) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("cross_entropy", [unigram_cross_entropy, partial(kneser_ney_cross_entropy, eos=EOS)])
@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([], [1], "no words in train"),
        ([1], [], "no words in test"),
        ([1, 3], [1], "train holds the id 3: a vocabulary of 3 has ids 0 to 2"),
        ([1], [1, -1], "test holds the id -1"),
        ([1.5], [1], "train holds float64"),
    ],
)
def test_bad_streams_are_refused(cross_entropy, train, test, message):
    with pytest.raises(DataError, match=message):
        cross_entropy(train, test, 3)


def test_bad_ngrams_are_refused():
    model = fit_kneser_ney(stream_ngrams([1, 0], EOS), 2)
    with pytest.raises(DataError, match="2 words: this model was fitted on 3"):
        model.probabilities([[0, 1]])
    with pytest.raises(DataError, match="the id 2"):
        model.probabilities([[0, 1, 2]])
    with pytest.raises(UsageError, match="order of 1 or more"):
        stream_ngrams([1, 0], EOS, order=0)


def test_penn_treebank(real_data):
    """A trigram of this kind stands near 148 on PTB's test set (Mikolov 2012); valid is a little harder."""
    ids: dict[str, int] = {"<eos>": EOS}
    train, valid = (
        [
            ids.setdefault(word, len(ids))
            for line in (real_data("ptb") / f"ptb.{split}.txt").read_text(encoding="utf-8").splitlines()
            for word in [*line.split(), "<eos>"]
        ]
        for split in ("train", "valid")
    )
    assert (len(train), len(valid), len(ids)) == (929_589, 73_760, 10_000)
    assert 145 < np.exp(kneser_ney_cross_entropy(train, valid, len(ids), EOS)) < 160
    assert 600 < np.exp(unigram_cross_entropy(train, valid, len(ids))) < 750


SENTENCES = [["not", "good"], ["good", "fun"], ["good"], ["dull", "?"], []]
LABELS = [[0, 0], [2, 2], [2], [1, -1], []]


def test_majority():
    """Scored labels: 0 twice, 1 once, 2 three times."""
    first, empty = predict_majority(LABELS, [["any", "words"], []], label_count=4)
    np.testing.assert_allclose(first, [[2 / 6, 1 / 6, 3 / 6, 0]] * 2)
    assert empty.shape == (0, 4)


def test_majority_of_last_words():
    """Last scored labels: 0, 2, 2, 1."""
    (row,) = predict_majority(keep_last_label(LABELS), [["word"]], label_count=3)[0]
    np.testing.assert_allclose(row, [1 / 4, 1 / 4, 2 / 4])


def test_look_up_follows_the_word_and_only_the_word():
    """Here "good" is 0 once and 2 twice; "?" was never scored, "new" never seen: both get the majority."""
    first, second, empty = predict_look_up(
        SENTENCES, LABELS, [["good", "dull", "new", "?"], ["not", "good"], []], 3
    )
    majority = [2 / 6, 1 / 6, 3 / 6]
    np.testing.assert_allclose(first, [[1 / 3, 0, 2 / 3], [0, 1, 0], majority, majority])
    np.testing.assert_allclose(second, [[1, 0, 0], first[0]])
    assert empty.shape == (0, 3)


def encode(sentences):
    ids: dict[str, int] = {}
    return [np.array([ids.setdefault(word, len(ids)) for word in words], dtype=int) for words in sentences]


REVIEWS = [
    ["good", "fun"],
    ["not", "good"],
    ["good"],
    ["not", "fun"],
    ["fun", "good"],
    ["not", "so", "good"],
] * 5
VERDICTS = [[1, 3], [1, 0], [3], [1, 0], [1, 3], [1, 1, 0]] * 5
BAGS = pytest.mark.parametrize("predict", [predict_naive_bayes, predict_tfidf])


@BAGS
def test_words_may_be_strings_or_ids(predict):
    from_words = predict(Labelled(REVIEWS, VERDICTS), REVIEWS, 4)
    from_ids = predict(Labelled(encode(REVIEWS), VERDICTS), encode(REVIEWS), 4)
    np.testing.assert_allclose(from_words, from_ids, rtol=1e-6)
    looked_up = predict_look_up(REVIEWS, VERDICTS, REVIEWS, 4)
    again = predict_look_up(encode(REVIEWS), VERDICTS, encode(REVIEWS), 4)
    np.testing.assert_array_equal(np.vstack(looked_up), np.vstack(again))


def random_reviews(sentences: int, seed: int):
    """Sentences of 9 words, and a label for each that depends on some of them."""
    random = np.random.default_rng(seed)
    rows = [random.integers(0, 9, length).tolist() for length in random.integers(2, 9, sentences)]
    labels = [
        [-1] * (len(row) - 1) + [(row.count(3) > row.count(5)) + 2 * (random.random() < 0.2)] for row in rows
    ]
    return [[f"w{number}" for number in row] for row in rows], labels


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_bags_are_those_of_scikit_learn_itself():
    (words, labels), (asked, _), known = (random_reviews(120, seed) for seed in (0, 1, 2))
    texts, last = [" ".join(row) for row in words], [row[-1] for row in labels]
    grams: dict[str, Any] = {"ngram_range": (1, 2), "token_pattern": r"\S+"}
    asked_texts = [" ".join(row) for row in asked]
    bayes = make_pipeline(CountVectorizer(binary=True, **grams), MultinomialNB(alpha=1)).fit(texts, last)
    found = predict_naive_bayes(Labelled(words, labels), asked, 4)
    np.testing.assert_allclose(found, bayes.predict_proba(asked_texts), rtol=1e-9)

    def fit(strength: float, **options: Any):
        regression = LogisticRegression(C=strength, max_iter=MOST_PASSES, **options)
        words_and_pairs = TfidfVectorizer(**grams, dtype=np.float32)  # pyright: ignore[reportArgumentType]
        return make_pipeline(words_and_pairs, regression).fit(texts, last)

    found = predict_tfidf(Labelled(words, labels), asked, 4)
    np.testing.assert_allclose(found, fit(1, tol=1e-8).predict_proba(asked_texts), atol=0.01)
    known_texts, truth = [" ".join(row) for row in known[0]], [row[-1] for row in known[1]]
    saga: dict[str, Any] = {"solver": "saga", "random_state": 0}
    best = max(STRENGTHS, key=lambda strength: fit(strength, **saga, tol=0.01).score(known_texts, truth))
    found = predict_tfidf(Labelled(words, labels), asked, 4, Labelled(*known))
    assert best > 1
    np.testing.assert_allclose(found, fit(best, **saga).predict_proba(asked_texts), atol=1e-4)


def test_c_is_1_where_the_validation_split_has_no_labels():
    train, nothing = Labelled(REVIEWS, VERDICTS), Labelled([["good"]], [[-1]])
    np.testing.assert_array_equal(predict_tfidf(train, REVIEWS, 4), predict_tfidf(train, REVIEWS, 4, nothing))


@BAGS
def test_bags_learn_the_last_label_from_the_whole_sentence(predict):
    probabilities = predict(Labelled(REVIEWS, VERDICTS), [["not", "good"], ["good", "fun"], []], 5)
    assert probabilities.shape == (3, 5)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert probabilities.argmax(axis=1)[:2].tolist() == [0, 3]
    assert (probabilities[:, [1, 2, 4]] == 0).all()  # 1 never ends a sentence; 2 and 4 never occur


@BAGS
def test_bags_learn_the_last_scored_label_though_words_follow_it(predict):
    words, labels = [[*row, "."] for row in REVIEWS], [[*row, -1] for row in VERDICTS]
    probabilities = predict(Labelled(words, labels), [["not", "good", "."], ["good", "fun", "."]], 4)
    assert probabilities.argmax(axis=1).tolist() == [0, 3]


@BAGS
def test_bags_see_pairs_of_words(predict):
    """Every sentence holds the same words, so their order alone tells the labels apart."""
    train = [["a", "b", "c"], ["c", "b", "a"]] * 10
    labels = [[-1, -1, 0], [-1, -1, 1]] * 10
    assert predict(Labelled(train, labels), train[:2], 2).argmax(axis=1).tolist() == [0, 1]


@BAGS
def test_bags_without_a_choice(predict):
    one = Labelled([["a"], ["b"]], [[1], [-1]])
    assert predict(one, [["c"], []], 3).tolist() == [[0, 1, 0]] * 2
    assert predict(Labelled(REVIEWS, VERDICTS), [], 4).shape == (0, 4)


@pytest.mark.parametrize("predict", [predict_look_up, predict_naive_bayes, predict_tfidf])
@pytest.mark.parametrize(
    ("words", "labels", "message"),
    [
        ([["a"], ["b", "c"]], [[0], [1]], "sentence 2 has 2 words but 1 labels"),
        ([["a"]], [[0], [1]], "1 sentences but 2 rows"),
        ([["a"]], [[2]], "a label is 2: 2 labels are 0 to 1, or -1"),
        ([["a"]], [[-2]], "a label is -2"),
        ([["a"]], [[-1]], "no word of train is scored"),
        ([], [], "no word of train is scored"),
    ],
)
def test_bad_labels_are_refused(predict, words, labels, message):
    train = (words, labels) if predict is predict_look_up else (Labelled(words, labels),)
    with pytest.raises(DataError, match=message):
        predict(*train, [["a"]], 2)


def test_importing_baselines_loads_no_scikit_learn():
    code = (
        "import sys, nlp_lstm.evaluation.baselines; print({'sklearn', 'scipy', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
