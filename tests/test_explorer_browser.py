"""The page of explore() in a real browser, from the disk: its numbers are NumPy's, and nothing goes wrong."""

import ast
import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import nlp_lstm
from nlp_lstm.explorer.page import TEXT
from nlp_lstm.explorer.weights import round_weights
from nlp_lstm.models.edits import parse_hold
from nlp_lstm.states import write_decomposition
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.views import VIEWS

SHIPPED = ("sentiment-sst", "next-word-stories")
SENTENCES = (
    "the film is not bad",
    "The film was not very funny.",
    "It's a moving, feel-good story!",
    "I don’t like it, and I won't see it again",
    "the boys near the river",
    "the boy near the rivers was so tired that he",
    "never have I seen so dull a film",
    "not",
    ".",
    "so so so so so so so so so so so so so so so so so so so so so so so so so so so so so so",
    "Mr. Smith paid $1,000.50 at 3:30",
    "qwertyuiop asdfghjkl",
    "see https://a.org/b, @sam or sam@a.org",
    "DON'T SHOUT AT ME...",
    "<unk> [PAD] <eos>",
    "</script><img src=x onerror=alert(1)>",
    "naïve café, 中文 and 👍🏽",
    "the old king and the young queen were happy, but their little daughter was not",
    "it was neither good nor bad",
    "once upon a time there was a little girl who lived in the forest",
)
TABLE = """title => {
    const found = [...document.querySelectorAll("details")].find(
        (one) => one.querySelector("summary").textContent === title);
    found.open = true;
    found.dispatchEvent(new Event("toggle"));
    return [...found.querySelectorAll("tr")].map((row) => [...row.children].map((cell) => cell.textContent));
}"""
FIRST = re.compile(r"(.*?) ([\d.]+)(?: |$)")  # of what a model says: the likeliest answer
ANSWERS, UNIT = "All answers as a table", "The chosen unit as a table"


class Page:
    """The page in a browser, and what happened on it."""

    def __init__(self, browser: Any, path: Path, **options: Any):
        self.path = path
        self.page = browser.new_page(**options)
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def read(self, text: str, **chosen: int) -> None:
        """Have the page read a text, by its address, as from a link."""
        parts = "&".join(f"{name}={value}" for name, value in chosen.items())
        self.page.goto(f"{self.path.as_uri()}#text={quote(text)}&{parts}")
        self.page.wait_for_timeout(20)

    def table(self, title: str) -> list[list[str]]:
        """The rows of a table, the heading first."""
        return self.page.evaluate(TABLE, title)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Run]]:
    """The page with the shipped runs, and these with the weights that it holds."""
    path = tmp_path_factory.mktemp("page") / "explore.html"
    return nlp_lstm.explore(SHIPPED).save(path), [round_weights(load_run(name))[1] for name in SHIPPED]


def as_json(report: nlp_lstm.Report) -> dict[str, Any]:
    """What `probe --json` prints."""
    return json.loads(str(VIEWS.get("json")(report)))


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("−", "-"))


def check_unit(opened: Page, run: Run, place: int, text: str, layer: int, unit: int) -> None:
    """Compare all parts of a unit, as the page shows them, with those of `probe --unit --json`."""
    opened.read(text, run=place, layer=layer, unit=unit)
    rows = as_json(nlp_lstm.probe(text, run, layer, unit))["tables"][0]["rows"]
    heading, *shown = opened.table(UNIT)
    assert len(shown) == len(rows)
    for cells, row in zip(shown, rows, strict=True):
        assert re.sub(r"^\d+ ", "", cells[0]) == row["word"]
        found = dict(zip(heading[1:], map(number, cells[1:]), strict=True))
        assert set(found) == set(row) - {"word", "says"}
        for part, value in found.items():
            assert value == pytest.approx(row[part], abs=0.5001e-3 + 2e-6), (text, cells[0], part)


