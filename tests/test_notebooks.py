"""The notebooks run from top to bottom, and are stored without outputs. Their copies: test_lessons.py."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PUZZLES = ROOT / "notebooks/puzzles.ipynb"
LESSONS = [path for path in NOTEBOOKS if path != PUZZLES]
MOST_LINES = 15  # of a code cell

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def sources(path: Path, kind: str) -> list[str]:
    """The text of all cells of a kind, "code" or "markdown"."""
    return [cell.source for cell in read(path).cells if cell.cell_type == kind]


def test_they_are_numbered_in_the_order_of_reading():
    assert [path.name[:2] for path in LESSONS] == [f"{n:02}" for n in range(1, len(LESSONS) + 1)]


@each_notebook
def test_it_runs_in_an_empty_folder(path, tmp_path):
    """All checks pass in this copy, the teacher's. A lesson's stays, since the documentation shows it."""
    output = (tmp_path if path == PUZZLES else ROOT / "docs/learn") / path.name
    output.unlink(missing_ok=True)
    command = [sys.executable, ROOT / "docs/execute_notebook.py", path, output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(cell.execution_count for cell in read(output).cells if cell.cell_type == "code")


@each_notebook
def test_it_is_stored_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert not cell.metadata
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@each_notebook
def test_its_first_cells_say_what_it_teaches_and_install_the_package(path):
    first, install = read(path).cells[:2]
    assert first.source.startswith("# Puzzles\n" if path == PUZZLES else f"# {path.name[:2]} · ")
    for line in ("**You will learn**", "**Takes**", "**Open in Colab:**"):
        assert line in first.source
    assert install.source.startswith("# In Colab, run this first")
    assert 'find_spec("nlp_lstm") is None' in install.source


@each_notebook
def test_its_code_cells_are_short(path):
    for source in sources(path, "code"):
        assert len(source.splitlines()) < MOST_LINES, source
