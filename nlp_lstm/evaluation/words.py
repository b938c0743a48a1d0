"""A next-word model's figures: perplexity by the published protocol, and from a fresh state.

The published protocol carries the state across the whole split and counts every word, unknown words and
ends of sentences too. All unknown words are one word to the model, and a common one, so the perplexity
without them is given beside. The intervals draw sentences, each up to and with its end.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from nlp_lstm.corpora import Corpus, Example
from nlp_lstm.evaluation import baselines
from nlp_lstm.evaluation.baselines import KneserNey
from nlp_lstm.evaluation.contexts import CONTEXTS, MOST_TARGETS, context_table
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.evaluation.pairs import Choice, judge_choices, likelihoods, pair_table, trigram_probabilities
from nlp_lstm.evaluation.scoring import Figure, Figures, Scores, tabulate
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.store.run import Run
from nlp_lstm.task import Encode
from nlp_lstm.text.arrays import Rows, count_ids, in_blocks, join
from nlp_lstm.text.batches import pad
from nlp_lstm.text.vocabulary import EOS, UNK

MEANING = (
    "cross_entropy (nats per word) and perplexity: with the state carried across the split, over {words:,} "
    "words{casing}, one of which is <unk>, {unknown:.1%} of the targets; perplexity_known: without those "
    "targets; fresh_perplexity: from a fresh state for each sentence; lower is better, and comparable only "
    "over the same words. Accuracies in [0, 1]. model_low, model_high: the model's 95 % interval, by "
    "sentence; n: how many words or verbs"
)
AGREEMENT = "agreement_across_attractor"
CHUNK = 512  # words whose probabilities, one per word of the vocabulary, are held at once
SENTENCES = 4096  # sentences whose words are summed up at once


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
    train = encode(corpus.train, run.vocabulary, ()).targets[0]
    inputs, targets, size = encoded.inputs[0], encoded.targets[0], len(run.vocabulary)
    # All words are read twice, and some once more in short contexts, of which the last word alone is judged.
    words = len(targets)
    later = min(words, MOST_TARGETS) * sum(CONTEXTS) / 10
    with part(words / (2 * words + later)):
        stream = _read_stream(run, inputs, targets)
    with part(words / (words + later)):
        figures = _measure(run, examples, stream, targets)
    trigram = baselines.fit_blocks(baselines.ngram_blocks(train, EOS), size)
    scores = _score_baselines(train, targets, size, trigram)
    verbs = _verbs_across_attractors(run, examples)
    if verbs:
        figures[AGREEMENT] = Figure.of_share(judge_choices(verbs, partial(likelihoods, run)))
        right = judge_choices(verbs, partial(trigram_probabilities, trigram))
        scores["kneser_ney_trigram"][AGREEMENT] = float(right.mean())
    casing = " in lower case" if run.settings.lowercase else ""
    meaning = MEANING.format(
        words=size, casing=casing, unknown=count_ids([targets], size)[UNK] / len(targets)
    )
    yield tabulate(figures, scores, meaning)
    yield from context_table(run, inputs, targets, stream[:, 0])
    yield from pair_table(run, count_ids([train], size), trigram)


def _measure(run: Run, examples: Sequence[Example], stream: np.ndarray, targets: np.ndarray) -> Figures:
    """The model's figures on a stream and its sentences, with intervals by sentence.

    Args:
        run, examples: the model, and what it reads.
        stream: what `_read_stream` found of the same words.
        targets: the words that it was asked for, `(words,)`.
    """
    words = np.array([len(example.words) + 1 for example in examples])
    sums = _sum_sentences(words, stream, targets)
    known = sums[:, 4]
    counts = np.column_stack([words, words, words, known, words])
    found = mean_interval(np.column_stack([sums[:, :4], _read_fresh(run, examples)]), counts)
    sizes = (*3 * (len(stream),), int(known.sum()), len(stream))
    cost, top_1, top_5, cost_known, fresh = (
        Figure.by_sentence(Interval(*one), n, len(examples))
        for one, n in zip(zip(*found, strict=True), sizes, strict=True)
    )
    return {
        "cross_entropy": cost,
        "perplexity": cost.exp(),
        "perplexity_known": cost_known.exp() if known.any() else Figure(),
        "fresh_perplexity": fresh.exp(),
        "top_1_accuracy": top_1,
        "top_5_accuracy": top_5,
    }


def _sum_sentences(words: np.ndarray, stream: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The sums over each sentence of its part of a stream, the cost of known words, and 1 for each."""
    ends = np.cumsum(words)
    sums = np.empty((len(words), 5))
    for first in range(0, len(words), SENTENCES):
        last = min(first + SENTENCES, len(words))
        part_of = slice(ends[first] - words[first], ends[last - 1])
        cost, known = stream[part_of], targets[part_of] != UNK
        each = np.column_stack([cost, np.where(known, cost[:, 0], 0), known])
        starts = ends[first:last] - words[first:last] - part_of.start
        sums[first:last] = np.add.reduceat(each, starts, dtype=np.float64)
    return sums


