"""A report as text for a terminal: tables as wide as they need to be, words shown as typed."""

import textwrap

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import show_facts, show_value, visible
from nlp_lstm.views import VIEWS
from nlp_lstm.views._heat import draw


@VIEWS.register("text")
def show_text(report: Report) -> str:
    """Return the facts and tables as plain text, without colours or escapes.

    Example:
        >>> from nlp_lstm.report import Comparison
        >>> print(show_text(Report((Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", "per s"),))))
        speed
        cell  words
        lstm      9
        (per s)
    """
    facts = show_facts(report.facts)
    blocks = [facts] if facts else []
    tables = [draw(table) if table.chart == "heat" else table for table in report.comparisons]
    for number, table in enumerate(tables):
        blocks.append(f"{visible(table.title)}\n{_align(*_cells(table))}")
        following = tables[number + 1 :]
        if table.first is not None and table.first < len(table.rows):
            blocks[-1] += (
                f"\n(the first {table.first} of {len(table.rows)}; --json and --format csv hold all)"
            )
        if table.meaning and not (following and following[0].meaning == table.meaning):
            blocks[-1] += f"\n{textwrap.fill(f'({table.meaning})', 100)}"
    return "\n\n".join(blocks)


def _cells(table: Comparison) -> tuple[list[str], list[list[str]], list[bool]]:
    """The heading and the rows of a table as text, and which columns stand to the left."""
    rows = [
        [visible(row), *(show_value(value) for value in values)]
        for row, values in list(zip(table.rows, table.values, strict=True))[: table.first]
    ]
    is_text = [True] + [
        any(isinstance(values[column], str) for values in table.values)
        for column in range(len(table.columns))
    ]
    heading = [visible(name) for name in (table.row_kind, *table.columns)]
    return [name.replace(" ", "\n") if table.chart == "heat" else name for name in heading], rows, is_text


def _align(heading: list[str], rows: list[list[str]], is_text: list[bool]) -> str:
    """Columns side by side, words to the left and numbers to the right, under a heading of some lines."""
    from rich.cells import cell_len  # how wide each character is on a terminal

    names = [name.split("\n") for name in _broken(heading, rows)]
    above = max(map(len, names))
    table = [*zip(*([""] * (above - len(lines)) + lines for lines in names)), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*table)]

    def place(cell: str, width: int, left: bool) -> str:
        blank = " " * (width - cell_len(cell))
        return cell + blank if left else blank + cell

    lines = ("  ".join(map(place, cells, widths, is_text)).rstrip() for cells in table)
    return "\n".join(lines)


def _broken(heading: list[str], rows: list[list[str]], width: int = 100) -> list[str]:
    """The heading; where the table is wider than `width`, names longer than their cells are broken."""
    cells = [max((len(row[column]) for row in rows), default=0) for column in range(len(heading))]
    if sum(max(len(name), cell) + 2 for name, cell in zip(heading, cells, strict=True)) <= width:
        return heading
    return [
        name.replace("_", " ").replace(" ", "\n") if len(name) > cell else name
        for name, cell in zip(heading, cells, strict=True)
    ]
