"""Run and corpus -> Parquet shards -> words: extract() writes every state, join() and find() read them."""

from nlp_lstm.corpus_states.joining import join as join
