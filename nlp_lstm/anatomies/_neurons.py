"""The neuron picture: an arrow to the units for every weight of one gate, from the inputs and from before."""

import textwrap

import numpy as np

from nlp_lstm.anatomies._svg import GREY, INK, PALE, PAPER, Piece, circle, counted, group, line, number, text
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.steps import step_lines
from nlp_lstm.anatomies.tables import STEP, UNIT, sum_of
from nlp_lstm.report.palette import PART_COLOURS

MOST = 8  # circles of a column
APART, RADIUS, TOP = 62, 23, 124
WIDE, NARROW = (124, 304), (72, 162)  # left of the first column, and from column to column
CHARACTER = 9  # width of a broad character of a heading
ASIDE, SUMS = 220, 470  # where products stand beside their names; width of both
THICKEST, FAINT = 4, 0.65


def draw_neurons(layer: Layer, room: tuple[float, float] = WIDE) -> Piece:
    """Return the picture of a layer's first gate in the order of computing.

    The number in a circle is what is read, or comes out, at step 2. An arrow is as thick as its weight is
    large; those into the unit whose numbers the tables show have their full colour, the others are pale.

    Args:
        layer: the layer.
        room: left of the first column, and from column to column.
    """
    (edge, pitch), gate = room, first_gate(layer)
    block, parts = layer.blocks[gate], layer.trace.parts
    read, before = layer.trace.inputs[STEP - 1], parts["hidden_state"][STEP - 2]
    places = [edge + column * pitch for column in range(3)]
    columns = (
        (read, layer.reads, PALE),
        (parts[gate][STEP - 1], f"units: {gate}", PART_COLOURS[gate]),
        (before, f"hidden states of step {STEP - 1}", PART_COLOURS["hidden_state"]),
    )
    rows = min(MOST, max(layer.input_dim, layer.units))
    height = TOP + rows * APART + (34 if max(layer.input_dim, layer.units) > MOST else 0)
    shapes, largest = [], max(abs(block.kernel).max(), abs(block.recurrent_kernel).max())
    for kind, x, matrix in (
        ("kernel", places[0], block.kernel),
        ("recurrent_kernel", places[2], block.recurrent_kernel),
    ):
        shapes += _arrows(kind, x, places[1], matrix / (largest or 1), rows)
        told = f"{kind}: {counted(matrix.size, 'arrows')}"
        shapes += _heading((x + places[1]) / 2, TOP - 30, told, pitch, 13, GREY)
    for x, (values, name, colour) in zip(places, columns, strict=True):
        shapes += _heading(x, TOP - 72, counted(len(values), name), pitch)
        for place, value in enumerate(values[:MOST]):
            y = _height(place, len(values), rows)
            shapes.append(circle(x, y, RADIUS, PAPER))
            shapes.append(circle(x, y, RADIUS, colour, opacity=0.3))
            shapes.append(text(x, y + 5, number(value), 13))
        if len(values) > MOST:
            more = f"⋮ and {len(values) - MOST} more"
            shapes.append(text(x, TOP + MOST * APART - 14, more, 13, colour=GREY))
    return Piece(shapes, 2 * (edge + pitch), height)


def first_gate(layer: Layer) -> str:
    """Return the gate that is computed first, whose arrows are drawn."""
    return next(one.name for one in step_lines(layer) if one.name in layer.blocks)


def _heading(x: float, y: float, words: str, room: float, size: float = 14, colour: str = INK) -> list[str]:
    """Words above a column or between two, in as many lines as their room needs, the last at y."""
    lines = textwrap.wrap(words, max(8, int(room / CHARACTER)))
    return [
        text(x, y - 17 * (len(lines) - 1 - at), one, size, colour=colour, bold=colour == INK)
        for at, one in enumerate(lines)
    ]


def _arrows(kind: str, x: float, middle: float, matrix: np.ndarray, rows: int) -> list[str]:
    """An arrow for every weight of a matrix, `(from, to)` in [-1, 1], of the circles that are drawn."""
    drawn = []
    starts, ends = matrix.shape
    side = 1 if x < middle else -1
    for start, end in np.ndindex(min(starts, MOST), min(ends, MOST)):
        weight = float(matrix[start, end])
        points = [
            (x + side * RADIUS, _height(start, starts, rows)),
            (middle - side * (RADIUS + 2), _height(end, ends, rows) + (start - min(starts, MOST) / 2) * 2.5),
        ]
        width, opacity = 0.8 + THICKEST * abs(weight), 1 if end == UNIT else FAINT
        head = "below" if weight < 0 else "above"
        drawn.append((end == UNIT, line(points, head, width=width, kind=f"arrow {kind}", opacity=opacity)))
    return [shape for _, shape in sorted(drawn, key=lambda one: one[0])]  # the strong ones above the others


def _height(place: int, count: int, rows: int) -> float:
    """Where a circle of a column stands; shorter columns stand in the middle."""
    return TOP + (place + (rows - min(count, MOST)) / 2) * APART


def draw_sums(layer: Layer) -> Piece:
    """Return what the arrows come to, in words beside the picture."""
    gate = first_gate(layer)
    blocks, (reads, units) = layer.blocks, layer.blocks[gate].kernel.shape
    biases = len(blocks[gate].biases)
    of_bias = counted(units, "numbers") if biases == 1 else f"{biases} × {units} = {biases * units:,} numbers"
    of_bias = of_bias if biases else "none"
    told = [
        (f"kernel ({reads}, {units})", f"{reads} × {units} = {counted(reads * units, 'arrows')}"),
        (f"recurrent_kernel ({units}, {units})", f"{units} × {units} = {counted(units * units, 'arrows')}"),
        ("bias", of_bias),
    ]
    shapes = [text(0, TOP - 72, f"The weights of {gate}", 14, "start", bold=True)]
    for place, (name, product) in enumerate(told):
        shapes.append(text(0, TOP - 40 + place * 26, name, 14, "start"))
        shapes.append(text(ASIDE, TOP - 40 + place * 26, product, 14, "start"))
    y = TOP + 52
    parts = "Every part has such arrows of its own:" if len(blocks) > 1 else "These are all:"
    shapes.append(text(0, y, parts, 14, "start", bold=True))
    for name, block in blocks.items():
        y += 28
        shapes.append(circle(8, y - 5, 8, PART_COLOURS[name], opacity=0.6))
        shapes.append(text(26, y, name, 14, "start"))
        shapes.append(text(ASIDE, y, f"{sum_of(block)} = {block.parameters:,}", 13, "start"))
    total = f"{len(blocks)} × {block.parameters:,} = {layer.parameters:,}"
    shapes.append(text(0, y + 34, f"together, in {layer.name}", 15, "start", bold=True))
    shapes.append(text(ASIDE, y + 34, total, 15, "start", bold=True))
    alone = f"{reads * units:,} + {units * units:,} = {reads * units + units * units:,}"
    missing = "one part without its bias" if len(blocks) > 1 else "the layer without its bias"
    if biases:
        shapes.append(text(0, y + 62, f"{alone} arrows alone are {missing}.", 13, "start", GREY))
    return Piece([group(8, 0, shapes)], SUMS, y + 84)
