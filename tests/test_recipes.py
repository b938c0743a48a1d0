"""Presets: one place, shown as commands, changed by what is asked for, clear about missing files."""

import json
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from nlp_lstm import load_run, load_task, presets, train
from nlp_lstm.cli import cli as commands
from nlp_lstm.corpora.sources import BOXED
from nlp_lstm.errors import MissingInputError, UnknownNameError, UsageError
from nlp_lstm.evaluation.intervals import wilson_interval
from nlp_lstm.training.origins import ORIGINS, Origin
from nlp_lstm.training.recipes import LABELLING, PLAIN, PRESETS, Preset, make_recipe

QUICK: dict[str, Any] = {"limit": 20, "epochs": 1, "batch_size": 8}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_is_complete_and_its_settings_are_in_range(preset):
    task = load_task(preset.task)
    settings = task.changed_settings(dict(preset.settings))
    kept = {name: value for name, value in preset.settings.items() if value != "auto"}  # by the processor
    assert {name: getattr(settings, name) for name in kept} == kept
    assert preset.summary
    assert preset.data in BOXED or preset.data.rpartition(":")[2] in ORIGINS
    assert preset.vectors is None or preset.vectors in ORIGINS
    assert all(figure > 0 for figure in preset.figures.values())
    assert ("perplexity" in preset.figures) == (preset.vocabulary is not None)
    for metric, n in (
        ("last_word_accuracy", 1101),
        ("last_word_binary", 872),
    ):  # the treebank's validation split
        if metric in preset.figures:
            found = wilson_interval(round(preset.figures[metric] * n), n)
            assert preset.plus_minus[metric] == pytest.approx((found.high - found.low) / 2, abs=0.001)


@pytest.mark.parametrize("name", PRESETS)
def test_its_command_asks_for_the_same_as_its_name(name):
    program, verb, *arguments = shlex.split(PRESETS[name].command())
    assert (program, verb) == ("nlp-lstm", "train")
    outer = click.Context(commands, **commands.context_settings)  # else click forgets -h for what runs next
    given = commands.commands["train"].make_context("train", arguments, outer).params
    given = {option: value for option, value in given.items() if value not in (None, False)}
    parts = {"task": given.pop("task"), "data": given.pop("data"), "vectors": given.pop("vectors", None)}
    recipe = make_recipe(None, given, subphrases=given.pop("subphrases", None), **parts)
    preset = PRESETS[name]
    assert (recipe.task, recipe.data, recipe.settings) == (preset.task, preset.data, preset.settings)
    assert str(recipe.vectors) == str(preset.vectors)
    for part in LABELLING:
        assert getattr(recipe, part) == getattr(preset, part)


def test_a_command_says_what_is_not_the_default():
    preset = Preset("x", "sentiment", "sst:x", {"lowercase": False}, labels="word", classes=3)
    said = "nlp-lstm train --task sentiment --data sst:x --no-lowercase --labels word --classes 3"
    assert preset.command() == said


def test_presets_are_listed_with_figures_minutes_and_commands(cli):
    report = presets()
    told = json.loads(cli("presets", "--json").out)
    assert [table["rows"] for table in told["tables"]] == [table.records() for table in report.comparisons]
    rows = {row["preset"]: row for row in told["tables"][0]["rows"]}
    assert list(rows) == list(PRESETS)
    assert (rows["sst"]["last_word_accuracy"], rows["sst"]["perplexity"]) == (
        PRESETS["sst"].figures["last_word_accuracy"],
        None,
    )
    wikitext = rows["wikitext-2"]
    assert (wikitext["perplexity"], wikitext["last_word_binary"]) == (69.1, None)
    assert (wikitext["perplexity ±"], wikitext["vocabulary"]) == (1.5, 10_000)
    known = {row["preset"]: row["command"] for row in told["tables"][1]["rows"]}
    assert known == {name: preset.command() for name, preset in PRESETS.items()}
    shown = cli("presets").out.replace("\\\n  ", "")
    assert all(command in shown for command in known.values())


# what goes before what


def test_what_is_asked_for_goes_before_the_preset_and_the_preset_before_the_task():
    recipe = make_recipe(
        "ptb-small", {"units": 8, "embedding_dim": 8, "seed": 3}, data="mini", task="next-word", vectors=None
    )
    assert (recipe.data, recipe.task, recipe.name) == ("mini", "next-word", "ptb-small")
    settings = load_task(recipe.task).changed_settings(dict(recipe.settings))
    assert (settings.units, settings.seed) == (8, 3)  # asked for
    assert (settings.layers, settings.dropout) == (2, 0.35)  # the preset's
    assert (settings.batch_size, settings.clip_norm) == (20, 1.0)  # the task's


