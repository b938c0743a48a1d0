"""Names as people type them, suggestions of near ones, the help, and TensorFlow, which keeps quiet."""

import logging
import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import click
import numpy as np
import pytest

import nlp_lstm
from nlp_lstm import Edit, Request, Settings, load_corpus, load_run, load_task
from nlp_lstm.analyses import ANALYSES
from nlp_lstm.cli import cli as nlp_lstm_command
from nlp_lstm.corpora.sources import resolve_source
from nlp_lstm.errors import DataError, MissingInputError, UnknownNameError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.edits import parse_hold
from nlp_lstm.registry import Registry, match_name
from nlp_lstm.report.formats import VIEWS
from nlp_lstm.settings import GROUPS
from nlp_lstm.store.shipping import ship
from nlp_lstm.training.recipes import PRESETS, make_recipe

COMMANDS = sorted(nlp_lstm_command.commands)
WIDTH = 80


# names that match


def test_the_same_name_wins_and_one_alike_is_taken():
    assert match_name("cell", "LSTM", ["gru", "lstm"]) == "lstm"
    assert match_name("part", "Forget Gate", ["input_gate", "forget_gate"]) == "forget_gate"
    assert match_name("run", "a_1", ["A-1", "a_1", "a-1"]) == "a_1"
    with pytest.raises(UnknownNameError, match="unknown run 'A_1': did you mean"):
        match_name("run", "A_1", ["A-1", "a-1"])
    for odd in (3, None, ["lstm"]):
        with pytest.raises(UnknownNameError):
            match_name("cell", odd, ["lstm"])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("registry", [CELLS, ANALYSES, VIEWS], ids=lambda registry: registry.kind)
def test_every_member_is_found_in_capitals(registry: Registry):
    assert [registry.match(name.upper()) for name in registry.names()] == registry.names()
    assert all(registry.get(name.title()) is registry.get(name) for name in registry.names())


def test_settings_record_names_in_their_own_spelling():
    settings = Settings(cell="LSTM", optimizer="SGD", train_as="Twin", keep="LAST", precision="BFloat16")
    assert settings == Settings(optimizer="sgd", keep="last", precision="bfloat16")
    assert load_task("Sentiment").changed_settings({"cell": "GRU"}).cell == "gru"
    with pytest.raises(
        UnknownNameError, match=r"unknown optimizer 'adm': did you mean adam\? The known ones"
    ):
        Settings(optimizer="adm")


def test_tasks_presets_splits_and_labels_are_found():
    assert load_task("NEXT_WORD") is load_task("next-word")
    assert make_recipe("Stories", {}, task="Next-Word").settings == PRESETS["stories"].settings
    recipe = make_recipe(None, {"cell": "Gru"}, task="next_word")
    assert (recipe.task, recipe.settings) == ("next-word", {"cell": "gru"})
    assert load_corpus("Mini", limit=5).split("Validation") == load_corpus("mini", limit=5).validation
    assert Request(labels="Phrase").labels == "phrase"


def test_readers_are_found_and_paths_and_addresses_stay_what_they_are(here: Path):
    assert resolve_source("Stories") == "stories"
    assert resolve_source("SST:Data/SST") == "sst:Data/SST"
    assert resolve_source("Hub:Owner/Name") == "hub:Owner/Name"
    for path in ("C:\\data\\a.csv", "T:/text/a.txt"):
        with pytest.raises(MissingInputError, match=f"{re.escape(repr(path))} is not there"):
            resolve_source(path)
    with pytest.raises(UsageError, match="is an address"):
        resolve_source("https://example.org/SST")
    (here / "Text:1.csv").write_text("text,label\na,b\n", encoding="utf-8")
    assert resolve_source("Text:1.csv") == "table:Text:1.csv", "a file that is there goes before a loose name"
    assert len(load_corpus("Reviews:IMDB", limit=3).train) == 3


