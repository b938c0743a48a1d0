"""Keras files from strangers: refused before Keras is loaded, in one line, in little time and memory."""

import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm import NlpLstmError
from nlp_lstm.errors import DataError
from nlp_lstm.states.keras_names import ACTIVATIONS, LAYERS, RUNS_CODE

X = np.zeros((1, 5, 3), "float32")
# Megabytes, seconds of the processor (a busy one takes twice as long as an idle one) and characters.
MOST_MEMORY, MOST_SECONDS, LONGEST_LINE = 500, 2, 330

# Traces a file, and says what was said and what it took.
MEASURED = """
import json, sys, time, nlp_lstm, nlp_lstm.states.keras_files
nlp_lstm.trace
started = time.process_time()
try:
    nlp_lstm.trace(sys.argv[1], [[[0.0] * 3] * 5])
except nlp_lstm.NlpLstmError as error:
    size = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
    took = time.process_time() - started
    print(json.dumps([error.exit_code, str(error), "keras" in sys.modules, took, size]))
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    """A folder with a good file of each kind."""
    folder = tmp_path_factory.mktemp("good")
    model = keras.Sequential([keras.Input((5, 3)), layers.LSTM(4, name="lstm")], name="reader")
    for kind in ("keras", "h5"):
        model.save(folder / f"good.{kind}")
    return folder


def config_of(good: Path, kind: str) -> Any:
    """The configuration in a good file."""
    if kind == "h5":
        with h5py.File(good / "good.h5") as whole:
            return json.loads(str(whole.attrs["model_config"]))
    with zipfile.ZipFile(good / "good.keras") as whole:
        return json.loads(whole.read("config.json"))


def with_config(good: Path, kind: str, config: Any, path: Path) -> Path:
    """A good file with another configuration."""
    if kind == "h5":
        path.write_bytes((good / "good.h5").read_bytes())
        with h5py.File(path, "r+") as whole:
            whole.attrs["model_config"] = json.dumps(config)
        return path
    with zipfile.ZipFile(good / "good.keras") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(config) if name == "config.json" else old.read(name))
    return path


def function(module: str, name: str) -> dict[str, Any]:
    """An entry that names a function."""
    return {"class_name": "function", "module": module, "config": name, "registered_name": name}


def test_the_names_are_those_of_the_installed_keras():
    known = {name for name in dir(layers) if isinstance(getattr(layers, name), type)} - {"InputSpec"}
    assert known - RUNS_CODE == LAYERS
    functions = {name for name in dir(keras.activations) if name[0] != "_"}
    assert functions - {"get", "serialize", "deserialize"} == ACTIVATIONS


@pytest.mark.parametrize("kind", ["keras", "h5"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"module": "keras", "class_name": "layers.Lambda"}, "holds a Lambda, which can run any code"),
        ({"module": "keras.layers", "class_name": "core.Lambda"}, "holds a Lambda, which can run any code"),
        ({"module": "keras.src.layers.core.lambda_layer", "class_name": "Lambda"}, "holds a Lambda"),
        ({"module": "keras", "class_name": "layers.LSTM"}, "holds the class layers.LSTM"),
        ({"module": "keras", "class_name": "utils.get_file"}, "holds the class utils.get_file"),
        ({"module": "keras.src.utils.file_utils", "class_name": "get_file"}, "holds the class get_file"),
        ({"module": "keras.src.utils.file_utils", "class_name": "LSTM"}, "holds the class LSTM"),
        ({"module": "keras.src.ops.numpy", "class_name": "backend"}, "holds the class backend"),
        ({"module": "keras.saving", "class_name": "load_model"}, "holds the class load_model"),
        ({"module": "keras.layers", "class_name": "deserialize"}, "holds the class deserialize"),
        ({"module": "builtins", "class_name": "eval"}, "holds the class eval"),
        ({"module": "kerasx.layers", "class_name": "LSTM"}, r"holds kerasx.layers.LSTM"),
        ({"module": "keras", "class_name": "__typespec__"}, "holds the class __typespec__"),
        ({"class_name": "x" * 10_000 + "\x1b\n"}, "holds the class xxx"),
        ({"class_name": "__numpy__", "config": {"value": [""], "dtype": "S1000000000"}}, "an array of S1000"),
    ],
    ids=range(15),
)
def test_a_class_that_is_no_layer_of_keras(good, tmp_path, kind, changes, says):
    config = config_of(good, kind)
    config["config"]["layers"][-1] |= changes
    refused(with_config(good, kind, config, tmp_path / f"bad.{kind}"), says)


@pytest.mark.parametrize("kind", ["keras", "h5"])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"activation": "deserialize"}, "holds the function deserialize"),
        ({"recurrent_activation": "get"}, "holds the function get"),
        ({"activation": function("builtins", "get_file")}, "holds the function get_file"),
        ({"activation": function("keras.activations", "deserialize")}, "holds the function deserialize"),
        ({"activation": function("keras.ops", "relu")}, "holds the function relu"),
        ({"activation": function("keras.losses", "get")}, "holds the function get"),
        ({"activation": {"class_name": "function", "config": ["relu"]}}, r"holds the function \['relu'\]"),
        ({"units": 60_000}, "holds a layer with {'units': 60000}, far more than fits in the file"),
        ({"units": 10**30}, "far more than fits in the file"),
        ({"batch_shape": [None, 10**9, 3]}, "holds a layer with batch_shape .* far more than fits"),
        ({"vocabulary": "/etc/passwd"}, "reads its vocabulary from another file"),
    ],
    ids=range(11),
)
def test_an_option_that_no_layer_has(good, tmp_path, kind, options, says):
    config = config_of(good, kind)
    config["config"]["layers"][-1]["config"] |= options
    refused(with_config(good, kind, config, tmp_path / f"bad.{kind}"), says)


def refused(path: Path, says: str) -> None:
    """One short line that names the file."""
    with pytest.raises(DataError, match=says) as caught:
        nlp_lstm.trace(path, X)
    message = str(caught.value)
    assert path.name in message
    assert len(message) < LONGEST_LINE
    assert "\n" not in message
    assert "\x1b" not in message


def test_shapes_that_follow_from_one_another(good, tmp_path):
    config = config_of(good, "keras")
    first, last = config["config"]["layers"]
    first["config"]["batch_shape"] = config["config"]["build_input_shape"] = [None, 5, 900_000]
    config["build_config"] = last["build_config"] = {"input_shape": [None, 5, 900_000]}
    refused(with_config(good, "keras", config, tmp_path / "bad.keras"), "far more weights than the file has")


def test_layers_that_put_out_gigabytes(good, tmp_path):
    config = config_of(good, "keras")
    for name, size in (("RepeatVector", "n"), ("UpSampling1D", "size")):
        added = {"module": "keras.layers", "class_name": name, "config": {"name": name, size: 100_000}}
        config["config"]["layers"].append({**added, "registered_name": None})
    refused(with_config(good, "keras", config, tmp_path / "bad.keras"), "holds the layer UpSampling1D, which")


# Archives and HDF5 files that are not what they say


def small_outside(path: Path) -> None:
    """An archive whose configuration says that it has 100 bytes, and has 400 million."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new, new.open("config.json", "w") as content:
        for _ in range(400):
            content.write(bytes(1_000_000))
    whole = bytearray(path.read_bytes())
    entry = whole.rindex(b"PK\x01\x02")
    whole[entry + 24 : entry + 28] = struct.pack("<I", 100)
    path.write_bytes(bytes(whole))


