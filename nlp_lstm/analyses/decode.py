"""decode: what a linear probe reads from inputs, hidden state, cell state and tanh of the cell state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._probes import (
    Halves,
    Reading,
    control_target,
    features,
    halve,
    majority,
    read_target,
)
from nlp_lstm.analyses._seeing import along, of_states
from nlp_lstm.analyses._targets import Target, commonest_words, other_targets, word_target
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track

FARTHEST = 10  # words back
FEWEST_WORDS = 200  # to test on
PLACES = "words back"  # what the rows of curves are
NARROW = 0.02  # half of an interval that is narrow enough
ACCURACY = (
    "accuracy of linear probes, in [0, 1], on sentences that they were not fitted on; low, high: the 95 % "
    "interval by sentence; majority: share of the commonest class; narrow: whether the intervals of both "
    f"states are within ± {NARROW:g}"
)
NO_TARGET = f"no rows: no target has {FEWEST_WORDS} words to test on; give more sentences or a larger --limit"
CONTROLS = (
    "untrained: accuracy of the same probe on the model before training. selectivity: accuracy minus that on "
    "a control task, which gives each word of the vocabulary a random class (Hewitt & Liang 2019)"
)


@dataclass(frozen=True)
class Decoded:
    """How well one target is read from one layer.

    Args:
        target: what is read.
        majority: the share of the commonest class.
        trained, untrained, control: what it is read from -> reading.
    """

    target: Target
    majority: Reading
    trained: dict[str, Reading]
    untrained: dict[str, Reading]
    control: dict[str, Reading]


@ANALYSES.register("decode")
def decode(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return how well a linear probe reads words, place, label and facts from the states of each layer.

    Args:
        studies: runs of any cell; of a GRU or RNN only the hidden state is read.
        seed: splits sentences, draws control tasks and intervals.

    Returns:
        Per layer a table of curves, a row for each word 0 to 10 places back, a table of the other targets,
        and one of the controls. Targets of fewer than 200 words to test on are left out.

    Raises:
        DataError: if there are fewer than 20 sentences, or too few words for any probe.
    """
    tables = []
    for study in track(studies):
        halves = halve(study, seed)
        words = commonest_words(study)
        back = [word_target(study, back, words) for back in range(FARTHEST + 1)]
        others = [word_target(study, -1, words), *other_targets(study)]
        for layer in track(study.traces):
            with part(0.6):
                backwards = measure_decoding(study, layer, back, halves, seed)
            rest = measure_decoding(study, layer, others, halves, seed)
            if not backwards + rest:
                raise DataError(f"{study.data} has too few words for a probe: give more sentences")
            rows = [str(number) for number in range(len(backwards))]
            about = f"reading the word at each place back, one of {len(words)} words"
            tables.append(_accuracies(study, layer, about, backwards, rows, PLACES, seed))
            names = [one.target.name for one in rest]
            tables.append(_accuracies(study, layer, "reading other things", rest, names, "target", seed))
            tables.append(_controls(study, layer, backwards + rest))
    return tuple(tables)


def measure_decoding(
    study: Study, layer: str, targets: Sequence[Target], halves: Halves, seed: int = 0
) -> list[Decoded]:
    """Return how well targets are read from one layer, those with enough words to test on."""
    trained = features(study.traces[layer])
    untrained = features(study.untrained_traces[layer])
    found = []
    for target in track(targets):
        asked = target.classes >= 0
        split = [len(np.unique(target.classes[asked & half])) for half in (halves.fitted, ~halves.fitted)]
        if (asked & ~halves.fitted).sum() < FEWEST_WORDS or min(split) < 2:
            continue
        control = control_target(study, target, seed)
        found.append(
            Decoded(
                target,
                majority(target, halves),
                {name: read_target(values, target, halves) for name, values in trained.items()},
                {name: read_target(values, target, halves) for name, values in untrained.items()},
                {name: read_target(values, control, halves) for name, values in trained.items()},
            )
        )
    return found


@dataclass(frozen=True)
class Reach:
    """How far back words can be read from the two states of a layer.

    Args:
        accuracy: mean over the words 1 to 10 places back, by state, and "difference", that from the cell
            state less that from the hidden state, drawn in pairs.
        untrained: the same of the untrained model.
        farthest: state -> how many words back all are read better than by naming the commonest word.
        untrained_farthest: the same of the untrained model.
    """

    accuracy: dict[str, Interval]
    untrained: dict[str, Interval]
    farthest: dict[str, int]
    untrained_farthest: dict[str, int]


