"""A corpus as a model is trained on it -> Reading: by what rules the run will read any other text."""

from dataclasses import replace

from nlp_lstm.corpora import Corpus
from nlp_lstm.task import Encoded, Task
from nlp_lstm.text.ends import STOP, is_stop
from nlp_lstm.text.reading import Reading, reading_of
from nlp_lstm.text.vocabulary import EOS, UNK, Vocabulary

MOST_END = 0.9  # share of sentences with a stop from which on one without is typed, not written


def trained_reading(task: Task, corpus: Corpus, vocabulary: Vocabulary, train_set: Encoded) -> Reading:
    """Return how a run reads that is trained on a corpus.

    Args:
        task: a text is read after `<eos>` if its training text is a stream that begins so.
        corpus: sentiments of sentences, 90 % of which end with a stop, are read with an implied end.
        vocabulary: what the run looks words up in.
        train_set: the corpus as numbers.
    """
    streams = train_set.stream and bool(train_set.inputs[0][:1] == EOS)
    return replace(
        reading_of(vocabulary, corpus.tokenized),
        starts_with_eos=task.predicts == "words" and streams,
        ends_with_stop=task.sentiments and _end_with_stops(corpus, vocabulary),
    )


def _end_with_stops(corpus: Corpus, vocabulary: Vocabulary) -> bool:
    """Whether nearly all whole sentences end with a stop, and the one that is implied is known."""
    ends = [is_stop(example.words[-1]) for example in corpus.train if example.words]
    return sum(ends) >= MOST_END * len(ends) > 0 and bool(vocabulary.ids([STOP])[0] != UNK)
