"""The grammar's corpora: what a student, a trainer and an analysis rely on."""

import os
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from nlp_lstm.corpora import SPLITS, Corpus, Request, load_corpus
from nlp_lstm.corpora._grammar_next_word import NEXT_WORD
from nlp_lstm.corpora._grammar_sentiment import FAULT, PRAISE, SENTIMENT, sentiment_facts
from nlp_lstm.corpora.mini import agreement_so_far, sentiment_so_far, write_corpus
from nlp_lstm.errors import UsageError

ARTICLE = "the sky is blue , therefore the baby elephant is crying ."
MARKS = {"negative": "-", "neutral": "", "positive": "+"}


@pytest.fixture(scope="module", params=["labels", "words"])
def corpus(request) -> Corpus:
    return load_corpus("mini", Request(request.param))


@pytest.fixture(scope="module")
def sentiment() -> Corpus:
    return load_corpus("mini", Request("labels"))


@pytest.fixture(scope="module")
def next_word() -> Corpus:
    return load_corpus("mini", Request("words"))


def vocabulary(corpus: Corpus) -> set[str]:
    return {word for example in corpus.train for word in example.words}


def marked(text: str) -> str:
    """The sentence with the sentiment in force behind every word: + or -, nothing if neutral."""
    words = text.split()
    return " ".join(word + MARKS[label] for word, label in zip(words, sentiment_so_far(words), strict=True))


# Both corpora


@pytest.mark.parametrize("predicts", ["labels", "words"])
def test_the_seed_decides_every_sentence(predicts):
    first, again, other = (write_corpus(predicts, seed) for seed in (3, 3, 4))
    assert first == again
    assert first.train[:50] != other.train[:50]


