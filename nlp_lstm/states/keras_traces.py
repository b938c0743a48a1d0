"""Compute every part of a call of a Keras layer with NumPy, and check the states against Keras's own.

The parts are computed along the whole sequence. A layer that amplifies rounding, such as a reservoir, drifts
away from any second computation of it, Keras's own too: then each step is computed from Keras's own states
before it, and checked against those after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nlp_lstm.errors import CheckError, DataError
from nlp_lstm.models.cells import CELLS, Parts, run_cell
from nlp_lstm.states.keras_models import CELL_NAMES, cells_of, to_numpy, variant_of, weights_of
from nlp_lstm.states.keras_steps import Call, names_of
from nlp_lstm.states.layer_traces import LayerTrace

TOLERANCE = 1e-4  # largest difference to Keras, beside 1 or the largest value if that is more
STEP_TOLERANCE = 1e-5  # the same for a single step
Pairs = Mapping[str, list[tuple[np.ndarray, np.ndarray]]]  # state name -> what was computed, what Keras has


@dataclass(frozen=True)
class Read:
    """What one cell of a call did; time runs in the order of its steps.

    Args:
        name: of the trace.
        cell: the Keras cell.
        inputs: `(batch, timesteps, input_dim)`.
        begin: the states that it began with, state name -> `(batch, units)`.
        end: Keras's last states, like `begin`.
        parts: part name -> `(batch, timesteps, units)`.
        states: the last states computed here, like `begin`.
    """

    name: str
    cell: object
    inputs: np.ndarray
    begin: Parts
    end: Parts
    parts: Parts
    states: Parts

    @property
    def kind(self) -> str:
        """Return the name of the cell among `CELLS`."""
        return CELL_NAMES[type(self.cell)]


def trace_call(model: str, call: Call) -> dict[str, LayerTrace]:
    """Return the traces of one call of a layer by name: one, or one for each cell of `RNN([...])`.

    Args:
        model: its name.
        call: as recorded.

    Raises:
        DataError: if a state is not finite.
        CheckError: if the layer puts out something else than what is computed here.
    """
    backwards = getattr(call.layer, "go_backwards", False)
    turn = slice(None, None, -1 if backwards else 1)
    mask = call.mask[:, turn]
    reads = _read_along(call, call.inputs[:, turn], mask)
    differences, problem = [], None
    for read in reads:
        top = call.outputs if read is reads[-1] else None
        pairs = {state: [(read.states[state], read.end[state])] for state in read.end}
        if top is not None:
            pairs["hidden_state"].append((read.parts["hidden_state"][mask], top[mask]))
        own, wrong = _compare(pairs, TOLERANCE)
        differences.append(own)
        problem = problem or (wrong and _check_error(read.name, wrong, own[wrong]))
    drifts = differences
    if problem:
        reads, differences = _read_by_steps(call, reads, mask, problem)
    found = {}
    for read, own, drift in zip(reads, differences, drifts, strict=True):
        turned = {part: values[:, turn] for part, values in read.parts.items()}
        found[read.name] = LayerTrace(
            model,
            read.name,
            read.kind,
            read.inputs[:, turn],
            call.mask,
            turned,
            read.begin,
            backwards,
            own,
            drift,
        )
    return found


def _read_along(call: Call, inputs: np.ndarray, mask: np.ndarray) -> list[Read]:
    """What each cell does, computed from the states that the layer began with."""
    initial_state, last_state, reads = list(call.initial_state), list(call.last_state), []
    for name, cell in zip(names_of(call.name, call.layer), cells_of(call.layer), strict=True):
        kind = CELL_NAMES[type(cell)]
        begin = {state: initial_state.pop(0) for state in CELLS.get(kind).states}
        end = {state: last_state.pop(0) for state in CELLS.get(kind).states}
        for state, last in end.items():
            if not np.isfinite(last).all():
                raise DataError(f"the {state} of layer {name} is not finite on these inputs: look at them")
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows differs from Keras's
            parts, states = run_cell(kind, inputs, weights_of(cell), begin, mask, variant_of(cell))
        reads.append(Read(name, cell, inputs, begin, end, parts, states))
        inputs = parts["hidden_state"]
    return reads


def _compare(pairs: Pairs, tolerance: float) -> tuple[dict[str, float], str]:
    """The largest difference of each state to Keras's, and the first state that differs too much, else ""."""
    differences, wrong = {}, ""
    for state, compared in pairs.items():
        with np.errstate(invalid="ignore"):  # inf - inf
            largest = [float(np.abs(ours - keras_s).max(initial=0)) for ours, keras_s in compared]
        scales = [max(1.0, float(np.abs(keras_s).max(initial=0))) for _, keras_s in compared]
        differences[state] = max(largest)
        if not all(own <= tolerance * scale for own, scale in zip(largest, scales, strict=True)):
            wrong = wrong or state
    return differences, wrong


