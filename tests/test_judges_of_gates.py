"""The judges of claims about gates and context, on made-up evidence: each rule on both sides of a bound."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlp_lstm.claims import FAILS, HOLDS, IN_PART, UNKNOWN, Evidence, Measured, gates
from nlp_lstm.corpora import Example
from nlp_lstm.evaluation.intervals import Interval


@pytest.mark.parametrize(
    ("layers", "outcome"),
    [
        ([((0.2, 0.4), (-0.1, 0.1))], HOLDS),
        ([((0.11, 0.4), (-0.1, 0.1))], HOLDS),
        ([((0.1, 0.4), (-0.1, 0.1))], FAILS),  # touches the input gate's
        ([((0.0, 0.4), (-0.5, -0.3))], FAILS),  # above the input gate's, but 0 is in it
        ([((-0.2, -0.1), (-0.5, -0.3))], FAILS),
        ([((0.001, 0.4), (-0.5, -0.3))], HOLDS),
        ([((0.2, 0.4), (-0.1, 0.1)), ((0.0, 0.4), (-0.1, 0.1))], IN_PART),
        ([((0.2, 0.4), (-0.1, 0.1)), ((np.nan, np.nan), (np.nan, np.nan))], UNKNOWN),  # no long sentences
    ],
)
def test_an_open_forget_gate_marks_more_than_an_open_input_gate(monkeypatch, layers, outcome):
    monkeypatch.setattr(gates, "measure_gate", lambda writes, gate, seed: writes[gate] if seed == 7 else None)

    def both(*bounds: tuple[float, float]) -> dict[str, Interval]:
        found = [
            Interval(*(np.array([end]) for end in ((low + high) / 2, low, high))) for low, high in bounds
        ]
        return dict(zip(("forget_gate", "input_gate"), found, strict=True))

    writes = {f"layer_{number}": (both(*one), both((1, 3), (4, 6))) for number, one in enumerate(layers)}
    measured = Measured((), seed=7)
    vars(measured)["writes"] = writes
    found = gates.judge_forget_weights(measured)
    assert found.outcome == outcome
    (low, high), _ = layers[0]
    middle = (low + high) / 2
    assert found.evidence[0] == Evidence("layer_0, forget_gate at the word", middle, low, high, 2)
    assert (found.evidence[1].what, found.evidence[1].untrained) == ("layer_0, input_gate at the word", 5)


def study(parts: dict[str, list[list[float]]], untrained: float = 0.5) -> Any:
    """A run's study of one layer and a sentence per list of a part."""
    count = len(next(iter(parts.values())))
    traces = [
        SimpleNamespace(parts={name: np.array(rows[at]) for name, rows in parts.items()})
        for at in range(count)
    ]
    before = [SimpleNamespace(parts={name: np.array([-untrained]) for name in parts})]
    run = SimpleNamespace(name="a")
    return SimpleNamespace(run=run, traces={"layer_1": traces}, untrained_traces={"layer_1": before})


QUIET = {
    name: [[0.5], [0.25]]
    for name in ("input_gate", "forget_gate", "output_gate", "hidden_state", "cell_state")
}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, FAILS),
        ({"input_gate": [[0.5], [1.0]]}, FAILS),  # wide open is not above 1
        ({"input_gate": [[0.5], [1.001]]}, HOLDS),
        ({"forget_gate": [[1.001], [0.5]]}, HOLDS),
        ({"output_gate": [[0.5], [-1.001]]}, HOLDS),
        ({"cell_state": [[7.0], [-9.0]], "hidden_state": [[3.0], [0.0]]}, FAILS),  # no gates
    ],
)
def test_a_gate_that_amplifies_exceeds_1(changed, outcome):
    found = gates.judge_gates(Measured([study(QUIET), study(QUIET | changed)]))
    assert found.outcome == outcome
    assert [one.what for one in found.evidence[:5]] == [f"a, layer_1, largest {name}" for name in QUIET]
    for one, (name, rows) in zip(found.evidence[5:], (QUIET | changed).items(), strict=True):
        largest = max(abs(value) for row in rows for value in row)
        assert one == Evidence(f"a, layer_1, largest {name}", largest, untrained=0.5)


def reading(gap: float = 0.0) -> Any:
    """A run's study of three sentences, whose last layer changes by `gap` at the last half's first word."""
    texts = [Example(("a",)), Example(("a", "b")), Example(("a", "b", "c", "d", "e"))]
    run = SimpleNamespace(name="a", gap=gap, read=[])
    return SimpleNamespace(run=run, examples=texts, traces={"layer_1": [], "layer_2": []})


def read_sentences(run: Any, sentences: list[Example]) -> dict[str, list[Any]]:
    """Traces of the last layer whose states are 1, but for one in the halves."""
    run.read.append([" ".join(one.words) for one in sentences])
    made = [
        SimpleNamespace(words=one.words, parts={"hidden_state": np.ones((len(one.words), 2))})
        for one in sentences
    ]
    made[-1].parts["hidden_state"][0, 1] = run.gap if len(run.read) == 1 else 0  # the last first word
    return {"layer_1": [], "layer_2": made}


@pytest.mark.parametrize(
    ("gaps", "outcome"),
    [
        ([0.0], FAILS),
        ([1e-5], FAILS),
        ([1.01e-5], HOLDS),
        ([-1.01e-5], HOLDS),
        ([1.01e-5, 0.0], IN_PART),
    ],
)
def test_what_follows_changes_a_word_only_above_rounding(monkeypatch, gaps, outcome):
    monkeypatch.setattr(gates, "read_sentences", read_sentences)
    studies = [reading(gap) for gap in gaps]
    found = gates.judge_context(Measured(studies))
    assert found.outcome == outcome
    assert studies[0].run.read == [["a", "a b"], ["a b", "a b c d e"]]  # one word has no half
    assert found.evidence[0] == Evidence("a, layer_2, largest change of a hidden state", abs(gaps[0]))


def test_the_context_is_looked_at_in_100_sentences(monkeypatch):
    monkeypatch.setattr(gates, "read_sentences", read_sentences)
    one = reading()
    one.examples = [Example(("a", "b", "c", "d"))] * 101
    gates.judge_context(Measured([one]))
    assert one.run.read == [["a b"] * 100, ["a b c d"] * 100]
