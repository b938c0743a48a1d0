"""gates: the values of the gates and states of a layer, and how long its units hold what they take in.

A sigmoid gate lies in (0, 1): it lets through or holds back, and never amplifies. So does tanh's bound keep
h in (-1, 1). The cell state has no bound: i * g can be added to it again and again while f stays near 1.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._seeing import largest, show
from nlp_lstm.analyses._words import check_sentences, join, starts_of, word_mean
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval, draw_sentences, interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import track
from nlp_lstm.states.memory import fade_half_life
from nlp_lstm.states.traces import CLOSED, OPEN, Trace

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LONGEST_LIVED = 5  # units that a reader is shown
SHUT = -1e30  # ln f of a gate that is exactly 0: as good as -inf, and 0 times it is 0
MEANING = (
    "over all units at all words; mean_low, mean_high: the 95 % interval of the mean by sentence. A gate "
    "stays in (0, 1), candidate and hidden_state stay in (-1, 1); the cell_state has no bound. untrained: "
    "the same model before training"
)
SATURATION = (
    f"share of gates, over all units at all words, that are closed (below {CLOSED}) or open (above {OPEN}), "
    "with its 95 % interval by sentence; untrained: the same model before training"
)
HALF_LIVES = (
    "half-life: after how many words a unit has forgotten half of what it holds, from the mean of ln "
    "forget_gate over all words; quantiles over the units, and the 95 % interval of the median by sentence; "
    "over_20: share of units whose half-life is over 20 words; untrained: the same model before training"
)
UNITS = (
    "half_life: after how many words the unit has forgotten half of what it holds, from the mean of ln "
    "forget_gate over all words, with its 95 % interval by sentence. forget_gate: its mean over all words"
)


class Spread(NamedTuple):
    """Where the values of one part lie, over all units at all words.

    Args:
        mean: with its interval.
        quantiles: at 5, 25, 50, 75 and 95 %, `(5,)`.
        minimum, maximum: the extremes.
        closed, open: share of values below 0.1 and above 0.9; it says something of gates.
    """

    mean: Interval
    quantiles: np.ndarray
    minimum: float
    maximum: float
    closed: Interval
    open: Interval


class HalfLives(NamedTuple):
    """For how long the units of an LSTM's layer hold what they are told, in words.

    Args:
        units: of each unit, `(units,)`.
        median: over the units.
    """

    units: Interval
    median: Interval


@ANALYSES.register("gates")
def gates(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return where gates and states lie, and the half-lives of the units from their forget gates.

    Args:
        studies: runs of any cell.
        seed: draws intervals.

    Returns:
        Per layer a table of all parts, one of the saturation of its gates, and one with a row per unit, the
        longest-lived first; then one of half-lives with a row per layer. What there are no gates for is left
        out.

    Raises:
        DataError: if there are fewer than 30 sentences.
    """
    tables, half_lives = [], {}
    for study in track(studies):
        check_sentences(f"gates of {study.run.name}", len(study.examples))
        for layer, traces in track(study.traces.items()):
            before = study.untrained_traces[layer]
            trained, untrained = measure_gates(traces, seed), measure_gates(before, seed)
            tables.append(_part_table(study, layer, trained, untrained))
            if any(part.endswith("_gate") for part in trained):
                tables.append(_saturation_table(study, layer, trained, untrained))
            if "forget_gate" in trained:
                lives = measure_half_lives(traces, seed)
                tables.append(_unit_table(study, layer, lives))
                median = measure_half_lives(before, seed).median.mean
                half_lives[f"{study.run.name}, {layer}"] = _half_life_row(lives, float(median))
    if half_lives:
        columns = list(next(iter(half_lives.values())))
        values = [tuple(row.values()) for row in half_lives.values()]
        chart: dict[str, Any] = {"chart": "spread", "unit": "words", "see": _see_layers(half_lives)}
        title = "half-lives of units, in words"
        tables.append(Comparison(title, list(half_lives), columns, values, "layer", HALF_LIVES, **chart))
    return tuple(tables)


def measure_gates(traces: Sequence[Trace], seed: int = 0) -> dict[str, Spread]:
    """Return where the values of each part of a layer lie, by name of the part.

    Args:
        traces: of one layer, of any cell.
        seed: draws intervals.
    """
    return {part: _spread(join(traces, part), starts_of(traces), seed) for part in traces[0].parts}


def measure_half_lives(traces: Sequence[Trace], seed: int = 0) -> HalfLives:
    """Return the half-life of every unit over all words, as `memory.half_life` defines it.

    Args:
        traces: of one layer that has a forget gate.
        seed: draws intervals.
    """
    starts, gate = starts_of(traces), join(traces, "forget_gate").astype(np.float64)
    with np.errstate(divide="ignore"):
        fades = np.add.reduceat(np.maximum(np.log(gate), SHUT), starts, axis=0)
    counts = np.diff([*starts, len(gate)])
    weights = draw_sentences(len(starts), seed)
    drawn = fade_half_life((weights @ fades) / (weights @ counts)[:, None])
    units = fade_half_life(fades.sum(axis=0) / len(gate))
    return HalfLives(interval(units, drawn), interval(_middle(units), _middle(drawn)))


