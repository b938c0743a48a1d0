"""nlp-lstm anatomy: the matrices, arrows and steps of recurrent layers, as tables or drawn."""

from pathlib import Path

import click

from nlp_lstm.cli._options import json_option, note, quiet_option, quiet_start, show
from nlp_lstm.errors import UsageError


@click.command("anatomy")
@click.option("--variables", type=int, help="Numbers that a layer reads at each step.  [default: 5]")
@click.option("--units", type=int, help="Units of each layer.  [default: 4]")
@click.option("--batch", type=int, help="Sentences that are read at once.  [default: 3]")
@click.option("--cell", help="Recurrent cell: lstm, gru or rnn.  [default: lstm]")
@click.option("--layers", type=int, help="Stacked layers.  [default: 1]")
@click.option("--run", help="Take a run apart instead of layers that Keras makes; none of the above with it.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv", "svg"]),
    default="text",
    show_default=True,
    help="Tables, or a drawing.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file, which must be new.")
@json_option
@quiet_option
def command(variables, units, batch, cell, layers, run, format_, output, as_json, quiet):
    """Show what recurrent layers are made of: matrices, arrows and steps, in numbers of real weights."""
    from nlp_lstm.anatomies import anatomy
    from nlp_lstm.anatomies.drawing import draw

    if as_json and format_ not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format_} exclude each other.")
    if output is not None and output.exists():
        raise UsageError(f"{output} exists: nothing is overwritten, give another --output")
    if run is None:
        note("starting Keras ...", quiet)
    with quiet_start():
        report = anatomy(variables, units, batch, cell, layers, run)
    if format_ != "svg":
        show(report, "json" if as_json else format_, output)
    elif output is None:
        click.echo(draw(report))
    else:
        output.write_text(f"{draw(report)}\n", encoding="utf-8")
