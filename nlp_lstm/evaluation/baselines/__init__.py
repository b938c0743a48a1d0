"""Encoded train -> figures of the simple predictors that a trained model has to beat.

`tagging` for a label per word, `bags` for one per sentence; `ngram`, over `kneser_ney`, for the next word.
They work on encoded data and know nothing of files, vocabularies or Keras. Only those of `bags` load
scikit-learn, when called.
"""

from nlp_lstm.evaluation.baselines.bags import Labelled, predict_naive_bayes, predict_tfidf
from nlp_lstm.evaluation.baselines.kneser_ney import KneserNey, fit_blocks, fit_kneser_ney
from nlp_lstm.evaluation.baselines.ngram import (
    kneser_ney_cross_entropy,
    ngram_blocks,
    stream_ngrams,
    unigram_costs,
    unigram_cross_entropy,
)
from nlp_lstm.evaluation.baselines.tagging import keep_last_label, predict_look_up, predict_majority

__all__ = [
    "KneserNey",
    "Labelled",
    "fit_blocks",
    "fit_kneser_ney",
    "keep_last_label",
    "kneser_ney_cross_entropy",
    "ngram_blocks",
    "predict_look_up",
    "predict_majority",
    "predict_naive_bayes",
    "predict_tfidf",
    "stream_ngrams",
    "unigram_costs",
    "unigram_cross_entropy",
]
