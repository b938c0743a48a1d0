"""nlp-lstm probe: hidden and cell state of every word, in both models."""

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import runs_or_default
from nlp_lstm.cli._reading import as_typed_option, tokenized_option, unknown_option
from nlp_lstm.cli._reports import report_options, show
from nlp_lstm.cli._texts import text_argument


@click.command(
    "probe",
    cls=Command,
    epilog=examples(
        'nlp-lstm probe "the sky is blue"', 'nlp-lstm probe "not a bad film" --run sentiment-sst --memory'
    ),
)
@text_argument
@click.option(
    "--run",
    "runs",
    multiple=True,
    help="A run; repeat for more.  [default: your newest sentiment and next-word run, or the shipped ones]",
)
@click.option("--layer", type=int, help="Layer to show, from 1.  [default: the last]")
@click.option("--unit", type=int, help="Show all parts of one unit, from 0; with --memory, its memory.")
@click.option("--memory", is_flag=True, help="Show which words wrote the content of the cell state.")
@click.option("--why", is_flag=True, help="Show how much each word speaks for what the run says at the end.")
@click.option(
    "--patch-from",
    metavar="TEXT",
    help="Show which states move the answer to that of TEXT, another sentence as long.",
)
@click.option(
    "--towards",
    help="The label or word that --why, --patch-from and --memory are about.  [default: the answer]",
)
@click.option("--against", help="With --why and --patch-from: the label or word to compare it with.")
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
@click.option("--wide", is_flag=True, help="Show lengths of states and gates too, in a table for each run.")
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
    why,
    patch_from,
    towards,
    against,
    without,
    swap,
    hold,
    wide,
    as_typed,
    unknown,
    tokenized,
    format,
    output,
    title,
):
    """Show what models say and do at every word of TEXT.

    A tagger and a next-word model read the text side by side: what each says after the word, and how far its
    hidden state and its cell state moved there.
    """
    from nlp_lstm.models.edits import parse_hold
    from nlp_lstm.states.changes import parse_swap
    from nlp_lstm.states.probing import probe

    swapped = None if swap is None else parse_swap(swap)
    edits = [parse_hold(part) for part in hold]
    changes = {"without": without, "swap": swapped, "hold": edits, "patch_from": patch_from}
    read = {"tokenized": tokenized, "as_typed": as_typed, "unknown": unknown, "wide": wide}
    runs = runs_or_default(runs, both_kinds=True)
    report = probe(text, runs, layer, unit, memory, why, towards, against, **changes, **read)
    show(report, format, output, title)
