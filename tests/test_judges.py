"""The judges of claims about states and gates, on made-up evidence: each rule on both sides of each bound."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlp_lstm.analyses.decode import Reach
from nlp_lstm.analyses.memory import Ages
from nlp_lstm.claims import (
    FAILS,
    HOLDS,
    IN_PART,
    UNKNOWN,
    Evidence,
    Measured,
    is_above,
    outcome_of,
    states,
)
from nlp_lstm.evaluation.intervals import Interval


def span(low: float, high: float) -> Interval:
    """An interval whose mean is in the middle."""
    return Interval(*map(np.asarray, ((low + high) / 2, low, high)))


def measured(**found: Any) -> Measured:
    """What was measured, made up: by the name of what claims ask for."""
    made_up = Measured(found.pop("studies", ()), seed=7)
    vars(made_up).update(found)
    return made_up


# The rules that several judges share


@pytest.mark.parametrize(
    ("low", "high", "above"),
    [
        (0.0001, 0.9, True),
        (0.0, 0.9, None),  # 0 is in it, and it is wide
        (0.0, 0.0401, None),
        (0.0, 0.04, False),  # as narrow as ± 0.02
        (-0.02, 0.02, False),
        (-0.0201, 0.02, None),
        (-0.9, 0.0, False),  # however wide: nothing of it is above 0
        (-0.9, -0.5, False),
        (-0.9, 0.0001, None),
    ],
)
def test_an_interval_around_0_must_be_narrow_to_say_no(low, high, above):
    assert is_above(span(low, high)) is above


@pytest.mark.parametrize(
    ("layers", "outcome"),
    [
        ([True], HOLDS),
        ([True, True], HOLDS),
        ([False, True], IN_PART),
        ([True, False, False], IN_PART),
        ([False, False], FAILS),
        ([True, True, None], UNKNOWN),
        ([None, False], UNKNOWN),
    ],
)
def test_several_layers_hold_in_part_where_they_disagree(layers, outcome):
    assert outcome_of(iter(layers)) == outcome


# Claims about states. A judge's table has a row per set of layers: its evidence, and what it comes to.

ABOVE, NARROW, WIDE, BELOW = span(0.01, 0.3), span(-0.02, 0.02), span(-0.1, 0.2), span(-0.3, -0.01)
DIFFERENCES = [
    ([ABOVE], HOLDS),
    ([ABOVE, ABOVE], HOLDS),
    ([ABOVE, NARROW], IN_PART),
    ([BELOW, ABOVE], IN_PART),
    ([NARROW], FAILS),
    ([BELOW], FAILS),
    ([WIDE], UNKNOWN),
    ([ABOVE, WIDE], UNKNOWN),
]


@pytest.mark.parametrize(("differences", "outcome"), DIFFERENCES)
def test_the_latest_word_weighs_more_in_the_hidden_state(differences, outcome):
    def share(found: Interval) -> Any:
        return SimpleNamespace(latest_share=lambda seed: {"difference": found} if seed == 7 else {})

    layers = {f"layer_{number}": (share(one), share(BELOW)) for number, one in enumerate(differences)}
    found = states.judge_latest_word(measured(influence=layers))
    assert found.outcome == outcome
    low, high = float(differences[0].low), float(differences[0].high)
    middle: Any = pytest.approx((low + high) / 2)
    assert found.evidence[0] == Evidence("layer_0, difference", middle, low, high, -0.155)


@pytest.mark.parametrize(("differences", "outcome"), DIFFERENCES)
def test_the_words_before_are_read_better_from_the_cell_state(differences, outcome):
    layers = {
        f"layer_{number}": Reach({"difference": one}, {"difference": BELOW}, {}, {})
        for number, one in enumerate(differences)
    }
    found = states.judge_words_before(measured(reach=layers))
    assert found.outcome == outcome
    assert found.evidence[-1].what == f"layer_{len(layers) - 1}, difference"
    assert found.evidence[-1].low == float(differences[-1].low)
    assert found.evidence[-1].untrained == pytest.approx(-0.155)


@pytest.mark.parametrize(
    ("farthest", "outcome"),
    [
        ([10], HOLDS),
        ([9], IN_PART),
        ([1], IN_PART),
        ([0], FAILS),
        ([10, 10], HOLDS),
        ([10, 9], IN_PART),
        ([0, 1], IN_PART),
        ([10, 0], IN_PART),
        ([0, 0], FAILS),
    ],
)
def test_everything_so_far_is_10_words_in_every_layer(farthest, outcome):
    layers = {
        f"layer_{number}": Reach(
            {}, {}, {"hidden_state": 4, "cell_state": words}, {"hidden_state": 2, "cell_state": 3}
        )
        for number, words in enumerate(farthest)
    }
    found = states.judge_everything_so_far(measured(reach=layers))
    assert found.outcome == outcome
    assert found.evidence[:2] == [
        Evidence("layer_0, hidden_state", 4, untrained=2),
        Evidence("layer_0, cell_state", farthest[0], untrained=3),
    ]


def test_what_only_the_hidden_state_reaches_is_not_in_the_cell_state():
    reach = Reach({}, {}, {"hidden_state": 10, "cell_state": 0}, {"hidden_state": 0, "cell_state": 0})
    assert states.judge_everything_so_far(measured(reach={"layer_1": reach})).outcome == FAILS


@pytest.mark.parametrize(
    ("differences", "outcome"),
    [
        ([span(-2, -0.001)], HOLDS),
        ([span(-2, 0)], FAILS),  # touching is not below
        ([span(0.1, 2)], FAILS),
        ([span(-2, -1), span(-2, 0)], IN_PART),
        ([span(-2, -1), span(-3, -0.5)], HOLDS),
    ],
)
def test_what_the_hidden_state_shows_is_newer(monkeypatch, differences, outcome):
    monkeypatch.setattr(states, "measure_ages", lambda writes, seed: writes if seed == 7 else None)
    untrained = Ages(span(1, 3), span(4, 6), span(0, 0))
    layers = {
        f"layer_{number}": (Ages(span(5, 7), span(3, 5), one), untrained)
        for number, one in enumerate(differences)
    }
    found = states.judge_age(measured(writes=layers))
    assert found.outcome == outcome
    assert found.evidence[:2] == [
        Evidence("layer_0, cell_state", 6, 5, 7, 2),
        Evidence("layer_0, hidden_state", 4, 3, 5, 5),
    ]
