"""nlp-lstm anatomy: the matrices, arrows and steps of recurrent layers, as tables or drawn."""

import click

from nlp_lstm.cli._options import note, quiet_option, quiet_start
from nlp_lstm.cli._reports import report_options, show, write


@click.command("anatomy")
@click.option("--variables", type=int, help="Numbers that a layer reads at each step.  [default: 5]")
@click.option("--units", type=int, help="Units of each layer.  [default: 4]")
@click.option("--batch", type=int, help="Sentences that the layers read at once.  [default: 3]")
@click.option("--cell", help="Recurrent cell: lstm, gru or rnn.  [default: lstm]")
@click.option("--layers", type=int, help="Stacked layers.  [default: 1]")
@click.option(
    "--run", help="Take this run apart instead of new Keras layers; give none of the options above."
)
@report_options("Tables, or a drawing.", ["text", "json", "csv", "svg"])
@quiet_option
def command(variables, units, batch, cell, layers, run, format, output, quiet):
    """Show what recurrent layers are made of: matrices, arrows and steps, with real weights."""
    from nlp_lstm.anatomies import anatomy
    from nlp_lstm.anatomies.drawing import draw

    if run is None:
        note("starting Keras ...", quiet)
    with quiet_start():
        report = anatomy(variables, units, batch, cell, layers, run)
    if format == "svg":
        write(draw(report), output)
    else:
        show(report, format, output)
