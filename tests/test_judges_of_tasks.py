"""The judges of claims about tasks and patching, on made-up evidence; what a verdict says of a finding."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from nlp_lstm import claims
from nlp_lstm.analyses.influence import FEWEST
from nlp_lstm.analyses.meaning import Meaning
from nlp_lstm.claims import (
    FAILS,
    HOLDS,
    IN_PART,
    UNKNOWN,
    Claim,
    Evidence,
    Finding,
    Measured,
    meanings,
    patching,
    verdicts,
)
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.models.cells import CELLS


def span(low: float, high: float) -> Interval:
    """An interval whose mean is in the middle."""
    return Interval(*map(np.asarray, ((low + high) / 2, low, high)))


def study(name: str, predicts: str, **more: Any) -> Any:
    """A run's study of two layers."""
    run = SimpleNamespace(name=name, predicts=predicts, **more)
    return SimpleNamespace(run=run, untrained=f"untrained {name}", traces={"layer_1": [], "layer_2": []})


# Claims about tasks: (current word, next word) in the tagger and in the predictor

LOW, MIDDLE, HIGH = (0.1, 0.2), (0.2, 0.3), (0.31, 0.4)


@pytest.mark.parametrize(
    ("tagger", "predictor", "outcome"),
    [
        ((HIGH, MIDDLE), (MIDDLE, HIGH), HOLDS),
        ((HIGH, LOW), (LOW, HIGH), HOLDS),
        ((MIDDLE, LOW), (LOW, HIGH), IN_PART),  # in the tagger they touch
        ((HIGH, MIDDLE), (LOW, MIDDLE), FAILS),  # in the predictor they touch
        ((LOW, MIDDLE), (LOW, HIGH), IN_PART),
        ((LOW, MIDDLE), (HIGH, HIGH), IN_PART),  # the next word is no easier, but easier than in the tagger
        ((LOW, MIDDLE), (HIGH, MIDDLE), FAILS),
        ((LOW, MIDDLE), (LOW, (0.3, 0.4)), FAILS),  # touches the tagger's
        ((LOW, HIGH), (LOW, HIGH), FAILS),
        ((MIDDLE, MIDDLE), (HIGH, LOW), FAILS),
    ],
)
def test_what_is_easier_to_read_depends_on_the_task(monkeypatch, tagger, predictor, outcome):
    def measure(one: Any, seed: int) -> dict[str, Meaning]:
        current, following = tagger if one.run.predicts == "labels" else predictor
        found = Meaning(span(*current), span(*following), 0.05, 0.06)
        wrong = Meaning(span(9, 9), span(0, 0), 0, 0)
        return {"layer_2 hidden_state": found, "layer_1 hidden_state": wrong, "layer_2 cell_state": wrong}

    monkeypatch.setattr(meanings, "measure_meaning", measure)
    found = meanings.judge_task(Measured([study("a", "labels"), study("b", "words")]))
    assert found.outcome == outcome
    (low, high), _ = tagger
    assert found.evidence[0] == Evidence("a, layer_2, current word", (low + high) / 2, low, high, 0.05)
    assert [one.what for one in found.evidence[1:]] == [
        *("a, layer_2, next word", "b, layer_2, current word", "b, layer_2, next word")
    ]
    assert found.evidence[3].untrained == 0.06


@pytest.mark.parametrize("predicts", ["labels", "words"])
def test_one_task_alone_does_not_tell_what_depends_on_it(monkeypatch, predicts):
    found = Meaning(span(*HIGH), span(*LOW), 0, 0)
    monkeypatch.setattr(meanings, "measure_meaning", lambda study, seed: {"layer_2 hidden_state": found})
    judged = meanings.judge_task(Measured([study("a", predicts), study("b", predicts)]))
    assert judged.outcome == UNKNOWN
    assert len(judged.evidence) == 4


@pytest.mark.parametrize(
    ("tagger", "predictor", "outcome"),
    [
        ("is", "blue", HOLDS),
        ("is", "is", IN_PART),
        ("blue", "blue", IN_PART),
        ("sky", "is", FAILS),
        ("blue", "is", FAILS),  # each what the other should read
        (None, "blue", UNKNOWN),
        ("is", None, UNKNOWN),
    ],
)
def test_the_article_is_read_at_its_third_word(monkeypatch, tagger, predictor, outcome):
    def read(one: Any, text: str, seed: int) -> dict[str, list[str | None]]:
        said = (
            {"current": tagger, "next": "no"}
            if one.run.predicts == "labels"
            else {"current": "no", "next": predictor}
        )
        return {f"{about}_from_hidden_state": ["no", "no", word, "no"] for about, word in said.items()}

    monkeypatch.setattr(meanings, "read_sentence", read)
    monkeypatch.setattr(
        meanings, "encode", lambda run, text: SimpleNamespace(words=["the", "sky", "is", "blue", ","])
    )
    found = meanings.judge_article(Measured([study("a", "labels"), study("b", "words")]))
    assert found.outcome == outcome
    assert found.evidence == [
        Evidence("a, current word, should be is", tagger),
        Evidence("b, next word, should be blue", predictor),
    ]


