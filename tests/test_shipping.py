"""Runs that come with nlp-lstm: written small and with a card, found by name, used where none was trained.

Stand-ins with random weights take their place; the last part is about the real ones.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import nlp_lstm
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.store import folders, storage
from nlp_lstm.store.cards import CARDS, write_card
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.store.shipping import ship

FILES = ["card.md", "history.csv", "run.json", "tokenizer.json", "weights.safetensors"]
SOURCES = {"sentiment-sst": "sst:/some/where/sst", "next-word-stories": "stories"}
REAL = Path(folders.__file__).parent / "shipped"


@pytest.fixture
def shipped(here: Path, ship_stand_ins: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of two stand-ins in place of the shipped runs; the working folder is empty."""
    folder = here.parent / f"{here.name}-shipped"
    ship_stand_ins(folder)
    monkeypatch.setattr(folders, "SHIPPED", folder)
    return folder


def as_if_on(run: Run, name: str, **data) -> Run:
    """A run as if it had been trained on the data that the card of a name tells of."""
    return replace(run, data={**run.data, "source": SOURCES[name], "limit": None, **data})


# shipping


@pytest.mark.parametrize("name", CARDS)
def test_a_shipped_run_answers_as_the_one_it_was_made_of(here, name):
    """On every sentence of the validation split, to 2e-3 in the probability of every output."""
    run = nlp_lstm.train(CARDS[name].task, limit=50, epochs=1, units=8, embedding_dim=6)
    small = ship(as_if_on(run, name), name, here / "shipped")
    assert {values.dtype for values in small.weights.values()} == {np.dtype("float32")}
    on_disk = load_file(small.path / "weights.safetensors")
    assert {values.dtype for values in on_disk.values()} == {np.dtype("float16")}
    last = f"layer_{run.settings.layers}"
    for example in load_corpus("mini", Request(run.predicts), limit=50).validation:
        text = " ".join(example.words)
        before, after = (nlp_lstm.trace(one, text)[last].outputs for one in (run, small))
        np.testing.assert_allclose(after, before, atol=2e-3, rtol=0)


def test_a_shipped_run_names_no_folder_of_the_machine(here, new_run):
    run = as_if_on(new_run(Path("a")), "sentiment-sst", vectors="/some/where/glove.6B.100d.txt.gz")
    small = ship(run, "sentiment-sst", here / "shipped")
    assert sorted(path.name for path in small.path.iterdir()) == FILES
    assert small.data == {**run.data, "source": "sst:sst", "vectors": "glove.6B.100d.txt.gz"}
    assert (small.metrics, small.history, small.settings) == (run.metrics, run.history, run.settings)
    for file in ("card.md", "run.json", "history.csv"):
        text = (small.path / file).read_text(encoding="utf-8")
        assert "/some" not in text
        assert str(here) not in text


def test_a_card_says_what_the_run_records(here, new_run):
    run = replace(
        new_run(Path("a"), "next-word"),
        metrics={
            "perplexity": {
                "model": 98.76543,
                "interval": [95.5, 102.25],
                "n": 12345,
                "baselines": {"unigram": None},
            },
            "top_1_accuracy": {"model": 0.25, "interval": None, "n": None, "baselines": {"majority": 0.125}},
        },
    )
    ship(as_if_on(run, "next-word-stories"), "next-word-stories", here / "shipped")
    card = Path("shipped/next-word-stories/card.md").read_text(encoding="utf-8")
    headings = re.findall(r"^##? (.*)$", card, re.MULTILINE)
    assert headings == [
        "next-word-stories",
        "Data and its terms",
        "Recipe",
        "Figures",
        "What is in the run",
        "Limits",
        "What it must not be used for",
        "References",
    ]
    assert (
        "| metric | model | n | unigram | majority |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| perplexity | 98.765 (95.500 to 102.250) | 12,345 | – | – |\n"
        "| top_1_accuracy | 0.250 | – | – | 0.125 |\n"
    ) in card
    command = re.findall(r"```\n(.*?)\n```", card, re.DOTALL)[0]
    assert command.replace(" \\\n    ", " ") == (
        "nlp-lstm train --task next-word --data stories --layers 2 --units 5 --embedding-dim 4 "
        "--dropout 0.3 --batch-size 32 --timesteps 20 --learning-rate 0.002"
    )
    assert "public domain in the USA" in " ".join(card.split())
    assert "GloVe" not in card.partition("## References")[0]
    assert max(map(len, card.splitlines())) <= 110


