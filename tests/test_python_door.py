"""What Python and notebook users get from the objects, and Keras users from the verbs."""

import random
import re
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm.analyses.keras_studies import make_twin
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.formats import SUFFIXES, VIEWS

SENTENCE = "The sky is not blue."
WORDS = ["the", "sky", "is"]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """An LSTM both ways below a GRU, over ids with padding."""
    words = keras.Input((None,), dtype="int32")
    embedded = layers.Embedding(50, 4, mask_zero=True)(words)
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(embedded)
    return keras.Model(words, layers.GRU(2, name="top")(both), name="reader")


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    """40 sequences of 3 to 8 ids, padded."""
    draws = np.random.default_rng(0)
    ids, lengths = draws.integers(1, 50, (40, 8)), draws.integers(3, 9, 40)
    ids[np.arange(8) >= lengths[:, None]] = 0
    ids[0] = [5, 6, 7, 0, 0, 0, 0, 0]
    return ids


def records(table: Comparison) -> list[dict[str, Any]]:
    return table.records()


def svgs(page: str) -> int:
    return page.count("<svg")


def ids_of(page: str) -> set[str]:
    return set(re.findall(r'<\w+[^>]* id="([^"]+)"', page))


# print, repr


def test_a_report_prints_its_text_and_is_one_line_alone(two_runs):
    report = nlp_lstm.probe(SENTENCE)
    assert str(report) == VIEWS.get("text")(report)
    assert "hidden_state" in str(report).replace("\n", "") or "hidden" in str(report)
    assert repr(report).startswith("<Report: 1 table, 4 traces: ")
    for one in (report, *report.comparisons, *report.traces, nlp_lstm.load_run("sentiment-001")):
        assert "\n" not in repr(one)
        assert len(repr(one)) < 300
    table = report.comparisons[0]
    assert str(table) in str(report)
    assert repr(table) == f"<Comparison: {table.title}, {len(table.rows)} rows, {len(table.columns)} columns>"


def test_a_title_cannot_break_the_line():
    table = Comparison("a\nb\x1b[31m" + 300 * "c", ["x"], ["y"], [(1,)], "row", "")
    for one in (table, Report((table,))):
        assert "\n" not in repr(one)
        assert "\x1b" not in repr(one)
        assert len(repr(one)) < 200


def test_a_trace_prints_its_table(two_runs):
    traces = nlp_lstm.trace("sentiment-001", SENTENCE)
    assert repr(traces) == "<Traces: layer_1 (6, 5), layer_2 (6, 5)>"
    lines = str(traces).splitlines()
    assert lines[0] == "layers of sentiment-001"
    assert [line.split()[0] for line in lines[2:] if line.startswith("layer_")] == ["layer_1", "layer_2"]
    one = traces["layer_1"]
    assert repr(one).startswith("<Trace of sentiment-001, layer_1: 6 words, 5 units, parts input_gate, ")
    assert str(one).startswith("sentiment, sentiment-001, layer_1\n")
    assert all(any(line.startswith(word) for line in str(one).splitlines()) for word in one.words)


def test_a_batch_prints_its_shape_and_its_first_row(model, inputs):
    traces = nlp_lstm.trace(model, inputs[:2])
    assert repr(traces) == "<Traces: both/forward (2, 8, 3), both/backward (2, 8, 3), top (2, 8, 2)>"
    one = traces["both/backward"]
    assert repr(one).startswith("<LayerTrace of reader, both/backward: lstm, (2, 8, 3), backwards, parts")
    assert str(one).startswith("reader, both/backward (lstm): 2 rows of 8 steps, 3 units; row 0 is shown")
    assert str(one.sentence()) in str(one)
    assert "says" not in str(one)


def test_a_run_is_one_line(two_runs):
    run = nlp_lstm.load_run("sentiment-001")
    assert repr(run) == "<Run sentiment-001: sentiment, lstm, 2 layers of 5 units, 3 labels, finished>"
    assert str(nlp_lstm.load_run("next-word-001")).endswith(" words, finished>")


# save, plot


