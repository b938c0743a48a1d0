"""nlp-lstm runs: list the runs."""

import click

from nlp_lstm.cli._options import json_option
from nlp_lstm.cli._reports import show


@click.command("runs")
@json_option
def command(as_json):
    """List the runs, shipped ones first, with task, data, settings and main metrics."""
    from nlp_lstm.store.listing import runs

    show(runs(), "json" if as_json else "text")
