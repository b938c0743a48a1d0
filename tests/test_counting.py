"""counting: a counter made by hand counts for ever, and what cannot count is found out."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.analyses._counters import Range, find_counter
from nlp_lstm.analyses._counting import tally
from nlp_lstm.analyses.counting import counting, group_lengths
from nlp_lstm.analyses.studies import Study, make_untrained, read_sentences
from nlp_lstm.corpora import Example
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.settings import Settings
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import Vocabulary

LABELS = ("a or b", "b", "end")
SURE = 100.0  # a weight that makes a gate all open or all shut, and a candidate 1 or -1


def string(n):
    """n times a, then n times b."""
    counts = (*range(1, n + 1), *reversed(range(n)))
    return Example(
        ("a",) * n + ("b",) * n, (LABELS[0],) * n + (LABELS[1],) * (n - 1) + (LABELS[2],), {"count": counts}
    )


def make_weights(kernel, bias, output, free):
    """Weights that read a as 1, 0 and b as 0, 1, and no state."""
    embedded = np.zeros((5, 2))
    embedded[3], embedded[4] = (1, 0), (0, 1)
    found = {
        "embedding/embeddings": embedded,
        "layer_1/kernel": kernel,
        "layer_1/recurrent_kernel": np.zeros((2, kernel.shape[1])),
        "layer_1/bias": bias,
        "output/kernel": output,
        "output/bias": free,
    }
    return {name: values.astype(np.float32) for name, values in found.items()}


def by_hand(cell, seed=0):
    """A run whose unit 0 goes up at a and down at b, as far as its cell can, and whose unit 1 holds the word.

    After a, unit 1 says "a or b". After b, unit 0 says "b" where it is above 0.4, and else "end".
    """
    vocabulary = Vocabulary.build([("a", "a", "b")])
    output, free = np.array([[0, SURE, -SURE], [SURE, -SURE, -SURE]]), np.array([0, -40.0, 40.0])
    up_down = np.array([[SURE, SURE], [-SURE, -SURE]])  # at a, at b: the candidates of both units
    shut, open_ = np.full(2, -SURE), np.full(2, SURE)
    if cell == "lstm":  # i, f, g, o
        kernel = np.hstack([np.zeros((2, 4)), up_down, np.zeros((2, 2))])
        bias = np.concatenate([open_, [SURE, -SURE], np.zeros(2), open_])
    else:  # z, r, g: unit 0 moves a twentieth of its way to 1 or -1 at each word
        kernel = np.hstack([np.zeros((2, 4)), up_down])
        bias = np.vstack([np.concatenate([[math.log(19), -SURE], shut, np.zeros(2)]), np.zeros(6)])
        output, free = output * [[5], [1]], np.array([0, 0, 0.0])
    settings = Settings(cell=cell, units=2, embedding_dim=2, seed=seed)
    weights = make_weights(kernel, bias, output, free)
    return Run(Path(f"{cell}-seed-{seed}"), "tagging", settings, LABELS, vocabulary, weights)


def drifting(seed):
    """The counter by hand, but that it adds 0.97 and takes off 1."""
    run = by_hand("lstm", seed)
    kernel = run.weights["layer_1/kernel"].copy()
    kernel[0, 4] = math.atanh(0.97)  # unit 0's candidate at a
    return replace(run, weights={**run.weights, "layer_1/kernel": kernel})


def study_of(run, examples, data="counting:anbn"):
    """A study of a run over strings."""
    return Study(run, make_untrained(run), examples, data)


def measure(*studies):
    """What the analysis makes of studies."""
    return counting(studies, 0)


def table(tables, title) -> dict[str, dict[str, Any]]:
    """The rows of the one table that is called so, by name."""
    (found,) = [one for one in tables if title in one.title]
    return {row[found.row_kind]: row for row in found.records()}


STRINGS = tuple(map(string, (*range(1, 20), 100, 300, 1000)))


def test_a_counter_by_hand_is_right_at_any_length():
    """One unit that adds 1 and takes it off again is all that it needs (Suzgun et al. 2019)."""
    found = tally(by_hand("lstm"), STRINGS, Range(40, 20))
    assert found.whole.all()
    counter = found.counter
    assert (counter.unit, counter.state) == (0, "cell_state")
    assert counter.correlation == pytest.approx(1, abs=1e-9)
    assert (counter.step_up, counter.step_down) == (1, -1)
    assert counter.slope == pytest.approx(1, abs=1e-9)
    assert counter.hidden_slope == pytest.approx(0, abs=1e-6)
    assert counter.saturated == 1


def test_a_gru_that_goes_up_and_down_is_soon_full():
    """Its hidden state is a mean and stays within 1: it no longer tells large counts from each other."""
    run = by_hand("gru")
    trace = read_sentences(run, [string(1000)])["layer_1"][0]
    assert abs(trace.parts["hidden_state"]).max() <= 1
    found = tally(run, STRINGS, Range(40, 20))
    assert found.whole[0]
    assert not found.whole[-3:].any()
    assert found.counter.unit == 0
    assert abs(found.counter.correlation) < 0.8
    assert found.counter.hidden_slope == pytest.approx(0, abs=1e-3)


def test_a_network_that_knows_no_count_goes_with_none():
    """The counts are dealt out among the words, so no unit goes with them, not even the counter."""
    random = np.random.default_rng(0)
    strings = [string(30)] * 40
    dealt = [
        Example(one.words, one.labels, {"count": tuple(random.permutation(one.facts["count"]).tolist())})
        for one in strings
    ]
    layers = read_sentences(by_hand("lstm"), dealt)
    assert abs(find_counter(layers, dealt, Range(0, 0)).correlation) < 0.1
    assert find_counter(layers, strings, Range(0, 0)).correlation == pytest.approx(1)


def test_a_counter_with_unequal_steps_drifts():
    """One that adds a little less than it takes off says "end" too early, on long strings alone."""
    tables = measure(study_of(drifting(0), STRINGS))
    row = table(tables, "whole strings right, by run")["lstm-seed-0"]
    assert (row["right_up_to"], row["tested_up_to"]) == (38, 2000)
    unit = table(tables, "the best unit and the count, by run")["lstm-seed-0"]
    assert (unit["step_up"], unit["step_down"]) == (pytest.approx(0.97, abs=1e-5), -1)
    assert {row["lstm"] for row in table(tables, "last word right, by length").values()} == {1}


def test_seeds_have_an_interval_and_one_run_has_none():
    """Student's t over a run that is right at all 22 strings and one that is right at the 19 shorter ones."""
    both = measure(study_of(by_hand("lstm"), STRINGS), study_of(drifting(1), STRINGS))
    row = table(both, "whole strings right, by cell")["lstm"]
    half = 12.706 * (3 / 22) / 2  # t of one degree of freedom, times the standard error of two numbers
    assert row["longer"] == pytest.approx(1 - 3 / 44)
    assert (row["longer_low"], row["longer_high"]) == (pytest.approx(1 - 3 / 44 - half, abs=1e-3), 1)
    assert row["seeds"] == 2
    alone = table(measure(study_of(by_hand("lstm"), STRINGS)), "whole strings right, by cell")["lstm"]
    assert (alone["longer"], alone["longer_low"], alone["longer_high"]) == (1, None, None)


