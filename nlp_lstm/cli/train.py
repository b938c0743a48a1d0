"""nlp-lstm train: train a model and save it as a run."""

import os
from dataclasses import fields
from pathlib import Path

import click

from nlp_lstm.cli._help import OF_A_FILE, Command, examples
from nlp_lstm.cli._options import (
    chosen,
    classes_option,
    json_option,
    labels_option,
    limit_option,
    note,
    quiet_option,
    settings_options,
)
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.cli._reports import show
from nlp_lstm.settings import GROUPS as SETTING_GROUPS
from nlp_lstm.settings import Settings

# The options by what they are about; those of `Settings` know their groups, and the others are its output.
GROUPS = {
    "Task and data": ("task", "data", "preset", "labels", "classes", "subphrases", "limit"),
    "How files are read": ("tokenized", *OF_A_FILE),
    "Files of the run": ("run", "vectors", "init_from", "resume", "checkpoint_every", "tensorboard"),
    "Several machines": ("distributed",),
    **{
        group: tuple(entry.name for entry in fields(Settings) if entry.metadata["group"] == group)
        for group in SETTING_GROUPS
    },
}


@click.command(
    "train",
    cls=Command,
    groups=GROUPS,
    epilog=examples(
        "nlp-lstm train --task sentiment", "nlp-lstm train --task next-word --cell gru --units 64 --epochs 3"
    ),
)
@click.option(
    "--task",
    help="sentiment, next-word, tagging, or a package's own.  [default: sentiment; tagging for counting]",
)
@click.option("--data", help="The corpus; `nlp-lstm data` lists the formats.  [default: mini]")
@click.option(
    "--preset", metavar="NAME", help="A recipe; `nlp-lstm presets` lists them. Options you give override it."
)
@click.option("--run", type=click.Path(path_type=Path), help="Folder of the run.  [default: runs/TASK-NNN]")
@labels_option
@classes_option
@click.option(
    "--subphrases/--no-subphrases",
    default=None,
    help="For sst: train on every constituent of the training trees too.",
)
@limit_option
@click.option(
    "--vectors",
    type=click.Path(path_type=Path),
    help="Word vectors in GloVe's text format, plain or .gz; a tagger's vocabulary takes in their words too.",
)
@click.option("--init-from", metavar="RUN", help="Start from the embedding and layers of this run.")
@click.option(
    "--resume", metavar="RUN", help="Continue a training that was interrupted or killed; no other options."
)
@click.option(
    "--checkpoint-every",
    type=click.FloatRange(0),
    metavar="MINUTES",
    help="The most minutes between two checkpoints; there is one after each epoch too.  [default: 5]",
)
@click.option(
    "--distributed",
    is_flag=True,
    help="Be one of several processes that train together, as the variables of `keras.distribution` say "
    "(needs the extra `distributed`).",
)
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard logs (needs the extra `tensorboard`).")
@reading_options
@settings_options
@json_option
@quiet_option
def command(as_json, quiet, **options):
    """Train a model and save it as a new run.

    You see its metrics beside those of the baselines. Options you give override the preset; everything else
    keeps the task's default. The run records all settings. After Ctrl-C, and after a crash, --resume
    continues where the last checkpoint was made.
    """
    from nlp_lstm.store.listing import describe_run
    from nlp_lstm.training.workers import choose_jax, read_environment

    if options["distributed"]:
        choose_jax()
    worker = read_environment(os.environ)[0] if options["distributed"] else None
    note("starting Keras ...", quiet)
    from nlp_lstm.training.finishing import first_look, next_commands
    from nlp_lstm.training.train import train

    with Bar(quiet) as bar:
        trained = train(report=bar.report, **chosen(options))
    if worker and not worker.writes:
        note(f"worker {worker.number} of {worker.count} is done: worker 0 saves the run", quiet)
        return
    for line in trained.data.get("notes", ()) if not quiet else ():
        click.echo(f"nlp-lstm: {line}", err=True)
    if "moved" in trained.data:
        click.echo(f"nlp-lstm: {trained.data['moved']}", err=True)
    show(describe_run(trained), "json" if as_json else "text")
    if trained.status == "interrupted":
        click.echo(f"nlp-lstm: interrupted: {next_commands(trained)}", err=True)
        click.get_current_context().exit(130)
    if not quiet:
        click.echo(f"nlp-lstm: next: {first_look(trained)}", err=True)
