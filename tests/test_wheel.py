"""What is installed is the package alone, tasks and all, and it runs from an empty folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
    zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_only_top_level_name_is_our_own(unpacked):
    names = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"nlp_lstm"}


def test_every_module_is_in_the_wheel(unpacked):
    def modules(folder: Path) -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*.py")}

    expected = modules(ROOT / "nlp_lstm") | {f"tasks/{name}" for name in modules(ROOT / "tasks")}
    assert modules(unpacked / "nlp_lstm") == expected


def test_type_checkers_are_told_that_the_package_is_typed(unpacked):
    assert (unpacked / "nlp_lstm" / "py.typed").is_file()


def test_it_runs_from_an_empty_folder(unpacked, tmp_path):
    code = (
        "import nlp_lstm, nlp_lstm.cli; print(nlp_lstm.__file__); print(*nlp_lstm.task_names()); "
        "print(len(nlp_lstm.load_corpus('mini').train))"
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
    where, tasks, sentences = done.stdout.splitlines()
    assert Path(where).is_relative_to(unpacked)
    assert tasks.split() == ["next-word", "sentiment"]
    assert int(sentences) > 1000
