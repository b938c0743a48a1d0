"""The corpora with a known answer: their labels by other means, their sizes, and how they are asked for."""

from pathlib import Path

import pytest

import nlp_lstm
from nlp_lstm.corpora import SPLITS, Request, load_corpus
from nlp_lstm.corpora.counting import LANGUAGES, write_counting
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.store.run import load_run
from nlp_lstm.text.ends import is_stop
from nlp_lstm.text.vocabulary import Vocabulary

SEEDS = (0, 1, 7)


def strings(name, number=None):
    """Words, labels and facts of all strings of a language from several seeds."""
    for seed in SEEDS:
        corpus = write_counting(name, number, seed)
        for split in SPLITS:
            for one in corpus.split(split):
                yield one.words, one.labels or (), one.facts


def test_anbn_says_what_may_follow():
    for words, labels, facts in strings("anbn"):
        text = "".join(words)
        n = len(text) // 2
        assert text == "a" * n + "b" * n
        for place, label in enumerate(labels):
            so_far = text[: place + 1]
            left = so_far.count("a") - so_far.count("b")
            assert label == ("a or b" if "b" not in so_far else "b" if left else "end")
            assert facts["count"][place] == left


def test_dyck1_says_whether_a_bracket_is_open():
    for words, labels, facts in strings("dyck1"):
        text = "".join(words)
        assert text.count("(") == text.count(")")
        for place, label in enumerate(labels):
            left = text[: place + 1].count("(") - text[: place + 1].count(")")
            assert left >= 0
            assert label == ("open" if left else "closed")
            assert facts["count"][place] == left


@pytest.mark.parametrize("number", [None, 2, 9])
def test_dyck2_names_the_bracket_that_closes(number):
    for words, labels, facts in strings("dyck2", number):
        rest = "nothing read"
        for place, label in enumerate(labels):
            rest = "".join(words[: place + 1])
            while rest != (rest := rest.replace("()", "").replace("[]", "")):
                pass
            assert set(rest) <= set("([")  # a bracket that closes has its own before it
            assert label == ({"(": ")", "[": "]"}[rest[-1]] if rest else "nothing")
            assert facts["depth"][place] == len(rest)
        assert rest == ""


def test_copy_asks_for_the_first_word():
    for words, labels, facts in strings("copy"):
        assert words[-1] == "which"
        assert labels == (None,) * (len(words) - 1) + (words[0],)
        assert words[0] not in words[1:]
        assert facts["distance"] == tuple(range(len(words)))  # words since the symbol


def test_agreement_is_with_the_first_noun():
    attracted = 0
    for words, labels, facts in strings("agreement"):
        number = "plural" if words[1].endswith("s") else "singular"
        assert labels == (None,) + (number,) * (len(words) - 1)
        assert facts["distance"] == (
            0,
            *(place - 1 for place in range(1, len(words))),
        )  # words since the noun
        attracted += words[-1].endswith("s") != words[1].endswith("s")
    assert attracted > 100  # the last noun often says otherwise


@pytest.mark.parametrize("number", [None, 1, 8])
def test_parity_is_of_the_flags_that_are_on(number):
    flags = "xyzuvwpq"[: number or 3]
    used = set()
    for words, labels, facts in strings("parity", number):
        on = dict.fromkeys(flags, "0")
        for word, label, values in zip(words, labels, facts["flags"], strict=True):
            if word[-1] in "01":
                used.add(word[0])
                on[word[0]] = word[-1]
            assert values == "".join(on.values())  # one digit for each flag, those never set are 0
            assert label == ["even", "odd"][values.count("1") % 2]
    assert used == set(flags)


@pytest.mark.parametrize("number", [None, 1, 7])
def test_nesting_says_the_value_of_each_formula(number):
    python = {"not": "not ", "1": "True", "0": "False"}
    for words, labels, facts in strings("nesting", number):
        opened = []
        for place, (word, label) in enumerate(zip(words, labels, strict=True)):
            if word == "(":
                opened.append(place)
            if word == ")":
                assert label == str(int(evaluate(words[opened.pop() : place + 1], python)))
            else:
                assert label is None
            assert facts["depth"][place] == len(opened)
        assert not opened


