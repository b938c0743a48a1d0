"""What `run.json` may hold: the schema for other programs and the checks in Python say the same."""

import copy
import functools
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import nlp_lstm
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.settings import Settings
from nlp_lstm.store import folders
from nlp_lstm.store.records import FORMAT, GROUPS, METRIC
from nlp_lstm.store.run import load_run, record, run_from, save_run
from nlp_lstm.store.storage import check_record

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/look_up/run.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
METRICS = "results metrics accuracy"


def holds(told: dict[str, Any]) -> bool:
    """Whether a record keeps to the schema."""
    return VALIDATOR.is_valid(told)


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["sentiment-sst", "next-word-stories"])
def test_the_shipped_runs_keep_to_the_schema(name):
    VALIDATOR.validate(read(folders.SHIPPED / name))


@pytest.mark.parametrize("task", ["sentiment", "next-word", "tagging"])
def test_a_run_of_random_weights_keeps_to_the_schema(here, new_run, task):
    new_run(Path("a"), task)
    VALIDATOR.validate(read(Path("a")))


def test_a_run_that_was_trained_keeps_to_the_schema(here):
    rows = "".join(f"a fine film;{label}\n" for label in ("pos", "neg") * 10)
    Path("reviews.csv").write_text(f"what;why\n{rows}", encoding="utf-8")
    Path("vectors.txt").write_text("fine 1 2 3\nfilm 4 5 6\n", encoding="utf-8")
    told: dict[str, Any] = {
        "text_column": "what",
        "label_column": "why",
        "separator": ";",
        "vectors": "vectors.txt",
    }
    run = nlp_lstm.train("sentiment", "reviews.csv", run="r", limit=18, epochs=1, units=4, **told)
    VALIDATOR.validate(read(Path("r")))
    assert load_run("r").reading == run.reading
    assert run.reading.tokenized is False


def change(told: dict[str, Any], where: str, value: Any) -> None:
    """Set an entry that names lead to; leave it out if the value is `...`."""
    *above, last = where.split()
    entry = functools.reduce(lambda entry, name: entry[name], above, told)
    if value is ...:
        del entry[last]
    else:
        entry[last] = value


BROKEN = [
    ("format", 1),
    ("format", 3),
    ("format", "2"),
    ("format", ...),
    *[(group, ...) for group in (*GROUPS, "files")],
    *[(group, [1]) for group in (*GROUPS, "files")],
    ("module", "keras"),
    *[(f"model {name}", ...) for name in GROUPS["model"]],
    ("model task", 7),
    ("model class_name", "Sequential"),
    ("model label_names", "good"),
    ("model label_names", [1]),
    ("model versions keras", 3),
    ("model settings units", "many"),
    ("model settings units", True),
    ("model settings units", 0),
    ("model settings dropout", 0.99),
    ("model settings dropout", None),
    ("model settings cell", "transformer"),
    ("model settings keep", "first"),
    ("model settings hidden_size", 5),
    *[(f"reading {name}", ...) for name in ("tokenized", "lowercase", "normalizer")],
    ("reading tokenized", "yes"),
    ("reading lowercase", None),
    ("reading starts_with_eos", None),
    ("reading ends_with_stop", "yes"),
    ("reading normalizer", ["NFC"]),
    ("reading normalizer", "straight apostrophes"),
    ("reading splitter", "2"),
    ("data source", 7),
    ("data labels", None),
    ("data classes", "five"),
    ("data limit", 0),
    ("data limit", "few"),
    ("data sha256", {"train": "0123"}),
    ("data sha256", [1]),
    ("data subphrases", "yes"),
    ("data vectors_share", 1.5),
    ("data separator", 1),
    ("data header", "yes"),
    ("data notes", [1]),
    *[(f"results {name}", ...) for name in GROUPS["results"]],
    ("results status", "crashed"),
    ("results seconds", -1),
    ("results seconds", "long"),
    ("results best", 1),
    *[(f"{METRICS} {name}", ...) for name in METRIC],
    (METRICS, 0.5),
    (f"{METRICS} model", "good"),
    (f"{METRICS} interval", [0.1]),
    (f"{METRICS} interval", [0.1, None]),
    (f"{METRICS} interval", 0.1),
    (f"{METRICS} n", 1.5),
    (f"{METRICS} n", -1),
    (f"{METRICS} baselines", None),
    (f"{METRICS} baselines majority", "good"),
    (f"{METRICS} baseline", 0.1),
    ("files weights.safetensors", ...),
    ("files model.keras", {"bytes": 1, "sha256": "0" * 64}),
    ("files history.csv bytes", -1),
    ("files history.csv bytes", "few"),
    ("files history.csv sha256", "0123"),
    ("files history.csv md5", "0123"),
]


