"""Studies of cells and sizes that were measured once: what the claims about trainings rest on.

Each is a report as JSON, as `nlp-lstm compare` or `nlp-lstm sweep` writes it; `make studies` measures them
again. They need many trainings, so a verdict reads them instead of training anew.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.report.comparison import Value

Row = dict[str, Value]


@cache
def read_study(name: str) -> dict[str, Any]:
    """Return a stored report, its facts and `tables`, by its name, such as "gradients"."""
    return json.loads(files("nlp_lstm.claims").joinpath("measured", f"{name}.json").read_text("utf-8"))


def find_rows(name: str, title: str) -> list[Row]:
    """Return the rows of the table whose title contains `title`.

    Raises:
        LookupError: if no table is called so, or several are.
    """
    found = [table["rows"] for table in read_study(name)["tables"] if title in table["title"]]
    if len(found) != 1:
        raise LookupError(f"{len(found)} tables of {name} are called {title!r}")
    return found[0]


def interval_of(row: Row, column: str) -> Interval:
    """Return a value of a row with its interval, which stands in the columns X_low and X_high."""
    mean, low, high = (row[column], row[f"{column}_low"], row[f"{column}_high"])
    return Interval(mean, low, high)  # pyright: ignore[reportArgumentType]  # numbers in these columns
