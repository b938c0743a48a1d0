"""nlp-lstm sweep: train a grid of settings from several seeds, and compare what they reach."""

from dataclasses import fields
from pathlib import Path

import click

from nlp_lstm.cli._help import OF_A_FILE, Command, examples
from nlp_lstm.cli._options import (
    chosen,
    classes_option,
    labels_option,
    limit_option,
    note,
    quiet_option,
    settings_options,
)
from nlp_lstm.cli._progress import Bar
from nlp_lstm.cli._reading import reading_options
from nlp_lstm.cli._reports import TABLES_AND_PICTURES, report_options, show
from nlp_lstm.settings import GROUPS as SETTING_GROUPS
from nlp_lstm.settings import Settings

GROUPS = {
    "The sweep": ("grid", "seeds", "parallel", "storage"),
    "Task and data": ("task", "data", "preset", "labels", "classes", "limit"),
    "How files are read": ("tokenized", *OF_A_FILE),
    **{
        group: tuple(entry.name for entry in fields(Settings) if entry.metadata["group"] == group)
        for group in SETTING_GROUPS
    },
}


@click.command(
    "sweep",
    cls=Command,
    groups=GROUPS,
    epilog=examples(
        "nlp-lstm sweep --grid units=4,16 --grid layers=1,2 --limit 400 --epochs 2",
        "nlp-lstm sweep --storage runs/sweep-001/sweep.journal",
    ),
)
@click.option(
    "--grid",
    multiple=True,
    metavar="NAME=VALUE,VALUE",
    help="A setting and the values that it takes; give it once for each setting.",
)
@click.option("--seeds", type=click.IntRange(1), help="Trainings of each point of the grid.  [default: 3]")
@click.option(
    "--parallel",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that train at once, one thread each.",
)
@click.option(
    "--storage",
    type=click.Path(path_type=Path),
    help="File in which the trainings are shared; the runs lie beside it. Without --grid the sweep that it "
    "holds goes on.  [default: runs/sweep-NNN/sweep.journal]",
)
@click.option("--task", help="As `train` takes it.  [default: sentiment; tagging for counting]")
@click.option("--data", help="The corpus; `nlp-lstm data` lists the formats.  [default: mini]")
@click.option("--preset", metavar="NAME", help="A recipe; options you give override it.")
@labels_option
@classes_option
@limit_option
@reading_options
@settings_options
@quiet_option
@report_options(TABLES_AND_PICTURES)
def command(grid, seeds, parallel, storage, quiet, format, output, title, **options):
    """Train a grid of settings and compare what the trainings reach.

    Every training is a run of its own. After Ctrl-C, and after a crash, `nlp-lstm sweep --storage FILE` goes
    on. A second shell, or another machine that sees the file, shares the work if you type this there too.
    Needs the extra `sweep`.
    """
    note("starting Keras ...", quiet)
    from nlp_lstm.training.sweep_plans import read_grid
    from nlp_lstm.training.sweeping import sweep

    number = {} if seeds is None else {"seeds": seeds}
    with Bar(quiet, "training") as bar:
        report = sweep(
            read_grid(grid) if grid else None,
            parallel=parallel,
            storage=storage,
            report=bar.report_share,
            **number,
            **chosen(options),
        )
    show(report, format, output, title)
