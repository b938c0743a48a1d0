"""Perplexity by context length: what the taught model itself says after the last words of a text."""

import dataclasses
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nlp_lstm import evaluate, load_task
from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.evaluation.contexts import CARRIED, CONTEXTS, context_costs, context_table, sample_places
from nlp_lstm.evaluation.intervals import mean_interval
from nlp_lstm.models.layers import set_weights
from nlp_lstm.text.vocabulary import EOS


@pytest.fixture(params=["lstm", "gru", "rnn"])
def run(here, new_run, request):
    """A next-word run with random weights."""
    return new_run(Path("runs/next-word-001"), "next-word", request.param)


def stream_of(run, limit: int):
    """Inputs and targets of the first sentences of `mini`'s validation split."""
    examples = load_corpus("mini", Request("words"), limit=limit).validation
    encoded = load_task("next-word").encode(examples, run.vocabulary, ())
    return encoded.inputs[0], encoded.targets[0]


def carried_costs(run, inputs, targets):
    """The cost of each target with the state carried from the start."""
    layers, _ = run.network.read(inputs[None])
    says = run.network.log_probabilities(layers[-1]["hidden_state"][0])
    return -says[np.arange(len(targets)), targets]


def test_it_is_what_the_taught_model_says_after_the_last_words(run):
    task = load_task("next-word")
    settings = dataclasses.replace(run.settings, dropout=0.0)
    taught = task.taught_model(settings, len(run.vocabulary), run.outputs)
    set_weights(taught, run.weights)
    inputs, targets = stream_of(run, 12)
    (table,) = context_table(run, inputs, targets, carried_costs(run, inputs, targets))
    places = [place for place in range(len(targets)) if place >= max(CONTEXTS) - 1]
    assert list(table.rows) == [*(str(length) for length in CONTEXTS), CARRIED]
    carried = carried_costs(run, inputs, targets)[places].mean()
    assert table.records()[-1]["cross_entropy"] == pytest.approx(float(carried), rel=1e-5)
    for length, row in zip(CONTEXTS, table.records()):
        contexts = np.stack([inputs[place + 1 - length : place + 1] for place in places])
        says = np.asarray(keras.ops.convert_to_numpy(taught(contexts)))
        cost = -np.log(says[np.arange(len(places)), targets[places]]).mean()
        assert row["cross_entropy"] == pytest.approx(float(cost), rel=1e-5)
        assert row["perplexity"] == pytest.approx(float(np.exp(cost)), rel=1e-4)
        assert row["n"] == len(places)


def test_its_interval_is_by_sentence(run):
    inputs, targets = stream_of(run, 12)
    (table,) = context_table(run, inputs, targets, carried_costs(run, inputs, targets))
    places = sample_places(len(targets))
    ends = np.flatnonzero(targets == EOS)
    sentences = [places[(places > before) & (places <= end)] for before, end in pairwise([-1, *ends])]
    sizes, before = np.array([len(own) for own in sentences if len(own)]), None
    for length, row in zip(CONTEXTS, table.records()):
        costs = [context_costs(run, inputs, targets, own, length) for own in sentences if len(own)]
        found = mean_interval(np.array([cost.sum() for cost in costs]), np.array([*map(len, costs)]))
        bounds = np.log([float(str(row[name])) for name in ("perplexity_low", "perplexity_high")])
        np.testing.assert_allclose(bounds, [found.low, found.high], rtol=1e-5)
        sums = np.array([cost.sum() for cost in costs])
        gains: list[Any] = [row[name] for name in ("gain", "gain_low", "gain_high")]
        if before is None:
            assert gains == [None] * 3
        else:  # the same sentences are drawn for both rows
            np.testing.assert_allclose(gains, mean_interval(before - sums, sizes), atol=1e-6)
        before = sums


def test_targets_are_evenly_spread_and_have_every_length_of_context_before_them():
    first = max(CONTEXTS) - 1
    assert sample_places(first).tolist() == []
    assert sample_places(first + 1).tolist() == [first]
    assert sample_places(first + 9).tolist() == list(range(first, first + 9))
    places = sample_places(73_760)
    assert len(places) == len(set(places.tolist())) == 6000
    assert (places[0], places[-1]) == (first, 73_759)
    assert set(np.diff(places).tolist()) == {12, 13}


def test_evaluate_shows_it_as_second_table_and_says_how_many_targets(run, cli):
    told = json.loads(cli("evaluate", "next-word-001", "--json").out)
    report = evaluate(run)
    titles = [table["title"] for table in told["tables"]]
    assert titles == ["model and baselines", "perplexity by context length"]
    assert told["tables"][1]["rows"] == report.comparisons[1].records()
    targets = len(stream_of(run, 40)[1]) - max(CONTEXTS) + 1
    assert {row["n"] for row in report.comparisons[1].records()} == {targets}


def test_a_text_that_is_shorter_than_the_longest_context_has_no_such_table(run):
    assert [table.title for table in evaluate(run, limit=1).comparisons] == ["model and baselines"]
