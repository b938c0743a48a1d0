"""evaluate(): how good a run is on a split, beside the baselines on the same split.

The model reads with NumPy. A tagger is scored per word and at the last word of each sentence; a
next-word model by the published protocol (state carried across the split, per word, unknown words and
ends of sentences counted) and with a fresh state for each sentence.
"""

from collections.abc import Sequence

import numpy as np

from nlp_lstm import baselines
from nlp_lstm.batches import pad
from nlp_lstm.comparison import Comparison, Report
from nlp_lstm.corpora import Corpus, Example, Request, load_corpus
from nlp_lstm.errors import DataError
from nlp_lstm.run import Run, load_run, newest_run
from nlp_lstm.scoring import confusion, score_last_words, score_words
from nlp_lstm.task import Encoded, load_task
from nlp_lstm.vocabulary import EOS, UNK

Labels = list[np.ndarray]
Scores = dict[str, dict[str, float | None]]


def evaluate(
    run: Run | str | None = None, data: str | None = None, split: str = "validation", limit: int | None = None
) -> Report:
    """Score a run on a split of a corpus, and the baselines with it.

    Args:
        run: a run or its name; None for the newest.
        data: a corpus as `load_corpus` takes it; None for the one that the run was trained on. The
            baselines learn from its training split.
        split: "train", "validation" or "test".
        limit: score the first so many sentences of each split only.

    Returns:
        A report whose first table has a row per metric and a column for the model and each baseline;
        for a tagger the second is its confusion table.

    Raises:
        DataError: if the corpus has labels that the run does not know, or no such split.
    """
    if run is None:
        run = newest_run()
    elif isinstance(run, str):
        run = load_run(run)
    known = run.data
    request = Request(run.task, known["labels"], known["classes"], known["seed"])
    corpus = load_corpus(data or known["source"], request, limit if data else limit or known["limit"])
    return evaluate_corpus(run, corpus, split)


def evaluate_corpus(run: Run, corpus: Corpus, split: str = "validation") -> Report:
    """Score a run and the baselines on a split of a corpus; see `evaluate`."""
    examples = corpus.split(split)
    if load_task(run.task).predicts == "labels":
        tables = _evaluate_labels(run, corpus, examples)
    else:
        tables = (_evaluate_words(run, corpus, examples),)
    facts = {
        "run": run.name,
        "data": corpus.source,
        "split": split,
        "sentences": len(examples),
        "unknown_share": unknown_share(run, examples),
    }
    return Report(tables, facts=facts)


def metrics_of(report: Report) -> dict[str, dict[str, float | None]]:
    """Return the first table of an evaluation as metric -> {"model": value, baseline: value}."""
    table = report.comparisons[0]
    return {row: dict(zip(table.columns, values)) for row, values in zip(table.rows, table.values)}  # pyright: ignore


def unknown_share(run: Run, examples: Sequence[Example]) -> float:
    """Return the share of words that the vocabulary does not know, in [0, 1]."""
    ids = np.concatenate([run.vocabulary.ids(example.words) for example in examples])
    return float((ids == UNK).mean()) if len(ids) else 0.0


def _evaluate_labels(run: Run, corpus: Corpus, examples: Sequence[Example]) -> tuple[Comparison, ...]:
    """Figures and confusion table of a tagger."""
    encode = load_task(run.task).encode
    try:
        inputs, targets = _pair(encode(examples, run.vocabulary, run.label_names))
        train_inputs, train_targets = _pair(encode(corpus.train, run.vocabulary, run.label_names))
    except DataError as error:
        raise DataError(f"{corpus.source}: {error}") from None
    if not any((target >= 0).any() for target in targets):
        raise DataError(f"{corpus.source} has no labels to score: give labelled data")
    labels = len(run.label_names)
    model = label_probabilities(run, inputs)
    predictions = {
        "model": model,
        "majority": baselines.predict_majority(train_targets, inputs, labels),
        "look_up": baselines.predict_look_up(train_inputs, train_targets, inputs, labels),
    }
    scores: Scores = {
        name: score_words(rows, targets, labels) | score_last_words(*_last(rows, targets), run.label_names)
        for name, rows in predictions.items()
    }
    tfidf = baselines.predict_tfidf(train_inputs, train_targets, inputs, labels)
    last = np.array([(target >= 0).any() for target in targets])
    scores["tfidf_logistic"] = score_last_words(tfidf[last], _last(model, targets)[1], run.label_names)
    table = confusion(model, targets, labels)
    return (
        _figures(scores, "accuracies and F1 in [0, 1], higher is better"),
        Comparison(
            "confusion: rows are true labels, columns what the model says",
            run.label_names,
            run.label_names,
            [tuple(int(count) for count in row) for row in table],
            "label",
            "words",
        ),
    )