def test_without_a_preset_the_defaults_are_those_of_train():
    assert make_recipe(None, {}, task=None, data=None, labels=None, classes=None) == PLAIN
    assert (PLAIN.task, PLAIN.data, PLAIN.labels, PLAIN.classes) == ("sentiment", "mini", "phrase", 5)


def test_a_run_is_trained_by_its_preset_and_remembers_it(here, cli):
    asked = ("--data", "mini", "--no-subphrases", "--limit", "20", "--epochs", "1", "--quiet")
    done = cli("train", "--preset", "sst-scratch", *asked)
    assert done.code == 0, done.err
    assert "preset: sst-scratch, epochs: 1," in done.out
    run = load_run("sentiment-001")
    assert (run.data["preset"], run.data["source"]) == ("sst-scratch", "mini")
    assert (run.settings.dropout, run.settings.epochs, run.settings.batch_size) == (0.5, 1, 128)
    again = train(preset="sst-scratch", data="mini", subphrases=False, limit=20, epochs=1)
    assert again.settings == run.settings
    assert again.data == run.data
    assert cli("evaluate", "sentiment-001").code == 0
    assert train(**QUICK, units=4).data["preset"] is None


def test_a_run_that_names_no_preset_still_loads(two_runs, cli):
    assert "preset" not in load_run("sentiment-001").data
    assert cli("evaluate", "sentiment-001").code == 0


def test_the_default_places_are_folders_of_the_present_one(here, cli):
    Path("data/sst").mkdir(parents=True)
    tree = "(3 (2 a) (3 good))\n(1 (2 a) (1 bad))\n"
    Path("data/sst/train.txt").write_text(tree * 10)
    Path("data/sst/dev.txt").write_text(tree)
    Path("own.txt").write_text("good 1 2 3\n")
    run = train(preset="sst", vectors="own.txt", units=4, epochs=1)
    assert run.data["source"] == "sst:data/sst"
    assert (run.data["vectors"], run.settings.embedding_dim, run.settings.units) == ("own.txt", 3, 4)


# what cannot be


def test_an_unknown_preset_is_told_with_the_known_ones():
    with pytest.raises(
        UnknownNameError, match="unknown preset 'x': the known ones are sst-scratch, sst, ptb"
    ):
        make_recipe("x", {})


def test_another_task_than_the_preset_s_is_refused():
    with pytest.raises(
        UsageError, match="task is next-word but the preset sst trains sentiment: leave --task"
    ):
        make_recipe("sst", {}, task="next-word")
    assert make_recipe("sst-scratch", {}, task="sentiment", data="mini").task == "sentiment"


@pytest.mark.parametrize(
    ("preset", "asked", "says"),
    [
        (
            "sst-scratch",
            {},
            "needs data/sst/train.txt: get it from trainDevTestTrees_PTB.zip of nlp.stanford.edu/sentiment, "
            "or give --data sst:DIR",
        ),
        (
            "sst",
            {"data": "sst:elsewhere"},
            "needs data/glove.6B.100d.txt.gz: get it from glove.6B.zip of nlp.stanford.edu/projects/glove, "
            "or give --vectors FILE, plain or .gz",
        ),
        (
            "ptb-small",
            {},
            "needs data/ptb/ptb.train.txt: get it from the Mikolov files of the LDC's Penn Treebank, "
            "or give --data text:DIR",
        ),
        (
            "wikitext-2",
            {},
            "needs data/wikitext-2/wiki.train.tokens: get it from wikitext-2-v1.zip of Merity et al. 2016, "
            "or give --data text:DIR",
        ),
    ],
)
def test_missing_files_are_told_with_their_home_and_the_option(here, preset, asked, says):
    with pytest.raises(MissingInputError) as error:
        make_recipe(preset, {}, **asked)
    assert str(error.value) == f"the preset {preset} {says}"


def test_a_validation_split_that_is_missing_is_named_too(here):
    Path("data/ptb").mkdir(parents=True)
    Path("data/ptb/ptb.train.txt").touch()
    with pytest.raises(MissingInputError, match=r"needs data/ptb/ptb.valid.txt: "):
        make_recipe("ptb-small", {})
    Path("data/ptb/valid.txt").touch()  # a name of one's own
    assert make_recipe("ptb-small", {}).data == "text:data/ptb"


def test_every_origin_is_used():
    used = {part for preset in PRESETS.values() for part in (preset.data.rpartition(":")[2], preset.vectors)}
    assert set(ORIGINS) == used - {None, *BOXED}
    assert all(isinstance(origin, Origin) and origin.home for origin in ORIGINS.values())
