"""gates, memory, similarity and units: on runs whose weights are set by hand the known answer comes out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import linear_kernel

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._alignment import (
    cka_interval,
    distance_interval,
    linear_cka,
    rank_distances,
    sample_words,
)
from nlp_lstm.analyses._kinds import KINDS, kinds_of
from nlp_lstm.analyses._words import rank_correlation, roc_auc, word_mean
from nlp_lstm.analyses._writes import measure_writes
from nlp_lstm.analyses.gates import measure_gates, measure_half_lives
from nlp_lstm.analyses.memory import measure_ages
from nlp_lstm.analyses.similarity import read_the_same
from nlp_lstm.analyses.studies import Study, make_untrained, read_sentences
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.report import Comparison
from nlp_lstm.settings import Settings
from nlp_lstm.states.memory import half_life
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import Vocabulary

WORDS = ("the", "film", "not", "good", "bad", ".")
SHUT, WIDE = -40.0, 40.0  # logits of a gate that is exactly 0 or 1 in float32
GATES = ("input_gate", "forget_gate", "candidate", "output_gate")


def hand_run(units: int = 1, labels: tuple[str, ...] = ("negative", "positive"), name: str = "hand") -> Run:
    """An LSTM of zeros that reads one number per word of its vocabulary."""
    vocabulary = Vocabulary.build([WORDS])
    settings = Settings(units=units, embedding_dim=len(vocabulary))
    shapes = weight_shapes(settings, len(vocabulary), len(labels))
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    weights["embedding/embeddings"] = np.eye(len(vocabulary), dtype=np.float32)
    return Run(Path(name), "sentiment", settings, labels, vocabulary, weights)


def set_gate(run: Run, gate: str, value: float, unit: int = 0, word: str | None = None) -> None:
    """Set what a gate's sum is at all words, or what a word adds to it."""
    column = GATES.index(gate) * run.settings.units + unit
    if word is None:
        run.weights["layer_1/bias"][column] = value
    else:
        run.weights["layer_1/kernel"][run.vocabulary.ids([word])[0], column] = value


def counter() -> Run:
    """A unit that adds 0.2 at every word and forgets nothing."""
    run = hand_run()
    for gate, value in (("input_gate", WIDE), ("forget_gate", WIDE), ("candidate", np.arctanh(0.2))):
        set_gate(run, gate, value)
    return run


def copier() -> Run:
    """A unit that holds a number of the word just read and nothing before it."""
    run = hand_run()
    for gate, value in (("input_gate", WIDE), ("forget_gate", SHUT), ("output_gate", WIDE)):
        set_gate(run, gate, value)
    for number, word in enumerate(WORDS, start=1):
        set_gate(run, "candidate", number / 5, word=word)
    return run


def halver() -> Run:
    """A unit that writes 1 at every word and forgets half."""
    run = hand_run()
    for gate, value in (("input_gate", WIDE), ("candidate", WIDE)):
        set_gate(run, gate, value)
    return run


def negator(units: int = 20, unit: int = 7) -> Run:
    """One unit that is 1 from "not" to the next judgement and alone sets the output; the others are noise."""
    run, random = hand_run(units), np.random.default_rng(0)
    kernel = run.weights["layer_1/kernel"]
    kernel[:] = random.normal(0, 1, kernel.shape)
    for gate, value in (
        ("input_gate", SHUT),
        ("forget_gate", WIDE),
        ("candidate", WIDE),
        ("output_gate", WIDE),
    ):
        kernel[:, GATES.index(gate) * units + unit] = 0
        set_gate(run, gate, value, unit)
    set_gate(run, "input_gate", -2 * SHUT, unit, "not")
    for word in ("good", "bad"):
        set_gate(run, "forget_gate", 2 * SHUT, unit, word)
    run.weights["output/kernel"][unit] = (4, -4)
    return run


def examples(count: int = 80, seed: int = 0) -> tuple[Example, ...]:
    """Sentences of 8 to 12 words with negations that are open until a judgement."""
    random, made = np.random.default_rng(seed), []
    for _ in range(count):
        words = tuple(random.choice(WORDS, random.integers(8, 13)).tolist())
        state, opened = False, []
        for word in words:
            state = word == "not" or (state and word not in ("good", "bad"))
            opened.append(state)
        made.append(Example(words, facts={"negation_open": tuple(opened)}))
    return tuple(made)


