"""The neuron picture: an arrow to the units for every weight of one gate, from the inputs and from before."""

import numpy as np

from nlp_lstm.anatomies._svg import GREY, PALE, circle, counted, line, number, text
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.steps import step_lines
from nlp_lstm.anatomies.tables import STEP, UNIT, sum_of
from nlp_lstm.report.palette import PART_COLOURS

MOST = 8  # circles of a column
APART, RADIUS, TOP = 62, 23, 104
LEFT, MIDDLE, RIGHT, SUMS, ASIDE = 110, 420, 730, 880, 220
THICKEST = 4


def draw_neurons(layer: Layer) -> tuple[list[str], float]:
    """Return the picture of a layer's first gate in the order of computing, and its height.

    The number in a circle is what is read, or comes out, at step 2. An arrow is as thick as its weight is
    large; those into the unit whose numbers the tables show are dark, the others pale.
    """
    gate = next(one.name for one in step_lines(layer) if one.name in layer.blocks)
    block, parts = layer.blocks[gate], layer.trace.parts
    columns = (
        (LEFT, layer.trace.inputs[STEP - 1], layer.reads, PALE),
        (MIDDLE, parts[gate][STEP - 1], f"units: {gate}", PART_COLOURS[gate]),
        (
            RIGHT,
            parts["hidden_state"][STEP - 2],
            f"hidden states of step {STEP - 1}",
            PART_COLOURS["hidden_state"],
        ),
    )
    rows = min(MOST, max(layer.input_dim, layer.units))
    height = TOP + rows * APART + (34 if max(layer.input_dim, layer.units) > MOST else 0)
    shapes, largest = [], max(abs(block.kernel).max(), abs(block.recurrent_kernel).max())
    for kind, x, matrix in (
        ("kernel", LEFT, block.kernel),
        ("recurrent_kernel", RIGHT, block.recurrent_kernel),
    ):
        shapes += _arrows(kind, x, matrix / largest, rows)
        told = f"{kind}: {counted(matrix.size, 'arrows')}"
        shapes.append(text((x + MIDDLE) / 2, TOP - 36, told, 13, colour=GREY))
    for x, values, name, colour in columns:
        shapes.append(text(x, TOP - 62, counted(len(values), name), 14, bold=True))
        for place, value in enumerate(values[:MOST]):
            y = _height(place, len(values), rows)
            shapes.append(circle(x, y, RADIUS, "white"))
            shapes.append(circle(x, y, RADIUS, colour, opacity=0.3))
            shapes.append(text(x, y + 5, number(value), 13))
        if len(values) > MOST:
            shapes.append(
                text(x, TOP + MOST * APART - 14, f"⋮ and {len(values) - MOST} more", 13, colour=GREY)
            )
    return shapes + _sums(layer, gate), max(height, TOP + 140 + 28 * len(layer.blocks))


def _arrows(kind: str, x: float, matrix: np.ndarray, rows: int) -> list[str]:
    """An arrow for every weight of a matrix, `(from, to)` in [-1, 1], of the circles that are drawn."""
    drawn = []
    starts, ends = matrix.shape
    side = 1 if x < MIDDLE else -1
    for start, end in np.ndindex(min(starts, MOST), min(ends, MOST)):
        weight = float(matrix[start, end])
        points = [
            (x + side * RADIUS, _height(start, starts, rows)),
            (MIDDLE - side * (RADIUS + 2), _height(end, ends, rows) + (start - min(starts, MOST) / 2) * 2.5),
        ]
        width, opacity = 0.8 + THICKEST * abs(weight), 1 if end == UNIT else 0.35
        head = "below" if weight < 0 else "above"
        drawn.append((end == UNIT, line(points, head, width=width, kind=f"arrow {kind}", opacity=opacity)))
    return [shape for _, shape in sorted(drawn, key=lambda one: one[0])]  # the dark ones above the others


def _height(place: int, count: int, rows: int) -> float:
    """Where a circle of a column stands; shorter columns stand in the middle."""
    return TOP + (place + (rows - min(count, MOST)) / 2) * APART


def _sums(layer: Layer, gate: str) -> list[str]:
    """What the arrows come to, in words beside the picture."""
    blocks, (reads, units) = layer.blocks, layer.blocks[gate].kernel.shape
    biases = len(blocks[gate].biases)
    of_bias = counted(units, "numbers") if biases == 1 else f"{biases} × {units} = {biases * units:,} numbers"
    told = [
        (f"kernel ({reads}, {units})", f"{reads} × {units} = {counted(reads * units, 'arrows')}"),
        (f"recurrent_kernel ({units}, {units})", f"{units} × {units} = {counted(units * units, 'arrows')}"),
        ("bias", of_bias),
    ]
    shapes = [text(SUMS, TOP - 62, f"The weights of {gate}", 14, "start", bold=True)]
    for place, (name, product) in enumerate(told):
        shapes.append(text(SUMS, TOP - 30 + place * 26, name, 14, "start"))
        shapes.append(text(SUMS + ASIDE, TOP - 30 + place * 26, product, 14, "start"))
    y = TOP + 62
    parts = "Every part has such arrows of its own:" if len(blocks) > 1 else "These are all:"
    shapes.append(text(SUMS, y, parts, 14, "start", bold=True))
    for name, block in blocks.items():
        y += 28
        shapes.append(circle(SUMS + 8, y - 5, 8, PART_COLOURS[name], opacity=0.6))
        shapes.append(text(SUMS + 26, y, name, 14, "start"))
        shapes.append(text(SUMS + ASIDE, y, f"{sum_of(block)} = {block.parameters:,}", 13, "start"))
    total = f"{len(blocks)} × {block.parameters:,} = {layer.parameters:,}"
    shapes.append(text(SUMS, y + 34, f"together, in {layer.name}", 15, "start", bold=True))
    shapes.append(text(SUMS + ASIDE, y + 34, total, 15, "start", bold=True))
    alone = f"{reads * units:,} + {units * units:,} = {reads * units + units * units:,}"
    missing = "one part without its bias" if len(blocks) > 1 else "the layer without its bias"
    shapes.append(text(SUMS, y + 62, f"{alone} arrows alone are {missing}.", 13, "start", GREY))
    return shapes
