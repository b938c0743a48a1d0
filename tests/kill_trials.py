"""Trainings killed at random moments and resumed: are the final weights those of one that was never killed?

    python tests/kill_trials.py [TRIALS] [KILLS] [SEED]

A trial trains in a child process, kills it with SIGKILL at a random moment, resumes what is left, kills that
too, and so on, at most KILLS times; the last child is left alone. Weights and history are then compared bit
by bit with those of a training of the same kind that nobody disturbed. Prints a row per trial; its exit code
says whether all are equal.

The children are forked from a process that has loaded Keras and not used it, which saves seconds per trial.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

TAGGER: dict[str, Any] = {"task": "sentiment", "data": "table:reviews.csv"}
PREDICTOR: dict[str, Any] = {"task": "next-word", "data": "mini", "limit": 30}
KINDS: dict[str, dict[str, Any]] = {
    "tagger": {**TAGGER, "word_dropout": 0.1},
    "tagger, variational gru, the last epoch": {
        **TAGGER,
        "cell": "gru",
        "variational": True,
        "keep": "last",
        "patience": 2,
    },
    "tagger as taught": {**TAGGER, "train_as": "taught"},
    "predictor": {**PREDICTOR, "layers": 2, "optimizer": "sgd"},
    "predictor, sampled softmax, tied, dropped weights": {
        **PREDICTOR,
        "sampled_softmax": 100,
        "tie_weights": True,
        "weight_dropout": 0.2,
        "word_dropout": 0.1,
    },
}
COMMON = {"units": 6, "embedding_dim": 6, "epochs": 4, "batch_size": 8, "timesteps": 12}
FINISHED = 7  # what a child ends with when its training has finished


def write_reviews(path: Path) -> None:
    """Write labelled sentences of one length, so that Keras traces a model for one shape and not for many."""
    draw = random.Random(0)
    rows = [
        f"{' '.join(draw.choices(('a', 'good', 'bad', 'film', 'plot', 'not'), k=7))},{label}"
        for label in ("positive", "negative") * 30
    ]
    path.write_text("\n".join(["text,label", *rows]) + "\n")


def in_child(work: Callable[[], Any], seconds: float | None = None) -> bool:
    """Do something in a child process, killed after some seconds; return whether it came to its end."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        try:
            work()
            os._exit(FINISHED)
        except BaseException as error:  # a child must not go on as its parent
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended not in (FINISHED, -signal.SIGKILL):
        raise SystemExit(f"a child ended with {ended}")
    return ended == FINISHED


def read(name: str) -> tuple[dict[str, bytes], list[dict[str, float]]]:
    """Return weights and history of a run, without the times."""
    from nlp_lstm.store.run import load_run

    run = load_run(name)
    assert run.status == "finished"
    assert "checkpoint.safetensors" not in os.listdir(run.path)
    history = [{name: value for name, value in row.items() if name != "seconds"} for row in run.history]
    return {name: values.tobytes() for name, values in run.weights.items()}, history


def trial(kind: str, seconds: float, most: int, chance: random.Random) -> tuple[list[str], bool]:
    """Kill a training and its resumptions at random moments.

    Returns:
        What was there after each kill, and whether the run is in the end that of a training left alone.
    """
    from nlp_lstm.training.train import train

    shutil.rmtree("runs/killed", ignore_errors=True)
    minutes, met = chance.choice([0, 0.01, 5]), []
    begin = partial(train, run="runs/killed", checkpoint_every=minutes, **COMMON, **KINDS[kind])
    go_on = partial(train, resume="killed", checkpoint_every=minutes)
    for kills in range(most + 1):
        work = go_on if met and met[-1] == "checkpoint" else begin
        if in_child(work, chance.uniform(0, seconds) if kills < most else None):
            break
        left = os.listdir("runs/killed") if Path("runs/killed").exists() else []
        met.append("checkpoint" if "checkpoint.safetensors" in left else "run" if "run.json" in left else "-")
        if met[-1] == "run":
            break  # it had been saved already
    return met, read("runs/killed") == read(f"runs/{kind}")


def main(trials: int = 5, most: int = 1, seed: int = 0) -> int:
    """Run the trials; return 1 if one of them differs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from nlp_lstm.training.train import train

    chance, kinds, took, equal = random.Random(seed), list(KINDS), {}, 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_reviews(Path("reviews.csv"))
        for number in range(trials):
            kind = kinds[number % len(kinds)]
            if kind not in took:
                started, options = time.perf_counter(), {**COMMON, **KINDS[kind]}
                in_child(lambda: train(run=f"runs/{kind}", **options))  # noqa: B023
                took[kind] = time.perf_counter() - started
            met: list[str] = []
            while not met:  # it may have finished before it could be killed
                met, same = trial(kind, took[kind], most, chance)
            equal += same
            print(f"{number + 1:3} {kind}: after each kill {', '.join(met)}; equal: {same}", flush=True)
        os.chdir("/")
    print(f"{equal} of {trials} are bit-equal")
    return int(equal < trials)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
