"""`find` names the words where a unit is on, as a search by hand through every trace would."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pyarrow.parquet import ParquetFile

import nlp_lstm
from nlp_lstm.corpora import load_corpus
from nlp_lstm.corpus_states import planning
from nlp_lstm.corpus_states.finding import find, parse_conditions
from nlp_lstm.corpus_states.manifests import read_manifest
from nlp_lstm.corpus_states.shards import hash_shard
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.store.run import load_run

SENTENCES = 60


@pytest.fixture
def states(two_runs, monkeypatch) -> Path:
    """The states of 60 sentences in shards of 100 words, both layers and three parts."""
    monkeypatch.setattr(planning, "SHARD_WORDS", 100)
    parts = ("hidden_state", "cell_state", "input_gate")
    nlp_lstm.extract("sentiment-001", "mini", "states", "test", parts=parts, limit=SENTENCES)
    assert len(list(Path("states").glob("*.parquet"))) > 4
    return Path("states")


def by_hand(part: str, layer: int, unit: int) -> list[tuple[float, int, int, str]]:
    """Value, number of sentence and word, and word, of every word in the order of the corpus."""
    run = load_run("sentiment-001")
    found = []
    for number, example in enumerate(load_corpus("mini", limit=SENTENCES).test, start=1):
        values = nlp_lstm.trace(run, " ".join(example.words))[f"layer_{layer}"].parts[part][:, unit]
        found += [
            (float(value), number, t, word) for t, (value, word) in enumerate(zip(values, example.words), 1)
        ]
    return found


def told(report, column: str) -> list[tuple]:
    """What a report says in the form of `by_hand`."""
    return [
        (row[column], row["sentence"], row["word number"], row["word"])
        for row in report.comparisons[0].records()
    ]


def assert_alike(found: list[tuple], expected: list[tuple]) -> None:
    """The same words in the same order with the same values, but for rounding."""
    assert [row[1:] for row in found] == [row[1:] for row in expected]
    np.testing.assert_allclose([row[0] for row in found], [row[0] for row in expected], atol=1e-6)


# what is found


@pytest.mark.parametrize(
    ("part", "layer", "unit"), [("cell_state", 2, 3), ("hidden_state", 1, 0), ("input_gate", 2, 4)]
)
def test_the_words_where_a_unit_is_highest(part, layer, unit, states):
    report = find(states, part, unit, layer, top=12)
    expected = sorted(by_hand(part, layer, unit), key=lambda row: -row[0])[:12]
    assert_alike(told(report, f"{part}[{layer},{unit}]"), expected)


def test_the_layer_is_the_last_one_and_the_words_are_twenty_unless_told(states):
    table = find(states, unit=3).comparisons[0]
    assert table.columns[0] == "cell_state[2,3]"
    assert len(table.rows) == 20


def test_the_first_words_where_a_condition_holds(states):
    report = find(states, where="cell_state[1,2] > 0.25", top=7)
    expected = [row for row in by_hand("cell_state", 1, 2) if row[0] > 0.25]
    assert_alike(told(report, "cell_state[1,2]"), expected[:7])
    assert report.facts["matching"] == len(expected) > 7
    assert report.facts["words"] == len(by_hand("cell_state", 1, 2))


def test_the_highest_words_where_several_conditions_hold(states):
    report = find(
        states, unit=3, where="cell_state[2,1] <= 0.1 and input_gate[1,0] >= .5 and cell_state[2,3]<2e0"
    )
    rows = zip(by_hand("cell_state", 2, 3), by_hand("cell_state", 2, 1), by_hand("input_gate", 1, 0))
    expected = [row for row, below, above in rows if below[0] <= 0.1 and above[0] >= 0.5 and row[0] < 2]
    assert_alike(told(report, "cell_state[2,3]"), sorted(expected, key=lambda row: -row[0])[:20])
    assert report.facts["matching"] == len(expected) > 0
    assert report.comparisons[0].columns[:3] == ("cell_state[2,3]", "cell_state[2,1]", "input_gate[1,0]")


def test_nothing_found_is_an_empty_table(states):
    report = find(states, where="hidden_state[1,0] > 2")
    assert (report.facts["matching"], list(report.comparisons[0].rows)) == (0, [])


def test_the_context_is_the_word_s_own_sentence_and_its_row_says_what_the_model_does(states):
    run, examples = load_run("sentiment-001"), load_corpus("mini", limit=SENTENCES).test
    for row in find(states, unit=1, top=60).comparisons[0].records():
        example = examples[int(row["sentence"] or 0) - 1]
        at = int(row["word number"] or 0) - 1
        first = max(0, at - 6)
        words = [*example.words[first:at], f"«{example.words[at]}»", *example.words[at + 1 : at + 7]]
        assert row["context"] == " ".join(words)
        assert example.labels
        assert row["label"] == example.labels[at]
        said = nlp_lstm.predict(" ".join(example.words), run).comparisons[0].values
        assert row["prediction"] == said[at][0]


def test_float16_is_searched_too(two_runs):
    nlp_lstm.extract("next-word-001", "mini", "half", "test", dtype="float16", layers=[2], limit=30)
    table = find("half", unit=0, where="hidden_state[2,0] > -0.5", top=5).comparisons[0]
    assert all(first[0] >= second[0] for first, second in pairwise(table.values))  # type: ignore[operator]


def test_an_extraction_that_is_not_finished_is_searched_as_far_as_it_is(states):
    file = states / "manifest.json"
    record = json.loads(file.read_text())
    (states / "states-00002.parquet").unlink()
    file.write_text(json.dumps(record | {"status": "running", "shards": 0, "words": 0}))
    report = find(states, unit=3)
    assert report.facts["status"] == "running"
    assert 0 < report.facts["words"] < record["words"]


# what cannot be


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ({}, 2, "nothing to look for: give --unit NUMBER or --where"),
        ({"unit": 5}, 2, "unit is 5: states holds the units 0 to 4"),
        ({"unit": -1}, 2, "unit is -1"),
        ({"unit": 1, "layer": 3}, 2, "layer is 3: states holds the layers 1, 2"),
        ({"unit": 1, "layer": 0}, 2, "layer is 0"),
        (
            {"unit": 1, "part": "forget_gate"},
            2,
            "unknown part in states 'forget_gate': the known ones are input_gate, ",
        ),
        ({"unit": 1, "top": 0}, 2, "top is 0: it must be at least 1"),
        ({"where": "cell_state[1,5] > 0"}, 2, "unit is 5"),
        ({"where": "carry[1,1] > 0"}, 2, "unknown part in states 'carry'"),
        ({"unit": 1, "folder": "missing"}, 66, "missing is not an extraction, it has no manifest.json"),
        ({"unit": 1, "folder": "runs/sentiment-001"}, 66, "runs/sentiment-001 is not an extraction"),
    ],
)
def test_what_is_not_in_the_folder_is_told(options, code, says, states):
    with pytest.raises(NlpLstmError) as error:
        find(**{"folder": states} | options)
    assert error.value.exit_code == code
    assert str(error.value).startswith(says)


@pytest.mark.parametrize(
    "where",
    [
        "",
        "cell_state > 0.8",
        "cell_state[1] > 0.8",
        "cell_state[1,2] = 0.8",
        "cell_state[1,2] > ",
        "cell_state[1,2] > nan",
        "cell_state[1,2] > 1 or cell_state[1,2] < 0",
        "cell_state[1,2] > 1 and",
        "cell_state[-1,2] > 1",
        "0.8 < cell_state[1,2]",
        "__import__('os').system('touch owned')",
    ],
)
def test_an_expression_that_is_not_one_shows_the_rule(where, states, cli):
    done = cli("find", "states", "--where", where)
    assert (done.code, done.out) == (2, "")
    assert "is not a condition: write PART[LAYER,UNIT] > NUMBER (or >=, <, <=)" in done.err
    assert done.err.count("\n") == 1
    assert not Path("owned").exists()


@pytest.mark.parametrize("number", ["0.8", ".8", "-1", "+2.", "1e-3", "-.5E2"])
def test_numbers_are_read_as_python_writes_them(number):
    assert parse_conditions(f" a [ 1 , 2 ]>={number} ")[0].number == float(number)


@pytest.mark.parametrize("damage", ["cut", "missing", "other columns"])
def test_a_damaged_shard_is_one_line(damage, states, cli):
    shard = states / "states-00002.parquet"
    content = shard.read_bytes()
    shard.unlink()
    if damage == "cut":
        shard.write_bytes(content[: len(content) // 2])
    elif damage == "other columns":
        nlp_lstm.extract("sentiment-001", "mini", "other", "test", layers=[1], limit=3)
        shard.write_bytes(Path("other/states-00001.parquet").read_bytes())
    done = cli("find", "states", "--unit", "1")
    assert (done.code, done.out) == (65, "")
    assert done.err.startswith("nlp-lstm: states/states-00002.parquet is missing or damaged (")
    assert done.err.endswith("delete it and extract again with --resume\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("column", ["layer_2/cell_state", "word"])
def test_a_flipped_bit_in_what_is_read_is_one_line(column, states, cli):
    shard = states / "states-00002.parquet"
    content = bytearray(shard.read_bytes())
    with ParquetFile(shard) as file:
        group = file.metadata.row_group(0)
        chunk = group.column(file.schema_arrow.names.index(column))
        start = chunk.dictionary_page_offset or chunk.data_page_offset
        content[start + chunk.total_compressed_size // 2] ^= 16
    shard.write_bytes(content)
    done = cli("find", "states", "--unit", "3", "--top", "1000")
    assert (done.code, done.out) == (65, "")
    assert done.err.startswith(f"nlp-lstm: {shard} is missing or damaged (")
    assert "CRC checksum verification failed" in done.err
    assert done.err.count("\n") == 1
    assert read_manifest(states).shard_sha256[shard.name] != hash_shard(states, 2)


# the command


def test_the_command_says_what_the_verb_says(states, cli):
    done = cli(
        "find", "states", "--unit", "2", "--part", "hidden_state", "--layer", "1", "--top", "3", "--json"
    )
    table = find(states, "hidden_state", 2, 1, 3).comparisons[0]
    assert json.loads(done.out)["tables"][0]["rows"] == json.loads(json.dumps(table.records()))
    shown = cli("find", "states", "--where", "hidden_state[1,2] > 0.1", "--top", "3").out
    assert "where hidden_state[1,2] > 0.1" in shown
    assert shown.count("«") == 3
