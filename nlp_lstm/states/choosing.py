"""Which layers `trace` is asked for: names, or patterns with `*`, of the layers that it would return."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from nlp_lstm.errors import NlpLstmError, UnknownNameError, UsageError
from nlp_lstm.report.given import describe

Layers = str | Iterable[str] | None


class Choice:
    """Names and patterns of layers, and which names they were asked about.

    Args:
        layers: a name or pattern, or several; None for all layers. In a pattern `*` stands for anything, `?`
            for one character.

    Raises:
        UsageError: if it is empty, or holds something else than names.

    Example:
        >>> choice = Choice(["encoder/*", "top"])
        >>> [choice.takes(name) for name in ("encoder/lstm", "decoder/lstm", "top")]
        [True, False, True]
        >>> choice.check({})
        >>> Choice("lstmm").check({})
        Traceback (most recent call last):
        nlp_lstm.errors.UnknownNameError: unknown layer 'lstmm': the known ones are none
    """

    def __init__(self, layers: Layers = None):
        named: Any = ("*",) if layers is None else (layers,) if isinstance(layers, str) else layers
        patterns: list[Any] = list(named) if isinstance(named, Iterable) else []
        if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
            raise UsageError(
                f"layers is {describe(layers)}: give the names of layers, or patterns such as 'lstm*'"
            )
        self.patterns: list[str] = patterns
        self.known: dict[str, None] = {}

    def takes(self, name: str) -> bool:
        """Return whether a layer of this name is asked for, and remember that there is one."""
        self.known[name] = None
        return any(_fits(name, pattern) for pattern in self.patterns)

    def check(self, left_out: Mapping[str, NlpLstmError]) -> None:
        """Refuse what was asked for and cannot be had.

        Args:
            left_out: why a layer could not be traced, by its name.

        Raises:
            UnknownNameError: if a name or pattern fits no layer that there is.
            NlpLstmError: if a layer that was named is left out, or all layers that fit a pattern are.
        """
        for pattern in self.patterns:
            fitting = [name for name in self.known if _fits(name, pattern)]
            if not fitting:
                raise UnknownNameError("layer", pattern, self.known)
            missing = [name for name in fitting if name in left_out]
            if pattern in missing or missing == fitting:
                raise left_out[pattern if pattern in missing else missing[0]]


def _fits(name: str, pattern: str) -> bool:
    """Whether a pattern is a layer's name or matches it; a name can hold brackets."""
    return name == pattern or fnmatchcase(name, pattern)
