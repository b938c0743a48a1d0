"""A report as CSV: one block per table, a heading row first."""

import csv
import io

from nlp_lstm.comparison import Report
from nlp_lstm.views import VIEWS, visible


@VIEWS.register("csv")
def show_csv(report: Report) -> str:
    """Return the tables as CSV text, each with its title in the first column.

    Example:
        >>> from nlp_lstm.comparison import Comparison
        >>> print(show_csv(Report((Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", ""),))))
        table,cell,words
        speed,lstm,9
    """
    blocks = []
    for table in report.comparisons:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["table", table.row_kind, *table.columns])
        for row, values in zip(table.rows, table.values, strict=True):
            cells = [table.title, row, *("" if value is None else value for value in values)]
            writer.writerow([visible(cell) if isinstance(cell, str) else cell for cell in cells])
        blocks.append(text.getvalue().rstrip("\n"))
    return "\n\n".join(blocks)
