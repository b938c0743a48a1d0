"""Pages in a real browser: Debian's chromium, headless. What is shown, and that nothing is loaded or run."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.report import Comparison, Report
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.views import VIEWS

pytest.importorskip("matplotlib")

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HOSTILE = (
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(2)>",
    '"onfocus="alert(3)',
    "</title>",
)
SENTENCE = "the film is not good , but the elephant beside the lake is moving and the sky is blue " * 2


@dataclass
class Opened:
    """A page in the browser, and what happened while it opened."""

    page: Any
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser, tmp_path) -> Callable[..., Opened]:
    """Return a function that writes a report as a page and opens it from the disk."""

    def open_page(report: Report, **options: Any) -> Opened:
        path = tmp_path / "page.html"
        path.write_text(str(VIEWS.get("html")(report)), encoding="utf-8")
        page = browser.new_page(**options)
        found = Opened(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.said.append(message.text))
        page.on("pageerror", lambda error: found.said.append(str(error)))
        page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        return found

    return open_page


@pytest.fixture
def report(two_runs) -> Report:
    """States of both tasks, and the map of a memory."""
    states, memory = (
        nlp_lstm.probe(SENTENCE, wide=True),
        nlp_lstm.probe(SENTENCE, "sentiment-001", memory=True),
    )
    return Report(states.comparisons + memory.comparisons, states.traces, {"unknown_words": None, "seed": 7})


def hostile_report() -> Report:
    """A report in which every word, name and fact is markup."""
    count, random = len(HOSTILE), np.random.default_rng(0)
    states = {name: random.normal(size=(count, 3)) for name in ("hidden_state", "cell_state")}
    outputs = np.eye(count)
    trace = Trace(HOSTILE[1], "layer_1", HOSTILE, np.ones((count, 2)), states, outputs, HOSTILE, "t", "words")
    text = Comparison(HOSTILE[1], HOSTILE, HOSTILE, [HOSTILE] * count, HOSTILE[2], HOSTILE[0])
    curve = Comparison(HOSTILE[1], ["1"], [HOSTILE[2]], [(1.0,)], HOSTILE[0], HOSTILE[1], chart="curves")
    return Report((state_table(trace), text, curve), (trace,), {HOSTILE[1]: {HOSTILE[2]: HOSTILE[0]}})


def test_nothing_is_loaded_and_nothing_goes_wrong(opened, report):
    found = opened(report, viewport=DESK)
    assert len(found.requests) == 1
    assert found.requests[0].startswith("file://")
    assert (found.said, found.dialogs) == ([], [])


def test_tables_and_pictures_are_seen(opened, report):
    page = opened(report, viewport=DESK).page
    assert page.get_by_role("heading", level=1).inner_text() == SENTENCE.strip()
    assert page.get_by_role("heading", level=2).count() == 4
    for number, table in enumerate(report.comparisons):
        shown = page.get_by_role("table").nth(number)
        assert shown.get_by_role("row").count() == 1 + len(table.rows)
        assert shown.get_by_role("rowheader").first.inner_text() == table.rows[0]
        assert shown.get_by_role("columnheader").count() == 1 + len(table.columns)
    assert page.get_by_role("img").count() == page.locator("figure").count() >= 6
    for picture in page.get_by_role("img").all():
        box = picture.bounding_box()
        assert box["width"] > 700
        assert box["height"] > 100
        assert picture.get_attribute("aria-label")
    words = page.locator("svg text", has_text="elephant").first
    assert words.is_visible()
    # a picture of a map has its pixels, under a policy that forbids to load any
    assert page.evaluate("document.querySelectorAll('svg image').length") >= 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_is_as_wide_as_the_window(opened, report, viewport, scheme):
    long = "a claim that goes on " * 20 + "w" * 500
    tables = (Comparison(long, [long], ["said", "x"], [(long, 1.5)], "claim", long), *report.comparisons)
    page = opened(Report(tables, report.traces), viewport=viewport, color_scheme=scheme).page
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.evaluate("window.scrollTo(500, 0)")
    assert page.evaluate("window.scrollX") == 0
    # text and ground differ in both schemes
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    levels = [sum(int(part) for part in colour[4:-1].split(",")) for colour in (ink, paper)]
    assert abs(levels[0] - levels[1]) > 500
    assert (levels[0] > levels[1]) == (scheme == "dark")


def test_the_keyboard_reaches_and_scrolls_what_is_wider_than_a_phone(opened, report):
    page = opened(report, viewport=PHONE).page
    regions = page.locator("[role=region]").count()
    assert regions == 4  # tables; pictures fit
    reached = []
    for _ in range(regions + len(report.comparisons)):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if label:
            reached.append(label)
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
    assert len(reached) == regions
    page.locator("[role=region]").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    for _ in range(100):  # not wait_for_function: the page forbids the script that it puts in
        if page.evaluate("document.activeElement.scrollLeft") > 0:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement.scrollLeft") > 0


def test_links_lead_to_their_tables(opened, report):
    page = opened(report, viewport=DESK).page
    page.get_by_role("link").last.click()
    assert page.get_by_role("heading", level=2).last.is_visible()
    assert page.evaluate("window.scrollY") > 500


def test_no_word_becomes_an_element_or_runs(opened):
    found = opened(hostile_report(), viewport=PHONE)
    assert (found.dialogs, found.said, len(found.requests)) == ([], [], 1)
    assert found.page.evaluate("document.querySelectorAll('script, img, iframe, object, b').length") == 0
    handlers = (
        "[...document.querySelectorAll('*')].some(e => e.getAttributeNames().some(n => n.startsWith('on')))"
    )
    assert found.page.evaluate(handlers) is False
    assert found.page.title() == " ".join(HOSTILE)
    for word in HOSTILE:
        assert found.page.locator("th", has_text=word).count()
        assert found.page.locator("svg text", has_text=word[:15]).count()  # the rest is cut off


def test_what_would_run_is_stopped_by_the_policy(opened, report):
    found = opened(report, viewport=DESK)
    found.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>'"
        " + '<img src=https://example.org/a.png>')"
    )
    found.page.wait_for_timeout(300)
    assert found.dialogs == []
    stopped = [said for said in found.said if "Content Security Policy" in said]
    for what in ("/x", "https://example.org/a.png", "inline event handler"):
        assert any(what in said for said in stopped), found.said


WHERE = """[...document.querySelectorAll('.picture')].map(e => [
    e.scrollWidth - e.clientWidth,
    ...[...e.querySelectorAll('text')].filter(t => t.checkVisibility()).map(t => {
        const inner = t.getBoundingClientRect(), outer = e.getBoundingClientRect();
        return Math.max(outer.left - inner.left, inner.right - outer.right); })])"""


@pytest.mark.parametrize("words", [7, 20])
@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("wide", [390, 700, 1300])
def test_a_picture_fits_the_window_and_nothing_of_it_is_cut_off(opened, two_runs, words, memory, wide):
    report = nlp_lstm.probe(" ".join(SENTENCE.split()[:words]), "sentiment-001", memory=memory)
    page = opened(report, viewport={"width": wide, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = page.evaluate(WHERE)
    assert len(found) == page.get_by_role("img").count() >= 1
    for scrolls, *beyond in found:
        assert scrolls <= 1
        assert beyond
        assert max(beyond) <= 0
    for picture in page.get_by_role("img").all():
        sizes = picture.evaluate("e => [e.getBoundingClientRect().width, e.viewBox.baseVal.width]")
        assert sizes[0] / sizes[1] > 1.1  # pixels of a point, 1.33 in full size: letters stay readable


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_dark_where_the_page_is(opened, two_runs, scheme):
    report = nlp_lstm.probe("the sky is blue", "sentiment-001", memory=True)
    page = opened(report, viewport=DESK, color_scheme=scheme).page
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    svg = page.locator(".wide svg").first
    assert svg.locator("path").first.evaluate("e => getComputedStyle(e).fill") == paper
    assert svg.locator("text", has_text="says").evaluate("e => getComputedStyle(e).fill") == ink
    word = svg.locator("text", has_text="sky").evaluate("e => getComputedStyle(e).fill")
    assert sum(map(int, re.findall(r"\d+", word))) < 100  # on a cell that stays light
    page.emulate_media(media="print", color_scheme=scheme)
    fills = page.evaluate("[...document.querySelectorAll('.wide path')].map(e => getComputedStyle(e).fill)")
    assert "rgb(255, 255, 255)" in fills
    assert "rgb(23, 24, 26)" not in fills


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(23, 24, 26)")])
def test_a_standalone_svg_is_dark_where_the_reader_likes_it(browser, tmp_path, two_runs, scheme, paper):
    path = nlp_lstm.probe("the sky is blue", "sentiment-001", memory=True).save(tmp_path / "a.svg")
    page = browser.new_page(color_scheme=scheme)
    page.goto(path.as_uri())
    assert page.locator("path").first.evaluate("e => getComputedStyle(e).fill") == paper


def test_seven_words_of_one_run_print_on_one_page_and_a_figure_is_never_cut(opened, two_runs):
    report = nlp_lstm.probe("the sky is blue and the film", "sentiment-001")
    page = opened(report, viewport=DESK, color_scheme="dark").page
    assert len(re.findall(rb"/Type */Page\b", page.pdf(prefer_css_page_size=True))) == 1
    states = nlp_lstm.trace("sentiment-001", "the sky is blue and the film")["layer_2"].plot()
    page = opened(states, viewport=DESK).page
    assert 1 <= len(re.findall(rb"/Type */Page\b", page.pdf())) <= 2
    page.emulate_media(media="print")
    breaks = page.evaluate(
        "[...document.querySelectorAll('figure')].map(e => getComputedStyle(e).breakInside)"
    )
    assert set(breaks) == {"avoid"}
    assert page.locator(".wide").first.is_visible()
    assert not page.locator(".narrow").first.is_visible()


def test_it_prints_on_paper_without_what_scrolls(opened, report):
    page = opened(report, viewport=DESK).page
    page.emulate_media(media="print")
    assert page.pdf()[:4] == b"%PDF"
    heights = page.evaluate(
        "[...document.querySelectorAll('.scroll')].map(e => e.scrollHeight - e.clientHeight)"
    )
    assert max(heights) <= 1


def test_a_standalone_svg_opens(browser, tmp_path, two_runs):
    path = Path(tmp_path / "a.svg")
    path.write_text(str(VIEWS.get("svg")(hostile_report())), encoding="utf-8")
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    assert page.locator("text", has_text=HOSTILE[1][:15]).count()
    assert said == []