def study(run: Run, read: Sequence[Example] | None = None) -> Study:
    return Study(run, make_untrained(run, 1), tuple(read or examples()), "hand-made")


def measure(analysis: str, *studies: Study) -> tuple[Comparison, ...]:
    return ANALYSES.get(analysis)(studies, 0)


def records(table: Comparison) -> list[dict[str, Any]]:
    return table.records()


def column(table: Comparison, name: str) -> dict[str, Any]:
    return {record[table.row_kind]: record[name] for record in records(table)}


def layer_1(run: Run, read: Sequence[Example] | None = None) -> list:
    return read_sentences(run, read or examples())["layer_1"]


# Figures over words


def test_rank_statistics_are_those_of_scipy_and_sklearn():
    random = np.random.default_rng(0)
    values = random.integers(0, 9, (300, 4)).astype(float)  # with many ties
    order, fact = random.normal(size=300) + values[:, 1], random.random(300) < 0.3
    starts = np.arange(0, 300, 10)
    rho = np.array([spearmanr(values[:, unit], order)[0] for unit in range(4)], float)
    np.testing.assert_allclose(rank_correlation(values, order, starts).mean, rho, atol=1e-12)
    area = [roc_auc_score(fact, values[:, unit]) for unit in range(4)]
    np.testing.assert_allclose(roc_auc(values, fact, starts).mean, area, atol=1e-12)


def test_a_unit_that_never_moves_carries_nothing():
    values, starts = np.ones((40, 1)), np.arange(0, 40, 4)
    assert rank_correlation(values, np.arange(40.0), starts).mean == 0
    assert roc_auc(values, np.arange(40) % 2 == 0, starts) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("times", [1, 3])
def test_intervals_rest_on_sentences_and_not_on_their_words(times):
    random = np.random.default_rng(0)
    values, order = random.normal(size=(60, 1)), random.normal(size=60)
    starts = np.arange(60)
    many, orders = np.repeat(values, times, axis=0), np.repeat(order, times)
    for name, one, repeated in (
        ("mean", word_mean(values[:, 0], starts), word_mean(many[:, 0], starts * times)),
        ("rank", rank_correlation(values, order, starts), rank_correlation(many, orders, starts * times)),
        ("area", roc_auc(values, order > 0, starts), roc_auc(many, orders > 0, starts * times)),
    ):
        np.testing.assert_allclose(np.ravel(repeated), np.ravel(one), atol=1e-12, err_msg=name)
        assert one.low < one.mean < one.high


# gates


def test_gates_that_are_set_open_or_shut_are_found_so():
    parts = measure_gates(layer_1(copier()))
    assert (parts["input_gate"].open.mean, parts["input_gate"].closed.mean) == (1, 0)
    assert (parts["forget_gate"].open.mean, parts["forget_gate"].closed.mean) == (0, 1)
    assert parts["forget_gate"].maximum == 0
    np.testing.assert_allclose(parts["candidate"].maximum, np.tanh(6 / 5), rtol=1e-6)


def test_gates_never_exceed_1_and_a_cell_state_does():
    read = study(counter())
    table = measure("gates", read)[0]
    longest = max(len(example.words) for example in read.examples)
    most = column(table, "maximum")
    assert most["cell_state"] == pytest.approx(0.2 * longest, rel=1e-5)
    assert all(most[gate] <= 1 for gate in ("input_gate", "forget_gate", "output_gate"))
    assert most["hidden_state"] < 1 < most["cell_state"]
    assert column(table, "mean")["output_gate"] == 0.5
    assert all(f"{part} untrained" in most for part in ("forget_gate", "cell_state"))
    words = sum(len(example.words) for example in read.examples)
    assert f"{words} words of 80 sentences" in table.title


@pytest.mark.parametrize(("run", "words"), [(counter(), np.inf), (halver(), 1.0), (copier(), 0.0)])
def test_half_lives_are_those_of_the_forget_gates(run, words):
    traces = layer_1(run)
    found = measure_half_lives(traces)
    assert found.units.mean == pytest.approx([words], abs=1e-6)
    assert found.median.mean == pytest.approx(words, abs=1e-6)
    whole = {"forget_gate": np.concatenate([trace.parts["forget_gate"] for trace in traces])}
    np.testing.assert_allclose(found.units.mean, half_life(replace(traces[0], parts=whole)), atol=1e-6)