# Claims about patching: (cell state, hidden state) at each word between the changed one and the last


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ([((0.51, 0.9), (0.1, 0.49))], HOLDS),
        ([((0.5, 0.9), (0.1, 0.4))], FAILS),  # touching one half is not above it
        ([((0.6, 0.9), (0.1, 0.5))], FAILS),
        ([((0.6, 0.9), (0.4, 0.6))], FAILS),
        ([((0.1, 0.4), (0.6, 0.9))], FAILS),
        ([((0.6, 0.9), (0.1, 0.4)), ((0.51, 0.6), (0.2, 0.49))], HOLDS),
        ([((0.6, 0.9), (0.1, 0.4)), ((0.6, 0.9), (0.1, 0.6))], IN_PART),
        ([((0.4, 0.9), (0.1, 0.4)), ((0.6, 0.9), (0.1, 0.4))], IN_PART),
    ],
)
@pytest.mark.parametrize("predicts", ["labels", "words"])
def test_what_is_carried_moves_with_the_cell_state(monkeypatch, predicts, words, outcome):
    parts = CELLS.get("lstm").parts

    def shares(of: Any) -> Interval:
        ends = np.full((3, 2, len(parts), len(words) + 2), 0.5)  # at the changed word and the last: no matter
        for number, bounds in enumerate(words, start=1):
            for part, (low, high) in zip(("cell_state", "hidden_state"), bounds, strict=True):
                ends[:, -1, parts.index(part), number] = (low + high) / 2, low, high
        return Interval(*(ends if of != "untrained a" else ends * 0))

    monkeypatch.setattr(patching, "built_in", lambda run: [f"pairs for {run.name}"])
    monkeypatch.setattr(
        patching,
        "measure_moves",
        lambda run, pairs: {"pairs for a": SimpleNamespace(shares=lambda seed: {7: shares(run)}[seed])}[
            pairs[0]
        ],
    )
    other = study("b", {"labels": "words", "words": "labels"}[predicts])
    found = patching.judge_carried(predicts)(Measured([other, study("a", predicts)], seed=7))
    assert found.outcome == outcome
    assert len(found.evidence) == 2 * len(words)
    (low, high), (hidden_low, hidden_high) = words[0]
    assert found.evidence[:2] == [
        Evidence("a, cell_state, 1 word later", (low + high) / 2, low, high, 0),
        Evidence("a, hidden_state, 1 word later", (hidden_low + hidden_high) / 2, hidden_low, hidden_high, 0),
    ]
    assert patching.judge_carried(predicts)(Measured([other])) == Finding(UNKNOWN, [])


# What was measured, and what a verdict makes of it


def test_each_thing_is_measured_of_every_layer_trained_and_untrained(monkeypatch):
    one: Any = SimpleNamespace(
        run=SimpleNamespace(name="a"),
        untrained="u",
        traces={"layer_1": "t1", "layer_2": "t2"},
        untrained_traces={"layer_1": "u1", "layer_2": "u2"},
        examples=[None] * FEWEST,
    )
    monkeypatch.setattr(
        claims,
        "measure_influence",
        lambda run, traces, seed: {layer: (traces[layer], seed) for layer in traces},
    )
    monkeypatch.setattr(claims, "measure_reach", lambda study, layer, seed: (layer, seed))
    monkeypatch.setattr(claims, "measure_writes", lambda traces: f"writes of {traces}")
    measured = Measured([one], seed=3)
    assert measured.influence == {"a, layer_1": (("t1", 3), ("u1", 3)), "a, layer_2": (("t2", 3), ("u2", 3))}
    assert measured.reach == {"a, layer_1": ("layer_1", 3), "a, layer_2": ("layer_2", 3)}
    assert measured.writes == {
        "a, layer_1": ("writes of t1", "writes of u1"),
        "a, layer_2": ("writes of t2", "writes of u2"),
    }
    few: Any = SimpleNamespace(examples=[None] * 29, data="text:x", traces={})
    with pytest.raises(DataError, match="29 sentences of text:x: at least 30 are needed"):
        _ = Measured([few]).writes


