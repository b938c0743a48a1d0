"""Analyses of a corpus recover what is known by construction of runs whose weights are set by hand."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.decode import decode, measure_reach
from nlp_lstm.analyses.influence import fit_half_life, influence, measure_influence
from nlp_lstm.analyses.meaning import measure_meaning, read_sentence
from nlp_lstm.analyses.studies import Study, make_study, make_untrained
from nlp_lstm.claims.verdicts import verdict
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.layers import read_words
from nlp_lstm.models.network import initial_weights, weight_shapes
from nlp_lstm.report import Comparison
from nlp_lstm.settings import Settings
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.run import Run, save_run
from nlp_lstm.text.vocabulary import Vocabulary

WORDS = tuple("abcdefgh")
OPEN, SHUT = 20.0, -20.0  # what a gate's bias is where the gate is to be 1 or 0


def chance_sentences(count: int = 250, length: int = 14, seed: int = 0) -> list[Example]:
    """Sentences of words that are drawn alike and apart, so that no word tells of another."""
    drawn = np.random.default_rng(seed).choice(WORDS, (count, length))
    return [Example(tuple(map(str, words))) for words in drawn]


def set_by_hand(blocks: int, forget: float, task: str = "next-word") -> Run:
    """A run whose first 8 units know the current word and each further 8 what the 8 before them knew.

    One unit per word: the input gate is open, and the forget gate as it is asked for, by its bias.
    """
    vocabulary = Vocabulary.build([WORDS])
    known, units = len(vocabulary), 8 * blocks
    labels = ("negative", "positive") if task == "sentiment" else ()
    settings = Settings(units=units, embedding_dim=known)
    shapes = weight_shapes(settings, known, len(labels) or known)
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    weights["embedding/embeddings"][:] = np.eye(known)
    candidate = 2 * units
    for unit in range(units):
        if unit < 8:
            weights["layer_1/kernel"][known - 8 + unit, candidate + unit] = 3
        else:
            weights["layer_1/recurrent_kernel"][unit - 8, candidate + unit] = 3
    weights["layer_1/bias"][:units] = OPEN
    weights["layer_1/bias"][units : 2 * units] = forget
    weights["layer_1/bias"][3 * units :] = OPEN
    return Run(Path("runs/by-hand"), task, settings, labels, vocabulary, weights)


def rows_of(table: Comparison) -> dict[str, dict[str, Any]]:
    """The rows of a table by name."""
    return dict(zip(table.rows, table.records(), strict=True))


@pytest.fixture(scope="module")
def last_two_words() -> Study:
    """A run that knows the current word and the one before it, and nothing else."""
    return make_study(set_by_hand(2, SHUT), chance_sentences(), "chance")


# influence


def test_a_word_is_felt_just_as_long_as_the_cell_holds_it(last_two_words):
    rows = rows_of(influence([last_two_words], 0)[0])
    for state in ("hidden_state", "cell_state"):
        assert rows["0"][state] > 0.5
        assert rows["1"][state] > 0.5
        assert max(rows[str(back)][state] for back in range(2, 13)) < 1e-6
        assert rows["0"][f"{state}_low"] <= rows["0"][state] <= rows["0"][f"{state}_high"]
    assert rows["0"]["sentences"] == 250


def test_a_forget_gate_of_four_fifths_gives_its_half_life():
    run = set_by_hand(1, float(np.log(4)))  # sigmoid(ln 4) = 0.8
    study = make_study(run, chance_sentences(length=25), "chance")
    cell = rows_of(influence([study], 0)[-1])["by-hand, layer_1, cell_state"]
    assert cell["half_life"] == pytest.approx(np.log(2) / -np.log(0.8), rel=0.05)
    assert cell["half_life_low"] < cell["half_life"] < cell["half_life_high"]
    assert cell["r_squared"] > 0.99


def test_the_share_of_the_latest_word_is_one_where_nothing_is_kept():
    study = make_study(set_by_hand(1, SHUT), chance_sentences(), "chance")
    shares = measure_influence(study.run, study.traces)["layer_1"].latest_share()
    assert shares["hidden_state"].mean == pytest.approx(1, abs=1e-6)
    assert shares["difference"].mean == pytest.approx(0, abs=1e-6)


def test_the_half_life_is_numpy_s_line_through_the_logarithms():
    means = np.random.default_rng(0).uniform(0.1, 1, (3, 12)) * 0.8 ** np.arange(12)
    fitted, explained = fit_half_life(means)
    for row, half_life, share in zip(means, fitted, explained):
        slope, start = np.polyfit(np.arange(12), np.log(row), 1)
        gap = np.log(row) - (slope * np.arange(12) + start)
        assert half_life == pytest.approx(-np.log(2) / slope)
        assert share == pytest.approx(1 - gap.var() / np.log(row).var())


# decode, meaning


def test_probes_read_the_words_that_are_held_and_no_others(last_two_words):
    rows = rows_of(decode([last_two_words], 0)[0])
    for state in ("hidden_state", "cell_state", "tanh_cell_state"):
        assert rows["0"][state] == 1
        assert rows["1"][state] > 0.99
        assert rows["2"][state] < rows["2"]["majority"] + 0.06
    assert rows["0"]["inputs"] == 1
    assert rows["1"]["inputs"] < 0.2
    assert measure_reach(last_two_words, "layer_1").farthest == {"hidden_state": 1, "cell_state": 1}


def test_a_control_task_is_learned_by_heart_where_the_word_is_known(last_two_words):
    controls = rows_of(decode([last_two_words], 0)[2])
    assert controls["word itself"]["inputs_selectivity"] == pytest.approx(0, abs=0.01)
    assert controls["word 1 back"]["cell_state_selectivity"] == pytest.approx(0, abs=0.02)


def test_an_untrained_model_stands_beside_every_figure(last_two_words):
    controls = rows_of(decode([last_two_words], 0)[2])
    assert controls["word itself"]["hidden_state_untrained"] > 0.9
    assert controls["next word"]["hidden_state_untrained"] < 0.2


def test_current_and_next_word_are_told_apart(last_two_words):
    by_chance = measure_meaning(last_two_words)["layer_1 hidden_state"]
    assert by_chance.easier == "current"
    assert by_chance.following.mean < 0.2
    circle = [Example(tuple(WORDS[(start + t) % 8] for t in range(14))) for start in range(8)] * 20
    told = measure_meaning(make_study(last_two_words.run, circle, "a circle"))["layer_1 hidden_state"]
    assert told.following.mean == told.current.mean == 1
    assert told.easier == "neither"


def test_the_probes_read_a_sentence_word_by_word(last_two_words):
    read = read_sentence(last_two_words, "a c zebra b")
    assert read["current_from_hidden_state"] == ["a", "c", None, "b"]
    assert read["next_from_hidden_state"][-1] is None


# Controls and intervals


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_untrained_weights_are_drawn_as_keras_draws_them(cell):
    settings = Settings(cell=cell, units=64, embedding_dim=48)
    ours = initial_weights(settings, 100, 3, seed=0)
    words = keras.Input((None,), dtype="int32")
    layer = keras.Model(words, read_words(words, settings, 100)).get_layer("layer_1")
    for variable in layer.cell.weights:
        own, keras_s = ours[f"layer_1/{variable.name}"], np.asarray(keras.ops.convert_to_numpy(variable))
        assert own.shape == keras_s.shape
        assert own.std() == pytest.approx(keras_s.std(), rel=0.05)
        assert np.abs(own).max() == pytest.approx(np.abs(keras_s).max(), rel=0.3)
    recurrent = ours["layer_1/recurrent_kernel"]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(64), atol=1e-5)
    if cell == "lstm":
        np.testing.assert_array_equal(ours["layer_1/bias"], keras.ops.convert_to_numpy(layer.cell.bias))


def test_sentences_of_a_study_are_read_as_trace_reads_them(new_run, here):
    run = new_run(here / "runs/sentiment-001")
    study = make_study(run, nlp_lstm.load_corpus("mini", limit=9).train, "mini")
    for place, example in enumerate(study.examples):
        alone = trace(run, " ".join(example.words))
        for layer, traces in study.traces.items():
            for part, values in alone[layer].parts.items():
                np.testing.assert_allclose(traces[place].parts[part], values, atol=1e-6)
            np.testing.assert_allclose(traces[place].inputs, alone[layer].inputs, atol=1e-6)


def test_the_interval_is_as_wide_as_chance_makes_it():
    run = set_by_hand(2, SHUT)
    widths = []
    for count in (60, 240):
        study = make_study(run, chance_sentences(count), "chance")
        row = rows_of(decode([study], 0)[0])["5"]
        widths.append(row["hidden_state_high"] - row["hidden_state_low"])
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.35)  # four times the sentences


def test_figures_are_the_same_again_and_others_with_another_seed(new_run, here):
    run = new_run(here / "runs/sentiment-001")
    first, again, other = (
        nlp_lstm.compare("influence", run, "mini", seed=seed).comparisons[0].values for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


# The verdict


def test_the_verdict_knows_what_was_built(here):
    run = replace(set_by_hand(2, SHUT), path=here / "runs/next-word-001")
    save_run(run)
    Path("chance.txt").write_text("\n".join(" ".join(one.words) for one in chance_sentences(600)))
    report = verdict("next-word-001", "text:chance.txt", "train")
    outcomes = {row["what_is_said"]: row["verdict"] for row in rows_of(report.comparisons[0]).values()}
    told = {
        "The cell state is concerned with all the data so far.": "holds in part",
        "Gates amplify or diminish what passes.": "does not hold",
        "What the model says of a word is said in the context of the whole sentence.": "does not hold",
    }
    assert told.items() <= outcomes.items()
    depends = next(outcome for said, outcome in outcomes.items() if "depends on the task" in str(said))
    assert depends == "not enough data"  # there is no tagger
    assert len(report.comparisons) == 1 + len(outcomes)


def test_too_few_sentences_are_not_enough_for_a_verdict(two_runs):
    report = verdict(limit=5)
    outcomes = [row["verdict"] for row in report.comparisons[0].records()]
    assert outcomes[:6] == ["not enough data"] * 6


def test_both_commands_print_tables_and_json(two_runs, cli):
    done = cli("compare", "influence", "sentiment-001", "--data", "mini", "--limit", 60)
    assert done.code == 0, done.err
    assert "sentiment-001, layer_2, influence of a word" in done.out
    shown = json.loads(cli("verdict", "--limit", 60, "--json").out)
    assert shown["sentiment-001"].startswith("mini, ")
    assert [row["verdict"] for row in shown["tables"][0]["rows"]]


@pytest.mark.parametrize(
    ("task", "box", "path"),
    [("sentiment", "reviews", "sst:gone"), ("next-word", "stories", "text:gone")],
)
def test_a_run_whose_corpus_is_not_there_reads_text_of_the_box_and_says_so(
    new_run, here, cli, task, box, path
):
    run = new_run(here / "made", task=task)
    save_run(replace(run, path=here / "runs/lost", data={**run.data, "source": path}))
    done = cli("compare", "influence", "lost", "--limit", 40)
    assert done.code == 0, done.err
    facts = " ".join(done.out.partition("\n\n")[0].split())
    assert f"lost: {box} ({path} is not here), 40 sentences" in facts
    refused = cli("compare", "units", "lost")
    assert (refused.code, refused.out) == (65, "")
    assert "holds no facts about its words" in refused.err
    assert "--data mini" in refused.err
    assert cli("compare", "units", "lost", "--data", "mini", "--limit", 200).code == 0


# Bad input


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("compare", "x"), 2, r"unknown analysis 'x': the known ones are .*decode.*influence"),
        (("compare", "influence", "nobody"), 66, r"nobody"),
        (("compare", "influence", "--split", "x"), 2, r"unknown split 'x': the known ones are train"),
        (("compare", "influence", "--limit", "5"), 65, r"5 sentences: at least 30"),
        (("compare", "decode", "--limit", "5"), 65, r"5 sentences of mini: a probe needs at least 20"),
        (("compare", "meaning", "--limit", "5"), 65, r"5 sentences of mini: a probe needs at least 20"),
        (("compare", "influence", "--data", "text:gone.txt"), 66, r"gone\.txt"),
        (("verdict", "--data", "sst:gone"), 66, r"gone"),
        (("verdict", "--seed", "-1"), 2, r"seed is -1: it must be at least 0"),
        (("compare", "gates", "sentiment-001", "sentiment-001"), 2, r"two runs are called sentiment-001"),
        (("compare", "gates", "--format", "x"), 2, r"unknown format 'x': the known ones are csv, html"),
        (("compare", "gates", "--format", "png"), 2, r"format png is not text: name a file with --output"),
        (("compare", "gates", "--output", "runs"), 2, r"runs is a folder"),
    ],
)
def test_bad_input_is_one_line(two_runs, cli, command, code, said):
    done = cli(*command)
    assert (done.code, done.out) == (code, "")
    assert re.fullmatch(rf"nlp-lstm: .*{said}.*\n", done.err), done.err


@pytest.mark.parametrize("asked", [("--format", "png"), ("--format", "svg", "--json"), ("--output", "runs")])
def test_what_cannot_be_shown_is_refused_before_anything_is_measured(two_runs, cli, monkeypatch, asked):
    monkeypatch.setattr("nlp_lstm.analyses.comparing.compare", lambda *_: pytest.fail("it was measured"))
    assert cli("compare", "gates", *asked).code == 2


def test_the_help_names_every_analysis(cli):
    said = cli("compare", "--help").out
    assert all(name in said for name in ANALYSES.names())


def test_words_that_are_seen_once_are_not_probed(here, new_run, cli):
    new_run(here / "runs/next-word-001", "next-word")
    lines = [f"word{2 * line} word{2 * line + 1}" for line in range(60)]
    Path("rare.txt").write_text("\n".join(lines))
    done = cli("compare", "meaning", "--data", "text:rare.txt", "--split", "train")
    assert done.code == 65
    assert "has fewer than two words that occur often: give more sentences" in done.err


def test_a_class_with_one_example_is_left_out(new_run, here):
    run = new_run(here / "runs/sentiment-001")
    examples = [Example(one.words, ("x",) * len(one.words)) for one in chance_sentences(40)]
    examples[0] = Example(examples[0].words, ("y",) * len(examples[0].words))
    targets = decode([make_study(run, examples, "labels")], 0)[1].rows
    assert "sentence label" not in targets
    assert "position" in targets


def test_a_gru_has_no_cell_state_to_judge(new_run, here, cli):
    new_run(here / "runs/sentiment-001", cell="gru")
    done = cli("verdict")
    assert done.code == 2
    assert "sentiment-001 is a gru, which has no cell state to compare" in done.err
    tables = nlp_lstm.compare("influence", "sentiment-001").comparisons
    assert not any("cell_state" in column for table in tables for column in table.columns)


def test_too_little_is_an_error_of_the_library_too(last_two_words):
    few = replace(last_two_words, examples=last_two_words.examples[:3])
    with pytest.raises(DataError, match="at least 30"):
        influence([make_study(few.run, few.examples, "few")], 0)
    with pytest.raises(DataError, match="no words"):
        make_study(few.run, [Example(())], "nothing")
    with pytest.raises(UsageError, match="unknown analysis"):
        ANALYSES.get("divination")
    assert make_untrained(few.run).name == "by-hand untrained"
