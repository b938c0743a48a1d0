"""How commands show a report: --format, --output and --json, checked before any work is done."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from nlp_lstm.cli._options import json_option
from nlp_lstm.errors import UsageError
from nlp_lstm.report import Report
from nlp_lstm.views import FILES, PICTURES, VIEWS, require_matplotlib
from nlp_lstm.writing import write_whole

TABLES_AND_PICTURES = "text, json or csv; html, svg or png with pictures (needs the extra `pictures`)."


def report_options(help: str, formats: Sequence[str] | None = None) -> Callable[[Callable], Callable]:
    """Add --format, --output and --json to a command; it is given `format` and `output`, fit for `show`.

    Args:
        help: of --format.
        formats: the names that --format takes; None for all views.
    """

    def add(command: Callable) -> Callable:
        """Give the command the options, checked before it runs."""

        @functools.wraps(command)
        def checked(*, format: str, as_json: bool, output: Path | None, **options: Any) -> Any:
            """Run the command, unless its options contradict each other or its file is there."""
            if formats is None:
                _check_view(format)
            if as_json and format not in ("text", "json"):
                raise click.UsageError(f"--json and --format {format} exclude each other.")
            if format in FILES and output is None:
                raise UsageError(f"format {format} is not text: name a file with --output")
            _refuse_existing(output)
            return command(format="json" if as_json else format, output=output, **options)

        kind = click.Choice(formats) if formats else str
        named = click.option("--format", type=kind, default="text", show_default=True, help=help)
        file = click.option("--output", type=click.Path(path_type=Path), help="Write to this new file.")
        return named(file(json_option(checked)))

    return add


def show(report: Report, format: str = "text", output: Path | None = None) -> None:
    """Print a report, or write it to a new file."""
    write(VIEWS.get(format)(report), output)


def write(shown: str | bytes, output: Path | None) -> None:
    """Print what a view made, or write it to a new file."""
    if output is None:
        click.echo(shown)
        return
    _refuse_existing(output)
    write_whole(output, shown if isinstance(shown, bytes) else f"{shown}\n", "give another --output")


def _check_view(format: str) -> None:
    """Refuse a format that is not known, or cannot be drawn here."""
    VIEWS.get(format)
    if format in PICTURES:
        require_matplotlib()


def _refuse_existing(output: Path | None) -> None:
    """Raise a UsageError for a file or folder that is there; a device such as /dev/stdout is written to."""
    if output is not None and (output.is_file() or output.is_dir()):
        raise UsageError(f"{output} exists: give another --output")
