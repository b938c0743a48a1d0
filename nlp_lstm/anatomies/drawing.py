"""Anatomy -> one SVG page: the arrows of a gate, the cell over three steps, all matrices to scale."""

from collections.abc import Iterator

from nlp_lstm.anatomies import Anatomy
from nlp_lstm.anatomies._cells import draw_steps
from nlp_lstm.anatomies._matrices import draw_matrices
from nlp_lstm.anatomies._neurons import draw_neurons
from nlp_lstm.anatomies._stack import draw_stack
from nlp_lstm.anatomies._svg import GREY, RULE, counted, group, line, page, text
from nlp_lstm.anatomies.layers import Layer
from nlp_lstm.anatomies.tables import STEP, UNIT
from nlp_lstm.models.cells import CELLS

WIDTH, MARGIN = 1400, 40
Section = tuple[str, str, tuple[list[str], float]]  # heading, explanation, shapes and their height
TOLD = {
    "lstm": "The forget gate multiplies c of the step before, not x; the output gate comes after c",
    "gru": "The update gate z keeps the share z of h, and lets in the share 1 − z of the candidate",
    "rnn": "There is no gate: the cell reads h of the step before, but does not keep it",
}


def draw(anatomy: Anatomy) -> str:
    """Return the drawing of an anatomy as SVG, one page that needs nothing from elsewhere.

    The arrows and the steps are those of the first layer, the matrices those of all; above eight units or
    variables, the arrows are those of the first eight.

    Example:
        >>> from nlp_lstm.anatomies import anatomy
        >>> draw(anatomy(variables=2, units=3, cell="rnn")).count('class="arrow recurrent_kernel"')
        9
    """
    layer = anatomy.layers[0]
    title, about = _title(anatomy, layer)
    shapes = [text(MARGIN, 56, title, 28, "start", bold=True), text(MARGIN, 86, about, 15, "start", GREY)]
    y = 110.0
    for heading, said, (drawn, height) in _sections(anatomy, layer):
        shapes.append(line([(MARGIN, y), (WIDTH - MARGIN, y)], colour=RULE, width=1))
        shapes.append(text(MARGIN, y + 36, heading, 20, "start", bold=True))
        shapes.append(text(MARGIN, y + 60, said, 14, "start", GREY))
        shapes.append(group(0, y + 76, drawn))
        y += 76 + height + 24
    return page(WIDTH, y, title, shapes)


def _title(anatomy: Anatomy, layer: Layer) -> tuple[str, str]:
    """The heading of the page, and whose weights these are."""
    facts, kind = anatomy.facts, {"lstm": "LSTM", "gru": "GRU", "rnn": "simple RNN"}[layer.cell]
    sizes = f"{counted(layer.input_dim, layer.reads)}, {counted(layer.units, 'units')}"
    if "run" in facts:
        title = f"Anatomy of the run {facts['run']}: {facts['parameters']:,} parameters"
        return (
            title,
            f"{kind} for {facts['task']}: {sizes}, layers: {facts['layers']}; it reads {facts['text']!r}",
        )
    several = f"{facts['layers']} {kind} layers"
    one = f"{'an' if kind == 'LSTM' else 'a'} {kind} layer"
    title = (
        f"Anatomy of {several if facts['layers'] > 1 else one}: {sizes}, {facts['parameters']:,} parameters"
    )
    return title, f"The weights are those {facts['weights'].replace(',', ', as Keras starts it,')}"


def _sections(anatomy: Anatomy, layer: Layer) -> Iterator[Section]:
    """The sections of the page, from top to bottom."""
    if anatomy.overview is not None:
        is_run = "run" in anatomy.facts
        yield (
            "The whole model over three steps",
            "The same weights at every step. A layer reads the one below and its own states before",
            draw_stack(anatomy.overview, layer.trace.words, layer.cell, is_run),
        )
    yield (
        f"An arrow is a weight: {layer.name}",
        f"In the circles: the numbers at step {STEP}. Thickness: size of the weight; brown: below 0, teal: "
        f"above 0. Dark: the arrows into unit {UNIT}",
        draw_neurons(layer),
    )
    yield (
        f"The cell over three steps: {layer.name}",
        f"The numbers are those of unit {UNIT} alone; × and + work on each unit by itself. "
        + TOLD[layer.cell],
        draw_steps(layer),
    )
    for each in anatomy.layers:
        columns = CELLS.get(each.cell).columns
        whole = ", ".join(f"{name} {values.shape}" for name, values in each.weights.items())
        beside = "Keras keeps these side by side, as" if columns > 1 else "Keras keeps these as"
        yield (
            f"The matrices of each part, to scale: {each.name}",
            f"{beside} {whole}: {each.parameters:,} weights, used at every step and for any size of batch",
            draw_matrices(each),
        )
