"""nlp-lstm predict: what a run says about a text."""

import click

from nlp_lstm.cli._options import json_option, note_shipped
from nlp_lstm.cli._reports import show


@click.command("predict")
@click.argument("run_and_text", nargs=-1, required=True, metavar="[RUN] TEXT")
@json_option
def command(run_and_text, as_json):
    """Print what RUN (default: the newest) says about TEXT.

    A sentiment run says a label per word, a next-word run the ten likeliest next words.
    """
    from nlp_lstm.evaluation.prediction import predict
    from nlp_lstm.store.run import default_run

    run, text = split_arguments(run_and_text)
    if run is None:
        run = default_run()
        note_shipped(run)
    show(predict(text, run), "json" if as_json else "text")


def split_arguments(run_and_text: tuple[str, ...]) -> tuple[str | None, str]:
    """The run, if it is given, and the text."""
    if len(run_and_text) > 2:
        raise click.UsageError(f"{len(run_and_text)} arguments: give one RUN and one TEXT, in quotes.")
    *run, text = list(run_and_text)
    return (run[0] if run else None), text
