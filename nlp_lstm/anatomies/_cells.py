"""A cell unrolled over three steps: every gate where it stands, with the numbers of one unit."""

from collections.abc import Callable, Mapping

from nlp_lstm.anatomies._svg import (
    GREY,
    INK,
    PALE,
    PAPER,
    RULE,
    Piece,
    box,
    counted,
    group,
    index,
    line,
    number,
    operation,
    text,
)
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.steps import Line, step_lines
from nlp_lstm.anatomies.tables import UNIT
from nlp_lstm.report.palette import PART_COLOURS

CELL, GAP, LEFT, TOP, WIDE = 376, 20, 78, 92, 1400
PITCH = CELL + GAP
STATE, GATES, BUS, FLOOR, OUT = 52, 214, 284, 320, 358  # heights in a cell; where h leaves it
ROOF = {"lstm": 4, "gru": 4, "rnn": 124}  # where a cell begins: one without gates is low
ABOVE = 36  # what stands above the cells in the whole drawing: what is returned, in words
Numbers = Mapping[str, float]


def draw_steps(layer: Layer) -> Piece:
    """Return the drawing of a layer unrolled over its steps, with its equations below."""
    shapes = [text(LEFT, 26, returned(layer), 14, "start")]
    shapes += [group(LEFT + t * PITCH, 0, _step(layer, t)) for t in range(len(layer.trace.words))]
    shapes += [group(LEFT, 0, _begin(layer)), group(LEFT + len(layer.trace.words) * PITCH, 0, _end(layer))]
    below, height = _equations(step_lines(layer), TOP - ROOF[layer.cell] + FLOOR + 84)
    return Piece(shapes + below, WIDE, height)


def draw_each_step(layer: Layer) -> list[Piece]:
    """Return the steps of a layer as pieces that stand beside one another, or below."""
    last, pieces = len(layer.trace.words) - 1, []
    high = TOP - ROOF[layer.cell] + FLOOR + 56 - ABOVE
    for t in range(last + 1):
        left = LEFT if t == 0 else 0
        shapes = [*_step(layer, t), *(_begin(layer) if t == 0 else [])]
        shapes += [group(PITCH, 0, _end(layer))] if t == last else []
        pieces.append(Piece([group(left, -ABOVE, shapes)], left + PITCH + (90 if t == last else 0), high))
    return pieces


def returned(layer: Layer) -> str:
    """Return what a layer gives to what is above it, and with which arguments."""
    steps = [index(t + 1) for t in range(len(layer.trace.words))]
    every, last = ", ".join(f"h{step}" for step in steps), f"h{steps[-1]}"
    added = f"{last} and c{steps[-1]}" if layer.cell == "lstm" else last
    told = {
        None: f"With return_sequences=True the layer returns {every}; without it, only {last}. ",
        True: f"return_sequences=True: the layer returns {every}, and the one above it reads them all. ",
        False: f"return_sequences=False: the layer returns {last} alone. ",
    }
    return f"{told[layer.every]}With return_state=True it also returns {added}."


def _step(layer: Layer, t: int) -> list[str]:
    """One step: the cell, what enters it and what leaves it."""
    roof = ROOF[layer.cell]
    values = _values(layer, t)
    inside = [box(4, roof, CELL - 8, FLOOR - roof, PALE, RULE, 14), *CELLS[layer.cell](values)]
    return [group(0, TOP - roof, [*inside, *_ends(layer, t, layer.trace.words[t], values)])]


def _values(layer: Layer, t: int) -> Numbers:
    """The numbers of one unit at a step, by the names of the equations."""
    return {one.name: float(one.values[t, UNIT]) for one in step_lines(layer)}


def _states(layer: Layer) -> list[tuple[str, str, float]]:
    """The letter and name of each state that is carried on, and how high it runs."""
    top = TOP - ROOF[layer.cell]
    states: list[tuple[str, str, float]] = [
        ("h", "hidden_state", top + (BUS if layer.cell != "gru" else STATE))
    ]
    return states + ([("c", "cell_state", top + STATE)] if layer.cell == "lstm" else [])


