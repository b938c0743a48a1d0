"""A trained run -> one of those that come with nlp-lstm, measured with the weights as they are shipped.

For who makes the package: `python -m nlp_lstm.training.shipping RUN NAME`.
"""

import sys
from dataclasses import replace

import numpy as np

from nlp_lstm.corpora import load_corpus
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.evaluation.evaluate import evaluate_metrics
from nlp_lstm.store.reading import request_for
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.store.shipping import round_weights, ship


def ship_measured(name_of_run: str, name: str) -> Run:
    """Round a run's weights, measure it on its own corpus, and ship it.

    Args:
        name_of_run: the run.
        name: what it will be called, one of `cards.CARDS`.

    Raises:
        MissingInputError: if there is no such run, or its corpus is not here.
        Others as `ship` raises them.
    """
    run = load_run(name_of_run)
    rounded = {part: half.astype(np.float32) for part, half in round_weights(run.weights).items()}
    run = replace(run, weights=rounded)
    corpus = load_corpus(run.data["source"], request_for(run, None), run.data["limit"])
    return ship(replace(run, metrics=evaluate_metrics(run, corpus)), name)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m nlp_lstm.training.shipping RUN NAME")
    try:
        ship_measured(sys.argv[1], sys.argv[2])
    except NlpLstmError as error:
        sys.exit(f"nlp-lstm: {error}")
