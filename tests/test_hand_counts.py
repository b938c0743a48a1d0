"""Every figure that evaluate prints, beside what is counted in plain Python, word by word."""

from collections import Counter
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp_lstm import Corpus, Run, evaluate, load_corpus
from nlp_lstm.corpora import Request
from nlp_lstm.text.vocabulary import EOS, UNK


def rows_of(table: Any) -> dict[str, dict[str, Any]]:
    """The rows of a table by their names."""
    return {str(row[table.row_kind]): row for row in table.records()}


def ids_of(*words: int) -> np.ndarray:
    """A sentence of word ids, as a network reads it."""
    return np.array([words])


def share(hits: list[bool]) -> float:
    """How many of the hits there are, as a share."""
    return hits.count(True) / len(hits)


# A tagger


@pytest.fixture
def tagger(here, new_run) -> Run:
    """A tagger with random weights."""
    return new_run(Path("runs/sentiment-001"))


def said_of(run: Run, corpus: Corpus) -> list[list[tuple[str, list[float]]]]:
    """For each sentence of the validation split, each word's label and what the run says of it."""
    found = []
    for example in corpus.validation:
        layers, _ = run.network.read(run.vocabulary.ids(example.words)[None])
        outputs = run.network.probabilities(layers[-1]["hidden_state"])[0].tolist()
        found.append([(label, said) for label, said in zip(example.labels or (), outputs, strict=True)])
    return found


def likeliest(run: Run, said: list[float]) -> str:
    """The label that a run says."""
    return run.label_names[said.index(max(said))]


def test_a_tagger_s_figures_are_those_of_a_hand_count(tagger):
    corpus = load_corpus("mini", Request("labels"), limit=40)
    table, confusion = evaluate(tagger).comparisons
    rows, sentences = rows_of(table), said_of(tagger, corpus)
    pairs = [(label, likeliest(tagger, said)) for words in sentences for label, said in words]
    assert rows["accuracy_per_word"]["model"] == pytest.approx(share([one == other for one, other in pairs]))
    assert rows["accuracy_per_word"]["n"] == len(pairs)
    scores = []
    for label in tagger.label_names:
        true = sum(one == label for one, _ in pairs)
        guessed = sum(other == label for _, other in pairs)
        both = sum(one == other == label for one, other in pairs)
        scores += [2 * both / (true + guessed)] if true + guessed else []
    assert rows["macro_f1"]["model"] == pytest.approx(sum(scores) / len(scores))
    counted = Counter(pairs)
    for one, row in rows_of(confusion).items():
        assert [row[other] for other in tagger.label_names] == [
            counted[one, other] for other in tagger.label_names
        ]


def test_a_tagger_s_figures_of_last_words_are_those_of_a_hand_count(tagger):
    corpus = load_corpus("mini", Request("labels"), limit=40)
    rows = rows_of(evaluate(tagger).comparisons[0])
    last = [words[-1] for words in said_of(tagger, corpus)]
    assert rows["last_word_accuracy"]["model"] == pytest.approx(
        share([label == likeliest(tagger, said) for label, said in last])
    )
    sides = []
    for label, said in last:
        if "neutral" not in label:
            by_side = dict.fromkeys(("positive", "negative"), 0.0)
            for name, one in zip(tagger.label_names, said, strict=True):
                for side in by_side:
                    by_side[side] += one if side in name else 0
            sides.append((by_side["positive"] > by_side["negative"]) == ("positive" in label))
    assert rows["last_word_binary"]["model"] == pytest.approx(share(sides))
    assert (rows["last_word_accuracy"]["n"], rows["last_word_binary"]["n"]) == (len(last), len(sides))
    for name in ("last_word_accuracy", "last_word_binary"):
        bags = [rows[name][bag] for bag in ("naive_bayes", "tfidf_logistic")]
        assert rows[f"{name}_lead"]["model"] == pytest.approx(rows[name]["model"] - max(bags))


