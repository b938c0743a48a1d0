"""A report as an SVG: the pictures of its tables, one below the other, with their text as text."""

from nlp_lstm.report import Report
from nlp_lstm.views import VIEWS, require_matplotlib
from nlp_lstm.views._drawing import draw
from nlp_lstm.views._figures import all_pictures


@VIEWS.register("svg")
def show_svg(report: Report) -> str:
    """Return the pictures of a report as SVG, the same bytes for the same report.

    Raises:
        MissingInputError: if matplotlib is not installed.
        UsageError: if there is nothing to draw.

    Example:
        >>> from nlp_lstm.report import Comparison
        >>> table = Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", "per second")
        >>> "per second" in show_svg(Report((table,)))
        True
    """
    if isinstance(own := report.drawing("svg"), str):
        return own
    require_matplotlib()
    return draw(all_pictures(report), "svg").decode().rstrip("\n")
