"""A corpus that lies in files is the one that lies in memory: the same words, runs and figures."""

import csv
import json
import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_lstm import evaluate, load_run, train
from nlp_lstm.corpora import SPLITS, Corpus, Example, Request, _stored, hub, load_corpus, text
from nlp_lstm.corpora._stored import StoredExamples, hold
from nlp_lstm.errors import DataError, StorageError
from nlp_lstm.evaluation import words
from nlp_lstm.evaluation.baselines import (
    fit_blocks,
    fit_kneser_ney,
    kneser_ney_cross_entropy,
    ngram,
    ngram_blocks,
    stream_ngrams,
)
from nlp_lstm.evaluation.evaluate import unknown_share
from nlp_lstm.task import Encoded, load_task
from nlp_lstm.text import arrays
from nlp_lstm.text.arrays import Rows, join
from nlp_lstm.text.batches import stream_batches
from nlp_lstm.text.splitting import split_texts, split_words
from nlp_lstm.text.vocabulary import EOS, Vocabulary
from nlp_lstm.training.listing import data

WORDS = ("the", "sky", "sea", "isn't", "blue,", "<unk>", "Mr.", "’s", "naïve", "https://a.org/b", "(so)")
NEXT_WORD = Request("words")
TINY: dict[str, Any] = {"units": 4, "embedding_dim": 4, "epochs": 1, "batch_size": 4, "timesteps": 7}


@pytest.fixture
def in_files(monkeypatch: pytest.MonkeyPatch):
    """Return a function after whose call everything is kept in files, and gone over a little at a time."""

    def begin() -> None:
        for module, limits in {
            _stored: {"MOST_HELD": 30, "WORDS_AT_ONCE": 50},
            arrays: {"MOST_HELD": 20, "BLOCK": 64},
            ngram: {"BLOCK": 37},
            text: {"CHARACTERS_AT_ONCE": 100},
            words: {"SENTENCES": 5},
        }.items():
            for name, value in limits.items():
                monkeypatch.setattr(module, name, value)

    return begin


def write_text(file: Path, lines: int, seed: int = 0, mark: str = "") -> None:
    """Lines of random words, some of them blank."""
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(WORDS, random.integers(0, 9))) + mark for _ in range(lines)]
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")


def write_table(file: Path, rows: int) -> None:
    """A Parquet file of texts with the one label of each, some without."""
    import datasets

    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(WORDS[:5], random.integers(1, 9))) for _ in range(rows)]
    labels = [int(label) for label in random.integers(-1, 2, rows)]
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    table = datasets.Dataset.from_dict({"text": texts, "label": labels}, features=features)
    file.parent.mkdir(exist_ok=True)
    table.to_parquet(file)


def write_rows(file: Path, rows: int, seed: int = 2) -> None:
    """A table of texts with the one label of each, in CSV with quoted line ends."""
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(WORDS, random.integers(1, 9))) for _ in range(rows)]
    labels = [random.choice(["bad", "good", "fair"]) for _ in range(rows)]
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.suffix == ".jsonl":
            opened.writelines(
                json.dumps({"text": text, "label": label}) + "\n" for text, label in zip(texts, labels)
            )
        else:
            between = "\t" if file.suffix == ".tsv" else ","
            ends = [text.replace(" sea ", "\nsea ") for text in texts] if between == "," else texts
            csv.writer(opened, delimiter=between).writerows([("text", "label"), *zip(ends, labels)])


def sources(folder: Path) -> dict[str, Request]:
    """Corpora of every format that can be large."""
    write_text(folder / "raw.txt", 60)
    write_text(folder / "split" / "train.txt", 60, mark=" <unk> .")
    write_text(folder / "split" / "valid.txt", 20, seed=1, mark=" <unk> .")
    write_table(folder / "table.parquet", 60)
    (folder / "lists.csv").write_text(
        "tokens,labels\n" + "\"['the', 'sky']\",\"['a', 'b']\"\n" * 40, encoding="utf-8"
    )
    write_rows(folder / "rows.csv", 60)
    write_rows(folder / "rows.tsv", 60)
    write_rows(folder / "rows.jsonl", 60)
    return {
        f"text:{folder}/raw.txt": NEXT_WORD,
        f"text:{folder}/split": NEXT_WORD,
        f"table:{folder}/table.parquet": Request(),
        f"table:{folder}/lists.csv": Request(),
        **{f"table:{folder}/rows.{ending}": Request() for ending in ("csv", "tsv", "jsonl")},
    }


def in_memory(corpus: Corpus) -> Corpus:
    """The corpus with its splits as tuples."""
    return replace(corpus, **{split: tuple(getattr(corpus, split)) for split in SPLITS})


# Corpora


def test_a_stored_corpus_is_the_corpus(tmp_path, in_files):
    asked = sources(tmp_path)
    before = {source: load_corpus(source, request) for source, request in asked.items()}
    in_files()
    for source, request in asked.items():
        corpus, expected = load_corpus(source, request), before[source]
        assert isinstance(corpus.train, StoredExamples)
        assert isinstance(expected.train, tuple)
        assert in_memory(corpus) == expected
        assert corpus.sha256("train") == expected.sha256("train")
        assert corpus.sha256("validation") == expected.sha256("validation")
        built = [Vocabulary.build(example.words for example in one.train) for one in (corpus, expected)]
        assert built[0].words == built[1].words


