"""No training is lost: killed or interrupted it goes on as if nothing had happened, finished it is saved."""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp_lstm import load_run, runs, train
from nlp_lstm.errors import (
    DataError,
    DivergedError,
    MissingInputError,
    StorageError,
    Terminated,
    UsageError,
)
from nlp_lstm.store.run import Run
from nlp_lstm.training import checkpoints
from nlp_lstm.training.claiming import claim
from nlp_lstm.training.learner import Learner
from nlp_lstm.training.loop import Progress

TRIALS = Path(__file__).with_name("kill_trials.py")
write_reviews = runpy.run_path(str(TRIALS))["write_reviews"]
TINY: dict[str, Any] = {"units": 4, "embedding_dim": 4, "epochs": 3, "batch_size": 18}
WHOLE = ["history.csv", "run.json", "tokenizer.json", "weights.safetensors"]
CHECKPOINT = "checkpoint.safetensors"


@pytest.fixture(autouse=True)
def reviews(here: Path) -> None:
    """The file that most trainings read: 54 sentences to train on, which are three steps."""
    write_reviews(here / "reviews.csv")


def at(epoch: int, step: int, act: Callable[[], Any]) -> Callable[[Progress], None]:
    """A report that does something once, after a step of an epoch."""

    def report(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (epoch, step):
            act()

    return report


def interrupt() -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def same(one: Run, other: Run) -> bool:
    """Whether weights and history of two runs are equal to the last bit, times apart."""

    def told(run: Run) -> list[dict[str, float]]:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in run.history]

    return told(one) == told(other) and all(
        values.tobytes() == other.weights[name].tobytes() for name, values in one.weights.items()
    )


# Killed and resumed


def run_trials(trials: int, kills: int) -> None:
    """Kill and resume trainings in processes of their own."""
    command = [sys.executable, str(TRIALS), str(trials), str(kills)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"{trials} of {trials} are bit-equal" in done.stdout


def test_what_is_killed_at_any_moment_goes_on_to_the_same_weights():
    run_trials(5, kills=1)


@pytest.mark.slow
def test_what_is_killed_again_and_again_goes_on_to_the_same_weights():
    run_trials(50, kills=3)


@pytest.mark.parametrize(
    ("changes", "epoch", "step"),
    [
        ({}, 1, 2),
        ({"train_as": "taught"}, 2, 1),
        ({"keep": "last", "learning_rate": 0.1}, 2, 3),
        ({"epochs": 9, "patience": 1, "learning_rate": 1.0}, 2, 3),
        ({"task": "next-word", "data": "mini", "limit": 24, "word_dropout": 0.2, "timesteps": 10}, 2, 1),
    ],
    ids=["first epoch", "as taught", "last epoch kept", "stopped early", "next word"],
)
def test_an_interrupted_training_ends_as_one_that_was_not(here, changes, epoch, step):
    options = {"data": "table:reviews.csv", **TINY, **changes}
    whole = train(**options, run="whole")
    cut = train(**options, report=at(epoch, step, interrupt))
    assert (cut.status, cut.metrics) == ("interrupted", {})
    assert sorted(os.listdir(cut.path)) == [CHECKPOINT, *WHOLE]
    resumed = train(resume=cut.name)
    assert same(resumed, whole)
    assert (resumed.status, resumed.metrics) == ("finished", whole.metrics)
    assert sorted(os.listdir(cut.path)) == WHOLE
    assert same(load_run(cut.name), whole)


def test_an_evaluation_that_is_interrupted_is_made_up_for(here, monkeypatch):
    def stop(*arguments: Any) -> None:
        interrupt()
        raise AssertionError("the evaluation went on")

    with monkeypatch.context() as patch:
        patch.setattr("nlp_lstm.training.train.evaluate_metrics", stop)
        cut = train("sentiment", "table:reviews.csv", **TINY)
    assert (cut.status, len(cut.history)) == ("interrupted", 3)
    resumed = train(resume=cut.path)
    assert (resumed.status, len(resumed.history)) == ("finished", 3)
    assert same(resumed, cut)
    assert resumed.metrics


def test_a_second_ctrl_c_while_saving_loses_nothing(here, monkeypatch):
    save = train.__globals__["save_somewhere"]

    def save_under_fire(*arguments: Any, **options: Any) -> Run:
        interrupt()
        saved = save(*arguments, **options)
        interrupt()
        return saved

    monkeypatch.setitem(train.__globals__, "save_somewhere", save_under_fire)
    cut = train("sentiment", "table:reviews.csv", **TINY, report=at(2, 1, interrupt))
    assert load_run(cut.name).status == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_sigterm_saves_and_says_how_to_go_on(here):
    with pytest.raises(Terminated, match="--resume runs/sentiment-001` continues the training") as ended:
        train(
            "sentiment",
            "table:reviews.csv",
            **TINY,
            report=at(2, 1, lambda: signal.raise_signal(signal.SIGTERM)),
        )
    assert ended.value.exit_code == 143
    assert load_run("sentiment-001").status == "interrupted"
    assert train(resume="sentiment-001").status == "finished"


def test_outside_the_main_thread_a_training_is_trained(here):
    found: list[Run] = []
    thread = threading.Thread(target=lambda: found.append(train("sentiment", "table:reviews.csv", **TINY)))
    thread.start()
    thread.join()
    assert found[0].status == "finished"


def test_checkpoints_are_made_at_the_start_after_each_epoch_and_when_one_is_due(here, monkeypatch):
    made: list[int] = []
    write = checkpoints.write_checkpoint

    def count(run: Run, checkpoint: checkpoints.Checkpoint) -> None:
        made.append(checkpoint.fitted.steps)
        write(run, checkpoint)

    monkeypatch.setattr(checkpoints, "write_checkpoint", count)
    train("sentiment", "table:reviews.csv", **TINY)
    assert made == [0, 3, 6, 9]
    made.clear()
    train("sentiment", "table:reviews.csv", **TINY, checkpoint_every=0)
    assert made == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9]


