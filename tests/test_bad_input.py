"""Bad input: an exit code, one line that names the value, the rule and what to do, and nothing lost."""

import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from nlp_lstm import load_run, train
from nlp_lstm.cli._progress import Bar
from nlp_lstm.errors import DataError, StorageError
from nlp_lstm.store.run import save_run
from nlp_lstm.views import VIEWS

TINY = ("--limit", "60", "--units", "6", "--embedding-dim", "5", "--batch-size", "16", "--timesteps", "24")
FILES = ("run.json", "weights.safetensors", "tokenizer.json", "history.csv")


@pytest.fixture
def refused(cli) -> Callable[..., str]:
    """Return a function that runs a command, expects an exit code and gives the one line it says."""

    def call(code: int, *arguments: object) -> str:
        before = snapshot()
        done = cli(*arguments)
        assert done.code == code, done
        assert done.out == ""
        assert "Traceback" not in done.err
        assert done.err.startswith("nlp-lstm: ")
        assert done.err.count("\n") == 1, done.err
        assert snapshot() == before
        return done.err.removeprefix("nlp-lstm: ").rstrip("\n")

    return call


def snapshot() -> dict[str, bytes | None]:
    """Every file and folder of the working folder, with what it holds."""
    return {
        str(path): path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
        for path in Path().rglob("*")
    }


def in_subprocess(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "nlp_lstm", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


# commands and their arguments


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("foo",), "No such command 'foo': see `nlp-lstm --help`"),
        (("train", "--foo"), "No such option '--foo': see `nlp-lstm train --help`"),
        (("predict",), "Missing argument 'TEXT': see `nlp-lstm predict --help`"),
        (
            ("predict", "the", "sky", "is"),
            'quotes are missing around the text: `nlp-lstm predict "the sky is"`',
        ),
        (("train", "--units", "many"), "Invalid value for '--units': 'many' is not a valid integer"),
        (("train", "--cell", "x"), "unknown cell 'x': the known ones are "),
        (("train", "--train-as", "x"), "'x' is not one of 'twin', 'taught'"),
        (("train", "--limit", "0"), "0 is not in the range x>=1"),
        (("train", "--epochs", "0"), "epochs is 0: it must be at least 1"),
        (("train", "--dropout", "nan"), "dropout is nan: it must be a finite number, between 0 and 0.95"),
        (("train", "--vocab-size", "2"), "vocab_size is 2: it must be at least 4"),
        (("train", "--task", "x"), "unknown task 'x': the known ones are next-word, sentiment"),
        (("train", "--data", "x:y"), "unknown corpus reader 'x': the known ones are "),
        (("train", "--data", "text:"), "no path is given"),
        (("evaluate", "--split", "x"), "unknown split 'x': the known ones are train, validation, test"),
        (("probe", "hi", "--layer", "3"), "layer 3: next-word-001 has layers 1 to 2"),
        (("probe", "hi", "--layer", "0"), "layer 0: next-word-001 has layers 1 to 2"),
        (("probe", "hi", "--unit", "5"), "unit 5: next-word-001 has units 0 to 4"),
        (("probe", "hi", "--unit", "-1"), "unit -1: next-word-001 has units 0 to 4"),
        (
            ("probe", "hi", "--format", "pdf"),
            "unknown format 'pdf': the known ones are csv, html, json, netcdf, npz, png, svg, text",
        ),
        (("generate", "hi", "--words", "0"), "words is 0: it must be between 1 and 10000"),
        (("generate", "hi", "--top-k", "0"), "top_k is 0: it must be at least 1"),
        (("generate", "hi", "--seed", "-1"), "seed is -1: it must be at least 0"),
        (
            ("generate", "hi", "--run", "sentiment-001"),
            "sentiment-001 predicts labels: generate needs a run of `--task next",
        ),
        (("export", "sentiment-001", "a.h5"), "the file a.h5 must end in .keras"),
        (
            ("train", "--run", "runs/sentiment-001"),
            "runs/sentiment-001 exists: a run is never overwritten, give",
        ),
        (("train", "--run", "file"), "file exists: a run is never overwritten, give another --run"),
    ],
)
def test_usage_is_refused_in_one_line(two_runs, refused, arguments, says):
    Path("file").touch()
    assert says in refused(2, *arguments)


