"""The corpora with a known answer: their labels by other means, their sizes, and how they are asked for."""

import pytest

from nlp_lstm.corpora import SPLITS, Request, load_corpus
from nlp_lstm.corpora.counting import LANGUAGES, write_counting
from nlp_lstm.errors import NlpLstmError

SEEDS = (0, 1, 7)


def strings(name, number=None):
    """All strings of a language from several seeds."""
    for seed in SEEDS:
        corpus = write_counting(name, number, seed)
        for split in SPLITS:
            yield from corpus.split(split)


def test_anbn_says_what_may_follow():
    for example in strings("anbn"):
        text = "".join(example.words)
        n = len(text) // 2
        assert text == "a" * n + "b" * n
        for place, label in enumerate(example.labels):
            so_far = text[: place + 1]
            left = so_far.count("a") - so_far.count("b")
            assert label == ("a or b" if "b" not in so_far else "b" if left else "end")
            assert example.facts["count"][place] == left


def test_dyck1_says_whether_a_bracket_is_open():
    for example in strings("dyck1"):
        text = "".join(example.words)
        assert text.count("(") == text.count(")")
        for place, label in enumerate(example.labels):
            left = text[: place + 1].count("(") - text[: place + 1].count(")")
            assert left >= 0
            assert label == ("open" if left else "closed")
            assert example.facts["count"][place] == left


@pytest.mark.parametrize("number", [None, 2, 9])
def test_dyck2_names_the_bracket_that_closes(number):
    for example in strings("dyck2", number):
        for place, label in enumerate(example.labels):
            rest = "".join(example.words[: place + 1])
            while rest != (rest := rest.replace("()", "").replace("[]", "")):
                pass
            assert set(rest) <= set("([")  # a bracket that closes has its own before it
            assert label == ({"(": ")", "[": "]"}[rest[-1]] if rest else "nothing")
            assert example.facts["depth"][place] == len(rest)
        assert rest == ""


def test_copy_asks_for_the_first_word():
    for example in strings("copy"):
        assert example.words[-1] == "which"
        assert example.labels == (None,) * (len(example.words) - 1) + (example.words[0],)
        assert example.words[0] not in example.words[1:]


def test_agreement_is_with_the_first_noun():
    attracted = 0
    for example in strings("agreement"):
        assert example.labels[0] is None
        number = "plural" if example.words[1].endswith("s") else "singular"
        assert set(example.labels[1:]) == {number}
        attracted += example.words[-1].endswith("s") != example.words[1].endswith("s")
    assert attracted > 100  # the last noun often says otherwise


@pytest.mark.parametrize("number", [None, 1, 8])
def test_parity_is_of_the_flags_that_are_on(number):
    flags = set()
    for example in strings("parity", number):
        on = {}
        for word, label in zip(example.words, example.labels, strict=True):
            if word[-1] in "01":
                on[word[0]] = int(word[-1])
            assert label == ["even", "odd"][sum(on.values()) % 2]
        flags |= set(on)
    assert len(flags) == (number or 3)


@pytest.mark.parametrize("number", [None, 1, 7])
def test_nesting_says_the_value_of_each_formula(number):
    python = {"not": "not ", "1": "True", "0": "False"}
    for example in strings("nesting", number):
        opened, values = [], []
        for place, (word, label) in enumerate(zip(example.words, example.labels, strict=True)):
            if word == "(":
                opened.append(place)
            if word != ")":
                assert label is None
                continue
            inner = "".join(example.words[opened.pop() : place + 1])
            values.append((inner, label))
        assert not opened
        for inner, label in values:
            assert label == str(int(evaluate(inner, python)))


def evaluate(text, python):
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

    for mark in ("(", ")", "and", "or", "not", "0", "1"):
        text = text.replace(mark, f" {mark} ")
    return eval(infix(text.split()))


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_trains_on_smaller_strings_than_it_tests(name):
    corpus = load_corpus(f"counting:{name}")
    assert [len(corpus.split(split)) for split in SPLITS] == [1000, 200, 200]
    deep = name in ("dyck2", "nesting")

    def measure(one):
        return max(one.facts["depth"]) if deep else len(one.words)

    seen = max(map(measure, (*corpus.train, *corpus.validation)))
    assert min(map(measure, corpus.test)) > seen
    labels = {label for split in SPLITS for one in corpus.split(split) for label in one.labels}
    assert labels - {None} == set(corpus.label_names)
    trained = {one.words for one in corpus.train}
    known = sum(one.words in trained for one in corpus.validation) / 200
    assert known <= {"anbn": 1, "dyck1": 0.25, "dyck2": 0.3, "nesting": 0.3, "agreement": 0.25}.get(name, 0)
    assert corpus.train == load_corpus(f"counting:{name}").train  # the same every time
    assert write_counting(name, seed=1).train != corpus.train or name == "anbn"


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_is_said_of_a_word_depends_on_the_words_up_to_it(name):
    said = {}
    for example in strings(name):
        for place, label in enumerate(example.labels):
            before = example.words[: place + 1]
            assert said.setdefault(before, label) == label


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


def test_a_training_without_a_task_is_of_tagging_and_reads_the_words_as_they_are(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = (
        "--data",
        "counting:anbn/4",
        "--limit",
        "60",
        "--units",
        "4",
        "--epochs",
        "1",
        "--cell",
        "gru",
    )
    done = cli("train", *arguments)
    assert done.code == 0, done.err
    assert 'next: nlp-lstm probe "a b"' in done.err
    read = cli("predict", "a a b b", "--run", "tagging-001")
    assert read.code == 0
    assert "(end)" not in read.out
    assert cli("evaluate", "tagging-001", "--split", "test").code == 0
