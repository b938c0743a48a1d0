"""A value of a wrong kind -> what it is, in words: for errors that name the value and say what would do."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nlp_lstm.errors import UsageError
from nlp_lstm.report.markup import one_line

LONGEST = 60  # characters of a value in a message
TEXTS = 'give one text or a list of texts, such as "So fine."'


def is_keras_model(value: object) -> bool:
    """Return whether a value is a Keras model, without loading Keras: whoever has one has loaded it.

    Example:
        >>> is_keras_model("model.keras")
        False
    """
    model = getattr(sys.modules.get("keras"), "Model", None)
    return model is not None and isinstance(value, model)


def describe(value: Any) -> str:
    """Return what a value is, in one short line.

    Example:
        >>> describe(None), describe(["the", "sky"]), describe("sky")
        ('None', "['the', 'sky']", "'sky'")
    """
    if is_keras_model(value):
        return f"the Keras model {value.name}"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"an array of shape {tuple(value.shape)}"
    return one_line(" ".join(repr(value).split()), LONGEST)


def check_path(value: Any, what: str, such_as: str) -> Path:
    """Return a path from its text or itself.

    Args:
        value: what was given.
        what: the name of the argument.
        such_as: a path that would do.

    Raises:
        UsageError: if it is neither.

    Example:
        >>> check_path(None, "folder", "states")
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: folder is None: give a path, such as "states"
    """
    if not isinstance(value, str | Path):
        raise UsageError(f'{what} is {describe(value)}: give a path, such as "{such_as}"')
    return Path(value)


def check_texts(values: Any) -> list[str]:
    """Return several texts, if they are.

    Raises:
        UsageError: if they are something else; names the first that is no text.

    Example:
        >>> check_texts(["The sky is blue.", None])
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: text 2 is None: give one text or a list of texts, such as "So fine."
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise UsageError(f"text is {describe(values)}: {TEXTS}")
    texts: list[Any] = [*values]
    for number, text in enumerate(texts, start=1):
        if not isinstance(text, str):
            raise UsageError(f"text {number} is {describe(text)}: {TEXTS}")
    return texts


def check_source(value: Any) -> str:
    """Return the name of a corpus, if it is one.

    Raises:
        UsageError: if it is something else.

    Example:
        >>> check_source(3)
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: data is 3: give the name of a corpus, such as "mini" or "text:notes.txt"
    """
    if isinstance(value, Path):
        return str(value)
    if not isinstance(value, str):
        raise UsageError(
            f'data is {describe(value)}: give the name of a corpus, such as "mini" or "text:notes.txt"'
        )
    return value


def not_a_run(value: Any) -> UsageError:
    """Return the error for what should have been a run or its name.

    Example:
        >>> print(not_a_run(None))
        run is None: give a run or its name, which nlp_lstm.runs() lists
    """
    if is_keras_model(value):
        advice = "it is no run; trace, probe, anatomy, compare and extract read a Keras model"
        return UsageError(f"run is {describe(value)}: {advice}")
    return UsageError(f"run is {describe(value)}: give a run or its name, which nlp_lstm.runs() lists")


def check_text(value: Any) -> str:
    """Return a text, if it is one.

    Raises:
        UsageError: if it is something else.

    Example:
        >>> check_text(None)
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: text is None: give one text, such as "The sky is blue."
    """
    if not isinstance(value, str):
        raise UsageError(f'text is {describe(value)}: give one text, such as "The sky is blue."')
    return value
