"""Name -> thing, by decorator; a name is found without regard to case, `-` and `_`.

A registry belongs to a package: its members live in that package's modules, one per file, and are
imported when a name is first asked for. Adding a member is adding a file.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from nlp_lstm.errors import UnknownNameError, fold

Member = TypeVar("Member")


def match_name(kind: str, name: str, names: Iterable[str]) -> str:
    """Return the one of some names that `name` means: the same one, or else the only one that folds alike.

    Args:
        kind: what is named, in words, for the message ("cell").
        name: as somebody wrote it.
        names: the known ones.

    Raises:
        UnknownNameError: if none is meant, or several are; suggests those that are near.

    Example:
        >>> match_name("cell", "LSTM", ["gru", "lstm"])
        'lstm'
        >>> match_name("part", "forget-gate", ["input_gate", "forget_gate"])
        'forget_gate'
    """
    names = list(names)
    if isinstance(name, str) and name in names:
        return name
    alike = [one for one in names if isinstance(name, str) and fold(one) == fold(name)]
    if len(alike) != 1:
        raise UnknownNameError(kind, name, names)
    return alike[0]


class Registry(Generic[Member]):
    """The members of one kind, by name.

    Args:
        kind: what a member is, in words, for messages ("corpus reader").
        package: dotted name of the package whose modules hold the members; None if they are
            registered by hand.

    Example:
        >>> greetings = Registry("greeting")
        >>> @greetings.register("hello")
        ... def hello():
        ...     return "hello"
        >>> greetings.get("hello")()
        'hello'
        >>> greetings.names()
        ['hello']
    """

    def __init__(self, kind: str, package: str | None = None):
        self.kind = kind
        self.package = package
        self._members: dict[str, Member] = {}

    def register(self, name: str) -> Callable[[Member], Member]:
        """Return a decorator that files its function or class under `name`.

        Raises:
            ValueError: if the name is taken.
        """

        def add(member: Member) -> Member:
            if name in self._members:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._members[name] = member
            return member

        return add

    def names(self) -> list[str]:
        """Return all names, sorted."""
        self._load()
        return sorted(self._members)

    def get(self, name: str) -> Member:
        """Return the member that `name` means, as `match_name` finds it.

        Raises:
            UnknownNameError: if there is none; the message suggests the near names.
        """
        return self._members[self.match(name)]

    def match(self, name: str) -> str:
        """Return the name that a member is filed under, as `match_name` finds it.

        Raises:
            UnknownNameError: if there is none; the message suggests the near names.
        """
        return match_name(self.kind, name, self.names())

    def _load(self) -> None:
        """Import the package's modules once, so that their decorators run."""
        name = self.package  # another thread may be done, and forget it, before this one is
        if name is None:
            return
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{name}.{module.name}")
        self.package = None
