"""A trained run -> one of those that come with nlp-lstm, measured with the weights as they are shipped.

For who makes the package: `python -m nlp_lstm.training.shipping RUN NAME`.
"""

import sys
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from nlp_lstm.corpora import Corpus, Example, load_corpus
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.evaluation.additions import measure_additions
from nlp_lstm.evaluation.evaluate import evaluate_metrics
from nlp_lstm.evaluation.groups import measure_groups
from nlp_lstm.evaluation.labels import label_probabilities
from nlp_lstm.evaluation.negations import measure_negations
from nlp_lstm.report import Comparison
from nlp_lstm.store.reading import encode, request_for
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.store.shipping import round_weights, ship
from nlp_lstm.task import load_task, tells_sentiments
from nlp_lstm.training.calibrating import calibrate, calibration_error, fold_temperature

MOST_CHANGED = 400  # sentences that are read again with each addition


def ship_measured(name_of_run: str, name: str) -> Run:
    """Calibrate a tagger, round a run's weights, measure it on its own corpus, and ship it.

    Args:
        name_of_run: the run.
        name: what it will be called, one of `cards.CARDS`.

    Raises:
        MissingInputError: if there is no such run, or its corpus is not here.
        Others as `ship` raises them.
    """
    run = load_run(name_of_run)
    # The baselines learn from what the run has learned from.
    request = request_for(run, None, subphrases=run.data["subphrases"])
    corpus = load_corpus(run.data["source"], request, run.data["limit"])
    if tells_sentiments(run.task):
        run = measure_tagger(run, corpus)
    run = rounded(run)
    return ship(replace(run, metrics=evaluate_metrics(run, corpus)), name)


def measure_tagger(run: Run, corpus: Corpus) -> Run:
    """Return a tagger of sentiments with a temperature in its weights, and what was measured in its data.

    Args:
        run: as it was trained, or was shipped before: its temperature then is about 1.
        corpus: its validation split is what the temperature is found on.
    """
    encoded = load_task(run.task).encode(corpus.validation, run.vocabulary, run.label_names)
    targets = list(encoded.targets)
    found = calibrate(label_probabilities(run, encoded.inputs), targets)
    run = rounded(replace(run, weights=fold_temperature(run.weights, found.temperature)))
    calibrated = label_probabilities(run, encoded.inputs)
    last = np.stack([values[-1] for values in calibrated]), np.array([labels[-1] for labels in targets])
    counted = last[1] >= 0
    sure, truth = last[0][counted], last[1][counted]
    calibration = asdict(found) | {
        "after": list(found.after),
        "last": calibration_error(sure, truth),
        "last_too_sure": float((sure.max(axis=1) - (sure.argmax(axis=1) == truth)).mean()),
        "sentences": len(truth),
    }
    say, texts = partial(_say, run), [_typed(example) for example in corpus.validation[:MOST_CHANGED]]
    measured = {
        "calibration": calibration,
        "negations": _rows(measure_negations(say)),
        "groups": _rows(measure_groups(partial(_probabilities, run), run.label_names)),
        "additions": _rows(measure_additions(say, texts)),
    }
    return replace(run, data={**run.data, "measured": measured})


def rounded(run: Run) -> Run:
    """Return a run with its weights rounded to float16, as float32."""
    half = round_weights(run.weights)
    return replace(run, weights={part: values.astype(np.float32) for part, values in half.items()})


def _say(run: Run, texts: list[str]) -> list[str]:
    """The label of each text as a whole."""
    return [run.label_names[label] for label in _probabilities(run, texts).argmax(axis=1)]


def _probabilities(run: Run, texts: list[str]) -> np.ndarray:
    """What a tagger says of each text as a whole, read with an implied end, `(texts, labels)`."""
    ids = [encode(run, text, as_typed=False).ids for text in texts]
    return np.stack([values[-1] for values in label_probabilities(run, ids)])


def _typed(example: Example) -> str:
    """A sentence as it is typed, about."""
    return " ".join(example.words)


def _rows(table: Comparison) -> dict[str, Any]:
    """A table as rows by name, each with its columns by name."""
    return {row: dict(zip(table.columns, values)) for row, values in zip(table.rows, table.values)}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m nlp_lstm.training.shipping RUN NAME")
    try:
        ship_measured(sys.argv[1], sys.argv[2])
    except NlpLstmError as error:
        sys.exit(f"nlp-lstm: {error}")
