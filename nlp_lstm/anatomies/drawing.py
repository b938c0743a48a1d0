"""Anatomy -> its drawing: the arrows of a gate, the cell over three steps, all matrices to scale.

As an SVG or PNG it is one wide sheet; in a page it is pieces that stand side by side, or below one another.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_lstm.anatomies import Anatomy
from nlp_lstm.anatomies._cells import draw_each_step, draw_steps, returned
from nlp_lstm.anatomies._matrices import draw_each_gate, draw_matrices
from nlp_lstm.anatomies._neurons import NARROW as NEAR
from nlp_lstm.anatomies._neurons import draw_neurons, draw_sums
from nlp_lstm.anatomies._stack import NARROW, WIDE, draw_stack
from nlp_lstm.anatomies._svg import GREY, RULE, Piece, element, group, index, line, page, shared, text
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.tables import STEP, UNIT
from nlp_lstm.anatomies.titles import about
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import palette
from nlp_lstm.report.markup import escape

WIDTH, MARGIN = 1400, 40
CHARACTERS, LINE = 165, 20  # of what is said under a heading; its height
TOLD = {
    "lstm": "The forget gate multiplies c of the step before, not x; the output gate comes after c",
    "gru": "The update gate z keeps the share z of h, and lets in the share 1 − z of the candidate",
    "rnn": "There is no gate: the cell reads h of the step before, but does not keep it",
}


@dataclass(frozen=True)
class Section:
    """One part of the drawing.

    Args:
        heading: what it shows.
        said: how it is to be read.
        pieces: side by side where there is room.
        strip: whether the pieces go on in one another.
    """

    heading: str
    said: str
    pieces: Sequence[Piece]
    strip: bool = False


def draw(anatomy: Anatomy) -> str:
    """Return the drawing of an anatomy as SVG, a sheet that needs nothing from elsewhere.

    The arrows and the steps are those of the first layer, the matrices those of all; above eight units or
    variables, the arrows are those of the first eight. Its `panel` says what of it is drawn.

    Example:
        >>> from nlp_lstm.anatomies import anatomy
        >>> draw(anatomy(variables=2, units=3, cell="rnn")).count('class="arrow recurrent_kernel"')
        9
    """
    return page(_sheet(anatomy), anatomy.title)


def draw_figures(anatomy: Anatomy, dark: bool = True) -> str:
    """Return the same as figures of a page, in pieces that fit a phone, too.

    Args:
        anatomy: what is drawn.
        dark: whether a dark screen gets dark colours.
    """
    figures = []
    for section in _sections(anatomy, wide=False):
        caption = f"<figcaption>{escape(section.said)}.</figcaption>"
        drawn = (
            f'<div class="anatomy-pieces{" anatomy-strip" if section.strip else ""}">{_pieces(section)}</div>'
        )
        figures.append(f"<h2>{escape(section.heading)}</h2>\n<figure>{caption}{drawn}</figure>")
    return "\n".join([shared(dark), *figures])


def draw_fragment(anatomy: Anatomy) -> str:
    """Return the same for a notebook, on white paper: a notebook can be light in a dark browser."""
    white = f"background:{palette.PAPER};color:{palette.INK};padding:.5rem"
    return f'<div style="{white}">{draw_figures(anatomy, dark=False)}</div>'


def _pieces(section: Section) -> str:
    """The pieces of a section; those of a strip are drawn to one scale."""
    widest = max(piece.width for piece in section.pieces)
    return "".join(
        element(
            piece,
            f"{section.heading}, part {number} of {len(section.pieces)}",
            piece.width / widest if section.strip else 1,
        )
        for number, piece in enumerate(section.pieces, start=1)
    )


def _sheet(anatomy: Anatomy) -> Piece:
    """All sections below one another, under a title."""
    told = about(anatomy.facts, anatomy.layers[0])
    shapes = [
        text(MARGIN, 56, anatomy.title, 28, "start", bold=True),
        text(MARGIN, 86, told, 15, "start", GREY),
    ]
    y = 110.0
    for section in _sections(anatomy, wide=True):
        shapes.append(line([(MARGIN, y), (WIDTH - MARGIN, y)], colour=RULE, width=1))
        shapes.append(text(MARGIN, y + 36, section.heading, 20, "start", bold=True))
        for told in textwrap.wrap(section.said, CHARACTERS):
            shapes.append(text(MARGIN, y + 60, told, 14, "start", GREY))
            y += LINE
        x, y = 0.0, y - LINE
        for piece in section.pieces:
            shapes.append(group(x, y + 76, piece.shapes))
            x += piece.width
        y += 76 + max(piece.height for piece in section.pieces) + 24
    return Piece(shapes, WIDTH, y)


def _sections(anatomy: Anatomy, wide: bool) -> Iterator[Section]:
    """The sections that are drawn, from top to bottom, for a wide sheet or in narrow pieces."""
    layer, panel = anatomy.layers[0], anatomy.panel
    if panel is None and _is_chain(anatomy):
        yield _stack(anatomy, wide)
    if panel in (None, "arrows"):
        yield _arrows(layer, wide)
    if panel in (None, "cell"):
        yield _cell(layer, wide)
    if panel in (None, "matrices"):
        for each in anatomy.layers:
            yield _matrices(each, wide)


def _is_chain(anatomy: Anatomy) -> bool:
    """Whether every layer reads the one below it, as far as is known."""
    names = [layer.name for layer in anatomy.layers]
    chained = all(layer.reads == f"units of {below}" for below, layer in zip(names, anatomy.layers[1:]))
    return anatomy.overview is not None and chained and ("model" not in anatomy.facts or len(names) > 1)


def _stack(anatomy: Anatomy, wide: bool) -> Section:
    """The layers over each other."""
    words, facts = anatomy.layers[0].trace.words, anatomy.facts
    if "run" not in facts:
        words = tuple(f"x at step {t}" if wide else f"x{index(t)}" for t in range(1, len(words) + 1))
    cells = {layer.name: layer.cell for layer in anatomy.layers}
    assert anatomy.overview is not None
    return Section(
        f"The {'recurrent layers' if 'model' in facts else 'whole model'} over three steps",
        "The same weights at every step. A layer reads h of every step of the one below, and its own states "
        "of the step before",
        [draw_stack(anatomy.overview, words, cells, WIDE if wide else NARROW)],
    )


def _arrows(layer: Layer, wide: bool) -> Section:
    """The arrows of one gate, and what they come to."""
    return Section(
        f"An arrow is a weight: {layer.name}",
        f"In the circles: the numbers at step {STEP}. Thickness: size of the weight; brown: below 0, teal: "
        f"above 0. In full colour: the arrows into unit {UNIT}",
        [draw_neurons(layer).up(20), draw_sums(layer).up(20)]
        if wide
        else [draw_neurons(layer, NEAR), draw_sums(layer)],
    )


def _cell(layer: Layer, wide: bool) -> Section:
    """The cell, step by step."""
    said = (
        f"The numbers are those of unit {UNIT} alone; × and + work on each unit by itself. {TOLD[layer.cell]}"
    )
    if layer.trace.backwards:
        said += ". It reads backwards: its step 1 is the last of its input"
    if not wide:
        said += f". {returned(layer).removesuffix('.')}"
    pieces = [draw_steps(layer)] if wide else draw_each_step(layer)
    return Section(f"The cell over three steps: {layer.name}", said, pieces, strip=True)


def _matrices(layer: Layer, wide: bool) -> Section:
    """The matrices of every gate."""
    columns = CELLS.get(layer.cell).columns
    whole = ", ".join(f"{name} {values.shape}" for name, values in layer.weights.items())
    beside = "Keras keeps these side by side, as" if columns > 1 else "Keras keeps these as"
    return Section(
        f"The matrices of each part, to scale: {layer.name}",
        f"{beside} {whole}: {layer.parameters:,} weights, used at every step and for any size of batch",
        [draw_matrices(layer)] if wide else draw_each_gate(layer),
    )
