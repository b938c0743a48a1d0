"""What holds of any text: a few laws of reading, and outputs that every other program can read back."""

import contextlib
import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_lstm import generate, load_run, predict, probe, trace
from nlp_lstm.corpora import Request, load_corpus
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


def test_eight_threads_that_share_a_run_get_the_answers_of_one(two_runs):
    runs = [load_run(name) for name in RUNS]
    jobs = [(text, run) for text in SENTENCES for run in runs] * 2

    def answer(job):
        """What a run says and holds at a text."""
        return VIEWS.get("json")(predict(*job)), VIEWS.get("json")(probe(*job))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, jobs)) == [answer(job) for job in jobs]


@pytest.mark.slow
def test_a_thousand_probes_in_one_process_leave_nothing_behind(two_runs):
    run = load_run("sentiment-001")
    for _ in range(50):
        probe(SENTENCES[0], run)
    tracemalloc.start()
    for _ in range(1000):
        probe(SENTENCES[0], run)
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 200_000


def test_generate_reads_each_word_once_however_many_it_adds(two_runs, monkeypatch: pytest.MonkeyPatch):
    run, read, lengths = load_run("next-word-001"), Network.read, []

    def count(network, ids, *rest, **named):
        """Note how many words are read."""
        lengths.append(np.shape(ids)[1])
        return read(network, ids, *rest, **named)

    monkeypatch.setattr(Network, "read", count)
    generate("the sky is", run, words=200)
    assert sum(lengths) <= 3 + 200 + 1  # and the end of a line before


@pytest.mark.skipif(sys.platform == "win32", reason="there is no head")
@pytest.mark.parametrize("arguments", ["probe 'the sky is'", "predict --file many.txt --format csv"])
def test_a_pipe_that_is_closed_early_ends_silently(two_runs, arguments: str):
    Path("many.txt").write_text("the sky is blue\n" * 5000)
    command = f"{sys.executable} -m nlp_lstm {arguments} --run sentiment-001 | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


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


class Tags(HTMLParser):
    """Notes every tag of a page."""

    def __init__(self):
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)


@given(text=ANY | st.sampled_from(["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>&lt;"]))
@settings(some, max_examples=3)
def test_any_text_is_read_back_from_pages_and_pictures(two_runs, text: str):
    for report in reports(text)[-1:]:
        page = Tags()
        page.feed(str(VIEWS.get("html")(report)))
        page.close()
        assert not {"script", "img", "iframe"} & page.tags
        assert ElementTree.fromstring(str(VIEWS.get("svg")(report))).tag.endswith("svg")


@given(text=ANY)
@some
def test_any_text_in_a_command_ends_with_a_report_or_one_line(two_runs, cli, text: str):
    for command in ("predict", "probe", "generate"):
        done = cli(command, "--run", RUNS[command == "generate"], "--", text)
        assert done.code in (0, 2, 65), done
        assert "Traceback" not in done.err
        assert done.code == 0 or (done.out, done.err.count("\n")) == ("", 1)


@given(lines=st.lists(ANY, min_size=1, max_size=6))
@some
def test_any_text_in_a_file_is_read_or_refused_by_every_reader(here: Path, lines: list[str]):
    for reader, name in (("text", "a.txt"), ("conll", "a.conll"), ("sst", "a.sst")):
        Path(name).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        check(f"{reader}:{name}", lines)
    for name in ("a.csv", "a.tsv"):
        rows = [
            f"{line},{number % 2}".replace(",", "\t" if name[2] == "t" else ",")
            for number, line in enumerate(lines)
        ]
        Path(name).write_bytes("\n".join(["text,label", *rows]).encode("utf-8", "surrogatepass"))
        check(f"table:{name}", lines)
    Path("a.jsonl").write_text("\n".join(json.dumps({"text": line, "label": line[0]}) for line in lines))
    check("table:a.jsonl", lines)


def check(source: str, lines: list[str]) -> None:
    """Load a corpus: what is read is made of what stands in the file, and what is refused is told with it."""
    refused, examples = "", ()
    try:
        examples = load_corpus(source, Request("words")).train
    except DataError as error:
        refused = str(error)
    assert not refused or source.partition(":")[2] in refused
    text = "".join(lines)
    assert all(word in text or '"' in text for example in examples for word in example.words)