def test_it_opens_from_the_disk_without_a_request_or_a_word(browser, shipped):
    opened = Page(browser, shipped[0])
    assert opened.page.locator("h1").is_visible()
    assert opened.page.get_by_role("textbox").first.input_value() == TEXT
    opened.page.wait_for_timeout(300)
    assert opened.requests == [shipped[0].as_uri()]
    assert opened.said == []


def test_it_says_after_every_word_what_probe_says(browser, shipped):
    path, runs = shipped
    opened = Page(browser, path)
    for text in SENTENCES:
        opened.read(text)
        heading, *rows = opened.table(ANSWERS)
        assert heading[1:] == [*SHIPPED]
        for place, run in enumerate(runs, start=1):
            told = as_json(nlp_lstm.probe(text, run, wide=True))["tables"][0]["rows"]
            shown = [row[place] for row in rows if row[place] != "–"]
            assert len(shown) == len(told)
            for cell, row in zip(shown, told, strict=True):
                name, _, share = cell.rpartition(" ")
                said, probability = FIRST.match(row["says"]).groups()  # pyright: ignore
                assert abs(float(share) - float(probability)) < 0.0101  # 0.005 may become 0.00 or 0.01
                assert name == said, (text, row["word"])
    assert opened.said == []
    assert len([url for url in opened.requests if "#" not in url]) == 1
    assert {url.partition("#")[0] for url in opened.requests} == {path.as_uri()}


def test_states_and_gates_are_those_of_probe(browser, shipped):
    path, (tagger, predictor) = shipped
    opened = Page(browser, path)
    for at, text in enumerate(SENTENCES):
        check_unit(opened, tagger, 0, text, 1, 7 * at)
        check_unit(opened, predictor, 1, text, 1 + at % 2, 9 * at)
    assert opened.said == []


def test_a_gru_and_a_simple_rnn_are_read_too(browser, here, new_run):
    runs = [new_run(Path(f"runs/{cell}"), "sentiment", cell, layers=3) for cell in ("gru", "rnn")]
    opened = Page(browser, nlp_lstm.explore(runs).save("cells.html").absolute())
    for place, run in enumerate(runs):
        for layer in (1, 2, 3):
            check_unit(opened, round_weights(run)[1], place, "the film is not so bad", layer, 4)
    assert opened.said == []


@pytest.mark.parametrize("hold", ["forget_gate=0@5", "cell_state[2,17]=2.5@3", "output_gate[1]=1"])
def test_knobs_of_an_address_change_what_hold_changes(browser, shipped, hold):
    path, (_, predictor) = shipped
    opened = Page(browser, path)
    text, edit = SENTENCES[5], parse_hold(hold)
    opened.page.goto(f"{path.as_uri()}#text={quote(text)}&run=1&layer=2&unit=17&hold={quote(hold)}")
    opened.page.wait_for_timeout(50)
    parts = nlp_lstm.trace(predictor, text, edit)["layer_2"].parts
    heading, *shown = opened.table(UNIT)
    for place, name in enumerate(heading[1:], start=1):
        values = [number(cells[place]) for cells in shown]
        assert values == pytest.approx([*parts[name][:, 17]], abs=0.5001e-3 + 2e-6)
    before = nlp_lstm.trace(predictor, text)["layer_2"].parts["hidden_state"]
    assert abs(before - parts["hidden_state"]).max() > 0.01
    assert opened.said == []


