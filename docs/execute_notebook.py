"""Execute a lesson: `python docs/execute_notebook.py notebooks/NAME.ipynb docs/learn/NAME.ipynb [--student]`.

The teacher's copy runs in an empty folder, and is written with its outputs to the second path. The tests and
the documentation share these copies. With --student it is the untouched student's copy, and an error stops
nothing.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from lesson_copies import copy_for_student, copy_for_teacher
from nbclient import NotebookClient

SECONDS = 600  # for one cell on a busy machine; a whole notebook takes under 180 on 2 free cores


def execute(source: Path, output: Path, student: bool = False) -> None:
    """Run all cells of a copy and write it with what they showed; the first cell that fails raises."""
    make = copy_for_student if student else copy_for_teacher
    notebook = make(nbformat.read(source, as_version=4))
    with tempfile.TemporaryDirectory() as folder:
        options = {"resources": {"metadata": {"path": folder}}, "allow_errors": student}
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", **options).execute()
    output.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, output)


if __name__ == "__main__":
    source, output, *options = sys.argv[1:]
    execute(Path(source), Path(output), student=options == ["--student"])
