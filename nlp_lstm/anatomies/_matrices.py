"""The matrices of each gate to scale, a square for each weight: brown below 0, teal above."""

import base64
import struct
import zlib

import numpy as np

from nlp_lstm.anatomies._svg import GREY, Piece, number, shade, text
from nlp_lstm.anatomies.layers import Block, Layer
from nlp_lstm.anatomies.tables import shapes_of, sum_of
from nlp_lstm.report.palette import ABOVE_ZERO, BELOW_ZERO, ON_DARK, ON_LIGHT

LEFT, TOP, WIDE, HIGH, BETWEEN, PAGE = 250, 40, 1010, 620, 26, 1400
PITCH = 160  # from gate to gate at least: room for its sum
APART, LEAST, MOST, SMALLER = (
    16,
    160,
    440,
    39,
)  # of gates that stand alone: beside them; their width at least and at most; a square
LARGEST, NUMBERED, DRAWN = 46, 36, 4  # side of a square: the most, where numbers fit, the least as a shape
DEEP = 0.78  # share of the full colour from which light ink is the better read
MANY = 2000  # weights of which a few would leave all others pale


def draw_matrices(layer: Layer) -> Piece:
    """Return the drawing of a layer's kernel, recurrent_kernel and bias by gate."""
    blocks = layer.blocks
    wide = (WIDE - BETWEEN * (len(blocks) - 1)) / (len(blocks) * layer.units)
    side = min(LARGEST, wide, (HIGH - 2 * BETWEEN) / _rows(layer))
    pitch = max(layer.units * side + BETWEEN, PITCH)
    limit, shapes, y = _limit(layer), [], 0.0
    for place, (name, block) in enumerate(blocks.items()):
        middle, y = LEFT + place * pitch + (pitch - BETWEEN) / 2, TOP
        shapes.append(text(middle, y - 12, name, 14, bold=True))
        for matrix in (block.kernel, block.recurrent_kernel, block.biases):
            shapes += _heat(matrix, middle - layer.units * side / 2, y, side, limit)
            y += len(matrix) * side + BETWEEN
        shapes.append(text(middle, y - 4, f"{sum_of(block)} = {block.parameters:,}", 12.5))
    shapes.append(
        text(LEFT + len(blocks) * pitch, y - 4, f"all: {layer.parameters:,}", 14, "start", bold=True)
    )
    shapes += _labels(layer, next(iter(blocks.values())), side)
    shapes += _scale(LEFT, limit, y + 26, layer.parameters > MANY)
    shapes.append(text(LEFT - 16, y + 26, "a square: one weight", 13, "end", GREY))
    return Piece(shapes, PAGE, y + 60)


def draw_each_gate(layer: Layer) -> list[Piece]:
    """Return the matrices of each gate, and what the colours mean, as pieces to stand beside one another."""
    side, limit = min(SMALLER, MOST / layer.units, HIGH / _rows(layer)), _limit(layer)
    width, pieces = max(LEAST, layer.units * side), []
    for name, block in layer.blocks.items():
        shapes, y = [text(0, 18, name, 14, "start", bold=True)], 44.0
        told = zip(("kernel", "recurrent_kernel", "bias"), shapes_of(block), strict=True)
        for (matrix_name, shape), matrix in zip(
            told, (block.kernel, block.recurrent_kernel, block.biases), strict=True
        ):
            shapes.append(text(0, y, f"{matrix_name} {shape}", 13, "start", GREY))
            shapes += _heat(matrix, 0, y + 8, side, limit)
            y += len(matrix) * side + 34
        shapes.append(text(0, y, f"{sum_of(block)} = {block.parameters:,}", 13, "start"))
        pieces.append(Piece([*shapes], width + APART, y + 16))
    scale = [
        text(36, 18, "a square: one weight", 13, "start", GREY),
        *_scale(36, limit, 44, layer.parameters > MANY),
    ]
    return [*pieces, Piece(scale, 330, 76)]


