"""Every state of every word and layer is Keras's own, and the gates explain the states.

h comes from the layers of the taught model and of its twin. Keras hands out the cell state of the last
word alone, so c comes from reading every prefix with an unmodified layer. No recurrence of ours is trusted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.models.cells import CELLS, Parts
from nlp_lstm.models.layers import set_weights
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.run import Run
from nlp_lstm.task import load_task
from nlp_lstm.text.batches import pad

CLOSE = {"atol": 1e-5, "rtol": 0}
SENTENCES = 4
MOST = 14  # words of a sentence: every prefix of it is read anew

readings: dict[tuple[str, int], "Reading"] = {}


@dataclass(frozen=True)
class Reading:
    """A right-padded batch of sentences, read by a run's network and by Keras.

    Args:
        run: random weights, biases too.
        sentences: the words of each.
        real: which words are no padding, `(batch, timesteps)`.
        layers: per layer, what NumPy says: part -> `(batch, timesteps, units)`.
        twin, taught: the Keras models with the run's weights.
        ids: the batch, `(batch, timesteps)`.
    """

    run: Run
    sentences: list[tuple[str, ...]]
    real: np.ndarray
    layers: list[Parts]
    twin: Any
    taught: Any
    ids: np.ndarray

    @property
    def names(self) -> list[str]:
        return [f"layer_{number}" for number in range(1, self.run.settings.layers + 1)]

    def each_layer(self) -> Iterator[tuple[Any, np.ndarray, np.ndarray, Parts]]:
        """Each layer of the twin, what Keras feeds it, the h that Keras says, and NumPy's parts."""
        layers = [self.twin.get_layer(name) for name in self.names]
        tensors = [tensor for layer in layers for tensor in (layer.input, layer.output)]
        arrays = iter([to_numpy(array) for array in keras.Model(self.twin.input, tensors)(self.ids)])
        for layer, parts in zip(layers, self.layers, strict=True):
            yield layer, next(arrays), next(arrays), parts


