"""The SVG of a drawing -> PNG with matplotlib, element by element.

Matplotlib cannot read an SVG file. It need not: a drawing holds only what `_svg` makes, five kinds of
elements. Unlike a browser, it draws the colours for light paper alone.
"""

import base64
import importlib.util
import io
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from nlp_lstm.anatomies._svg import HEADS
from nlp_lstm.errors import MissingInputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS, MOST_DOTS, POINTS = (
    144,
    65_000,
    72,
)  # per inch; of the longer side of a PNG; a pixel is drawn as a point
SIDES = {"start": "left", "middle": "center", "end": "right"}
Shape = Mapping[str, str]


def to_png(svg: str) -> bytes:
    """Return a drawing as the bytes of a PNG file, two dots a pixel.

    Args:
        svg: a page of `_svg`.

    Raises:
        MissingInputError: if matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingInputError("matplotlib is not installed: pip install 'nlp-lstm[pictures]'")
    import matplotlib
    from matplotlib.figure import Figure

    root, file = ElementTree.fromstring(svg), io.BytesIO()
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+")  # of what no font has, a box is shown
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"font.family": ["DejaVu Sans", "sans-serif"], "text.parse_math": False})
        figure = Figure(figsize=(width / POINTS, height / POINTS))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        axes.axis("off")
        for order, (element, x, y) in enumerate(_placed(root, 0, 0)):
            kind = element.tag.rpartition("}")[2]
            if kind in DRAW:
                DRAW[kind](axes, {**element.attrib, "words": element.text or ""}, x, y, order + 1)
        dots = min(DOTS, int(MOST_DOTS * POINTS / max(width, height)))
        figure.savefig(file, format="png", dpi=dots, metadata={"Software": None})
    return file.getvalue()


def _placed(
    holder: ElementTree.Element, x: float, y: float
) -> Iterator[tuple[ElementTree.Element, float, float]]:
    """The shapes of a drawing in the order of drawing, and by how much each is moved."""
    for element in holder:
        kind = element.tag.rpartition("}")[2]
        if kind == "g":
            moved = element.attrib["transform"].removeprefix("translate(").removesuffix(")").split()
            yield from _placed(element, x + float(moved[0]), y + float(moved[1]))
        elif kind != "defs":
            yield element, x, y


def _number(shape: Shape, name: str, default: float = 0.0) -> float:
    """A number of a shape."""
    return float(shape.get(name, default))


def _looks(shape: Shape) -> dict[str, Any]:
    """The colours of a box or circle, and how wide its line is."""
    from matplotlib.colors import to_rgba

    fill, line = shape.get("fill", "black"), shape.get("stroke", "none")
    return {
        "facecolor": "none" if fill == "none" else to_rgba(fill, _number(shape, "fill-opacity", 1)),
        "edgecolor": line,
        "linewidth": _number(shape, "stroke-width", 1) if line != "none" else 0,
    }


def _rect(axes: "Axes", shape: Shape, x: float, y: float, order: int) -> None:
    """A box, with round corners or without."""
    from matplotlib.patches import FancyBboxPatch, Rectangle

    if shape["width"] == "100%":  # the paper
        axes.figure.set_facecolor(shape["fill"])
        return
    place, size = (
        (x + _number(shape, "x"), y + _number(shape, "y")),
        (_number(shape, "width"), _number(shape, "height")),
    )
    if radius := _number(shape, "rx"):
        corners = f"round,pad=0,rounding_size={radius}"
        axes.add_patch(FancyBboxPatch(place, *size, boxstyle=corners, zorder=order, **_looks(shape)))
    else:
        axes.add_patch(Rectangle(place, *size, zorder=order, **_looks(shape)))


def _circle(axes: "Axes", shape: Shape, x: float, y: float, order: int) -> None:
    """A circle."""
    from matplotlib.patches import Circle

    middle = (x + _number(shape, "cx"), y + _number(shape, "cy"))
    axes.add_patch(Circle(middle, _number(shape, "r"), zorder=order, **_looks(shape)))


def _path(axes: "Axes", shape: Shape, x: float, y: float, order: int) -> None:
    """A line through some points, and its arrowhead."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    points = [tuple(map(float, point.split())) for point in shape["d"].removeprefix("M").split("L")]
    xs, ys = [x + point[0] for point in points], [y + point[1] for point in points]
    opacity, width = _number(shape, "opacity", 1), _number(shape, "stroke-width", 1)
    looks = {"color": shape["stroke"], "alpha": opacity, "zorder": order}
    axes.add_line(Line2D(xs, ys, linewidth=width, solid_capstyle="butt", solid_joinstyle="miter", **looks))
    if head := shape.get("marker-end", "").removeprefix("url(#anatomy-").removesuffix(")"):
        size, turn = HEADS[head][1] / 10, math.atan2(ys[-1] - ys[-2], xs[-1] - xs[-2])
        corners = [
            (
                xs[-1] + size * (along * math.cos(turn) - aside * math.sin(turn)),
                ys[-1] + size * (along * math.sin(turn) + aside * math.cos(turn)),
            )
            for along, aside in (
                (-9, -4),
                (1, 0),
                (-9, 4),
            )  # the marker of `_svg`, whose point of reference is 9
        ]
        axes.add_patch(Polygon(corners, linewidth=0, **looks))


def _text(axes: "Axes", shape: Shape, x: float, y: float, order: int) -> None:
    """A line of text."""
    axes.text(
        x + _number(shape, "x"),
        y + _number(shape, "y"),
        shape["words"],
        size=_number(shape, "font-size"),
        color=shape["fill"],
        ha=SIDES[shape["text-anchor"]],
        va="baseline",
        weight="bold" if "font-weight" in shape else "normal",
        zorder=order,
    )


def _image(axes: "Axes", shape: Shape, x: float, y: float, order: int) -> None:
    """A matrix with a pixel for each weight."""
    from matplotlib.image import imread

    pixels = imread(io.BytesIO(base64.b64decode(shape["href"].partition(",")[2])), format="png")
    left, top = x + _number(shape, "x"), y + _number(shape, "y")
    extent = (left, left + _number(shape, "width"), top + _number(shape, "height"), top)
    axes.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto", zorder=order)
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())


DRAW: dict[str, Callable[["Axes", Shape, float, float, int], None]] = {
    "rect": _rect,
    "circle": _circle,
    "path": _path,
    "text": _text,
    "image": _image,
}
