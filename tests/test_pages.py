"""README and documentation are true: typed from top to bottom, their blocks run and print what they show."""

import importlib.util
import re
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

from nlp_lstm import load_run
from nlp_lstm.analyses.comparing import facts_of, make_studies
from nlp_lstm.claims.page import CLAIMS
from nlp_lstm.report.markup import show_facts
from nlp_lstm.store.cards import CARDS

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERDICT = ROOT / "docs/understand/verdict.txt"
METRICS = ("accuracy_", "macro_", "last_word_", "cross_", "perplexity", "fresh_", "top_", "agreement_")
# Which word is likelier or higher may differ from one processor to the next; how many are shown may not.
OF_THE_MODEL = re.compile(r'predict "[^"]*"$|generate|find|compare')


def load(path: Path):
    """A module of the project that is no part of a package."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    return module


pages, code_map = load(ROOT / "tests/pages.py"), load(ROOT / "docs/code_map.py")


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A folder in which the commands of `make demo` have run."""
    folder = tmp_path_factory.mktemp("demo")
    pages.make_demo(folder)
    return folder


def shape(text: str) -> list[list[str]]:
    """What must be the same on every machine: headings, row names, and the baselines' figures.

    What a trained model says differs a little from one processor to the next.
    """
    found = []
    for line in text.splitlines():
        words = line.split()
        if line.startswith(METRICS):
            found.append([words[0], *words[2:]])
        elif words and not re.search(r"\d", line):
            found.append(words)
        elif words:
            found.append([re.sub(r"[\d.]+", "#", words[0])])
    return found


@pytest.mark.parametrize("page", pages.find_pages(), ids=lambda page: page.stem)
def test_typed_from_top_to_bottom_a_page_runs_and_prints_what_it_shows(page, demo, tmp_path):
    for step, printed in pages.type_page(page, pages.copy_demo(demo, tmp_path / "typed")):
        if step.kind == "python" or not step.shown:
            continue
        lines = step.shown.splitlines()
        if lines[-1] == pages.LEFT_OUT:
            lines = lines[:-1]
            printed = "\n".join(printed.splitlines()[: len(lines)])
        if OF_THE_MODEL.search(step.text):
            assert len(shape(printed)) == len(shape("\n".join(lines))), step.text
        else:
            assert shape(printed) == shape("\n".join(lines)), step.text


