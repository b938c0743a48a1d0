"""Anatomy: its counts and numbers are Keras's own, and its drawing shows every weight once."""

import base64
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.anatomies import Anatomy, anatomy
from nlp_lstm.anatomies._svg import DARK, DARK_WEIGHTS, GREY, PALE, PAPER, RULE
from nlp_lstm.anatomies.drawing import draw, draw_figures
from nlp_lstm.errors import UsageError
from nlp_lstm.models.network import Network
from nlp_lstm.report import Comparison, palette
from nlp_lstm.report.formats import VIEWS
from nlp_lstm.report.palette import ABOVE_ZERO, BELOW_ZERO, INK, ON_DARK, ON_LIGHT, PART_COLOURS
from nlp_lstm.states.keras_models import to_numpy
from nlp_lstm.store.run import load_run

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}
SVG = "{http://www.w3.org/2000/svg}"


def table(report: Anatomy, title: str) -> Comparison:
    """The table whose title contains some words."""
    (found,) = [one for one in report.comparisons if title in one.title]
    return found


def records(report: Anatomy, title: str) -> list[dict[str, Any]]:
    """The rows of the table whose title contains some words."""
    return table(report, title).records()


def column(shown: Comparison, name: str) -> list[Any]:
    """The values of a column."""
    return [record[name] for record in shown.records()]


def keras_layer(report: Anatomy, number: int = 0, **options):
    """A new Keras layer with the weights of a layer that was taken apart."""
    layer = report.layers[number]
    made = LAYERS[layer.cell](layer.units, **options)
    made.build((None, None, layer.input_dim))
    made.set_weights([layer.weights[name] for name in ("kernel", "recurrent_kernel", "bias")])
    return made


@pytest.fixture(scope="module")
def lstm() -> Anatomy:
    """An LSTM with 5 variables and 4 units."""
    return anatomy()


# counts


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_parameters_are_those_that_keras_counts(cell, layers):
    report = anatomy(variables=7, units=3, cell=cell, layers=layers)
    stack = [LAYERS[cell](3, return_sequences=True) for _ in range(layers)]
    model = keras.Sequential([keras.Input((None, 7)), *stack])
    assert report.facts["parameters"] == model.count_params()
    for number, layer in enumerate(stack, 1):
        shown = table(report, f"layer_{number}: the matrices")
        assert column(shown, "parameters")[-1] == layer.count_params()
        assert sum(column(shown, "parameters")[:-1]) == layer.count_params()
        shapes = [str(tuple(weight.shape)) for weight in layer.weights]
        assert [shown.records()[-1][name] for name in ("kernel", "recurrent_kernel", "bias")] == shapes
    if layers > 1:
        assert column(table(report, "whole model"), "parameters")[-1] == model.count_params()


@pytest.mark.parametrize(("cell", "parameters"), [("lstm", 160), ("gru", 132), ("rnn", 40)])
def test_five_variables_and_four_units(cell, parameters):
    shown = table(anatomy(5, 4, cell=cell), "the matrices")
    assert column(shown, "parameters")[-1] == parameters
    assert "5·4 + 4·4 = 36 is" in shown.meaning


def test_a_layer_reads_the_units_of_the_one_below():
    report = anatomy(variables=6, units=2, layers=2)
    assert column(table(report, "layer_2: the matrices"), "kernel") == ["(2, 2)"] * 4 + ["(2, 8)"]
    below = report.layers[0].trace.parts["hidden_state"]
    np.testing.assert_allclose(report.layers[1].trace.inputs, below, atol=1e-6)


# numbers


@pytest.mark.parametrize("cell", LAYERS)
def test_the_states_at_every_step_are_keras_s(cell):
    """Keras's own last states after the first words must be the ones that are shown there."""
    report = anatomy(cell=cell, layers=2)
    for number, layer in enumerate(report.layers):
        shown = {row["part"]: row for row in records(report, f"{layer.name}, unit 0 over")}
        made = keras_layer(report, number, return_state=True)
        for t in (1, 2, 3):
            _, *states = made(layer.trace.inputs[None, :t])
            for name, state in zip(("hidden_state", "cell_state"), states):
                assert shown[name][f"step {t}"] == pytest.approx(float(state[0, 0]), abs=1e-6)


