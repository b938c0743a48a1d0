"""What lies beside a run: folders that are no whole run are named and passed over, never fatal."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

import nlp_lstm
from nlp_lstm.store import folders
from nlp_lstm.store.folders import list_runs, look_through
from nlp_lstm.store.run import default_run, default_runs, load_run, newest_run

HUGE = 40_000_000_000  # bytes of a sparse file


def flip(file: Path) -> None:
    raw = file.read_bytes()
    file.write_bytes(bytes([*raw[:-9], raw[-9] ^ 1, *raw[-8:]]))


def instead(file: Path, make: Callable[[Path], object]) -> None:
    file.unlink()
    make(file)


def in_format(file: Path, number: int) -> None:
    record = json.loads(file.read_text())
    record["format"] = number
    record["model"]["versions"]["nlp-lstm"] = "9.8"
    file.write_text(json.dumps(record))


# What is done to the folder of the newest run, and the reason as it is told.
NEIGHBOURS = {
    "cut weights": (
        lambda run: os.truncate(run / "weights.safetensors", 12),
        "weights.safetensors is not the file that was saved",
    ),
    "no tokenizer": (lambda run: (run / "tokenizer.json").unlink(), "tokenizer.json is missing"),
    "history is a folder": (
        lambda run: instead(run / "history.csv", Path.mkdir),
        "history.csv is not a file",
    ),
    "huge weights": (
        lambda run: os.truncate(run / "weights.safetensors", HUGE),
        "weights.safetensors is not the file that was saved",
    ),
    "huge record": (
        lambda run: os.truncate(run / "run.json", HUGE),
        "run.json has 40,000,000,000 bytes",
    ),
    "empty record": (lambda run: os.truncate(run / "run.json", 0), "run.json is cut or not a file of a run"),
    "record of another tool": (
        lambda run: (run / "run.json").write_text('{"id": 7, "status": "done"}'),
        "run.json is not the record of a run",
    ),
    "record that is a list": (
        lambda run: (run / "run.json").write_text("[1]"),
        "run.json is not the record of a run",
    ),
    "pipe": (lambda run: instead(run / "run.json", os.mkfifo), "run.json is not a file"),
    "folder": (lambda run: instead(run / "run.json", Path.mkdir), "run.json is not a file"),
    "dangling link": (
        lambda run: instead(run / "run.json", lambda file: file.symlink_to("nowhere")),
        "run.json is missing",
    ),
    "link to itself": (
        lambda run: instead(run / "run.json", lambda file: file.symlink_to("run.json")),
        "cannot read run.json",
    ),
    "format 1": (
        lambda run: in_format(run / "run.json", 1),
        "run.json has format 1, which was never released",
    ),
    "format 3": (lambda run: in_format(run / "run.json", 3), "run.json has format 3"),
    "no record": (lambda run: (run / "run.json").unlink(), "run.json is missing"),
}


@pytest.fixture
def neighbour(two_runs, new_run) -> Path:
    """The folder of a third run, which is the newest."""
    for seconds, name in enumerate(("next-word-001", "sentiment-001", "sentiment-002")):
        path = Path("runs", name)
        if not path.exists():
            new_run(path, "sentiment", seed=2)
        os.utime(path / "run.json", (1000 + seconds, 1000 + seconds))
    return path


@pytest.mark.parametrize(("damage", "reason"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_a_damaged_neighbour_is_named_and_passed_over(neighbour, cli, damage, reason):
    damage(neighbour)
    done = cli("runs", "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["damaged"] == f"sentiment-002 ({reason})"
    assert [row["run"] for row in told["tables"][0]["rows"]] == ["next-word-001", "sentiment-001"]
    assert f"damaged: sentiment-002 ({reason})" in " ".join(cli("runs").out.split())
    for command in (("probe", "the sky"), ("predict", "the sky"), ("evaluate", "--quiet")):
        done = cli(*command)
        assert (done.code, done.told) == (0, f"nlp-lstm: passed over runs/sentiment-002 ({reason})\n"), (
            command
        )
        assert "sentiment-001" in done.out
    assert cli("generate", "the sky").code == 0
    assert newest_run("sentiment").name == default_run().name == "sentiment-001"
    assert [run.name for run in default_runs()] == ["next-word-001", "sentiment-001"]
    assert nlp_lstm.predict("the sky").facts["run"] == "sentiment-001"


@pytest.mark.parametrize("file", ["weights.safetensors", "tokenizer.json", "history.csv"])
def test_a_changed_bit_is_found_when_the_run_is_loaded_and_the_next_newest_is_used(neighbour, cli, file):
    flip(neighbour / file)
    assert [path.name for path, _ in list_runs()][-1] == "sentiment-002"
    done = cli("predict", "the sky", "--json")
    assert json.loads(done.out)["run"] == "sentiment-001"
    assert done.told == f"nlp-lstm: passed over runs/sentiment-002 ({file} is not the file that was saved)\n"
    assert newest_run().name == "sentiment-001"
    assert [run.name for run in default_runs()] == ["next-word-001", "sentiment-001"]


def test_what_is_older_than_the_run_that_is_used_is_not_told(neighbour, cli):
    os.truncate("runs/sentiment-001/weights.safetensors", 12)
    assert cli("predict", "the sky").told == ""
    assert cli("probe", "the sky").told == ""


def test_a_task_without_a_whole_run_is_told(neighbour, cli):
    os.truncate("runs/next-word-001/weights.safetensors", 12)
    done = cli("probe", "the sky")
    assert done.told == (
        "nlp-lstm: passed over runs/next-word-001 (weights.safetensors is not the file that was saved)\n"
    )
    done = cli("generate", "the sky")
    assert (done.code, done.err.splitlines()[0]) == (66, done.err.splitlines()[0])
    assert done.err.splitlines()[0].startswith("nlp-lstm: passed over runs/next-word-001 (")
    assert "no next-word run in runs/" in done.err.splitlines()[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root looks into every folder")
def test_a_folder_without_permission_is_passed_over(neighbour, cli):
    os.chmod(neighbour, 0)
    try:
        assert "sentiment-002 (cannot read run.json)" in json.loads(cli("runs", "--json").out)["damaged"]
        assert cli("predict", "the sky").err.startswith("nlp-lstm: passed over runs/sentiment-002")
    finally:
        os.chmod(neighbour, 0o700)


def test_a_folder_that_refuses_to_be_looked_into_is_passed_over(neighbour, cli, monkeypatch):
    """As root may look into every folder, the refusal is made up."""
    look = Path.stat

    def refuse(path: Path, **options):
        if path.parent.name == neighbour.name:
            raise PermissionError(13, "Permission denied")
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    assert json.loads(cli("runs", "--json").out)["damaged"] == "sentiment-002 (cannot read run.json)"
    assert cli("predict", "the sky").told == (
        "nlp-lstm: passed over runs/sentiment-002 (cannot read run.json)\n"
    )


def test_what_was_never_a_run_is_not_named(neighbour, cli):
    for name in ("tensorboard-sentiment-002", ".hidden"):
        Path("runs", name).mkdir()
        Path("runs", name, "events").touch()
    Path("runs/notes.txt").touch()
    Path("runs/link").symlink_to("nowhere")
    Path("runs/training").mkdir()
    Path("runs/training/.lock").touch()
    told = json.loads(cli("runs", "--json").out)
    assert "damaged" not in told or told["damaged"] is None
    assert len(look_through()) == 3


def test_an_unfinished_training_is_named_and_how_to_go_on(neighbour, cli):
    Path("runs/sentiment-003").mkdir()
    Path("runs/sentiment-003/checkpoint.safetensors").write_bytes(b"x")
    told = json.loads(cli("runs", "--json").out)
    assert told["unfinished"] == "sentiment-003 (continue with `nlp-lstm train --resume runs/sentiment-003`)"
    with FileLock("runs/sentiment-003/.lock"):
        told = json.loads(cli("runs", "--json").out)
    assert (told["in training"], told.get("unfinished")) == ("sentiment-003", None)
    assert "unfinished" in json.loads(cli("runs", "--json").out)
    done = cli("predict", "the sky", "--json")
    assert (json.loads(done.out)["run"], done.told) == ("sentiment-002", "")
    done = cli("predict", "the sky", "--run", "sentiment-003")
    assert (done.code, done.err) == (
        66,
        "nlp-lstm: runs/sentiment-003 holds a training that was not finished: continue it with "
        "`nlp-lstm train --resume runs/sentiment-003`\n",
    )
    done = cli("train", "--run", "runs/sentiment-003")
    assert (done.code, done.err) == (
        2,
        "nlp-lstm: runs/sentiment-003 holds a training that was not finished: continue it with "
        "`nlp-lstm train --resume runs/sentiment-003`, or give another --run\n",
    )


def test_where_all_are_damaged_the_shipped_ones_are_used(
    neighbour, cli, ship_stand_ins, monkeypatch, tmp_path_factory
):
    shipped = tmp_path_factory.mktemp("shipped")
    ship_stand_ins(shipped)
    monkeypatch.setattr(folders, "SHIPPED", shipped)
    for path in Path("runs").iterdir():
        flip(path / "weights.safetensors")
    done = cli("probe", "the sky")
    assert done.code == 0
    assert done.err.count("passed over runs/") == 3
    assert "reading with next-word-stories (shipped) and sentiment-sst (shipped)" in done.err
    shutil.rmtree(shipped / "sentiment-sst")
    assert cli("predict", "the sky").code == 66
    assert load_run("next-word-stories").shipped


def test_runs_clears_what_killed_commands_have_left(neighbour, cli):
    left = [Path("runs/.a.999999999.partial"), neighbour / ".weights.safetensors.999999999.partial"]
    for path in left:
        path.touch()
    cli("runs")
    assert not any(path.exists() for path in left)
