"""nlp-lstm probe: hidden and cell state of every word, in both models."""

import click

from nlp_lstm.cli._options import runs_or_default
from nlp_lstm.cli._reading import as_typed_option, tokenized_option, unknown_option
from nlp_lstm.cli._reports import report_options, show


@click.command("probe")
@click.argument("text")
@click.option(
    "--run",
    "runs",
    multiple=True,
    help="A run; repeat for more.  [default: the newest of each task, or the shipped runs if you have none]",
)
@click.option("--layer", type=int, help="Layer to show, from 1.  [default: the last]")
@click.option("--unit", type=int, help="Show all parts of one unit, from 0; with --memory, its memory.")
@click.option("--memory", is_flag=True, help="Show which words wrote the content of the cell state.")
@click.option("--towards", help="With --memory: show which words wrote the logit of this label or word.")
@click.option(
    "--without", type=int, metavar="WORD_NUMBER", help="Show what changes without this word, from 1."
)
@click.option(
    "--swap", metavar="WORD_NUMBER=WORD", help="Show what changes if WORD takes the place of this word."
)
@click.option(
    "--hold",
    multiple=True,
    metavar="PART=VALUE@WORDS",
    help="Show what changes if a part is held, such as forget_gate=1@3-7, or cell_state[1,17]=0 for one "
    "unit of a layer at all words; repeat for more.",
)
@as_typed_option
@unknown_option
@tokenized_option
@report_options(
    "text, json or csv; html, svg or png with pictures (needs the extra `pictures`); or all arrays as "
    "netcdf or npz, with --output."
)
def command(
    text,
    runs,
    layer,
    unit,
    memory,
    towards,
    without,
    swap,
    hold,
    as_typed,
    unknown,
    tokenized,
    format,
    output,
):
    """Read TEXT with trained models and show, word by word, what they say and what their states do."""
    from nlp_lstm.states.changes import parse_swap
    from nlp_lstm.states.edits import parse_hold
    from nlp_lstm.states.probing import probe

    swapped = None if swap is None else parse_swap(swap)
    edits = [parse_hold(part) for part in hold]
    changes = {"without": without, "swap": swapped, "hold": edits}
    read = {"tokenized": tokenized, "as_typed": as_typed, "unknown": unknown}
    report = probe(text, runs_or_default(runs), layer, unit, memory, towards, **changes, **read)
    show(report, format, output)