@pytest.fixture
def judged(monkeypatch) -> Any:
    """A function that takes findings or errors, one per claim, and returns the verdict."""

    def judge(*findings: Finding | Exception) -> Any:
        def answer(finding: Finding | Exception) -> Finding:
            if isinstance(finding, Exception):
                raise finding
            return finding

        made = [
            Claim(f"Claim {number}.", f"rule {number}", lambda _, one=one: answer(one), unit="share")
            for number, one in enumerate(findings, start=1)
        ]
        read = study("a", "labels", settings=SimpleNamespace(cell="lstm"))
        monkeypatch.setattr(verdicts, "CLAIMS", made)
        monkeypatch.setattr(verdicts, "make_studies", lambda *_: [read])
        monkeypatch.setattr(verdicts, "facts_of", lambda studies: {one.run.name: "mini" for one in studies})
        return verdicts.verdict()

    return judge


def test_a_verdict_lists_every_claim_and_what_it_rests_on(judged):
    bounds = Finding(HOLDS, [Evidence("a", 0.3, 0.2, 0.4, 0.1), Evidence("b", 0.5, 0.4, 0.6)])
    words = Finding(IN_PART, [Evidence("a", "blue"), Evidence("b", None)])
    report = judged(bounds, words, DataError("5 sentences"), Finding(FAILS, [Evidence("a", 2, untrained=1)]))
    page, first, second, third, fourth = report.comparisons
    assert [row["verdict"] for row in page.records()] == [HOLDS, IN_PART, UNKNOWN, FAILS]
    assert [row["what_is_said"] for row in page.records()] == [f"Claim {number}." for number in range(1, 5)]
    assert (list(page.rows), page.chart) == (["1", "2", "3", "4"], "claims")
    assert page.see == "Of 4 claims, 1 hold, 1 hold in part, 1 do not hold, 1 need more data to be judged."
    assert first.title == "1. Claim 1. HOLDS"
    assert (tuple(first.columns), first.chart) == (("value", "low", "high", "untrained"), "intervals")
    assert first.values == [(0.3, 0.2, 0.4, 0.1), (0.5, 0.4, 0.6, None)]
    assert (first.meaning, first.unit, first.see) == ("rule: rule 1", "share", "")
    assert (tuple(second.columns), second.chart) == (("value",), "")  # a word is no dot on an axis
    assert (third.title, third.see) == ("3. Claim 3. NOT ENOUGH DATA", "Nothing was measured: 5 sentences.")
    assert (len(third.rows), third.chart) == (0, "")
    assert fourth.values == [(2, 1)]
    assert (report.facts, report.title) == ({"split": "validation", "a": "mini"}, "verdict: a")
    assert (page.title, page.row_kind, first.row_kind) == ("verdict", "claim", "measured")
    assert "if the interval of a difference includes 0 and is wider than ± 0.02" in page.meaning


def test_a_verdict_reads_what_it_is_asked_to_and_tells_how_far_it_is(monkeypatch):
    read, asked, measured, shares = study("a", "labels", settings=SimpleNamespace(cell="lstm")), [], [], []

    def judge(one: Measured) -> Finding:
        threads = [pool["num_threads"] for pool in threadpool_info()]
        measured.append((one.studies, one.seed, set(threads), shares[-1]))
        return Finding(HOLDS, [])

    monkeypatch.setattr(verdicts, "CLAIMS", [Claim("One.", "rule", judge, 3), Claim("Two.", "rule", judge)])
    monkeypatch.setattr(verdicts, "make_studies", lambda *given: asked.append(given) or [read])
    monkeypatch.setattr(verdicts, "facts_of", lambda studies: {})
    report = verdicts.verdict(["b"], "mini", "TEST", 9, 3, shares.append, encoding="latin-1")
    assert asked == [(["b"], "mini", "TEST", 9, 3, {"encoding": "latin-1"})]
    assert report.facts == {"split": "test"}
    (*first, begun), (*second, half) = measured
    assert first == second == [[read], 3, {1}]
    assert (begun, half) == (pytest.approx(0.05), pytest.approx(0.05 + 0.95 * 3 / 4))
    assert shares[-1] == pytest.approx(1)
    verdicts.verdict()
    assert asked[-1] == ((), None, "validation", None, 0, {})
    assert (measured[-1][1], Measured(()).seed) == (0, 0)


def test_a_run_without_a_cell_state_is_not_judged():
    with pytest.raises(UsageError, match="a is a gru, which has no cell state to compare"):
        verdicts._require_cell_states([study("a", "labels", settings=SimpleNamespace(cell="gru"))])
