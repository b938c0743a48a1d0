"""nlp-lstm compare: one analysis of hidden and cell state over a whole corpus."""

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


@click.command("compare")
@click.argument("analysis")
@click.argument("runs", nargs=-1)
@click.option("--data", help="The corpus to read.  [default: that of each run; mini where it is not here]")
@click.option("--split", default="validation", show_default=True, help="train, validation or test.")
@limit_option
@click.option("--seed", default=0, show_default=True, help="Draws sentences, controls and intervals.")
@format_option
@output_option
@json_option
@quiet_option
def command(analysis, runs, data, split, limit, seed, format_, output, as_json, quiet):
    """Measure hidden against cell state over many sentences, beside an untrained model.

    ANALYSIS is influence, decode, meaning, similarity, gates, memory or units. RUNS are the newest of each
    task if none is given; if there is none, nlp-lstm's own.
    """
    from nlp_lstm.comparing import compare
    from nlp_lstm.run import default_runs

    if as_json and format_ not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format_} exclude each other.")
    if not runs:
        runs = default_runs()
        note_shipped(*runs)
    note(f"measuring {analysis} ...", quiet)
    show(compare(analysis, runs, data, split, limit, seed), "json" if as_json else format_, output)