@pytest.mark.parametrize("temperature", ["-1.0", "nan", "inf", "-inf", "1e-310", "0.0009", "1000.1"])
def test_a_temperature_out_of_range_is_refused_with_the_range(two_runs, refused, temperature):
    said = refused(2, "generate", "hi", "--temperature", temperature)
    assert said == f"temperature is {temperature}: it must be 0 or between 0.001 and 1000"


def test_no_command_at_all_shows_the_help(cli):
    done = cli()
    assert (done.code, done.out) == (2, "")
    assert "Commands:" in done.err


@pytest.mark.parametrize(
    ("code", "arguments", "says"),
    [
        (66, ("predict", "hi"), "no run in runs/: train one with `nlp-lstm train --task sentiment`"),
        (66, ("probe", "hi"), "no run in runs/: train one with `nlp-lstm train --task sentiment`"),
        (
            66,
            ("generate", "hi"),
            "no next-word run in runs/: train one with `nlp-lstm train --task next-word`",
        ),
        (66, ("evaluate",), "no run in runs/"),
        (66, ("export", "x", "x.keras"), "no run 'x': `nlp-lstm runs` lists all runs"),
        (
            66,
            ("predict", "hi", "--run", "file"),
            "file is a file, a run is a folder: `nlp-lstm runs` lists all runs",
        ),
        (
            66,
            ("predict", "hi", "--run", "folder"),
            "folder is not a run, it has no run.json: `nlp-lstm runs` lists all",
        ),
        (66, ("train", "--init-from", "x"), "no run 'x'"),
        (66, ("train", "--vectors", "x"), "no vectors file 'x': give a file in GloVe's text format"),
        (
            66,
            ("train", "--data", "sst:x"),
            "'x' is not there: give --data with the right path, or --data mini",
        ),
        (66, ("train", "--data", "sst:folder"), "'folder' is a folder without a train file"),
        (
            65,
            ("train", "--data", "text:file", "--task", "next-word"),
            "file is empty: give a file with at least",
        ),
        (
            65,
            ("train", "--data", "text:words"),
            "words has no labels: add --task next-word, or ",
        ),
        (
            65,
            ("train", "--data", "text:bytes", "--task", "next-word"),
            "bytes is not UTF-8 at byte 4 (line 1)",
        ),
        (
            65,
            ("train", "--data", "conll:one"),
            "has the one label 'positive' in its training set: at least 2",
        ),
        (
            65,
            ("train", "--data", "sst:trees"),
            "trees, line 2: 1 brackets are not closed: every ( needs its )",
        ),
        (
            65,
            ("train", "--data", "conll:rows"),
            "rows, row 2: 'bad' is not a word and a label: write word<TAB>label",
        ),
        (
            65,
            ("train", "--data", "text:few", "--task", "next-word", "--batch-size", "500"),
            "smaller --batch-size",
        ),
        (65, ("train", "--min-count", "9999999"), "no word is seen 9999999 times: lower --min-count"),
        (74, ("train", "--run", "file/x"), "cannot write to "),
        (74, ("train", "--run", "/proc/x"), "cannot write to /proc: "),
    ],
)
def test_missing_and_broken_input_is_refused_in_one_line(here, refused, code, arguments, says):
    Path("folder").mkdir()
    Path("file").touch()
    Path("words").write_text("the sky\nis blue\n")
    Path("few").write_text("the sky\n" * 20)
    Path("bytes").write_bytes(b"the \xff sky\n")
    Path("one").write_text("good\tpositive\n\nfine\tpositive\n\nnice\tpositive\n")
    Path("trees").write_text("(1 (2 not) (3 good))\n(1 (2 not) (3 good)\n")
    Path("rows").write_text("good\tpositive\nbad\n")
    assert says in refused(code, *arguments)


