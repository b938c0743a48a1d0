"""The texts that come with nlp-lstm: the corpus byte for byte, and what is said of it holds."""

import csv
import hashlib
import lzma
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from nlp_lstm import load_corpus
from nlp_lstm.corpora import SPLITS, Request
from nlp_lstm.corpora._boxed import BOX, stream_boxed
from nlp_lstm.corpora.sources import BOXED, resolve_source
from nlp_lstm.corpora.stories import read_split
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import DataError, MissingInputError, UnknownNameError, UsageError

NEXT_WORD = Request("words")
ROOT = Path(__file__).parent.parent
# Of the texts as they were before they were packed; and their lines.
SHA256 = {
    "stories.train": ("5cff233b3d63092a73313022382f1f033547f4e41bae1e00e975a3b8b1964ea0", 184_184),
    "stories.validation": ("5bb5cac5643bd9fd3f9eb4b7e0b007b1bea9871c9ce30e538009aa7d94ba4e9c", 4161),
    "stories.test": ("411b619b75391d8069bd13c28546b10f5870359cc42fe7cfd1a475a9d7ce92e9", 1962),
    "reviews.amazon_cells": ("47003fc0a0d4840b00e96e715b6189bad09e7443a3da41c4cbe12ffc79f86ae3", 1000),
    "reviews.imdb": ("aef2e49e3da25714d61175e3a6e68eeef74a20a2f914318dc3be9947ea86512d", 1000),
}
MOST_BYTES = 5_000_000
ARTICLE = re.compile(r"\b(the|sky|is|blue|therefore|baby|elephant|crying)\b")
ATTRIBUTION = (
    *("Sentiment Labelled Sentences", "Dimitrios Kotzias", "archive.ics.uci.edu/dataset/331/"),
    *("CC BY 4.0", "creativecommons.org/licenses/by/4.0/", "Changes: the third file"),
)


@pytest.fixture
def small_box(tmp_path, monkeypatch) -> Path:
    """A box whose stories are short."""
    box = tmp_path / "box"
    box.mkdir()
    for split in SPLITS:
        text = f"A {split} isn't long.\nNot\x85 at all.\n"
        (box / f"stories.{split}.xz").write_bytes(lzma.compress(text.encode()))
    monkeypatch.setattr("nlp_lstm.corpora._boxed.BOX", box)
    return box


# The text


@pytest.mark.parametrize("name", SHA256)
def test_the_text_is_the_corpus_byte_for_byte(name):
    sha256, lines = SHA256[name]
    digest, count = hashlib.sha256(), 0
    for line in stream_boxed(name):
        digest.update(f"{line}\n".encode())
        count += 1
    assert (digest.hexdigest(), count) == (sha256, lines)


def test_the_box_holds_these_texts_with_their_terms_and_is_small():
    files = {path.name for path in BOX.iterdir()}
    assert files == {*(f"{name}.xz" for name in SHA256), "MANIFEST.tsv", "README.md"}
    assert sum(path.stat().st_size for path in BOX.iterdir()) <= MOST_BYTES


