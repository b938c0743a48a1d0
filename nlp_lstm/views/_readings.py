"""The words that probes read at each word of a sentence: filled where they read the right one.

On a wide picture the sentence runs from left to right, on a narrow one from top to bottom.
"""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import GREY
from nlp_lstm.views._drawing import Picture, Sheet
from nlp_lstm.views._measures import part_colour
from nlp_lstm.views._style import (
    CHARACTER,
    FAINT,
    INK,
    LINE,
    LONGEST_WORD,
    MARGIN,
    PAPER,
    SMALL,
    TEXT,
    WIDTH,
    is_narrow,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CELL, APART, MOST = 0.3, 0.3, 34  # height of a row, between rows of words, and characters beside a row
WANTED = {"current": 0, "next": 1}  # what a column begins with -> how many words on is the right one
NOTE = "Filled: the probe reads the right word. Outlined: another word. Dash: a word the probe does not know."


def readings_picture(table: Comparison, width: float = WIDTH) -> Picture:
    """Return the words of a sentence with what was read at each.

    Args:
        table: one row per word; a column "current_from_X" or "next_from_X" for each thing read from, None
            where the word to read is not known.
        width: in inches.
    """
    height, draw = _upright(table, width) if is_narrow(width) else _across(table, width)
    return Picture(table.title, height, draw, table.meaning, NOTE, width)


def is_right(words: Sequence[str], row: int, column: str, read: object) -> bool | None:
    """Return whether a word was read right; None where none was read.

    Example:
        >>> is_right(["the", "sky"], 0, "next_from_hidden_state", "sky")
        True
    """
    on = WANTED.get(column.partition("_")[0], 0)
    if read is None or row + on >= len(words):
        return None
    return str(read).casefold() == words[row + on].casefold()


def _across(table: Comparison, width: float):
    """The height and the drawing of a sentence from left to right, in as many rows as it needs."""
    words, labels = _words(table), _labels(table, MOST)
    left = MARGIN + max(len(line) for lines in labels for line in lines) * SMALL * CHARACTER + 0.15
    shown = [
        shorten(visible(word), LONGEST_WORD) for row in table.values for word in row if isinstance(word, str)
    ]
    step = max(map(len, [*shown, *words])) * SMALL * CHARACTER + 0.14
    fit = max(1, int((width - MARGIN - left) / step))
    starts = range(0, len(words), fit)
    cell = max(CELL, max(map(len, labels)) * SMALL * LINE + 0.08)
    row = CELL + len(labels) * cell

    def draw(sheet: Sheet) -> None:
        """Draw the words, and below each what was read."""
        for start in starts:
            count = min(fit, len(words) - start)
            axes = _axes(sheet, left, count * step, row)
            for number, word in enumerate(words[start : start + count]):
                middle = (number + 0.5) * step
                axes.text(middle, CELL / 2, word, ha="center", va="center", weight="bold", size=SMALL)
            for place, lines in enumerate(labels):
                top = CELL + place * cell
                sheet.text(MARGIN, top + cell / 2, "\n".join(lines), size=SMALL, va="center")
                for number in range(count):
                    _draw_cell(axes, table, start + number, place, (number * step, top, step, cell))
            sheet = sheet.below(row + APART)

    return len(starts) * row + (len(starts) - 1) * APART, draw


def _upright(table: Comparison, width: float):
    """The height and the drawing of a sentence from top to bottom."""
    words, labels = _words(table), _labels(table, 9)
    left = MARGIN + max(map(len, words)) * SMALL * CHARACTER + 0.1
    step = (width - MARGIN - left) / len(labels)
    above = max(map(len, labels)) * SMALL * LINE + 0.1

    def draw(sheet: Sheet) -> None:
        """Draw the words, and beside each what was read."""
        axes = _axes(sheet, left, width - MARGIN - left, above + len(words) * CELL)
        for place, lines in enumerate(labels):
            middle = left + (place + 0.5) * step
            sheet.text(middle, 0.0, "\n".join(lines), size=SMALL, ha="center", linespacing=1.15)
        for number, word in enumerate(words):
            top = above + number * CELL
            sheet.text(MARGIN, top + CELL / 2, word, size=SMALL, va="center", weight="bold")
            for place in range(len(labels)):
                _draw_cell(axes, table, number, place, (place * step, top, step, CELL))

    return above + len(words) * CELL, draw


def _words(table: Comparison) -> list[str]:
    """The words of the sentence, as they are drawn."""
    return [shorten(visible(word), LONGEST_WORD) for word in table.rows]


def _labels(table: Comparison, most: int) -> list[list[str]]:
    """What each column holds, in lines."""
    names = [visible(name).replace("_from_", " word from ").replace("_", " ") for name in table.columns]
    return [textwrap.wrap(name, most) for name in names]


def _axes(sheet: Sheet, left: float, wide: float, high: float) -> "Axes":
    """Axes in inches, from the upper left corner."""
    axes = sheet.axes(left, 0, wide, high)
    axes.set_xlim(0, wide)
    axes.set_ylim(high, 0)
    axes.set_axis_off()
    return axes


def _draw_cell(axes: "Axes", table: Comparison, row: int, column: int, place: Sequence[float]) -> None:
    """Draw what was read at a word, filled if it is right, in a box of left, top, width and height."""
    from matplotlib.patches import Rectangle

    read, name, (left, top, wide, high) = table.values[row][column], table.columns[column], place
    right, colour = is_right(table.rows, row, name, read), part_colour(name) or INK
    middle = left + wide / 2, top + high / 2
    options: dict[str, Any] = {"ha": "center", "va": "center"}
    if right is None:
        axes.text(*middle, "–", size=TEXT, color=GREY, **options)
        return
    style: dict[str, Any] = {
        "linewidth": 0.8,
        "edgecolor": colour if right else FAINT,
        "facecolor": colour if right else PAPER,
    }
    axes.add_patch(Rectangle((left + 0.02, top + 0.03), wide - 0.04, high - 0.06, **style))
    word = shorten(visible(str(read)), LONGEST_WORD)
    axes.text(*middle, word, size=SMALL, color=PAPER if right else INK, **options)