@pytest.mark.parametrize(("where", "value"), BROKEN, ids=lambda value: str(value).replace(" ", "."))
def test_a_broken_record_is_refused_by_the_schema_and_by_the_checks(here, new_run, where, value):
    new_run(Path("a"))
    told = read(Path("a"))
    assert holds(told)
    change(told, where, value)
    assert not holds(told)
    Path("a/run.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(NlpLstmError) as error:
        load_run("a")
    assert str(Path("a")) in str(error.value)
    assert error.value.exit_code == 65


def test_other_entries_of_the_data_and_entries_with_a_default_may_be_there_or_not(here, new_run):
    new_run(Path("a"))
    told = read(Path("a"))
    for where, value in (
        ("data weather", "fine"),
        ("data source", ...),
        ("reading starts_with_eos", ...),
        ("reading ends_with_stop", ...),
        ("model settings keep", ...),
        ("results metrics", {}),
    ):
        change(told, where, value)
    assert holds(told)
    Path("a/run.json").write_text(json.dumps(told), encoding="utf-8")
    run = load_run("a")
    assert (run.reading.starts_with_eos, run.settings.keep) == (False, "best")
    assert run.data["weather"] == "fine"


def test_the_schema_has_the_entries_and_ranges_that_the_code_has():
    groups = SCHEMA["properties"]
    assert groups["format"]["const"] == FORMAT
    for group, kinds in GROUPS.items():
        assert set(groups[group]["properties"]) == set(kinds)
        needed = {name for name, kind in kinds.items() if kind.needed}
        assert set(groups[group].get("required", ())) == needed
    assert set(SCHEMA["$defs"]["metric"]["properties"]) == set(METRIC)
    settings = groups["model"]["properties"]["settings"]["properties"]
    assert list(settings) == [entry.name for entry in fields(Settings)]
    for entry in fields(Settings):
        told = settings[entry.name]
        assert told["description"] == entry.metadata["help"]
        assert told.get("minimum") == entry.metadata["minimum"]
        assert told.get("maximum") == entry.metadata["maximum"]
        choices = CELLS.names() if entry.name == "cell" else list(entry.metadata["choices"])
        assert told.get("enum", []) == choices


def test_every_entry_has_a_description():
    def walk(entry: Any, name: str = "") -> None:
        for below, told in entry.get("properties", {}).items():
            assert told.get("description", "")[-1:], f"{name} {below}"
            walk(told, f"{name} {below}")

    walk(SCHEMA)
    for name, told in SCHEMA["$defs"].items():
        assert told["description"]
        walk(told, name)


def test_a_record_and_what_is_read_from_it_are_each_other_s_inverse(here, new_run):
    run = new_run(Path("a"), "next-word")
    groups = record(run)
    assert groups == json.loads(json.dumps(groups))
    check_record(groups, "here")
    again = run_from(groups, run.path, run.vocabulary, run.weights, run.history)
    assert again == run
    assert again.sha256 == run.sha256
    broken = copy.deepcopy(groups)
    broken["results"]["status"] = "crashed"
    with pytest.raises(
        NlpLstmError, match="b has status 'crashed': it must be one of finished, interrupted, d"
    ):
        run_from(broken, Path("b"), run.vocabulary, run.weights, run.history)


def test_what_a_run_answers_rests_on_how_it_reads(here, new_run):
    run = new_run(Path("a"))
    other = replace(run, reading=replace(run.reading, tokenized=True))
    assert run.sha256 != other.sha256
    save_run(replace(other, path=Path("b")))
    assert load_run("b").sha256 == other.sha256


def test_a_reading_that_is_not_the_vocabulary_s_is_refused(here, new_run):
    run = new_run(Path("a"))
    with pytest.raises(
        NlpLstmError, match="a says of its reading lowercase False, but its vocabulary has True"
    ):
        replace(run, reading=replace(run.reading, lowercase=False))
