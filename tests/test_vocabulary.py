"""Splitting and looking up words: nothing typed is lost, changed, or mistaken for a reserved id."""

import json
import re
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.text.vocabulary import EOS, MOST_WORDS, NORMALIZER, PAD, UNK, Vocabulary, split_words

STRANGE = (
    "[PAD] [UNK] <unk> <eos> [red]bold[/red]",
    "a\x00b \x1b[31mred\x1b[0m",
    "שלום \u202eעולם\u202c!",
    "👩‍👩‍👧 👍🏽 🇩🇪 e\u0301",
    "\u0600 1\u200b2\ufeff",
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.build([("The", "sky", "is", "blue"), ("the", "grass", "is", "green"), ("the",)])


# Splitting


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The sky is blue, therefore…", "The|sky|is|blue|,|therefore|…"),
        ("don't can't won’t N'T", "do|n't|ca|n't|wo|n’t|N'T"),
        ("it's he’ll I'm they've she'd we're", "it|'s|he|’ll|I|'m|they|'ve|she|'d|we|'re"),
        ("rock 'n' roll ’tis", "rock|'|n|'|roll|’|tis"),
        ("Mr. Smith and Dr. Who vs. the U.S. (u.k.)", "Mr.|Smith|and|Dr.|Who|vs.|the|U.S.|(|u.k.|)"),
        ("The end. It was.", "The|end|.|It|was|."),
        ("a feel-good, state-of-the-art and/or --- film", "a|feel-good|,|state-of-the-art|and/or|---|film"),
        ("1,000.50 at 3:30 on the 21st, 5% of $3", "1,000.50|at|3:30|on|the|21st|,|5|%|of|$|3"),
        ("wait... what?!", "wait|...|what|?|!"),
        ("``quoted''", "``|quoted|''"),
        ("naïve cafe\u0301 日本", "naïve|cafe\u0301|日本"),
        ("so 👩‍👩‍👧 good👍🏽", "so|👩‍👩‍👧|good|👍🏽"),
        ("שלום עולם!", "שלום|עולם|!"),
        ("a\x00b", "a|\x00|b"),
        ("\x1b[31mred", "\x1b|[|31mred"),
        ("[PAD] [UNK] [red]", "[|PAD|]|[|UNK|]|[|red|]"),
        ("the <unk> sky <eos>", "the|<unk>|sky|<|eos|>"),
        ("\u0600 a\u0600\u0600 \u0301b", "\u0600|a|\u0600|\u0600|\u0301|b"),  # joined to spaces by Unicode
        (
            "See https://a.org/b?c=d, (www.a.org/x) HTTP://A.ORG.",
            "See|https://a.org/b?c=d|,|(|www.a.org/x|)|HTTP://A.ORG|.",
        ),
        (
            "mail sam.jones+x@mail.example-a.org! @sam_1, @@",
            "mail|sam.jones+x@mail.example-a.org|!|@sam_1|,|@|@",
        ),
        ("a@b 3 @ $5 @2 feardotcom.com @-@", "a|@|b|3|@|$|5|@|2|feardotcom.com|@|-|@"),
        (" \t\n\u00a0", ""),
    ],
)
def test_splitting(text, words):
    assert split_words(text) == [word for word in words.split("|") if word]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\u0600 a\u0600\n")
@example(" ".join(STRANGE))
def test_splitting_drops_only_whitespace_and_keeps_the_order(text):
    position = 0
    for word in split_words(text):
        start = text.index(word, position)
        assert not text[position:start].strip()
        position = start + len(word)
    assert not text[position:].strip()


@settings(max_examples=100, deadline=None)
@example("\u0600 \u0301")
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1))
def test_no_word_holds_a_space(text):
    assert not any(re.search(r"\s", word) for word in split_words(f"{text} {text}"))


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_is_shown_as_typed(vocabulary, text):
    sentence = vocabulary.encode(text)
    assert "".join(sentence.words) == "".join(text.split())
    assert len(sentence.ids) == len(sentence.words)
    assert {PAD, EOS}.isdisjoint(sentence.ids.tolist())


@pytest.mark.parametrize("text", [*STRANGE, "  The sky isn’t blue…  the\tsky"])
def test_offsets_lead_back_to_the_words_in_the_raw_text(vocabulary, text):
    sentence = vocabulary.encode(text)
    assert tuple(text[start:end] for start, end in sentence.offsets) == sentence.words
    assert np.shape(sentence.offsets) == (len(sentence.words), 2)
    assert (np.diff(np.ravel(sentence.offsets)) >= 0).all()  # one after the other, none over another


def test_of_a_word_that_stands_twice_each_has_its_own_place(vocabulary):
    assert vocabulary.encode(" The  the").offsets == ((1, 4), (6, 9))


