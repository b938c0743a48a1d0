"""The modules of the explorer's page: node runs their tests, the engine's on what NumPy has read."""

import importlib.util
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp_lstm.explorer.weights import describe_run, round_weights
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.text.reading import Reading
from nlp_lstm.text.vocabulary import Vocabulary

WEB = Path(__file__).parent / "web"
SHIPPED = ("sentiment-sst", "next-word-stories")
LONG = (
    "the old man went down to the river with his two dogs and they looked at the water until the sun was "
    "gone and nobody in the little town knew where they had been that day"
)
TEXTS = (
    "The film isn't bad, and it's not good.",
    "“She’s gone,” said the old man; nobody knew where…",
    "@sam likes https://a.org/b, but not www.b.org!",
    "Mr. Smith's 21st try at the U.S. Open",
    LONG,
)
WORDS = (
    "the",
    "The",
    "sky",
    "is",
    "n't",
    "n’t",
    "blue",
    ".",
    "i̇stanbul",
    "σίσυφος",
    "<",
    "@sam",
    "blue,",
    "[PAD]",
)
LOOKED_UP = (
    "The sky isn't blue",
    "the sky isn’t blue.",
    "İSTANBUL ΣΊΣΥΦΟΣ the",
    "[PAD] <unk> <eos> blue, https://a.org @sam",
    "blue,sky\x1cthe\x85blue\u3000is 👍🏽",
    "u\u0308\u24605sam@a.org https://a\u0345 a\u0345n't",  # a mark that is a letter in any case
    "wow ...",
    "wow (end)",
)


@pytest.fixture(scope="module")
def node() -> str:
    """The path of node."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no node: install it, to test the engine of the page")
    return found


@pytest.fixture(scope="module")
def goldens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what NumPy has read."""
    folder = tmp_path_factory.mktemp("goldens")
    _module("goldens").write_goldens(folder)
    for name, values in {
        "vocabularies": vocabularies(),
        "shipped": [shipped(name) for name in SHIPPED],
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", sorted(path.name for path in WEB.glob("*.test.js")))
def test_the_modules_pass_their_tests(node, goldens, name):
    command = [node, "--test", "--test-reporter", "tap", str(WEB / name)]
    done = subprocess.run(
        command,
        env={**os.environ, "GOLDENS": str(goldens)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "\n# pass 0\n" not in done.stdout


@pytest.mark.parametrize("check", ["types", "lint"])
def test_the_modules_pass_their_checks(check):
    if not (WEB / "node_modules").is_dir():
        pytest.skip("no tests/web/node_modules: run npm install in tests/web, to check types and style")
    command = ["npm", "run", "--silent", check]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def vocabularies() -> list[dict[str, Any]]:
    """Runs that look words up by different rules, and what texts are to them."""
    base = _module("goldens").make_run("lstm", 1, "sentiment", False)
    found = []
    for lowercase in (True, False):
        vocabulary = Vocabulary.build([WORDS], lowercase=lowercase)
        for tokenized in (None, True, False):
            for rules in (True, False):
                told = vocabulary if rules else _without_rules(vocabulary)
                reading = Reading(tokenized, lowercase, ends_with_stop=tokenized is None)
                run = replace(base, vocabulary=told, reading=replace(reading, normalizer=told.normalizer))
                found.append({"run": describe_run(run), "texts": _looked_up(run)})
    return found


def _looked_up(run: Run) -> list[list[Any]]:
    """Texts, whether they are read as typed, and their words, ids and places in UTF-16."""
    found = []
    for text in LOOKED_UP:
        for as_typed in (True, False):
            sentence = encode(run, text, as_typed=as_typed)
            places = [
                [len(text[:place].encode("utf-16-le")) // 2 for place in span] for span in sentence.offsets
            ]
            starts, ends = zip(*places, strict=True)
            found.append([text, as_typed, [*sentence.words], sentence.ids.tolist(), starts, ends])
    return found


def _without_rules(vocabulary: Vocabulary) -> Vocabulary:
    """A vocabulary that has only lower case as a rule, as an old run has it."""
    told = json.loads(vocabulary.to_json())
    told["normalizer"] = {
        "type": "Sequence",
        "normalizers": [{"type": "Lowercase"}] if vocabulary.lowercase else [],
    }
    return Vocabulary.from_json(json.dumps(told), "a test")


def shipped(name: str) -> dict[str, Any]:
    """A run that comes with the package, rounded as in a page, and what the library reads with it."""
    entries, run = round_weights(load_run(name))
    readings = []
    for text in TEXTS:
        sentence = encode(run, text, as_typed=False)
        layers = [*trace(run, sentence).values()]
        parts = [{part: values.tolist() for part, values in one.parts.items()} for one in layers]
        says = layers[-1].outputs[-1]
        best = np.argsort(-says, kind="stable")[:5].tolist()
        reading = {"text": text, "words": [*sentence.words], "ids": sentence.ids.tolist(), "layers": parts}
        readings.append({**reading, "best": best, "shares": says[best].tolist()})
    return {"run": {**describe_run(run), "weights": entries}, "readings": readings}


def _module(name: str) -> Any:
    """A Python file of tests/web as a module."""
    spec = importlib.util.spec_from_file_location(name, WEB / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