@pytest.mark.parametrize("suffix", [".txt", ".json", ".csv", ".html", ".svg", ".png", ".nc", ".npz"])
def test_a_report_is_saved_in_the_format_of_its_name(two_runs, suffix):
    report = nlp_lstm.probe(SENTENCE)
    path = report.save(f"made{suffix.upper()}")
    assert path == Path(f"made{suffix.upper()}")
    shown = VIEWS.get(SUFFIXES[suffix])(report)
    if suffix in (".nc", ".npz"):  # which hold the time
        assert path.stat().st_size > 1000
    else:
        assert path.read_bytes() == (shown if isinstance(shown, bytes) else f"{shown}\n".encode())
    assert [one.name for one in Path().iterdir() if one.name != "runs"] == [path.name]


def test_saving_again_writes_over_and_failing_leaves_the_old_file(here):
    table = Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", "")
    Report((table,)).save("a.csv")
    Report((table,), facts={"b": 1}).save(Path("a.csv"))
    assert Path("a.csv").read_text() == "table,cell,words\nspeed,lstm,9\n"
    with pytest.raises(UsageError, match="holds traces"):
        Report((table,)).save("a.csv", format="npz")
    assert Path("a.csv").read_text() == "table,cell,words\nspeed,lstm,9\n"
    assert Report((table,)).save("notes", format="text").read_text().startswith("speed\n")


@pytest.mark.parametrize(
    ("path", "format_", "words"),
    [
        ("a.doc", None, r"a\.doc: its name must end in \.txt, .*\.npz; or give format"),
        ("a", None, "its name must end in"),
        ("a.txt", "doc", "unknown format 'doc'"),
        (None, None, "path is None: give a path, such as"),
        ("no/a.txt", None, "cannot write no/a.txt: No such file"),
    ],
)
def test_what_cannot_be_saved(here, path, format_, words):
    with pytest.raises(NlpLstmError, match=words):
        Report((), facts={"a": 1}).save(path, format_)
    assert not list(Path().iterdir())


def test_a_plot_is_a_report_of_the_trace(two_runs, model, inputs):
    one = nlp_lstm.trace("sentiment-001", SENTENCE)["layer_1"]
    report = one.plot()
    assert report.traces == (one,)
    assert report.comparisons[0].rows == one.words
    assert report.save("one.png").read_bytes().startswith(b"\x89PNG")
    batch = nlp_lstm.trace(model, inputs)["top"]
    assert list(batch.plot(0, WORDS).comparisons[0].rows) == WORDS
    assert len(batch.plot(1).comparisons[0].rows) == (inputs[1] > 0).sum()
    with pytest.raises(UsageError, match="row 40: top read rows 0 to 39"):
        batch.plot(40)


# notebooks


def test_a_notebook_shows_the_pictures_with_the_numbers_folded_in(two_runs):
    report = nlp_lstm.trace("sentiment-001", "<b>sky</b> is blue")["layer_1"].plot()
    page = report._repr_html_()
    assert svgs(page) == 2
    assert page.index("<svg") < page.index("<details>") < page.index("<table>")
    assert "<b>" not in page
    assert "<script" not in page


def test_a_notebook_shows_the_evidence_of_claims_once():
    claims = Comparison(
        "verdict", ["1"], ["verdict", "what_is_said"], [("holds", "c lasts.")], "claim", "", "claims"
    )
    columns = {"value": [0.5], "low": [0.4], "high": [0.6]}
    evidence = Comparison.from_columns("1. c lasts. HOLDS", ["a"], columns, "what", "share", "intervals")
    page = Report((claims, evidence))._repr_html_()
    assert svgs(page) == 1
    assert page.count("<details>") == 2
    assert svgs(Report((evidence,))._repr_html_()) == 1


def test_two_reports_of_a_page_share_no_part(two_runs):
    first, second = (nlp_lstm.trace("sentiment-001", text)["layer_1"] for text in ("the sky", "not bad"))
    pages = [one._repr_html_() for one in (first, second)]
    for page in pages:
        found = ids_of(page)
        assert found
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', page))
        assert used <= found
    assert not ids_of(pages[0]) & ids_of(pages[1])
    assert first._repr_html_() == pages[0]  # the same trace is the same page


