"""How many minutes of training a quality takes, beside PyTorch (extra `bench`).

    python tests/benchmarks/quality.py [ptb] [sst]        # in a folder with data/ptb or data/sst

Ours and torch's begin with the same weights and see the same batches in the same order, with Adam along the
same cosine. The clock stops while the validation split is scored, over all words. Ours multiplies and takes
its softmax as the preset does: next words in bfloat16, where the processor has it, and over a sample. Torch's
loop is that of its example word_language_model, in float32 and over all words.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import torch  # pyright: ignore[reportMissingImports]
from peer import TorchLearner  # before Keras, see there

# isort: split

import keras
import numpy as np

import nlp_lstm.cli  # noqa: F401  # TensorFlow's threads are those of `nlp-lstm train`
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.corpora._labels import FIVE_SENTIMENTS
from nlp_lstm.evaluation.scoring import score_last_words
from nlp_lstm.models.layers import get_weights
from nlp_lstm.task import Encoded, Task, load_task
from nlp_lstm.text.batches import Batch, pad
from nlp_lstm.training.learner import Learner
from nlp_lstm.training.preparing import build_vocabulary, first_weights
from nlp_lstm.training.recipes import PRESETS

# A preset, and what differs from it; dropout is the plain one, since torch has no other.
PTB = (
    "ptb-small",
    {"epochs": 13, "timesteps": 35, "dropout": 0.25}
    | {"word_dropout": 0.0, "weight_dropout": 0.0, "weight_decay": 0.0}
    | {"activation_regularization": 0.0, "temporal_activation_regularization": 0.0},
)
SST = ("sst-scratch", {"epochs": 5, "word_dropout": 0.0})
EVALUATIONS = 4  # in each epoch


def perplexity(learner: Any, task: Task, settings: Any, validation: Encoded) -> float:
    """Of the validation text, states carried."""
    learner.reset_states()
    loss = targets = 0.0
    for batch in task.batches(settings, validation, np.random.default_rng(0)):
        count = batch.sample_weight.sum()
        loss, targets = loss + learner.test(batch)["loss"] * count, targets + count
    learner.reset_states()
    return float(np.exp(loss / targets))


def binary_error(learner: Any, task: Task, settings: Any, validation: Encoded) -> float:
    """Share of the sentences that are not neutral whose last word is given the wrong side."""
    batch = pad(validation.inputs, validation.targets)
    ends = [len(ids) - 1 for ids in validation.inputs]
    last = learner.probabilities(batch.inputs)[np.arange(len(ends)), ends]
    labels = np.array([targets[-1] for targets in validation.targets])
    right = score_last_words(last, labels, FIVE_SENTIMENTS)["last_word_binary"]
    return 1 - float(right or 0)


class OurLearner(Learner):
    """Our `Learner`, with what the model says."""

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """What the model says after every word, `(batch, timesteps, outputs)`."""
        return np.asarray(keras.ops.convert_to_numpy(self.model(inputs)))


def minutes_to(
    learner: Any, epochs: list[list[Batch]], score: Callable[[Any], float], bars: list[float]
) -> dict[float, float]:
    """Train until the last bar is reached; return the minutes of training that each took."""
    reached: dict[float, float] = {}
    seconds = 0.0
    for epoch, batches in enumerate(epochs, start=1):
        learner.reset_states()
        for part in np.array_split(np.arange(len(batches)), EVALUATIONS):
            started = time.perf_counter()
            for number in part:
                learner.train(batches[number])
            seconds += time.perf_counter() - started
            now = score(learner)
            reached |= {bar: seconds / 60 for bar in bars if now <= bar and bar not in reached}
            print(f"  epoch {epoch}, {seconds / 60:.2f} min: {now:.4f}", file=sys.stderr, flush=True)
            if len(reached) == len(bars):
                return reached
    return reached


def measure(recipe: tuple[str, dict[str, Any]], score: Callable[..., float], bars: list[float]) -> None:
    """Print the minutes of both to every bar."""
    preset = PRESETS[recipe[0]]
    task = load_task(preset.task)
    settings = task.changed_settings({**preset.settings, **recipe[1], "variational": False})
    request = Request(task.predicts, preset.labels, preset.classes, preset.subphrases)
    corpus = load_corpus(preset.data, request)
    vocabulary = build_vocabulary(corpus, settings, request, vectors=None)
    labels = corpus.label_names if task.predicts == "labels" else ()
    training = task.encode(corpus.whole_train(), vocabulary, labels)
    validation = task.encode(corpus.validation, vocabulary, labels)
    outputs = len(labels) or len(vocabulary)
    random = np.random.default_rng(settings.seed)
    epochs = [list(task.batches(settings, training, random)) for _ in range(settings.epochs)]
    steps = sum(map(len, epochs))
    keras.utils.set_random_seed(settings.seed)
    torch.manual_seed(settings.seed)
    fresh = get_weights(task.training_twin(settings, len(vocabulary), outputs, False))
    weights = first_weights(fresh, training, None, {})
    learners = {
        "ours": OurLearner(task, settings, weights, training.stream, steps),
        "torch": TorchLearner(settings, weights, training.stream, steps),
    }
    for name, learner in learners.items():
        found = minutes_to(learner, epochs, lambda who: score(who, task, settings, validation), bars)
        told = [f"{bar:g} after {found[bar]:.1f} min" if bar in found else f"{bar:g} never" for bar in bars]
        print(f"{preset.name} {name}: {score.__name__} {', '.join(told)}", flush=True)


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["ptb", "sst"]
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    if "ptb" in chosen:
        measure(PTB, perplexity, [120.0, 100.0])
    if "sst" in chosen:
        measure(SST, binary_error, [0.17])
