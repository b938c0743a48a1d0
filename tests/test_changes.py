"""What a change to a sentence or a cell changes, against the sentences read by themselves."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import UsageError
from nlp_lstm.models.edits import Edit
from nlp_lstm.states.changes import change_table, parse_swap, swap_word, without_word
from nlp_lstm.states.tracing import trace

SENTENCE = "the sky is blue and the film is good"
WORDS = SENTENCE.split()
COLUMNS = ["hidden_state_change", "cell_state_change", "output_change", "says_before", "says_after"]


@pytest.fixture
def run(tmp_path: Path, new_run):
    return new_run(tmp_path / "run", "next-word")


def assert_changes(rows, before, after):
    """The rows of a table are what two lists of traced words, of the same length, say."""
    (c, h, p), (other_c, other_h, other_p) = before, after
    assert len(rows) == len(c) == len(other_c)
    for t, row in enumerate(rows):
        assert list(row) == ["word", *COLUMNS]
        difference = np.linalg.norm(other_h[t] - h[t]) / np.linalg.norm(h[t])
        assert row["hidden_state_change"] == pytest.approx(difference, abs=1e-6)
        difference = np.linalg.norm(other_c[t] - c[t]) / np.linalg.norm(c[t])
        assert row["cell_state_change"] == pytest.approx(difference, abs=1e-6)
        gained = np.maximum(other_p[t] - p[t], 0).sum()  # what some outputs gain is what others lose
        assert row["output_change"] == pytest.approx(gained, abs=1e-5)
        assert 0 <= row["output_change"] <= 1


def states(run, text, first, edit=None, layer="layer_2"):
    """Cell states, hidden states and outputs from a word on."""
    one = trace(run, text, edit)[layer]
    return [
        values[first - 1 :] for values in (one.parts["cell_state"], one.parts["hidden_state"], one.outputs)
    ]


def rows_of(cli, run, *options):
    """The rows of the table that `probe` shows of one run, and its title."""
    done = cli("probe", SENTENCE, "--run", run.path, *options, "--json")
    assert done.code == 0, done.err
    (table,) = json.loads(done.out)["tables"]
    return table["rows"], table["title"]


@pytest.mark.parametrize("number", [1, 4, 8])
def test_without_a_word_is_the_sentence_that_lacks_it(run, cli, number):
    rows, title = rows_of(cli, run, "--without", number)
    shorter = " ".join(WORDS[: number - 1] + WORDS[number:])
    assert_changes(rows, states(run, SENTENCE, number + 1), states(run, shorter, number))
    assert [row["word"] for row in rows] == [f"{n} {WORDS[n - 1]}" for n in range(number + 1, 10)]
    assert title == f"next-word, run, layer_2, without {number} {WORDS[number - 1]}"


@pytest.mark.parametrize("number", [1, 4, 9])
def test_swapping_a_word_is_the_sentence_with_the_other(run, cli, number):
    rows, title = rows_of(cli, run, "--swap", f"{number}=bad")
    other = " ".join([*WORDS[: number - 1], "bad", *WORDS[number:]])
    assert_changes(rows, states(run, SENTENCE, number), states(run, other, number))
    assert rows[0]["word"] == f"{number} bad"
    assert [row["word"] for row in rows[1:]] == [f"{n} {WORDS[n - 1]}" for n in range(number + 1, 10)]
    assert title == f"next-word, run, layer_2, {number} {WORDS[number - 1]} → bad"


def test_holding_parts_is_the_edited_trace_from_its_first_word_on(run, cli):
    rows, title = rows_of(
        cli, run, "--hold", "forget_gate=1@3-7", "--hold", "input_gate[1,2]=0@5", "--layer", 1
    )
    edits = [Edit("forget_gate", 1, words=range(3, 8)), Edit("input_gate", 0, words=5, layer=1, unit=2)]
    assert_changes(
        rows, states(run, SENTENCE, 3, layer="layer_1"), states(run, SENTENCE, 3, edits, layer="layer_1")
    )
    assert title == "next-word, run, layer_1, hold forget_gate=1@3-7, input_gate[1,2]=0@5"
    rows, _ = rows_of(cli, run, "--hold", "forget_gate=1")
    assert len(rows) == len(WORDS)


def test_library_and_command_say_the_same(run, cli):
    hold = Edit("cell_state", 0, words=2)
    for options, report in (
        (("--without", 2), nlp_lstm.probe(SENTENCE, run, without=2)),
        (("--swap", "2=film"), nlp_lstm.probe(SENTENCE, run, swap=(2, "film"))),
        (("--hold", "cell_state=0@2"), nlp_lstm.probe(SENTENCE, run, hold=hold)),
        (("--hold", "cell_state=0@2"), nlp_lstm.probe(SENTENCE, run, hold=[hold])),
    ):
        rows, _ = rows_of(cli, run, *options)
        assert report.comparisons[0].records() == rows


def test_what_a_word_does_not_reach_has_not_changed(run):
    before = trace(run, SENTENCE)["layer_2"]
    table = change_table(before, trace(run, SENTENCE, Edit("cell_state", 0, words=4))["layer_2"])
    assert [row[0] != 0 for row in table.values] == [False] * 3 + [True] * 6
    assert table.values[0][:3] == (0.0, 0.0, 0.0)


def test_json_holds_the_traces_before_and_after(run, cli):
    told = json.loads(cli("probe", SENTENCE, "--run", run.path, "--without", 2, "--json").out)
    names = [(one["model"], one["layer"], len(one["words"])) for one in told["traces"]]
    assert names == [
        ("run", "layer_1", 9),
        ("run", "layer_2", 9),
        ("run changed", "layer_1", 8),
        ("run changed", "layer_2", 8),
    ]


def test_words_that_the_vocabulary_lacks_are_told_of_both_sentences(run, cli):
    told = json.loads(cli("probe", "the sky", "--run", run.path, "--swap", "2=zebra", "--json").out)
    assert told["unknown_words"] == {"run changed": "zebra"}
    told = json.loads(cli("probe", "the zebra", "--run", run.path, "--hold", "forget_gate=1", "--json").out)
    assert told["unknown_words"] == {"run": "zebra"}


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_cells_without_a_cell_state_have_no_column_for_it(here, new_run, cli, cell):
    new_run(Path("a"), cell=cell)
    done = cli("probe", SENTENCE, "--run", "a", "--swap", "4=bad")
    heading = next(line for line in done.out.splitlines() if line.startswith("word "))
    assert heading.split() == ["word", *(name for name in COLUMNS if name != "cell_state_change")]


def test_the_other_words_keep_their_ids_however_they_would_be_split(run):
    sentence = run.vocabulary.encode("it isn't u.s. food,is it")
    for number in range(1, len(sentence.words)):
        shorter = without_word(sentence, number)
        assert shorter.words == sentence.words[: number - 1] + sentence.words[number:]
        assert len(shorter.ids) == len(shorter.offsets) == len(shorter.words)
    swapped = swap_word(sentence, 2, run.vocabulary.encode("was"))
    assert swapped.words == ("it", "was", *sentence.words[2:])
    np.testing.assert_array_equal(np.delete(swapped.ids, 1), np.delete(sentence.ids, 1))


def test_a_state_of_zero_has_no_relative_change(run):
    zero = trace(run, SENTENCE, Edit("hidden_state", 0))["layer_2"]
    table = change_table(zero, trace(run, SENTENCE)["layer_2"])
    assert {row["hidden_state_change"] for row in table.records()} == {None}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--without", 0), "without 0: the sentence has words 1 to 9"),
        (("--without", 10), "without 10: the sentence has words 1 to 9"),
        (("--without", 9), "without 9: it is the last word, and no later one can change"),
        (("--swap", "10=bad"), "swap 10: the sentence has words 1 to 9"),
        (("--swap", "0=bad"), "swap 0: the sentence has words 1 to 9"),
        (("--swap", "2=very bad"), "swap 2=very bad: it is 2 words, give one"),
        (("--swap", "2"), "swap '2': say WORD_NUMBER=WORD, such as 4=green"),
        (("--swap", "2="), "swap '2=': say WORD_NUMBER=WORD"),
        (("--swap", "sky=sea"), "swap 'sky=sea': say WORD_NUMBER=WORD"),
        (("--hold", "forget_gate"), "hold 'forget_gate': say PART[LAYER,UNIT]=VALUE@WORDS"),
        (("--hold", "forget_gate=1@3-10"), "word 10 of forget_gate=1@3-10: the sentence has words 1 to 9"),
        (("--hold", "update_gate=1"), "unknown part of lstm 'update_gate': did you mean "),
        (
            ("--without", 2, "--swap", "3=a"),
            "without and swap exclude each other: ask one question at a time",
        ),
        (("--hold", "forget_gate=1", "--memory"), "memory and hold exclude each other"),
        (("--hold", "forget_gate=1", "--unit", 2), "unit and hold exclude each other"),
        (("--swap", "3=a", "--towards", "is"), "towards 'is': give memory, why or patch_from as well"),
        (("--swap", "3=a", "--layer", 7), "layer 7: next-word-001 has layers 1 to 2"),
    ],
)
def test_changes_that_cannot_be_made_are_refused_in_one_line(two_runs, cli, options, says):
    done = cli("probe", SENTENCE, *options)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1


def test_the_only_word_cannot_be_left_out(run, cli):
    done = cli("probe", "sky", "--run", run.path, "--without", 1)
    assert done.code == 2
    assert "without 1: it is the last word" in done.err


def test_the_text_shows_what_was_said_before_and_after(two_runs, cli):
    done = cli("probe", SENTENCE, "--run", "sentiment-001", "--swap", "9=bad")
    row = r"9 bad +\d\.\d{3} +\d\.\d{3} +\d\.\d{3} +\w+ \d\.\d\d +\w+ \d\.\d\d"
    assert re.search(f"^{row}$", done.out, re.MULTILINE)


def test_a_swap_takes_any_word(run):
    assert parse_swap("3==") == (3, "=")
    with pytest.raises(UsageError, match="WORD_NUMBER=WORD"):
        parse_swap("99999999999999999999=a")


@pytest.mark.parametrize("part", ["cell_state", "hidden_state", "candidate", "output_gate", "forget_gate"])
def test_an_edit_that_overflows_leaves_gaps_and_no_warning(two_runs, cli, part):
    done = cli("probe", SENTENCE, "--hold", f"{part}=3e38", "--json")
    assert (done.code, done.told) == (0, "")
    said = {row["says_after"] for table in json.loads(done.out)["tables"] for row in table["rows"]}
    assert (None in said) == (part in ("hidden_state", "output_gate"))
