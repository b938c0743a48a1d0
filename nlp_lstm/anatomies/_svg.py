"""What all drawings are made of: text, lines, circles and boxes as SVG, and the colours in light and dark.

Every colour has a word or a number beside it, and the colours are those of the palette. In a dark page a
style sheet gives each colour its dark counterpart; squares of weights keep theirs, and so does their ink.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp_lstm.report import palette
from nlp_lstm.report.markup import escape
from nlp_lstm.report.palette import ABOVE_ZERO, BELOW_ZERO, INK, SLATE

# PAPER is a word, so that a rule for paper leaves the square of a weight of 0 as it is, "#ffffff".
GREY, RULE, PALE, PAPER = SLATE, "#c3cad1", "#f4f6f8", "white"
DARK = {
    **{light: dark for light, dark in palette.DARK.items() if light != palette.PAPER},
    **{RULE: "#4a5058", PALE: "#23272b", PAPER: palette.DARK[palette.PAPER]},
}
DARK_WEIGHTS = {BELOW_ZERO: "#c98a3c", ABOVE_ZERO: "#3fa99f"}  # of arrows
KINDS = ("fill", "stroke")
# Side by side on a wide screen, below one another on a phone, where no piece is wider than the screen.
LAYOUT = (
    ".anatomy-pieces{display:flex;flex-wrap:wrap;align-items:flex-start;margin-top:.5rem}"
    ".anatomy-pieces svg{flex:0 1 auto;min-width:0;height:auto;overflow:visible}"
    "@media (min-width:64rem){.anatomy-strip{flex-wrap:nowrap}}"
)
INDEX = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FONTS = "Helvetica, Arial, DejaVu Sans, sans-serif"
HEADS = {
    "ink": (INK, 8),
    "below": (BELOW_ZERO, 12),
    "above": (ABOVE_ZERO, 12),
}  # colours and sizes of arrowheads

Point = tuple[float, float]


@dataclass(frozen=True)
class Piece:
    """A drawing, or a part of one that stands beside the others or below them.

    Args:
        shapes: SVG elements, placed from the upper left corner.
        width: in pixels, like all lengths.
        height: of all shapes.
    """

    shapes: Sequence[str]
    width: float
    height: float

    def up(self, by: float) -> "Piece":
        """Return the drawing without its uppermost part, which is empty."""
        return Piece([group(0, -by, self.shapes)], self.width, self.height - by)


def text(
    x: float,
    y: float,
    words: str,
    size: float = 14,
    anchor: str = "middle",
    colour: str = INK,
    bold: bool = False,
) -> str:
    """Return a line of text whose foot is at (x, y); the words are escaped.

    Example:
        >>> text(1, 2, "<b>", anchor="start")
        '<text x="1.0" y="2.0" font-size="14" text-anchor="start" fill="#222222">&lt;b&gt;</text>'
    """
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(words)}</text>'


def line(
    points: Sequence[Point],
    head: str = "",
    colour: str = INK,
    width: float = 1.6,
    kind: str = "",
    opacity: float = 1,
) -> str:
    """Return a line through some points; `head` is the colour of its arrowhead, `kind` its class."""
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    looks = f'stroke="{HEADS[head][0] if head else colour}" stroke-width="{width:.2f}"'
    looks += f' class="{kind}"' if kind else ""
    looks += f' marker-end="url(#anatomy-{head})"' if head else ""
    looks += f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{path}" fill="none" {looks}/>'


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str,
    stroke: str = INK,
    round: float = 6,
    opacity: float = 1,
) -> str:
    """Return a box whose upper left corner is at (x, y); opacity is that of its filling."""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round}"'
    return f'<rect {size} fill="{fill}" fill-opacity="{opacity:g}" stroke="{stroke}"/>'


def circle(x: float, y: float, radius: float, fill: str, stroke: str = INK, opacity: float = 1) -> str:
    """Return a circle around (x, y); opacity is that of its filling."""
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius}"'
    return f'<circle {place} fill="{fill}" fill-opacity="{opacity:g}" stroke="{stroke}" stroke-width="1.4"/>'


def operation(x: float, y: float, sign: str) -> str:
    """Return a small circle with a sign in it: an operation on every unit by itself."""
    return circle(x, y, 11, PAPER) + text(x, y + 5.5, sign, 17)


def group(x: float, y: float, shapes: Sequence[str]) -> str:
    """Return shapes moved by (x, y)."""
    return f'<g transform="translate({x:.1f} {y:.1f})">{"".join(shapes)}</g>'


def number(value: float, places: int = 2) -> str:
    """Return a number as it is written in a drawing, with a real minus and no negative zero.

    Example:
        >>> number(-0.126), number(-0.001)
        ('−0.13', '0.00')
    """
    return f"{round(float(value), places) + 0.0:.{places}f}".replace("-", "−")


def index(number: int) -> str:
    """Return a number as an index below the line.

    Example:
        >>> index(12)
        '₁₂'
    """
    return str(number).translate(INDEX)


def counted(count: int, things: str) -> str:
    """Return a number of things, whose first plural becomes a singular where there is one.

    Example:
        >>> counted(4, "units of layer_1"), counted(1, "units of layer_1")
        ('4 units of layer_1', '1 unit of layer_1')
    """
    if count == 1:
        things = re.sub(r"s\b", "", things, count=1)
    return f"{count:,} {things}"


def shade(value: float, largest: float) -> str:
    """Return the colour of a weight beside the largest one: white at 0, brown below, teal above.

    Example:
        >>> shade(0, 1), shade(-1, 1), shade(1, 1)
        ('#ffffff', '#8c510a', '#01665e')
    """
    share = min(abs(value) / largest, 1) if largest else 0
    end = BELOW_ZERO if value < 0 else ABOVE_ZERO
    mixed = (round(255 + (int(end[at : at + 2], 16) - 255) * share) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def page(piece: Piece, title: str) -> str:
    """Return a drawing as an SVG file that holds all it needs, on paper that is dark in a dark page."""
    size = f'viewBox="0 0 {piece.width:g} {piece.height:g}" width="{piece.width:g}" height="{piece.height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="anatomy" {size} font-family="{FONTS}" role="img">'
        f"<title>{escape(title)}</title><style>{style()}</style>{_heads()}"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(piece.shapes)}</svg>'
    )


def element(piece: Piece, label: str, share: float = 1) -> str:
    """Return a drawing as an element of a page that also holds `shared`; it shrinks where it has no room.

    Args:
        piece: the drawing.
        label: what it is, for who does not see it.
        share: of the page's width that it takes at most.
    """
    size = f'viewBox="0 0 {piece.width:g} {piece.height:g}" width="{piece.width:g}" height="{piece.height:g}"'
    return (
        f'<svg class="anatomy" {size} font-family="{FONTS}" role="img" aria-label="{escape(label)}" '
        f'style="max-width:{share:.1%}">{"".join(piece.shapes)}</svg>'
    )


def shared(dark: bool = True) -> str:
    """Return what the drawings of a page have in common: a style sheet, also for dark pages, arrowheads."""
    hidden = 'width="0" height="0" style="position:absolute" aria-hidden="true"'
    sheet = f"<style>{LAYOUT}{style() if dark else ''}</style>"
    return f'{sheet}<svg class="anatomy" {hidden}>{_heads()}</svg>'


def style() -> str:
    """Return the style sheet that gives every colour its counterpart on a dark screen."""
    rules = [
        f'.anatomy [{kind}="{light}"]{{{kind}:{dark}}}' for light, dark in DARK.items() for kind in KINDS
    ]
    rules += [
        f'.anatomy [stroke="{light}"]{{stroke:{dark}}}.anatomy marker [fill="{light}"]{{fill:{dark}}}'
        for light, dark in DARK_WEIGHTS.items()
    ]
    return f"{palette.ON_DARK_PAPER}{{{''.join(rules)}}}"


def _heads() -> str:
    """The arrowheads."""
    heads = "".join(
        f'<marker id="anatomy-{name}" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" '
        f'markerWidth="{size}" markerHeight="{size}" orient="auto">'
        f'<path d="M0 1L10 5L0 9z" fill="{colour}"/></marker>'
        for name, (colour, size) in HEADS.items()
    )
    return f"<defs>{heads}</defs>"
