"""Edits: a part that is set or scaled while a run reads, against reading on from states changed by hand."""

from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.edits import Edit, parse_hold
from nlp_lstm.states.tracing import trace

SENTENCE = "the sky is blue and the film is good"
OTHER = "the grass is green"
PARTS = [(cell, part) for cell in CELLS.names() for part in CELLS.get(cell).parts]


@pytest.fixture
def run(tmp_path: Path, new_run):
    return new_run(tmp_path / "run", "next-word")


def assert_same(one, two):
    for name, values in one.parts.items():
        np.testing.assert_array_equal(values, two.parts[name])
    np.testing.assert_array_equal(one.outputs, two.outputs)


# what an edit does


@pytest.mark.parametrize("cell", CELLS.names())
@pytest.mark.parametrize("edit", [None, [], Edit("hidden_state", scale=1), Edit("hidden_state", scale=1.0)])
def test_without_a_change_the_trace_is_the_same_bit_for_bit(tmp_path, new_run, cell, edit):
    run = new_run(tmp_path / "run", "next-word", cell)
    layers, _ = run.network.read(run.vocabulary.encode(SENTENCE).ids[None])
    for number, (name, one) in enumerate(trace(run, SENTENCE, edit=edit).items()):
        assert_same(one, trace(run, SENTENCE)[name])
        for part, values in one.parts.items():
            np.testing.assert_array_equal(values, layers[number][part][0])


@pytest.mark.parametrize(("cell", "part"), PARTS)
def test_every_part_of_every_cell_can_be_set(tmp_path, new_run, cell, part):
    run = new_run(tmp_path / "run", "sentiment", cell)
    plain, edited = trace(run, SENTENCE), trace(run, SENTENCE, Edit(part, 0.25, words=3, layer=1))
    for layer in plain:
        for name, values in plain[layer].parts.items():
            np.testing.assert_array_equal(edited[layer].parts[name][:2], values[:2])
    assert (edited["layer_1"].parts[part][2] == 0.25).all()
    assert (edited["layer_1"].parts["hidden_state"][2] != plain["layer_1"].parts["hidden_state"][2]).any()
    assert (edited["layer_2"].parts["hidden_state"][-1] != plain["layer_2"].parts["hidden_state"][-1]).any()
    assert (edited["layer_2"].outputs[2:] != plain["layer_2"].outputs[2:]).any(axis=1).all()


def test_an_edited_state_goes_on_as_if_it_had_been_carried_in(tmp_path, new_run):
    """The oracle: read up to the word, change the states by hand, and read the rest from there."""
    run = new_run(tmp_path / "run", layers=1)
    ids = run.vocabulary.encode(SENTENCE).ids[None]
    taken = trace(run, OTHER)["layer_1"].parts["cell_state"][3]
    edited = trace(run, SENTENCE, Edit("cell_state", taken, words=3))["layer_1"].parts
    layers, (states,) = run.network.read(ids[:, :3])
    np.testing.assert_array_equal(edited["cell_state"][2], taken)
    shown = layers[0]["output_gate"][0, 2] * np.tanh(taken)
    np.testing.assert_allclose(edited["hidden_state"][2], shown, rtol=1e-6)
    states = {"cell_state": taken[None], "hidden_state": edited["hidden_state"][2][None]}
    (rest,), _ = run.network.read(ids[:, 3:], [states])
    for name, values in rest.items():
        np.testing.assert_allclose(edited[name][3:], values[0], atol=1e-6)


def test_gates_held_open_and_shut_keep_the_memory(run):
    edits = [Edit("forget_gate", 1, words=range(4, 8)), Edit("input_gate", 0, words=range(4, 8))]
    c = trace(run, SENTENCE, edits)["layer_2"].parts["cell_state"]
    for t in range(3, 7):
        np.testing.assert_array_equal(c[t], c[2])
    assert (c[7] != c[2]).all()


def test_one_unit_of_one_layer_is_scaled_at_all_words(run):
    plain = trace(run, SENTENCE)
    edited = trace(run, SENTENCE, Edit("output_gate", scale=0.5, layer=2, unit=3))
    assert_same(edited["layer_1"], type(plain["layer_1"])(**{**vars(plain["layer_1"]), **outputs(edited)}))
    before, after = (traces["layer_2"].parts["output_gate"] for traces in (plain, edited))
    np.testing.assert_array_equal(after[0, 3], before[0, 3] / 2)
    np.testing.assert_array_equal(np.delete(after[0], 3), np.delete(before[0], 3))
    assert (after[1:] != before[1:]).all()


def outputs(traces):
    return {"outputs": traces["layer_1"].outputs}


def test_edits_are_made_in_their_order(run):
    both = trace(run, SENTENCE, [Edit("cell_state", 2, words=[2, 4]), Edit("cell_state", scale=3, words=4)])
    c = both["layer_1"].parts["cell_state"]
    assert (c[1] == 2).all()
    assert (c[3] == 6).all()


def test_an_edit_that_overflows_is_told_by_the_numbers_and_not_by_warnings(run):
    edited = trace(run, SENTENCE, Edit("cell_state", scale=3e38))
    assert not np.isfinite(edited["layer_1"].parts["cell_state"]).all()


