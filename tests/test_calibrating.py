"""One temperature in the output layer: found as scipy finds it, and it changes no label."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from nlp_lstm.corpora import load_corpus
from nlp_lstm.errors import UsageError
from nlp_lstm.store.cards import write_card
from nlp_lstm.store.run import Run
from nlp_lstm.store.shipping import ship
from nlp_lstm.training.calibrating import (
    calibrate,
    calibration_error,
    find_temperature,
    fold_temperature,
    temper,
)
from nlp_lstm.training.shipping import measure_tagger


def drawn(temperature: float, words: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and targets that are drawn from their softmax at a temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (words, 5))
    shares = np.exp(logits / temperature)
    shares /= shares.sum(axis=1, keepdims=True)
    return logits, np.array([random.choice(5, p=row) for row in shares])


def cross_entropy(logits: np.ndarray, targets: np.ndarray, temperature: float) -> float:
    scaled = logits / temperature
    highest = scaled.max(axis=1)
    sums = np.log(np.exp(scaled - highest[:, None]).sum(axis=1)) + highest
    return float((sums - scaled[np.arange(len(targets)), targets]).mean())


@pytest.mark.parametrize("true", [0.3, 1.0, 2.5])
def test_the_temperature_is_the_one_that_scipy_finds(true):
    logits, targets = drawn(true)
    found: Any = minimize_scalar(
        lambda each: cross_entropy(logits, targets, each), bounds=(0.05, 20), method="bounded"
    )
    temperature = find_temperature(logits, targets)
    assert temperature == pytest.approx(found.x, rel=1e-4)
    assert temperature == pytest.approx(true, rel=0.1)
    assert cross_entropy(logits, targets, temperature) <= found.fun + 1e-12


def test_the_error_by_hand():
    # .9 and .8 lie in one of two bins, of which one answer is right; .4 in the other, and is wrong.
    probabilities = np.array([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.3, 0.4, 0.3]])
    error = calibration_error(probabilities, np.array([0, 1, 0]), bins=2)
    assert error == pytest.approx((abs(1.7 - 1) + abs(0.4 - 0)) / 3)
    assert calibration_error(np.eye(3), np.arange(3)) == 0


def test_it_is_measured_on_sentences_that_it_was_not_found_on():
    logits, targets = drawn(3.0, words=6000)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows = np.split(np.arange(6000), 600)
    targets[::7] = -1
    found = calibrate([shares[row] for row in rows], [targets[row] for row in rows])
    assert found.words == (targets >= 0).sum()
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert found.before > 0.2
    assert max(found.after) < 0.05


def test_folded_weights_give_tempered_probabilities_and_the_same_labels():
    random = np.random.default_rng(0)
    weights = {
        "output/kernel": random.normal(size=(4, 3)).astype(np.float32),
        "output/bias": random.normal(size=3).astype(np.float32),
        "layer_1/bias": np.ones(2, np.float32),
    }
    folded = fold_temperature(weights, 1.7)
    hidden = random.normal(size=(50, 4)).astype(np.float32)
    before, after = (
        np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        for logits in (hidden @ each["output/kernel"] + each["output/bias"] for each in (weights, folded))
    )
    np.testing.assert_allclose(after, temper(before, 1.7), atol=1e-6)
    assert (before.argmax(axis=1) == after.argmax(axis=1)).all()
    assert folded["layer_1/bias"] is weights["layer_1/bias"]
    assert {values.dtype for values in folded.values()} == {np.dtype("float32")}


def test_tied_weights_cannot_take_a_temperature():
    with pytest.raises(UsageError, match="tie_weights"):
        fold_temperature({"output/bias": np.zeros(3)}, 2.0)


# what is measured of a tagger before it is shipped


@pytest.fixture
def measured(here: Path, new_run: Callable[..., Run]) -> Run:
    """A tagger with random weights, measured on a few sentences of `mini`, as if it was of the treebank."""
    run = new_run(Path("a"))
    run = replace(run, data={**run.data, "source": "sst-mixed:data/sst", "limit": None})
    return measure_tagger(run, load_corpus("mini", limit=60))


def test_a_tagger_is_measured_as_it_is_shipped(measured, here, new_run):
    told, before = measured.data["measured"], new_run(Path("b"))
    temperature = told["calibration"]["temperature"]
    half = (before.weights["output/kernel"] / temperature).astype(np.float16)
    np.testing.assert_array_equal(measured.weights["output/kernel"], half)
    assert told["calibration"]["words"] > told["calibration"]["sentences"] == 60
    assert {len(told[name]) for name in ("negations", "additions", "groups")} == {5, 8, 31}
    rows = [*told["negations"].values(), *told["additions"].values(), *told["groups"].values()]
    assert all(
        row["low"] <= row.get("wrong", row.get("changed", row.get("other"))) <= row["high"] for row in rows
    )
    again = measure_tagger(measured, load_corpus("mini", limit=60))
    assert again.data["measured"]["calibration"]["temperature"] == pytest.approx(1, abs=0.01)


def test_the_card_tells_what_was_measured(measured):
    card = write_card(measured, "sentiment-sst")
    told = measured.data["measured"]
    text = " ".join(card.split())
    assert f"divided by a temperature of {told['calibration']['temperature']:.3f}" in text
    assert f"negated negative {told['negations']['negated negative']['wrong']:.0%} (" in text
    assert f"a link behind {told['additions']['a link behind']['changed']:.0%} (" in text
    lowest = next(iter(told["groups"]))
    assert f"is from {told['groups'][lowest]['leaning']:+.2f} ({lowest}) to " in text
    assert "of nlp-lstm's own grammar `mini`" in text
    assert "not calibrated" not in text
    assert max(map(len, card.splitlines())) <= 110


def test_a_card_of_a_run_that_was_not_measured_says_less(measured):
    data = {name: value for name, value in measured.data.items() if name != "measured"}
    card = write_card(replace(measured, data={**data, "source": "sst:data/sst"}), "sentiment-sst")
    assert "- Its probabilities are not calibrated." in card
    assert "own grammar `mini`" not in card


def test_what_was_measured_is_saved_with_the_run(measured, here):
    small = ship(measured, "sentiment-sst", here / "shipped")
    assert small.data["measured"] == measured.data["measured"]
    assert (small.path / "card.md").read_text(encoding="utf-8") == write_card(small, "sentiment-sst")
