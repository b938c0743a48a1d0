"""Pictures with matplotlib: what a picture is, the sheet that it is drawn on, and a file of some of them.

Everything is placed in inches from the upper left corner, so that a picture of three words and one of three
hundred have letters of the same size. No pyplot: it would look for a display, and keep what it draws.
"""

import io
import textwrap
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nlp_lstm.report.markup import visible
from nlp_lstm.report.palette import dark_rules
from nlp_lstm.views import require_matplotlib
from nlp_lstm.views._style import (
    CHARACTER,
    LINE,
    MARGIN,
    MOST_DOTS,
    PNG_DOTS,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The style, the filters of warnings and the fonts are matplotlib's own or Python's, one for all threads.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Sheet:
    """The part of a figure that one picture is drawn on.

    Args:
        figure: the figure.
        top: how far below the upper edge of the figure the sheet begins, in inches.
    """

    figure: "Figure"
    top: float = 0.0

    def axes(self, left: float, top: float, width: float, height: float, **options: Any) -> "Axes":
        """Return new axes at a place of the sheet, in inches."""
        whole, high = self.figure.get_size_inches()
        bottom = high - self.top - top - height
        return self.figure.add_axes((left / whole, bottom / high, width / whole, height / high), **options)

    def text(self, left: float, top: float, text: str, **options: Any) -> None:
        """Write a text with its upper left corner at a place of the sheet, in inches."""
        whole, high = self.figure.get_size_inches()
        options = {"va": "top", "size": TEXT, **options}
        self.figure.text(
            left / whole, 1 - (self.top + top) / high, "\n".join(map(visible, text.split("\n"))), **options
        )

    def below(self, height: float) -> "Sheet":
        """Return the sheet without its uppermost part."""
        return Sheet(self.figure, self.top + height)


@dataclass(frozen=True)
class Picture:
    """What can be drawn, and the words that belong to it.

    Args:
        title: what it shows.
        height: in inches, without its title.
        draw: draws it on a sheet.
        meaning: what its table's numbers mean; a page shows it beside the table instead.
        note: how the picture is to be read: what its colours are, what it leaves out.
        width: in inches.
        see: one sentence with what to see in it; empty for none.
    """

    title: str
    height: float
    draw: Callable[[Sheet], None] = field(repr=False)
    meaning: str = ""
    note: str = ""
    width: float = WIDTH
    see: str = ""


def draw(pictures: Sequence[Picture], format: str, titled: bool = True) -> bytes:
    """Return a file with pictures one below the other; any number of threads may ask for some at once.

    An SVG on its own turns dark where the reader likes it dark. A PNG is light.

    Args:
        pictures: at least one.
        format: "png" or "svg".
        titled: whether to write the title, meaning and note of each above it.

    Raises:
        MissingInputError: if matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    width = max(picture.width for picture in pictures)
    heads = [_head(picture, width) if titled else [] for picture in pictures]
    heights = [
        picture.height + _height(head) + 2 * MARGIN for picture, head in zip(pictures, heads, strict=True)
    ]
    file = io.BytesIO()
    with ONE_AT_A_TIME, style(), warnings.catch_warnings():
        # Of what no font has, a PNG shows a box; an SVG holds the text itself.
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        figure = Figure(figsize=(width, sum(heights)))
        top = 0.0
        for picture, head, height in zip(pictures, heads, heights, strict=True):
            sheet = Sheet(figure, top).below(MARGIN)
            _write(sheet, head)
            picture.draw(sheet.below(_height(head)))
            top += height
        dots = min(PNG_DOTS, int(MOST_DOTS / sum(heights)))
        metadata = {"Software": None} if format == "png" else {"Date": None, "Creator": None}
        figure.savefig(file, format=format, dpi=dots if format == "png" else 72, metadata=metadata)
    return _darken(file.getvalue()) if format == "svg" else file.getvalue()


def _darken(svg: bytes) -> bytes:
    """Give an SVG of matplotlib's the colours for dark paper."""
    end = b"</style>"
    return svg.replace(end, f"\n{dark_rules(svg.decode())}\n".encode() + end, 1)


def _head(picture: Picture, width: float) -> list[tuple[str, float]]:
    """The lines above a picture, each with its size."""
    lines = []
    for text, size in (
        (picture.title, TITLE),
        (picture.see, TEXT),
        (picture.meaning, SMALL),
        (picture.note, SMALL),
    ):
        most = int((width - 2 * MARGIN) / (size * CHARACTER))
        lines += [(line, size) for line in textwrap.wrap(visible(text), most)]
    return lines


def _height(head: Sequence[tuple[str, float]]) -> float:
    """How high the lines above a picture are, with the space below them."""
    return sum(size * LINE for _, size in head) + MARGIN / 2 if head else 0.0


def _write(sheet: Sheet, head: Sequence[tuple[str, float]]) -> None:
    """Write the lines above a picture."""
    top = 0.0
    for line, size in head:
        sheet.text(MARGIN, top, line, size=size, weight="bold" if size == TITLE else "normal")
        top += size * LINE
