"""One sentence with what to see in a table, from its numbers.

Of two numbers one is larger if their intervals do not overlap; else the sentence says that they do.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nlp_lstm.evaluation.intervals import Interval


def versus(about: str, one: str, first: Interval, other: str, second: Interval) -> str:
    """Return which of two numbers is larger, or that their intervals overlap.

    Args:
        about: what is compared, the beginning of the sentence.
        one, other: names of the two.
        first, second: their numbers.

    Example:
        >>> small, large = (Interval(*map(np.float64, ends)) for ends in ((0.2, 0.1, 0.3), (0.5, 0.4, 0.6)))
        >>> versus("Accuracy", "h", small, "c", large)
        'Accuracy: c is above h, 0.50 against 0.20.'
        >>> versus("Accuracy", "h", small, "c", small)
        'Accuracy: h is 0.20 and c 0.20; their intervals overlap, so neither is larger.'
    """
    if np.isnan([first.mean, second.mean]).any():
        return ""
    if first.low > second.high:
        return f"{about}: {one} is above {other}, {show(first.mean)} against {show(second.mean)}."
    if second.low > first.high:
        return f"{about}: {other} is above {one}, {show(second.mean)} against {show(first.mean)}."
    both = f"{one} is {show(first.mean)} and {other} {show(second.mean)}"
    return f"{about}: {both}; their intervals overlap, so neither is larger."


def of_states(about: str, found: Mapping[str, Interval]) -> str:
    """Return which of the two states has the larger number; of one state alone, its number.

    Example:
        >>> of_states("Accuracy", {"hidden_state": Interval(*map(np.float64, (0.2, 0.1, 0.3)))})
        'Accuracy: 0.20 for the hidden state.'
    """
    states = [name for name in ("hidden_state", "cell_state") if name in found]
    names = [f"the {name.replace('_', ' ')}" for name in states]
    if len(states) == 2:
        (one, other), (first, second) = names, [found[name] for name in states]
        return versus(about, one, first, other, second)
    return f"{about}: {show(found[states[0]].mean)} for {names[0]}." if states else ""


def along(about: str, found: Mapping[str, Interval]) -> str:
    """Return at how many places back which of the two states is larger; of one alone nothing.

    Args:
        about: the beginning of the sentence.
        found: state -> its numbers, `(places,)`.

    Example:
        >>> low, high = (Interval(*np.array([[value] * 2] * 3)) for value in (0.2, 0.8))
        >>> along("Accuracy", {"hidden_state": low, "cell_state": high})
        "Accuracy: the cell state's is above the hidden state's at 2 of 2 places back, and below it at none."
    """
    if not {"hidden_state", "cell_state"} <= {*found}:
        return ""
    hidden, cell = found["hidden_state"], found["cell_state"]
    above, below, count = (
        int((cell.low > hidden.high).sum()),
        int((cell.high < hidden.low).sum()),
        len(hidden.mean),
    )
    told = (
        f"{about}: the cell state's is above the hidden state's at {above or 'none'} of {count} places back"
    )
    told += f", and below it at {below or 'none'}"
    return f"{told}." if above + below == count else f"{told}; at the others the intervals overlap."


def largest(about: str, found: Mapping[str, Interval]) -> str:
    """Return what has the largest number if its interval lies above all others; else that none stands out.

    Example:
        >>> ends = {"a": (0.5, 0.4, 0.6), "b": (0.2, 0.1, 0.3)}
        >>> largest("Most written", {name: Interval(*map(np.float64, one)) for name, one in ends.items()})
        'Most written: a, 0.50; its interval lies above all others.'
    """
    known = {name: one for name, one in found.items() if np.isfinite(one.mean)}
    if len(known) < 2:
        return ""
    first = max(known, key=lambda name: float(known[name].mean))
    if all(known[first].low > one.high for name, one in known.items() if name != first):
        return f"{about}: {first}, {show(known[first].mean)}; its interval lies above all others."
    why = f"the interval of {first}, {show(known[first].mean)}, overlaps another"
    return f"{about}: none stands out, because {why}."


def beside_zero(found: Interval) -> str:
    """Return on which side of 0 an interval lies.

    Example:
        >>> beside_zero(Interval(*map(np.float64, (-0.2, -0.3, -0.1))))
        'its interval lies below 0'
    """
    if found.low > 0:
        return "its interval lies above 0"
    return "its interval lies below 0" if found.high < 0 else "its interval holds 0"


def show(value: Any) -> str:
    """Return a number as a sentence holds it.

    Example:
        >>> show(0.123), show(12.345), show(float("inf"))
        ('0.12', '12.3', 'infinite')
    """
    if np.isinf(value):
        return "infinite"
    return f"{value:z.2f}" if abs(value) < 10 else f"{value:z.1f}"
