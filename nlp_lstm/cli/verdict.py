"""nlp-lstm verdict: each claim about hidden and cell state, measured and judged."""

import click

from nlp_lstm.cli._options import chosen, note, runs_or_default, study_options
from nlp_lstm.cli._reports import TABLES_AND_PICTURES, report_options, show


@click.command("verdict")
@click.argument("runs", nargs=-1)
@study_options
@report_options(TABLES_AND_PICTURES)
def command(runs, data, split, limit, seed, quiet, format, output, **reading):
    """Judge common claims about hidden and cell state by what trained models do.

    Without RUNS, the command takes the newest run of each task, or the shipped runs if you have none.
    """
    from nlp_lstm.claims.verdicts import verdict

    runs = runs_or_default(runs)
    report = verdict(
        runs, data, split, limit, seed, lambda claim: note(f"measuring: {claim}", quiet), **chosen(reading)
    )
    show(report, format, output)