def evaluate(formula, python):
    """Value of a formula in prefix notation, by Python's own operators on its infix form."""

    def infix(words):
        word = words.pop(0)
        if word != "(":
            return python[word]
        operator, sides = words.pop(0), []
        while words[0] != ")":
            sides.append(infix(words))
        words.pop(0)
        return f"(not {sides[0]})" if operator == "not" else f"({f' {operator} '.join(sides)})"

    return eval(infix([*formula]))


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_trains_on_smaller_strings_than_it_tests(name):
    corpus = load_corpus(f"counting:{name}")
    assert [len(corpus.split(split)) for split in SPLITS] == [1000, 200, 200]
    deep = name in ("dyck2", "nesting")

    def measure(one):
        return max(one.facts["depth"]) if deep else len(one.words)

    seen = max(map(measure, (*corpus.train, *corpus.validation)))
    assert min(map(measure, corpus.test)) > seen
    for split in SPLITS:
        labels = {label for one in corpus.split(split) for label in one.labels or ()}
        assert labels - {None} == set(corpus.label_names)
    trained = {one.words for one in corpus.train}
    known = sum(one.words in trained for one in corpus.validation) / 200
    assert known <= {"anbn": 1, "dyck1": 0.25, "dyck2": 0.3, "nesting": 0.3, "agreement": 0.25}.get(name, 0)
    assert corpus == load_corpus(f"counting:{name}") == write_counting(name)  # the same every time
    assert write_counting(name, seed=1).train != corpus.train or name == "anbn"


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_is_said_of_a_word_depends_on_the_words_up_to_it(name):
    said = {}
    for words, labels, facts in strings(name):
        for place, told in enumerate(zip(labels, *facts.values(), strict=True)):
            assert said.setdefault(words[: place + 1], told) == told


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_typed_string_is_read_as_the_words_that_it_was_written_with(name):
    largest = LANGUAGES[name].largest if name == "parity" else None
    vocabulary = Vocabulary.build(one.words for one in write_counting(name, largest).train)
    for words, _, _ in strings(name, largest):
        sentence = vocabulary.encode(" ".join(words))
        assert sentence.words == words
        assert sentence.unknown is None  # none of test is new, and no two are one in lower case
        assert not any(map(is_stop, words))


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_words_alone_are_running_text(name):
    labelled, plain = (load_corpus(f"counting:{name}", Request(kind)) for kind in ("labels", "words"))
    assert [one.words for one in plain.test] == [one.words for one in labelled.test]
    assert plain.label_names == ()
    assert plain.train[0].labels is None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("counting", "counting needs a language: give --data counting:NAME, one of anbn, dyck1"),
        ("counting:", "counting needs a language"),
        ("counting:anbm", "unknown language of counting 'anbm': did you mean anbn?"),
        ("counting:copy/", "behind the slash stands how many words of noise train has at most"),
        ("counting:copy/-1", "behind the slash stands"),
        ("counting:copy/²", "behind the slash stands"),
        ("counting:copy/0", "must be between 1 and 500"),
        ("counting:copy/501", "must be between 1 and 500"),
        ("counting:parity/99999999999999999999", "must be between 1 and 8"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(source, said):
    with pytest.raises(NlpLstmError, match=said.replace("?", r"\?")) as caught:
        load_corpus(source)
    assert "\n" not in str(caught.value)


def test_names_are_taken_in_any_case_and_numbers_change_the_strings():
    assert load_corpus("Counting:ANBN/3").train == write_counting("anbn", 3).train
    assert max(len(one.words) for one in load_corpus("counting:copy/50").train) == 52


def test_the_languages_are_listed():
    listed = nlp_lstm.data().comparisons[0].records()
    (line,) = [row["what it reads"] for row in listed if row["format"] == "counting"]
    assert ", ".join(LANGUAGES) in str(line)


@pytest.mark.parametrize(("data", "text"), [("counting:anbn/4", "a a b b"), ("Counting:DYCK2/2", "( [ ] )")])
def test_a_training_without_a_task_is_of_tagging_and_reads_the_words_as_they_are(cli, here, data, text):
    done = cli("train", "--data", data, "--limit", 60, "--units", 4, "--epochs", 1, "--cell", "gru")
    assert done.code == 0, done.err
    assert "next: nlp-lstm probe" in done.err
    run = load_run(Path("runs/tagging-001"))
    read = nlp_lstm.predict(text, run=run).comparisons[0]
    assert [row["word"] for row in read.records()] == text.split()
    words = sum(len(one.words) for one in load_corpus(data, limit=60).test)
    scored = nlp_lstm.evaluate(run, split="test").comparisons[0]
    assert {row["n"] for row in scored.records()} == {words, 60}
