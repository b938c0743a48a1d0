"""nlp-lstm verdict: each claim about hidden and cell state, measured and judged."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import chosen, runs_or_default, study_options
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reports import TABLES_AND_PICTURES, report_options, show


@click.command(
    "verdict",
    cls=Command,
    epilog=examples("nlp-lstm verdict --limit 100", "nlp-lstm verdict next-word-stories --limit 50 --json"),
)
@click.argument("runs", nargs=-1)
@study_options
@report_options(TABLES_AND_PICTURES)
def command(runs, data, split, limit, seed, quiet, format, output, title, **reading):
    """Judge common claims about hidden and cell state.

    Each claim is measured on trained models. Without RUNS, the command takes the newest run of each task, or
    the shipped runs if you have none.
    """
    from nlp_lstm.claims.verdicts import verdict

    runs = runs_or_default(runs, quiet=quiet)
    with Bar(quiet, "measuring what is said") as bar:
        report = verdict(runs, data, split, limit, seed, bar.report_share, **chosen(reading))
    show(report, format, output, title)
