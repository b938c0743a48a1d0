"""Batches: nothing is lost, nothing counts twice, padding counts nothing, rows of text go on."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_lstm.text.batches import Batch, pad, prefixes, sentence_batches, stream_batches
from nlp_lstm.text.vocabulary import PAD

few = settings(max_examples=25, deadline=None)
sentence_lengths = st.lists(st.integers(1, 12), min_size=1, max_size=30)


def make_sentences(lengths: list[int]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Sentences whose every word has an id of its own, and its double as its target; every fifth has none."""
    starts = np.cumsum([3, *lengths])
    inputs = [np.arange(start, start + length) for start, length in zip(starts, lengths)]
    return inputs, [np.where(ids % 5 == 0, -1, 2 * ids) for ids in inputs]


def counted(batch: Batch) -> list[tuple[int, int]]:
    """Word and target of every position that counts."""
    real = batch.sample_weight > 0
    return list(zip(batch.inputs[real].tolist(), batch.targets[real].tolist()))


@few
@given(lengths=sentence_lengths, batch_size=st.integers(1, 7), seed=st.integers(0, 99))
def test_every_target_appears_once_per_epoch(lengths, batch_size, seed):
    inputs, targets = make_sentences(lengths)
    found = list(sentence_batches(inputs, targets, batch_size, np.random.default_rng(seed)))
    words = Counter(pair for batch in found for pair in counted(batch))
    assert words == {(word, 2 * word): 1 for ids in inputs for word in ids.tolist() if word % 5}
    assert sum((batch.inputs != PAD).any(axis=1).sum() for batch in found) == len(lengths)
    assert max(len(batch.inputs) for batch in found) <= batch_size


def test_sentences_of_like_length_share_a_batch():
    inputs, targets = make_sentences(list(np.random.default_rng(0).integers(1, 50, 200)))
    found = list(sentence_batches(inputs, targets, 10, np.random.default_rng(0)))
    padding = sum((batch.inputs == PAD).sum() for batch in found)
    by_chance = [pad(inputs[start : start + 10], inputs[start : start + 10]) for start in range(0, 200, 10)]
    assert padding < 0.3 * sum((batch.inputs == PAD).sum() for batch in by_chance)


def test_batches_have_few_shapes():
    inputs, targets = make_sentences(list(np.random.default_rng(0).integers(1, 50, 205)))
    shapes = {batch.inputs.shape for batch in sentence_batches(inputs, targets, 10, np.random.default_rng(0))}
    assert len(shapes) < 10
    assert {rows for rows, _ in shapes} == {10}


def test_the_seed_decides_the_order_and_each_epoch_has_its_own():
    inputs, targets = make_sentences(list(np.random.default_rng(0).integers(1, 9, 60)))

    def epoch(random: np.random.Generator) -> list[list]:
        return [batch.inputs.tolist() for batch in sentence_batches(inputs, targets, 8, random)]

    random = np.random.default_rng(5)
    first, second = epoch(random), epoch(random)
    assert first == epoch(np.random.default_rng(5))
    assert first != second
    assert first != epoch(np.random.default_rng(6))
    longest = [len(batch[0]) for batch in first]
    assert longest != sorted(longest)  # the batches are shuffled, not only their sentences


def test_padding_stands_right_and_counts_nothing():
    batch = pad([np.array([7]), np.array([5, 6])], [np.array([2]), np.array([3, -1])], timesteps=4)
    assert batch.inputs.tolist() == [[7, PAD, PAD, PAD], [5, 6, PAD, PAD]]
    assert batch.targets.tolist() == [[2, 0, 0, 0], [3, 0, 0, 0]]
    assert batch.sample_weight.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0]]
    assert (batch.inputs.dtype, batch.targets.dtype) == (np.int32, np.int32)
    assert batch.sample_weight.dtype == np.float32


def test_target_zero_counts():
    assert pad([np.array([5])], [np.array([0])]).sample_weight.tolist() == [[1.0]]


@few
@given(words=st.integers(1, 200), batch_size=st.integers(1, 8), timesteps=st.integers(1, 20))
def test_rows_of_running_text_go_on_from_batch_to_batch(words, batch_size, timesteps):
    if words < batch_size:
        return
    text = np.arange(3, words + 4)
    found = list(stream_batches(text[:-1], text[1:], batch_size, timesteps))
    assert {batch.inputs.shape for batch in found} == {(batch_size, timesteps)}
    real = [batch.sample_weight[0] > 0 for batch in found]
    rows = np.concatenate([batch.inputs[:, words] for batch, words in zip(found, real)], axis=1)
    assert (np.diff(rows, axis=1) == 1).all()
    assert len(set(rows.ravel().tolist())) == rows.size
    assert words - rows.size < batch_size  # what does not fill the rows is left out
    assert all(words.all() for words in real[:-1])
    for batch, words in zip(found, real):
        assert (batch.targets[:, words] == batch.inputs[:, words] + 1).all()
        assert (batch.sample_weight == words).all()
        assert (batch.inputs[:, ~words] == PAD).all()


def test_the_last_window_of_running_text_is_padded():
    text = np.arange(1381)
    found = list(stream_batches(text[:-1], text[1:], batch_size=20, timesteps=35))
    assert [batch.inputs.shape for batch in found] == [(20, 35), (20, 35)]
    assert sum(batch.sample_weight.sum() for batch in found) == 1380


@few
@given(lengths=sentence_lengths)
def test_prefixes_are_the_words_up_to_each_target(lengths):
    inputs, targets = make_sentences(lengths)
    parts = prefixes(pad(inputs, targets))
    wanted = [
        (ids[: end + 1].tolist(), int(outputs[end]))
        for ids, outputs in zip(inputs, targets)
        for end in np.flatnonzero(outputs >= 0)
    ]
    assert len(parts.inputs) == len(parts.targets) == len(parts.sample_weight) == len(wanted)
    for row, (words, target) in enumerate(wanted):
        assert parts.inputs[row].tolist() == words + [PAD] * (parts.inputs.shape[1] - len(words))
        assert parts.targets[row] == target
    assert (parts.sample_weight == 1).all()


def test_sequences_and_targets_must_pair_up():
    with pytest.raises(ValueError, match="zip"):
        pad([np.array([5])], [])
