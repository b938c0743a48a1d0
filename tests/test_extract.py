"""An extracted corpus says what `trace` and `predict` say, opens elsewhere, and outlives what cuts it."""

import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.corpora import Example, Request, load_corpus
from nlp_lstm.corpora.streaming import Stream
from nlp_lstm.corpus_states import extracting, planning, rows
from nlp_lstm.corpus_states.extracting import extract
from nlp_lstm.corpus_states.manifests import WORD_COLUMNS, read_manifest
from nlp_lstm.corpus_states.shards import read_groups, shard_numbers
from nlp_lstm.errors import NlpLstmError, StorageError, UsageError
from nlp_lstm.store.run import load_run

TEXT = "the sky is blue\n\nthe baby elephant is crying because the unheard sky is cold\nthe\n" * 40
# What extracts in a process of its own, in shards of 100 words; says so after each.
SCRIPT = """
import sys, nlp_lstm.corpus_states.planning as planning
planning.SHARD_WORDS = 100
if __name__ == "__main__":
    sys.argv[0] = "nlp-lstm"
    from nlp_lstm.cli import main
    main()
"""
OPTIONS = ("extract", "next-word-001", "--data", "text:long.txt")


@pytest.fixture
def small_shards(monkeypatch) -> None:
    """Shards of 100 words or little more."""
    monkeypatch.setattr(planning, "SHARD_WORDS", 100)


def read(folder: str) -> dict[str, Any]:
    """All columns of a folder, the shards one after the other."""
    manifest = read_manifest(Path(folder))
    names = [*WORD_COLUMNS, *manifest.state_columns]
    groups = [
        group
        for number in shard_numbers(Path(folder), manifest)
        for group in read_groups(Path(folder), number, names)
    ]
    words = {name: [value for group in groups for value in group[name]] for name in WORD_COLUMNS}
    return words | {name: np.concatenate([group[name] for group in groups]) for name in names[len(words) :]}


