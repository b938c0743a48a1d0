"""Options that several commands share, and the options of all settings."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nlp_lstm.cli._help import Name
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.report.markup import visible
from nlp_lstm.settings import Settings

if TYPE_CHECKING:
    from nlp_lstm.store.run import Run

CHOSEN = "nlp_lstm.cli.chosen"  # where a context keeps the line about the runs that were taken
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
quiet_option = click.option("--quiet", is_flag=True, help="Show no progress and no notes.")
limit_option = click.option(
    "--limit",
    type=click.IntRange(1),
    help="Use only this many sentences of each split: drawn from all over it, always the same; of running "
    "text the first.",
)
labels_option = click.option(
    "--labels",
    help="For sst: phrase gives each word the label of the largest phrase that ends there; word gives it "
    "the label of the word alone.  [default: phrase]",
)
classes_option = click.option("--classes", type=int, help="For sst: how many classes, 5 or 3.  [default: 5]")


def study_options(command: Callable) -> Callable:
    """Add the options of commands that measure runs on many sentences."""
    options = (
        click.option(
            "--data",
            help="The corpus to read.  [default: each run's own; if that is not here, stories or reviews]",
        ),
        click.option("--split", default="validation", show_default=True, help="train, validation or test."),
        limit_option,
        click.option(
            "--seed", default=0, show_default=True, help="Seed of sentences, controls and intervals."
        ),
        quiet_option,
    )
    command = reading_options(command)
    for option in reversed(options):
        command = option(command)
    return command


class SettingOption(click.Option):
    """An option whose default is each task's own: looked up only when the help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help with the tasks' defaults."""
        from nlp_lstm.task import load_task, task_names

        record = super().get_help_record(ctx)
        if record is None or self.name is None:
            return record
        defaults = {task: getattr(load_task(task).settings, self.name) for task in task_names()}
        shown = ", ".join(f"{task} {value}" for task, value in defaults.items())
        alike = len(set(defaults.values())) == 1
        return record[0], f"{record[1]}  [default: {next(iter(defaults.values())) if alike else shown}]"


def settings_options(command: Callable) -> Callable:
    """Add one option for each field of `Settings`; unset ones are left to the task's defaults."""
    for entry in reversed(fields(Settings)):
        name = entry.name.replace("_", "-")
        if isinstance(entry.default, bool):
            option = click.option(
                f"--{name}/--no-{name}",
                entry.name,
                cls=SettingOption,
                default=None,
                help=entry.metadata["help"],
            )
        else:
            kind = Name(entry.metadata["choices"]) if entry.metadata["choices"] else type(entry.default)
            option = click.option(
                f"--{name}", entry.name, cls=SettingOption, type=kind, help=entry.metadata["help"]
            )
        command = option(command)
    return command


def chosen(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, or other options, that were given."""
    return {name: value for name, value in settings.items() if value is not None}


def note(text: str, quiet: bool) -> None:
    """Say on a terminal what takes a while."""
    if not quiet and sys.stderr.isatty():
        click.echo(text, err=True)


def runs_or_default(
    runs: Sequence[str], both_kinds: bool = False, quiet: bool = False
) -> "Sequence[str | Run]":
    """The runs that were named; else those that `default_runs` chooses, and a word on which they are."""
    from nlp_lstm.store.run import default_runs

    if runs:
        return runs
    found = default_runs(note_passed_over, both_kinds)
    if not quiet:
        note_chosen(*found, option="--run RUN" if both_kinds else "RUN behind the command")
    return found


def note_passed_over(folder: Path, reason: str) -> None:
    """Say which newer run is damaged, so that an older one takes its place."""
    click.echo(visible(f"nlp-lstm: passed over {folder} ({reason})"), err=True)


def note_chosen(*runs: "Run", option: str = "--run RUN") -> None:
    """Say which runs were taken as none was named, and how to name others, as soon as there is an answer.

    An error stays one line so.

    Args:
        runs: those that were taken.
        option: how the command is told of another.
    """
    from nlp_lstm.store.folders import shipped_runs

    told = [f"{run.name} ({'shipped' if run.shipped else _corpus(run)})" for run in runs]
    taken = {run.name for run in runs}
    others = [path.name for run in runs for path in shipped_runs(run.task) if path.name not in taken]
    hint = f", such as {others[0]}" if others else ""
    line = f"nlp-lstm: reading with {' and '.join(told)}; {option} names another{hint}"
    click.get_current_context().meta[CHOSEN] = visible(line)


def tell_chosen() -> None:
    """Print what `note_chosen` has to say, if anything."""
    line = click.get_current_context().meta.pop(CHOSEN, None)
    if line:
        click.echo(line, err=True)


def _corpus(run: "Run") -> str:
    """What a run was trained on, for a line."""
    source = run.data.get("source")  # a run that was made in Python may not say
    return f"yours, trained on {source}" if source else "yours"
