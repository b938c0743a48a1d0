"""Pictures and pages of real reports: what they show, what words cannot do to them, what they leave alone."""

import importlib.util
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import visible
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.views import PICTURES, VIEWS
from nlp_lstm.views._sentence import shade

matplotlib = pytest.importorskip(
    "matplotlib", reason="matplotlib is not installed: pip install -e '.[pictures]'"
)

SENTENCE = "the sky is blue and the blue film is good"
HOSTILE = (
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<b>",
    "\"'><svg onload=alert(2)>",
    "]]>",
    "<!--",
    "&lt;",
)
QUESTIONS = {
    "states": (),
    "memory": ("--memory",),
    "memory of a unit": ("--memory", "--unit", 1),
    "unit": ("--unit", 3),
    "without": ("--without", 3),
    "swap": ("--swap", "2=film"),
    "hold": ("--hold", "forget_gate=0@3"),
}


def read_text(svg: str) -> list[str]:
    """All texts of an SVG, in the order in which they are drawn."""
    root = xml.etree.ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def read_pixels(png: bytes) -> np.ndarray:
    """The pixels of a PNG, `(height, width, 4)`."""
    import matplotlib.image

    return matplotlib.image.imread(io.BytesIO(png))


class Page(HTMLParser):
    """What a page is made of: its tags, its attributes, and its text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def show(format: str, *tables: Comparison) -> str:
    shown = VIEWS.get(format)(Report(tables))
    assert isinstance(shown, str)
    return shown


def said_by(*probabilities: list[float], names=("negative", "neutral", "positive")) -> Trace:
    """A trace of a model that says this after each word."""
    words = tuple("abcdefgh"[: len(probabilities)])
    states = {"hidden_state": np.ones((len(words), 2))}
    outputs = np.array(probabilities)
    return Trace(
        "m", "layer_1", words, np.ones((len(words), 2)), states, outputs, tuple(names), "sentiment", "labels"
    )


def hostile_report() -> Report:
    """A report whose words and outputs are markup, as no vocabulary of ours would leave them in one piece."""
    count, random = len(HOSTILE), np.random.default_rng(0)
    states = {name: random.normal(size=(count, 3)) for name in ("hidden_state", "cell_state", "input_gate")}
    trace = Trace("m", "layer_1", HOSTILE, np.ones((count, 2)), states, np.eye(count), HOSTILE, "t", "words")
    return Report((state_table(trace),), (trace,))


def table(**options) -> Comparison:
    return Comparison("speed", ["lstm", "gru"], ["words"], [(9.5,), (None,)], "cell", "per second", **options)


# every report, every format


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_of_probe_has_pictures(two_runs, cli, question):
    for format_ in PICTURES if question == "states" else ("svg", "html"):
        done = cli("probe", SENTENCE, *QUESTIONS[question], "--format", format_, "--output", f"a.{format_}")
        assert (done.code, done.out, done.told) == (0, "", "")
    if question == "states":
        pixels = read_pixels(Path("a.png").read_bytes())
        assert pixels.shape[1] >= 1500
        assert len(np.unique(pixels[::20, ::20].reshape(-1, 4), axis=0)) > 20
    tables = json.loads(cli("probe", SENTENCE, *QUESTIONS[question], "--json").out)["tables"]
    drawn = read_text(Path("a.svg").read_text(encoding="utf-8"))
    for found in (" ".join(drawn), Page(Path("a.html").read_text(encoding="utf-8")).text):
        assert all(table["title"] in found for table in tables)
        assert all(word in found for word in SENTENCE.split()[3:])


def test_the_picture_of_a_sentence_holds_what_the_tables_hold(two_runs):
    report = nlp_lstm.probe(SENTENCE, "sentiment-001", wide=True)
    texts = read_text(str(VIEWS.get("svg")(report)))
    for t, record in enumerate(report.comparisons[0].records(), start=1):
        label, probability = str(record["says"]).split()
        assert {str(t), str(record["word"]), label, probability} <= set(texts)
    for name in ("hidden_state", "cell_state", "input_gate", "forget_gate", "output_gate"):
        assert name in texts
    assert " ".join(texts).count("norm: length of the state") == 1


def test_the_memory_s_age_is_one_of_the_rows(two_runs):
    texts = read_text(str(VIEWS.get("svg")(nlp_lstm.probe(SENTENCE, "sentiment-001", memory=True))))
    assert "memory age" in texts
    shares = nlp_lstm.probe(SENTENCE, "sentiment-001", memory=True).comparisons[0].records()[-1]
    assert f"{shares['10 good']:.2f}" in texts


@pytest.mark.parametrize("cell", ["gru", "rnn"])
@pytest.mark.parametrize("format_", PICTURES)
def test_cells_without_a_cell_state_have_pictures(here, new_run, cell, format_):
    run = new_run(Path("runs/a"), cell=cell)
    assert len(VIEWS.get(format_)(nlp_lstm.probe(SENTENCE, run))) > 1000


@pytest.mark.parametrize("format_", PICTURES)
def test_the_same_report_is_the_same_bytes(two_runs, format_):
    first, second = (VIEWS.get(format_)(nlp_lstm.probe(SENTENCE, memory=True)) for _ in range(2))
    assert first == second


# colours


def test_words_are_coloured_from_negative_to_positive():
    trace = said_by([1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0.5, 0, 0.5], [0, 0, 1], [np.nan] * 3)
    negative, less, neutral, torn, positive, unknown = shade(trace).colours
    assert min(neutral[:3]) > 0.95  # white
    assert torn == neutral
    assert negative[1] < negative[0]  # purple: less green than red and blue
    assert negative[1] < less[1] < neutral[1]
    assert positive[1] > positive[0]
    assert unknown == "#eeeeee"


def test_other_words_are_coloured_by_the_probability_of_what_is_said():
    light, dark = shade(said_by([0.6, 0.4], [0.01, 0.99], names=("NOUN", "VERB"))).colours
    assert sum(dark[:3]) < sum(light[:3])


def test_a_state_has_one_colour_in_all_pictures():
    curves = {name: [1.0, 0.5, 0.2] for name in ("cell_state", "hidden_state", "untrained_hidden_state")}
    curves |= {"hidden_state_low": [0.9, 0.4, 0.1], "hidden_state_high": [1.1, 0.6, 0.3]}
    one = Comparison.from_columns(
        "influence", ["0", "1", "2"], curves, "words back", "change", chart="curves"
    )
    drawing = show("svg", one)
    dashed = re.findall(r"stroke-dasharray[^;]*; stroke-dashoffset: 0; stroke: (#\w+)", drawing)
    assert dashed == ["#0072b2"]
    assert len(re.findall(r'style="fill: none; stroke: #0072b2', drawing)) == 1
    assert len(re.findall(r"fill: #0072b2; fill-opacity: 0.18", drawing)) == 1  # the interval
    assert "#d55e00" in drawing
    texts = read_text(drawing)
    assert {"hidden_state", "cell_state", "untrained_hidden_state", "words back"} <= set(texts)
    assert "hidden_state_low" not in texts


def test_counts_are_no_curves():
    columns = {"hidden_state": [0.5, 0.2], "sentences": [60, 31], "narrow": [True, False]}
    one = Comparison.from_columns("influence", ["0", "1"], columns, "words back", "", chart="curves")
    texts = read_text(show("svg", one))
    assert "hidden_state" in texts
    assert not {"sentences", "narrow", "60"} & set(texts)
    page = Page(show("html", one))
    assert "sentences" in page.text
    counts = Comparison("counts", ["0"], ["sentences"], [(60,)], "words back", "", chart="curves")
    assert {"sentences", "60"} <= set(read_text(show("svg", counts)))


def test_rows_that_are_no_numbers_have_no_curves():
    texts = read_text(show("svg", table(chart="curves")))
    assert {"lstm", "gru", "9.500", "-"} <= set(texts)


# tables


def test_amounts_are_bars_to_either_side_of_0_with_their_numbers():
    amounts = [1.5, -0.25, 0.0] + [0.5] * 58
    rows = ["good", "bad", *(f"word {number}" for number in range(59))]
    table = Comparison.from_columns(
        "why", rows, {"it_adds": np.array(amounts)}, "word", "adds to a score", "amounts"
    )
    drawn = read_text(show("svg", table))
    assert {"good", "bad", "word 57"} <= set(drawn)
    assert "word 58" not in drawn  # the 61st row
    numbers = [text.strip() for text in drawn if re.fullmatch(r" *[+-]\d\.\d\d *", text)]
    assert numbers == ["+1.50", "-0.25", "+0.00", *["+0.50"] * 57]
    said = " ".join(drawn)
    assert "it adds" in said
    assert "The first 60 of 61 rows" in said


def test_a_table_is_drawn_as_it_stands_and_says_what_it_leaves_out():
    texts = read_text(show("svg", table(first=1)))
    assert {"speed", "per second", "cell", "words", "lstm", "9.500"} <= set(texts)
    assert "gru" not in texts
    assert "The first 1 of 2 rows; --format csv and json hold all." in " ".join(texts)


def test_long_sentences_in_a_table_are_wrapped():
    claim = "the hidden state is more concerned with the latest word than with those before " * 3
    verdict = Comparison("verdict", [claim], ["measured", "verdict"], [(claim, "holds")], "claim", "")
    texts = read_text(show("svg", verdict))
    assert max(map(len, texts)) < 90
    assert " ".join(texts).count("more concerned") + " ".join(texts).count("concerned with") >= 6


def test_a_map_of_names_has_a_number_in_every_cell():
    one = Comparison("similarity", ["h", "c"], ["h", "c"], [(1.0, -0.25), (-0.25, None)], "state", "", "heat")
    texts = read_text(show("svg", one))
    assert texts.count("1.00") >= 1
    assert texts.count("-0.25") == 2
    assert "Gray: no number." in " ".join(texts)


def test_a_report_without_tables_has_no_picture():
    for format_ in ("png", "svg"):
        with pytest.raises(UsageError, match="nothing to draw"):
            VIEWS.get(format_)(Report(()))


# words of all kinds


@pytest.mark.parametrize(
    "text",
    [
        " ".join(HOSTILE),
        "这 部 电影 不错",
        "הסרט הזה לא رائع",
        "😀 👩‍👩‍👧 e\u0301 \u202eabc",
        "a\x00b \x1b[31mred \x7f",
        "\ufffe \uffff a\uffffb",
        "$x_1$ $\\frac{1} _a_ ^ % # \\alpha {",
        "w" * 5000 + " 长" * 3 + "长" * 300,
        "one",
    ],
    ids=["html", "chinese", "right to left", "emoji", "control", "not xml", "mathematics", "long", "one"],
)
def test_any_word_can_be_drawn(two_runs, text):
    states, memory = (nlp_lstm.probe(text, "sentiment-001", memory=memory) for memory in (False, True))
    both = Report(states.comparisons + memory.comparisons, states.traces)
    png, svg, page = (VIEWS.get(format_)(both) for format_ in ("png", "svg", "html"))
    assert read_pixels(bytes(png)).size  # type: ignore
    words = [visible(word) for word in states.traces[0].words if len(word) < 16]
    assert set(words) <= {*read_text(str(svg))}
    assert all(word in Page(str(page)).text for word in words)


def test_words_of_a_page_stay_words(two_runs):
    report = hostile_report()
    page = Page(str(VIEWS.get("html")(report)))
    assert not {"script", "img", "b", "iframe", "foreignobject"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(word in page.text for word in HOSTILE)
    drawn = read_text(str(VIEWS.get("svg")(report)))
    assert {"</script>", "]]>", "<!--", "&lt;"} <= set(drawn)


def test_names_of_tables_and_columns_stay_names():
    evil = "<img src=x onerror=alert(1)>"
    one = Comparison(evil, [evil], [evil], [(evil,)], evil, evil)
    curve = Comparison(evil, ["1"], [evil], [(1.0,)], evil, evil, chart="curves")
    page = Page(VIEWS.get("html")(Report((one, curve), facts={evil: {evil: evil}})))  # type: ignore
    assert "img" not in page.tags
    assert page.text.count(evil) >= 12
    assert evil in " ".join(read_text(show("svg", one, curve)))


@pytest.mark.parametrize("format_", PICTURES)
def test_long_sentences_are_drawn_in_rows_up_to_a_limit_that_is_said(here, new_run, format_):
    run = new_run(Path("runs/a"))
    shown = VIEWS.get(format_)(nlp_lstm.probe("the sky is blue " * 100, run))
    if format_ == "png":
        height, width, _ = read_pixels(shown).shape  # type: ignore
        assert width < 1700 < height < 65_536
    else:
        text = " ".join(read_text(str(shown))) if format_ == "svg" else Page(str(shown)).text
        assert "The first 300 of 400 words" in text


# pages


def test_a_page_holds_its_tables_as_tables(two_runs):
    report = nlp_lstm.probe(SENTENCE, wide=True)
    text = str(VIEWS.get("html")(report))
    page = Page(text)
    assert page.tags.count("table") == page.tags.count("caption") == 2
    assert page.tags.count("svg") == 2 * page.tags.count("figure") == 8  # each wide and narrow
    assert page.attributes.count(("scope", "row")) == 2 * len(SENTENCE.split())
    assert page.attributes.count(("scope", "col")) == 2 * (1 + len(report.comparisons[0].columns))
    assert f"{report.comparisons[0].records()[0]['forget_gate']:.3f}" in page.text
    assert "default-src 'none'" in str(dict(page.attributes)["content"]) or "default-src 'none'" in text
    identifiers = [value for name, value in page.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    referred = re.findall(r'(?:url\(|href=")#([^)"]+)', text)
    assert set(referred) <= set(identifiers)


# what is left alone


def test_nothing_of_matplotlib_is_changed(two_runs):
    before = dict(matplotlib.rcParams)
    for format_ in PICTURES:
        VIEWS.get(format_)(nlp_lstm.probe(SENTENCE))
    assert dict(matplotlib.rcParams) == before


def test_the_user_s_own_settings_are_put_aside(two_runs):
    plain = VIEWS.get("svg")(nlp_lstm.probe(SENTENCE))
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "red", "font.size": 40}):
        assert VIEWS.get("svg")(nlp_lstm.probe(SENTENCE)) == plain


def test_no_display_is_looked_for(two_runs):
    code = (
        "import sys, nlp_lstm; from nlp_lstm.views import VIEWS; VIEWS.names(); "
        "assert 'matplotlib' not in sys.modules; "
        "[VIEWS.get(name)(nlp_lstm.probe('the sky')) for name in ('png', 'svg', 'html')]; "
        "print(sorted({'matplotlib.pyplot', 'tkinter'} & set(sys.modules)))"
    )
    # What an old Matplotlib calls by an old name is no news to who draws.
    warnings = ["-W", "error", "-W", "ignore::DeprecationWarning"]
    command = [sys.executable, *warnings, "-c", code]
    done = subprocess.run(command, cwd=two_runs, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


# what is refused


@pytest.mark.parametrize("format_", PICTURES)
def test_without_the_extra_the_error_names_it(two_runs, cli, monkeypatch, format_):
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "matplotlib" else find(name))
    done = cli("probe", SENTENCE, "--format", format_, "--output", "out")
    assert (done.code, done.out) == (66, "")
    assert done.err == "nlp-lstm: matplotlib is not installed: pip install 'nlp-lstm[pictures]'\n"
    assert not Path("out").exists()
    with pytest.raises(MissingInputError, match=r"nlp-lstm\[pictures\]"):
        VIEWS.get(format_)(Report((table(),)))


def test_a_png_is_not_printed_and_the_others_are(two_runs, cli):
    done = cli("probe", SENTENCE, "--format", "png")
    assert (done.code, done.out) == (2, "")
    assert "format png is not text: name a file with --output" in done.err
    assert cli("probe", SENTENCE, "--format", "svg").out.startswith("<?xml")
    assert cli("probe", SENTENCE, "--format", "html").out.startswith("<!doctype html>")


# notebooks


def test_traces_tables_and_reports_show_themselves(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # needs no extra
    report = hostile_report()
    shown = {
        "trace": report.traces[0]._repr_html_(),
        "table": report.comparisons[0]._repr_html_(),
        "report": report._repr_html_(),
    }
    for html in shown.values():
        page = Page(html)
        assert "script" not in page.tags
        assert all(word in page.text for word in HOSTILE)
    assert f"{np.linalg.norm(report.traces[0].parts['cell_state'][0]):.3f}" in shown["trace"]
    short = Page(Comparison("ages", "12345", ["a"], [(1,)] * 5, "n", "", first=2)._repr_html_())
    assert short.tags.count("tr") == 3
    assert "3 rows more" in short.text
