"""Several processes train one model: which worker one is, what each trains on, what is said when that fails.

The slow ones start two processes on 127.0.0.1 and need the extra `distributed`.
"""

import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from nlp_lstm.errors import UsageError
from nlp_lstm.settings import Settings
from nlp_lstm.store.run import load_run
from nlp_lstm.text.batches import Batch
from nlp_lstm.training.workers import ADDRESSES, COUNT, NUMBER, Workers, read_environment

HERE = "127.0.0.1:1234"
WHOLE = {ADDRESSES: HERE, COUNT: "2", NUMBER: "1"}
NO_JAX = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")


def slow(test):
    """A test of two processes."""
    return pytest.mark.slow(NO_JAX(test))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({NUMBER: None}, f"--distributed without {NUMBER}: set it for every worker"),
        ({COUNT: "", NUMBER: None}, f"--distributed without {COUNT} and {NUMBER}: set them for every worker"),
        ({COUNT: "two"}, f"{COUNT} is 'two': it must be a whole number, at least 1"),
        ({COUNT: "0"}, f"{COUNT} is '0': it must be a whole number, at least 1"),
        ({NUMBER: "-1"}, f"{NUMBER} is '-1': it must be a whole number, at least 0"),
        ({NUMBER: "2"}, f"{NUMBER} is 2: with {COUNT} 2 it is at most 1"),
        ({ADDRESSES: "10.0.0.1"}, f"{ADDRESSES} begins with '10.0.0.1': give the address of worker 0"),
        ({ADDRESSES: "host:99999"}, f"{ADDRESSES} begins with 'host:99999': give the address of worker 0"),
    ],
)
def test_an_environment_that_is_half_set_is_told(changes, message):
    environment = {name: value for name, value in (WHOLE | changes).items() if value is not None}
    with pytest.raises(UsageError) as caught:
        read_environment(environment)
    assert str(caught.value).startswith(message)


def test_the_environment_names_this_worker():
    assert read_environment(WHOLE) == (Workers(1, 2), HERE)
    assert read_environment(WHOLE | {ADDRESSES: "[::1]:80, other:81"}) == (Workers(1, 2), "[::1]:80")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_each_row_of_a_batch_is_one_workers(count):
    inputs = np.arange(1, 9, dtype=np.int32).reshape(4, 2)
    batch = Batch(inputs, inputs + 1, np.ones((4, 2), np.float32))
    parts = [Workers(number, count).rows_of(batch) for number in range(count)]
    assert len({len(part.inputs) for part in parts}) == 1
    for side in ("inputs", "targets", "sample_weight"):
        together = np.concatenate([getattr(part, side) for part in parts])
        np.testing.assert_array_equal(together[:4], getattr(batch, side))
        assert not together[4:].any(), "what fills up counts nothing"
        assert together.dtype == getattr(batch, side).dtype


def test_a_batch_that_cannot_be_shared_is_refused():
    with pytest.raises(
        UsageError, match=r"batch_size is 20, which 3 workers cannot share: give --batch-size 21"
    ):
        Workers(0, 3).check(Settings(batch_size=20))
    with pytest.raises(
        UsageError, match=r"batch_size is 2, which 3 workers cannot share: give --batch-size 3"
    ):
        Workers(0, 3).check(Settings(batch_size=2))
    Workers(0, 3).check(Settings(batch_size=21))


def test_without_jax_the_extra_is_named(tmp_path):
    hidden = "import importlib.util, nlp_lstm.cli, sys; importlib.util.find_spec = lambda name: None"
    code = f"{hidden}; sys.argv = ['nlp-lstm', 'train', '--distributed']; nlp_lstm.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 66
    assert done.stderr == "nlp-lstm: --distributed needs jax: pip install 'nlp-lstm[distributed]'\n"


# Two processes