def _score_baselines(train: np.ndarray, targets: np.ndarray, size: int, trigram: KneserNey) -> Scores:
    """What the unigram and the trigram reach on the targets; the unigram knows no fresh state."""
    counts, asked = count_ids([train], size), count_ids([targets], size)
    unigram = baselines.unigram_costs(counts)
    of_unigram = ((words, unigram[words]) for words in in_blocks([targets]))
    of_trigram = (
        (ngrams[:, -1], -np.log(trigram.probabilities(ngrams)))
        for ngrams in baselines.ngram_blocks(targets, EOS)
    )
    fresh = baselines.kneser_ney_cross_entropy(train, targets, size, EOS, fresh=True)
    shares = {f"top_{most}_accuracy": _share_of_commonest(counts, asked, most) for most in (1, 5)}
    return {
        "unigram": _costs(of_unigram) | shares,
        "kneser_ney_trigram": _costs(of_trigram) | {"fresh_perplexity": float(np.exp(fresh))},
    }


def _costs(blocks: Iterable[tuple[np.ndarray, np.ndarray]]) -> dict[str, float | None]:
    """Cross-entropy and perplexities of a baseline, from targets and their costs in nats, `(words,)` each.

    A fresh state is taken for a carried one.
    """
    sums, words = np.zeros(2), np.zeros(2, int)  # of all words, and of those that are known
    for targets, costs in blocks:
        known = targets != UNK
        sums += costs.sum(), costs[known].sum()
        words += len(costs), known.sum()
    cost = sums[0] / words[0]
    return {
        "cross_entropy": float(cost),
        "perplexity": float(np.exp(cost)),
        "perplexity_known": float(np.exp(sums[1] / words[1])) if words[1] else None,
        "fresh_perplexity": float(np.exp(cost)),
    }


def _verbs_across_attractors(run: Run, examples: Sequence[Example]) -> list[Choice]:
    """The verbs that a noun of the other number stands before, by the facts of `mini`; else none."""
    return [
        (run.vocabulary.ids(example.words[:t]), run.vocabulary.ids([verb, example.facts["wrong_verb"][t]]))
        for example in examples
        for t, verb in enumerate(example.facts.get("agreeing_verb", ()))
        if verb is not None and example.facts["attractors"][t]
    ]


def _share_of_commonest(counts: np.ndarray, asked: np.ndarray, most: int) -> float:
    """How often a word is one of the commonest of train, from the counts of train and of the targets."""
    commonest = np.argsort(-counts, kind="stable")[:most]
    return float(asked[commonest[counts[commonest] > 0]].sum() / asked.sum())


def _read_stream(run: Run, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Each word's cost in nats, and whether it is of the likeliest 1 and 5, state carried, `(words, 3)`."""

    def read() -> Iterator[np.ndarray]:
        """The figures of one piece after the other."""
        pieces = run.network.read_long(inputs, CHUNK)
        for start in track(range(0, len(targets), CHUNK)):
            piece, says = next(pieces)
            wanted = targets[start : start + len(piece)]
            own = says[np.arange(len(piece)), wanted]
            likelier = (says > own[:, None]).sum(axis=1)
            yield np.stack([-own, likelier < 1, likelier < 5], axis=1, dtype=np.float32)

    return join(read())


def _read_fresh(run: Run, examples: Sequence[Example], batch_size: int = 32) -> np.ndarray:
    """The cost of each sentence in nats, `(sentences,)`, read from a fresh state behind an `EOS`."""
    sentences = Rows(run.vocabulary.ids(example.words) for example in examples)
    costs = np.zeros(len(sentences))
    order = np.argsort(sentences.lengths, kind="stable")
    for start in track(range(0, len(order), batch_size)):
        rows = [sentences[row] for row in order[start : start + batch_size]]
        batch = pad([np.append(EOS, ids) for ids in rows], [np.append(ids, EOS) for ids in rows])
        layers, _ = run.network.read(batch.inputs)
        real = batch.sample_weight > 0
        hidden_state, targets = layers[-1]["hidden_state"][real], batch.targets[real]
        sentence_of = order[start : start + batch_size][np.nonzero(real)[0]]
        for first in range(0, len(targets), CHUNK):
            says = run.network.log_probabilities(hidden_state[first : first + CHUNK])
            wanted = targets[first : first + CHUNK]
            own = says[np.arange(len(wanted)), wanted]
            np.subtract.at(costs, sentence_of[first : first + CHUNK], own)
    return costs
