"""Comparison: a titled table of values, and Report: the tables and traces that a verb returns.

Every analysis returns them and every view takes them, so that n analyses and m formats cost n + m
functions.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nlp_lstm.errors import UsageError
from nlp_lstm.report.formats import FRAGMENTS, SUFFIXES, VIEWS
from nlp_lstm.report.given import check_path
from nlp_lstm.report.markup import count, html_table, one_line
from nlp_lstm.writing import write_whole

Value = float | int | str | bool | None
Chart = Literal[
    "",
    "heat",
    "curves",
    "states",
    "intervals",
    "ranked",
    "spread",
    "claims",
    "change",
    "readings",
    "map",
    "amounts",
]


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
            interval of X, and untrained_X is X in an untrained model. "states": the sentence of each trace
            that the title names, with its states. "intervals": a dot with its interval for each number.
            "ranked": curves over rows in their order. "spread": quantiles as boxes. "claims": each claim with
            the table of its evidence. "change": what is said before and after a change. "readings": the words
            that are read at each word. "map": all numbers are a map. "amounts": a signed bar for each row.
            Empty: dots where there are intervals, else as a table alone.
        first: how many rows a reader needs; the rest are for programs. None for all.
        see: one sentence with what to see in it; empty for none.
        unit: what its numbers are, in a word or two, for the axis of a picture; empty where they differ.

    Raises:
        ValueError: if the values are not `(rows, columns)`.

    Example:
        >>> table = Comparison("speed", ["lstm"], ["words"], [(9,)], row_kind="cell", meaning="per second")
        >>> table.records()
        [{'cell': 'lstm', 'words': 9}]
        >>> table
        <Comparison: speed, 1 row, 1 column>
        >>> print(table)
        speed
        cell  words
        lstm      9
        (per second)
    """

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[tuple[Value, ...]]
    row_kind: str
    meaning: str
    chart: Chart = ""
    first: int | None = None
    see: str = ""
    unit: str = ""

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
        see: str = "",
        unit: str = "",
    ) -> "Comparison":
        """Return a table from its columns, name -> one value per row; NaN is nothing to say.

        Example:
            >>> Comparison.from_columns("speed", ["a"], {"x": [float("nan")]}, "cell", "").values
            [(None,)]
        """
        plain = [[_plain(value) for value in column] for column in columns.values()]
        return cls(title, rows, list(columns), list(zip(*plain)), row_kind, meaning, chart, first, see, unit)

    def __repr__(self) -> str:
        shape = f"{count(len(self.rows), 'row')}, {count(len(self.columns), 'column')}"
        return f"<Comparison: {one_line(self.title)}, {shape}>"

    def __str__(self) -> str:
        return str(Report((self,)))

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

    `print` shows the tables as text, a notebook shows their pictures too, and `save` writes a file.

    Args:
        comparisons: the tables.
        traces: `Trace` of every run and layer, for views that show arrays.
        facts: single values about the whole, such as the name of the run.
        title: of a page or a picture; empty: a page is called after the sentence that it is about.

    Example:
        >>> table = Comparison("speed", ["lstm"], ["words"], [(9,)], row_kind="cell", meaning="per second")
        >>> Report((table, table))
        <Report: 2 tables: speed; speed>
    """

    comparisons: tuple[Comparison, ...]
    traces: tuple[Any, ...] = field(default=(), repr=False)
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    title: str = ""

    def __repr__(self) -> str:
        parts = [count(len(self.comparisons), "table")]
        parts += [count(len(self.traces), "trace")] if self.traces else []
        titles = "; ".join(table.title for table in self.comparisons)
        titles = f": {one_line(titles)}" if titles else ""
        return f"<{type(self).__name__}: {', '.join(parts)}{titles}>"

    def __str__(self) -> str:
        return str(VIEWS.get("text")(self))

    def _repr_html_(self) -> str:
        """What a notebook shows: the facts, the pictures, and the tables."""
        return FRAGMENTS.get("report")(self)

    def drawing(self, format: str) -> str | bytes | None:
        """What a report draws itself as "svg", "png" or "html"; None for the pictures of its tables."""
        return None

    def save(self, path: str | Path, format: str | None = None) -> Path:
        """Write the report to a file, in the format that the end of its name says.

        An older file of the name is replaced once the new one is whole: a cell of a notebook is run again and
        again. Unlike it, `--output` of the command line refuses a file that is there.

        Args:
            path: its name ends in .txt, .json, .csv, .html, .svg, .png, .nc or .npz, unless you give a
                format.
            format: "text", "json", "csv", "html", "svg", "png", "netcdf" or "npz"; None for that of the name.

        Returns:
            The path.

        Raises:
            UsageError: if the name does not say the format, or the report has not what the format holds.
            UnknownNameError: if there is no such format.
            MissingInputError: if the format needs a library that is not installed.
            StorageError: if writing fails; nothing new is left behind.

        Example:
            >>> Report(()).save("speed.doc", format="doc")  # doctest: +ELLIPSIS
            Traceback (most recent call last):
            nlp_lstm.errors.UnknownNameError: unknown format 'doc': ...
        """
        path = check_path(path, "path", "report.html")
        if format is None and path.suffix.lower() not in SUFFIXES:
            *first, last = SUFFIXES
            raise UsageError(
                f'{path}: its name must end in {", ".join(first)} or {last}; or give format="text"'
            )
        shown = VIEWS.get(SUFFIXES[path.suffix.lower()] if format is None else format)(self)
        write_whole(path, shown if isinstance(shown, bytes) else f"{shown}\n", "give another path")
        return path


def _plain(value: Any) -> Value:
    """A value of Python's own; None for NaN."""
    if value is None or isinstance(value, (str, int)):
        return value
    return None if math.isnan(value) else float(value)
