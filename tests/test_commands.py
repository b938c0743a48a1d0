"""What commands take: the text first and runs by --run, and one file in the format that its name says."""

import dataclasses
import inspect
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import nlp_lstm
from nlp_lstm.cli import cli as commands
from nlp_lstm.corpora import Request
from nlp_lstm.report.formats import SUFFIXES, VIEWS
from nlp_lstm.settings import Settings
from nlp_lstm.store import folders, storage

TEXT_FIRST = ["generate", "predict", "probe"]
RUN_FIRST = ["compare", "evaluate", "export", "extract", "verdict"]
WITH_OUTPUT = ["anatomy", "compare", "predict", "probe", "verdict"]


@pytest.fixture
def refused(cli):
    """Return a function that runs a command, expects it to be refused, and gives the one line it says."""

    def call(*arguments: object) -> str:
        done = cli(*arguments)
        assert (done.code, done.out) == (2, ""), done
        assert done.err.count("\n") == 1, done.err
        return done.err.removeprefix("nlp-lstm: ").rstrip("\n")

    return call


# the text first, the run by --run


@pytest.mark.parametrize("command", TEXT_FIRST)
def test_the_text_comes_first_and_the_run_goes_by_option(two_runs, cli, command):
    run = "next-word-001"
    for arguments in (
        ("the sky", "--run", run),
        ("--run", run, "the sky"),
        ("--run", f"runs/{run}", "the sky"),
    ):
        done = cli(command, *arguments)
        assert (done.code, done.err) == (0, "")
        assert "sky" in done.out


def test_a_file_of_texts_takes_the_run_by_option(two_runs, cli, refused):
    Path("texts.txt").write_text("the sky\nthe film is bad\n", encoding="utf-8")
    done = cli("predict", "--file", "texts.txt", "--run", "sentiment-001", "--json")
    assert [row["text"] for row in json.loads(done.out)["tables"][0]["rows"]] == [
        "the sky",
        "the film is bad",
    ]
    said = refused("predict", "sentiment-001", "--file", "texts.txt")
    assert said.endswith("by --run: `nlp-lstm predict --file texts.txt --run sentiment-001`")
    assert "leave out TEXT or --file" in refused("predict", "the sky", "--file", "texts.txt")


@pytest.mark.parametrize("command", TEXT_FIRST)
@pytest.mark.parametrize(
    "arguments",
    [
        ("next-word-001", "the sky"),
        ("the sky", "next-word-001"),
        ("next-word-001", "the", "sky"),
        ("the", "sky", "next-word-001"),
    ],
)
def test_a_run_beside_the_text_is_told_with_the_command_that_works(two_runs, refused, command, arguments):
    shown = f'`nlp-lstm {command} "the sky" --run next-word-001`'
    assert refused(command, *arguments) == f"{command} takes the text first and the run by --run: {shown}"


@pytest.mark.parametrize("run", ["runs/sentiment-001", "no-such-run"])
def test_the_folder_of_a_run_and_one_that_is_misspelt_are_seen_beside_a_text_in_quotes(
    two_runs, refused, run
):
    assert refused("predict", run, "the sky").endswith(f'`nlp-lstm predict "the sky" --run {run}`')


def test_a_shipped_run_and_a_training_that_was_not_finished_are_runs(
    two_runs, ship_stand_ins, monkeypatch, refused
):
    ship_stand_ins(Path("shipped").absolute())
    monkeypatch.setattr(folders, "SHIPPED", Path("shipped").absolute())
    begun = Path("runs/begun")
    begun.mkdir()
    (begun / storage.CHECKPOINT).touch()
    for run in ("sentiment-sst", "begun"):
        assert refused("predict", run, "so", "fine").endswith(f'`nlp-lstm predict "so fine" --run {run}`')


@pytest.mark.parametrize("command", TEXT_FIRST)
def test_forgotten_quotes_are_told_with_the_command_that_works(two_runs, refused, command):
    says = f"quotes are missing around the text: `nlp-lstm {command} "
    assert refused(command, "so", "fine", "a", "film") == f'{says}"so fine a film"`'
    said = refused(command, "so", "fine", "--run", "next-word-001")
    assert said == f'{says}"so fine" --run next-word-001`'


def test_the_command_that_is_told_can_be_pasted(two_runs, refused):
    text = 'it\'s $5, "now" `or` never'
    said = refused("predict", "sentiment-001", text)
    command = said.partition(": `nlp-lstm ")[2].removesuffix("`").replace("predict ", "printf '%s\\n' ", 1)
    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert shell.stdout.splitlines() == [text, "--run", "sentiment-001"]