def test_runs_are_found_but_a_path_is_none(two_runs: Path):
    assert load_run("Sentiment_001").path == Path("runs/sentiment-001")
    for path in ("Runs_/sentiment-001", "./Sentiment_001", str(two_runs / "Sentiment_001")):
        with pytest.raises(MissingInputError, match="no run"):
            load_run(path)


def test_a_run_of_two_that_are_alike_is_named_in_full(two_runs: Path, new_run):
    new_run(Path("runs/Sentiment-001b"))
    new_run(Path("runs/sentiment_001b"))
    assert load_run("sentiment_001b").name == "sentiment_001b"
    with pytest.raises(MissingInputError, match="no run 'SENTIMENT-001B': did you mean"):
        load_run("SENTIMENT-001B")


def test_parts_and_labels_are_found(two_runs: Path):
    run = load_run("sentiment-001")
    held = nlp_lstm.trace(run, "the sky is blue", parse_hold("Forget-Gate=0@2"))["layer_2"]
    assert (held.parts["forget_gate"][1] == 0).all()
    same = nlp_lstm.trace(run, "the sky is blue", Edit("FORGET_GATE", 0, words=2))["layer_2"]
    np.testing.assert_array_equal(held.outputs, same.outputs)
    report = nlp_lstm.probe("the sky", run, memory=True, towards="Negative")
    other = nlp_lstm.probe("the sky", run, memory=True, towards="negative")
    np.testing.assert_array_equal(report.comparisons[0].values, other.comparisons[0].values)


def test_parts_of_an_extraction_are_found(two_runs: Path):
    nlp_lstm.extract("sentiment-001", "mini", "states", split="Validation", parts=["Cell State"], limit=5)
    found = nlp_lstm.find("states", "Cell-State", 0, where="CELL_STATE[1,0] > -9 and cell-state[1, 1] < 9")
    same = nlp_lstm.find("states", "cell_state", 0, where="cell_state[1,0] > -9 and cell_state[1,1] < 9")
    assert found.comparisons[0].columns == same.comparisons[0].columns
    assert found.comparisons[0].values == same.comparisons[0].values


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Anatomy --run Sentiment-001 --format JSON", "anatomy --run sentiment-001 --format json"),
        (
            "probe hi --run SENTIMENT_001 --Hold Forget-Gate=0@1",
            "probe hi --run sentiment-001 --hold forget_gate=0@1",
        ),
        ("evaluate sentiment-001 --Split Validation", "evaluate sentiment-001 --split validation"),
        ("data Mini --task Next_Word --limit 5", "data mini --task next-word --limit 5"),
        ("compare Gates sentiment-001 --limit 40", "compare gates sentiment-001 --limit 40"),
        (
            "predict hi --run sentiment-001 --format CSV --As_Typed",
            "predict hi --run sentiment-001 --format csv --as-typed",
        ),
    ],
    ids=lambda value: value.partition(" ")[0],
)
def test_commands_options_and_values_are_found(typed: str, meant: str, two_runs: Path, cli):
    said, expected = (cli(*line.split()) for line in (typed, meant))
    assert (said.code, expected.code) == (0, 0), said.err + expected.err
    assert said.out.lower().replace("-", "_") == expected.out.lower().replace("-", "_")


