"""nlp-lstm find: where in an extracted corpus a unit is on."""

from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import json_option, quiet_option
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reports import show


@click.command(
    "find",
    cls=Command,
    epilog=examples("nlp-lstm find states --unit 7", 'nlp-lstm find states --where "cell_state[1,7] > 0.8"'),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--unit", type=int, help="Show the words where this unit, from 0, is highest.")
@click.option("--part", default="cell_state", show_default=True, help="Part that the unit belongs to.")
@click.option("--layer", type=int, help="Layer of the unit, from 1.  [default: the last]")
@click.option("--where", help='Show only words where this holds, such as "cell_state[1,17] > 0.8".')
@click.option("--top", default=20, show_default=True, help="How many words to show.")
@json_option
@quiet_option
def command(folder, unit, part, layer, where, top, as_json, quiet):
    """Show the words of a corpus where a unit is highest.

    FOLDER is what `nlp-lstm extract` wrote. With --where you see the words where a condition holds.
    """
    from nlp_lstm.corpus_states.finding import find

    with Bar(quiet, "searching") as bar:
        report = find(folder, part, unit, layer, top, where, bar.report_share)
    show(report, "json" if as_json else "text")
