"""What a terminal shows: tables that fit it, colours where it has them, and progress while you wait."""

import functools
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

import nlp_lstm
from nlp_lstm.cli._progress import share_line
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.formats import VIEWS
from nlp_lstm.report.markup import show_value
from nlp_lstm.training.recipes import PRESETS
from nlp_lstm.views.text import show_text

WIDTHS = (60, 80, 200)
TEXT = "the movie was not very good , but i liked it and saw it again with my old friends"
HOSTILE = (
    "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
    "a\x1b[31mred\x07\x9b2J",
    "extraordinarily" * 20,
    "שלום\u202eevil",
    "👨‍👩‍👧👍🏽" * 30,
    "two words\r\nand\tmore",
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
RUN, BOTH = "sentiment-sst", ("next-word-stories", "sentiment-sst")
COMPARED = ("influence", "decode", "meaning", "similarity", "gates", "memory")
REPORTS: dict[str, Callable[[Path], Report]] = {
    "runs": lambda states: nlp_lstm.runs(),
    "presets": lambda states: nlp_lstm.presets(),
    "data": lambda states: nlp_lstm.data(),
    "data reviews": lambda states: nlp_lstm.data("reviews"),
    "probe": lambda states: nlp_lstm.probe(TEXT, BOTH),
    "probe of one run": lambda states: nlp_lstm.probe(TEXT, RUN),
    "probe of a unit": lambda states: nlp_lstm.probe(TEXT, BOTH, unit=3),
    "probe --memory": lambda states: nlp_lstm.probe(TEXT, BOTH, memory=True),
    "probe --memory --unit": lambda states: nlp_lstm.probe(TEXT, BOTH, unit=3, memory=True),
    "probe --swap": lambda states: nlp_lstm.probe(TEXT, BOTH, swap=(2, "sea")),
    "predict": lambda states: nlp_lstm.predict(TEXT, RUN),
    "predict, the next words": lambda states: nlp_lstm.predict(TEXT, BOTH[0]),
    "predict --file": lambda states: nlp_lstm.predict([TEXT, "the end"], BOTH[0], 3),
    "evaluate": lambda states: nlp_lstm.evaluate(RUN, "reviews", limit=100),
    **{
        f"compare {name}": functools.partial(lambda states, name: _compare(name), name=name)
        for name in COMPARED
    },
    "compare units": lambda states: nlp_lstm.compare("units", RUN, "mini", limit=60),
    "verdict": lambda states: nlp_lstm.verdict(RUN, limit=40),
    "anatomy": lambda states: nlp_lstm.anatomy(run=RUN),
    "find": lambda states: nlp_lstm.find(states, unit=7),
}


def _compare(name: str) -> Report:
    """An analysis of few sentences."""
    return nlp_lstm.compare(name, RUN, "reviews", limit=60)


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The states of a few reviews, as `extract` writes them."""
    folder = tmp_path_factory.mktemp("extracted") / "states"
    nlp_lstm.extract(RUN, "reviews", folder, "validation", limit=40)
    return folder


@pytest.fixture(scope="module")
def report_of(states: Path) -> Callable[[str], Report]:
    """Return a function that makes a report, each once."""
    return functools.cache(lambda name: REPORTS[name](states))


def lines_that_are_too_wide(text: str, width: int) -> list[str]:
    """The lines that a terminal would break."""
    return [line for line in text.split("\n") if cell_len(ESCAPE.sub("", line)) > width]


def in_terminal(
    *arguments: str, columns: int = 80, stderr: bool = False, **environment: str
) -> tuple[str, str]:
    """What a command shows on a terminal: of stdout, or of stderr, and what goes to the other, a pipe."""
    shown, terminal = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE if stderr else terminal,
        stderr=terminal if stderr else subprocess.PIPE,
        env=kept | {"TERM": "xterm-256color", "COLUMNS": str(columns)} | environment,
    ) as process:
        os.close(terminal)
        said = b""
        while piece := _read(shown):
            said += piece
        piped = process.communicate(timeout=120)
    os.close(shown)
    assert process.returncode == 0, said + (piped[1] or b"")
    return said.decode().replace("\r\n", "\n"), (piped[0] if stderr else piped[1]).decode()


def _read(shown: int) -> bytes:
    """What is next on a terminal; nothing at its end."""
    try:
        return os.read(shown, 4096)
    except OSError:  # Linux's word for the end
        return b""


# tables


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_fits_and_loses_no_number(name, width, report_of):
    report = report_of(name)
    text = show_text(report, width)
    assert lines_that_are_too_wide(text, width) == []
    assert "\x1b" not in text
    shown = set(re.split(r"\s+", text))
    for table in report.comparisons:
        numbers = {
            show_value(value)
            for row in table.values[: table.first]
            for value in row
            if isinstance(value, float) and table.chart != "heat"
        }
        assert numbers <= shown, table.title
        assert all(word in text for word in f"{table.title} {table.see}".split())


@pytest.mark.parametrize("name", REPORTS)
def test_colour_changes_nothing_but_colour(name, report_of):
    coloured = show_text(report_of(name), 80, colour=True)
    assert ESCAPE.sub("", coloured) == show_text(report_of(name), 80)
    assert coloured.startswith("\x1b[1m") or report_of(name).facts


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("chart", ["", "heat"])
def test_hostile_words_keep_the_width(width, chart, colour):
    """As titles, names, cells, headings and meanings; on a map, too."""
    values = [tuple(0.1 * (row + column) for column in range(len(HOSTILE))) for row in range(len(HOSTILE))]
    named = Comparison(HOSTILE[2], HOSTILE, HOSTILE, values, HOSTILE[0], " ".join(HOSTILE), chart)
    told = Comparison("told", HOSTILE, ("says", "n"), [(word, 1) for word in HOSTILE], "word", "")
    text = show_text(Report((named, told), facts=dict.fromkeys(HOSTILE, HOSTILE[3])), width, colour)
    assert lines_that_are_too_wide(text, width) == []
    assert not re.search("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert not re.search(r"\x1b(?!\[[0-9;]*m)", text)
    assert ("\x1b" in text) is colour
    shown = re.sub(r"\s", "", ESCAPE.sub("", text))
    assert all(word in shown for word in ("漢字", "a␛[31mred", "שלום"))
    assert shown.count("extraordinarily") >= 40  # cut over lines, in the row names or headings and the cells


def test_a_table_gives_way_in_the_order_that_it_says():
    """Headings break first, then cells wrap, then it goes on below, with the row names."""
    row = ("a label of several words in a row", 0.5, 0.25)
    table = Comparison("t", ["first row"], ["says", "hidden_state_norm", "cell_state_norm"], [row], "row", "")

    def rows(width: int) -> list[str]:
        return show_text(Report((table,)), width).split("\n")[1:]

    assert rows(90)[0].split() == ["row", "says", "hidden_state_norm", "cell_state_norm"]
    assert rows(63)[-1].split("  ")[:2] == ["first row", "a label of several words in a row"]
    assert rows(63)[0].split() == ["hidden", "cell"]
    assert [line.strip() for line in rows(58)[-2:]] == [
        "first row  a label of several words in a      0.500  0.250",
        "row",
    ]
    wider = Comparison("t", ["first row"], [*table.columns, "a_b"], [(*row, "a" * 30)], "row", "")
    below = show_text(Report((wider,)), 40).split("\n")
    assert below.count("") == 1
    assert sum(line.startswith("first row") for line in below) == 2


def test_an_interval_stays_with_its_figure():
    names = [f"{state}{end}" for state in ("hidden", "cell", "third") for end in ("", "_low", "_high")]
    table = Comparison("t", ["a"], names, [tuple(map(float, range(100, 1000, 100)))], "row", "")
    for width in (40, 50, 60):
        for block in show_text(Report((table,)), width).split("\n\n"):
            assert len(re.findall(r"\d00\.0", block)) % 3 == 0


def test_a_map_gives_up_its_numbers_where_they_have_no_room():
    words = [f"{number} word" for number in range(1, 61)]
    values = [tuple(1.0 if row == column else 0.2 for column in range(60)) for row in range(60)]
    table = Comparison("map", words, words, values, "word", "", "heat")
    wide, narrow, narrowest = (show_text(Report((table,)), width) for width in (400, 200, 50))
    assert "█1.0" in wide
    assert "▒.20" in wide
    assert "██▒▒" in narrow
    assert "1.0" not in narrow
    assert narrowest.count("\n1 word ") == 2  # in two blocks, the second from word 37 on
    assert lines_that_are_too_wide(narrowest, 50) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_commands_of_presets_can_be_pasted(width):
    _, _, text = show_text(nlp_lstm.presets(), width).rpartition("commands\n")
    script = text.partition("\n(")[0].replace("\\\n", "")
    found = [shlex.split(line) for line in script.split("\n") if not line.startswith("#")]
    assert found == [preset.command().split() for preset in PRESETS.values()]


def test_a_hash_is_short_in_text_alone(report_of):
    (record, *_) = report_of("data reviews").comparisons[0].records()
    text = show_text(report_of("data reviews"), 80)
    assert record["sha256"][:12] in text
    assert record["sha256"][:13] not in text
    assert record["sha256"] in VIEWS.get("json")(report_of("data reviews"))


def test_the_width_is_the_terminals(monkeypatch, report_of):
    monkeypatch.setenv("COLUMNS", "60")
    assert show_text(report_of("runs")) == show_text(report_of("runs"), 60)
    monkeypatch.delenv("COLUMNS")
    piped = subprocess.run(
        [sys.executable, "-m", "nlp_lstm", "presets"], capture_output=True, text=True, check=True, timeout=60
    )
    assert piped.stdout == show_text(report_of("presets"), 80) + "\n"


# colours


def test_a_terminal_shows_colours():
    told, _ = in_terminal("-m", "nlp_lstm", "predict", "--run", RUN, "what a good movie")
    assert re.search(r"\x1b\[38;5;35m(very )?positive\x1b\[0m", told)
    told, _ = in_terminal("-m", "nlp_lstm", "predict", "--run", RUN, "what a bad movie")
    assert "\x1b[1mlabel after every word\x1b[0m" in told
    assert re.search(r"\x1b\[38;5;134m(very )?negative\x1b\[0m", told)
    told, _ = in_terminal("-m", "nlp_lstm", "probe", "--run", RUN, "--layer", "1", "the sky")
    assert re.search(r"\x1b\[38;5;33m[\d.]+\x1b\[0m +\x1b\[38;5;208m[\d.]+\x1b\[0m", told)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_shows_none(environment):
    told, _ = in_terminal("-m", "nlp_lstm", "presets", **environment)
    assert "\x1b" not in told
    assert "sst-scratch" in told


def test_a_pipe_and_a_file_hold_no_escapes(tmp_path):
    command = ("-m", "nlp_lstm", "predict", "--run", RUN, "not \x1b[31mgood")
    _, piped = in_terminal(*command, stderr=True)
    assert "\x1b" not in piped
    assert "␛" in piped
    told, _ = in_terminal(*command, "--output", str(tmp_path / "told.txt"))
    assert told == ""
    assert (tmp_path / "told.txt").read_text() == piped


def test_outcomes_of_claims_have_colours():
    outcomes = ("holds", "holds in part", "does not hold", "not enough data")
    table = Comparison("verdict", list("1234"), ("verdict",), [(one,) for one in outcomes], "claim", "")
    text = show_text(Report((table,)), 80, colour=True)
    codes = [re.search(rf"\x1b\[([\d;]+)m{one}\x1b", text) for one in outcomes]
    assert len({code[1] for code in codes if code}) == 4


# progress


@pytest.mark.parametrize(
    ("width", "text", "bar"),
    [
        (60, "epoch 12/40  loss 0.532", 22),
        (80, "epoch 12/40  loss 0.532  accuracy 0.765", 26),
        (96, "epoch 12/40  loss 0.532  accuracy 0.765", 40),
        (97, "epoch 12/40  loss 0.532  accuracy 0.765  validation 0.612 after epoch 11", 10),
        (200, "epoch 12/40  loss 0.532  accuracy 0.765  validation 0.612 after epoch 11", 40),
    ],
)
def test_the_bar_keeps_ten_cells_and_the_text_gives_way(width, text, bar):
    parts = ["epoch 12/40", "loss 0.532", "accuracy 0.765", "validation 0.612 after epoch 11"]
    assert share_line(parts, width) == (text, bar)


TRAINING = """
from nlp_lstm.cli._progress import Bar
from types import SimpleNamespace
with Bar(False) as bar:
    for step in range(1, 9):
        before = {"validation_loss": 0.61234}
        figures = {"loss": 0.51234, "accuracy": 0.81234, "before": before}
        bar.report(SimpleNamespace(epoch=3, epochs=4, step=step, steps=8, **figures))
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_of_a_training_fits_the_terminal(width):
    shown, _ = in_terminal("-c", TRAINING, columns=width, stderr=True)
    assert lines_that_are_too_wide(shown.replace("\r", "\n"), width) == []
    (drawn, *_) = [line for line in re.split("[\r\n]", ESCAPE.sub("", shown)) if "left" in line][-1:]
    assert re.fullmatch(r"epoch 3/4  loss 0\.512.* [━╸╺]{10,} \d:\d\d:\d\d left", drawn)
    assert ("after epoch 2" in drawn) is (width == 200)


def _python(verb: str, *arguments: str) -> tuple[str, ...]:
    """A command in a process of its own."""
    return ("-m", "nlp_lstm", verb, *arguments)


@pytest.fixture(scope="module")
def long_commands(states: Path) -> dict[str, tuple[str, ...]]:
    """The commands that may take long, here with little to do."""
    return {
        "evaluate": _python("evaluate", RUN, "--data", "reviews", "--limit", "20"),
        "compare": _python("compare", "gates", RUN, "--data", "reviews", "--limit", "40"),
        "verdict": _python("verdict", RUN, "--data", "reviews", "--limit", "20"),
        "find": _python("find", str(states), "--unit", "7"),
    }


@pytest.mark.parametrize("name", ["evaluate", "compare", "verdict", "find"])
def test_long_commands_show_a_bar_and_take_it_away(name, long_commands):
    shown, out = in_terminal(*long_commands[name], stderr=True)
    assert re.search(
        r"(scoring|measuring|searching).* [━╸╺]{10,} (\d:\d\d:\d\d|-:--:--) left", ESCAPE.sub("", shown)
    )
    assert lines_that_are_too_wide(shown.replace("\r", "\n"), 80) == []
    assert shown.endswith("\x1b[2K")  # the line is empty again
    assert "\x1b" not in out
    assert out.count("\n") > 5
    shown, _ = in_terminal(*long_commands[name], "--quiet", stderr=True)
    assert shown == ""


@pytest.mark.parametrize("name", ["compare", "find"])
def test_a_pipe_has_no_bar(name, long_commands):
    piped = subprocess.run(
        [sys.executable, *long_commands[name]], capture_output=True, check=True, timeout=60
    )
    assert piped.stderr == b""


WAITED_FOR: dict[str, Callable[..., Report]] = {
    "evaluate a tagger": lambda states, report: nlp_lstm.evaluate(RUN, "reviews", limit=300, report=report),
    "verdict": lambda states, report: nlp_lstm.verdict(BOTH, limit=40, report=report),
    "find": lambda states, report: nlp_lstm.find(states, unit=7, report=report),
    **{
        name: functools.partial(
            lambda states, report, name: nlp_lstm.compare(name, RUN, "reviews", limit=100, report=report),
            name=name,
        )
        for name in COMPARED
    },
    "units": lambda states, report: nlp_lstm.compare("units", RUN, "mini", limit=60, report=report),
}


@pytest.mark.parametrize("name", WAITED_FOR)
def test_progress_grows_to_the_whole(name, states):
    shares: list[float] = []
    WAITED_FOR[name](states, shares.append)
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == pytest.approx(1)
    assert len(set(shares)) >= (1 if name == "find" else 5)
    steps = [after - before for before, after in pairwise([0.0, *shares])]
    assert max(steps) < 0.75 or name == "find"


def test_a_next_word_model_is_evaluated_in_sight(here, new_run):
    run = new_run(here / "words", "next-word")
    shares: list[float] = []
    nlp_lstm.evaluate(run, "mini", limit=40, report=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) > 8
