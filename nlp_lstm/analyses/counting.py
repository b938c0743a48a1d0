"""counting: does a cell count? Accuracy on strings longer than any in training, and the unit that counts.

An LSTM can count in its cell state, which has no bound: a unit adds a step at one word and takes it off at
another. A GRU's hidden state is a mean of what came before, in (-1, 1), and so it is soon full. Whether a
training finds the counter, and how far it then reaches, is measured over several seeds.

Source: Weiss, Goldberg & Yahav 2018, "On the Practical Computational Power of Finite Precision RNNs for
Language Recognition"; that one unit is enough: Suzgun et al. 2019, "LSTM Networks Can Perform Dynamic
Counting".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._counter_tables import correlation_table, unit_curves, unit_table
from nlp_lstm.analyses._counting import Counted, Tally, check_counts, count_with, over_seeds
from nlp_lstm.analyses._seeing import show
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import track

ROWS = (6, 14)  # most rows of lengths as in training, and of longer ones
WHOLE = "share of strings, 0 to 1, after all of whose words the answer is right"
LAST = (
    "share of strings, 0 to 1, after whose last word the answer is right; that of a model which already gave "
    "it before is right, too"
)
SHARES = {"whole": WHOLE, "last": LAST}
SEEDS = (
    "Mean over the runs of a cell with its 95 % interval, by Student's t over seeds and cut at 0 and 1. "
    "untrained: the same models before training"
)
BY_LENGTH = (
    "{share}. Row: strings of so many words, or fewer down to the row above; strings of up to {longest} "
    "words were in training. {seeds}"
)
BY_CELL = (
    f"{WHOLE}: of those no longer than strings in training (trained_lengths), and of longer ones (longer). "
    f"{SEEDS}"
)
BY_RUN = (
    f"trained_lengths, longer: {WHOLE}. right_up_to: strings of up to so many words are right, "
    "all of them; trained_up_to, tested_up_to: the words of the longest in training, and of the longest here"
)


@ANALYSES.register("counting")
def counting(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return how far each cell counts right, and the unit that counts.

    Args:
        studies: taggers, trained on strings with counts and reading such; those of one cell are its seeds.
        seed: draws nothing here.

    Returns:
        Curves of accuracy over length, of whole strings and of last words; accuracy by cell, and by run;
        how well the best unit goes with the count by cell, and what it does by run; and for each cell that
        unit along a long string.

    Raises:
        DataError: if the strings have no counts, or are fewer than 10.
        UsageError: if a run was not trained on such strings.

    Reference:
        Weiss, Goldberg & Yahav 2018; Suzgun et al. 2019.
    """
    for study in studies:
        check_counts(study)
    cells = {study.run.settings.cell for study in studies}
    simplest_first = sorted(cells, key=lambda cell: CELLS.get(cell).columns)
    found: dict[str, list[Counted]] = {cell: [] for cell in simplest_first}
    for study in track(studies):
        found[study.run.settings.cell].append(count_with(study))
    return (
        _length_table(found, "whole strings right, by length", "whole"),
        _length_table(found, "last word right, by length", "last"),
        _cell_table(found),
        _run_table(found),
        correlation_table(found),
        unit_table(found),
        *(unit_curves(runs) for runs in found.values()),
    )


def group_lengths(lengths: np.ndarray, trained: int) -> list[np.ndarray]:
    """Return lengths in groups, the rows of a table: those as in training, and then longer ones.

    Args:
        lengths: of strings, in words.
        trained: the longest in training.

    Example:
        >>> [group.tolist() for group in group_lengths(np.array([2, 2, 4, 6]), 4)]
        [[2], [4], [6]]
    """
    lengths = np.unique(lengths)
    parts = (lengths[lengths <= trained], lengths[lengths > trained])
    return [
        group
        for part, most in zip(parts, ROWS, strict=True)
        if part.size
        for group in np.array_split(part, min(most, len(part)))
    ]


