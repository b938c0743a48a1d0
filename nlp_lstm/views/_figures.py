"""Report -> its pictures, in the order of its tables: which table is shown how."""

from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import show_facts
from nlp_lstm.states.memory_tables import AGE
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.text.ends import numbered
from nlp_lstm.views._curves import curves_picture
from nlp_lstm.views._drawing import Picture
from nlp_lstm.views._maps import map_picture, unit_picture
from nlp_lstm.views._panels import numbers
from nlp_lstm.views._sentence import sentence_picture
from nlp_lstm.views._tables import table_picture


def all_pictures(report: Report) -> list[Picture]:
    """Return the pictures of a report: the facts, then every table.

    Raises:
        UsageError: if there is nothing in it.
    """
    facts = show_facts(report.facts)
    pictures = [Picture("", 0.0, lambda sheet: None, meaning=facts)] if facts else []
    for table in report.comparisons:
        pictures += charts(table, report) or [table_picture(table)]
    if not pictures:
        raise UsageError("nothing to draw: this report holds no tables, choose another --format")
    return pictures


def charts(table: Comparison, report: Report) -> list[Picture]:
    """Return the pictures of a table, none for one that is best read as a table."""
    if not table.rows or not table.columns:
        return []
    trace = trace_of(table, report)
    if table.chart == "curves" and all(map(_is_number, table.rows)) and numbers(table, len(table.rows)):
        return [curves_picture(table)]
    if table.chart == "heat":
        return [*([sentence_picture(trace, with_ages(trace, table))] if trace else []), map_picture(table)]
    if trace and table.title == trace.title:
        return [sentence_picture(trace, table), unit_picture(trace)]
    return [sentence_picture(trace, table)] if trace else []


def trace_of(table: Comparison, report: Report) -> Trace | None:
    """Return the trace that a table with a row for each of its words is about, if there is one."""
    found = [
        trace
        for trace in report.traces
        if f"{table.title}, ".startswith(f"{trace.title}, ") and [*table.rows] in (_names(trace))
    ]
    return found[0] if found else None


def with_ages(trace: Trace, table: Comparison) -> Comparison:
    """Return the states of a sentence with the ages of its memory, which a map of words x words tells."""
    states = state_table(trace)
    ages = dict(zip(table.columns, zip(*table.values), strict=True)).get("memory_age")
    if ages is None:
        return states
    columns = dict(zip(states.columns, zip(*states.values), strict=True)) | {"memory_age": ages}
    meaning = f"{states.meaning}. {AGE}"
    return Comparison.from_columns(states.title, states.rows, columns, states.row_kind, meaning)


def _names(trace: Trace) -> tuple[list[str], list[str]]:
    """The names of rows that stand for the words of a trace: the words, or the words with their numbers."""
    return [*trace.words], numbered(trace.words)


def _is_number(text: str) -> bool:
    """Whether a row is a place on an axis."""
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False
