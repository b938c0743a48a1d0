"""What holds of any text: a few laws of reading, and outputs that other programs read back."""

import contextlib
import csv
import io
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_lstm import generate, load_run, predict, probe, trace
from nlp_lstm.corpora import load_corpus
from nlp_lstm.errors import DataError
from nlp_lstm.models.network import Network
from nlp_lstm.views import VIEWS

RUNS = ("sentiment-001", "next-word-001")
SENTENCES = ["The sky is blue.", "A bad film", "not good", "I like the film, but the end is not so good!"]
ANY = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)  # halves of characters, too
some = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", RUNS)
def test_several_texts_get_the_answers_of_each_alone(two_runs, name: str):
    run = load_run(name)
    alone = [predict([text], run).comparisons[0].values[0] for text in SENTENCES]
    assert list(predict(SENTENCES, run).comparisons[0].values) == alone


@pytest.mark.parametrize("name", RUNS)
def test_the_states_of_a_beginning_are_the_first_states_of_the_whole(two_runs, name: str):
    run = load_run(name)
    words = SENTENCES[-1].split()
    whole = trace(run, " ".join(words))
    for count in range(1, len(words)):
        begun = trace(run, " ".join(words[:count]))
        for layer, of_whole in zip(begun.values(), whole.values(), strict=True):
            for part, values in layer.parts.items():
                np.testing.assert_allclose(values, of_whole.parts[part][: len(values)], rtol=1e-5, atol=1e-6)


def test_the_order_in_which_files_are_made_changes_nothing(here: Path):
    shards = {
        f"train-{number:05d}-of-00004.csv": f"text,label\nso {number},{number % 2}\n" for number in range(4)
    }
    shards["validation.csv"] = "text,label\nso,1\n"
    texts = {
        f"{label}/{number}.txt": f"so {label} {number}" for label in ("no", "yes") for number in range(5)
    }
    for source, files in {"table:data": shards, "folders:data": texts}.items():
        found = []
        for seed in range(3):
            names = list(files)
            random.Random(seed).shuffle(names)
            for name in names:
                Path("data", name).parent.mkdir(parents=True, exist_ok=True)
                Path("data", name).write_text(files[name])
            found.append(load_corpus(source))
            shutil.rmtree("data")
        assert found[0] == found[1] == found[2]


def test_generate_reads_each_word_once_however_many_it_adds(two_runs, monkeypatch: pytest.MonkeyPatch):
    run, read, lengths = load_run("next-word-001"), Network.read, []

    def count(network, ids, *rest, **named):
        """Note how many words are read."""
        lengths.append(np.shape(ids)[1])
        return read(network, ids, *rest, **named)

    monkeypatch.setattr(Network, "read", count)
    generate("the sky is", run, words=200)
    assert sum(lengths) <= 3 + 200 + 1  # and the end of a line before


# any text


def reports(text: str) -> list:
    """What a tagger and a next-word run say about a text; nothing if the text is refused."""
    with contextlib.suppress(DataError):
        return [
            report
            for name in RUNS
            for report in (predict(text, name), predict([text, "so"], name), probe(text, name))
        ]
    return []


@given(text=ANY)
@some
def test_any_text_is_read_back_from_csv_and_json(two_runs, text: str):
    for report in reports(text):
        tables = [[]]
        for row in csv.reader(io.StringIO(str(VIEWS.get("csv")(report))), strict=True):
            tables[-1].append(row) if row else tables.append([])
        assert all({len(row) for row in rows} == {len(rows[0])} for rows in tables)
        headings = len(tables)
        assert sum(map(len, tables)) - headings == sum(len(table.rows) for table in report.comparisons)
        told = json.loads(VIEWS.get("json")(report))
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        str(VIEWS.get("text")(report)).encode()
