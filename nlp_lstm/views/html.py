"""A report as one HTML page that opens offline: its tables, their pictures as SVG, no script."""

from xml.dom import minidom

from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import escape, html_table, show_facts
from nlp_lstm.views import VIEWS, require_matplotlib
from nlp_lstm.views._drawing import Picture, draw
from nlp_lstm.views._figures import charts
from nlp_lstm.views._page import page, region
from nlp_lstm.views._style import shorten

MOST_CELLS = 50_000  # of a table
LONGEST_TITLE = 240  # characters


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
    require_matplotlib()
    title = shorten(" ".join(report.traces[0].words), LONGEST_TITLE) if report.traces else "nlp-lstm"
    facts = show_facts(report.facts)
    parts = [f"<p>{escape(facts)}</p>"] if facts else []
    if len(report.comparisons) > 1:
        links = [
            f'<li><a href="#table-{number}">{escape(table.title)}</a></li>'
            for number, table in enumerate(report.comparisons, start=1)
        ]
        parts.append(f'<nav aria-label="Tables"><ul>{"".join(links)}</ul></nav>')
    for number, table in enumerate(report.comparisons, start=1):
        parts.append(_section(number, table, charts(table, report)))
    return page(title, "\n".join(parts))


def _section(number: int, table: Comparison, pictures: list[Picture]) -> str:
    """A table under its title, below its pictures."""
    figures = [
        _figure(f"{number}-{order}", picture, picture.title.removeprefix(f"{table.title}, "))
        for order, picture in enumerate(pictures, start=1)
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
            *figures,
            region("numbers", table.title, numbers),
            "</section>",
        ]
    )


def _figure(name: str, picture: Picture, label: str) -> str:
    """A picture with its title and note."""
    drawing = region(
        "picture", picture.title, inline(draw([picture], "svg", titled=False), name, picture.title)
    )
    note = f"<strong>{escape(label[:1].upper() + label[1:])}.</strong> {escape(picture.note)}"
    return f"<figure><figcaption>{note}</figcaption>{drawing}</figure>"


def inline(svg: bytes, name: str, label: str) -> str:
    """Return an SVG as an element of a page.

    What it calls its own parts by begins with `name`, so that two pictures of a page do not share a part; its
    metadata and its style sheet, which would hold for the whole page, are left out.

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
            if attribute.name == "id":
                attribute.value = f"{name}-{attribute.value}"
            elif attribute.name in ("xlink:href", "href") and attribute.value.startswith("#"):
                attribute.value = f"#{name}-{attribute.value[1:]}"
            elif "url(#" in attribute.value:
                attribute.value = attribute.value.replace("url(#", f"url(#{name}-")
    root.setAttribute("role", "img")
    root.setAttribute("aria-label", label)
    return root.toxml()
