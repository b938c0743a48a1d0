"""Options that say how a corpus is read: its columns, its encoding, and whether it is tokenized already."""

from collections.abc import Callable

import click

tokenized_option = click.option(
    "--tokenized/--raw",
    "tokenized",
    default=None,
    help="Split text at its blanks, because it is tokenized already; or as raw text.  "
    "[default: as the run was trained, or as the text looks]",
)
as_typed_option = click.option(
    "--as-typed",
    is_flag=True,
    help="Read no end after a text without a full stop, where the run has learned from sentences with one.",
)
unknown_option = click.option(
    "--unknown",
    is_flag=True,
    help="Let the unknown word, <unk>, be one of the next words.  [default: leave it out]",
)


def reading_options(command: Callable) -> Callable:
    """Add the options of commands that read a corpus; they are the fields of `Request`."""
    options = (
        tokenized_option,
        click.option("--text-column", help="For table and hub: the column of the texts, or lists of words."),
        click.option(
            "--word-column", help="For conll: the column of the words, 1 for the first, -1 for the last."
        ),
        click.option("--label-column", help="The column of the labels; for conll a number."),
        click.option("--separator", help="For table: what stands between two cells, such as ';'."),
        click.option("--encoding", help="Of the files.  [default: utf-8]"),
        click.option(
            "--header/--no-header",
            default=None,
            help="For table: whether the first row names the columns; else they are called 1, 2, ...",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
