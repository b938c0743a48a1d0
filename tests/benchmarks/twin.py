"""How much faster the training twin learns than the taught model: ratio of targets per second.

    python tests/benchmarks/twin.py [pairs]

Both train on the same targets of `mini`, in turn, so that the machine's mood hits both alike.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.models.layers import get_weights
from nlp_lstm.task import load_task
from nlp_lstm.text.vocabulary import Vocabulary
from nlp_lstm.training.learner import Learner


def targets_per_second(name: str, train_as: str, seconds: float = 4.0) -> float:
    """Train for some seconds after a warm-up; return the targets per second."""
    task = load_task(name)
    settings = task.changed_settings({"train_as": train_as, "timesteps": 35})
    corpus = load_corpus("mini", Request(task.predicts))
    vocabulary = Vocabulary.build(example.words for example in corpus.train)
    encoded = task.encode(corpus.train, vocabulary, corpus.label_names)
    outputs = len(corpus.label_names) or len(vocabulary)
    weights = get_weights(task.training_twin(settings, len(vocabulary), outputs, False))
    learner = Learner(task, settings, weights, encoded.stream, steps=1000)
    targets, started = 0.0, 0.0
    for step, batch in enumerate(task.batches(settings, encoded, np.random.default_rng(0))):
        if step == 5:
            started = time.perf_counter()
        learner.train(batch)
        if step >= 5:
            targets += float(batch.sample_weight.sum())
            if time.perf_counter() - started > seconds:
                break
    return targets / (time.perf_counter() - started)


def main() -> None:
    """Print the ratio of every pair, and their minimum, median and maximum."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for name in ("next-word", "sentiment"):
        ratios = []
        for _ in range(pairs):
            twin, taught = targets_per_second(name, "twin"), targets_per_second(name, "taught")
            ratios.append(twin / taught)
            print(f"{name}: twin {twin:.0f}, taught {taught:.0f} targets/s, ratio {ratios[-1]:.1f}")
        low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
        print(f"{name}: ratio twin/taught min {low:.1f} median {middle:.1f} max {high:.1f}")


if __name__ == "__main__":
    main()
