"""find(): the words of an extracted corpus at which a unit is on, in their contexts.

The question of LSTMVis (Strobelt et al. 2018), asked of a folder that `extract` wrote. The shards are gone
through one by one, and only the columns that are asked for are read.
"""

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlp_lstm.corpus_states.manifests import WORD_COLUMNS, Manifest, column_name, read_manifest
from nlp_lstm.corpus_states.shards import read_groups, shard_numbers, shard_path
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.report import Comparison, Report, Value
from nlp_lstm.report.given import check_path
from nlp_lstm.report.progress import ShareReport, tell, track

COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
CONDITION = re.compile(
    r"\s*(\w[\w -]*?)\s*\[\s*(\d+)\s*,\s*(\d+)\s*\]\s*(>=|<=|>|<)\s*"
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
)
AROUND = 6  # words of context on either side


@dataclass(frozen=True)
class Unit:
    """One number of every word: a part's unit, from 0, in a layer, from 1."""

    part: str
    layer: int
    unit: int

    def __str__(self) -> str:
        return f"{self.part}[{self.layer},{self.unit}]"


@dataclass(frozen=True)
class Condition:
    """What must hold at a word: a unit is above or below a number."""

    unit: Unit
    sign: str
    number: float


@dataclass(frozen=True)
class Hit:
    """A word that was found: its shard, its row there, and the values of the units that are shown."""

    shard: int
    row: int
    values: tuple[float, ...]


def find(
    folder: str | Path,
    part: str = "cell_state",
    unit: int | None = None,
    layer: int | None = None,
    top: int = 20,
    where: str | None = None,
    report: ShareReport | None = None,
) -> Report:
    """Return the words of an extracted corpus where a unit is highest, or where a condition holds.

    Args:
        folder: as `extract` wrote it.
        part, unit, layer: what to look at; unit from 0, layer from 1, None for the last one extracted.
        top: how many words.
        where: conditions such as "cell_state[1,17] > 0.8", a part with its layer and unit, then one of
            > >= < <= and a number; several are joined by " and ". Without `unit` the first words at which
            they hold are returned, with it the highest of them.
        report: called with the share of the shards that is done, in [0, 1].

    Returns:
        A report with a row per word: values, numbers of sentence and word, label, prediction and context.

    Raises:
        UsageError: if neither unit nor where is given, or one is not in the folder or not understood.
        MissingInputError: if the folder is not an extraction.
        DataError: if a file of it is damaged.
    """
    folder = check_path(folder, "folder", "states")
    manifest = read_manifest(folder)
    if unit is None and where is None:
        raise UsageError('nothing to look for: give --unit NUMBER or --where "cell_state[1,17] > 0.8"')
    if top < 1:
        raise UsageError(f"top is {top}: it must be at least 1")
    wanted = None if unit is None else Unit(part, manifest.layers[-1] if layer is None else layer, unit)
    conditions = parse_conditions(where) if where is not None else []
    if wanted is not None:
        wanted = _named(wanted, manifest, folder)
    conditions = [replace(one, unit=_named(one.unit, manifest, folder)) for one in conditions]
    units = [*([wanted] if wanted else []), *(condition.unit for condition in conditions)]
    shown = [one for place, one in enumerate(units) if one not in units[:place]]
    with tell(report):
        hits, matching, words = _search(folder, manifest, shown, conditions, wanted is not None, top)
    facts = {
        "folder": str(folder),
        "run": manifest.run,
        "data": manifest.data,
        "split": manifest.split or None,
        "status": manifest.status if manifest.status != "finished" else None,
        "words": words,
        "matching": matching if conditions else None,
    }
    title = f"where {where}" if where else "all words"
    title += f", by {wanted}, highest first" if wanted else ", in the order of the corpus"
    return Report((_table(folder, title, shown, hits),), facts=facts)


def parse_conditions(where: str) -> list[Condition]:
    """Read conditions that are joined by " and ".

    Raises:
        UsageError: if one is not a unit, a sign and a number.

    Example:
        >>> [str(one.unit) for one in parse_conditions("cell_state[1,17] > 0.8 and input_gate[2, 3]<=.1")]
        ['cell_state[1,17]', 'input_gate[2,3]']
    """
    found = []
    for text in re.split(r"\band\b", where):
        match = CONDITION.fullmatch(text)
        if match is None:
            raise UsageError(
                f"{text.strip()!r} is not a condition: write PART[LAYER,UNIT] > NUMBER (or >=, <, <=), "
                'several with ` and ` between, such as "cell_state[1,17] > 0.8"'
            )
        part, layer, unit, sign, number = match.groups()
        found.append(Condition(Unit(part, int(layer), int(unit)), sign, float(number)))
    return found


