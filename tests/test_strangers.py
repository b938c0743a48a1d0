"""Files from strangers: one line and its exit code, in little time and memory, whatever is in them."""

import contextlib
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.dom import minidom

import numpy as np
import pytest
from safetensors.numpy import save

import nlp_lstm
from nlp_lstm import NlpLstmError, load_run
from nlp_lstm.errors import DataError
from nlp_lstm.parsing import parse_json, without_panic
from nlp_lstm.store.run import save_run
from nlp_lstm.text.splitting import split_words
from nlp_lstm.text.vocabulary import Vocabulary
from nlp_lstm.views import VIEWS

RUN = Path("runs/sentiment-001")
MOST_MEMORY = 500  # megabytes
MOST_SECONDS = 2  # of the processor, which takes twice as long when it is busy as when it is idle
LONGEST_LINE = 500  # characters

# Runs a command, and says what it took.
MEASURED = """
import sys, time
import nlp_lstm.evaluation.prediction
from nlp_lstm.cli import main
sys.argv = ["nlp-lstm", *sys.argv[1:]]
started = time.process_time()
try:
    main()
finally:
    seconds, told = time.process_time() - started, open("/proc/self/status").read()
    print("\\n", seconds, int(told.partition("VmHWM:")[2].split()[0]) / 1024, file=sys.stderr)
"""


@pytest.fixture
def run(here, new_run) -> Path:
    """The folder of a good run."""
    new_run(RUN)
    return RUN


