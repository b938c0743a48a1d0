"""The page of explore() as a reader goes through it: the tour, the bar that stays, links and keys."""

from typing import Any

import pytest

import nlp_lstm

TAGGER, PREDICTOR = "sentiment-sst", "next-word-stories"
MINE = "#text=my+own+dull+film&word=2&hold=forget_gate%5B1%5D%3D0%403"
PANELS = {
    "Units": "strip",
    "Memory": "memory",
    "One step": "step",
    "Knobs": "knobs",
    "A | B": "versus",
    "Why": "why",
    "Link": "share",
}
TOPS = """panel => [document.querySelector(".bar").getBoundingClientRect().bottom,
    document.querySelector(`#panel-${panel} h2`).getBoundingClientRect().top, innerHeight]"""


@pytest.fixture(scope="module")
def opened(browser, settle, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that opens the page with both shipped runs, or with the first alone."""
    folder = tmp_path_factory.mktemp("page")
    nlp_lstm.explore([TAGGER, PREDICTOR]).save(folder / "both.html")
    nlp_lstm.explore(TAGGER).save(folder / "one.html")

    def open_page(address: str = "", name: str = "both", width: int = 1280, height: int = 900) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.settle = lambda: settle(page)
        page.goto((folder / f"{name}.html").as_uri() + address)
        page.settle()
        return page

    return open_page


def chosen(page: Any) -> str:
    """The word that is chosen."""
    return page.locator(".one[aria-pressed=true] .word").inner_text()


def test_it_opens_at_a_word_that_turns_the_text_and_says_what_it_is(opened):
    page = opened()
    assert chosen(page) == "not"
    assert page.locator(".one[aria-pressed=true] .tag").inner_text() == "so far: negative"
    assert page.locator(".lead").first.inner_text().startswith("Two LSTMs read your sentence: a tagger")
    assert "one of the 168 numbers in each state" in page.locator("#panel-strip").inner_text()
    alone = opened(name="one")
    assert alone.locator(".lead").first.inner_text().startswith("Type a sentence.")
    assert "word expected next" not in alone.locator(".explains").inner_text()


def test_the_tour_gives_back_what_was_there_before_it(opened):
    page = opened(MINE)
    page.get_by_role("button", name="Take the tour").click()
    page.get_by_role("button", name="Next stop").click()
    page.settle()
    assert page.locator("#text").input_value() == "the film was not funny"
    page.get_by_role("button", name="End the tour").click()
    page.settle()
    assert page.locator("#text").input_value() == "my own dull film"
    assert chosen(page) == "own"
    assert "Changed: forget gate = 0.00 at “dull”" in page.locator(".bar").inner_text()
    assert "stop" not in page.url
    assert page.get_by_role("button", name="Take the tour").is_visible()


def test_hiding_an_answer_hides_what_it_showed(opened):
    page = opened("#text=the+film+was+not+funny&stop=4&word=4&unit=94&opened=input_gate")
    tour, changed = page.locator("#panel-tour"), page.locator(".changed")
    assert not changed.is_visible()
    tour.get_by_role("button", name="I have guessed").click()
    assert "Changed: input gate = 0.00 at “not”" in changed.inner_text()
    assert (chosen(page), "Positive, 84 %" in tour.inner_text()) == ("(end)", True)
    tour.get_by_role("button", name="Hide the answer").click()
    assert not changed.is_visible()
    assert (chosen(page), "Positive, 84 %" in tour.inner_text()) == ("not", False)
    assert tour.locator("h2").inner_text().startswith("4.")


def test_the_knob_is_that_of_the_stop(opened):
    page = opened("#text=the+film+was+not+funny")
    page.get_by_role("button", name="Take the tour").click()
    for _ in range(3):
        page.get_by_role("button", name="Next stop").click()
    page.settle()
    hold, units, words = (page.locator("#panel-knobs .knobs select").nth(at) for at in range(3))
    assert [one.input_value() for one in (hold, units, words)] == ["input_gate", "all", "one"]
    page.locator("#knob-value").fill("0")
    assert "input gate = 0.00 at “not”" in page.locator(".changed").inner_text()
    page.get_by_role("button", name="Next stop").click()
    page.settle()
    page.locator("#panel-knobs").scroll_into_view_if_needed()
    page.settle()
    assert hold.input_value() == "output_gate"


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (1280, 560)])
def test_a_link_of_the_bar_brings_a_panel_into_sight_below_the_bar(opened, width, height):
    page = opened(width=width, height=height)
    for name, panel in PANELS.items():
        link = page.get_by_role("navigation").get_by_role("button", name=name, exact=True)
        link.focus()
        page.keyboard.press("Enter")
        page.settle()
        bar, heading, bottom = page.evaluate(TOPS, panel)
        assert bar <= heading < bottom, name
        assert page.evaluate("document.activeElement.closest('.panel').id") == f"panel-{panel}"
    assert "panel=why" in page.url  # the link itself is no place to open at
    shown = page.locator("#panel-share pre").first.inner_text()
    assert shown.endswith("panel=why")


def test_a_link_opens_at_the_panel_that_was_used(opened):
    page = opened("#text=the+film+was+not+funny&panel=versus")
    page.settle()
    bar, heading, bottom = page.evaluate(TOPS, "versus")
    assert bar <= heading < bottom
    after = page.locator("#panel-share pre").nth(1).inner_text()
    assert after.startswith("#text=the+film+was+not+funny")


def test_enter_leads_from_the_text_to_its_last_word(opened):
    page = opened()
    page.locator("#text").fill("this film is good")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.querySelector('.word').textContent") == "(end)"
    page.keyboard.press("ArrowLeft")
    assert chosen(page) == "good"
    assert page.locator("#text").input_value() == "this film is good"


def test_start_again_is_the_page_as_it_was_opened(opened):
    page = opened()
    words = page.locator(".words").inner_text()
    page.locator("#text").fill("something else")
    page.get_by_role("button", name="Forget all before").click()
    assert page.locator(".changed").is_visible()
    page.get_by_role("button", name="Start again").click()
    page.settle()
    assert page.locator(".words").inner_text() == words
    assert (chosen(page), page.locator(".changed").is_visible()) == ("not", False)
    assert page.evaluate("scrollY") == 0


def test_a_change_can_be_taken_back_wherever_the_reader_is(opened):
    page = opened("#text=the+film+was+not+funny&without=4")
    assert "Changed: without “not”" in page.locator(".changed").inner_text()
    page.locator(".changed button").click()
    page.settle()
    assert not page.locator(".changed").is_visible()
    assert "without" not in page.url


def test_at_the_last_word_the_memory_tells_of_the_word_with_the_largest_share(opened):
    page = opened("#text=the+film+was+not+funny&panel=memory")
    page.settle()
    said = page.locator("#panel-memory .said").inner_text()
    assert said.startswith("funny has the largest share of the memory at the end, of the words before (end)")
    assert "choose an earlier one" not in said


def test_why_says_first_that_knobs_are_left_out(opened):
    page = opened("#text=the+film+was+not+funny&word=5&hold=forget_gate%3D0%405&panel=why")
    page.settle()
    said = page.locator("#panel-why").inner_text()
    assert "The knobs are left out here: this explains what was said before them." in said
    page.locator(".changed button").click()
    page.settle()
    assert "knobs" not in page.locator("#panel-why").inner_text()


def test_two_sentences_are_told_by_what_is_said_of_them(opened):
    page = opened(
        "#text=the+film+was+very+funny&other=the+film+was+not+funny&square=1+hidden_state+5&panel=versus"
    )
    page.settle()
    said = page.locator("#panel-versus .said").inner_text().replace("\u00a0", " ")
    assert said == (
        "A: positive (49 %). B: negative (99 %). With B's hidden state at funny, A says negative (76 %): "
        "57 % of the way to B."
    )


def test_units_that_hold_much_and_show_little_are_named(opened):
    page = opened("#text=it+looked+dull,+but+it+is+great&word=4&panel=strip")
    page.settle()
    units = page.locator(".moved").inner_text()
    assert "Held but not shown at ,, c with o < 0.1" in units
    page.locator(".moved .unit").last.click()
    said = page.locator("#panel-unit .under").inner_text().split()
    assert float(said[-1].replace("o\u00a0", "").split("\u00a0")[-1]) < 0.1
