"""What an LSTM's cell state is made of: how much of c at one word was written at which other word.

An LSTM's memory is a sum. Unrolled, c_t = f_t * c_{t-1} + i_t * g_t says that c holds what every word
wrote into it, times all the forget gates that it has met since:

    c_t = sum over j <= t of  f_t * ... * f_{j+1} * i_j * g_j

So the share of a word in the memory can be computed exactly, unlike an attribution that is estimated. It
says *when* content was written, not all that caused it: i, f and g depend on earlier words through h.

Source: Levy, Lee, FitzGerald & Zettlemoyer 2018, "Long Short-Term Memory as a Dynamically Computed
Element-wise Weighted Sum". The forget gate is that of Gers, Schmidhuber & Cummins 2000.
"""

import numpy as np

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.states.traces import Trace

MOST_NUMBERS = 100_000_000  # of a decomposition, 400 MB
CLOSE = 1e-4  # how far the writes may be from c, of its largest value, before they are not its sum


def write_decomposition(trace: Trace, before: bool = False) -> np.ndarray:
    """Return what every word wrote of the cell state at every word.

        w[t, j] = f_t * w[t-1, j]  for j < t        w[t, t] = i_t * g_t

    A layer that did not begin from zeros, as one that has read `<eos>`, holds something before the first
    word. What is left of it is f_t * ... * f_1 * c_0.

    Args:
        trace: of an LSTM layer.
        before: whether what is left of c_0 has a column too: in front, as if a word before the first had
            written it; of a layer that reads backwards, behind.

    Returns:
        `(timesteps, timesteps, units)`: [t, j] is what of c at word t was written at word j, 0 for words
        not yet read. With `before` `(timesteps, timesteps + 1, units)`, and the sum over j is c; without, it
        is c of a layer that began from zeros.

    Raises:
        UsageError: if the layer is no LSTM, or its cell state is not the sum of what was written: it
            began from a state that the trace does not hold, or was edited.
        DataError: if there would be more than 100 million numbers.

    Example:
        One unit writes 1, forgets half of it, and writes 0.25:

        >>> gates = {"input_gate": [[1.0], [0.5]], "forget_gate": [[0.0], [0.5]], "candidate": [[1.0], [0.5]]}
        >>> parts = {name: np.array(values) for name, values in gates.items()}
        >>> parts["cell_state"] = np.array([[1.0], [0.75]])
        >>> nothing = np.zeros((2, 0))
        >>> write_decomposition(Trace("a", "layer_1", ("the", "sky"), nothing, parts, nothing))[:, :, 0]
        array([[1.  , 0.  ],
               [0.5 , 0.25]])

    Reference:
        Levy et al. 2018.
    """
    if not {"cell_state", "input_gate", "forget_gate", "candidate"} <= set(trace.parts):
        raise UsageError(
            f"{trace.model}, {trace.layer} is not an LSTM: only an LSTM's memory is a sum of writes, "
            "train one with --cell lstm"
        )
    timesteps, units = trace.parts["cell_state"].shape
    if timesteps**2 * units > MOST_NUMBERS:
        raise DataError(
            f"a sentence of {timesteps} words: with {units} units, the memory of at most "
            f"{int((MOST_NUMBERS / units) ** 0.5)} words can be taken apart"
        )
    order = slice(None, None, -1) if trace.backwards else slice(None)
    i, f, g, c = (
        trace.parts[part][order] for part in ("input_gate", "forget_gate", "candidate", "cell_state")
    )
    writes = np.zeros((timesteps, timesteps + 1, units), c.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        writes[0, 0] = f[0] * trace.initial_state.get("cell_state", 0)
        for t in range(timesteps):
            if t:
                np.multiply(f[t], writes[t - 1, : t + 1], out=writes[t, : t + 1])
            writes[t, t + 1] = i[t] * g[t]
        gap, largest = np.abs(writes.sum(axis=1) - c).max(), np.abs(c).max()
    if not (np.isfinite(largest) and gap <= CLOSE * max(1, largest)):
        raise UsageError(
            f"{trace.model}, {trace.layer}: its cell state is not the sum of what was written; read the "
            "sentence from the start and without an edit of cell_state"
        )
    return (writes if before else writes[:, 1:])[order, order]


def shares(writes: np.ndarray) -> np.ndarray:
    """Return each word's share of the memory by norm, ||w[t, j]|| over its sum, `(timesteps, timesteps)`.

    A row sums to 1; where nothing is in the memory it is NaN.

    Example:
        >>> shares(np.array([[[3.0, 4.0], [0.0, 0.0]], [[0.0, 1.0], [3.0, 0.0]]]))
        array([[1.  , 0.  ],
               [0.25, 0.75]])
    """
    norms = np.sqrt(np.einsum("tju,tju->tj", writes, writes))
    with np.errstate(invalid="ignore"):
        return norms / norms.sum(axis=1, keepdims=True)


def logit_writes(trace: Trace, writes: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return what each word wrote of an output's logit at each word, `(timesteps, timesteps)`.

        logit_t - bias = sum over u of  V_u * h_tu        h_tu = o_tu * tanh(c_tu)

    tanh is not linear, so how it is spread over the writes is a convention: h is divided among them in
    proportion to what they are of c, h_tu / c_tu * w[t, j, u], and where c is 0, tanh's slope there is
    taken, o_tu. With it every row sums to the logit without its bias.

    Args:
        trace: of the layer that the output layer reads, the run's last.
        writes: its `write_decomposition`, with what was there before the first word: else a row lacks it.
        column: V, the output's column of the output layer's kernel, `(units,)`.
    """
    c, h, o = (trace.parts[part] for part in ("cell_state", "hidden_state", "output_gate"))
    shown = np.divide(h, c, out=o.copy(), where=c != 0)
    return np.einsum("tju,tu->tj", writes, shown * column)


def memory_age(amounts: np.ndarray) -> np.ndarray:
    """Return how many words ago the memory was written, `(timesteps,)`, the mean weighted by size.

    Args:
        amounts: what each word wrote of the memory at each word, or its share, `(timesteps, timesteps)`;
            or with a column in front for what was there before the first word, which counts as written one
            word before it. The sign does not matter.

    Returns:
        In words: 0 where all is of the word itself; NaN where nothing is in the memory.

    Example:
        >>> memory_age(np.array([[1.0, 0.0], [0.25, -0.75]]))
        array([0.  , 0.25])
    """
    with np.errstate(invalid="ignore"):
        return (np.abs(amounts) * _distances(*amounts.shape)).sum(axis=1) / np.abs(amounts).sum(axis=1)


def unit_ages(writes: np.ndarray) -> np.ndarray:
    """Return the memory age of each unit, `(units,)`, in words: the mean over the words of a sentence.

    `writes` may have a column in front for what was there before the first word, as `memory_age` takes it.
    Words at which a unit holds nothing do not count; a unit that never holds anything has NaN.
    """
    distances = _distances(*writes.shape[:2]).astype(writes.dtype)
    with np.errstate(invalid="ignore"):
        ages = np.array(
            [away @ size / size.sum(axis=0) for away, size in zip(distances, map(np.abs, writes))]
        )
        return np.nansum(ages, axis=0) / (~np.isnan(ages)).sum(axis=0)


def half_life(trace: Trace) -> np.ndarray:
    """Return after how many words half of what a unit holds is forgotten, `(units,)`.

    It is -ln 2 over the mean of ln f over the words, so that a forget gate of 0.5 throughout gives one word.
    A unit that forgets nothing has infinity, one whose gate shuts entirely 0.
    """
    with np.errstate(divide="ignore"):
        return fade_half_life(np.log(np.abs(trace.parts["forget_gate"])).mean(axis=0))


def fade_half_life(fade: np.ndarray) -> np.ndarray:
    """Return the half-life in words of what has a mean of ln f of `fade`, `(...)`.

    Example:
        >>> fade_half_life(np.log([0.0625, 0.5, 1.0])).tolist()
        [0.25, 1.0, inf]
    """
    return np.where(fade < 0, -np.log(2) / np.where(fade < 0, fade, -1), np.inf)


def _distances(timesteps: int, columns: int) -> np.ndarray:
    """How many words lie between any two, `(timesteps, columns)`; a column too many is a word before all."""
    return np.abs(np.arange(columns - timesteps, columns)[:, None] - np.arange(columns))
