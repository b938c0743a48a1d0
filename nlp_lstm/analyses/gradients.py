"""gradients: how much of a gradient is left after so many words back, by cell, before and after training.

A gradient that shrinks with every word back vanishes, and one that grows explodes: then a training cannot
learn what lies far back. That gates help against both is what articles say of LSTMs; here it is measured.

Source: Bengio et al. 1994; Pascanu et al. 2013, "On the difficulty of training recurrent neural networks"; a
cell state that is carried as it is: Hochreiter & Schmidhuber 1997.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._slopes import (
    Measure,
    answered,
    by_cell_state,
    by_states,
    by_words,
    mean_logs,
    over_seeds,
    scaled,
    through_cell_state,
)
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import UsageError
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import count
from nlp_lstm.report.progress import track
from nlp_lstm.store.run import Run

FAR = 20  # words back, of which the sentences speak
SCALES = (1, 2, 4)  # what the recurrent kernels are multiplied by, where gradients may explode
Logs = dict[str, list[np.ndarray]]  # name of the cell -> mean logarithms of each run, (words back,)
OVER_SEEDS = (
    "Geometric mean over sentences, then over the runs of a cell, with its 95 % interval by Student's t over "
    "their logarithms; untrained: the same models before training"
)
BY_STATE = (
    "size of the slopes of all that a cell carries, h or h and c, at a word that is answered for, by the "
    "same so many words back: root mean square of their singular values; below 1 they have shrunk on the "
    f"way, above 1 grown. {OVER_SEEDS}"
)
BY_WORD = (
    "length of the slope of the loss, at a word that is answered for, by the embedded word so many words "
    "back, over the length of its slope by the hidden state that answers; first words of sentences are left "
    f"out. {OVER_SEEDS}"
)
OF_CELL_STATE = (
    "size of the slopes of the LSTM's cell state at that word by the cell state so many words back: on all "
    "ways, those through the hidden states too, and through the cell state alone, which is the product of "
    f"the forget gates. {OVER_SEEDS}"
)
OF_SCALE = (
    f"size of the slopes of all that a cell carries by the same {FAR} words back, or as far as the sentences "
    "reach, in models before training whose recurrent kernels are multiplied by this number. Geometric mean "
    "over sentences and runs with its 95 % interval by Student's t over their logarithms"
)


@ANALYSES.register("gradients")
def compare_gradients(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return how large slopes are by words back: of the states, of the loss, and of an LSTM's cell state.

    Args:
        studies: runs of one size; those of one cell are its seeds. The last layer is measured.
        seed: draws nothing here.

    Returns:
        A table with a curve for each cell, of the slopes of what it carries by the same before; one of the
        slopes of the loss by earlier words; where there is an LSTM, one of its cell state, on all ways and
        through the cell state alone; and one of untrained models whose recurrent kernels are made larger.

    Raises:
        UsageError: if the runs have not the same number of units.
        DataError: if too few sentences have a word that is answered for, with a word before it.

    Reference:
        Pascanu et al. 2013.
    """
    _check_sizes([study.run for study in studies])
    chosen = [answered(study) for study in studies]
    found: dict[str, Logs] = {}
    for study, examples in track(list(zip(studies, chosen, strict=True))):
        cell = study.run.settings.cell
        for name, measure in _measures(cell).items():
            for prefix, run in (("", study.run), ("untrained_", study.untrained)):
                logs = mean_logs(measure, run, examples)
                found.setdefault(f"{prefix}{name}", {}).setdefault(cell, []).append(logs)
        for scale in SCALES:
            logs = mean_logs(by_states, scaled(study.untrained, scale), examples)
            found.setdefault(f"scaled {scale}", {}).setdefault(cell, []).append(logs)
    tables = [
        _table("slope of the state by an earlier state", found, "states", BY_STATE),
        _table("slope of the loss by an earlier word", found, "words", BY_WORD),
    ]
    tables += [_cell_table(found)] if "whole" in found else []
    return (*tables, _scale_table(found))


def _measures(cell: str) -> dict[str, Measure]:
    """What is measured of a cell, by name."""
    common: dict[str, Measure] = {"states": by_states, "words": by_words}
    of_lstm: dict[str, Measure] = {"whole": by_cell_state, "alone": through_cell_state}
    return common | of_lstm if cell == "lstm" else common


