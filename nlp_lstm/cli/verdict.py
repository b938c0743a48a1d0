"""nlp-lstm verdict: each claim about hidden and cell state, measured and judged."""

from pathlib import Path

import click

from nlp_lstm.cli._options import json_option, limit_option, note, note_shipped, quiet_option, show


@click.command("verdict")
@click.argument("runs", nargs=-1)
@click.option("--data", help="The corpus to read.  [default: that of each run; mini where it is not here]")
@click.option("--split", default="validation", show_default=True, help="train, validation or test.")
@limit_option
@click.option("--seed", default=0, show_default=True, help="Draws sentences, controls and intervals.")
@click.option("--format", "format_", default="text", show_default=True, help="text, json, csv or html.")
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file.")
@json_option
@quiet_option
def command(runs, data, split, limit, seed, format_, output, as_json, quiet):
    """Judge what is said about hidden and cell state by what trained models do.

    RUNS are the newest of each task if none is given; if there is none, nlp-lstm's own.
    """
    from nlp_lstm.run import default_runs
    from nlp_lstm.verdicts import verdict

    if not runs:
        runs = default_runs()
        note_shipped(*runs)
    report = verdict(runs, data, split, limit, seed, lambda claim: note(f"measuring: {claim}", quiet))
    show(report, "json" if as_json else format_, output)
