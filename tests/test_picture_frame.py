"""The frame of all pictures: dark paper, narrow windows, threads, titles, and one meaning for each colour."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.report import Comparison, Report, palette
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.views import PICTURES, VIEWS

pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install -e '.[pictures]'")

from nlp_lstm.views._drawing import draw
from nlp_lstm.views._figures import charts
from nlp_lstm.views._style import NARROW, OTHERS, WIDTH, colours, is_narrow

TEXT = "the film is not good , but the elephant beside the lake is moving and the sky is blue ."


def trace_of(words: list[str], labels=("negative", "neutral", "positive")) -> Trace:
    """A trace of these words with random states."""
    random = np.random.default_rng(0)
    names = ("hidden_state", "cell_state", "input_gate", "forget_gate", "output_gate")
    parts = {name: random.random((len(words), 6)) for name in names}
    outputs = random.dirichlet(np.ones(len(labels)), len(words))
    return Trace(
        "a", "layer_1", tuple(words), np.ones((len(words), 2)), parts, outputs, labels, "sentiment", "labels"
    )


def report_of(text: str) -> Report:
    """A sentence word by word, and the map of a memory with bars and with cells that hold nothing."""
    trace = trace_of(text.split())
    names = [f"{number} {word}" for number, word in enumerate(trace.words, start=1)]
    shares = {
        name: [
            share if row >= column else None for row, share in enumerate(np.linspace(0.1, 0.9, len(names)))
        ]
        for column, name in enumerate(names)
    }
    ages = {"memory_age": [float(row) for row in range(len(names))]}
    memory = Comparison.from_columns("memory", names, shares | ages, "word", "shares", chart="heat")
    return Report((state_table(trace), memory), (trace,))


def shown(format: str, report: Report) -> str:
    """A report as text of a format."""
    return str(VIEWS.get(format)(report))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, in [1, 21], as the WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# colours


@pytest.mark.parametrize("colour", sorted({*palette.PART_COLOURS.values(), *OTHERS}))
def test_a_line_can_be_seen_on_light_and_on_dark_paper(colour):
    assert contrast(colour, palette.PAPER) >= 3
    assert contrast(palette.DARK[colour], palette.DARK[palette.PAPER]) >= 3


def test_text_can_be_read_on_both_papers():
    for ground in (palette.PAPER, palette.MISSING):
        assert contrast(palette.INK, ground) >= 7
        assert contrast(palette.DARK[palette.INK], palette.DARK[ground]) >= 7


@pytest.mark.parametrize("scale", [palette.SENTIMENT_SCALE, palette.VALUE_SCALE, palette.PROBABILITY_SCALE])
def test_a_number_can_be_read_on_its_cell(scale):
    import matplotlib
    from matplotlib.colors import to_hex

    from nlp_lstm.views._style import ink_on

    for value in np.linspace(0, 1, 41):
        cell = matplotlib.colormaps[scale](float(value))
        assert contrast(ink_on(cell), to_hex(cell)) >= 4.3
    assert not {palette.ON_LIGHT, palette.ON_DARK} & set(palette.DARK)  # on dark paper it stays readable


def test_every_part_has_a_colour_of_its_own_and_no_other_name_has_one_of_them():
    parts = {
        name: colour
        for name, colour in palette.PART_COLOURS.items()
        if not name.startswith(("reset", "update"))
    }
    for papers in (lambda colour: colour, palette.DARK.__getitem__):
        assert len({papers(colour) for colour in parts.values()}) == len(parts)
    names = ["majority", "unigram", "memory_age", "(before)"]
    assert not set(colours([*names, "cell_state"]).values()) - {palette.VERMILION} & set(parts.values())


def test_signs_of_weights_and_sentiments_have_no_colour_of_a_part():
    import matplotlib
    from matplotlib.colors import to_hex

    ends = {to_hex(matplotlib.colormaps[palette.SENTIMENT_SCALE](end)) for end in (0.0, 1.0)}
    assert not ({palette.BELOW_ZERO, palette.ABOVE_ZERO} | ends) & set(palette.PART_COLOURS.values())
    assert palette.SENTIMENT_SCALE != palette.VALUE_SCALE


# dark paper


def test_an_svg_turns_dark_by_itself_and_is_light_for_who_knows_no_styles():
    svg = shown("svg", report_of("the film"))
    style = re.findall(r"<style[^>]*>(.*?)</style>", svg, re.DOTALL)[0]
    assert "@media screen and (prefers-color-scheme: dark)" in style
    for light in (palette.PAPER, palette.INK, palette.BLUE, palette.VERMILION, palette.MISSING):
        assert f"{palette.DARK[light]} !important" in style
        assert f": {light}" in svg.replace(style, "")


def test_no_rule_is_for_a_colour_that_is_not_there():
    assert palette.BLUE not in palette.dark_rules('<rect fill="#ffffff"/>')
    assert palette.dark_rules("", ".picture").count(".picture") == 0


# narrow windows


@pytest.mark.parametrize("words", [1, 2, 7, 20, 70])
@pytest.mark.parametrize("width", [WIDTH, NARROW])
def test_every_picture_is_as_wide_as_it_was_asked_to_be(words, width):
    report = report_of(" ".join((TEXT.split() * 4)[:words]))
    pictures = [picture for table in report.comparisons for picture in charts(table, report, width)]
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.width == pytest.approx(width)
        svg = draw([picture], "svg", titled=False).decode()
        assert f'viewBox="0 0 {width * 72:g} ' in svg


@pytest.mark.parametrize(
    ("words", "width", "turned"),
    [
        (7, NARROW, False),
        (20, NARROW, False),
        (7, WIDTH, False),
        (20, WIDTH, False),
        (70, WIDTH, True),
        (70, NARROW, True),
    ],
)
def test_words_stay_horizontal_while_there_is_room(words, width, turned):
    report = report_of(" ".join((TEXT.split() * 4)[:words]))
    picture = charts(report.comparisons[0], report, width)[0]
    svg = draw([picture], "svg", titled=False).decode()
    turns = re.findall(r"rotate\((-?[\d.]+)[^>]*>film</text>", svg)
    assert turns
    assert [abs(float(turn)) > 1 for turn in turns] == [turned] * len(turns)


def test_a_page_holds_each_picture_wide_and_narrow_and_its_numbers_once():
    report = report_of("the film is good")
    page = shown("html", report)
    assert page.count("<figure>") == page.count('class="wide"') == page.count('class="narrow"') == 3
    assert page.count("<table>") == 2
    identifiers = re.findall(r' id="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert is_narrow(NARROW)
    assert not is_narrow(WIDTH)


# threads


@pytest.mark.parametrize("format_", PICTURES)
def test_24_threads_draw_the_same_bytes_as_one(format_):
    reports = [
        Report(
            (
                Comparison(
                    "speed", "0123", [name], [(0.5,), (0.2,), (0.3,), (0.1,)], "step", "", chart="curves"
                ),
            )
        )
        for name in ("hidden_state", "cell_state", "majority 部 😀")  # of which no font may have the last
    ] * 8
    view = VIEWS.get(format_)
    alone = [view(report) for report in reports[:3]]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        with ThreadPoolExecutor(24) as pool:
            together = list(pool.map(view, reports))
    finally:
        sys.setswitchinterval(before)
    assert all(one == alone[number % 3] for number, one in enumerate(together))


def test_threads_may_be_the_first_to_ask_for_a_format():
    code = (
        "import sys; sys.setswitchinterval(1e-6)\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from nlp_lstm.report import Comparison, Report\n"
        "from nlp_lstm.report.formats import VIEWS\n"
        "report = Report((Comparison('speed', ['lstm'], ['words'], [(9,)], 'cell', 'per s'),))\n"
        "with ThreadPoolExecutor(24) as pool:\n"
        "    shown = set(pool.map(lambda _: VIEWS.get('svg')(report), range(24)))\n"
        "print(len(shown))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


# titles


def test_a_page_is_called_after_its_sentence_or_its_tables():
    assert '<h1 dir="auto">the film is good</h1>' in shown("html", report_of("the film is good (end)"))
    table = Comparison("speed of cells", ["lstm"], ["words"], [(9,)], "cell", "")
    page = shown("html", Report((table,)))
    assert "<title>speed of cells</title>" in page


def test_a_page_of_compare_says_which_analysis_and_which_runs(two_runs):
    report = nlp_lstm.compare("gates", limit=30)
    assert report.title == "compare gates: next-word-001, sentiment-001"
    assert f"<title>{report.title}</title>" in shown("html", report)


@pytest.mark.parametrize("format_", ["html", "svg"])
def test_title_is_that_of_the_page_and_of_the_picture(two_runs, cli, format_):
    done = cli("probe", "the sky", "--title", "Skies & <b>", "--output", f"a.{format_}")
    assert (done.code, done.out) == (0, "")
    assert "Skies &amp; &lt;b&gt;<" in Path(f"a.{format_}").read_text(encoding="utf-8")


def test_a_format_without_a_title_refuses_one(two_runs, cli):
    done = cli("probe", "the sky", "--title", "Skies")
    assert (done.code, done.out) == (2, "")
    assert "format text has no --title: choose html, svg or png" in done.err
