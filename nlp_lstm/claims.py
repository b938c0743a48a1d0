"""What is said about hidden and cell state, each claim with the rule by which a measurement decides it.

The claims are those that articles on LSTMs repeat. A rule is written down here before anything is measured,
and judges by 95 % intervals alone; what is judged of several layers holds if it is so in all of them, in
part if it is so in some, and not if in none. To add a claim, add a function and an entry of `CLAIMS`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nlp_lstm.analyses.decode import Interval, Reach, measure_reach
from nlp_lstm.analyses.influence import Influence, measure_influence
from nlp_lstm.analyses.meaning import ARTICLE, Meaning, measure_meaning, read_sentence
from nlp_lstm.studies import Study, read_sentences

HOLDS, IN_PART, FAILS, UNKNOWN = "holds", "holds in part", "does not hold", "not enough data"
FAR = 10  # words back
BEGINNINGS = 100  # sentences of which the first half is read alone
SAME = 1e-5  # numbers closer than this are the same but for rounding
THIRD = 2  # the article's third word, from 0


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
        for study in self.studies:
            trained = measure_influence(study.run, study.traces, self.seed)
            untrained = measure_influence(study.untrained, study.untrained_traces, self.seed)
            found |= {f"{study.run.name}, {layer}": (trained[layer], untrained[layer]) for layer in trained}
        return found

    @cached_property
    def reach(self) -> dict[str, Reach]:
        """Run and layer -> how far back words can be read."""
        return {
            f"{study.run.name}, {layer}": measure_reach(study, layer, self.seed)
            for study in self.studies
            for layer in study.traces
        }


@dataclass(frozen=True)
class Claim:
    """Something that is said.

    Args:
        statement: in a sentence.
        rule: when it holds, in words.
        judge: it may raise `DataError` where there is not enough data.
    """

    statement: str
    rule: str
    judge: Callable[[Measured], Finding]


def judge_latest_word(measured: Measured) -> Finding:
    """Compare the share of the latest word in all influence between the states."""
    evidence, apart = [], []
    for layer, (trained, untrained) in measured.influence.items():
        shares, before = trained.latest_share(measured.seed), untrained.latest_share(measured.seed)
        evidence += [_measured(f"{layer}, {name}", shares[name], before[name].mean) for name in shares]
        apart.append(bool(shares["difference"].low > 0))
    return Finding(outcome_of(apart), evidence)


def judge_words_before(measured: Measured) -> Finding:
    """Compare how well the words before are read from the states."""
    evidence, apart = [], []
    for layer, reach in measured.reach.items():
        for name, found in reach.accuracy.items():
            evidence.append(_measured(f"{layer}, {name}", found, reach.untrained[name].mean))
        apart.append(bool(reach.accuracy["difference"].low > 0))
    return Finding(outcome_of(apart), evidence)


def judge_everything_so_far(measured: Measured) -> Finding:
    """Look how many words back all are read better than by naming the commonest."""
    evidence = [
        Evidence(f"{layer}, {state}", words, untrained=reach.untrained_farthest[state])
        for layer, reach in measured.reach.items()
        for state, words in reach.farthest.items()
    ]
    farthest = [reach.farthest["cell_state"] for reach in measured.reach.values()]
    return Finding(HOLDS if min(farthest) >= FAR else IN_PART if max(farthest) else FAILS, evidence)


def judge_task(measured: Measured) -> Finding:
    """Ask which word is easier to read from the hidden state of each task's last layer."""
    evidence: list[Evidence] = []
    found: dict[str, Meaning] = {}
    for study in measured.studies:
        last = list(study.traces)[-1]
        one = measure_meaning(study, measured.seed)[f"{last} hidden_state"]
        found.setdefault(study.run.predicts, one)
        name = f"{study.run.name}, {last}"
        evidence.append(_measured(f"{name}, current word", one.current, one.untrained_current))
        evidence.append(_measured(f"{name}, next word", one.following, one.untrained_following))
    if set(found) != {"labels", "words"}:
        return Finding(UNKNOWN, evidence)
    tagger, predictor = found["labels"], found["words"]
    if tagger.easier == "current" and predictor.easier == "next":
        return Finding(HOLDS, evidence)
    return Finding(IN_PART if predictor.following.low > tagger.following.high else FAILS, evidence)


