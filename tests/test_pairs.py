"""Minimal pairs: they are balanced and well formed, and each is judged by the word that follows."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from nlp_lstm import evaluate, load_run
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.evaluation.baselines import fit_kneser_ney, stream_ngrams
from nlp_lstm.evaluation.frames import BEINGS, MEN, OTHER, SAME, THINGS, VERBS, VOWELS, minimal_pairs
from nlp_lstm.evaluation.pairs import (
    FEWEST,
    as_choice,
    judge_choices,
    known_pairs,
    likelihoods,
    pair_table,
    row_names,
    trigram_probabilities,
)
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.store.folders import shipped_runs
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import EOS, Vocabulary

PAIRS = minimal_pairs()
WORDS = sorted({word for pair in PAIRS for word in (*pair.before, pair.right, pair.wrong)})
FORMS = (*BEINGS, *THINGS, *MEN, *VERBS, ("himself", "themselves"))
NUMBERS = {word: number for forms in FORMS for number, word in enumerate(forms)}  # 0 singular, 1 plural


@pytest.fixture
def run(here, new_run) -> Run:
    """A next-word run on `mini`, with random weights."""
    return new_run(Path("runs/next-word-001"), "next-word")


def with_words(run: Run, words: list[str], lowercase: bool = True) -> Run:
    """The run with a vocabulary of some words, and random weights for it."""
    vocabulary = Vocabulary.build([words], lowercase=lowercase)
    random = np.random.default_rng(1)
    shapes = weight_shapes(run.settings, len(vocabulary), len(vocabulary))
    weights = {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    return replace(run, vocabulary=vocabulary, weights=weights)


def table_of(run: Run, stream: np.ndarray):
    """The tables of a run whose baselines learn from a stream."""
    size = len(run.vocabulary)
    return pair_table(
        run, np.bincount(stream, minlength=size), fit_kneser_ney(stream_ngrams(stream, EOS), size)
    )


# How they are made


def test_the_two_sentences_of_a_pair_differ_in_their_last_word_and_none_stands_twice():
    assert len(PAIRS) == len({pair[1:4] for pair in PAIRS}) == 1152
    for pair in PAIRS:
        assert pair.right != pair.wrong
        assert pair.before[0].istitle()
        assert all(word.isalpha() and word.islower() for word in (*pair.before[1:], pair.right, pair.wrong))
    assert min(Counter(row for pair in PAIRS for row in pair.rows).values()) >= 48


def test_each_form_is_right_as_often_as_it_is_wrong_in_every_frame_and_row():
    balance: dict[Any, Counter[str]] = defaultdict(Counter)
    for pair in PAIRS:
        for group in (pair.frame, *pair.rows):
            balance[group].update({pair.right: 1, pair.wrong: -1})
    assert not any(count for group in balance.values() for count in group.values())


@pytest.mark.parametrize("row", [*row_names(), None])
def test_always_the_plural_or_the_commoner_form_is_right_in_half(row):
    vocabulary = Vocabulary.build([WORDS])
    choices = [as_choice(pair, vocabulary) for pair in PAIRS if row is None or row in pair.rows]
    random = np.random.default_rng(0)
    for preference in (random.permutation(len(vocabulary)), random.permutation(len(vocabulary))):
        assert judge_choices(choices, lambda befores, forms, score=preference: score[forms]).mean() == 0.5
    plural = vocabulary.ids([word for word, number in NUMBERS.items() if number])
    if row not in ("much, many", "a, an", None):
        assert judge_choices(choices, lambda befores, forms: np.isin(forms, plural)).mean() == 0.5


def test_subject_verb_and_noun_between_have_the_number_that_is_said():
    things = {word for noun in THINGS for word in noun}
    seen = Counter()
    for pair in PAIRS:
        if len(pair.rows) == 1:
            continue
        subject = NUMBERS[pair.before[1]]
        between = [NUMBERS[word] for word in pair.before[2:] if word in things]
        assert NUMBERS[pair.right] == subject != NUMBERS[pair.wrong]
        condition = pair.rows[1]
        expected = [subject] if SAME in condition else [1 - subject] if OTHER in condition else []
        assert between == expected
        seen[condition.partition(", ")[0], subject, *between] += 1
    assert set(seen.values()) == {96, 48}
    assert len(seen) == 2 * 2 + 3 * 4


def test_articles_suit_the_sound():
    for pair in PAIRS:
        if pair.rows == ("a, an",):
            assert (pair.right in VOWELS) == (pair.before[-1] == "an") != (pair.wrong in VOWELS)


@pytest.mark.parametrize("shipped", shipped_runs("next-word"), ids=lambda path: path.name)
def test_a_run_that_comes_with_nlp_lstm_knows_every_pair(shipped):
    assert len(known_pairs(PAIRS, load_run(shipped).vocabulary)) == len(PAIRS)


@pytest.mark.parametrize(("source", "least"), [("ptb", 0.5), ("wikitext-2", 1)])
def test_newspapers_and_encyclopedias_know_enough(real_data, source, least):
    corpus = load_corpus(f"text:{real_data(source)}", Request("words"))
    vocabulary = Vocabulary.build((example.words for example in corpus.train), vocab_size=10_000)
    assert len(known_pairs(PAIRS, vocabulary)) >= least * len(PAIRS)


# How they are judged


def test_a_frame_with_an_unknown_word_is_left_out_whole():
    vocabulary = Vocabulary.build([[word for word in WORDS if word != "kings"]])
    known = known_pairs(PAIRS, vocabulary)
    assert {pair.frame for pair in known}.isdisjoint(pair.frame for pair in PAIRS if "kings" in pair.before)
    forms = Counter(form for pair in known for form in (pair.right, "-" + pair.wrong))
    assert all(count == forms[f"-{form}"] for form, count in forms.items() if form[0] != "-")
    assert 1000 < len(known) < 1152


def test_cased_and_lower_cased_vocabularies_read_the_first_word_as_text_has_it():
    for lowercase, first in ((True, "the"), (False, "The")):
        vocabulary = Vocabulary.build([WORDS], lowercase=lowercase)
        assert len(known_pairs(PAIRS, vocabulary)) == len(PAIRS)
        before, forms = as_choice(PAIRS[0], vocabulary)
        said = [vocabulary.words[index] for index in [*before, *forms]]
        assert said == ["<eos>", first, "king", "is", "are"]


def test_the_model_reads_each_from_a_fresh_state_behind_an_end_of_sentence(run):
    run = with_words(run, WORDS)
    choices = [as_choice(pair, run.vocabulary) for pair in PAIRS[::77]]
    found = likelihoods(run, [before for before, _ in choices], np.stack([forms for _, forms in choices]))
    for (before, forms), likely in zip(choices, found, strict=True):
        assert before[0] == EOS
        layers, states = run.network.read(np.array([[EOS]]))
        for word in before[1:]:
            layers, states = run.network.read(np.array([[word]]), states)
        says = run.network.log_probabilities(layers[-1]["hidden_state"][0, 0])
        np.testing.assert_allclose(likely, says[forms], rtol=1e-5)


def test_the_trigram_sees_the_two_words_before():
    vocabulary = Vocabulary.build([WORDS])
    stream = np.append(vocabulary.ids(["The", "king", "is", "The", "kings", "are"]), EOS)
    trigram = fit_kneser_ney(stream_ngrams(stream, EOS), len(vocabulary))
    choices = [as_choice(pair, vocabulary) for pair in PAIRS[:2]]
    assert PAIRS[1].before == ("The", "kings")
    assert judge_choices(choices, partial(trigram_probabilities, trigram)).tolist() == [True, True]
    assert judge_choices(choices, lambda befores, forms: np.ones(forms.shape)).tolist() == [False, False]


def test_the_table_counts_each_row_and_all_pairs_once(run):
    run = with_words(run, WORDS)
    text = ["The", "king", "is", "The", "kings", "are", "The", "king", "is"] * 9
    (table,) = table_of(run, np.append(run.vocabulary.ids([*text, *WORDS]), EOS))
    rows: dict[Any, Any] = {row.pop("phenomenon"): row for row in table.records()}
    assert list(rows) == [*row_names(), "all"]
    together = rows.pop("all")
    firsts = {pair.rows[0] for pair in PAIRS}
    assert together["pairs"] == sum(row["pairs"] for name, row in rows.items() if name in firsts) == 1152
    right = sum(row["model"] * row["pairs"] for name, row in rows.items() if name in firsts)
    assert together["model"] == pytest.approx(right / 1152)
    bounds = binomtest(round(right), 1152).proportion_ci(method="wilson")
    assert (together["model_low"], together["model_high"]) == pytest.approx(tuple(bounds))
    assert rows["is, are"]["unigram"] == 0.5
    assert rows["is, are"]["kneser_ney_trigram"] > rows["does, do"]["kneser_ney_trigram"]


def test_rows_without_a_known_pair_are_left_out_and_few_pairs_have_no_table(run):
    def words_of(pairs) -> list[str]:
        return [word for pair in pairs for word in (*pair.before, pair.right, pair.wrong)]

    adjacent = [pair for pair in PAIRS if "next to the noun" in pair.rows]
    articles = [pair for pair in PAIRS if pair.rows == ("a, an",)]
    run = with_words(run, words_of(adjacent + articles))
    (table,) = table_of(run, np.append(np.arange(3, len(run.vocabulary)), EOS))
    forms = [", ".join(verb) for verb in VERBS]
    assert list(table.rows) == [*forms, "a, an", "next to the noun", "all"]
    assert table.values[-1][-1] == 272 >= FEWEST
    run = with_words(run, words_of(articles))
    assert table_of(run, np.append(np.arange(3, len(run.vocabulary)), EOS)) == ()


def test_evaluate_shows_them_where_the_vocabulary_holds_them(run, cli):
    assert "minimal pairs" not in cli("evaluate", "next-word-001").out  # `mini` knows too few words
    run = with_words(run, WORDS)
    Path("own.txt").write_text(" ".join(WORDS) + "\nhe is\nthey are\n" * 30, encoding="utf-8")
    report = evaluate(run, "text:own.txt")
    assert [table.title for table in report.comparisons][-1] == "minimal pairs"
    json.dumps(report.comparisons[-1].records())
