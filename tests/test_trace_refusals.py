"""What trace() cannot read it refuses, in one line with the name, the class and the reason."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import nlp_lstm
from nlp_lstm.errors import CheckError, DataError, MissingInputError, NlpLstmError, UsageError

IDS = np.array([[1, 2, 3], [4, 5, 0]])


def make_model(*stack: Any, vocabulary: int = 10) -> keras.Model:
    """Word ids -> Embedding -> some layers."""
    embedding = layers.Embedding(vocabulary, 4, name="embedding")
    return keras.Sequential([keras.Input((None,), dtype="int32"), embedding, *stack], name="reader")


@pytest.fixture
def model() -> keras.Model:
    return make_model(layers.LSTM(3, name="lstm"))


def says(error: pytest.ExceptionInfo[NlpLstmError]) -> str:
    """The message, which must be one short line."""
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


class OwnCell(layers.Layer):
    """A cell that Keras does not know."""

    state_size = output_size = 4

    def call(self, inputs, states):
        return inputs, [inputs]


class OwnLstm(layers.LSTM):
    """An LSTM that could compute anything."""


class HidesItsLayers(keras.Model):
    """A model that keeps its layer where Keras does not see it."""

    def __init__(self):
        super().__init__(name="hiding")
        object.__setattr__(self, "hidden", [layers.LSTM(3)])

    def call(self, inputs):
        return self.hidden[0](inputs)


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ([layers.RNN(OwnCell(), name="own")], ("own", "RNN", "OwnCell")),
        ([OwnLstm(3, name="mine")], ("mine", "OwnLstm", "class of its own")),
        ([layers.Reshape((-1, 2, 2, 1)), layers.ConvLSTM2D(2, 1, name="conv")], ("conv", "ConvLSTM2D")),
        ([layers.LSTM(3, name="half", dtype="mixed_float16")], ("half", "LSTM", "float16")),
        ([layers.Dense(3)], ("reader", "no recurrent layer")),
    ],
    ids=["cell", "subclass", "convolution", "half precision", "none"],
)
def test_layers_that_cannot_be_traced(stack, words):
    with pytest.raises(UsageError) as error:
        nlp_lstm.trace(make_model(*stack), IDS)
    assert all(word in says(error) for word in words)


def test_layers_that_cannot_be_reached():
    model = HidesItsLayers()
    model(np.zeros((1, 2, 4)))
    with pytest.raises(
        UsageError, match=r"hiding \(HidesItsLayers\) has no recurrent layer that can be reached"
    ):
        nlp_lstm.trace(model, np.zeros((1, 2, 4)))


def test_a_model_that_is_not_built():
    with pytest.raises(UsageError, match=r"not built: give it a keras\.Input"):
        nlp_lstm.trace(keras.Sequential([layers.LSTM(3)]), IDS)


def test_what_is_no_model():
    with pytest.raises(UsageError, match=r"not a keras\.Model"):
        nlp_lstm.trace([1, 2], IDS)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (np.array([[1, -2]]), "id -2: embedding has the ids 0 to 9"),
        (np.array([[1, 10]]), "id 10: embedding has the ids 0 to 9"),
        (np.array([[1.0, 2.0]]), "ids of type float64, but embedding reads whole numbers"),
        (np.array([1, 2, 3]), "reader cannot read these inputs: .*Expected shape"),
        ([[1, 2, 3]], "inputs hold a single int: give an array"),
        (np.zeros((2, 3, 4, 5), int), "reader cannot read these inputs"),
        (np.zeros((2, 0), int), r"inputs of shape \(2, 0\): give at least one"),
        (np.zeros((0, 3), int), r"inputs of shape \(0, 3\): give at least one"),
        (np.array([["the", "sky"]]), "reader cannot read these inputs"),
    ],
    ids=["negative", "beyond", "float", "rank 1", "list", "rank 4", "no words", "no sentences", "text"],
)
def test_inputs_that_do_not_fit(model, ids, words):
    before = dict(vars(model.get_layer("lstm")))
    with pytest.raises(DataError, match=words) as error:
        nlp_lstm.trace(model, ids)
    says(error)
    assert vars(model.get_layer("lstm")) == before  # nothing of the watching is left


def test_inputs_that_are_not_finite():
    model = keras.Sequential([keras.Input((None, 4)), layers.LSTM(3, name="lstm")])
    with pytest.raises(DataError, match="lstm reads values that are not finite"):
        nlp_lstm.trace(model, np.full((1, 2, 4), np.nan))


def test_a_state_that_overflows():
    layer = layers.SimpleRNN(30, activation="relu", name="grows")
    model = keras.Sequential([keras.Input((None, 4)), layer])
    model.set_weights([np.full(weight.shape, 3.0) for weight in model.get_weights()])
    with pytest.raises(DataError, match="the hidden_state of layer grows is not finite on these inputs"):
        nlp_lstm.trace(model, np.ones((1, 60, 4)))


def test_weights_that_are_not_finite(model):
    kernel = model.get_layer("lstm").cell.recurrent_kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(DataError, match=r"lstm/lstm_cell/recurrent_kernel .* is not all finite"):
        nlp_lstm.trace(model, IDS)


def test_a_result_that_is_not_keras_s_own_is_never_given(model, monkeypatch):
    """The check of every call, against a Keras whose cell computes something else."""
    own_call = layers.LSTMCell.call

    def other_call(self, inputs, states, training=False):
        h, states = own_call(self, inputs, states, training)
        return 0.9 * h, [0.9 * h, states[1]]

    monkeypatch.setattr(layers.LSTMCell, "call", other_call)
    with pytest.raises(
        CheckError, match=r"layer lstm puts out a hidden_state that differs by 0\.\d+"
    ) as error:
        nlp_lstm.trace(model, IDS)
    assert error.value.exit_code == 70


# Files


@pytest.fixture
def file(model, tmp_path) -> Path:
    model.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def rewrite(file: Path, change) -> None:
    """Change the configuration inside a `.keras` file."""
    whole = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                content = json.dumps(change(json.loads(content))).encode()
            new.writestr(name, content)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_gives_what_its_model_gives(model, file, kind):
    (ours,), (known,) = nlp_lstm.trace(kind(file), IDS).values(), nlp_lstm.trace(model, IDS).values()
    for part, values in known.parts.items():
        np.testing.assert_array_equal(ours.parts[part], values)


def test_files_that_are_not_there_or_not_whole(file, tmp_path):
    with pytest.raises(MissingInputError, match=r"no\.keras is not there"):
        nlp_lstm.trace(tmp_path / "no.keras", IDS)
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(DataError, match=r"folder\.keras is a folder"):
        nlp_lstm.trace(tmp_path / "folder.keras", IDS)
    (tmp_path / "old.h5").write_bytes(b"HDF")
    with pytest.raises(DataError, match=r"old\.h5 \(3 bytes\) is not a whole \.keras file"):
        nlp_lstm.trace(tmp_path / "old.h5", IDS)
    for name, content in (("empty", b""), ("cut", file.read_bytes()[:-200]), ("text", b"hello")):
        path = tmp_path / f"{name}.keras"
        path.write_bytes(content)
        with pytest.raises(
            DataError, match=rf"{name}\.keras \({len(content)} bytes\) is not a whole"
        ) as error:
            nlp_lstm.trace(path, IDS)
        says(error)


def test_a_file_without_its_weights(file):
    whole = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if not name.endswith(".h5"):
                new.writestr(name, old.read(name))
    with pytest.raises(DataError, match=r"has no weights for a layer with .*: save the model again") as error:
        nlp_lstm.trace(file, IDS)
    says(error)


def test_a_lambda_is_refused_without_being_run(tmp_path):
    mark = tmp_path / "run"
    path = str(mark)
    made = make_model(layers.Lambda(lambda x: (open(path, "a").close(), x)[1]), layers.LSTM(3))
    made.save(tmp_path / "lambda.keras")
    mark.unlink()  # building the model has run it
    with pytest.raises(DataError, match="holds a Lambda"):
        nlp_lstm.trace(tmp_path / "lambda.keras", IDS)
    assert not mark.exists()


def test_classes_from_elsewhere_are_refused(file):
    def elsewhere(config):
        config["config"]["layers"][-1] |= {"module": "shutil", "class_name": "rmtree"}
        return config

    rewrite(file, elsewhere)
    with pytest.raises(DataError, match=r"holds shutil\.rmtree: only Keras's own"):
        nlp_lstm.trace(file, IDS)


def test_a_run_is_traced_by_name_too(two_runs):
    named = nlp_lstm.trace("sentiment-001", "the sky")
    loaded = nlp_lstm.trace(nlp_lstm.load_run("sentiment-001"), "the sky")
    assert list(named) == list(loaded)
    shutil.rmtree("runs/sentiment-001")
    with pytest.raises(MissingInputError, match="no run 'sentiment-001'"):
        nlp_lstm.trace("sentiment-001", "the sky")
