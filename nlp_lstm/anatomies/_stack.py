"""The whole model over three steps: each layer reads the one below, and itself at the step before."""

from nlp_lstm.anatomies._svg import GREY, PALE, box, line, text
from nlp_lstm.report import Comparison
from nlp_lstm.report.palette import PART_COLOURS

LEFT, COLUMN, WIDE, ROW, HIGH, TOP = 470, 290, 200, 74, 42, 16


def draw_stack(
    overview: Comparison, words: tuple[str, ...], cell: str, is_run: bool
) -> tuple[list[str], float]:
    """Return the drawing of a model's layers, the lowest at the bottom, and its height."""
    rows = [record for record in overview.records() if record["layer"] != "all"][::-1]
    shapes: list[str] = []
    for place, record in enumerate(rows):
        y, name = TOP + place * ROW, str(record["layer"])
        shapes.append(
            text(40, y + 18, f"{name}: {record['parameters']:,} parameters", 14, "start", bold=True)
        )
        shapes.append(text(40, y + 37, f"{record['weights']}", 13, "start", GREY))
        for t in range(len(words)):
            shapes += _layer(
                LEFT + t * COLUMN, y, name, cell, record["outputs"], place > 0, t < len(words) - 1
            )
    y = TOP + len(rows) * ROW
    for t, word in enumerate(words):
        x = LEFT + t * COLUMN + WIDE / 2
        shapes.append(line([(x, y), (x, y - ROW + HIGH + 2)], "ink", width=2))
        shapes.append(text(x, y + 18, word if is_run else f"x at step {word}", 14, bold=True))
    return shapes, y + 36


def _layer(x: float, y: float, name: str, cell: str, outputs: object, above: bool, right: bool) -> list[str]:
    """One layer at one step, with its arrows to the layer above and to the next step."""
    recurrent = name.startswith("layer_")
    colour = PART_COLOURS["hidden_state"] if recurrent else PALE
    shapes = [
        box(x, y, WIDE, HIGH, "white"),
        box(x, y, WIDE, HIGH, colour, opacity=0.25 if recurrent else 1),
        text(x + WIDE / 2, y + 26, f"{name}: {outputs} {'units' if recurrent else 'numbers'}", 14),
    ]
    if above:
        shapes.append(line([(x + WIDE / 2, y), (x + WIDE / 2, y - ROW + HIGH + 2)], "ink", width=2))
    if recurrent and right:
        shapes.append(line([(x + WIDE, y + HIGH / 2), (x + COLUMN - 2, y + HIGH / 2)], "ink", width=2))
        states = "h and c" if cell == "lstm" else "h"
        shapes.append(text(x + (WIDE + COLUMN) / 2, y + HIGH / 2 - 7, states, 13))
    return shapes
