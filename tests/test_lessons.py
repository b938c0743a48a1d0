"""A lesson is stored once, with its solutions, and copied for students and for teachers."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICK = ("01", "puzzles")  # the others are read as a whole again, which takes minutes

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_quick_lesson = pytest.mark.parametrize(
    "path",
    [
        pytest.param(one, id=one.stem, marks=[] if one.stem.startswith(QUICK) else pytest.mark.slow)
        for one in LESSONS
    ],
)


def load(path: Path):
    """A module of the project that is no part of a package."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


lesson_copies = load(ROOT / "docs/lesson_copies.py")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def lesson(*sources: str) -> NotebookNode:
    """A lesson of code cells; text in brackets is a raw cell."""
    raw, cell = v4.new_raw_cell, v4.new_code_cell
    cells = [raw(one[1:-1]) if one.startswith("[") else cell(one) for one in sources]
    return v4.new_notebook(cells=cells)


# ------------------------------------------------------------------------------------------------
# marks
# ------------------------------------------------------------------------------------------------


FUNCTION = """def double(x):
    # BEGIN SOLUTION
    twice = 2 * x
    return twice
    # END SOLUTION


double(4)"""


@pytest.mark.parametrize(
    ("source", "student", "teacher"),
    [
        ("answer = 3  # SOLUTION", "answer = ...", "answer = 3"),
        ("a, b = 1, f(x=2)  # SOLUTION\nprint(a)", "a, b = ...\nprint(a)", "a, b = 1, f(x=2)\nprint(a)"),
        ("if right:\n    show(x=2)  # SOLUTION", "if right:\n    ...", "if right:\n    show(x=2)"),
        (
            FUNCTION,
            "def double(x):\n    ...\n\n\ndouble(4)",
            "def double(x):\n    twice = 2 * x\n    return twice\n\n\ndouble(4)",
        ),
        ("x = 1  # SOLUTIONS are many", "x = 1  # SOLUTIONS are many", "x = 1  # SOLUTIONS are many"),
    ],
)
def test_a_marked_solution_stays_in_the_teachers_copy_alone(source, student, teacher):
    assert code(lesson_copies.copy_for_student(lesson(source))) == [student]
    assert code(lesson_copies.copy_for_teacher(lesson(source))) == [teacher]


def test_cells_between_marks_are_for_teachers():
    marked = lesson("a = 1", "[# BEGIN SOLUTION]", "why = 2", "[# END SOLUTION]", "[plain]", "b = 3")
    student, teacher = lesson_copies.copy_for_student(marked), lesson_copies.copy_for_teacher(marked)
    assert [cell.source for cell in student.cells] == ["a = 1", "plain", "b = 3"]
    assert [cell.source for cell in teacher.cells] == ["a = 1", "why = 2", "plain", "b = 3"]
    assert len(marked.cells) == 6, "the lesson itself is left as it was"


@pytest.mark.parametrize(
    "sources",
    [
        ["# BEGIN SOLUTION\nx = 1"],
        ["x = 1\n# END SOLUTION"],
        ["# BEGIN SOLUTION\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION"],
        ["[# BEGIN SOLUTION]", "x = 1"],
        ["[# END SOLUTION]"],
    ],
)
def test_a_mark_without_its_partner_is_refused(sources):
    with pytest.raises(ValueError, match="SOLUTION"):
        lesson_copies.copy_for_student(lesson(*sources))


# ------------------------------------------------------------------------------------------------
# copies
# ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copies(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lessons")
    lesson_copies.main(folder)
    return folder


@each_lesson
def test_each_lesson_has_both_copies_and_none_has_a_mark(path, copies):
    student, teacher = (read(copies / reader / path.name) for reader in ("student", "teacher"))
    for notebook in (student, teacher):
        nbformat.validate(notebook)
        assert not any(
            cell.cell_type == "raw" or re.search(r"# (BEGIN |END )?SOLUTION\b", cell.source)
            for cell in notebook.cells
        )
    open_lines = re.compile(r"^ *(\S.* = )?\.\.\.$", re.MULTILINE)
    assert sum(bool(open_lines.search(source)) for source in code(student)) >= 2
    assert not any(open_lines.search(source) for source in code(teacher))


def test_the_copies_say_where_the_project_is_published(monkeypatch, tmp_path):
    monkeypatch.setattr(lesson_copies, "REPOSITORY", "https://github.com/owner/name")
    lesson_copies.main(tmp_path)
    written = sorted(tmp_path.glob("*/*.ipynb"))
    assert len(written) == 2 * len(list((ROOT / "notebooks").glob("*.ipynb")))
    for copy in written:
        first, install = read(copy).cells[:2]
        place = f"owner/name/blob/lessons/{copy.parent.name}/{copy.name}"
        assert f"**Open in Colab:** [{copy.parent.name}/{copy.name}](" in first.source
        assert f"](https://colab.research.google.com/github/{place})" in first.source
        package = r"%pip install --quiet 'nlp-lstm(\[[a-z,]+\])? @ git\+https://github.com/owner/name'"
        assert re.search(package, install.source)


# ------------------------------------------------------------------------------------------------
# exercises
# ------------------------------------------------------------------------------------------------


def numbers(cells: list[NotebookNode], kind: str, heading: str) -> list[int]:
    """The number of each cell of a kind that has a heading."""
    found = [re.match(rf"{heading} (\d+)", cell.source) for cell in cells if cell.cell_type == kind]
    return [int(one[1]) for one in found if one]


@each_lesson
def test_each_exercise_has_a_solution_and_a_check(path):
    cells = read(path).cells
    exercises = numbers(cells, "markdown", "### Exercise")
    assert exercises == list(range(1, len(exercises) + 1))
    assert len(exercises) >= 2
    assert numbers(cells, "code", "# Check") == exercises
    texts = [cell.source for cell in cells]
    for number in exercises:
        begin = next(place for place, text in enumerate(texts) if text.startswith(f"### Exercise {number}: "))
        end = next(place for place, text in enumerate(texts) if text.startswith(f"# Check {number}\n"))
        assert any("# SOLUTION" in text or "# BEGIN SOLUTION" in text for text in texts[begin:end])
        assert "assert " in texts[end]
        assert re.match(r'print\(f?"Right: ', texts[end].splitlines()[-1])


@each_quick_lesson
def test_in_the_untouched_copy_of_a_student_every_check_fails_and_nothing_else(path, tmp_path):
    """The same check passes in the teacher's copy: test_notebooks.py runs that."""
    output = tmp_path / path.name
    command = [sys.executable, ROOT / "docs/execute_notebook.py", path, output, "--student"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for cell in read(output).cells:
        errors = [out for out in cell.get("outputs", []) if out.output_type == "error"]
        if cell.cell_type == "code" and cell.source.startswith("# Check "):
            assert [error.ename for error in errors] == ["AssertionError"], cell.source
            assert len(errors[0].evalue) > 20, "a message that helps"
        else:
            assert not errors, (cell.source, errors)
