"""How fast `nlp-lstm probe` answers from a cold process, beside the shortest script of plain Keras.

    python tests/benchmarks/probe.py [rounds]

Run it in a folder with a trained run of each task. The script of plain Keras loads one exported model and
predicts one sentence; the probe reads the sentence with both models and prints every word's states.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SENTENCE = "the sky is blue, therefore the baby elephant is crying"
PLAIN_KERAS = """
import keras, numpy
model = keras.models.load_model({file!r})
print(model.predict(numpy.array([[5, 6, 7]]), verbose=0).shape)
"""


def seconds(command: list[str]) -> float:
    """How long a command takes from start to end."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main(rounds: int) -> None:
    """Print the seconds of both in every round, and their ratio."""
    from nlp_lstm import export
    from nlp_lstm.store.run import newest_run

    with tempfile.TemporaryDirectory() as folder:
        file = export(newest_run("next-word"), Path(folder) / "model.keras")
        plain = [sys.executable, "-c", PLAIN_KERAS.format(file=str(file))]
        probe = [str(Path(sys.executable).with_name("nlp-lstm")), "probe", SENTENCE]
        pairs = [(seconds(probe), seconds(plain)) for _ in range(rounds)]
    for name, values in (
        ("probe, seconds", [ours for ours, _ in pairs]),
        ("plain Keras, seconds", [theirs for _, theirs in pairs]),
        ("plain Keras / probe", [theirs / ours for ours, theirs in pairs]),
    ):
        print(f"{name}: min {min(values):.2f} median {statistics.median(values):.2f} max {max(values):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
