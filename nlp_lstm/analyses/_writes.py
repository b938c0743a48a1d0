"""How much of an LSTM layer's memory each word of many sentences wrote, and how much of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_lstm.analyses._words import starts_of
from nlp_lstm.report.progress import track
from nlp_lstm.states.memory import memory_age, write_decomposition
from nlp_lstm.states.traces import Trace

FARTHEST = 20  # words back
LATER = 5  # words after which is looked again at what a word wrote


@dataclass(frozen=True)
class Writes:
    """What the words wrote, all sentences one after another; NaN where there is nothing to say.

    Args:
        starts: at which word each sentence begins, `(sentences,)`.
        shares: state -> share of it at each word that the word 0 to 20 places back wrote, `(words, 21)`; of
            hidden_state as it reads the cell state out. What `<eos>` wrote is in the whole, and no word's.
        ages: state -> how many words ago it was written, mean by share, `(words,)`; `<eos>` is one word
            before the first.
        written: ||i * g|| over itself plus ||c|| of the word before, `(words,)` in [0, 1]: how strong what
            the word writes is beside the memory that it finds. The first word finds none, or that of `<eos>`.
        kept: share of what the word wrote, by length, that is left five words later, `(words,)` in [0, 1].
        left: the length of what is left five words later, `(words,)`.
        gates: mean over the units, `(words,)`: "input_gate" and "forget_gate" at the word, and "forget_gate,
            next 5 words".
    """

    starts: np.ndarray
    shares: dict[str, np.ndarray]
    ages: dict[str, np.ndarray]
    written: np.ndarray
    kept: np.ndarray
    left: np.ndarray
    gates: dict[str, np.ndarray]


def measure_writes(traces: Sequence[Trace]) -> Writes:
    """Return what the words of some sentences wrote.

    Args:
        traces: of one LSTM layer, each from a fresh state.

    Raises:
        UsageError: if the layer is no LSTM.
    """
    found = [_sentence(trace) for trace in track(traces)]
    joined = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    states = ("cell_state", "hidden_state")
    return Writes(
        starts_of(traces),
        {state: joined[f"{state} shares"] for state in states},
        {state: joined[f"{state} age"] for state in states},
        joined["written"],
        joined["kept"],
        joined["left"],
        {name: values for name, values in joined.items() if "_gate" in name},
    )


def _sentence(trace: Trace) -> dict[str, np.ndarray]:
    """The figures of the words of one sentence."""
    writes = write_decomposition(trace, before=True)
    c, h, o = (trace.parts[part] for part in ("cell_state", "hidden_state", "output_gate"))
    # h is divided among the words as c is, unit by unit, as `memory.logit_writes` does.
    shown = np.divide(h, c, out=o.copy(), where=c != 0)
    lengths = np.linalg.norm(writes, axis=2)  # (timesteps, 1 + timesteps)
    own = np.diagonal(lengths[:, 1:])
    left = _after(np.diagonal(lengths[:, 1:], -LATER), len(own))
    forget = trace.parts["forget_gate"].mean(axis=1)
    later = np.array([forget[t + 1 : t + 1 + LATER].mean() for t in range(len(own) - LATER)])
    found = {"input_gate": trace.parts["input_gate"].mean(axis=1), "forget_gate": forget}
    found[f"forget_gate, next {LATER} words"] = _after(later, len(own))
    with np.errstate(invalid="ignore", divide="ignore"):
        begun = trace.initial_state.get("cell_state")
        first = np.nan if begun is None else float(np.linalg.norm(begun))
        before = np.concatenate([[first], np.linalg.norm(c[:-1], axis=1)])
        found |= {"written": own / (own + before), "kept": left / own, "left": left}
        for state, sizes in (
            ("cell_state", lengths),
            ("hidden_state", np.linalg.norm(writes * shown[:, None], axis=2)),
        ):
            found[f"{state} shares"] = _by_distance(sizes[:, 1:] / sizes.sum(axis=1, keepdims=True))
            found[f"{state} age"] = memory_age(sizes)
    return found


def _by_distance(shares: np.ndarray) -> np.ndarray:
    """Shares of words by words, `(timesteps, timesteps)`, by how far back they are, `(timesteps, 21)`."""
    found = np.full((len(shares), FARTHEST + 1), np.nan)
    for distance in range(min(len(shares), FARTHEST + 1)):
        found[distance:, distance] = np.diagonal(shares, -distance)
    return found


def _after(values: np.ndarray, timesteps: int) -> np.ndarray:
    """Values of the words that enough others follow, and NaN for the others, `(timesteps,)`."""
    return np.concatenate([values, np.full(timesteps - len(values), np.nan)])
