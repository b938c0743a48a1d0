"""sweep: a known optimum is found whatever happens on the way; a real one through the command line."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import nlp_lstm
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, StorageError, UsageError
from nlp_lstm.training import sweep_journals
from nlp_lstm.training.sweep_journals import Journal
from nlp_lstm.training.sweep_plans import Plan, make_plan, read_grid
from nlp_lstm.training.sweep_tables import sweep_tables
from nlp_lstm.training.sweeping import run_trials

GRID = {"units": [4, 16, 64], "layers": [1, 2, 3]}
TINY = ("--limit", "40", "--epochs", "1", "--embedding-dim", "4", "--quiet")


def quadratic(plan, point, folder):
    """The best is at 16 units and 2 layers, whatever the seed; each leaves a mark."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "done").open("a") as file:
        file.write(f"{os.getpid()}\n")
    value = -((point["units"] - 16) ** 2) / 100 - (point["layers"] - 2) ** 2 + point["seed"] / 1000
    return value, {"parameters": point["units"], "seconds": 1.0, "overfitting": 0.0}


def slow_quadratic(plan, point, folder):
    """The same, in a while."""
    time.sleep(0.2)
    return quadratic(plan, point, folder)


def stubborn(plan, point, folder):
    """A trial that never ends at 16 units, and leaves a mark of where it was."""
    if point["units"] == 16:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "begun").touch()
        time.sleep(60)
    return quadratic(plan, point, folder)


def failing(plan, point, folder):
    """Three layers cannot be trained."""
    if point["layers"] == 3:
        raise DataError("three layers are too many")
    return quadratic(plan, point, folder)


def work_on(path, trial):
    """What another process does that shares the file."""
    run_trials(Journal(path), trial, parallel=1)


def best_of(journal):
    table = sweep_tables(journal.plan, journal.outcomes(), "value")[0]
    return max(table.records(), key=lambda row: float(str(row["mean"])))


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1])  # other processes import the trials of this file
    return tmp_path / "sweep.journal"


def test_a_known_optimum_is_found_with_its_interval(path):
    journal = Journal(path, Plan(GRID, 3, {}))
    shares = []
    run_trials(journal, quadratic, parallel=1, report=shares.append)
    best = best_of(journal)
    assert (best["units"], best["layers"], best["n"], best["failed"]) == (16, 2, 3, 0)
    assert best["mean"] == pytest.approx(0.001)
    half = 4.302653 * 0.001 / 3**0.5  # Student's t of 2 degrees of freedom
    assert [best["low"], best["high"]] == pytest.approx([0.001 - half, 0.001 + half], abs=1e-7)
    assert len(shares) == 27
    assert shares[-1] == 1
    tables = sweep_tables(journal.plan, journal.outcomes(), "value")
    assert [table.chart for table in tables] == ["", "map", "map"]
    assert tables[1].records()[1]["2"] == pytest.approx(0.001)
    assert "units 64 rather than 4 at layers 1: -21.600 (-21.604 to -21.596)" in tables[0].see


def test_several_processes_do_nothing_twice(path):
    journal = Journal(path, Plan(GRID, 2, {}))
    run_trials(journal, slow_quadratic, parallel=3)
    marks = [mark.read_text().split() for mark in path.parent.glob("*/done")]
    assert len(marks) == 18
    assert all(len(mark) == 1 for mark in marks)
    assert len({mark[0] for mark in marks}) > 1
    assert not list(path.parent.glob("*.lock"))


def test_what_a_killed_process_was_at_is_done_by_another(path):
    journal = Journal(path, Plan({"units": [16, 4], "layers": [1, 2]}, 1, {}))
    process = multiprocessing.get_context("spawn").Process(target=work_on, args=(path, stubborn))
    process.start()
    for _ in range(200):
        if (path.parent / "units-16-layers-1-seed-0/begun").exists():
            break
        time.sleep(0.1)
    run_trials(Journal(path), quadratic, parallel=1)  # the other is alive: its trial is left to it
    assert journal.left == 1
    process.kill()
    process.join()
    with path.open("a") as file:
        file.write('{"op_code": 6, "worker_id": "killed while wri')
    again = Journal(path)
    run_trials(again, quadratic, parallel=1)
    assert again.left == 0
    assert all(len(mark.read_text().split()) == 1 for mark in path.parent.glob("*/done"))
    assert best_of(again)["units"] == 16


