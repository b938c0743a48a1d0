"""Claims about cells: what gates do for gradients, and which cells count. They rest on stored studies."""

from nlp_lstm.claims import (
    FAILS,
    HOLDS,
    IN_PART,
    UNKNOWN,
    Evidence,
    Finding,
    Measured,
    evidence_of,
    outcome_of,
)
from nlp_lstm.claims.stored import find_rows, interval_of

GATED = ("gru", "lstm")
BACK = 20  # words, where vanishing is looked for
FOLLOWS = 0.9  # correlation of a state with the true count


def judge_vanishing(measured: Measured) -> Finding:
    """Compare how much of a gradient is left in gated cells and in a simple one."""
    rows = find_rows("gradients", "slope of the state by an earlier state")
    row = next(row for row in rows if row["words back"] == str(BACK))
    found = {cell: interval_of(row, cell) for cell in ("rnn", *GATED)}
    evidence = [
        evidence_of(f"{cell}, {BACK} words back", one, row[f"untrained_{cell}"])
        for cell, one in found.items()
    ]
    return Finding(outcome_of(bool(found[cell].low > found["rnn"].high) for cell in GATED), evidence)


def judge_exploding(measured: Measured) -> Finding:
    """Look for a gated cell whose gradients grow on their way back, where those of a simple one do."""
    rows = find_rows("gradients", "larger recurrent kernels")
    evidence, grows = [], {}
    for cell in ("rnn", *GATED):
        found = {str(row["recurrent kernel times"]): interval_of(row, cell) for row in rows}
        grows[cell] = any(one.low > 1 for one in found.values())
        evidence += [
            Evidence(f"{cell}, recurrent kernel times {scale}", *map(float, one))
            for scale, one in found.items()
        ]
    bounded = outcome_of(not grows[cell] for cell in GATED)
    return Finding(bounded if grows["rnn"] else UNKNOWN, evidence)


def judge_counting(measured: Measured) -> Finding:
    """Compare what LSTM and GRU make of strings longer than any in training, and look for the counter."""
    right = {str(row["cell"]): row for row in find_rows("counting", "whole strings right, by cell")}
    units = {str(row["cell"]): row for row in find_rows("counting", "the best unit and the count, by cell")}
    longer = {cell: interval_of(row, "longer") for cell, row in right.items()}
    counter = interval_of(units["lstm"], "correlation")
    evidence = [
        evidence_of(f"{cell}, longer strings right", one, right[cell]["untrained_longer"])
        for cell, one in longer.items()
    ]
    before = units["lstm"]["untrained_correlation"]
    evidence.append(evidence_of("lstm, the cell state's best unit and the count", counter, before))
    so = [bool(longer["lstm"].low > longer["gru"].high), bool(counter.low > FOLLOWS)]
    return Finding(HOLDS if all(so) else IN_PART if any(so) else FAILS, evidence)
