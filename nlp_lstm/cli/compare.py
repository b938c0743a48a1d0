"""nlp-lstm compare: one analysis of hidden and cell state over a whole corpus."""

from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import chosen, runs_or_default, study_options
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reports import TABLES_AND_PICTURES, report_options, show
from nlp_lstm.report.markup import visible


@click.command(
    "compare",
    cls=Command,
    epilog=examples(
        "nlp-lstm compare gates --limit 100", "nlp-lstm compare influence next-word-stories --limit 50"
    ),
)
@click.argument("analysis")
@click.argument("runs", nargs=-1)
@click.option(
    "--pairs",
    type=click.Path(path_type=Path),
    help="For patching: a file with a pair a line: sentence, donor and two outputs, parted by tabs.  "
    "[default: pairs that are built in]",
)
@click.option("--units", is_flag=True, help="For patching: show how few units move most of the answer.")
@study_options
@report_options(TABLES_AND_PICTURES)
def command(analysis, runs, pairs, units, data, split, limit, seed, quiet, format, output, title, **reading):
    """Compare hidden and cell state over many sentences.

    ANALYSIS is attribution, influence, decode, meaning, similarity, gates, memory, patching or units; or
    counting or gradients, which compare cells. All but attribution are measured beside an untrained model.
    Without RUNS, the command takes the newest run of each task, or the shipped runs if you have none; to
    compare cells it trains its own, in a few minutes.
    """
    from nlp_lstm.analyses.comparing import compare, compares_cells

    cells = compares_cells(analysis)
    runs = runs if cells else runs_or_default(runs, quiet=quiet)
    doing = "training and measuring" if cells and not runs else "measuring"
    with Bar(quiet, f"{doing} {visible(analysis)}") as bar:
        asked = {"pairs": pairs, "units": units, **chosen(reading)}
        report = compare(analysis, runs, data, split, limit, seed, bar.report_share, **asked)
    show(report, format, output, title)
