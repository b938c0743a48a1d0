"""A table: named columns whose cells are read when asked for; one per file, joined for a split's shards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from nlp_lstm.errors import DataError

MOST_COLUMNS = 1000


class StreamedCells(Collection[Any]):
    """Cells that are read anew, a few at a time, whenever they are gone through.

    Args:
        rows: how many there are.
        read: returns an iterator over them, from the first.

    Example:
        >>> cells = StreamedCells(2, lambda: iter(["fine", "dull"]))
        >>> len(cells), list(cells), "dull" in cells
        (2, ['fine', 'dull'], True)
    """

    def __init__(self, rows: int, read: Callable[[], Iterator[Any]]):
        self.rows, self.read = rows, read

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Any]:
        return self.read()

    def __contains__(self, cell: object) -> bool:
        return any(cell == one for one in self)


@dataclass(frozen=True)
class Table:
    """Columns of cells, as a file or a data set has them.

    Args:
        where: the file or data set, for messages.
        columns: the names, in order; a name may occur twice.
        read: returns the cells of a column that occurs once: texts, numbers, lists, or None for nothing. A
            list, or what reads them anew each time, as `StreamedCells` does.
        class_names: column -> what its numbers mean (`ClassLabel`), for the columns that say so.
        notes: what was decided when it was read, a line each.
        hint: what may be wrong if columns are missing, and the option that mends it.

    Raises:
        DataError: if there are more than `MOST_COLUMNS` columns.
    """

    where: str
    columns: tuple[str, ...]
    read: Callable[[str], Collection[Any]]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    hint: str = ""

    def __post_init__(self):
        check_columns(self.where, len(self.columns))

    def cells(self, column: str) -> Collection[Any]:
        """Return the cells of a column.

        Raises:
            DataError: if two columns have the name; or, as they are read, if a text is not UTF-8.
        """
        if self.columns.count(column) > 1:
            raise DataError(f"{self.where} has two columns {column!r}: rename one")
        cells = self.read(column)
        return (
            cells if isinstance(cells, list) else StreamedCells(len(cells), lambda: self._tell(column, cells))
        )

    def _tell(self, column: str, cells: Iterable[Any]) -> Iterator[Any]:
        """Cells as they are read, and a line about one that is no text."""
        try:
            yield from cells
        except UnicodeDecodeError as error:
            raise DataError(
                f"the column {column!r} of {self.where} holds {bytes(error.object)[:20]!r}, which is no "
                "UTF-8: write the file again with its texts in UTF-8"
            ) from None


def check_columns(where: str, columns: int) -> None:
    """Check that a table has no more than `MOST_COLUMNS` columns.

    Raises:
        DataError: if it has.
    """
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{where} has {columns:,} columns: at most {MOST_COLUMNS:,} are read, keep those that you need"
        )


def build_table(where: str, columns: Sequence[str], rows: Sequence[Any], notes: Sequence[str]) -> Table:
    """Return a table of rows: objects by name, or sequences as long as there are columns.

    Raises:
        DataError: if there are no rows.
    """
    if not rows:
        raise DataError(f"{where} holds no table: it has no rows")
    names = tuple(columns)

    def read(column: str) -> list[Any]:
        """The cells of a column."""
        if isinstance(rows[0], Mapping):
            return [row.get(column) for row in rows]
        place = names.index(column)
        return [row[place] for row in rows]

    return Table(where, names, read, notes=tuple(notes))


def join_tables(tables: Sequence[Table]) -> Table:
    """Return the tables of a split's shards as one, in their order.

    Raises:
        DataError: if their columns, or the names of their classes, are not the same.
    """
    first = tables[0]
    for table in tables[1:]:
        if table.columns != first.columns or table.class_names != first.class_names:
            what = "columns" if table.columns != first.columns else "class names"
            raise DataError(f"{first.where} and {table.where} are one split but have not the same {what}")
    if len(tables) == 1:
        return first

    def read(column: str) -> Collection[Any]:
        """The cells of all shards."""
        parts = [table.cells(column) for table in tables]
        return StreamedCells(sum(map(len, parts)), lambda: chain.from_iterable(parts))

    return Table(
        f"{first.where} to {tables[-1].where}",
        first.columns,
        read,
        first.class_names,
        tuple(dict.fromkeys(chain.from_iterable(table.notes for table in tables))),
        first.hint,
    )
