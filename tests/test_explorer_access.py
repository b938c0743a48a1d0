"""The page of explore() for all who read it: by ear, by keys alone, with little motion, on paper."""

from pathlib import Path
from typing import Any

import pytest

import nlp_lstm

AXE = Path(__file__).parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
TEXT = "#text=the+boy+near+the+trees&other=the+boys+near+the+trees&run=1&towards=were&against=was"
ALL = f"{TEXT}&squares=all&hold=forget_gate%5B2%5D%3D0%403"  # every panel has something to draw
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"
PICTURES = {
    **{f"#panel-{name}": "svg" for name in ("unit", "memory", "step", "knobs", "versus", "why")},
    "#panel-strip": "canvas",
}
DRAWN = """([panel, kind]) => {
    const found = document.querySelector(`${panel} ${kind}`);
    if (kind !== "canvas") return Boolean(found) && found.querySelectorAll("*").length > 20;
    const { data } = found.getContext("2d").getImageData(60, 60, 200, 100);
    return new Set(data).size > 20;
}"""
CONTROLS = """() => {
    const all = document.querySelectorAll("button, select, input, textarea, summary, [tabindex='0']");
    return [...all].filter((one) => one.checkVisibility() && !one.disabled);
}"""
NAME = """(one) => {
    const { part, square } = one.dataset;
    return `${one.localName} ${one.id || part || square || one.textContent.slice(0, 30)}`;
}"""


