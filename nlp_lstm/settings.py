"""Every hyperparameter, once: its default, unit, range, help text and the group that the help lists it in.

The CLI makes its options from these fields, a run stores them, and a task overrides the defaults that
suit it (`Task.settings`). Adding a hyperparameter is adding a field.
"""

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from nlp_lstm.errors import UsageError
from nlp_lstm.registry import match_name

PROCESSOR = Path("/proc/cpuinfo")  # Linux's file of what the processor can do
# Its words for products of bfloat16: Intel's and AMD's two, Arm's one.
BFLOAT16 = {"amx_bf16", "avx512_bf16", "bf16"}
# What only the twin of the next-word predictor has, and why no other task does.
NEXT_WORD_TWIN = {
    "tie_weights": "only words can share their embedding",
    "sampled_softmax": "only a vocabulary of words is large enough",
    "activation_regularization": "only running text has almost no padding",
    "temporal_activation_regularization": "only running text has almost no padding",
}
# The groups of the settings, in the order of the help of `train`.
GROUPS = MODEL, VOCABULARY, TRAINING, REGULARIZATION = "Model", "Vocabulary", "Training", "Regularization"
KINDS = {int: "a whole number", float: "a number", bool: "True or False", str: "a string"}


def setting(
    group: str,
    default: Any,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple = (),
) -> Any:
    """Return a dataclass field that knows its group, its help text and its range (both ends allowed)."""
    rules = {"default": default, "help": help, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(default=default, metadata={"group": group, **rules})


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of one training.

    A `precision` of "auto" becomes that of this machine's processor at once, and so a run records what it was
    trained in. Names are taken in any case: `Settings(cell="LSTM").cell` is "lstm".

    Raises:
        UsageError: if a value is outside its range; names the value and the range.
        UnknownNameError: if a name is none of its choices; suggests the near ones.

    Example:
        >>> Settings(units=64).units
        64
        >>> Settings(dropout=2.0)
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: dropout is 2.0: it must be between 0 and 0.95
    """

    cell: str = setting(MODEL, "lstm", "recurrent cell: lstm, gru or rnn")
    layers: int = setting(MODEL, 1, "stacked recurrent layers", minimum=1, maximum=16)
    units: int = setting(MODEL, 128, "units of each recurrent layer", minimum=1, maximum=8192)
    embedding_dim: int = setting(MODEL, 100, "numbers per embedded word", minimum=1, maximum=8192)
    dropout: float = setting(
        REGULARIZATION, 0.3, "share of numbers dropped after embedding and layers", minimum=0, maximum=0.95
    )
    variational: bool = setting(
        REGULARIZATION,
        False,
        "whether dropout drops the same numbers at all words of a sequence (Gal & Ghahramani 2016)",
    )
    word_dropout: float = setting(
        REGULARIZATION,
        0.0,
        "share of words hidden in training: read as unknown or, where many words are unknown, as padding",
        minimum=0,
        maximum=0.95,
    )
    weight_dropout: float = setting(
        REGULARIZATION,
        0.0,
        "share of each recurrent kernel dropped at every step of training (Merity et al. 2018; lstm, twin)",
        minimum=0,
        maximum=0.95,
    )
    activation_regularization: float = setting(
        REGULARIZATION,
        0.0,
        "weight in the loss of the mean square of the hidden states that the output layer reads (Merity et "
        "al. 2017; next-word, twin)",
        minimum=0,
    )
    temporal_activation_regularization: float = setting(
        REGULARIZATION,
        0.0,
        "weight in the loss of the mean squared change of these hidden states from word to word (Merity et "
        "al. 2017; next-word, twin)",
        minimum=0,
    )
    tie_weights: bool = setting(
        MODEL,
        False,
        "whether the output layer uses the embedding as its kernel (next-word; units = embedding_dim)",
    )
    vocab_size: int = setting(
        VOCABULARY, 30_000, "maximum entries of the vocabulary, including its 3 reserved ones", minimum=4
    )
    min_count: int = setting(VOCABULARY, 1, "words seen fewer times become unknown", minimum=1)
    lowercase: bool = setting(VOCABULARY, True, "whether the model sees words in lower case")
    train_as: str = setting(
        TRAINING, "twin", "train the taught model itself or its fast twin", choices=("twin", "taught")
    )
    epochs: int = setting(TRAINING, 10, "maximum passes over the training set", minimum=1)
    batch_size: int = setting(TRAINING, 32, "sequences per step", minimum=1)
    timesteps: int = setting(
        TRAINING,
        100,
        "words per training sequence: next-word cuts text into such sequences; for sentiment only the taught "
        "model has this limit",
        minimum=2,
    )
    optimizer: str = setting(TRAINING, "adam", "how weights are updated", choices=("adam", "sgd"))
    learning_rate: float = setting(
        TRAINING, 0.002, "first step size; it falls to 0 along a cosine (sgd wants about 20)", minimum=1e-7
    )
    clip_norm: float = setting(TRAINING, 1.0, "maximum norm of the gradient over all weights", minimum=1e-6)
    weight_decay: float = setting(
        REGULARIZATION,
        0.0,
        "share of each weight that a step takes off, times the learning rate (Loshchilov & Hutter 2019)",
        minimum=0,
        maximum=1,
    )
    loss_chunk: int = setting(
        TRAINING, 512, "maximum words whose logits are in memory at once in training", minimum=1
    )
    sampled_softmax: int = setting(
        TRAINING,
        0,
        "words in the softmax of training: the words of the batch, and some that stand for all others "
        "(Jean et al. 2015; next-word, twin); 0 for all words",
        minimum=0,
    )
    precision: str = setting(
        TRAINING,
        "float32",
        "precision of matrix products in training; auto is bfloat16, which is faster, if the processor has "
        "it, otherwise float32",
        choices=("float32", "bfloat16", "auto"),
    )
    patience: int = setting(TRAINING, 3, "epochs without a better validation loss before stopping", minimum=1)
    keep: str = setting(
        TRAINING,
        "best",
        "which epoch's weights are kept: best (lowest validation loss) or last",
        choices=("best", "last"),
    )
    seed: int = setting(TRAINING, 0, "seed of weights, order and dropout", minimum=0, maximum=2**31 - 1)

    def __post_init__(self):
        for entry in fields(self):
            value = spelled(entry.name, getattr(self, entry.name))
            _check(entry.name, value, entry.metadata)
            object.__setattr__(self, entry.name, value)
        if self.precision == "auto":
            object.__setattr__(self, "precision", "bfloat16" if has_bfloat16() else "float32")
        if self.tie_weights and self.units != self.embedding_dim:
            raise UsageError(
                f"tie_weights with {self.units} units and embedding_dim {self.embedding_dim}: make them equal"
            )
        for name in NEXT_WORD_TWIN:
            if getattr(self, name) and self.train_as == "taught":
                raise UsageError(f"{name} with train_as 'taught': only the twin has it, leave one out")
        if 0 < self.sampled_softmax < self.batch_size * self.timesteps:
            raise UsageError(
                f"sampled_softmax is {self.sampled_softmax} but a batch of {self.batch_size} times "
                f"{self.timesteps} words can have {self.batch_size * self.timesteps} different ones: make it "
                "at least that, or 0"
            )
        if self.weight_dropout and (self.cell, self.train_as) != ("lstm", "twin"):
            name, value = ("cell", self.cell) if self.cell != "lstm" else ("train_as", self.train_as)
            raise UsageError(
                f"weight_dropout with {name} {value!r}: only the twin of an lstm has it, set it to 0"
            )


def spelled(name: str, value: Any) -> Any:
    """Return the value of a setting as runs record it: a name in its own spelling, all else as it is.

    Raises:
        UnknownNameError: if a name is none of the setting's choices.

    Example:
        >>> spelled("optimizer", "Adam"), spelled("cell", "GRU"), spelled("units", 8)
        ('adam', 'gru', 8)
    """
    choices = next((entry.metadata["choices"] for entry in fields(Settings) if entry.name == name), ())
    if choices and isinstance(value, str):
        return match_name(name, value, choices)
    return value.casefold() if name == "cell" and isinstance(value, str) else value


def has_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 itself, as far as the system tells; Linux does.

    Without it, products of bfloat16 take longer than those of float32.

    Example:
        >>> Settings(precision="auto").precision == ("bfloat16" if has_bfloat16() else "float32")
        True
    """
    try:
        return not BFLOAT16.isdisjoint(PROCESSOR.read_text(encoding="utf-8").split())
    except OSError:
        return False


def _check(name: str, value: Any, rules: Any) -> None:
    """Raise a UsageError if `value` breaks the rules of the setting `name`."""
    kind = type(rules["default"])
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise UsageError(f"{name} is {value!r}: it must be {KINDS[kind]}")
    low, high = rules["minimum"], rules["maximum"]
    if low is None:
        return
    # NaN compares as False with everything, so the test asks for what is allowed.
    if not (value < math.inf and value >= low and (high is None or value <= high)):
        allowed = f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"
        finite = "" if -math.inf < value < math.inf else "a finite number, "
        raise UsageError(f"{name} is {value}: it must be {finite}{allowed}")
