"""explore(): runs -> one HTML page in which they read what you type, word by word.

The page holds its style, its script and the rounded weights of the runs. Its policy allows only this script
and this style, by their hashes, and forbids to load anything.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError, MissingInputError, UsageError
from nlp_lstm.explorer.modules import WEB, join_modules
from nlp_lstm.explorer.rounding import measure_rounding
from nlp_lstm.explorer.weights import bytes_on_page, describe_run, keep_words, round_weights
from nlp_lstm.report.given import check_path, check_text
from nlp_lstm.report.markup import count, one_line
from nlp_lstm.store.folders import find_run
from nlp_lstm.store.run import Run, default_runs, load_runs
from nlp_lstm.text.splitting import split_words
from nlp_lstm.writing import write_whole

TEXT = "the song is not bad, and the boys near the river are happy"  # both shipped runs know all its words
MOST_BYTES, MOST_WORDS, MOST_CHARACTERS = 25_000_000, 300, 4000  # the last two are those of web/state.js
# What must not stand in a script as it is: what could end it, and halves of a pair, which no file can hold.
UNSAFE = re.compile("[<\u2028\u2029\ud800-\udfff]")
PLACE = re.compile(r"<!-- (policy|style|runs|script) -->")
HIGH = 900  # pixels of the frame in a notebook


@dataclass(frozen=True)
class Explorer:
    """A page in which runs read what you type: a notebook shows it in a frame, `save` writes it to a file.

    Args:
        html: the page.
        runs: the names of the runs.

    Example:
        >>> Explorer("<!doctype html>...", ("sentiment-sst",))
        <Explorer: sentiment-sst, 0.0 MB>
    """

    html: str
    runs: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Explorer: {one_line(', '.join(self.runs))}, {len(self.html) / 1e6:.1f} MB>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the page in a frame of its own, which reaches nothing of the notebook."""
        style = f"width: 100%; height: {HIGH}px; border: 0"
        return (
            f'<iframe title="nlp-lstm explore" sandbox="allow-scripts" style="{style}" '
            f'srcdoc="{escape(self.html)}"></iframe>'
        )

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the page to a file that opens in a browser.

        Args:
            path: where to write.
            force: whether to write over a file that is there.

        Returns:
            The path.

        Raises:
            UsageError: if the file is there and is not to be written over, or it is a folder.
            StorageError: if writing fails; nothing new is left behind.
        """
        path = check_path(path, "path", "explore.html")
        if path.is_dir():
            raise UsageError(f"{path} is a folder: give another name")
        if path.is_file() and not force:
            raise UsageError(f"{path} exists: give another name, or force=True to write over it")
        write_whole(path, self.html, "give another path")
        return path


def explore(runs: Any = (), text: str | None = None, vocab_size: int | None = None) -> Explorer:
    """Make a page in which models read what you type, and show what happens to their states.

    The page is one file that needs no network. What its numbers lose by rounded weights is measured, and it
    says so.

    Args:
        runs: runs or their names, or one of them; none for those that `probe` takes.
        text: what the page reads first, at most 300 words and 4000 characters; None for a sentence about a
            song.
        vocab_size: keep only so many words of each run, the most frequent ones; None for all. The other words
            are unknown to it.

    Returns:
        The page: write it with `save("explore.html")`, or let a notebook show it.

    Raises:
        MissingInputError: if there is no such run.
        UsageError: if two runs have the same name, the page would be larger than 25 MB, or `vocab_size` is
            too small.
        DataError: if the text is longer than that, or has no words.

    Example:
        >>> explore("sentiment-sst", "so fine", vocab_size=1000).runs
        ('sentiment-sst',)
    """
    text = TEXT if text is None else _check_length(check_text(text))
    if vocab_size is not None and not isinstance(vocab_size, int):
        raise UsageError(f"vocab_size is {vocab_size!r}: give a number of words, such as 5000")
    named = load_runs(runs) or default_runs(both_kinds=True)
    kept = [keep_words(run, vocab_size) for run in named]
    _check_runs(kept)
    told = {"text": text, "runs": [_entry(run, whole) for run, whole in zip(kept, named)]}
    return Explorer(_assemble(told), tuple(run.name for run in kept))


def _entry(run: Run, whole: Run) -> dict[str, Any]:
    """What the page holds of a run, which may know fewer words than the whole one."""
    told = describe_run(run)
    weights, rounded = round_weights(run)
    return {
        **told,
        "all_words": len(whole.vocabulary),
        "found": _is_found(run),
        "rounding": measure_rounding(run, rounded),
        "weights": weights,
    }


def _is_found(run: Run) -> bool:
    """Whether commands find the run by its name: it may have been given by its path."""
    try:
        return find_run(run.name).resolve() == run.path.resolve()
    except MissingInputError:
        return False


def _assemble(told: dict[str, Any]) -> str:
    """The page: its template, with the style, the data and the script in their places."""
    script = join_modules()
    style = (WEB / "page.css").read_text(encoding="utf-8")
    data = UNSAFE.sub(_escaped, json.dumps(told, ensure_ascii=False, allow_nan=False))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "style": f"<style>{style}</style>",
        "runs": f'<script type="application/json" id="runs">{data}</script>',
        "script": f'<script type="module">{script}</script>',
    }
    template = (WEB / "page.html").read_text(encoding="utf-8")
    return PLACE.sub(lambda place: parts[place[1]], template)


def _hash(text: str) -> str:
    """The hash by which a policy allows a script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _escaped(found: re.Match[str]) -> str:
    """A character as JSON writes it in ASCII."""
    return f"\\u{ord(found[0]):04x}"


def _check_length(text: str) -> str:
    """The text, if the page can read it."""
    words = len(split_words(text))
    if not words:
        raise DataError(f"the text {text[:20]!r} has no words: give at least one, or leave --text out")
    if words > MOST_WORDS:
        raise DataError(f"a text of {words} words: the page reads at most {MOST_WORDS}, give a shorter one")
    if len(text) > MOST_CHARACTERS:
        raise DataError(
            f"a text of {len(text)} characters: the page reads at most {MOST_CHARACTERS}, give a shorter one"
        )
    return text


def _check_runs(runs: Sequence[Run]) -> None:
    """Refuse two runs of one name, and runs that make too large a page."""
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two runs are called {name}: give each once, or copy one to a name of its own")
    size = sum(map(bytes_on_page, runs))
    if size <= MOST_BYTES:
        return
    most = max(len(run.vocabulary) for run in runs)
    fitting = (
        words
        for words in range(most // 1000 * 1000, 0, -1000)
        if sum(bytes_on_page(run, words) for run in runs) <= MOST_BYTES
    )
    words = next(fitting, None)
    told = (
        f"a page of {size / 1e6:.0f} MB with {count(len(runs), 'run')}: it may have {MOST_BYTES / 1e6:.0f} MB"
    )
    if words is None:
        raise UsageError(f"{told}, name fewer or smaller runs")
    raise UsageError(f"{told}, keep only the most frequent words with --vocab-size {words}")