def test_every_line_of_an_lstm_s_step_follows_from_those_above(lstm):
    shown = {row["part"]: row for row in records(lstm, "over the steps")}
    names = (
        "forget_gate input_gate candidate kept written cell_state output_gate tanh_cell_state hidden_state"
    )
    assert list(shown) == names.split()
    before = 0.0
    for step in ("step 1", "step 2", "step 3"):
        f, i, g, kept, written, c, o, squashed, h = (shown[name][step] for name in names.split())
        assert (kept, written) == (pytest.approx(f * before), pytest.approx(i * g))
        assert (c, squashed) == (pytest.approx(kept + written), pytest.approx(np.tanh(c)))
        assert h == pytest.approx(o * squashed)
        before = c


@pytest.mark.parametrize("cell", LAYERS)
def test_a_step_can_be_worked_out_from_the_arrows(cell):
    report = anatomy(cell=cell)
    arrows, sums = table(report, "weights in each part"), table(report, "add up to")
    read = np.array(column(arrows, "at step 2"))
    of_units = np.array([row.startswith(("unit", "recurrent")) for row in arrows.rows])
    parts = {}
    for name in sums.columns:
        weights = np.array(column(arrows, name))
        x, h, parts[name] = column(sums, name)
        assert x == pytest.approx((read * weights)[~of_units].sum(), abs=1e-6)
        assert h == pytest.approx((read * weights)[of_units].sum(), abs=1e-6)
        if cell == "gru" and name == "candidate":
            h *= parts["reset_gate"]
        squashed = 1 / (1 + np.exp(-x - h)) if name.endswith("_gate") else np.tanh(x + h)
        assert parts[name] == pytest.approx(squashed, abs=1e-6)


def test_the_weights_are_those_that_keras_starts_with(lstm):
    assert lstm.layers[0].blocks["forget_gate"].biases.tolist() == [[1.0] * 4]
    assert lstm.layers[0].blocks["input_gate"].biases.tolist() == [[0.0] * 4]
    recurrent_kernel = lstm.layers[0].weights["recurrent_kernel"]
    np.testing.assert_allclose(recurrent_kernel @ recurrent_kernel.T, np.eye(4), atol=1e-6)  # orthogonal


def test_the_same_numbers_come_every_time_and_random_numbers_are_left_alone(lstm):
    keras.utils.set_random_seed(3)
    expected = to_numpy(keras.random.normal((3,)))
    keras.utils.set_random_seed(3)
    assert anatomy().comparisons == lstm.comparisons
    assert to_numpy(keras.random.normal((3,))).tolist() == expected.tolist()


# batches and arguments


def test_batch_size_changes_shapes_and_no_weight():
    one, many = records(anatomy(batch_size=7, layers=2), "batch size")
    assert (one["inputs"], many["inputs"]) == ("(1, 3, 5)", "(7, 3, 5)")
    assert (one["last cell_state"], many["last cell_state"]) == ("(1, 4)", "(7, 4)")
    assert one["parameters"] == many["parameters"] == 160 + 4 * (4 * 4 + 4 * 4 + 4)
    assert 0 <= float(many["difference"]) < 1e-6


def test_the_difference_is_found_where_there_is_one(monkeypatch, here, new_run):
    """A network whose states depend on the rest of the batch is found out."""
    read = Network.read

    def mix(network, ids, **options):
        layers, states = read(network, ids, **options)
        return [{part: values + 0.1 * len(ids) for part, values in layer.items()} for layer in layers], states

    monkeypatch.setattr(Network, "read", mix)
    shown = records(anatomy(run=new_run(Path("runs/a"))), "batch size")[-1]
    assert float(shown["difference"]) == pytest.approx(0.2, abs=1e-3)


