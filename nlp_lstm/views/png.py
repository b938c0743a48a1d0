"""A report as a PNG: the pictures of its tables, one below the other."""

from nlp_lstm.report import Report
from nlp_lstm.views import VIEWS, require_matplotlib
from nlp_lstm.views._drawing import draw
from nlp_lstm.views._figures import all_pictures


@VIEWS.register("png")
def show_png(report: Report) -> bytes:
    """Return the pictures of a report as the bytes of a PNG file.

    Characters that no installed font has stand as boxes; SVG and HTML hold the characters themselves.

    Raises:
        MissingInputError: if matplotlib is not installed.
        UsageError: if there is nothing to draw.

    Example:
        >>> from nlp_lstm.report import Comparison
        >>> table = Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", "per second")
        >>> show_png(Report((table,)))[:8]
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    if isinstance(own := report.drawing("png"), bytes):
        return own
    require_matplotlib()
    return draw(all_pictures(report), "png")
