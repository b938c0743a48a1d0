"""Every report has a picture that answers its question: intervals, true captions, a sentence to see."""

import html
import json
import re
import xml.etree.ElementTree
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses._alignment import SAMPLE
from nlp_lstm.analyses._seeing import along, largest, versus
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison, Report
from nlp_lstm.views import VIEWS
from nlp_lstm.views._style import NARROW, WIDTH

pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install -e '.[pictures]'")

from nlp_lstm.views._curves import coincident
from nlp_lstm.views._drawing import draw
from nlp_lstm.views._figures import charts
from nlp_lstm.views._measures import find_measures, find_panels
from nlp_lstm.views._tables import table_picture

SENTENCE = "the film was long but the ending is funny"
RUN = "sentiment-sst"
REPORTS = {
    "verdict": lambda: nlp_lstm.verdict(RUN, data="mini", limit=60),
    "compare gates": lambda: nlp_lstm.compare("gates", RUN, data="mini", limit=60),
    "compare meaning": lambda: nlp_lstm.compare("meaning", RUN, data="mini", limit=100),
    "compare decode": lambda: nlp_lstm.compare("decode", RUN, data="mini", limit=100),
    "compare units": lambda: nlp_lstm.compare("units", RUN, data="mini", limit=120),
    "compare influence": lambda: nlp_lstm.compare("influence", RUN, data="mini", limit=60),
    "compare memory": lambda: nlp_lstm.compare("memory", RUN, data="mini", limit=60),
    "compare similarity": lambda: nlp_lstm.compare("similarity", RUN, data="mini", limit=60),
    "probe": lambda: nlp_lstm.probe(SENTENCE),
    "probe, all columns": lambda: nlp_lstm.probe(SENTENCE, RUN, wide=True),
    "probe of a unit": lambda: nlp_lstm.probe(SENTENCE, RUN, unit=3),
    "probe of the memory": lambda: nlp_lstm.probe(SENTENCE, RUN, memory=True),
    "probe with a swap": lambda: nlp_lstm.probe(SENTENCE, swap=(9, "dull")),
    "probe without a word": lambda: nlp_lstm.probe(SENTENCE, without=5),
    "probe with a gate held": lambda: nlp_lstm.probe(
        SENTENCE, hold=nlp_lstm.Edit("forget_gate", 0.0, words=range(3, 5))
    ),
    "evaluate": lambda: nlp_lstm.evaluate(RUN, data="mini", limit=60),
}
TABLES = ("memory of each unit", "predictions")  # where nothing is to compare


@cache
def report_of(name: str) -> Report:
    return REPORTS[name]()


def texts_of(svg: bytes) -> list[str]:
    root = xml.etree.ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def an_interval(mean: float, low: float, high: float) -> Interval:
    return Interval(*map(np.asarray, (mean, low, high)))


# every report


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_a_picture_other_than_a_table(name):
    report = report_of(name)
    for table in report.comparisons:
        words_alone = all(not isinstance(value, float) for row in table.values for value in row)
        if any(part in table.title for part in TABLES) or not table.rows:
            continue
        assert charts(table, report) or words_alone, table.title
    assert charts(report.comparisons[0], report)


@pytest.mark.parametrize("name", REPORTS)
def test_a_phone_gets_as_many_pictures_and_none_is_wider_than_it_is_to_be(name):
    report = report_of(name)
    for table in report.comparisons[:3]:
        wide, narrow = charts(table, report), charts(table, report, NARROW)
        assert len(wide) == len(narrow)
        assert all(picture.width == WIDTH for picture in wide if "memory" not in name)
        assert all(draw([picture], "svg", titled=False) for picture in narrow)


