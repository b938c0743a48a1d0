"""Plan: what a sweep trains, which is every point of a grid from several seeds; checked before it begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import product
from typing import Any

from nlp_lstm.errors import UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.settings import Settings
from nlp_lstm.task import load_task
from nlp_lstm.training.recipes import make_recipe

Point = dict[str, Any]  # setting -> value, "seed" too
# What a recipe takes besides settings.
OF_DATA = ("task", "data", "labels", "classes", "subphrases", "vectors")
WORDS = {"true": True, "false": False, "yes": True, "no": False}


@dataclass(frozen=True)
class Plan:
    """What a sweep trains.

    Args:
        grid: name of a setting -> the values that it takes, in their order.
        seeds: how many trainings of each point; they have the seeds from that of `options` on.
        options: what else `train` is told, the same for all.

    Example:
        >>> list(Plan({"units": [4, 8]}, 1, {}).points())
        [{'units': 4, 'seed': 0}, {'units': 8, 'seed': 0}]
    """

    grid: dict[str, list[Any]]
    seeds: int
    options: dict[str, Any]

    def points(self) -> Iterator[Point]:
        """Yield the settings of every training, those of one seed after those of the one before."""
        first = int(self.options.get("seed", 0))
        for seed in range(first, first + self.seeds):
            for values in product(*self.grid.values()):
                yield {**dict(zip(self.grid, values, strict=True)), "seed": seed}

    def record(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)

    def task(self) -> str:
        """Return the name of the task that is trained."""
        given = {name: self.options.get(name) for name in OF_DATA}
        return make_recipe(self.options.get("preset"), {}, **given).task


def read_grid(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Return a grid from what was typed, such as "units=4,16".

    Raises:
        UsageError: if a text is not NAME=VALUE,VALUE..., a name comes twice, or a value is of the wrong kind.
        UnknownNameError: if a name is no setting; suggests the near ones.

    Example:
        >>> read_grid(["units=4,16", "cell=lstm,gru"])
        {'units': [4, 16], 'cell': ['lstm', 'gru']}
    """
    grid: dict[str, list[Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not values.strip():
            raise UsageError(f"--grid {text!r}: write NAME=VALUE,VALUE, such as --grid units=4,16,64")
        name = _match(name)
        if name in grid:
            raise UsageError(f"--grid {name} is given twice: put all its values behind one, with commas")
        grid[name] = [_value(name, value.strip()) for value in values.split(",")]
    return grid


def make_plan(grid: Mapping[str, Sequence[Any]], seeds: int, options: Mapping[str, Any]) -> Plan:
    """Return a plan whose points can all be trained, as far as their settings tell.

    Raises:
        UsageError: if the grid is empty or has a value twice, a setting is outside its range or given
            besides, or there are no seeds.
        UnknownNameError: if a name is no setting; suggests the near ones.

    Example:
        >>> make_plan({"units": [4, 0]}, seeds=1, options={})
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: units is 0: it must be between 1 and 8192
    """
    plan = Plan({_match(name): list(values) for name, values in grid.items()}, seeds, dict(options))
    if not plan.grid or not all(plan.grid.values()):
        raise UsageError("a sweep needs a grid: give --grid NAME=VALUE,VALUE, such as --grid units=4,16,64")
    if seeds < 1:
        raise UsageError(f"seeds is {seeds}: it must be at least 1")
    for name, values in plan.grid.items():
        if len({*map(str, values)}) < len(values):
            raise UsageError(f"{name} has a value twice in the grid: give each once")
        if name == "seed":
            raise UsageError("seed is no setting of a grid: give --seeds 3 for three trainings of each point")
        if name in plan.options:
            raise UsageError(f"{name} is in the grid and given besides: leave one out")
    known = {entry.name for entry in fields(Settings)}
    settings = {name: value for name, value in plan.options.items() if name in known}
    given = {name: plan.options.get(name) for name in OF_DATA}
    for point in plan.points():
        recipe = make_recipe(plan.options.get("preset"), {**settings, **point}, **given)
        load_task(recipe.task).changed_settings(dict(recipe.settings))
    return plan


def _match(name: str) -> str:
    """The setting that a name means."""
    return match_name("setting", name, [entry.name for entry in fields(Settings)])


def _value(name: str, text: str) -> Any:
    """A value as the setting has it."""
    kind = next(type(entry.default) for entry in fields(Settings) if entry.name == name)
    try:
        return WORDS[text.lower()] if kind is bool else kind(text)
    except (ValueError, KeyError):
        needed = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
        raise UsageError(f"--grid {name}={text}: it must be {needed}") from None
