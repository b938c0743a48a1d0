"""Patching: against edits made one at a time, against models whose answer is known, and what makes no
sense."""

import json
from dataclasses import replace

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses.moves import measure_moves
from nlp_lstm.analyses.sentence_pairs import SentencePair, built_in, read_pairs
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.edits import Edit
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.states.patching import Patched, Place, all_places, patch
from nlp_lstm.states.tracing import trace

SENTENCE, DONOR = "the sky is blue", "the sea is blue"
PARTS = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")


@pytest.fixture
def run(tmp_path, new_run):
    return new_run(tmp_path / "run", "next-word")


def ids_of(run, *texts):
    return np.stack([run.vocabulary.ids(text.split()) for text in texts])


def known(run, weights):
    """A run with weights that were set by hand: an LSTM of one layer and one unit, whose embedding is the
    words' own."""
    settings = Settings(layers=1, units=1, embedding_dim=4, tie_weights=False)
    shapes = weight_shapes(settings, len(run.vocabulary), len(run.vocabulary))
    zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    words = ("sea", "sky", "is", "blue")  # each has an input of its own
    for column, word in enumerate(words):
        zeros["embedding/embeddings"][run.vocabulary.ids([word])[0], column] = 1
    zeros["output/kernel"][0, run.vocabulary.ids(["dark"])[0]] = 1
    assert not run.reading.starts_with_eos
    return replace(run, settings=settings, weights=zeros | weights(zeros))


def latch(zeros):
    """sea writes 1 into the cell, sky -1; is keeps it; blue shows it. Columns: i, f, g, o."""
    kernel, bias = zeros["layer_1/kernel"].copy(), zeros["layer_1/bias"].copy()
    bias[:] = (-20, 20, 0, -20)  # keep what is there, and show nothing
    kernel[0] = (40, -40, 20, 0)
    kernel[1] = (40, -40, -20, 0)
    kernel[3, 3] = 40
    return {"layer_1/kernel": kernel, "layer_1/bias": bias}


def shown(zeros):
    """The cell is 1 at every word; how much of it is shown after sea or sky decides how much is shown
    later."""
    kernel, recurrent = zeros["layer_1/kernel"].copy(), zeros["layer_1/recurrent_kernel"].copy()
    bias = np.array([20, -20, 20, -8], np.float32)
    kernel[0, 3], kernel[1, 3] = 28, -12
    recurrent[0, 3] = 28
    return {"layer_1/kernel": kernel, "layer_1/recurrent_kernel": recurrent, "layer_1/bias": bias}


def shares_of(run, first="sea is is blue", second="sky is is blue"):
    """Part -> the share that moves at each word, with the logits of good and bad."""
    outputs = run.vocabulary.ids(["dark", "green"])[None]
    found = patch(run, ids_of(run, first), ids_of(run, second), outputs, all_places(run, range(1, 5)))
    return dict(zip(PARTS, found.shares[0].reshape(6, 4).round(3).tolist(), strict=True))


def test_a_latch_is_kept_in_the_cell_state_and_shows_when_it_is_read_out(run):
    shares = shares_of(known(run, latch))
    assert shares["cell_state"] == [1, 1, 1, 1]
    assert shares["hidden_state"] == [0, 0, 0, 1]
    assert shares["candidate"] == [1, 0, 0, 0]
    assert shares["forget_gate"] == shares["output_gate"] == shares["input_gate"] == [0, 0, 0, 0]


def test_what_is_kept_by_what_is_shown_moves_with_the_hidden_state_alone(run):
    shares = shares_of(known(run, shown))
    assert shares["hidden_state"] == shares["output_gate"] == [1, 1, 1, 1]
    assert shares["cell_state"] == shares["candidate"] == shares["forget_gate"] == [0, 0, 0, 0]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("task", ["next-word", "sentiment"])
