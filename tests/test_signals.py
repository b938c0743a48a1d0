"""What a user sees of Ctrl-C and SIGTERM: one line, the right exit code, and what was trained is there."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp_lstm import load_run

TRAIN = [
    *(sys.executable, "-m", "nlp_lstm", "train", "--quiet", "--limit", "60", "--units", "4"),
    *("--epochs", "500", "--patience", "500"),
]
SIGNALS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped by SIGTERM")]


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        TRAIN, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.parametrize("seconds", [0.4, 1.5], ids=["early", "late"])
@pytest.mark.parametrize(("number", "code", "says"), SIGNALS, ids=["SIGINT", "SIGTERM"])
def test_while_the_program_starts_it_ends_with_one_line(here, number, code, says, seconds):
    with start(here) as process:
        time.sleep(seconds)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert out == ""
    assert err.strip() == f"nlp-lstm: {says}"


@pytest.mark.parametrize(("number", "code", "says"), SIGNALS, ids=["SIGINT", "SIGTERM"])
def test_in_training_it_is_saved_and_the_next_command_named_even_if_asked_twice(here, number, code, says):
    with start(here) as process:
        while not (here / "runs/sentiment-001/checkpoint.safetensors").exists():
            time.sleep(0.05)
            assert process.poll() is None
        process.send_signal(number)
        time.sleep(0.005)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    (line,) = err.strip().splitlines()
    assert line.startswith(f"nlp-lstm: {says}")
    assert "`nlp-lstm train --resume runs/sentiment-001` continues the training" in line
    assert load_run(here / "runs/sentiment-001").status == "interrupted"