def judge_article(measured: Measured) -> Finding:
    """Read the article's own sentence at its third word."""
    evidence, right = [], []
    for study in measured.studies:
        about = "current" if study.run.predicts == "labels" else "next"
        words = study.run.vocabulary.encode(ARTICLE).words
        wanted = words[THIRD] if about == "current" else words[THIRD + 1]
        read = read_sentence(study, ARTICLE, measured.seed)[f"{about}_from_hidden_state"][THIRD]
        evidence.append(Evidence(f"{study.run.name}, {about} word, should be {wanted}", read))
        right.append(None if read is None else read == wanted)
    known = [hit for hit in right if hit is not None]
    return Finding(UNKNOWN if len(known) < len(right) else outcome_of(known), evidence)


def judge_gates(measured: Measured) -> Finding:
    """Look for a gate above 1."""
    evidence, above = [], []
    for study in measured.studies:
        for layer, traces in study.traces.items():
            for part in ("input_gate", "forget_gate", "output_gate", "hidden_state", "cell_state"):
                largest = max(float(np.abs(trace.parts[part]).max()) for trace in traces)
                before = max(float(np.abs(one.parts[part]).max()) for one in study.untrained_traces[layer])
                what = f"{study.run.name}, {layer}, largest {part}"
                evidence.append(Evidence(what, largest, untrained=before))
                above += [largest > 1] if part.endswith("_gate") else []
    return Finding(HOLDS if any(above) else FAILS, evidence)


def judge_context(measured: Measured) -> Finding:
    """Read first halves of sentences alone, and look whether what follows had changed anything."""
    evidence, changed = [], []
    for study in measured.studies:
        examples = [example for example in study.examples if len(example.words) > 1][:BEGINNINGS]
        halves = [type(one)(one.words[: len(one.words) // 2]) for one in examples]
        layer = list(study.traces)[-1]
        alone = read_sentences(study.run, halves)[layer]
        whole = read_sentences(study.run, examples)[layer]
        gap = max(
            float(np.abs(one.parts["hidden_state"] - two.parts["hidden_state"][: len(one.words)]).max())
            for one, two in zip(alone, whole, strict=True)
        )
        evidence.append(Evidence(f"{study.run.name}, {layer}, largest change of a hidden state", gap))
        changed.append(gap > SAME)
    return Finding(outcome_of(changed), evidence)


def _measured(what: str, found: Interval, untrained: Any) -> Evidence:
    """Evidence from an interval."""
    return Evidence(what, float(found.mean), float(found.low), float(found.high), float(untrained))


def outcome_of(layers: Iterable[bool]) -> str:
    """Return the outcome of what is so in some layers.

    Example:
        >>> outcome_of([True, True]), outcome_of([True, False]), outcome_of([False])
        ('holds', 'holds in part', 'does not hold')
    """
    found = list(layers)
    return HOLDS if all(found) else IN_PART if any(found) else FAILS


CLAIMS = (
    Claim(
        "The hidden state is more concerned with the latest word than the cell state is.",
        "share of the latest word in the influence of all words on the state now; holds where that of the "
        "hidden state is larger, the interval of the difference above 0",
        judge_latest_word,
    ),
    Claim(
        "The cell state holds more of the words before than the hidden state does.",
        "accuracy of linear probes for the word 1 to 10 places back; holds where that from the cell state is "
        "higher, the interval of the difference above 0",
        judge_words_before,
    ),
    Claim(
        "The cell state is concerned with all the data so far.",
        "how many words back all are read by a linear probe better than by naming the commonest word; holds "
        "if that is 10, as far as is looked, from the cell state of every layer, in part if it is 1 of any",
        judge_everything_so_far,
    ),
    Claim(
        "What the hidden state encodes depends on the task: the current word in a tagger, the next word in a "
        "predictor.",
        "accuracy of linear probes on the last layer; holds if the tagger's current word is easier and the "
        "predictor's next word, intervals apart; in part if only the next word is easier to read from the "
        "predictor than from the tagger",
        judge_task,
    ),
    Claim(
        "After “the sky is”, the tagger's hidden state encodes “is” and the predictor's “blue”.",
        "what linear probes of the last layer's hidden state read there; holds if both are read, in part if "
        "one is; not enough data where a word is too rare in the corpus to fit a probe",
        judge_article,
    ),
    Claim(
        "Gates amplify or diminish what passes.",
        "largest absolute value over the corpus; holds if a gate exceeds 1",
        judge_gates,
    ),
    Claim(
        "What the model says of a word is said in the context of the whole sentence.",
        "the first halves of sentences are read alone; holds if a hidden state differs from that in the "
        f"whole sentence by more than {SAME:g}",
        judge_context,
    ),
)
