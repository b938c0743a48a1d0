"""Comparison: a titled table of values, and Report: the tables and traces that a verb returns.

Every analysis returns them and every view takes them, so that n analyses and m formats cost n + m
functions.
"""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nlp_lstm.report.markup import html_table, show_facts

Value = float | int | str | bool | None
Chart = Literal["", "heat", "curves"]


@dataclass(frozen=True)
class Comparison:
    """A table of values that says what its numbers mean.

    Args:
        title: what is compared.
        rows: names of the rows.
        columns: names of the columns.
        values: one tuple per row, `(rows, columns)`; None where there is nothing to say.
        row_kind: what a row is ("word", "metric"), the heading of the row names.
        meaning: what the numbers are, with unit and range.
        chart: how a picture shows it. "heat": the columns that are named like rows are a map, to be shaded.
            "curves": each column is a curve over the rows, which are numbers; X_low and X_high are the
            interval of X, and untrained_X is X in an untrained model. Empty: as a table alone.
        first: how many rows a reader needs; the rest are for programs. None for all.

    Raises:
        ValueError: if the values are not `(rows, columns)`.

    Example:
        >>> table = Comparison("speed", ["lstm"], ["words"], [(9,)], row_kind="cell", meaning="per second")
        >>> table.records()
        [{'cell': 'lstm', 'words': 9}]
    """

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[tuple[Value, ...]]
    row_kind: str
    meaning: str
    chart: Chart = ""
    first: int | None = None

    def __post_init__(self):
        if len(self.values) != len(self.rows) or any(len(row) != len(self.columns) for row in self.values):
            raise ValueError(f"{self.title}: values are not ({len(self.rows)}, {len(self.columns)})")

    @classmethod
    def from_columns(
        cls,
        title: str,
        rows: Sequence[str],
        columns: Mapping[str, Iterable[Any]],
        row_kind: str,
        meaning: str,
        chart: Chart = "",
        first: int | None = None,
    ) -> "Comparison":
        """Return a table from its columns, name -> one value per row; NaN is nothing to say.

        Example:
            >>> Comparison.from_columns("speed", ["a"], {"x": [float("nan")]}, "cell", "").values
            [(None,)]
        """
        plain = [[_plain(value) for value in column] for column in columns.values()]
        return cls(title, rows, list(columns), list(zip(*plain)), row_kind, meaning, chart, first)

    def _repr_html_(self) -> str:
        """What a notebook shows: the table, as far as a reader needs it."""
        heading = [self.row_kind, *self.columns]
        hidden = len(self.rows) - len(self.rows[: self.first])
        meaning = f"{self.meaning} (and {hidden} rows more)" if hidden else self.meaning
        return html_table(self.title, heading, self.rows[: self.first], self.values[: self.first], meaning)

    def records(self) -> list[dict[str, Value]]:
        """Return one dictionary per row, column name -> value."""
        return [
            {self.row_kind: row, **dict(zip(self.columns, values, strict=True))}
            for row, values in zip(self.rows, self.values, strict=True)
        ]


@dataclass(frozen=True)
class Report:
    """What a verb has to say: tables, and the traces that they were made from.

    Args:
        comparisons: the tables.
        traces: `Trace` of every run and layer, for views that show arrays.
        facts: single values about the whole, such as the name of the run.
    """

    comparisons: tuple[Comparison, ...]
    traces: tuple[Any, ...] = field(default=(), repr=False)
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def _repr_html_(self) -> str:
        """What a notebook shows: the facts and the tables."""
        facts = f"<p>{html.escape(show_facts(self.facts))}</p>"
        tables = [
            table._repr_html_()  # pyright: ignore[reportPrivateUsage]  # IPython calls for this name
            for table in self.comparisons
        ]
        return "\n".join([facts, *tables])


def _plain(value: Any) -> Value:
    """A value of Python's own; None for NaN."""
    if value is None or isinstance(value, (str, int)):
        return value
    return None if math.isnan(value) else float(value)
