"""export(): a run's taught model as a file that plain Keras opens."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from nlp_lstm.errors import StorageError, UsageError
from nlp_lstm.report.given import check_path
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.task import load_task
from nlp_lstm.writing import whole_file


def export(run: Run | str | Path, file: str | Path, force: bool = False) -> Path:
    """Write a run's taught model as a `.keras` file; nothing of ours is needed to open it.

    The model reads word ids `(batch, timesteps)` of the run's tokenizer.json, right-padded with 0. A
    sentiment model reads exactly `settings.timesteps` words, a next-word model any number. The file holds no
    rule of reading: where the run's `reading.starts_with_eos` is true, put 2, the id of `<eos>`, in front of
    each text; where `reading.ends_with_stop` is true, put the id of "." after a text without a stop.

    Args:
        run: a run or its name.
        file: where to write; its name must end in .keras.
        force: whether to write over a file that is there.

    Returns:
        The file's path.

    Raises:
        UsageError: if the file exists and is not to be written over, or its name does not end in .keras.
        StorageError: if writing fails; nothing is left of the file.
    """
    run, file = run if isinstance(run, Run) else load_run(run), check_path(file, "file", "model.keras")
    if file.suffix != ".keras":
        raise UsageError(f"the file {file} must end in .keras, because Keras requires it")
    if file.is_dir():
        raise UsageError(f"{file} is a folder: give another name")
    if file.exists() and not force:
        raise UsageError(f"{file} exists: give another name, or --force to write over it")
    from nlp_lstm.models.layers import set_weights  # after the checks: it starts Keras

    model = load_task(run.task).taught_model(run.settings, len(run.vocabulary), run.outputs)
    set_weights(model, run.weights)
    _save(model, file)
    return file


def _save(model: Any, file: Path) -> None:
    """Let Keras, which writes as it goes along, save to a scratch folder, and bring the file from there."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "model.keras"
            model.save(made)
            with made.open("rb") as saved, whole_file(file, "give another name") as whole:
                shutil.copyfileobj(saved, whole)
    except OSError as error:
        raise StorageError(
            f"the model cannot be saved to a scratch folder: {error.strerror or error}; "
            "name a folder with room in TMPDIR"
        ) from None
