"""A report as CSV: a heading, then the rows of all tables that share it; a blank line before another."""

import csv
import io

from nlp_lstm.report import Report
from nlp_lstm.report.markup import visible
from nlp_lstm.views import VIEWS


@VIEWS.register("csv")
def show_csv(report: Report) -> str:
    """Return the tables as CSV text, each with its title in the first column.

    Example:
        >>> from nlp_lstm.report import Comparison
        >>> print(show_csv(Report((Comparison("speed", ["lstm"], ["words"], [(9,)], "cell", ""),))))
        table,cell,words
        speed,lstm,9
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heading: list[str] = []
    for table in report.comparisons:
        if ["table", table.row_kind, *table.columns] != heading:
            text.write("\n" if heading else "")
            heading = ["table", table.row_kind, *table.columns]
            writer.writerow([visible(name) for name in heading])
        for row, values in zip(table.rows, table.values, strict=True):
            cells = [table.title, row, *("" if value is None else value for value in values)]
            writer.writerow([visible(cell) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue().rstrip("\n")
