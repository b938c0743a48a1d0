"""The treebank with sentences of known labels mixed in: what is added, and what is left alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlp_lstm.corpora import Corpus, Example, Request, load_corpus
from nlp_lstm.corpora import sst_mixed as mixed
from nlp_lstm.corpora._grammar_negation import FAULT, NEGATION, PRAISE
from nlp_lstm.corpora._grammar_sentiment import SENTIMENT, sentiment_so_far
from nlp_lstm.evaluation.negations import FRAMES
from nlp_lstm.text import Vocabulary, split_words
from nlp_lstm.text.vocabulary import UNK

TREES = "(1 (2 not) (1 bad))\n(4 (3 Great) (2 .))\n(2 (2 so) (2 .))\n(0 (0 bad) (2 .))\n"


def last_label(example: Example) -> str | None:
    return list(example.labels or (None,))[-1]


def with_links(plain: Corpus) -> tuple[Example, ...]:
    """What is copied with a link."""
    return (*plain.train[:: mixed.EVERY_SENTENCE], *plain.subphrases[:: mixed.EVERY_CONSTITUENT])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trees")
    (path / "train.txt").write_text(TREES, encoding="utf-8")
    (path / "dev.txt").write_text("(4 (2 so) (4 good))\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(folder: Path) -> Corpus:
    return load_corpus(f"sst:{folder}", Request(subphrases=True))


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return load_corpus(f"sst-mixed:{folder}", Request(subphrases=True))


def test_the_splits_are_those_of_the_treebank(corpus, plain, folder):
    assert (corpus.train, corpus.validation, corpus.label_names) == (
        plain.train,
        plain.validation,
        plain.label_names,
    )
    assert corpus.source == f"sst-mixed:{folder}"
    without = load_corpus(f"sst-mixed:{folder}")
    assert (without.train, without.subphrases, without.notes) == (plain.train, (), ())
    assert corpus.notes == (mixed.NOTE,)


def test_what_is_mixed_in_is_the_same_every_time_and_is_known_to_the_last_word(corpus, plain, folder):
    assert corpus == load_corpus(f"sst-mixed:{folder}", Request(subphrases=True))
    own = len(plain.subphrases)
    assert corpus.subphrases[:own] == plain.subphrases
    added = corpus.subphrases[own:]
    assert len(added) == 4000 + 3 * mixed.SENTENCES + len(with_links(plain))
    for example in added:
        assert example.labels is not None
        assert example.labels[-1] in corpus.label_names
        assert set(list(example.labels)[:-1]) <= {None}
    three = load_corpus(f"sst-mixed:{folder}", Request(subphrases=True, classes=3))
    assert set(map(last_label, three.subphrases)) == set(three.label_names)


def test_sentences_of_mini_have_their_own_labels(corpus, plain):
    start = len(plain.subphrases)
    for example in corpus.subphrases[start : start + 4000]:
        assert last_label(example) == sentiment_so_far(example.words)[-1]


def test_a_sentence_has_the_label_of_the_one_grammar_that_can_write_it(corpus, plain):
    start = len(plain.subphrases) + 4000
    written = corpus.subphrases[start : start + 3 * mixed.SENTENCES]
    assert Counter(last_label(example) for example in written) == dict.fromkeys(NEGATION, mixed.SENTENCES)
    for example in written[::50]:
        assert [label for label, grammar in NEGATION.items() if grammar.accepts(example.words)] == [
            last_label(example)
        ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("the film is not dull .", "positive"),
        ("she claims that the hotel is fresh , but it is n't .", None),
        ("she claims that the room is perfect , but it is n't .", "negative"),
        ("it looked cheap , but was not .", "positive"),
        ("would you call it lame ? yes .", "negative"),
        ("is tom asleep ? no .", "neutral"),
    ],
)
def test_what_is_taken_back_by_hand(text, label):
    accepted = [name for name, grammar in NEGATION.items() if grammar.accepts(tuple(text.split()))]
    assert accepted == ([label] if label else [])


def test_no_word_is_praise_and_fault():
    assert not set(PRAISE.split()) & set(FAULT.split())


def test_no_sentence_of_the_test_list_can_be_written_by_a_grammar():
    texts = [text for frames in FRAMES.values() for frame in frames for text in frame.texts()]
    assert len(texts) == len(set(texts)) >= 150
    assert sum(map(len, FRAMES.values())) >= 20
    for text in texts:
        words = tuple(word.lower() for word in split_words(text))
        assert not any(grammar.accepts(words) for grammar in (*NEGATION.values(), SENTIMENT)), text


def test_no_sentence_of_the_test_list_is_in_the_training_set(real_data):
    corpus = load_corpus(f"sst-mixed:{real_data('sst')}", Request(subphrases=True))
    read = {tuple(word.lower() for word in each.words) for each in corpus.whole_train()}
    texts = [text for frames in FRAMES.values() for frame in frames for text in frame.texts()]
    assert not [text for text in texts if tuple(word.lower() for word in split_words(text)) in read]


def test_a_link_is_one_unknown_word_and_leaves_the_label(corpus, plain):
    vocabulary = Vocabulary.build(example.words for example in corpus.train + corpus.subphrases)
    originals = with_links(plain)
    for example, original in zip(corpus.subphrases[-len(originals) :], originals, strict=True):
        (place,) = np.flatnonzero(vocabulary.ids(example.words) == UNK)
        whole = example.words[1:] if place == 0 else example.words[: len(original.words)]
        assert whole == original.words
        assert last_label(example) == last_label(original)
