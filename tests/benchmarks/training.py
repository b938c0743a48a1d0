"""How fast the training twins learn, beside PyTorch on the same model, batches and order (extra `bench`).

    python tests/benchmarks/training.py [rounds]

The next-word model is that of PyTorch's example word_language_model, with its loop: nn.LSTM, log_softmax,
clipped gradients, plain SGD. Each round times ours and torch's one after the other; a ratio is of one round,
so that a machine that slows down slows both.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import torch  # pyright: ignore[reportMissingImports]

from nlp_lstm.batches import Batch
from nlp_lstm.layers import get_weights
from nlp_lstm.learner import Learner
from nlp_lstm.settings import Settings
from nlp_lstm.task import load_task

VOCABULARY, LABELS = 10_000, 5
SECONDS = 4.0  # that each is timed for in a round
STEPS = 8  # different batches
NEXT_WORD = {"layers": 2, "units": 200, "embedding_dim": 200, "tie_weights": True, "dropout": 0.2}
NEXT_WORD |= {"batch_size": 20, "timesteps": 35, "optimizer": "sgd", "learning_rate": 1.0, "clip_norm": 0.25}
TAGGER = {"units": 128, "embedding_dim": 100, "dropout": 0.2, "batch_size": 64, "timesteps": 32}


class TorchModel(torch.nn.Module):
    """Embedding, dropout, nn.LSTM, dropout, output layer."""

    def __init__(self, settings: Settings, outputs: int):
        super().__init__()
        units, layers = settings.units, settings.layers
        self.embedding = torch.nn.Embedding(VOCABULARY, settings.embedding_dim)
        between = settings.dropout if layers > 1 else 0.0
        self.layers = torch.nn.LSTM(settings.embedding_dim, units, layers, dropout=between)
        self.dropout = torch.nn.Dropout(settings.dropout)
        self.output = torch.nn.Linear(units, outputs)
        if settings.tie_weights:
            self.output.weight = self.embedding.weight

    def forward(self, words, states):
        """Log probabilities, `(timesteps * batch, outputs)`, and the states to carry."""
        hidden, states = self.layers(self.dropout(self.embedding(words)), states)
        outputs = self.output(self.dropout(hidden))
        return torch.log_softmax(outputs.view(-1, outputs.shape[-1]), dim=1), states


def torch_step(settings: Settings, outputs: int, batches: list[Batch]) -> Callable[[int], None]:
    """A training step of torch's, by the number of the batch."""
    model, states = TorchModel(settings, outputs), None
    stream = settings.optimizer == "sgd"
    adam = None if stream else torch.optim.Adam(model.parameters(), settings.learning_rate)
    data = [(torch.from_numpy(b.inputs.T.copy()), torch.from_numpy(b.targets.T.copy())) for b in batches]

    def step(number: int) -> None:
        nonlocal states
        words, targets = data[number % len(data)]
        model.zero_grad()
        states = tuple(state.detach() for state in states) if stream and states else None
        says, states = model(words, states)
        torch.nn.functional.nll_loss(says, targets.reshape(-1).long()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        if adam:
            adam.step()
            return
        for parameter in model.parameters():
            assert parameter.grad is not None
            parameter.data.add_(parameter.grad, alpha=-settings.learning_rate)

    return step


def our_step(name: str, settings: Settings, outputs: int, batches: list[Batch]) -> Callable[[int], object]:
    """A training step of the twin's, by the number of the batch."""
    task = load_task(name)
    stream = settings.optimizer == "sgd"
    weights = get_weights(task.training_twin(settings, VOCABULARY, outputs, stream))
    learner = Learner(task, settings, weights, stream, steps=100_000)
    return lambda number: learner.train(batches[number % len(batches)])


def words_per_second(step: Callable[[int], object], words: int) -> float:
    """Words per second, over `SECONDS`."""
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        step(done)
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
    steps: dict[str, Callable[[int], object]] = {"torch": torch_step(settings, outputs, batches)}
    for precision in ("float32", "bfloat16"):
        chosen = load_task(name).changed_settings({**changes, "precision": precision})
        steps[precision] = our_step(name, chosen, outputs, batches)
    for step in steps.values():
        for number in range(3):
            step(number)
    words = shape[0] * shape[1]
    rates = np.array([[words_per_second(step, words) for step in steps.values()] for _ in range(rounds)])
    print(f"{name} {shape}: torch {np.median(rates[:, 0]):.0f} words/s", flush=True)
    for column, precision in enumerate(("float32", "bfloat16"), start=1):
        ratios = rates[:, column] / rates[:, 0]
        low, middle, high = np.quantile(ratios, (0, 0.5, 1))
        rate = np.median(rates[:, column])
        print(f"  {precision}: {rate:.0f} words/s; / torch min {low:.2f} median {middle:.2f} max {high:.2f}")


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    measure("next-word", NEXT_WORD, VOCABULARY, rounds)
    measure("sentiment", TAGGER, LABELS, rounds)
