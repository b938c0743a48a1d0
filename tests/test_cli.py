"""The commands as a user types them, and that each says the same as the Python verb of its name."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.cli import cli as commands
from nlp_lstm.settings import Settings
from nlp_lstm.store.run import save_run
from nlp_lstm.text.vocabulary import EOS, PAD, UNK

TINY = ("--limit", "60", "--units", "6", "--embedding-dim", "5", "--batch-size", "16", "--timesteps", "24")
SENTENCE = "the sky is blue, therefore the baby elephant is crying"
FORMATS = ["conll", "counting", "folders", "hub", "mini", "reviews", "sst", "sst-mixed", "stories"]
FORMATS += ["table", "text"]
WORDS = ["the", "sky", "is", "blue", ",", "therefore", "the", "baby", "elephant", "is", "crying"]
PARTS = {
    "lstm": ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"],
    "gru": ["update_gate", "reset_gate", "candidate", "hidden_state"],
    "rnn": ["hidden_state"],
}
HOSTILE = "a\x00b \x1b[31mred\x7f \x9b2J [red]not[/red] good [PAD] [UNK] <unk> \u202eevil 😀👍🏽 שלום"
ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def names() -> Iterator[tuple[str, click.Parameter]]:
    """Every option of every command."""
    for name, command in commands.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield name, parameter


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder where sentiment was trained by the command in a process of its own, next-word in this one."""
    folder = tmp_path_factory.mktemp("trained")
    command = [sys.executable, "-m", "nlp_lstm", "train", *TINY, "--epochs", "2"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    nlp_lstm.train(
        "next-word",
        run=folder / "runs/next-word-001",
        limit=60,
        epochs=1,
        layers=2,
        cell="gru",
        units=6,
        embedding_dim=5,
        batch_size=16,
        timesteps=24,
    )
    return folder, done


@pytest.fixture
def in_trained(trained, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the two trainings as working folder."""
    monkeypatch.chdir(trained[0])
    return trained[0]


# help


def test_every_command_is_in_the_help_and_says_what_it_does(cli):
    done = cli("--help")
    assert done.code == 0
    for name in (
        "train",
        "evaluate",
        "predict",
        "generate",
        "probe",
        "extract",
        "find",
        "runs",
        "presets",
        "export",
        "data",
    ):
        assert re.search(rf"^  {name} +\w", done.out, re.MULTILINE), name
    assert sorted(commands.commands) == sorted(
        re.findall(r"^  (\w+)  ", done.out.partition("Commands:")[2], re.M)
    )


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_is_a_verb_of_the_library(name, cli):
    assert callable(getattr(nlp_lstm, name))
    done = cli(name, "-h")
    assert done.code == 0
    assert done.out.startswith(f"Usage: nlp-lstm {name}")


def test_every_option_has_a_help_text():
    assert [(name, option.name) for name, option in names() if not getattr(option, "help", None)] == []


def test_every_setting_is_an_option_of_train(cli):
    text = cli("train", "--help").out
    for name in Settings.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in text


@pytest.mark.parametrize("name", sorted(set(commands.commands)))
def test_every_command_that_reports_takes_json(name):
    assert (name, "as_json") in {(command, option.name) for command, option in names()}


def test_version_and_completion(cli, monkeypatch):
    assert cli("--version").out == f"nlp-lstm, version {nlp_lstm.__version__}\n"
    monkeypatch.setenv("_NLP_LSTM_COMPLETE", "bash_source")
    assert "complete -o nosort -F _nlp_lstm_completion nlp-lstm" in cli().out


def test_advice_names_the_command_however_it_was_started():
    command = [sys.executable, "-m", "nlp_lstm", "predict"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.endswith("see `nlp-lstm predict --help`\n")


# train


def test_train_keeps_results_and_progress_apart(trained):
    folder, done = trained
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("run: runs/sentiment-001, task: sentiment, status: finished, data: mini")
    for heading in ("model +model_low +model_high +n", "majority +look_up +naive_bayes +tfidf_logistic"):
        assert re.search(f"^metric +{heading}$", done.stdout, re.MULTILINE)
    assert re.search(r"^last_word_accuracy +0\.\d{3}", done.stdout, re.MULTILINE)
    *lines, last = done.stderr.splitlines()
    assert last == 'nlp-lstm: next: nlp-lstm probe "the film is not very funny ." --run sentiment-001'
    assert len(lines) == 2, done.stderr
    for number, line in enumerate(lines, start=1):
        assert re.fullmatch(
            rf"epoch {number}/2  loss \d\.\d+  accuracy \d\.\d+  "
            r"(validation \d\.\d+ after epoch \d  )? ?about \d+ s left",
            line,
        )
    assert "\x1b" not in done.stdout + done.stderr
    assert sorted(os.listdir(folder / "runs/sentiment-001")) == [
        "history.csv",
        "run.json",
        "tokenizer.json",
        "weights.safetensors",
    ]


def test_train_takes_a_new_folder_each_time_and_its_options(in_trained, cli):
    before = {path: path.read_bytes() for path in Path("runs/next-word-001").iterdir()}
    options = (
        "--epochs",
        "1",
        "--no-lowercase",
        "--seed",
        "7",
        "--cell",
        "rnn",
        "--optimizer",
        "sgd",
        "--quiet",
    )
    done = cli("train", "--task", "next-word", *TINY, *options, "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["run"] == "runs/next-word-002"
    assert told["status"] == "finished"
    perplexity = next(row for row in told["tables"][0]["rows"] if row["metric"] == "perplexity")
    assert perplexity["model"] > 1
    assert perplexity["kneser_ney_trigram"] > 1
    run = nlp_lstm.load_run("next-word-002")
    assert (run.settings.cell, run.settings.seed, run.settings.lowercase, run.settings.units) == (
        "rnn",
        7,
        False,
        6,
    )
    assert run.metrics["perplexity"]["model"] == perplexity["model"]
    assert [row["epoch"] for row in run.history] == [1]
    assert {path: path.read_bytes() for path in before} == before


def test_what_one_task_learned_starts_the_other(in_trained, cli):
    done = cli(
        "train",
        "--init-from",
        "next-word-001",
        "--limit",
        "40",
        "--epochs",
        "1",
        "--run",
        "started",
        "--json",
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["run"] == "started"
    run, start = nlp_lstm.load_run("started"), nlp_lstm.load_run("next-word-001")
    assert run.vocabulary.words == start.vocabulary.words
    assert (run.settings.cell, run.settings.layers) == ("gru", 2)


def test_progress_on_a_terminal(here):
    """A bar with epoch, loss, metric and time left; no colour under NO_COLOR; the cursor comes back."""
    command = [sys.executable, "-m", "nlp_lstm", "train", *TINY, "--epochs", "1"]
    shown, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=terminal, env=environment, cwd=here
    ) as process:
        os.close(terminal)
        err = b""
        while True:
            try:
                piece = os.read(shown, 4096)
            except OSError:
                break
            if not piece:
                break
            err += piece
        out = process.communicate(timeout=120)[0].decode()
    os.close(shown)
    text = err.decode()
    assert process.returncode == 0
    assert re.search(r"epoch 1/1  loss \d\.\d+  accuracy \d\.\d+ ━+ 0:00:00 left", text)
    assert not re.search(r"\x1b\[[\d;]*[1-9]\d*m", text)
    assert "WARNING" not in text
    assert "\x1b[?25h" in text.rpartition("━")[2]  # the cursor is shown again
    assert "\x1b" not in out
    assert out.startswith("run: runs/sentiment-001")


# evaluate


def test_evaluate_says_what_training_said_and_what_python_says(in_trained, cli):
    done = cli("evaluate", "sentiment-001", "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    report = nlp_lstm.evaluate("sentiment-001")
    assert told["tables"][0]["rows"] == report.comparisons[0].records()
    assert told["sentences"] == 60
    metrics = nlp_lstm.load_run("sentiment-001").metrics
    for row, (name, metric) in zip(told["tables"][0]["rows"], metrics.items(), strict=True):
        ends = {"model_low": metric["interval"][0], "model_high": metric["interval"][1]}
        figures = {"model": metric["model"], **ends, "n": metric["n"], **metric["baselines"]}
        assert row == {"metric": name, **figures}
    confusion = told["tables"][1]["rows"]
    assert [row["label"] for row in confusion] == ["negative", "neutral", "positive"]


def test_evaluate_takes_data_split_and_limit(in_trained, cli):
    Path("own").mkdir(exist_ok=True)
    Path("own/train.txt").write_text("the sky is blue\nthe grass is green\n")
    Path("own/test.txt").write_text("the sky is green\nthe sky\nthe\n")
    done = cli("evaluate", "next-word-001", "--data", "text:own", "--split", "test", "--limit", "2")
    assert done.code == 0, done.err
    assert done.out.startswith("run: next-word-001, data: text:own, split: test, sentences: 2,\n")
    assert "kneser_ney_trigram" in done.out


# predict, generate


def test_predict_labels_every_word(two_runs, cli):
    told = json.loads(cli("predict", "The sky isn't BLUE", "--run", "sentiment-001", "--json").out)
    report = nlp_lstm.predict("The sky isn't BLUE", "sentiment-001")
    assert told["tables"][0]["rows"] == report.comparisons[0].records()
    rows = told["tables"][0]["rows"]
    assert [row["word"] for row in rows] == ["The", "sky", "is", "n't", "BLUE"]
    traced = nlp_lstm.trace(nlp_lstm.load_run("sentiment-001"), "The sky isn't BLUE")["layer_2"]
    np.testing.assert_allclose([row["probability"] for row in rows], traced.outputs.max(axis=1), rtol=1e-6)
    assert [row["label"] for row in rows] == [
        traced.output_names[best] for best in traced.outputs.argmax(axis=1)
    ]


def test_predict_gives_the_ten_likeliest_next_words(two_runs, cli):
    done = cli("predict", SENTENCE, "--run", "next-word-001")
    assert (done.code, done.err) == (0, "")
    run = nlp_lstm.load_run("next-word-001")
    after = nlp_lstm.trace(run, SENTENCE)["layer_2"].outputs[-1]
    after[[PAD, UNK]] = 0
    after /= after.sum()
    best = np.argsort(-after)[:10]
    _, _, rows = done.out.partition("probability\n")
    shown = [line.split() for line in rows.splitlines()[:10]]
    assert shown == [[run.vocabulary.words[word], f"{after[word]:.3f}"] for word in best]


def test_without_a_name_the_newest_run_is_taken(two_runs, cli):
    os.utime("runs/sentiment-001/run.json", (1, 1))
    assert cli("predict", "the sky").out.startswith("run: next-word-001,")
    os.utime("runs/next-word-001/run.json", (0, 0))
    assert cli("predict", "the sky").out.startswith("run: sentiment-001,")
    assert cli("generate", "the sky").code == 0


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_generate_carries_the_state_as_if_it_read_all_again(here, new_run, cli, cell):
    run = new_run(Path("runs/next-word-001"), "next-word", cell)
    ids = run.vocabulary.encode("the sky").ids.tolist()
    for _ in range(15):
        layers, _ = run.network.read(np.array([ids]))
        scores = run.network.log_probabilities(layers[-1]["hidden_state"][0, -1])
        scores[[PAD, UNK]] = -np.inf
        ids.append(int(scores.argmax()))
    expected = " ".join("\n" if word == EOS else run.vocabulary.words[word] for word in ids[2:])
    added = json.loads(cli("generate", "the sky", "--words", 15, "--temperature", 0, "--json").out)["added"]
    assert added.split() == expected.split()
    assert added.count("\n") == expected.count("\n")
    assert cli("generate", "the sky", "--words", 15, "--top-k", 1).out == f"the sky {added}\n"


def test_generate_repeats_itself_by_seed(two_runs, cli):
    def words(*options):
        return cli("generate", "the sky", "--words", 12, *options).out

    assert words("--seed", 3) == words("--seed", 3)
    assert words("--seed", 3) != words("--seed", 4)
    assert words() == words("--seed", 0, "--temperature", 0.8, "--top-k", 40)
    everything = nlp_lstm.generate("the sky", words=12, top_k=None)
    assert words("--top-k", 10_000) == f"the sky {everything}\n"
    assert words() == f"the sky {nlp_lstm.generate('the sky', words=12)}\n"


@pytest.mark.parametrize("options", [(), ("--temperature", 0), ("--top-k", 3)])
def test_generate_never_writes_reserved_words(two_runs, cli, options):
    """Not even where the model is sure of them; an end of sentence is a line break."""
    run = nlp_lstm.load_run("next-word-001")
    run.weights["output/bias"][[PAD, UNK, EOS]] += 30
    save_run(replace(run, path=Path("sure")))
    assert cli("generate", "the sky", "--run", "sure", "--words", 3, *options).out == "the sky \n\n\n\n"


def test_generate_draws_among_the_likeliest(two_runs, cli):
    run = nlp_lstm.load_run("next-word-001")
    likeliest = {
        line.split()[0] for line in cli("predict", "the sky", "--run", "next-word-001").out.splitlines()[4:7]
    } - {"<unk>"}
    drawn = {
        nlp_lstm.generate("the sky", run, words=1, top_k=2, temperature=9, seed=seed) for seed in range(20)
    }
    assert len(drawn) == 2
    assert {word.strip() or "<eos>" for word in drawn} <= likeliest


# probe


def test_probe_shows_a_row_per_word_for_the_newest_run_of_each_task(two_runs, new_run, cli):
    new_run(Path("runs/sentiment-002"), "sentiment", "gru")
    done = cli("probe", SENTENCE)
    assert (done.code, done.told) == (0, "")
    *_, beside = done.out.split("\n\n")
    assert beside.startswith("sentiment, sentiment-002, layer_2 beside next-word, next-word-001, layer_2\n")
    rows = [line for line in beside.splitlines() if re.match(r"\S+ +\S+ \d\.\d\d ", line)]
    assert [row.split()[0] for row in rows] == WORDS
    assert "\x1b" not in done.out
    yours = "(yours, trained on mini)"
    assert f"reading with next-word-001 {yours} and sentiment-002 {yours}" in done.err


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_probe_table_holds_what_the_states_do(here, new_run, cli, cell):
    new_run(Path("a"), "sentiment", cell)
    told = json.loads(cli("probe", SENTENCE, "--run", "a", "--wide", "--json").out)
    (table,), (_, trace) = told["tables"], told["traces"]
    parts = {name: np.array(values) for name, values in trace["parts"].items()}
    for t, row in enumerate(table["rows"]):
        for name, values in parts.items():
            if name.endswith("_gate"):
                assert row[name] == pytest.approx(values[t].mean(), abs=1e-6)
                open_or_closed = ((values[t] < 0.1) | (values[t] > 0.9)).mean()
                assert row[f"{name}_saturated"] == pytest.approx(open_or_closed)
            elif name.endswith("_state"):
                assert row[f"{name}_norm"] == pytest.approx(np.linalg.norm(values[t]), abs=1e-5)
                if t == 0:
                    assert row[f"{name}_moved"] is None
                else:
                    a, b = values[t - 1], values[t]
                    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
                    assert row[f"{name}_moved"] == pytest.approx(1 - cosine, abs=1e-5)
        best = int(np.argmax(trace["outputs"][t]))
        assert row["says"] == f"{trace['output_names'][best]} {trace['outputs'][t][best]:.2f}"


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("task", ["sentiment", "next-word"])
def test_probe_json_holds_every_array_of_every_layer(here, new_run, cli, task, cell):
    run = new_run(Path("a"), task, cell, layers=3)
    told = json.loads(cli("probe", SENTENCE, "--run", "a", "--format", "json").out)
    assert [(trace["model"], trace["task"], trace["layer"]) for trace in told["traces"]] == [
        ("a", task, f"layer_{number}") for number in (1, 2, 3)
    ]
    for found, known in zip(told["traces"], nlp_lstm.trace(run, SENTENCE).values(), strict=True):
        assert found["words"] == WORDS
        assert list(found["parts"]) == PARTS[cell]
        for name, values in found["parts"].items():
            assert np.shape(values) == (len(WORDS), 5)
            np.testing.assert_array_equal(np.array(values, np.float32), known.parts[name])
        np.testing.assert_array_equal(np.array(found["inputs"], np.float32), known.inputs)
        np.testing.assert_allclose(np.sum(found["outputs"], axis=1), 1, atol=1e-5)
        assert found["output_names"] == list(run.output_names)


def test_probe_takes_a_layer_and_a_unit(two_runs, cli):
    trace = nlp_lstm.trace(nlp_lstm.load_run("sentiment-001"), SENTENCE)["layer_1"]
    options = ("--run", "sentiment-001", "--layer", 1, "--unit", 3)
    (table,) = json.loads(cli("probe", SENTENCE, *options, "--json").out)["tables"]
    assert table["title"] == "sentiment, sentiment-001, layer_1, unit 3"
    for name in PARTS["lstm"]:
        np.testing.assert_allclose([row[name] for row in table["rows"]], trace.parts[name][:, 3], rtol=1e-6)
    text = cli("probe", SENTENCE, *options).out
    rows = [line.split() for line in text.splitlines()[-len(WORDS) - 1 : -1]]
    assert [row[0] for row in rows] == WORDS
    assert rows[3][3:] == [f"{trace.parts[name][3, 3]:.3f}" for name in PARTS["lstm"]]


def test_probe_puts_runs_side_by_side_and_writes_files(two_runs, cli):
    options = ("--run", "next-word-001", "--run", "runs/sentiment-001", "--wide", "--format", "csv")
    shown = cli("probe", SENTENCE, *options)
    written = cli("probe", SENTENCE, *options, "--output", "states.csv")
    assert (written.code, written.out) == (0, "")
    assert Path("states.csv").read_text(encoding="utf-8") == shown.out
    rows = list(csv.DictReader(io.StringIO(shown.out)))  # one table that a single read opens
    for task in ("next-word", "sentiment"):
        own = [row for row in rows if row["table"] == f"{task}, {task}-001, layer_2"]
        assert [row["word"] for row in own] == WORDS
        assert 0 < float(own[-1]["forget_gate"]) < 1
    report = nlp_lstm.probe(SENTENCE, ["next-word-001", "sentiment-001"], wide=True)
    assert [table.title for table in report.comparisons] == [
        f"{task}, {task}-001, layer_2" for task in ("next-word", "sentiment")
    ]
    alone = nlp_lstm.probe(SENTENCE, Path("runs/sentiment-001"), wide=True)
    assert alone.comparisons[0].records() == report.comparisons[1].records()


# text that is not tame


@pytest.mark.parametrize(
    ("command", "view"),
    [("predict", "text"), ("predict", "json"), ("probe", "text"), ("probe", "json"), ("probe", "csv")],
)
def test_any_text_is_inert_and_shown(two_runs, cli, command, view):
    run = ("--run", "sentiment-001")
    options = {"text": (), "json": ("--json",), "csv": ("--format", "csv")}[view]
    done = cli(command, *options, *run, "--", HOSTILE)
    assert (done.code, done.err) == (0, "")
    assert not ACTIVE.search(done.out)
    for word in ("red", "not", "good", "PAD", "UNK", "<unk>", "evil", "😀", "👍🏽", "שלום"):
        assert word in done.out
    assert "␀" in done.out or view == "json"
    if view == "json":
        told = json.loads(done.out)
        assert "".join(row["word"] for row in told["tables"][0]["rows"]) == "".join(HOSTILE.split())


def test_reserved_words_in_a_text_are_unknown_words_to_the_model(two_runs):
    run = nlp_lstm.load_run("sentiment-001")
    ids = run.vocabulary.encode("[PAD] <unk> <eos> [UNK]").ids
    assert not {PAD, EOS} & set(ids.tolist())
    assert np.isfinite(nlp_lstm.trace(run, "[PAD] <unk>")["layer_2"].outputs).all()


def test_text_of_generate_is_shown_as_typed(two_runs, cli):
    done = cli("generate", "--words", 1, "[red]The\x1b[2J sky 😀")
    assert done.out.startswith("[red]The␛[2J sky 😀 ")
    assert "\x1b" not in done.out


# runs, data, export


def test_runs_lists_task_data_settings_and_metrics(in_trained, cli):
    rows = {row["run"]: row for row in json.loads(cli("runs", "--json").out)["tables"][0]["rows"]}
    run = nlp_lstm.load_run("sentiment-001")
    row = rows["sentiment-001"]
    assert (row["task"], row["status"], row["data"], row["cell"], row["units"]) == (
        "sentiment",
        "finished",
        "mini",
        "lstm",
        6,
    )
    assert row["last_word_accuracy"] == run.metrics["last_word_accuracy"]["model"]
    assert rows["next-word-001"]["perplexity"] > 1
    words = nlp_lstm.load_run("next-word-001")
    assert rows["next-word-001"]["vocabulary"] == len(words.vocabulary)
    assert rows["next-word-001"]["lowercase"] == words.reading.lowercase
    assert [row["run"] for row in nlp_lstm.runs().comparisons[0].records()] == list(rows)
    text = cli("runs").out
    assert re.search(r"^next-word-001 +next-word +mini +finished +False", text, re.MULTILINE)
    assert re.search(r"^next-word-001 +gru +2 ", text, re.MULTILINE)


def test_runs_names_broken_and_foreign_folders_apart(two_runs, cli):
    for name, text in (
        ("a", "{}"),
        ("b", '{"format": 1}'),
        ("c", "\udcff"),
        ("d", '{"format": 1, "metrics": 3}'),
    ):
        Path("runs", name).mkdir()
        Path("runs", name, "run.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    Path("runs/e/run.json").mkdir(parents=True)
    done = cli("runs", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert {row["run"] for row in told["tables"][0]["rows"]} == {"sentiment-001", "next-word-001"}
    assert told["damaged"] == (
        "a (run.json is not the record of a run), b (run.json has format 1, which was never released), "
        "c (run.json is cut or not a file of a run), d (run.json has format 1, which was never released), "
        "e (run.json is not a file)"
    )


def test_data_lists_the_formats_and_shows_a_corpus(here, cli):
    formats = json.loads(cli("data", "--json").out)["tables"][0]["rows"]
    assert [row["format"] for row in formats] == FORMATS
    done = cli("data", "mini", "--limit", 7, "--json")
    assert (done.code, done.err) == (0, "")
    counts, labels, examples = json.loads(done.out)["tables"]
    assert [(row["split"], row["sentences"]) for row in counts["rows"]] == [
        ("train", 7),
        ("validation", 7),
        ("test", 7),
    ]
    assert sum(row["of words"] for row in labels["rows"]) == pytest.approx(1)
    assert len(examples["rows"]) == 5
    assert "labels of train" not in cli("data", "mini", "--task", "next-word").out


PLAIN_KERAS = """
import json, sys
import keras, numpy as np
for file, ids, length in json.loads(sys.argv[1]):
    model = keras.models.load_model(file)
    padded = np.zeros((1, length), "int32")
    padded[0, : len(ids)] = ids
    print(json.dumps(model.predict(padded, verbose=0)[0].tolist()))
assert not any(name.startswith("nlp_lstm") for name in sys.modules)
"""


def test_an_exported_model_says_in_plain_keras_what_predict_says(two_runs, cli):
    inputs, known = [], []
    for task in ("sentiment", "next-word"):
        done = cli("export", f"{task}-001", f"{task}.keras", "--format", "keras")
        assert (done.code, done.out, done.err) == (0, f"{task}.keras\n", "")
        run = nlp_lstm.load_run(f"{task}-001")
        inputs.append((f"{task}.keras", run.vocabulary.encode(SENTENCE).ids.tolist(), run.settings.timesteps))
        known.append(nlp_lstm.trace(run, SENTENCE)["layer_2"].outputs)
    command = [sys.executable, "-c", PLAIN_KERAS, json.dumps(inputs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    labels, words = (json.loads(line) for line in done.stdout.splitlines())
    np.testing.assert_allclose(labels[: len(WORDS)], known[0], atol=1e-5)
    np.testing.assert_allclose(words, known[1][-1], atol=1e-5)


# numbers that are not finite


def test_json_stays_valid_where_numbers_overflow():
    from nlp_lstm.report import Comparison, Report
    from nlp_lstm.views import VIEWS

    table = Comparison("t", ["a"], ["b", "c"], [(float("nan"), float("inf"))], "row", "")
    assert json.loads(VIEWS.get("json")(Report((table,))))["tables"][0]["rows"] == [
        {"row": "a", "b": None, "c": None}
    ]
