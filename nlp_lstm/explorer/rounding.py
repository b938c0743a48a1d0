"""Run and its rounded weights -> how far the outputs of the two are apart, on sentences.

The sentences are of the run's own corpus, else of a text of the same kind that comes with nlp-lstm.
"""

import math
from pathlib import PurePath
from typing import Any

import numpy as np

from nlp_lstm.analyses.comparing import FALLBACKS
from nlp_lstm.analyses.studies import LONGEST
from nlp_lstm.corpora.streaming import stream_corpus
from nlp_lstm.errors import NlpLstmError
from nlp_lstm.report.markup import visible
from nlp_lstm.store.reading import named_outputs, read_ids, request_for
from nlp_lstm.store.run import Run

SENTENCES = 50


def measure_rounding(run: Run, rounded: Run) -> dict[str, Any]:
    """Return how far the outputs of a run with rounded weights are from its own, at the words of sentences.

    Args:
        run: with its own weights.
        rounded: the same run with the weights as a page has them.

    Returns:
        "total_variation": mean distance of the outputs, 0 to 1; "same_top": share of the words after which
        both give the same answer; "sentences": how many were read; "data": where they are from, without the
        folders of a path. None for a mean that is no number, as in a run whose training went wrong.
    """
    source, sentences = _sentences(run)
    distances, same = list[np.ndarray](), list[np.ndarray]()
    with np.errstate(over="ignore", invalid="ignore"):
        for words in sentences:
            ids = run.vocabulary.ids(words)[None]
            one, other = (_outputs(model, ids) for model in (run, rounded))
            distances.append(np.abs(one - other).sum(axis=-1) / 2)
            tops = [named_outputs(run, outputs).argmax(axis=-1) for outputs in (one, other)]
            same.append(tops[0] == tops[1])
    return {
        "total_variation": _mean(distances),
        "same_top": _mean(same),
        "sentences": len(sentences),
        "data": _short(source),
    }


def _sentences(run: Run) -> tuple[str, list[tuple[str, ...]]]:
    """Some sentences that a run can read, and where they are from; nothing is loaded from a network."""
    own, fallback = str(run.data.get("source") or ""), FALLBACKS[run.predicts]
    for source in (own, fallback):
        try:
            if source and not source.startswith("hub:"):
                request = request_for(run, None if source == own else source)
                stream = stream_corpus(source, request, "validation")
                found = [example.words[:LONGEST] for example in stream.choose(SENTENCES) if example.words]
                if found:
                    return source, found
        except NlpLstmError:  # the run's own corpus is not here, or not what it was
            if source == fallback:
                raise
    raise AssertionError(f"{fallback} comes with nlp-lstm")


def _short(source: str) -> str:
    """A source whose path is its last part alone: a page that is sent around names no folder of a machine."""
    kind, colon, path = source.partition(":")
    return visible(f"{kind}{colon}{PurePath(path).name}")


def _mean(values: list[np.ndarray]) -> float | None:
    """The mean over all words of all sentences."""
    mean = float(np.concatenate(values).mean())
    return mean if math.isfinite(mean) else None


def _outputs(run: Run, ids: np.ndarray) -> np.ndarray:
    """The probabilities after each word of a sentence, `(timesteps, outputs)`."""
    layers, _ = read_ids(run, ids)
    return run.network.probabilities(layers[-1]["hidden_state"][0])
