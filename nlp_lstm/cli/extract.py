"""nlp-lstm extract: the states of a whole corpus."""

from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import chosen, json_option, quiet_option
from nlp_lstm.cli._progress import Line
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.cli._reports import show


def split_list(context: click.Context, option: click.Parameter, value: str | None) -> list[str] | None:
    """The entries of a list with commas between."""
    return None if value is None else [entry.strip() for entry in value.split(",")]


def split_numbers(context: click.Context, option: click.Parameter, value: str | None) -> list[int] | None:
    """The numbers of a list with commas between."""
    try:
        return None if value is None else [int(entry) for entry in value.split(",")]
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a list of numbers such as 1,2.") from None


def refuse_others(context: click.Context, allowed: set[str]) -> None:
    """Raise a usage error for the first option that was given and is not allowed."""
    for name in context.params:
        given = context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
        if given and name not in allowed:
            raise click.UsageError(f"--join takes --output alone: leave {name.replace('_', '-')} out.")


@click.command(
    "extract",
    cls=Command,
    epilog=examples(
        "nlp-lstm extract sentiment-sst --data reviews --output states",
        "nlp-lstm extract next-word-stories --data stories --output book --limit 100",
    ),
)
@click.argument("run", required=False)
@click.option("--data", help="The corpus; `nlp-lstm data` lists the formats.")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@click.option("--split", default="train", show_default=True, help="train, validation or test.")
@click.option(
    "--parts",
    callback=split_list,
    help="Parts to keep, separated by commas.  [default: the states: hidden_state,cell_state]",
)
@click.option("--layers", callback=split_numbers, help="Layers to keep, from 1, such as 1,2.  [default: all]")
@click.option("--dtype", default="float32", show_default=True, help="float32 or float16.")
@click.option(
    "--limit",
    type=int,
    help="Read only this many sentences of the split: drawn from all over it, always the same; of running "
    "text the first.",
)
@click.option("--workers", default=1, show_default=True, help="Number of processes.")
@click.option(
    "--shard",
    metavar="K/N",
    help="Do part K of N alone, such as 2/8, on a machine or in a job of its own.",
)
@click.option("--join", is_flag=True, help="Make one extraction of all parts in the folder of --output.")
@click.option("--resume", is_flag=True, help="Continue an interrupted extraction in the folder.")
@reading_options
@json_option
@quiet_option
def command(run, data, output, join, as_json, quiet, **options):
    """Write the states of every word of a corpus to Parquet files.

    RUN reads the corpus; `nlp-lstm find` looks through the folder that is written.
    """
    from nlp_lstm.corpus_states import join as join_parts
    from nlp_lstm.corpus_states.extracting import extract

    context = click.get_current_context()
    if join:
        refuse_others(context, {"output", "join", "as_json", "quiet"})
        show(join_parts(output), "json" if as_json else "text")
        return
    for name, value in (("RUN", run), ("--data", data)):
        if value is None:
            raise click.UsageError(f"give {name}, or --join alone to join parts that are there.")
    with Line(quiet) as line:
        report = extract(run, data, output, report=line.report, **chosen(options))
    show(report, "json" if as_json else "text")
