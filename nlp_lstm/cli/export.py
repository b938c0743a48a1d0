"""nlp-lstm export: a run as a file of plain Keras."""

from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import json_option, note, quiet_option
from nlp_lstm.cli._reports import show
from nlp_lstm.report import Report


@click.command(
    "export",
    cls=Command,
    epilog=examples(
        "nlp-lstm export sentiment-sst sentiment.keras",
        "nlp-lstm export next-word-stories next-word.keras --force",
    ),
)
@click.argument("run")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["keras"]),
    default="keras",
    show_default=True,
    help="Format of the file.",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over FILE if it is there.")
@json_option
@quiet_option
def command(run, format_, file, force, as_json, quiet):
    """Write a run's model to a file that plain Keras opens.

    FILE ends in .keras and holds the taught model of RUN; to read it, you need no nlp-lstm.
    """
    from nlp_lstm.store.exporting import export

    note(f"building the model of {run} ...", quiet)
    written = export(run, file, force)
    if as_json:
        show(Report((), facts={"file": str(written)}), "json")
    else:
        click.echo(written)
