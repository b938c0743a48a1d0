"""95 % intervals: against SciPy, against numbers known beforehand, and how often they hold the truth."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score

from nlp_lstm import Corpus, Example, evaluate, load_task
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.evaluation import intervals
from nlp_lstm.evaluation.evaluate import evaluate_metrics
from nlp_lstm.evaluation.intervals import draw_sentences, draw_sums, mean_interval, wilson_interval
from nlp_lstm.evaluation.labels import label_probabilities
from nlp_lstm.evaluation.scoring import Figure, measure_last_words, measure_words, score_tallies, tally
from nlp_lstm.evaluation.words import _read_fresh
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import EOS, UNK

LABELS = 3


def draw_tagged(random: np.random.Generator, sentences: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Predictions and targets of sentences, some of which are read well from end to end and some badly."""
    targets = [random.integers(0, LABELS, length) for length in random.integers(2, 12, sentences)]
    right = [random.random(len(row)) < skill for row, skill in zip(targets, random.beta(4, 2, sentences))]
    wrong = [(row + random.integers(1, LABELS, len(row))) % LABELS for row in targets]
    said = [np.where(hit, row, other) for hit, row, other in zip(right, targets, wrong)]
    return [np.eye(LABELS)[row] for row in said], targets


def coverage(found: list[tuple[Any, Any]], truth: float) -> float:
    """How many of the intervals hold the truth, in [0, 1]."""
    return float(np.mean([low <= truth <= high for low, high in found]))


# Shares of independent units


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 20), (5, 16), (20, 20), (520, 1101), (751, 872)])
def test_wilson_is_that_of_scipy(hits, n):
    found = wilson_interval(hits, n)
    assert found.mean == hits / n
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose((found.low, found.high), expected, rtol=1e-9, atol=1e-12)


def test_wilson_holds_the_truth_about_19_times_in_20():
    hits = np.random.default_rng(0).binomial(60, 0.9, 200)
    assert 0.9 <= coverage([wilson_interval(int(one), 60)[1:] for one in hits], 0.9) <= 0.99


# By sentence


def test_sentences_that_are_all_alike_leave_no_doubt():
    found = mean_interval(np.full(30, 3.0), np.full(30, 4))
    assert found == (0.75, 0.75, 0.75)
    alike = [np.eye(2)[[0, 1, 1]]] * 30
    for figure in measure_words(alike, [np.array([0, 1, 0])] * 30).values():
        assert figure.low == pytest.approx(figure.value) == pytest.approx(figure.high)


def test_a_mean_over_words_holds_the_truth_about_19_times_in_20():
    random, found = np.random.default_rng(0), []
    for _ in range(200):
        words = random.integers(5, 30, 80)
        mean = 2 + random.normal(0, 1, 80)  # the words of a sentence are alike
        costs = np.array([random.normal(one, 1, many).sum() for one, many in zip(mean, words, strict=True)])
        found.append(mean_interval(costs, words)[1:])
    assert 0.9 <= coverage(found, 2) <= 0.99


def test_accuracy_and_f1_hold_the_truth_about_19_times_in_20():
    random = np.random.default_rng(0)
    truth = {name: figure.value for name, figure in measure_words(*draw_tagged(random, 20_000)).items()}
    found = [measure_words(*draw_tagged(random, 100)) for _ in range(200)]
    for name, value in truth.items():
        assert value is not None
        assert 0.9 <= coverage([(one[name].low, one[name].high) for one in found], value) <= 0.99, name


def test_what_is_drawn_is_scored_as_scikit_learn_scores_it():
    predictions, targets = draw_tagged(np.random.default_rng(0), 12)
    drawn = score_tallies(draw_sums(tally(predictions, targets)))
    for times, found in zip(draw_sentences(12)[:25], drawn, strict=False):
        rows = np.repeat(np.arange(12), times)
        truth = np.concatenate([targets[row] for row in rows])
        said = np.concatenate([predictions[row].argmax(axis=1) for row in rows])
        expected = accuracy_score(truth, said), f1_score(truth, said, average="macro")
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    whole = measure_words(predictions, targets)["macro_f1"]
    assert (whole.low, whole.high) == pytest.approx(tuple(np.quantile(drawn[:, 1], [0.025, 0.975])))