def test_without_matplotlib_a_notebook_shows_tables(two_runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    one = nlp_lstm.trace("sentiment-001", SENTENCE)["layer_1"]
    page = one._repr_html_()
    assert svgs(page) == 0
    assert "<details>" not in page
    assert "<table>" in page


def test_a_batch_shows_itself(model, inputs):
    traces = nlp_lstm.trace(model, inputs[:2])
    page = traces["top"]._repr_html_()
    assert "2 rows of 8 steps, 2 units; row 0 is shown" in page
    assert svgs(page) == 2
    shown = traces._repr_html_()
    assert all(name in shown for name in ("both/forward", "both/backward", "top", "(2, 8, 2)"))


# probe of a Keras model


def test_probe_shows_each_layer_under_the_words(model, inputs):
    report = nlp_lstm.probe(model, inputs[:1], words=WORDS)
    assert [table.title for table in report.comparisons] == [
        "reader, both/forward",
        "reader, both/backward",
        "reader, top",
    ]
    traces = nlp_lstm.trace(model, inputs[:1])
    for table, trace in zip(report.comparisons, traces.values(), strict=True):
        assert list(table.rows) == WORDS
        assert "says" not in table.columns
        norms = [record["hidden_state_norm"] for record in records(table)]
        known = np.linalg.norm(trace.parts["hidden_state"][0, :3], axis=1)
        np.testing.assert_allclose(norms, known, rtol=1e-6)
    assert list(nlp_lstm.probe(model, inputs[:1]).comparisons[0].rows) == ["1", "2", "3"]


def test_probe_shows_a_unit_a_layer_and_the_memory(model, inputs):
    (table,) = nlp_lstm.probe(model, inputs[:1], layer="top", unit=1).comparisons
    trace = nlp_lstm.trace(model, inputs[:1])["top"]
    assert table.title == "reader, top, unit 1"
    updates = [record["update_gate"] for record in records(table)]
    np.testing.assert_allclose(updates, trace.parts["update_gate"][0, :3, 1], rtol=1e-6)
    assert nlp_lstm.probe(model, inputs[:1], layer=3, unit=1).comparisons[0].title == table.title
    report = nlp_lstm.probe(model, inputs[:1], words=WORDS, memory=True)
    titles = [one.title for one in report.comparisons]
    assert titles[:2] == ["reader, both/forward, memory", "reader, both/backward, memory"]
    values: Any = report.comparisons[0].values
    shares = [[value for value in row[:3] if value is not None] for row in values]
    assert [sum(row) for row in shares] == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"towards": "good", "memory": True}, "towards needs a run"),
        ({"without": 2}, "without needs a run"),
        ({"swap": (1, "a")}, "swap needs a run"),
        ({"words": ["a"]}, "1 words: row 0 of both/forward has 3 real ones"),
        ({"words": "the"}, "words is 'the': give a list of words"),
        ({"layer": "low"}, "unknown layer 'low'"),
        ({"layer": 9}, "layer 9: reader has layers 1 to 3"),
        ({"unit": 9}, "unit 9: reader has units 0 to 2"),
        ({"layer": "top", "memory": True}, "is not an LSTM"),
    ],
)
def test_what_probe_cannot_answer_of_a_model(model, inputs, options, words):
    with pytest.raises(UsageError, match=words):
        nlp_lstm.probe(model, inputs[:1], **options)


def test_probe_reads_one_sequence(model, inputs):
    with pytest.raises(UsageError, match=r"forward reads 40 sequences: probe shows one, give inputs\[:1\]"):
        nlp_lstm.probe(model, inputs)
    with pytest.raises(DataError, match="reads padding alone"):
        nlp_lstm.probe(model, np.zeros((1, 3), int))


# compare of a Keras model


@pytest.fixture(scope="module")
def compared(model, inputs) -> dict[str, Report]:
    return {name: nlp_lstm.compare(name, model, inputs) for name in ("gates", "memory", "influence")}


def table_of(report: Report, about: str) -> Comparison:
    (table,) = [table for table in report.comparisons if about in table.title]
    return table