def measure_reach(study: Study, layer: str, seed: int = 0) -> Reach:
    """Return how far back words can be read from hidden and cell state, with paired differences.

    Raises:
        DataError: if there are too few sentences or words to read the word before.
    """
    words = commonest_words(study)
    targets = [word_target(study, back, words) for back in range(1, FARTHEST + 1)]
    decoded = measure_decoding(study, layer, targets, halve(study, seed), seed)
    if not decoded:
        raise DataError(f"{study.data} has too few words for a probe: give more sentences")
    majorities = [one.majority for one in decoded]
    measured = []
    for readings in ([one.trained for one in decoded], [one.untrained for one in decoded]):
        states = {state: [one[state] for one in readings] for state in ("hidden_state", "cell_state")}
        accuracy = {state: better_by(found, None, seed) for state, found in states.items()}
        accuracy["difference"] = better_by(states["cell_state"], states["hidden_state"], seed)
        above = {
            state: [bool(better_by([one], [most], seed).low > 0) for one, most in zip(found, majorities)]
            for state, found in states.items()
        }
        farthest = {state: (*found, False).index(False) for state, found in above.items()}
        measured.append((accuracy, farthest))
    (trained, far), (untrained, untrained_far) = measured
    return Reach(trained, untrained, far, untrained_far)


def better_by(readings: Sequence[Reading], others: Sequence[Reading] | None, seed: int = 0) -> Interval:
    """Return the accuracy of some readings, less that of others of the same words if there are any."""
    hits, words = (np.sum(found, axis=0) for found in zip(*(one.per_sentence() for one in readings)))
    for other in others or ():
        hits = hits - other.per_sentence()[0]
    return mean_interval(hits, words, seed)


def _accuracies(
    study: Study,
    layer: str,
    about: str,
    decoded: Sequence[Decoded],
    rows: Sequence[str],
    row_kind: str,
    seed: int,
) -> Comparison:
    """The table of accuracies of one layer."""
    columns: dict[str, list] = {"majority": [one.majority.accuracy for one in decoded]}
    widths = np.zeros(len(decoded))
    for name in decoded[0].trained if decoded else ():
        columns[name] = [one.trained[name].accuracy for one in decoded]
        if name in ("hidden_state", "cell_state"):
            intervals = [one.trained[name].interval(seed) for one in decoded]
            columns[f"{name}_low"] = [float(found.low) for found in intervals]
            columns[f"{name}_high"] = [float(found.high) for found in intervals]
            widths = np.maximum(widths, [float(found.high - found.low) / 2 for found in intervals])
    columns["test_words"] = [len(one.majority.hits) for one in decoded]
    columns["narrow"] = [bool(width <= NARROW) for width in widths]
    meaning = ACCURACY if decoded else f"{NO_TARGET}. {ACCURACY}"
    chart = "curves" if row_kind == PLACES else "intervals"
    options: dict[str, Any] = {"chart": chart, "unit": "accuracy", "see": _see(decoded, row_kind, seed)}
    return Comparison.from_columns(study.title(layer, about), rows, columns, row_kind, meaning, **options)


def _see(decoded: Sequence[Decoded], row_kind: str, seed: int) -> str:
    """Which state the words before, or else the first of the targets, are read from better."""
    if not decoded:
        return ""
    found = {
        state: Interval(
            *(np.array(ends) for ends in zip(*(one.trained[state].interval(seed) for one in decoded)))
        )
        for state in ("hidden_state", "cell_state")
        if state in decoded[0].trained
    }
    if row_kind == PLACES:
        return along("Accuracy", found)
    first = {state: Interval(*(ends[0] for ends in one)) for state, one in found.items()}
    return of_states(f"Accuracy for the {decoded[0].target.name}", first)


def _controls(study: Study, layer: str, decoded: Sequence[Decoded]) -> Comparison:
    """The table of controls of one layer."""
    columns = {}
    for name in decoded[0].trained:
        columns[f"{name}_untrained"] = [one.untrained[name].accuracy for one in decoded]
        columns[f"{name}_selectivity"] = [
            one.trained[name].accuracy - one.control[name].accuracy for one in decoded
        ]
    rows = [one.target.name for one in decoded]
    see = "Selectivity below 0: the current word's name is easier to read than what was asked for."
    chart: dict[str, Any] = {"chart": "intervals", "see": see}
    return Comparison.from_columns(study.title(layer, "controls"), rows, columns, "target", CONTROLS, **chart)