def test_the_seed_draws_the_sentences():
    predictions, targets = draw_tagged(np.random.default_rng(0), 40)
    assert measure_words(predictions, targets, 3) == measure_words(predictions, targets, 3)
    assert measure_words(predictions, targets, 3) != measure_words(predictions, targets, 4)


def test_large_corpora_are_drawn_in_blocks_to_the_same_effect(monkeypatch):
    values = np.random.default_rng(0).normal(size=(50, 2))
    whole = draw_sums(values)
    monkeypatch.setattr(intervals, "BLOCK", 50 * 300)
    np.testing.assert_allclose(draw_sums(values), whole, rtol=1e-9)
    monkeypatch.setattr(intervals, "MOST_HELD", 49)
    np.testing.assert_allclose(draw_sums(values), whole, rtol=1e-9)


def test_sentences_without_a_label_change_nothing():
    predictions, targets = draw_tagged(np.random.default_rng(0), 20)
    silent = [np.eye(LABELS)[[0, 1]]] * 9, [np.array([-1, -1])] * 9
    assert measure_words(predictions + silent[0], targets + silent[1]) == measure_words(predictions, targets)


def test_a_single_sentence_has_an_interval_of_its_last_word_alone():
    predictions, targets = [np.eye(2)[[0, 1, 1]]], [np.array([0, 1, 0])]
    words = measure_words(predictions, targets)
    assert words["accuracy_per_word"] == Figure(2 / 3, None, None, 3)
    assert (words["macro_f1"].low, words["macro_f1"].n) == (None, 3)
    last = measure_last_words(predictions[0][-1:], targets[0][-1:], ("negative", "positive"))
    assert last["last_word_binary"] == last["last_word_accuracy"] == Figure.of_share(np.array([False]))


def test_n_of_binary_is_the_sentences_that_are_not_neutral():
    names = ("negative", "neutral", "positive")
    figures = measure_last_words(np.eye(3)[[0, 1, 2, 2]], np.array([0, 1, 1, 2]), names)
    assert (figures["last_word_accuracy"].n, figures["last_word_binary"].n) == (4, 2)
    assert measure_last_words(np.eye(3)[[1]], np.array([1]), names)["last_word_binary"] == Figure()


# In the table of evaluate


@pytest.fixture
def next_word(here, new_run) -> Run:
    """A next-word run with random weights."""
    return new_run(Path("runs/next-word-001"), "next-word")


def corpus_of(run: Run) -> Corpus:
    """The 40 sentences of `mini` that a run is said to have read."""
    return load_corpus("mini", Request(load_task(run.task).predicts), limit=40)


def table_of(run: Run, **options: Any) -> dict[str, dict[str, Any]]:
    """The first table of evaluate, metric -> row."""
    rows: list[Any] = evaluate(run, **options).comparisons[0].records()
    return {row.pop("metric"): row for row in rows}


def test_costs_are_drawn_by_sentence_each_with_its_end(next_word):
    examples = corpus_of(next_word).validation
    encoded = load_task("next-word").encode(examples, next_word.vocabulary, ())
    (_, says), targets = next(next_word.network.read_long(encoded.inputs[0], 10**6)), encoded.targets[0]
    costs = -says[np.arange(len(targets)), targets]
    words = [len(example.words) + 1 for example in examples]
    sums = [part.sum() for part in np.split(costs, np.cumsum(words)[:-1])]
    found = mean_interval(np.array(sums), np.array(words))
    row = table_of(next_word)["cross_entropy"]
    np.testing.assert_allclose([row["model"], row["model_low"], row["model_high"]], found, rtol=1e-5)
    assert row["n"] == sum(words) == len(targets)


def test_the_interval_of_perplexity_is_the_exp_of_that_of_cross_entropy(next_word):
    table = table_of(next_word)
    for name in ("model", "model_low", "model_high"):
        assert table["perplexity"][name] == pytest.approx(np.exp(table["cross_entropy"][name]))
    assert table["perplexity"]["model_low"] < table["perplexity"]["model"]
    verbs = table["agreement_across_attractor"]
    expected = binomtest(round(verbs["model"] * verbs["n"]), verbs["n"]).proportion_ci(method="wilson")
    assert (verbs["model_low"], verbs["model_high"]) == pytest.approx(tuple(expected))


