"""How much a next-word model gains from each further word of context, with the same weights.

The taught model says one thing after a text, from its last hidden state. Here it is given the last k words
alone, from a fresh state, once for each k: where more words lower the perplexity no further, it uses none of
them. Unlike the perplexity of `words`, no state is carried.
"""

import numpy as np

from nlp_lstm.report import Comparison
from nlp_lstm.store.run import Run

CONTEXTS = (1, 2, 5, 10, 20, 35)  # words
MOST_TARGETS = 2000
BATCH = 250  # contexts that are read at once, so that their parts take tens of megabytes


def context_table(run: Run, inputs: np.ndarray, targets: np.ndarray) -> tuple[Comparison, ...]:
    """Return a table with a row per length of context; none if the text is shorter than the longest.

    Args:
        run: of a task that predicts words.
        inputs, targets: a stream of word ids and the word after each, `(words,)`.
    """
    places = sample_places(len(inputs))
    if not len(places):
        return ()
    costs = [context_cross_entropy(run, inputs, targets, places, length) for length in CONTEXTS]
    table = Comparison(
        "perplexity by context length",
        [str(length) for length in CONTEXTS],
        ("perplexity", "cross_entropy"),
        [(float(np.exp(cost)), cost) for cost in costs],
        "words of context",
        f"the same model from a fresh state, given only the last words before the target: {len(places)} "
        "targets, evenly spread over the split and the same in every row; cross_entropy in nats per word",
    )
    return (table,)


def sample_places(words: int, most: int = MOST_TARGETS) -> np.ndarray:
    """Return where in a stream the targets stand that every length of context can be read before.

    Args:
        words: how many targets the stream has.
        most: how many places are wanted; they are evenly spread, with the first and the last.

    Returns:
        Places in ascending order, `(targets,)` int, each at least `max(CONTEXTS) - 1`.

    Example:
        >>> sample_places(40, most=3).tolist()
        [34, 36, 39]
    """
    first = max(CONTEXTS) - 1
    count = min(max(words - first, 0), most)
    return np.linspace(first, words - 1, count).astype(int)


def context_cross_entropy(
    run: Run, inputs: np.ndarray, targets: np.ndarray, places: np.ndarray, length: int
) -> float:
    """Return the cross-entropy in nats per word of targets after the last `length` words alone.

    Args:
        run: of a task that predicts words.
        inputs, targets: a stream of word ids and the word after each, `(words,)`.
        places: where the targets stand, `(targets,)`, each at least `length - 1`.
        length: words of context, read from a fresh state.
    """
    cost = 0.0
    for start in range(0, len(places), BATCH):
        ends = places[start : start + BATCH]
        ids = inputs[ends[:, None] + np.arange(1 - length, 1)]  # (batch, length)
        layers, _ = run.network.read(ids)
        says = run.network.log_probabilities(layers[-1]["hidden_state"][:, -1])
        cost -= float(says[np.arange(len(ends)), targets[ends]].sum(dtype=np.float64))
    return cost / len(places)