@pytest.mark.parametrize("cell", LAYERS)
def test_what_a_layer_returns_is_what_keras_returns(cell):
    report = anatomy(cell=cell, batch_size=2)
    inputs = np.repeat(report.layers[0].trace.inputs[None], 2, axis=0)
    chosen = {
        "neither": {},
        "return_state": {"return_state": True},
        "return_sequences": {"return_sequences": True},
        "both": {"return_sequences": True, "return_state": True},
    }
    rows = records(report, "returns")
    assert {row["arguments"] for row in rows} == set(chosen)
    for name, options in chosen.items():
        given = keras_layer(report, **options)(inputs)
        arrays = given if isinstance(given, list | tuple) else [given]
        shown = [row for row in rows if row["arguments"] == name]
        assert [row["shape"] for row in shown] == [str(tuple(array.shape)) for array in arrays]
        for row, array in zip(shown, arrays, strict=True):
            steps = [row[f"step {t}"] for t in (1, 2, 3)]
            numbers = np.atleast_2d(to_numpy(array)[0])[:, 0]
            assert [value for value in steps if value is not None] == pytest.approx(
                numbers.tolist(), abs=1e-6
            )
            assert steps[-1] is not None


def test_the_last_of_every_step_is_the_last_hidden_state_and_not_the_cell_state(lstm):
    rows = records(lstm, "returns")
    last = {row["what it is"]: row["step 3"] for row in rows}
    assert last["hidden_state of every step"] == last["last hidden_state"] != last["last cell_state"]
    assert last["last hidden_state"] == pytest.approx(lstm.layers[0].trace.parts["hidden_state"][-1, 0])
    with pytest.raises(ValueError, match="return_states"):
        keras.layers.LSTM(4, return_states=True)


# a run


@pytest.mark.parametrize("cell", LAYERS)
def test_a_run_is_taken_apart_from_embedding_to_output(here, new_run, cell):
    run = new_run(Path("runs/a"), cell=cell)
    report = nlp_lstm.anatomy(run="a")
    total = sum(weights.size for weights in run.weights.values())
    assert report.facts["parameters"] == total
    whole = {row["layer"]: row for row in records(report, "whole model")}
    assert list(whole) == ["embedding", "layer_1", "layer_2", "output", "all"]
    assert whole["embedding"]["parameters"] == run.weights["embedding/embeddings"].size
    assert whole["output"]["weights"] == f"(5, {run.outputs}) ({run.outputs},)"
    assert whole["all"]["parameters"] == total
    assert (whole["layer_1"]["inputs"], whole["layer_2"]["inputs"]) == (4, 5)
    read = nlp_lstm.trace(run, "the sky is")["layer_2"].parts["hidden_state"][:, 0]
    shown = records(report, "layer_2, unit 0 over")[-1]
    assert [shown[name] for name in ("1 the", "2 sky", "3 is")] == pytest.approx(read.tolist())
    assert float(records(report, "batch size")[-1]["difference"]) < 1e-6
    assert not [one for one in report.comparisons if "returns" in one.title]
    assert draw(report).count(">layer_2: 5 units<") == 3


def test_tied_weights_are_counted_once(here, new_run):
    run = new_run(Path("runs/a"), "next-word")
    settings = replace(run.settings, units=4, layers=1, tie_weights=True)
    shapes = {"layer_1/kernel": (4, 16), "layer_1/recurrent_kernel": (4, 16), "layer_1/bias": (16,)}
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    weights |= {name: run.weights[name] for name in ("embedding/embeddings", "output/bias")}
    output = records(anatomy(run=replace(run, settings=settings, weights=weights)), "whole model")[-2]
    assert output["weights"] == f"({run.outputs},) and the embedding's, transposed"
    assert output["parameters"] == run.outputs


def test_words_that_a_run_does_not_know_are_told(here, new_run):
    report = anatomy(run=new_run(Path("runs/a")))
    unknown = {word for word in ("the", "sky", "is") if word not in load_run("a").vocabulary.words}
    assert set(filter(None, (report.facts["unknown_words"] or "").split(", "))) == unknown


# the drawing


def drawn(report: Anatomy) -> tuple[Counter, list[str]]:
    """How often each class stands in a drawing, and all its texts."""
    elements = list(ElementTree.fromstring(draw(report)).iter())
    return (
        Counter(element.get("class") for element in elements),
        [element.text or "" for element in elements if element.tag == f"{SVG}text"],
    )


@pytest.mark.parametrize("cell", LAYERS)
def test_a_drawing_has_an_arrow_for_every_weight_of_a_gate_and_a_square_for_every_weight(cell):
    report = anatomy(cell=cell)
    classes, _ = drawn(report)
    assert (classes["arrow kernel"], classes["arrow recurrent_kernel"]) == (20, 16)
    assert classes["weight"] == report.facts["parameters"]