@pytest.mark.parametrize(
    ("keep", "said"),
    [("best", "the epoch with the lowest loss on the validation split"), ("last", "the last epoch")],
)
def test_a_card_says_which_epoch_was_kept(here, new_run, keep, said):
    run = new_run(Path("a"))
    run = as_if_on(replace(run, settings=replace(run.settings, keep=keep)), "sentiment-sst")
    assert f"the weights are those of {said}." in " ".join(write_card(run, "sentiment-sst").split())


def test_a_card_tells_of_word_vectors_where_there_were_any(here, new_run):
    data = {"vectors": "glove.6B.100d.txt.gz", "vectors_share": 0.875}
    run = replace(new_run(Path("a")), path=Path("b"))
    card = write_card(as_if_on(run, "sentiment-sst", **data), "sentiment-sst")
    assert "--vectors glove.6B.100d.txt.gz" in card
    assert "hold 87.5% of the text's different words" in " ".join(card.split())
    assert "Public Domain Dedication" in card
    assert "The labels: negative, neutral, positive." in card


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "sentiment-imdb",
            {},
            "unknown shipped run 'sentiment-imdb': did you mean sentiment-sst? The known ones are ",
        ),
        ("next-word-stories", {}, "a is a sentiment run on sst: next-word-stories must be next-word on"),
        ("sentiment-sst", {"status": "interrupted"}, "a is interrupted: ship a run that is finished"),
        ("sentiment-sst", {"source": "mini"}, "a is a sentiment run on mini"),
        ("sentiment-sst", {"limit": 50}, "a has --limit, --init-from or --labels word"),
        ("sentiment-sst", {"labels": "word"}, "a has --limit, --init-from or --labels word"),
        ("sentiment-sst", {"vectors": "my.txt"}, "a started from my.txt: the card describes only GloVe 6B"),
    ],
)
def test_a_card_that_would_not_be_true_is_refused(here, new_run, name, change, says):
    run = as_if_on(new_run(Path("a")), "sentiment-sst", **change)
    run = replace(run, status=change.get("status", "finished"))
    with pytest.raises(UsageError, match=f"^{re.escape(says)}"):
        ship(run, name, here / "shipped")
    assert not Path("shipped").exists()


def test_weights_that_float16_cannot_hold_are_refused(here, new_run):
    run = as_if_on(new_run(Path("a")), "sentiment-sst")
    run.weights["output/bias"][0] = 1e5
    with pytest.raises(DataError, match="output/bias holds numbers beyond 65504"):
        ship(run, "sentiment-sst", here / "shipped")


def test_a_shipped_run_can_be_shipped_again(shipped):
    ship("sentiment-sst", "sentiment-sst")
    before = {path.name: path.read_bytes() for path in (shipped / "sentiment-sst").iterdir()}
    ship("sentiment-sst", "sentiment-sst")
    assert {path.name: path.read_bytes() for path in (shipped / "sentiment-sst").iterdir()} == before


# names


def test_a_shipped_run_has_a_name_that_every_command_takes(shipped, cli):
    for name, card in CARDS.items():
        run = load_run(name)
        assert (run.name, run.task, run.shipped) == (name, card.task, True)
        for arguments in (
            ("predict", "the sky", "--run", name),
            ("probe", "the sky", "--run", name),
            ("evaluate", name, "--data", "mini", "--limit", 5, "--quiet"),
            ("extract", name, "--data", "mini", "--limit", 5, "--output", f"states-{name}", "--quiet"),
        ):
            done = cli(*arguments)
            assert (done.code, done.err) == (0, ""), arguments
            assert name in done.out
    assert cli("generate", "the sky", "--run", "next-word-stories").err == ""


def test_a_run_of_the_user_s_own_comes_before_a_shipped_one(shipped, new_run):
    new_run(Path("runs/sentiment-sst"))
    assert load_run("sentiment-sst").path == Path("runs/sentiment-sst")
    new_run(Path("sentiment-sst"))
    assert load_run("sentiment-sst").path == Path("sentiment-sst")
    assert not load_run("sentiment-sst").shipped


def test_runs_lists_and_marks_them(shipped, new_run, cli):
    new_run(Path("runs/sentiment-001"))
    rows = json.loads(cli("runs", "--json").out)["tables"][0]["rows"]
    marks = [(row["run"], row["shipped"]) for row in rows]
    assert marks == [("next-word-stories", True), ("sentiment-sst", True), ("sentiment-001", False)]
    assert re.search(r"^sentiment-sst +sentiment +sst:sst +finished +True ", cli("runs").out, re.MULTILINE)


# where none was trained

NOTE = "nlp-lstm: reading with {}; --run RUN names another\n"