def _check_sizes(runs: Sequence[Run]) -> None:
    """Raise a UsageError unless all runs have as many units."""
    sizes = {run.settings.units: run for run in runs}
    if len(sizes) > 1:
        told = ", ".join(f"{run.name} has {units} units" for units, run in sizes.items())
        raise UsageError(f"{told}: gradients are compared at one size, give runs with the same --units")


def _table(about: str, found: Mapping[str, Logs], name: str, meaning: str) -> Comparison:
    """A curve for each cell."""
    curves = {cell: over_seeds(logs) for cell, logs in found[name].items()}
    before = {cell: over_seeds(logs) for cell, logs in found[f"untrained_{name}"].items()}
    return _curves(f"gradients: {about}", curves, before, meaning)


def _cell_table(found: Mapping[str, Logs]) -> Comparison:
    """The LSTM's cell state: on all ways and through the cell state alone."""
    columns = {"whole": "all_ways", "alone": "cell_state_alone"}
    curves = {column: over_seeds(found[name]["lstm"]) for name, column in columns.items()}
    before = {column: over_seeds(found[f"untrained_{name}"]["lstm"]) for name, column in columns.items()}
    return _curves(
        "gradients: slope of the LSTM's cell state by an earlier one", curves, before, OF_CELL_STATE
    )


def _curves(
    title: str, curves: Mapping[str, Interval], before: Mapping[str, Interval], meaning: str
) -> Comparison:
    """A table of curves over words back, as far as any is known."""
    known = _known(curves)
    untrained = {f"untrained_{name}": one for name, one in before.items()}
    columns = {name: bound[:known] for name, bound in _bounded({**curves, **untrained}).items()}
    rows, far = [str(back) for back in range(known)], min(FAR, known - 1)
    told, earlier = _tell(curves, far), _tell(before, far)
    see = f"Left {count(far, 'word')} back: {told}; before training: {earlier}."
    unit = "size of the slope"
    return Comparison.from_columns(title, rows, columns, "words back", meaning, "curves", see=see, unit=unit)


def _scale_table(found: Mapping[str, Logs]) -> Comparison:
    """Untrained models whose recurrent kernels are larger than a training begins with."""
    sizes = [{cell: over_seeds(logs) for cell, logs in found[f"scaled {scale}"].items()} for scale in SCALES]
    far = min(FAR, _known(sizes[0]) - 1)
    at = {
        cell: Interval(*(np.array([one[cell][end][far] for one in sizes]) for end in range(3)))
        for cell in sizes[0]
    }
    # one run has no interval: its mean then
    least = {cell: np.where(np.isfinite(one.low), one.low, one.mean) for cell, one in at.items()}
    grown = [cell for cell, slopes in least.items() if (slopes > 1).any()]
    told = f"With {SCALES[-1]} times the recurrent kernel: {_tell(at, -1)}"
    see = f"{told}; at some scale the slopes of {' and '.join(grown) or 'no cell'} grow on the way."
    return Comparison.from_columns(
        "gradients: larger recurrent kernels",
        [str(scale) for scale in SCALES],
        _bounded(at),
        "recurrent kernel times",
        OF_SCALE,
        "curves",
        see=see,
        unit="size of the slope",
    )


def _tell(curves: Mapping[str, Interval], place: int) -> str:
    """Each curve's number at a place, with its interval where it has one."""
    found = []
    for name, one in curves.items():
        mean, low, high = (f"{end:.0f}" if end >= 100 else f"{end:.2g}" for end in (b[place] for b in one))
        found.append(f"{name} {mean}" + (f" [{low}, {high}]" if np.isfinite(one.low[place]) else ""))
    return ", ".join(found)


def _bounded(curves: Mapping[str, Interval]) -> dict[str, Any]:
    """Numbers with their intervals, as columns X, X_low and X_high."""
    ends = ("", "_low", "_high")
    return {
        f"{name}{end}": bound for name, one in curves.items() for end, bound in zip(ends, one, strict=True)
    }


def _known(curves: Mapping[str, Interval]) -> int:
    """How many distances are known of all curves."""
    return int(np.isfinite(np.stack([one.mean for one in curves.values()])).all(axis=0).sum())