def test_all_places_at_once_are_the_edits_one_by_one(tmp_path, new_run, cell, task):
    run = new_run(tmp_path / "run", task, cell)
    sentence, donor = run.vocabulary.encode(SENTENCE), run.vocabulary.encode(DONOR)
    given = trace(run, donor)
    places = all_places(run, [2, 3, 4])
    outputs = np.array([[3, 1] if task == "next-word" else [2, 0]])
    found = patch(run, sentence.ids[None], donor.ids[None], outputs, places)

    def score(edit=None):
        hidden = trace(run, sentence, edit)["layer_2"].parts["hidden_state"][-1]
        logits = run.network.logits(hidden)
        return logits[outputs[0, 0]] - logits[outputs[0, 1]]

    assert found.before[0] == pytest.approx(score(), abs=1e-5)
    for place, after in zip(places, found.after[0], strict=True):
        value = given[f"layer_{place.layer}"].parts[place.part][place.word - 1]
        edit = Edit(place.part, value, words=place.word, layer=place.layer)
        assert after == pytest.approx(score(edit), abs=1e-5), place
    assert found.shares[0, -1] == pytest.approx(1)  # the last layer's hidden state at the last word is all


def test_units_are_patched_alone_and_together(run):
    ids, outputs = ids_of(run, SENTENCE, DONOR), np.array([[3, 1]])
    places = [Place(2, "cell_state", 4, unit) for unit in (None, [*range(5)], 2)]
    whole, together, one = patch(run, ids[:1], ids[1:], outputs, places).after[0]
    assert whole == pytest.approx(together, abs=1e-7) != pytest.approx(one, abs=1e-7)


def test_a_share_of_no_difference_is_none():
    assert np.isnan(Patched(np.ones(1), np.ones(1), np.ones((1, 2))).shares).all()


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        (Place(1, "carry", 1), "part 'carry': the cell lstm has input_gate"),
        (Place(3, "cell_state", 1), "layer 3: the run has layers 1 to 2"),
        (Place(1, "cell_state", 9), "word 9: the sentence has words 1 to 4"),
        (Place(1, "cell_state", 1, 5), "unit 5: the run has units 0 to 4"),
        (Place(1, "cell_state", 1, [0, -1]), "unit -1: the run has units 0 to 4"),
    ],
)
def test_a_place_that_is_not_there_is_refused(run, place, rule):
    ids = ids_of(run, SENTENCE, DONOR)
    with pytest.raises(UsageError, match=rule):
        patch(run, ids[:1], ids[1:], np.array([[3, 1]]), [place])


def test_the_cell_state_of_a_gru_is_refused(tmp_path, new_run):
    run = new_run(tmp_path / "run", "next-word", "gru")
    ids = ids_of(run, SENTENCE, DONOR)
    with pytest.raises(UsageError, match="part 'cell_state': the cell gru has update_gate"):
        patch(run, ids[:1], ids[1:], np.array([[3, 1]]), [Place(1, "cell_state", 1)])


# compare patching


def test_moves_line_up_at_the_changed_word_and_their_share_is_over_all_pairs(run):
    latched = known(run, latch)
    pairs = [
        SentencePair("sea is is blue", "sky is is blue", ("dark", "green")),
        SentencePair("is sea is blue", "is sky is blue", ("dark", "green")),
    ]
    moves = measure_moves(latched, pairs)
    assert moves.moved.shape == (2, 1, 6, 4)
    assert np.isnan(moves.moved[1, 0, :, 3]).all()
    cell_state = moves.shares().mean[0, PARTS.index("cell_state")]
    np.testing.assert_allclose(cell_state, [1, 1, 1, 1], atol=1e-4)


def test_the_built_in_pairs_differ_in_one_word_and_agree_with_their_control():
    run = nlp_lstm.load_run("next-word-stories")
    pairs = built_in(run)
    assert len(pairs) == len(set(pairs)) == 48
    for pair in pairs:
        words, donors, alike = (text.split() for text in (pair.sentence, pair.donor, pair.alike))
        assert sum(one != other for one, other in zip(words, donors, strict=True)) == 1
        assert sum(one != other for one, other in zip(words, alike, strict=True)) == 1


def test_a_run_that_does_not_know_the_words_is_told_how_to_give_others(run):
    with pytest.raises(DataError, match="give pairs of your own with --pairs FILE"):
        built_in(run)


