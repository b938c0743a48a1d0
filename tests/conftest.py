"""What several tests share."""

import functools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp_lstm.cli import main
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.store import folders
from nlp_lstm.store.cards import CARDS
from nlp_lstm.store.run import Run, library_versions, save_run
from nlp_lstm.store.shipping import ship
from nlp_lstm.task import load_task
from nlp_lstm.text.vocabulary import Vocabulary

# A shell starts what runs in the background with Ctrl-C ignored, and processes inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What stands on stderr, but for the line about the runs that were taken as none was named."""
        return "".join(line for line in self.err.splitlines(keepends=True) if "reading with " not in line)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no runs that come with nlp-lstm."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folders, "SHIPPED", tmp_path / "none")
    return tmp_path


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Return a function that runs a command as `nlp-lstm` does, in this process."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["nlp-lstm", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Outcome(int(end.value.code or 0), said.out, said.err)

    return call


mini = functools.cache(lambda task: load_corpus("mini", Request(load_task(task).predicts), limit=40))


def make_run(path: Path, task: str = "sentiment", cell: str = "lstm", layers: int = 2, seed: int = 0) -> Run:
    """A run on 40 sentences of `mini` whose weights are random, saved."""
    settings = Settings(cell=cell, layers=layers, units=5, embedding_dim=4, timesteps=20, seed=seed)
    corpus = mini(task)
    vocabulary = Vocabulary.build(example.words for example in corpus.train)
    random = np.random.default_rng(seed)
    shapes = weight_shapes(settings, len(vocabulary), len(corpus.label_names) or len(vocabulary))
    run = Run(
        path,
        task,
        settings,
        corpus.label_names,
        vocabulary,
        {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()},
        data={"source": "mini", "labels": "phrase", "classes": 5, "limit": 40},
        metrics={
            "accuracy": {
                "model": 0.1 + 0.2,
                "interval": [0.25, 1 / 3],
                "n": 7,
                "baselines": {"majority": None},
            }
        },
        history=[
            {"epoch": 1, "loss": 1 / 3, "validation_loss": 2.5},
            {"epoch": 2, "loss": 0.1, "validation_loss": 2},
        ],
        versions=library_versions(),
        seconds=1.5,
    )
    return save_run(run)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window; the tests that need it are skipped where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium, to test pages in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


SHOWN = """() => document.querySelector(".waits") ? String(Math.random())
    : [location.href, scrollY, document.querySelector("main").outerHTML].join(" ")"""


@pytest.fixture(scope="session")
def settle() -> Callable[[Any], None]:
    """Return a function that waits until a page has shown the same for .4 s, however slow the machine is."""

    def wait(page: Any) -> None:
        last, seen = "", 0
        for _ in range(600):
            page.wait_for_timeout(50)
            now = page.evaluate(SHOWN)  # answered once the page is done with what it does
            last, seen = now, seen + 1 if now == last else 0
            if seen == 8:
                return
        raise AssertionError("the page did not come to rest within 30 s")

    return wait


@pytest.fixture
def new_run() -> Callable[..., Run]:
    """Return `make_run`."""
    return make_run


@pytest.fixture(scope="session")
def ship_stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Return a function that fills a folder with runs of random weights in place of the shipped ones."""

    def fill(folder: Path) -> None:
        made = tmp_path_factory.mktemp("made")
        for name, source in (
            ("sentiment-sst", "sst:/a/b/sst"),
            ("next-word-stories", "stories"),
        ):
            run = make_run(made / name, CARDS[name].task)
            ship(replace(run, data={**run.data, "source": source, "limit": None}), name, folder)

    return fill


@pytest.fixture
def two_runs(here: Path) -> Path:
    """A working folder with a run of each task."""
    make_run(Path("runs/sentiment-001"), "sentiment")
    make_run(Path("runs/next-word-001"), "next-word")
    return here


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """Return a function that finds a file or folder of real data, or skips the test.

    It looks in the folder that the environment variable NLP_LSTM_DATA names, else in `../shared/data`.
    """

    def find(name: str) -> Path:
        path = Path(os.environ.get("NLP_LSTM_DATA") or DATA) / name
        if not path.exists():
            pytest.skip(f"{path} is not there: NLP_LSTM_DATA names the folder of real data")
        return path

    return find
