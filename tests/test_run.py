"""A run on disk: what is loaded is what was saved, and a folder is either a whole run or none."""

import json
import os
import resource
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp_lstm.errors import DataError, MissingInputError, StorageError, UnknownNameError, UsageError
from nlp_lstm.settings import Settings
from nlp_lstm.store import saving
from nlp_lstm.store.folders import list_runs
from nlp_lstm.store.run import Run, check_free, load_run, new_run_path, newest_run, save_run
from nlp_lstm.text.reading import reading_of
from nlp_lstm.writing import write_whole

FILES = ["history.csv", "run.json", "tokenizer.json", "weights.safetensors"]


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_loaded_run_is_bit_equal_to_the_saved_one(here, new_run, task, cell):
    saved = new_run(Path("a"), task, cell)
    loaded = load_run("a")
    assert sorted(os.listdir("a")) == FILES
    assert {name: values.tobytes() for name, values in loaded.weights.items()} == {
        name: values.tobytes() for name, values in saved.weights.items()
    }
    assert loaded.vocabulary.words == saved.vocabulary.words
    assert replace(loaded, weights={}, vocabulary=saved.vocabulary) == replace(saved, weights={})


@pytest.mark.parametrize("lowercase", [True, False])
def test_a_loaded_vocabulary_gives_the_same_ids(here, new_run, lowercase):
    run = new_run(Path("a"))
    vocabulary = type(run.vocabulary).build([("The", "the", "sky")], lowercase=lowercase)
    weights = dict(run.weights)
    weights["embedding/embeddings"] = weights["embedding/embeddings"][: len(vocabulary)]
    reading = reading_of(vocabulary)
    save_run(replace(run, path=Path("b"), vocabulary=vocabulary, weights=weights, reading=reading))
    assert load_run("b").reading == reading
    text = "The SKY [PAD] <unk> the <eos>"
    ids = vocabulary.encode(text).ids.tolist()
    assert load_run("b").vocabulary.encode(text).ids.tolist() == ids
    assert 0 not in ids


def test_a_run_holds_the_names_of_what_it_was_made_with(here, new_run):
    new_run(Path("a"))
    record = json.loads(Path("a/run.json").read_text())
    assert list(record) == ["format", "model", "reading", "data", "results", "files"]
    assert record["model"]["settings"]["units"] == 5
    assert {"keras", "tensorflow", "python", "nlp-lstm"} <= set(record["model"]["versions"])
    assert "class_name" not in Path("a/run.json").read_text()