def files(folder: str) -> dict[str, bytes]:
    """Name -> content of all files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def start(*arguments: str, **options) -> subprocess.Popen[str]:
    """Start a command in shards of 100 words, in a session of its own."""
    Path("script.py").write_text(SCRIPT)
    command = [sys.executable, "script.py", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options
    )


def ends(group: int, seconds: float = 5) -> bool:
    """Whether all processes of a group are gone within some seconds."""
    for _ in range(int(seconds * 20)):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


# what the rows say


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_a_row_is_what_trace_and_predict_say_of_the_word(task, two_runs, small_shards):
    run = load_run(f"{task}-001")
    parts = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    extract(run, "mini", "states", "validation", parts=parts, limit=40)
    found = read("states")
    examples = load_corpus("mini", Request(run.predicts), limit=40).validation
    assert found["word"] == [word for example in examples for word in example.words]
    at = 0
    for number, example in enumerate(examples, start=1):
        words = len(example.words)
        row, at = slice(at, at + words), at + words
        assert found["sentence_number"][row] == [number] * words
        assert found["word_number"][row] == list(range(1, words + 1))
        text = " ".join(example.words)
        for layer, trace in enumerate(nlp_lstm.trace(run, text).values(), start=1):
            assert trace.words == example.words
            for part in parts:
                states = found[f"layer_{layer}/{part}"][row]
                np.testing.assert_allclose(states, trace.parts[part], rtol=0, atol=1e-6)
        if task == "sentiment":
            said = nlp_lstm.predict(text, run).comparisons[0]
            assert found["prediction"][row] == [label for label, _ in said.values]
            assert tuple(found["label"][row]) == example.labels
        else:
            said = nlp_lstm.predict(text, run).comparisons[0]
            assert found["prediction"][row][-1] == said.rows[0]
            known = [word if word in run.vocabulary.words else "<unk>" for word in example.words[1:]]
            assert found["label"][row] == [*known, "<eos>"]
    assert at == len(found["word"])


def test_the_manifest_says_what_is_in_the_folder(two_runs, small_shards):
    report = extract("next-word-001", "mini", "states", "test", layers=[2], dtype="float16", limit=30)
    manifest = json.loads(Path("states/manifest.json").read_text())
    run, found = load_run("next-word-001"), read("states")
    assert manifest["run_sha256"] == run.sha256
    assert (manifest["run"], manifest["task"], manifest["status"]) == (run.name, "next-word", "finished")
    assert (manifest["data"], manifest["split"], manifest["limit"]) == ("mini", "test", 30)
    assert manifest["versions"]["nlp-lstm"] == nlp_lstm.__version__
    assert manifest["sentences"] == report.facts["sentences"] == 30
    assert manifest["words"] == report.facts["words"] == len(found["word"])
    assert manifest["shards"] == report.facts["shards"] == len(files("states")) - 1 > 2
    assert list(manifest["columns"]) == list(found)
    for name in ("layer_2/cell_state", "layer_2/hidden_state"):
        assert manifest["columns"][name] == {"dtype": "float16", "shape": [5]}
        assert found[name].dtype == np.float16
        assert found[name].shape == (manifest["words"], 5)
    assert 0 < report.facts["outside_the_cell"] < 1
    assert sum(float(share or 0) for (share,) in report.comparisons[0].values) == pytest.approx(1)


def test_blank_lines_keep_their_number_and_unknown_words_are_told(two_runs):
    Path("a.txt").write_text("\nThe SKY is <unk> unheard\n\n\nblue\n\n")
    Path("valid.txt").write_text("the")
    folder = Path("data")
    folder.mkdir()
    Path("a.txt").rename(folder / "train.txt")
    Path("valid.txt").rename(folder / "valid.txt")
    extract("next-word-001", "text:data", "states")
    found = read("states")
    assert found["sentence_number"] == [2, 2, 2, 2, 2, 5]
    assert found["word"] == ["The", "SKY", "is", "<unk>", "unheard", "blue"]
    assert found["label"] == ["sky", "is", "<unk>", "<unk>", "<eos>", "<eos>"]
    assert "[PAD]" not in found["prediction"]
    assert read_manifest(Path("states")).sentences == 6
    extract("sentiment-001", "text:data", "labels")
    assert read("labels")["label"] == [None] * 6


def test_shards_are_whole_sentences_of_the_size_asked_for(two_runs, small_shards):
    extract("sentiment-001", "mini", "states", "validation", limit=60)
    before = 0
    for number in shard_numbers(Path("states"), read_manifest(Path("states")))[:-1]:
        (group,) = read_groups(Path("states"), number, ["sentence_number", "word_number"])
        assert 100 <= len(group["word_number"]) < 140
        assert group["word_number"][0] == 1
        assert group["sentence_number"][0] == before + 1
        before = group["sentence_number"][-1]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_long_sentence_is_read_in_pieces_with_the_states_carried(cell, here, new_run, monkeypatch):
    run = new_run(Path("run"), "next-word", cell=cell)
    Path("train.txt").write_text("the sky\n" + "the baby elephant is crying " * 9 + "\nthe\nis blue")
    extract(run, "text:train.txt", "whole")
    monkeypatch.setattr(rows, "PLACES", 7)
    extract(run, "text:train.txt", "pieces")
    whole, pieces = read("whole"), read("pieces")
    assert len(list(read_groups(Path("pieces"), 1, ["word"]))) > 5
    for name, values in whole.items():
        if name in WORD_COLUMNS:
            assert pieces[name] == values
        else:
            np.testing.assert_allclose(pieces[name], values, rtol=0, atol=1e-6)


def test_other_tools_open_the_folder(two_runs, small_shards):
    datasets, pandas = pytest.importorskip("datasets"), pytest.importorskip("pandas")
    for dtype in ("float32", "float16"):
        extract("sentiment-001", "mini", dtype, "test", dtype=dtype, limit=40)
        expected = read(dtype)
        loaded = datasets.load_dataset(
            "parquet", data_files=f"{dtype}/*.parquet", split="train", cache_dir="cache"
        ).with_format("numpy")
        assert loaded.column_names == list(expected)
        assert list(loaded["word"]) == expected["word"]
        np.testing.assert_array_equal(
            np.stack(list(loaded["layer_2/cell_state"])), expected["layer_2/cell_state"]
        )
    frame = pandas.read_parquet(sorted(Path("float32").glob("*.parquet")))
    assert list(frame["label"]) == expected["label"]
    states = np.stack(list(frame["layer_1/hidden_state"]))
    np.testing.assert_array_equal(states, read("float32")["layer_1/hidden_state"])


def test_polars_opens_the_folder(two_runs, small_shards):
    polars = pytest.importorskip("polars")
    extract("sentiment-001", "mini", "states", "test", limit=40)
    frame = polars.read_parquet("states/*.parquet")
    np.testing.assert_array_equal(
        frame["layer_2/cell_state"].to_numpy(), read("states")["layer_2/cell_state"]
    )
    assert frame["word"].to_list() == read("states")["word"]


# streams


def test_no_more_is_read_than_the_next_shards_need(two_runs, small_shards, monkeypatch):
    taken = 0

    def endless():
        nonlocal taken
        for taken in count(1):  # noqa: B007
            yield Example(("the", "sky", "is", "blue"))

    stream = Stream("endless", "train", 10**9, "", endless)
    monkeypatch.setattr(extracting, "stream_corpus", lambda *_: stream)
    seen = []

    def stop(progress):
        seen.append(taken * 4 - progress.words)
        if len(seen) == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract("sentiment-001", "mini", "states", report=stop)  # reads the stream above
    assert seen == [0] * 20


# workers


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_any_number_of_workers_writes_the_same_files(task, two_runs, small_shards):
    for workers in (1, 2):
        extract(f"{task}-001", "mini", f"by-{workers}", "test", workers=workers, limit=150)
    assert files("by-1") == files("by-2")
    assert len(files("by-1")) > 10


# cut short


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_and_resumed_it_comes_to_the_same(workers, two_runs, small_shards):
    Path("long.txt").write_text(TEXT * 30)
    extract("next-word-001", "text:long.txt", "whole")
    with start(*OPTIONS, "--output", "cut", "--workers", workers) as running:
        assert running.stderr
        running.stderr.readline()
        running.kill()
        running.stderr.read()  # ends when the last worker does
    before = files("cut")
    assert json.loads(before["manifest.json"])["status"] == "running"
    assert 1 < len(before) < len(files("whole"))
    (Path("cut") / ".states-00999.parquet.999999999.partial").write_text("half of a shard")
    resumed = start(*OPTIONS, "--output", "cut", "--workers", workers, "--resume")
    out, err = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, err
    assert "words: " in out
    assert files("cut") == files("whole")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_it_and_every_worker(workers, two_runs):
    Path("long.txt").write_text(TEXT * 60)
    running = start(*OPTIONS, "--output", "cut", "--workers", workers)
    assert running.stderr
    running.stderr.readline()
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "nlp-lstm: interrupted"
    assert "Traceback" not in err
    assert not [name for name in files("cut") if name.endswith(".partial")]
    assert ends(running.pid)


def test_a_finished_folder_resumes_to_itself(two_runs, small_shards):
    extract("sentiment-001", "mini", "states", "test", limit=40)
    before = files("states")
    (Path("states") / "states-00002.parquet").unlink()
    report = extract("sentiment-001", "mini", "states", "test", limit=40, resume=True)
    assert files("states") == before
    assert report.facts["words"] == read_manifest(Path("states")).words


def hashes(folder: str) -> dict[str, str]:
    """Name -> SHA-256 of the shards of a folder, as they are on the disk."""
    shards = sorted(Path(folder).glob("*.parquet"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shards}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_manifest_has_the_hash_of_every_shard_resumed_or_not(workers, two_runs, small_shards):
    options = {"data": "mini", "output": "states", "split": "test", "workers": workers, "limit": 40}
    extract("sentiment-001", **options)
    before = read_manifest(Path("states")).shard_sha256
    assert list(before.items()) == list(hashes("states").items())
    assert len(before) > 3
    for shard in ("states-00001.parquet", "states-00003.parquet"):
        (Path("states") / shard).unlink()
    extract("sentiment-001", **options, resume=True)
    assert read_manifest(Path("states")).shard_sha256 == before == hashes("states")


def test_a_shard_that_has_changed_is_not_taken_into_a_resumed_extraction(two_runs, small_shards, cli):
    options = ("extract", "sentiment-001", "--data", "mini", "--split", "test", "--limit", "40", "--quiet")
    assert cli(*options, "--output", "states").code == 0
    before, shard = files("states"), Path("states/states-00003.parquet")
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    for _ in range(2):  # the hash that was known is still known after an attempt that failed
        done = cli(*options, "--output", "states", "--resume")
        assert (done.code, done.out) == (65, "")
        says = f"{shard} is not as it was written: delete it and extract again with --resume"
        assert done.err == f"nlp-lstm: {says}\n"
    shard.unlink()
    assert cli(*options, "--output", "states", "--resume").code == 0
    assert files("states") == before


@pytest.mark.parametrize("most", [10, 2_000])
def test_a_full_disk_leaves_the_old_shards_whole(most, two_runs, small_shards):
    """The limit on a file's size stands in for the end of a disk."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = {}

    def fill(progress):
        before.update(files("states"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))

    try:
        with pytest.raises(
            StorageError, match=r"cannot write states/states-00002.parquet: .*--resume"
        ) as error:
            extract("sentiment-001", "mini", "states", "test", limit=40, report=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert error.value.exit_code == 74
    assert files("states") == before
    assert sorted(before) == ["manifest.json", "states-00001.parquet"]
    extract("sentiment-001", "mini", "states", "test", limit=40, resume=True)
    extract("sentiment-001", "mini", "whole", "test", limit=40)
    assert files("states") == files("whole")


def test_a_worker_s_full_disk_is_one_line(two_runs):
    Path("long.txt").write_text(TEXT)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    done = start(*OPTIONS, "--output", "cut", "--workers", "2", "--quiet", preexec_fn=limit)
    out, err = done.communicate(timeout=60)
    assert (done.returncode, out) == (74, "")
    assert re.fullmatch(r"nlp-lstm: cannot write cut/states-0000\d.parquet: .*\n", err)
    assert os.listdir("cut") == ["manifest.json"]


# bad input


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ({"output": "full"}, 2, "full exists: give another --output, or --resume to continue it"),
        ({"output": "file"}, 2, "file exists: give another --output"),
        ({"output": "/proc/states"}, 74, "cannot write to /proc/states: "),
        ({"resume": True}, 66, "states has no manifest.json, there is nothing to continue"),
        ({"output": "full", "resume": True}, 66, "full has no manifest.json"),
        ({"run": "nothing"}, 66, "no run 'nothing'"),
        ({"data": "text:nothing"}, 66, "'nothing' is not there"),
        ({"data": "sst2:a"}, 2, "unknown corpus reader 'sst2'"),
        ({"split": "dev"}, 2, "unknown split 'dev'"),
        ({"parts": ["carry"]}, 2, "unknown part of lstm 'carry': the known ones are input_gate, "),
        ({"layers": [3]}, 2, "layer is 3: sentiment-001 has the layers 1 to 2"),
        ({"layers": [0]}, 2, "layer is 0"),
        ({"dtype": "float64"}, 2, "unknown dtype 'float64': did you mean float16 or float32? The known ones"),
        ({"workers": 0}, 2, "workers is 0: it must be at least 1"),
        ({"limit": 0}, 2, "limit is 0: it must be at least 1"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_written(options, code, says, two_runs):
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    Path("file").write_text("mine")
    before = sorted(path.name for path in Path().rglob("*"))
    with pytest.raises(NlpLstmError) as error:
        extract(**{"run": "sentiment-001", "data": "mini", "output": "states"} | options)
    assert error.value.exit_code == code
    assert str(error.value).startswith(says)
    assert sorted(path.name for path in Path().rglob("*")) == before


def test_a_read_only_folder_is_told(two_runs, monkeypatch):
    """Root may write anywhere, so the system's refusal is played."""

    def refuse(path, mode="r", *arguments, **options):
        if mode == "wb":
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *arguments, **options)

    opened = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    Path("states").mkdir()
    says = "cannot write states/manifest.json: Permission denied; give another --output"
    with pytest.raises(StorageError, match=says):
        extract("sentiment-001", "mini", "states")
    assert os.listdir("states") == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"run": "next-word-001"}, "was made with sentiment-001, not with this next-word-001"),
        ({"data": "text:long.txt"}, "was made with data mini, not text:long.txt"),
        ({"split": "validation"}, "was made with split test, not validation"),
        (
            {"parts": ["cell_state"]},
            r"was made with parts .*cell_state.*hidden_state.*, not \('cell_state',\)",
        ),
        ({"layers": [1]}, r"was made with layers \(1, 2\), not \(1,\)"),
        ({"dtype": "float16"}, "was made with dtype float32, not float16"),
        ({"limit": 7}, "was made with limit 20, not 7"),
    ],
)
def test_only_the_same_extraction_is_gone_on_with(options, says, two_runs):
    Path("long.txt").write_text(TEXT)
    asked = {"run": "sentiment-001", "data": "mini", "output": "states", "split": "test", "limit": 20}
    extract(**asked)
    before = files("states")
    with pytest.raises(UsageError, match=f"states {says}"):
        extract(
            **asked | options | {"split": options.get("split", "train" if "data" in options else "test")},
            resume=True,
        )
    assert files("states") == before


