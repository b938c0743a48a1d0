"""Text and values made safe to show: no character takes effect on a terminal or in a page, no word is a tag.

What every view and every notebook needs. Unlike the views it knows no table, only names and cells.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What a terminal acts on: control characters, those that turn the direction of text, halves of a pair.
# And the two that XML, and so an SVG, cannot hold at all.
ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """Return text with its control and direction characters made visible, so that none takes effect.

    Example:
        >>> visible("a\\x1b[31mb\\x00")
        'a␛[31mb␀'
    """
    return ACTIVE.sub(_picture, text)


def show_value(value: Any) -> str:
    """Return a value as a cell: numbers with three decimals, nothing as a dash.

    Example:
        >>> [show_value(value) for value in (0.12345, 1234.5, 7, None, "word")]
        ['0.123', '1234.5', '7', '-', 'word']
    """
    if value is None:
        return "-"
    if isinstance(value, dict):
        return "; ".join(f"{visible(str(name))}: {show_value(part)}" for name, part in value.items())
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"
    return visible(str(value))


def show_facts(facts: dict[str, Any]) -> str:
    """Return single values in one line, without those that are None.

    Example:
        >>> show_facts({"run": "sentiment-001", "epochs": 3, "unknown_words": None})
        'run: sentiment-001, epochs: 3'
    """
    return ", ".join(f"{name}: {show_value(value)}" for name, value in facts.items() if value is not None)


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
        <thead><tr><th scope="col">cell</th><th scope="col">words</th></tr></thead>
        <tbody>
        <tr><th scope="row" dir="auto">&lt;lstm&gt;</th><td>9</td></tr>
        </tbody></table>
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heading)
    body = "\n".join(
        f'<tr><th scope="row" dir="auto">{escape(name)}</th>{"".join(map(_cell, values))}</tr>'
        for name, values in zip(names, rows, strict=True)
    )
    return (
        f"<table><caption><strong>{escape(title)}</strong> <span>{escape(meaning)}</span></caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def _cell(value: Any) -> str:
    """A cell; of text it says so, for a reader from right to left and for the style."""
    start = '<td class="text" dir="auto">' if isinstance(value, str) else "<td>"
    return f"{start}{html.escape(show_value(value))}</td>"


def _picture(found: re.Match[str]) -> str:
    """The picture of a control character, or its number."""
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
