"""trace() of a `.keras` or `.h5` file: only what has been checked is loaded, and nothing of it is run."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm import parsing
from nlp_lstm.errors import DataError, StorageError
from nlp_lstm.states import keras_files

X = np.random.default_rng(0).normal(0, 1, (2, 5, 3)).astype("float32")
KINDS = ("keras", "h5")
NEXT = "load the model yourself, then trace it"


@keras.saving.register_keras_serializable("mine")
class Pool(layers.Layer):
    """A registered class of one's own."""

    def call(self, x):
        return keras.ops.mean(x, 1)


class AttentionLayer(Pool):
    """A class of one's own that is not registered."""


@keras.saving.register_keras_serializable("mine")
class Loss(keras.losses.Loss):
    def call(self, a, b):
        return keras.ops.mean((a - b) ** 2)


@keras.saving.register_keras_serializable("mine")
class Metric(keras.metrics.Mean):
    """A metric of one's own."""


def own_activation(x: Any) -> Any:
    return x * keras.ops.sigmoid(x)


OWN: Any = own_activation


def make(*stack: Any) -> keras.Model:
    return keras.Sequential([keras.Input((5, 3)), *(stack or [layers.LSTM(4, name="lstm")])], name="reader")


def save(model: keras.Model, path: Path) -> Path:
    model.save(path)
    return path


@pytest.fixture(params=KINDS)
def file(request, tmp_path) -> Path:
    return save(make(), tmp_path / f"model.{request.param}")


def refuses(path: Path, words: str, error: type[Exception] = DataError) -> None:
    """One short line that names the file."""
    with pytest.raises(error, match=words) as caught:
        nlp_lstm.trace(path, X)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert len(message) < 330


def change_config(path: Path, change: Callable[[Any], Any]) -> Path:
    """Change the configuration inside a file."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as whole:
            whole.attrs["model_config"] = json.dumps(change(json.loads(str(whole.attrs["model_config"]))))
        return path
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    content["config.json"] = json.dumps(change(json.loads(content["config.json"]))).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, value in content.items():
            new.writestr(name, value)
    return path


def change_layer(path: Path, **values: Any) -> Path:
    """Change the entry of the last layer in a file's configuration."""

    def change(config):
        config["config"]["layers"][-1] |= values
        return config

    return change_config(path, change)


# What is read


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "stack",
    [
        [layers.LSTM(4)],
        [layers.Bidirectional(layers.GRU(4, return_sequences=True)), layers.SimpleRNN(3)],
        [layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)],
        [
            layers.LSTM(4, activation="relu", kernel_regularizer="l2", bias_constraint="max_norm"),
            layers.Dense(2),
        ],
    ],
    ids=["lstm", "bidirectional", "cells", "options"],
)
def test_a_file_gives_what_its_model_gives(tmp_path, kind, stack):
    model = make(*[type(layer).from_config(layer.get_config()) for layer in stack])
    known = nlp_lstm.trace(model, X)
    traces = nlp_lstm.trace(save(model, tmp_path / f"model.{kind}"), X)
    assert list(traces) == list(known)
    for name, trace in known.items():
        for part, values in trace.parts.items():
            np.testing.assert_array_equal(traces[name].parts[part], values)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_in_the_file_counts_not_its_name(tmp_path, kind):
    path = save(make(), tmp_path / f"model.{kind}")
    for name in ("other.bin", "other.keras", "other.h5", "other.hdf5"):
        (tmp_path / name).write_bytes(path.read_bytes())
        assert list(nlp_lstm.trace(tmp_path / name, X)) == ["lstm"]


def test_a_file_of_keras_2_is_read(file):
    """It wrote `time_major` and `batch_input_shape`."""

    def older(config):
        config["config"]["layers"][-1]["config"]["time_major"] = False
        return config

    assert list(nlp_lstm.trace(change_config(file, older), X)) == ["lstm"]


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("keras", {"loss": "mse"}),
        ("keras", {"loss": lambda y, p: p}),
        ("keras", {"loss": Loss()}),
        ("keras", {"loss": "mse", "metrics": [Metric()]}),
        ("keras", {"loss": "mse", "metrics": [lambda a, b: b]}),
        ("h5", {"loss": "mse"}),
        ("h5", {"loss": "mse", "metrics": [Metric()]}),
        ("h5", {"loss": "mse", "metrics": [lambda a, b: b]}),
    ],
)
def test_what_a_model_was_compiled_with_does_not_matter(tmp_path, kind, how):
    model = make()
    model.compile("adam", **how)
    assert list(nlp_lstm.trace(save(model, tmp_path / f"model.{kind}"), X)) == ["lstm"]


