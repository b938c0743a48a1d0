"""Memory and cost per word of reading, training and evaluating, by how many words the training text has.

    python tests/benchmarks/corpora.py [millions of words, formats ...]

The text is the first two million words of `stories`, over and over, so that the words are the same ones and
only more; as text, and as tables with a label for each sentence. Each step is a process of its own, which
this one looks at every 20 milliseconds. Of its memory, what is anonymous is its own; the rest is pages of
files, which the system can drop at any time.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
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


def read_labelled(folder: Path) -> None:
    """Read a table, build a vocabulary and look the words and labels up."""
    from nlp_lstm.corpora import Request, load_corpus
    from nlp_lstm.task import load_task
    from nlp_lstm.text.vocabulary import Vocabulary

    corpus = load_corpus(f"table:{folder}", Request())
    vocabulary = Vocabulary.build((example.words for example in corpus.train), SETTINGS["vocab_size"])
    load_task("sentiment").encode(corpus.train, vocabulary, corpus.label_names)


def tag(folder: Path) -> None:
    """Read a table, train one epoch, and score the validation split."""
    from nlp_lstm import train

    train("sentiment", f"table:{folder}", run=folder / "run", **SETTINGS)


STEPS = {"read": read, "train": train, "evaluate": evaluate}
STEPS_OF_TABLES = {"read_labelled": read_labelled, "tag": tag, "evaluate": evaluate}
FORMATS = ("text", "csv", "jsonl", "parquet")


def sentences(words: int) -> Iterator[str]:
    """Sentences of `stories`, so many words in all."""
    from nlp_lstm.corpora.stories import read_split

    kept, count, written = list[tuple[str, ...]](), 0, 0
    for example in read_split("train"):
        kept.append(example.words)
        count += len(example.words)
        if count >= MOST_DIFFERENT:
            break
    for sentence in chain.from_iterable(repeat(kept)):
        if written >= words:
            return
        written += len(sentence)
        yield " ".join(sentence)


def validation() -> Iterator[str]:
    """The sentences of its validation split."""
    from nlp_lstm.corpora.stories import read_split

    return (" ".join(example.words) for example in read_split("validation"))


def write_text(folder: Path, words: int) -> None:
    """Write a training text of so many words, and a validation split."""
    for name, texts in {"train": sentences(words), "valid": validation()}.items():
        with (folder / f"{name}.txt").open("w", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in texts)


def write_table(folder: Path, words: int, ending: str) -> None:
    """Write tables of sentences and whether each has an even number of letters."""
    for name, texts in {"train": sentences(words), "valid": validation()}.items():
        rows = ((text, "odd" if len(text) % 2 else "even") for text in texts)
        with (folder / f"{name}.{ending}").open("w", encoding="utf-8", newline="") as file:
            if ending == "csv":
                csv.writer(file).writerows(chain([("text", "label")], rows))
            else:
                file.writelines(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)


def pack(folder: Path) -> None:
    """Turn the tables of a folder, of JSON, into Parquet."""
    import pyarrow.json
    import pyarrow.parquet

    for file in folder.glob("*.jsonl"):
        pyarrow.parquet.write_table(pyarrow.json.read_json(file), file.with_suffix(".parquet"))
        file.unlink()


def memory(process: int) -> dict[str, float]:
    """The peak of a process's memory so far, and what is anonymous now, in megabytes; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = dict(line.split(":", 1) for line in lines)
    return {name: int(found.get(name, "0 kB").split()[0]) / 1024 for name in ("VmHWM", "RssAnon")}


def measure(name: str, step: str, folder: Path, millions: float) -> None:
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
        f"{name:8}{step:14} {millions:5g} million words: peak {peak:5.0f} MB, its own {anonymous:5.0f} MB, "
        f"{spent / millions:6.2f} processor seconds per million words, {seconds:5.0f} s",
        flush=True,
    )


def measure_all(millions: float, formats: Collection[str]) -> None:
    """Measure what is done with a training text of so many words, in each format."""
    words = round(millions * 1_000_000)
    for name in formats:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            if name == "text":
                write_text(folder, words)
            else:
                write_table(folder, words, "jsonl" if name == "parquet" else name)
            if name == "parquet":
                pack(folder)
            for step in STEPS if name == "text" else STEPS_OF_TABLES:
                measure(name, step, folder, millions)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS | STEPS_OF_TABLES:
        (STEPS | STEPS_OF_TABLES)[sys.argv[1]](Path(sys.argv[2]))
    else:
        asked = [name for name in sys.argv[1:] if name in FORMATS]
        for millions in [float(one) for one in sys.argv[1:] if one not in FORMATS] or MILLIONS:
            measure_all(millions, asked or FORMATS)
