"""nlp-lstm export: a run as a file of plain Keras."""

from pathlib import Path

import click

from nlp_lstm.cli._options import json_option, note, quiet_option, quiet_start
from nlp_lstm.cli._reports import show
from nlp_lstm.report import Report


@click.command("export")
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
@json_option
@quiet_option
def command(run, format_, file, as_json, quiet):
    """Write the taught model of RUN to FILE (.keras), which plain Keras opens without nlp-lstm."""
    from nlp_lstm.store.exporting import export

    note(f"building the model of {run} ...", quiet)
    with quiet_start():
        written = export(run, file)
    if as_json:
        show(Report((), facts={"file": str(written)}), "json")
    else:
        click.echo(written)