def _rows(layer: Layer) -> int:
    """How many rows the matrices of a gate have together."""
    return layer.input_dim + layer.units + layer.biases


def _limit(layer: Layer) -> float:
    """The weight that has the full colour: the largest, or of many one that few exceed."""
    sizes = abs(np.concatenate([values.ravel() for values in layer.weights.values()]))
    return float(np.quantile(sizes, 0.98) if layer.parameters > MANY else sizes.max())


def _labels(layer: Layer, block: Block, side: float) -> list[str]:
    """What each row of matrices is, to the left of it."""
    told = (f"rows: {layer.reads}", "rows: units at the step before", "a number for each unit")
    shapes, y = [], float(TOP)
    names, matrices = (
        ("kernel", "recurrent_kernel", "bias"),
        (block.kernel, block.recurrent_kernel, block.biases),
    )
    for name, matrix, shape, meaning in zip(names, matrices, shapes_of(block), told, strict=True):
        height = len(matrix) * side
        room = height >= 30  # for a second line
        shapes.append(
            text(LEFT - 16, y + height / 2 + (-2 if room else 5), f"{name} {shape}", 14, "end", bold=True)
        )
        if room:
            shapes.append(text(LEFT - 16, y + height / 2 + 16, meaning, 12.5, "end", GREY))
        y += height + BETWEEN
    return shapes


def _heat(matrix: np.ndarray, x: float, y: float, side: float, limit: float) -> list[str]:
    """A matrix as squares, with numbers where they have room; as an image if they are too small."""
    rows, columns = matrix.shape
    if not rows:
        return []
    place = f'x="{x:.1f}" y="{y:.1f}" width="{columns * side:.1f}" height="{rows * side:.1f}"'
    frame = f'<rect {place} fill="none" stroke="{GREY}"/>'
    if side < DRAWN:
        looks = 'preserveAspectRatio="none" style="image-rendering:pixelated"'
        return [f'<image {place} {looks} href="data:image/png;base64,{_png(matrix, limit)}"/>', frame]
    shapes = []
    for (row, column), value in np.ndenumerate(matrix):
        left, top = x + column * side, y + row * side
        size = f'x="{left:.1f}" y="{top:.1f}" width="{side:.2f}" height="{side:.2f}"'
        shapes.append(f'<rect {size} fill="{shade(value, limit)}" class="weight"/>')
        if side >= NUMBERED:
            ink = ON_DARK if abs(value) > DEEP * limit else ON_LIGHT
            size = 12.5 if side > SMALLER else 11.5
            shapes.append(text(left + side / 2, top + side / 2 + 4.5, number(value), size, colour=ink))
    return [*shapes, frame]


def _png(matrix: np.ndarray, limit: float) -> str:
    """A matrix as a PNG image in base64, a pixel for each weight: ISO/IEC 15948, eight bits a colour."""
    rows, columns = matrix.shape
    share = np.clip(abs(matrix) / (limit or 1), 0, 1)[..., None]
    ends = np.array([[int(end[at : at + 2], 16) for at in (1, 3, 5)] for end in (ABOVE_ZERO, BELOW_ZERO)])
    pixels = np.rint(255 + (ends[(matrix < 0).astype(int)] - 255) * share).astype(np.uint8)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)  # each after a byte that says: not filtered
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    image = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return base64.b64encode(image).decode()


def _scale(left: float, limit: float, y: float, exceeded: bool) -> list[str]:
    """What the colours mean."""
    shapes, steps, wide = [], 41, 6
    for step in range(steps):
        colour = shade(limit * (2 * step / (steps - 1) - 1), limit)
        shapes.append(
            f'<rect x="{left + step * wide}" y="{y - 12:.1f}" width="{wide}" height="14" fill="{colour}"/>'
        )
    ends = ((0, -limit, "≤ "), (steps * wide / 2, 0, ""), (steps * wide, limit, "≥ "))
    shapes += [
        text(left + x, y + 18, f"{sign if exceeded else ''}{number(value)}", 12.5) for x, value, sign in ends
    ]
    return shapes
