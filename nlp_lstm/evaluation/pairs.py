"""How much grammar a next-word model knows: the minimal pairs of `frames`, judged by the word that follows.

Given the words before it, the right form should be likelier than the wrong one (Linzen, Dupoux & Goldberg
2016, "Assessing the ability of LSTMs to learn syntax-sensitive dependencies", TACL 4). Only pairs whose words
the vocabulary knows are judged.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from nlp_lstm.evaluation.baselines import KneserNey
from nlp_lstm.evaluation.frames import Pair, minimal_pairs
from nlp_lstm.evaluation.scoring import Figure
from nlp_lstm.report import Comparison
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import EOS, UNK, Vocabulary

Choice = tuple[np.ndarray, np.ndarray]  # the ids before, and those of the right and the wrong form
Befores = Sequence[np.ndarray]
Judge = Callable[[Befores, np.ndarray], np.ndarray]

FEWEST = 200  # known pairs that are worth a table: `mini` knows 102, a dozen or two a row
BATCH = 250  # beginnings that are read at once
ALL = "all"


def pair_table(run: Run, counts: np.ndarray, trigram: KneserNey) -> tuple[Comparison, ...]:
    """Return a table with a row per phenomenon, one per place of the noun between, and one for all pairs.

    None if few pairs are known.

    Args:
        run: of a task that predicts words.
        counts: how often the training text has each word, `(words of the vocabulary,)`: the first baseline.
        trigram: fitted on the training text, the state carried: the second.
    """
    pairs = known_pairs(minimal_pairs(), run.vocabulary)
    if len(pairs) < FEWEST:
        return ()
    choices = [as_choice(pair, run.vocabulary) for pair in pairs]
    right = judge_choices(choices, partial(likelihoods, run))
    judges: dict[str, Judge] = {
        "unigram": lambda befores, forms: counts[forms],
        "kneser_ney_trigram": partial(trigram_probabilities, trigram),
    }
    simple = [judge_choices(choices, judge) for judge in judges.values()]
    rows: dict[str, list[int]] = {}
    for name in [*row_names(), ALL]:
        if found := [number for number, pair in enumerate(pairs) if name in (*pair.rows, ALL)]:
            rows[name] = found
    values = []
    for found in rows.values():
        model = Figure.of_share(right[found])
        values.append(
            (model.value, model.low, model.high, *(float(one[found].mean()) for one in simple), model.n)
        )
    meaning = (
        "how often the right form is likelier than the wrong one after the words before it, in [0, 1]; "
        "0.5 for always the same form, because each form is right as often as it is wrong. "
        "model_low, model_high: the model's 95 % interval, as if its pairs were drawn from many like them. "
        f"pairs: how many the vocabulary knows, of {len(minimal_pairs())} in all; a pair of verbs counts for "
        "its forms and for what stands before it"
    )
    columns = ("model", "model_low", "model_high", *judges, "pairs")
    unit = "share right"
    return (Comparison("minimal pairs", list(rows), columns, values, "phenomenon", meaning, unit=unit),)


def row_names() -> list[str]:
    """Return the rows: first what the forms are, then what stands between a noun and its verb."""
    pairs = minimal_pairs()
    return list(dict.fromkeys(name for place in (0, 1) for pair in pairs for name in pair.rows[place:][:1]))


def known_pairs(pairs: Sequence[Pair], vocabulary: Vocabulary) -> list[Pair]:
    """Return the pairs that a vocabulary knows; a frame with an unknown word is left out whole.

    Example:
        >>> vocabulary = Vocabulary.build([("the", "king", "kings", "is", "are")])
        >>> [" ".join((*pair.before, pair.right)) for pair in known_pairs(minimal_pairs(), vocabulary)]
        ['The king is', 'The kings are']
    """
    unknown = {pair.frame for pair in pairs if UNK in vocabulary.ids([*pair.before, pair.right, pair.wrong])}
    return [pair for pair in pairs if pair.frame not in unknown]


def as_choice(pair: Pair, vocabulary: Vocabulary) -> Choice:
    """Return the ids before, an `EOS` in front as in running text, and those of the two forms, `(2,)`."""
    return np.append(EOS, vocabulary.ids(pair.before)), vocabulary.ids([pair.right, pair.wrong])


def judge_choices(choices: Sequence[Choice], judge: Judge) -> np.ndarray:
    """Return whether the right form is likelier than the wrong one, `(choices,)` bool.

    Args:
        choices: the ids before, and those of the right and the wrong form; at least one.
        judge: `(ids before each, forms (choices, 2)) -> (choices, 2)`, of which only the order counts.
    """
    befores, forms = zip(*choices, strict=True)
    scores = judge(befores, np.stack(forms))
    return scores[:, 0] > scores[:, 1]


def likelihoods(run: Run, befores: Befores, forms: np.ndarray) -> np.ndarray:
    """Return the log probabilities of words after others read from a fresh state, `(choices, forms)`."""
    found = np.empty(forms.shape)
    lengths = np.array([len(before) for before in befores])
    for length in np.unique(lengths):
        alike = np.flatnonzero(lengths == length)
        for start in range(0, len(alike), BATCH):
            places = alike[start : start + BATCH]
            layers, _ = run.network.read(np.stack([befores[place] for place in places]))
            says = run.network.log_probabilities(layers[-1]["hidden_state"][:, -1])
            found[places] = np.take_along_axis(says, forms[places], axis=1)
    return found


def trigram_probabilities(trigram: KneserNey, befores: Befores, forms: np.ndarray) -> np.ndarray:
    """Return the probabilities of words after the two before them, `(choices, forms)`."""
    ngrams = [[*before[-2:], form] for before, both in zip(befores, forms, strict=True) for form in both]
    return trigram.probabilities(ngrams).reshape(forms.shape)