def test_bytes_that_are_no_text_are_refused_with_their_place(vocabulary):
    typed = b"the sky \xff".decode("utf-8", "surrogateescape")  # as Python reads a bad command line
    with pytest.raises(DataError, match="not valid UTF-8 at character 8"):
        vocabulary.encode(typed)


@pytest.mark.parametrize("text", ["", "   ", "\n\t\u00a0"])
def test_a_text_without_words_is_refused(vocabulary, text):
    with pytest.raises(DataError, match=r"the sentence .* has no words: give at least one"):
        vocabulary.encode(text)


def test_a_text_of_a_hundred_thousand_words_is_refused_with_the_limit(vocabulary):
    assert len(vocabulary.encode("sky " * MOST_WORDS).ids) == MOST_WORDS
    with pytest.raises(DataError, match=f"a sentence of 100000 words: at most {MOST_WORDS}"):
        vocabulary.encode("sky " * 100_000)


# Looking up


def test_more_frequent_words_come_first_and_ties_in_the_order_of_the_alphabet(vocabulary):
    assert vocabulary.words == ("[PAD]", "<unk>", "<eos>", "the", "is", "blue", "grass", "green", "sky")
    assert vocabulary.ids(["the", "sky"]).tolist() == [3, 8]
    assert len(vocabulary) == 9


def test_the_order_of_the_sentences_does_not_matter(vocabulary):
    sentences = [("the",), ("grass", "the", "green", "is"), ("sky", "The", "blue", "is")]
    assert Vocabulary.build(sentences).words == vocabulary.words


def test_unknown_words_are_unk(vocabulary):
    ids = vocabulary.ids(["the", "moon", ""])
    assert ids.tolist() == [3, UNK, UNK]
    assert ids.dtype == np.int32


def test_lower_case_is_for_the_model_only(vocabulary):
    assert vocabulary.lowercase
    sentence = vocabulary.encode("THE Sky")
    assert sentence.words == ("THE", "Sky")
    assert sentence.ids.tolist() == vocabulary.ids(["the", "sky"]).tolist()


def test_without_lower_case_words_are_told_apart():
    vocabulary = Vocabulary.build([("The", "the", "The")], lowercase=False)
    assert not vocabulary.lowercase
    assert vocabulary.words[3:] == ("The", "the")
    assert vocabulary.ids(["The", "the", "THE"]).tolist() == [3, 4, UNK]


@pytest.mark.parametrize("link", ["https://a.org/b", "www.a.org", "sam@a.org", "@sam", "HTTP://A.ORG/X"])
@pytest.mark.parametrize("tokenized", [True, False, None])
def test_a_link_is_one_unknown_word_in_training_and_in_use(link, tokenized):
    vocabulary = Vocabulary.build([("see", link, "https", "a.org"), ("see", "a", "sam")], more=[link])
    assert set(vocabulary.words[3:]) == {"see", "https", "a.org", "a", "sam"}
    assert vocabulary.normalizer == NORMALIZER
    for one in (vocabulary, Vocabulary.from_json(vocabulary.to_json(), "x")):
        sentence = one.encode(f"See {link}", tokenized)
        assert sentence.words == ("See", link)
        assert sentence.ids[1] == UNK


def test_a_vocabulary_without_the_rule_for_links_splits_them_as_it_did():
    vocabulary = Vocabulary.build([("see", "https", ":", "/", "a.org", "@", "sam")])
    told = json.loads(vocabulary.to_json())
    told["normalizer"]["normalizers"].pop(1)
    old = Vocabulary.from_json(json.dumps(told), "x")
    assert old.normalizer == NORMALIZER[:1]
    sentence = old.encode("see https://a.org @sam", tokenized=False)
    assert sentence.words == ("see", "https", ":", "/", "/", "a.org", "@", "sam")
    assert UNK not in sentence.ids