# what contradicts the run to start from: next-word-001 has 2 layers of 5 units over 4 numbers per word


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--units", "6"), "units is 6 but the run next-word-001 has 5: leave it out"),
        (("--layers", "1"), "layers is 1 but the run next-word-001 has 2: leave it out"),
        (("--embedding-dim", "7"), "embedding_dim is 7 but the run next-word-001 has 4: leave it out"),
        (("--cell", "gru"), "cell is gru but the run next-word-001 has lstm: leave it out"),
        (("--vocab-size", "100"), "vocab_size is 100 but the run next-word-001 has 30000: leave it out"),
        (("--min-count", "2"), "min_count is 2 but the run next-word-001 has 1: leave it out"),
        (("--no-lowercase",), "lowercase is False but the run next-word-001 has True: leave it out"),
        (
            ("--vectors", "three.txt"),
            "the vectors three.txt have 3 numbers per word but the run next-word-001 has embedding_dim 4: "
            "give vectors of that dimension or another run",
        ),
        (
            ("--vectors", "three.txt", "--embedding-dim", "4"),
            "the vectors three.txt have 3 numbers per word but the run next-word-001 has embedding_dim 4: "
            "give vectors of that dimension or another run",
        ),
        (
            ("--preset", "sst", "--vectors", "three.txt"),
            "units is 300 in the preset sst but the run next-word-001 has 5: set units to 5 as well",
        ),
        (
            ("--preset", "sst", "--vectors", "three.txt", "--units", "6"),
            "units is 6 but the run next-word-001 has 5: make it 5",
        ),
        (
            ("--preset", "sst-scratch", "--no-subphrases", "--vectors", "three.txt", "--units", "5"),
            "the vectors three.txt have 3 numbers per word but the run next-word-001 has embedding_dim 4: "
            "give vectors of that dimension or another run",
        ),
        (
            ("--preset", "ptb-small", "--cell", "gru"),
            "cell is gru but the run next-word-001 has lstm: leave it out",
        ),
        (
            ("--preset", "wikitext-2", "--units", "5", "--embedding-dim", "4"),
            "vocab_size is 10000 in the preset wikitext-2 but the run next-word-001 has 30000: "
            "set vocab_size to 30000 as well",
        ),
    ],
)
def test_what_contradicts_the_run_to_start_from_is_refused(two_runs, refused, options, says):
    Path("three.txt").write_text("the 1 2 3\nsky 4 5 6\n")
    said = refused(2, "train", "--data", "mini", "--init-from", "next-word-001", *options)
    assert said == says


def test_a_run_of_another_cell_is_taken_over_unless_a_cell_is_asked_for(two_runs, new_run, refused):
    new_run(Path("gru"), "next-word", "gru")
    said = refused(2, "train", "--init-from", "gru", "--cell", "lstm")
    assert said == "cell is lstm but the run gru has gru: leave it out"
    assert train(init_from="gru", limit=20, epochs=1).settings.cell == "gru"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--embedding-dim", "5"), "embedding_dim is 5 but the vectors have 3: leave it out"),
        (
            ("--preset", "ptb-small"),
            "embedding_dim is 200 in the preset ptb-small but the vectors have 3: "
            "set embedding_dim to 3 as well",
        ),
        (
            ("--preset", "ptb-small", "--no-tie-weights", "--embedding-dim", "5"),
            "embedding_dim is 5 but the vectors have 3: make it 3",
        ),
        (
            ("--preset", "x"),
            "unknown preset 'x': the known ones are sst-scratch, sst, ptb-small, ptb-medium, wikitext-2, "
            "stories",
        ),
        (
            ("--preset", "ptb-small", "--task", "sentiment"),
            "task is sentiment but the preset ptb-small trains next-word: leave --task out",
        ),
    ],
)
def test_what_contradicts_the_vectors_or_the_preset_is_refused(here, refused, options, says):
    Path("three.txt").write_text("the 1 2 3\nsky 4 5 6\n")
    assert refused(2, "train", "--data", "mini", "--vectors", "three.txt", *options) == says


def test_vectors_that_hold_a_word_twice_are_read_and_told(here):
    Path("twice.txt").write_text("the 1 2 3\nsky 4 5 6\nThe 4 5 6\nthe 1 2 3\n")
    run = train(vectors="twice.txt", limit=20, epochs=1)
    told = "twice.txt holds words of the text more than once: the first counts; lines passed over: 1"
    assert told in run.data["notes"]