def test_a_run_or_text_that_has_changed_is_not_gone_on_with(two_runs, new_run):
    Path("long.txt").write_text(TEXT)
    extract("next-word-001", "text:long.txt", "states")
    Path("long.txt").write_text(TEXT.replace("sky", "elephant"))
    with pytest.raises(UsageError, match=r"text:long\.txt has changed since states was made"):
        extract("next-word-001", "text:long.txt", "states", resume=True)
    Path("long.txt").write_text(TEXT)
    extract("next-word-001", "text:long.txt", "states", resume=True)
    run = load_run("next-word-001")
    changed = replace(run, weights={**run.weights, "output/bias": run.weights["output/bias"] + 1})
    with pytest.raises(UsageError, match="states was made with another next-word-001"):
        extract(changed, "text:long.txt", "states", resume=True)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "not json", '{"format": 2}', '{"format": 2, "run": 3}', '{"format": 3, "versions": 3}'],
)
def test_a_damaged_manifest_is_one_line(content, two_runs, cli):
    Path("states").mkdir()
    Path("states/manifest.json").write_text(content)
    done = cli("extract", "sentiment-001", "--data", "mini", "--output", "states", "--resume")
    assert (done.code, done.out) == (65, "")
    assert done.err.startswith("nlp-lstm: states/manifest.json ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"format": 1}, "has format 1: this nlp-lstm reads format 2, extract again"),
        ({"format": "x"}, "has format 'x': this nlp-lstm reads format 2, extract again"),
        ({"format": 3}, "has format 3: this nlp-lstm reads format 2, install the one that wrote it"),
        (
            {"format": 3, "versions": {"nlp-lstm": "0.7.1"}},
            "has format 3: this nlp-lstm reads format 2, install nlp-lstm 0.7.1, which wrote it",
        ),
    ],
)
@pytest.mark.parametrize("command", ["extract", "find"])
def test_a_manifest_of_another_format_says_what_to_do(command, record, says, two_runs, cli):
    Path("states").mkdir()
    Path("states/manifest.json").write_text(json.dumps(record))
    options = ("sentiment-001", "--data", "mini", "--resume", "--output") if command == "extract" else ()
    done = cli(command, *options, "states", *(() if options else ("--unit", "1")))
    assert (done.code, done.out, done.err) == (65, "", f"nlp-lstm: states/manifest.json {says}\n")


# the command


def test_the_command_keeps_results_and_progress_apart(two_runs, cli):
    options = ("--data", "mini", "--split", "test", "--limit", "20", "--parts", "cell_state, hidden_state")
    done = cli("extract", "sentiment-001", *options, "--layers", "1,2", "--output", "states")
    assert done.code == 0
    assert re.fullmatch(r"100%  \d+ words  \d+ words/s\n", done.err)
    assert "words_per_second: " in done.out
    assert "outside_the_cell: 0." in done.out
    quiet = cli("extract", "sentiment-001", *options, "--output", "again", "--quiet", "--json")
    assert quiet.err == ""
    assert json.loads(quiet.out)["words"] == len(read("states")["word"])
    assert files("again") == files("states")
    assert cli("extract", "sentiment-001", *options, "--output", "states").code == 2
    wrong = cli("extract", "sentiment-001", *options, "--output", "b", "--layers", "first")
    assert (wrong.code, "'first' is not a list of numbers such as 1,2" in wrong.err) == (2, True)