@pytest.fixture(scope="module")
def opened(browser, settle, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that opens the page with both shipped runs."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    nlp_lstm.explore(["sentiment-sst", "next-word-stories"]).save(path)

    def open_page(address: str = TEXT, width: int = 1280, height: int = 900, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        page.settle = lambda: settle(page)
        page.goto(path.as_uri() + address)
        return page

    return open_page


def wait_for_drawings(page: Any) -> None:
    """Wait until the panels that compute for some time have their numbers."""
    page.wait_for_selector("#panel-why svg", state="attached")
    page.wait_for_function("document.querySelector('.fill-all').textContent === 'All squares'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(opened, scheme, width):
    if not AXE.is_file():
        pytest.skip(f"no {AXE.name}: cd tests/web && npm install, to test what is read out")
    page = opened(f"{ALL}&stop=4", width, 12000, color_scheme=scheme)
    wait_for_drawings(page)
    page.evaluate(OPEN)
    page.evaluate("document.querySelector('#panel-tour [aria-controls]').click()")
    page.settle()
    assert all(page.evaluate(DRAWN, [*each]) for each in PICTURES.items())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 20
    wrong = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in wrong} == {}
    page.close()


# On paper


def test_paper_shows_panels_that_were_never_on_the_screen(opened):
    page = opened(TEXT + "&hold=forget_gate%5B2%5D%3D0%403", height=500)
    page.add_init_script("window.setTimeout = () => 0")  # a slow reader is not one who rests
    page.reload()
    page.wait_for_selector(".map canvas[style]", state="attached")
    assert not page.evaluate(DRAWN, ["#panel-versus", "svg"])
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    at_once = [each for each in PICTURES.items() if each[0] != "#panel-why"]  # its sums take a second
    assert [each for each in at_once if not page.evaluate(DRAWN, [*each])] == []
    page.close()


def test_a_reader_who_rests_has_every_panel_drawn(opened):
    page = opened(ALL, height=500)
    wait_for_drawings(page)
    assert [each for each in PICTURES.items() if not page.evaluate(DRAWN, [*each])] == []
    page.close()


def test_paper_is_white_and_holds_nothing_to_press(opened):
    page = opened(ALL, color_scheme="dark")
    wait_for_drawings(page)
    page.emulate_media(media="print", color_scheme="dark")
    page.settle()
    body = "(name) => getComputedStyle(document.body)[name]"
    assert page.evaluate(body, "color") == "rgb(0, 0, 0)"
    assert page.evaluate(body, "backgroundColor") == "rgb(255, 255, 255)"
    pressed = f"({CONTROLS})().filter((one) => !one.matches('svg *, .map, .memory-map'))"
    # words, words that could be written, and what was chosen are to be read
    assert set(page.evaluate(f"{pressed}.map((one) => one.className)")) <= {"one", "one implied", "write", ""}
    chosen = "[...document.querySelectorAll('.chooser button')].filter((one) => one.checkVisibility())"
    assert page.evaluate(f"{chosen}.map((one) => one.textContent)") == ["the predictor", "layer 2"]
    page.close()


@pytest.mark.parametrize("width", [1280, 900, 390])
def test_paper_is_the_same_whatever_screen_it_comes_from(opened, width):
    page = opened(ALL, width)
    wait_for_drawings(page)
    wide = "document.querySelector('.map canvas').style.width"
    before, margin = page.evaluate(wide), dict.fromkeys(("top", "right", "bottom", "left"), "14mm")
    assert page.pdf(format="A4", margin=margin).count(b"/Type /Page\n") == 7
    assert page.evaluate(wide) == before
    page.close()


# By keys alone


def test_the_tab_key_reaches_every_control(opened):
    page = opened(f"{ALL}&stop=4", height=12000)
    wait_for_drawings(page)
    page.evaluate(OPEN)
    page.settle()
    wanted = page.evaluate(f"({CONTROLS})().map({NAME})")
    assert len(wanted) > 60
    reached = list[str]()
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(f"({NAME})(document.activeElement)"))
    assert set(wanted) - set(reached) == set()
    page.close()


def test_arrows_move_in_the_strip_the_map_and_the_squares(opened):
    page = opened(TEXT, height=12000)
    wait_for_drawings(page)

    def chosen() -> str:
        return page.locator(".one[aria-pressed=true] .word").inner_text()

    for place in (".map", ".memory-map"):
        page.locator(place).focus()
        before = chosen()
        page.keyboard.press("ArrowLeft")
        assert chosen() != before
        page.keyboard.press("ArrowRight")
        assert chosen() == before
    page.locator(".map").focus()
    unit = page.locator("#unit-title").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#unit-title").inner_text() != unit
    page.keyboard.press("ArrowUp")
    assert page.locator("#unit-title").inner_text() == unit

    square = "document.activeElement.dataset.square"
    page.locator("#panel-versus [data-square][tabindex='0']").focus()
    assert page.evaluate(square) == "2 hidden_state 2"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(square) == "2 cell_state 3"
    page.keyboard.press("Enter")
    page.settle()
    assert "square=2+cell_state+3" in page.url
    assert page.evaluate(square) == "2 cell_state 3"
    assert "With B's cell state of layer 2 at near" in page.locator("#panel-versus .said").inner_text()
    page.close()


def test_the_escape_key_ends_the_tour_and_stops_what_plays(opened):
    page = opened("#text=the+film+was+not+funny&stop=3", height=12000)
    page.locator("#panel-tour h2").focus()
    page.keyboard.press("Escape")
    page.settle()
    assert page.get_by_role("button", name="Take the tour").is_visible()
    assert "stop" not in page.url
    play = page.get_by_role("button", name="Play the sentence")
    play.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Stop").is_visible()
    page.keyboard.press("Escape")
    assert play.is_visible()
    page.close()


# By ear, and with little motion


def test_what_changes_is_told_once_and_where_the_reader_is(opened):
    page = opened("#text=the+film+was+not+funny", height=12000)
    live = "[...document.querySelectorAll('[aria-live=polite]')].map((one) => one.textContent)"
    page.settle()
    (answer,) = page.evaluate(live)
    assert answer.startswith("At the end, ")
    page.locator(".map").focus()
    page.keyboard.press("ArrowLeft")
    answer, unit = page.evaluate(live)
    assert answer.startswith("After funny, ")
    assert unit.startswith("Unit ")
    assert " at funny: h" in unit
    page.get_by_role("button", name="Word before", exact=True).focus()
    page.keyboard.press("Enter")
    answer, step = page.evaluate(live)
    assert (answer[:10], "reads not." in step) == ("After not,", True)
    page.close()


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_those_who_like_it_still(opened, motion, moves):
    page = opened("#text=the+film+was+not+funny", height=12000, reduced_motion=motion)
    page.get_by_role("button", name="Word before", exact=True).click()
    style = "(place) => getComputedStyle(document.querySelector(place))"
    stage = page.evaluate(f"({style})('.moves .stage').animationName", None)
    fill = page.evaluate(f"({style})('.fill').transitionDuration", None)
    assert (stage != "none", fill not in ("0s", "none")) == (moves, moves)
    page.close()
