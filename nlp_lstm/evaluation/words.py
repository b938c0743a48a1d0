"""A next-word model's figures: perplexity by the published protocol, and from a fresh state.

The published protocol carries the state across the whole split and counts every word, unknown words and
ends of sentences too.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp_lstm.corpora import Corpus, Example
from nlp_lstm.evaluation import baselines
from nlp_lstm.evaluation.contexts import context_table
from nlp_lstm.evaluation.pairs import Choice, likelihoods, pair_table, share_right
from nlp_lstm.evaluation.scoring import Scores, tabulate
from nlp_lstm.report import Comparison
from nlp_lstm.store.run import Run
from nlp_lstm.task import Encode
from nlp_lstm.text.batches import pad
from nlp_lstm.text.vocabulary import EOS

MEANING = (
    "cross_entropy (nats per word) and perplexity: with the state carried across the split; "
    "fresh_perplexity: from a fresh state for each sentence; lower is better. Accuracies in [0, 1]"
)
CHUNK = 512  # words whose probabilities, one per word of the vocabulary, are held at once


def evaluate_words(
    run: Run, corpus: Corpus, examples: Sequence[Example], encode: Encode
) -> Iterator[Comparison]:
    """Yield a next-word model's figures beside its baselines, then by length of context and in grammar.

    The first table has a row per metric. The others are left out where the text is too short, or where the
    vocabulary holds too few of the pairs.

    Args:
        run: of a task that predicts words.
        corpus: its train split is what the baselines learn from.
        examples: the sentences to score.
        encode: the task's own.
    """
    encoded = encode(examples, run.vocabulary, ())
    train = encode(corpus.train, run.vocabulary, ())
    size = len(run.vocabulary)
    carried, top_1, top_5 = _read_stream(run, encoded.inputs[0], encoded.targets[0])
    fresh = _read_fresh(run, examples)
    unigram = baselines.unigram_cross_entropy(train.targets[0], encoded.targets[0], size)
    trigram = baselines.kneser_ney_cross_entropy(train.targets[0], encoded.targets[0], size, EOS)
    trigram_fresh = baselines.kneser_ney_cross_entropy(
        train.targets[0], encoded.targets[0], size, EOS, fresh=True
    )
    scores: Scores = {
        "model": _costs(carried, fresh) | {"top_1_accuracy": top_1, "top_5_accuracy": top_5},
        "unigram": _costs(unigram, unigram)
        | {
            f"top_{most}_accuracy": _share_of_commonest(train.targets[0], encoded.targets[0], most)
            for most in (1, 5)
        },
        "kneser_ney_trigram": _costs(trigram, trigram_fresh),
    }
    verbs = _verbs_across_attractors(run, examples)
    if verbs:
        scores["model"]["agreement_across_attractor"] = share_right(
            verbs, lambda *verb: likelihoods(run, *verb)
        )
        known = baselines.fit_kneser_ney(baselines.stream_ngrams(train.targets[0], EOS), size)
        scores["kneser_ney_trigram"]["agreement_across_attractor"] = share_right(
            verbs, lambda before, forms: known.probabilities([[*before[-2:], form] for form in forms])
        )
    yield tabulate(scores, MEANING)
    yield from context_table(run, encoded.inputs[0], encoded.targets[0])
    yield from pair_table(run, train.targets[0])


def _costs(carried: float, fresh: float) -> dict[str, float | None]:
    """Cross-entropy and perplexity, and the perplexity with a fresh state per sentence."""
    perplexities = {"perplexity": float(np.exp(carried)), "fresh_perplexity": float(np.exp(fresh))}
    return {"cross_entropy": carried, **perplexities}


def _verbs_across_attractors(run: Run, examples: Sequence[Example]) -> list[Choice]:
    """The verbs that a noun of the other number stands before, by the facts of `mini`; else none."""
    return [
        (run.vocabulary.ids(example.words[:t]), run.vocabulary.ids([verb, example.facts["wrong_verb"][t]]))
        for example in examples
        for t, verb in enumerate(example.facts.get("agreeing_verb", ()))
        if verb is not None and example.facts["attractors"][t]
    ]


def _share_of_commonest(train: np.ndarray, test: np.ndarray, most: int) -> float:
    """How often a word of `test` is one of the commonest of `train`."""
    commonest = np.argsort(-np.bincount(train), kind="stable")[:most]
    return float(np.isin(test, commonest).mean())


def _read_stream(run: Run, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, float, float]:
    """Cross-entropy in nats per word, top-1 and top-5 accuracy, with the state carried."""
    cost, first, five, start = 0.0, 0, 0, 0
    for piece, says in run.network.read_long(inputs, CHUNK):
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
        layers, _ = run.network.read(batch.inputs)
        real = batch.sample_weight > 0
        hidden_state, targets = layers[-1]["hidden_state"][real], batch.targets[real]
        words += len(targets)
        for first in range(0, len(targets), CHUNK):
            says = run.network.log_probabilities(hidden_state[first : first + CHUNK])
            wanted = targets[first : first + CHUNK]
            cost -= float(says[np.arange(len(wanted)), wanted].sum(dtype=np.float64))
    return cost / words