def test_a_search_for_links_takes_no_longer_than_the_text():
    for piece in ("a.", "a+", "www.", "https://", "@", "a@", "https://" + "!" * 9992):
        started = time.perf_counter()
        split_words(" ".join([piece * (10_000 // len(piece))] * 10))
        assert time.perf_counter() - started < 5


def test_curly_and_straight_apostrophes_are_one_word():
    vocabulary = Vocabulary.build([("do", "n’t"), ("do", "n't")])
    assert vocabulary.words[3:] == ("do", "n't")
    assert vocabulary.encode("don’t don't").ids.tolist() == [3, 4, 3, 4]


def test_vocab_size_keeps_the_most_frequent():
    sentences = [("a",) * 3, ("b",) * 2, ("c",)]
    assert Vocabulary.build(sentences, vocab_size=5).words[3:] == ("a", "b")
    with pytest.raises(UsageError, match="vocab_size is 3: it must be at least 4"):
        Vocabulary.build(sentences, vocab_size=3)


def test_more_words_take_the_places_that_are_left():
    more = ["The", "b", "<unk>", "It", "c", "it", "d", "e"]
    filled = Vocabulary.build([("a", "the", "the")], vocab_size=9, more=iter(more))
    assert filled.words[3:] == ("the", "a", "b", "it", "c", "d")
    assert Vocabulary.build([("a", "the", "the")], vocab_size=4, more=more).words[3:] == ("the",)
    rare = Vocabulary.build([("a", "the", "the")], min_count=2, more=["a"])
    assert rare.words[3:] == ("the", "a")


def test_min_count_leaves_rare_words_out_after_putting_cases_together():
    sentences = [("A", "a", "b")]
    assert Vocabulary.build(sentences, min_count=2).words[3:] == ("a",)
    with pytest.raises(DataError, match="no word is seen 2 times: lower --min-count"):
        Vocabulary.build(sentences, min_count=2, lowercase=False)
    with pytest.raises(DataError, match="no word is seen"):
        Vocabulary.build([(), ()])


def test_unk_in_training_text_is_the_unknown_word():
    vocabulary = Vocabulary.build([("the", "<unk>", "<unk>", "sky")])
    assert vocabulary.words[3:] == ("sky", "the")
    assert vocabulary.encode("the <unk>").ids.tolist() == [4, UNK]


# Saving and loading


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize(
    "known", [(), ("[PAD]", "<eos>", "[pad]", "<EOS>"), ("PAD", "eos", "[", "]", "<", ">")]
)
def test_typed_reserved_words_are_never_reserved_ids_even_after_loading(tmp_path, lowercase, known):
    built = Vocabulary.build([("the", *known)], lowercase=lowercase)
    (tmp_path / "tokenizer.json").write_text(built.to_json(), encoding="utf-8")
    for vocabulary in (built, Vocabulary.load(tmp_path / "tokenizer.json")):
        for typed in ("[PAD]", "<eos>", "[pad]", "<EOS>"):
            ids = [*vocabulary.ids([typed]).tolist(), *vocabulary.encode(f"x{typed} {typed}").ids.tolist()]
            assert {PAD, EOS}.isdisjoint(ids)


@pytest.mark.parametrize("lowercase", [True, False])
def test_a_loaded_vocabulary_reads_as_the_saved_one(tmp_path, lowercase):
    saved = Vocabulary.build([("The", "sky", "n’t", "[", "👍", "a\x00b")], lowercase=lowercase)
    (tmp_path / "tokenizer.json").write_text(saved.to_json(), encoding="utf-8")
    loaded = Vocabulary.load(tmp_path / "tokenizer.json")
    assert loaded.words == saved.words
    assert loaded.lowercase == lowercase
    for text in (*STRANGE, "The the SKY isn’t isn't 👍"):
        assert loaded.encode(text).ids.tolist() == saved.encode(text).ids.tolist()


def test_plain_tokenizers_reads_the_saved_file_alike(tmp_path, vocabulary):
    (tmp_path / "tokenizer.json").write_text(vocabulary.to_json(), encoding="utf-8")
    text = "The sky isn't green, Mr. Moon..."
    encoding = Tokenizer.from_file(str(tmp_path / "tokenizer.json")).encode(text)
    sentence = vocabulary.encode(text)
    assert encoding.ids == sentence.ids.tolist()
    assert [text[start:end] for start, end in encoding.offsets] == list(sentence.words)


def foreign(vocab: dict[str, int]) -> str:
    """The tokenizer.json of somebody else."""
    return Tokenizer(models.WordLevel(vocab, unk_token="<unk>")).to_str()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"not json",
        b"\xff\xfe\x00",
        b'{"version": "1.0", "model": {"type": "WordLevel"',
        json.dumps({"version": "1.0", "model": {"type": "WordLevel", "vocab": [], "unk_token": 1}}).encode(),
        foreign({"<unk>": 0, "the": 1, "sky": 2}).encode(),
        foreign({"[PAD]": 0, "<unk>": 1, "<eos>": 2, "the": 4}).encode(),
        foreign({"[PAD]": 0, "<unk>": 1, "<eos>": 2, "the": 3}).encode(),
    ],
    ids=["empty", "no keys", "text", "bytes", "cut", "odd types", "other ids", "gap", "no normalizer"],
)
def test_a_broken_or_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"not a (tokenizer file|vocabulary of nlp-lstm)"):
        Vocabulary.load(path)


@pytest.mark.parametrize("name", ["tokenizer.json", "."])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(MissingInputError) as error:
        Vocabulary.load(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)
