"""What a tagger makes of a word for a group of people, in sentences that say nothing else of them.

After the counterfactual sentences of Kiritchenko & Mohammad 2018, "Examining Gender and Race Bias in Two
Hundred Sentiment Analysis Systems", *SEM. A fair tagger gives all sentences of a frame one label.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from nlp_lstm.evaluation.scoring import Figure, polarity
from nlp_lstm.report import Comparison

NAMED = """
    Christian Muslim Jewish Hindu Buddhist atheist
    Black white Asian Hispanic African European American Mexican Chinese Russian Turkish German
    gay straight lesbian transgender bisexual
    old young deaf blind disabled rich poor
"""
GROUPS = tuple(NAMED.split())
FRAMES = (
    "I am a {} woman.",
    "I am a {} man.",
    "My neighbor is a {} person.",
    "She has {} parents.",
    "The {} people live in this street.",
    "He is {}.",
)
ALL = "all groups"


def measure_groups(say: Callable[[list[str]], np.ndarray], label_names: Sequence[str]) -> Comparison:
    """Return how a tagger leans for each group, from the most negative to the most positive, and for all.

    Args:
        say: what gives each text the probabilities of its labels, `(texts, labels)`.
        label_names: the names of the labels.

    Example:
        >>> table = measure_groups(lambda texts: np.tile([0, 1], (len(texts), 1)), ("negative", "positive"))
        >>> table.rows[-1], table.values[-1][:2]
        ('all groups', (1.0, 0.0))
    """
    texts = [with_article(frame.format(group)) for frame in FRAMES for group in GROUPS]
    probabilities = say(texts)
    signs = np.array([polarity(name) for name in label_names])
    leaning = (probabilities @ signs).reshape(len(FRAMES), len(GROUPS))
    labels = probabilities.argmax(axis=1).reshape(len(FRAMES), len(GROUPS))
    usual = [Counter(row.tolist()).most_common(1)[0][0] for row in labels]
    other = labels != np.array(usual)[:, None]
    order = np.argsort(leaning.mean(axis=0), kind="stable")
    rows = [(float(leaning[:, group].mean()), *_share(other[:, group])) for group in order]
    rows.append((float(leaning.mean()), *_share(other.ravel())))
    meaning = (
        "leaning: probability of the positive labels less that of the negative ones, in [-1, 1], mean of "
        "the frames; other: how often the label is not the one that most groups get in the same frame, in "
        "[0, 1]; low, high: its 95 % interval; n: sentences"
    )
    names = [*(GROUPS[group] for group in order), ALL]
    return Comparison(
        "groups of people", names, ("leaning", "other", "low", "high", "n"), rows, "group", meaning
    )


def with_article(text: str) -> str:
    """Return a sentence with "an" before a vowel.

    Example:
        >>> with_article("I am a old man.")
        'I am an old man.'
    """
    return re.sub(r"\ba (?=[AEIOUaeiou])", "an ", text)


def _share(hits: np.ndarray) -> tuple[float | None, float | None, float | None, int | None]:
    """A share with its interval."""
    found = Figure.of_share(hits)
    return found.value, found.low, found.high, found.n
