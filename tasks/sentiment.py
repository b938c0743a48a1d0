"""Sentiment, word by word: a label after every word of a sentence.

    words -> Embedding -> LSTM stack, return_sequences=True -> TimeDistributed(Dense(labels))

The model reads from left to right, so the label after a word is the sentiment so far.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task
from nlp_lstm.text.arrays import Rows
from nlp_lstm.text.batches import Batch
from nlp_lstm.text.vocabulary import PAD, Vocabulary


def taught_model(settings: Settings, vocab_size: int, outputs: int) -> Any:
    """Build the tagger as it is taught: the same Dense layer applied at each time step.

    `TimeDistributed` needs to know the number of time steps when the model is built (with an open
    number, Keras 3.15 loops over the batch instead), so sentences are right-padded to
    `settings.timesteps` words.

    Returns:
        A model from word ids `(batch, timesteps)` to probabilities `(batch, timesteps, outputs)`.
    """
    from nlp_lstm.models.layers import read_words
    from nlp_lstm.models.quiet_keras import keras

    words = keras.Input((settings.timesteps,), dtype="int32", name="words")
    hidden = read_words(words, settings, vocab_size)
    dense = keras.layers.Dense(outputs, activation="softmax")
    return keras.Model(words, keras.layers.TimeDistributed(dense, name="output")(hidden), name="sentiment")


def training_twin(settings: Settings, vocab_size: int, outputs: int, stateful: bool) -> Any:
    """Build the same tagger with the Dense layer applied to all words in one product.

    Returns:
        A model from word ids `(batch, timesteps)` to probabilities `(batch, timesteps, outputs)`, for
        any number of time steps.
    """
    from nlp_lstm.models.layers import read_words
    from nlp_lstm.models.quiet_keras import keras

    words = keras.Input((None,), settings.batch_size if stateful else None, dtype="int32", name="words")
    hidden = read_words(words, settings, vocab_size, stateful=stateful, unrolled=True)
    dense = keras.layers.Dense(outputs, activation="softmax", name="output")
    return keras.Model(words, dense(hidden), name="sentiment_twin")


def encode(examples: Sequence[Example], vocabulary: Vocabulary, label_names: Sequence[str]) -> Encoded:
    """Turn labelled sentences into word ids and label numbers; words without a label do not count.

    Raises:
        DataError: if a label is not in `label_names`; names the sentence.
    """
    numbers: dict[str | None, int] = {label: number for number, label in enumerate(label_names)}
    numbers[None] = -1

    def targets() -> Iterator[np.ndarray]:
        """The label numbers of each sentence that has words."""
        for row, example in enumerate(examples, start=1):
            labels = example.labels or (None,) * len(example.words)
            if unknown := [label for label in labels if label not in numbers]:
                known = ", ".join(label_names)
                raise DataError(f"sentence {row} has the label {unknown[0]!r}: this run knows {known}")
            if labels:
                yield np.array([numbers[label] for label in labels], np.int32)

    inputs = (vocabulary.ids(example.words) for example in examples if example.words)
    return Encoded(Rows(inputs), Rows(targets()))


def taught_batches(batch: Batch, settings: Settings) -> Iterator[Batch]:
    """Yield the batch right-padded to the number of time steps that the taught model is built for.

    Raises:
        DataError: if a sentence is longer.
    """
    longest = int((batch.inputs != PAD).sum(axis=1).max())
    if longest > settings.timesteps:
        raise DataError(
            f"a sentence of {longest} words: the taught model reads {settings.timesteps}, "
            f"so give --timesteps {longest} or train the twin"
        )
    whole = slice(None), slice(longest)
    padding = ((0, 0), (0, settings.timesteps - longest))
    yield Batch(
        np.pad(batch.inputs[whole], padding, constant_values=PAD),
        np.pad(batch.targets[whole], padding),
        np.pad(batch.sample_weight[whole], padding),
    )


TASK = Task(
    name="sentiment",
    summary="a label after every word: Embedding, LSTM stack, TimeDistributed Dense",
    predicts="labels",
    settings=Settings(dropout=0.2, learning_rate=0.005, loss_chunk=8192),  # a word has few logits here
    taught_model=taught_model,
    training_twin=training_twin,
    encode=encode,
    taught_batches=taught_batches,
    sentiments=True,
)
