"""nlp-lstm runs: list the runs."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import json_option
from nlp_lstm.cli._reports import show


@click.command("runs", cls=Command, epilog=examples("nlp-lstm runs", "nlp-lstm runs --json"))
@json_option
def command(as_json):
    """List the runs with task, data, settings and main metrics.

    The runs that come with nlp-lstm are first, then your own, oldest first.
    """
    from nlp_lstm.store.listing import runs

    show(runs(), "json" if as_json else "text")
