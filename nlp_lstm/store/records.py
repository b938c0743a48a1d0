"""What `run.json` may hold: four groups of entries, each checked when it is read.

    model    what it is: task, settings, label_names, versions
    reading  how it reads: the entries of `Reading`
    data     what it learned from: source, its options, SHA-256 of each split
    results  what it reached: status, seconds, metrics

`docs/look_up/run.schema.json` says the same to other programs. `data` alone may hold more than is known here:
nothing rests on it. A `reading` that is not known to the last word is refused: the model would misread.
"""

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from nlp_lstm.errors import DataError, UnknownNameError, UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.settings import Settings
from nlp_lstm.text.reading import Reading
from nlp_lstm.text.vocabulary import NORMALIZER

FORMAT = 2
STATUSES = ("finished", "interrupted", "diverged")
LARGEST = sys.float_info.max  # JSON has larger whole numbers, which no view could show
MOST_SHOWN = 40  # characters of a value in an error
HASH = re.compile("[0-9a-f]{64}")
RELEASE = re.compile(r"[0-9A-Za-z.+-]{1,40}")


class OtherVersionError(DataError):
    """A record of another version of nlp-lstm: nothing is damaged."""


@dataclass(frozen=True)
class Kind:
    """What an entry must be.

    Args:
        says: in words.
        holds: whether a value is that.
        needed: whether the entry must be there.
    """

    says: str
    holds: Callable[[Any], bool]
    needed: bool = True


def is_number(value: Any, least: float = -math.inf, most: float = math.inf) -> bool:
    """Return whether a value is a finite number of a range; True and False are none."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and abs(value) <= LARGEST and least <= value <= most


def is_count(value: Any, least: int = 0) -> bool:
    """Return whether a value is a whole number of at least `least`."""
    return isinstance(value, int) and is_number(value, least)


def is_strings(value: Any) -> bool:
    """Return whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def is_hash(value: Any) -> bool:
    """Return whether a value is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _each(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether a value is an object whose every entry is of a kind."""
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


