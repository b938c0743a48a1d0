"""The next word: a probability for every word of the vocabulary after a text.

    words -> Embedding -> LSTM stack, the last layer return_sequences=False -> Dense(vocabulary)

The model sees the text through its last hidden state alone.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.settings import Settings
from nlp_lstm.task import Encoded, Task
from nlp_lstm.text.arrays import join
from nlp_lstm.text.batches import Batch, prefixes
from nlp_lstm.text.vocabulary import EOS, PAD, Vocabulary


def taught_model(settings: Settings, vocab_size: int, outputs: int) -> Any:
    """Build the predictor as it is taught: one prediction from the last hidden state.

    The mask tells the layers which words are padding, so that the last hidden state is that of the
    last real word.

    Returns:
        A model from word ids `(batch, timesteps)` to probabilities `(batch, outputs)`.
    """
    from nlp_lstm.models.layers import read_words
    from nlp_lstm.models.quiet_keras import keras

    words = keras.Input((None,), dtype="int32", name="words")
    mask = keras.ops.not_equal(words, PAD)
    last_hidden_state = read_words(words, settings, vocab_size, last_only=True, mask=mask)
    dense = keras.layers.Dense(outputs, activation="softmax", name="output")
    return keras.Model(words, dense(last_hidden_state), name="next_word")


def training_twin(settings: Settings, vocab_size: int, outputs: int, stateful: bool) -> Any:
    """Build the same predictor with a prediction at every word, so that one pass trains every prefix.

    Returns:
        A model from word ids `(batch, timesteps)` to probabilities `(batch, timesteps, outputs)`.
    """
    from nlp_lstm.models.layers import read_words
    from nlp_lstm.models.output_loss import ActivationRegularization, TiedDense
    from nlp_lstm.models.quiet_keras import keras

    words = keras.Input((None,), settings.batch_size if stateful else None, dtype="int32", name="words")
    hidden = read_words(words, settings, vocab_size, stateful=stateful, unrolled=True)
    penalties = (settings.activation_regularization, settings.temporal_activation_regularization)
    if any(penalties):
        hidden = ActivationRegularization(*penalties, name="activation_regularization")(hidden)
    output = keras.layers.Dense(outputs, activation="softmax", name="output")
    if settings.tie_weights:
        embedding = keras.Model(words, hidden).get_layer("embedding")
        output = TiedDense(lambda: embedding.embeddings, name="output")
    return keras.Model(words, output(hidden), name="next_word_twin")


def encode(examples: Sequence[Example], vocabulary: Vocabulary, label_names: Sequence[str]) -> Encoded:
    """Put all sentences into one stream, each ended by `EOS`; a word's target is the word after it.

    The stream begins with an `EOS` too, so that the first word of all is a target like any other.
    """
    end = np.array([EOS], np.int32)
    sentences = ((vocabulary.ids(example.words), end) for example in examples)
    stream = join(chain([end], chain.from_iterable(sentences)))
    return Encoded([stream[:-1]], [stream[1:]], stream=True)


def taught_batches(batch: Batch, settings: Settings) -> Iterator[Batch]:
    """Yield, for a batch of whole sequences, batches of their prefixes, one target each."""
    parts = prefixes(batch)
    for start in range(0, len(parts.inputs), settings.batch_size):
        rows = slice(start, start + settings.batch_size)
        yield Batch(parts.inputs[rows], parts.targets[rows], parts.sample_weight[rows])


TASK = Task(
    name="next-word",
    summary="the word that follows: Embedding, LSTM stack, Dense over the vocabulary",
    predicts="words",
    settings=Settings(dropout=0.1, learning_rate=0.01, timesteps=35, batch_size=20),
    taught_model=taught_model,
    training_twin=training_twin,
    encode=encode,
    taught_batches=taught_batches,
)