def test_the_files_of_a_preset_that_are_not_there_are_named(here, refused):
    said = refused(66, "train", "--preset", "ptb-small")
    assert said.startswith("the preset ptb-small needs data/ptb/ptb.train.txt: get it from ")
    assert said.endswith("or give --data text:DIR")


@pytest.mark.parametrize("command", ["predict", "probe", "generate"])
@pytest.mark.parametrize("text", ["", " \t\n "])
def test_a_text_without_words_is_refused(two_runs, refused, command, text):
    assert "has no words: give at least one" in refused(65, command, text)


@pytest.mark.parametrize("command", ["predict", "probe", "generate"])
def test_a_text_of_100_000_words_is_refused_with_the_limit(two_runs, refused, command):
    assert "a sentence of 100000 words: at most 10000 are read at once" in refused(
        65, command, "a " * 100_000
    )


def test_a_text_at_the_limit_is_read(two_runs, cli):
    done = cli("predict", "sky " * 10_000, "--run", "sentiment-001")
    assert done.code == 0
    assert len(done.out.splitlines()) > 10_000


def test_bytes_that_are_no_text_are_refused(two_runs, refused):
    assert "the text is not valid UTF-8 at character 1" in refused(
        65, "predict", b"a\xffb".decode("utf-8", "surrogateescape")
    )


def test_a_message_is_inert_whatever_it_quotes(two_runs, refused):
    said = refused(66, "predict", "hi", "--run", "\x1b[31m\nrun\udcff")
    assert "\x1b" not in said
    said.encode("utf-8")


def test_an_unknown_label_at_evaluation_is_named(two_runs, refused):
    Path("other").write_text("good\tjoyful\n\nbad\tsad\n\nso\tsad\n")
    said = refused(65, "evaluate", "sentiment-001", "--data", "conll:other")
    assert "conll:other: sentence " in said
    assert "this run knows negative, neutral, positive" in said


def test_the_hub_without_a_network_is_one_line(here):
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(here / "cache")}
    done = in_subprocess("data", "hub:stanfordnlp/imdb", env=offline)
    assert (done.returncode, done.stdout) == (66, "")
    assert done.stderr.startswith("nlp-lstm: the Hub cannot be reached for 'stanfordnlp/imdb'")
    assert done.stderr.rstrip().endswith("go online, or use --data table:PATH")
    assert done.stderr.count("\n") == 1


# runs that are damaged


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "damage",
    {
        "empty": lambda raw: b"",
        "cut": lambda raw: raw[: len(raw) * 2 // 3],
        "random": lambda raw: np.random.default_rng(0).bytes(5000),
        "zeros": lambda raw: bytes(len(raw)),
        "foreign": lambda raw: b'{"format": 2, "model": {"class_name": "Sequential"}}\n',
        "nested": lambda raw: b"[" * 100_000,
    }.items(),
    ids=lambda damage: damage[0],
)
def test_a_damaged_file_of_a_run_is_named(two_runs, refused, file, damage):
    path = Path("runs/sentiment-001", file)
    path.write_bytes(damage[1](path.read_bytes()))
    said = refused(65, "predict", "hi", "--run", "sentiment-001")
    assert said.startswith(f"the run runs/sentiment-001 is damaged: {path}")
    assert said.endswith("train it again")
    with pytest.raises(DataError):
        load_run("sentiment-001")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("instead", ["nothing", "folder"])
