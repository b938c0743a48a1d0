"""What a memory is made of: the writes against c, against the product formula, and by hand."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.cells import run_cell
from nlp_lstm.models.edits import Edit
from nlp_lstm.report import Comparison, Report
from nlp_lstm.states.memory import (
    half_life,
    logit_writes,
    memory_age,
    shares,
    unit_ages,
    write_decomposition,
)
from nlp_lstm.states.memory_tables import memory_table, unit_age_table
from nlp_lstm.states.traces import Trace
from nlp_lstm.states.tracing import trace
from nlp_lstm.views import VIEWS

SENTENCE = "the sky is blue and the film is good"
WORDS = SENTENCE.split()
NAMES = [f"{number} {word}" for number, word in enumerate(WORDS, start=1)]


def show(report: Report, view: str = "text") -> str:
    return str(VIEWS.get(view)(report))


def random_trace(
    timesteps: int, units: int, seed: int = 0, backwards: bool = False, dtype: type = np.float32
) -> Trace:
    """A layer with random weights that has read random inputs."""
    random = np.random.default_rng(seed)
    shapes = {"kernel": (20, 4 * units), "recurrent_kernel": (units, 4 * units), "bias": (4 * units,)}
    weights = {
        name: random.normal(0, shape[0] ** -0.5, shape).astype(dtype) for name, shape in shapes.items()
    }
    inputs = random.normal(0, 1, (1, timesteps, 20)).astype(dtype)
    parts, _ = run_cell("lstm", inputs[:, ::-1] if backwards else inputs, weights)
    parts = {name: values[0, ::-1] if backwards else values[0] for name, values in parts.items()}
    words = tuple(f"w{t}" for t in range(timesteps))
    return Trace("m", "layer_1", words, inputs[0], parts, np.empty((timesteps, 0)), backwards=backwards)


def hand_trace(i, f, g, backwards: bool = False) -> Trace:
    """One unit from its gates, `timesteps` numbers each, with the c that follows."""
    c, held = [], 0.0
    for values in zip(i, f, g):
        held = values[1] * held + values[0] * values[2]
        c.append(held)
    given = {"input_gate": i, "forget_gate": f, "candidate": g, "cell_state": c}
    parts = {name: np.array(values, float)[:: -1 if backwards else 1, None] for name, values in given.items()}
    nothing = np.zeros((len(c), 0))
    return Trace("m", "layer_1", tuple("abc"[: len(c)]), nothing, parts, nothing, backwards=backwards)


# the writes


@pytest.mark.parametrize(("timesteps", "units"), [(1, 3), (11, 128), (300, 128)])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_writes_sum_to_the_cell_state(timesteps, units, backwards):
    one = random_trace(timesteps, units, backwards=backwards)
    writes = write_decomposition(one)
    assert writes.shape == (timesteps, timesteps, units)
    np.testing.assert_allclose(writes.sum(axis=1), one.parts["cell_state"], atol=1e-5, rtol=0)
    unread = np.tril(np.ones((timesteps, timesteps), bool), -1)
    assert not writes[unread if backwards else unread.T].any()


@pytest.mark.parametrize("layers", [1, 3])
def test_the_writes_of_every_layer_of_a_run_sum_to_its_cell_state(tmp_path, new_run, layers):
    for one in trace(new_run(tmp_path / "run", layers=layers), SENTENCE).values():
        np.testing.assert_allclose(write_decomposition(one).sum(axis=1), one.parts["cell_state"], atol=1e-5)


@pytest.mark.parametrize("backwards", [False, True])
def test_the_writes_are_those_of_the_product_formula(backwards):
    one = random_trace(9, 4, backwards=backwards, dtype=np.float64)
    i, f, g = (one.parts[part] for part in ("input_gate", "forget_gate", "candidate"))
    writes = write_decomposition(one)
    for t in range(9):
        for j in range(9):
            since = f[t:j] if backwards else f[j + 1 : t + 1]
            read = j >= t if backwards else j <= t
            expected = since.prod(axis=0) * i[j] * g[j] if read else np.zeros(4)
            np.testing.assert_allclose(writes[t, j], expected, atol=1e-15)


def test_a_forget_gate_that_shuts_entirely_divides_nothing():
    writes = write_decomposition(hand_trace([1, 1, 1], [0.5, 0, 0.5], [1, 2, 3]))[:, :, 0]
    assert writes.tolist() == [[1, 0, 0], [0, 2, 0], [0, 1, 3]]


def test_edited_gates_keep_the_sum_and_an_edited_cell_state_does_not(tmp_path, new_run):
    run = new_run(tmp_path / "run", layers=1)
    one = trace(run, SENTENCE, Edit("forget_gate", 1, words=range(3, 6)))["layer_1"]
    np.testing.assert_allclose(write_decomposition(one).sum(axis=1), one.parts["cell_state"], atol=1e-5)
    with pytest.raises(UsageError, match="not the sum of what was written"):
        write_decomposition(trace(run, SENTENCE, Edit("cell_state", 2, words=3))["layer_1"])
    with pytest.raises(UsageError, match="not the sum of what was written"):
        write_decomposition(trace(run, SENTENCE, Edit("cell_state", scale=3e38))["layer_1"])


@pytest.mark.parametrize("largest", [1, 100])
def test_a_cell_state_is_the_sum_to_a_ten_thousandth_of_its_largest_value(largest):
    one = hand_trace([1, 1, 1], [0, 0, 0], [largest, -largest, largest / 2])
    exact = one.parts["cell_state"].copy()
    for share in (0.00009, -0.00009):
        one.parts["cell_state"][2] = exact[2] + share * largest
        np.testing.assert_array_equal(write_decomposition(one).sum(axis=1), exact)
    for share in (0.00011, -0.00011):
        one.parts["cell_state"][2] = exact[2] + share * largest
        with pytest.raises(UsageError, match="not the sum of what was written"):
            write_decomposition(one)


def test_a_carried_state_is_not_taken_for_a_write():
    one = hand_trace([1, 1], [0.5, 0.5], [1, 1])
    carried = one.parts["cell_state"] + np.array([[0.5], [0.25]])
    with pytest.raises(UsageError, match="read the sentence from the start"):
        write_decomposition(replace(one, parts={**one.parts, "cell_state": carried}))


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_only_an_lstm_has_writes(tmp_path, new_run, cell):
    one = trace(new_run(tmp_path / "run", cell=cell), SENTENCE)["layer_2"]
    with pytest.raises(UsageError, match="run, layer_2 is not an LSTM: only an LSTM's memory is a sum"):
        write_decomposition(one)


def test_more_writes_than_fit_in_memory_are_refused():
    parts = {name: np.zeros((2001, 25)) for name in ("input_gate", "forget_gate", "candidate", "cell_state")}
    one = Trace("m", "layer_1", ("a",) * 2001, np.zeros((2001, 1)), parts, np.zeros((2001, 0)))
    with pytest.raises(
        DataError, match="2001 words: with 25 units, the memory of at most 2000 words can be taken apart"
    ):
        write_decomposition(one)


# maps and ages


def test_shares_and_ages_by_hand():
    # c: a writes 4; half is kept and b writes 1; half of both is kept and c writes -2
    writes = write_decomposition(hand_trace([1, 1, 1], [0.9, 0.5, 0.5], [4, 1, -2]))
    assert writes[:, :, 0].tolist() == [[4, 0, 0], [2, 1, 0], [1, 0.5, -2]]
    np.testing.assert_allclose(shares(writes), [[1, 0, 0], [2 / 3, 1 / 3, 0], [2 / 7, 1 / 7, 4 / 7]])
    ages = [0, 2 / 3, (2 * 1 + 1 * 0.5) / 3.5]
    np.testing.assert_allclose(memory_age(shares(writes)), ages)
    np.testing.assert_allclose(memory_age(writes[:, :, 0]), ages)
    np.testing.assert_allclose(unit_ages(writes), [np.mean(ages)])


def test_a_layer_that_reads_backwards_has_the_same_ages_in_turn():
    gates = ([1, 1, 1], [0.9, 0.5, 0.5], [4, 1, -2])
    one, turned = hand_trace(*gates), hand_trace(*gates, backwards=True)
    writes, turned_writes = write_decomposition(one), write_decomposition(turned)
    np.testing.assert_array_equal(turned_writes, writes[::-1, ::-1])
    np.testing.assert_allclose(memory_age(shares(turned_writes)), memory_age(shares(writes))[::-1])
    table = memory_table(turned, turned_writes)
    assert [value is None for value in table.values[1]] == [True, False, False, False]


def test_half_life_by_hand():
    def life(*gates: float) -> float:
        return half_life(hand_trace([1] * len(gates), gates, [1] * len(gates))).item()

    assert life(0.5, 0.5, 0.5) == pytest.approx(1)
    assert life(0.25, 0.25) == pytest.approx(0.5)
    assert life(1, 0.25) == pytest.approx(1)
    assert life(1, 1) == np.inf
    assert life(1, 0) == 0


def test_an_empty_memory_has_no_share_and_no_age():
    one = hand_trace([0, 1], [0.5, 0.5], [1, 1])
    writes = write_decomposition(one)
    np.testing.assert_array_equal(memory_age(shares(writes)), [np.nan, 0])
    np.testing.assert_array_equal(unit_ages(writes), [0])
    np.testing.assert_array_equal(unit_ages(np.zeros_like(writes)), [np.nan])
    assert memory_table(one, writes).values == [(None, None, None), (0.0, 1.0, 0.0)]


@pytest.mark.parametrize("output", [0, 2])
def test_the_writes_of_a_logit_sum_to_it(tmp_path, new_run, output):
    run = new_run(tmp_path / "run", "next-word")
    one = trace(run, SENTENCE)["layer_2"]
    writes, column = write_decomposition(one), run.weights["output/kernel"][:, output]
    np.testing.assert_allclose(
        logit_writes(one, writes, column).sum(axis=1), one.parts["hidden_state"] @ column, atol=1e-5
    )
    # the convention, as it is written down
    o, c = one.parts["output_gate"], one.parts["cell_state"]
    expected = (column * o[4] * np.tanh(c[4]) / c[4] * writes[4, 1]).sum()
    assert logit_writes(one, writes, column)[4, 1] == pytest.approx(expected, abs=1e-5)


def test_a_cell_state_of_zero_shows_its_writes_as_the_output_gate_does():
    one = hand_trace([1, 1], [0.5, 0.5], [2, -1])  # c is 2, then 0
    gates = {"output_gate": np.full((2, 1), 0.25), "hidden_state": np.array([[0.25 * np.tanh(2)], [0]])}
    one = replace(one, parts={**one.parts, **gates})
    amounts = logit_writes(one, write_decomposition(one), np.array([10.0]))
    np.testing.assert_allclose(amounts[1], [2.5, -2.5])


# the tables, through library and command


def test_memory_shows_the_shares_of_every_run(two_runs, cli):
    told = json.loads(cli("probe", SENTENCE, "--memory", "--json").out)
    titles = [table["title"] for table in told["tables"]]
    shown = ["next-word, next-word-001, layer_2", "sentiment, sentiment-001, layer_2"]
    assert titles == [f"{name}, memory" for name in shown] + [
        f"{name}, memory of each unit" for name in shown
    ]
    one = trace(nlp_lstm.load_run("sentiment-001"), SENTENCE)["layer_2"]
    writes, rows = write_decomposition(one), told["tables"][1]["rows"]
    assert [row["word"] for row in rows] == NAMES
    for t, row in enumerate(rows):
        assert list(row) == ["word", *NAMES, "memory_age"]
        np.testing.assert_allclose(
            [row[name] for name in NAMES[: t + 1]], shares(writes)[t, : t + 1], rtol=1e-6
        )
        assert {row[name] for name in NAMES[t + 1 :]} <= {None}
        assert row["memory_age"] == pytest.approx(memory_age(shares(writes))[t])
    units = told["tables"][3]["rows"]
    assert sorted(int(row["unit"]) for row in units) == list(range(5))
    for row in units:
        assert row["memory_age"] == pytest.approx(unit_ages(writes)[int(row["unit"])])
        assert row["half_life"] == pytest.approx(half_life(one)[int(row["unit"])])
    assert [row["memory_age"] for row in units] == sorted((row["memory_age"] for row in units), reverse=True)


def test_memory_of_a_unit_is_signed_and_sums_to_its_cell_state(two_runs, cli):
    options = ("--memory", "--run", "sentiment-001", "--layer", 1, "--unit", 3)
    table, _ = json.loads(cli("probe", SENTENCE, *options, "--json").out)["tables"]
    assert table["title"] == "sentiment, sentiment-001, layer_1, memory of unit 3"
    c = trace(nlp_lstm.load_run("sentiment-001"), SENTENCE)["layer_1"].parts["cell_state"][:, 3]
    assert_rows_sum(table["rows"], "cell_state", c)
    assert any(row[name] < 0 for row in table["rows"] for name in NAMES if row[name])


@pytest.mark.parametrize(
    ("task", "output", "known"),
    [("sentiment", "positive", "positive"), ("next-word", "is", "is"), ("next-word", "Is", "is")],
)
def test_memory_towards_an_output_sums_to_its_logit(two_runs, cli, task, output, known):
    options = ("--memory", "--run", f"{task}-001", "--towards", output)
    table, _ = json.loads(cli("probe", SENTENCE, *options, "--json").out)["tables"]
    assert table["title"] == f"{task}, {task}-001, layer_2, memory towards {output}"
    run = nlp_lstm.load_run(f"{task}-001")
    index = run.output_names.index(known)
    one = trace(run, SENTENCE)["layer_2"]
    logits = one.parts["hidden_state"] @ run.weights["output/kernel"]
    assert_rows_sum(table["rows"], "logit", logits[:, index])
    every = logits + run.weights["output/bias"]
    chance = np.exp(every[:, index]) / np.exp(every).sum(axis=1)
    np.testing.assert_allclose(chance, one.outputs[:, index], rtol=1e-4)


def assert_rows_sum(rows, column, expected):
    np.testing.assert_allclose([row[column] for row in rows], expected, atol=1e-5)
    np.testing.assert_allclose([sum(row[name] or 0 for name in NAMES) for row in rows], expected, atol=1e-5)


def test_memory_is_printed_as_a_map_of_shades_and_numbers(two_runs, cli):
    done = cli("probe", SENTENCE, "--memory", "--run", "sentiment-001")
    assert (done.code, done.err) == (0, "")
    lines = done.out[done.out.index("sentiment, sentiment-001") :].splitlines()
    assert lines[1].split() == [str(number) for number in range(1, 10)]
    assert lines[2].split() == ["word", *WORDS, "memory_age"]
    for number, (line, word) in enumerate(zip(lines[3:], WORDS), start=1):
        assert re.fullmatch(rf"{number} {word} +([ ░▒▓█](\.\d\d|1\.0) +){{{number}}}\d\.\d{{3}}", line), line
    assert "░▒▓█ begin at 5, 15, 30, 50 % of the largest" in " ".join(lines)
    assert max(map(len, lines)) <= 100


def test_the_longest_lived_units_are_printed_and_all_are_in_csv(here, new_run, cli):
    run = new_run(Path("a"), layers=1)
    one = trace(run, SENTENCE)["layer_1"]
    table = unit_age_table(one, write_decomposition(one))
    assert show(Report((table,))).count("\n") == 5 + 4
    many = replace(table, rows=[*"abcdefgh"], values=[(1.0, 2.0)] * 8)
    assert "(the first 5 of 8; --json and --format csv hold all)" in show(Report((many,)))
    assert show(Report((many,)), "csv").count("\n") == 8
    heading = cli("probe", SENTENCE, "--memory", "--run", "a", "--format", "csv").out.splitlines()[0]
    assert heading.split(",") == ["table", "word", *NAMES, "memory_age"]


@pytest.mark.parametrize(("timesteps", "wide"), [(17, 2), (24, 2), (40, 1), (46, 1)])
def test_a_long_sentence_is_a_map_of_shades_alone(timesteps, wide):
    one = random_trace(timesteps, 6)
    writes = write_decomposition(one)
    text = show(Report((memory_table(one, writes, unit=2),)))
    lines = [line for line in text.splitlines() if not re.fullmatch(" +cell +memory", line)]
    assert re.fullmatch(r"word +1·+5·+10[·\d]+ +(cell_)?state +(memory_)?age", lines[1])
    start = lines[1].index("1")
    largest = np.abs(writes[:, :, 2]).max()
    for t, line in enumerate(lines[2 : timesteps + 2]):
        drawn = line[start : start + wide * timesteps : wide]
        for j, value in enumerate(writes[t, : t + 1, 2]):
            level = sum(abs(value) >= step * largest for step in (0.05, 0.15, 0.3, 0.5))
            assert drawn[j] == (" -=≡#" if value < 0 else " ░▒▓█")[level]
    assert "below 0 -=≡#," in " ".join(lines)


def test_a_map_tells_small_large_and_negative_numbers_apart():
    values = [(0.004, -0.004, None), (-0.624, 0.999, 1.0), (-1.25, 12.5, 1234.0)]
    names = ["1 a", "2 b", "3 c"]
    drawn = show(Report((Comparison("t", names, names, values, "word", "", chart="heat"),)))
    cells = [[cell.lstrip("░▒▓█") for cell in line.split()[2:]] for line in drawn.splitlines()[3:6]]
    assert cells == [[".00", ".00"], ["-.62", "1.0", "1.0"], ["-1.2", "12", "1234"]]


def test_words_of_a_map_take_no_effect_on_a_terminal(two_runs, cli):
    for view in ("text", "csv", "json"):
        done = cli("probe", "\x1b[31mred\u202e blue blue", "--memory", "--format", view)
        assert done.code == 0
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", done.out)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--memory", "--unit", 5), "unit 5: next-word-001 has units 0 to 4"),
        (("--memory", "--layer", 3), "layer 3: next-word-001 has layers 1 to 2"),
        (("--towards", "is"), "towards 'is': give memory, why or patch_from as well"),
        (("--memory", "--unit", 1, "--towards", "is"), "unit and towards exclude each other"),
        (
            ("--memory", "--towards", "zebra"),
            "towards 'zebra': next-word-001 knows no such word; choose a run",
        ),
        (
            ("--memory", "--towards", "good", "--run", "sentiment-001"),
            "unknown label of sentiment-001 'good': the known ones are negative, neutral, positive",
        ),
        (
            ("--memory", "--towards", "is", "--layer", 1),
            "layer_1 towards 'is': the outputs read only the last layer",
        ),
        (("--memory", "--run", "gru"), "gru, layer_1 is not an LSTM: only an LSTM's memory is a sum"),
    ],
)
def test_what_has_no_memory_to_show_is_refused(two_runs, new_run, cli, options, says):
    new_run(Path("gru"), cell="gru", layers=1)
    done = cli("probe", SENTENCE, *options)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
