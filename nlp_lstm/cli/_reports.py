"""How commands show a report: --format, --output, --force and --json, checked before any work is done."""

import functools
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from nlp_lstm.cli._options import json_option, tell_chosen
from nlp_lstm.errors import UsageError
from nlp_lstm.report import Report
from nlp_lstm.report.formats import FILES, PICTURES, SUFFIXES, VIEWS
from nlp_lstm.views import require_matplotlib
from nlp_lstm.writing import write_whole

TABLES_AND_PICTURES = "text, json or csv; html, svg or png with pictures (needs the extra `pictures`)."
ADVICE = "give another --output, or --force to write over it"


@dataclass(frozen=True)
class Target:
    """The file of --output.

    Args:
        path: the file.
        force: whether to write over one that is there.
    """

    path: Path
    force: bool = False

    def check(self) -> None:
        """Refuse a folder, and a file that is there; a device such as /dev/stdout is written to."""
        if self.path.is_dir():
            raise UsageError(f"{self.path} is a folder: give another --output")
        if self.path.is_file() and not self.force:
            raise UsageError(f"{self.path} exists: {ADVICE}")


def report_options(help: str, formats: Sequence[str] | None = None) -> Callable[[Callable], Callable]:
    """Add --format, --output, --force and --json to a command, which is given what `show` takes.

    Args:
        help: of --format.
        formats: the names that --format takes; None for all views.
    """

    def add(command: Callable) -> Callable:
        """Give the command the options, checked before it runs."""

        @functools.wraps(command)
        def checked(
            *, format: str | None, as_json: bool, output: Path | None, force: bool, **options: Any
        ) -> Any:
            """Run the command, unless its options contradict each other or its file is there."""
            asked = VIEWS.match(format) if format else None
            chosen = choose_format(asked, as_json, output, formats or VIEWS.names())
            if formats is None:
                _check_view(chosen, options["title"])
            if output is None:
                _check_printable(chosen)
                if force:
                    raise UsageError("--force is for a file: name it with --output")
                return command(format=chosen, output=None, **options)
            target = Target(output, force)
            target.check()
            return command(format=chosen, output=target, **options)

        kind = click.Choice(formats, case_sensitive=False) if formats else str
        by_name = "  [default: what the name of --output ends in, else text]"
        named = click.option("--format", type=kind, help=help + by_name)
        file = click.option(
            "--output", type=click.Path(path_type=Path), help="Write to this new file, such as a.csv."
        )
        over = click.option("--force", is_flag=True, help="Write over the file of --output if it is there.")
        title = click.option("--title", help="Title of a page or picture: html, svg or png.")
        return named(file(over(json_option(checked if formats else title(checked)))))

    return add


def choose_format(format: str | None, as_json: bool, output: Path | None, known: Sequence[str]) -> str:
    """Return the format that --format, --json and the name of --output agree on; text if none says one.

    Args:
        format: what --format was given.
        as_json: whether --json was.
        output: the file.
        known: the formats of the command.

    Raises:
        UsageError: if two of them contradict each other, or the name ends in something else.

    Example:
        >>> choose_format(None, False, Path("a.SVG"), ["text", "svg"])
        'svg'
    """
    if as_json and format not in (None, "json"):
        raise click.UsageError(f"--json and --format {format} exclude each other.")
    asked = "json" if as_json else format
    suffix = output.suffix.lower() if output else ""
    meant = SUFFIXES.get(suffix)
    if asked and meant and asked != meant:
        option = "--json" if as_json else f"--format {format}"
        raise UsageError(f"{option} and --output {output} exclude each other: {suffix} means {meant}")
    if asked or not suffix:
        return asked or "text"
    if meant and meant in known:
        return meant
    *endings, last = [ending for ending, name in SUFFIXES.items() if name in known]
    other = "" if meant else ", or name a --format"
    raise UsageError(f"{output} ends in {suffix}: end it in {', '.join(endings)} or {last}{other}")


def show(
    report: Report, format: str = "text", output: Target | None = None, title: str | None = None
) -> None:
    """Print a report, or write it to a file; a title takes the place of its own."""
    if output is None:  # a file that cannot be written is told in one line
        tell_chosen()
    named = report if title is None else replace(report, title=title)
    if format == "text" and output is None and in_colour():
        from nlp_lstm.views.text import show_text

        write(show_text(named, colour=True), output)
    else:
        write(VIEWS.get(format)(named), output)
    tell_chosen()


def in_colour() -> bool:
    """Whether stdout is a terminal that shows colours, and the environment does not ask for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return sys.stdout.isatty() and not plain


def write(shown: str | bytes, output: Target | None) -> None:
    """Print what a view made, or write it to a file."""
    if output is None:
        click.echo(shown)
        return
    output.check()
    content = shown if isinstance(shown, bytes) else f"{shown}\n"
    write_whole(output.path, content, "give another --output")


def _check_view(format: str, title: str | None) -> None:
    """Refuse a format that cannot be drawn here, or has no title."""
    if title is not None and format not in PICTURES:
        raise UsageError(f"format {format} has no --title: choose html, svg or png")
    if format in PICTURES:
        require_matplotlib()


def _check_printable(format: str) -> None:
    """Refuse to print bytes, and to fill a terminal with the source of a picture or page."""
    if format in FILES:
        raise UsageError(f"format {format} is not text: name a file with --output")
    if format in PICTURES and sys.stdout.isatty():
        raise UsageError(f"format {format} is not for a terminal: name a file with --output, or pipe it")