def test_a_checkpoint_that_cannot_be_written_ends_no_training(here, monkeypatch):
    def fail(*arguments: Any) -> None:
        raise StorageError("cannot write checkpoint.safetensors: No space left on device")

    monkeypatch.setattr(checkpoints, "write_checkpoint", fail)
    assert train("sentiment", "table:reviews.csv", **TINY).status == "finished"
    cut = train("sentiment", "table:reviews.csv", **TINY, report=at(2, 1, interrupt))
    assert cut.status == "interrupted"
    assert "No space left on device" in cut.data["notes"][-1]


def test_tensorboard_logs_go_on(here):
    pytest.importorskip("tensorboard")
    cut = train("sentiment", "table:reviews.csv", **TINY, tensorboard=True, report=at(2, 1, interrupt))
    logs = cut.path.with_name(f"tensorboard-{cut.name}")
    before = {file for file in logs.rglob("*") if file.is_file()}
    train(resume=cut.name)
    assert {file for file in logs.rglob("*") if file.is_file()} > before


# What cannot be resumed


def test_what_cannot_be_resumed_is_told(here):
    whole = train("sentiment", "table:reviews.csv", **TINY)
    with pytest.raises(UsageError, match=r"is finished, there is nothing to resume: .*--init-from"):
        train(resume=whole.name)
    with pytest.raises(MissingInputError, match=r"no training 'nowhere' to resume: `nlp-lstm runs`"):
        train(resume="nowhere")
    Path("runs/empty").mkdir()
    with pytest.raises(MissingInputError, match=r"runs/empty/checkpoint.safetensors is missing"):
        train(resume="empty")
    with pytest.raises(
        UsageError, match="resume with units: a training goes on as it began, leave units out"
    ):
        train(resume=whole.name, units=5)


def test_a_corpus_that_has_changed_is_told(here):
    text = Path("book.txt")
    text.write_text("the sky is blue .\nthe sea is deep .\n" * 40)
    cut = train("next-word", "text:book.txt", **TINY, timesteps=8, report=at(1, 1, interrupt))
    text.write_text("the sky is grey .\nthe sea is deep .\n" * 40)
    with pytest.raises(
        DataError, match=r"the train split of text:book.txt has changed since runs/next-word-001"
    ):
        train(resume=cut.name)
    text.write_text("the sky is blue .\nthe sea is deep .\n" * 40)
    assert train(resume=cut.name).status == "finished"


