"""The readers on real text: the counts that the sources publish. Skipped where the text is not there."""

from collections import Counter

from nlp_lstm.corpora import Request, load_corpus

NEXT_WORD = Request("words")


def count_words(examples) -> int:
    """Words with one end of sentence a line, as published."""
    return sum(len(example.words) + 1 for example in examples)


def test_sst_counts(real_data):
    corpus = load_corpus(f"sst:{real_data('sst')}")
    assert (len(corpus.train), len(corpus.validation)) == (8544, 1101)
    assert sum(len(example.words) for example in corpus.validation) == 21_274
    # The sentence's label is the last word's: the published five-class counts of dev.
    assert Counter(example.labels[-1] for example in corpus.validation if example.labels) == {
        "very negative": 139,
        "negative": 289,
        "neutral": 229,
        "positive": 279,
        "very positive": 165,
    }
    words = {word for example in corpus.train for word in example.words}
    assert {"(", ")", "and/or", "8\xa01/2"} <= words
    assert not any("\\" in word or word in ("-LRB-", "-RRB-", "``", "''") for word in words)


def test_leaves_are_free_of_context_and_phrases_are_not(real_data):
    source = f"sst:{real_data('sst')}"
    labels_of_good = {
        choice: {
            label
            for example in load_corpus(source, Request(labels=choice)).train
            for word, label in zip(example.words, example.labels or ())
            if word == "good"
        }
        for choice in ("word", "phrase")
    }
    assert labels_of_good["word"] == {"positive"}
    assert len(labels_of_good["phrase"]) == 5


def test_penn_treebank_counts(real_data):
    corpus = load_corpus(f"text:{real_data('ptb')}", NEXT_WORD)
    assert (count_words(corpus.train), count_words(corpus.validation)) == (929_589, 73_760)
    assert len({word for example in corpus.train for word in example.words} | {"<eos>"}) == 10_000


def test_wikitext_counts(real_data):
    corpus = load_corpus(f"text:{real_data('wikitext-2')}", NEXT_WORD)
    assert (count_words(corpus.train), count_words(corpus.validation)) == (2_088_628, 217_646)
    assert len({word for example in corpus.train for word in example.words} | {"<eos>"}) == 33_278