def _begin(layer: Layer) -> list[str]:
    """What the first step finds, to its left."""
    shapes = []
    for letter, name, y in _states(layer):
        begun = layer.trace.initial_state.get(name)
        value = "0" if begun is None else number(begun[UNIT])
        shapes.append(text(-8, y - 10, f"{letter}₀ = {value}", 14, "end"))
        shapes.append(line([(-40, y), (0, y)], width=2.4, colour=_state(letter)))
    return shapes


def _end(layer: Layer) -> list[str]:
    """What the last step leaves, to its right."""
    count = len(layer.trace.words)
    values = _values(layer, count - 1)
    return [
        text(6, y - 8, f"{letter}{index(count)} = {number(values[name])}", 14, "start", bold=True)
        for letter, name, y in _states(layer)
    ]


def _equations(lines: list[Line], top: float) -> tuple[list[str], float]:
    """The equations in the order of computing, numbered down two columns."""
    shapes = [text(LEFT, top, "In the order of computing", 14, "start", bold=True)]
    half = (len(lines) + 1) // 2
    for place, one in enumerate(lines):
        x, y = LEFT + place // half * 640, top + 28 + place % half * 25
        shapes.append(text(x, y, f"{place + 1}", 14, "start", GREY))
        shapes.append(text(x + 22, y, one.name, 14, "start", bold=True))
        shapes.append(text(x + 160, y, one.equation.replace("*", "·"), 14, "start"))
    return shapes, top + 28 + half * 25


def _ends(layer: Layer, t: int, word: str, values: Numbers) -> list[str]:
    """What enters a cell from below and leaves it above and to the right."""
    x, h = f"x{index(t + 1)}", f"h{index(t)}"
    read = f"{x}: {word}" if layer.trace.task else f"{x}: {counted(layer.input_dim, layer.reads)}"
    return [
        line([(34, FLOOR + 26), (34, BUS + 1)], "ink", width=2),
        text(24, FLOOR + 44, read, 14, "start"),
        text(CELL / 2, FLOOR + 44, f"step {t + 1}", 14, bold=True),
        text(46, BUS + 21, f"{x} and {h}", 13, "start", GREY),
        text(
            OUT, ROOF[layer.cell] - 30, f"h{index(t + 1)} = {number(values['hidden_state'])}", 14, bold=True
        ),
    ]


def _lstm(values: Numbers) -> list[str]:
    """Four boxes read x and h; the cell state runs above them; o meets tanh(c) after it."""
    f, i, g, o = 62, 146, 230, 314
    middle, high = (i + g) / 2, 122
    shapes = [
        line([(0, BUS), (o, BUS)], colour=_state("h"), width=2.4),
        line([(0, STATE), (PITCH, STATE)], colour=_state("c"), width=2.4),
        *(line([(x, BUS), (x, GATES + 29)], "ink") for x in (f, i, g, o)),
        line([(f, GATES - 29), (f, STATE + 12)], "ink"),
        line([(i, GATES - 29), (i, high), (middle - 12, high)], "ink"),
        line([(g, GATES - 29), (g, high), (middle + 12, high)], "ink"),
        line([(middle, high - 11), (middle, STATE + 12)], "ink"),
        line([(o, STATE), (o, 80)], "ink"),
        line([(o, 102), (o, high + 2)], "ink"),
        line([(o, GATES - 29), (o, high + 25)], "ink"),
        *_leave(o + 11, high + 13, ROOF["lstm"]),
        box(o - 26, 80, 52, 22, PAPER),
        text(o, 96, "tanh", 13),
        text(o - 9, 118, number(values["tanh_cell_state"]), 13, "end"),
        operation(f, STATE, "×"),
        operation(middle, STATE, "+"),
        operation(middle, high, "×"),
        operation(o, high + 13, "×"),
        text(f + 14, STATE - 10, f"kept {number(values['kept'])}", 13, "start"),
        text(middle + 14, STATE - 10, f"c {number(values['cell_state'])}", 14, "start", _state("c"), True),
        text(middle, high + 28, "written", 12.5),
        text(middle, high + 44, number(values["written"]), 13),
    ]
    for x, name in ((f, "forget_gate"), (i, "input_gate"), (g, "candidate"), (o, "output_gate")):
        shapes += _gate(x, name, values[name])
    return shapes


