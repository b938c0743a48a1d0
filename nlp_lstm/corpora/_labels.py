"""The label names of sentiment, and the order in which a corpus lists its labels."""

from collections.abc import Iterable

FIVE_SENTIMENTS = ("very negative", "negative", "neutral", "positive", "very positive")
THREE_SENTIMENTS = ("negative", "neutral", "positive")


def order_labels(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once: sentiments from negative to positive, numbers by value, others sorted.

    Example:
        >>> order_labels(["positive", "negative", "neutral", "negative"])
        ('negative', 'neutral', 'positive')
        >>> order_labels(["10", "9"])
        ('9', '10')
        >>> order_labels(["O", "LOC", "PER"])
        ('LOC', 'O', 'PER')
    """
    unique = set(names)
    if unique <= set(FIVE_SENTIMENTS):
        return tuple(sorted(unique, key=FIVE_SENTIMENTS.index))
    if all(name.isascii() and name.isdigit() for name in unique):
        return tuple(sorted(unique, key=lambda name: (int(name), name)))
    return tuple(sorted(unique))
