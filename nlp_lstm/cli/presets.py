"""nlp-lstm presets: list the presets."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import json_option
from nlp_lstm.cli._reports import show


@click.command("presets", cls=Command, epilog=examples("nlp-lstm presets", "nlp-lstm presets --json"))
@json_option
def command(as_json):
    """List the presets of train and what each reaches.

    You also see what each trains, how long it takes, and its whole command.
    """
    from nlp_lstm.training.listing import presets

    show(presets(), "json" if as_json else "text")