def put(name: str, content: bytes) -> None:
    """Exchange a file of the run, and say in its record that it is right."""
    (RUN / name).write_bytes(content)
    record = json.loads((RUN / "run.json").read_bytes())
    record["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    (RUN / "run.json").write_text(json.dumps(record))


def refused(cli: Callable[..., Any], *arguments: object, code: int = 65) -> str:
    """Run a command, expect one line and an exit code, and return the line."""
    done = cli(*arguments)
    lines = done.err.splitlines()
    assert (done.code, done.out, len(lines)) == (code, "", 1), done
    assert len(lines[0]) <= LONGEST_LINE
    return lines[0]


def measured(*arguments: str) -> tuple[str, float, float]:
    """Run a command in a process of its own; return its line, and the seconds and megabytes it took."""
    command = [sys.executable, "-c", MEASURED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    *lines, took = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(list(filter(None, lines)))) == (65, "", 1), done
    seconds, size = map(float, took.split())
    return lines[0], seconds, size


# tokenizer.json

SPLIT = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
REPLACE = {"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 1_000_000}


def set_entry(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a function that sets an entry of a tokenizer's file."""
    return lambda told: told.update({name: value})


def set_vocab(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    """Return a function that changes the words of a tokenizer's file."""
    return lambda told: told["model"].update(vocab=change(told["model"]["vocab"]))


def add_step(step: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Return a function that adds a step to what is done to a word."""
    return lambda told: told["normalizer"]["normalizers"].append(step)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (set_entry("normalizer", {"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="}), "normalizer"),
        (set_entry("normalizer", None), "normalizer is not the one that nlp-lstm writes"),
        (set_entry("normalizer", {"type": "Sequence", "normalizers": [SPLIT]}), "normalizer"),
        (set_entry("normalizer", [[]]), "normalizer is not the one that nlp-lstm writes"),
        (add_step({**REPLACE, "pattern": {"Regex": "(a+)+$"}}), "normalizer"),
        (add_step(REPLACE), "normalizer is not the one that nlp-lstm writes"),
        (add_step({"type": "Lowercase"}), "normalizer is not the one that nlp-lstm writes"),
        (set_entry("pre_tokenizer", SPLIT), "pre_tokenizer is not the one that nlp-lstm writes"),
        (set_entry("pre_tokenizer", {"type": "Sequence", "pretokenizers": []}), "pre_tokenizer"),
        (set_entry("post_processor", {"type": "ByteLevel"}), "post_processor is not the one"),
        (set_entry("decoder", {"type": "ByteLevel"}), "decoder is not the one that nlp-lstm writes"),
        (set_entry("truncation", {"max_length": 0}), "truncation is not the one that nlp-lstm writes"),
        (set_entry("padding", {"length": 10**9}), "padding is not the one that nlp-lstm writes"),
        (set_entry("added_tokens", [{"id": 0, "content": "a"}]), "added_tokens is not the one"),
        (set_entry("version", "9"), "version is not the one that nlp-lstm writes"),
        (set_entry("more", 1), "it has not version, truncation,"),
        (set_entry("model", {"type": "BPE", "vocab": {}, "merges": []}), "type is not the one"),
        (set_entry("model", []), "it has no model"),
        (set_entry("normalizer", [{"type": "Sequence"}]), "normalizer is not the one that nlp-lstm writes"),
        (set_vocab(lambda vocab: [*vocab]), "vocab is not an id for each word"),
        (set_vocab(lambda vocab: {**vocab, "zzz": 2**70}), "the ids of its words are not 0 to"),
        (set_vocab(lambda vocab: {**vocab, "zzz": -1}), "the ids of its words are not 0 to"),
        (set_vocab(lambda vocab: {**vocab, "zzz": 0}), "the ids of its words are not 0 to"),
        (set_vocab(lambda vocab: {**vocab, "zzz": len(vocab) + 0.0}), "vocab is not an id for each word"),
        (set_vocab(lambda vocab: {**vocab, "zzz": True}), "vocab is not an id for each word"),
        (set_vocab(lambda vocab: {**vocab, "\ud800": len(vocab)}), "surrogates not allowed"),
        (set_vocab(lambda vocab: {}), "its ids must begin with [PAD], <unk>, <eos>"),
    ],
)
def test_a_tokenizer_that_is_not_ours_is_refused(run, cli, change, says):
    told = json.loads((run / "tokenizer.json").read_bytes())
    change(told)
    put("tokenizer.json", json.dumps(told).encode())
    for text in ("xyzzy", "a" * 31 + "b"):
        line = refused(cli, "predict", text, "--run", run)
        assert f"{run}/tokenizer.json is not a" in line
        assert says in line


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Expecting value"),
        (b"\xff", "can't decode byte 0xff"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b"[" * 100_000, "nested more than 50 deep"),
        (b'{"a":' * 100_000, "nested more than 50 deep"),
        (b"9" * 10_000, "Exceeds the limit (4300 digits)"),
        (b"[" + b"{}" * 100_001 + b"]", "more than 100,000 lists and objects"),
        (b'{"":{}},' * 1_000_000, "more than 2,000,000 quotes and commas"),
        (b" " * 16_000_001, "has 16,000,001 bytes: such a file of a run has at most 16,000,000"),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("name", ["tokenizer.json", "run.json"])
def test_json_that_is_broken_too_large_or_too_deep(run, cli, name, content, says):
    if name == "run.json":
        (run / name).write_bytes(content)
    else:
        put(name, content)
    line = refused(cli, "predict", "xyzzy", "--run", run)
    assert f"{run}/{name} " in line
    assert says in line


def test_brackets_in_words_are_no_lists():
    words = {"[" * 60 + '"\\' + str(number): number for number in range(200)}
    assert parse_json(json.dumps(words).encode()) == words


def test_a_panic_of_a_library_is_one_line(run, cli, monkeypatch):
    panic = type("PanicException", (BaseException,), {})
    monkeypatch.setattr(
        "nlp_lstm.evaluation.prediction.predict", lambda *_, **__: (_ for _ in ()).throw(panic("it panicked"))
    )
    assert refused(cli, "predict", "xyzzy", "--run", run).endswith(
        "a library gave up on what it read: it panicked"
    )
    with pytest.raises(DataError, match=r"^no words: it panicked$"), without_panic("no words"):
        raise panic("it panicked")
    with pytest.raises(KeyboardInterrupt), without_panic("no words"):
        raise KeyboardInterrupt
    assert split_words("the sky") == ["the", "sky"]


# weights.safetensors, history.csv, run.json


def tensors(change: Callable[[dict[str, np.ndarray]], object]) -> bytes:
    """The weights of the run with a change."""
    weights = dict(load_run(RUN).weights)
    change(weights)
    return save(weights)


def with_heading(heading: Any, numbers: bytes = b"") -> bytes:
    """A file of weights whose heading says what it likes."""
    text = heading if isinstance(heading, bytes) else json.dumps(heading).encode()
    return len(text).to_bytes(8, "little") + text + numbers


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
KERNEL = "layer_1/kernel"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: with_heading({f"name {number}": ONE for number in range(100_000)}, bytes(4)), "at most"),
        (lambda: with_heading({f"name {number}": ONE for number in range(14_000)}, bytes(4)), "is cut or"),
        (lambda: with_heading({"a" * 10_000: ONE}, bytes(4)), "missing or not expected"),
        (
            lambda: tensors(lambda w: w.update({f"{n} {'x' * 99}": np.zeros(1, "f4") for n in range(99)})),
            "94 more",
        ),
        (lambda: with_heading({"a\x1b[31m": {**ONE, "dtype": "I32"}}, bytes(4)), "a␛[31m as int32"),
        (lambda: with_heading({KERNEL: {**ONE, "shape": [2**62, 2**62]}}, bytes(4)), "is cut or not a file"),
        (lambda: with_heading({KERNEL: {**ONE, "shape": [-1]}}, bytes(4)), "is cut or not a file"),
        (lambda: with_heading({KERNEL: {**ONE, "dtype": "F8_E4M3"}}, bytes(4)), "is cut or not a file"),
        (
            lambda: with_heading({KERNEL: {**ONE, "data_offsets": [0, 2**63]}}, bytes(4)),
            "is cut or not a file",
        ),
        (lambda: with_heading(b"[" * 900_000), "is cut or not a file of a run"),
        (lambda: b"\xff" * 100, "its heading has 18,446,744,073,709,551,615 bytes"),
        (lambda: b"", "is cut or not a file of a run"),
        (lambda: bytes(3_000_000), "with the settings of the run it has at most"),
    ],
    ids=range(13),
)
def test_weights_that_are_none(run, cli, make, says):
    put("weights.safetensors", make())
    assert says in refused(cli, "predict", "xyzzy", "--run", run)


@pytest.mark.parametrize("size", [1e10, -1e30, 3.4e38, np.inf, np.nan])
@pytest.mark.parametrize("name", ["embedding/embeddings", "layer_2/recurrent_kernel", "output/bias"])
def test_weights_beyond_reckoning_are_refused_by_every_command(here, new_run, cli, size, name):
    new_run(RUN, "next-word")
    put("weights.safetensors", tensors(lambda weights: weights[name].flat.__setitem__(0, size)))
    commands = [(verb, "the film", "--run", RUN) for verb in ("probe", "predict", "generate")]
    for command in [*commands, ("evaluate", RUN)]:
        line = refused(cli, *command)
        assert f"weights are {'too large' if np.isfinite(size) else 'damaged'}: {name}" in line
    with pytest.raises(DataError, match=name):
        load_run(RUN)


@pytest.mark.parametrize("size", [1e9, -1e5])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_what_the_largest_weights_compute_is_finite(here, new_run, cli, cell, size):
    new_run(RUN, "next-word", cell)
    put("weights.safetensors", tensors(lambda weights: [w.fill(size) for w in weights.values()]))
    for layer in nlp_lstm.trace(RUN, "the film").values():
        assert all(np.isfinite(values).all() for values in (layer.outputs, *layer.parts.values()))
    for command in (("probe", "the film"), ("predict", "the film"), ("generate", "the")):
        done = cli(*command, "--run", RUN)
        assert (done.code, done.told) == (0, "")
        assert not {"nan", "inf"} & set(done.out.split())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"epoch\n" + b"1\n" * 100_001, "more than 100,000 epochs"),
        (b"epoch" + b",a" * 101, "or 100 columns"),
        (b"epoch\n1,2\n", "is cut or not a file of a run"),
        (b"epoch\n\xff\n", "is cut or not a file of a run"),
        (b'epoch\n"' + b"1" * 200_000, "field larger than field limit"),
        (b"1" * 16_000_001, "such a file of a run has at most 16,000,000"),
    ],
    ids=range(6),
)
def test_histories_that_are_none(run, cli, content, says):
    put("history.csv", content)
    assert says in refused(cli, "predict", "xyzzy", "--run", run)


# What a command takes


@pytest.mark.parametrize("name", ["brackets", "numbers", "texts", "emoji", "zeros", "tensors"])
def test_hostile_files_take_little_time_and_memory(run, name):
    contents = {
        "brackets": ("tokenizer.json", b"[" + b'{"":{}},' * 1_999_999 + b"0]"),
        "numbers": ("tokenizer.json", b"[" + b"-9," * 660_000 + b"0]"),
        "texts": ("tokenizer.json", b"[" + b'"ab",' * 660_000 + b"0]"),
        "emoji": ("tokenizer.json", '"👍'.encode() + b"a" * 15_000_000 + b'"'),
        "zeros": ("weights.safetensors", bytes(200_000_000)),
        "tensors": ("weights.safetensors", with_heading({f"{n:x}": ONE for n in range(14_000)}, bytes(4))),
    }
    put(*contents[name])
    line, seconds, size = measured("predict", "xyzzy", "--run", str(run))
    assert len(line) <= LONGEST_LINE
    assert seconds < MOST_SECONDS
    assert size < MOST_MEMORY


# Control characters

ODD = "a\x00\x08\x0b\x1b[31m\x7f\x85\u202e\ufffe\uffff<b>&\"'$x$]]>"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
@pytest.mark.parametrize("format", ["svg", "html", "text", "json"])
def test_odd_names_take_no_effect_in_any_format(here, new_run, task, format):
    run = new_run(RUN, task)
    told = json.loads(run.vocabulary.to_json())
    words = [*run.vocabulary.words[:3], *(f"{ODD}{n}" for n in range(5)), *run.vocabulary.words[8:]]
    told["model"]["vocab"] = {word: index for index, word in enumerate(words)}
    hostile = replace(
        run,
        path=Path("runs/\x08\x1b\uffff<b>"),
        vocabulary=Vocabulary.from_json(json.dumps(told), "it"),
        label_names=tuple(f"{ODD}{name}" for name in run.label_names),
        data={"source": ODD},
    )
    save_run(hostile)
    reports = [nlp_lstm.probe(f"{ODD}0 film", hostile), nlp_lstm.runs(), nlp_lstm.anatomy(hostile)]
    for report in [*reports, nlp_lstm.predict([ODD], hostile)]:
        shown = str(VIEWS.get(format)(report))
        assert not FORBIDDEN.search(shown)
        assert "<b>" not in shown or format in ("text", "json")
        if format == "svg":
            minidom.parseString(shown.encode())


# find


@pytest.fixture
def states(run) -> Path:
    """A good extraction."""
    nlp_lstm.extract(run, "mini", "states", limit=8)
    return Path("states")


@pytest.mark.parametrize(
    "entries",
    [
        {"shards": 10**9},
        {"shards": -1},
        {"shards": 10**30},
        {"shards": 0.5},
        {"units": -1},
        {"units": 10**9},
        {"units": 3},
        {"parts": []},
        {"parts": [1]},
        {"parts": ["cell_state"] * 21},
        {"layers": ["1"]},
        {"layers": [1] * 1001},
        {"layers": 1},
        {"shard_sha256": {}},
        {"shard_sha256": {"../x.parquet": ""}},
        {"shard_sha256": []},
        {"words": -1},
        {"format": [[]]},
        {"run": None},
        {"status": "x" * 100_000, "units": ""},
    ],
    ids=range(20),
)
def test_a_manifest_that_is_none_is_refused_at_once(states, cli, entries):
    file = states / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | entries))
    started = time.process_time()
    assert "extract again" in refused(cli, "find", states, "--unit", 1)
    assert time.process_time() - started < MOST_SECONDS


def test_manifests_too_large_or_too_deep(states, cli):
    for content in (b"[" * 100_000, b" " * 16_000_001, b"[]", b"\xff", b""):
        (states / "manifest.json").write_bytes(content)
        assert "is cut or not a manifest" in refused(cli, "find", states, "--unit", 1)


def test_shards_that_become_far_larger_than_their_file(states, cli):
    import pyarrow
    from pyarrow import parquet

    file = states / "states-00001.parquet"
    table = parquet.read_table(file)
    parquet.write_table(table, file, compression="gzip")
    assert "packed as extract never does" in refused(cli, "find", states, "--unit", 1)
    parquet.write_table(table.drop_columns(["word"]), file, compression="none")
    assert "is missing or damaged" in refused(cli, "find", states, "--unit", 1)
    kinds = {column.name: column.type for column in table.schema}
    same = {name: [table.column(name)[0].as_py()] for name in kinds}
    same |= {name: [[0.0] * 5] for name in kinds if name.startswith("layer")}
    many = pyarrow.table({name: pyarrow.array(same[name] * 100_000, kind) for name, kind in kinds.items()})
    parquet.write_table(many, file, compression="none", use_dictionary=True)
    assert "than the file holds" in refused(cli, "find", states, "--unit", 1)


# Mutations at random

NASTY = (None, True, -1, 10**30, 1e300, "", "\ud800", "\x00", "a" * 5000, [], {}, [[]], {"a": {}}, 0.5, ["a"])


def mutated(value: Any, chance: random.Random) -> Any:
    """A JSON value, one entry of it exchanged for something else or left out."""
    holders = [value]
    for holder in holders:
        parts = holder.values() if isinstance(holder, dict) else holder
        holders += [part for part in parts if isinstance(part, dict | list) and part]
    holder = chance.choice(holders)
    key = chance.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
    if chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = chance.choice(NASTY)
    return value


def test_no_mutated_run_raises_anything_else(run):
    chance, good = random.Random(0), {file.name: file.read_bytes() for file in run.iterdir()}
    for number in range(150):
        for name, content in good.items():
            (run / name).write_bytes(content)
        name = ("run.json", "tokenizer.json", "weights.safetensors", "history.csv")[number % 4]
        if name.endswith(".json"):
            content = json.dumps(mutated(json.loads(good[name]), chance)).encode()
        else:
            broken = bytearray(good[name])
            for _ in range(20):
                broken[chance.randrange(min(len(broken), 1000))] = chance.randrange(256)
            content = bytes(broken)
        if name == "run.json":
            (run / name).write_bytes(content)
        else:
            put(name, content)
        with contextlib.suppress(NlpLstmError):
            nlp_lstm.trace(run, "the film is [x].")