def test_a_drawing_shows_the_weights_and_the_steps_of_the_tables(lstm):
    _, texts = drawn(lstm)
    told = {text.replace("−", "-") for text in texts}
    for weights in lstm.layers[0].weights.values():
        assert {f"{round(float(value), 2) + 0.0:.2f}" for value in weights.ravel()} <= told
    steps = {row["part"]: row for row in records(lstm, "over the steps")}
    for t in (1, 2, 3):
        assert f"kept {steps['kept'][f'step {t}']:.2f}" in told
        assert f"h{'₀₁₂₃'[t]} = {steps['hidden_state'][f'step {t}']:.2f}" in told
        assert f"c {steps['cell_state'][f'step {t}']:.2f}" in told
    assert {"5·4 + 4·4 + 4 = 40", "4 × 40 = 160", "kernel (5, 4)", "h = o · tanh(c)"} <= told


def test_all_gates_stand_in_each_of_three_steps():
    gates = {"lstm": ["forget", "input", "candidate", "output"], "gru": ["update", "reset", "candidate"]}
    for cell, names in gates.items():
        _, texts = drawn(anatomy(cell=cell))
        assert all(texts.count(name) >= 3 for name in names), cell


def test_every_layer_of_a_stack_is_drawn():
    classes, texts = drawn(anatomy(layers=3))
    assert classes["weight"] == 160 + 144 + 144
    assert sum(text.startswith("The matrices of each part") for text in texts) == 3
    assert texts.count("layer_3: 4 units") == 3


def test_a_large_layer_is_drawn_in_a_small_file():
    report = anatomy(variables=100, units=150)
    classes, texts = drawn(report)
    assert (classes["arrow kernel"], classes["arrow recurrent_kernel"]) == (64, 64)
    assert "⋮ and 92 more" in texts
    images = draw(report).count("data:image/png;base64,")
    assert images == 4 * 3  # kernel, recurrent_kernel and bias of each part
    assert len(draw(report)) < 1_500_000


@pytest.mark.parametrize(("variables", "units"), [(1, 1), (30, 1), (1, 30), (512, 2)])
def test_everything_stands_on_the_page(variables, units):
    """A rectangle that would reach beyond the right edge is a picture that is cut."""
    page = ElementTree.fromstring(draw(anatomy(variables=variables, units=units, layers=2)))
    right = float(page.get("width") or 0)
    for shape in page.iter(f"{SVG}rect"):
        if shape.get("width") != "100%":
            assert 0 <= float(shape.get("x") or 0) <= right - float(shape.get("width") or 0)


