"""What the page of explore() says to copy: commands and Python lines run, and print what the page shows."""

import json
import shlex
from typing import Any

import pytest

import nlp_lstm

PLAIN = "#text=the+song+is+not+bad&word=4"
COMPARED = "#text=the+boy+near+the+trees&other=the+boys+near+the+trees&run=1&towards=were&against=was&word=5"
AT_THE_END = "#text=the+song+is+not+bad&hold=forget_gate%5B1%5D%3D0%406&word=6&unit=7"
LAST_LEFT_OUT = "#text=the+song+is+not+bad&without=5"


@pytest.fixture(scope="module")
def opened(browser, settle, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that opens the page with both shipped runs, or with few of their words."""
    folder = tmp_path_factory.mktemp("page")
    runs = ["sentiment-sst", "next-word-stories"]
    nlp_lstm.explore(runs).save(folder / "whole.html")
    nlp_lstm.explore("sentiment-sst", vocab_size=3000).save(folder / "few.html")

    def open_page(address: str, name: str = "whole") -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.settle = lambda: settle(page)
        page.goto((folder / f"{name}.html").as_uri() + address)
        page.settle()
        return page

    return open_page


def table_of(page: Any, panel: str) -> list[list[str]]:
    """The rows of the table of a panel, once it is open."""
    page.locator(f"#panel-{panel} summary").click()
    page.settle()
    rows = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    return page.locator(f"#panel-{panel} tbody tr").evaluate_all(rows)


def copied(page: Any) -> tuple[list[str], str]:
    """The commands and the Python lines that the page offers."""
    shell, python = page.locator("#panel-share pre").all_inner_texts()[-2:]
    return shell.strip().splitlines(), python


@pytest.mark.parametrize("address", [PLAIN, COMPARED, AT_THE_END, LAST_LEFT_OUT])
def test_what_is_copied_runs(opened, cli, capsys, address):
    commands, lines = copied(opened(address))
    told = [cli(*shlex.split(command)[1:]) for command in commands]
    assert [ran.code for ran in told] == [0] * len(commands), told
    exec(lines, {})
    printed = capsys.readouterr().out
    for ran in told:
        assert ran.out.strip() in printed


def test_the_shares_of_the_words_are_those_of_the_command(opened, cli):
    page = opened(PLAIN)
    shown = [float(row[1].replace("−", "-")) for row in table_of(page, "why")[:-1]]
    (command,) = (line for line in copied(page)[0] if "--why" in line)
    (table,) = json.loads(cli(*shlex.split(command)[1:], "--json").out)["tables"]
    assert shown == pytest.approx([row["adds"] for row in table["rows"]], abs=0.01)  # a rounded embedding


def test_the_shares_of_the_memory_are_those_of_the_command(opened, cli):
    page = opened(PLAIN)
    shown = [[float(cell.strip("< %\u00a0")) for cell in row[1:] if cell] for row in table_of(page, "memory")]
    (command,) = (line for line in copied(page)[0] if "--memory" in line)
    table = json.loads(cli(*shlex.split(command)[1:], "--json").out)["tables"][0]
    shares = [list(row.values())[1:-1] for row in table["rows"]]
    wanted = [[100 * share for share in row if share is not None] for row in shares]
    assert len(shown) == len(wanted)
    for one, other in zip(shown, wanted):
        assert one == pytest.approx(other, abs=0.6)  # whole percents


def test_a_page_of_few_words_says_that_the_commands_know_more(opened):
    page = opened("#text=a+lugubrious+film", "few")
    assert "this page keeps 3000 of its 26000 words" in page.locator("#panel-share").inner_text()
    notes = page.locator("#panel-type .notes").inner_text()
    assert "one sign for all but the 3000 words that this page keeps of it" in notes
    assert "never learned" not in notes


def test_a_swap_takes_one_word_and_says_so(opened):
    page = opened(PLAIN)
    field = page.locator("#panel-knobs .swap input")
    for typed, told in (("not bad", "you gave 2, not | bad."), (" ", "you gave none.")):
        field.fill(typed)
        field.press("Enter")
        assert told in page.locator("#panel-knobs").inner_text()
        assert "swap=" not in page.locator("#panel-share").inner_text()
