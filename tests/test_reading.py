"""How a corpus is read is decided once, told, recorded in the run, and then the same for every command."""

import json
from pathlib import Path
from typing import Any

import pytest

import nlp_lstm
from nlp_lstm import Request, load_corpus
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.corpora.text import warn_of
from nlp_lstm.errors import UnknownNameError, UsageError
from nlp_lstm.store.reading import encode, request_for

WORDS = Request("words")
TOKENIZED = "the sky is n't <unk> , it is blue .\nthe sea , too , is blue .\n" * 10
RAW = "The sky isn't grey, it's blue.\nThe sea, too, is blue.\n" * 10
SMALL: dict[str, Any] = {"epochs": 1, "units": 4, "embedding_dim": 3, "batch_size": 2}


def folder(path: Path, **texts: str) -> str:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (path / f"{name}.txt").write_text(text, encoding="utf-8")
    return f"text:{path}"


# already tokenized, or raw


@pytest.mark.parametrize(
    ("text", "tokenized", "why"),
    [
        (TOKENIZED, True, "10 lines hold <unk>"),
        (RAW, False, "no line holds <unk>"),
        (RAW + "an <unk> word, he said.\n", False, "but commas and the like stand at 31 words"),
        ("a <unk> word", True, "1 line holds <unk>"),
    ],
)
def test_the_text_tells_how_it_is_split_and_a_note_says_why(text, tokenized, why, tmp_path):
    corpus = load_corpus(folder(tmp_path, train=text, valid="the sky\n"), WORDS)
    assert corpus.tokenized is tokenized
    assert any(why in note for note in corpus.notes)
    asked = load_corpus(corpus.source, Request("words", tokenized=not tokenized))
    assert asked.tokenized is not tokenized
    assert "as asked" in asked.notes[0]


def test_streaming_splits_as_loading_does(tmp_path):
    for name, text in (("a", TOKENIZED), ("b", RAW), ("c", RAW + "an <unk> word, he said.\n")):
        source = folder(tmp_path / name, train=text, valid="it isn't.\n")
        for tokenized in (None, True, False):
            request = Request("words", tokenized=tokenized)
            loaded = load_corpus(source, request).validation
            assert tuple(stream_corpus(source, request, "validation").read()) == loaded


@pytest.fixture
def run(here):
    """A next-word run of tokenized text."""
    return nlp_lstm.train("next-word", folder(here / "text", train=TOKENIZED), run="r", **SMALL)


def test_a_run_reads_other_text_as_it_read_its_own(run, here):
    assert run.reading.tokenized is True
    other = "the sky is n't blue , it is red .\nisn't sea\n" * 12
    with_unk = folder(here / "b", train=other + "an <unk>\n", valid=other)
    without = folder(here / "a", train=other, valid=other)
    counts = {source: nlp_lstm.evaluate(run, source) for source in (with_unk, without)}
    figures = [report.comparisons[0].records()[1]["model"] for report in counts.values()]
    assert figures[0] == figures[1]
    assert load_corpus(without, request_for(run, without)).validation[1].words == ("isn't", "sea")
    raw = nlp_lstm.evaluate(run, without, tokenized=False)
    assert raw.comparisons[0].records()[1]["model"] != figures[0]


def test_a_typed_text_is_split_at_its_blanks_where_the_run_knows_the_pieces(run):
    assert encode(run, "the sky is n't blue , it").words == ("the", "sky", "is", "n't", "blue", ",", "it")
    assert encode(run, "the sky is blue, it isn't").words == (
        "the",
        "sky",
        "is",
        "blue",
        ",",
        "it",
        "is",
        "n't",
    )
    assert encode(run, "the sky is blue,", tokenized=True).words == ("the", "sky", "is", "blue,")
    sentence = encode(run, "  blue,  sky")
    assert ["  blue,  sky"[start:end] for start, end in sentence.offsets] == ["blue", ",", "sky"]
    said = nlp_lstm.predict("the sky is blue,", run, tokenized=True)
    assert said.facts["unknown_words"] == "blue,"


def test_the_command_line_has_both_ways(cli, run):
    assert cli("predict", "the blue,", "--run", "r", "--tokenized", "--json").code == 0
    told = json.loads(cli("predict", "the blue,", "--run", "r", "--tokenized", "--json").out)
    assert told["unknown_words"] == "blue,"
    raw = json.loads(cli("predict", "the blue,", "--run", "r", "--raw", "--json").out)
    assert raw["unknown_words"] is None


def test_a_word_that_is_swapped_in_is_split_as_the_sentence_is(run):
    report = nlp_lstm.probe("the sky is", [run], swap=(2, "blue,"), tokenized=True)
    assert report.traces[-1].words == ("the", "blue,", "is")
    with pytest.raises(UsageError, match="it is 2 words"):
        nlp_lstm.probe("the sky is", [run], swap=(2, "blue,"), tokenized=False)


