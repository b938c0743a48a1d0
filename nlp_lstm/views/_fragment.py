"""A report as a piece of HTML for a notebook: the pictures of each table, and its numbers folded in below.

Unlike the page of `html`, it has no head and no style sheet, and shares its page with others: what an SVG
calls its own parts by comes from what it shows, so that two reports never take each other's.
"""

import hashlib
import importlib.util

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.formats import FRAGMENTS
from nlp_lstm.report.markup import escape, show_facts
from nlp_lstm.views._drawing import Picture, draw
from nlp_lstm.views._figures import charts
from nlp_lstm.views.html import inline

# Pictures are drawn on white, also in a dark notebook; lines end and meet as matplotlib draws them.
PAPER = "background: #ffffff; stroke-linejoin: round; stroke-linecap: butt"
WIDE = 8.75  # inches of a notebook's page: a wider picture would be shrunk, and its text with it
FITS = '<svg style="max-width: 100%; height: auto" '  # where the notebook is narrower than the picture


@FRAGMENTS.register("report")
def show_fragment(report: Report) -> str:
    """Return what a notebook shows of a report: its facts, and its tables below their pictures.

    Where matplotlib is not installed, or a table has no picture, the table stands open.

    Example:
        >>> table = Comparison("speed", ["<b>"], ["words"], [(9,)], "cell", "per second")
        >>> "<table>" in show_fragment(Report((table,))), "<b>" in show_fragment(Report((table,)))
        (True, False)
    """
    facts = show_facts(report.facts)
    parts = [f"<p>{escape(facts)}</p>"] if facts else []
    draws = importlib.util.find_spec("matplotlib") is not None
    claims = {row for table in report.comparisons if table.chart == "claims" for row in table.rows}
    for table in report.comparisons:
        evidence = table.title.partition(". ")[0] in claims  # which the picture of the claims has drawn
        pictures = charts(table, report, WIDE) if draws and not evidence else []
        parts.append(_section(table, pictures, folded=bool(pictures) or (draws and evidence)))
    return "\n".join(parts)


def _section(table: Comparison, pictures: list[Picture], folded: bool) -> str:
    """A table below its pictures."""
    numbers = table._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython calls for this name
    if not folded:
        return numbers
    summary = f"<summary>The numbers of {escape(table.title)}</summary>"
    return "\n".join([*map(_figure, pictures), f"<details>{summary}\n{numbers}</details>"])


def _figure(picture: Picture) -> str:
    """A picture with its title and note."""
    svg = draw([picture], "svg", titled=False)
    name = f"svg-{hashlib.sha256(svg).hexdigest()[:12]}"
    said = " ".join(filter(None, (picture.see, picture.note)))
    drawing = inline(svg, name, picture.title).replace("<svg ", FITS, 1)
    return (
        f"<p><strong>{escape(picture.title)}.</strong> {escape(said)}</p>\n"
        f'<div style="{PAPER}">{drawing}</div>'
    )
