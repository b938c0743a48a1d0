"""A list that was written as text -> the list: as Python prints it, as NumPy does, or as JSON."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

STRING = r"""u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*\""""
BARE = r"""[^\s,'"()\[\]]+"""
ELEMENT = re.compile(rf"(?:(?P<string>{STRING})|np\.\w+\((?P<wrapped>{STRING}|{BARE})\)|(?P<bare>{BARE}))")
BETWEEN = re.compile(r"\s*(,?)\s*")
PRINTED = re.compile(r"(?:np\.|numpy\.)?(?:array|list)\((.*?)(?:,\s*dtype=[^(),]*)?\)", re.DOTALL)
NAMED = {"None": None, "null": None, "nan": None, "NaN": None, "True": True, "False": False}


def parse_list(text: str) -> list[Any] | None:
    r"""Return the list that a text says it is, of texts, numbers and None; None if it is no list.

    Example:
        >>> parse_list("['The', \"isn't\"]"), parse_list('["\\u00e9"]'), parse_list("['Ann' 'left']")
        (['The', "isn't"], ['é'], ['Ann', 'left'])
        >>> parse_list("[ 1 -1]"), parse_list("[np.str_('a'), np.str_('b')]"), parse_list("('a',)")
        ([1, -1], ['a', 'b'], ['a'])
        >>> parse_list("[laughs]"), parse_list("['a' 'b' ... 'z']"), parse_list("[['a']]")
        (None, None, None)
    """
    text = text.strip()
    if printed := PRINTED.fullmatch(text):
        text = printed[1].strip()
    if text[:1] + text[-1:] not in ("[]", "()"):
        return None
    if text[0] == "[":
        try:
            return only_scalars(json.loads(text))
        except (ValueError, RecursionError):
            pass
    try:
        items, separators = _scan(text[1:-1].strip())
    except ValueError:
        return None
    return items if text[0] == "[" or "," in separators else None


def only_scalars(items: list[Any]) -> list[Any] | None:
    """Return a list if it holds texts, numbers and None alone, else None."""
    return items if all(isinstance(item, str | int | float | None) for item in items) else None


def _scan(inner: str) -> tuple[list[Any], set[str]]:
    """What stands between the brackets of a printed list, and what separates it: commas or blanks alone."""
    items, separators, place = [], set(), 0
    while place < len(inner):
        element = ELEMENT.match(inner, place)
        if not element:
            raise ValueError(inner)
        items.append(_read_element(element))
        gap = BETWEEN.match(inner, element.end())
        assert gap
        place = gap.end()
        if place < len(inner) or gap[1]:
            separators.add(gap[1] or gap[0][:1])
    if len({"," if mark == "," else mark.isspace() for mark in separators}) > 1 or "" in separators:
        raise ValueError(inner)
    return items, separators


def _read_element(element: re.Match[str]) -> Any:
    """A text, a number or None, as printed."""
    printed = element["string"] or element["wrapped"] or element["bare"]
    if printed[-1] in "'\"":
        return _read_string(printed.removeprefix("u"))
    if printed in NAMED:
        return NAMED[printed]
    return int(printed) if re.fullmatch(r"[+-]?\d+", printed, re.ASCII) else float(printed)


def _read_string(printed: str) -> str:
    """A text, as printed."""
    if "\\" not in printed:
        return printed[1:-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.literal_eval(printed)
    except (SyntaxError, Warning) as error:
        raise ValueError(printed) from error
