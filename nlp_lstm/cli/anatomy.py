"""nlp-lstm anatomy: the matrices, arrows and steps of recurrent layers, as tables or drawn."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import note, quiet_option
from nlp_lstm.cli._reports import report_options, show
from nlp_lstm.errors import UsageError
from nlp_lstm.report.formats import PICTURES


@click.command(
    "anatomy",
    cls=Command,
    epilog=examples(
        "nlp-lstm anatomy --cell gru --units 3", "nlp-lstm anatomy --run sentiment-sst --output anatomy.html"
    ),
)
@click.option("--variables", type=int, help="Numbers that a layer reads at each step.  [default: 5]")
@click.option("--units", type=int, help="Units of each layer.  [default: 4]")
@click.option("--batch-size", type=int, help="Sentences that the layers read at once.  [default: 3]")
@click.option("--cell", help="Recurrent cell: lstm, gru or rnn.  [default: lstm]")
@click.option("--layers", type=int, help="Stacked layers.  [default: 1]")
@click.option(
    "--run",
    help="Take this run apart, or the Keras model in this .keras or .h5 file, instead of new Keras layers; "
    "give none of the options above.",
)
@click.option(
    "--panel", help="Draw one panel alone: arrows, cell or matrices; for html, svg and png.  [default: all]"
)
@report_options(
    "text, json or csv: tables. html: a drawing and tables. svg: a drawing. png: the same (needs the extra "
    "`pictures`).",
    ["text", "json", "csv", "html", "svg", "png"],
)
@quiet_option
def command(variables, units, batch_size, cell, layers, run, panel, format, output, quiet):
    """Show the matrices, arrows and steps of recurrent layers.

    All numbers are those of real layers: new ones that Keras makes, or those of a run.
    """
    from nlp_lstm.anatomies import anatomy

    if panel is not None and format not in PICTURES:
        raise UsageError(f"--panel {panel} is for a drawing: add --format svg, html or png")
    if run is None or run.endswith((".keras", ".h5")):
        note("starting Keras ...", quiet)
    report = anatomy(
        variables=variables,
        units=units,
        batch_size=batch_size,
        cell=cell,
        layers=layers,
        run=run,
        panel=panel,
    )
    show(report, format, output)
