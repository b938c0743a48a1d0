"""A run reads as it was trained, after `<eos>` or with an implied end, and never answers with `<unk>`."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses.studies import make_study
from nlp_lstm.anatomies import anatomy
from nlp_lstm.anatomies.steps import step_lines
from nlp_lstm.corpora import Example
from nlp_lstm.corpus_states.shards import read_groups
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.evaluation.words import _read_fresh
from nlp_lstm.models.edits import Edit
from nlp_lstm.states.memory import memory_age, unit_ages, write_decomposition
from nlp_lstm.states.memory_tables import memory_table
from nlp_lstm.states.traces import moved, named, says
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, load_run, save_run
from nlp_lstm.text.answers import name_words
from nlp_lstm.text.vocabulary import EOS, PAD, UNK
from nlp_lstm.views import VIEWS

LINE = "the sky is blue and the sea"
SMALL: dict[str, Any] = {"epochs": 1, "units": 4, "embedding_dim": 3, "batch_size": 2}


def reads(run: Run, **rules: bool) -> Run:
    """The run with other rules of reading, saved."""
    return save_run(replace(run, path=Path(f"{run.path}-as-trained"), reading=replace(run.reading, **rules)))


@pytest.fixture(params=["lstm", "gru", "rnn"])
def predictor(here, new_run, request) -> Run:
    """A next-word run whose lines were read after `<eos>`."""
    return reads(new_run(Path("runs/words"), "next-word", cell=request.param), starts_with_eos=True)


@pytest.fixture
def lstm(here, new_run) -> Run:
    return reads(new_run(Path("runs/words"), "next-word"), starts_with_eos=True)


@pytest.fixture
def tagger(here, new_run) -> Run:
    """A tagger whose sentences end with a stop."""
    return reads(new_run(Path("runs/labels"), "sentiment"), ends_with_stop=True)


def by_hand(run: Run, text: str) -> list[dict[str, np.ndarray]]:
    """The parts of every layer at `<eos>` and the words of a text, read as one sequence."""
    layers, _ = run.network.read(np.concatenate([[EOS], encode(run, text).ids])[None])
    return [{name: values[0] for name, values in layer.items()} for layer in layers]


# what a training records


def test_a_training_on_words_records_that_lines_come_after_eos(here):
    run = nlp_lstm.train("next-word", run="r", **SMALL)
    assert (run.reading.starts_with_eos, run.reading.ends_with_stop) == (True, False)
    assert load_run("r").reading == run.reading
    assert replace(run, reading=replace(run.reading, starts_with_eos=False)).sha256 != run.sha256


@pytest.mark.parametrize(
    ("stops", "task", "ends"),
    [(18, "sentiment", True), (18, "tagging", False), (12, "sentiment", False), (0, "sentiment", False)],
)
def test_a_training_on_sentences_records_that_they_end_with_a_stop(here, stops, task, ends):
    rows = [f"it was {word} {'.' if row < stops else ''}" for row, word in enumerate(["good", "bad"] * 10)]
    labels = ["positive", "negative"] * 10
    sentences = (" ".join(row.split()) for row in rows)
    table = "text,label\n" + "".join(f"{row},{label}\n" for row, label in zip(sentences, labels))
    for split in ("train", "valid"):
        Path(f"data/{split}.csv").parent.mkdir(exist_ok=True)
        Path(f"data/{split}.csv").write_text(table, encoding="utf-8")
    run = nlp_lstm.train(task, "table:data", run="r", **SMALL)
    assert (run.reading.starts_with_eos, run.reading.ends_with_stop) == (False, ends)


def test_an_implied_end_must_be_a_word_that_is_known(here, new_run):
    run = new_run(Path("runs/a"))
    words = nlp_lstm.Vocabulary.build([run.vocabulary.words[3:]], vocab_size=len(run.vocabulary) - 1)
    without = [word for word in words.words[3:] if word != "."]
    vocabulary = nlp_lstm.Vocabulary.build([without])
    with pytest.raises(DataError, match="its sentences end with a stop, but its vocabulary has none"):
        replace(run, vocabulary=vocabulary, reading=replace(run.reading, ends_with_stop=True))


# after <eos>


def test_predict_after_a_prefix_is_what_evaluate_gave_the_same_place(predictor):
    words = LINE.split()
    told = {length: dict(_says(predictor, " ".join(words[:length]))) for length in range(1, len(words) + 1)}
    cost = {length: _read_fresh(predictor, [Example(tuple(words[:length]))])[0] for length in told}
    for length in range(1, len(words)):  # a line that ends here, and one that goes on by a word
        added = np.exp(cost[length] - cost[length + 1])
        word, end = told[length][words[length]], told[length + 1]["<eos>"] / told[length]["<eos>"]
        assert word * end == pytest.approx(added, rel=1e-5, abs=1e-6)
    first = predictor.network.probabilities(by_hand(predictor, LINE)[-1]["hidden_state"][0])
    begun = first[encode(predictor, "the").ids[0]] * told[1]["<eos>"]
    assert begun == pytest.approx(np.exp(-cost[1]), abs=1e-6)


def _says(run: Run, text: str) -> list[tuple[str, float]]:
    table = nlp_lstm.predict(text, run, top=10_000, unknown=True).comparisons[0]
    return [(word, float(row[0])) for word, row in zip(table.rows, table.values) if row[0] is not None]  # pyright: ignore


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_probabilities_are_those_of_the_line_read_behind_eos(predictor, length):
    text = " ".join(LINE.split()[:length])
    hidden_state = by_hand(predictor, text)[-1]["hidden_state"][-1]
    expected = predictor.network.probabilities(hidden_state)
    said = dict(_says(predictor, text))
    for word, value in zip(predictor.output_names, expected, strict=True):
        assert word == "[PAD]" or said[word] == pytest.approx(value, abs=1e-6)


def test_a_trace_is_of_the_words_alone_and_begins_after_eos(predictor):
    traces = nlp_lstm.trace(predictor, LINE)
    for one, expected in zip(traces.values(), by_hand(predictor, LINE), strict=True):
        assert one.words == tuple(LINE.split())
        for part, values in one.parts.items():
            np.testing.assert_allclose(values, expected[part][1:], atol=1e-6)
        for state, values in one.initial_state.items():
            np.testing.assert_allclose(values, expected[state][0], atol=1e-6)
    said = dict(_says(predictor, LINE))
    for word, value in zip(predictor.output_names, one.outputs[-1], strict=True):
        assert word == "[PAD]" or said[word] == pytest.approx(float(value), abs=1e-7)


def test_extract_and_compare_read_as_trace_does(lstm):
    lines = [LINE, "the sea is deep", "the songs are loud and the sky is grey"]
    Path("text").mkdir()
    Path("text/train.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("text/valid.txt").write_text("the sky\n", encoding="utf-8")
    nlp_lstm.extract(lstm, "text:text", "states", parts=["hidden_state", "cell_state", "forget_gate"])
    groups = list(read_groups(Path("states"), 1, ["layer_2/cell_state", "layer_1/forget_gate", "word"]))
    study = make_study(lstm, [Example(tuple(line.split())) for line in lines], "text")
    for layer, part in ((2, "cell_state"), (1, "forget_gate")):
        found = np.concatenate([group[f"layer_{layer}/{part}"] for group in groups])
        expected = np.concatenate(
            [nlp_lstm.trace(lstm, line)[f"layer_{layer}"].parts[part] for line in lines]
        )
        studied = np.concatenate([one.parts[part] for one in study.traces[f"layer_{layer}"]])
        np.testing.assert_allclose(found, expected, atol=1e-6)
        np.testing.assert_allclose(studied, expected, atol=1e-6)
    begun = nlp_lstm.trace(lstm, LINE)["layer_2"].initial_state["cell_state"]
    for one in study.traces["layer_2"]:
        np.testing.assert_allclose(one.initial_state["cell_state"], begun, atol=1e-7)


def test_generate_begins_with_what_predict_says(predictor):
    likeliest = nlp_lstm.predict(LINE, predictor).comparisons[0].rows[0].replace("<eos>", "")
    assert nlp_lstm.generate(LINE, predictor, words=1, temperature=0).strip() == likeliest
    said = dict(_says(predictor, LINE))
    del said["<unk>"]
    drawn = [
        nlp_lstm.generate(LINE, predictor, words=1, temperature=1, top_k=None, seed=seed)
        for seed in range(300)
    ]
    for word, value in said.items():
        share = drawn.count("\n" if word == "<eos>" else word) / len(drawn)
        assert share == pytest.approx(value / sum(said.values()), abs=0.12)


def test_generate_goes_on_from_its_own_words_without_another_eos(predictor):
    added = nlp_lstm.generate("the sky", predictor, words=6, temperature=0).replace("\n", " <eos> ").split()
    ids = [EOS, *encode(predictor, "the sky").ids]
    for word in added:
        layers, _ = predictor.network.read(np.array([ids]))
        scores = predictor.network.log_probabilities(layers[-1]["hidden_state"][0, -1])
        scores[[PAD, UNK]] = -np.inf
        ids.append(int(scores.argmax()))
        assert predictor.vocabulary.words[ids[-1]] == word


def test_how_much_the_first_word_moves_is_told_from_eos(predictor):
    one = nlp_lstm.trace(predictor, LINE)["layer_2"]
    table = nlp_lstm.probe(LINE, predictor).comparisons[0].records()
    expected = by_hand(predictor, LINE)[-1]["hidden_state"]
    assert table[0]["hidden_state_moved"] == pytest.approx(float(moved(expected)[1]), abs=1e-5)
    assert [row["word"] for row in table] == list(one.words)


def test_the_writes_and_what_was_there_before_sum_to_the_cell_state(lstm):
    for one in nlp_lstm.trace(lstm, LINE).values():
        writes = write_decomposition(one, before=True)
        assert writes.shape == (7, 8, 5)
        np.testing.assert_allclose(writes.sum(axis=1), one.parts["cell_state"], atol=1e-5)
        np.testing.assert_array_equal(write_decomposition(one), writes[:, 1:])
        left = one.parts["forget_gate"].cumprod(axis=0) * one.initial_state["cell_state"]
        np.testing.assert_allclose(writes[:, 0], left, atol=1e-6)


def test_what_was_there_before_is_as_old_as_if_eos_were_a_word(lstm):
    whole = by_hand(lstm, LINE)[-1]
    one = nlp_lstm.trace(lstm, LINE)["layer_2"]
    behind = replace(one, words=("<eos>", *one.words), parts=whole, initial_state={})
    expected, writes = write_decomposition(behind), write_decomposition(one, before=True)
    np.testing.assert_allclose(writes, expected[1:], atol=1e-5)
    np.testing.assert_allclose(memory_age(writes[:, :, 0]), memory_age(expected[:, :, 0])[1:], atol=1e-4)
    assert unit_ages(writes).shape == (5,)


def test_the_map_of_the_memory_has_a_column_for_what_was_there_before(lstm):
    rows = nlp_lstm.probe(LINE, lstm, memory=True).comparisons[0]
    assert list(rows.columns)[-2:] == ["(before)", "memory_age"]
    for row in rows.records():
        assert added(row, "memory_age") == pytest.approx(1, abs=1e-5)
    unit = nlp_lstm.probe(LINE, lstm, memory=True, unit=3).comparisons[0].records()
    for row in unit:
        assert added(row, "memory_age", "cell_state") == pytest.approx(row["cell_state"], abs=1e-5)
    last = nlp_lstm.probe(LINE, lstm, memory=True, towards="sky").comparisons[0].records()[-1]
    assert added(last, "memory_age", "logit") == pytest.approx(last["logit"], abs=1e-4)


def added(row: Mapping[str, Any], *others: str) -> float:
    """The sum of all numbers of a row but some."""
    return sum(value for name, value in row.items() if name not in ("word", *others) and value is not None)


def test_a_backward_layer_s_map_has_the_same_numbers_turned_around(lstm):
    one = nlp_lstm.trace(lstm, "the sky is")["layer_2"]
    turned = replace(one, backwards=True, parts={name: values[::-1] for name, values in one.parts.items()})
    straight = memory_table(one, write_decomposition(one, before=True))
    other = memory_table(turned, write_decomposition(turned, before=True))
    assert [row[-2:] for row in straight.values] == [row[-2:] for row in other.values][::-1]


def test_an_edit_counts_the_words_of_the_text(lstm):
    plain = nlp_lstm.trace(lstm, LINE)["layer_1"]
    first = nlp_lstm.trace(lstm, LINE, Edit("forget_gate", 1, words=1))["layer_1"]
    every = nlp_lstm.trace(lstm, LINE, Edit("forget_gate", 1))["layer_1"]
    assert (first.parts["forget_gate"][0] == 1).all()
    assert (first.parts["forget_gate"][1] < 1).all()
    for edited in (first, every):
        for state, values in plain.initial_state.items():
            np.testing.assert_array_equal(edited.initial_state[state], values)
    with pytest.raises(UsageError, match="words 1 to 7"):
        nlp_lstm.trace(lstm, LINE, Edit("forget_gate", 1, words=8))


def test_a_changed_sentence_is_read_after_eos_too(lstm):
    swapped = nlp_lstm.probe(LINE, lstm, swap=(1, "a")).comparisons[0].records()
    one = nlp_lstm.trace(lstm, LINE)["layer_2"].parts["cell_state"]
    other = nlp_lstm.trace(lstm, LINE.replace("the", "a", 1))["layer_2"].parts["cell_state"]
    expected = np.linalg.norm(other - one, axis=1) / np.linalg.norm(one, axis=1)
    assert [row["cell_state_change"] for row in swapped] == pytest.approx(list(expected), abs=1e-5)


def test_the_equations_of_the_anatomy_hold_at_the_first_step(predictor):
    for layer in anatomy(run=predictor).layers:
        lines = {line.name: line.values for line in step_lines(layer)}
        state = {"lstm": "cell_state", "gru": "hidden_state"}.get(layer.cell)
        if state:
            np.testing.assert_allclose(lines["kept"] + lines["written"], lines[state], atol=1e-6)
    told = [table.meaning for table in anatomy(run=predictor).comparisons if "in the order" in table.title]
    assert all("those after <eos> at the first step" in meaning for meaning in told)


def test_arrays_that_are_written_have_the_states_that_a_text_begins_with(lstm):
    report = nlp_lstm.probe(LINE, lstm)
    told = json.loads(VIEWS.get("json")(report))["traces"][0]
    np.testing.assert_allclose(
        told["initial_state"]["cell_state"], report.traces[0].initial_state["cell_state"]
    )
    arrays = np.load(io.BytesIO(VIEWS.get("npz")(report)))  # pyright: ignore[reportArgumentType]
    np.testing.assert_array_equal(
        arrays[f"{lstm.name}/layer_1/initial_cell_state"], report.traces[0].initial_state["cell_state"]
    )
    dataset = report.traces[0].to_xarray()
    assert dataset["initial_hidden_state"].dims == ("unit",)


# with an implied end


@pytest.mark.parametrize("text", ["the sky is blue", " the sky is blue ", "the sky is blue ,"])
def test_a_text_without_a_stop_has_the_label_of_the_one_with_it(tagger, text):
    typed = nlp_lstm.predict(f"{text.strip()} .", tagger).comparisons[0]
    implied = nlp_lstm.predict(text, tagger)
    table = implied.comparisons[0]
    assert table.rows[-1] == "(end)"
    assert (typed.rows[-1], typed.values) == (".", table.values)
    assert "(end): the text has no stop" in table.meaning
    as_typed = nlp_lstm.predict(text, tagger, as_typed=True).comparisons[0]
    assert list(as_typed.values) == list(table.values)[:-1]
    assert "(end)" not in as_typed.rows
    rows = nlp_lstm.predict([text, f"{text.strip()} .", ""], tagger).comparisons[0].values
    assert rows[0] == rows[1] == table.values[-1]
    assert nlp_lstm.predict([text], tagger, as_typed=True).comparisons[0].values[0] == as_typed.values[-1]


@pytest.mark.parametrize("end", [".", "!", "?", "…", "...", "?!"])
def test_a_text_with_a_stop_is_read_as_it_is(tagger, end):
    assert nlp_lstm.predict(f"the sky is blue{end}", tagger).comparisons[0].rows[-1] != "(end)"


def test_probe_shows_the_end_as_a_row_that_is_no_word(tagger):
    report = nlp_lstm.probe("the sky is", tagger)
    assert list(report.comparisons[0].rows) == ["the", "sky", "is", "(end)"]
    assert report.facts["implied_end"] == f'{tagger.name} reads "." after the text, which has no stop'
    assert report.facts["unknown_share"] is None
    assert (
        report.comparisons[0].records()[-1]["says"]
        == says(nlp_lstm.trace(tagger, "the sky is .")["layer_2"])[-1]
    )
    assert list(nlp_lstm.probe("the sky is", tagger, as_typed=True).comparisons[0].rows)[-1] == "is"
    assert nlp_lstm.trace(tagger, "the sky is")["layer_2"].words == ("the", "sky", "is")
    memory = nlp_lstm.probe("the sky is", tagger, memory=True).comparisons[0]
    assert list(memory.rows) == ["1 the", "2 sky", "3 is", "(end)"]
    last = nlp_lstm.probe("the sky is", tagger, without=3).comparisons[0]
    assert list(last.rows) == ["(end)"]
    questions: list[dict[str, Any]] = [{"without": 4}, {"swap": (4, "sea")}]
    for question in questions:
        with pytest.raises(UsageError, match="the sentence has words 1 to 3"):
            nlp_lstm.probe("the sky is", tagger, **question)


def test_evaluate_extract_and_a_predictor_imply_no_end(tagger, lstm):
    Path("a.csv").write_text("text,label\n" + "the sky,positive\nthe sea,negative\n" * 3, encoding="utf-8")
    nlp_lstm.extract(tagger, "table:a.csv", "states")
    words = [word for group in read_groups(Path("states"), 1, ["word"]) for word in group["word"]]
    assert set(words) == {"the", "sky", "sea"}
    assert "(end)" not in nlp_lstm.probe("the sky", [tagger, lstm], wide=True).comparisons[1].rows
    (beside,) = nlp_lstm.probe("the sky", [tagger, lstm]).comparisons
    end = beside.records()[-1]
    assert end["word"] == "(end)"
    assert (end["tagger_says"], end["next_word_says"]) == (end["tagger_says"] or "", None)


def test_the_command_line_reads_as_typed_when_asked(tagger, cli):
    def labels(*options: str) -> list[str]:
        told = json.loads(cli("predict", "the sky is", "--run", tagger.name, "--json", *options).out)
        return [row["word"] for row in told["tables"][0]["rows"]]

    assert labels() == ["the", "sky", "is", "(end)"]
    assert labels("--as-typed") == ["the", "sky", "is"]
    probed = cli("probe", "the sky is", "--run", tagger.name, "--as-typed", "--format", "csv")
    assert "(end)" not in probed.out
    assert "(end)" in cli("probe", "the sky is", "--run", tagger.name, "--format", "csv").out


def test_a_picture_has_the_end_without_a_number(tagger):
    pytest.importorskip("matplotlib")
    told = str(VIEWS.get("html")(nlp_lstm.probe("the sky is", tagger)))
    assert "(end)" in told


# <unk> is never the answer


@pytest.fixture
def unsure(lstm) -> Run:
    """A run whose likeliest next word is always the unknown one."""
    bias = lstm.weights["output/bias"].copy()
    bias[[PAD, UNK]] += 9
    return save_run(replace(lstm, path=Path("runs/unsure"), weights={**lstm.weights, "output/bias": bias}))


def test_the_unknown_word_is_left_out_and_the_others_are_renormalized(unsure):
    report = nlp_lstm.predict(LINE, unsure, top=10_000)
    table = report.comparisons[0]
    assert not {"<unk>", "[PAD]"} & set(table.rows)
    assert sum(float(row[0] or 0) for row in table.values) == pytest.approx(1, abs=1e-5)
    outputs = nlp_lstm.trace(unsure, LINE)["layer_2"].outputs[-1]
    assert report.facts["unknown_share"] == pytest.approx(outputs[[PAD, UNK]].sum(), abs=1e-6)
    shown = nlp_lstm.predict(LINE, unsure, unknown=True)
    assert shown.comparisons[0].rows[0] == "<unk>"
    assert shown.comparisons[0].values[0][0] == pytest.approx(float(outputs[UNK]), abs=1e-6)
    assert shown.facts["unknown_share"] is None
    each = nlp_lstm.predict([LINE, ""], unsure, top=2).comparisons[0].records()
    assert each[0]["next word 1"] == table.rows[0]
    assert each[0]["unknown_share"] == pytest.approx(report.facts["unknown_share"])
    assert each[1]["unknown_share"] is None
    assert "unknown_share" not in nlp_lstm.predict([LINE], unsure, unknown=True).comparisons[0].columns


def test_probe_and_its_pictures_name_what_predict_names(unsure, cli):
    best = nlp_lstm.predict(LINE, unsure, top=3).comparisons[0]
    report = nlp_lstm.probe(LINE, unsure, wide=True)
    expected = " ".join(f"{word} {row[0]:.2f}" for word, row in zip(best.rows, best.values))
    assert report.comparisons[0].records()[-1]["says"] == expected
    share = nlp_lstm.predict(LINE, unsure).facts["unknown_share"]
    assert report.facts["unknown_share"] == {unsure.name: pytest.approx(share)}
    shown = nlp_lstm.probe(LINE, unsure, unknown=True)
    assert str(shown.comparisons[0].records()[-1]["says"]).startswith("<unk> ")
    assert shown.facts["unknown_share"] is None
    np.testing.assert_array_equal(report.traces[0].outputs, shown.traces[0].outputs)
    assert "<unk>" not in cli("probe", LINE, "--run", unsure.name).out
    assert "<unk>" in cli("probe", LINE, "--run", unsure.name, "--unknown").out
    questions: list[dict[str, Any]] = [{"unit": 1}, {"swap": (2, "sea")}, {"hold": Edit("forget_gate", 1)}]
    for question in questions:
        assert "<unk>" not in str(nlp_lstm.probe(LINE, unsure, **question).comparisons[0].values)


def test_the_colours_of_a_picture_are_of_what_is_named(unsure):
    pytest.importorskip("matplotlib")
    from nlp_lstm.views._sentence import shade

    one = nlp_lstm.trace(unsure, LINE)["layer_2"]
    assert (named(one).max(axis=1) < 1).all()
    assert list(shade(one).colours) != list(shade(replace(one, names_unknown=True)).colours)


def test_generate_writes_the_unknown_word_only_when_asked(unsure, cli):
    assert "<unk>" not in nlp_lstm.generate(LINE, unsure, words=40)
    assert nlp_lstm.generate(LINE, unsure, words=3, temperature=0, unknown=True) == "<unk> <unk> <unk>"
    assert "<unk>" in cli("generate", LINE, "--run", unsure.name, "--unknown").out


def test_generate_draws_at_eight_tenths_from_the_forty_likeliest(lstm, cli):
    told = nlp_lstm.generate(LINE, lstm, words=30)
    assert told == nlp_lstm.generate(LINE, lstm, words=30, temperature=0.8, top_k=40)
    assert told != nlp_lstm.generate(LINE, lstm, words=30, temperature=1.0, top_k=None)
    assert cli("generate", LINE, "--run", lstm.name, "--words", "30").out == f"{LINE} {told}\n"


def test_nothing_is_named_where_all_is_unknown():
    outputs = np.array([[0.25, 0.75, 0.0], [0.0, 0.5, 0.5]])
    named, share = name_words(outputs, ("[PAD]", "<unk>", "sky"))
    assert named.tolist() == [[0, 0, 0], [0, 0, 1]]
    assert share.tolist() == [1, 0.5]
