"""The claims about cells and sizes: what they rest on is stored, and their judges are right at each bound."""

import json
from importlib.resources import files

import numpy as np
import pytest

from nlp_lstm.claims import FAILS, HOLDS, IN_PART, UNKNOWN, Evidence, Measured, cells, sizes, stored
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


@pytest.mark.parametrize(
    ("name", "title", "columns"),
    [
        (
            "gradients",
            "slope of the state by an earlier state",
            {"words back", "lstm", "lstm_low", "untrained_gru"},
        ),
        ("gradients", "larger recurrent kernels", {"recurrent kernel times", "rnn", "rnn_high"}),
        ("counting", "whole strings right, by cell", {"cell", "longer", "untrained_longer"}),
        ("counting", "the best unit and the count, by cell", {"cell", "correlation_low"}),
    ],
)
def test_a_table_is_found_by_a_piece_of_its_title(name, title, columns):
    rows = stored.find_rows(name, title)
    assert columns <= set(rows[0])
    assert rows in [table["rows"] for table in stored.read_study(name)["tables"]]


def test_a_table_that_is_not_stored_is_no_silence():
    with pytest.raises(LookupError, match="0 tables of gradients are called 'no such'"):
        stored.find_rows("gradients", "no such")
    count = len(stored.read_study("gradients")["tables"])
    assert count > 1
    with pytest.raises(LookupError, match=f"{count} tables of gradients are called ''"):
        stored.find_rows("gradients", "")


def test_an_interval_stands_beside_its_mean():
    row = {"a": 2.0, "a_low": 1.0, "a_high": 4.0, "b": 7.0, "b_low": 6.0, "b_high": 8.0}
    assert stored.interval_of(row, "a") == Interval(2.0, 1.0, 4.0)  # pyright: ignore[reportArgumentType]


def between(low, high):
    """Columns of a cell with an interval."""
    return lambda cell: {cell: (low + high) / 2, f"{cell}_low": low, f"{cell}_high": high}


def give(monkeypatch, name, tables):
    """Put made-up tables in the place of those of a stored study."""
    monkeypatch.setattr(
        cells, "find_rows", lambda *asked: {(name, title): tables[title] for title in tables}[asked]
    )


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
    row = {"words back": "20", "untrained_rnn": 1.0, "untrained_gru": 2.0, "untrained_lstm": 3.0}
    for cell, bounds in (("rnn", rnn), ("gru", gru), ("lstm", lstm)):
        row |= between(*bounds)(cell)
    other = {**row, "words back": "2", **between(9, 9)("rnn")}
    give(monkeypatch, "gradients", {"slope of the state by an earlier state": [other, row]})
    found = cells.judge_vanishing(NOTHING)
    assert found.outcome == outcome
    assert [one.what for one in found.evidence] == [
        f"{cell}, 20 words back" for cell in ("rnn", "gru", "lstm")
    ]
    assert [tuple(one[1:]) for one in found.evidence] == [
        (sum(bounds) / 2, *bounds, before) for bounds, before in ((rnn, 1), (gru, 2), (lstm, 3))
    ]


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
    give(monkeypatch, "gradients", {"larger recurrent kernels": rows})
    found = cells.judge_exploding(NOTHING)
    assert found.outcome == outcome
    assert found.evidence == [
        Evidence(f"{cell}, recurrent kernel times {scale}", (low + high) / 2, low, high)
        for cell, last in (("rnn", rnn), ("gru", gru), ("lstm", lstm))
        for scale, (low, high) in (("1", (0.1, 0.2)), ("4", last))
    ]


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
        {"cell": cell, "untrained_longer": 0.25, **between(*bounds)("longer")}
        for cell, bounds in (("rnn", (0, 0.1)), ("gru", gru), ("lstm", lstm))
    ]
    unit = {"cell": "lstm", "untrained_correlation": 0.5, **between(*correlation)("correlation")}
    give(
        monkeypatch,
        "counting",
        {"whole strings right, by cell": rows, "the best unit and the count, by cell": [unit]},
    )
    found = cells.judge_counting(NOTHING)
    assert found.outcome == outcome
    assert found.evidence == [
        *(
            Evidence(f"{cell}, longer strings right", (low + high) / 2, low, high, 0.25)
            for cell, (low, high) in (("rnn", (0, 0.1)), ("gru", gru), ("lstm", lstm))
        ),
        Evidence(
            "lstm, the cell state's best unit and the count",
            sum(correlation) / 2,
            correlation[0],
            correlation[1],
            0.5,
        ),
    ]


def grid(narrow_flat, narrow_deep, wide_flat, wide_deep, half=0.01):
    """A sweep of two by two with equal intervals."""
    means = {(4, 1): narrow_flat, (4, 3): narrow_deep, (64, 1): wide_flat, (64, 3): wide_deep}
    return {
        shape: Interval(*(np.asarray(mean + bound) for bound in (0, -half, half)))
        for shape, mean in means.items()
    }


