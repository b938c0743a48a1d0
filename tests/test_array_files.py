"""Traces as an xarray.Dataset, a NetCDF file and an npz file: the same numbers, opened elsewhere."""

import importlib.util
import io
import json
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.states.traces import Trace
from nlp_lstm.states.tracing import trace
from nlp_lstm.views import VIEWS

SENTENCE = "the sky is blue and the blue film is good"
WORDS = SENTENCE.split()


@pytest.fixture
def xarray():
    pytest.importorskip("h5netcdf")
    return pytest.importorskip("xarray")


def test_a_trace_is_a_dataset_with_names_for_its_axes(tmp_path, new_run, xarray):
    run = new_run(tmp_path / "run", "next-word")
    for name, one in trace(run, SENTENCE).items():
        data = one.to_xarray()
        assert dict(data.sizes) == {
            "word": 10,
            "unit": 5,
            "input": one.inputs.shape[1],
            "output": run.outputs,
        }
        assert set(data.data_vars) == {*one.parts, "inputs", "outputs"}
        for part, values in one.parts.items():
            assert data[part].dims == ("word", "unit")
            np.testing.assert_array_equal(data[part].values, values)
            assert data[part].dtype == np.float32
        np.testing.assert_array_equal(data["inputs"].values, one.inputs)
        np.testing.assert_array_equal(
            data["outputs"].sel(word=4, output="is"), one.outputs[3, word(run, "is")]
        )
        assert data["word"].values.tolist() == list(range(1, 11))
        assert data["words"].values.tolist() == WORDS
        assert data.attrs == {"model": "run", "layer": name, "task": "next-word"}


def word(run, name: str) -> int:
    return run.output_names.index(name)


def keras_trace() -> Trace:
    """A trace as of a Keras model: no outputs, no task, a name with a slash."""
    random = np.random.default_rng(0)
    parts = {"hidden_state": random.normal(size=(2, 3))}
    return Trace("model", "both/backward", ("a", "b"), random.normal(size=(2, 4)), parts, np.empty((2, 0)))


def test_a_trace_without_outputs_has_no_axis_for_them(xarray):
    data = keras_trace().to_xarray()
    assert dict(data.sizes) == {"word": 2, "unit": 3, "input": 4}
    assert set(data.variables) == {"hidden_state", "inputs", "word", "words"}


@pytest.mark.parametrize("changed", [(), ("--without", 2)])
def test_netcdf_holds_every_layer_of_every_model(two_runs, cli, xarray, changed):
    done = cli("probe", SENTENCE, *changed, "--format", "netcdf", "--output", "states.nc")
    assert (done.code, done.out, done.told) == (0, "", "")
    traces = nlp_lstm.probe(SENTENCE, without=2 if changed else None).traces
    with xarray.open_datatree("states.nc", engine="h5netcdf") as tree:
        assert len([group for group in tree.groups if group.count("/") == 2]) == len(traces)
        for one in traces:
            xarray.testing.assert_identical(
                tree[f"{one.model}/{one.layer}"].to_dataset().load(), one.to_xarray()
            )


def test_netcdf_holds_a_trace_without_outputs(tmp_path, xarray):
    (tmp_path / "a.nc").write_bytes(VIEWS.get("netcdf")(Report((), (keras_trace(),))))  # type: ignore
    with xarray.open_dataset(tmp_path / "a.nc", group="model/both/backward", engine="h5netcdf") as data:
        np.testing.assert_array_equal(data["hidden_state"], keras_trace().parts["hidden_state"])


def test_npz_holds_every_array_by_model_layer_and_part(two_runs, cli):
    done = cli("probe", SENTENCE, "--format", "npz", "--output", "states.npz")
    assert (done.code, done.out, done.told) == (0, "", "")
    with np.load("states.npz", allow_pickle=False) as found:
        for name in ("sentiment-001", "next-word-001"):
            run = nlp_lstm.load_run(name)
            assert found[f"{name}/words"].tolist() == WORDS
            assert found[f"{name}/output_names"].tolist() == list(run.output_names)
            for layer, one in trace(run, SENTENCE).items():
                np.testing.assert_array_equal(found[f"{name}/{layer}/inputs"], one.inputs)
                np.testing.assert_array_equal(found[f"{name}/outputs"], one.outputs)
                for part, values in one.parts.items():
                    np.testing.assert_array_equal(found[f"{name}/{layer}/{part}"], values)
        assert len(found.files) == 2 * (2 * (6 + 1) + 3)


def test_npz_holds_a_trace_without_outputs():
    shown = VIEWS.get("npz")(Report((), (keras_trace(),)))
    with np.load(io.BytesIO(shown)) as found:  # type: ignore
        assert sorted(found) == [
            "model/both/backward/hidden_state",
            "model/both/backward/inputs",
            "model/words",
        ]


@pytest.mark.parametrize("view", ["netcdf", "npz"])
def test_any_word_can_be_held(two_runs, cli, xarray, view):
    text = "a\x00b \x1b[31mred 😀 שלום"
    assert cli("probe", text, "--format", view, "--output", "file").code == 0
    if view == "npz":
        words = np.load("file")["sentiment-001/words"].tolist()
    else:
        with xarray.open_dataset("file", group="sentiment-001/layer_1", engine="h5netcdf") as data:
            words = data["words"].values.tolist()
    assert "".join(words) == "a␀b␛[31mred😀שלום"


# what is refused


@pytest.mark.parametrize("view", ["netcdf", "npz"])
def test_bytes_are_not_printed(two_runs, cli, xarray, view):
    done = cli("probe", SENTENCE, "--format", view)
    assert (done.code, done.out) == (2, "")
    assert f"format {view} is not text: name a file with --output" in done.err
    assert cli("probe", SENTENCE, "--format", view, "--output", "no/such/folder").code == 74


@pytest.mark.parametrize("view", ["netcdf", "npz"])
def test_a_report_that_has_no_arrays_is_not_written(view):
    with pytest.raises(UsageError, match="nothing to write"):
        VIEWS.get(view)(Report(()))


@pytest.mark.parametrize("view", ["netcdf", "npz"])
def test_two_runs_of_one_name_do_not_overwrite_each_other(here, new_run, cli, view):
    for folder in ("a", "b"):
        new_run(Path(folder, "run"))
    options = ("--run", "a/run", "--run", "b/run", "--format", view, "--output", "file")
    done = cli("probe", SENTENCE, *options)
    assert done.code == 2
    assert "two runs of the same name" in done.err
    assert not Path("file").exists()


@pytest.mark.parametrize("missing", ["xarray", "h5netcdf"])
def test_without_the_extra_the_error_names_it(two_runs, cli, monkeypatch, xarray, missing):
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else find(name))
    done = cli("probe", SENTENCE, "--format", "netcdf", "--output", "file")
    assert done.code == 66
    assert done.err == f"nlp-lstm: {missing} is not installed: pip install 'nlp-lstm[xarray]'\n"
    if missing == "xarray":
        with pytest.raises(MissingInputError, match=r"nlp-lstm\[xarray\]"):
            keras_trace().to_xarray()


def test_json_is_as_it_was(two_runs, cli):
    told = json.loads(cli("probe", SENTENCE, "--wide", "--json").out)
    assert len(told["tables"]) == 2
    assert len(told["traces"]) == 4
