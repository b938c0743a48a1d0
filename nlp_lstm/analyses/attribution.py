"""attribution: whether the words that are said to decide an answer do, by leaving them out.

The words that integrated gradients name as the strongest for the answer are deleted, and the fall of its
probability is compared with that for words that leaving one out names, and for words at random (Arras et al.
2017, "Explaining recurrent neural network predictions in sentiment analysis", WASSA). On `mini` it is known
which words decide: those without which the grammar gives another label.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.studies import Study
from nlp_lstm.corpora.mini import sentiment_so_far
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import mean_interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import track
from nlp_lstm.states.attribution import attribute_words
from nlp_lstm.store.reading import named_outputs, read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.batches import pad

MOST_SENTENCES, FEWEST, SHORTEST, LONGEST = 100, 20, 5, 30  # sentences, and their words
DELETED = (1, 2, 3)  # words
RANDOM = 10  # draws of words to delete
BATCH = 128  # sentences that are read at once
MEANING = (
    "fall: how much less probable the answer after the last word is without some words, those that speak "
    "most for it, in [-1, 1], mean over sentences; low, high: 95 % interval, by sentence"
)


@ANALYSES.register("attribution")
def compare_attribution(studies: Sequence[Study], seed: int) -> tuple[Comparison, ...]:
    """Return for each run a table of what deleting words does; on `mini` also who finds the right words.

    Args:
        studies: runs of any cell and task.
        seed: draws sentences and the words that are deleted at random.

    Raises:
        DataError: if fewer than 20 sentences have 5 to 30 words.
    """
    tables: list[Comparison] = []
    for study in track(studies):
        chosen = _choose_sentences(study, seed)
        ids = [study.run.vocabulary.ids(words) for words in chosen]
        answers = answers_after(study.run, ids)
        amounts = {
            "attribution": [
                attribute_words(study.run, one, int(said)).words for one, said in zip(track(ids), answers)
            ],
            "leaving one out": leave_one_out(study.run, ids, answers),
        }
        tables.append(_fall_table(study, ids, answers, amounts, seed))
        if study.data == "mini" and study.run.label_names:
            tables.append(_decisive_table(study, chosen, amounts, seed))
    return tuple(tables)


def answers_after(run: Run, ids: Sequence[np.ndarray]) -> np.ndarray:
    """Return the number of what a run says after the last word of each sentence, `(sentences,)`."""
    return np.concatenate([says.argmax(axis=1) for says in _said(run, ids)])


def leave_one_out(run: Run, ids: Sequence[np.ndarray], answers: np.ndarray) -> list[np.ndarray]:
    """Return how far the probability of each sentence's answer falls without each word, `(timesteps,)`
    each."""
    shorter = [np.delete(one, place) for one in ids for place in range(len(one))]
    counts = [len(one) for one in ids]
    without = _probability(run, shorter, np.repeat(answers, counts))
    whole = np.repeat(_probability(run, ids, answers), counts)
    return np.split(whole - without, np.cumsum(counts)[:-1])


def decisive_words(words: Sequence[str]) -> list[int]:
    """Return the places of the words of `mini` without which its grammar gives the sentence another label.

    Example:
        >>> decisive_words(("the", "film", "is", "not", "good", "."))
        [3, 4]
    """
    label = sentiment_so_far(words)[-1]
    return [
        place
        for place in range(len(words))
        if sentiment_so_far((*words[:place], *words[place + 1 :]))[-1] != label
    ]


def _choose_sentences(study: Study, seed: int) -> list[tuple[str, ...]]:
    """Sentences that are neither short nor long; for a predictor, the beginnings of some, of any length."""
    fit = [one.words for one in study.examples if SHORTEST <= len(one.words) <= LONGEST]
    if len(fit) < FEWEST:
        raise DataError(
            f"{study.data} has {len(fit)} sentences of {SHORTEST} to {LONGEST} words, and {FEWEST} are "
            "needed: read another corpus with --data"
        )
    random = np.random.default_rng(seed)
    chosen = [fit[place] for place in sorted(random.permutation(len(fit))[:MOST_SENTENCES])]
    if study.run.label_names:
        return chosen
    return [words[: random.integers(SHORTEST, len(words) + 1)] for words in chosen]


def _fall_table(
    study: Study,
    ids: Sequence[np.ndarray],
    answers: np.ndarray,
    amounts: dict[str, list[np.ndarray]],
    seed: int,
) -> Comparison:
    """The fall of the answer's probability for each number of deleted words and each way to choose them."""
    whole, random, rows = _probability(study.run, ids, answers), np.random.default_rng(seed), {}
    for count in DELETED:
        for name, values in amounts.items():
            shorter = [np.delete(one, np.argsort(-by)[:count]) for one, by in zip(ids, values, strict=True)]
            rows[f"{count} by {name}"] = whole - _probability(study.run, shorter, answers)
        drawn = [
            _probability(
                study.run, [np.delete(one, random.permutation(len(one))[:count]) for one in ids], answers
            )
            for _ in range(RANDOM)
        ]
        rows[f"{count} at random"] = whole - np.mean(drawn, axis=0)
    found = [mean_interval(falls, np.ones(len(ids)), seed) for falls in rows.values()]
    meaning = f"{MEANING}; n: {len(ids)} sentences of {SHORTEST} to {LONGEST} words"
    return Comparison(
        f"{study.run.task}, {study.run.name}, what deleting words does",
        list(rows),
        ("fall", "low", "high"),
        [tuple(map(float, one)) for one in found],
        "words deleted",
        meaning,
    )


def _decisive_table(
    study: Study, chosen: Sequence[tuple[str, ...]], amounts: dict[str, list[np.ndarray]], seed: int
) -> Comparison:
    """How often the word that speaks most for the answer is one that decides the label."""
    decisive = [decisive_words(words) for words in chosen]
    kept = [number for number, places in enumerate(decisive) if places]
    columns = {
        name: [float(int(values[number].argmax()) in decisive[number]) for number in kept]
        for name, values in amounts.items()
    }
    columns["a word at random"] = [len(decisive[number]) / len(chosen[number]) for number in kept]
    found = [mean_interval(np.array(hits), np.ones(len(kept)), seed) for hits in columns.values()]
    meaning = (
        "how often the word that speaks most for the answer is one without which the grammar of mini gives "
        f"the sentence another label, in [0, 1]; low, high: 95 % interval, by sentence; n: {len(kept)} "
        "sentences that have such a word"
    )
    title = f"{study.run.task}, {study.run.name}, who finds the words that decide"
    values = [tuple(map(float, one)) for one in found]
    return Comparison(title, list(columns), ("found", "low", "high"), values, "found by", meaning)


def _probability(run: Run, ids: Sequence[np.ndarray], answers: np.ndarray) -> np.ndarray:
    """The probability of an answer after the last word of each sentence, `(sentences,)`."""
    rows = np.split(answers, range(BATCH, len(ids), BATCH))
    found = zip(_said(run, ids), rows, strict=True)
    return np.concatenate([says[np.arange(len(some)), some] for says, some in found])


def _said(run: Run, ids: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """The probabilities of what may be named after some sentences, `(sentences, outputs)`."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        layers, _ = read_ids(run, pad(some, some).inputs)
        last = layers[-1]["hidden_state"][np.arange(len(some)), [len(one) - 1 for one in some]]
        yield named_outputs(run, run.network.probabilities(last))
