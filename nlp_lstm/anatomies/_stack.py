"""The whole model over three steps: each layer reads the one below, and itself at the step before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp_lstm.anatomies._svg import GREY, PALE, PAPER, Piece, box, index, line, text
from nlp_lstm.report import Comparison
from nlp_lstm.report.palette import PART_COLOURS

ROW, HIGH, TOP = 84, 46, 16
LONGEST_NAME = 14  # characters of a layer's name where there is little room


@dataclass(frozen=True)
class Room:
    """Where the boxes of a stack stand.

    Args:
        left: of the first column.
        column: from column to column.
        box: width of a box.
        width: of all.
    """

    left: float
    column: float
    box: float
    width: float


WIDE, NARROW = Room(470, 290, 200, 1400), Room(4, 164, 116, 452)


def draw_stack(
    overview: Comparison, words: Sequence[str], cells: Mapping[str, str], room: Room = WIDE
) -> Piece:
    """Return the drawing of a model's layers, the lowest at the bottom.

    Args:
        overview: the table of the whole model.
        words: what is read at each step.
        cells: the cell of each recurrent layer, by its name.
        room: how wide it may be.
    """
    rows = [record for record in overview.records() if record["outputs"]][::-1]
    shapes: list[str] = []
    for place, record in enumerate(rows):
        y, name = TOP + place * ROW, str(record["layer"])
        below = str(rows[place + 1]["layer"]) if place + 1 < len(rows) else ""
        if room is WIDE:
            parameters = f"{name}: {record['parameters']:,} parameters"
            shapes.append(text(40, y + 20, parameters, 14, "start", bold=True))
            shapes.append(text(40, y + 39, f"{record['weights']}", 13, "start", GREY))
        for t in range(len(words)):
            x = room.left + t * room.column
            shapes += _layer(x, y, name, cells.get(name, ""), record["outputs"], t < len(words) - 1, room)
            if place < len(rows) - 1:
                shapes += _up(x + room.box / 2, y, t, below in cells, room)
    y = TOP + len(rows) * ROW
    for t, word in enumerate(words):
        x = room.left + t * room.column + room.box / 2
        shapes.append(line([(x, y), (x, y - ROW + HIGH + 2)], "ink", width=2))
        shapes.append(text(x, y + 18, word, 14, bold=True))
    return Piece(shapes, room.width, y + 36)


def _up(x: float, y: float, t: int, recurrent: bool, room: Room) -> list[str]:
    """The arrow from the layer below, and what comes up it: of a recurrent layer, h of every step."""
    shapes = [line([(x, y + ROW), (x, y + HIGH + 2)], "ink", width=2)]
    if not recurrent:
        return shapes
    middle, (every, told) = y + (ROW + HIGH) / 2 + 5, ("h of every step:", "return_sequences=True")
    if t > 0 or room is WIDE:
        shapes.append(text(x + 9, middle, f"h{index(t + 1)}", 13, "start"))
    if t == 0 and room is WIDE:
        shapes.append(text(x - 12, middle, f"{every} {told}", 13, "end"))
    elif t == 0:
        shapes += [
            text(x + 8, middle - 8, every, 12.5, "start"),
            text(x + 8, middle + 7, told, 12.5, "start"),
        ]
    return shapes


def _layer(x: float, y: float, name: str, cell: str, outputs: object, right: bool, room: Room) -> list[str]:
    """One layer at one step, with its arrow to the next step."""
    recurrent = bool(cell)
    colour = PART_COLOURS["hidden_state"] if recurrent else PALE
    middle, size = x + room.box / 2, f"{outputs} {'units' if recurrent else 'numbers'}"
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    lines = [(y + 28, f"{name}: {size}")] if room is WIDE else [(y + 20, short), (y + 37, size)]
    shapes = [
        box(x, y, room.box, HIGH, PAPER),
        box(x, y, room.box, HIGH, colour, opacity=0.25 if recurrent else 1),
        *(text(middle, foot, words, 14) for foot, words in lines),
    ]
    if recurrent and right:
        start, end, height = x + room.box, x + room.column, y + HIGH / 2
        shapes.append(line([(start, height), (end - 2, height)], "ink", width=2))
        states = "h and c" if cell == "lstm" else "h"
        states = states if room is WIDE else states.replace(" and ", ", ")
        shapes.append(text((start + end) / 2, height - 7, states, 13))
    return shapes
