"""How fast the training twins learn, beside PyTorch on the same model, batches and order (extra `bench`).

    python tests/benchmarks/training.py [rounds] [--layout cpu|gpu]

The next-word model is that of PyTorch's example word_language_model, with its loop: nn.LSTM, log_softmax,
clipped gradients, plain SGD. Each round times ours and torch's one after the other; a ratio is of one round,
so that a machine that slows down slows both. The layout is that of the machine unless another is named; on a
GPU torch runs there too.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from peer import TorchLearner

import nlp_lstm.cli  # noqa: F401  # TensorFlow's threads are those of `nlp-lstm train`
from nlp_lstm.models.layers import get_weights
from nlp_lstm.models.layouts import LAYOUTS, has_gpu, layout, use_layout
from nlp_lstm.task import load_task
from nlp_lstm.text.batches import Batch
from nlp_lstm.training.learner import Learner

VOCABULARY, LABELS = 10_000, 5
SECONDS = 4.0  # that each is timed for in a round
STEPS = 8  # different batches
NEXT_WORD = {"layers": 2, "units": 200, "embedding_dim": 200, "tie_weights": True, "dropout": 0.2}
NEXT_WORD |= {"batch_size": 20, "timesteps": 35, "optimizer": "sgd", "learning_rate": 1.0, "clip_norm": 0.25}
TAGGER = {"units": 128, "embedding_dim": 100, "dropout": 0.2, "batch_size": 64, "timesteps": 32}


def words_per_second(train: Callable[[Batch], object], batches: list[Batch], words: int) -> float:
    """Words per second, over `SECONDS`."""
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        train(batches[done % STEPS])
        done += 1
    return done * words / (time.perf_counter() - started)


def measure(name: str, changes: dict, outputs: int, rounds: int) -> None:
    """Print the words per second of both, and their ratios, for each precision."""
    random = np.random.default_rng(0)
    settings = load_task(name).changed_settings(changes)
    shape = (settings.batch_size, settings.timesteps)
    batches = [
        Batch(
            random.integers(3, VOCABULARY, shape, np.int32),
            random.integers(0, outputs, shape, np.int32),
            np.ones(shape, np.float32),
        )
        for _ in range(STEPS)
    ]
    task, stream = load_task(name), settings.optimizer == "sgd"
    device = "cuda" if has_gpu() and torch.cuda.is_available() else "cpu"
    weights = get_weights(task.training_twin(settings, VOCABULARY, outputs, stream))
    trains: dict[str, Callable[[Batch], object]] = {
        "torch": TorchLearner(settings, weights, stream, 100_000, device).train
    }
    for precision in ("float32", "bfloat16"):
        chosen = task.changed_settings({**changes, "precision": precision})
        trains[precision] = Learner(task, chosen, weights, stream, steps=100_000).train
    for train in trains.values():
        for batch in batches[:3]:
            train(batch)
    words = shape[0] * shape[1]
    rates = np.array(
        [[words_per_second(train, batches, words) for train in trains.values()] for _ in range(rounds)]
    )
    print(f"{name} {shape}: torch {np.median(rates[:, 0]):.0f} words/s", flush=True)
    for column, precision in enumerate(("float32", "bfloat16"), start=1):
        ratios = rates[:, column] / rates[:, 0]
        low, middle, high = np.quantile(ratios, (0, 0.5, 1))
        rate = np.median(rates[:, column])
        print(f"  {precision}: {rate:.0f} words/s; / torch min {low:.2f} median {middle:.2f} max {high:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--layout", choices=LAYOUTS, default=layout())
    asked = parser.parse_args()
    print(f"layout {asked.layout}; torch {torch.__version__}, {torch.get_num_threads()} threads")
    with use_layout(asked.layout):
        measure("next-word", NEXT_WORD, VOCABULARY, asked.rounds)
        measure("sentiment", TAGGER, LABELS, asked.rounds)