@pytest.mark.parametrize("command", TEXT_FIRST)
def test_a_text_that_is_the_name_of_a_run_is_told_and_can_be_read(two_runs, refused, cli, command):
    said = refused(command, "next-word-001")
    assert said.startswith("next-word-001 is a run, give a text too: ")
    assert f'`nlp-lstm {command} "TEXT" --run next-word-001`' in said
    for arguments in (("next-word-001 ",), ("next-word-001", "--run", "next-word-001")):
        assert cli(command, *arguments).code == 0


@pytest.mark.parametrize("text", ["sentiment 001", "folder", "file.txt", ".", "/", "x" * 5000, "a\x00b"])
def test_a_text_that_happens_to_be_a_file_or_a_folder_is_a_text(two_runs, cli, text):
    Path("folder").mkdir()
    Path("file.txt").touch()
    assert cli("predict", text).code == 0


# runs by position


@pytest.mark.parametrize("name", RUN_FIRST)
def test_commands_about_runs_take_them_by_position_and_say_so(two_runs, refused, name):
    command = commands.commands[name]
    assert {"run", "runs"} & {one.name for one in command.params if one.param_type_name == "argument"}
    arguments = ("gates",) if name == "compare" else ()
    said = refused(name, *arguments, "--run", "sentiment-001")
    assert said.startswith(f"{name} takes ")
    assert "by position, without --run: `nlp-lstm " in said
    assert "RUN" in said.partition("`")[2]


# --output says the format


def test_every_format_has_an_ending():
    assert sorted(SUFFIXES.values()) == VIEWS.names()


@pytest.mark.parametrize("name", WITH_OUTPUT)
def test_every_command_with_a_file_has_the_same_options(name, refused, here):
    options = {option for one in commands.commands[name].params for option in one.opts}
    assert {"--format", "--output", "--force", "--json"} <= options
    arguments = {"compare": ("gates",), "predict": ("hi",), "probe": ("hi",)}.get(name, ())
    assert refused(name, *arguments, "--output", "a.pdf").startswith("a.pdf ends in .pdf: end it in .txt, ")
    assert refused(name, *arguments, "--force") == "--force is for a file: name it with --output"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_name_of_the_file_says_the_format(two_runs, cli, suffix):
    kind = SUFFIXES[suffix]
    probe = ("probe", "the sky is blue", "--run", "sentiment-001")
    assert cli(*probe, "--output", f"a{suffix.upper()}").code == 0
    assert cli(*probe, "--format", kind, "--output", "b").code == 0
    assert cli(*probe, "--format", kind.upper(), "--output", f"c{suffix}").code == 0
    written = [Path(name).read_bytes() for name in (f"a{suffix.upper()}", "b", f"c{suffix}")]
    begins = {"html": b"<!doctype html>", "png": b"\x89PNG", "npz": b"PK", "netcdf": b"\x89HDF", "json": b"{"}
    assert all(content.startswith(begins.get(kind, b"")) for content in written)
    if kind in ("text", "json", "csv", "svg"):
        assert written[0] == written[1] == written[2]
    if kind == "svg":
        assert b"<svg" in written[0]


def test_a_name_without_an_ending_is_text_and_json_is_json(two_runs, cli):
    text = cli("predict", "the sky").out
    for options, name, shown in (
        ((), "a", text),
        (("--format", "text"), "a.md", text),
        (("--json",), "b.json", cli("predict", "the sky", "--json").out),
        ((), "c.JSON", cli("predict", "the sky", "--json").out),
    ):
        assert cli("predict", "the sky", *options, "--output", name).code == 0
        assert Path(name).read_text(encoding="utf-8") == shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--format", "png", "--output", "x.svg"),
            "--format png and --output x.svg exclude each other: .svg",
        ),
        (("--format", "text", "--output", "x.JSON"), "--format text and --output x.JSON exclude each other"),
        (("--json", "--output", "x.svg"), "--json and --output x.svg exclude each other: .svg means svg"),
        (("--json", "--format", "text"), "--json and --format text exclude each other"),
        (
            ("--output", "x.pdf"),
            "x.pdf ends in .pdf: end it in .txt, .json, .csv, .html, .svg, .png, .nc or .npz, or",
        ),
        (("--format", "pdf", "--output", "x.pdf"), "unknown format 'pdf'"),
    ],
)
def test_a_contradiction_is_refused_in_one_line(two_runs, refused, arguments, says):
    assert refused("probe", "the sky", *arguments).startswith(says)
    assert os.listdir() == ["runs"]