# suggestions


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("trian", 2, "No such command 'trian': did you mean train? See `nlp-lstm --help`"),
        ("train --unit 3", 2, "No such option '--unit': did you mean --units"),
        ("train --optimizer adm", 2, "did you mean adam? See `nlp-lstm train --help`"),
        ("train --task sentimnt", 2, "unknown task 'sentimnt': did you mean sentiment? The known ones are"),
        (
            "train --cell lstmm",
            2,
            "unknown cell 'lstmm': did you mean lstm? The known ones are gru, lstm, rnn",
        ),
        ("train --preset ptb", 2, "unknown preset 'ptb': did you mean ptb-small or ptb-medium?"),
        ("train --data storys", 66, "did you mean stories?"),
        ("train --data ssst:x", 2, "unknown corpus reader 'ssst': did you mean sst?"),
        ("train --resume sentiment-02", 66, "no training 'sentiment-02' to resume: `nlp-lstm runs`"),
        ("compare influense", 2, "unknown analysis 'influense': did you mean influence?"),
        ("predict hi --run sentimnt-001", 66, "no run 'sentimnt-001': did you mean sentiment-001?"),
        ("evaluate --split valid", 2, "unknown split 'valid': did you mean validation?"),
        ("probe hi --hold forgetgate=0", 2, "unknown part of lstm 'forgetgate': did you mean forget_gate?"),
        ("probe hi --run sentiment-001 --memory --towards negativ", 2, "did you mean negative?"),
        ("probe hi --format htm", 2, "unknown format 'htm': did you mean html?"),
        ("data reviews:imbd", 2, "unknown source of reviews 'imbd': did you mean imdb?"),
        ("extract sentiment-001 --data mini --output o --parts cell", 2, "did you mean cell_state?"),
    ],
)
def test_what_is_near_is_suggested(arguments: str, code: int, says: str, two_runs: Path, cli):
    said = cli(*arguments.split())
    assert (said.code, said.out) == (code, "")
    assert says in said.err.splitlines()[-1]  # which runs were chosen stands before


def test_what_is_near_nothing_lists_what_is_known():
    with pytest.raises(UnknownNameError, match=r"^unknown cell 'x': the known ones are gru, lstm, rnn$"):
        CELLS.get("x")
    with pytest.raises(UnknownNameError, match=r"^unknown setting 'unit': did you mean units\?$"):
        load_task("sentiment").changed_settings({"unit": 3})  # there are too many to list all


def test_a_shipped_run_is_suggested(here: Path, ship_stand_ins, monkeypatch):
    from nlp_lstm.store import folders

    monkeypatch.setattr(folders, "SHIPPED", here / "shipped")
    ship_stand_ins(here / "shipped")
    assert load_run("Sentiment_SST").shipped
    with pytest.raises(MissingInputError, match="no run 'stories': did you mean next-word-stories"):
        load_run("stories")
    with pytest.raises(UnknownNameError, match="did you mean sentiment-sst"):
        ship("Sentiment_SST", "sentiment-imdb")


def test_layers_of_a_model_are_suggested(two_runs: Path):
    with pytest.raises(UnknownNameError, match="unknown layer 'Layer1': did you mean layer_1"):
        nlp_lstm.trace(load_run("sentiment-001"), "hi", layers="Layer1")


# the help


def test_the_help_fits_and_cuts_no_summary(cli):
    lines = cli("--help").out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert not [line for line in lines if line.endswith("...")][1:], "the first is click's own usage"
    shown = [line.split()[0] for line in lines[lines.index("Commands:") + 1 :]]
    assert shown == COMMANDS, "one line each"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_fits(name: str, cli):
    help = cli(name, "--help").out
    assert max(map(len, help.splitlines())) <= WIDTH
    assert help.index("\n  Examples:\n") > help.index("Show this message and exit.")


def test_train_lists_each_option_in_its_group(cli):
    help = cli("train", "--help").out
    titles = re.findall(r"^(\w.*):$", help, re.MULTILINE)
    others = ["Task and data", "How files are read", "Files of the run", "Several machines"]
    assert titles == [*others, *GROUPS, "Output"]
    output = help[help.index("\nOutput:") :]
    assert re.findall(r"^  (-.*?)  ", output, re.MULTILINE) == ["--json", "--quiet", "-h, --help"]
    for entry in fields(Settings):
        group = entry.metadata["group"]
        assert group in GROUPS
        shown = help[help.index(f"\n{group}:") : help.index("\n\n", help.index(f"\n{group}:"))]
        assert f"  --{entry.name.replace('_', '-')} " in shown
    listed = re.findall(r"^  (?:-h, )?(--[a-z-]+)", help, re.MULTILINE)
    assert len(listed) == len(set(listed)) == len(nlp_lstm_command.commands["train"].params) + 1


