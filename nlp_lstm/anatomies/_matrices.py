"""The matrices of each gate to scale, a square for each weight: blue below 0, orange above."""

import base64
import struct
import zlib

import numpy as np

from nlp_lstm.anatomies._svg import BLUE, GREY, ORANGE, number, shade, text
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.tables import shape_of, sum_of

LEFT, TOP, WIDE, HIGH, BETWEEN = 250, 62, 1010, 620, 26
LARGEST, NUMBERED, DRAWN = 46, 36, 4  # side of a square: the most, where numbers fit, the least as a shape


def draw_matrices(layer: Layer) -> tuple[list[str], float]:
    """Return the drawing of a layer's kernel, recurrent_kernel and bias by gate, and its height."""
    blocks = layer.blocks
    rows = layer.input_dim + layer.units + len(next(iter(blocks.values())).biases)
    wide = (WIDE - BETWEEN * (len(blocks) - 1)) / (len(blocks) * layer.units)
    side = min(LARGEST, wide, (HIGH - 2 * BETWEEN) / rows)
    largest = max(float(abs(values).max()) for values in layer.weights.values())
    shapes: list[str] = []
    for place, (name, block) in enumerate(blocks.items()):
        x, y = LEFT + place * (layer.units * side + max(BETWEEN, 90 - layer.units * side)), TOP
        middle = x + layer.units * side / 2
        shapes.append(text(middle, y - 12, name, 14, bold=True))
        for matrix in (block.kernel, block.recurrent_kernel, block.biases):
            shapes += _heat(matrix, x, y, side, largest)
            y += len(matrix) * side + BETWEEN
        shapes.append(text(middle, y - 4, f"{block.parameters} weights", 13))
    y = TOP
    for name, matrix, shape in zip(
        ("kernel", "recurrent_kernel", "bias"), (block.kernel, block.recurrent_kernel, block.biases), shape_of(block)
    ):
        y += _label(shapes, y, len(matrix) * side, f"{name} {shape}", layer, name)
    shapes += _scale(largest, y + 26)
    return shapes, y + 60


def _label(shapes: list[str], y: float, height: float, name: str, layer: Layer, kind: str) -> float:
    """Write what a row of matrices is; return how far below the next one begins."""
    told = {
        "kernel": f"a row for each of {layer.input_dim} {layer.reads}",
        "recurrent_kernel": "a row for each unit before",
        "bias": "a number for each unit",
    }
    middle = y + height / 2
    close = height < 30  # one line alone has room
    shapes.append(text(LEFT - 16, middle + (5 if close else -2), name, 14, "end", bold=True))
    if not close:
        shapes.append(text(LEFT - 16, middle + 16, told[kind], 12.5, "end", GREY))
    return height + BETWEEN


def _heat(matrix: np.ndarray, x: float, y: float, side: float, largest: float) -> list[str]:
    """A matrix as squares, with their numbers if they are large enough, or as an image if they are too small."""
    rows, columns = matrix.shape
    frame = f'<rect x="{x:.1f}" y="{y:.1f}" width="{columns * side:.1f}" height="{rows * side:.1f}" '
    frame += 'fill="none" stroke="#5f6b76"/>'
    if side < DRAWN:
        place = f'x="{x:.1f}" y="{y:.1f}" width="{columns * side:.1f}" height="{rows * side:.1f}"'
        looks = 'preserveAspectRatio="none" style="image-rendering:pixelated"'
        return [f'<image {place} {looks} href="data:image/png;base64,{_png(matrix, largest)}"/>', frame]
    shapes = []
    for (row, column), value in np.ndenumerate(matrix):
        left, top = x + column * side, y + row * side
        size = f'x="{left:.1f}" y="{top:.1f}" width="{side:.2f}" height="{side:.2f}"'
        shapes.append(f'<rect {size} fill="{shade(value, largest)}" class="weight"/>')
        if side >= NUMBERED:
            ink = "white" if abs(value) > 0.6 * largest else "#1a1a1a"
            shapes.append(text(left + side / 2, top + side / 2 + 4.5, number(value), 12.5, colour=ink))
    return [*shapes, frame]


def _png(matrix: np.ndarray, largest: float) -> str:
    """A matrix as a PNG image in base64, a pixel for each weight: ISO/IEC 15948, eight bits a colour."""
    share = np.clip(abs(matrix) / largest, 0, 1)[..., None] if largest else np.zeros((*matrix.shape, 1))
    ends = np.array([[int(end[at : at + 2], 16) for at in (1, 3, 5)] for end in (ORANGE, BLUE)])
    pixels = np.rint(255 + (ends[(matrix < 0).astype(int)] - 255) * share).astype(np.uint8)
    rows, columns = matrix.shape
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


def _scale(largest: float, y: float) -> list[str]:
    """What the colours mean."""
    shapes, steps = [], 41
    for step in range(steps):
        value = largest * (2 * step / (steps - 1) - 1)
        shapes.append(f'<rect x="{LEFT + step * 6}" y="{y - 12:.1f}" width="6.5" height="14" fill="{shade(value, largest)}"/>')
    ends = ((0, -largest), (steps * 3, 0), (steps * 6, largest))
    shapes += [text(LEFT + x, y + 18, number(value), 12.5) for x, value in ends]
    shapes.append(text(LEFT - 16, y, "a square: one weight", 13, "end", GREY))
    return shapes