def test_a_tagger_s_simple_baselines_are_those_of_a_hand_count(tagger):
    corpus = load_corpus("mini", Request("labels"), limit=40)
    rows = rows_of(evaluate(tagger).comparisons[0])
    words = [
        (tagger.vocabulary.ids([word])[0], label)
        for example in corpus.train
        for word, label in zip(example.words, example.labels or (), strict=True)
    ]
    tests = [
        (tagger.vocabulary.ids([word])[0], label)
        for example in corpus.validation
        for word, label in zip(example.words, example.labels or (), strict=True)
    ]
    order = tagger.label_names.index  # the first of those that are as common
    labels = Counter(label for _, label in words if label)
    commonest = min(labels, key=lambda label: (-labels[label], order(label)))
    assert rows["accuracy_per_word"]["majority"] == pytest.approx(
        share([label == commonest for _, label in tests])
    )
    by_word = Counter(words)

    def look_up(word: int) -> str:
        known = [label for label in tagger.label_names if by_word[word, label]]
        return min(known, key=lambda label: (-by_word[word, label], order(label))) if known else commonest

    assert rows["accuracy_per_word"]["look_up"] == pytest.approx(
        share([label == look_up(word) for word, label in tests])
    )
    last = Counter(example.labels[-1] for example in corpus.train if example.labels)
    usual = min(last, key=lambda label: (-last[label], order(label)))
    assert rows["last_word_accuracy"]["majority"] == pytest.approx(
        share([example.labels[-1] == usual for example in corpus.validation if example.labels])
    )


# A next-word model


@pytest.fixture
def predictor(here, new_run) -> Run:
    """A next-word model with random weights."""
    return new_run(Path("runs/next-word-001"), "next-word")


TEXT = "the sky is blue .\nthe quokka is happy and the film is good .\nthe sky .\n" * 3


def test_a_next_word_model_s_figures_are_those_of_a_hand_count(predictor):
    Path("own").mkdir()
    for split in ("train", "valid"):
        Path(f"own/{split}.txt").write_text(TEXT, encoding="utf-8")
    rows = rows_of(evaluate(predictor, "text:own").comparisons[0])
    ids = predictor.vocabulary.ids
    sentences = [[*map(int, ids(line.split())), EOS] for line in TEXT.splitlines()]
    stream = [word for sentence in sentences for word in sentence]

    def costs_of(targets: list[int]) -> list[tuple[float, int]]:
        """What each word costs behind an end of sentence, and how many words are likelier."""
        found, states = [], None
        for before, target in zip([EOS, *targets], targets):
            layers, states = predictor.network.read(ids_of(before), states)
            said = predictor.network.probabilities(layers[-1]["hidden_state"])[0, 0].tolist()
            found.append((-log(said[target]), sum(one > said[target] for one in said)))
        return found

    carried = costs_of(stream)
    mean = sum(cost for cost, _ in carried) / len(stream)
    known = [cost for (cost, _), word in zip(carried, stream) if word != UNK]
    fresh = [cost for sentence in sentences for cost, _ in costs_of(sentence)]
    expected = {
        "cross_entropy": mean,
        "perplexity": exp(mean),
        "perplexity_known": exp(sum(known) / len(known)),
        "fresh_perplexity": exp(sum(fresh) / len(fresh)),
        "top_1_accuracy": share([likelier < 1 for _, likelier in carried]),
        "top_5_accuracy": share([likelier < 5 for _, likelier in carried]),
    }
    assert {name: rows[name]["model"] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert len(known) < len(stream)  # there is an unknown word, so that the two differ
    counts = Counter(stream)
    size = len(predictor.vocabulary)
    unigram = [-log((counts[word] + 1) / (len(stream) + size)) for word in stream]
    assert rows["perplexity"]["unigram"] == pytest.approx(exp(sum(unigram) / len(unigram)))
    for most in (1, 5):
        commonest = sorted(counts, key=lambda word: (-counts[word], word))[:most]
        assert rows[f"top_{most}_accuracy"]["unigram"] == pytest.approx(
            share([word in commonest for word in stream])
        )


def test_agreement_is_that_of_a_hand_count(predictor):
    corpus = load_corpus("mini", Request("words"), limit=40)
    right = []
    for example in corpus.validation:
        for t, verb in enumerate(example.facts["agreeing_verb"]):
            if verb is None or not example.facts["attractors"][t]:
                continue
            ids = predictor.vocabulary.ids([*example.words[:t], verb, example.facts["wrong_verb"][t]])
            *before, good, wrong = map(int, ids)
            layers, _ = predictor.network.read(ids_of(EOS, *before))
            said = predictor.network.probabilities(layers[-1]["hidden_state"])[0, -1].tolist()
            right.append(said[good] > said[wrong])
    row = rows_of(evaluate(predictor).comparisons[0])["agreement_across_attractor"]
    assert (row["model"], row["n"]) == (pytest.approx(share(right)), len(right))