def test_unknown_targets_are_left_out_of_perplexity_known(next_word):
    """Read word by word: what the others cost, and how many there are."""
    words = [example.words for example in corpus_of(next_word).validation[:6]]
    known = next_word.vocabulary.words
    Path("own").mkdir()
    lines = [
        " ".join("quokka" if place % 3 == 1 else word for place, word in enumerate(row)) for row in words
    ]
    for split in ("train", "valid"):
        Path(f"own/{split}.txt").write_text("\n".join(lines) + "\n")
    report = evaluate(next_word, "text:own")
    rows: dict[str, Any] = {str(row["metric"]): row for row in report.comparisons[0].records()}
    ids = [number for line in lines for number in [*next_word.vocabulary.ids(line.split()), EOS]]
    layers, _ = next_word.network.read(np.array([[EOS, *ids[:-1]]]))
    says = next_word.network.log_probabilities(layers[-1]["hidden_state"][0])
    costs = -says[np.arange(len(ids)), ids]
    kept = costs[np.array(ids) != UNK]
    assert rows["perplexity"]["model"] == pytest.approx(float(np.exp(costs.mean())), rel=1e-5)
    assert rows["perplexity_known"]["model"] == pytest.approx(float(np.exp(kept.mean())), rel=1e-5)
    assert (rows["perplexity"]["n"], rows["perplexity_known"]["n"]) == (len(ids), len(kept))
    assert rows["perplexity_known"]["model_low"] < rows["perplexity_known"]["model"]
    counts = np.bincount(ids, minlength=len(known)) + 1
    unigram = -np.log(counts[np.array(ids)] / counts.sum())[np.array(ids) != UNK]
    assert rows["perplexity_known"]["unigram"] == pytest.approx(float(np.exp(unigram.mean())))
    said = report.comparisons[0].meaning
    share = f"{(np.array(ids) == UNK).mean():.1%} of the targets"
    assert f"over {len(known):,} words in lower case, one of which is <unk>, {share}" in said


def test_words_of_a_single_sentence_have_no_interval(next_word, new_run):
    for run in (next_word, new_run(Path("runs/sentiment-001"))):
        table = table_of(run, limit=1)
        for metric in {"cross_entropy", "perplexity", "top_5_accuracy", "macro_f1"} & set(table):
            assert table[metric]["n"] > 1
            assert (table[metric]["model_low"], table[metric]["model_high"]) == (None, None)


def test_neither_padding_nor_batches_matter(next_word, new_run):
    examples = corpus_of(next_word).validation
    one_by_one, together = (_read_fresh(next_word, examples, size) for size in (1, 32))
    np.testing.assert_allclose(one_by_one, together, rtol=1e-5)
    tagger = new_run(Path("runs/sentiment-001"))
    sentences = corpus_of(tagger).validation
    encoded = load_task("sentiment").encode(sentences, tagger.vocabulary, tagger.label_names)
    alone, padded = (
        measure_words(label_probabilities(tagger, list(encoded.inputs), size), list(encoded.targets))
        for size in (1, 64)
    )
    assert alone == padded


@pytest.mark.parametrize("task", ["next-word", "sentiment"])
def test_a_run_keeps_what_the_table_says(here, new_run, task):
    run = new_run(Path("runs/a"), task)
    metrics, table = evaluate_metrics(run, corpus_of(run)), table_of(run)
    assert list(metrics) == list(table)
    for name, kept in metrics.items():
        row = table[name]
        assert list(kept) == ["model", "interval", "n", "baselines"]
        assert [kept["model"], kept["n"]] == [row.pop("model"), row.pop("n")]
        assert kept["interval"] == [row.pop("model_low"), row.pop("model_high")]
        assert kept["baselines"] == row


def test_a_metric_that_makes_no_sense_has_neither_interval_nor_n(here, new_run):
    run, corpus = new_run(Path("runs/a")), corpus_of(new_run(Path("runs/b")))
    neutral = [Example(("a", "word"), ("neutral", "neutral"))] * 3
    kept = evaluate_metrics(run, replace(corpus, validation=tuple(neutral)))["last_word_binary"]
    assert kept == {"model": None, "interval": None, "n": None, "baselines": dict.fromkeys(kept["baselines"])}