def test_a_missing_file_of_a_run_is_named(two_runs, refused, file, instead):
    path = Path("runs/sentiment-001", file)
    path.unlink()
    if instead == "folder":
        path.mkdir()
    said = refused(66, "probe", "hi", "--run", "sentiment-001")
    assert file in said
    assert "train it again" in said or "`nlp-lstm runs`" in said


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("model settings units", "many", "units is 'many': it must be a whole number"),
        ("model settings units", 6, "weights do not fit the settings: "),
        ("model settings layers", 3, "weights do not fit the settings: layer_3/bias, "),
        ("model settings cell", "transformer", "unknown cell 'transformer': the known ones are "),
        ("model settings hidden_size", 5, "unknown setting 'hidden_size': the known ones are cell, layers"),
        ("model settings", [1], "run.json has settings [1]: it must be an object"),
        ("model label_names", ["a", 2], "run.json has label_names ['a', 2]: it must be a list of strings"),
        ("model label_names", ["good"], "weights do not fit the settings: output/kernel"),
        ("model task", 7, "run.json has task 7: it must be a string"),
        ("results metrics accuracy", 3.5, "run.json has metrics {'accuracy': 3.5}: it must be an object of"),
        (
            "results metrics accuracy n",
            -1,
            "run.json, metric 'accuracy', has n -1: it must be a whole number",
        ),
        ("data limit", "few", "run.json has limit 'few': it must be a whole number or null"),
        ("data source", ["long"] * 99, "run.json has source ['long', 'long', 'long', 'long', 'long',...: it"),
        ("reading lowercase", False, "says of its reading lowercase False, but its vocabulary has True"),
        ("reading normalizer", [], "says of its reading normalizer (), but its vocabulary has ('straight"),
        ("module", "keras.layers.Lambda", "not the record of a run: 'module' missing or not expected"),
    ],
)
def test_a_changed_record_is_refused(two_runs, refused, where, value, says):
    change_record(Path("runs/sentiment-001"), where, value)
    said = refused(65, "predict", "hi", "--run", "sentiment-001")
    assert said.startswith("the run runs/sentiment-001 is damaged: ")
    assert says in said
    assert said.endswith("; train it again")


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("format", 1, "format 1, which was never released: train it again"),
        ("format", 3, "format 3: install nlp-lstm 9.8 or newer to read it"),
        (
            "reading ends_with_dash",
            True,
            "its reading has 'ends_with_dash', which this one does not know; insta",
        ),
        (
            "reading starts_with",
            "dots",
            "has 'starts_with', which this one does not know; install nlp-lstm 9.8 or",
        ),
        (
            "reading normalizer",
            ["straight apostrophes", "NFC"],
            "a newer nlp-lstm: its reading has 'NFC', which",
        ),
    ],
)
def test_a_run_of_another_version_is_not_damaged(two_runs, refused, where, value, says):
    folder = Path("runs/sentiment-001")
    change_record(folder, "model versions nlp-lstm", "9.8")
    change_record(folder, where, value)
    said = refused(65, "predict", "hi", "--run", "sentiment-001")
    assert said.startswith("runs/sentiment-001/run.json ")
    assert says in said
    change_record(folder, "model versions nlp-lstm", "\x1b[31m; rm -r / " * 99)
    assert "rm -r" not in refused(65, "predict", "hi", "--run", "sentiment-001")


def change_record(folder: Path, where: str, value: Any) -> None:
    """Change an entry of a run.json, named by the names that lead to it."""
    record = json.loads((folder / "run.json").read_text())
    *above, last = where.split()
    functools.reduce(lambda entry, name: entry[name], above, record)[last] = value
    (folder / "run.json").write_text(json.dumps(record))


def adopt(folder: Path, name: str) -> None:
    """Let a run's record say that a file of it is as it lies there."""
    content = (folder / name).read_bytes()
    described = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    record = json.loads((folder / "run.json").read_text())
    record["files"][name] = described
    (folder / "run.json").write_text(json.dumps(record))


@pytest.mark.parametrize("file", FILES[1:])
@pytest.mark.parametrize(
    "change",
    {
        "one bit": lambda raw: bytes([*raw[:-20], raw[-20] ^ 1, *raw[-19:]]),
        "cut by a byte": lambda raw: raw[:-1],
        "grown by a byte": lambda raw: raw + b"\n",
    }.items(),
    ids=lambda change: change[0],
)
def test_a_file_that_is_not_the_one_that_was_saved_is_refused(two_runs, refused, file, change):
    path = Path("runs/sentiment-001", file)
    path.write_bytes(change[1](path.read_bytes()))
    said = refused(65, "predict", "hi", "--run", "sentiment-001")
    assert said.startswith(
        f"the run runs/sentiment-001 is damaged: {path} is not the file that was saved: it "
    )
    assert said.endswith("; train it again")


