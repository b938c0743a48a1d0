"""nlp-lstm generate: continue a text."""

import click

from nlp_lstm.cli._options import json_option, note_passed_over, note_shipped
from nlp_lstm.cli._reading import tokenized_option, unknown_option
from nlp_lstm.cli._reports import show
from nlp_lstm.cli.predict import split_arguments
from nlp_lstm.report import Report


@click.command("generate")
@click.argument("run_and_text", nargs=-1, required=True, metavar="[RUN] TEXT")
@click.option("--words", default=20, show_default=True, help="How many words to add.")
@click.option(
    "--temperature",
    default=0.8,
    show_default=True,
    help="Below 1 is safer, above 1 is wilder (0.001 to 1000); 0 always takes the likeliest word.",
)
@click.option(
    "--top-k",
    default=40,
    show_default=True,
    help="Draw only from this many words, the likeliest ones; a number above the vocabulary's means all.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the draws.")
@unknown_option
@tokenized_option
@json_option
def command(run_and_text, words, temperature, top_k, seed, unknown, tokenized, as_json):
    """Continue TEXT word by word with RUN (default: the newest next-word run)."""
    from nlp_lstm.evaluation.prediction import generate
    from nlp_lstm.report.markup import visible
    from nlp_lstm.store.run import default_run

    run, text = split_arguments(run_and_text)
    if run is None:
        run = default_run("next-word", note_passed_over)
        note_shipped(run)
    added = generate(text, run, words, temperature, top_k, seed, tokenized, unknown)
    if as_json:
        show(Report((), facts={"text": text, "added": added}), "json")
    else:
        click.echo("\n".join(visible(line) for line in f"{text} {added}".split("\n")))
