"""Word ids -> Batch(inputs, targets, sample_weight), ready for Keras.

Sentences are right-padded and put together with others of like length. Running text is cut into
windows that follow each other, so that a state can be carried from one batch to the next. `prefixes`
takes a batch apart into one sequence per target, which is what a last-state model must be trained on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_lstm.text.vocabulary import PAD, UNK


@dataclass(frozen=True)
class Batch:
    """What a model is trained on in one step.

    Args:
        inputs: word ids, `(batch, timesteps)` int32, right-padded with `PAD`.
        targets: an output number per word, `(batch, timesteps)` int32, or `(batch,)` from `prefixes`.
        sample_weight: 1 where a target counts, else 0, the shape of `targets`, float32.
    """

    inputs: np.ndarray
    targets: np.ndarray
    sample_weight: np.ndarray


def pad(inputs: Sequence[np.ndarray], targets: Sequence[np.ndarray], timesteps: int | None = None) -> Batch:
    """Right-pad sequences to one length; a target below 0 is one that does not count.

    Args:
        inputs: word ids of each sequence, `(length,)`.
        targets: an output number per word, `(length,)`, or -1.
        timesteps: the common length; None for that of the longest.

    Example:
        >>> batch = pad([np.array([5, 6]), np.array([7])], [np.array([0, 1]), np.array([-1])])
        >>> batch.inputs.tolist(), batch.targets.tolist(), batch.sample_weight.tolist()
        ([[5, 6], [7, 0]], [[0, 1], [0, 0]], [[1.0, 1.0], [0.0, 0.0]])
    """
    timesteps = timesteps or max(len(ids) for ids in inputs)
    padded = np.full((len(inputs), timesteps), PAD, np.int32)
    wanted = np.full((len(inputs), timesteps), -1, np.int32)
    for row, (ids, outputs) in enumerate(zip(inputs, targets, strict=True)):
        padded[row, : len(ids)] = ids
        wanted[row, : len(ids)] = outputs
    return Batch(padded, np.maximum(wanted, 0), (wanted >= 0).astype(np.float32))


def sentence_batches(
    inputs: Sequence[np.ndarray],
    targets: Sequence[np.ndarray],
    batch_size: int,
    random: np.random.Generator,
) -> Iterator[Batch]:
    """Yield right-padded batches of sentences of like length, in random order.

    Sentences are shuffled, then sorted by length (the sort keeps the shuffled order of equals), cut
    into batches, and the batches are shuffled: little padding, and new company in every epoch. Lengths
    are rounded up to a multiple of 4, of 8 above 16, and the last batch is filled up with rows of
    padding: a model is traced anew for every shape of its batches.
    """
    order = random.permutation(len(inputs))
    lengths = np.array([len(ids) for ids in inputs])
    order = order[np.argsort(lengths[order], kind="stable")]
    starts = np.arange(0, len(order), batch_size)
    for start in random.permutation(starts):
        rows = order[start : start + batch_size]
        longest = len(inputs[rows[-1]])
        step = 4 if longest <= 16 else 8
        spare = [np.empty(0, np.int32)] * (batch_size - len(rows) if len(order) > batch_size else 0)
        yield pad(
            [*(inputs[row] for row in rows), *spare],
            [*(targets[row] for row in rows), *spare],
            -(-longest // step) * step,
        )


def stream_batches(
    inputs: np.ndarray, targets: np.ndarray, batch_size: int, timesteps: int, start: int = 0
) -> Iterator[Batch]:
    """Yield windows of a long text that continue those of the batch before, row by row.

    The text, from `start` on and then from its beginning, is cut into `batch_size` equal rows; each batch is
    the next `timesteps` words of every row, the last one what is left of them, right-padded. The last words,
    fewer than `batch_size`, which do not fill the rows, are left out.

    Args:
        inputs, targets: the whole text, `(words,)`.
        batch_size: rows.
        timesteps: words per window.
        start: which word is read first, from 0.

    Example:
        >>> first, second = stream_batches(np.arange(7), np.arange(1, 8), batch_size=2, timesteps=2)
        >>> first.inputs.tolist(), first.targets.tolist(), second.inputs.tolist()
        ([[0, 1], [3, 4]], [[1, 2], [4, 5]], [[2, 0], [5, 0]])
    """
    row = len(inputs) // batch_size
    firsts = start + row * np.arange(batch_size)[:, None]  # (batch, 1)
    for window in range(0, row, timesteps):
        places = (firsts + np.arange(window, min(window + timesteps, row))) % len(inputs)
        yield pad(list(inputs[places]), list(targets[places]), timesteps)


def drop_words(batch: Batch, share: float, random: np.random.Generator, read_as: int = UNK) -> Batch:
    """Return the batch with another word id in the place of some of its words, drawn anew each time.

    Args:
        batch: any.
        share: of its words, in [0, 1).
        random: draws them.
        read_as: the word id, `UNK` or `PAD`.

    Example:
        >>> drop_words(pad([np.array([5, 6])], [np.array([0, 1])]), 0.99, np.random.default_rng(0)).inputs
        array([[1, 1]], dtype=int32)
    """
    dropped = (batch.inputs != PAD) & (random.random(batch.inputs.shape) < share)
    return (
        replace(batch, inputs=np.where(dropped, read_as, batch.inputs).astype(np.int32)) if share else batch
    )


def prefixes(batch: Batch) -> Batch:
    """Take a batch apart into one right-padded sequence per target that counts.

    Returns:
        A batch whose inputs are `(targets, timesteps)`: the words up to each target, and whose targets
        and sample weights are `(targets,)`.

    Example:
        >>> whole = pad([np.array([5, 6])], [np.array([6, 7])])
        >>> parts = prefixes(whole)
        >>> parts.inputs.tolist(), parts.targets.tolist()
        ([[5, 0], [5, 6]], [6, 7])
    """
    rows, ends = np.nonzero(batch.sample_weight)
    before = np.arange(batch.inputs.shape[1]) <= ends[:, None]  # (targets, timesteps)
    return Batch(
        np.where(before, batch.inputs[rows], PAD).astype(np.int32),
        batch.targets[rows, ends],
        batch.sample_weight[rows, ends],
    )