def _evaluate_words(run: Run, corpus: Corpus, examples: Sequence[Example]) -> Comparison:
    """Figures of a next-word model."""
    encoded = load_task(run.task).encode(examples, run.vocabulary, ())
    train = load_task(run.task).encode(corpus.train, run.vocabulary, ())
    size = len(run.vocabulary)
    carried, top_1, top_5 = _read_stream(run, encoded.inputs[0], encoded.targets[0])
    fresh = _read_fresh(run, examples)
    unigram = baselines.unigram_cross_entropy(train.targets[0], encoded.targets[0], size)
    trigram = baselines.kneser_ney_cross_entropy(train.targets[0], encoded.targets[0], size, EOS)
    trigram_fresh = baselines.kneser_ney_cross_entropy(
        train.targets[0], encoded.targets[0], size, EOS, fresh=True
    )
    scores: Scores = {
        "model": {
            "cross_entropy": carried,
            "perplexity": float(np.exp(carried)),
            "fresh_perplexity": float(np.exp(fresh)),
            "top_1_accuracy": top_1,
            "top_5_accuracy": top_5,
            **agreement(run, examples),
        },
        "unigram": {
            "cross_entropy": unigram,
            "perplexity": float(np.exp(unigram)),
            "fresh_perplexity": float(np.exp(unigram)),
        },
        "kneser_ney_trigram": {
            "cross_entropy": trigram,
            "perplexity": float(np.exp(trigram)),
            "fresh_perplexity": float(np.exp(trigram_fresh)),
        },
    }
    meaning = (
        "cross_entropy in nats per word and perplexity with the state carried across the split; "
        "fresh_perplexity from a fresh state per sentence: lower is better. Accuracies in [0, 1]"
    )
    return _figures(scores, meaning)


def label_probabilities(run: Run, inputs: Sequence[np.ndarray], batch_size: int = 64) -> Labels:
    """Return what a tagger says of every word, per sentence `(timesteps, labels)` probabilities."""
    found: Labels = [np.empty(0)] * len(inputs)
    order = np.argsort([len(ids) for ids in inputs], kind="stable")
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch = pad([inputs[row] for row in rows], [inputs[row] for row in rows])
        layers, _ = run.network.read(batch.inputs, keep=())
        outputs = run.network.probabilities(layers[-1]["hidden_state"])
        for row, values in zip(rows, outputs):
            found[row] = values[: len(inputs[row])]
    return found


def agreement(run: Run, examples: Sequence[Example]) -> dict[str, float]:
    """Return how often the verb of the right number is likelier across an attractor, in [0, 1].

    Needs the facts of `mini`; without them nothing is returned. The words before the verb are read
    from a fresh state, and the verb's two forms compared.
    """
    verbs, right = 0, 0
    for example in examples:
        facts = example.facts
        if "agreeing_verb" not in facts:
            return {}
        for t, verb in enumerate(facts["agreeing_verb"]):
            if t == 0 or verb is None or not facts["attractors"][t]:
                continue
            ids = run.vocabulary.ids(example.words[:t])
            layers, _ = run.network.read(ids[None], keep=())
            says = run.network.log_probabilities(layers[-1]["hidden_state"][0, -1])
            good, bad = run.vocabulary.ids([verb, facts["wrong_verb"][t]])
            verbs += 1
            right += bool(says[good] > says[bad])
    return {"agreement_across_attractor": right / verbs} if verbs else {}


def _read_stream(run: Run, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, float, float]:
    """Cross-entropy in nats per word, top-1 and top-5 accuracy, with the state carried."""
    cost, first, five, start = 0.0, 0, 0, 0
    for piece, says in run.network.read_long(inputs):
        wanted = targets[start : start + len(piece)]
        start += len(piece)
        own = says[np.arange(len(piece)), wanted]
        likelier = (says > own[:, None]).sum(axis=1)
        cost -= float(own.sum(dtype=np.float64))
        first += int((likelier < 1).sum())
        five += int((likelier < 5).sum())
    return cost / start, first / start, five / start


def _read_fresh(run: Run, examples: Sequence[Example], batch_size: int = 32) -> float:
    """Cross-entropy in nats per word, each sentence read from a fresh state behind an `EOS`."""
    sentences = [run.vocabulary.ids(example.words) for example in examples]
    cost, words = 0.0, 0
    order = np.argsort([len(ids) for ids in sentences], kind="stable")
    for start in range(0, len(order), batch_size):
        rows = [sentences[row] for row in order[start : start + batch_size]]
        batch = pad([np.append(EOS, ids) for ids in rows], [np.append(ids, EOS) for ids in rows])
        layers, _ = run.network.read(batch.inputs, keep=())
        real = batch.sample_weight > 0
        says = run.network.log_probabilities(layers[-1]["hidden_state"][real])
        own = says[np.arange(len(says)), batch.targets[real]]
        cost -= float(own.sum(dtype=np.float64))
        words += len(own)
    return cost / words


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


def _figures(scores: Scores, meaning: str) -> Comparison:
    """A row per metric and a column per predictor."""
    metrics = list(scores["model"])
    values = [tuple(scores[name].get(metric) for name in scores) for metric in metrics]
    return Comparison("model and baselines", metrics, list(scores), values, "metric", meaning)