def _length_table(found: Mapping[str, Sequence[Counted]], about: str, answers: str) -> Comparison:
    """Accuracy over length, a curve for each cell."""
    everything = [run for runs in found.values() for run in runs]
    longest = max(run.reach.length for run in everything)
    groups = group_lengths(np.concatenate([run.lengths for run in everything]), longest)

    def shares(runs: Sequence[Counted], model: str) -> np.ndarray:
        """How many strings of each group each run has right, `(runs, groups)`."""
        among = [[np.isin(run.lengths, group) for group in groups] for run in runs]
        return np.array(
            [
                [_share(getattr(getattr(run, model), answers), one) for one in of_run]
                for run, of_run in zip(runs, among, strict=True)
            ]
        )

    columns: dict[str, Any] = {}
    for cell, runs in found.items():
        columns |= _bounded(cell, over_seeds(shares(runs, "trained")))
    for cell, runs in found.items():
        columns[f"untrained_{cell}"] = shares(runs, "untrained").mean(axis=0)
    columns["strings"] = [int(np.isin(everything[0].lengths, group).sum()) for group in groups]
    meaning = BY_LENGTH.format(share=SHARES[answers], longest=longest, seeds=SEEDS)
    chart: dict[str, Any] = {
        "chart": "curves",
        "unit": "share of strings",
        "see": _see_longer(found, answers),
    }
    rows = [str(group[-1]) for group in groups]
    return Comparison.from_columns(f"counting: {about}", rows, columns, "words of a string", meaning, **chart)


def _cell_table(found: Mapping[str, Sequence[Counted]]) -> Comparison:
    """Accuracy on whole strings, as long as in training and longer, a row for each cell."""
    columns: dict[str, Any] = {}
    for name in ("trained_lengths", "longer"):
        told = [over_seeds([_on(run, run.trained, name) for run in runs]) for runs in found.values()]
        columns |= _bounded(name, Interval(*(np.array(bound) for bound in zip(*told, strict=True))))
        columns[f"untrained_{name}"] = [
            np.mean([_on(run, run.untrained, name) for run in runs]) for runs in found.values()
        ]
    columns["seeds"] = [len(runs) for runs in found.values()]
    chart: dict[str, Any] = {
        "chart": "intervals",
        "unit": "share of strings",
        "see": _see_longer(found, "whole"),
    }
    title = "counting: whole strings right, by cell"
    return Comparison.from_columns(title, list(found), columns, "cell", BY_CELL, **chart)


def _run_table(found: Mapping[str, Sequence[Counted]]) -> Comparison:
    """Accuracy on whole strings and how far it reaches, a row for each run."""
    rows = [run for runs in found.values() for run in runs]
    columns: dict[str, Any] = {
        "cell": [run.study.run.settings.cell for run in rows],
        "seed": [run.study.run.settings.seed for run in rows],
        **{name: [_on(run, run.trained, name) for run in rows] for name in ("trained_lengths", "longer")},
        "right_up_to": [run.right_up_to for run in rows],
        "trained_up_to": [run.reach.length for run in rows],
        "tested_up_to": [int(run.lengths.max()) for run in rows],
    }
    names, title = [run.study.run.name for run in rows], "counting: whole strings right, by run"
    return Comparison.from_columns(title, names, columns, "run", BY_RUN, see=_see_reach(found))


def _on(run: Counted, tally: Tally, side: str) -> float:
    """The share of whole strings that are right on one side of the longest string in training."""
    return _share(tally.whole, run.longer if side == "longer" else ~run.longer)


def _share(right: np.ndarray, among: np.ndarray) -> float:
    """The share that is right among some strings, NaN of none."""
    return float(right[among].mean()) if among.any() else np.nan


def _bounded(name: str, found: Interval) -> dict[str, Any]:
    """A number for each row and its interval, as columns."""
    return {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}


def _see_longer(found: Mapping[str, Sequence[Counted]], answers: str) -> str:
    """How much of the strings that are longer than any in training each cell has right."""
    told = []
    for cell, runs in found.items():
        one = over_seeds([_share(getattr(run.trained, answers), run.longer) for run in runs])
        if np.isfinite(one.mean):
            bounds = f"({show(one.low)} to {show(one.high)})" if np.isfinite(one.low) else "(one run)"
            told.append(f"{cell} {show(one.mean)} {bounds}")
    return f"Strings longer than any in training: {', '.join(told)}." if told else ""


def _see_reach(found: Mapping[str, Sequence[Counted]]) -> str:
    """How far the runs of each cell are right."""
    told = [
        f"{cell} {', '.join(map(str, sorted(run.right_up_to for run in runs)))}"
        for cell, runs in found.items()
    ]
    return f"Length up to which all strings are right, in words, run by run: {'; '.join(told)}."
