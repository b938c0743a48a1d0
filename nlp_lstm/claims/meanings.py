"""Claims about what the hidden state means, by task."""

from nlp_lstm.analyses.meaning import ARTICLE, Meaning, measure_meaning, read_sentence
from nlp_lstm.claims import (
    FAILS,
    HOLDS,
    IN_PART,
    UNKNOWN,
    Evidence,
    Finding,
    Measured,
    evidence_of,
    outcome_of,
)
from nlp_lstm.store.reading import encode

THIRD = 2  # the article's third word, from 0


def judge_task(measured: Measured) -> Finding:
    """Ask which word is easier to read from the hidden state of each task's last layer."""
    evidence: list[Evidence] = []
    found: dict[str, Meaning] = {}
    for study in measured.studies:
        last = list(study.traces)[-1]
        one = measure_meaning(study, measured.seed)[f"{last} hidden_state"]
        found.setdefault(study.run.predicts, one)
        name = f"{study.run.name}, {last}"
        evidence.append(evidence_of(f"{name}, current word", one.current, one.untrained_current))
        evidence.append(evidence_of(f"{name}, next word", one.following, one.untrained_following))
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
        words = encode(study.run, ARTICLE).words
        wanted = words[THIRD] if about == "current" else words[THIRD + 1]
        read = read_sentence(study, ARTICLE, measured.seed)[f"{about}_from_hidden_state"][THIRD]
        evidence.append(Evidence(f"{study.run.name}, {about} word, should be {wanted}", read))
        right.append(None if read is None else read == wanted)
    known = [hit for hit in right if hit is not None]
    return Finding(UNKNOWN if len(known) < len(right) else outcome_of(known), evidence)
