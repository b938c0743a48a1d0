"""Words replaced one at a time, the sentences read again, and how much the states change from there on."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nlp_lstm.models.cells import Parts
from nlp_lstm.states.changes import STATES
from nlp_lstm.states.traces import Trace
from nlp_lstm.store.reading import read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.batches import pad

FARTHEST = 20  # words back
BATCH = 64  # sentences that a run reads at once
Read = Callable[[Sequence[int], list[np.ndarray]], list[Parts]]  # (rows, ids of each) -> parts by layer


def reading_of(run: Run, traces: Sequence[Trace]) -> tuple[list[np.ndarray], Read, int]:
    """Return what is read at each word of some sentences, how others are read, and how many at once.

    Args:
        run: a run, or what stands for a Keras model in a study, which tells all of it.
        traces: of the sentences.
    """
    if not isinstance(run, Run):
        return run.sequences, run.read, run.batch

    def read(rows: Sequence[int], changed: list[np.ndarray]) -> list[Parts]:
        return read_ids(run, pad(changed, changed).inputs)[0]

    return [run.vocabulary.ids(trace.words) for trace in traces], read, BATCH


def replace_words(
    read: Read,
    traces: dict[str, list[Trace]],
    ids: list[np.ndarray],
    jobs: Sequence[tuple[int, int]],
    others: np.ndarray,
) -> Iterator[tuple[str, int, dict[str, np.ndarray]]]:
    """Replace one word in each sentence of a batch, read them, and yield what changes.

    Args:
        read: as `reading_of` returns it.
        traces: of the sentences as they were, by name of the layer.
        ids: what is read at each word of each.
        jobs: number of a sentence, and of the word in it that is replaced.
        others: what is read instead, one for each job; one that is the same is passed over.

    Yields:
        Name of the layer, number of the sentence, and state -> its relative change at the word and at up to
        20 that the layer reads after it.
    """
    drawn = [
        (row, at, other) for (row, at), other in zip(jobs, others) if not np.array_equal(ids[row][at], other)
    ]
    changed = [ids[row].copy() for row, _, _ in drawn]
    for sentence, (_, place, other) in zip(changed, drawn):
        sentence[place] = other
    if not drawn:
        return
    for layer, parts in zip(traces, read([row for row, _, _ in drawn], changed), strict=True):
        for number, (row, place, _) in enumerate(drawn):
            trace, length, changes = traces[layer][row], len(ids[row]), {}
            order = slice(None, None, -1 if trace.backwards else 1)
            start = length - 1 - place if trace.backwards else place
            for state in STATES:
                if state in trace.parts:
                    old, new = trace.parts[state], parts[state][number, :length]
                    reach = slice(start, start + FARTHEST + 1)
                    changes[state] = _relative(old[order][reach], new[order][reach])
            yield layer, row, changes


def _relative(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """How much states change, `(timesteps,)`, beside their length; 0 where they had none."""
    change, length = np.linalg.norm(new - old, axis=1), np.linalg.norm(old, axis=1)
    return np.divide(change, length, out=np.zeros_like(length), where=length > 0)