def to_numpy(tensor: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def mixed_sentences() -> list[tuple[str, ...]]:
    """Sentences of `mini`, each of another length."""
    examples = load_corpus("mini", Request("words"), limit=40).train
    lengths = {len(example.words): tuple(example.words) for example in examples if len(example.words) <= MOST}
    spread = np.linspace(0, len(lengths) - 1, SENTENCES).astype(int)
    return [lengths[sorted(lengths)[place]] for place in spread]


@pytest.fixture(params=[1, 2, 3], ids="layers={}".format)
def layers(request) -> int:
    return request.param


@pytest.fixture(params=CELLS.names())
def cell(request) -> str:
    return request.param


@pytest.fixture
def reading(tmp_path: Path, new_run: Callable[..., Run], cell: str, layers: int) -> Reading:
    """What a next-word run and its Keras models say of real sentences, found once for all tests."""
    if (cell, layers) not in readings:
        readings[cell, layers] = read_all(new_run(tmp_path / "run", "next-word", cell, layers))
    return readings[cell, layers]


def read_all(run: Run) -> Reading:
    """Build a run's Keras models and have its network read the sentences."""
    assert all(values.all() for values in run.weights.values())
    sentences, size, task = mixed_sentences(), len(run.vocabulary), load_task(run.task)
    twin = task.training_twin(run.settings, size, size, False)
    taught = task.taught_model(run.settings, size, size)
    set_weights(twin, run.weights)
    set_weights(taught, run.weights)
    ids = [run.vocabulary.ids(words) for words in sentences]
    batch = pad(ids, ids)
    layers, _ = run.network.read(batch.inputs)
    return Reading(run, sentences, batch.sample_weight > 0, layers, twin, taught, batch.inputs)


def test_the_sentences_differ_in_length():
    lengths = [len(words) for words in mixed_sentences()]
    assert len(set(lengths)) == SENTENCES
    assert max(lengths) >= min(lengths) + 4


def test_every_hidden_state_is_keras_s_own(reading):
    for _, _, hidden_state, parts in reading.each_layer():
        real = reading.real
        np.testing.assert_allclose(parts["hidden_state"][real], hidden_state[real], **CLOSE)
        assert np.ptp(hidden_state[real]) > 0.3  # the words do move it


def test_the_hidden_states_are_those_of_the_taught_model(reading):
    """All words of the layers below; of the last layer, the last hidden state."""
    outputs = [reading.taught.get_layer(name).output for name in ("embedding", *reading.names)]
    _, *below, last = map(to_numpy, keras.Model(reading.taught.input, outputs)(reading.ids))
    assert len(below) == len(reading.layers) - 1
    for hidden_state, parts in zip(below, reading.layers):
        np.testing.assert_allclose(parts["hidden_state"][reading.real], hidden_state[reading.real], **CLOSE)
    rows, ends = np.arange(len(reading.ids)), reading.real.sum(axis=1) - 1
    np.testing.assert_allclose(reading.layers[-1]["hidden_state"][rows, ends], last, **CLOSE)


def test_every_state_is_the_last_state_of_keras_on_the_prefix(reading):
    """The oracle for c: a plain layer that has read the words up to t ends in the states of word t."""
    states = CELLS.get(reading.run.settings.cell).states
    lengths = reading.real.sum(axis=1)
    for layer, inputs, _, parts in reading.each_layer():
        plain = type(layer)(layer.units, return_state=True)
        plain.build(inputs.shape)
        plain.set_weights(layer.get_weights())
        for t in range(1, lengths.max() + 1):
            rows = lengths >= t
            _, *ends = plain(inputs[rows, :t])
            for name, end in zip(states, ends, strict=True):
                np.testing.assert_allclose(parts[name][rows, t - 1], to_numpy(end), **CLOSE)


def before(states: np.ndarray) -> np.ndarray:
    """The state of the word before, zero before the first."""
    return np.pad(states, ((0, 0), (1, 0), (0, 0)))[:, :-1]


def test_gates_and_candidate_explain_the_states(reading):
    """The equations of the states, with the h that Keras says."""
    for _, _, hidden_state, parts in reading.each_layer():
        assert tuple(parts) == CELLS.get(reading.run.settings.cell).parts
        if reading.run.settings.cell == "lstm":
            i, f, g, o, c, _ = parts.values()
            expected = o * np.tanh(c)
            carried = f * before(c) + i * g
            np.testing.assert_allclose(c[reading.real], carried[reading.real], **CLOSE)
        elif reading.run.settings.cell == "gru":
            z, _, g, _ = parts.values()
            expected = z * before(hidden_state) + (1 - z) * g
        else:
            expected = parts["hidden_state"]
        np.testing.assert_allclose(hidden_state[reading.real], expected[reading.real], **CLOSE)
        for name, values in parts.items():
            assert name == "cell_state" or (np.abs(values) <= 1).all()
            assert not name.endswith("_gate") or (values >= 0).all()


def test_a_trace_of_a_raw_sentence_holds_the_states_of_the_batch(reading):
    keras_says = list(reading.each_layer())
    for row, words in enumerate(reading.sentences):
        traces = trace(reading.run, " ".join(words))
        assert list(traces) == [one.layer for one in traces.values()] == reading.names
        for one, (_, inputs, hidden_state, parts) in zip(traces.values(), keras_says, strict=True):
            assert one.words == words
            np.testing.assert_allclose(one.inputs, inputs[row, : len(words)], **CLOSE)
            np.testing.assert_allclose(one.parts["hidden_state"], hidden_state[row, : len(words)], **CLOSE)
            assert one.parts.keys() == parts.keys()
            for name, values in parts.items():
                np.testing.assert_allclose(one.parts[name], values[row, : len(words)], **CLOSE)
