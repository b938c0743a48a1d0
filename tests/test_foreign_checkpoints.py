"""Checkpoints from strangers: whatever is in one, `train --resume` ends in one line, in little memory."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from nlp_lstm import load_run, train
from nlp_lstm.errors import DataError
from nlp_lstm.store.records import OtherVersionError
from nlp_lstm.training import checkpoints

TINY: dict[str, Any] = {"units": 4, "embedding_dim": 4, "epochs": 3, "batch_size": 8, "limit": 24}
NAME = "checkpoint.safetensors"
Parts = dict[str, Any]


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> bytes:
    """The checkpoint of a training that was interrupted in its second epoch."""

    def interrupt(progress: Any) -> None:
        if (progress.epoch, progress.step) == (2, 2):
            signal.raise_signal(signal.SIGINT)

    run = train("sentiment", "mini", **TINY, run=tmp_path_factory.mktemp("run") / "begun", report=interrupt)
    assert run.status == "interrupted"
    return (run.path / NAME).read_bytes()


@pytest.fixture
def forge(here: Path, begun: bytes) -> Callable[[Callable[[Parts], object]], Path]:
    """A function that changes the parts of a checkpoint, and gives it the sum of what it then holds."""

    def put(change: Callable[[Parts], object]) -> Path:
        folder = Path("runs/mine")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / NAME
        file.write_bytes(begun)
        with safe_open(file, "numpy") as opened:
            header = dict(opened.metadata())
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        del header["sha256"]
        parts = {"run": json.loads(header["run"]), "state": json.loads(header["state"])}
        parts |= {"header": header, "arrays": arrays}
        change(parts)
        header |= {name: json.dumps(parts[name]) for name in ("run", "state") if parts[name] is not None}
        header["sha256"] = checkpoints._digest(arrays, header)
        file.write_bytes(save(arrays, header))
        return folder

    return put


def test_a_checkpoint_that_was_written_anew_goes_on(forge):
    assert train(resume=forge(lambda parts: None)).status == "finished"
    assert load_run("mine").status == "finished"


def put_in(*path: Any, value: Any) -> Callable[[Parts], None]:
    """Return a function that sets an entry of a checkpoint's parts, somewhere inside."""

    def change(parts: Parts) -> None:
        for name in path[:-1]:
            parts = parts[name]
        parts[path[-1]] = value

    return change


def leave_out(*path: Any) -> Callable[[Parts], None]:
    """Return a function that deletes an entry."""

    def change(parts: Parts) -> None:
        for name in path[:-1]:
            parts = parts[name]
        del parts[path[-1]]

    return change


def as_text(name: str, text: str) -> Callable[[Parts], None]:
    """Return a function that puts a text in the place of a part that is JSON."""

    def change(parts: Parts) -> None:
        parts["header"][name], parts[name] = text, None

    return change


HISTORY = ("state", "fitted", "history")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (as_text("state", "[" * 100_000), "nested more than 50 deep"),
        (as_text("run", "[" * 100_000), "nested more than 50 deep"),
        (as_text("state", "[" + "[]," * 200_000 + "[]]"), "more than 100,000 lists and objects"),
        (as_text("state", '{"step": NaN}'), "NaN is no number of JSON"),
        (as_text("state", '{"step": 1' + "0" * 5_000 + "}"), "digits"),
        (as_text("state", "[]"), "missing or not expected"),
        (put_in("header", "x", value="x" * 16_000_000), "it has more than 16,000,000 bytes"),
        (put_in("header", "format", value="2"), "it has format '2', not '1'"),
        (put_in("header", "tokenizer", value="{}"), "its vocabulary is "),
        (put_in("state", "step", value=-1), "it has step -1: it must be a whole number"),
        (put_in("state", "step", value=1.5), "it has step 1.5: it must be a whole number"),
        (put_in("state", "other", value=1), "'other' missing or not expected"),
        (put_in("state", "sums", value={"targets": "a"}), "loss, accuracy missing|accuracy, loss missing"),
        (put_in("state", "sums", "loss", value="a"), "it has loss 'a': it must be a number"),
        (put_in("state", "order", value={}), ""),
        (put_in("state", "order", "bit_generator", value="MT19937"), ""),
        (put_in("state", "sampling", "state", "state", value=10**80), ""),
        (put_in("state", "fitted", "status", value="finished"), "'status' missing or not expected"),
        (put_in(*HISTORY, value="abc"), "it has history 'abc': it must be a list of objects"),
        (put_in(*HISTORY, value=[1]), ""),
        (put_in(*HISTORY, 0, "validation_loss", value=None), "it has validation_loss None"),
        (put_in(*HISTORY, 0, "more", value=1), "'more' missing or not expected"),
        (leave_out(*HISTORY, 0, "seconds"), "seconds missing or not expected"),
        (leave_out("run", "data", "source"), "source missing or not expected"),
        (put_in("run", "data", "sha256", value={"test": "0" * 64}), "missing or not expected"),
        (
            put_in("run", "model", "settings", "units", value=10**6),
            "units is 1000000: it must be between 1 and 8192",
        ),
        (put_in("run", "model", "settings", "unit", value=4), "unknown setting 'unit'"),
        (put_in("run", "model", "label_names", value=["a"]), "weights do not fit the settings"),
        (put_in("run", "results", "status", value=3), "it has status 3"),
        (put_in("arrays", "kept/output/bias", value=np.array([0, np.nan, 0], np.float32)), "not finite"),
        (put_in("arrays", "kept/more", value=np.zeros(2, np.float32)), "more missing or not expected"),
        (put_in("arrays", "learner/more", value=np.zeros(10**6, np.float32)), "its arrays have 4,0"),
    ],
)
def test_a_foreign_checkpoint_is_refused_in_one_line(forge, cli, change, says):
    folder = forge(change)
    done = cli("train", "--resume", folder)
    assert (done.code, done.out, len(done.err.splitlines())) == (65, "", 1), done
    assert re.search(rf"{NAME} is damaged \(.*({says}).*\): delete {folder} and train again", done.err), done
    assert len(done.err) < 500


@pytest.mark.parametrize(
    "change",
    [
        put_in("arrays", "learner/model/0", value=np.zeros((3, 3), np.float32)),
        put_in("arrays", "learner/carried/7", value=np.zeros(2, np.float32)),
        leave_out("arrays", "learner/optimizer/0"),
    ],
)
def test_what_another_model_has_gathered_is_not_gone_on_from(forge, change):
    with pytest.raises(DataError, match="the checkpoint is of another model"):
        train(resume=forge(change))


def test_a_checkpoint_of_a_later_version_says_so(forge):
    with pytest.raises(OtherVersionError, match=rf"{NAME}: it was written by a newer nlp-lstm: .* install"):
        train(resume=forge(put_in("run", "reading", "dialect", value=True)))


@pytest.mark.parametrize("size", [0, 7, 8, 100, 2**40, 2**64 - 1])
def test_a_heading_that_lies_is_refused(forge, size):
    file = forge(lambda parts: None) / NAME
    content = file.read_bytes()
    file.write_bytes(size.to_bytes(8, "little") + content[8:])
    with pytest.raises(DataError, match="is damaged"):
        train(resume="mine")
    file.write_bytes(content[:size] if size < len(content) else b"")
    with pytest.raises(DataError, match="is damaged"):
        train(resume="mine")
