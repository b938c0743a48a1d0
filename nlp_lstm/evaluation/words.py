"""A next-word model's figures: perplexity by the published protocol, and from a fresh state.

The published protocol carries the state across the whole split and counts every word, unknown words and
ends of sentences too.
"""

from collections.abc import Sequence

import numpy as np

from nlp_lstm import baselines
from nlp_lstm.batches import pad
from nlp_lstm.comparison import Comparison
from nlp_lstm.corpora import Corpus, Example
from nlp_lstm.run import Run
from nlp_lstm.scoring import Scores, tabulate
from nlp_lstm.task import Encode
from nlp_lstm.vocabulary import EOS

CHUNK = 512  # words whose probabilities, one per word of the vocabulary, are held at once


def evaluate_words(
    run: Run, corpus: Corpus, examples: Sequence[Example], encode: Encode
) -> tuple[Comparison, ...]:
    """Return the figures of a next-word model beside its baselines."""
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
    return (tabulate(scores, meaning),)


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
        layers, _ = run.network.read(batch.inputs, keep=())
        real = batch.sample_weight > 0
        hidden_state, targets = layers[-1]["hidden_state"][real], batch.targets[real]
        words += len(targets)
        for first in range(0, len(targets), CHUNK):
            says = run.network.log_probabilities(hidden_state[first : first + CHUNK])
            wanted = targets[first : first + CHUNK]
            cost -= float(says[np.arange(len(wanted)), wanted].sum(dtype=np.float64))
    return cost / words
