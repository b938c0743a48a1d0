"""nlp-lstm generate: continue a text."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import json_option, note_chosen, note_passed_over, tell_chosen
from nlp_lstm.cli._reading import tokenized_option, unknown_option
from nlp_lstm.cli._reports import show
from nlp_lstm.cli._texts import text_argument
from nlp_lstm.report import Report


@click.command(
    "generate",
    cls=Command,
    epilog=examples(
        'nlp-lstm generate "once upon a time"',
        'nlp-lstm generate "the old house" --words 40 --temperature 0.5',
    ),
)
@text_argument
@click.option("--run", help="The next-word run that continues.  [default: your newest, or the shipped one]")
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
@click.option(
    "--hold",
    multiple=True,
    metavar="PART=VALUE@WORDS",
    help="Hold a part while it reads and writes, such as cell_state[2,32]=3@4-9; words count on from TEXT.",
)
@unknown_option
@tokenized_option
@json_option
def command(text, run, words, temperature, top_k, seed, hold, unknown, tokenized, as_json):
    """Continue TEXT word by word with a next-word run."""
    from nlp_lstm.evaluation.prediction import generate
    from nlp_lstm.models.edits import parse_hold
    from nlp_lstm.report.markup import visible
    from nlp_lstm.store.run import default_run

    if run is None:
        run = default_run("next-word", note_passed_over)
        note_chosen(run)
    edits = [parse_hold(part) for part in hold]
    added = generate(text, run, words, temperature, top_k, seed, tokenized, unknown, edits)
    if as_json:
        show(Report((), facts={"text": text, "added": added}), "json")
    else:
        tell_chosen()
        click.echo("\n".join(visible(line) for line in f"{text} {added}".split("\n")))