def test_what_a_model_inside_was_compiled_with_is_not_run(file):
    """Keras loads it, whatever `compile` is."""

    def change(config):
        inner = config["config"]["layers"][-1]
        inner["compile_config"] = {"optimizer": "adam", "loss": {"class_name": "__lambda__", "config": {}}}
        return config

    assert list(nlp_lstm.trace(change_config(file, change), X)) == ["lstm"]


# What is refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (
            [layers.LSTM(4, return_sequences=True), AttentionLayer()],
            f"holds .*AttentionLayer: .*{NEXT}",
        ),
        ([layers.LSTM(4, return_sequences=True), Pool()], f"holds .*Pool: .*{NEXT}"),
        ([layers.LSTM(4, activation=OWN)], f"holds the function own_activation: {NEXT}"),
    ],
    ids=["class", "registered class", "activation"],
)
def test_classes_and_functions_of_one_s_own_are_named(tmp_path, kind, stack, words):
    refuses(save(make(*stack), tmp_path / f"model.{kind}"), words)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"class_name": "Lambda"}, "holds a Lambda, which can run any code"),
        ({"class_name": "TFSMLayer"}, "holds a TFSMLayer, which can run any code"),
        ({"class_name": "TorchModuleWrapper"}, "holds a TorchModuleWrapper"),
        ({"class_name": "rmtree", "module": "shutil"}, r"holds shutil\.rmtree: only Keras's own classes"),
        ({"class_name": "Thing", "module": None, "registered_name": "Thing"}, "holds the class Thing"),
        ({"class_name": ["LSTM"], "module": None}, r"holds the class \['LSTM'\]"),
        ({"class_name": "function", "module": "keras.utils", "config": "get_file"}, "the function get_file"),
        ({"class_name": "function", "module": "builtins", "config": "eval"}, "the function eval"),
    ],
)
def test_what_could_run_code_is_not_loaded(file, values, words):
    refuses(change_layer(file, **values), words)


def test_the_name_alone_of_an_activation_of_one_s_own(file):
    """Keras 2 wrote no more."""

    def change(config):
        config["config"]["layers"][-1]["config"]["activation"] = "own_activation"
        return config

    refuses(change_config(file, change), f"holds the function own_activation: {NEXT}")


@pytest.mark.parametrize("key", ["units", "input_dim"])
def test_a_layer_far_larger_than_the_file(file, key):
    def change(config):
        config["config"]["layers"][-1]["config"] |= {key: 10**6, "output_dim": 10**6}
        return config

    refuses(change_config(file, change), "holds a layer with .* far more than fits in the file")


def test_configurations_that_are_none(file):
    refuses(change_config(file, lambda _: [1, 2]), "holds a list instead of a model")


def test_a_configuration_nested_too_deep(file):
    def change(config):
        inner = config["config"]["layers"][-1]["config"]
        for _ in range(300):
            inner["deep"] = {}
            inner = inner["deep"]
        return config

    refuses(change_config(file, change), "nested more than 50 deep")


@pytest.mark.parametrize("cut", [10, 1000, -200])
def test_files_that_are_cut(file, cut):
    file.write_bytes(file.read_bytes()[:cut])
    refuses(file, r"\(\d+ bytes\) is not a whole \.keras file, and no whole \.h5 file")


def test_bytes_changed_at_random_never_escape(file):
    """One line of ours, or a trace."""
    whole, random = file.read_bytes(), np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(whole)
        for place in random.integers(0, len(whole), 20):
            broken[place] = random.integers(0, 256)
        file.write_bytes(bytes(broken))
        try:
            assert len(nlp_lstm.trace(file, X)) == 1
        except (DataError, nlp_lstm.UsageError, nlp_lstm.CheckError) as error:
            assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [(8, b"\x01\x00", r"config\.json in .* is encrypted"), (10, b"\x63\x00", "is packed by method 99")],
)
def test_archives_that_keras_never_writes(tmp_path, place, value, words):
    path = save(make(), tmp_path / "model.keras")
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"config.json") - 46  # its header in the directory at the end
    content[entry + place : entry + place + 2] = value
    path.write_bytes(bytes(content))
    refuses(path, words)


HOSTILE = """
import sys, time, nlp_lstm
from nlp_lstm.errors import DataError
try:
    begin = time.monotonic()
    nlp_lstm.trace(sys.argv[1], [[1]])
except DataError as error:
    print(error.exit_code, "keras" in sys.modules, time.monotonic() - begin < 1)
"""