@pytest.mark.parametrize("name", REPORTS)
def test_no_text_of_a_picture_runs_out_of_it(name):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from nlp_lstm.views._drawing import Sheet
    from nlp_lstm.views._style import style

    report = report_of(name)
    for picture in [one for table in report.comparisons[:3] for one in charts(table, report)][:3]:
        with style():
            figure = Figure(figsize=(picture.width, picture.height + 0.4))
            renderer = FigureCanvasAgg(figure).get_renderer()
            picture.draw(Sheet(figure, 0.2))
            for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
                box = text.get_window_extent(renderer)
                if text.get_text().strip():
                    assert box.x0 >= -2, text.get_text()
                    assert box.x1 <= figure.bbox.x1 + 2, text.get_text()


@pytest.mark.parametrize(
    "name", [name for name in REPORTS if name.startswith(("compare", "verdict", "probe with"))]
)
def test_what_to_see_is_said_in_text_page_picture_and_json(name):
    report = report_of(name)
    said = [table.see for table in report.comparisons if table.see]
    assert said
    shown = {format_: str(VIEWS.get(format_)(report)) for format_ in ("text", "html", "svg")}
    plain = {
        format_: " ".join(html.unescape(re.sub("<[^>]+>", " ", text)).split())
        for format_, text in shown.items()
    }
    assert all(said[0] in text for text in plain.values())
    tables = json.loads(str(VIEWS.get("json")(report)))["tables"]
    assert [table["see"] for table in tables if "see" in table] == said


# intervals


def test_intervals_are_drawn_where_there_are_some():
    table = Comparison("t", ["a"], ("mean", "low", "high"), [(0.5, 0.4, 0.6)], "row", "")
    lines = draw(charts(table, Report((table,))), "svg", titled=False).decode()
    bare = Comparison("t", ["a"], ("mean",), [(0.5,)], "row", "", "intervals")
    fewer = draw(charts(bare, Report((bare,))), "svg", titled=False).decode()
    assert lines.count("stroke-opacity: 0.55") == 1
    assert "stroke-opacity: 0.55" not in fewer
    assert "0.50 (0.40 to 0.60)" in texts_of(lines.encode())


def test_an_interval_ends_where_its_numbers_say(monkeypatch):
    from matplotlib.axes import Axes

    drawn, plot = [], Axes.plot

    def note(axes, *places, **options):
        drawn.append((places, options))
        return plot(axes, *places, **options)

    monkeypatch.setattr(Axes, "plot", note)
    columns = ("value", "low", "high", "untrained")
    table = Comparison("t", ["a"], columns, [(0.5, 0.4, 0.7, 0.1)], "row", "", unit="accuracy")
    shown = draw(charts(table, Report((table,))), "svg", titled=False)
    assert any(np.allclose(places[0], (0.4, 0.7)) for places, _ in drawn if np.size(places[0]) == 2)
    hollow = [places[0] for places, options in drawn if options.get("mfc") == "#ffffff"]
    assert 0.1 in hollow
    assert "accuracy" in texts_of(shown)


def test_measures_of_one_unit_share_an_axis_and_others_do_not():
    columns = ("a", "a_low", "a_high", "b", "b_low", "b_high", "n")
    values = [(0.5, 0.4, 0.6, 30.0, 20.0, 40.0, 9)]
    apart = Comparison("t", ["x"], columns, values, "row", "")
    assert [len(measures) for measures in find_panels(apart).values()] == [1, 1]
    together = Comparison("t", ["x"], columns, values, "row", "", unit="share")
    assert {told: [one.name for one in measures] for told, measures in find_panels(together).items()} == {
        "share": ["a", "b"]
    }


def test_counts_are_no_measures():
    table = Comparison("t", ["x"], ("wrong", "low", "high", "n"), [(0.1, 0.0, 0.2, 50)], "row", "")
    assert [one.name for one in find_measures(table)] == ["wrong"]


def test_infinite_ends_are_drawn_and_told():
    columns = ("half_life", "half_life_low", "half_life_high")
    table = Comparison("t", ["x"], columns, [(5.0, 3.0, float("inf"))], "row", "")
    picture = charts(table, Report((table,)))[0]
    assert "Arrows: beyond the axis." in picture.note
    assert "5.00 (3.00 to ∞)" in texts_of(draw([picture], "svg"))


