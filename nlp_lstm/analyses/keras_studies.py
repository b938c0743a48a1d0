"""ModelStudy: a Keras model beside an untrained twin, and the traces of both over many sequences.

What `gates`, `memory` and `influence` ask of a run, a `ModelReader` gives for a Keras model: they need states
alone. Unlike a run, a model has no words or labels of its own, which the other analyses measure.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np

from nlp_lstm.analyses.studies import MOST_WORDS, Study
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.cells import Parts
from nlp_lstm.report.given import describe
from nlp_lstm.states.layer_traces import LayerTrace
from nlp_lstm.states.traces import Trace
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import Vocabulary

ONE_ARRAY = "compare reads one array of sequences, (batch, timesteps) or (batch, timesteps, input_dim)"


@dataclass(frozen=True)
class ModelReader:
    """A Keras model and the sequences that it reads, in the place of a run.

    Args:
        model: the Keras model.
        inputs: `(sequences, timesteps)` ids or `(sequences, timesteps, input_dim)`.
        found: what its layers did with them, by name of the layer; of all the same steps are real.
        vocabulary: of the words that were given; None if none were.
    """

    model: Any
    inputs: np.ndarray
    found: Mapping[str, LayerTrace]
    vocabulary: Vocabulary | None = None
    task = ""  # a model has none

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model.name

    @property
    def real(self) -> np.ndarray:
        """Which steps are real, `(sequences, timesteps)` bool."""
        return next(iter(self.found.values())).mask

    @property
    def batch(self) -> int:
        """How many sequences are read at once: Keras takes as long for one as for many."""
        return max(1, MOST_WORDS // self.inputs.shape[1])

    @property
    def sequences(self) -> list[np.ndarray]:
        """What is read at the real steps of each sequence, `(timesteps, ...)`."""
        return [row[real] for row, real in zip(self.inputs, self.real, strict=True)]

    def read(self, rows: Sequence[int], changed: Sequence[np.ndarray]) -> list[Parts]:
        """Return what the layers do with some sequences of which steps are changed.

        Args:
            rows: numbers of the sequences.
            changed: what is read at their real steps instead.

        Returns:
            For each layer, part name -> `(rows, timesteps, units)`, the real steps in front.
        """
        inputs, real = self.inputs[list(rows)], self.real[list(rows)]
        inputs[real] = np.concatenate(list(changed))
        order = np.argsort(~real, axis=1, kind="stable")[..., None]
        found = trace(self.model, inputs, layers=list(self.found))
        return [
            {part: np.take_along_axis(values, order, axis=1) for part, values in found[layer].parts.items()}
            for layer in self.found
        ]

    def rows(self, examples: Sequence[Example], turned: bool) -> dict[str, list[Trace]]:
        """Return one trace per sequence of each layer, by its name.

        Args:
            examples: the words of each sequence.
            turned: whether the words of a layer that reads backwards come in the order in which it reads.
        """
        turn = _turn if turned else lambda one: one
        return {
            layer: [turn(one.sentence(row, example.words)) for row, example in enumerate(examples)]
            for layer, one in self.found.items()
        }


@dataclass(frozen=True)
class ModelStudy(Study):
    """A study of a Keras model; `run` and `untrained` are readers.

    Args:
        controlled: whether there is an untrained twin; else the model stands in for it.
        turned: as `ModelReader.rows` takes it.
    """

    controlled: bool = True
    turned: bool = False

    @cached_property
    def traces(self) -> dict[str, list[Trace]]:
        """Name of the layer -> one trace per sequence."""
        return cast(ModelReader, self.run).rows(self.examples, self.turned)

    @cached_property
    def untrained_traces(self) -> dict[str, list[Trace]]:
        """The same of the untrained twin."""
        return cast(ModelReader, self.untrained).rows(self.examples, self.turned)

    @property
    def has_words(self) -> bool:
        """Whether the steps are words that are known by name."""
        return cast(ModelReader, self.run).vocabulary is not None


def make_model_study(
    model: Any,
    inputs: Any,
    words: Sequence[Sequence[str]] | None = None,
    of_memory: bool = False,
    limit: int | None = None,
    seed: int = 0,
) -> tuple[ModelStudy, dict[str, str]]:
    """Choose sequences, read them, and make an untrained twin that reads them too.

    Args:
        model: a Keras model that reads one array of sequences.
        inputs: the sequences; where they have more than 25,000 steps, padding too, some are drawn.
        words: the words of each sequence, one for each real step; None if they are not known.
        of_memory: whether layers that are no LSTM are left out, if there is an LSTM, and time runs as the
            layer reads.
        limit: take so many sequences; None for all.
        seed: draws sequences and untrained weights.

    Returns:
        The study, and why layers are left out, by their names.

    Raises:
        UsageError: if the inputs are no array of sequences, or the words are not theirs.
        DataError: if the inputs do not fit the model, or all of them are padding.
    """
    rows = _choose(inputs, limit, seed)
    named = None if words is None else _pick(words, rows, len(inputs))
    chosen = np.asarray(inputs)[rows]
    found, left_out = _read(model, chosen, of_memory)
    real = next(iter(found.values())).mask
    if not real.any(axis=1).all():
        wrong = int(rows[np.flatnonzero(~real.any(axis=1))[0]])
        raise DataError(f"row {wrong} of the inputs is padding alone: leave such rows out")
    examples = tuple(
        Example(_words(int(row), int(own.sum()), None if named is None else named[at]))
        for at, (row, own) in enumerate(zip(rows, real, strict=True))
    )
    vocabulary = Vocabulary.build(example.words for example in examples) if named else None
    reader = untrained = ModelReader(model, chosen, found, vocabulary)
    twin = make_twin(model, seed)
    if twin is not None:
        untrained = replace(reader, model=twin, found=trace(twin, chosen, layers=list(found)))
    about = f"inputs of shape {chosen.shape}"
    study = ModelStudy(cast(Run, reader), cast(Run, untrained), examples, about, twin is not None, of_memory)
    return study, left_out


def make_twin(model: Any, seed: int = 0) -> Any:
    """Return the same Keras model with weights as a training would begin with; None if Keras cannot make it.

    Args:
        model: a Keras model.
        seed: of the weights. Where a layer was given a seed of its own, that one counts.
    """
    from nlp_lstm.models.quiet_keras import keras

    before = random.getstate()
    random.seed(seed)  # Keras's initializers take theirs from here; Keras's own seed is the user's to set
    try:
        return keras.models.clone_model(model)
    except Exception:  # whatever Keras says of a model that it cannot build again, such as one of a class
        return None
    finally:
        random.setstate(before)


def _choose(inputs: Any, limit: int | None, seed: int) -> np.ndarray:
    """The numbers of the sequences that are read."""
    shape: Any = getattr(inputs, "shape", ())
    if len(shape) not in (2, 3) or 0 in shape:
        raise UsageError(f"inputs is {describe(inputs)}: {ONE_ARRAY}")
    if limit is not None and limit < 1:
        raise UsageError(f"limit is {limit}: it must be at least 1")
    most = max(1, MOST_WORDS // shape[1])
    return np.sort(np.random.default_rng(seed).permutation(shape[0])[: min(most, limit or most)])


def _pick(words: Any, rows: np.ndarray, count: int) -> list[Sequence[str]]:
    """The words of the sequences that are read."""
    whole = list(words) if isinstance(words, list | tuple) else []
    if len(whole) != count or not all(isinstance(one, list | tuple) for one in whole):
        raise UsageError(
            f"words is {describe(words)}: give a list of words for each of the {count} sequences"
        )
    return [whole[row] for row in rows]


def _words(row: int, real: int, words: Sequence[str] | None) -> tuple[str, ...]:
    """The words of a sequence, or numbers for them."""
    if words is not None and len(words) != real:
        raise UsageError(f"words of row {row} are {len(words)}: it has {real} real steps")
    return tuple(map(str, range(1, real + 1))) if words is None else tuple(words)


def _read(model: Any, inputs: np.ndarray, of_memory: bool) -> tuple[dict[str, LayerTrace], dict[str, str]]:
    """What the layers do that read the steps of the inputs one by one; and why others are left out."""
    found = trace(model, inputs)
    mask = next((one.mask for one in found.values() if one.mask.shape == inputs.shape[:2]), None)
    if mask is None:
        raise UsageError(f"no layer of {model.name} reads the steps of the inputs one by one: {ONE_ARRAY}")
    kept = {name: one for name, one in found.items() if np.array_equal(one.mask, mask)}
    left_out = found.left_out | dict.fromkeys(set(found) - set(kept), "its steps are not those of the inputs")
    lstms = {name: one for name, one in kept.items() if "cell_state" in one.parts}
    if of_memory and lstms:
        left_out |= dict.fromkeys(set(kept) - set(lstms), "it is no LSTM")
        kept = lstms
    return kept, left_out


def _turn(trace: Trace) -> Trace:
    """A trace whose words come in the order in which its layer reads."""
    if not trace.backwards:
        return trace
    parts = {part: values[::-1] for part, values in trace.parts.items()}
    return replace(trace, words=trace.words[::-1], inputs=trace.inputs[::-1], parts=parts, backwards=False)