def test_half_lives_are_over_all_words_and_not_the_mean_of_sentences():
    run = hand_run()
    set_gate(run, "forget_gate", np.log(0.25 / 0.75), word="not")  # 0.25 at "not", 0.5 elsewhere
    read = [Example(("not",)), *[Example(("the",) * 9)] * 39]
    found = measure_half_lives(layer_1(run, read)).units.mean[0]
    assert found == pytest.approx(np.log(2) / (np.log(4) + 351 * np.log(2)) * 352, rel=1e-6)


@pytest.mark.parametrize(("cell", "tables"), [("gru", 2), ("rnn", 1)])
def test_cells_without_a_forget_gate_have_no_half_lives(tmp_path, new_run, cell, tables):
    found = measure("gates", study(new_run(tmp_path / cell, cell=cell, layers=1), examples(30)))
    assert len(found) == tables
    assert not any("half-li" in table.title for table in found)


# memory


def test_what_a_counter_holds_comes_from_all_words_alike():
    traces = layer_1(counter())
    writes = measure_writes(traces)
    ages = measure_ages(writes)
    expected = np.concatenate([np.arange(1, len(trace.words)) / 2 for trace in traces]).mean()
    assert ages.cell_state.mean == pytest.approx(expected, rel=1e-5)
    assert ages.hidden_state.mean == pytest.approx(expected, rel=1e-5)  # one unit: h is divided as c is
    assert ages.difference.mean == pytest.approx(0, abs=1e-6)
    at = writes.starts[0] + 4  # the fifth word of the first sentence
    np.testing.assert_allclose(writes.shares["cell_state"][at, :5], 0.2, rtol=1e-5)
    assert np.isnan(writes.shares["cell_state"][at, 5:]).all()
    assert np.nanmin(writes.kept) == pytest.approx(1, rel=1e-5)
    assert writes.written[at] == pytest.approx(0.2, rel=1e-5)  # one write beside the four before


def test_what_a_copier_holds_is_the_last_word():
    read = study(copier())
    shares, _, _, _, ages = measure("memory", read)
    assert column(shares, "cell_state") == {row: float(row == "0") for row in shares.rows}
    assert column(shares, "cell_state_low")["0"] == 1
    assert column(shares, "untrained_cell_state")["1"] > 0.1
    assert list(column(ages, "cell_state").values()) == [0]
    assert next(iter(column(ages, "untrained_cell_state").values())) > 1


def test_of_what_a_halver_writes_a_32th_is_left_five_words_later():
    writes = measure_writes(layer_1(halver()))
    kept = writes.kept[~np.isnan(writes.kept)]
    assert len(kept) == sum(len(example.words) - 5 for example in examples())
    np.testing.assert_allclose(kept, 1 / 32, rtol=1e-5)
    share = writes.shares["cell_state"]
    last = share[writes.starts[1] - 1]
    np.testing.assert_allclose(last[1:4] / last[:3], 0.5, rtol=1e-5)


def test_the_read_out_is_younger_where_the_output_gate_shows_the_short_lived_unit():
    run = hand_run(units=2)
    for gate, values in (
        ("input_gate", (WIDE, WIDE)),
        ("forget_gate", (WIDE, SHUT)),
        ("output_gate", (SHUT, WIDE)),
    ):
        for unit, value in enumerate(values):
            set_gate(run, gate, value, unit)
            set_gate(run, "candidate", 0.5, unit)
    ages = measure_ages(measure_writes(layer_1(run)))
    assert ages.hidden_state.mean == pytest.approx(0, abs=1e-6)
    assert ages.difference.high < -0.5


