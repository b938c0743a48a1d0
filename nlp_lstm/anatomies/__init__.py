"""A size or a run -> Anatomy: the matrices, arrows and steps of recurrent layers, from real weights.

    reading.py   a size, or a run -> Reading: layers that have read a batch of three steps
    layers.py    Layer: its weights by gate, and every part of every step
    steps.py     a layer -> the equations of its step in the order of computing, with their numbers
    tables.py    Reading -> Comparisons
    drawing.py   Anatomy -> an SVG page

Every number is that of a real layer: nothing here is made up for show.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_lstm.anatomies import tables
from nlp_lstm.anatomies.layers import Layer, Reading
from nlp_lstm.anatomies.reading import Size, outer_weights, read_with_keras, read_with_run
from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison, Report
from nlp_lstm.store.run import Run, load_run


@dataclass(frozen=True)
class Anatomy(Report):
    """A report with the layers that it tells of, for who draws them.

    Args:
        layers: from the lowest to the highest.
    """

    layers: tuple[Layer, ...] = ()

    @property
    def overview(self) -> Comparison | None:
        """The table of the whole model; None for a single layer of Keras's."""
        return next((table for table in self.comparisons if table.title == "the whole model"), None)


def anatomy(
    variables: int | None = None,
    units: int | None = None,
    batch: int | None = None,
    cell: str | None = None,
    layers: int | None = None,
    run: Run | str | Path | None = None,
) -> Anatomy:
    """Take recurrent layers apart: new ones, with the weights that Keras starts them with, or those of a run.

    Args:
        variables: numbers that the first layer reads at each step, 1 to 512; None for 5.
        units: of each layer, 1 to 512; None for 4.
        batch: sentences read at once, 1 to 512; None for 3.
        cell: "lstm", "gru" or "rnn"; None for "lstm".
        layers: stacked ones, 1 to 16; None for 1.
        run: a run or its name, which has a size of its own. It is read with NumPy, without Keras.

    Returns:
        Tables of each layer's matrices, of one unit's weights, of a step worked out and of three steps; of
        batches of two sizes; and, of Keras's layers, of what their two arguments make them return. The
        traces are those of one sentence, by layer.

    Raises:
        UsageError: if a number is out of its range, or stands beside a run.
        UnknownNameError: if there is no such cell.
        MissingInputError: if there is no such run.

    Example:
        >>> anatomy(variables=5, units=4).comparisons[0].records()[-1]["parameters"]
        160
    """
    sizes = {"variables": variables, "units": units, "batch": batch, "cell": cell, "layers": layers}
    given: dict[str, Any] = {name: value for name, value in sizes.items() if value is not None}
    if run is None:
        return _of_keras(Size(**given))
    if given:
        raise UsageError(f"run and {', '.join(given)} exclude each other: a run has a size of its own")
    return _of_run(run if isinstance(run, Run) else load_run(run))


def _of_keras(size: Size) -> Anatomy:
    """New layers, taken apart."""
    reading = read_with_keras(size)
    parameters = sum(layer.parameters for layer in reading.layers)
    facts = {
        "cell": size.cell,
        "variables": size.variables,
        "units": size.units,
        "layers": size.layers,
        "parameters": parameters,
        "weights": f"of a new keras.layers.{CELLS.get(size.cell).keras_layer}, untrained",
    }
    overview = [tables.whole(reading.layers, {}, 0)] if size.layers > 1 else []
    return _report(reading, overview, [tables.arguments(reading)], parameters, facts)


def _of_run(run: Run) -> Anatomy:
    """The layers of a run, taken apart."""
    reading = read_with_run(run)
    parameters = sum(values.size for values in run.weights.values())
    facts = {
        "run": run.name,
        "task": run.task,
        "cell": run.settings.cell,
        "units": run.settings.units,
        "layers": run.settings.layers,
        "parameters": parameters,
        "text": " ".join(reading.layers[0].trace.words),
        "unknown_words": reading.unknown,
    }
    overview = [tables.whole(reading.layers, outer_weights(run), run.outputs)]
    return _report(reading, overview, [], parameters, facts)


def _report(
    reading: Reading,
    above: list[Comparison],
    below: list[Comparison],
    parameters: int,
    facts: dict[str, Any],
) -> Anatomy:
    """All tables, between those that only some have."""
    made = [
        make(layer)
        for layer in reading.layers
        for make in (tables.matrices, tables.arrows, tables.sums, tables.steps)
    ]
    comparisons = (*above, *made, tables.batches(reading, parameters), *below)
    return Anatomy(comparisons, tuple(layer.trace for layer in reading.layers), facts, reading.layers)
