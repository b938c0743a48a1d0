"""TEXT, the only argument of predict, generate and probe; and where another command takes its runs.

Runs go by --run beside a text, and by position where they are the subject. Who types it otherwise, or forgets
the quotes, is told the whole command in the order that works.
"""

import contextlib
import functools
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import click

from nlp_lstm.errors import MissingInputError, UsageError

MOST_OF_A_TEXT = 100  # characters


def text_argument(command: Callable) -> Callable:
    """Add the argument TEXT to a command that has --run; it is given `text`, None if --file gives texts."""

    @functools.wraps(command)
    def checked(*, arguments: tuple[str, ...], **options: Any) -> Any:
        """Run the command, unless the arguments are not one text."""
        name = str(click.get_current_context().info_name)
        runs = options.get("run") or options.get("runs") or ()
        given = (runs,) if isinstance(runs, str) else runs
        file = options.get("file")
        text = the_text(name, arguments, given) if file is None else no_text(name, arguments, file)
        return command(text=text, **options)

    metavar = (
        "[TEXT]" if any(one.name == "file" for one in getattr(command, "__click_params__", ())) else "TEXT"
    )
    return click.argument("arguments", nargs=-1, metavar=metavar)(checked)


def the_text(command: str, arguments: Sequence[str], runs: Sequence[str] = ()) -> str:
    """Return the one argument, which is a text.

    Args:
        command: the name of the command.
        arguments: what was given by position.
        runs: what was given by --run.

    Raises:
        click.UsageError: if there is none.
        UsageError: if there are several, or if it is the name of a run and no --run is given; says the
            command that works.

    Example:
        >>> the_text("predict", ["so", "fine"])
        Traceback (most recent call last):
        nlp_lstm.errors.UsageError: quotes are missing around the text: `nlp-lstm predict "so fine"`
    """
    if not arguments:
        raise click.UsageError("Missing argument 'TEXT'.")
    place = None if runs else _place_of_run(arguments)
    if place is not None:
        run, text = arguments[place], " ".join((*arguments[:place], *arguments[place + 1 :]))
        shown = _shown(command, text or "TEXT", [run])
        if text:
            raise UsageError(f"{command} takes the text first and the run by --run: {shown}")
        raise UsageError(
            f"{run} is a run, give a text too: {shown}; or put a blank after {run} to read it as a text"
        )
    if len(arguments) > 1:
        raise UsageError(f"quotes are missing around the text: {_shown(command, ' '.join(arguments), runs)}")
    return arguments[0]


def no_text(command: str, arguments: Sequence[str], file: str) -> None:
    """Check that no text is given beside --file.

    Args:
        command, arguments: as `the_text` takes them.
        file: what --file was given.

    Raises:
        UsageError: if there is an argument; names the option of one that is a run.
    """
    if len(arguments) == 1 and names_run(arguments[0]):
        shown = f"`nlp-lstm {command} --file {shlex.quote(file)} --run {shlex.quote(arguments[0])}`"
        raise UsageError(f"{command} takes the run by --run: {shown}")
    if arguments:
        raise click.UsageError("--file holds the texts: leave out TEXT or --file.")


def names_run(text: str) -> bool:
    """Return whether a text is the name or the folder of a run, of the user's or of a shipped one.

    What has a blank, if only at its end, is a text.
    """
    from nlp_lstm.store.folders import RUNS, find_run, is_unfinished

    if text.split() != [text]:
        return False
    with contextlib.suppress(MissingInputError, OSError, ValueError):
        find_run(text)
        return True
    return is_unfinished(RUNS / text)


def by_position(error: click.ClickException) -> str | None:
    """Return how a command takes its runs, if --run was given to one that takes them by position.

    Args:
        error: what click found wrong.
    """
    context = getattr(error, "ctx", None)
    if not isinstance(error, click.NoSuchOption) or error.option_name != "--run" or context is None:
        return None
    names = {"run": "the run", "runs": "runs"}
    taken = [names[str(one.name)] for one in context.command.params if one.name in names]
    usage = " ".join(context.command.collect_usage_pieces(context)[1:])
    return (
        f"{context.info_name} takes {taken[0]} by position, without --run: `{context.command_path} {usage}`"
        if taken
        else None
    )


def _place_of_run(arguments: Sequence[str]) -> int | None:
    """Where a run stands, first or last; or, beside a text in quotes, the word that is meant as one."""
    for place in (0, len(arguments) - 1):
        if names_run(arguments[place]):
            return place
    words = [len(argument.split()) for argument in arguments]
    return words.index(1) if len(words) == 2 and min(words) == 1 < max(words) else None


def _shown(command: str, text: str, runs: Sequence[str]) -> str:
    """A command with its text in quotes; of a long one the beginning."""
    text = text if len(text) <= MOST_OF_A_TEXT else f"{text[:MOST_OF_A_TEXT]} ..."
    quoted = shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'
    return " ".join([f"`nlp-lstm {command} {quoted}", *(f"--run {shlex.quote(run)}" for run in runs)]) + "`"