def test_words_that_are_written_and_kept_are_told():
    run = hand_run()
    for gate, value in (("input_gate", SHUT), ("forget_gate", 3.0), ("candidate", 1.0)):
        set_gate(run, gate, value)
    for word in ("not", "good", "."):
        set_gate(run, "input_gate", WIDE if word == "not" else WIDE + 1, word=word)
    set_gate(run, "input_gate", -2 * SHUT, word="not")
    read = study(run)
    _, kinds, words, gates, _ = measure("memory", read)
    assert list(kinds.rows) == ["punctuation", "5 commonest words"]
    assert sum(column(kinds, "words").values()) == sum(len(one.words) for one in read.examples)
    told = column(words, "word")
    assert told["most written 1"] == "not"
    assert {told["least written 1"], told["least written 2"]} <= {"the", "film", "bad"}
    correlation = column(gates, "correlation")
    assert correlation["input_gate"] > 0.9
    assert abs(correlation["forget_gate"]) < 0.1  # it is the same at every word: it says nothing of the word


def test_kinds_of_words():
    words = ("the", "film", ".", "--", "zebra", "3", "n't")
    assert [KINDS[kind] for kind in kinds_of(study(hand_run(), [Example(words)]), "layer_1")] == [
        "commonest words",
        "commonest words",
        "punctuation",
        "punctuation",
        "unknown words",
        "unknown words",
        "unknown words",
    ]


def test_words_seen_rarely_are_not_ranked():
    read = [Example(("the", "film", "the", "film"))] * 30 + [Example(("bad", "the", "good"))]
    table = measure("memory", study(halver(), read))[2]
    assert set(column(table, "word").values()) == {"the", "film"}
    assert set(column(table, "times").values()) == {31, 60}  # without those that begin a sentence
    assert all(rank.split()[1] == "written" for rank in table.rows)  # no word has five after it
    assert records(measure("memory", study(halver(), read))[3])[0]["correlation"] is None


def test_where_no_word_is_seen_often_none_is_ranked():
    read = [Example((*WORDS[number % 5 :][:1], "zebra", "yak")) for number in range(30)]
    assert measure("memory", study(halver(), read))[2].rows == []


def test_memory_needs_an_lstm(tmp_path, new_run):
    with pytest.raises(UsageError, match="is not an LSTM: only an LSTM's memory is a sum"):
        measure("memory", study(new_run(tmp_path / "gru", cell="gru"), examples(30)))


# similarity


def gram_cka(one: np.ndarray, other: np.ndarray) -> float:
    """Linear CKA from Gram matrices, by the unbiased HSIC of Song et al. 2012, equation 5."""

    def hsic(x: np.ndarray, y: np.ndarray) -> float:
        k, m, n = linear_kernel(x), linear_kernel(y), len(x)
        np.fill_diagonal(k, 0)
        np.fill_diagonal(m, 0)
        ones = np.ones(n)
        middle = (ones @ k @ ones) * (ones @ m @ ones) / ((n - 1) * (n - 2))
        return (np.trace(k @ m) + middle - 2 / (n - 2) * (ones @ k @ m @ ones)) / (n * (n - 3))

    return hsic(one, other) / np.sqrt(hsic(one, one) * hsic(other, other))


def test_linear_cka_is_that_of_the_gram_matrices():
    random = np.random.default_rng(0)
    one = random.normal(2, 1, (60, 7))
    other = np.hstack([one[:, :3] ** 2, random.normal(0, 3, (60, 9))])
    assert linear_cka([one, other])[0, 1] == pytest.approx(gram_cka(one, other), rel=1e-4)


def test_linear_cka_knows_copies_and_strangers():
    random = np.random.default_rng(0)
    one, other = random.normal(size=(2, 300, 100)).astype(np.float32)
    turned = np.linalg.qr(random.normal(size=(100, 100)))[0]
    alike = linear_cka([one, 3 * one @ turned + 5, other, np.ones((300, 4))])
    assert alike[0, 1] == pytest.approx(1, abs=1e-4)
    assert abs(alike[0, 2]) < 0.02  # with the bias left in it would be 0.25
    assert np.isnan(alike[0, 3])
    np.testing.assert_array_equal(alike, alike.T)


def test_similarity_of_distances_is_that_of_scipy():
    random = np.random.default_rng(0)
    one = random.normal(size=(1200, 5))
    other = one + random.normal(size=one.shape)
    sample = sample_words(len(one))
    assert len(sample) == len(set(sample)) == 1000
    x, y = rank_distances(one, sample), rank_distances(other, sample)
    expected = spearmanr(pdist(one[sample], "cosine"), pdist(other[sample], "cosine"))[0]
    assert np.mean(x * y) == pytest.approx(expected, abs=1e-9)
    assert distance_interval(x, y, np.arange(0, 1200, 6), sample).mean == pytest.approx(expected, abs=1e-9)


