"""Text -> words -> ids -> Batch: the vocabulary, word vectors, and batches for training."""

from nlp_lstm.text.batches import Batch, pad, sentence_batches, stream_batches
from nlp_lstm.text.vocabulary import Sentence, Vocabulary, split_words

__all__ = ["Batch", "Sentence", "Vocabulary", "pad", "sentence_batches", "split_words", "stream_batches"]
