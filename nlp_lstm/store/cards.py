"""The model card of a run that comes with nlp-lstm: what it is, what it was made of, what it is not for.

What a run records (recipe, figures, labels, sizes) is written from its record; what no record knows (the
data's origin and terms, limits) is a text per run. The headings follow Mitchell et al. 2019, "Model Cards
for Model Reporting".
"""

import textwrap
from dataclasses import fields

from nlp_lstm.errors import UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.settings import Settings
from nlp_lstm.store.card_texts import CARDS, CONTENT, GLOVE, REFERENCES, Card
from nlp_lstm.store.measures import measured_limits, mixed_in
from nlp_lstm.store.run import Run
from nlp_lstm.task import load_task


def write_card(run: Run, name: str) -> str:
    """Return the card of a run as Markdown.

    Args:
        run: finished, trained on the data that the card tells of.
        name: what the run is shipped as.

    Raises:
        UnknownNameError: if there is no text for such a name; lists the known ones.
        UsageError: if the run is not finished, or is not what the card would say that it is.
    """
    name = match_name("shipped run", name, CARDS)
    card = CARDS[name]
    _check(run, name, card)
    terms = [card.terms, GLOVE] if run.data.get("vectors") else [card.terms]
    outputs = f"The labels: {', '.join(run.label_names)}." if run.label_names else ""
    case = "in lower case" if run.settings.lowercase else "as they are written"
    size = f"It sees words {case}. Vocabulary: {len(run.vocabulary)} entries. Weights: {_count(run)} numbers."
    sections = {
        f"# {name}": [card.summary, outputs],
        "## Data and its terms": [card.data, *mixed_in(run), *terms],
        "## Recipe": [f"```\n{_command(run)}\n```", _recipe(run), size],
        "## Figures": [_table(run), _measured(run, name), card.figures],
        "## What is in the run": [CONTENT],
        "## Limits": [card.limits + measured_limits(run)],
        "## What it must not be used for": [card.misuse],
        "## References": [REFERENCES],
    }
    blocks = [block for title, texts in sections.items() for block in (title, *texts) if block]
    return "\n\n".join(blocks) + "\n"


def _check(run: Run, name: str, card: Card) -> None:
    """Raise a UsageError where the fixed text of a card would not be true of a run."""
    reader, vectors = run.data["source"].partition(":")[0], run.data.get("vectors")
    if run.status != "finished":
        raise UsageError(f"{run.name} is {run.status}: ship a run that is finished")
    if (run.task, reader.removesuffix("-mixed")) != (card.task, card.reader):
        raise UsageError(
            f"{run.name} is a {run.task} run on {reader}: {name} must be {card.task} on {card.reader}"
        )
    if run.data.get("limit") or run.data.get("init_from") or run.data.get("labels", "phrase") != "phrase":
        raise UsageError(f"{run.name} has --limit, --init-from or --labels word: the card describes none")
    if vectors and "glove.6B." not in vectors:
        raise UsageError(f"{run.name} started from {vectors}: the card describes only GloVe 6B")


def _command(run: Run) -> str:
    """The command that trains such a run, with every setting that is not the task's default."""
    data, default = run.data, load_task(run.task).settings
    options = [f"--task {run.task}", f"--data {_source(run)}"]
    if data.get("classes", 5) != 5:
        options.append(f"--classes {data['classes']}")
    if data.get("subphrases"):
        options.append("--subphrases")
    if data.get("vectors"):
        options.append(f"--vectors {data['vectors']}")
    for entry in fields(Settings):
        value, option = getattr(run.settings, entry.name), entry.name.replace("_", "-")
        if value != getattr(default, entry.name):
            options.append(
                f"--{'' if value else 'no-'}{option}" if isinstance(value, bool) else f"--{option} {value}"
            )
    return " \\\n    ".join(["nlp-lstm train", *options])


def _source(run: Run) -> str:
    """The run's corpus as --data takes it, with DIR for the folder of the user's own copy."""
    reader, colon, _ = run.data["source"].partition(":")
    return f"{reader}:DIR" if colon else reader


def _recipe(run: Run) -> str:
    """What else belongs to the recipe."""
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    share = run.data.get("vectors_share")
    vectors = f" The vectors hold {share:.1%} of the text's different words." if share is not None else ""
    last = run.settings.keep == "last"
    sums = ", ".join(f"{split} `{digest}`" for split, digest in (run.data.get("sha256") or {}).items())
    kept = "the last epoch" if last else "the epoch with the lowest loss on the validation split"
    return _fill(
        f"All other settings are the task's defaults; `run.json` holds every one. Training took "
        f"{len(run.history)} epochs and {run.seconds / 60:.1f} minutes, with {versions}; the weights are "
        f"those of {kept}.{vectors} SHA-256 of the text as read, which `nlp-lstm data` shows for your copy: "
        f"{sums or 'unknown'}."
    )


def _table(run: Run) -> str:
    """The metrics with their intervals, beside those of the baselines, as a Markdown table."""
    baselines = list(dict.fromkeys(name for row in run.metrics.values() for name in row["baselines"]))
    rows = []
    for metric, row in run.metrics.items():
        ends = f" ({' to '.join(map(_number, row['interval']))})" if row["interval"] else ""
        count = "–" if row["n"] is None else f"{row['n']:,}"
        others = [_number(row["baselines"].get(name)) for name in baselines]
        rows.append([metric, f"{_number(row['model'])}{ends}", count, *others])
    lines = [["metric", "model", "n", *baselines], ["---", *["---:"] * (len(baselines) + 2)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float | None) -> str:
    """A number of the table; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def _measured(run: Run, name: str) -> str:
    """How the figures were measured, and how to measure them again."""
    text = _fill(
        "All figures are on the validation split. The recipe was chosen by this split too, so they flatter "
        "the model a little. They are of the weights as shipped, which are rounded to float16. In brackets "
        "is the 95 % interval, by sentence; n is how many words or sentences a figure is a mean over. To "
        "measure them again:"
    )
    command = f"nlp-lstm evaluate {name} --data {_source(run)}"
    return f"{text}\n\n```\n{command}\n```"


def _fill(text: str) -> str:
    """A paragraph in lines."""
    return textwrap.fill(text, 106, break_long_words=False, break_on_hyphens=False)


def _count(run: Run) -> int:
    """How many numbers the weights are."""
    return sum(values.size for values in run.weights.values())