def test_gates_are_those_of_the_trace_beside_a_twin(model, inputs, compared):
    table = table_of(compared["gates"], "reader, both/forward, its parts")
    found = {record["part"]: record for record in records(table)}
    trace = nlp_lstm.trace(model, inputs)["both/forward"]
    twin = nlp_lstm.trace(make_twin(model, 0), inputs)["both/forward"]
    for part in ("forget_gate", "cell_state"):
        assert found[part]["mean"] == pytest.approx(float(trace.parts[part][trace.mask].mean()), rel=1e-5)
        own = float(twin.parts[part][twin.mask].mean())
        assert found[f"{part} untrained"]["mean"] == pytest.approx(own, rel=1e-5)
    assert (
        compared["gates"].facts["reader"]
        == f"inputs of shape (40, 8), 40 sequences, {(inputs > 0).sum()} steps"
    )


def test_the_memory_of_each_direction_is_measured_as_it_reads(compared):
    report = compared["memory"]
    assert report.facts["left_out"] == {"top": "it is no LSTM"}
    for layer in ("both/forward", "both/backward"):
        shares = records(table_of(report, f"reader, {layer}, share of the state"))
        own = [record["cell_state"] for record in shares]
        assert own == sorted(own, reverse=True)  # with forget gates near 0.7, the latest word is the largest
        assert own[-1] > 0
    assert not [table for table in report.comparisons if "kinds of words" in table.title]


def test_a_replaced_step_is_felt_from_there_on(compared):
    for layer in ("both/forward", "both/backward", "top"):
        felt = [
            record["hidden_state"]
            for record in records(table_of(compared["influence"], f"{layer}, influence"))
        ]
        assert felt[0] > felt[2] > 0


def test_words_give_the_tables_of_words(model, inputs):
    draws = np.random.default_rng(1)
    words = [[draws.choice(["the", "sky", "."]) for _ in range((row > 0).sum())] for row in inputs]
    report = nlp_lstm.compare("memory", model, inputs, words=words)
    kinds = table_of(report, "both/backward, kinds of words")
    assert sum(record["words"] for record in records(kinds)) == (inputs > 0).sum()
    assert "punctuation" in kinds.rows


def test_a_twin_is_drawn_by_the_seed_and_leaves_the_user_s_draws_alone(model):
    random.seed(7)
    expected = random.random()
    random.seed(7)
    first, again, other = (make_twin(model, seed).get_weights() for seed in (3, 3, 4))
    assert random.random() == expected
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert any((one != two).any() for one, two in zip(first, other, strict=True))
    assert [one.shape for one in first] == [one.shape for one in model.get_weights()]


class OneOfAClass(keras.Model):
    """A model that Keras cannot build again."""

    def __init__(self):
        super().__init__(name="own")
        self.lstm = layers.LSTM(3, return_sequences=True, name="lstm")

    def call(self, inputs):
        return self.lstm(inputs)


def test_without_a_twin_nothing_is_said_of_one():
    own = OneOfAClass()
    features = np.random.default_rng(0).normal(size=(30, 4, 2)).astype("float32")
    own(features)
    for name in ("gates", "memory", "influence"):
        report = nlp_lstm.compare(name, own, features)
        assert "none: Keras cannot build" in report.facts["untrained"]
        for table in report.comparisons:
            assert not [one for one in (*table.rows, *table.columns) if "untrained" in one]
            assert "untrained" not in table.meaning
            assert table.rows


@pytest.mark.parametrize(
    ("analysis", "options", "words"),
    [
        ("decode", {}, "decode needs a run, .* gates, influence or memory"),
        ("similarity", {}, "similarity needs a run"),
        ("gate", {}, "unknown analysis 'gate'"),
        ("gates", {"words": ["a"]}, r"words is \['a'\]: give a list of words for each of the 40 sequences"),
        ("gates", {"words": [["a"]] * 40}, "words of row 0 are 1: it has 3 real steps"),
        ("gates", {"split": "test"}, "split is about the text of a run"),
        ("gates", {"tokenized": True}, "tokenized is about the text of a run"),
        ("gates", {"limit": 0}, "limit is 0"),
        ("gates", {"seed": -1}, "seed is -1"),
    ],
)
def test_what_cannot_be_compared(model, inputs, analysis, options, words):
    with pytest.raises(UsageError, match=words):
        nlp_lstm.compare(analysis, model, inputs, **options)


