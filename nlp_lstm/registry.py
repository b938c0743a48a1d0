"""Name -> thing, by decorator.

A registry belongs to a package: its members live in that package's modules, one per file, and are
imported when a name is first asked for. Adding a member is adding a file.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Generic, TypeVar

from nlp_lstm.errors import UnknownNameError

Member = TypeVar("Member")


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
        """Return the member called `name`.

        Raises:
            UnknownNameError: if there is none; the message lists the known names.
        """
        self._load()
        if name not in self._members:
            raise UnknownNameError(self.kind, name, self.names())
        return self._members[name]

    def _load(self) -> None:
        """Import the package's modules once, so that their decorators run."""
        if self.package is None:
            return
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self.package}.{module.name}")
        self.package = None
