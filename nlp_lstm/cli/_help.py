"""How commands are found by their names, and what their help looks like: groups of options, and examples.

All of it goes through click's own hooks: the group's `resolve_command`, a command's `format_options`, and
epilogs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from nlp_lstm.cli._room import check_room
from nlp_lstm.errors import did_you_mean

OF_A_FILE = ("text_column", "word_column", "label_column", "separator", "encoding", "header")
FILES = {"How files are read": OF_A_FILE}


class Commands(click.Group):
    """A group that suggests the names that are near a mistyped one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names, and the other arguments."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = did_you_mean(args[0], self.list_commands(ctx))
            if not near or args[0].startswith("-"):
                raise
            raise click.UsageError(f"No such command {args[0]!r}: {near}", error.ctx) from None


class Command(click.Command):
    """A command that begins where there is room for it, and whose help lists its options in groups.

    Args:
        groups: title -> the options by their names, in the order of the help; what is in none of them comes
            last, under "Options" where it stands alone, under "Output" behind others.
    """

    def __init__(self, *arguments: Any, groups: Mapping[str, Sequence[str]] = FILES, **named: Any):
        super().__init__(*arguments, **named)
        self.groups = groups

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the command does, if there is room for it."""
        check_room(str(self.name))
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each group that the command has options of."""
        records = {}
        for option in self.get_params(ctx):
            if not isinstance(option, click.Argument) and (record := option.get_help_record(ctx)):
                records[option.name] = record
        sections = {
            title: [records.pop(name) for name in names if name in records]
            for title, names in self.groups.items()
        }
        if self.groups is FILES:
            sections = {"Options": [*records.values()], **sections}
        else:
            sections["Output"] = [*records.values()]
        for title, rows in sections.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class Name(click.Choice):
    """A choice of names that suggests the near one; click's `token_normalize_func` makes case not matter."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong with a value."""
        message, near = super().get_invalid_choice_message(value, ctx), did_you_mean(value, self.choices)
        return f"{message.rstrip('.')}: {near}" if near else message


def near_options(error: click.ClickException) -> str | None:
    """Return what is wrong with an option that there is not, if one is near it."""
    if not isinstance(error, click.NoSuchOption) or not error.possibilities:
        return None
    return f"No such option {error.option_name!r}: did you mean {' or '.join(error.possibilities)}?"


def examples(*commands: str) -> str:
    r"""Return the epilog of a command that shows how it is typed.

    Example:
        >>> examples("nlp-lstm runs", "nlp-lstm runs --json")
        '\x08\nExamples:\n  nlp-lstm runs\n  nlp-lstm runs --json'
    """
    return "\n".join(["\b", "Examples:", *(f"  {command}" for command in commands)])
