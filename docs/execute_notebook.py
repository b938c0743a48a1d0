"""Execute a notebook: `python docs/execute_notebook.py notebooks/NAME.ipynb docs/learn/NAME.ipynb`.

It runs in an empty folder, as a student would run it, and is written with its outputs to the second path. The
tests and the documentation share these copies.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

SECONDS = 600  # for one cell on a busy machine; a whole notebook takes under 180 on 2 free cores


def execute(source: Path, output: Path) -> None:
    """Run all cells of a notebook and write it with what they showed; the first cell that fails raises."""
    notebook = nbformat.read(source, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=resources).execute()
    output.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, output)


if __name__ == "__main__":
    execute(*map(Path, sys.argv[1:]))
