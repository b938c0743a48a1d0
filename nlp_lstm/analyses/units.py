"""units: single units that carry a known fact, and how the output changes when they are held.

A unit is found on one half of the sentences and judged on the other, since among hundreds of units some fit
any half by chance. Of an untrained model the best units are chosen in the same way.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses._facts import Fact, find_facts
from nlp_lstm.analyses._holding import RANDOM, Effect, measure_effects
from nlp_lstm.analyses._seeing import show
from nlp_lstm.analyses._words import check_sentences, join, rank_correlation, roc_auc, starts_among, starts_of
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report import Comparison
from nlp_lstm.report.progress import part, track
from nlp_lstm.states.changes import STATES
from nlp_lstm.states.traces import Trace

BEST = 5  # units of each state and fact
MEANING = (
    "area: for a fact that is true or false, the area under the ROC curve of the unit; 0.5: chance, 1: "
    "always higher where the fact is true, 0: always lower. correlation: for other facts, Spearman's; 0: "
    "chance, 1 or -1: perfect. found: on the half of the sentences that the unit was chosen on. confirmed: "
    "on the other half, with its 95 % interval by sentence. untrained: the unit chosen in its place in the "
    "same model before training"
)
HOLDING = (
    "how much the output changes if the units are held at their mean over the corpus: total variation "
    "distance, 0 (no change) to 1, over words of the half that the units were not chosen on, with its 95 % "
    "interval by sentence. random: the same for as many randomly drawn units, mean and middle 95 % of "
    f"{RANDOM} draws"
)


class Carriers(NamedTuple):
    """The units of a state that carry a fact best, the best first.

    Args:
        measure: "area" or "correlation".
        units: their numbers, `(5,)`, fewer of a small layer.
        found: how well, on the half that they are chosen on, `(5,)`.
        confirmed: how well on the other half, `(5,)`.
    """

    measure: str
    units: np.ndarray
    found: np.ndarray
    confirmed: Interval


@ANALYSES.register("units")
def units(studies: Sequence[Study], seed: int = 0) -> tuple[Comparison, ...]:
    """Return the units that carry what is known of the words, and the effect of holding them.

    Args:
        studies: runs of any cell, over sentences with facts or labels of sentiment.
        seed: draws halves, random units and intervals.

    Returns:
        Per layer a table with the best five units of each state for each fact; then one of the effect of
        holding them, a row per layer, state and fact.

    Raises:
        DataError: if there are fewer than 60 sentences, no fact, or one that hardly differs.
    """
    tables, effects = [], {}
    for study in track(studies):
        halves = split_in_halves(study, seed)
        facts = find_facts(study, halves)
        for layer, traces in track(study.traces.items()):
            with part(0.5):
                found = {
                    (fact.name, state): (
                        find_carriers(traces, fact, state, halves, seed),
                        find_carriers(study.untrained_traces[layer], fact, state, halves, seed),
                    )
                    for fact in track(facts)
                    for state in STATES
                    if state in traces[0].parts
                }
            tables.append(_carrier_table(study, layer, found))
            held = [trained.units for trained, _ in found.values()]
            measured = measure_effects(study.run, layer, traces, held, halves[1], seed)
            for (name, state), chosen, effect in zip(found, held, measured, strict=True):
                effects[f"{study.run.name}, {layer}, {name}, {state}"] = (chosen, effect)
    return (*tables, _effect_table(effects))


def split_in_halves(study: Study, seed: int = 0) -> list[list[int]]:
    """Return the numbers of the sentences of either half, in order.

    Raises:
        DataError: if one has fewer than 30.
    """
    order = np.random.default_rng(seed).permutation(len(study.examples))
    halves = [sorted(order[: len(order) // 2].tolist()), sorted(order[len(order) // 2 :].tolist())]
    check_sentences(f"units of {study.run.name}, found on one half,", len(halves[0]))
    return halves


def find_carriers(
    traces: Sequence[Trace], fact: Fact, state: str, halves: Sequence[Sequence[int]], seed: int = 0
) -> Carriers:
    """Return the units that carry a fact best.

    Args:
        traces: of one layer.
        fact: of the words of the same sentences.
        state: "hidden_state" or "cell_state".
        halves: numbers of the sentences to find them on, and of those to confirm them on.
        seed: draws intervals.
    """
    chance = 0.5 if fact.two_valued else 0.0
    count = min(BEST, traces[0].parts[state].shape[1] // 2)
    found = _measure(traces, fact, state, halves[0], seed).mean
    best = np.argsort(-np.abs(found - chance), kind="stable")[:count]
    confirmed = _measure(traces, fact, state, halves[1], seed, best)
    return Carriers("area" if fact.two_valued else "correlation", best, found[best], confirmed)


def _measure(
    traces: Sequence[Trace],
    fact: Fact,
    state: str,
    sentences: Sequence[int],
    seed: int,
    chosen: np.ndarray | slice = slice(None),
) -> Interval:
    """How well units carry a fact over some sentences, `(units,)`."""
    read = [traces[number] for number in sentences]
    values, told = join(read, state)[:, chosen], fact.of(sentences)
    known = ~np.isnan(told)
    starts = starts_among(known, starts_of(read))
    if fact.two_valued:
        return roc_auc(values[known], told[known] == np.nanmax(told), starts, seed)
    return rank_correlation(values[known], told[known], starts, seed)


def _carrier_table(
    study: Study, layer: str, found: dict[tuple[str, str], tuple[Carriers, Carriers]]
) -> Comparison:
    """Five rows per fact and state."""
    rows = {}
    for (name, state), (trained, untrained) in found.items():
        figures = (trained.units.tolist(), trained.found, *trained.confirmed, untrained.confirmed.mean)
        for rank, values in enumerate(zip(*figures, strict=True), start=1):
            rows[f"{name}, {state} {rank}"] = (trained.measure, *values)
    names = ["measure", "unit", "found", "confirmed", "confirmed_low", "confirmed_high", "untrained"]
    columns = dict(zip(names, zip(*rows.values()), strict=True))
    title = study.title(layer, f"units that carry a fact, over {len(study.examples)} sentences")
    chart: dict[str, Any] = {"chart": "intervals", "unit": "area or correlation", "see": _see_carriers(found)}
    return Comparison.from_columns(title, list(rows), columns, "fact", MEANING, **chart)


def _see_carriers(found: dict[tuple[str, str], tuple[Carriers, Carriers]]) -> str:
    """Which unit carries the first fact best."""
    (name, state), (best, _) = next(iter(found.items()))
    value, low, high = (show(bound[0]) for bound in best.confirmed)
    return (
        f"The best unit of the {state.replace('_', ' ')} for {name} is unit {best.units[0]}: {best.measure} "
        f"{value} ({low} to {high}) on the other half."
    )


def _effect_table(effects: dict[str, tuple[np.ndarray, Effect]]) -> Comparison:
    """One row per layer, fact and state."""
    columns = {
        "units": [" ".join(map(str, sorted(chosen))) for chosen, _ in effects.values()],
        "output_change": [effect.held.mean for _, effect in effects.values()],
        "low": [effect.held.low for _, effect in effects.values()],
        "high": [effect.held.high for _, effect in effects.values()],
        "random": [effect.random.mean for _, effect in effects.values()],
        "random_low": [effect.random.low for _, effect in effects.values()],
        "random_high": [effect.random.high for _, effect in effects.values()],
        "sentences": [effect.sentences for _, effect in effects.values()],
    }
    more = sum(bool(effect.held.low > effect.random.high) for _, effect in effects.values())
    see = (
        f"In {more} of {len(effects)} rows, holding the found units changes the output more than "
        "holding random ones does."
    )
    chart: dict[str, Any] = {
        "chart": "intervals",
        "unit": "output change (total variation distance)",
        "see": see,
    }
    return Comparison.from_columns(
        "effect of holding units", list(effects), columns, "fact", HOLDING, **chart
    )