def test_strings_are_beyond_training_where_they_are_longer_than_its_longest():
    assert [group.tolist() for group in group_lengths(np.arange(2, 14, 2), 6)] == [
        [2],
        [4],
        [6],
        [8],
        [10],
        [12],
    ]
    many = group_lengths(np.arange(1, 401), 40)
    assert len(many) == 20
    assert [group[-1] for group in many].count(40) == 1  # none holds lengths of both kinds


def test_a_run_reads_longer_strings_of_its_corpus_beside_those_as_in_training():
    """The test split has longer strings alone; those as in training are of the validation split."""
    run = replace(by_hand("lstm"), data={"source": "counting:anbn"})
    report = nlp_lstm.compare("counting", run)
    row = table(report.comparisons, "whole strings right, by run")["lstm-seed-0"]
    assert (row["trained_up_to"], row["right_up_to"], row["tested_up_to"]) == (40, 160, 160)
    rows = table(report.comparisons, "whole strings right, by length")
    assert [*rows][5:7] == ["40", "50"]
    assert sum(one["strings"] for one in rows.values()) == 20 + 60  # a string for each n, once
    assert {one["lstm"] for one in rows.values()} == {1}


def test_a_picture_shows_the_counter_beside_the_count():
    curves = measure(study_of(by_hand("lstm"), STRINGS))[-1]
    assert (curves.chart, len(curves.rows)) == ("curves", 2000)
    records = curves.records()
    assert [one["symbol"] for one in records[998:1002]] == ["a", "a", "b", "b"]
    assert all(one["count"] == pytest.approx(one["cell_state"], abs=1e-9) for one in records)
    assert [one["hidden_state"] for one in records[10:1980]] == pytest.approx([1] * 1970)
    assert curves.see == (
        "From a count of 500 to one of 1000, cell_state goes from 500.0 to 1000.0 and hidden_state goes from "
        "1.00 to 1.00."
    )


def test_a_corpus_without_counts_is_refused_before_anything_is_trained(here, cli, monkeypatch):
    monkeypatch.setattr("nlp_lstm.training.several.train_several", lambda *_, **__: pytest.fail("it trains"))
    refused = cli("compare", "counting", "--data", "mini")
    assert refused.code == 65
    assert "mini says no counts of its words" in refused.err


def test_what_has_no_counts_is_refused(new_run, here):
    run = new_run(here / "runs/sentiment-001")
    stories = tuple(Example(("the", "sky"), ("positive", "positive")) for _ in range(40))
    with pytest.raises(DataError, match=r"stories says no counts of its words: .* --data counting:anbn"):
        measure(study_of(run, stories, "stories"))
    with pytest.raises(UsageError, match="sentiment-001 was not trained on counting:anbn: nlp-lstm train"):
        measure(study_of(run, STRINGS))
    with pytest.raises(DataError, match="counting over 3 strings: at least 10 are needed"):
        measure(study_of(by_hand("lstm"), STRINGS[:3]))