def _spread(values: np.ndarray, starts: np.ndarray, seed: int) -> Spread:
    """The spread of a part, `(words, units)`."""
    return Spread(
        word_mean(values.mean(axis=1), starts, seed),
        np.quantile(values, QUANTILES),
        float(values.min()),
        float(values.max()),
        word_mean((values < CLOSED).mean(axis=1), starts, seed),
        word_mean((values > OPEN).mean(axis=1), starts, seed),
    )


def _middle(half_lives: np.ndarray) -> np.ndarray:
    """The median over units, `(..., units)`, one of them, since the mean of two can be infinite."""
    return np.quantile(half_lives, 0.5, axis=-1, method="inverted_cdf")


def _rests_on(study: Study) -> str:
    """How many words and sentences a table rests on."""
    words = sum(len(example.words) for example in study.examples)
    return f"{words} words of {len(study.examples)} sentences"


def _part_table(
    study: Study, layer: str, trained: dict[str, Spread], untrained: dict[str, Spread]
) -> Comparison:
    """One row per part, and one for it in the untrained model."""
    rows = {}
    for part, spread in trained.items():
        rows |= {part: spread, f"{part} untrained": untrained[part]}
    columns = {
        "mean": [spread.mean.mean for spread in rows.values()],
        "mean_low": [spread.mean.low for spread in rows.values()],
        "mean_high": [spread.mean.high for spread in rows.values()],
        "minimum": [spread.minimum for spread in rows.values()],
    }
    for number, quantile in enumerate(QUANTILES):
        columns[f"{100 * quantile:g} %"] = [spread.quantiles[number] for spread in rows.values()]
    columns["maximum"] = [spread.maximum for spread in rows.values()]
    title = study.title(layer, f"its parts over {_rests_on(study)}")
    chart: dict[str, Any] = {"chart": "spread", "unit": "value", "see": _see_parts(trained)}
    return Comparison.from_columns(title, list(rows), columns, "part", MEANING, **chart)


def _saturation_table(
    study: Study, layer: str, trained: dict[str, Spread], untrained: dict[str, Spread]
) -> Comparison:
    """One row per gate."""
    names = [part for part in trained if part.endswith("_gate")]
    columns = {}
    for share in ("closed", "open"):
        found = [getattr(trained[name], share) for name in names]
        columns |= {share: [one.mean for one in found]}
        columns |= {f"{share}_low": [one.low for one in found], f"{share}_high": [one.high for one in found]}
        columns |= {f"untrained_{share}": [getattr(untrained[name], share).mean for name in names]}
    title = study.title(layer, f"saturation of gates over {_rests_on(study)}")
    see = largest("Most often open", {name: trained[name].open for name in names})
    return Comparison.from_columns(title, names, columns, "gate", SATURATION, "intervals", see=see)


def _unit_table(study: Study, layer: str, lives: HalfLives) -> Comparison:
    """One row per unit, the longest-lived first."""
    units = np.argsort(-lives.units.mean, kind="stable")
    columns = {
        "half_life": lives.units.mean[units],
        "half_life_low": lives.units.low[units],
        "half_life_high": lives.units.high[units],
        "forget_gate": join(study.traces[layer], "forget_gate").mean(axis=0)[units],
    }
    title = study.title(layer, f"half-life of each unit, in words, over {_rests_on(study)}")
    rows = [str(unit) for unit in units]
    best, low, high = (show(bound[units[0]]) for bound in lives.units)
    see = (
        f"Unit {units[0]} has the longest half-life, {best} words ({low} to {high}); the median of all "
        f"units is {show(lives.median.mean)} words."
    )
    chart: dict[str, Any] = {"chart": "ranked", "unit": "half-life in words", "see": see}
    return Comparison.from_columns(title, rows, columns, "unit", UNITS, first=LONGEST_LIVED, **chart)


def _see_parts(trained: dict[str, Spread]) -> str:
    """How far the gates and the cell state reach."""
    gates = [spread.maximum for part, spread in trained.items() if part.endswith("_gate")]
    told = [f"no gate is above {max(gates):.3f}"] if gates else []
    if "cell_state" in trained:
        reach = max(abs(trained["cell_state"].minimum), trained["cell_state"].maximum)
        told.append(f"the cell state reaches {show(reach)} in absolute value")
    text = ", and ".join(told)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _see_layers(rows: dict[str, dict[str, float]]) -> str:
    """Which layer holds longest."""
    names = ("50 %", "median_low", "median_high")
    found = {layer: Interval(*(np.asarray(row[name]) for name in names)) for layer, row in rows.items()}
    return largest("Longest median half-life", found)


def _half_life_row(lives: HalfLives, untrained: float) -> dict[str, float]:
    """The half-lives of a layer in a row."""
    units = lives.units.mean
    quantiles = np.quantile(units, QUANTILES, method="inverted_cdf")
    row = {f"{100 * at:g} %": float(value) for at, value in zip(QUANTILES, quantiles)}
    row |= {"median_low": float(lives.median.low), "median_high": float(lives.median.high)}
    return row | {
        "maximum": float(units.max()),
        "over_20": float((units > 20).mean()),
        "untrained_50 %": untrained,
    }