def test_intervals_of_similarity_hold_the_truth_about_19_times_in_20():
    random = np.random.default_rng(0)
    mixing = random.normal(size=(6, 6))

    def draw(sentences: int) -> tuple[np.ndarray, np.ndarray]:
        topic = np.repeat(random.normal(size=(sentences, 6)), 5, axis=0)  # words of a sentence are alike
        one = topic + random.normal(size=topic.shape)
        return one, one @ mixing + 2 * random.normal(size=topic.shape)

    truth = linear_cka(draw(20_000))[0, 1]
    found = [cka_interval(*draw(120), np.arange(0, 600, 5)) for _ in range(150)]
    assert 0.85 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.99


def shuffled(run: Run, name: str) -> Run:
    """The same model with its units in another order."""
    units = run.settings.units
    order = np.random.default_rng(5).permutation(units)
    columns = np.concatenate([gate * units + order for gate in range(4)])
    weights = dict(run.weights)
    weights["layer_1/kernel"] = weights["layer_1/kernel"][:, columns]
    weights["layer_1/bias"] = weights["layer_1/bias"][columns]
    weights["layer_1/recurrent_kernel"] = weights["layer_1/recurrent_kernel"][order][:, columns]
    weights["output/kernel"] = weights["output/kernel"][order]
    return replace(run, path=Path(name), weights=weights)


def test_the_same_model_with_its_units_in_another_order_is_the_same(tmp_path, new_run):
    run = new_run(tmp_path / "run", layers=1)
    one, other = study(run), study(shuffled(run, "turned"), examples(50, seed=9))
    cka, distances, pairs = measure("similarity", one, other)
    assert list(cka.rows) == list(cka.columns)
    assert cka.chart == distances.chart == "heat"
    between = [row for row in records(pairs) if row["to"] == "another training"]
    assert len(between) == 2
    for row in between:
        assert row["cka"] == pytest.approx(1, abs=1e-4)
        assert row["distances"] == pytest.approx(1, abs=1e-4)
        assert row["untrained_cka"] < 0.9  # each was given untrained weights of its own
    assert {row["to"] for row in records(pairs)} == {
        "the other state",
        "another training",
        "before training",
    }
    assert "of 80 sentences of hand-made" in pairs.title  # those of the first, not of the second


def test_all_runs_read_ten_thousand_words_of_the_first():
    first, second = study(copier(), examples(1500)), study(halver(), examples(30, seed=3))
    one, other = read_the_same([first, second])
    assert one.examples == other.examples
    assert 9_900 < sum(len(example.words) for example in one.examples) <= 10_000
    assert all(example in first.examples for example in one.examples)
    assert not np.array_equal(
        one.untrained.weights["layer_1/kernel"], other.untrained.weights["layer_1/kernel"]
    )


def test_similarity_takes_any_cell_and_tells_layers_and_tasks_apart(tmp_path, new_run):
    deep = study(new_run(tmp_path / "deep", "next-word"))
    flat = study(new_run(tmp_path / "flat", cell="gru", layers=1))
    kinds = [row["to"] for row in records(measure("similarity", deep, flat)[2])]
    assert kinds.count("the other state") == 2
    assert kinds.count("the layer above") == 2
    assert kinds.count("another task") == 1  # a GRU has no cell state to compare
    assert kinds.count("before training") == 5


def test_a_state_that_is_the_same_at_all_words_is_like_nothing():
    run = hand_run(units=2)
    cka, distances, pairs = measure("similarity", study(run))
    assert column(cka, "1 layer_1 h")["1 layer_1 c"] is None
    assert column(distances, "1 layer_1 h")["1 layer_1 c"] is None
    assert records(pairs)[0]["cka"] is None


# units