def test_a_format_that_the_command_has_not_is_refused_by_the_name_too(two_runs, refused):
    assert (
        refused("predict", "the sky", "--output", "x.svg")
        == "x.svg ends in .svg: end it in .txt, .json or .csv"
    )


# --force


def test_a_file_is_written_over_only_by_force(two_runs, cli, refused):
    Path("a.csv").write_text("mine")
    said = refused("predict", "the sky", "--output", "a.csv")
    assert said == "a.csv exists: give another --output, or --force to write over it"
    assert Path("a.csv").read_text() == "mine"
    assert cli("predict", "the sky", "--output", "a.csv", "--force").code == 0
    assert Path("a.csv").read_text(encoding="utf-8") == cli("predict", "the sky", "--format", "csv").out
    assert sorted(os.listdir()) == ["a.csv", "runs"]
    assert cli("predict", "the sky", "--output", "b.csv", "--force").code == 0


def test_force_never_takes_a_folder_and_loses_nothing_if_the_command_fails(two_runs, cli, refused):
    assert (
        refused("predict", "hi", "--output", "runs", "--force") == "runs is a folder: give another --output"
    )
    Path("folder.keras").mkdir()
    said = refused("export", "sentiment-001", "folder.keras", "--force")
    assert said == "folder.keras is a folder: give another name"
    Path("a.txt").write_text("mine")
    assert cli("predict", "", "--output", "a.txt", "--force").code == 65
    assert cli("predict", "hi", "--run", "none", "--output", "a.txt", "--force").code == 66
    assert Path("a.txt").read_text() == "mine"


def test_export_writes_over_a_file_only_by_force(two_runs, cli, refused):
    Path("a.keras").write_text("mine")
    said = refused("export", "sentiment-001", "a.keras")
    assert said == "a.keras exists: give another name, or --force to write over it"
    assert cli("export", "sentiment-001", "a.keras", "--force").code == 0
    assert Path("a.keras").read_bytes().startswith(b"PK")


# a terminal


def on_a_terminal(command: str) -> tuple[int, str]:
    """The exit code of a command whose stdout is a terminal, and all that it prints."""
    control, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "nlp_lstm", *command.split()], stdout=terminal, stderr=terminal, text=True
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(control, 4096)
        except OSError:  # how Linux says that the other end is closed
            part = b""
        if not part:
            break
        shown += part
    os.close(control)
    return running.wait(timeout=120), shown.decode()


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_a_picture_is_not_printed_to_a_terminal_but_a_pipe_takes_it(two_runs, cli, kind):
    code, shown = on_a_terminal(f"probe sky --run sentiment-001 --format {kind}")
    says = f"nlp-lstm: format {kind} is not for a terminal: name a file with --output, or pipe it"
    assert (code, shown.strip()) == (2, says)
    assert "<svg" in cli("probe", "sky", "--run", "sentiment-001", "--format", kind).out


def test_a_terminal_does_not_stop_a_file(two_runs):
    code, shown = on_a_terminal("probe sky --run sentiment-001 --output a.svg")
    assert (code, shown) == (0, "")
    assert "<svg" in Path("a.svg").read_text(encoding="utf-8")


# one name for one thing


def test_python_takes_what_the_command_line_takes_by_the_same_name(two_runs, cli):
    told = json.loads(cli("predict", "the sky", "--run", "next-word-001", "--top", 3, "--json").out)
    rows = nlp_lstm.predict("the sky", "next-word-001", top=3).comparisons[0].records()
    assert (told["tables"][0]["rows"], len(rows)) == (rows, 3)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_an_option_is_an_argument_of_the_verb_of_the_same_name(name):
    only_here = {"as_json", "quiet", "format", "format_", "output", "force", "title", "file"}
    only_here |= {"join"}  # a function of its own: nlp_lstm.corpus_states.join
    fields = {one.name for kind in (Settings, Request) for one in dataclasses.fields(kind)}
    options = {one.name for one in commands.commands[name].params if one.param_type_name == "option"}
    taken = inspect.signature(getattr(nlp_lstm, name)).parameters
    assert options - only_here <= taken.keys() | (fields if {"reading", "settings"} & taken.keys() else set())
