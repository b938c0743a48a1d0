"""Presets: recipes of trainings by name, with what each reaches. This is the only place that defines them.

What is asked for goes before the preset, and the preset before the task's own settings. To add a preset, add
it to `PRESETS`; if it reads files of the user's, say in `origins.py` where people get them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nlp_lstm.errors import UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.settings import spelled
from nlp_lstm.task import default_task, task_names
from nlp_lstm.training.origins import check_there


@dataclass(frozen=True)
class Preset:
    """What a training is made of, by name.

    Args:
        name: as in `--preset NAME`; empty for a training without a preset.
        task: name of the task.
        data: the corpus, as `load_corpus` takes it; files are looked for under the present folder.
        settings: changes to the task's own `Settings`.
        vectors: a file in GloVe's text format to start the embedding from, or None.
        labels, classes: which labels, as `load_corpus` takes them.
        subphrases: whether to train on every constituent of the training trees, too.
        summary: what it trains, in a few words.
        minutes: how long it takes on 2 cores; None if not measured.
        figures: metric -> value on the validation split; empty if not measured.
        plus_minus: metric -> half of its 95 % interval, by sentence, as `evaluate` measures it.
        vocabulary: how many words the run knows, without which its perplexity says nothing.
    """

    name: str
    task: str
    data: str
    settings: dict[str, Any]
    vectors: str | Path | None = None
    labels: str = "phrase"
    classes: int = 5
    subphrases: bool = False
    summary: str = ""
    minutes: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    plus_minus: Mapping[str, float] = field(default_factory=dict)
    vocabulary: int | None = None

    def command(self) -> str:
        """Return the whole command that the preset stands for.

        Example:
            >>> Preset("quick", "tagging", "mini", {"epochs": 2}, classes=3).command()
            'nlp-lstm train --task tagging --data mini --epochs 2 --classes 3'
        """
        options = {"task": self.task, "data": self.data, **self.settings}
        if self.vectors is not None:
            options["vectors"] = self.vectors
        options |= {
            name: getattr(self, name) for name in LABELLING if getattr(self, name) != getattr(PLAIN, name)
        }
        return " ".join(["nlp-lstm train", *(_option(name, value) for name, value in options.items())])


LABELLING = ("labels", "classes", "subphrases")
PLAIN = Preset("", "sentiment", "mini", {})
SST = {
    "units": 168,
    "dropout": 0.5,
    "variational": True,
    "word_dropout": 0.05,
    "batch_size": 128,
    "learning_rate": 0.002,
    "epochs": 5,
}
STACK = {
    "layers": 2,
    "units": 200,
    "embedding_dim": 200,
    "tie_weights": True,
    "precision": "auto",
    "learning_rate": 0.003,
}
PTB = {
    **STACK,
    "variational": True,
    "word_dropout": 0.1,
    "weight_decay": 0.03,
    "activation_regularization": 2.0,
    "temporal_activation_regularization": 1.0,
    "timesteps": 70,
    "sampled_softmax": 2560,
}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "sst-scratch",
            "sentiment",
            "sst:data/sst",
            SST,
            subphrases=True,
            summary="Stanford Sentiment Treebank, without word vectors",
            minutes=2.3,
            figures={"last_word_accuracy": 0.462, "last_word_binary": 0.848},
            plus_minus={"last_word_accuracy": 0.029, "last_word_binary": 0.024},
        ),
        Preset(
            "sst",
            "sentiment",
            "sst:data/sst",
            {**SST, "layers": 2, "units": 300, "vocab_size": 60_000, "keep": "last"},
            vectors="data/glove.6B.100d.txt.gz",
            subphrases=True,
            summary="Stanford Sentiment Treebank, from GloVe's word vectors",
            minutes=9.2,
            figures={"last_word_accuracy": 0.488, "last_word_binary": 0.860},
            plus_minus={"last_word_accuracy": 0.029, "last_word_binary": 0.023},
        ),
        Preset(
            "ptb-small",
            "next-word",
            "text:data/ptb",
            {**PTB, "dropout": 0.35, "weight_dropout": 0.3, "epochs": 72, "patience": 72},
            summary="Penn Treebank, all its 10,000 words",
            minutes=62,
            figures={"perplexity": 85.8},
            vocabulary=10_001,
        ),
        Preset(
            "ptb-medium",
            "next-word",
            "text:data/ptb",
            {
                **PTB,
                "units": 500,
                "embedding_dim": 500,
                "batch_size": 32,
                "dropout": 0.5,
                "weight_dropout": 0.4,
                "epochs": 52,
                "patience": 52,
            },
            summary="Penn Treebank, a model of 9 million weights",
            minutes=123,
            figures={"perplexity": 75.8},
            vocabulary=10_001,
        ),
        Preset(
            "wikitext-2",
            "next-word",
            "text:data/wikitext-2",
            {**STACK, "dropout": 0.15, "epochs": 6, "patience": 6, "vocab_size": 10_000},
            summary="WikiText-2, its 10,000 commonest words",
            minutes=23,
            figures={"perplexity": 69.1},
            plus_minus={"perplexity": 1.5},
            vocabulary=10_000,
        ),
        Preset(
            "stories",
            "next-word",
            "stories",
            {
                **STACK,
                "dropout": 0.1,
                "batch_size": 32,
                "epochs": 5,
                "patience": 5,
                "vocab_size": 12_000,
                "sampled_softmax": 3000,
            },
            summary="Children's books, their 12,000 commonest words",
            minutes=32,
            figures={"perplexity": 41.9},
            plus_minus={"perplexity": 1.1},
            vocabulary=12_000,
        ),
    )
}


def make_recipe(preset: str | None, settings: Mapping[str, Any], **asked: Any) -> Preset:
    """Return a preset with what is asked for in place of its own; without one, with the defaults.

    Args:
        preset: its name, or None.
        settings: settings that go before the preset's.
        **asked: the other parts of a `Preset`, None where the preset decides.

    Raises:
        UnknownNameError: if there is no such preset or task; suggests the near ones.
        UsageError: if another task is asked for than the preset's.
        MissingInputError: if the preset's own files are not there; says where people get them.

    Example:
        >>> make_recipe("sst-scratch", {"epochs": 1}, data="sst:here", task=None).settings["epochs"]
        1
    """
    start = replace(PLAIN, task=default_task(asked.get("data")))
    given = {name: value for name, value in asked.items() if value is not None}
    given |= {"task": match_name("task", given["task"], task_names())} if "task" in given else {}
    if preset is not None:
        start = PRESETS[match_name("preset", preset, PRESETS)]
        if given.get("task", start.task) != start.task:
            raise UsageError(
                f"task is {given['task']} but the preset {start.name} trains {start.task}: leave --task out"
            )
        for part in ("data", "vectors"):
            if part not in given and getattr(start, part):
                check_there(start.name, part, str(getattr(start, part)))
    named = start.settings | {name: spelled(name, value) for name, value in settings.items()}
    return replace(start, settings=named, **given)


def contradiction(recipe: Preset, asked: Mapping[str, Any], name: str, needed: Any, fact: str) -> UsageError:
    """Return the error that a setting is not what something else needs; it tells whose the setting is.

    Args:
        recipe: what `make_recipe` returned.
        asked: the settings that were asked for; all others are the preset's.
        name: of the setting.
        needed: the value that it should have.
        fact: what needs that value.

    Example:
        >>> print(contradiction(PRESETS["sst"], {}, "units", 64, "the run big has 64"))
        units is 300 in the preset sst but the run big has 64: set units to 64 as well
        >>> print(contradiction(PRESETS["sst"], {"units": 32}, "units", 64, "the run big has 64"))
        units is 32 but the run big has 64: make it 64
    """
    if name not in asked:
        own = f"{name} is {recipe.settings[name]} in the preset {recipe.name}"
        return UsageError(f"{own} but {fact}: set {name} to {needed} as well")
    outside = recipe.name in PRESETS and name in PRESETS[recipe.name].settings
    advice = f"make it {needed}" if outside else "leave it out"
    return UsageError(f"{name} is {asked[name]} but {fact}: {advice}")


def _option(name: str, value: Any) -> str:
    """An option as it is typed."""
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    return f"--{option} {value}"
