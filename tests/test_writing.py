"""A file that cannot be written is not there: each step of the writer is made to fail once."""

import errno
import functools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

import nlp_lstm
from nlp_lstm import writing
from nlp_lstm.corpus_states import planning
from nlp_lstm.corpus_states.extracting import extract
from nlp_lstm.errors import StorageError
from nlp_lstm.store import exporting
from nlp_lstm.views import VIEWS
from nlp_lstm.writing import clear_partials, whole_file, write_whole

FORMATS = ("text", "json", "csv", "html", "svg", "png", "npz", "netcdf")
NEEDS = {"html": "matplotlib", "svg": "matplotlib", "png": "matplotlib", "netcdf": "h5netcdf"}
# A child process that is in the middle of writing: it says so, and goes on when a line comes.
CHILD = """
import sys
from pathlib import Path
from nlp_lstm.writing import whole_file
with whole_file(Path("a.txt")) as file:
    file.write(b"new" * 100_000)
    print("writing", flush=True)
    sys.stdin.readline()
"""


class Disk:
    """What the writer does to the disk, step by step; the step of the number `fails`, from 0, fails."""

    def __init__(self):
        self.steps: list[str] = []
        self.fails: int | None = None

    def step(self, name: str) -> None:
        """Take a step, or fail it."""
        self.steps.append(name)
        if len(self.steps) - 1 == self.fails:
            number = errno.ENOSPC if name in ("write", "flush") else errno.EIO
            raise OSError(number, os.strerror(number))

    def begin(self, fails: int | None) -> None:
        """Count from 0 again."""
        self.steps, self.fails = [], fails


class Counted:
    """A file that is written to step by step."""

    def __init__(self, disk: Disk, file: IO[bytes]):
        self.disk, self.file = disk, file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, content: bytes) -> int:
        self.disk.step("write")
        return self.file.write(content)

    def flush(self) -> None:
        self.disk.step("flush")
        self.file.flush()


