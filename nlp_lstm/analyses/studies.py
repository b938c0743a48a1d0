"""Study: a run beside an untrained one, and the traces of both over many sentences.

What the analyses of a corpus start from. Every layer is traced on every sentence, each from a fresh state,
as `trace` reads it; an untrained run of the same shape shows what comes of the shape alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError
from nlp_lstm.models.network import initial_weights
from nlp_lstm.report.progress import part, track
from nlp_lstm.states.traces import Trace
from nlp_lstm.store.reading import initial_states, read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.batches import pad

MOST_WORDS = 25_000  # of a study: its traces then take some hundred megabytes
LONGEST = 40  # words of a line of running text, whose lines are paragraphs
BATCH = 64  # sentences that are read at once
READING = 0.1  # of the time that an analysis takes, about


@dataclass(frozen=True)
class Study:
    """A run, sentences, and an untrained run that reads them too.

    Args:
        run: of any cell and task.
        untrained: the same model with the weights that a training would begin from.
        examples: sentences of at least one word.
        data: where they come from, for titles.
    """

    run: Run
    untrained: Run
    examples: tuple[Example, ...]
    data: str

    @cached_property
    def traces(self) -> dict[str, list[Trace]]:
        """Name of the layer -> one trace per sentence, without outputs."""
        with part(READING):
            return read_sentences(self.run, self.examples)

    @cached_property
    def untrained_traces(self) -> dict[str, list[Trace]]:
        """The same of the untrained run."""
        with part(READING):
            return read_sentences(self.untrained, self.examples)

    def title(self, layer: str, about: str) -> str:
        """Return the title of a table about one layer."""
        return ", ".join(filter(None, (self.run.task, self.run.name, layer, about)))

    @property
    def has_words(self) -> bool:
        """Whether the words are known by name."""
        return True


def make_study(run: Run, examples: Sequence[Example], data: str, seed: int = 0) -> Study:
    """Choose sentences and make an untrained run.

    Args:
        run: of any cell and task.
        examples: of a corpus; where they hold more than 25,000 words, some are drawn. Those without labels
            are cut after their 40th word, so that there are many.
        data: where they come from.
        seed: draws sentences and untrained weights.

    Raises:
        DataError: if no example has a word.
    """
    kept = [_cut_text(example) for example in examples if example.words]
    if not kept:
        raise DataError(f"{data} has no words: give text with at least one sentence")
    order = np.random.default_rng(seed).permutation(len(kept))
    words = np.cumsum([len(kept[index].words) for index in order])
    chosen = sorted(order[: max(1, int((words <= MOST_WORDS).sum()))])
    return Study(run, make_untrained(run, seed), tuple(kept[index] for index in chosen), data)


def _cut_text(example: Example) -> Example:
    """The beginning of a line of running text; a labelled sentence as it is."""
    if example.labels is not None or len(example.words) <= LONGEST:
        return example
    facts = {name: values[:LONGEST] for name, values in example.facts.items()}
    return Example(example.words[:LONGEST], facts=facts)


def make_untrained(run: Run, seed: int = 0) -> Run:
    """Return a run of the same shape and vocabulary with weights as a training begins with them."""
    weights = initial_weights(run.settings, len(run.vocabulary), run.outputs, seed)
    return replace(run, path=Path(f"{run.path} untrained"), weights=weights)


def read_sentences(run: Run, examples: Sequence[Example]) -> dict[str, list[Trace]]:
    """Return a trace per sentence of every layer of a run, by name of the layer.

    Args:
        run: of any cell and task.
        examples: sentences of at least one word.
    """
    ids = [run.vocabulary.ids(example.words) for example in examples]
    found: dict[str, list[Trace | None]] = {
        f"layer_{number}": [None] * len(ids) for number in range(1, run.settings.layers + 1)
    }
    begun = {
        layer: {name: values[0] for name, values in states.items()}
        for layer, states in zip(found, initial_states(run) or [])
    }
    order = np.argsort([len(one) for one in ids], kind="stable")
    for start in track(range(0, len(order), BATCH)):
        rows = order[start : start + BATCH]
        batch = pad([ids[row] for row in rows], [ids[row] for row in rows])
        layers, _ = read_ids(run, batch.inputs)
        below = run.weights["embedding/embeddings"][batch.inputs]
        for layer, parts in zip(found, layers, strict=True):
            for place, row in enumerate(rows):
                trace = _cut(run, layer, examples[row].words, below[place], parts, place)
                found[layer][row] = replace(trace, initial_state=begun.get(layer, {}))
            below = parts["hidden_state"]
    return found  # pyright: ignore[reportReturnType]  # every place is filled


def _cut(
    run: Run, layer: str, words: tuple[str, ...], inputs: np.ndarray, parts: dict[str, np.ndarray], place: int
) -> Trace:
    """The trace of one sentence of a batch, without its padding; a copy, so that the batch can go."""
    length = len(words)
    own = {name: values[place, :length].copy() for name, values in parts.items()}
    nothing = np.empty((length, 0))
    return Trace(run.name, layer, words, inputs[:length].copy(), own, nothing, task=run.task)
