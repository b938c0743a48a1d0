"""Minimal pairs: the list is balanced and well formed, and each pair is judged by the word that follows."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from nlp_lstm import evaluate
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.evaluation.pairs import FEWEST, PAIRS, judge_choices, known_choices, likelihoods, pair_table
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import EOS, Vocabulary

LINES = [line for text in PAIRS.values() for line in text.strip().splitlines()]
WORDS = re.findall(r"[^\s/]+", " ".join(LINES))


@pytest.fixture
def run(here, new_run) -> Run:
    """A next-word run on `mini`, with random weights."""
    return new_run(Path("runs/next-word-001"), "next-word")


def with_words(run: Run, words: list[str]) -> Run:
    """The run with a vocabulary of some words, and random weights for it."""
    vocabulary = Vocabulary.build([words])
    random = np.random.default_rng(1)
    shapes = weight_shapes(run.settings, len(vocabulary), len(vocabulary))
    weights = {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    return replace(run, vocabulary=vocabulary, weights=weights)


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_pair_and_its_counterpart(line):
    pair, counterpart = re.split(" {2,}", line.strip())
    (before, forms), (other, swapped) = pair.rsplit(" ", 1), counterpart.rsplit(" ", 1)
    assert forms.split("/") == swapped.split("/")[::-1]
    assert before != other
    assert re.fullmatch(r"[a-z ]+", before + other)


def test_no_pair_stands_twice_and_there_are_enough():
    pairs = [pair for line in LINES for pair in re.split(" {2,}", line.strip())]
    assert len(pairs) == len(set(pairs)) == 132
    assert all(text.count("/") >= 10 for text in PAIRS.values())


@pytest.mark.parametrize("source", ["text:ptb", "text:wikitext-2"])
def test_newspapers_and_encyclopedias_know_every_word(real_data, source):
    corpus = load_corpus(f"text:{real_data(source.removeprefix('text:'))}", Request("words"))
    known = Vocabulary.build((example.words for example in corpus.train), vocab_size=10_000).words
    assert set(WORDS) - set(known) == set()


def test_a_line_with_an_unknown_word_is_left_out_whole():
    vocabulary = Vocabulary.build([WORDS])
    lines = "he is/are  they are/is\n he was/were  they weeere/was\n the zebra is/are  they are/is"
    found = known_choices(lines, vocabulary)
    said = [[vocabulary.words[index] for index in [*before, *forms]] for before, forms in found]
    assert said == [["<eos>", "he", "is", "are"], ["<eos>", "they", "are", "is"]]


def test_the_model_reads_a_pair_from_a_fresh_state_behind_an_end_of_sentence(run):
    run = with_words(run, WORDS)
    before, forms = known_choices(PAIRS["verb after a relative clause"], run.vocabulary)[0]
    assert before[0] == EOS
    layers, states = run.network.read(np.array([[EOS]]))
    for word in before[1:]:
        layers, states = run.network.read(np.array([[word]]), states)
    says = run.network.log_probabilities(layers[-1]["hidden_state"][0, 0])
    np.testing.assert_allclose(likelihoods(run, before, forms), says[forms], rtol=1e-5)


def test_the_right_form_has_to_be_likelier():
    choices = known_choices("he is/are  they are/is\n he was/were  they were/was", Vocabulary.build([WORDS]))
    assert judge_choices(choices, lambda before, forms: np.array([2, 1])).tolist() == [True] * 4
    assert judge_choices(choices, lambda before, forms: np.array([1, 1])).tolist() == [False] * 4
    assert judge_choices(choices, lambda before, forms: forms).mean() == 0.5


def test_the_table_counts_each_phenomenon_and_chance_is_half(run):
    run = with_words(run, WORDS)
    text = ("he is he is they are the man who knows the players is " * 9).split()
    stream = np.append(run.vocabulary.ids([*text, *sorted(set(WORDS))[:-9]]), EOS)
    (table,) = pair_table(run, stream)
    rows: dict[Any, Any] = {row.pop("phenomenon"): row for row in table.records()}
    assert list(rows) == [*PAIRS, "all"]
    together = rows.pop("all")
    assert together["pairs"] == sum(row["pairs"] for row in rows.values()) == 132
    right = sum(row["model"] * row["pairs"] for row in rows.values())
    assert together["model"] == pytest.approx(right / 132)
    bounds = binomtest(round(right), 132).proportion_ci(method="wilson")
    assert (together["model_low"], together["model_high"]) == pytest.approx(tuple(bounds))
    assert rows["is, are"]["unigram"] == 0.5
    assert rows["is, are"]["kneser_ney_trigram"] > 0.5


def test_phenomena_without_a_known_pair_have_no_row_and_few_pairs_no_table(run):
    def words_of(*phenomena: str) -> list[str]:
        return re.findall(r"[^\s/]+", " ".join(PAIRS[name] for name in phenomena))

    run = with_words(run, words_of("verb", "is, are"))
    (table,) = pair_table(run, np.append(np.arange(3, len(run.vocabulary)), EOS))
    assert list(table.rows) == ["verb", "is, are", "all"]
    assert table.values[-1][-1] == 22 >= FEWEST
    run = with_words(run, words_of("verb"))
    assert pair_table(run, np.append(np.arange(3, len(run.vocabulary)), EOS)) == ()


def test_evaluate_shows_them_where_the_vocabulary_holds_them(run, cli):
    assert "minimal pairs" not in cli("evaluate", "next-word-001").out  # `mini` knows too few words
    run = with_words(run, WORDS)
    Path("own.txt").write_text(" ".join(WORDS) + "\nhe is\nthey are\n" * 30, encoding="utf-8")
    report = evaluate(run, "text:own.txt")
    assert [table.title for table in report.comparisons][-1] == "minimal pairs"
    json.dumps(report.comparisons[-1].records())