@pytest.fixture
def disk(monkeypatch) -> Disk:
    """The writer's own disk, every step of which can fail."""
    disk, opened, sync, replace = Disk(), Path.open, os.fsync, Path.replace

    def open_counted(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        file = opened(path, mode, *arguments, **options)
        return Counted(disk, file) if mode == "wb" else file

    def sync_counted(descriptor: int) -> None:
        if not os.path.isdir(f"/proc/self/fd/{descriptor}"):
            disk.step("sync")
        sync(descriptor)

    def replace_counted(path: Path, target: Path) -> Path:
        disk.step("rename")
        return replace(path, target)

    monkeypatch.setattr(Path, "open", open_counted)
    monkeypatch.setattr(os, "fsync", sync_counted)
    monkeypatch.setattr(Path, "replace", replace_counted)
    return disk


def files(folder: str | Path = ".") -> dict[str, bytes]:
    """Path -> content of all files of a folder, hidden ones too."""
    return {str(path): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start a child process that is in the middle of writing a.txt."""
    command = [sys.executable, "-c", CHILD, *arguments]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "writing\n"
    return child


# every step of every kind of file


@pytest.mark.parametrize("format_", FORMATS)
def test_any_step_of_a_report_may_fail(format_, two_runs, cli, disk, monkeypatch):
    if format_ in NEEDS:
        pytest.importorskip(NEEDS[format_])
    command, view = ("probe", "the sky", "--format", format_, "--output", "out"), VIEWS.get(format_)
    drawn = functools.cache(lambda: view(nlp_lstm.probe("the sky")))  # drawing is slow, and is not tried here
    monkeypatch.setattr(VIEWS, "get", lambda name: lambda report: drawn())
    disk.begin(None)
    assert cli(*command).code == 0
    steps, expected, others = disk.steps, Path("out").read_bytes(), files()
    assert steps == ["write", "flush", "sync", "rename"]
    Path("out").unlink()
    others.pop("out")
    for number in range(len(steps)):
        disk.begin(number)
        done = cli(*command)
        assert (done.code, done.out) == (74, "")
        why = os.strerror(errno.ENOSPC if number < 2 else errno.EIO)
        assert done.err.splitlines()[-1] == f"nlp-lstm: cannot write out: {why}; give another --output"
        assert files() == others
    disk.begin(None)
    assert cli(*command).code == 0
    assert Path("out").read_bytes() == expected


class Model:
    """What stands in for a Keras model; there is room to save it, or not."""

    def __init__(self, room: bool = True):
        self.room = room

    def save(self, path: Path) -> None:
        with open(path, "wb") as file:  # Keras opens files itself
            file.write(b"weights" * 50_000)
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def model(two_runs, monkeypatch) -> Callable[[Model], None]:
    """A function that puts a stand-in in place of the model that `export` saves."""

    class Task:
        """A task whose taught model is the stand-in."""

        @staticmethod
        def taught_model(*_: Any) -> Model:
            return Task.model

        model: Model

    def use(model: Model) -> None:
        Task.model = model

    monkeypatch.setattr(exporting, "load_task", lambda name: Task)
    layers = SimpleNamespace(set_weights=lambda *_: None)  # the real module loads Keras, which is slow
    monkeypatch.setitem(sys.modules, "nlp_lstm.models.layers", layers)
    return use


def test_any_step_of_an_export_may_fail(model, disk):
    model(Model())
    disk.begin(None)
    exporting.export("sentiment-001", "a.keras")
    steps, expected = disk.steps, Path("a.keras").read_bytes()
    assert steps[-3:] == ["flush", "sync", "rename"]
    Path("a.keras").unlink()
    before = files()
    for number in range(len(steps)):
        disk.begin(number)
        with pytest.raises(StorageError, match=r"^cannot write a\.keras: .*; give another name$"):
            exporting.export("sentiment-001", "a.keras")
        assert files() == before
    disk.begin(None)
    exporting.export("sentiment-001", "a.keras")
    assert Path("a.keras").read_bytes() == expected


def test_a_full_scratch_folder_is_told(model):
    before = files()
    model(Model(room=False))
    says = r"^the model cannot be saved to a scratch folder: No space left on device; name .* in TMPDIR$"
    with pytest.raises(StorageError, match=says):
        exporting.export("sentiment-001", "a.keras")
    assert files() == before


@pytest.fixture
def extraction(two_runs, monkeypatch) -> Callable[..., dict[str, bytes]]:
    """A function that extracts two shards of one column of states, and returns the files."""
    monkeypatch.setattr(planning, "SHARD_WORDS", 4)
    Path("train.txt").write_text("the sky is blue\nthe baby elephant is crying\nthe sky\n")

    def run(resume: bool = False) -> dict[str, bytes]:
        options = {"parts": ["cell_state"], "layers": [2], "resume": resume}
        extract("sentiment-001", "text:train.txt", "states", **options)
        return files("states")

    return run


def test_any_step_of_an_extraction_may_fail(extraction, disk):
    disk.begin(None)
    whole, steps = extraction(), disk.steps
    assert len(whole) == 3
    assert [steps.count(name) for name in ("flush", "sync", "rename")] == [4, 4, 4]
    first_manifest = steps.index("rename")
    for number in range(len(steps)):
        for path in Path("states").iterdir():
            path.unlink()
        disk.begin(number)
        with pytest.raises(
            StorageError, match=r"^cannot write states/[^;]*; (give another --output|.*--res)"
        ):
            extraction()
        left = files("states")
        manifest = left.pop("states/manifest.json", None)
        assert (manifest is None) == (number <= first_manifest)
        assert manifest is None or b'"status": "running"' in manifest
        assert left.items() <= whole.items()
        disk.begin(None)
        assert extraction(resume=manifest is not None) == whole


def test_any_step_of_an_extraction_that_goes_on_may_fail(extraction, disk):
    whole = extraction()
    missing, manifest = "states/states-00002.parquet", "states/manifest.json"
    others = {name: content for name, content in whole.items() if name not in (missing, manifest)}
    Path(missing).unlink()
    disk.begin(None)
    assert extraction(resume=True) == whole
    for number in range(len(disk.steps)):
        Path(missing).unlink()
        disk.begin(number)
        with pytest.raises(StorageError, match=r"^cannot write states/.*; .* continue with --resume$"):
            extraction(resume=True)
        left = files("states")
        now = left.pop(manifest)
        assert now == whole[manifest] or b'"status": "running"' in now
        assert left in (others, others | {missing: whole[missing]})
        disk.begin(None)
        assert extraction(resume=True) == whole


def write_in_three(content: str, error: type[BaseException] | None = None) -> None:
    """Write a.txt in three steps, and fail then if there is an error."""
    with whole_file(Path("a.txt")) as file:
        for _ in range(3):
            file.write(content.encode())
        if error:
            raise error


def test_the_old_file_stays_until_the_new_one_is_whole(here, disk):
    Path("a.txt").write_text("old")
    for number in range(6):
        disk.begin(number)
        with pytest.raises(StorageError, match=r"^cannot write a\.txt: "):
            write_in_three("new")
        assert disk.steps[-1] == ("write", "write", "write", "flush", "sync", "rename")[number]
        assert files() == {"a.txt": b"old"}
    disk.begin(None)
    write_whole(Path("a.txt"), "new")
    assert files() == {"a.txt": b"new"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_goes_wrong_in_between_is_not_changed(error, here):
    Path("a.txt").write_text("old")
    with pytest.raises(error):
        write_in_three("new", error)
    assert files() == {"a.txt": b"old"}


def test_a_folder_that_cannot_be_flushed_is_no_error(here, monkeypatch):
    def refuse(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(descriptor)

    sync = os.fsync
    monkeypatch.setattr(os, "fsync", refuse)
    write_whole(Path("a.txt"), "whole")
    assert files() == {"a.txt": b"whole"}


@pytest.mark.parametrize("refused", ["flock", "module"])
def test_a_system_without_locks_is_written_to_all_the_same(refused, here, monkeypatch):
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    if refused == "flock":
        monkeypatch.setattr("fcntl.flock", refuse)
    else:
        monkeypatch.setattr(writing, "fcntl", None)
    Path(".b.txt.1.partial").touch()  # nobody can tell whether it is still written to
    write_whole(Path("a.txt"), "whole")
    assert files() == {".b.txt.1.partial": b"", "a.txt": b"whole"}


def test_a_device_is_written_to_as_it_is(here):
    end, start_ = os.pipe()
    write_whole(Path(f"/dev/fd/{start_}"), "whole")
    os.close(start_)
    with os.fdopen(end) as read:
        assert read.read() == "whole"
    with pytest.raises(StorageError, match=r"^cannot write /dev/full: No space left on device; go$"):
        write_whole(Path("/dev/full"), "whole", "go")
    assert files() == {}


def test_a_name_as_long_as_names_may_be_is_written(here):
    write_whole(Path("a" * 255), "whole")
    assert files() == {"a" * 255: b"whole"}


# killed, and at the same time


def test_what_a_killed_process_leaves_is_cleared_by_the_next(here):
    Path("a.txt").write_text("old")
    child = start()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    partial = f".a.txt.{child.pid}.partial"
    assert files().keys() == {partial, "a.txt"}
    assert files()["a.txt"] == b"old"
    write_whole(Path("b.txt"), "other")
    assert files() == {"a.txt": b"old", "b.txt": b"other"}


def test_what_is_still_written_to_stays(here):
    Path("a.txt").write_text("old")
    child = start()
    partial = f".a.txt.{child.pid}.partial"
    clear_partials(Path())
    write_whole(Path("b.txt"), "other")
    assert files().keys() == {partial, "a.txt", "b.txt"}
    child.communicate("go on\n")
    assert child.returncode == 0
    assert files() == {"a.txt": b"new" * 100_000, "b.txt": b"other"}


def test_the_number_of_a_process_keeps_nothing(here):
    """In a container the next process has the number of the one that was killed."""
    Path(f".a.txt.{os.getpid()}.partial").write_text("half")
    write_whole(Path("b.txt"), "other")
    assert files() == {"b.txt": b"other"}


def test_files_of_other_people_are_not_cleared(here):
    names = [".a.partial", "a.txt.7.partial", ".a.txt.7.partial.txt", ".a.txt.x.partial"]
    for name in names:
        Path(name).touch()
    Path(".folder.7.partial").mkdir()
    write_whole(Path("b.txt"), "other")
    assert files().keys() == {*names, "b.txt"}
    assert Path(".folder.7.partial").is_dir()


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_two_who_write_one_name_leave_one_whole_file(kind, here):
    many = (
        "import sys; from pathlib import Path; from nlp_lstm.writing import write_whole\n"
        "for _ in range(50): write_whole(Path('a.txt'), sys.argv[1] * 300_000)"
    )
    if kind == "processes":
        both = [subprocess.Popen([sys.executable, "-c", many, letter]) for letter in "ab"]
        assert [one.wait(60) for one in both] == [0, 0]
    else:
        failed = []

        def write(letter: str) -> None:
            try:
                for _ in range(50):
                    write_whole(Path("a.txt"), letter * 300_000)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=write, args=letter) for letter in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
    assert files() in ({"a.txt": b"a" * 300_000}, {"a.txt": b"b" * 300_000})
