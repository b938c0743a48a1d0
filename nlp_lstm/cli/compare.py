"""nlp-lstm compare: one analysis of hidden and cell state over a whole corpus."""

import click

from nlp_lstm.cli._options import chosen, note, runs_or_default, study_options
from nlp_lstm.cli._reports import TABLES_AND_PICTURES, report_options, show


@click.command("compare")
@click.argument("analysis")
@click.argument("runs", nargs=-1)
@study_options
@report_options(TABLES_AND_PICTURES)
def command(analysis, runs, data, split, limit, seed, quiet, format, output, **reading):
    """Compare hidden and cell state over many sentences, beside an untrained model.

    ANALYSIS is influence, decode, meaning, similarity, gates, memory or units. Without RUNS, the command
    takes the newest run of each task, or the shipped runs if you have none.
    """
    from nlp_lstm.analyses.comparing import compare

    runs = runs_or_default(runs)
    note(f"measuring {analysis} ...", quiet)
    show(compare(analysis, runs, data, split, limit, seed, **chosen(reading)), format, output)