@pytest.mark.parametrize("limit", [10, 25, 1000])
def test_a_limit_keeps_the_same_sentences_of_a_stored_corpus(tmp_path, in_files, limit):
    asked = sources(tmp_path)
    before = {source: load_corpus(source, request, limit) for source, request in asked.items()}
    in_files()
    for source, request in asked.items():
        assert in_memory(load_corpus(source, request, limit)) == before[source]


def test_examples_with_facts_are_held(in_files):
    in_files()
    assert isinstance(load_corpus("counting:copy/3", Request(), limit=30).train, tuple)


def test_a_stored_data_set_of_the_hub_is_the_data_set(here, in_files, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", here / "cache")
    write_table(here / "reviews" / "train.parquet", 60)
    asked = {request.predicts: request for request in (Request(), NEXT_WORD)}
    before = {name: load_corpus("hub:reviews", request) for name, request in asked.items()}
    in_files()
    monkeypatch.setattr(hub, "ROWS_AT_ONCE", 7)
    for name, request in asked.items():
        corpus = load_corpus("hub:reviews", request)
        assert isinstance(corpus.train, StoredExamples)
        assert in_memory(corpus) == before[name]


def test_data_tells_the_same_of_a_stored_corpus(tmp_path, in_files):
    write_text(tmp_path / "raw.txt", 60)
    before = data(f"text:{tmp_path}/raw.txt", task="next-word")
    in_files()
    assert data(f"text:{tmp_path}/raw.txt", task="next-word") == before


def test_stored_examples_are_a_sequence():
    examples = [Example(()), Example(("a",), ("x",)), Example(("a", "b"), ("x", None)), Example((), ())] * 2
    examples += [Example(("no", "labels")), Example(())]
    stored = StoredExamples(examples)
    assert list(stored) == list(stored) == examples
    assert [stored[row] for row in (0, 6, -1)] == [examples[row] for row in (0, 6, -1)]
    assert stored[2:5] == tuple(examples[2:5])
    assert examples[4] in stored
    with pytest.raises(IndexError):
        stored[10]
    with pytest.raises(DataError, match="with facts are not stored"):
        StoredExamples([Example(("a",), facts={"depth": (1,)})])


def test_a_row_that_cannot_be_read_is_told_alike(tmp_path, in_files):
    lines = ["the sky"] * 50 + ["x" * 20_000] + ["the sea"] * 50
    (tmp_path / "raw.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "table.csv").write_text("text\n" + "\n".join(lines), encoding="utf-8")
    texts, table = f"text:{tmp_path}/raw.txt", f"table:{tmp_path}/table.csv"
    asked = {texts: "raw.txt, line 51: ", table: "row 51 of train"}
    for begin in (lambda: None, in_files):
        begin()
        for source, told in asked.items():
            with pytest.raises(DataError, match=f"{told}.* characters without a blank"):
                load_corpus(source, NEXT_WORD)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6))
def test_many_texts_are_split_as_each_alone(texts):
    assert split_texts(texts) == [split_words(one) for one in texts]


# Files


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stored = StoredExamples([Example(("a", "b"))] * 100)
    joined = arrays._write([np.arange(10)], np.arange(10))
    assert list(tmp_path.iterdir()) == []
    assert stored[99].words == ("a", "b")
    assert joined.tolist() == list(range(10))


def test_a_temporary_folder_that_cannot_be_written_to_is_one_line(tmp_path, monkeypatch, in_files):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    in_files()
    with pytest.raises(StorageError, match=r"cannot write .*gone.*: No such file.*TMPDIR$"):
        hold([Example(("a", "b"))] * 100)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=40), max_size=12))
def test_joined_arrays_are_the_arrays(rows):
    pieces = [np.array(row, np.int32) for row in rows]
    mapped = arrays._write([np.zeros(1, np.int32), *pieces], np.zeros(1, np.int32))
    arrays.forget(mapped)  # which takes memory alone
    for joined in (mapped, join([np.zeros(1, np.int32), *pieces])):
        assert joined.tolist() == [0, *(number for row in rows for number in row)]
    found = Rows(pieces)
    assert [one.tolist() for one in found] == rows
    assert found.lengths.tolist() == list(map(len, rows))


# Training and evaluation


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 90), st.integers(1, 7), st.integers(2, 12), st.data())
def test_a_stream_from_a_word_on_is_the_rolled_stream(size, batch_size, timesteps, data):
    start = data.draw(st.integers(0, size - 1))
    ids = np.random.default_rng(size).integers(3, 99, size + 1, np.int32)
    inputs, targets = ids[:-1], ids[1:]
    rolled = stream_batches(np.roll(inputs, -start), np.roll(targets, -start), batch_size, timesteps)
    for one, expected in zip(
        stream_batches(inputs, targets, batch_size, timesteps, start), rolled, strict=True
    ):
        for name in ("inputs", "targets", "sample_weight"):
            found, wanted = getattr(one, name), getattr(expected, name)
            np.testing.assert_array_equal(found, wanted)
            assert found.dtype == wanted.dtype


