"""Make the student's and the teacher's copy of every lesson: `python docs/lesson_copies.py build/lessons`.

The files in notebooks/ hold the solutions, between the marks of otter-grader's `otter assign`. Unlike its
copies, these need no otter to check an answer: a check is a cell of plain asserts.

    answer = 3  # SOLUTION                        student: answer = ...
    # BEGIN SOLUTION / # END SOLUTION             student: the lines in between become one `...`
    raw cells # BEGIN SOLUTION / # END SOLUTION   student: the cells in between are gone

The teacher's copy has the solutions, and no copy has a mark. Both copies know where the project is published.
"""

import copy
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
WHOLE_LINE = re.compile(r"^(?P<indent>\s*)(?:(?P<left>[^=#]*?) = )?[^\n]*?  # SOLUTION$")

# "https://github.com/OWNER/NAME" once the project is published there, with the copies on a branch `lessons`.
REPOSITORY = ""
UPLOAD = "File → Upload notebook, choose this file, then run the next cell."
PACKAGE = re.compile(r"(?<=%pip install --quiet )'?nlp-lstm(?P<extras>\[[a-z,]+\])?'?$", re.MULTILINE)


def copy_for_teacher(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with the solutions and without the marks."""
    return _copy(notebook, for_student=False)


def copy_for_student(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without the solutions."""
    return _copy(notebook, for_student=True)


def _copy(notebook: NotebookNode, for_student: bool) -> NotebookNode:
    """A copy with or without the solutions."""
    cells, inside = [], False
    for cell in copy.deepcopy(notebook.cells):
        if cell.cell_type == "raw" and cell.source in (BEGIN, END):
            inside = _turn(inside, cell.source)
        elif not (inside and for_student):
            if cell.cell_type == "code":
                cell.source = _solve(cell.source, for_student)
            cells.append(cell)
    _check_closed(inside)
    return NotebookNode({**notebook, "cells": cells})


def _solve(source: str, for_student: bool) -> str:
    """The text of a code cell with or without its solutions."""
    lines, inside = [], False
    for line in source.splitlines():
        mark = line.strip()
        if mark in (BEGIN, END):
            inside = _turn(inside, mark)
            if inside and for_student:
                lines.append(line.replace(BEGIN, "..."))
        elif not for_student:
            lines.append(line.removesuffix("  # SOLUTION"))
        elif not inside:
            lines.append(WHOLE_LINE.sub(_open, line))
    _check_closed(inside)
    return "\n".join(lines)


def _open(line: re.Match[str]) -> str:
    """A line whose solution is left to the student."""
    left = line["left"]
    return f"{line['indent']}{left} = ..." if left else f"{line['indent']}..."


def _turn(inside: bool, mark: str) -> bool:
    """Whether a solution goes on after a mark."""
    if inside == (mark == BEGIN):
        raise ValueError(f"a second {mark} in a row: write the other mark between them")
    return not inside


def _check_closed(inside: bool) -> None:
    """Check that a solution has come to its end."""
    if inside:
        raise ValueError(f"a solution has no end: write {END} behind it")


def publish(notebook: NotebookNode, path: str) -> None:
    """Put in where the project is published: what Colab opens, and what pip installs."""
    if REPOSITORY:
        first, install = notebook.cells[:2]
        page = REPOSITORY.replace("https://github.com/", "https://colab.research.google.com/github/")
        first.source = first.source.replace(UPLOAD, f"[{path}]({page}/blob/lessons/{path})")
        install.source = PACKAGE.sub(rf"'nlp-lstm\g<extras> @ git+{REPOSITORY}'", install.source)


def main(folder: Path) -> None:
    """Write both copies of every lesson."""
    for source in sorted(NOTEBOOKS.glob("*.ipynb")):
        for reader, make in (("student", copy_for_student), ("teacher", copy_for_teacher)):
            notebook, output = make(nbformat.read(source, as_version=4)), folder / reader / source.name
            publish(notebook, f"{reader}/{source.name}")
            output.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, output)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