@pytest.mark.parametrize(("place", "text"), [(0, SENTENCES[1]), (1, SENTENCES[5])])
def test_the_memory_of_a_unit_is_what_each_word_wrote(browser, shipped, place, text):
    path, runs = shipped
    opened = Page(browser, path, viewport={"width": 1280, "height": 900})
    opened.read(text, run=place, unit=30)
    panel = opened.page.locator("#panel-memory")
    panel.scroll_into_view_if_needed()
    panel.get_by_role("combobox").select_option("one")
    opened.page.wait_for_timeout(200)
    run = runs[place]
    layer = nlp_lstm.trace(run, encode(run, text, as_typed=False))[f"layer_{run.settings.layers}"]
    writes = write_decomposition(layer, before=run.reading.starts_with_eos)[:, :, 30]
    _, *rows = opened.table("The map as a table")
    assert len(rows) == len(writes)
    for row, values in zip(rows, writes, strict=True):
        shown = [number(cell) for cell in row[1:] if cell]
        assert shown == pytest.approx([*values[: len(shown)]], abs=0.5001e-4 + 2e-6)
        assert not values[len(shown) :].any()  # of words that are not read yet
    assert opened.said == []


@pytest.mark.parametrize(
    "text", ['it\'s $HOME `x` "q" \\n so', "-v --help", "naïve “café” 👍🏽 … !x", "</script>\u202eab"]
)
def test_the_lines_to_copy_hold_exactly_the_text(browser, shipped, text):
    opened = Page(browser, shipped[0])
    opened.read(text, run=1)
    shown = opened.page.locator("#panel-share pre").all_inner_texts()
    shell = next(block for block in shown if block.startswith("nlp-lstm"))
    python = next(block for block in shown if block.startswith("import nlp_lstm"))
    for line in shell.strip().splitlines():
        assert shlex.split(line)[:2] == ["nlp-lstm", "probe"]
        assert shlex.split(line)[-1] == text
    named = ast.parse(python).body[1]
    assert isinstance(named, ast.Assign)
    assert ast.literal_eval(named.value) == text
    link = next(block for block in shown if block.startswith("file:"))
    again = Page(browser, shipped[0])
    again.page.goto(link)
    again.page.wait_for_timeout(50)
    assert again.page.get_by_role("textbox").first.input_value() == text


def test_hostile_words_stay_text_in_the_field_and_in_the_address(browser, shipped):
    opened = Page(browser, shipped[0])
    for text in (
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\u202eabc\x00",
        "a" * 100_000,
    ):
        opened.page.get_by_role("textbox").first.fill(text)
        opened.page.wait_for_timeout(50)
        opened.read(text[:3000])
        assert (
            opened.page.evaluate("document.querySelectorAll('img, iframe, object, main script').length") == 0
        )
    assert opened.said == []
    assert {url.partition("#")[0] for url in opened.requests} == {shipped[0].as_uri()}


@pytest.mark.parametrize(
    "address",
    [
        "run=99&layer=99&unit=9999&word=9999",
        "run=-1&layer=x&unit=1e9&word=NaN",
        "text=&word=3",
        "text=%00%ff%E2%80%AE&panel=<script>",
        "hold=forget_gate=1e999@1&hold=x[1,2]=3&hold=__proto__=1&swap=9999&swapWord=" + "x" * 9999,
        "__proto__[x]=1&constructor=2",
        "&" * 5000,
    ],
)
def test_an_address_from_a_stranger_sets_nothing_but_the_state(browser, shipped, address):
    opened = Page(browser, shipped[0])
    opened.page.goto(f"{shipped[0].as_uri()}#{address}")
    opened.page.wait_for_timeout(50)
    assert len(opened.table(ANSWERS)) > 1
    assert opened.said == []
    assert {url.partition("#")[0] for url in opened.requests} == {shipped[0].as_uri()}


def test_a_notebook_shows_it_in_a_frame(browser, here, new_run):
    shown = nlp_lstm.explore(new_run(Path("runs/a")), "so fine")._repr_html_()
    Path("notebook.html").write_text(f"<!doctype html><title>a</title>{shown}", encoding="utf-8")
    opened = Page(browser, Path("notebook.html").absolute(), viewport={"width": 1000, "height": 1000})
    frame = opened.page.frames[1]
    field = frame.get_by_role("textbox").first
    assert field.input_value() == "so fine"
    field.fill("so dull")
    opened.page.wait_for_timeout(500)
    assert "dull" in frame.locator("main").inner_text()
    assert opened.said == []
