"""Text and values made safe to show: no character takes effect on a terminal or in a page, no word is a tag.

What every view and every notebook needs. Unlike the views it knows no table, only names and cells.
"""

import html
import re
from collections.abc import Iterable, Sequence
from itertools import starmap, zip_longest
from typing import Any

# What a terminal acts on: control characters, those that turn the direction of text, halves of a pair.
# And the two that XML, and so an SVG, cannot hold at all.
ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


LONG = 24  # characters of a cell that may be broken into lines
MOST_OF_A_LINE = 100  # characters of a text that stands in one line


def visible(text: str) -> str:
    """Return text with its control and direction characters made visible, so that none takes effect.

    Example:
        >>> visible("a\\x1b[31mb\\x00")
        'a␛[31mb␀'
    """
    return ACTIVE.sub(_picture, text)


def show_value(value: float | str | dict[str, Any] | None) -> str:
    """Return a value as a cell: numbers with three decimals, nothing as a dash.

    Example:
        >>> [show_value(value) for value in (0.12345, -0.0001, 1234.5, 7, None, "word")]
        ['0.123', '0.000', '1234.5', '7', '-', 'word']
    """
    if value is None:
        return "-"
    if isinstance(value, dict):
        return "; ".join(f"{visible(str(name))}: {show_value(part)}" for name, part in value.items())
    if isinstance(value, float):
        return f"{value:z.1f}" if abs(value) >= 100 else f"{value:z.3f}"
    return visible(str(value))


def show_facts(facts: dict[str, Any]) -> str:
    """Return single values in one line, without those that are None.

    Example:
        >>> show_facts({"run": "sentiment-001", "epochs": 3, "unknown_words": None})
        'run: sentiment-001, epochs: 3'
    """
    return ", ".join(
        f"{visible(name)}: {show_value(value)}" for name, value in facts.items() if value is not None
    )


def count(number: int, name: str) -> str:
    """Return a number with what it counts.

    Example:
        >>> count(1, "row"), count(2, "row")
        ('1 row', '2 rows')
    """
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def one_line(text: str, most: int = MOST_OF_A_LINE) -> str:
    """Return text in one line, cut off after `most` characters.

    Example:
        >>> one_line("the sky\\nis blue", 12)
        'the sky␊is …'
    """
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def escape(text: str) -> str:
    """Return text for HTML, in an element or an attribute, where no part of it is a tag.

    Example:
        >>> escape("<b>\\x00")
        '&lt;b&gt;␀'
    """
    return html.escape(visible(text))


def html_table(
    title: str, heading: Sequence[str], names: Sequence[str], rows: Iterable[Sequence[Any]], meaning: str
) -> str:
    """Return a table as HTML, every word and number escaped.

    Args:
        title, meaning: the caption: what the table is, and what its numbers mean.
        heading: the headings of the row names and of the columns.
        names: names of the rows.
        rows: one sequence of values per row.

    Example:
        >>> print(html_table("speed", ["cell", "words"], ["<lstm>"], [[9]], "per second"))
        <table><caption><strong>speed</strong> <span>per second</span></caption>
        <thead><tr><th scope="col" class="text">cell</th><th scope="col">words</th></tr></thead>
        <tbody>
        <tr><th scope=row class="text" dir="auto">&lt;lstm&gt;</th><td>9</td></tr>
        </tbody></table>
    """
    rows = [tuple(row) for row in rows]
    is_text = [True, *(any(isinstance(value, str) for value in column) for column in zip(*rows))]
    head = "".join(starmap(_head, zip_longest(heading, is_text, fillvalue=False)))
    body = "\n".join(
        f"<tr>{_cell(name, 'th scope=row')}{''.join(map(_cell, values))}</tr>"
        for name, values in zip(names, rows, strict=True)
    )
    return (
        f"<table><caption><strong>{escape(title)}</strong> <span>{escape(meaning)}</span></caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def _head(name: str, is_text: bool) -> str:
    """The heading of a column, which may be broken where its name has a line below."""
    start = '<th scope="col" class="text">' if is_text else '<th scope="col">'
    return f"{start}{escape(name).replace('_', '_<wbr>')}</th>"


def _cell(value: Any, tag: str = "td") -> str:
    """A cell; of text it says so, for the style and for who reads from right to left."""
    text, kind = show_value(value), ""
    if isinstance(value, str):
        kind = f' class="text{" long" if len(text) > LONG else ""}" dir="auto"'
    return f"<{tag}{kind}>{html.escape(text)}</{tag.split()[0]}>"


def _picture(found: re.Match[str]) -> str:
    """The picture of a control character, or its number."""
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