def find(monkeypatch, claim, *grids):
    """What a claim comes to on made-up sweeps, with its evidence."""
    given = dict(zip(sizes.SWEEPS, grids if len(grids) > 1 else grids * 3, strict=True))
    monkeypatch.setattr(sizes, "read_grid", given.__getitem__)
    return claim(NOTHING)


def judge(monkeypatch, claim, *grids):
    """The outcome of a claim on made-up sweeps."""
    return find(monkeypatch, claim, *grids).outcome


def told(evidence):
    """What is said, and the values that are, to four digits."""
    return [
        (one.what, *(None if value is None else round(value, 4) for value in one[1:])) for one in evidence
    ]


def test_width_must_help_more_than_depth(monkeypatch):
    width = sizes.judge_width
    assert judge(monkeypatch, width, grid(0.5, 0.5, 0.8, 0.8)) == HOLDS
    assert judge(monkeypatch, width, grid(0.5, 0.79, 0.8, 0.8)) == IN_PART
    assert judge(monkeypatch, width, grid(0.5, 0.5, 0.514, 0.8)) == FAILS  # hypot(.01, .01) = .01414
    assert judge(monkeypatch, width, grid(0.5, 0.4, 0.515, 0.8)) == HOLDS
    assert judge(monkeypatch, width, grid(0.5, 0.4, 0.5, 0.8, half=0)) == FAILS  # touching 0 is not above it
    assert judge(monkeypatch, width, grid(0.4, 0.5, 0.5, 0.8, half=0)) == IN_PART
    found = find(monkeypatch, width, grid(0.5, 0.6, 0.8, 0.9))
    assert told(found.evidence) == [
        ("64 units rather than 4, layers: 1", 0.3, 0.2859, 0.3141, None),
        ("64 × 1 rather than 4 × 3", 0.2, 0.1859, 0.2141, None),
    ]


def test_depth_must_help_at_every_width(monkeypatch):
    depth = sizes.judge_depth
    assert judge(monkeypatch, depth, grid(0.5, 0.6, 0.7, 0.8)) == HOLDS
    assert judge(monkeypatch, depth, grid(0.5, 0.6, 0.8, 0.8)) == IN_PART
    assert judge(monkeypatch, depth, grid(0.6, 0.6, 0.8, 0.7)) == FAILS
    assert (
        judge(monkeypatch, depth, grid(0.6, 0.6, 0.7, 0.8, half=0)) == IN_PART
    )  # touching 0 is not above it
    assert told(find(monkeypatch, depth, grid(0.5, 0.6, 0.7, 0.9)).evidence) == [
        ("3 layers rather than 1, units: 4", 0.1, 0.0859, 0.1141, None),
        ("3 layers rather than 1, units: 64", 0.2, 0.1859, 0.2141, None),
    ]


def test_both_corners_must_lose_in_every_sweep(monkeypatch):
    claim, lose, win = sizes.judge_difference, grid(0.5, 0.5, 0.6, 0.8), grid(0.5, 0.8, 0.8, 0.8)
    assert judge(monkeypatch, claim, lose, lose, lose) == HOLDS
    assert judge(monkeypatch, claim, lose, win, lose) == IN_PART
    assert judge(monkeypatch, claim, win, win, win) == FAILS
    equal = grid(0.5, 0.8, 0.8, 0.8, half=0)
    assert judge(monkeypatch, claim, equal, equal, equal) == FAILS  # touching 0 is not below it
    found = find(monkeypatch, claim, lose, win, lose)
    assert [what for what, *_ in told(found.evidence)] == [
        f"{about}, {corner} rather than 64 × 3"
        for about in ("flags", "nesting", "stories")
        for corner in ("64 × 1", "4 × 3")
    ]
    assert told(found.evidence)[0][1:] == (-0.2, -0.2141, -0.1859, None)
    small = find(monkeypatch, claim, grid(0.9, 0.5, 0.6, 0.8))  # the best of the others is the smallest
    assert told(small.evidence)[0][:2] == ("flags, 64 × 1 rather than 4 × 1", -0.3)


@pytest.mark.parametrize(
    ("metric", "better"),
    [("cross_entropy", -1), ("perplexity", -1), ("accuracy_per_word", 1), ("last_word_accuracy", 1)],
)
def test_less_cross_entropy_and_more_accuracy_are_better(monkeypatch, metric, better):
    rows = [{"units": 4, "layers": 1, "mean": 3.0, "low": 2.9, "high": 3.1}]
    monkeypatch.setattr(
        sizes, "read_study", lambda name: {"x": {"metric": metric, "tables": [{"rows": rows}]}}[name]
    )
    expected = [-3.0, -3.1, -2.9] if better < 0 else [3.0, 2.9, 3.1]
    assert [float(bound) for bound in sizes.read_grid("x")[4, 1]] == expected