def many_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as new:
        for number in range(20_000):
            new.writestr(str(number), b"")


def packed_zeros(path: Path) -> None:
    """An HDF5 file of 300 kB whose array would have 300 million bytes."""
    with h5py.File(path, "w") as whole:
        whole.create_dataset(
            "zeros", data=np.zeros(75_000_000, "f4"), compression="gzip", chunks=(5_000_000,)
        )


def huge_chunk(path: Path) -> None:
    """An array of one number, kept in a piece of 400 million bytes."""
    with h5py.File(path, "w") as whole:
        options = {"maxshape": (None,), "chunks": (100_000_000,), "compression": "gzip"}
        whole.create_dataset("one", (1,), "f4", **options)


def many_groups(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as whole:
        for number in range(5_500):
            whole.create_group(str(number))


def deep_config(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("config.json", '{"a":' * 100_000)


def many_brackets(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("config.json", "[" + "{}," * 1_900_000 + "{}]")


def out_of_the_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("config.json", "{}")
        new.writestr("assets/../../out", "x")


def broken_stream(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("config.json", "{}" * 100)
    whole = bytearray(path.read_bytes())
    start = whole.index(b"config.json") + len("config.json")
    whole[start : start + 4] = b"\xff" * 4
    path.write_bytes(bytes(whole))


def archive_behind_hdf5(path: Path) -> None:
    """An HDF5 file without a model, with a good-looking archive behind it."""
    with h5py.File(path, "w") as whole:
        whole["a"] = np.zeros(3)
    with zipfile.ZipFile(path, "a") as new:
        new.writestr("config.json", "{}")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (small_outside, "save the model again"),
        (many_members, "has more than 5,000 members"),
        (packed_zeros, "would become 300,000,"),
        (huge_chunk, "would become 400,000,"),
        (many_groups, "has more than 5,000 groups and arrays"),
        (deep_config, "is broken (its lists and objects are nested more than 50 deep)"),
        (many_brackets, "is broken (it has more than"),
        (out_of_the_archive, "leads out of the archive"),
        (broken_stream, "is not a whole .keras file"),
        (archive_behind_hdf5, "holds weights and no model"),
    ],
)
def test_a_hostile_file_takes_little_time_and_memory(tmp_path, make: Callable[[Path], None], says):
    path = tmp_path / "bad.keras"
    make(path)
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code, message, keras_is_loaded, seconds, size = json.loads(done.stdout)
    assert (code, keras_is_loaded) == (65, False)
    assert says in message
    assert seconds < MOST_SECONDS
    assert size < MOST_MEMORY


@pytest.mark.parametrize(
    "error", [NotImplementedError, zlib.error, RecursionError, MemoryError, OverflowError]
)
def test_whatever_a_library_raises_is_one_line(good, monkeypatch, error):
    def broken(*_, **__):
        raise error("inside\nof it")

    monkeypatch.setattr(zipfile.ZipFile, "infolist", broken)
    refused(good / "good.keras", "is not a whole .keras file, and no whole .h5 file: save the model again")


NASTY = (None, True, -1, 10**30, 1e300, "", "\x00", "a" * 5000, [], {}, [[]], {"a": {}}, 0.5, ["a"], "get")


def test_no_mutated_configuration_raises_anything_else(good, tmp_path):
    chance = random.Random(0)
    for number in range(40):
        kind = ("keras", "h5")[number % 2]
        config = config_of(good, kind)
        holders: list[Any] = [config]
        for holder in holders:
            parts = holder.values() if isinstance(holder, dict) else holder
            holders += [part for part in parts if isinstance(part, dict | list) and part]
        holder = chance.choice(holders)
        key = chance.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
        holder[key] = chance.choice(NASTY)
        try:
            assert len(nlp_lstm.trace(with_config(good, kind, config, tmp_path / f"bad.{kind}"), X)) == 1
        except NlpLstmError as error:
            assert "\n" not in str(error)  # noqa: PT017