def examples(name: str) -> list[str]:
    """The examples under the help of a command, as they are typed."""
    epilog = nlp_lstm_command.commands[name].epilog or ""
    return re.findall(r"^  (nlp-lstm .*)$", epilog, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_two_examples_that_it_understands(name: str, cli):
    shown = examples(name)
    assert len(shown) == 2
    for line in shown:
        program, typed, *arguments = shlex.split(line)
        assert (program, typed) == ("nlp-lstm", name)
        assert f"\n    {line}\n" in cli(name, "--help").out, "on a line of its own, to be copied"
        with click.Context(nlp_lstm_command) as parent:
            nlp_lstm_command.commands[name].make_context(name, arguments, parent=parent)


@pytest.mark.parametrize("line", [line for name in ("data", "presets", "runs") for line in examples(name)])
def test_examples_of_what_only_lists_work_as_typed(line: str, here: Path, cli):
    done = cli(*shlex.split(line)[1:])
    assert (done.code, done.err) == (0, "")
    assert done.out


def test_the_help_is_there_at_once():
    """Nothing slow is loaded: the house tests name what is not; here is what the user waits."""
    command = [sys.executable, "-c", "from nlp_lstm.cli import main; main()", "--help"]
    took = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.5  # 0.1 s when nothing else runs


# silence

SILENT = """
import numpy as np, nlp_lstm
small = {"units": 4, "embedding_dim": 4, "batch_size": 4, "timesteps": 8}
run = nlp_lstm.train("next-word", limit=60, epochs=3, **small)
file = nlp_lstm.export(run, "taught.keras")
import keras
print(*nlp_lstm.trace(keras.saving.load_model(file), np.ones((1, 8), "int32")))
print(*nlp_lstm.trace(file, np.ones((1, 8), "int32")))
"""


def test_nothing_of_tensorflow_is_said(tmp_path: Path):
    """Batches of many lengths make TensorFlow warn of retracing; its import tells of oneDNN and CUDA."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", SILENT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["layer_1", "layer_1"]


@pytest.fixture
def quiet_keras(monkeypatch: pytest.MonkeyPatch):
    """The module, in a process that seems not to have loaded TensorFlow yet."""
    from nlp_lstm.models import quiet_keras

    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.NOTSET)
    monkeypatch.delenv(quiet_keras.LEVEL, raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    yield quiet_keras
    logger.setLevel(level)


def test_only_the_start_is_silent(quiet_keras, capfd):
    with quiet_keras.quiet_start():
        os.write(2, b"oneDNN\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert os.environ[quiet_keras.LEVEL] == "3"
    assert logging.getLogger("tensorflow").level == logging.ERROR


def test_whoever_wants_to_hear_tensorflow_does(quiet_keras, monkeypatch, capfd):
    logger = logging.getLogger("tensorflow")
    logger.setLevel(logging.INFO)
    monkeypatch.setenv(quiet_keras.LEVEL, "0")
    with quiet_keras.quiet_start():
        os.write(2, b"oneDNN\n")
    assert (capfd.readouterr().err, os.environ[quiet_keras.LEVEL]) == ("oneDNN\n", "0")
    assert logger.level == logging.INFO


def test_whoever_has_loaded_tensorflow_before_keeps_what_is_set(quiet_keras, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with quiet_keras.quiet_start():
        pass
    assert quiet_keras.LEVEL not in os.environ
    assert logging.getLogger("tensorflow").level == logging.NOTSET


def test_errors_of_the_start_still_raise_and_stderr_is_put_back(quiet_keras, capfd):
    with pytest.raises(DataError, match="broken"), quiet_keras.quiet_start():
        raise DataError("broken")
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_only_the_warnings_of_retracing_are_held_back_while_training(quiet_keras, caplog):
    logger = logging.getLogger("tensorflow")
    with quiet_keras.no_retracing():
        logger.warning("5 out of the last 5 calls to %r triggered tf.function retracing.", "f")
        logger.warning("something else")
    logger.warning("6 out of the last 6 calls triggered tf.function retracing.")
    assert [record.getMessage()[:9] for record in caplog.records] == ["something", "6 out of "]
