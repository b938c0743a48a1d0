"""A streamed split holds the sentences that `load_corpus` gives, and refuses what it refuses."""

from pathlib import Path

import pytest

from nlp_lstm.corpora import SPLITS, Request, load_corpus
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import NlpLstmError

NEXT_WORD = Request("words")
RAW = "The keys aren't here.\n\nMr. Smith’s 1,000 dogs\n  \nlast line"
SPLIT = " the <unk> is n't here . \n\n = Heading = \nN <unk> a.m.\n"
FOLDERS = {
    "all three, raw": {"train.txt": RAW, "valid.txt": "It isn't.", "test.txt": "no end of line"},
    "all three, split before": {
        "wiki.train.tokens": RAW,
        "wiki.valid.tokens": SPLIT,
        "wiki.test.tokens": RAW,
    },
    "no validation": {
        "train.txt": "\n".join(f"line {row} isn't <unk>" for row in range(45)),
        "test.txt": SPLIT,
    },
    "no validation, two lines": {"train.txt": "one\ntwo\n"},
    "line ends and BOM": {"train.txt": "\ufeffa b\r\nc\rd\n\n", "dev.txt": "x\r\n\r\n"},
    "blank lines at the end": {"train.txt": "a b\n\n\n\n", "dev.txt": "\n\nb"},
    "odd spaces": {"train.txt": "a\u2028b\x0cc\x1cd\u00a0e\x85f\na\n", "dev.txt": "b"},
}


def write(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return f"text:{folder}"


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", FOLDERS)
def test_running_text_is_streamed_as_it_is_loaded(name, split, tmp_path):
    source = write(tmp_path, FOLDERS[name])
    corpus = load_corpus(source, NEXT_WORD)
    if not getattr(corpus, split):
        with pytest.raises(NlpLstmError) as loaded:
            corpus.split(split)
        with pytest.raises(NlpLstmError) as streamed:
            stream_corpus(source, NEXT_WORD, split)
        assert str(streamed.value) == str(loaded.value)
        return
    stream = stream_corpus(source, NEXT_WORD, split)
    assert tuple(stream.read()) == tuple(stream.read()) == corpus.split(split)
    assert stream.sentences == len(corpus.split(split))


def test_other_formats_are_streamed_as_they_are_loaded():
    stream = stream_corpus("mini", split="test")
    examples = load_corpus("mini").test
    assert tuple(stream.read()) == examples
    assert stream.sentences == len(examples)
    assert stream.sha256 != stream_corpus("mini", split="validation").sha256


def test_the_hash_tells_a_changed_text(tmp_path):
    source = write(tmp_path, {"train.txt": "a b\nc", "dev.txt": "d"})
    before = stream_corpus(source, NEXT_WORD).sha256
    assert stream_corpus(source, NEXT_WORD).sha256 == before
    write(tmp_path, {"train.txt": "a\nb c"})
    assert stream_corpus(source, NEXT_WORD).sha256 != before


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"dev.txt": "a"},
        {"train.txt": ""},
        {"train.txt": "\n \n"},
        {"train.txt": "a", "dev.txt": "\n"},
        {"train.txt": "one line"},
        {"train.txt": "a", "my_train.txt": "b"},
        {"train.txt": "a\nb\udcff"},
    ],
    ids=repr,
)
def test_what_loading_refuses_streaming_refuses_in_the_same_words(files, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(NlpLstmError) as loaded:
        load_corpus(f"text:{tmp_path}", NEXT_WORD)
    with pytest.raises(type(loaded.value)) as streamed:
        stream_corpus(f"text:{tmp_path}", NEXT_WORD)
    assert str(streamed.value) == str(loaded.value)


@pytest.mark.parametrize(
    ("source", "split", "says"),
    [
        ("mini", "dev", "unknown split 'dev'"),
        ("nothing", "train", "unknown corpus reader 'nothing'"),
        ("text:missing", "train", "'missing' is not there"),
        ("text:", "train", "no path is given"),
    ],
)
def test_what_is_not_there_is_told(source, split, says):
    with pytest.raises(NlpLstmError, match=says):
        stream_corpus(source, NEXT_WORD, split)
