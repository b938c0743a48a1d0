"""What is installed is the package alone, tasks and all, and it runs from an empty folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nlp_lstm.corpora._boxed import BOX
from nlp_lstm.store.cards import CARDS

FILES = ("card.md", "history.csv", "run.json", "tokenizer.json", "weights.safetensors")
ROOT = Path(__file__).parent.parent


SHIPPED = ROOT / "nlp_lstm" / "store" / "shipped"
MOST_BYTES = 20_000_000  # of the wheel


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """A folder with the content of the built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("nlp_lstm", "tasks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    assert wheel.stat().st_size <= MOST_BYTES
    zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_only_top_level_name_is_our_own(unpacked):
    names = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"nlp_lstm"}


def test_every_module_is_in_the_wheel(unpacked):
    def modules(folder: Path) -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*.py*") if path.suffix != ".pyc"}

    expected = modules(ROOT / "nlp_lstm") | {f"tasks/{name}" for name in modules(ROOT / "tasks")}
    assert modules(unpacked / "nlp_lstm") == expected


def test_type_checkers_are_told_that_the_package_is_typed(unpacked):
    assert (unpacked / "nlp_lstm" / "py.typed").is_file()


def test_it_runs_from_an_empty_folder(unpacked, tmp_path):
    code = (
        "import nlp_lstm, nlp_lstm.cli; print(nlp_lstm.__file__); print(*nlp_lstm.task_names()); "
        "print(len(nlp_lstm.load_corpus('mini').train)); print(len(nlp_lstm.load_corpus('reviews').train))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, tasks, sentences, reviews = done.stdout.splitlines()
    assert Path(where).is_relative_to(unpacked)
    assert tasks.split() == ["next-word", "sentiment", "tagging"]
    assert int(sentences) > 1000
    assert int(reviews) == 1200


def test_the_shipped_runs_are_in_the_wheel_with_their_cards(unpacked):
    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    found = files(unpacked / "nlp_lstm" / "store" / "shipped")
    assert set(found) == {f"{name}/{file}" for name in CARDS for file in FILES}
    assert sum(map(len, found.values())) <= 13_000_000
    assert found == files(SHIPPED)


def test_the_texts_are_in_the_wheel_with_their_terms(unpacked):
    found = {path.name: path.read_bytes() for path in (unpacked / "nlp_lstm/corpora/boxed").iterdir()}
    assert found == {path.name: path.read_bytes() for path in BOX.iterdir()}
    (terms,) = unpacked.glob("*.dist-info/licenses/nlp_lstm/corpora/boxed/README.md")
    assert terms.read_bytes() == found["README.md"]


def test_the_page_that_explore_makes_is_in_the_wheel(unpacked):
    web = ROOT / "nlp_lstm" / "explorer" / "web"
    found = {path.name: path.read_bytes() for path in (unpacked / "nlp_lstm/explorer/web").iterdir()}
    assert found == {path.name: path.read_bytes() for path in web.iterdir()}
    assert {"page.html", "page.css", "app.js"} <= set(found)


WITHOUT_KERAS = """
import sys
from nlp_lstm.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
assert not {"keras", "tensorflow", "datasets", "sklearn"} & set(sys.modules)
"""


def test_probe_works_from_an_empty_folder_without_keras(unpacked, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, "probe", "the film is not bad"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "nlp-lstm: reading with next-word-stories (shipped) and sentiment-sst (shipped); "
        "--run RUN names another\n"
    )
    for task, name in (("next-word", "next-word-stories"), ("sentiment", "sentiment-sst")):
        assert f"{task}, {name}, layer_" in done.stdout
