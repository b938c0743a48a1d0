"""Claims about where something is kept, judged by what moves the answer: causal patching."""

from collections.abc import Callable

from nlp_lstm.analyses.moves import measure_moves
from nlp_lstm.analyses.sentence_pairs import built_in
from nlp_lstm.claims import UNKNOWN, Evidence, Finding, Measured, evidence_of, outcome_of
from nlp_lstm.evaluation.intervals import Interval
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report.markup import count

HALF = 0.5  # of the difference between two sentences
CELL_STATE, HIDDEN_STATE = (CELLS.get("lstm").parts.index(state) for state in ("cell_state", "hidden_state"))


def judge_carried(predicts: str) -> Callable[[Measured], Finding]:
    """Return the judge of what is carried by the runs that predict "words" or "labels"."""

    def judge(measured: Measured) -> Finding:
        """Compare what moves with the states of the last layer between the changed word and the last."""
        evidence: list[Evidence] = []
        carried: list[bool | None] = []
        for study in measured.studies:
            if study.run.predicts != predicts:
                continue
            pairs = built_in(study.run)
            trained, untrained = (
                measure_moves(run, pairs).shares(measured.seed) for run in (study.run, study.untrained)
            )
            for word in range(1, trained.mean.shape[2] - 1):
                found = {}
                for name, part in (("cell_state", CELL_STATE), ("hidden_state", HIDDEN_STATE)):
                    place = -1, part, word
                    found[name] = Interval(trained.mean[place], trained.low[place], trained.high[place])
                    what = f"{study.run.name}, {name}, {count(word, 'word')} later"
                    evidence.append(evidence_of(what, found[name], untrained.mean[place]))
                carried.append(_is_carried(found["cell_state"], found["hidden_state"]))
        return Finding(outcome_of(carried) if carried else UNKNOWN, evidence)

    return judge


def _is_carried(cell_state: Interval, hidden_state: Interval) -> bool:
    """Whether most moves with the cell state, and less than half with the hidden state."""
    return bool(cell_state.low > HALF and hidden_state.high < HALF)