def _check_error(name: str, state: str, difference: float) -> CheckError:
    """What is said of a layer whose states are not those computed here."""
    return CheckError(
        f"layer {name} puts out a {state} that differs by {difference:.2g} from the one computed "
        f"here, more than {TOLERANCE:g}: its trace would be wrong"
    )


def _read_by_steps(
    call: Call, reads: list[Read], mask: np.ndarray, problem: CheckError
) -> tuple[list[Read], list[dict[str, float]]]:
    """What each cell does, each step computed from Keras's own states before it."""
    own = _own_states(call, reads, mask)
    batch, timesteps = mask.shape
    ends = {
        f"{read.name} {state}": [(own[read.name][state][:, -1], read.end[state])]
        for read in reads
        for state in read.end
    }
    ends["outputs"] = [(own[reads[-1].name]["hidden_state"][:, 1:][mask], call.outputs[mask])]
    if _compare(ends, STEP_TOLERANCE)[1]:
        raise problem
    inputs, found, differences = reads[0].inputs, [], []
    for read in reads:
        states = own[read.name]
        each = inputs.reshape(batch * timesteps, 1, -1)  # every step is a sequence of its own
        before = {state: values[:, :-1].reshape(batch * timesteps, -1) for state, values in states.items()}
        masks, variant = mask.reshape(-1, 1), variant_of(read.cell)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows differs from Keras's
            folded, _ = run_cell(read.kind, each, weights_of(read.cell), before, masks, variant)
        parts = {part: values.reshape(batch, timesteps, -1) for part, values in folded.items()}
        pairs = {state: [(parts[state][mask], values[:, 1:][mask])] for state, values in states.items()}
        difference, wrong = _compare(pairs, STEP_TOLERANCE)
        if wrong:
            raise problem
        found.append(replace(read, inputs=inputs, parts=parts))
        differences.append(difference)
        inputs = states["hidden_state"][:, 1:]
    return found, differences


def _own_states(call: Call, reads: list[Read], mask: np.ndarray) -> dict[str, Parts]:
    """Keras's own states of each cell, first and after each step, `(batch, 1 + timesteps, units)`."""
    single = len(reads) == 1
    if single and tuple(reads[0].begin) == ("hidden_state",):
        kept = [[reads[0].begin["hidden_state"]]]  # the layer's outputs are all there is
        for t in range(mask.shape[1]):
            kept.append([np.where(mask[:, t, None], call.outputs[:, t], kept[-1][0])])
    else:
        kept = _run_steps(call, reads, mask)
    stacked, own = [np.stack(values, axis=1) for values in zip(*kept, strict=True)], {}
    for read in reads:
        own[read.name] = {state: stacked.pop(0) for state in read.begin}
    return own


def _run_steps(call: Call, reads: list[Read], mask: np.ndarray) -> list[list[np.ndarray]]:
    """Run the layer's cell with Keras step by step, and keep all states, one after the other."""
    cell = getattr(call.layer, "cell", call.layer)
    kept = [list(call.initial_state)]
    for t in range(mask.shape[1]):
        left = list(kept[-1])
        states = [[left.pop(0) for _ in read.begin] for read in reads]
        _, after = cell(reads[0].inputs[:, t], states if len(reads) > 1 else states[0])
        flat = [
            to_numpy(state) for one in after for state in (one if isinstance(one, list | tuple) else [one])
        ]
        real = mask[:, t, None]
        kept.append([np.where(real, new, old) for new, old in zip(flat, kept[-1], strict=True)])
    return kept
