"""The panels of explore() in a real browser: a step, knobs, A | B and why show what Python computes."""

from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm import Edit
from nlp_lstm.explorer.weights import round_weights
from nlp_lstm.states.attribution import attribute_words
from nlp_lstm.states.patching import all_places, patch
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, load_run

TAGGER, PREDICTOR = "sentiment-sst", "next-word-stories"
TABLE = """title => {
    const named = (one) => one.querySelector("summary").textContent === title;
    const found = [...document.querySelectorAll("details")].find(named);
    found.open = true;
    found.dispatchEvent(new Event("toggle"));
    const rows = [...found.querySelectorAll("tbody tr")];
    return rows.map((row) => [...row.children].map((one) => one.textContent));
}"""


@pytest.fixture(scope="module")
def opened(browser, settle, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page with both shipped runs in a browser, high enough that all panels are seen."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    nlp_lstm.explore([TAGGER, PREDICTOR]).save(path)
    page = browser.new_page(viewport={"width": 1280, "height": 7000})
    page.address = path.as_uri()
    page.settle = lambda: settle(page)
    return page


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """The runs with the weights that the page holds."""
    return [round_weights(load_run(name))[1] for name in (TAGGER, PREDICTOR)]


def show(page: Any, address: str) -> None:
    """Open the page anew with what an address chooses."""
    page.goto("about:blank")
    page.goto(page.address + address)
    page.settle()


def number(text: str) -> float:
    """A number or a share as the page writes it."""
    value = float(text.removesuffix("%").strip().replace("−", "-").replace("<", ""))
    return value / 100 if text.endswith("%") else value


def test_a_step_shows_what_the_cell_computes(opened, runs):
    show(opened, "#text=the+film+is+not+bad&unit=30&word=4&opened=input_gate")
    parts = nlp_lstm.trace(runs[0], "the film is not bad")["layer_1"].parts
    shown = dict(opened.evaluate(TABLE, "The numbers of this step"))
    for part, values in parts.items():
        assert number(shown[part.replace("_", " ")]) == pytest.approx(values[3, 30], abs=3e-6)
    kept = parts["forget_gate"][3, 30] * parts["cell_state"][2, 30]
    assert number(shown["kept"]) == pytest.approx(kept, abs=3e-6)
    assert number(shown["kept"]) + number(shown["written"]) == pytest.approx(
        number(shown["cell state"]), abs=3e-6
    )
    gate = parts["input_gate"][3, 30]
    said = opened.locator("#panel-step .step-opened b").inner_text()
    assert said == f"σ({np.log(gate / (1 - gate)):.2f}) = {gate:.2f}".replace("-", "−")


def test_shutting_all_forget_gates_moves_answers_as_the_edit_does(opened, runs):
    text = "the film is not bad"
    show(opened, "#text=the+film+is+not+bad&word=4")
    opened.get_by_role("button", name="Forget all before “not” (shut the forget gates)").click()
    opened.settle()
    assert "hold=forget_gate%3D0%404" in opened.url
    edit = Edit("forget_gate", 0, words=4)
    before, after = (nlp_lstm.trace(runs[0], text, given)["layer_1"].outputs for given in (None, edit))
    moved = np.abs(after - before).sum(axis=1) / 2
    rows = opened.evaluate(TABLE, "Before and after as a table")
    assert moved[3] > 0.01
    for row, value in zip(rows, moved, strict=False):  # the page reads an end, too
        assert number(row[1]) == pytest.approx(value, abs=0.0051)
    opened.locator("#panel-knobs .reset").click()
    opened.settle()
    assert "hold" not in opened.url
    assert "Nothing is changed" in opened.locator("#panel-knobs").inner_text()


def test_all_squares_are_the_shares_of_patching(opened, runs):
    a, b = "the boy near the trees", "the boys near the trees"
    show(opened, f"#text={a}&other={b}&run=1&towards=were&against=was".replace(" ", "+"))
    opened.get_by_role("button", name="All squares").click()
    opened.settle()
    ids = [encode(runs[1], text, as_typed=False).ids for text in (a, b, "were was")]
    one, donor, outputs = (np.array([values]) for values in ids)
    places = all_places(runs[1], range(1, 6))
    shares = patch(runs[1], one, donor, outputs, places).shares[0]
    rows = opened.evaluate(TABLE, "The squares as a table")
    shown = {
        (row[0], number_): number(row[2]) for row, number_ in zip(rows, [1, 2, 3, 4, 5] * 12, strict=True)
    }
    for place, share in zip(places, shares, strict=True):
        name = f"layer {place.layer} {place.part.replace('_', ' ')}"
        assert shown[name, place.word] == pytest.approx(share, abs=0.0051), (name, place.word)


def test_a_link_holds_the_map_of_the_memory_and_the_squares(opened):
    show(opened, "#text=the+boy+near+the+trees&other=the+boys+near+the+trees&run=1&towards=were&against=was")
    opened.locator("#panel-memory select").select_option("one")
    opened.locator("[data-square='2 cell_state 3']").click()
    opened.get_by_role("button", name="All squares").click()
    opened.settle()
    seen = [opened.locator(f"#panel-{name}").inner_text() for name in ("memory", "versus")]
    squares = opened.evaluate(TABLE, "The squares as a table")
    assert len(squares) == 2 * 6 * 5
    assert "With B's cell state of layer 2 at near" in seen[1]
    link = opened.locator("#panel-share pre").first.inner_text()
    assert link == opened.url
    show(opened, f"#{link.partition('#')[2]}")
    opened.settle()
    assert [opened.locator(f"#panel-{name}").inner_text() for name in ("memory", "versus")] == seen
    assert opened.evaluate(TABLE, "The squares as a table") == squares
    opened.locator("#other").fill("the girls near the trees")
    opened.settle()
    assert "square" not in opened.url


@pytest.mark.parametrize(
    "square", ["9999+cell_state+1", "2+cell_state+9999", "2+constructor+1", "1+cell_state+0"]
)
def test_a_square_that_is_not_there_is_none(opened, square):
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    show(opened, f"#text=the+boy+sat&other=the+boys+sat&run=1&square={square}")
    assert "Press a square" in opened.locator("#panel-versus").inner_text()
    assert opened.evaluate(TABLE, "The squares as a table") == []
    assert said == []


def test_why_shows_what_each_word_adds_to_the_score(opened, runs):
    text = "the film is not bad"
    show(opened, "#text=the+film+is+not+bad&word=5&towards=positive&against=negative")
    opened.settle()
    ids = np.array(encode(runs[0], text, as_typed=True).ids)
    labels = list(runs[0].label_names)
    found = attribute_words(runs[0], ids, labels.index("positive"), labels.index("negative"))
    *rows, (name, total) = opened.evaluate(TABLE, "The shares as a table")
    assert [word for word, _ in rows] == text.split()
    assert [number(share) for _, share in rows] == pytest.approx(found.words.tolist(), abs=0.02)
    assert name == "sum"
    assert number(total) == pytest.approx(found.score - found.nothing, abs=0.02)


def test_the_tour_asks_before_it_tells_and_goes_through_nine_stops(opened):
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    show(opened, "")
    opened.get_by_role("button", name="Take the tour").click()
    tour = opened.locator("#panel-tour")
    for number in range(1, 10):
        assert f"{number} of 9" in tour.inner_text()
        before = tour.inner_text()
        tour.get_by_role("button", expanded=False).first.click()
        assert len(tour.inner_text()) > len(before)
        if number < 9:
            tour.get_by_role("button", name="Next stop").click()
    assert said == []
