"""The pages that people read, as code: their blocks, typed in order in one folder as a user would.

    README.md and docs/**/*.md    ```console blocks hold `$ command` and what it prints, ```python blocks run

The tests compare what a block shows of a command's output with what the command prints now; `...` stands for
lines that are left out, and a command without output below it is only run. `python tests/pages.py` types all
pages and writes into them what their commands print.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# What installs or tests the project is typed in .ci/run, which the tests are a part of.
NOT_TYPED = re.compile(r"make |git clone |cd nlp-lstm|python3? -m venv |pip install ")
LEFT_OUT, ENDED, DEMO_OUTPUT = "...", "--- the command has ended: ", "make-demo.txt"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """Something to type: a command with what the page shows of its output, or lines of Python.

    Args:
        kind: "console" or "python".
        text: the command, or the code.
        shown: the output that the page shows.
    """

    kind: str
    text: str
    shown: str = ""


def find_pages() -> list[Path]:
    """Return all pages that have something to type."""
    return [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if steps(page)]


def steps(page: Path) -> list[Step]:
    """Return all that a page has its readers type, in order."""
    found = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python":
            found.append(Step(kind, text))
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append(Step(kind, command, shown))
    return found


class Shell:
    """A bash in a folder that stays open, so that what one command sets up is there for the next."""

    def __init__(self, folder: Path):
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        self.process = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def type(self, command: str) -> str:
        """Return what a command prints on stdout; an exit code that is not 0 is an AssertionError."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{{ {command}\n}} < /dev/null\necho '{ENDED}'$?\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(ENDED):
                assert line == f"{ENDED}0\n", f"{command}: exit code {line.removeprefix(ENDED)}"
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"{command}: the shell has ended")

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def type_page(page: Path, folder: Path) -> Iterator[tuple[Step, str]]:
    """Type a page in a folder; yield each step with what it printed. Python blocks share their names."""
    shell, names = Shell(folder), {"__name__": "__main__"}
    try:
        for step in steps(page):
            if step.kind == "python":
                yield step, run_python(step.text, names, folder, page.name)
            elif step.text == "make demo":
                yield step, (folder / DEMO_OUTPUT).read_text(encoding="utf-8")
            elif not NOT_TYPED.match(step.text):
                yield step, shell.type(step.text)
    finally:
        shell.close()


def run_python(code: str, names: dict, folder: Path, page: str) -> str:
    """Return what lines of Python print, run in a folder."""
    printed, before = io.StringIO(), Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, page, "exec"), names)
    finally:
        os.chdir(before)
    return printed.getvalue()


def make_demo(folder: Path) -> None:
    """Run the commands of `make demo` in a folder, which keeps what they printed."""
    (folder / ".venv").symlink_to(sys.prefix)
    recipe = MAKEFILE.partition("\ndemo:")[2].partition("\n\n")[0]
    shell = Shell(folder)
    commands = re.findall(r"^\t\$\(BIN\)/(nlp-lstm .*)$", recipe, re.MULTILINE)
    printed = [shell.type(f"{command} 2> /dev/null") for command in commands]
    shell.close()
    (folder / DEMO_OUTPUT).write_text("".join(printed), encoding="utf-8")


def copy_demo(demo: Path, folder: Path) -> Path:
    """Return a new folder with the runs of the demo."""
    shutil.copytree(demo, folder, symlinks=True)
    return folder


def refresh(page: Path, folder: Path) -> None:
    """Type a page and write into it what its commands print now, as much of it as it showed."""
    text = page.read_text(encoding="utf-8")
    for step, printed in type_page(page, folder):
        if step.kind == "console" and step.shown:
            old, new = f"$ {step.text}\n{step.shown}", f"$ {step.text}\n{_shorten(printed, step.shown)}"
            assert old in text, step.text
            text = text.replace(old, new, 1)
    page.write_text(text, encoding="utf-8")


def _shorten(printed: str, shown: str) -> str:
    """As many lines of what was printed as were shown; all of them where nothing is left out."""
    lines, kept = printed.splitlines(), shown.splitlines()
    if kept[-1] != LEFT_OUT or len(kept) == 1:
        return "\n".join(line.rstrip() for line in lines) + "\n"
    return "\n".join([*(line.rstrip() for line in lines[: len(kept) - 1]), LEFT_OUT]) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "demo"
        made.mkdir()
        make_demo(made)
        for one in [Path(name).resolve() for name in sys.argv[1:]] or find_pages():
            print(one.relative_to(ROOT), file=sys.stderr)
            refresh(one, copy_demo(made, Path(place) / one.stem))