def test_where_none_was_trained_the_shipped_ones_are_used(shipped, cli):
    done = cli("predict", "the sky", "--json")
    assert done.err == NOTE.format("sentiment-sst (shipped)")
    assert json.loads(done.out)["run"] == "sentiment-sst" == nlp_lstm.predict("the sky").facts["run"]
    done = cli("generate", "the sky")
    assert (done.code, done.err) == (0, NOTE.format("next-word-stories (shipped)"))
    assert done.out == f"the sky {nlp_lstm.generate('the sky')}\n"
    done = cli("probe", "the sky")
    assert (done.code, done.err) == (
        0,
        NOTE.format("next-word-stories (shipped) and sentiment-sst (shipped)"),
    )
    (table,) = nlp_lstm.probe("the sky").comparisons
    assert table.title == "sentiment, sentiment-sst, layer_2 beside next-word, next-word-stories, layer_2"
    assert table.title in done.out


def test_what_was_trained_comes_first(shipped, new_run, cli):
    new_run(Path("runs/sentiment-001"))
    done = cli("predict", "the sky")
    assert (done.code, done.told) == (0, "")
    assert (
        "sentiment-001 (yours, trained on mini); --run RUN names another, such as sentiment-sst" in done.err
    )
    assert "sentiment-001" in done.out
    done = cli("probe", "the sky")  # of both kinds there is one
    assert "sentiment, sentiment-001, layer_2 beside next-word, next-word-stories, layer_2" in done.out
    assert cli("generate", "the sky").err == NOTE.format("next-word-stories (shipped)")
    new_run(Path("runs/next-word-001"), "next-word")
    assert "next-word-001 (yours, trained on mini)" in cli("generate", "the sky").err
    assert json.loads(cli("predict", "the sky", "--json").out)["run"] == "next-word-001"


def test_evaluate_takes_a_shipped_run_by_name_alone(shipped, cli):
    done = cli("evaluate")
    assert (done.code, done.out) == (66, "")
    assert done.err == (
        "nlp-lstm: no run in runs/: train one with `nlp-lstm train --task sentiment`, "
        "or name one that comes with nlp-lstm, next-word-stories or sentiment-sst\n"
    )


def test_evaluate_says_that_the_data_of_the_shipped_tagger_has_to_be_given(shipped, cli):
    done = cli("evaluate", "sentiment-sst")
    assert (done.code, done.out) == (66, "")
    assert done.err == "nlp-lstm: 'sst' is not there: give --data with the right path, or --data mini\n"


# damage


@pytest.mark.parametrize("file", [name for name in FILES if name != "card.md"])
@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_a_damaged_shipped_run_is_to_be_installed_again(shipped, cli, file, damage):
    path = shipped / "sentiment-sst" / file
    whole = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    for arguments in (("predict", "the sky"), ("probe", "the sky", "--run", "sentiment-sst")):
        done = cli(*arguments)
        assert (done.code, done.out, done.err.count("\n")) == (65, "", 1)
        assert done.err.startswith(
            f"nlp-lstm: the run sentiment-sst, which comes with nlp-lstm, is damaged: {path} is "
        )
        assert done.err.endswith("; install nlp-lstm again\n")
        assert "train it again" not in done.err
    told = json.loads(cli("runs", "--json").out)
    assert re.fullmatch(rf"sentiment-sst \({file} is [^()]+\)", told["damaged"])
    assert [row["run"] for row in told["tables"][0]["rows"]] == ["next-word-stories"]


def test_a_shipped_run_without_a_folder_is_no_run(shipped):
    shutil.rmtree(shipped / "sentiment-sst")
    with pytest.raises(MissingInputError, match="no run 'sentiment-sst': `nlp-lstm runs` lists"):
        load_run("sentiment-sst")


# the real ones


@pytest.mark.parametrize("name", CARDS)
def test_the_shipped_runs_are_whole_and_their_cards_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = load_run(name)
    assert run.path == REAL / name
    assert sorted(path.name for path in run.path.iterdir()) == FILES
    assert (run.path / "card.md").read_text(encoding="utf-8") == write_card(run, name)
    weights = load_file(run.path / storage.WEIGHTS)
    assert {values.dtype for values in weights.values()} == {np.dtype("float16")}
    for path in (run.data["source"].partition(":")[2], run.data.get("vectors") or ""):
        assert not Path(path).is_absolute()
        assert ".." not in Path(path).parts


def test_the_shipped_runs_answer_where_none_was_trained(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (table,) = nlp_lstm.probe("the film is not bad").comparisons
    assert table.title == "sentiment, sentiment-sst, layer_1 beside next-word, next-word-stories, layer_2"
    assert nlp_lstm.generate("the film is", words=3).split()
    assert nlp_lstm.predict("the film is good").facts["run"] == "sentiment-sst"
