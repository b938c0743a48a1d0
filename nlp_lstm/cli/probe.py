"""nlp-lstm probe: hidden and cell state of every word, in both models."""

from pathlib import Path

import click

from nlp_lstm.cli._options import json_option, show


@click.command("probe")
@click.argument("text")
@click.option(
    "--run", "runs", multiple=True, help="A run; may be repeated.  [default: the newest of each task]"
)
@click.option("--layer", type=int, help="Layer to show, from 1.  [default: the last]")
@click.option("--unit", type=int, help="Show all parts of one unit, from 0, instead.")
@click.option("--format", "format_", default="text", show_default=True, help="text, json or csv.")
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file.")
@json_option
def command(text, runs, layer, unit, format_, output, as_json):
    """Read TEXT with trained models and show, word by word, what they say and what their states do."""
    from nlp_lstm.probing import probe

    if as_json and format_ not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format_} exclude each other.")
    show(probe(text, runs, layer, unit), "json" if as_json else format_, output)
