"""Run: a trained model as a value, and as the record that stands in `run.json`.

`run` writes it to a folder and reads it again; a training that keeps a checkpoint has the same record in it.
The model is rebuilt by our code from the settings: no class name is read from a file.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from nlp_lstm.errors import DataError
from nlp_lstm.models.network import Network, check_weights, weight_shapes
from nlp_lstm.report.markup import count, one_line
from nlp_lstm.settings import Settings
from nlp_lstm.store.folders import is_shipped
from nlp_lstm.store.records import check_record, reading_from, settings_from
from nlp_lstm.text.ends import STOP
from nlp_lstm.text.reading import Reading, reading_of
from nlp_lstm.text.vocabulary import UNK, Vocabulary

Metric = Mapping[str, Any]  # model, interval, n, baselines
NOT_GIVEN = cast(Reading, None)


@dataclass(frozen=True)
class Run:
    """A trained model with what is needed to use and to judge it.

    Args:
        path: its folder.
        task: name of the task.
        settings: every hyperparameter.
        label_names: what the outputs stand for; empty if they are the words of the vocabulary.
        vocabulary: words <-> ids.
        weights: by the names of `network.weight_shapes`, float32.
        status: "finished", "interrupted" or "diverged".
        data: where the text came from: source, its options, sha256 of each split.
        metrics: metric -> {"model": value, "interval": its ends, "n": how many it is a mean of, "baselines":
            {name: value}} on the validation split; None where there is no value.
        history: one row per epoch.
        versions: of the libraries, and of nlp-lstm.
        seconds: training time.
        reading: how it reads text; as its vocabulary does if it is not given.

    Raises:
        DataError: if `reading` is not how the vocabulary reads.
    """

    path: Path
    task: str
    settings: Settings
    label_names: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Mapping[str, np.ndarray]
    status: str = "finished"
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    reading: Reading = NOT_GIVEN

    def __post_init__(self):
        known = reading_of(self.vocabulary)
        if self.reading is NOT_GIVEN:
            object.__setattr__(self, "reading", known)
        for name in ("lowercase", "normalizer"):
            told, holds = getattr(self.reading, name), getattr(known, name)
            if told != holds:
                raise DataError(
                    f"{self.path} says of its reading {name} {told}, but its vocabulary has {holds}"
                )
        if self.reading.ends_with_stop and self.vocabulary.ids([STOP])[0] == UNK:
            raise DataError(
                f"{self.path} says that its sentences end with a stop, but its vocabulary has none"
            )

    def __repr__(self) -> str:
        size = f"{self.settings.cell}, {count(self.settings.layers, 'layer')} of {self.settings.units} units"
        said = f"{count(self.outputs, self.predicts[:-1])}"
        return f"<Run {one_line(self.name)}: {self.task}, {size}, {said}, {self.status}>"

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def shipped(self) -> bool:
        """Whether it is one of those that come with nlp-lstm."""
        return is_shipped(self.path)

    @property
    def outputs(self) -> int:
        """How many outputs the model has."""
        return len(self.label_names) or len(self.vocabulary)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for: a label, or a word of the vocabulary."""
        return self.label_names or self.vocabulary.words

    @property
    def predicts(self) -> Literal["labels", "words"]:
        """What an output is: "labels", or "words"."""
        return "labels" if self.label_names else "words"

    @property
    def sha256(self) -> str:
        """The SHA-256 of all that its answers rest on: settings, labels, reading, vocabulary and weights."""
        told = [asdict(self.settings), self.label_names, asdict(self.reading), self.vocabulary.words]
        digest = hashlib.sha256(json.dumps([self.task, *told]).encode())
        for name, values in sorted(self.weights.items()):
            digest.update(f"\n{name} {values.dtype} {values.shape}\n".encode())
            digest.update(values.tobytes())
        return digest.hexdigest()

    @property
    def network(self) -> Network:
        """The model in NumPy."""
        return Network(self.settings, self.weights)


def record(run: Run) -> dict[str, Any]:
    """Return what `run.json` says of a run, as four groups that JSON can hold.

    What is infinite or not a number is null there: JSON has neither.
    """
    groups = {
        "model": {
            "task": run.task,
            "settings": asdict(run.settings),
            "label_names": run.label_names,
            "versions": run.versions,
        },
        "reading": asdict(run.reading),
        "data": run.data,
        "results": {"status": run.status, "seconds": run.seconds, "metrics": run.metrics},
    }
    return json.loads(json.dumps(groups), parse_constant=lambda name: None)


def run_from(
    record: Mapping[str, Any],
    path: Path,
    vocabulary: Vocabulary,
    weights: Mapping[str, np.ndarray],
    history: Sequence[Mapping[str, float]],
) -> Run:
    """Return the run that `record` has told of.

    Args:
        record: the four groups.
        path, vocabulary, weights, history: as `Run` has them.

    Raises:
        DataError: if an entry is not what it must be, or the weights or the vocabulary do not fit.
        UsageError: if a setting is unknown or outside its range.
    """
    check_record(record, str(path))
    model, settings = record["model"], settings_from(record["model"]["settings"])
    run = Run(
        path,
        model["task"],
        settings,
        tuple(model["label_names"]),
        vocabulary,
        weights,
        data=record["data"],
        history=history,
        versions=model["versions"],
        reading=reading_from(record["reading"]),
        **record["results"],
    )
    check_weights(weights, shapes_of(record, vocabulary))
    return run


def shapes_of(record: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every weight of the run that a checked `record` has told of."""
    model, words = record["model"], len(vocabulary)
    return weight_shapes(settings_from(model["settings"]), words, len(model["label_names"]) or words)