# verdict


def test_the_verdict_s_picture_holds_every_claim_with_outcome_and_evidence():
    report = report_of("verdict")
    page = report.comparisons[0]
    picture = charts(page, report)[0]
    texts = texts_of(draw([picture], "svg"))
    outcomes = [str(row[0]) for row in page.values]
    assert all(texts.count(outcome) == outcomes.count(outcome) for outcome in {*outcomes})
    together = " ".join(texts)
    for number, (_, statement) in zip(page.rows, page.values, strict=True):
        assert f"{number}. {' '.join(str(statement).split()[:2])}" in together
    shares = report.comparisons[1]
    assert f"{shares.values[0][0]:.2f}"[:4] in together
    counted = sum(int(one) for one in re.findall(r"(\d+) (?:hold|do not|need)", page.see))
    assert counted == len(page.rows)


def test_outcomes_differ_in_shape_and_in_lightness():
    from matplotlib.colors import to_rgb

    from nlp_lstm.views._claims import OUTCOMES

    assert len({(fill, sign) for _, fill, sign in OUTCOMES.values()}) == len(OUTCOMES)
    assert len({colour for colour, *_ in OUTCOMES.values()}) == len(OUTCOMES)
    assert all(sum(to_rgb(colour)) < 1.6 for colour, *_ in OUTCOMES.values())  # read on white


# before and after


def test_a_change_shows_both_sentences_and_what_is_said_after_each():
    report = report_of("probe with a swap")
    table = report.comparisons[-1]
    texts = texts_of(draw(charts(table, report)[:1], "svg"))
    assert {"before", "after", "funny", "dull", "hidden_state", "cell_state"} <= {*texts}
    assert texts.count("ending") == 2
    last = table.records()[-1]
    for name in ("says_before", "says_after"):
        label, _, probability = str(last[name]).rpartition(" ")
        assert {label, probability} <= {*texts}


def test_a_word_that_is_left_out_has_a_gap():
    report = report_of("probe without a word")
    texts = texts_of(draw(charts(report.comparisons[0], report)[:1], "svg"))
    assert texts.count("but") == 1
    assert texts.count("long") == 2


def test_the_states_of_both_models_stand_in_one_picture():
    report = report_of("probe")
    texts = texts_of(draw(charts(report.comparisons[0], report)[:1], "svg"))
    assert {"tagger", "predictor"} <= {*texts}
    assert texts.count("funny") == 2


# readability


def test_numbers_do_not_stand_on_bars(monkeypatch):
    from matplotlib.axes import Axes

    from nlp_lstm.views._drawing import Sheet

    bars, written = [], []
    add, text = Axes.add_patch, Sheet.text
    monkeypatch.setattr(Axes, "add_patch", lambda axes, one: bars.append(one) or add(axes, one))
    monkeypatch.setattr(
        Sheet,
        "text",
        lambda sheet, left, top, word, **how: (
            written.append((left, word)) or text(sheet, left, top, word, **how)
        ),
    )
    table = Comparison("t", ["a", "b"], ("probability",), [(0.95,), (0.4,)], "word", "")
    draw([table_picture(table)], "svg", titled=False)
    right = max(bar.get_x() + bar.get_width() for bar in bars)
    number = next(left for left, word in written if word == "0.950")  # its right end
    assert len(bars) == 2
    assert number - 0.35 > right


def test_curves_that_coincide_are_told_and_both_axes_are_named():
    columns = ("hidden_state", "untrained_hidden_state", "cell_state")
    values = [(0.9, 0.9, 0.1), (0.5, 0.5, 0.3)]
    table = Comparison("t", ["0", "1"], columns, values, "words back", "", "curves", unit="accuracy")
    for width in (WIDTH, NARROW):
        picture = charts(table, Report((table,)), width)[0]
        assert "The curves of hidden_state and untrained_hidden_state coincide." in picture.note
        assert {"words back", "accuracy"} <= {*texts_of(draw([picture], "svg"))}
    assert coincident({"a": np.array([0.0, 1.0]), "b": np.array([0.1, 1.0])}) == []