def _or_none(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether a value is null or of a kind."""
    return lambda value: value is None or holds(value)


def _is(kind: type) -> Callable[[Any], bool]:
    """Whether a value is of a type."""
    return lambda value: isinstance(value, kind)


def _is_interval(value: Any) -> bool:
    """Whether a value is a lower and an upper end."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))


TEXT = Kind("a string", _is(str), needed=False)
TEXT_OR_NONE = Kind("a string or null", _or_none(_is(str)), needed=False)
OBJECT = Kind("an object", _is(dict))
GROUPS = {
    "model": {
        "task": Kind("a string", _is(str)),
        "settings": OBJECT,
        "label_names": Kind("a list of strings", is_strings),
        "versions": Kind("an object of strings", _each(_is(str))),
    },
    "reading": {
        "tokenized": Kind("true, false or null", _or_none(_is(bool))),
        "lowercase": Kind("true or false", _is(bool)),
        "starts_with_eos": Kind("true or false", _is(bool), needed=False),
        "ends_with_stop": Kind("true or false", _is(bool), needed=False),
        "normalizer": Kind("a list of strings", is_strings),
    },
    "data": {
        "source": TEXT,
        "labels": TEXT,
        "classes": Kind("a whole number", is_count, needed=False),
        "limit": Kind("a whole number or null", _or_none(lambda value: is_count(value, 1)), needed=False),
        "limit_takes": TEXT,
        "sha256": Kind("an object of SHA-256 sums", _each(is_hash), needed=False),
        "init_from": TEXT_OR_NONE,
        "preset": TEXT_OR_NONE,
        "subphrases": Kind("true or false", _is(bool), needed=False),
        "vectors": TEXT_OR_NONE,
        "vectors_share": Kind(
            "a number from 0 to 1", _or_none(lambda value: is_number(value, 0, 1)), needed=False
        ),
        "text_column": TEXT_OR_NONE,
        "word_column": TEXT_OR_NONE,
        "label_column": TEXT_OR_NONE,
        "separator": TEXT_OR_NONE,
        "encoding": TEXT,
        "header": Kind("true or false", _is(bool), needed=False),
        "notes": Kind("a list of strings", is_strings, needed=False),
    },
    "results": {
        "status": Kind(f"one of {', '.join(STATUSES)}", lambda value: value in STATUSES),
        "seconds": Kind("a number of at least 0", lambda value: is_number(value, 0)),
        "metrics": Kind("an object of objects", _each(_is(dict))),
    },
}
METRIC = {
    "model": Kind("a number or null", _or_none(is_number)),
    "interval": Kind("two numbers or null", _or_none(_is_interval)),
    "n": Kind("a whole number or null", _or_none(is_count)),
    "baselines": Kind("an object of numbers and nulls", _each(_or_none(is_number))),
}


def check_record(record: Mapping[str, Any], where: str) -> None:
    """Check that the four groups of a run's record hold what they must.

    Args:
        record: the groups by name.
        where: what an error calls it, such as the path of its file.

    Raises:
        DataError: if an entry is missing, not expected or not what it must be; names it.
        OtherVersionError: if the run reads text in a way that only a later version knows.
        UsageError: if a setting is unknown or outside its range.
    """
    check_entries(record, dict.fromkeys(GROUPS, OBJECT), where)
    _check_reading(record, where)
    for group, kinds in GROUPS.items():
        check_entries(record[group], kinds, where, more=group == "data")
    for name, values in record["results"]["metrics"].items():
        check_entries(values, METRIC, f"{where}, metric {shown(name)},")
    settings_from(record["model"]["settings"])


def check_entries(
    values: Mapping[str, Any], kinds: Mapping[str, Kind], where: str, more: bool = False
) -> None:
    """Check that an object has the entries that it must have, each of its kind.

    Args:
        values: the object.
        kinds: what it may hold.
        where: what an error calls it.
        more: whether it may hold other entries too.

    Raises:
        DataError: if it does not; names the first entry that is wrong.
    """
    missing = [name for name, kind in kinds.items() if kind.needed and name not in values]
    odd = [] if more else [shown(name) for name in values if name not in kinds]
    if missing or odd:
        names = ", ".join(sorted([*missing, *odd[:5]]))
        raise DataError(f"{where} is not the record of a run: {names} missing or not expected")
    for name, kind in kinds.items():
        if name in values and not kind.holds(values[name]):
            raise DataError(f"{where} has {name} {shown(values[name])}: it must be {kind.says}")


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Return the settings of a record; those that it does not name have their defaults.

    Raises:
        UsageError: if a setting is unknown or outside its range.
    """
    known = [entry.name for entry in fields(Settings)]
    for name in values:
        if name not in known:
            raise UnknownNameError("setting", name, known)
    try:
        settings = Settings(**values)
    except OverflowError:
        raise UsageError("a setting is too large a number") from None
    CELLS.get(settings.cell)
    return settings


def _check_reading(record: Mapping[str, Any], where: str) -> None:
    """Raise an OtherVersionError where text is read in a way that this version does not know."""
    reading = record["reading"]
    steps = reading.get("normalizer")
    unknown = [name for name in reading if name not in GROUPS["reading"]]
    unknown += [step for step in steps if step not in NORMALIZER] if is_strings(steps) else []
    if unknown:
        raise OtherVersionError(
            f"{where} was written by a newer nlp-lstm: its reading has {shown(unknown[0])}, which this one "
            f"does not know; install {release_of(record)} or newer"
        )


def reading_from(values: Mapping[str, Any]) -> Reading:
    """Return the group `reading` of a checked record."""
    return Reading(**{**values, "normalizer": tuple(values["normalizer"])})


def release_of(record: Mapping[str, Any]) -> str:
    """Return the release of nlp-lstm that wrote a record, as far as it can be read."""
    told: Any = record
    for name in ("model", "versions", "nlp-lstm"):
        told = told.get(name) if isinstance(told, Mapping) else None
    return (
        f"nlp-lstm {told}" if isinstance(told, str) and RELEASE.fullmatch(told) else "a release of nlp-lstm"
    )


def shown(value: Any) -> str:
    """Return a value as an error quotes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