# how one is written


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("forget_gate=1@3-7", Edit("forget_gate", 1.0, words=range(3, 8))),
        ("forget_gate=1@3", Edit("forget_gate", 1.0, words=3)),
        ("cell_state=-0.5", Edit("cell_state", -0.5)),
        ("cell_state[1,17]=0.8", Edit("cell_state", 0.8, layer=1, unit=17)),
        ("cell_state[2]=0@1-1", Edit("cell_state", 0.0, words=range(1, 2), layer=2)),
    ],
)
def test_hold_reads_what_an_edit_says_of_itself(text, edit):
    assert parse_hold(text) == edit
    assert str(edit) == text.replace("@1-1", "@1")
    assert parse_hold(f" {text} ") == edit


def test_edits_say_what_no_option_can():
    assert str(Edit("cell_state", np.zeros(5), words=[2, 4], layer=1)) == "cell_state[1]=values@2,4"
    assert str(Edit("output_gate", scale=0.5)) == "output_gate*0.5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "forget_gate",
        "forget_gate=",
        "forget_gate=open",
        "=1",
        "forget_gate=1@",
        "forget_gate=1@a",
        "a[x]=1",
        "forget_gate=1@3-",
        "forget_gate=1@-3",
        "forget_gate=1@3@4",
        "a[1,2,3]=1",
        "a=1@99999999999",
        "a b=1",
    ],
)
def test_what_is_no_edit_is_refused_with_the_form(text):
    with pytest.raises(UsageError, match=r"say PART\[LAYER,UNIT\]=VALUE@WORDS, such as forget_gate=1@3-7"):
        parse_hold(text)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (
            Edit("fgate", 1),
            "unknown part of lstm 'fgate': did you mean forget_gate? The known ones are input_gate, ",
        ),
        (
            Edit("update_gate", 1),
            "unknown part of lstm 'update_gate': did you mean input_gate or output_gate? The ",
        ),
        (Edit("cell_state", 1, words=0), "word 0 of cell_state=1@0: the sentence has words 1 to 9"),
        (Edit("cell_state", 1, words=range(3, 11)), "word 10 of cell_state=1@3-10: the sentence has words"),
        (Edit("cell_state", 1, words=range(7, 3)), "no words of cell_state: name at least one"),
        (Edit("cell_state", 1, layer=0), "layer 0 of cell_state[0]=1: the run has layers 1 to 2"),
        (Edit("cell_state", 1, layer=3), "layer 3 of cell_state[3]=1: the run has layers 1 to 2"),
        (Edit("cell_state", 1, layer=1, unit=5), "unit 5 of cell_state[1,5]=1: the run has units 0 to 4"),
        (Edit("cell_state", 1, unit=-1), "unit -1 of "),
        (Edit("cell_state"), "an edit of cell_state: give either a value or a scale"),
        (Edit("cell_state", 1, 1), "an edit of cell_state: give either a value or a scale"),
        (Edit("cell_state", float("nan")), "value of cell_state is nan: it must be a finite 32-bit number"),
        (Edit("cell_state", 1e39), "value of cell_state is 1e+39: it must be a finite 32-bit number"),
        (Edit("cell_state", scale=float("inf")), "scale of cell_state is inf: it must be a finite"),
        (Edit("cell_state", "open"), "value 'open' of cell_state: it must be a number"),  # type: ignore
        (
            Edit("cell_state", np.zeros(4)),
            "value of cell_state has shape (4,): it must be one number or, for the",
        ),
        (
            Edit("cell_state", np.zeros(5), unit=1),
            "value of cell_state has shape (5,): it must be one number",
        ),
        (Edit("cell_state", scale=np.zeros(5)), "scale of cell_state has shape (5,): it must be one number"),  # type: ignore
    ],
)
def test_an_edit_that_does_not_fit_is_refused_in_one_line(run, edit, says):
    with pytest.raises(UsageError) as error:
        trace(run, SENTENCE, edit)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_held_changes_what_is_written(tmp_path, new_run, cli):
    run = new_run(tmp_path / "run", "next-word")
    plain = nlp_lstm.generate("the sky", run, words=6, temperature=0)
    assert (
        nlp_lstm.generate("the sky", run, words=6, temperature=0, hold=Edit("forget_gate", scale=1)) == plain
    )
    last = Edit("hidden_state", 0, words=8)  # the last word that is read: what is drawn from it is not read
    held = nlp_lstm.generate("the sky", run, words=7, temperature=0, hold=last)
    assert held.split()[:6] == plain.split()
    bias = run.weights["output/bias"].copy()
    bias[:2] = -np.inf
    assert held.split()[6] == run.vocabulary.words[int(bias.argmax())]
    told = cli(
        "generate",
        "the sky",
        "--run",
        run.path,
        "--words",
        7,
        "--temperature",
        0,
        "--hold",
        "hidden_state=0@8",
    )
    assert told.out == f"the sky {held}\n"
    with pytest.raises(UsageError, match="word 9 of cell_state=0@9: the sentence has words 1 to 8"):
        nlp_lstm.generate("the sky", run, words=6, hold=Edit("cell_state", 0, words=9))
