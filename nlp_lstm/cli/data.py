"""nlp-lstm data: list the corpus formats, or show a corpus."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import chosen, classes_option, json_option, labels_option, limit_option
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.cli._reports import show


@click.command("data", cls=Command, epilog=examples("nlp-lstm data", "nlp-lstm data reviews"))
@click.argument("source", required=False)
@click.option("--task", default="sentiment", show_default=True, help="The task that the corpus is for.")
@labels_option
@classes_option
@limit_option
@reading_options
@json_option
def command(source, task, as_json, **reading):
    """List the corpus formats, or show what is in a corpus.

    Of SOURCE you see counts, label shares and five examples.
    """
    from nlp_lstm.training.listing import data

    show(data(source, task, **chosen(reading)), "json" if as_json else "text")