def _named(unit: Unit, manifest: Manifest, folder: Path) -> Unit:
    """A unit with its part as the folder names it; a UsageError where it was not extracted."""
    unit = replace(unit, part=match_name(f"part in {folder}", unit.part, manifest.parts))
    if unit.layer not in manifest.layers:
        known = ", ".join(map(str, manifest.layers))
        raise UsageError(f"layer is {unit.layer}: {folder} holds the layers {known}")
    if not 0 <= unit.unit < manifest.units:
        raise UsageError(f"unit is {unit.unit}: {folder} holds the units 0 to {manifest.units - 1}")
    return unit


def _search(
    folder: Path,
    manifest: Manifest,
    shown: Sequence[Unit],
    conditions: Sequence[Condition],
    by_value: bool,
    top: int,
) -> tuple[list[Hit], int, int]:
    """The `top` hits, highest first or in the order of the corpus; how many words match, and are there."""
    hits: list[Hit] = []
    matching = words = 0
    for shard, first, values in _values(folder, manifest, shown):
        holds = np.ones(len(values[shown[0]]), bool)
        for condition in conditions:
            holds &= COMPARE[condition.sign](values[condition.unit], condition.number)
        rows = np.flatnonzero(holds)
        matching, words = matching + len(rows), words + len(holds)
        if by_value:
            rows = rows[np.argsort(-values[shown[0]][rows], kind="stable")]
        found = [
            Hit(shard, first + int(row), tuple(float(values[u][row]) for u in shown)) for row in rows[:top]
        ]
        hits = sorted([*hits, *found], key=lambda hit: -hit.values[0] if by_value else 0)[:top]
    return hits, matching, words


def _values(
    folder: Path, manifest: Manifest, units: Sequence[Unit]
) -> Iterator[tuple[int, int, Mapping[Unit, np.ndarray]]]:
    """Of every row group its shard, its first row there, and the values of some units, `(rows,)`."""
    names = {unit: column_name(unit.layer, unit.part) for unit in units}
    for shard in track(shard_numbers(folder, manifest)):
        first = 0
        for group in read_groups(folder, shard, sorted(set(names.values()))):
            if any(values.shape[1:] != (manifest.units,) for values in group.values()):
                raise DataError(f"{shard_path(folder, shard)} has not {manifest.units} units: extract again")
            yield shard, first, {unit: group[name][:, unit.unit] for unit, name in names.items()}
            first += len(next(iter(group.values())))


def _table(folder: Path, title: str, shown: Sequence[Unit], hits: Sequence[Hit]) -> Comparison:
    """The words of hits, in their order, with what stands around them."""
    rows: dict[Hit, tuple[Value, ...]] = {}
    for shard in sorted({hit.shard for hit in hits}):
        columns = _word_columns(folder, shard)
        for hit in hits:
            if hit.shard == shard:
                told = (columns[name][hit.row] for name in WORD_COLUMNS)
                rows[hit] = (*told, _context(columns, hit.row))
    values = []
    for hit in hits:
        sentence, number, _, label, prediction, context = rows[hit]
        values.append((*hit.values, sentence, number, label, prediction, context))
    columns = (*map(str, shown), "sentence", "word number", "label", "prediction", "context")
    words = [str(rows[hit][2]) for hit in hits]
    meaning = "prediction: what the model says after the word; context: the word with the words around it"
    see = "" if hits else "No rows, because no word meets the condition: give another number or another unit."
    return Comparison(title, words, columns, values, "word", meaning, see=see)


def _word_columns(folder: Path, shard: int) -> dict[str, list]:
    """All columns of a shard but the states."""
    groups = list(read_groups(folder, shard, list(WORD_COLUMNS)))
    return {name: [value for group in groups for value in group[name]] for name in WORD_COLUMNS}


def _context(columns: Mapping[str, list], row: int) -> str:
    """A word, marked, among those around it in its sentence."""
    sentence, words = columns["sentence_number"], columns["word"]
    around = range(max(0, row - AROUND), min(len(words), row + AROUND + 1))
    shown = [
        f"«{words[place]}»" if place == row else words[place]
        for place in around
        if sentence[place] == sentence[row]
    ]
    return " ".join(shown)
