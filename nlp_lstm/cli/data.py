"""nlp-lstm data: list the corpus formats, or show a corpus."""

import click

from nlp_lstm.cli._options import chosen, classes_option, json_option, labels_option, limit_option
from nlp_lstm.cli._reports import show


@click.command("data")
@click.argument("source", required=False)
@click.option("--task", default="sentiment", show_default=True, help="The task that the corpus is for.")
@labels_option
@classes_option
@limit_option
@json_option
def command(source, task, labels, classes, limit, as_json):
    """List the corpus formats, or show counts, label shares and five examples of SOURCE."""
    from nlp_lstm.training.listing import data

    labelling = chosen({"labels": labels, "classes": classes})
    show(data(source, task, limit=limit, **labelling), "json" if as_json else "text")