def test_a_hostile_archive_is_refused_before_keras_is_loaded(tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("config.json", "{}")
        new.writestr("model.weights.h5", bytes(300_000_000))
    command = [sys.executable, "-c", HOSTILE, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["65", "False", "True"], done.stderr


def test_an_archive_that_unpacks_to_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_files, "MOST_UNPACKED", 1000)
    monkeypatch.setattr(keras_files, "MOST_TIMES", 0)
    refuses(save(make(), tmp_path / "model.keras"), "would become [0-9,]+ bytes, at most 1,000 are read")


def test_a_configuration_of_endless_text(file, monkeypatch):
    monkeypatch.setattr(parsing, "MOST_BYTES", 100)
    refuses(file, "has more than 100 bytes")


# HDF5: a file of its own, or the weights inside a .keras file


def into(path: Path, change: Callable[[h5py.File], None]) -> Path:
    """Change the HDF5 file that a file is or holds."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as whole:
            change(whole)
        return path
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    inner = path.with_name("inner.h5")
    inner.write_bytes(content["model.weights.h5"])
    content["model.weights.h5"] = into(inner, change).read_bytes()
    with zipfile.ZipFile(path, "w") as new:
        for name, value in content.items():
            new.writestr(name, value)
    return path


def a_soft_link(whole: h5py.File) -> None:
    whole["elsewhere"] = h5py.SoftLink("/")


def an_external_link(whole: h5py.File) -> None:
    whole["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")


def numbers_in_another_file(whole: h5py.File) -> None:
    whole.create_dataset("other", (10,), "u1", external=[("/etc/passwd", 0, 10)])


def a_virtual_array(whole: h5py.File) -> None:
    layout = h5py.VirtualLayout((10,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "data", (10,))
    whole.create_virtual_dataset("virtual", layout)


def an_array_of_nothing(whole: h5py.File) -> None:
    whole.create_dataset("huge", (10**12,), "f4", chunks=(1000,))


def texts(whole: h5py.File) -> None:
    whole.create_dataset("texts", (3,), h5py.string_dtype())


def a_plug_in(whole: h5py.File) -> None:
    packing = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    packing.set_chunk((10,))
    packing.set_filter(32000)  # lzf, which h5py brings and HDF5 does not
    space = h5py.h5s.create_simple((10,))
    h5py.h5d.create(whole.id, b"packed", h5py.h5t.IEEE_F32LE, space, packing)


def a_circle(whole: h5py.File) -> None:
    whole.create_group("round")["and_round"] = whole["/"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (a_soft_link, "elsewhere in .* is a link to another place"),
        (an_external_link, "elsewhere in .* is a link to another place"),
        (numbers_in_another_file, "the array //?other in .* is kept in other files"),
        (a_virtual_array, "the array //?virtual in .* is kept in other files"),
        (an_array_of_nothing, "would become 4,000,0[0-9,]+ bytes"),
        (texts, "the array //?texts in .* holds object, not numbers"),
        (a_plug_in, r"the array //?packed in .* is packed by the filters \[32000\]"),
        (a_circle, "the group and_round in .* stands in two places"),
    ],
)
def test_hdf5_that_points_elsewhere_or_is_too_large(file, change, words):
    refuses(into(file, change), words)


def test_too_many_arrays(file, monkeypatch):
    monkeypatch.setattr(keras_files, "MOST_OBJECTS", 2)
    refuses(file, "has more than 2 (groups and arrays|members)")


def test_weights_alone(tmp_path):
    model = make()
    model.save_weights(tmp_path / "model.weights.h5")
    refuses(
        tmp_path / "model.weights.h5", "holds weights and no model: build the model, call its load_weights"
    )


# What is checked is what is loaded


def test_a_file_that_is_exchanged_after_the_check(file, monkeypatch):
    """Keras reads the copy that was checked."""
    other = save(make(layers.LSTM(4, name="other")), file.with_name(f"other{file.suffix}")).read_bytes()
    load = keras.models.load_model

    def exchanged(path, **options):
        file.write_bytes(other)
        return load(path, **options)

    monkeypatch.setattr(keras.models, "load_model", exchanged)
    assert list(nlp_lstm.trace(file, X)) == ["lstm"]


def test_no_room_for_the_copy(file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras_files.shutil, "copyfileobj", full)
    refuses(file, "cannot be copied to .*: No space left on device", StorageError)
