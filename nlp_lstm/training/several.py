"""train_several(): one corpus, several cells and seeds -> ordinary runs, which an analysis trains for itself.

They are trained in a folder that is gone afterwards; who wants to keep one trains it by `train`.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_lstm.report.progress import track
from nlp_lstm.store.run import Run
from nlp_lstm.training.train import train


def train_several(
    task: str, data: str, cells: Sequence[str], seeds: Sequence[int], **settings: Any
) -> dict[str, list[Run]]:
    """Train a run of each cell from each seed, with the progress told as a share of the whole.

    Args:
        task, data: as `train` takes them.
        cells: "lstm", "gru" or "rnn", each once.
        seeds: of the weights, order and dropout.
        **settings: changes to the task's `Settings`, the same for all runs.

    Returns:
        Name of the cell -> a run per seed, called such as "lstm-seed-0".

    Raises:
        As `train`; a training that diverges ends all.
    """
    trained: dict[str, list[Run]] = {cell: [] for cell in cells}
    with tempfile.TemporaryDirectory(prefix="nlp-lstm-") as folder:
        for cell, seed in track([(cell, seed) for cell in cells for seed in seeds]):
            path = Path(folder) / f"{cell}-seed-{seed}"
            trained[cell].append(train(task, data, run=path, cell=cell, seed=seed, **settings))
    return trained
