"""The contract of a task, and how tasks are found by name.

A task is one module that defines `TASK`. Ours lie in `nlp_lstm.tasks`; those of other packages come
through the entry-point group `nlp_lstm.tasks`, as `name = "package.module:TASK"`. Listing the names
imports no task, and so no Keras.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import entry_points
from typing import Any, Literal

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UnknownNameError, UsageError, fold
from nlp_lstm.models.cells import CELLS
from nlp_lstm.registry import match_name
from nlp_lstm.settings import NEXT_WORD_TWIN, Settings
from nlp_lstm.text.batches import Batch, sentence_batches, stream_batches
from nlp_lstm.text.vocabulary import Vocabulary

PACKAGE = "nlp_lstm.tasks"


@dataclass(frozen=True)
class Encoded:
    """Examples as numbers, as a task's models want them.

    Args:
        inputs: per sequence its word ids, `(length,)` int32.
        targets: per sequence an output number per word, `(length,)` int32, -1 where none counts.
        stream: True if there is one sequence, a long text to be read with the state carried.
        start: with which word the reading of a stream begins; what stands before it comes last.
    """

    inputs: Sequence[np.ndarray]
    targets: Sequence[np.ndarray]
    stream: bool = False
    start: int = 0

    def from_word(self, start: int) -> "Encoded":
        """Return a stream read from another word on, its beginning after its end."""
        return replace(self, start=start)


Encode = Callable[[Sequence[Example], Vocabulary, Sequence[str]], Encoded]


@dataclass(frozen=True)
class Task:
    """What one task is made of.

    Args:
        name: as in `--task NAME`.
        summary: one line for listings.
        predicts: "labels", one of the corpus's labels for every word, or "words", the next word.
        settings: the task's own defaults.
        taught_model: `(settings, vocab_size, outputs) -> keras.Model`, what is described, saved and
            exported. Its layers are called embedding, layer_1 ... layer_n and output.
        training_twin: `(settings, vocab_size, outputs, stateful) -> keras.Model`, the same weights
            arranged to train fast: inputs and outputs of every word, `(batch, timesteps, outputs)`. Its
            last layer, output, is a softmax `Dense` or a `TiedDense`: training takes it together with its
            loss.
        encode: `(examples, vocabulary, label_names) -> Encoded`.
        taught_batches: turns a twin's batch into those that the taught model trains on.
        sentiments: whether its labels are sentiments, which have a negative and a positive side.
    """

    name: str
    summary: str
    predicts: Literal["labels", "words"]
    settings: Settings
    taught_model: Callable[[Settings, int, int], Any]
    training_twin: Callable[[Settings, int, int, bool], Any]
    encode: Encode
    taught_batches: Callable[[Batch, Settings], Iterator[Batch]]
    sentiments: bool = False

    def changed_settings(self, changes: dict[str, Any]) -> Settings:
        """Return the task's settings with `changes`.

        Raises:
            UnknownNameError: if a name is no setting, or there is no such cell; suggests the near ones.
            UsageError: if a value is outside its range.
        """
        known = [entry.name for entry in fields(Settings)]
        for name in changes:
            if name not in known:
                raise UnknownNameError("setting", name, known)
        changes = {**changes, "cell": CELLS.match(changes.get("cell", self.settings.cell))}
        for name, reason in NEXT_WORD_TWIN.items():
            if changes.get(name) and self.predicts == "labels":
                raise UsageError(f"{name} with the task {self.name}: {reason}, leave it out")
        return Settings(**{**{name: getattr(self.settings, name) for name in known}, **changes})

    def batches(self, settings: Settings, encoded: Encoded, random: np.random.Generator) -> Iterator[Batch]:
        """Yield the batches of one epoch, for the twin or for the taught model.

        Raises:
            DataError: if running text has fewer words than a batch has rows, or a sentence is too long
                for the taught model.
        """
        if not encoded.stream:
            found = sentence_batches(encoded.inputs, encoded.targets, settings.batch_size, random)
        else:
            inputs, targets = encoded.inputs[0], encoded.targets[0]
            if len(inputs) < settings.batch_size:
                raise DataError(
                    f"a text of {len(inputs)} words cannot fill a batch of {settings.batch_size} rows: "
                    "give more text or a smaller --batch-size"
                )
            sizes = settings.batch_size, settings.timesteps
            found = stream_batches(inputs, targets, *sizes, encoded.start)
        for batch in found:
            if settings.train_as == "taught":
                yield from self.taught_batches(batch, settings)
            else:
                yield batch


def task_names() -> list[str]:
    """Return the names of all tasks, without importing them.

    Example:
        >>> task_names()[:3]
        ['next-word', 'sentiment', 'tagging']
    """
    return sorted(_our_modules().keys() | {entry.name for entry in entry_points(group=PACKAGE)})


def default_task(source: str | None) -> str:
    """Return the name of the task of a corpus where none is named.

    Example:
        >>> default_task(None), default_task("sst:data/sst"), default_task("Counting:anbn")
        ('sentiment', 'sentiment', 'tagging')
    """
    name, colon, _ = source.partition(":") if isinstance(source, str) else ("", "", "")
    return "tagging" if colon and fold(name) == "counting" else "sentiment"


def load_task(name: str) -> Task:
    """Import the task called `name` and return its `TASK`.

    Raises:
        UnknownNameError: if there is no such task; suggests the near ones.

    Example:
        >>> load_task("Next_Word").name
        'next-word'
    """
    ours, name = _our_modules(), match_name("task", name, task_names())
    if name in ours:
        return importlib.import_module(ours[name]).TASK
    return next(entry for entry in entry_points(group=PACKAGE) if entry.name == name).load()


def tells_sentiments(name: str) -> bool:
    """Return whether the labels of a task are sentiments; of a task that is not installed it is not known.

    Example:
        >>> tells_sentiments("sentiment"), tells_sentiments("tagging"), tells_sentiments("elsewhere")
        (True, False, False)
    """
    return name in task_names() and load_task(name).sentiments


def _our_modules() -> dict[str, str]:
    """Task name -> module of every task in our own package."""
    package = importlib.import_module(PACKAGE)
    modules = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name[0] != "_"]
    return {name.replace("_", "-"): f"{PACKAGE}.{name}" for name in modules}
