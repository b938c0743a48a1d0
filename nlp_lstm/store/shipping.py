"""ship(): a trained run -> one of those that come with nlp-lstm.

The weights become float16, paths that lead out of the folder lose all but their last part, and a model card
is written. `python -m nlp_lstm.training.shipping` does it for who makes the package, and measures the run.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.errors import DataError
from nlp_lstm.store import folders
from nlp_lstm.store.cards import write_card
from nlp_lstm.store.run import Run, load_run, save_run
from nlp_lstm.writing import write_whole

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
    half = round_weights(run.weights)
    run = replace(run, data=without_paths(run.data))
    card = write_card(run, name)
    path = (folder or folders.SHIPPED) / name
    save_run(replace(run, path=path, weights=half), replace=True)
    write_whole(path / CARD, card)
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


def round_weights(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights as float16.

    Raises:
        DataError: if one is too large for that.
    """
    with np.errstate(over="ignore"):  # what overflows is refused below
        half = {name: values.astype(np.float16) for name, values in weights.items()}
    for name, values in half.items():
        if not np.isfinite(values).all():
            raise DataError(f"{name} holds numbers beyond 65504: float16 cannot hold them")
    return half