def test_a_drawing_needs_nothing_from_elsewhere_and_escapes_names(here, new_run):
    run = new_run(Path("runs/<b>&'\""))
    page = draw(anatomy(run=run))
    assert ElementTree.fromstring(page).findtext(f"{SVG}title", "").startswith("Anatomy of the run <b>&'\":")
    assert set(re.findall(r"https?://[^\"]*", page)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in page
    assert set(re.findall(r"url\(([^)]*)", page)) == {"#anatomy-ink", "#anatomy-above", "#anatomy-below"}


def test_the_smallest_weight_and_the_largest_have_their_colours(lstm):
    page = ElementTree.fromstring(draw(lstm))
    fills = [shape.get("fill") for shape in page.iter(f"{SVG}rect") if shape.get("class") == "weight"]
    assert fills.count("#01665e") == 4  # the forget gate's biases, 1, are the largest
    assert fills.count("#ffffff") >= 12  # the other biases are 0


def test_the_drawing_of_the_readme_is_what_the_command_draws(lstm):
    file = Path(__file__).parent.parent / "docs/pictures/anatomy.svg"
    kept = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    new = ElementTree.fromstring(draw(lstm))
    words = [[element.text for element in page.iter(f"{SVG}text")] for page in (kept, new)]
    # What a number is to its second decimal may differ by machine.
    before, after = ([re.sub(r"−?\d\.\d\d", "#", word or "") for word in page] for page in words)
    assert before == after


@pytest.mark.parametrize(
    ("panel", "headings"),
    [
        ("arrows", ["An arrow is a weight"]),
        ("cell", ["The cell over"]),
        ("matrices", ["The matrices of"] * 2),
    ],
)
def test_a_panel_is_drawn_alone(panel, headings):
    _, texts = drawn(anatomy(layers=2, panel=panel))
    starts = ("An arrow is a weight", "The cell over", "The matrices of", "The whole model")
    assert [start for text in texts for start in starts if text.startswith(start)] == headings


def test_a_lower_layer_of_a_stack_is_not_said_to_return_its_last_state_alone(lstm):
    stack, told = anatomy(layers=2), "return_sequences=True: the layer returns h₁, h₂, h₃"
    for drawing in (draw(stack), draw_figures(stack)):
        assert drawing.count("h of every step:") == 1
        assert told in drawing
        assert "only h₃" not in drawing
    assert "without it, only h₃" in draw(lstm)
    assert "h of every step:" not in draw(lstm)
    assert "the one below has return_sequences=True" in table(stack, "whole model").meaning


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart, 1 to 21: WCAG 2.2."""
    lights = []
    for colour in (one, other):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        lights.append(0.05 + float(np.dot(linear, [0.2126, 0.7152, 0.0722])))
    return max(lights) / min(lights)


@pytest.mark.parametrize("cell", LAYERS)
def test_lines_and_words_are_seen_on_light_paper_and_on_dark(cell):
    page, colours = draw(anatomy(cell=cell, layers=2)), set()
    for element in ElementTree.fromstring(page).iter():
        words, stroke = element.tag == f"{SVG}text", element.get("stroke")
        colours |= {element.get("fill")} if words else {stroke} - {None, RULE, PALE}
    on_squares, dark = {ON_LIGHT, ON_DARK}, DARK | DARK_WEIGHTS
    assert {INK, GREY, PART_COLOURS["hidden_state"], BELOW_ZERO, ABOVE_ZERO} <= colours
    for colour in colours - on_squares:
        assert f'="{colour}"]{{' in page, f"{colour} has no dark variant in the file"
        assert min(contrast(colour, paper) for paper in ("#ffffff", PALE)) >= 3, colour
        assert min(contrast(dark[colour], dark[paper]) for paper in (PAPER, PALE)) >= 3, colour
    for light in on_squares:
        assert f'="{light}"]' not in page, "squares of weights keep their colours, and so does their ink"


def test_no_colour_of_a_state_or_a_gate_is_that_of_a_sign():
    assert PART_COLOURS["hidden_state"] == palette.BLUE
    assert PART_COLOURS["cell_state"] == palette.VERMILION
    assert not {BELOW_ZERO, ABOVE_ZERO} & set(PART_COLOURS.values())


def pixels_of(content: bytes) -> np.ndarray:
    """A PNG as `(height, width, 3)` numbers from 0 to 255."""
    from matplotlib.image import imread

    return np.rint(255 * imread(io.BytesIO(content), format="png")[..., :3]).astype(int)


def png(report: Anatomy) -> bytes:
    """A report as a PNG file."""
    shown = VIEWS.get("png")(report)
    assert isinstance(shown, bytes)
    return shown


def placed(page: str, kind: str) -> Iterator[tuple[ElementTree.Element, list[int]]]:
    """The shapes of a kind in a drawing, each with its left, top, right and bottom in a PNG's pixels."""
    for group in ElementTree.fromstring(page).iter(f"{SVG}g"):
        x, y = map(float, re.findall(r"[\d.]+", group.get("transform") or ""))
        for shape in group.findall(f"{SVG}{kind}"):
            left, top, width, height = (float(shape.get(name) or 0) for name in ("x", "y", "width", "height"))
            left, top = left + x, top + y
            yield shape, [round(2 * edge) for edge in (left, top, left + width, top + height)]


@pytest.mark.parametrize("cell", LAYERS)
def test_a_png_shows_every_weight_where_the_svg_shows_it(cell):
    pytest.importorskip("matplotlib")
    report = anatomy(cell=cell, variables=30, units=20, panel="matrices")
    pixels, count = pixels_of(png(report)), 0
    for square, (left, top, right, bottom) in placed(draw(report), "rect"):
        if square.get("class") == "weight":
            shown = "#" + "".join(f"{part:02x}" for part in pixels[(top + bottom) // 2, (left + right) // 2])
            assert shown == square.get("fill")
            count += 1
    assert count == report.facts["parameters"]


def test_a_png_shows_the_images_of_large_matrices():
    pytest.importorskip("matplotlib")
    report = anatomy(variables=100, units=150, panel="matrices")
    pixels, count = pixels_of(png(report)), 0
    for image, (left, top, right, bottom) in placed(draw(report), "image"):
        content = pixels_of(base64.b64decode((image.get("href") or "").partition(",")[2]))
        down = np.linspace(top, bottom, 2 * len(content) + 1)[1::2].astype(int)
        across = np.linspace(left, right, 2 * len(content[0]) + 1)[1::2].astype(int)
        if len(content) > 1:  # a bias is lower than the line of its frame
            inner = pixels[np.ix_(down, across)][2:-2, 2:-2]
            assert (
                inner == content[2:-2, 2:-2]
            ).mean() > 0.8  # the rest is off by a pixel, where squares meet
            count += 1
    assert count == 2 * 4


def test_a_report_saves_its_drawing_and_a_notebook_shows_it(lstm, tmp_path):
    pytest.importorskip("matplotlib")
    assert lstm.save(tmp_path / "a.svg").read_text(encoding="utf-8") == f"{draw(lstm)}\n"
    assert lstm.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    page = lstm.save(tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<h1 dir="auto">Anatomy of an LSTM layer: 5 variables, 4 units, 160 parameters</h1>' in page
    assert page.count('class="weight"') == 160
    assert all(f"{one.title}</h2>" in page for one in lstm.comparisons)
    assert "<script" not in page
    shown = lstm._repr_html_()
    assert shown.count('class="weight"') == 160
    assert "prefers-color-scheme" not in shown, "a notebook's paper is not the browser's"


@pytest.mark.parametrize("cell", LAYERS)
def test_a_phone_shows_the_drawing_without_scrolling_in_letters_of_nine_pixels(cell, tmp_path, browser):
    file = anatomy(cell=cell, layers=2).save(tmp_path / "a.html")
    for width in (390, 768, 1300):
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto(file.as_uri())
        measured = page.evaluate(
            """() => ({
              beyond: document.documentElement.scrollWidth - innerWidth,
              smallest: Math.min(...[...document.querySelectorAll("svg.anatomy text")].map(
                text => parseFloat(text.getAttribute("font-size")) * text.getScreenCTM().a)),
              cut: [...document.querySelectorAll("svg.anatomy text")].filter(text => {
                const place = text.getBoundingClientRect();
                return place.left < 0 || place.right > innerWidth;
              }).length,
            })"""
        )
        assert measured["beyond"] <= 0
        assert measured["cut"] == 0
        assert measured["smallest"] >= 9


# a Keras model


def built(*layers: Any, shape: tuple[int | None, ...] = (None, 6)) -> Any:
    """A Keras model of some layers, one above the other."""
    return keras.Sequential([keras.Input(shape), *layers], name="mine")


def test_a_keras_model_is_taken_apart():
    model = built(
        keras.layers.LSTM(4, return_sequences=True, name="lower"),
        keras.layers.GRU(3, name="upper"),
        keras.layers.Dense(2),
    )
    report = nlp_lstm.anatomy(model)
    assert [(layer.name, layer.reads, layer.every) for layer in report.layers] == [
        ("lower", "inputs", True),
        ("upper", "units of lower", False),
    ]
    whole = {row["layer"]: row["parameters"] for row in records(report, "whole model")}
    assert whole == {"lower": 176, "upper": 81, "other layers": 8, "all": model.count_params()}
    for layer, own in zip(report.layers, model.layers, strict=False):
        for name, weights in zip(("kernel", "recurrent_kernel", "bias"), own.get_weights(), strict=True):
            assert layer.weights[name].tolist() == weights.tolist()
    inputs = report.layers[0].trace.inputs[None]
    assert to_numpy(model.layers[1](model.layers[0](inputs)))[0] == pytest.approx(
        report.layers[1].trace.parts["hidden_state"][-1], abs=1e-5
    )
    drawing = draw(report)
    assert "h of every step: return_sequences=True" in drawing
    assert "Anatomy of the model mine: 265 parameters" in drawing


def test_one_layer_of_a_model_or_of_its_file_is_taken_apart(tmp_path):
    both = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True), name="both")
    model = built(keras.layers.Embedding(9, 6), both, keras.layers.GRU(4, name="top"), shape=(None,))
    model.save(tmp_path / "mine.keras")
    backward = anatomy(model, layer="both/backward")
    assert [layer.name for layer in backward.layers] == ["both/backward"]
    assert anatomy(tmp_path / "mine.keras", layer="both/backward").comparisons == backward.comparisons
    lines = {row["part"]: row for row in records(backward, "over the steps")}
    for t in (2, 3):  # a step follows from the one before it, in the order of reading
        kept = lines["forget_gate"][f"step {t}"] * lines["cell_state"][f"step {t - 1}"]
        assert lines["kept"][f"step {t}"] == pytest.approx(kept)
        assert lines["cell_state"][f"step {t}"] == pytest.approx(kept + lines["written"][f"step {t}"])
    assert "It reads backwards" in table(backward, "over the steps").meaning
    assert anatomy(model).layers[-1].reads == "units of both"


@pytest.mark.parametrize("cell", LAYERS)
def test_a_layer_without_a_bias_has_none_in_tables_and_drawing(cell):
    model = built(LAYERS[cell](4, use_bias=False, name="bare"))
    report = anatomy(model)
    assert column(table(report, "the matrices"), "bias")[-1] == "none"
    assert column(table(report, "the matrices"), "parameters")[-1] == model.count_params()
    assert not any(" + b" in row["equation"] for row in records(report, "over the steps"))
    assert drawn(report)[0]["weight"] == model.count_params()


def test_a_layer_that_computes_otherwise_is_left_out_and_told():
    own = keras.layers.LSTM(3, activation="relu", return_sequences=True, name="own")
    report = anatomy(built(own, keras.layers.LSTM(3, name="plain")))
    assert [layer.name for layer in report.layers] == ["plain"]
    assert report.facts["left_out"].startswith("own has activation='relu': anatomy tells")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (lambda: {"model": object()}, "is not a keras.Model: give a Keras model"),
        (lambda: {"model": keras.layers.LSTM(3)}, "is not a keras.Model: give a Keras model"),
        (lambda: {"model": keras.Sequential([keras.layers.LSTM(3)])}, "is not built: give it a keras.Input"),
        (lambda: {"model": built(keras.layers.Dense(3))}, "has no recurrent layer"),
        (lambda: {"model": built(keras.layers.LSTM(3)), "units": 4}, "model and units exclude each other"),
        (lambda: {"model": built(keras.layers.LSTM(3)), "run": "a"}, "model and run exclude each other"),
        (lambda: {"model": built(keras.layers.LSTM(3)), "layer": "x"}, "unknown layer 'x': the known ones"),
        (lambda: {"model": built(keras.layers.LSTM(3)), "layer": 3}, "layers is 3: give the names of layers"),
        (lambda: {"model": built(keras.layers.GRU(3, reset_after=False))}, "has reset_after=False: anatomy"),
        (lambda: {"model": built(keras.layers.LSTM(3), shape=(1, 4))}, "reads 1 step: anatomy shows 3; call"),
        (lambda: {"model": 2.5}, "2.5 is not a keras.Model"),
        (lambda: {"model": True}, "variables is True: it must be a whole number"),
        (lambda: {"layer": "x"}, "layer 'x' is one of a Keras model: give anatomy the model, too"),
        (lambda: {"run": 5}, "5 is not a keras.Model: give a Keras model"),
        (lambda: {"cell": []}, "unknown cell []: the known ones are gru, lstm, rnn"),
        (lambda: {"panel": 3}, "unknown panel 3: the known ones are arrows, cell, matrices"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(arguments, says):
    with pytest.raises(UsageError) as refused:
        anatomy(**arguments())
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


# the command


def test_the_command_says_what_the_verb_returns(cli, here, lstm):
    done = cli("anatomy", "--json")
    assert (done.code, done.err) == (0, "")
    shown = json.loads(done.out)
    assert [one["rows"] for one in shown["tables"]] == [one.records() for one in lstm.comparisons]
    assert shown["parameters"] == 160
    assert shown["traces"][0]["parts"]["cell_state"] == lstm.traces[0].parts["cell_state"].tolist()
    text = cli("anatomy", "--variables", 5, "--units", 4, "--batch-size", 3, "--cell", "lstm", "--layers", 1)
    assert text.out == cli("anatomy").out
    assert "all          (5, 16)  (4, 16)           (16,)         160  4·40" in text.out


def test_the_drawing_goes_to_stdout_or_to_a_file(cli, here):
    done = cli("anatomy", "--format", "svg", "--cell", "gru")
    assert (done.code, done.err) == (0, "")
    assert cli("anatomy", "--format", "svg", "--cell", "gru", "--output", "gru.svg").out == ""
    assert Path("gru.svg").read_text(encoding="utf-8") == done.out
    assert cli("anatomy", "--output", "table.txt").out == ""
    assert "batch size changes no weight" in Path("table.txt").read_text(encoding="utf-8")


def test_the_command_draws_pages_and_pictures_and_reads_a_keras_file(cli, here):
    pytest.importorskip("matplotlib")
    built(keras.layers.GRU(3, name="reader")).save("mine.keras")
    done = cli("anatomy", "--run", "mine.keras", "--output", "mine.html", "--panel", "cell")
    assert (done.code, done.out) == (0, "")
    page = Path("mine.html").read_text(encoding="utf-8")
    assert "The cell over three steps: reader" in page
    assert 'class="weight"' not in page
    assert cli("anatomy", "--output", "lstm.png").code == 0
    assert Path("lstm.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_of_tensorflow_s_start_is_shown(tmp_path):
    command = [sys.executable, "-m", "nlp_lstm", "anatomy", "--units", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--units", "0"), "units is 0: it must be between 1 and 512"),
        (("--variables", "-1"), "variables is -1: it must be between 1 and 512"),
        (("--batch-size", "513"), "batch_size is 513: it must be between 1 and 512"),
        (("--layers", "17"), "layers is 17: it must be between 1 and 16"),
        (("--units", "many"), "Invalid value for '--units': 'many' is not a valid integer"),
        (("--cell", "lstmm"), "unknown cell 'lstmm': did you mean lstm? The known ones are gru, lstm, rnn"),
        (("--run", "a", "--units", "4"), "run and units exclude each other: a run has a size of its own"),
        (("--run", "a", "--cell", "gru", "--batch-size", "2"), "run and batch_size, cell exclude each other"),
        (("--format", "png"), "format png is not text: name a file with --output"),
        (("--format", "npz"), "Invalid value for '--format': 'npz' is not one of"),
        (("--panel", "cell"), "--panel cell is for a drawing: add --format svg, html or png"),
        (("--panel", "cells", "--format", "svg"), "unknown panel 'cells': did you mean cell?"),
        (("--json", "--format", "svg"), "--json and --format svg exclude each other"),
        (("--output", "taken"), "taken exists: give another --output, or --force to write over it"),
        (("--format", "svg", "--output", "taken"), "taken exists: give another --output, or --force"),
    ],
)
def test_bad_input_is_refused_in_one_line(cli, here, new_run, arguments, says):
    new_run(Path("runs/a"))
    Path("taken").write_text("mine", encoding="utf-8")
    done = cli("anatomy", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"nlp-lstm: {says}")
    assert done.err.count("\n") == 1
    assert Path("taken").read_text(encoding="utf-8") == "mine"


def test_a_run_that_is_not_there_and_a_folder_that_is_not_there(cli, here):
    done = cli("anatomy", "--run", "nosuch")
    assert (done.code, done.err) == (66, "nlp-lstm: no run 'nosuch': `nlp-lstm runs` lists all runs\n")
    done = cli("anatomy", "--format", "svg", "--output", "no/where.svg")
    assert (done.code, done.err.count("\n")) == (74, 1)
    assert "no/where.svg" in done.err


def test_numbers_that_are_no_whole_numbers_are_refused():
    with pytest.raises(UsageError, match=r"units is 2\.5: it must be a whole number"):
        anatomy(units=2.5)  # pyright: ignore[reportArgumentType]