def test_the_list_of_books_counts_the_sentences_and_the_page_shows_it():
    with (BOX / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        books = list(csv.DictReader(file, delimiter="\t"))
    page = (ROOT / "docs/look_up/texts.md").read_text(encoding="utf-8")
    sentences = Counter()
    for book in books:
        split = "validation" if book["split"] == "valid" else book["split"]
        sentences[split] += int(book["sentences"])
        counts = f"{int(book['words']):,} | {int(book['sentences']):,} | {split}"
        row = f"| {book['title']} | {book['author']} | {book['year']} | {book['author_died']} | {counts} |"
        assert row in page
    assert len(books) == 55
    assert sentences == {split: SHA256[f"stories.{split}"][1] for split in SPLITS}


def test_the_terms_of_reviews_stand_beside_the_files_and_on_the_page():
    for path in (BOX / "README.md", ROOT / "docs/look_up/texts.md"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert all(part in text for part in ATTRIBUTION)


# stories


def test_stories_are_sentences_of_words_with_their_capitals():
    first = next(read_split("validation"))
    assert first.words[:4] == ("Philip", "Haldane", "and", "his")
    assert first.labels is None


def test_the_words_of_the_article_are_in_the_stories():
    seen = Counter(word for line in stream_boxed("stories.train") for word in ARTICLE.findall(line))
    assert set(seen) == set(ARTICLE.pattern[3:-3].split("|"))
    assert min(seen.values()) >= 95


@pytest.mark.parametrize("split", SPLITS)
def test_stories_are_streamed_as_they_are_loaded(small_box, split):
    corpus = load_corpus("stories", NEXT_WORD)
    assert (corpus.label_names, corpus.tokenized) == ((), False)
    stream = stream_corpus("stories", NEXT_WORD, split)
    assert tuple(stream.read()) == tuple(stream.read()) == corpus.split(split)
    assert (stream.sentences, stream.running) == (2, True)
    assert corpus.split(split)[0].words == ("A", split, "is", "n't", "long", ".")
    assert len(load_corpus("stories", NEXT_WORD, limit=1).split(split)) == 1


def test_a_split_is_streamed_without_unpacking_the_others(small_box):
    (small_box / "stories.train.xz").unlink()
    assert stream_corpus("stories", NEXT_WORD, "validation").sentences == 2


def test_stories_have_no_labels_to_train_a_tagger_on(small_box, here, cli):
    done = cli("train", "--data", "stories")
    assert (done.code, done.out) == (65, "")
    assert "stories has no labels" in done.err
    assert "--task next-word" in done.err


# reviews


def test_reviews_have_a_label_at_their_last_word_and_fixed_splits():
    corpus = load_corpus("reviews")
    assert corpus.label_names == ("negative", "positive")
    assert [len(corpus.split(split)) for split in SPLITS] == [1200, 400, 400]
    for split in SPLITS:
        for example in corpus.split(split):
            assert example.labels is not None
            assert set(example.labels[:-1]) <= {None}
            assert example.labels[-1] in corpus.label_names
    assert corpus.train[1].words == ("Good", "case", ",", "Excellent", "value", ".")
    assert corpus.train[1].labels == (None,) * 5 + ("positive",)


def test_one_source_of_reviews_is_its_half():
    both = load_corpus("reviews")
    halves = [load_corpus(f"reviews:{source}") for source in ("amazon_cells", "imdb")]
    for split in SPLITS:
        assert both.split(split) == (*halves[0].split(split), *halves[1].split(split))
    assert [half.source for half in halves] == ["reviews:amazon_cells", "reviews:imdb"]
    with pytest.raises(
        UnknownNameError, match="source of reviews 'yelp': the known ones are amazon_cells, imdb"
    ):
        load_corpus("reviews:yelp")


def test_reviews_are_words_alone_for_next_word():
    corpus = load_corpus("reviews", NEXT_WORD)
    assert corpus.label_names == ()
    assert all(example.labels is None for example in corpus.validation)


# names


@pytest.mark.parametrize("name", BOXED)
def test_a_name_of_the_box_goes_before_a_folder_of_the_users(name, here):
    (here / name).mkdir()
    (here / name / "train.txt").write_text("mine\nand mine\n", encoding="utf-8")
    assert resolve_source(name) == name
    assert resolve_source(f"./{name}") == f"text:./{name}"


def test_a_folder_that_is_not_read_is_told(small_box, here):
    assert not any("yours" in note for note in load_corpus("stories", NEXT_WORD).notes)
    for name in ("stories", "reviews"):
        (here / name).mkdir()
    assert (
        "not the stories in this folder: write ./stories for yours"
        in load_corpus("stories", NEXT_WORD).notes[-1]
    )


def test_data_lists_and_describes_both(cli, here):
    listed = cli("data").out
    assert "stories: 55 English children's books" in listed
    assert "reviews: 2,000 everyday sentences" in listed
    shown = cli("data", "reviews").out
    assert "of every 50 sentences in a row, 30 are train, 10 validation and 10 test" in shown


# what goes wrong


@pytest.mark.parametrize("read", [load_corpus, stream_corpus])
def test_stories_read_no_file(read):
    with pytest.raises(
        UsageError, match=r"reads no file, but got 'a\.txt': use --data stories, or text:a\.txt"
    ):
        read("stories:a.txt", NEXT_WORD)


def test_a_python_without_lzma_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(MissingInputError, match=r"without lzma, which unpacks reviews\.amazon_cells\.xz"):
        load_corpus("reviews")


def test_a_damaged_box_is_told(small_box):
    file = small_box / "stories.validation.xz"
    shutil.copy(BOX / "stories.validation.xz", file)
    whole = file.read_bytes()
    for damaged in (whole[:1000], b"no xz", whole[:500] + b"x" + whole[501:]):
        file.write_bytes(damaged)
        with pytest.raises(DataError, match=r"stories\.validation\.xz is damaged: install nlp-lstm again"):
            stream_corpus("stories", NEXT_WORD, "validation")
    file.unlink()
    with pytest.raises(MissingInputError, match="is not there: install nlp-lstm again"):
        stream_corpus("stories", NEXT_WORD, "validation")