def test_data_says_how_a_corpus_was_read(here, cli):
    source = folder(here / "text", train=TOKENIZED)
    assert "split at its blanks: 10 lines hold <unk>" in cli("data", source, "--task", "next-word").out
    assert "as asked" in cli("data", source, "--task", "next-word", "--raw").out


def test_a_run_reads_its_own_file_with_the_columns_that_it_was_told(here):
    rows = "".join(f"a fine film;{label}\n" for label in ("yes", "no") * 10)
    Path("reviews.csv").write_text(f"what;why\n{rows}", encoding="utf-8")
    told = {"text_column": "what", "label_column": "why", "separator": ";"}
    run = nlp_lstm.train("sentiment", "reviews.csv", run="r", **told, **SMALL)
    nlp_lstm.evaluate(run)
    for data in ("reviews.csv", "table:reviews.csv"):
        assert nlp_lstm.evaluate(run, data, split="train").facts["sentences"] == 18
        nlp_lstm.extract(run, data, data.replace(":", "-").replace(".", "-"))
    Path("others.csv").write_text(
        "text,label\na fine film,yes\nso dull,no\nso fine,yes\na dull film,no\n", encoding="utf-8"
    )
    assert nlp_lstm.evaluate(run, "others.csv").facts["sentences"] == 1


def test_an_option_that_is_none_is_refused(run):
    with pytest.raises(UnknownNameError, match="unknown option 'tokenised'"):
        nlp_lstm.evaluate(run, tokenised=True)


# one line, no blanks


def test_a_text_of_one_line_is_cut_so_that_some_of_it_can_be_set_aside(tmp_path):
    source = folder(tmp_path, train="one two three four five six seven eight nine ten " * 30)
    corpus = load_corpus(source, WORDS)
    words = sum(len(example.words) for example in (*corpus.train, *corpus.validation))
    assert (words, len(corpus.train), len(corpus.validation)) == (300, 18, 2)
    assert "the text is one line: it is read as 20 pieces" in corpus.notes
    for split in ("train", "validation"):
        stream = stream_corpus(source, WORDS, split)
        assert tuple(stream.read()) == corpus.split(split)
        assert stream.sentences == len(corpus.split(split))


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("天空是蓝色的所以小象在哭\n大海也是蓝色的没有人在看\n", True),
        ("天空 是 蓝色 的 ， 所以 小象 在 哭\n", False),
        ("ท้องฟ้าเป็นสีฟ้าดังนั้นลูกช้างจึงร้องไห้\n", True),
        ("하늘은 파랗고 아기 코끼리는 울고 있다\n", False),
        ("Bầu trời xanh nên chú voi con đang khóc\n", False),
    ],
)
def test_text_without_blanks_between_words_is_told(text, warned):
    assert bool(list(warn_of(text.splitlines()))) is warned


# a limit


def test_a_limit_is_spread_over_labeled_sentences_and_keeps_their_order(tmp_path):
    rows = [f"{'good' if row < 500 else 'bad'}\t{'yes' if row < 500 else 'no'}" for row in range(1000)]
    (tmp_path / "train.conll").write_text("\n\n".join(rows), encoding="utf-8")
    corpus = load_corpus(f"conll:{tmp_path}", limit=100)
    labels = [str(example.labels[0]) for example in corpus.train if example.labels]
    assert 30 < labels.count("yes") < 70
    assert labels == sorted(labels, reverse=True)
    assert load_corpus(f"conll:{tmp_path}", limit=100) == corpus


def test_a_limit_takes_the_first_lines_of_running_text(tmp_path):
    source = folder(tmp_path, train="".join(f"line {row}\n" for row in range(100)), valid="a\nb\n")
    assert [example.words[1] for example in load_corpus(source, WORDS, limit=3).train] == ["0", "1", "2"]


def test_a_run_records_which_sentences_its_limit_took(here):
    drawn = nlp_lstm.train("sentiment", limit=40, run="a", **SMALL)
    first = nlp_lstm.train("next-word", folder(here / "text", train=RAW), limit=15, run="b", **SMALL)
    assert drawn.data["limit_takes"] == "from all over a split"
    assert first.data["limit_takes"] == "the first of a split"


@pytest.mark.parametrize("request_", [Request(), WORDS], ids=["labels", "words"])
def test_extract_and_evaluate_choose_the_same_sentences(request_):
    loaded = load_corpus("mini", request_, limit=7).validation
    assert tuple(stream_corpus("mini", request_, "validation").choose(7)) == loaded


# a hash for each split