def test_a_planted_unit_is_found_and_holding_it_changes_the_output():
    table, effects = measure("units", study(negator(unit=7)))
    first = next(row for row in records(table) if row["fact"] == "negation_open, cell_state 1")
    assert (first["unit"], first["found"], first["confirmed"], first["measure"]) == (7, 1, 1, "area")
    assert first["confirmed_low"] == 1
    assert 0 < first["untrained"] < 1
    held = records(effects)[0]
    assert "7" in held["units"].split()
    assert held["low"] > 2 * held["random"]
    assert held["sentences"] == 40


def test_a_unit_that_fits_one_half_by_chance_is_not_confirmed():
    random = np.random.default_rng(0)
    read = [
        Example(one.words, facts={"negation_open": tuple((random.random(len(one.words)) < 0.2).tolist())})
        for one in examples()
    ]
    rows = records(measure("units", study(negator(units=60), read))[0])
    found, confirmed = ([abs(row[name] - 0.5) for row in rows] for name in ("found", "confirmed"))
    assert np.mean(found) > 2 * np.mean(confirmed)
    assert all(row["confirmed_low"] < 0.5 < row["confirmed_high"] for row in rows[:5])


def test_units_that_do_not_reach_the_output_change_nothing():
    run = negator()
    run.weights["output/kernel"][:] = 0
    held = records(measure("units", study(run))[1])[0]
    assert (held["output_change"], held["random"], held["random_high"]) == (0, 0, 0)


def test_a_unit_for_polarity_is_found_from_labels():
    run = hand_run(units=12)
    for unit, word, value in ((3, "good", WIDE), (3, "bad", SHUT)):
        set_gate(run, "candidate", value, unit, word)
    set_gate(run, "input_gate", WIDE, 3)
    set_gate(run, "forget_gate", SHUT, 3)
    of = {"good": "positive", "bad": "negative"}
    read = [Example(one.words, tuple(of.get(word, "neutral") for word in one.words)) for one in examples()]
    row = records(measure("units", study(run, read))[0])[0]
    assert (row["fact"], row["unit"], row["measure"]) == ("polarity, hidden_state 1", 3, "correlation")
    assert row["confirmed"] == pytest.approx(1, abs=1e-6)


def test_a_layer_of_few_units_and_a_gru_are_searched_too(tmp_path, new_run):
    table, effects = measure("units", study(new_run(tmp_path / "gru", cell="gru", layers=1)))
    assert [row["fact"] for row in records(table)] == [
        "negation_open, hidden_state 1",
        "negation_open, hidden_state 2",
    ]
    assert records(effects)[0]["output_change"] > 0


# Bad input


@pytest.mark.parametrize("analysis", ["gates", "memory", "similarity", "units"])
def test_too_few_sentences_are_refused(analysis):
    with pytest.raises(DataError, match=r"over \d+ sentences: at least 30 are needed, give more text"):
        measure(analysis, study(negator(), examples(29)))


def test_sentences_that_say_nothing_are_refused():
    with pytest.raises(
        DataError, match=r"hand-made holds no facts about its words .* --data mini or --data sst:DIR"
    ):
        measure("units", study(negator(), [Example(WORDS)] * 80))


def test_a_fact_with_one_example_is_refused():
    read = [*[Example(WORDS, facts={"negation_open": (False,) * 6})] * 79]
    read.append(Example(WORDS, facts={"negation_open": (False,) * 5 + (True,)}))
    with pytest.raises(
        DataError, match=r"negation_open has a second value in only [01] of 40 sentences of a half"
    ):
        measure("units", study(negator(), read))


def test_the_command_line_shows_each_analysis(here, new_run, cli):
    new_run(Path("runs/sentiment-001"))
    new_run(Path("gru"), cell="gru")
    for analysis, shown in (
        ("gates", "half-lives of units, in words"),
        ("memory", "memory age, in words"),
        ("similarity", "linear CKA over"),
    ):
        done = cli("compare", analysis, "--data", "mini", "--limit", 40)
        assert (done.code, done.told) == (0, "")
        assert shown in done.out
    done = cli("compare", "memory", "gru", "--data", "mini", "--limit", 40)
    assert (done.code, done.out) == (2, "")
    assert "gru, layer_1 is not an LSTM" in done.err
    done = cli("compare", "units", "--data", "mini", "--limit", 40)
    assert (done.code, done.out) == (65, "")
    assert "found on one half, over 20 sentences: at least 30 are needed" in done.err
