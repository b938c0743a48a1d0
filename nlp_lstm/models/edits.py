"""Edit: a part of a cell that is set or scaled while a run reads a sentence, which then goes on from there.

Unlike changing a trace afterwards, an edit reaches all that is computed from the part: the states of the
word, the layers above and the words that follow.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.models.network import EditLayer
from nlp_lstm.registry import match_name
from nlp_lstm.settings import Settings

HOLD = re.compile(
    r"(?P<part>[\w-]+)(\[(?P<layer>\d{1,6})(,\s*(?P<unit>\d{1,6}))?\])?"
    r"=(?P<value>[^@]+)(@(?P<first>\d{1,6})(-(?P<last>\d{1,6}))?)?"
)
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Edit:
    """One part that is set to a value, or multiplied by a scale, at some words.

    Args:
        part: name of a part of the run's cell, such as "forget_gate".
        value: what it is set to: a number, or one number per unit, `(units,)`, such as the state of
            another sentence.
        scale: what it is multiplied by; either this or `value` is given.
        words: numbers of the words, from 1; None for all.
        layer: number of the layer, from 1; None for all.
        unit: number of the unit, from 0; None for all.

    Example:
        >>> str(Edit("forget_gate", 1, words=range(3, 8)))
        'forget_gate=1@3-7'
    """

    part: str
    value: float | np.ndarray | None = None
    scale: float | None = None
    words: int | Sequence[int] | None = None
    layer: int | None = None
    unit: int | None = None

    @property
    def first(self) -> int:
        """Number of the first word that is edited."""
        return 1 if self.words is None else min(_numbers(self.words), default=1)

    def __str__(self) -> str:
        """The edit as `--hold` writes it; with `*` for a scale, and "values" for an array."""
        place = [str(number) for number in (self.layer, self.unit) if number is not None]
        amount = f"*{self.scale:g}" if self.value is None else f"={_shown(self.value)}"
        words = "" if self.words is None else f"@{_shown_words(_numbers(self.words))}"
        return f"{self.part}{'[' + ','.join(place) + ']' if place else ''}{amount}{words}"


Edits = Edit | Sequence[Edit] | None


def parse_hold(text: str) -> Edit:
    """Return the edit that `PART[LAYER,UNIT]=VALUE@WORDS` stands for.

    Without brackets it is made in all layers and units, without the unit in all units of the layer, and
    without words at all of them.

    Raises:
        UsageError: if the text is not of this form.

    Example:
        >>> parse_hold("forget_gate=1@3-7")
        Edit(part='forget_gate', value=1.0, scale=None, words=range(3, 8), layer=None, unit=None)
    """
    found = HOLD.fullmatch(text.strip())
    try:
        value = float(found["value"]) if found else None
    except ValueError:
        value = None
    if found is None or value is None:
        raise UsageError(f"hold {text!r}: say PART[LAYER,UNIT]=VALUE@WORDS, such as forget_gate=1@3-7")
    numbers = {name: int(found[name]) for name in ("layer", "unit", "first", "last") if found[name]}
    first, last = numbers.get("first"), numbers.get("last")
    words = range(first, last + 1) if first is not None and last is not None else first
    return Edit(found["part"], value, words=words, layer=numbers.get("layer"), unit=numbers.get("unit"))


def editing(edits: Edits, settings: Settings, timesteps: int) -> EditLayer | None:
    """Return the edits as the function that `Network.read` calls with every part, or None for no edit.

    Args:
        edits: one or several; made in this order.
        settings: of the run that reads.
        timesteps: number of words of the sentence.

    Raises:
        UnknownNameError: if the run's cell has no such part; suggests the near ones.
        UsageError: if a word, layer or unit is out of range, or if not exactly one of value and scale is
            given, of a right shape and finite.
    """
    parts = CELLS.get(settings.cell).parts
    edits = [edits] if isinstance(edits, Edit) else list(edits or ())
    edits = [replace(edit, part=match_name(f"part of {settings.cell}", edit.part, parts)) for edit in edits]
    for edit in edits:
        _check_amount(edit, settings)
        _check_place(edit, settings, timesteps)
    planned = [(edit, None if edit.words is None else set(_numbers(edit.words))) for edit in edits]

    def apply(layer: int, t: int, part: str, values: np.ndarray) -> None:
        for edit, words in planned:
            if edit.part == part and edit.layer in (None, layer) and (words is None or t + 1 in words):
                _write(edit, values)

    return apply if planned else None


def shifted(edit: EditLayer, words: int) -> EditLayer:
    """Return an edit of a text for what of it comes after some words."""
    return lambda layer, t, part, values: edit(layer, t + words, part, values)


def _write(edit: Edit, values: np.ndarray) -> None:
    """Change the values of a part, `(batch, units)`, in place."""
    chosen = values if edit.unit is None else values[:, edit.unit : edit.unit + 1]
    if edit.value is None:
        chosen *= edit.scale
    else:
        chosen[:] = edit.value  # one number, or one per unit


def _check_place(edit: Edit, settings: Settings, timesteps: int) -> None:
    """Raise a UsageError unless the run has the layer and unit, and the sentence the words."""
    if edit.layer is not None and not 1 <= edit.layer <= settings.layers:
        raise UsageError(f"layer {edit.layer} of {edit}: the run has layers 1 to {settings.layers}")
    if edit.unit is not None and not 0 <= edit.unit < settings.units:
        raise UsageError(f"unit {edit.unit} of {edit}: the run has units 0 to {settings.units - 1}")
    if edit.words is None:
        return
    words = _numbers(edit.words)
    if len(words) == 0:
        raise UsageError(f"no words of {edit.part}: name at least one, or a span such as 3-7")
    for word in words:
        if not 1 <= word <= timesteps:
            raise UsageError(f"word {word} of {edit}: the sentence has words 1 to {timesteps}")


def _check_amount(edit: Edit, settings: Settings) -> None:
    """Raise a UsageError unless there is one value or scale that the part can take."""
    if (edit.value is None) == (edit.scale is None):
        raise UsageError(f"an edit of {edit.part}: give either a value or a scale")
    name, amount = ("value", edit.value) if edit.scale is None else ("scale", edit.scale)
    try:
        numbers = np.asarray(amount, dtype=float)
    except (TypeError, ValueError):
        raise UsageError(f"{name} {amount!r} of {edit.part}: it must be a number") from None
    units = (settings.units,)
    if numbers.shape != () and (name == "scale" or edit.unit is not None or numbers.shape != units):
        raise UsageError(
            f"{name} of {edit.part} has shape {numbers.shape}: it must be one number or, for the value of "
            f"all units, {units}"
        )
    if not (np.abs(numbers) <= LARGEST).all():
        raise UsageError(f"{name} of {edit.part} is {_shown(numbers)}: it must be a finite 32-bit number")


def _numbers(words: int | Sequence[int]) -> Sequence[int]:
    """The numbers of the words, also of a single one."""
    return (int(words),) if isinstance(words, (int, np.integer)) else words


def _shown(value: float | np.ndarray) -> str:
    """A value in few characters."""
    return f"{float(value):g}" if np.ndim(value) == 0 else "values"


def _shown_words(words: Sequence[int]) -> str:
    """Numbers of words as 3, 3-7 or 3,5,9."""
    if isinstance(words, range) and words.step == 1 and len(words) > 1:
        return f"{words[0]}-{words[-1]}"
    return ",".join(map(str, words))