@pytest.mark.parametrize("predicts", ["labels", "words"])
def test_another_process_with_other_hashes_writes_the_same(predicts):
    code = (
        "from nlp_lstm.corpora import Request, load_corpus;"
        f"print(load_corpus('mini', Request({predicts!r})).sha256('test'))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == load_corpus("mini", Request(predicts)).sha256("test"), done.stderr


def test_no_sentence_is_in_two_splits(corpus):
    train, validation, test = ({example.words for example in corpus.split(name)} for name in SPLITS)
    assert not train & validation
    assert not (train | validation) & test
    assert len(corpus.train) == 4000
    assert len(validation) == len(test) == 500


def test_words_are_lowercase_and_split_like_the_users(corpus):
    for word in vocabulary(corpus):
        assert word == word.lower()
        assert word.isalpha() or word in {",", ".", "n't"}
    assert all(example.words[-1] == "." for example in corpus.train)
    assert max(len(example.words) for example in corpus.train) <= 40


def test_held_out_sentences_hold_known_words(corpus):
    known = vocabulary(corpus)
    assert 150 <= len(known) <= 260
    assert all(
        word in known for name in SPLITS[1:] for example in corpus.split(name) for word in example.words
    )


def test_no_sentence_says_a_an_wrongly(corpus):
    for example in corpus.train:
        for word, following in zip(example.words, example.words[1:], strict=False):
            assert not (word == "a" and following[0] in "aeiou"), example.words


def test_a_path_is_refused_in_one_line():
    with pytest.raises(UsageError, match=r"mini reads no file.*'some/folder'.*--data mini") as refusal:
        load_corpus("mini:some/folder")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("grammar", [SENTIMENT, NEXT_WORD], ids=["labels", "words"])
def test_the_article_s_sentence_is_in_the_language(grammar):
    assert grammar.accepts(tuple(ARTICLE.split()))
    assert not grammar.accepts(tuple(ARTICLE.replace("is crying", "are crying").split()))


def test_each_grammar_accepts_what_it_writes(sentiment, next_word):
    assert all(SENTIMENT.accepts(example.words) for example in sentiment.validation[:100])
    assert all(NEXT_WORD.accepts(example.words) for example in next_word.validation[:100])


def test_a_next_word_sentence_has_no_unknown_word_for_sentiment(sentiment, next_word):
    assert vocabulary(next_word) <= vocabulary(sentiment)


# Sentiment


@pytest.mark.parametrize(
    "expected",
    [
        "the film is good+ .+",
        "the film is not good- .-",
        "the film is n't very dull+ .+",
        "the film is hardly good- .-",
        "nobody hates+ the+ film+ .+",
        "the child does not like- the- film- .-",
        "the film is slow- but- moving+ .+",
        "the film is not slow+ but+ moving+ .+",
        "the film is not good- or- clever- .-",
        "the film is not about the sea , but the plot is dull- .-",
        "the film is not without charm+ .+",
        "the film has no charm- .-",
        "the film is long .",
        "the film is too long- .-",
        "the film is not too long+ .+",
        "the film is moving+ although+ the+ plot+ is+ weak+ .+",
        "although the plot is weak- ,- the- film- is- moving+ .+",
        "although the plot is weak- but- short- ,- the- film- is- not- moving- .-",
        "the film is moving+ although+ the+ plot+ is+ weak+ but+ silly+ .+",
        "the sky is blue , therefore the baby elephant is crying- .-",
        "",
    ],
)
def test_labels_follow_the_rules_a_reader_would_give(expected):
    assert marked(expected.replace("+", "").replace("-", "")) == expected


@pytest.mark.parametrize("negation", ["not", "never", "hardly", "n't"])
def test_negation_turns_every_judgement_over(negation):
    for praise, fault in zip(PRAISE.split(), FAULT.split(), strict=True):
        assert marked(f"it is {praise}") == f"it is {praise}+"
        assert marked(f"it is {negation} {praise}") == f"it is {negation} {praise}-"
        assert marked(f"it is {negation} {fault}") == f"it is {negation} {fault}+"


def test_negation_ends_with_its_clause():
    facts = sentiment_facts(["the", "film", "is", "not", "about", "the", "sea", ",", "it", "is", "good"])
    assert facts["negation_open"] == (False,) * 3 + (True,) * 4 + (False,) * 4
    assert facts["polarity"][-1] == 1


def test_a_label_depends_on_nothing_that_comes_later(sentiment):
    for example in sentiment.validation[:100]:
        for length in range(len(example.words)):
            assert sentiment_so_far(example.words[:length]) == (example.labels or ())[:length]


def test_every_word_has_a_label_and_its_facts(sentiment):
    assert sentiment.label_names == ("negative", "neutral", "positive")
    for example in sentiment.train:
        assert example.labels == sentiment_so_far(example.words)
        assert example.labels == tuple(sentiment.label_names[p + 1] for p in example.facts["polarity"])
        assert set(example.facts) >= {"polarity", "negation_open", "intensifier_open", "concession_open"}


def test_each_label_is_common(sentiment):
    counts = Counter(label for example in sentiment.train for label in example.labels or ())
    assert all(counts[name] >= 0.2 * counts.total() for name in sentiment.label_names)


def label_counts(corpus: Corpus) -> dict[str, Counter]:
    """How often each word has each label in train."""
    counts = defaultdict(Counter)
    for example in corpus.train:
        for word, label in zip(example.words, example.labels or (), strict=True):
            counts[word][label] += 1
    return counts


def test_a_label_cannot_be_looked_up(sentiment):
    counts = label_counts(sentiment)
    hits = [
        counts[word].most_common(1)[0][0] == label
        for example in sentiment.validation
        for word, label in zip(example.words, example.labels or (), strict=True)
    ]
    assert 0.5 <= sum(hits) / len(hits) <= 0.85


def test_judging_words_have_both_labels_and_other_words_all_three(sentiment):
    counts = label_counts(sentiment)
    assert all({"positive", "negative"} <= set(counts[word]) for word in (PRAISE + " " + FAULT).split())
    assert all(len(counts[word]) == 3 for word in ("the", "is", "about", "elephant"))


# Next word


def verbs(corpus: Corpus) -> list[tuple[str, dict]]:
    """Every agreeing verb of train, with the facts known there."""
    return [
        (word, {name: values[place] for name, values in example.facts.items()})
        for example in corpus.train
        for place, word in enumerate(example.words)
        if example.facts["agreeing_verb"][place]
    ]


def test_running_text_has_no_labels(next_word):
    assert next_word.label_names == ()
    assert all(example.labels is None for example in next_word.train)


def test_every_verb_agrees_with_its_subject(next_word):
    for verb, facts in verbs(next_word):
        assert facts["agreeing_verb"] == verb
        assert verb.endswith("s") == (facts["subject_number"] == "singular")
        assert facts["wrong_verb"].endswith("s") != verb.endswith("s")


def test_every_clause_has_one_agreeing_verb(next_word):
    for example in next_word.train:
        clauses = 1 + sum(word in {",", "because", "while"} for word in example.words)
        assert sum(verb is not None for verb in example.facts["agreeing_verb"]) == clauses, example.words


def test_verbs_stand_behind_attractors_often_enough_to_measure(next_word):
    counts = Counter(facts["attractors"] for _, facts in verbs(next_word))
    assert counts[1] + counts[2] >= 0.15 * counts.total()
    assert counts[2] >= 50
    both = {verb for verb, facts in verbs(next_word) if facts["attractors"]}
    assert {"is", "are", "was", "were", "has", "have", "looks", "look"} <= both


@pytest.mark.parametrize(
    ("text", "verb", "wrong", "subject", "attractor", "attractors"),
    [
        ("the keys to the cabinet are", "are", "is", "plural", "singular", 1),
        ("the key to the cabinets near the doors is", "is", "are", "singular", "plural", 2),
        ("the keys to the cabinets were", "were", "was", "plural", "plural", 0),
        ("the mice behind the house have", "have", "has", "plural", "singular", 1),
        ("the sky is blue , therefore the children look", "look", "looks", "plural", None, 0),
        ("the leaf is", "is", "are", "singular", None, 0),
    ],
)
def test_agreement_by_hand(text, verb, wrong, subject, attractor, attractors):
    last = {name: values[-1] for name, values in agreement_so_far(text.split()).items()}
    assert last == {
        "subject_number": subject,
        "attractor_number": attractor,
        "attractors": attractors,
        "agreeing_verb": verb,
        "wrong_verb": wrong,
    }


def test_a_clause_starts_without_a_subject():
    facts = agreement_so_far(["the", "sky", "is", "blue", ",", "the", "elephants", "are", "crying"])
    assert facts["subject_number"] == (None, *("singular",) * 3, None, None, *("plural",) * 3)


def test_agreement_of_no_words_is_empty():
    assert set(agreement_so_far(()).values()) == {()}


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("the keys to the cabinet are on the table .", True),
        ("the keys to the cabinet is on the table .", False),
        ("the key to the cabinets are on the table .", False),
        ("the grass is blue .", False),
    ],
)
def test_the_grammar_knows_right_from_wrong(sentence, right):
    assert NEXT_WORD.accepts(tuple(sentence.split())) == right


@pytest.mark.parametrize(
    ("fact", "answer"), [("the sky is", "blue"), ("the grass is", "green"), ("the ice is", "cold")]
)
def test_facts_repeat_and_never_change(next_word, fact, answer):
    lines = [" ".join(example.words) for example in next_word.train]
    answers = Counter(line.split(fact + " ")[1].split()[0] for line in lines if fact + " " in line)
    assert set(answers) == {answer}
    assert answers[answer] >= 100
