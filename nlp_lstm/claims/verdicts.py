"""verdict(): each claim about hidden and cell state, measured, and judged by a written rule."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses.comparing import facts_of, make_studies
from nlp_lstm.analyses.decode import NARROW
from nlp_lstm.analyses.studies import Study
from nlp_lstm.claims import FAILS, HOLDS, IN_PART, UNKNOWN, Claim, Finding, Measured
from nlp_lstm.claims.page import CLAIMS
from nlp_lstm.corpora import SPLITS
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.registry import match_name
from nlp_lstm.report import Comparison, Report
from nlp_lstm.report.markup import count
from nlp_lstm.report.progress import ShareReport, part, tell, track
from nlp_lstm.store.run import Run

COUNTED = {
    HOLDS: "hold",
    IN_PART: "hold in part",
    FAILS: "do not hold",
    UNKNOWN: "need more data to be judged",
}


def verdict(
    runs: Sequence[Run | str | Path] | Run | str | Path = (),
    data: str | None = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
    report: ShareReport | None = None,
    **reading: Any,
) -> Report:
    """Judge what is said about hidden and cell state by what was measured of trained models.

    Args:
        runs, data, split, limit, seed: as `compare` takes them.
        report: called with the share that is done, in [0, 1], as it grows.
        **reading: how files are read, as `train` takes it; else as each run read its own.

    Returns:
        A report with a page of tables: first all claims with their outcomes, "holds", "holds in part", "does
        not hold" or "not enough data"; then what each rests on, with intervals, controls and its rule.

    Raises:
        UsageError: if a run has no cell state.
        DataError: if the corpus has no words.
        MissingInputError: if there is no run, or not the corpus that was asked for.
    """
    with tell(report), threadpool_limits(1):  # as in `compare`
        with part(0.05):
            studies = make_studies(runs, data, split, limit, seed, reading)
        _require_cell_states(studies)
        measured, efforts = Measured(studies, seed), [claim.effort for claim in CLAIMS]
        found = [_judge(claim, measured) for claim in track(CLAIMS, efforts)]
    numbers = [str(number) for number in range(1, len(CLAIMS) + 1)]
    page = Comparison(
        "verdict",
        numbers,
        ("verdict", "what_is_said"),
        [(finding.outcome, claim.statement) for claim, finding in zip(CLAIMS, found)],
        "claim",
        "each claim is judged by its rule below; a claim about several layers holds if it holds in all of "
        "them, in part if it holds in some; if the interval of a difference includes 0 and is wider than "
        f"± {NARROW:g}, there is not enough data; intervals are 95 %, by sentence; untrained: the same "
        "measured on the model before training; claims about gradients, counting, width and depth rest on "
        "trainings of their own, measured once, with intervals over seeds",
        "claims",
        see=_see(found),
    )
    tables = [_evidence(number, claim, finding) for number, claim, finding in zip(numbers, CLAIMS, found)]
    read = facts_of(studies)
    facts = {"split": match_name("split", split, SPLITS), **read}
    return Report((page, *tables), facts=facts, title=f"verdict: {', '.join(read)}")


def _require_cell_states(studies: Sequence[Study]) -> None:
    """Raise a UsageError for a run without a cell state."""
    for study in studies:
        if study.run.settings.cell != "lstm":
            raise UsageError(
                f"{study.run.name} is a {study.run.settings.cell}, which has no cell state to compare: "
                "train one with --cell lstm"
            )


def _judge(claim: Claim, measured: Measured) -> Finding:
    """What a claim comes to; too little data is an outcome, too."""
    try:
        return claim.judge(measured)
    except DataError as error:
        return Finding(UNKNOWN, [], str(error))


def _see(findings: Sequence[Finding]) -> str:
    """How many claims came to what."""
    outcomes = [finding.outcome for finding in findings]
    told = [f"{outcomes.count(one)} {words}" for one, words in COUNTED.items() if one in outcomes]
    return f"Of {count(len(outcomes), 'claim')}, {', '.join(told)}."


def _evidence(number: str, claim: Claim, finding: Finding) -> Comparison:
    """The table of what a claim's outcome rests on."""
    shown = [place for place in range(1, 5) if any(one[place] is not None for one in finding.evidence)]
    columns = [("value", "low", "high", "untrained")[place - 1] for place in shown]
    return Comparison(
        f"{number}. {claim.statement} {finding.outcome.upper()}",
        [one.what for one in finding.evidence],
        columns,
        [tuple(one[place] for place in shown) for one in finding.evidence],
        "measured",
        f"rule: {claim.rule}",
        "intervals"
        if {"value"} <= {*columns} and not any(isinstance(one.value, str) for one in finding.evidence)
        else "",
        see=f"Nothing was measured: {finding.why}." if finding.why else "",
        unit=claim.unit,
    )
