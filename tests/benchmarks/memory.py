"""The peak of memory in training over WikiText-2's 33,278 words, by how many words' logits are held at once.

    python tests/benchmarks/memory.py [steps]

Each size of chunk trains in a process of its own, on random words: what is held does not depend on them. The
last one trains the same model with plain Keras's loss over the probabilities of a whole batch.
"""

import os
import resource
import subprocess
import sys
from typing import Any, cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

VOCABULARY = 33_278
SETTINGS = {"layers": 2, "units": 200, "embedding_dim": 200, "tie_weights": True, "batch_size": 80}
CHUNKS = (2800, 512, 100, 0)  # words, of the 2,800 of a batch; 0: plain Keras


def peak() -> float:
    """The largest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def train(chunk: int, steps: int) -> None:
    """Train some steps and print the peak before and after."""
    import keras
    import numpy as np

    from nlp_lstm.models.layers import get_weights
    from nlp_lstm.task import load_task
    from nlp_lstm.text.batches import Batch
    from nlp_lstm.training.learner import Learner

    task, random = load_task("next-word"), np.random.default_rng(0)
    settings = task.changed_settings({**SETTINGS, "loss_chunk": chunk or 1})
    shape = (settings.batch_size, settings.timesteps)
    words = random.integers(3, VOCABULARY, (2, *shape), np.int32)
    twin = task.training_twin(settings, VOCABULARY, VOCABULARY, True)
    batch = Batch(words[0], words[1], np.ones(shape, np.float32))
    if chunk:
        learner = Learner(task, settings, get_weights(twin), stream=True, steps=steps)
        step, arguments = learner.train, [batch]
    else:
        twin.compile(keras.optimizers.Adam(global_clipnorm=1.0), "sparse_categorical_crossentropy")
        step, arguments = twin.train_on_batch, [batch.inputs, batch.targets]
    before, train_one = peak(), cast(Any, step)
    for _ in range(steps):
        train_one(*arguments)
    name = (
        f"{chunk} words at once, {chunk * VOCABULARY * 4 / 2**20:.0f} MB of logits"
        if chunk
        else "plain Keras"
    )
    print(f"{name}: peak {peak():.0f} MB, before training {before:.0f} MB", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        train(int(sys.argv[1]), int(sys.argv[2]))
    else:
        steps = sys.argv[1] if len(sys.argv) > 1 else "20"
        for chunk in CHUNKS:
            subprocess.run([sys.executable, __file__, str(chunk), steps], check=True)