def test_one_bit_of_a_record_is_refused_or_changes_what_it_says(two_runs, cli):
    """No hash guards `run.json`: what still parses must keep to the rules, and is never a traceback."""
    path = Path("runs/sentiment-001/run.json")
    raw, codes = path.read_bytes(), set()
    for place in range(0, len(raw), 7):
        path.write_bytes(bytes([*raw[:place], raw[place] ^ 4, *raw[place + 1 :]]))
        done = cli("predict", "hi", "--run", "sentiment-001")
        codes.add(done.code)
        assert done.err.count("\n") == bool(done.code), done.err
    assert codes == {0, 65}


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_40_gigabytes_is_refused_without_reading_it(two_runs, cli, file, monkeypatch):
    """It is sparse, so that it takes no room."""
    path = Path("runs/sentiment-001", file)
    os.truncate(path, 40_000_000_000)
    monkeypatch.setattr(Path, "open", _only_small(Path.open))
    done = cli("predict", "hi", "--run", "sentiment-001")
    assert (done.code, done.err.count("\n")) == (65, 1)
    assert f"{path} " in done.err
    assert "40,000,000,000 bytes" in done.err


def _only_small(opener: Callable[..., Any]) -> Callable[..., Any]:
    """A method of `Path` that opens no large file."""

    def call(path: Path, *arguments: Any, **options: Any) -> Any:
        assert path.stat().st_size < 1e9, path
        return opener(path, *arguments, **options)

    return call


def test_weights_of_another_run_or_kind_are_refused(two_runs, new_run, refused):
    run = load_run("sentiment-001")
    new_run(Path("gru"), "sentiment", "gru")
    shutil.copy("gru/weights.safetensors", "runs/sentiment-001")
    adopt(Path("runs/sentiment-001"), "weights.safetensors")
    assert "layer_1/kernel is (4, 15), expected (4, 20)" in refused(
        65, "predict", "hi", "--run", "sentiment-001"
    )
    bad = {name: values.astype(np.float64) for name, values in run.weights.items()}
    save_run(replace(run, path=Path("double"), weights=bad))
    assert "as float64: weights are float32" in refused(65, "predict", "hi", "--run", "double")
    bad = dict(run.weights) | {"output/bias": np.array([0, np.nan, 0], np.float32)}
    save_run(replace(run, path=Path("nan")))
    save_file(bad, "nan/weights.safetensors")
    adopt(Path("nan"), "weights.safetensors")
    assert "output/bias holds values that are not finite numbers" in refused(
        65, "predict", "hi", "--run", "nan"
    )


def test_a_tokenizer_of_another_run_is_refused(two_runs, refused):
    shutil.copy("runs/next-word-001/tokenizer.json", "runs/sentiment-001")
    assert "tokenizer.json is not the file that was saved" in refused(
        65, "predict", "hi", "--run", "sentiment-001"
    )
    adopt(Path("runs/sentiment-001"), "tokenizer.json")
    said = refused(65, "predict", "hi", "--run", "sentiment-001")
    assert "weights do not fit the settings: embedding/embeddings" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_run_is_refused(two_runs, refused):
    os.chmod("runs/sentiment-001/weights.safetensors", 0)
    assert "weights.safetensors: Permission denied" in refused(74, "predict", "hi", "--run", "sentiment-001")


def test_a_file_that_cannot_be_read_is_a_storage_error(two_runs, monkeypatch):
    def fail(path, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nlp_lstm.store.storage.Path.open", fail)
    with pytest.raises(StorageError, match=r"cannot read runs/sentiment-001/run.json: Permission denied"):
        load_run("sentiment-001")


# output


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("missing/a.json", "cannot write missing/a.json: No such file or directory"),
        ("/dev/full", "cannot write /dev/full: No space left on device"),
        ("/proc/a", "cannot write /proc/a: "),
    ],
)
def test_output_that_cannot_be_written(two_runs, refused, output, says):
    assert says in refused(74, "probe", "the sky", "--output", output)


@pytest.mark.parametrize("format_", VIEWS.names())
def test_no_format_writes_over_what_is_there(two_runs, refused, format_):
    Path("mine").write_text("mine")
    for name, says in (("mine", "exists: give another --output, or --force"), ("runs", "is a folder: give")):
        said = refused(2, "probe", "the sky", "--format", format_, "--output", name)
        assert said.startswith(f"{name} {says}")


