"""nlp-lstm evaluate: score a run beside the baselines."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import chosen, json_option, limit_option, note_passed_over, quiet_option
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.cli._reports import show


@click.command(
    "evaluate",
    cls=Command,
    epilog=examples("nlp-lstm evaluate sentiment-001 --limit 200", "nlp-lstm evaluate --split test"),
)
@click.argument("run", required=False)
@click.option("--data", help="The corpus.  [default: the one that the run was trained on]")
@click.option("--split", default="validation", show_default=True, help="train, validation or test.")
@click.option("--labels", help="For sst: phrase or word.  [default: the run's]")
@click.option("--classes", type=int, help="For sst: 5 or 3.  [default: the run's]")
@limit_option
@reading_options
@json_option
@quiet_option
def command(run, data, split, as_json, quiet, **reading):
    """Score a run on a split, beside the baselines on the same split.

    Without RUN, the command takes your newest run.
    """
    from nlp_lstm.evaluation.evaluate import evaluate
    from nlp_lstm.store.run import newest_run

    chosen_run = run or newest_run(passed_over=note_passed_over)
    with Bar(quiet, "scoring the model and its baselines") as bar:
        report = evaluate(chosen_run, data, split, report=bar.report_share, **chosen(reading))
    show(report, "json" if as_json else "text")
