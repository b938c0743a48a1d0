"""The claims about cells and sizes: what they rest on is stored, and their judges are right at each bound."""

import json
from importlib.resources import files

import numpy as np
import pytest

from nlp_lstm.claims import FAILS, HOLDS, IN_PART, UNKNOWN, Measured, cells, sizes, stored
from nlp_lstm.evaluation.intervals import Interval

STUDIES = ("gradients", "counting", "sweep-parity", "sweep-nesting", "sweep-stories")
NOTHING = Measured(())


@pytest.mark.parametrize("name", STUDIES)
def test_a_stored_study_says_what_it_was_measured_on(name):
    study = json.loads(files("nlp_lstm.claims").joinpath("measured", f"{name}.json").read_text("utf-8"))
    assert study["data"]
    assert study["seeds"] == ("0, 1, 2" if name.startswith("sweep") else "0, 1, 2, 3, 4")
    assert all(table["rows"] for table in study["tables"])
    if name.startswith("sweep"):
        assert len(study["tables"][0]["rows"]) == 9
        assert all(row["n"] == 3 and row["failed"] == 0 for row in study["tables"][0]["rows"])


def test_a_table_that_is_not_stored_is_no_silence():
    with pytest.raises(LookupError, match="0 tables of gradients are called 'no such'"):
        stored.find_rows("gradients", "no such")


def between(low, high):
    """Columns of a cell with an interval."""
    return lambda cell: {cell: (low + high) / 2, f"{cell}_low": low, f"{cell}_high": high}


def give(monkeypatch, tables):
    """Put made-up tables in the place of the stored ones."""
    monkeypatch.setattr(cells, "find_rows", lambda name, title: tables[title])


@pytest.mark.parametrize(
    ("rnn", "gru", "lstm", "outcome"),
    [
        ((0.1, 0.2), (0.21, 0.3), (0.21, 0.3), HOLDS),
        ((0.1, 0.2), (0.2, 0.3), (0.21, 0.3), IN_PART),  # touching is not above
        ((0.1, 0.2), (0.21, 0.3), (0.1, 0.15), IN_PART),
        ((0.1, 0.2), (0.15, 0.3), (0.05, 0.3), FAILS),
    ],
)
def test_vanishing_is_judged_by_intervals(monkeypatch, rnn, gru, lstm, outcome):
    row = {"words back": "20", "untrained_rnn": 1.0, "untrained_gru": 1.0, "untrained_lstm": 1.0}
    for cell, bounds in (("rnn", rnn), ("gru", gru), ("lstm", lstm)):
        row |= between(*bounds)(cell)
    other = {**row, "words back": "2", **between(9, 9)("rnn")}
    give(monkeypatch, {"slope of the state by an earlier state": [other, row]})
    assert cells.judge_vanishing(NOTHING).outcome == outcome


@pytest.mark.parametrize(
    ("rnn", "gru", "lstm", "outcome"),
    [
        ((1.1, 2), (0.5, 1), (0.9, 1.5), HOLDS),
        ((1.1, 2), (0.5, 1), (1.01, 1.5), IN_PART),
        ((1.1, 2), (1.01, 2), (1.01, 1.5), FAILS),
        ((1.0, 2), (1.01, 2), (1.01, 1.5), UNKNOWN),  # nothing explodes without gates either
    ],
)
def test_exploding_needs_a_cell_that_explodes(monkeypatch, rnn, gru, lstm, outcome):
    rows = [{"recurrent kernel times": scale} for scale in ("1", "4")]
    for cell, bounds in (("rnn", rnn), ("gru", gru), ("lstm", lstm)):
        rows[0] |= between(0.1, 0.2)(cell)
        rows[1] |= between(*bounds)(cell)
    give(monkeypatch, {"larger recurrent kernels": rows})
    assert cells.judge_exploding(NOTHING).outcome == outcome


@pytest.mark.parametrize(
    ("gru", "lstm", "correlation", "outcome"),
    [
        ((0, 0.1), (0.11, 0.3), (0.91, 1), HOLDS),
        ((0, 0.1), (0.1, 0.3), (0.91, 1), IN_PART),
        ((0, 0.1), (0.11, 0.3), (0.9, 1), IN_PART),
        ((0, 0.1), (0.1, 0.3), (0.9, 1), FAILS),
    ],
)
def test_counting_needs_reach_and_a_counter(monkeypatch, gru, lstm, correlation, outcome):
    rows = [
        {"cell": cell, "untrained_longer": 0.0, **between(*bounds)("longer")}
        for cell, bounds in (("rnn", (0, 0.1)), ("gru", gru), ("lstm", lstm))
    ]
    unit = {"cell": "lstm", "untrained_correlation": 0.5, **between(*correlation)("correlation")}
    give(
        monkeypatch,
        {"whole strings right, by cell": rows, "the best unit and the count, by cell": [unit]},
    )
    assert cells.judge_counting(NOTHING).outcome == outcome


def grid(narrow_flat, narrow_deep, wide_flat, wide_deep, half=0.01):
    """A sweep of two by two with equal intervals."""
    means = {(4, 1): narrow_flat, (4, 3): narrow_deep, (64, 1): wide_flat, (64, 3): wide_deep}
    return {
        shape: Interval(*(np.asarray(mean + bound) for bound in (0, -half, half)))
        for shape, mean in means.items()
    }


def judge(monkeypatch, claim, *grids):
    """What a claim comes to on made-up sweeps."""
    given = dict(zip(sizes.SWEEPS, grids if len(grids) > 1 else grids * 3, strict=True))
    monkeypatch.setattr(sizes, "read_grid", given.__getitem__)
    return claim(NOTHING).outcome


def test_width_must_help_more_than_depth(monkeypatch):
    width = sizes.judge_width
    assert judge(monkeypatch, width, grid(0.5, 0.5, 0.8, 0.8)) == HOLDS
    assert judge(monkeypatch, width, grid(0.5, 0.79, 0.8, 0.8)) == IN_PART
    assert judge(monkeypatch, width, grid(0.5, 0.5, 0.514, 0.8)) == FAILS  # hypot(.01, .01) = .01414
    assert judge(monkeypatch, width, grid(0.5, 0.4, 0.515, 0.8)) == HOLDS


def test_depth_must_help_at_every_width(monkeypatch):
    depth = sizes.judge_depth
    assert judge(monkeypatch, depth, grid(0.5, 0.6, 0.7, 0.8)) == HOLDS
    assert judge(monkeypatch, depth, grid(0.5, 0.6, 0.8, 0.8)) == IN_PART
    assert judge(monkeypatch, depth, grid(0.6, 0.6, 0.8, 0.7)) == FAILS


def test_both_corners_must_lose_in_every_sweep(monkeypatch):
    claim, lose, win = sizes.judge_difference, grid(0.5, 0.5, 0.6, 0.8), grid(0.5, 0.8, 0.8, 0.8)
    assert judge(monkeypatch, claim, lose, lose, lose) == HOLDS
    assert judge(monkeypatch, claim, lose, win, lose) == IN_PART
    assert judge(monkeypatch, claim, win, win, win) == FAILS


def test_less_cross_entropy_is_better(monkeypatch):
    rows = [{"units": 4, "layers": 1, "mean": 3.0, "low": 2.9, "high": 3.1}]
    monkeypatch.setattr(
        sizes, "read_study", lambda name: {"metric": "cross_entropy", "tables": [{"rows": rows}]}
    )
    assert [float(bound) for bound in sizes.read_grid("x")[4, 1]] == [-3.0, -3.1, -2.9]
