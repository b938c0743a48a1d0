"""explore(): what the page holds of its runs, and that nothing else can run in it."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.explorer import Explorer
from nlp_lstm.explorer import page as pages
from nlp_lstm.explorer.modules import ENTRY, IMPORT, NAME, WEB, in_order, join_modules
from nlp_lstm.explorer.rounding import measure_rounding
from nlp_lstm.explorer.weights import EMBEDDING, bytes_on_page, keep_words, read_weight, round_weights
from nlp_lstm.store.run import load_run
from nlp_lstm.text.vocabulary import UNK, Vocabulary

SHIPPED = ("sentiment-sst", "next-word-stories")
HOSTILE = (
    "</script>",
    "<!--",
    "<script>",
    "]]>",
    "\u2028",
    "\u202e",
    "x" * 100_000,
    "a\x00b",
    "'\"&amp;",
    "é",
)
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*\n", re.DOTALL | re.MULTILINE)
FIELDS = {
    *(
        "name",
        "task",
        "predicts",
        "cell",
        "layers",
        "units",
        "embedding_dim",
        "tie_weights",
        "labels",
        "outputs",
    ),
    *(
        "words",
        "reading",
        "links",
        "straight_apostrophes",
        "shipped",
        "all_words",
        "found",
        "rounding",
        "weights",
    ),
}


def data_of(html: str) -> dict[str, Any]:
    """The JSON of a page, found as a browser finds it: up to the first end of a script."""
    found = re.search(r'<script type="application/json" id="runs">(.*?)</script', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def element(html: str, start: str, end: str) -> str:
    """The content of the only element that begins with `start`, as a browser finds it."""
    assert html.count(start) == 1
    return html.partition(start)[2].partition(end)[0]


@pytest.fixture(scope="module")
def shipped() -> Explorer:
    """The page with the runs that come with the package."""
    return nlp_lstm.explore(SHIPPED)


# Weights


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_the_page_holds_a_run_within_half_a_step_of_each_weight(here, new_run, cell, task):
    run = new_run(Path("runs/a"), task, cell, layers=3)
    (told,) = data_of(nlp_lstm.explore(run).html)["runs"]
    assert set(told) == FIELDS
    assert set(told["weights"]) == set(run.weights)
    for name, entry in told["weights"].items():
        values, read = run.weights[name], read_weight(entry)
        assert entry["shape"] == [*values.shape]
        assert read.shape == values.shape
        if name == EMBEDDING:
            scale = np.frombuffer(base64.b64decode(entry["scale"]), "<f4")
            np.testing.assert_allclose(scale, np.abs(values).max(axis=1) / 127, rtol=1e-6)
            assert (np.abs(read - values) <= scale[:, None] * 0.501).all()
        else:
            assert entry["kind"] == "float16"
            np.testing.assert_allclose(read, values, rtol=2**-11, atol=2**-25)
    assert told["words"] == [*run.vocabulary.words]
    assert told["labels"] == [*run.label_names]
    assert (told["outputs"], told["cell"], told["layers"]) == (run.outputs, cell, 3)


def test_a_row_of_zeros_and_a_weight_beyond_float16_are_numbers(here, new_run):
    run = new_run(Path("runs/a"))
    embedding, bias = run.weights[EMBEDDING].copy(), run.weights["output/bias"].copy()
    embedding[3], bias[0] = 0, 1e6
    _, rounded = round_weights(
        replace(run, weights={**run.weights, EMBEDDING: embedding, "output/bias": bias})
    )
    assert (rounded.weights[EMBEDDING][3] == 0).all()
    assert rounded.weights["output/bias"][0] == 65504


@pytest.mark.parametrize(("task", "worst"), [("sentiment", 0.05), ("next-word", 0.05)])
def test_what_rounding_does_is_measured_on_sentences(here, new_run, task, worst):
    run = new_run(Path("runs/a"), task)
    told = measure_rounding(run, round_weights(run)[1])
    assert 0 < told["total_variation"] < worst
    assert 0.9 < told["same_top"] <= 1
    assert (told["sentences"], told["data"]) == (50, "mini")
    assert measure_rounding(run, run)["total_variation"] == 0
    other = replace(run, weights={name: -values for name, values in run.weights.items()})
    assert measure_rounding(run, other)["total_variation"] > 0.1
    assert measure_rounding(run, other)["same_top"] < 0.9


@pytest.mark.parametrize(
    ("source", "read"), [("hub:a/b", "reviews"), ("text:gone.txt", "reviews"), ("", "reviews")]
)
def test_a_run_whose_corpus_is_not_here_is_measured_on_what_comes_with_the_package(
    here, new_run, source, read
):
    run = replace(new_run(Path("runs/a")), data={"source": source})
    assert measure_rounding(run, run)["data"] == read


def test_the_page_names_no_folder_of_the_machine_that_made_it(here, new_run):
    Path("private").mkdir()
    Path("private/notes.txt").write_text("the sky is blue .\nthe sea is so , too .\n" * 30, encoding="utf-8")
    run = replace(new_run(Path("runs/a"), "next-word"), data={"source": "text:private/notes.txt"})
    page = nlp_lstm.explore(run)
    assert data_of(page.html)["runs"][0]["rounding"]["data"] == "text:notes.txt"
    assert "private" not in page.html


def test_a_run_that_says_no_numbers_still_has_its_page(here, new_run):
    run = new_run(Path("runs/a"))
    wrong = {**run.weights, "output/bias": np.full_like(run.weights["output/bias"], np.nan)}
    (told,) = data_of(nlp_lstm.explore(replace(run, weights=wrong)).html)["runs"]
    assert told["rounding"]["total_variation"] is None


def test_the_shipped_runs_keep_their_answers(shipped):
    for run in data_of(shipped.html)["runs"]:
        assert run["rounding"]["total_variation"] < 0.01
        assert run["rounding"]["same_top"] > 0.98


# Size


def test_both_shipped_runs_fit_into_eleven_megabytes_and_a_small_run_into_one(shipped, here, new_run):
    assert len(shipped.html.encode()) <= 11_000_000
    assert len(nlp_lstm.explore(new_run(Path("runs/a"))).html.encode()) <= 1_000_000


def test_the_size_is_known_beforehand(shipped):
    for name, run in zip(SHIPPED, data_of(shipped.html)["runs"]):
        taken = len(json.dumps(run, ensure_ascii=False).encode())
        assert bytes_on_page(load_run(name)) == pytest.approx(taken, rel=0.02)


def test_a_page_that_would_be_too_large_says_how_many_words_fit(monkeypatch):
    monkeypatch.setattr(pages, "MOST_BYTES", 4_000_000)
    with pytest.raises(
        UsageError, match=r"10 MB with 2 runs: it may have 4 MB.* --vocab-size (\d+)$"
    ) as error:
        nlp_lstm.explore(SHIPPED)
    words = int(str(error.value).split()[-1])
    page = nlp_lstm.explore(SHIPPED, vocab_size=words)
    assert 3_500_000 < len(page.html) < 4_000_000 + 200_000  # the code comes on top
    monkeypatch.setattr(pages, "MOST_BYTES", 500_000)
    with pytest.raises(UsageError, match="name fewer or smaller runs"):
        nlp_lstm.explore(SHIPPED)


@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_fewer_words_leave_the_rest_as_it_was(here, new_run, task):
    run = new_run(Path("runs/a"), task)
    cut = keep_words(run, 20)
    assert cut.vocabulary.words == run.vocabulary.words[:20]
    assert cut.vocabulary.ids([run.vocabulary.words[20]]).tolist() == [UNK]
    assert cut.outputs == (20 if task == "next-word" else run.outputs)
    text = " ".join(run.vocabulary.words[3:15])
    one, other = (nlp_lstm.trace(each, text)["layer_2"] for each in (run, cut))
    np.testing.assert_array_equal(one.parts["cell_state"], other.parts["cell_state"])
    told = data_of(nlp_lstm.explore(run, vocab_size=20).html)["runs"][0]
    assert told["words"] == [*cut.vocabulary.words]
    assert told["weights"][EMBEDDING]["shape"] == [20, 4]


def test_too_few_words_are_refused(here, new_run):
    with pytest.raises(UsageError, match="vocab_size is 3: for a it must be at least 4"):
        nlp_lstm.explore(new_run(Path("runs/a")), vocab_size=3)
    with pytest.raises(UsageError, match="give a number of words"):
        nlp_lstm.explore(load_run(Path("runs/a")), vocab_size="many")  # pyright: ignore[reportArgumentType]


def test_the_stop_that_a_run_reads_is_never_left_out():
    run = load_run("sentiment-sst")
    needed = run.vocabulary.words.index(".") + 1
    assert "." in keep_words(run, needed).vocabulary.words
    with pytest.raises(UsageError, match=f"at least {needed}$"):
        keep_words(run, needed - 1)


# The page


def test_the_policy_allows_this_script_and_this_style_alone(shipped):
    policy = element(shipped.html, '<meta http-equiv="Content-Security-Policy" content="', '">')
    assert policy.startswith("default-src 'none'; ")
    for name, start, end in (
        ("script-src", '<script type="module">', "</script"),
        ("style-src", "<style>", "</style"),
    ):
        content = element(shipped.html, start, end)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert shipped.html.count("<script") == 2
    assert not re.search(r"<[^>]*\s(on\w+|style|src|href)=", shipped.html.partition('<script type="app')[0])


def test_what_a_run_says_of_itself_stays_data(here, new_run):
    run = new_run(Path("runs/a"))
    words = [*HOSTILE, *run.vocabulary.words[3 + len(HOSTILE) :]]
    told = json.loads(run.vocabulary.to_json())
    told["model"]["vocab"] = {word: at for at, word in enumerate([*run.vocabulary.words[:3], *words])}
    vocabulary = Vocabulary.from_json(json.dumps(told), "a")
    labels = ("</script><script>alert(1)</script>", "\ud800", *run.label_names[2:])
    hostile = replace(run, path=Path("runs/<b>\x1b\udcff"), vocabulary=vocabulary, label_names=labels)
    page = nlp_lstm.explore(hostile, "</script> <!-- <script> \x00")
    data = data_of(page.html)
    assert data["runs"][0]["words"] == [*vocabulary.words]
    assert data["runs"][0]["labels"] == [*labels]
    assert data["runs"][0]["name"] == "<b>␛\\udcff"
    assert data["text"] == "</script> <!-- <script> \x00"
    assert page.html.count("<script") == 2
    assert page.html.count("</script") == 2
    page.save("hostile.html")
    assert data_of(Path("hostile.html").read_text(encoding="utf-8")) == data


def test_both_shipped_runs_know_all_words_of_the_text_that_is_read_first(shipped):
    told = data_of(shipped.html)
    assert set(told) == {"text", "runs"}
    assert told["text"] == pages.TEXT
    for name in SHIPPED:
        assert load_run(name).vocabulary.encode(pages.TEXT).unknown is None


def test_the_text_that_is_given_is_read_first(here, new_run):
    run = new_run(Path("runs/a"))
    assert data_of(nlp_lstm.explore(run, "so  fine").html)["text"] == "so  fine"
    assert nlp_lstm.explore(run, "a " * 300)
    with pytest.raises(DataError, match="a text of 301 words: the page reads at most 300"):
        nlp_lstm.explore(run, "a " * 301)
    with pytest.raises(DataError, match="a text of 4001 characters: the page reads at most 4000"):
        nlp_lstm.explore(run, "a" * 4001)
    with pytest.raises(DataError, match="the text ' ' has no words: give at least one"):
        nlp_lstm.explore(run, " ")
    limits = (WEB / "state.js").read_text(encoding="utf-8")
    assert f"LONGEST_TEXT = {pages.MOST_CHARACTERS};" in limits
    assert f"MOST_WORDS = {pages.MOST_WORDS};" in limits
    with pytest.raises(UsageError, match="text is 3"):
        nlp_lstm.explore(run, 3)  # pyright: ignore[reportArgumentType]


def test_runs_are_those_that_probe_takes(two_runs):
    assert nlp_lstm.explore().runs == ("next-word-001", "sentiment-001")
    assert nlp_lstm.explore("sentiment-001").runs == ("sentiment-001",)
    with pytest.raises(UsageError, match="two runs are called sentiment-001"):
        nlp_lstm.explore(["sentiment-001", "runs/sentiment-001"])
    with pytest.raises(UsageError, match="run is 3"):
        nlp_lstm.explore(3)
    run = load_run("sentiment-001")
    strange = replace(run, settings=replace(run.settings))
    object.__setattr__(strange.settings, "cell", "mine")
    with pytest.raises(UsageError, match="sentiment-001 has the cell mine: a page has lstm, gru, rnn"):
        nlp_lstm.explore(strange)


def test_a_page_is_saved_once_unless_forced(here, new_run):
    page = nlp_lstm.explore(new_run(Path("runs/a")))
    assert page.save("a.html") == Path("a.html")
    assert Path("a.html").read_text(encoding="utf-8") == page.html
    with pytest.raises(UsageError, match=r"a\.html exists: give another name, or force=True"):
        page.save("a.html")
    assert page.save("a.html", force=True)
    with pytest.raises(UsageError, match="is a folder"):
        page.save("runs")
    assert "sentiment" not in repr(page)
    assert repr(page).startswith("<Explorer: a, 0.")


def test_a_notebook_shows_it_in_a_frame_that_reaches_nothing_else(here, new_run):
    shown = nlp_lstm.explore(new_run(Path("runs/a")))._repr_html_()
    assert shown.count("<") == 2
    assert 'sandbox="allow-scripts"' in shown
    assert "same-origin" not in shown


# The command


def test_the_command_writes_the_page_of_the_library(cli, two_runs):
    done = cli("explore", "sentiment-001", "--text", "so fine", "--vocab-size", "50")
    assert (done.code, done.out, done.err) == (0, "explore.html\n", "")
    page = nlp_lstm.explore("sentiment-001", "so fine", 50)
    assert Path("explore.html").read_text(encoding="utf-8").rstrip() == page.html.rstrip()
    done = cli("explore")
    assert done.code == 2
    assert done.err == "nlp-lstm: explore.html exists: give another --output, or --force to write over it\n"
    done = cli("explore", "--output", "b.html")
    assert (done.code, done.out, done.told) == (0, "b.html\n", "")
    assert "reading with next-word-001" in done.err
    assert len(data_of(Path("b.html").read_text(encoding="utf-8"))["runs"]) == 2
    done = cli("explore", "--force", "--quiet", "--json")
    assert (json.loads(done.out), done.err) == ({"file": "explore.html"}, "")


def test_the_command_says_in_a_line_what_is_wrong(cli, two_runs):
    done = cli("explore", "sentiment-001", "--text", "a " * 400)
    assert (done.code, len(done.err.splitlines())) == (65, 1)
    done = cli("explore", "gone")
    assert (done.code, len(done.err.splitlines())) == (66, 1)
    assert not Path("explore.html").exists()


# The script


def test_every_module_is_joined_behind_those_that_it_imports():
    order = in_order()
    assert order[-1] == ENTRY
    assert {path.name for path in WEB.glob("*.js")} == set(order)
    for place, name in enumerate(order):
        text = (WEB / name).read_text(encoding="utf-8")
        assert set(IMPORT.findall(text)) <= set(order[:place]), f"{name} is in a circle of imports"
        assert len(text.splitlines()) <= 250


def test_no_two_modules_give_the_same_name():
    names = [
        (name, module)
        for module in in_order()
        for name in NAME.findall((WEB / module).read_text(encoding="utf-8"))
    ]
    given = [name for name, _ in names]
    assert {one for one in names if given.count(one[0]) > 1} == set()


def test_what_is_imported_is_exported_there():
    for module in in_order():
        text = (WEB / module).read_text(encoding="utf-8")
        for names, other in re.findall(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w.]+)"', text, re.MULTILINE):
            exported = re.findall(
                r"^export (?:async )?(?:function\*?|class|const) ([\w$]+)",
                (WEB / other).read_text(),
                re.MULTILINE,
            )
            asked = {name.strip() for name in names.split(",") if name.strip()}
            assert asked <= set(exported), f"{module} imports {asked - set(exported)} from {other}"


def test_the_script_is_whole_and_does_not_grow_unnoticed():
    script = join_modules()
    assert not re.search(r"^\s*(import|export)\b(?! *\()", script, re.MULTILINE)
    assert not re.search(r"</?script|<!--", script, re.IGNORECASE)
    assert not re.search(r"\beval\(|new Function|innerHTML|\bfetch\(|XMLHttpRequest|WebSocket", script)
    assert len(re.sub(r"\n\s*\n", "\n", COMMENT.sub("", script)).encode()) <= 168_000
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: install it, to test the script of the page")
    command = [node, "--input-type=module", "--check"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
