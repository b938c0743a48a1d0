"""Data made to break what reads it: one line that says where and why, in little time and memory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp_lstm import predict
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.text.splitting import LONGEST_TEXT, LONGEST_WORD

TEXTS, LABELS = ["a good film", "a bad film"] * 10, [0, 1] * 10
NOT_UTF8 = pa.Array.from_buffers(
    pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xff\xfe")]
)
BOTH = pa.array([0, 1], pa.int32())
LONG = "so fine " * 20_000  # of 160,000 characters


def with_classes(names: object, labels: list[Any]) -> pa.Table:
    """A table whose metadata say what the numbers of its labels mean."""
    told = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    return pa.table({"text": TEXTS, "label": labels}).replace_schema_metadata(
        {"huggingface": json.dumps(told)}
    )


PARQUET: dict[str, tuple[Any, str]] = {
    "text": (
        {"text": NOT_UTF8, "label": [0, 1]},
        r"a\.parquet, row 2: the column 'text' holds b'\\xff\\xfe', which is no UTF-8",
    ),
    "text of few values": (
        {"text": pa.DictionaryArray.from_arrays(BOTH, NOT_UTF8), "label": [0, 1]},
        "row 2: the column 'text' holds",
    ),
    "lists": (
        {
            "tokens": pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), NOT_UTF8),
            "labels": [["a"], ["b"]],
        },
        "row 2: the column 'tokens' holds",
    ),
    "labels": ({"text": ["a", "b"], "label": NOT_UTF8}, "row 2: the column 'label' holds"),
    "a class": (
        with_classes(["no", "yes"], [*LABELS[:18], 5, 1]),
        r"row 19 of train of table:a\.parquet: the label 5 is none of the classes 0 to 1 \(no, yes\)",
    ),
    "a negative class": (with_classes(["no", "yes"], [*LABELS[:19], -7]), "row 20 .* the label -7 is none"),
    "a class that is no number": (with_classes(["no", "yes"], [0.5] * 20), "row 1 .* the label 0.5 is none"),
    "classes of one name": (with_classes(["no", "no"], LABELS), "the classes of 'label' .* name each once"),
    "a class without a name": (with_classes(["", "no"], LABELS), "the classes of 'label' .* name each once"),
    "a class of half a character": (
        with_classes(["\ud800", "no"], LABELS),
        r"has the label '\\ud800', which is not valid Unicode",
    ),
    "no numbers": (
        {"text": TEXTS, "label": [1.0, float("nan")] * 10},
        "row 2 of train .*: there is a text but no label",
    ),
    "no words": (
        {"tokens": [[1.0, float("nan")]] * 20, "labels": [[0, 1]] * 20},
        "row 1 of train .*: '' is not a word",
    ),
    "nested words": (
        {"tokens": [[["a", "b"], ["c"]]] * 20, "labels": [["p", "n"]] * 20},
        r"row 1 of train .*: \[\['a', 'b'\], \['c'\]\] is a list of more than texts and numbers: flatten it",
    ),
    "nested labels": ({"text": TEXTS, "label": [[["a"]]] * 20}, "row 1 of train .* is a list of more than"),
    "objects": ({"text": [{"a": "b"}] * 20, "label": LABELS}, "row 1 of train .* is of the kind dict"),
    "bytes": ({"text": [b"a"] * 20, "label": LABELS}, "row 1 of train .* is of the kind bytes"),
    "many columns": ({f"c{number}": [1] for number in range(2000)}, "has 2,000 columns: at most 1,000"),
    "one long text in every row": (
        {
            "text": pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), [LONG]),
            "label": [0, 1] * 1000,
        },
        "the column 'text' of a.parquet becomes larger than 64 MB",
    ),
    "many rows of one": (
        {"text": pa.array(["good"] * 2_000_000).dictionary_encode(), "label": pa.array([1] * 2_000_000)},
        "the column 'text' of a.parquet becomes larger than 64 MB",
    ),
}


@pytest.mark.parametrize("kind", PARQUET)
def test_a_hostile_parquet_file_is_refused_with_its_row_and_the_rule(here: Path, kind: str):
    columns, says = PARQUET[kind]
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, "a.parquet", compression="zstd")
    with pytest.raises(DataError, match=says):
        load_corpus("table:a.parquet")


def test_a_parquet_file_whose_column_has_no_name_in_utf8_is_refused(here: Path):
    pq.write_table(pa.table({"text": TEXTS, "label": LABELS}), "a.parquet")
    Path("a.parquet").write_bytes(Path("a.parquet").read_bytes().replace(b"label", b"lab\xff\xff"))
    with pytest.raises(DataError, match="which is no UTF-8: name it in UTF-8"):
        load_corpus("table:a.parquet")


# long lines, long words, many columns

OF_ONE_LINE = {
    "text": ("a.txt", "the film is good " * 80_000),
    "conll": ("a.conll", "word\tlabel\n" + "a" * 1_100_000 + "\tb"),
    "table": ("a.csv", "text,label\n" + "the film is good " * 80_000 + ",1"),
    "sst": ("a.txt", "(1 (2 not) (3 good))\n(1 " + "(2 not) " * 150_000 + ")"),
}


@pytest.mark.parametrize("reader", OF_ONE_LINE)
def test_a_line_that_is_too_long_is_refused_with_its_number(here: Path, reader: str):
    name, content = OF_ONE_LINE[reader]
    Path(name).write_text(content)
    number = 1 if reader == "text" else 2
    says = f"{name}, line {number} has more than 1,000,000 characters: split it into several lines"
    with pytest.raises(DataError, match=says):
        load_corpus(f"{reader}:{name}")
    if reader == "text":
        with pytest.raises(DataError, match=says):
            stream_corpus("text:a.txt")


@pytest.mark.parametrize(
    "tree",
    [
        "(1 " * 16_000 + "(2 not) (3 good)" + ") " * 16_000,  # its constituents have 500 MB together
        "".join(f"(1 (2 w{number}) " for number in range(9000)) + "(2 good)" + ")" * 9000,
    ],
    ids=["nested", "a chain"],
)
def test_constituents_of_a_deep_tree_are_bounded_and_its_words_are_read(here: Path, tree: str):
    Path("sst").mkdir()
    for split in ("train", "dev"):
        Path(f"sst/{split}.txt").write_text(f"(1 (2 not) (3 good))\n(3 (3 fine) (2 film))\n{tree}\n")
    started = time.process_time()
    assert len(load_corpus("sst:sst").train) == 3
    with pytest.raises(
        DataError, match=r"train\.txt, line 3: the tree .* is too deep: .* leave subphrases out"
    ):
        load_corpus("sst:sst", Request("labels", subphrases=True))
    assert time.process_time() - started < 3


def test_the_longest_line_is_read_with_and_without_a_mark_in_front(here: Path):
    line = ("so good " * (LONGEST_TEXT // 8))[:LONGEST_TEXT]
    for mark in ("", "\ufeff"):
        Path("a.txt").write_text(f"{mark}{line}\nanother line\n", encoding="utf-8")
        request = Request("words", tokenized=True)
        read = [example.words for example in stream_corpus("text:a.txt", request).read()]
        loaded = load_corpus("text:a.txt", request)
        assert sorted(read) == sorted(example.words for example in loaded.train)
        assert sorted(len(example.words) for example in (*loaded.train, *loaded.validation)) == [2, 250_000]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://" + "!" * LONGEST_WORD, "has 10,007 characters without a blank: at most 10,000 are read"),
        ("\U0001f1e6" * 5000, "a row of flags has more than 1,000 characters: put blanks between them"),
    ],
)
@pytest.mark.parametrize("tokenized", [False, True])
def test_what_no_blank_parts_is_refused_with_its_line(here: Path, text: str, says: str, tokenized: bool):
    Path("a.txt").write_text(f"so good\n{text}\n", encoding="utf-8")
    Path("a.jsonl").write_text('{"text": "so good", "label": 1}\n' + json.dumps({"text": text, "label": 0}))
    Path("a.conll").write_text(f"so\tA\n\n{text}\tB\n", encoding="utf-8")
    folder = Path("texts/pos")
    folder.mkdir(parents=True)
    (folder / "0.txt").write_text(text, encoding="utf-8")
    places = {"text:a.txt": "a.txt, line 2: ", "table:a.jsonl": "row 2 of train of table:a.jsonl: "}
    for source, place in (places | {"folders:texts": "texts/pos/0.txt, line 1: "}).items():
        with pytest.raises(DataError, match=f"^{place}.*{says}"):
            load_corpus(source, Request(tokenized=tokenized))
    if len(text) > LONGEST_WORD:
        with pytest.raises(DataError, match=f"^a.conll, sentence in row 3: .*{says}"):
            load_corpus("conll:a.conll")


def test_a_row_of_more_cells_than_a_table_may_have_is_refused_before_columns_are_gone_through(here: Path):
    wide = ["text,label", *["so,1"] * 20_000, "," * 200_000]
    Path("a.csv").write_text("\n".join(wide))
    Path("a.tsv").write_text("\n".join(wide).replace(",", "\t").replace("so", '"so"'))
    Path("a.json").write_text(json.dumps([{f"c{number}": 1} for number in range(20_000)]))
    Path("b.json").write_text(json.dumps({f"c{number}": [1] for number in range(20_000)}))
    started = time.perf_counter()
    for name, place in {
        "a.csv": "line 20002 of ",
        "a.tsv": "line 20002 of ",
        "a.json": "",
        "b.json": "",
    }.items():
        with pytest.raises(DataError, match=rf"^{place}{name} has 20\d?,\d+ columns: at most 1,000 are read"):
            load_corpus(f"table:{name}")
    assert time.perf_counter() - started < 20


# what never ends

ENDLESS = ("text:/dev/zero", "/dev/urandom", "table:pipe", "conll:pipe", "pipe")


@pytest.mark.parametrize("source", ENDLESS)
def test_a_device_or_a_pipe_is_no_corpus(here: Path, source: str):
    os.mkfifo("pipe")
    for read in (load_corpus, stream_corpus):
        with pytest.raises(UsageError, match="is neither a file nor a folder: save what it gives in a file"):
            read(source)


def test_stdin_that_never_ends_is_read_up_to_the_limit(two_runs):
    command = f"yes | {sys.executable} -m nlp_lstm predict --file - --run sentiment-001"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr == "nlp-lstm: stdin holds more than 64 MB: give it in several parts\n"


@pytest.mark.parametrize("file", ["/dev/zero", "pipe"])
def test_texts_are_read_from_a_file_or_stdin_and_no_device(two_runs, cli, file: str):
    os.mkfifo("pipe")
    done = cli("predict", "--file", file)
    assert (done.code, done.out) == (2, "")
    assert (
        done.told == f"nlp-lstm: {file} is not a file: pipe what it gives into `nlp-lstm predict --file -`\n"
    )
    assert cli("compare", "patching", "next-word-001", "--pairs", file).code == 66


TOO_LONG = "the sky is " * 100_000
TYPED = {
    TOO_LONG: "has 1,100,000 characters: at most 1,000,000 are read at once, split it",
    "!" * 10_001: "has 10,001 characters without a blank: at most 10,000 are read, split it",
    "\U0001f1e6" * 2000: "a row of flags has more than 1,000 characters: put blanks between them",
}


@pytest.mark.parametrize("text", TYPED, ids=["text", "word", "flags"])
def test_a_typed_text_that_is_too_long_is_refused(two_runs, cli, text: str):
    for command in ("predict", "probe", "generate"):
        done = cli(command, text, "--run", "next-word-001")
        assert (done.code, done.out, done.err.count("\n")) == (65, "", 1)
        assert TYPED[text] in done.err
    with pytest.raises(DataError, match=r"^text 2: .*(split it|blanks)"):
        predict(["so good", text], "sentiment-001")


# too little memory


@pytest.mark.parametrize(
    "allocate",
    [lambda: np.empty(1 << 60, np.uint8), lambda: pa.allocate_buffer(1 << 60), lambda: bytearray(1 << 62)],
)
def test_lack_of_memory_is_one_line(two_runs, cli, monkeypatch: pytest.MonkeyPatch, allocate):
    monkeypatch.setattr("nlp_lstm.corpus_states.rows.make_shard", lambda reader, job: allocate())
    monkeypatch.setattr("nlp_lstm.corpus_states.workers.make_shard", lambda reader, job: allocate())
    done = cli("extract", "next-word-001", "--data", "mini", "--output", "states")
    assert (done.code, done.out, done.err.count("\n")) == (74, "", 1)
    assert done.err.startswith("nlp-lstm: out of memory (")
    assert done.err.endswith("): give less text at once, in parts or with --limit\n")


COMMANDS = {
    "extract": "extract next-word-stories --quiet --data text:a.txt --output states",
    "probe": "probe 'the sky is blue' --run next-word-stories",
    "train": "train --task sentiment --limit 20 --epochs 1 --quiet",
    "evaluate": "evaluate sentiment-sst --quiet --data reviews --limit 20",
}


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is Linux's")
@pytest.mark.parametrize(
    ("command", "megabytes"),
    [
        *(("extract", limit) for limit in (60, 200, 300, 400, 500, 650, 725, 760)),
        *(("probe", limit) for limit in (60, 150, 200, 225, 250)),
        *(("train", limit) for limit in (300, 1400, 2200)),
        *(("evaluate", limit) for limit in (270, 600)),
    ],
)
def test_under_a_limit_of_memory_a_command_is_done_or_ends_in_one_line(
    tmp_path: Path, command: str, megabytes: int
):
    (tmp_path / "a.txt").write_text("the sky is blue\n" * 1200)
    typed = f"ulimit -v {megabytes << 10}; exec {sys.executable} -m nlp_lstm {COMMANDS[command]}"
    done = subprocess.run(["sh", "-c", typed], capture_output=True, text=True, timeout=240, cwd=tmp_path)
    assert done.returncode in (0, 74), done
    assert done.returncode == 0 or (done.stdout, done.stderr.count("\n")) == ("", 1), done