def test_what_is_not_typed_here_is_what_ci_and_a_fresh_clone_run():
    shown = [step.text for step in pages.steps(ROOT / "README.md") if step.kind == "console"]
    assert {"make demo", "make test", "source .venv/bin/activate"} <= set(shown)
    assert re.search(r"^make test$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    for target in ("demo", "test", "docs"):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 200


def test_the_presets_that_are_shown_are_those_there_are():
    """Word for word: no machine changes them, and a command of yesterday trains another model."""
    page = ROOT / "docs/understand/recipes.md"
    (step,) = [step for step in pages.steps(page) if step.text == "nlp-lstm presets"]
    shell = pages.Shell(ROOT)
    printed = shell.type(step.text)
    shell.close()
    assert [line.rstrip() for line in printed.splitlines()] == step.shown.splitlines()


def test_mini_cannot_be_looked_up_but_is_learned(demo):
    """The bars of the built-in corpus, on the demo's own runs."""
    words = load_run(demo / "runs/sentiment-001").metrics["accuracy_per_word"]
    assert words["model"] >= 0.97  # type: ignore[operator]
    assert words["baselines"]["look_up"] <= 0.85  # type: ignore[operator]
    agreement = load_run(demo / "runs/next-word-001").metrics["agreement_across_attractor"]
    assert agreement["model"] >= 0.95  # type: ignore[operator]


def test_the_picture_is_what_its_command_draws(demo, tmp_path):
    (command,) = re.findall(r"^\t\$\(BIN\)/(nlp-lstm probe .*) docs/pictures/probe.svg$", MAKEFILE, re.M)
    assert "docs/pictures/probe.svg" in README
    folder = pages.copy_demo(demo, tmp_path / "typed")
    shell = pages.Shell(folder)
    shell.type(f"{command} again.svg")
    shell.close()
    drawn, shown = (drawn_words(path) for path in (folder / "again.svg", ROOT / "docs/pictures/probe.svg"))
    assert drawn == shown
    assert {"not", "negative", "hidden_state", "cell_state"} <= set(shown)


def drawn_words(path: Path) -> list[str]:
    """The texts of an SVG that are no numbers, which may differ a little from machine to machine."""
    texts = xml.etree.ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    found = ["".join(element.itertext()) for element in texts]
    return [text for text in found if not re.search(r"\d", text)]


def test_the_verdict_that_is_shown_has_the_claims_and_rules_of_the_program():
    said = " ".join(VERDICT.read_text(encoding="utf-8").split())
    page = (ROOT / "docs/understand/hidden_against_cell.md").read_text(encoding="utf-8")
    for number, claim in enumerate(CLAIMS, 1):
        assert f"(rule: {claim.rule})" in said
        outcomes = "HOLDS IN PART|HOLDS|DOES NOT HOLD|NOT ENOUGH DATA"
        (outcome,) = re.findall(rf" {number}\. {re.escape(claim.statement)} ({outcomes})", said)
        assert f"| {number}. {claim.statement} | {outcome.lower()} |" in page


def test_every_figure_of_the_annotated_article_is_one_of_the_verdict():
    page = (ROOT / "docs/understand/article.md").read_text(encoding="utf-8").replace("−", "-")
    said = " ".join(VERDICT.read_text(encoding="utf-8").split())
    figures = re.findall(r"(-?\d+\.\d+)\s+\[(-?[\d.]+), (-?[\d.]+)\]", page)
    assert len(figures) >= 20
    for value, low, high in figures:
        other_sign = " ".join(f"-{number}" for number in (value, high, low))  # "they cost 0.649"
        assert f" {value} {low} {high}" in said or f" {other_sign}" in said, (value, low, high)


def test_the_verdict_that_is_shown_is_of_the_runs_and_texts_that_come_with_the_program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    studies = make_studies((), None, "validation", None, 0, {})
    first = show_facts({"split": "validation", **facts_of(studies)})
    said = " ".join(VERDICT.read_text(encoding="utf-8").split())
    assert said.startswith(first), "type `make verdict`"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if "next-word" in name else ()) for name in CARDS]
)
def test_the_verdict_that_is_shown_has_a_figure_that_the_run_gives_now(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = VERDICT.read_text(encoding="utf-8")
    (study,) = make_studies(name, None, "validation", None, 0, {})
    for layer, traces in study.traces.items():
        largest = max(float(abs(trace.parts["cell_state"]).max()) for trace in traces)
        (shown,) = re.findall(rf"^{name}, {layer}, largest cell_state +(\S+)", text, re.MULTILINE)
        assert float(shown) == pytest.approx(largest, abs=0.002), "type `make verdict`"


# the map of the code


def test_the_map_shows_every_folder_and_module_and_the_page_explains_them():
    rooms = code_map.read_rooms()
    drawing = code_map.draw(rooms)
    text = (ROOT / "docs/understand/code.md").read_text(encoding="utf-8")
    top = {path.stem for path in (ROOT / "nlp_lstm").iterdir() if not path.name.startswith(("_", "py."))}
    assert set(rooms) == top | {"tasks"}
    for room in rooms:
        assert f">{room}</text>" in drawing
        assert f"`{room}/`" in text or f"`{room}.py`" in text


def test_an_arrow_of_the_map_points_down_and_none_follows_from_others():
    rooms = {"a": set(), "b": {"a"}, "c": {"a", "b"}}
    assert code_map.find_floors(rooms) == {"a": 0, "b": 1, "c": 2}
    assert code_map.drop_detours(rooms) == {"a": set(), "b": {"a"}, "c": {"b"}}
