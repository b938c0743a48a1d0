"""The first screen: both models in one table, which runs were read, and what to type next."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.states.side_by_side import side_by_side
from nlp_lstm.states.traces import moved

SENTENCE = "the sky is blue"


def test_both_models_stand_side_by_side_hidden_beside_cell(two_runs, cli):
    (table,) = json.loads(cli("probe", SENTENCE, "--json").out)["tables"]
    assert list(table["rows"][0]) == [
        "word",
        *("tagger_says", "tagger_hidden_state_moved", "tagger_cell_state_moved"),
        *("next_word_says", "next_word_hidden_state_moved", "next_word_cell_state_moved"),
    ]
    for name, run in (("tagger", "sentiment-001"), ("next_word", "next-word-001")):
        trace = nlp_lstm.trace(run, SENTENCE)["layer_2"]
        for state in ("hidden_state", "cell_state"):
            shown = [row[f"{name}_{state}_moved"] for row in table["rows"]]
            assert shown[0] is None
            np.testing.assert_allclose(np.array(shown[1:], float), moved(trace.parts[state])[1:], atol=1e-6)


@pytest.mark.parametrize("columns", [60, 80])
def test_it_fits_and_says_where_most_happened(cli, monkeypatch, tmp_path, columns):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(columns))
    out = cli("probe", "the sky is blue, therefore the baby elephant is crying").out
    assert max(map(len, out.splitlines())) <= columns
    said = " ".join(out.split())
    found = re.search(r'Most happened in the tagger at "crying": the hidden state moved by (\d\.\d\d)', said)
    assert found
    rows = nlp_lstm.probe("the sky is blue, therefore the baby elephant is crying").comparisons[0].records()
    largest = max(
        row["tagger_hidden_state_moved"] for row in rows if row["tagger_hidden_state_moved"] is not None
    )
    assert float(found[1]) == pytest.approx(largest, abs=0.006)


def test_two_runs_of_a_kind_bear_their_names_and_one_alone_none(two_runs, new_run):
    new_run(Path("runs/sentiment-002"), "sentiment", "gru")
    (table,) = nlp_lstm.probe(SENTENCE, ["sentiment-001", "sentiment-002"]).comparisons
    assert [*table.columns] == [
        *("sentiment-001_says", "sentiment-001_hidden_state_moved", "sentiment-001_cell_state_moved"),
        *("sentiment-002_says", "sentiment-002_hidden_state_moved"),
    ]
    assert re.findall(r"Most happened in (\S+) at", table.see) == ["sentiment-001", "sentiment-002"]
    (table,) = nlp_lstm.probe(SENTENCE, "sentiment-001").comparisons
    assert [*table.columns] == ["says", "hidden_state_moved", "cell_state_moved"]


def test_models_that_read_other_words_have_tables_of_their_own(two_runs):
    taggers = nlp_lstm.trace("sentiment-001", "the sky is")["layer_2"]
    predictors = nlp_lstm.trace("next-word-001", "the sea is")["layer_2"]
    assert [[*table.rows] for table in side_by_side([taggers, predictors])] == [
        ["the", "sky", "is"],
        ["the", "sea", "is"],
    ]


def test_the_first_line_names_the_runs_and_how_to_name_others(two_runs, cli):
    yours = "(yours, trained on mini)"
    for command in ("probe", "predict", "generate"):
        first, *_ = cli(command, SENTENCE).err.splitlines()
        assert first.startswith("nlp-lstm: reading with ")
        assert yours in first
        assert "--run RUN names another" in first
    assert cli("probe", SENTENCE, "--run", "sentiment-001").err == ""
    assert cli("compare", "gates", "--quiet").err == ""
    assert "RUN behind the command names another" in cli("compare", "gates").err


def test_what_fails_is_told_in_one_line(two_runs, cli):
    done = cli("probe", SENTENCE, "--layer", 9)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_the_next_command_can_be_typed(here, cli):
    done = cli("train", "--limit", 40, "--epochs", 1, "--units", 4, "--run", "my run")
    command = done.err.splitlines()[-1].removeprefix("nlp-lstm: next: nlp-lstm ")
    assert command == "probe \"the film is not very funny .\" --run 'my run'"
    assert cli("probe", "the film is not very funny .", "--run", "my run").code == 0