def test_a_test_file_that_appears_changes_nothing_that_training_read(here):
    source = folder(here / "text", train=TOKENIZED, valid=TOKENIZED)
    run = nlp_lstm.train("next-word", source, run="r", **SMALL)
    assert set(run.data["sha256"]) == {"train", "validation"}
    folder(here / "text", test=RAW)
    assert "changed" not in nlp_lstm.evaluate(run).facts
    folder(here / "text", valid=TOKENIZED + "more\n")
    assert "has changed since r was trained on it" in nlp_lstm.evaluate(run).facts["changed"]


# many texts at once


@pytest.fixture
def texts(here) -> Path:
    path = here / "texts.txt"
    path.write_text("\ufeffthe sky\n\nthe film is bad\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_predict_says_a_row_for_each_line(two_runs, texts, cli, task):
    run = nlp_lstm.load_run(f"{task}-001")
    told = json.loads(cli("predict", "--run", run.name, "--file", texts, "--json").out)
    rows = told["tables"][0]["rows"]
    assert [row["text"] for row in rows] == ["the sky", "", "the film is bad"]
    assert told["texts"] == 3
    name = "label" if task == "sentiment" else "next word 1"
    for row in (rows[0], rows[2]):
        alone = nlp_lstm.predict(row["text"], run).comparisons[0].records()
        assert row[name] == (alone[-1]["label"] if task == "sentiment" else alone[0]["next word"])
    assert rows[1][name] is None


def test_predict_as_csv_with_more_next_words(two_runs, texts, cli):
    done = cli("predict", "--run", "next-word-001", "--file", texts, "--top", "3", "--format", "csv")
    heading, *rows = done.out.splitlines()
    assert heading.split(",")[1:4] == ["text", "next word 1", "probability 1"]
    assert heading.split(",")[-1] == "unknown_share"
    assert len(rows) == 3
    assert rows[1] == "predictions,,,,,,,,"
    assert len(nlp_lstm.predict("the sky", "next-word-001", top=3).comparisons[0].rows) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Missing argument"),
        (("a", "--file", "texts.txt"), "leave out TEXT or --file"),
        (("the sky", "--top", "0"), "--top"),
    ],
)
def test_predict_refuses_what_makes_no_sense(two_runs, texts, cli, arguments, says):
    done = cli("predict", *arguments)
    assert done.code == 2
    assert says in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        (None, 66, "f.txt is not there: give --file the right path"),
        (b"the sky\n\xff\n", 65, "f.txt is not UTF-8 at byte 8"),
        (b" \n\n", 65, "f.txt is empty"),
        (b"the sky\n" + b"a " * 10_001, 65, "text 2: a sentence of 10001 words"),
    ],
)
def test_a_file_of_texts_that_cannot_be_read_is_told_in_one_line(two_runs, cli, raw, code, says):
    if raw is not None:
        Path("f.txt").write_bytes(raw)
    done = cli("predict", "--run", "sentiment-001", "--file", "f.txt")
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_only_line_ends_part_the_texts_of_a_file(two_runs, cli):
    Path("f.txt").write_bytes("the\u2028sky\x0cis\r\nblue\n".encode())
    told = json.loads(cli("predict", "--run", "sentiment-001", "--file", "f.txt", "--json").out)
    assert [row["text"] for row in told["tables"][0]["rows"]] == ["the\u2028sky\x0cis", "blue"]


# tagging


def test_tags_are_a_task_of_their_own(here, cli):
    rows = ["Ann\tname\nsings\tother", "Bob\tname\nreads\tother"] * 10
    Path("tags.conll").write_text("\n\n".join(rows), encoding="utf-8")
    done = cli("train", "--data", "conll:tags.conll", "--epochs", "1", "--units", "4", "--quiet")
    assert done.code == 0
    run = nlp_lstm.load_run("sentiment-001")
    assert any("train with --task tagging" in note for note in run.data["notes"])
    tagged = nlp_lstm.train("tagging", "conll:tags.conll", epochs=1, units=4)
    assert tagged.name == "tagging-001"
    assert not any("tagging" in note for note in tagged.data["notes"])
    assert "last_word_binary" not in tagged.metrics
    assert "last_word_binary" in run.metrics


def test_a_tagger_does_not_stand_in_for_the_two_models(two_runs, cli, new_run):
    new_run(Path("runs/tagging-001"), "tagging")
    told = json.loads(cli("probe", "the pasta was great", "--json").out)
    assert {trace["task"] for trace in told["traces"]} == {"next-word", "sentiment"}


def test_tags_have_no_side_even_if_they_are_called_positive(new_run, here):
    from nlp_lstm.views._sentence import shade

    meanings = {}
    for task in ("sentiment", "tagging"):
        run = new_run(Path(f"runs/{task}-009"), task)
        assert set(run.label_names) == {"negative", "neutral", "positive"}
        meanings[task] = shade(nlp_lstm.trace(run, "the film is bad")["layer_2"]).meaning
    assert "purple negative" in meanings["sentiment"]
    assert "purple" not in meanings["tagging"]
