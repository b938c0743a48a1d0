"""nlp-lstm export: a run as a file of plain Keras."""

from pathlib import Path

import click

from nlp_lstm.cli._options import quiet_start


@click.command("export")
@click.argument("run")
@click.option("--format", "format_", type=click.Choice(["keras"]), default="keras", show_default=True, help="The file's format.")
@click.argument("file", type=click.Path(path_type=Path))
def command(run, format_, file):
    """Write the taught model of RUN to FILE (.keras); plain Keras opens it with nothing of ours."""
    from nlp_lstm.exporting import export

    with quiet_start():
        written = export(run, file)
    click.echo(written)