@pytest.mark.parametrize(
    ("code", "file", "says"),
    [
        (74, "missing/a.keras", "cannot write missing/a.keras: No such file or directory"),
        (74, "/proc/a.keras", "cannot write /proc/a.keras: "),
        (2, "there.keras", "there.keras exists: give another name, or --force to write over it"),
    ],
)
def test_export_that_cannot_be_written(two_runs, refused, code, file, says):
    Path("there.keras").write_text("mine")
    assert says in refused(code, "export", "sentiment-001", file)
    assert not Path("missing").exists()


@pytest.mark.parametrize("environment", [None, {"PATH": os.environ["PATH"]}], ids=["own", "bare"])
def test_stdout_that_is_full_or_closed(two_runs, environment):
    command = f"{sys.executable} -m nlp_lstm predict 'the sky' --run sentiment-001"
    done = subprocess.run(
        f"{command} > /dev/full", shell=True, capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (74, "nlp-lstm: input or output: No space left on device\n")
    done = subprocess.run(f"{command} | true", shell=True, capture_output=True, text=True, env=environment)
    assert done.stderr == ""


def test_stdout_that_cannot_hold_the_text_says_what_to_set(two_runs):
    done = in_subprocess(
        "predict", "天", "--run", "sentiment-001", env=os.environ | {"PYTHONIOENCODING": "latin-1"}
    )
    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr == "nlp-lstm: latin-1 output cannot hold '\\u5929': set PYTHONIOENCODING=utf-8\n"


# training that does not end well


def test_a_loss_without_bound_stops_and_keeps_the_last_good_weights(here, cli):
    done = cli("train", *TINY, "--learning-rate", "1e38", "--quiet")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("nlp-lstm: the loss at step ")
    assert done.err.count("\n") == 1
    assert " is no number, or above 500, in " in done.err
    assert "the last good weights are in runs/sentiment-001, try a --learning-rate below" in done.err
    run = load_run("sentiment-001")
    assert run.status == "diverged"
    assert all(np.isfinite(values).all() for values in run.weights.values())
    assert cli("predict", "the sky").code == 0
    assert " diverged " in cli("runs").out
    assert os.listdir("runs") == ["sentiment-001"]


def test_ctrl_c_before_the_first_epoch_ends_keeps_a_run(here, cli, monkeypatch):
    def interrupt(bar, progress):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Bar, "report", interrupt)
    done = cli("train", "--task", "next-word", *TINY)
    assert done.code == 130
    assert done.err == (
        "nlp-lstm: interrupted: `nlp-lstm train --resume runs/next-word-001` continues the training, "
        "`nlp-lstm evaluate runs/next-word-001` scores the weights kept so far\n"
    )
    run = load_run("next-word-001")
    assert (run.status, run.history) == ("interrupted", [])
    assert cli("evaluate", "runs/next-word-001").code == 0


def test_ctrl_c_keeps_the_best_so_far(here):
    command = [
        sys.executable,
        "-m",
        "nlp_lstm",
        "train",
        *TINY,
        "--epochs",
        "500",
        "--patience",
        "500",
        "--json",
    ]
    with subprocess.Popen(
        command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        second = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert first.startswith("epoch 1/500"), first
    assert process.returncode == 130
    assert "Traceback" not in err
    assert [line for line in err.splitlines() if not line.startswith("epoch ")] == [
        "nlp-lstm: interrupted: `nlp-lstm train --resume runs/sentiment-001` continues the training, "
        "`nlp-lstm evaluate runs/sentiment-001` scores the weights kept so far"
    ], (second, err)
    assert json.loads(out)["status"] == "interrupted"
    run = load_run(here / "runs/sentiment-001")
    assert run.status == "interrupted"
    assert len(run.history) >= 1
    assert os.listdir(here / "runs") == ["sentiment-001"]


def test_ctrl_c_before_training_leaves_nothing(here, cli, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("nlp_lstm.training.preparing.load_corpus", interrupt)
    done = cli("train", *TINY)
    assert done.code == 130
    assert done.err.strip() == "nlp-lstm: interrupted"
    assert os.listdir() == []