def test_an_epoch_is_read_from_the_word_that_was_drawn():
    ids = np.arange(3, 50, dtype=np.int32)
    task = load_task("next-word")
    chosen = task.changed_settings({"batch_size": 2, "timesteps": 5})
    stream = Encoded([ids[:-1]], [ids[1:]], stream=True)
    first = next(task.batches(chosen, stream.from_word(7), np.random.default_rng(0)))
    assert first.inputs[0].tolist() == ids[7:12].tolist()


@pytest.mark.parametrize("task", ["next-word", "sentiment"])
def test_a_run_on_a_stored_corpus_is_the_same_run(here, in_files, task):
    write_text(here / "raw.txt", 60)
    write_table(here / "table.parquet", 60)
    source = "raw.txt" if task == "next-word" else "table.parquet"
    tables = []
    for name in ("memory", "files"):
        train(task, source, run=name, **TINY)
        report = evaluate(name, split="train")
        tables.append([[*table.records()] for table in report.comparisons] + [report.facts["unknown_share"]])
        in_files()
    memory, files = load_run("memory"), load_run("files")
    for name, values in memory.weights.items():
        np.testing.assert_array_equal(files.weights[name], values)
    assert memory.vocabulary.words == files.vocabulary.words
    assert memory.data == files.data
    for one, other in zip(memory.history, files.history, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
    assert flatten(tables[1]) == pytest.approx(flatten(tables[0]), rel=1e-12)
    assert flatten(files.metrics) == pytest.approx(flatten(memory.metrics), rel=1e-12)


def flatten(value: Any) -> list[Any]:
    """The numbers in tables or records, in order, and everything else as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [number for one in value for number in flatten(one)]
    return [value] if isinstance(value, float | int) else []


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_ngrams_counted_in_parts_are_those_counted_at_once(in_files, order, fresh):
    stream = np.random.default_rng(order).integers(0, 7, 500).astype(np.int32)
    whole = stream_ngrams(stream, EOS, order=order, fresh=fresh)
    model = fit_kneser_ney(whole, 7)
    entropy = kneser_ney_cross_entropy(stream, stream[:99], 7, EOS, order=order, fresh=fresh)
    in_files()
    parts = list(ngram_blocks(stream, EOS, order=order, fresh=fresh))
    assert len(parts) == 14
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    again = fit_blocks(parts, 7)
    np.testing.assert_array_equal(again.probabilities(whole), model.probabilities(whole))
    assert kneser_ney_cross_entropy(stream, stream[:99], 7, EOS, order=order, fresh=fresh) == pytest.approx(
        entropy, rel=1e-12
    )


@pytest.mark.parametrize("ending", ["txt", "csv", "tsv", "jsonl"])
def test_memory_does_not_follow_the_length_of_the_text(here, monkeypatch, ending):
    for module, name in ((_stored, "MOST_HELD"), (arrays, "MOST_HELD"), (arrays, "BLOCK"), (ngram, "BLOCK")):
        monkeypatch.setattr(module, name, 2000)
    monkeypatch.setattr(_stored, "WORDS_AT_ONCE", 500)
    monkeypatch.setattr(text, "CHARACTERS_AT_ONCE", 2000)
    write, reader = (write_text, "text") if ending == "txt" else (write_rows, "table")
    task, request = ("next-word", NEXT_WORD) if ending == "txt" else ("sentiment", Request())
    for folder in ("short", "long"):
        write(here / folder / f"valid.{ending}", 20)
        write(here / folder / f"train.{ending}", 1000)
    first, _, once = (here / "short" / f"train.{ending}").read_text(encoding="utf-8").partition("\n")
    (here / "long" / f"train.{ending}").write_text(first + "\n" + once * 6, encoding="utf-8")
    peaks = []
    for folder in ("short", "short", "long"):  # once to load what is loaded when it is needed
        tracemalloc.start()
        corpus = load_corpus(f"{reader}:{folder}", request)
        vocabulary = Vocabulary.build(example.words for example in corpus.train)
        encoded = load_task(task).encode(corpus.train, vocabulary, corpus.label_names)
        if task == "next-word":
            fit_blocks(ngram_blocks(encoded.targets[0], EOS), len(vocabulary))
        corpus.sha256("train")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    places = 2 * 8 * 5000 if task == "sentiment" else 0  # where the words and labels of each sentence begin
    assert peaks[2] < 1.1 * peaks[1] + places


def test_the_unknown_share_of_no_words_is_none(here, new_run):
    run = new_run(here / "run", "next-word")
    assert unknown_share(run, [Example(()), Example(())]) == 0.0
    assert unknown_share(run, [Example(("zzz", run.vocabulary.words[3]))]) == 0.5
