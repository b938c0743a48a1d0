"""nlp-lstm evaluate: score a run beside the baselines."""

import click

from nlp_lstm.cli._options import (
    json_option,
    note,
    quiet_option,
)
from nlp_lstm.cli._reports import show


@click.command("evaluate")
@click.argument("run", required=False)
@click.option("--data", help="The corpus.  [default: the one that the run was trained on]")
@click.option("--split", default="validation", show_default=True, help="train, validation or test.")
@click.option("--labels", help="For sst: phrase or word.  [default: the run's]")
@click.option("--classes", type=int, help="For sst: 5 or 3.  [default: the run's]")
@click.option(
    "--limit", type=click.IntRange(1), help="Score only this many sentences, the first of the split."
)
@json_option
@quiet_option
def command(run, data, split, labels, classes, limit, as_json, quiet):
    """Score RUN (default: the newest) on a split, beside the baselines on the same split."""
    from nlp_lstm.evaluation.evaluate import evaluate

    note(f"scoring {run or 'the newest run'} and its baselines on the {split} split ...", quiet)
    show(evaluate(run, data, split, labels, classes, limit), "json" if as_json else "text")