TAGGER = ("--task", "sentiment", "--limit", "90", "--batch-size", "8", "--layers", "2")
PREDICTOR = ("--task", "next-word", "--limit", "120", "--batch-size", "4", "--timesteps", "9")
SMALL = ("--units", "6", "--embedding-dim", "5", "--epochs", "2")
TRAIN = [sys.executable, "-m", "nlp_lstm", "train", "--quiet"]


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Worker:
    """One worker, of one thread, in a folder that all share."""

    def __init__(self, folder: Path, number: int, port: int, *options: str):
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        own = {ADDRESSES: f"127.0.0.1:{port}", COUNT: "2", NUMBER: str(number), "XLA_FLAGS": flags}
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            self.out, self.err = (os.fdopen(os.dup(file.fileno()), "r") for file in (out, err))
            command = [*TRAIN, "--distributed", *options]
            self.process = subprocess.Popen(command, cwd=folder, env=os.environ | own, stdout=out, stderr=err)

    def end(self, seconds: float = 300) -> tuple[int, str, str]:
        """Exit code, stdout and stderr, when it has ended; after some seconds it is killed."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        told = []
        for file in (self.out, self.err):
            file.seek(0)
            told.append(file.read())
            file.close()
        return self.process.returncode, told[0], told[1]


def train_together(folder: Path, *options: str) -> list[tuple[int, str, str]]:
    """Train with two workers, and return how each ended."""
    port = free_port()
    return [worker.end() for worker in [Worker(folder, number, port, *options) for number in range(2)]]


def train_alone(folder: Path, *options: str) -> None:
    """Train with one process on JAX."""
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run(
        [*TRAIN, *options], cwd=folder, env=environment, check=True, capture_output=True, timeout=300
    )


def largest_difference(folder: Path, one: str, other: str) -> float:
    """The largest difference of any weight of two runs."""
    first, second = (load_run(folder / name).weights for name in (one, other))
    return max(float(np.abs(values - second[name]).max()) for name, values in first.items())


def wait_for(file: Path, workers: list[Worker], seconds: float = 120) -> None:
    """Wait until a file is there and all workers are still at work."""
    until = time.monotonic() + seconds
    while not file.is_file():
        assert time.monotonic() < until, f"{file} was not written"
        assert all(worker.process.poll() is None for worker in workers), [worker.end() for worker in workers]
        time.sleep(0.05)


both_tasks = pytest.mark.parametrize("task", [TAGGER, PREDICTOR], ids=["sentiment", "next-word"])


@slow
@both_tasks
def test_two_workers_train_what_one_process_trains(tmp_path, task):
    train_alone(tmp_path, *task, *SMALL, "--run", "alone")
    ended = train_together(tmp_path, *task, *SMALL, "--run", "together", "--json")
    assert [code for code, _, _ in ended] == [0, 0], ended
    assert [err for _, _, err in ended] == ["", ""], "and nothing of what lies below is told"
    assert json.loads(ended[0][1])["status"] == "finished", "nothing but the report is on stdout"
    assert ended[1][1] == "", "worker 0 reports"
    assert largest_difference(tmp_path, "alone", "together") < 1e-6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "together"]


@slow
@both_tasks
@pytest.mark.parametrize("victim", [0, 1])
@pytest.mark.parametrize("seconds", [0.1, 4.0])
def test_a_lost_worker_ends_all_and_resume_goes_on(tmp_path, task, victim, seconds):
    options = (*task, *SMALL, "--epochs", "5", "--patience", "5")
    assert [code for code, _, _ in train_together(tmp_path, *options, "--run", "whole")] == [0, 0]
    port = free_port()
    lasting = (*options, "--checkpoint-every", "0", "--run", "broken")
    workers = [Worker(tmp_path, number, port, *lasting) for number in range(2)]
    wait_for(tmp_path / "broken" / "checkpoint.safetensors", workers)
    time.sleep(seconds)
    workers[victim].process.kill()
    began = time.monotonic()
    code, _, err = workers[1 - victim].end(60)
    assert time.monotonic() - began < 30
    assert code == 75, err
    assert len(err.splitlines()) == 1, err
    assert err.startswith(f"nlp-lstm: worker {1 - victim} has lost another one: when all 2")
    workers[victim].end()
    ended = train_together(tmp_path, "--resume", "broken")
    assert [code for code, _, _ in ended] == [0, 0], ended
    assert largest_difference(tmp_path, "whole", "broken") == 0


@slow
def test_a_worker_that_is_told_to_stop_says_so(tmp_path):
    port, options = free_port(), (*PREDICTOR, *SMALL, "--epochs", "300", "--patience", "300", "--run", "r")
    workers = [Worker(tmp_path, number, port, *options) for number in range(2)]
    wait_for(tmp_path / "r" / "checkpoint.safetensors", workers)
    time.sleep(3)
    workers[1].process.terminate()
    (code, _, _), (own_code, own_out, own_err) = [worker.end(120) for worker in workers]
    assert (own_code, code) == (143, 75), own_err
    assert own_out == ""
    said = "nlp-lstm: worker 1 was stopped, which ends the others: --resume in all goes on"
    assert own_err.split("\n") == ["", said, ""], "a line below what the terminal shows of Ctrl-C"


@slow
@pytest.mark.parametrize(
    ("own", "difference"),
    [
        (("--units", "7"), "worker 0 has units 6, worker 1 has 7: start all"),
        (("--data", "text:other.txt"), "worker 0 has SHA-256 of train "),
    ],
)
def test_workers_that_would_not_do_the_same_are_refused(tmp_path, own, difference):
    for name in ("one", "other"):
        (tmp_path / f"{name}.txt").write_text(f"the {name} text .\n" * 40, encoding="utf-8")
    port, options = free_port(), (*PREDICTOR, *SMALL, "--data", "text:one.txt", "--run", "r")
    workers = [Worker(tmp_path, 0, port, *options), Worker(tmp_path, 1, port, *options, *own)]
    for code, _, err in [worker.end() for worker in workers]:
        assert code == 2, err
        assert err.splitlines()[-1].startswith(f"nlp-lstm: {difference}")
    assert not (tmp_path / "r").exists()


@slow
def test_a_worker_that_fails_before_the_first_step_ends_the_others(tmp_path):
    port, options = free_port(), (*PREDICTOR, *SMALL, "--run", "r")
    workers = [Worker(tmp_path, 0, port, *options), Worker(tmp_path, 1, port, *options, "--data", "gone.csv")]
    began = time.monotonic()
    (code, _, err), (own_code, _, own_err) = [worker.end(120) for worker in workers]
    assert (own_code, code) == (66, 75), (own_err, err)
    assert time.monotonic() - began < 90


@slow
def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = Worker(tmp_path, 0, port, *SMALL).end()
    assert code == 2
    assert err.startswith(f"nlp-lstm: {ADDRESSES} is 127.0.0.1:{port}, where worker 0 cannot listen")


@slow
@pytest.mark.parametrize(
    ("number", "message"),
    [(0, "nlp-lstm: not all 2 workers came to"), (1, "nlp-lstm: worker 0 does not answer")],
)
def test_who_waits_in_vain_gives_up(tmp_path, number, message):
    began = time.monotonic()
    code, _, err = Worker(tmp_path, number, free_port(), *SMALL).end(150)
    assert code == 75, err
    assert err.splitlines()[-1].startswith(message)
    assert time.monotonic() - began < 100


PAGE = Path(__file__).resolve().parents[1] / "docs" / "do" / "several_machines.md"
# What Slurm would be: all tasks on this machine.
SLURM = {
    "scontrol": "echo 127.0.0.1",
    "srun": 'for task in 0 1; do SLURM_PROCID=$task "$@" & done; wait',
}


@slow
def test_the_commands_of_the_page_train_together(tmp_path):
    port, programs = free_port(), tmp_path / "programs"
    programs.mkdir()
    for name, text in SLURM.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "SLURM_NTASKS": "2", "SLURM_JOB_NODELIST": "here"}
    _, *shells, script = re.findall(
        r"^```bash\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    small = script.replace("--run together", "--limit 60 --epochs 1 --run by_slurm")
    for commands, run in ((shells, "together"), ([small], "by_slurm")):
        typed = [command.replace("29500", str(port)) for command in commands]
        started = [subprocess.Popen(["bash", "-ec", one], cwd=tmp_path, env=environment) for one in typed]
        assert [process.wait(300) for process in started] == [0] * len(started)
        assert load_run(tmp_path / run).status == "finished"
