"""nlp-lstm verdict: each claim about hidden and cell state, measured and judged."""

import click

from nlp_lstm.cli._options import (
    format_option,
    json_option,
    limit_option,
    note,
    note_shipped,
    output_option,
    quiet_option,
    show,
)


@click.command("verdict")
@click.argument("runs", nargs=-1)
@click.option("--data", help="The corpus to read.  [default: that of each run; mini where it is not here]")
@click.option("--split", default="validation", show_default=True, help="train, validation or test.")
@limit_option
@click.option("--seed", default=0, show_default=True, help="Draws sentences, controls and intervals.")
@format_option
@output_option
@json_option
@quiet_option
def command(runs, data, split, limit, seed, format_, output, as_json, quiet):
    """Judge what is said about hidden and cell state by what trained models do.

    RUNS are the newest of each task if none is given; if there is none, nlp-lstm's own.
    """
    from nlp_lstm.run import default_runs
    from nlp_lstm.verdicts import verdict

    if as_json and format_ not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format_} exclude each other.")
    if not runs:
        runs = default_runs()
        note_shipped(*runs)
    report = verdict(runs, data, split, limit, seed, lambda claim: note(f"measuring: {claim}", quiet))
    show(report, "json" if as_json else format_, output)