@pytest.mark.parametrize("name", [name for name in REPORTS if name.startswith("compare")])
def test_every_curve_s_axis_is_named(name):
    for table in report_of(name).comparisons:
        assert table.unit or table.chart not in ("curves", "ranked"), table.title


# captions


def test_a_caption_names_as_many_words_as_were_compared():
    report = report_of("compare similarity")
    words = int(re.findall(r"over (\d+) words", report.comparisons[0].title)[0])
    assert words < SAMPLE
    assert f"between {words} words" in report.comparisons[1].meaning
    assert f"between {words} words" in report.comparisons[2].meaning
    few = nlp_lstm.compare("similarity", RUN, data="mini", limit=31)
    assert "the jackknife over 31 groups" in few.comparisons[2].meaning


def test_kinds_of_words_are_counted():
    kinds = report_of("compare memory").comparisons[1]
    named = next(row for row in kinds.rows if "commonest" in row)
    assert int(named.split()[0]) <= 50
    few = nlp_lstm.compare("memory", RUN, data="mini", limit=30)
    counted = next(row for row in few.comparisons[1].rows if "commonest" in row)
    assert counted.endswith(" commonest words")


@pytest.mark.parametrize(("analysis", "limit"), [("decode", 60), ("memory", 30)])
def test_a_table_without_rows_says_why(analysis, limit):
    report = nlp_lstm.compare(analysis, RUN, data="mini", limit=limit)
    for table in report.comparisons:
        if not table.rows:
            assert "no rows" in table.meaning
            assert "--limit" in table.meaning
            assert "no rows" in str(VIEWS.get("text")(Report((table,)))).lower()


def test_decode_over_few_sentences_says_why_it_has_no_curves():
    report = nlp_lstm.compare("decode", RUN, limit=60)
    empty = [table for table in report.comparisons if not table.rows]
    assert empty
    assert all("200 words to test on" in table.meaning for table in empty)


# what is said to be seen


def test_a_difference_is_told_only_where_no_interval_holds_both():
    far, near, small = an_interval(0.9, 0.8, 1.0), an_interval(0.75, 0.7, 0.85), an_interval(0.1, 0.0, 0.2)
    assert "h is above c" in versus("x", "h", far, "c", small)
    assert "overlap" in versus("x", "h", far, "c", near)
    assert "overlaps another" in largest("x", {"a": far, "b": near})
    assert "a, 0.90" in largest("x", {"a": far, "b": small})


def test_places_are_counted_where_the_intervals_are_apart():
    low, high = (Interval(*np.array([[value, 0.5]] * 3)) for value in (0.2, 0.8))
    assert "at 1 of 2 places" in along("x", {"hidden_state": low, "cell_state": high})
    assert "overlap" in along("x", {"hidden_state": low, "cell_state": high})
    assert along("x", {"hidden_state": low}) == ""


def test_meaning_says_what_is_easier_only_where_its_table_does():
    table = report_of("compare meaning").comparisons[0]
    last = next(row for row in reversed(table.records()) if "hidden_state" in str(row["read from"]))
    assert ("overlap" in table.see) == (last["easier"] == "neither")


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_cells_without_a_cell_state_have_pictures_of_what_they_have(here, new_run, cell):
    run = new_run(Path("runs/a"), cell=cell)
    for analysis in ("gates", "influence", "decode"):
        report = nlp_lstm.compare(analysis, run, data="mini", limit=150)
        assert charts(report.comparisons[0], report)
        assert all("cell state" not in table.see for table in report.comparisons)
        assert VIEWS.get("svg")(report)
    changed = nlp_lstm.probe("the sky is blue", run, swap=(4, "good"))
    texts = texts_of(draw(charts(changed.comparisons[0], changed), "svg"))
    assert "hidden_state" in texts
    assert "cell_state" not in texts