def test_too_few_sequences_and_rows_of_padding(model, inputs):
    with pytest.raises(DataError, match="gates of reader over 5 sentences: at least 30"):
        nlp_lstm.compare("gates", model, inputs, limit=5)
    with pytest.raises(DataError, match="row 2 of the inputs is padding alone"):
        nlp_lstm.compare("gates", model, np.where(np.arange(40)[:, None] == 2, 0, inputs))
    with pytest.raises(UsageError, match="compare reads one array of sequences"):
        nlp_lstm.compare("gates", model, [inputs, inputs])


# extract of a Keras model


def test_extracted_states_are_those_of_the_trace(model, inputs, here):
    words = [[f"w{one}" for one in row if one] for row in inputs]
    report = nlp_lstm.extract(model, inputs, "states", layers="both/*", words=words)
    assert [record["name"] for record in records(report.comparisons[0])] == ["both/forward", "both/backward"]
    traces = nlp_lstm.trace(model, inputs)
    trace, real = traces["both/backward"], inputs > 0
    states = trace.parts["cell_state"][real][:, 1]
    found = records(nlp_lstm.find("states", unit=1, layer=2, top=3).comparisons[0])
    best = np.argsort(-states, kind="stable")[:3]
    assert [one["cell_state[2,1]"] for one in found] == pytest.approx(states[best].tolist(), rel=1e-6)
    assert [one["word"] for one in found] == [f"w{one}" for one in inputs[real][best]]
    rows, _ = np.nonzero(real)
    assert [one["sentence"] for one in found] == (rows[best] + 1).tolist()
    assert report.facts["words"] == real.sum()


def test_many_shards_hold_what_one_holds(model, inputs, here, monkeypatch):
    nlp_lstm.extract(model, inputs, "one", layers="top")
    monkeypatch.setattr("nlp_lstm.corpus_states.planning.FEWEST_SHARD_WORDS", 1)
    monkeypatch.setattr("nlp_lstm.corpus_states.planning.SHARD_WORDS", 120)
    assert nlp_lstm.extract(model, inputs, "many", layers="top").facts["shards"] == 3
    for unit in (0, 1):
        one, many = (
            records(nlp_lstm.find(folder, part="hidden_state", unit=unit, top=20).comparisons[0])
            for folder in ("one", "many")
        )
        for first, second in zip(one, many, strict=True):
            assert first.pop(f"hidden_state[1,{unit}]") == pytest.approx(
                second.pop(f"hidden_state[1,{unit}]"), abs=1e-6
            )
            assert first == second


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "both/forward and top have not the same cell, units and steps"),
        ({"layers": [1]}, "layers is"),
        ({"layers": "low"}, "unknown layer 'low'"),
        ({"layers": "top", "parts": ["cell_state"]}, "unknown part of gru 'cell_state'"),
        ({"layers": "top", "dtype": "int8"}, "unknown dtype"),
        ({"layers": "top", "limit": 0}, "limit is 0"),
        ({"layers": "top", "words": [["a"]]}, "give a list of words for each of the 40 sequences"),
        ({"layers": "top", "words": [["a"]] * 40}, "1 words: row 0 of top has 3 real ones"),
        ({"layers": "top", "resume": True}, "resume is about a run"),
        ({"layers": "top", "tokenized": True}, "tokenized is about a run"),
    ],
)
def test_what_cannot_be_extracted(model, inputs, here, options, words):
    with pytest.raises(UsageError, match=words):
        nlp_lstm.extract(model, inputs, "states", **options)


# wrong things


def zero(value: Any) -> Any:
    """What is given where None is no wrong value."""
    return 0 if value is None else value


