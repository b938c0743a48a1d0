"""Claims about gates, and about what a state can know."""

import numpy as np

from nlp_lstm.analyses.memory import measure_gate
from nlp_lstm.analyses.studies import read_sentences
from nlp_lstm.claims import FAILS, HOLDS, Evidence, Finding, Measured, outcome_of

BEGINNINGS = 100  # sentences of which the first half is read alone
SAME = 1e-5  # numbers closer than this are the same but for rounding


def judge_gates(measured: Measured) -> Finding:
    """Look for a gate above 1."""
    evidence, above = [], []
    for study in measured.studies:
        for layer, traces in study.traces.items():
            for part in ("input_gate", "forget_gate", "output_gate", "hidden_state", "cell_state"):
                largest = max(float(np.abs(trace.parts[part]).max()) for trace in traces)
                before = max(float(np.abs(one.parts[part]).max()) for one in study.untrained_traces[layer])
                what = f"{study.run.name}, {layer}, largest {part}"
                evidence.append(Evidence(what, largest, untrained=before))
                above += [largest > 1] if part.endswith("_gate") else []
    return Finding(HOLDS if any(above) else FAILS, evidence)


def judge_context(measured: Measured) -> Finding:
    """Read first halves of sentences alone, and look whether what follows had changed anything."""
    evidence, changed = [], []
    for study in measured.studies:
        examples = [example for example in study.examples if len(example.words) > 1][:BEGINNINGS]
        halves = [type(one)(one.words[: len(one.words) // 2]) for one in examples]
        layer = list(study.traces)[-1]
        alone = read_sentences(study.run, halves)[layer]
        whole = read_sentences(study.run, examples)[layer]
        gap = max(
            float(np.abs(one.parts["hidden_state"] - two.parts["hidden_state"][: len(one.words)]).max())
            for one, two in zip(alone, whole, strict=True)
        )
        evidence.append(Evidence(f"{study.run.name}, {layer}, largest change of a hidden state", gap))
        changed.append(gap > SAME)
    return Finding(outcome_of(changed), evidence)


def judge_forget_weights(measured: Measured) -> Finding:
    """Look whether more is left later of words at which the forget gate is open."""
    evidence: list[Evidence] = []
    marks: list[bool | None] = []
    for layer, (trained, untrained) in measured.writes.items():
        found = {gate: measure_gate(trained, gate, measured.seed) for gate in ("forget_gate", "input_gate")}
        for gate, correlation in found.items():
            before = measure_gate(untrained, gate, measured.seed).mean[0]
            mean, low, high = (float(bound[0]) for bound in correlation)
            evidence.append(Evidence(f"{layer}, {gate} at the word", mean, low, high, float(before)))
        forget, other = found["forget_gate"].low[0], found["input_gate"].high[0]
        marks.append(None if np.isnan(forget) else bool(forget > max(0, other)))
    return Finding(outcome_of(marks), evidence)
