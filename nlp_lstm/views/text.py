"""A report as text for a terminal: tables as wide as it is, words shown as typed."""

import re
import shutil
from collections.abc import Sequence
from typing import Any

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import show_facts, show_value, visible
from nlp_lstm.views import VIEWS
from nlp_lstm.views._colours import DIM, TITLE, paint, paint_cell
from nlp_lstm.views._fitting import LEAST, Column, fit, measure, wrap
from nlp_lstm.views._heat import draw, in_map

NARROWEST = 40  # cells; on a terminal that is narrower still, it breaks the lines
HASH = 12  # digits of a hash that is shown


def show_text(report: Report, width: int | None = None, colour: bool = False) -> str:
    """Return the facts and tables as text whose lines fit the terminal.

    Where a table is too wide, first its headings break at blanks and underscores, then its cells wrap, down
    to 24 characters or a third of the width; then it goes on in blocks below, each with the row names. A map
    of words x words gives up its numbers for shades.

    Args:
        report: facts and tables; its traces are not shown.
        width: of a line, in cells of a terminal, at least 40; None for that of the terminal, which the
            environment variable COLUMNS overrides; 80 where there is none.
        colour: whether to use the escapes of a terminal; no other escape is ever in the text.

    Example:
        >>> from nlp_lstm.report import Comparison
        >>> print(show_text(Report((Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", "per s"),))))
        speed
        cell  words
        lstm      9
        (per s)
    """
    width = max(NARROWEST, shutil.get_terminal_size((80, 24)).columns if width is None else width)
    facts = _facts(report.facts, width)
    blocks = ["\n".join(wrap(facts, width))] if facts else []
    drawn = [_columns(table, width) for table in report.comparisons]
    closing = [
        visible(". ".join(filter(None, (table.meaning, shades))))
        for table, (_, shades) in zip(report.comparisons, drawn, strict=True)
    ]
    for number, (table, (columns, _)) in enumerate(zip(report.comparisons, drawn, strict=True)):
        meaning = "" if closing[number] in closing[number + 1 : number + 2] else closing[number]
        blocks.append(_show_table(table, columns, meaning, width, colour))
    return "\n\n".join(blocks)


def _facts(facts: dict[str, Any], width: int) -> list[str]:
    """The pieces of a line of facts: each whole if it fits a line, else its words."""
    shown = [f"{one}," for name, value in facts.items() if (one := show_facts({name: value}))]
    shown[-1:] = [one.removesuffix(",") for one in shown[-1:]]
    return [piece for one in shown for piece in ([one] if measure(one) <= width else one.split(" "))]


VIEWS.register("text")(show_text)  # not as a decorator: it has more arguments than a view needs


def _show_table(table: Comparison, columns: Sequence[Column], meaning: str, width: int, colour: bool) -> str:
    """Title, what to see in it, columns and meaning of a table."""
    if list(table.columns) == ["command"]:
        shown = _commands(table, width)
    else:
        shown = fit(columns, width, paint_cell) if colour else fit(columns, width)
    notes = [f"({meaning})"] if meaning else []
    if table.first is not None and table.first < len(table.rows):
        notes.insert(0, f"(the first {table.first} of {len(table.rows)}; --json and --format csv hold all)")
    title = [paint(line, TITLE if colour else "") for line in wrap(visible(table.title), width)]
    see = wrap(visible(table.see), width) if table.see else []
    below = [paint(line, DIM if colour else "") for note in notes for line in wrap(note, width)]
    return "\n".join([*title, *see, shown, *below])


def _columns(table: Comparison, width: int) -> tuple[list[Column], str]:
    """The columns of a table as text, and what the shades of its map mean."""
    names = Column(visible(table.row_kind), [visible(row) for row in table.rows[: table.first]], True)
    mapped = in_map(table) if table.chart == "heat" else []
    others = [
        _column(table, place, [row[place] for row in table.values[: table.first]])
        for place in range(len(table.columns))
        if place not in mapped
    ]
    if not mapped:
        return [names, *others], ""
    least = min(LEAST, width // 3)
    room = width - names.needs(least)
    beside = room - sum(column.gap + column.needs(least) for column in others)
    drawn, shades = draw(table, beside if beside >= room // 2 else room)
    return [names, *drawn, *others], shades


def _column(table: Comparison, place: int, values: Sequence) -> Column:
    """A column, words to the left and numbers to the right; of a hash the first digits."""
    cells = [show_value(value) for value in values]
    if table.columns[place] == "sha256":
        cells = [cell[:HASH] for cell in cells]
    is_text = any(isinstance(row[place], str) for row in table.values)
    return Column(visible(table.columns[place]), cells, is_text)


def _commands(table: Comparison, width: int) -> str:
    """Each command under its name as a comment, broken as a shell reads it: the whole can be pasted."""
    lines = []
    for name, (command,) in zip(table.rows, table.values, strict=True):
        options = re.split(" (?=--)", show_value(command))
        pieces = options if max(map(len, options)) <= width - 4 else show_value(command).split(" ")
        lines += [f"# {visible(name)}", " \\\n  ".join(wrap(pieces, width - 4))]
    return "\n".join(lines)
