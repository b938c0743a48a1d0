"""Report -> its pictures, in the order of its tables: which table is shown how."""

from dataclasses import replace

from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import show_facts
from nlp_lstm.states.memory_tables import AGE
from nlp_lstm.states.traces import Trace, state_table
from nlp_lstm.text.ends import numbered
from nlp_lstm.views._amounts import amount_picture
from nlp_lstm.views._changes import change_picture, pair_of, states_picture, traces_of
from nlp_lstm.views._claims import claims_picture
from nlp_lstm.views._curves import curves_picture
from nlp_lstm.views._drawing import Picture
from nlp_lstm.views._intervals import interval_picture
from nlp_lstm.views._maps import map_picture, unit_picture
from nlp_lstm.views._measures import has_intervals
from nlp_lstm.views._panels import numbers
from nlp_lstm.views._readings import readings_picture
from nlp_lstm.views._sentence import sentence_picture
from nlp_lstm.views._spread import spread_picture
from nlp_lstm.views._style import WIDTH
from nlp_lstm.views._tables import table_picture

BY_CHART = {
    "spread": spread_picture,
    "readings": readings_picture,
    "ranked": curves_picture,
    "map": map_picture,
    "amounts": amount_picture,
}


def all_pictures(report: Report, width: float = WIDTH) -> list[Picture]:
    """Return the pictures of a report: the facts, then every table.

    Args:
        report: of any verb.
        width: of a picture, in inches; one that cannot be so narrow is wider.

    Raises:
        UsageError: if there is nothing in it.
    """
    facts = show_facts(report.facts)
    head = Picture(report.title, 0.0, lambda sheet: None, meaning=facts, width=width)
    pictures = [head] if facts or report.title else []
    for table in report.comparisons:
        pictures += charts(table, report, width) or [table_picture(table, width)]
    if not pictures:
        raise UsageError("nothing to draw: this report holds no tables, choose another --format")
    return pictures


def charts(table: Comparison, report: Report, width: float = WIDTH) -> list[Picture]:
    """Return the pictures of a table, none for one that is best read as a table.

    Args:
        table: of the report.
        report: its traces are drawn, too.
        width: of a picture, in inches; how many there are does not depend on it.
    """
    return [
        replace(picture, see="" if number else table.see)
        for number, picture in enumerate(_charts(table, report, width))
    ]


def _charts(table: Comparison, report: Report, width: float) -> list[Picture]:
    """The pictures of a table, without what to see in them."""
    if not table.rows or not table.columns:
        return []
    trace = trace_of(table, report)
    if table.chart == "curves" and all(map(_is_number, table.rows)) and numbers(table, len(table.rows)):
        return [curves_picture(table, width)]
    if table.chart in BY_CHART:
        return [BY_CHART[table.chart](table, width)]
    if table.chart == "claims":
        evidence = [one for one in report.comparisons if one.title.partition(". ")[0] in table.rows]
        return [claims_picture(table, evidence, width)]
    if table.chart == "change" and (pair := pair_of(table, report.traces)):
        return [change_picture(table, *pair, width)]
    if table.chart == "states" and (traces := traces_of(table, report.traces)):
        return [states_picture(table, traces, width), *(unit_picture(trace, width) for trace in traces)]
    if table.chart == "heat":
        return [
            *([sentence_picture(trace, with_ages(trace, table), width)] if trace else []),
            map_picture(table, width),
        ]
    if trace and table.title == trace.title:
        return [sentence_picture(trace, table, width), unit_picture(trace, width)]
    if trace:
        return [sentence_picture(trace, table, width)]
    if not table.chart and is_square(table):
        return [map_picture(table, width)]
    return [interval_picture(table, width)] if has_intervals(table) else []


def is_square(table: Comparison) -> bool:
    """Return whether a table counts the same things in its rows and its columns, as a confusion does."""
    numeric = all(isinstance(value, (int, float)) for row in table.values for value in row)
    return [*table.rows] == [*table.columns] and numeric


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