def test_a_failed_trial_is_recorded_and_stops_nothing(path):
    journal = Journal(path, Plan(GRID, 1, {}))
    run_trials(journal, failing, parallel=1)
    table, *_, failures = sweep_tables(journal.plan, journal.outcomes(), "value")
    three = [row for row in table.records() if row["layers"] == 3]
    assert [(row["n"], row["failed"], row["mean"]) for row in three] == [(0, 1, None)] * 3
    assert failures.records()[0] == {
        "training": "units 4, layers 3, seed 0",
        "reason": "three layers are too many",
    }


def test_a_killed_worker_is_told_with_the_command_that_goes_on(path, monkeypatch):
    journal = Journal(path, Plan({"units": [16, 4]}, 1, {}))
    with pytest.raises(StorageError, match=r"a worker was killed.*sweep --storage .*sweep.journal. goes on"):
        run_trials(journal, dying, parallel=2)


def dying(plan, point, folder):
    """A worker that the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0, {}


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        (["unit=4"], "unknown setting 'unit': did you mean units?"),
        (["units"], "--grid 'units': write NAME=VALUE,VALUE"),
        (["units="], "write NAME=VALUE,VALUE"),
        (["units=4", "Units=8"], "--grid units is given twice"),
        (["units=4,x"], "--grid units=x: it must be a whole number"),
        (["dropout=high"], "it must be a number"),
        (["tie_weights=perhaps"], "it must be true or false"),
        (["units=4,0"], "units is 0: it must be between 1 and 8192"),
        (["units=4,4"], "units has a value twice"),
        (["cell=lstm,lstmm"], "unknown cell 'lstmm'"),
        (["seed=1,2"], "seed is no setting of a grid: give --seeds"),
    ],
)
def test_a_grid_that_cannot_be_trained_is_refused_before_anything_is(grid, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NlpLstmError) as caught:
        nlp_lstm.sweep(read_grid(grid), epochs=1)
    assert said in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_what_was_typed_becomes_values_of_the_settings():
    grid = read_grid(["Embedding-Dim=4, 8", "dropout=0,.5", "variational=true,no", "cell=LSTM"])
    assert grid == {
        "embedding_dim": [4, 8],
        "dropout": [0.0, 0.5],
        "variational": [True, False],
        "cell": ["LSTM"],
    }


def test_other_values_that_cannot_be_used_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"grid": {}}, "a sweep needs a grid"),
        ({}, "a sweep needs a grid"),
        ({"grid": {"units": []}}, "a sweep needs a grid"),
        ({"grid": {"units": [4]}, "units": 8}, "units is in the grid and given besides"),
        ({"grid": {"units": [4]}, "seeds": 0}, "seeds is 0: it must be at least 1"),
        ({"grid": {"units": [4]}, "parallel": 0}, "parallel is 0: it must be at least 1"),
        ({"grid": {"units": [4]}, "task": "sentimant"}, "unknown task 'sentimant'"),
        ({"storage": "x.journal", "epochs": 1}, "epochs without a grid"),
    )
    for given, said in wrong:
        with pytest.raises(UsageError, match=said):
            nlp_lstm.sweep(**given)


def test_a_storage_that_is_not_this_sweeps_is_told(path):
    with pytest.raises(MissingInputError, match="is not there: give --grid, which begins a sweep"):
        Journal(path)
    Journal(path, Plan({"units": [4, 8]}, 1, {"epochs": 1}))
    for other, said in (
        (Plan({"units": [4, 9]}, 1, {"epochs": 1}), "units is 4,8 there and 4,9 here"),
        (Plan({"units": [4, 8]}, 2, {"epochs": 1}), "seeds is 1 there and 2 here"),
        (Plan({"units": [4, 8]}, 1, {}), "epochs is 1 there and not given here"),
    ):
        with pytest.raises(UsageError, match=said):
            Journal(path, other)
    for text in ("", "hello\nworld\n", '{"op_code": 99}\n', "\x00\n", "[]\n"):
        path.write_text(text)
        with pytest.raises(DataError, match=r"give another --storage|holds no sweep"):
            Journal(path)


def test_without_optuna_the_extra_is_named(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingInputError, match=r"optuna is not installed: pip install 'nlp-lstm\[sweep\]'"):
        sweep_journals.Journal(path, make_plan({"units": [4]}, 1, {}))


@pytest.mark.slow
def test_two_machines_share_a_sweep_and_one_is_lost(tmp_path):
    """As on two machines that see one file: each in a folder of its own, and one is killed at its work."""
    storage = tmp_path / "shared" / "sweep.journal"
    grid = ("--grid", "units=4,8", "--grid", "layers=1,2", "--seeds", "2", "--storage", str(storage))
    program = Path(sys.executable).parent / "nlp-lstm"
    machines = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        command = [program, "sweep", "--task", "sentiment", *grid, *TINY, "--quiet", "--output", "sweep.json"]
        machines.append(subprocess.Popen(command, cwd=tmp_path / name))
    for _ in range(600):
        if len(list(tmp_path.glob("shared/*/run.json"))) >= 3:
            break
        time.sleep(0.1)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("shared/*/run.json")}
    machines[0].kill()
    assert [machine.wait(300) for machine in machines] == [-signal.SIGKILL, 0]
    assert len(list(tmp_path.glob("shared/*/run.json"))) == 8
    assert {file: file.stat().st_mtime_ns for file in before} == before, "nothing is trained twice"
    rows = json.loads((tmp_path / "there" / "sweep.json").read_text())["tables"][0]["rows"]
    assert [row["n"] for row in rows] == [2, 2, 2, 2]
    assert not list((tmp_path / "here").iterdir()), "its runs are where the journal is"


def test_a_sweep_that_is_killed_goes_on_and_ends_with_its_tables(tmp_path, cli, monkeypatch):
    """Through the command line, with real trainings: killed once, then finished by the same command."""
    monkeypatch.chdir(tmp_path)
    grid = ("--grid", "units=4,8", "--grid", "layers=1,2", "--seeds", "2", "--storage", "s/sweep.journal")
    command = ("sweep", "--task", "sentiment", *grid, *TINY)
    process = subprocess.Popen([Path(sys.executable).parent / "nlp-lstm", *command], cwd=tmp_path)
    for _ in range(600):
        if len(list(tmp_path.glob("s/*/run.json"))) >= 2:
            break
        time.sleep(0.1)
    process.kill()
    process.wait()
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("s/*/run.json")}
    assert 2 <= len(before) < 8
    done = cli(*command, "--output", "sweep.json")
    assert done.code == 0, done.err
    assert {file: file.stat().st_mtime_ns for file in before} == before  # nothing is trained twice
    assert len(list(tmp_path.glob("s/*/run.json"))) == 8
    found = json.loads((tmp_path / "sweep.json").read_text())
    assert (found["metric"], found["seeds"], found["data"]) == ("accuracy_per_word", "0, 1", "mini")
    rows = found["tables"][0]["rows"]
    assert [(row["units"], row["layers"], row["n"]) for row in rows] == [
        (4, 1, 2),
        (4, 2, 2),
        (8, 1, 2),
        (8, 2, 2),
    ]
    runs = [nlp_lstm.load_run(tmp_path / f"s/units-8-layers-2-seed-{seed}") for seed in (0, 1)]
    mean = sum(run.metrics["accuracy_per_word"]["model"] for run in runs) / 2
    assert rows[3]["mean"] == pytest.approx(mean)
    assert rows[3]["parameters"] == sum(values.size for values in runs[0].weights.values())
    shown = cli("sweep", "--storage", "s/sweep.journal", "--quiet", "--format", "svg", "--output", "map.svg")
    assert shown.code == 0, shown.err
    assert "units down and layers across" in (tmp_path / "map.svg").read_text()