def _gru(values: Numbers) -> list[str]:
    """One state runs above: z shares it between what was and the candidate, which sees h through r."""
    z, r, times, g, high = 72, 164, 226, 298, 122
    return [
        line([(0, STATE), (PITCH, STATE)], colour=_state("h"), width=2.4),
        line([(16, STATE), (16, BUS), (g, BUS)], colour=_state("h"), width=2.4),
        *(line([(x, BUS), (x, GATES + 29)], "ink") for x in (z, r, g)),
        line([(times, BUS), (times, GATES + 12)], "ink"),
        line([(r + 39, GATES), (times - 12, GATES)], "ink"),
        line([(times + 11, GATES), (g - 40, GATES)], "ink"),
        line([(z, GATES - 29), (z, STATE + 12)], "ink"),
        line([(z, high), (g - 12, high)], "ink"),
        line([(g, GATES - 29), (g, high + 12)], "ink"),
        line([(g, high - 11), (g, STATE + 12)], "ink"),
        line([(OUT, STATE), (OUT, ROOF["gru"] - 24)], "ink", width=2),
        box(148, high - 12, 44, 24, PAPER),
        text(170, high + 5, "1 − z", 13),
        operation(z, STATE, "×"),
        operation(g, STATE, "+"),
        operation(g, high, "×"),
        operation(times, GATES, "×"),
        text(z + 14, STATE - 10, f"kept {number(values['kept'])}", 13, "start"),
        text(g + 16, high - 8, "written", 12.5, "start"),
        text(g + 16, high + 8, number(values["written"]), 13, "start"),
        text(times + 5, BUS - 14, "h U", 12.5, "start", GREY),
        text(g + 5, BUS - 14, "x W", 12.5, "start", GREY),
        *_gate(z, "update_gate", values["update_gate"]),
        *_gate(r, "reset_gate", values["reset_gate"]),
        *_gate(g, "candidate", values["candidate"]),
    ]


def _rnn(values: Numbers) -> list[str]:
    """One box and nothing else."""
    x = CELL / 2
    return [
        line([(0, BUS), (x, BUS)], colour=_state("h"), width=2.4),
        line([(x, BUS), (x, GATES + 29)], "ink"),
        line([(x, GATES - 29), (x, 156)], width=2),
        *_leave(x, 156, ROOF["rnn"]),
        *_gate(x, "hidden_state", values["hidden_state"]),
    ]


def _leave(x: float, y: float, roof: float) -> list[str]:
    """The hidden state on its way out: up to who reads it, and along to the next step."""
    return [
        line([(OUT, y), (OUT, STATE - 8 if roof < STATE else y)], colour=PALE, width=8),
        line([(x, y), (OUT, y), (OUT, roof - 24)], "ink", width=2),
        line([(OUT, y), (OUT, BUS), (PITCH, BUS)], colour=_state("h"), width=2.4),
    ]


def _gate(x: float, name: str, value: float) -> list[str]:
    """A box of weights: its name, what squashes its sum, and what comes out."""
    squash = "sigmoid" if name.endswith("_gate") else "tanh"
    return [
        box(x - 39, GATES - 29, 78, 58, PAPER),
        box(x - 39, GATES - 29, 78, 58, PART_COLOURS[name], INK, opacity=0.35),
        text(x, GATES - 12, name.removesuffix("_gate").replace("hidden_state", "h"), 12.5, bold=True),
        text(x, GATES + 4, squash, 12.5),
        text(x, GATES + 22, number(value), 14),
    ]


def _state(name: str) -> str:
    """The colour of a state."""
    return PART_COLOURS["hidden_state" if name == "h" else "cell_state"]


CELLS: dict[str, Callable[[Numbers], list[str]]] = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}
