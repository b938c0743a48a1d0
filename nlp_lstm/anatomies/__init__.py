"""A size, a run or a Keras model -> Anatomy: the matrices, arrows and steps of its recurrent layers.

    reading.py         a size, or a run -> Reading: layers that have read a batch of three steps
    model_reading.py   a built Keras model -> Reading
    layers.py          Layer: its weights by gate, and every part of every step
    steps.py           a layer -> the equations of its step in the order of computing, with their numbers
    tables.py          Reading -> Comparisons
    titles.py          the title of an anatomy
    drawing.py         Anatomy -> panels, as an SVG or PNG or as part of a page

Every number is that of a real layer: nothing here is made up for show.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_lstm.anatomies import tables
from nlp_lstm.anatomies.layers import Layer, Reading
from nlp_lstm.anatomies.reading import Size, outer_weights, read_with_keras, read_with_run
from nlp_lstm.anatomies.titles import title_of
from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.registry import match_name
from nlp_lstm.report import Comparison, Report
from nlp_lstm.store.run import Run, load_run

if TYPE_CHECKING:
    import keras

PANELS = ("arrows", "cell", "matrices")


@dataclass(frozen=True)
class Anatomy(Report):
    """A report with the layers that it tells of, which draws itself: `save` it as SVG, PNG or HTML.

    Args:
        layers: from the lowest to the highest.
        panel: which part of the drawing to draw; None for all.
    """

    layers: tuple[Layer, ...] = ()
    panel: str | None = None

    @property
    def overview(self) -> Comparison | None:
        """The table of the whole model; None for a single layer of Keras's."""
        return next((table for table in self.comparisons if table.title == "the whole model"), None)

    def drawing(self, format: str) -> str | bytes:
        """Return the drawing as "svg" or "png", or as figures for a page of "html"."""
        from nlp_lstm.anatomies import _png, drawing

        if format == "html":
            return drawing.draw_figures(self)
        return drawing.draw(self) if format == "svg" else _png.to_png(drawing.draw(self))

    def _repr_html_(self) -> str:
        """What a notebook shows: the drawing, and the facts and tables folded in below it."""
        from nlp_lstm.anatomies.drawing import draw_fragment

        tables = f"<details><summary>The numbers</summary>\n{super()._repr_html_()}</details>"
        return f"{draw_fragment(self)}\n{tables}"


def anatomy(
    model: "keras.Model | Run | str | Path | int | None" = None,
    units: int | None = None,
    batch_size: int | None = None,
    cell: str | None = None,
    layers: int | None = None,
    run: Run | str | Path | None = None,
    *,
    variables: int | None = None,
    layer: str | None = None,
    panel: str | None = None,
) -> Anatomy:
    """Take recurrent layers apart: those of a Keras model or a run, or new ones as Keras starts them.

    Args:
        model: a built Keras model, or the path of its `.keras` or `.h5` file, which reads three steps of
            made-up inputs; a run or its name; or a number, as `variables`. None for new layers.
        units: of each new layer, 1 to 512; None for 4.
        batch_size: sentences that new layers read at once, 1 to 512; None for 3.
        cell: of new layers, "lstm", "gru" or "rnn"; None for "lstm".
        layers: new ones in a stack, 1 to 16; None for 1.
        run: a run or its name, as `model`; a run is read with NumPy, without Keras.
        variables: numbers that the first new layer reads at each step, 1 to 512; None for 5.
        layer: the name of one layer of a Keras model, as `trace` names them; None for all that are recurrent.
        panel: the part of the drawing that is drawn, "arrows", "cell" or "matrices"; None for all.

    Returns:
        Tables of each layer's matrices, of one unit's weights, of a step worked out and of three steps; of
        batches of two sizes; and, of new layers, of what their two arguments make them return. The
        traces are those of one sentence, by layer. `save("anatomy.svg")`, `.png` or `.html` draws it.

    Raises:
        UsageError: if a number is out of its range, or stands beside a run or model; if a model is not built,
            cannot read made-up inputs, or computes a layer otherwise than Keras does by default.
        UnknownNameError: if there is no such cell, layer or panel.
        MissingInputError: if there is no such run or file.
        DataError: if a file is no Keras model that can be loaded.

    Example:
        >>> anatomy(variables=5, units=4).comparisons[0].records()[-1]["parameters"]
        160
        >>> import keras
        >>> model = keras.Sequential([keras.Input((None, 8)), keras.layers.GRU(6, name="reader")])
        >>> anatomy(model).comparisons[-1].title
        'batch size changes no weight'
    """
    panel = None if panel is None else match_name("panel", panel, PANELS)
    if isinstance(model, int) and variables is None:
        model, variables = None, model
    sizes = {"variables": variables, "units": units, "batch_size": batch_size, "cell": cell, "layers": layers}
    given: dict[str, Any] = {name: value for name, value in sizes.items() if value is not None}
    taken: Any = model if run is None else run
    if model is not None and run is not None:
        raise UsageError("model and run exclude each other: give one of them")
    if taken is None:
        if layer is not None:
            raise UsageError(f"layer {layer!r} is one of a Keras model: give anatomy the model, too")
        return replace(_of_keras(Size(**given)), panel=panel)
    kind = "model" if run is None else "run"
    if given:
        raise UsageError(f"{kind} and {', '.join(given)} exclude each other: a {kind} has a size of its own")
    return replace(_of_given(taken, layer), panel=panel)


def _of_given(given: Any, layer: str | None) -> Anatomy:
    """The layers of a run or of a Keras model, either of which can be named by its path."""
    if isinstance(given, str | Path):
        path = Path(given)
        if path.suffix in (".keras", ".h5") or path.is_file():
            from nlp_lstm.states.keras_files import load_model

            return _of_model(load_model(path), layer)
        given = load_run(path)
    if not isinstance(given, Run):
        return _of_model(given, layer)
    if layer is not None:
        raise UsageError(
            f"layer {layer!r} is one of a Keras model: a run is taken apart as a whole, leave it out"
        )
    return _of_run(given)


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


def _of_model(model: Any, layer: str | None) -> Anatomy:
    """Layers of a Keras model, taken apart."""
    from nlp_lstm.anatomies.model_reading import read_with_model

    reading = read_with_model(model, layer)
    parameters = model.count_params()
    shown = ", ".join(one.name for one in reading.layers)
    facts = {"model": model.name, "recurrent_layers": shown, "parameters": parameters}
    facts |= {"inputs": "made up: numbers with one decimal, or the ids 1, 2, 3, ..."}
    facts |= {"left_out": reading.unknown} if reading.unknown else {}
    overview = [] if layer else [tables.whole(reading.layers, {}, 0, parameters)]
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
    traces = tuple(layer.trace for layer in reading.layers)
    title = title_of(facts, reading.layers[0])
    return Anatomy(comparisons, traces, facts, title=title, layers=reading.layers)