def test_a_file_of_pairs_is_read(tmp_path, run, cli):
    path = tmp_path / "pairs.tsv"
    path.write_text(
        f"{SENTENCE}\t{DONOR}\tdark\tgreen\t\n\nthe sky is old\tthe sky was old\tdark\tgreen\n", "utf-8"
    )
    assert [pair.outputs for pair in read_pairs(path)] == [("dark", "green")] * 2
    done = cli("compare", "patching", run.path, "--pairs", path, "--json")
    assert done.code == 0, done.err
    tables = json.loads(done.out)["tables"]
    assert len(tables) == 4
    assert {"share", "low", "high", "other_direction", "untrained"} < set(tables[-1]["rows"][0])
    assert "same_kind" not in tables[-1]["rows"][0]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("the sky\tthe sea\tdark", "line 1 has 3 columns"),
        ("the sky", "line 1 has 1 column:"),
        ("\n \n", "holds no pair"),
        ("the sky\tthe sea\tdark\tdark", "have the output 'dark' twice"),
        ("the sky\tthe sea is\tdark\tgreen", "have 2 and 3 words"),
        ("the sky is\tthe sea was\tdark\tgreen", "differ in 2 words"),
        ("the sky\tthe sky\tdark\tgreen", "differ in 0 words"),
        ("the sky\tthe sea\tdark\tzebra", "output 'zebra': run knows no such word"),
    ],
)
def test_a_line_that_is_no_pair_is_told(tmp_path, run, cli, line, rule):
    path = tmp_path / "pairs.tsv"
    path.write_text(line, "utf-8")
    done = cli("compare", "patching", run.path, "--pairs", path)
    assert done.code in (2, 65)
    assert rule in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_pairs_and_units_are_for_patching_alone(run, cli):
    done = cli("compare", "gates", run.path, "--units")
    assert done.code == 2
    assert "patching" in done.err


def test_few_units_carry_the_number_in_the_shipped_run(cli):
    done = cli("compare", "patching", "next-word-stories", "--units", "--json")
    tables = json.loads(done.out)["tables"]
    units = tables[-1]["rows"]
    assert 1 <= len(units) <= 20
    assert [row["alone"] for row in units] == sorted((row["alone"] for row in units), reverse=True)
    shares = {row["part, word"]: row for row in tables[-2]["rows"]}
    assert shares["cell_state, 2 later"]["low"] > 0.7 > 0.2 > shares["hidden_state, 2 later"]["high"]
    assert abs(shares["cell_state, 2 later"]["same_kind"]) <= 0.02


def test_only_line_ends_part_pairs_and_a_mark_before_the_first_is_no_word(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(
        "\ufeffthe sky\tthe\x0c sea\tdark\tgreen\r\na\u2028 sky\tthe sky\tdark\tgreen\r\n".encode()
    )
    assert [(pair.sentence, pair.donor) for pair in read_pairs(path)] == [
        ("the sky", "the\x0c sea"),
        ("a\u2028 sky", "the sky"),
    ]


# probe --patch-from


def test_probe_patches_from_a_sentence(run, cli):
    options = ("--run", run.path, "--towards", "dark", "--against", "green", "--json")
    done = cli("probe", SENTENCE, "--patch-from", DONOR, *options)
    assert done.code == 0, done.err
    first, second = json.loads(done.out)["tables"]
    models = [trace["model"] for trace in json.loads(done.out)["traces"]]
    assert models == ["run", "run", "run donor", "run donor"]
    assert [row["part"] for row in second["rows"]] == [*PARTS]
    assert list(second["rows"][0])[1:] == ["2 sky → sea", "3 is", "4 blue"]
    assert second["rows"][-1]["4 blue"] == pytest.approx(1)
    ids = ids_of(run, SENTENCE, DONOR)
    outputs = run.vocabulary.ids(["dark", "green"])[None]
    expected = patch(run, ids[:1], ids[1:], outputs, [Place(1, "cell_state", 3)]).shares[0, 0]
    assert first["rows"][4]["3 is"] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("donor", "rule"),
    [
        ("the sky is", "4 and 3 words: give patch_from a sentence of the same length"),
        ("the sky is blue", "reads both sentences alike"),
    ],
)
def test_a_donor_that_makes_no_sense_is_refused(run, donor, rule):
    with pytest.raises(UsageError, match=rule):
        nlp_lstm.probe(SENTENCE, run, patch_from=donor)


def test_one_question_at_a_time(run):
    with pytest.raises(UsageError, match="memory and patch_from exclude each other"):
        nlp_lstm.probe(SENTENCE, run, patch_from=DONOR, memory=True)
    with pytest.raises(UsageError, match="against 'dark': give why or patch_from as well"):
        nlp_lstm.probe(SENTENCE, run, against="dark")
