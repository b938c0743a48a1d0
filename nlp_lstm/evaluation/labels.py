"""A tagger's figures: per word, and at the last word of each sentence, as published figures report."""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp_lstm.corpora import SPLITS, Corpus, Example
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation import baselines
from nlp_lstm.evaluation.scoring import (
    Scores,
    confusion,
    measure_last_words,
    measure_leads,
    measure_words,
    score_last_words,
    score_words,
    tabulate,
)
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.store.run import Run
from nlp_lstm.task import Encode, Encoded, tells_sentiments
from nlp_lstm.text.batches import pad

Labels = list[np.ndarray]
BINARY = "last_word_binary"  # a figure of sentiments alone
MEANING = (
    "accuracies and F1 in [0, 1], higher is better; _lead: how far the model is ahead of the better bag of "
    "words, naive_bayes or tfidf_logistic, on the same sentences; model_low, model_high: the model's 95 % "
    "interval, by sentence: a lead whose interval holds 0 is none; n: how many words, and in rows of last "
    "words how many sentences"
)


def evaluate_labels(
    run: Run, corpus: Corpus, examples: Sequence[Example], encode: Encode
) -> Iterator[Comparison]:
    """Yield a table of a tagger's figures beside its baselines, and its confusion table in words.

    Args:
        run: of a task that predicts labels.
        corpus: its train split is what the baselines learn from, those of whole sentences from its subphrases
            too; its validation split chooses the C of `tfidf_logistic`.
        examples: the sentences to score.
        encode: the task's own.

    Raises:
        DataError: if a label is not one of the run's, or no word has a label.
    """
    try:
        inputs, targets = _pair(encode(examples, run.vocabulary, run.label_names))
        train_inputs, train_targets = _pair(encode(corpus.train, run.vocabulary, run.label_names))
        with part(0.4):
            bags = _say_bags(run, corpus, encode, inputs)
    except DataError as error:
        raise DataError(f"{corpus.source}: {error}") from None
    if not any((target >= 0).any() for target in targets):
        raise DataError(_no_labels(corpus, examples))
    labels = len(run.label_names)
    model = label_probabilities(run, inputs)
    of_last, truth = _last(model, targets)
    predictions = {
        "majority": baselines.predict_majority(train_targets, inputs, labels),
        "look_up": baselines.predict_look_up(train_inputs, train_targets, inputs, labels),
    }
    scores: Scores = {
        name: score_words(rows, targets) | score_last_words(_last(rows, targets)[0], truth, run.label_names)
        for name, rows in predictions.items()
    }
    last_labels = baselines.keep_last_label(train_targets)
    majority = baselines.predict_majority(last_labels, inputs, labels)
    scores["majority"] |= score_last_words(_last(majority, targets)[0], truth, run.label_names)
    scored = np.array([(target >= 0).any() for target in targets])
    bags = {name: rows[scored] for name, rows in bags.items()}
    scores |= {name: score_last_words(rows, truth, run.label_names) for name, rows in bags.items()}
    figures = measure_words(model, targets) | measure_last_words(of_last, truth, run.label_names)
    figures |= measure_leads(of_last, list(bags.values()), truth, run.label_names)
    if not tells_sentiments(run.task):
        figures = {name: figure for name, figure in figures.items() if not name.startswith(BINARY)}
    yield tabulate(figures, scores, MEANING)
    yield Comparison(
        "confusion: rows are true labels, columns what the model says",
        run.label_names,
        run.label_names,
        [tuple(int(count) for count in row) for row in confusion(model, targets, labels)],
        "label",
        "words",
    )


def _say_bags(run: Run, corpus: Corpus, encode: Encode, inputs: Labels) -> dict[str, np.ndarray]:
    """What the bags of words say of each sentence, `(sentences, labels)`; they learn from what it did."""
    train, validation = (
        baselines.Labelled(*_pair(encode(examples, run.vocabulary, run.label_names)))
        for examples in (corpus.whole_train(), corpus.validation)
    )
    labels = len(run.label_names)
    return {
        "naive_bayes": baselines.predict_naive_bayes(train, inputs, labels),
        "tfidf_logistic": baselines.predict_tfidf(train, inputs, labels, validation),
    }


def label_probabilities(run: Run, inputs: Sequence[np.ndarray], batch_size: int = 64) -> Labels:
    """Return what a tagger says of every word, per sentence `(timesteps, labels)` probabilities."""
    found: Labels = [np.empty(0)] * len(inputs)
    order = np.argsort([len(ids) for ids in inputs], kind="stable")
    for start in track(range(0, len(order), batch_size)):
        rows = order[start : start + batch_size]
        batch = pad([inputs[row] for row in rows], [inputs[row] for row in rows])
        layers, _ = run.network.read(batch.inputs)
        outputs = run.network.probabilities(layers[-1]["hidden_state"])
        for row, values in zip(rows, outputs):
            found[row] = values[: len(inputs[row])]
    return found


def _no_labels(corpus: Corpus, examples: Sequence[Example]) -> str:
    """What to say of sentences without labels: which split they are of, and which ones have some."""
    asked = next((name for name in SPLITS if examples and examples[0] in getattr(corpus, name)), "asked")
    scored = [name for name in SPLITS if any(any(example.labels or ()) for example in getattr(corpus, name))]
    hint = f"choose --split from {', '.join(scored)}" if scored else "give labeled data"
    return f"the {asked} split of {corpus.source} has no labels, so it cannot be scored: {hint}"


def _pair(encoded: Encoded) -> tuple[Labels, Labels]:
    """Inputs and targets of encoded sentences."""
    return list(encoded.inputs), list(encoded.targets)


def _last(predictions: Labels, targets: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and target at the last scored word of each sentence that has one."""
    places = [
        (row, np.flatnonzero(target >= 0)[-1]) for row, target in enumerate(targets) if (target >= 0).any()
    ]
    return (
        np.stack([predictions[row][t] for row, t in places]),
        np.array([targets[row][t] for row, t in places]),
    )
