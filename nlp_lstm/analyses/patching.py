"""patching: how much of the difference between two sentences moves with each state and gate, word by word.

Over many pairs of sentences that differ in one word, each part of each layer of one sentence takes, at the
changed word or a later one, the values of the other; see `states.patching`. Beside it stand a donor of the
same kind, which should move nothing, the other direction, and an untrained model.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nlp_lstm.analyses import ANALYSES
from nlp_lstm.analyses.moves import measure_moves, measure_units
from nlp_lstm.analyses.sentence_pairs import SentencePair, built_in, read_pairs
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison
from nlp_lstm.report.markup import count

MOST = 0.8  # of what all units move: where the table of units ends
MEANING = (
    "share of the difference in the score that moves if this part takes, at this word, the values that it "
    "has in the other sentence; 0: nothing, 1: all of it; the score is the logit of {} less that of {} "
    "after the last word"
)
CONTROLS = (
    "low, high: 95 % interval, by pair; other_direction: sentence and donor in each other's place; "
    "same_kind: a donor whose word is of the sentence's own kind, as a share of the same difference; "
    "untrained: the same of the model before training"
)


@ANALYSES.register("patching")
def compare_patching(studies: Sequence[Study], seed: int) -> tuple[Comparison, ...]:
    """Return the tables of the pairs that are built in."""
    return patching_tables(studies, seed)


def patching_tables(
    studies: Sequence[Study], seed: int, pairs: str | Path | None = None, units: bool = False
) -> tuple[Comparison, ...]:
    """Return for each run a map of parts and words for each layer, and a table with intervals and controls.

    Args:
        studies: runs of any cell; their sentences are not read.
        seed: draws the intervals.
        pairs: a file of pairs, as `read_pairs` takes it; None for those that are built in.
        units: whether a table says how few units of the cell state move most of it.

    Raises:
        DataError: if a run does not know the words of the pairs, or two sentences do not differ in one word.
    """
    tables: list[Comparison] = []
    for study in studies:
        chosen = read_pairs(pairs) if pairs else built_in(study.run)
        tables += _run_tables(study, chosen, seed)
        if units:
            tables.append(_unit_table(study, chosen, seed))
    return tuple(tables)


def _run_tables(study: Study, pairs: Sequence[SentencePair], seed: int) -> list[Comparison]:
    """The maps of a run's layers, and their tables with intervals and controls."""
    parts, shares = CELLS.get(study.run.settings.cell).parts, measure_moves(study.run, pairs).shares(seed)
    others = {
        "other_direction": measure_moves(study.run, [pair.turned() for pair in pairs]).shares(seed),
        "same_kind": measure_moves(study.run, pairs, alike=True).shares(seed),
        "untrained": measure_moves(study.untrained, pairs).shares(seed),
    }
    if not all(pair.alike for pair in pairs):
        del others["same_kind"]
    words = ["the changed word", *(f"{number} later" for number in range(1, shares.mean.shape[2]))]
    first = pairs[0]
    told = f"{count(len(pairs), 'pair')} such as “{first.sentence}” and “{first.donor}”"
    meaning = f"{MEANING.format(*first.outputs)}; {told}"
    rows = [f"{part}, {word}" for part in parts for word in words]
    maps, tables = [], []
    for number in range(study.run.settings.layers):
        title = study.title(f"layer_{number + 1}", "what moves the answer")
        cells = dict(zip(words, shares.mean[number].T, strict=True))
        table = Comparison.from_columns(title, parts, cells, "part", meaning, "map")
        maps.append(replace(table, see=_see(shares, number, parts)))
        columns = {"share": shares.mean, "low": shares.low, "high": shares.high}
        columns |= {name: other.mean for name, other in others.items()}
        flat = {name: values[number].ravel() for name, values in columns.items()}
        named = f"{title}, with intervals and controls"
        tables.append(Comparison.from_columns(named, rows, flat, "part, word", f"{meaning}; {CONTROLS}"))
    return maps + tables


def _see(shares: Interval, layer: int, parts: Sequence[str]) -> str:
    """A sentence about hidden and cell state one word after the changed one."""
    if "cell_state" not in parts or shares.mean.shape[2] < 3:
        return ""
    told = []
    for part in ("cell state", "hidden state"):
        place = layer, parts.index(part.replace(" ", "_")), 1
        low, high = shares.low[place], shares.high[place]
        told.append(f"the {part} moves {shares.mean[place]:.2f} ({low:.2f} to {high:.2f})")
    return f"One word after the changed one, {told[0]} of the difference, {told[1]}."


def _unit_table(study: Study, pairs: Sequence[SentencePair], seed: int) -> Comparison:
    """How few units of the last layer move most of what all of them move."""
    units = measure_units(study.run, pairs, seed)
    whole, every = float(units.together.mean[-1]), len(units.ranked)
    enough = int((units.together.mean >= MOST * whole).argmax()) + 1
    columns = {"unit": units.ranked.tolist(), "alone": units.alone, "together": units.together.mean}
    columns |= {"low": units.together.low, "high": units.together.high}
    state = units.part.replace("_", " ")
    title = study.title(f"layer_{study.run.settings.layers}", f"units of the {state} that move the answer")
    meaning = (
        "share of the difference that moves with the donor's values in this unit alone, on every second "
        "pair, by which the units are ranked; and in all units down to this one together, on the other "
        f"pairs, with their 95 % interval; one word before the last. Shown until {MOST:.0%} of what all "
        f"{every} units move together, {whole:.2f}, have moved"
    )
    rows = [str(number) for number in range(1, enough + 1)]
    shown = {name: values[:enough] for name, values in columns.items()}
    see = f"{enough} of {every} units move {MOST:.0%} of what all of them move."
    return replace(Comparison.from_columns(title, rows, shown, "rank", meaning), see=see)
