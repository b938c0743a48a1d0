"""ship(): a trained run -> one of those that come with nlp-lstm.

For who makes the package: `python -m nlp_lstm.store.shipping RUN NAME`. The weights become float16, paths
that lead out of the folder lose all but their last part, and a model card is written.
"""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError, NlpLstmError
from nlp_lstm.store import folders, storage
from nlp_lstm.store.cards import write_card
from nlp_lstm.store.run import Run, load_run, save_run

CARD = "card.md"


def ship(run: Run | str | Path, name: str, folder: Path | None = None) -> Run:
    """Write a run, small and with its card, to the folder of those that come with nlp-lstm.

    A run that was shipped under the name before is replaced.

    Args:
        run: a finished run or its name; the shipped one itself to write its card anew.
        name: what it will be called, one of `cards.CARDS`.
        folder: where to; None for the package's own folder.

    Returns:
        The run as a user will load it, its weights rounded to float16.

    Raises:
        UsageError: if there is no card for the name, or the card would not be true of the run.
        DataError: if a weight is too large for float16.
        StorageError: if writing fails.
    """
    run = run if isinstance(run, Run) else load_run(run)
    half = _halve(run.weights)
    run = replace(run, data=without_paths(run.data))
    card = write_card(run, name)
    path = (folder or folders.SHIPPED) / name
    if path.exists():
        shutil.rmtree(path)
    save_run(replace(run, path=path))
    storage.write_weights(path, half)
    (path / CARD).write_text(card, encoding="utf-8")
    return load_run(path)


def without_paths(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a run's data, of paths that lead out of the folder the last part alone.

    Example:
        >>> without_paths({"source": "sst:/some/where/sst", "vectors": "data/glove.6B.100d.txt.gz"})
        {'source': 'sst:sst', 'vectors': 'data/glove.6B.100d.txt.gz'}
    """
    reader, colon, path = data["source"].partition(":")
    named = {**data, "source": f"{reader}{colon}{_inside(path)}"}
    return named | {"vectors": _inside(data["vectors"])} if data.get("vectors") else named


def _inside(path: str) -> str:
    """A path below the present folder as it is, of any other the last part."""
    below = not Path(path).is_absolute() and ".." not in Path(path).parts
    return path if below else Path(path).name


def _halve(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights as float16."""
    with np.errstate(over="ignore"):  # what overflows is refused below
        half = {name: values.astype(np.float16) for name, values in weights.items()}
    for name, values in half.items():
        if not np.isfinite(values).all():
            raise DataError(f"{name} holds numbers beyond 65504: float16 cannot hold them")
    return half


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m nlp_lstm.store.shipping RUN NAME")
    try:
        ship(sys.argv[1], sys.argv[2])
    except NlpLstmError as error:
        sys.exit(f"nlp-lstm: {error}")
