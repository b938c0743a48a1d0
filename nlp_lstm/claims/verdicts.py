"""verdict(): each claim about hidden and cell state, measured, and judged by a written rule."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from nlp_lstm.analyses.comparing import facts_of, make_studies
from nlp_lstm.analyses.decode import NARROW
from nlp_lstm.claims import UNKNOWN, Claim, Finding, Measured
from nlp_lstm.claims.page import CLAIMS
from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.store.run import Run


def verdict(
    runs: Sequence[Run | str | Path] | Run | str | Path = (),
    data: str | None = None,
    split: str = "validation",
    limit: int | None = None,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
    **reading: Any,
) -> Report:
    """Judge what is said about hidden and cell state by what was measured of trained models.

    Args:
        runs, data, split, limit, seed: as `compare` takes them.
        report: called with each claim before it is measured.
        **reading: how files are read, as `train` takes it; else as each run read its own.

    Returns:
        A report with a page of tables: first all claims with their outcomes, "holds", "holds in part", "does
        not hold" or "not enough data"; then what each rests on, with intervals, controls and its rule.

    Raises:
        UsageError: if a run has no cell state.
        DataError: if the corpus has no words.
        MissingInputError: if there is no run, or not the corpus that was asked for.
    """
    studies = make_studies(runs, data, split, limit, seed, reading)
    for study in studies:
        if study.run.settings.cell != "lstm":
            raise UsageError(
                f"{study.run.name} is a {study.run.settings.cell}, which has no cell state to compare: "
                "train one with --cell lstm"
            )
    found, measured = [], Measured(studies, seed)
    for claim in CLAIMS:
        if report:
            report(claim.statement)
        with threadpool_limits(1):  # as in `compare`
            found.append(_judge(claim, measured))
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
        "measured on the model before training",
    )
    tables = [_evidence(number, claim, finding) for number, claim, finding in zip(numbers, CLAIMS, found)]
    return Report((page, *tables), facts={"split": split, **facts_of(studies)})


def _judge(claim: Claim, measured: Measured) -> Finding:
    """What a claim comes to; too little data is an outcome, too."""
    try:
        return claim.judge(measured)
    except DataError:
        return Finding(UNKNOWN, [])


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
    )
