"""How a change to a sentence or a cell affects all later words: the sentence is read again with it.

A word is left out or swapped for another, or a part is edited; then the states and outputs at each later
word stand beside those of the sentence as it was.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison
from nlp_lstm.states.traces import STATES, Trace, says
from nlp_lstm.text.ends import has_end, numbered
from nlp_lstm.text.vocabulary import Sentence

MEANING = (
    "the original sentence beside the changed one. hidden_state_change, cell_state_change: length of the "
    "difference divided by the length before; 0: no change. output_change: total variation distance between "
    "the two outputs, 0 (the same) to 1. says: what the model says after the word"
)


def without_word(sentence: Sentence, number: int) -> Sentence:
    """Return a sentence without one of its words, by number from 1.

    Raises:
        UsageError: if there is no such word, or no later one that could change.
    """
    _check_number("without", number, sentence)
    if number == len(sentence.words):
        raise UsageError(f"without {number}: it is the last word, and no later one can change")
    before, after = slice(None, number - 1), slice(number, None)
    return Sentence(
        sentence.words[before] + sentence.words[after],
        np.concatenate([sentence.ids[before], sentence.ids[after]]),
        sentence.offsets[before] + sentence.offsets[after],
    )


def swap_word(sentence: Sentence, number: int, other: Sentence) -> Sentence:
    """Return a sentence with another word in place of one of its own.

    Args:
        sentence: the sentence as it was.
        number: number of the word to replace, from 1.
        other: a sentence of one word.

    Returns:
        The sentence with the word; its offsets are still those of the text as it was.

    Raises:
        UsageError: if there is no such word, or `other` is not one word.
    """
    _check_number("swap", number, sentence)
    if len(other.words) != 1:
        raise UsageError(f"swap {number}={' '.join(other.words)}: it is {len(other.words)} words, give one")
    before, after = slice(None, number - 1), slice(number, None)
    words = sentence.words[before] + other.words + sentence.words[after]
    return Sentence(
        words,
        np.concatenate([sentence.ids[before], other.ids, sentence.ids[after]]),
        sentence.offsets,
    )


def parse_swap(text: str) -> tuple[int, str]:
    """Return the number and the word of `WORD_NUMBER=WORD`.

    Raises:
        UsageError: if the text is not of this form.

    Example:
        >>> parse_swap("4=green")
        (4, 'green')
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*=(.*\S.*)", text)
    if not found:
        raise UsageError(f"swap {text!r}: say WORD_NUMBER=WORD, such as 4=green")
    return int(found[1]), found[2]


def change_table(before: Trace, after: Trace, first: int = 1, change: str = "changed") -> Comparison:
    """Return one row per word with how much a change to the sentence or the cell has changed there.

    Args:
        before: a layer's trace of the sentence as it was.
        after: the same layer's trace with the change.
        first: number of the first word of `before` to show, from 1. The two are aligned from the end, so
            that one may be a word shorter.
        change: what was changed, for the title.

    Returns:
        A table with how much hidden and cell state have changed, relative to what they were (0 or more), how
        much the outputs have (in [0, 1]), and what the model says before and after.
    """
    count = len(before.words) - first + 1
    columns = {
        f"{state}_change": relative_change(before.parts[state][-count:], after.parts[state][-count:])
        for state in STATES
        if state in before.parts
    }
    columns["output_change"] = output_change(before.outputs[-count:], after.outputs[-count:])
    columns |= {
        "says_before": says(before, most=1)[-count:],
        "says_after": says(after, most=1)[-count:],
    }
    rows = numbered(after.words[-count:], first)
    title = f"{before.title}, {change}"
    return Comparison.from_columns(title, rows, columns, "word", MEANING, "change", see=_see(rows, columns))


def _see(rows: Sequence[str], columns: Mapping[str, Any]) -> str:
    """Where the states changed most, and what that does to what is said after the last word."""
    states: dict[str, np.ndarray] = {
        name: np.nan_to_num(columns[f"{name}_change"]) for name in STATES if f"{name}_change" in columns
    }
    together = sum(states.values(), np.zeros(len(rows)))
    told: list[str] = []
    if together.any():
        place = int(np.argmax(together))
        changes = " and ".join(
            f"the {name.replace('_', ' ')} by {one[place]:.2f}" for name, one in states.items()
        )
        told.append(f'Most changed at "{rows[place]}": {changes}.')
    before, after = (str(columns[f"says_{name}"][-1] or "") for name in ("before", "after"))
    if before and after:
        same = before.rpartition(" ")[0] == after.rpartition(" ")[0]
        told.append(
            f"At the end the model {'still ' if same else ''}says {_quote(after)}, before {_quote(before)}."
        )
    return " ".join(told)


def _quote(said: str) -> str:
    """What a model says with its probability, the former in quotes."""
    name, _, probability = said.rpartition(" ")
    return f'"{name}" ({probability})'


def relative_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return ||after - before|| / ||before|| of each word, `(timesteps,)`; NaN where `before` is 0.

    Args:
        before, after: states, `(timesteps, units)`.

    Example:
        >>> relative_change(np.array([[3.0, 4.0]]), np.array([[3.0, 3.0]]))
        array([0.2])
    """
    with np.errstate(all="ignore"):
        changed, length = np.linalg.norm(after - before, axis=1), np.linalg.norm(before, axis=1)
        return np.where(length > 0, changed / length, np.nan)


def output_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the total variation distance of two distributions at each word, `(timesteps,)` in [0, 1].

    It is the most by which the probability of any set of outputs can have changed.

    Args:
        before, after: probabilities, `(timesteps, outputs)`.

    Example:
        >>> output_change(np.array([[0.5, 0.5, 0.0]]), np.array([[0.25, 0.5, 0.25]]))
        array([0.25])
    """
    return np.abs(after - before).sum(axis=1) / 2


def _check_number(option: str, number: int, sentence: Sentence) -> None:
    """Raise a UsageError unless the sentence has a word with this number."""
    words = len(sentence.words) - has_end(sentence)
    if not 1 <= number <= words:
        raise UsageError(f"{option} {number}: the sentence has words 1 to {words}")
