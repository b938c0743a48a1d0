"""nlp-lstm explore: a page in which models read what you type."""

from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import (
    json_option,
    note,
    note_chosen,
    note_passed_over,
    quiet_option,
    tell_chosen,
)
from nlp_lstm.cli._reports import Target, show, write
from nlp_lstm.report import Report


@click.command(
    "explore",
    cls=Command,
    epilog=examples(
        "nlp-lstm explore", 'nlp-lstm explore sentiment-sst --text "not a bad film" --output film.html'
    ),
)
@click.argument("runs", nargs=-1)
@click.option("--text", help="The text that the page reads first, at most 300 words and 4000 characters.")
@click.option(
    "--vocab-size",
    type=int,
    metavar="N",
    help="Keep only the N most frequent words of each run, for a smaller page.  [default: all]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("explore.html"),
    show_default=True,
    help="Write to this new file.",
)
@click.option("--force", is_flag=True, help="Write over the file of --output if it is there.")
@json_option
@quiet_option
def command(runs, text, vocab_size, output, force, as_json, quiet):
    """Make a page in which models read what you type.

    The page is one file that opens in any browser, without a network. Without RUNS, it holds your newest
    sentiment and next-word run, or the shipped ones.
    """
    from nlp_lstm.explorer import explore
    from nlp_lstm.store.run import default_runs

    target = Target(output, force)
    target.check()
    if not runs:
        runs = default_runs(note_passed_over, both_kinds=True)
        if not quiet:
            note_chosen(*runs, option="RUN behind the command")
    note("making the page ...", quiet)
    write(explore(runs, text, vocab_size).html, target)
    tell_chosen()
    if as_json:
        show(Report((), facts={"file": str(output)}), "json")
    else:
        click.echo(output)
