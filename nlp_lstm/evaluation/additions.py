"""How often a tagger's label of a sentence changes with something that should not matter."""

from collections.abc import Callable, Sequence

import numpy as np

from nlp_lstm.evaluation.scoring import Figure
from nlp_lstm.report import Comparison

ADDITIONS: dict[str, Callable[[str], str]] = {
    "no stop": lambda text: text.rstrip(" .!?…"),
    "all in capitals": str.upper,
    "a blank behind": lambda text: f"{text} ",
    "a link behind": lambda text: f"{text} see https://example.com/x",
    "a handle before": lambda text: f"@sam {text}",
    "a handle behind": lambda text: f"{text} @sam",
    "an e-mail address before": lambda text: f"sam.jones@example.com {text}",
    "an e-mail address behind": lambda text: f"{text} sam.jones@example.com",
}


def measure_additions(say: Callable[[list[str]], list[str]], texts: Sequence[str]) -> Comparison:
    """Return the share of texts that get another label, a row per addition.

    Args:
        say: what gives each text its label.
        texts: sentences as people type them.

    Example:
        >>> table = measure_additions(lambda texts: [text[-1] for text in texts], ["so good .", "so bad ."])
        >>> [rows[0] for rows in table.values][:2]
        [1.0, 0.0]
    """
    before, values = np.array(say(list(texts))), []
    for change in ADDITIONS.values():
        after = np.array(say([change(text) or text for text in texts]))
        found = Figure.of_share(before != after)
        values.append((found.value, found.low, found.high, found.n))
    meaning = (
        "share of sentences that get another label, in [0, 1], lower is better; low, high: 95 % interval; "
        "n: sentences"
    )
    columns = ("changed", "low", "high", "n")
    return Comparison("what should not matter", list(ADDITIONS), columns, values, "addition", meaning)
