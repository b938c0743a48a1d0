"""The states of a corpus: extract() writes them, join() makes one folder of parts, find() searches it."""

from nlp_lstm.corpus_states.joining import join as join
