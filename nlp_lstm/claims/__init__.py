"""Studies -> findings: common claims about hidden and cell state, each judged by a rule.

`page` lists the claims, which are those that articles on LSTMs repeat, each with its rule, the same for
every run. The other modules judge. They look at 95 % intervals alone; what is judged of several layers
holds if it is so in all of them, in part if it is so in some, and not if in none. Where an interval holds 0
and is wider than ± 0.02, there is not enough data.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from nlp_lstm.analyses.decode import NARROW, Interval, Reach, measure_reach
from nlp_lstm.analyses.influence import FEWEST, Influence, measure_influence
from nlp_lstm.analyses.memory import Writes, measure_writes
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import DataError
from nlp_lstm.report.progress import part, track

HOLDS, IN_PART, FAILS, UNKNOWN = "holds", "holds in part", "does not hold", "not enough data"


class Evidence(NamedTuple):
    """One thing that was measured, with its 95 % interval and the same of the untrained model."""

    what: str
    value: float | str | None
    low: float | None = None
    high: float | None = None
    untrained: float | None = None


class Finding(NamedTuple):
    """What a claim came to: one of the four outcomes, and what it rests on."""

    outcome: str
    evidence: list[Evidence]
    why: str = ""  # there is no evidence


class Measured:
    """What several claims rest on, measured once, when it is first asked for.

    Args:
        studies: LSTM runs.
        seed: draws what is drawn.
    """

    def __init__(self, studies: Sequence[Study], seed: int = 0):
        self.studies, self.seed = studies, seed

    @cached_property
    def influence(self) -> dict[str, tuple[Influence, Influence]]:
        """Run and layer -> influence in the trained and in the untrained model."""
        found = {}
        for study in track(self.studies):
            with part(0.5):
                trained = measure_influence(study.run, study.traces, self.seed)
            untrained = measure_influence(study.untrained, study.untrained_traces, self.seed)
            found |= {f"{study.run.name}, {layer}": (trained[layer], untrained[layer]) for layer in trained}
        return found

    @cached_property
    def reach(self) -> dict[str, Reach]:
        """Run and layer -> how far back words can be read."""
        return {
            f"{study.run.name}, {layer}": measure_reach(study, layer, self.seed)
            for study in track(self.studies)
            for layer in track(study.traces)
        }

    @cached_property
    def writes(self) -> dict[str, tuple[Writes, Writes]]:
        """Run and layer -> what words wrote of the memory of the trained and of the untrained model."""
        found = {}
        for study in track(self.studies):
            if len(study.examples) < FEWEST:
                raise DataError(
                    f"{len(study.examples)} sentences of {study.data}: at least {FEWEST} are needed"
                )
            for layer, traces in track(study.traces.items()):
                untrained = measure_writes(study.untrained_traces[layer])
                found[f"{study.run.name}, {layer}"] = (measure_writes(traces), untrained)
        return found


@dataclass(frozen=True)
class Claim:
    """Something that is said.

    Args:
        statement: in a sentence.
        rule: when it holds, in words.
        judge: it may raise `DataError` where there is not enough data.
        unit: what the numbers are that it rests on, for an axis.
        effort: how long it takes beside the others, for those who wait.
    """

    statement: str
    rule: str
    judge: Callable[[Measured], Finding]
    effort: float = 1
    unit: str = ""


def is_above(found: Interval) -> bool | None:
    """Return whether a difference is above 0; None where its interval is too wide to say.

    Example:
        >>> is_above(Interval(0.3, 0.2, 0.4)), is_above(Interval(0.0, -0.01, 0.01))
        (True, False)
        >>> is_above(Interval(0.0, -0.1, 0.1)) is None
        True
    """
    if found.low > 0:
        return True
    return None if found.high > 0 and found.high - found.low > 2 * NARROW else False


def outcome_of(layers: Iterable[bool | None]) -> str:
    """Return the outcome of what is so in some layers; None is a layer of which too little is known.

    Example:
        >>> outcome_of([True, True]), outcome_of([True, False]), outcome_of([False]), outcome_of([True, None])
        ('holds', 'holds in part', 'does not hold', 'not enough data')
    """
    found = list(layers)
    if None in found:
        return UNKNOWN
    return HOLDS if all(found) else IN_PART if any(found) else FAILS


def evidence_of(what: str, found: Interval, untrained: Any) -> Evidence:
    """Evidence from an interval."""
    return Evidence(what, float(found.mean), float(found.low), float(found.high), float(untrained))
