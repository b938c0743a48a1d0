"""Claims about what the two states hold of the words before."""

from nlp_lstm.analyses.memory import measure_ages
from nlp_lstm.claims import (
    FAILS,
    HOLDS,
    IN_PART,
    Evidence,
    Finding,
    Measured,
    evidence_of,
    is_above,
    outcome_of,
)

FAR = 10  # words back


def judge_latest_word(measured: Measured) -> Finding:
    """Compare the share of the latest word in all influence between the states."""
    evidence, apart = [], []
    for layer, (trained, untrained) in measured.influence.items():
        shares, before = trained.latest_share(measured.seed), untrained.latest_share(measured.seed)
        evidence += [evidence_of(f"{layer}, {name}", shares[name], before[name].mean) for name in shares]
        apart.append(is_above(shares["difference"]))
    return Finding(outcome_of(apart), evidence)


def judge_words_before(measured: Measured) -> Finding:
    """Compare how well the words before are read from the states."""
    evidence, apart = [], []
    for layer, reach in measured.reach.items():
        for name, found in reach.accuracy.items():
            evidence.append(evidence_of(f"{layer}, {name}", found, reach.untrained[name].mean))
        apart.append(is_above(reach.accuracy["difference"]))
    return Finding(outcome_of(apart), evidence)


def judge_everything_so_far(measured: Measured) -> Finding:
    """Look how many words back all are read better than by naming the commonest."""
    evidence = [
        Evidence(f"{layer}, {state}", words, untrained=reach.untrained_farthest[state])
        for layer, reach in measured.reach.items()
        for state, words in reach.farthest.items()
    ]
    farthest = [reach.farthest["cell_state"] for reach in measured.reach.values()]
    return Finding(HOLDS if min(farthest) >= FAR else IN_PART if max(farthest) else FAILS, evidence)


def judge_age(measured: Measured) -> Finding:
    """Compare how old what is in the states is."""
    evidence, younger = [], []
    for layer, (trained, untrained) in measured.writes.items():
        ages, before = measure_ages(trained, measured.seed), measure_ages(untrained, measured.seed)
        for name, found in ages._asdict().items():
            evidence.append(evidence_of(f"{layer}, {name}", found, getattr(before, name).mean))
        younger.append(bool(ages.difference.high < 0))
    return Finding(outcome_of(younger), evidence)