class _Crash:
    """`write_whole` that fails at one file, before or after it has its name."""

    def __init__(self, name: str, late: bool, error: BaseException | type[BaseException]):
        self.name, self.late, self.error = name, late, error

    def __call__(self, path: Path, content: bytes, advice: str = "") -> None:
        if path.name != self.name or self.late:
            write_whole(path, content, advice)
        if path.name == self.name:
            raise self.error


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("crash", [KeyboardInterrupt, RuntimeError, OSError(28, "No space left on device")])
def test_a_crash_while_saving_leaves_no_run_and_no_files(here, new_run, monkeypatch, name, late, crash):
    run = new_run(Path("runs/sentiment-001"))
    Path("runs/sentiment-003").mkdir()
    Path("runs/sentiment-003/checkpoint.safetensors").write_bytes(b"to go on with")
    monkeypatch.setattr(saving, "write_whole", _Crash(name, late, crash))
    expected = StorageError if isinstance(crash, OSError) else crash
    for number in ("002", "003"):
        with pytest.raises(expected) as error:
            save_run(replace(run, path=Path(f"runs/sentiment-{number}")))
        if expected is StorageError:
            assert f"{number}: No space left on device; give another --run" in str(error.value)
    assert sorted(os.listdir("runs")) == ["sentiment-001", "sentiment-003"]
    assert os.listdir("runs/sentiment-003") == ["checkpoint.safetensors"]
    assert load_run("sentiment-001").weights.keys() == run.weights.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_killed_save_leaves_no_run_and_can_be_done_again(here, new_run, monkeypatch, name):
    """What is killed tidies nothing up: a training that is continued finds the files and writes them anew."""
    run = new_run(Path("a"))
    later = replace(run, path=Path("b"), status="interrupted")
    Path("b").mkdir()
    Path("b/checkpoint.safetensors").touch()
    monkeypatch.setattr(saving, "_remove", lambda *arguments: None)
    with monkeypatch.context() as crash:
        crash.setattr(saving, "write_whole", _Crash(name, False, KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            save_run(later)
    with pytest.raises(MissingInputError, match="b holds a training that was not finished: continue it with"):
        load_run("b")
    save_run(later)
    assert load_run("b").status == "interrupted"
    # And where a run that is gone on with is being replaced.
    monkeypatch.setattr(saving, "write_whole", _Crash(name, False, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        save_run(run_in("b", run), replace=True)
    assert not Path("b/run.json").exists()
    monkeypatch.undo()
    os.chdir(here)
    save_run(run_in("b", run), replace=True)
    assert load_run("b").status == "finished"


def run_in(folder: str, run: Run) -> Run:
    return replace(run, path=Path(folder))


def test_a_run_is_written_beside_what_its_training_keeps_there(here, new_run):
    run = new_run(Path("a"))
    for name in (".lock", "checkpoint.safetensors"):
        Path("b").mkdir(exist_ok=True)
        Path("b", name).touch()
    save_run(run_in("b", run))
    assert sorted(os.listdir("b")) == sorted([".lock", "checkpoint.safetensors", *FILES])
    with pytest.raises(UsageError, match="b exists: a run is never overwritten"):
        save_run(run_in("b", run))
    save_run(run_in("b", replace(run, seconds=9)), replace=True)
    assert load_run("b").seconds == 9
    Path("mine").mkdir()
    Path("mine/thesis.txt").touch()
    with pytest.raises(UsageError, match="mine exists"):
        save_run(run_in("mine", run), replace=True)


def test_run_json_is_written_last_and_deleted_first(here, new_run, monkeypatch):
    run, there = new_run(Path("a")), []

    def write(path: Path, content: bytes, advice: str = "") -> None:
        there.append(Path("a/run.json").exists())
        write_whole(path, content, advice)

    monkeypatch.setattr(saving, "write_whole", write)
    save_run(run, replace=True)
    assert there == [False] * 4
    assert Path("a/run.json").exists()


@pytest.mark.parametrize("most", [10, 1500, 3500])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(here, new_run, most):
    """The limit on a file's size stands in for the end of a disk, in each of the large files in turn."""
    run = new_run(Path("whole"))
    sizes = {name: os.path.getsize(f"whole/{name}") for name in FILES}
    assert any(size > most for size in sizes.values())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(StorageError, match=r"cannot write cut/.*: File too large; give another --run"):
            save_run(replace(run, path=Path("cut")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert os.listdir(".") == ["whole"]


def test_what_could_not_be_read_again_is_not_written(here, new_run):
    run = new_run(Path("a"))
    with pytest.raises(DataError, match="metric 'loss', is not the record of a run: baselines, interval, n"):
        save_run(replace(run, path=Path("b"), metrics={"loss": {"model": 1.0}}))
    assert not Path("b").exists()
    infinite = {"loss": {"model": float("inf"), "interval": None, "n": 1, "baselines": {}}}
    save_run(replace(run, path=Path("b"), metrics=infinite))
    assert load_run("b").metrics["loss"]["model"] is None


def test_a_folder_is_free_if_nothing_but_a_lock_is_in_it(here, new_run):
    check_free(Path("runs/new"))
    assert os.listdir() == []
    Path("there").mkdir()
    check_free(Path("there"))
    Path("there/.lock").touch()
    check_free(Path("there"))
    assert os.listdir("there") == [".lock"]
    Path("there/checkpoint.safetensors").touch()
    with pytest.raises(
        UsageError, match="there holds a training that was not finished: continue it with `nlp-l"
    ):
        check_free(Path("there"))
    Path("there/run.json").touch()
    Path("file").touch()
    os.mkfifo("pipe")
    Path("link").symlink_to("nowhere")
    for name in ("there", "file", "pipe", "link"):
        with pytest.raises(UsageError, match=f"{name} exists: a run is never overwritten"):
            check_free(Path(name))


def test_a_run_is_never_overwritten(here, new_run):
    first = new_run(Path("a"), seed=1)
    with pytest.raises(UsageError, match="a exists: a run is never overwritten"):
        new_run(Path("a"), seed=2)
    np.testing.assert_array_equal(load_run("a").weights["output/bias"], first.weights["output/bias"])
    Path("empty").mkdir()
    assert new_run(Path("empty")).name == "empty"


def test_runs_are_numbered_behind_the_highest_of_their_task(here):
    assert new_run_path("sentiment") == Path("runs/sentiment-001")
    for name in ("sentiment-001", "sentiment-009", "next-word-041", "sentiment-x", "my-sentiment-077"):
        Path("runs", name).mkdir(parents=True)
    assert new_run_path("sentiment").name == "sentiment-010"
    assert new_run_path("next-word").name == "next-word-042"
    Path("runs/sentiment-999").touch()
    assert new_run_path("sentiment").name == "sentiment-1000"


def test_the_newest_run_is_the_one_written_last(here, new_run):
    for seconds, name in enumerate(("sentiment-002", "sentiment-001", "next-word-001")):
        new_run(Path("runs", name), name.rpartition("-")[0])
        os.utime(f"runs/{name}/run.json", (1000 + seconds, 1000 + seconds))
    assert newest_run().name == "next-word-001"
    assert newest_run("sentiment").name == "sentiment-001"
    assert [path.name for path, _ in list_runs()] == ["sentiment-002", "sentiment-001", "next-word-001"]


def test_without_a_run_the_next_command_is_named(here):
    with pytest.raises(
        MissingInputError, match=r"no next-word run in runs/: .*`nlp-lstm train --task next-word`"
    ):
        newest_run("next-word")


def test_a_run_is_found_by_path_and_by_name(two_runs):
    assert load_run("sentiment-001").path == Path("runs/sentiment-001")
    assert load_run(Path("runs/sentiment-001")).name == "sentiment-001"
    assert load_run(two_runs / "runs" / "next-word-001").task == "next-word"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("units", "many", "a whole number"),
        ("units", 8.0, "a whole number"),
        ("layers", True, "a whole number"),
        ("dropout", None, "a number"),
        ("lowercase", "yes", "True or False"),
        ("cell", 3, "a string"),
    ],
)
def test_a_setting_has_its_type(name, value, kind):
    with pytest.raises(UsageError, match=f"{name} is {value!r}: it must be {kind}"):
        Settings(**{name: value})
    assert Settings(dropout=0, learning_rate=1).learning_rate == 1


def test_an_unknown_setting_lists_the_known_ones():
    from nlp_lstm.task import load_task

    with pytest.raises(UnknownNameError, match=r"unknown setting 'unit': did you mean units\?"):
        load_task("sentiment").changed_settings({"unit": 3})


@pytest.mark.parametrize(
    ("system_says", "precision"),
    [
        ("flags\t\t: fpu avx2 avx512_bf16 amx_bf16 amx_tile\n", "bfloat16"),
        ("Features\t: fp asimd bf16 i8mm\n", "bfloat16"),
        ("flags\t\t: fpu avx2 fma\n", "float32"),
        (None, "float32"),
    ],
    ids=["x86", "Arm", "without", "not told"],
)
def test_a_precision_of_auto_is_that_of_the_processor(system_says, precision, tmp_path, monkeypatch):
    told = tmp_path / "cpuinfo"
    if system_says is not None:
        told.write_text(system_says)
    monkeypatch.setattr("nlp_lstm.settings.PROCESSOR", told)
    assert Settings(precision="auto").precision == precision
    assert Settings(precision="bfloat16").precision == "bfloat16"  # what is asked for stays
