"""The README is true: its commands and code run as they stand, and print what it says they print."""

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from nlp_lstm import load_run
from nlp_lstm.claims.page import CLAIMS
from nlp_lstm.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DEMO = MAKEFILE.partition("\ndemo:")[2].partition("\n\n")[0]

METRICS = ("accuracy_", "macro_", "last_word_", "cross_", "perplexity", "fresh_", "top_", "agreement_")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder in which the commands of `make demo` have run; what each printed, by command."""
    folder = tmp_path_factory.mktemp("demo")
    printed = {}
    for command in re.findall(r"^\t\$\(BIN\)/(nlp-lstm .*)$", DEMO, re.MULTILINE):
        printed[command] = run_command(command, folder)
    assert len(printed) == 3
    return folder, printed


def run_command(command: str, folder: Path) -> str:
    """What `nlp-lstm ...` prints on stdout in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(cli, shlex.split(command)[1:], catch_exceptions=False)
    finally:
        os.chdir(before)
    assert result.exit_code == 0, result.output
    return result.stdout


def console_blocks() -> dict[str, str]:
    """What the README says that each `$ command` prints."""
    found = {}
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found[command] = output
    return found


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


def test_make_demo_prints_what_the_readme_shows(demo):
    _, printed = demo
    shown = console_blocks()["make demo"]
    assert shape("\n".join(printed.values())) == shape(shown)


def test_make_test_is_what_ci_runs():
    assert "make test" in console_blocks()
    assert re.search(r"^make test$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert re.search(r"^test:", MAKEFILE, re.MULTILINE)


def test_commands_print_what_the_readme_shows(demo):
    folder, _ = demo
    commands = {name: output for name, output in console_blocks().items() if name.startswith("nlp-lstm")}
    assert len(commands) >= 4
    for command, output in commands.items():
        if re.search('predict "|generate|find', command):  # which word is likelier or higher may differ
            assert len(shape(run_command(command, folder))) == len(shape(output)), command
        else:
            assert shape(run_command(command, folder)) == shape(output), command


def test_the_presets_that_the_readme_shows_are_those_there_are(tmp_path):
    """Word for word: no machine changes them, and a command of yesterday trains another model."""
    assert run_command("nlp-lstm presets", tmp_path).strip() == console_blocks()["nlp-lstm presets"].strip()


def test_python_blocks_run(demo):
    folder, _ = demo
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "boldest units" in done.stdout


def test_every_module_that_the_map_names_exists():
    table = README.partition("## The map of the code")[2].partition("### Adding")[0]
    names = re.findall(r"`(\w+/[\w/.]*)`", table)
    assert len(names) > 10
    assert all((ROOT / name).exists() for name in names)


def test_mini_cannot_be_looked_up_but_is_learned(demo):
    """The bars of the built-in corpus, on the demo's own runs."""
    folder, _ = demo
    words = load_run(folder / "runs/sentiment-001").metrics["accuracy_per_word"]
    assert words["model"] >= 0.97  # type: ignore[operator]
    assert words["look_up"] <= 0.85  # type: ignore[operator]
    agreement = load_run(folder / "runs/next-word-001").metrics["agreement_across_attractor"]
    assert agreement["model"] >= 0.95  # type: ignore[operator]


def test_the_picture_is_what_its_command_draws(demo):
    folder, _ = demo
    (command,) = [name for name in console_blocks() if name.endswith("--format svg --output probe.svg")]
    assert command.replace("probe.svg", "docs/probe.svg") in MAKEFILE
    run_command(command.replace("probe.svg", "again.svg"), folder)
    drawn, shown = (drawn_words(path) for path in (folder / "again.svg", ROOT / "docs/probe.svg"))
    assert drawn == shown
    assert {"moving", "positive", "hidden_state", "cell_state"} <= set(shown)


def drawn_words(path: Path) -> list[str]:
    """The texts of an SVG that are no numbers, which may differ a little from machine to machine."""
    texts = xml.etree.ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    found = ["".join(element.itertext()) for element in texts]
    return [text for text in found if not re.search(r"\d", text)]


def test_the_verdict_that_the_readme_shows_is_that_of_the_whole_page():
    shown = re.findall(r"```text\n(verdict\n.*?)\n```", README, re.DOTALL)
    page = (ROOT / "docs/verdict.txt").read_text(encoding="utf-8")
    assert len(shown) == 1
    assert page.split("\n\n")[1] == shown[0]
    said = " ".join(page.split())
    for claim in CLAIMS:
        assert f"{claim.statement} " in said
        assert f"(rule: {claim.rule})" in said
