"""A trained run -> a folder, whatever has become of the one where it should go."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shlex import quote

from nlp_lstm.errors import NlpLstmError, StorageError
from nlp_lstm.store import storage
from nlp_lstm.store.folders import RUNS
from nlp_lstm.store.run import Run, new_run_path, save_run
from nlp_lstm.text.vocabulary import EOS


def save_somewhere(run: Run, again: bool = False) -> Run:
    """Save a run in its folder; else under the next free name beside it; else in the temporary folder.

    A training may have taken hours, and meanwhile the folder may be taken, gone, or on a full disk. The
    checkpoint of a finished training is deleted.

    Args:
        run: its path says where it should go.
        again: whether the folder may hold it already, as it was when it was interrupted.

    Returns:
        The run as it was saved; if not in its folder, the entry "moved" of its data says where and why.

    Raises:
        StorageError: if it can be saved nowhere; its checkpoint stays.
    """
    reasons = []
    for path in _places(run.path):
        moved = replace(run, path=path)
        if reasons:
            said = f"{run.path} could not be written ({reasons[0]}): the run is in {path}"
            moved = replace(moved, data={**run.data, "moved": said})
        try:
            saved = save_run(moved, replace=again and path == run.path)
        except NlpLstmError as error:
            reasons.append(re.split("[;,] give another|; make room", str(error))[0])
            continue
        if run.status == "finished":
            with contextlib.suppress(OSError):
                (run.path / storage.CHECKPOINT).unlink()
        return saved
    raise StorageError(
        f"the run can be saved nowhere ({reasons[0]}): make room, and continue with "
        f"`nlp-lstm train --resume {run.path}`"
    )


def first_look(run: Run) -> str:
    """Return the command with which to look into a run that was just trained, with words that it knows."""
    text = "the sky is" if run.predicts == "words" else "the film is not very funny ."
    if not {*text.split()} & {*run.vocabulary.words}:
        text = " ".join(run.vocabulary.words[EOS + 1 :][:5])
    return f'nlp-lstm probe "{text}" --run {quote(run.name if run.path.parent == RUNS else str(run.path))}'


def next_commands(run: Run) -> str:
    """Return what can be done with a run whose training was interrupted."""
    resume = f"`nlp-lstm train --resume {run.path}` continues the training"
    scores = f"`nlp-lstm evaluate {run.path}` scores the weights kept so far"
    return f"{resume}, {scores}" if (run.path / storage.CHECKPOINT).is_file() else scores


def _places(path: Path) -> Iterator[Path]:
    """Where a run may go, one after the other."""
    yield path
    stem, _, number = path.name.rpartition("-")
    yield new_run_path(stem if stem and number.isdigit() else path.name, path.parent)
    with contextlib.suppress(OSError):
        yield Path(tempfile.mkdtemp(prefix="nlp-lstm-")) / path.name
