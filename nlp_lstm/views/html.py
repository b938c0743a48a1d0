"""A report as one HTML page that opens offline: its tables, their pictures as SVG, no script.

Each picture is there twice, wide and narrow, and the page shows the one that fits the window.
"""

import re
from xml.dom import minidom

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import escape, html_table, show_facts, visible
from nlp_lstm.text.ends import END
from nlp_lstm.views import VIEWS, require_matplotlib
from nlp_lstm.views._drawing import Picture, draw
from nlp_lstm.views._figures import charts
from nlp_lstm.views._page import page, region
from nlp_lstm.views._style import NARROW, shorten

MOST_CELLS = 50_000  # of a table
LONGEST_TITLE = 240  # characters
FONT = re.compile("font-family: ([^;]*); ?")
DECIMALS = re.compile(r"(\.\d\d)\d+")  # beyond a hundredth of a point
BETWEEN = re.compile(r">\s*\n\s*<")  # no text of a picture begins or ends with a line break


@VIEWS.register("html")
def show_html(report: Report) -> str:
    """Return a report as a page: for each table its pictures and its numbers, every word escaped.

    The page holds all it needs. Its policy forbids scripts, and to load anything.

    Raises:
        MissingInputError: if matplotlib is not installed.

    Example:
        >>> table = Comparison("speed", ["<b>"], ["words"], [(9,)], "cell", "per second")
        >>> "<b>" in show_html(Report((table,)))
        False
    """
    facts, own = show_facts(report.facts), report.drawing("html")
    parts = [f"<p>{escape(facts)}</p>"] if facts else []
    parts += [str(own)] if own else []
    if own is None:
        require_matplotlib()
    if len(report.comparisons) > 1:
        links = [
            f'<li><a href="#table-{number}">{escape(table.title)}</a></li>'
            for number, table in enumerate(report.comparisons, start=1)
        ]
        parts.append(f'<nav aria-label="Tables"><ul>{"".join(links)}</ul></nav>')
    for number, table in enumerate(report.comparisons, start=1):
        pictures = () if own else zip(charts(table, report), charts(table, report, NARROW), strict=True)
        parts.append(_section(number, table, list(pictures)))
    return page(shorten(_title(report), LONGEST_TITLE), "\n".join(parts))


def _title(report: Report) -> str:
    """The title of a report, else the sentence that it is about, as typed, else that of its first table."""
    titles = [report.title, *(" ".join(trace.words).removesuffix(f" {END}") for trace in report.traces)]
    titles += [table.title for table in report.comparisons]
    return next(filter(None, titles), "nlp-lstm")


def _section(number: int, table: Comparison, pictures: list[tuple[Picture, Picture]]) -> str:
    """A table under its title, below its pictures, each wide and narrow."""
    figures = [
        _figure(f"{number}-{order}", both, both[0].title.removeprefix(f"{table.title}, "))
        for order, both in enumerate(pictures, start=1)
    ]
    shown = max(1, MOST_CELLS // max(1, len(table.columns)))
    meaning = table.meaning
    if shown < len(table.rows):
        meaning += f" (the first {shown} of {len(table.rows)} rows; --format csv and json hold all)"
    heading = [table.row_kind, *table.columns]
    numbers = html_table(table.title, heading, table.rows[:shown], table.values[:shown], meaning)
    return "\n".join(
        [
            f'<section id="table-{number}" aria-labelledby="title-{number}">',
            f'<h2 id="title-{number}">{escape(table.title)}</h2>',
            *([f"<p><strong>{escape(table.see)}</strong></p>"] if table.see else []),
            *figures,
            region("numbers", table.title, numbers),
            "</section>",
        ]
    )


def _figure(name: str, pictures: tuple[Picture, Picture], label: str) -> str:
    """A picture with its title and note; of the two drawings the page hides one from everybody."""
    drawings = "".join(
        f'<div class="{kind}">'
        + inline(draw([picture], "svg", titled=False), f"{name}-{kind}", picture.title)
        + "</div>"
        for kind, picture in zip(("wide", "narrow"), pictures, strict=True)
    )
    note = f"<strong>{escape(label[:1].upper() + label[1:])}.</strong> {escape(pictures[0].note)}"
    return f'<figure><figcaption>{note}</figcaption><div class="picture">{drawings}</div></figure>'


def inline(svg: bytes, name: str, label: str) -> str:
    """Return an SVG as an element of a page.

    What it calls its own parts by begins with `name`, so that two pictures of a page do not share a part; its
    metadata and its style sheet, which would hold for the whole page, are left out. To keep the page small,
    its fonts are named once, and its places are rounded.

    Args:
        svg: a whole SVG file of matplotlib's.
        name: letters, digits and hyphens.
        label: what the picture is, for who does not see it.
    """
    root = minidom.parseString(svg).documentElement
    assert root is not None
    for element in [*root.getElementsByTagName("metadata"), *root.getElementsByTagName("style")]:
        element.parentNode.removeChild(element)  # pyright: ignore[reportOptionalMemberAccess]
    for element in root.getElementsByTagName("*"):
        for attribute in [*element.attributes.values()]:
            if attribute.name in ("d", "x", "y", "transform"):
                attribute.value = DECIMALS.sub(r"\1", attribute.value)
            elif attribute.name == "id":
                attribute.value = f"{name}-{attribute.value}"
            elif attribute.name in ("xlink:href", "href") and attribute.value.startswith("#"):
                attribute.value = f"#{name}-{attribute.value[1:]}"
            elif "url(#" in attribute.value:
                attribute.value = attribute.value.replace("url(#", f"url(#{name}-")
            elif attribute.name == "style" and (fonts := FONT.search(attribute.value)):
                attribute.value = FONT.sub("", attribute.value)
                root.setAttribute("font-family", fonts[1])
    root.setAttribute("role", "img")
    root.setAttribute("aria-label", visible(label))
    return BETWEEN.sub("><", root.toxml())
