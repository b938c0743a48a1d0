"""Memory and cost per word of reading, training and evaluating, by how many words the training text has.

    python tests/benchmarks/corpora.py [millions of words ...]

The text is the first two million words of `stories`, over and over, so that the words are the same ones and
only more. Each step is a process of its own, which this one looks at every 20 milliseconds. Of its memory,
what is anonymous is its own; the rest is pages of files, which the system can drop at any time.
"""

import os
import subprocess
import sys
import tempfile
import time
from itertools import chain, repeat
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

MILLIONS = (2, 20)
MOST_DIFFERENT = 2_000_000  # words before the text begins again
SIZES = {"units": 8, "embedding_dim": 8, "vocab_size": 2000}
SETTINGS: dict[str, Any] = {**SIZES, "epochs": 1, "batch_size": 500}


def read(folder: Path) -> None:
    """Read the text, build a vocabulary and look the words up."""
    from nlp_lstm.corpora import Request, load_corpus
    from nlp_lstm.task import load_task
    from nlp_lstm.text.vocabulary import Vocabulary

    corpus = load_corpus(f"text:{folder}", Request("words"))
    vocabulary = Vocabulary.build((example.words for example in corpus.train), SETTINGS["vocab_size"])
    load_task("next-word").encode(corpus.train, vocabulary, ())


def train(folder: Path) -> None:
    """Read, train one epoch, and score the validation split."""
    from nlp_lstm import train

    train("next-word", f"text:{folder}", run=folder / "run", **SETTINGS)


def evaluate(folder: Path) -> None:
    """Read, fit the baselines, and score the validation split."""
    from nlp_lstm import evaluate

    evaluate(folder / "run")


STEPS = {"read": read, "train": train, "evaluate": evaluate}


def write_text(folder: Path, words: int) -> None:
    """Write a training text of so many words, and the validation split of `stories`."""
    from nlp_lstm.corpora.stories import read_split

    lines, count = [], 0
    for example in read_split("train"):
        lines.append(" ".join(example.words))
        count += len(example.words)
        if count >= MOST_DIFFERENT:
            break
    with (folder / "train.txt").open("w", encoding="utf-8") as file:
        written = 0
        for line in chain.from_iterable(repeat(lines)):
            if written >= words:
                break
            file.write(f"{line}\n")
            written += line.count(" ") + 1
    validation = (" ".join(example.words) for example in read_split("validation"))
    (folder / "valid.txt").write_text("\n".join(validation), encoding="utf-8")


def memory(process: int) -> dict[str, float]:
    """The peak of a process's memory so far, and what is anonymous now, in megabytes; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = dict(line.split(":", 1) for line in lines)
    return {name: int(found.get(name, "0 kB").split()[0]) / 1024 for name in ("VmHWM", "RssAnon")}


def measure(step: str, folder: Path, millions: float) -> None:
    """Make a step in a process of its own and print what it took."""
    before, started = os.times(), time.perf_counter()
    done = subprocess.Popen([sys.executable, __file__, step, str(folder)], stdout=subprocess.DEVNULL)
    peak = anonymous = 0.0
    while done.poll() is None:
        now = memory(done.pid)
        peak, anonymous = max(peak, now["VmHWM"]), max(anonymous, now["RssAnon"])
        time.sleep(0.02)
    if done.returncode:
        raise SystemExit(f"{step} ended with exit code {done.returncode}")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    seconds = time.perf_counter() - started
    print(
        f"{step:8} {millions:5g} million words: peak {peak:5.0f} MB, of its own {anonymous:5.0f} MB, "
        f"{spent / millions:6.2f} processor seconds per million words, {seconds:5.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in STEPS:
        STEPS[sys.argv[1]](Path(sys.argv[2]))
    else:
        for millions in map(float, sys.argv[1:] or MILLIONS):
            with tempfile.TemporaryDirectory() as name:
                write_text(Path(name), round(millions * 1_000_000))
                for step in STEPS:
                    measure(step, Path(name), millions)