CALLS = {
    "predict": lambda value: nlp_lstm.predict(value),
    "predict several": lambda value: nlp_lstm.predict(["so", value]),
    "predict run": lambda value: nlp_lstm.predict(SENTENCE, run=zero(value)),
    "generate": lambda value: nlp_lstm.generate(value),
    "generate run": lambda value: nlp_lstm.generate(SENTENCE, run=zero(value)),
    "probe": lambda value: nlp_lstm.probe(value, runs="sentiment-001"),
    "probe runs": lambda value: nlp_lstm.probe(SENTENCE, value),
    "trace": lambda value: nlp_lstm.trace(value, SENTENCE),
    "trace text": lambda value: nlp_lstm.trace("sentiment-001", value),
    "evaluate": lambda value: nlp_lstm.evaluate(zero(value), "mini"),
    "evaluate data": lambda value: nlp_lstm.evaluate("sentiment-001", zero(value)),
    "extract": lambda value: nlp_lstm.extract(value, "mini", "made"),
    "extract data": lambda value: nlp_lstm.extract("sentiment-001", value, "made"),
    "extract output": lambda value: nlp_lstm.extract("sentiment-001", "mini", value),
    "find": lambda value: nlp_lstm.find(value, unit=1),
    "compare": lambda value: nlp_lstm.compare(value, "sentiment-001"),
    "compare runs": lambda value: nlp_lstm.compare("gates", value, "mini"),
    "compare data": lambda value: nlp_lstm.compare("gates", "sentiment-001", zero(value)),
    "verdict": lambda value: nlp_lstm.verdict(value, "mini"),
    "export": lambda value: nlp_lstm.export(value, "made.keras"),
    "export file": lambda value: nlp_lstm.export("sentiment-001", value),
    "runs": lambda value: nlp_lstm.runs(value),
    "data": lambda value: nlp_lstm.data(zero(value)),
    "load_run": lambda value: nlp_lstm.load_run(value),
    "load_corpus": lambda value: nlp_lstm.load_corpus(value),
    "load_task": lambda value: nlp_lstm.load_task(value),
    "train": lambda value: nlp_lstm.train(zero(value)),
    "train data": lambda value: nlp_lstm.train("sentiment", zero(value)),
}
TAKES = {  # what a verb takes after all
    ("predict", "texts"),
    *((verb, "run") for verb in CALLS if verb in ("evaluate", "extract", "verdict", "export")),
    *((verb, "run") for verb in ("predict run", "probe runs", "trace", "compare runs")),
}


@pytest.mark.parametrize("kind", ["model", "none", "number", "run", "texts", "array"])
@pytest.mark.parametrize("verb", CALLS)
def test_wrong_things_are_refused_in_one_line_that_says_what_would_do(two_runs, model, verb, kind):
    if (verb, kind) in TAKES:
        pytest.skip("it takes this")
    wrong: dict[str, Any] = {
        "model": model,
        "none": None,
        "number": 3,
        "run": nlp_lstm.load_run("sentiment-001"),
        "texts": ["the sky", "is blue"],
        "array": np.array([[1, 2], [3, 4]]),
    }
    with pytest.raises(NlpLstmError) as error:
        CALLS[verb](wrong[kind])
    message = str(error.value)
    assert "\n" not in message
    assert ":" in message
    assert len(message) < 300
    assert not isinstance(error.value, MissingInputError) or kind == "texts"


@pytest.mark.parametrize("verb", ["predict run", "generate run", "evaluate", "verdict", "export"])
def test_a_keras_model_where_a_run_is_needed_is_told_what_reads_it(two_runs, model, verb):
    with pytest.raises(UsageError, match=r"the Keras model reader: it is no run; trace, probe, .* read"):
        CALLS[verb](model)


@pytest.mark.parametrize("inputs", ["the sky", None, 3, ["the", "sky"], object()])
@pytest.mark.parametrize(
    "verb", [nlp_lstm.trace, nlp_lstm.probe, lambda *given: nlp_lstm.compare("gates", *given)]
)
def test_what_a_model_cannot_read_is_refused(model, inputs, verb):
    with pytest.raises((UsageError, DataError)) as error:
        verb(model, inputs)
    assert "\n" not in str(error.value)
