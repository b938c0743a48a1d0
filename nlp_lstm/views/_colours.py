"""What is in colour on a terminal: headings, states, sentiments and outcomes, as in every picture."""

import re

from nlp_lstm.report.palette import TERMINAL
from nlp_lstm.views._fitting import Column

TITLE, DIM = "1", "2"  # bold, faint
SENTIMENT = re.compile(r"(?:very )?(negative|neutral|positive)(?: [01]\.\d\d)?|-")


def paint(text: str, code: str) -> str:
    """Return text in a colour of the terminal; as it is without a code.

    Example:
        >>> paint("sky", "1"), paint("sky", "")
        ('\\x1b[1msky\\x1b[0m', 'sky')
    """
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def paint_cell(column: Column, cell: str, is_heading: bool) -> str:
    """Return a heading or a cell in the colour of what it is about.

    Example:
        >>> paint_cell(Column("hidden_state_norm", ["1.5"]), "1.5", False)
        '\\x1b[38;5;33m1.5\\x1b[0m'
    """
    code = _of_state(column.name)
    if is_heading:
        return paint(cell, f"{TITLE};{code}" if code else TITLE)
    if not code:
        code = _of_state(cell) if column.left else ""
    if not code and column.left:
        code = TERMINAL.get(cell, "") if set(column.cells) <= set(TERMINAL) else _of_sentiment(column, cell)
    return paint(cell, code)


def _of_state(name: str) -> str:
    """The colour of the state that a name names; of one that names both none."""
    found = [state for state in ("hidden_state", "cell_state") if state in name]
    return TERMINAL[found[0]] if len(found) == 1 else ""


def _of_sentiment(column: Column, cell: str) -> str:
    """The colour of a label, where the column holds no other words."""
    found = SENTIMENT.fullmatch(cell)
    if not found or not all(map(SENTIMENT.fullmatch, column.cells)):
        return ""
    return TERMINAL.get(found[1] or "", "")
