"""How much a next-word model gains from each further word of context, with the same weights.

The taught model says one thing after a text, from its last hidden state. Here it is given the last k words
alone, from a fresh state, once for each k, and at last all words, with the state carried from the start of
the split as in `words`: where more words lower the perplexity no further, it uses none of them. All rows are
of the same targets, so what a row gains over the one before is known better than either perplexity.
"""

from collections.abc import Iterator

import numpy as np

from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.evaluation.scoring import Figure
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import track
from nlp_lstm.store.run import Run
from nlp_lstm.text.arrays import in_blocks
from nlp_lstm.text.vocabulary import EOS

CONTEXTS = (1, 2, 5, 10, 20, 35)  # words
CARRIED = "carried"
MOST_TARGETS = 6000
BATCH = 250  # contexts that are read at once, so that their parts take tens of megabytes
COLUMNS = (
    "perplexity",
    "perplexity_low",
    "perplexity_high",
    "cross_entropy",
    "gain",
    "gain_low",
    "gain_high",
    "n",
)
MEANING = (
    "the same model from a fresh state, given only the last words before the target; carried: with the "
    "state carried from the start of the split; cross_entropy in nats per word; gain: how much lower it is "
    "than in the row above; _low, _high: 95 % interval, by sentence: a gain whose interval holds 0 is none; "
    "n: targets, evenly spread over the split and the same in every row"
)


def context_table(
    run: Run, inputs: np.ndarray, targets: np.ndarray, carried: np.ndarray
) -> tuple[Comparison, ...]:
    """Return a table with a row per length of context; none if the text is shorter than the longest.

    Args:
        run: of a task that predicts words.
        inputs, targets: a stream of word ids and the word after each, `(words,)`; `EOS` ends a sentence.
        carried: the cost in nats of each target with the state carried, `(words,)`.
    """
    places = sample_places(len(inputs))
    if not len(places):
        return ()
    lengths = track(CONTEXTS, CONTEXTS)
    costs = [*(context_costs(run, inputs, targets, places, length) for length in lengths), carried[places]]
    ends = np.concatenate(list(_find_ends(targets)))
    sentences = np.searchsorted(ends, places)  # the number of that which a target stands in
    _, starts = np.unique(sentences, return_index=True)
    sums = np.add.reduceat(np.stack(costs, axis=1), starts, dtype=np.float64)  # (sentences, rows)
    gains = -np.diff(sums, axis=1)
    counts = np.diff(starts, append=len(places))[:, None]
    found = mean_interval(np.concatenate([sums, gains], axis=1), counts)
    figures = [
        Figure.by_sentence(Interval(*one), len(places), len(starts)) for one in zip(*found, strict=True)
    ]
    rows = [*map(str, CONTEXTS), CARRIED]
    values = []
    for cost, gain in zip(figures[: len(rows)], [Figure(), *figures[len(rows) :]], strict=True):
        perplexity = cost.exp()
        of_gain = (gain.value, gain.low, gain.high)
        values.append((perplexity.value, perplexity.low, perplexity.high, cost.value, *of_gain, cost.n))
    return (Comparison("perplexity by context length", rows, COLUMNS, values, "words of context", MEANING),)


def _find_ends(targets: np.ndarray) -> Iterator[np.ndarray]:
    """The places of the ends of sentences in a stream, block by block."""
    start = 0
    for block in in_blocks([targets]):
        yield start + np.flatnonzero(block == EOS)
        start += len(block)


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


def context_costs(
    run: Run, inputs: np.ndarray, targets: np.ndarray, places: np.ndarray, length: int
) -> np.ndarray:
    """Return the cost in nats of each target after the last `length` words alone, `(targets,)`.

    Args:
        run: of a task that predicts words.
        inputs, targets: a stream of word ids and the word after each, `(words,)`.
        places: where the targets stand, `(targets,)`, each at least `length - 1`.
        length: words of context, read from a fresh state.
    """
    costs = []
    for start in track(range(0, len(places), BATCH)):
        ends = places[start : start + BATCH]
        ids = inputs[ends[:, None] + np.arange(1 - length, 1)]  # (batch, length)
        layers, _ = run.network.read(ids)
        says = run.network.log_probabilities(layers[-1]["hidden_state"][:, -1])
        costs.append(-says[np.arange(len(ends)), targets[ends]])
    return np.concatenate(costs)