def test_a_checkpoint_that_is_damaged_is_told(here):
    cut = train("sentiment", "table:reviews.csv", **TINY, report=at(2, 1, interrupt))
    file = cut.path / CHECKPOINT
    content = file.read_bytes()
    for place in (len(content) // 2, len(content) - 5, 200):
        flipped = bytearray(content)
        flipped[place] ^= 1
        file.write_bytes(flipped)
        with pytest.raises(DataError, match=r"checkpoint\.safetensors is damaged"):
            train(resume=cut.name)
    file.write_bytes(content[:1000])
    with pytest.raises(DataError, match=r"checkpoint\.safetensors is damaged"):
        train(resume=cut.name)
    assert load_run(cut.name).status == "interrupted"  # and nothing was lost by trying


# Two at once


def test_a_second_training_into_one_folder_is_refused_when_it_starts(here):
    def second() -> None:
        with pytest.raises(UsageError, match="runs/mine is in use, another process is training into it"):
            train("sentiment", "table:reviews.csv", **TINY, run="runs/mine")
        with pytest.raises(UsageError, match="runs/mine is in use"):
            train(resume="mine")

    first = train("sentiment", "table:reviews.csv", **TINY, run="runs/mine", report=at(1, 1, second))
    assert first.status == "finished"
    assert sorted(os.listdir("runs/mine")) == WHOLE


def test_the_lock_of_a_killed_training_is_taken_over(here):
    Path("runs/mine").mkdir(parents=True)
    Path("runs/mine/.lock").touch()
    assert train("sentiment", "table:reviews.csv", **TINY, run="runs/mine").status == "finished"


def test_trainings_side_by_side_get_a_number_each(here):
    with claim("sentiment", None) as first, claim("sentiment", None) as second:
        assert (first.name, second.name) == ("sentiment-001", "sentiment-002")
    assert not Path("runs").exists()  # nothing was trained


def test_a_training_that_cannot_begin_leaves_no_folder(here):
    Path("book.txt").write_text("a b\n")
    with pytest.raises(DataError):
        train("next-word", "text:book.txt", run="deep/er/run")
    assert sorted(os.listdir()) == ["book.txt", "reviews.csv"]


def test_an_unfinished_training_is_listed_and_not_written_over(here):
    cut = train("sentiment", "table:reviews.csv", **TINY, run="runs/mine", report=at(2, 1, interrupt))
    (cut.path / "run.json").unlink()
    assert "--resume" in str(runs().facts["unfinished"])
    with pytest.raises(
        UsageError, match="not finished: continue it with `nlp-lstm train --resume runs/mine`"
    ):
        train("sentiment", "table:reviews.csv", **TINY, run="runs/mine")
    assert train(resume="mine").status == "finished"


# A finished training is saved, wherever that is possible


def take(path: str) -> None:
    """Put a file where the folder of a run was."""
    shutil.rmtree(path)
    Path(path).write_text("taken")


def leave() -> None:
    """Delete the working folder."""
    shutil.rmtree(Path.cwd())


def give_away() -> None:
    """Put a finished run of somebody else's where the run should go."""
    shutil.rmtree("runs/sentiment-001")
    shutil.copytree("other", "runs/sentiment-001")


@pytest.mark.parametrize(
    ("act", "where"),
    [
        (lambda: take("runs/sentiment-001"), "runs/sentiment-002"),
        (lambda: take("runs"), None),
        (leave, None),
        (lambda: shutil.rmtree("runs/sentiment-001"), "runs/sentiment-001"),
        (give_away, "runs/sentiment-002"),
    ],
    ids=["a file took its place", "runs is a file", "no working folder", "deleted", "another run"],
)
def test_a_finished_training_is_saved_whatever_became_of_its_folder(here, monkeypatch, new_run, act, where):
    new_run(Path("other"))
    elsewhere = here.with_name(f"{here.name}-tmp")
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    run = train("sentiment", "table:reviews.csv", **TINY, report=at(3, 3, act))
    assert run.status == "finished"
    assert run.path == Path(where) if where else run.path.is_relative_to(elsewhere)
    if where != "runs/sentiment-001":
        assert run.data["moved"].startswith("runs/sentiment-001 could not be written (")
        assert run.data["moved"].endswith(f"): the run is in {run.path}")
    os.chdir(elsewhere)
    assert same(load_run(here / run.path), run)


def test_a_training_that_can_be_saved_nowhere_can_go_on_later(here, monkeypatch):
    def fail(path: Path, *arguments: Any) -> None:
        raise StorageError(f"cannot write {path}: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("nlp_lstm.store.saving.write_whole", fail)
        with pytest.raises(StorageError, match=r"saved nowhere .*No space.*--resume runs/sentiment-001"):
            train("sentiment", "table:reviews.csv", **TINY)
    assert os.listdir("runs/sentiment-001") == [CHECKPOINT]
    assert train(resume="sentiment-001").status == "finished"


def test_a_finished_training_that_cannot_be_evaluated_is_saved(here, monkeypatch):
    def fail(*arguments: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("nlp_lstm.training.train.evaluate_metrics", fail)
    with pytest.raises(MemoryError):
        train("sentiment", "table:reviews.csv", **TINY)
    assert replace(load_run("sentiment-001"), weights={}).status == "finished"


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 1e10])
def test_a_loss_without_bound_names_step_and_words_and_keeps_what_was_good(here, monkeypatch, loss):
    learn = Learner.train
    made: list[int] = []

    def fail(self: Learner, batch: Any) -> dict[str, float]:
        made.append(1)
        return learn(self, batch) | ({"loss": loss} if len(made) == 5 else {})

    monkeypatch.setattr(Learner, "train", fail)
    with pytest.raises(
        DivergedError, match=r"at step 5 is no number, or above 500, in 18 sequences .* begins '\w+ "
    ):
        train("sentiment", "table:reviews.csv", **TINY)
    run = load_run("sentiment-001")
    assert (run.status, len(run.history)) == ("diverged", 1)
    _, checkpoint = checkpoints.read_checkpoint(run.path)
    assert (checkpoint.fitted.steps, checkpoint.step) == (3, 0)
