"""Linear probes: what one matrix reads from a state, and the controls that show what the number means.

A probe is scikit-learn's ridge classifier over standardized units, fitted on half of the sentences and
tested on the other half. It is quick, since it is solved rather than searched for. Beside its accuracy stand
the share of the commonest class, the same probe on an untrained model, and the control task of Hewitt & Liang
2019: each word of the vocabulary is given a class at random, as often as the true ones occur, and the class
of the current word is to be read. Selectivity is the accuracy less that of the control; below 0, the current
word's name is easier to read than what was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_lstm.analyses._targets import Target
from nlp_lstm.analyses.studies import Study
from nlp_lstm.errors import DataError
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.states.traces import Trace

RIDGE = 10.0  # penalty on the squared weights of standardized units
FEWEST_SENTENCES = 20


@dataclass(frozen=True)
class Halves:
    """The sentences to fit and to test on.

    Args:
        sentence: number of each word's sentence, `(words,)`.
        fitted: whether the word's sentence is one to fit on, `(words,)` bool.
    """

    sentence: np.ndarray
    fitted: np.ndarray


@dataclass(frozen=True)
class Reading:
    """How well a probe reads a target.

    Args:
        hits: whether each tested word was read right, `(tested words,)` bool.
        sentence: its sentence, `(tested words,)`.
        sentences: how many sentences there are in all.
    """

    hits: np.ndarray
    sentence: np.ndarray
    sentences: int

    @property
    def accuracy(self) -> float:
        """The share of hits, in [0, 1]."""
        return float(self.hits.mean())

    def per_sentence(self) -> tuple[np.ndarray, np.ndarray]:
        """Hits and tested words of each sentence, `(sentences,)` each."""
        hits = np.bincount(self.sentence, self.hits, self.sentences)
        return hits, np.bincount(self.sentence, minlength=self.sentences)

    def interval(self, seed: int = 0) -> Interval:
        """The accuracy with its 95 % interval by sentence."""
        hits, words = self.per_sentence()
        return mean_interval(hits[words > 0], words[words > 0], seed)


def halve(study: Study, seed: int = 0) -> Halves:
    """Split the sentences of a study at random.

    Raises:
        DataError: if there are fewer than 20.
    """
    count = len(study.examples)
    if count < FEWEST_SENTENCES:
        raise DataError(f"{count} sentences of {study.data}: a probe needs at least {FEWEST_SENTENCES}")
    first = np.random.default_rng(seed).permutation(count) < count // 2
    sentence = np.repeat(np.arange(count), [len(example.words) for example in study.examples])
    return Halves(sentence, first[sentence])


def features(traces: Sequence[Trace]) -> dict[str, np.ndarray]:
    """Return what is read from, `(words, numbers)` each: the inputs, and the states that the cell has."""
    found = {"inputs": np.concatenate([trace.inputs for trace in traces])}
    for state in ("hidden_state", "cell_state"):
        if state in traces[0].parts:
            found[state] = np.concatenate([trace.parts[state] for trace in traces])
    if "cell_state" in found:
        found["tanh_cell_state"] = np.tanh(found["cell_state"])
    return found


def read_target(values: np.ndarray, target: Target, halves: Halves) -> Reading:
    """Fit a probe on one half and test it on the other.

    Args:
        values: what to read from, `(words, numbers)`.
        target: what to read.
        halves: which sentences to fit on.

    Raises:
        DataError: if the half to fit on has fewer than two of the target's classes.
    """
    asked = target.classes >= 0
    tested = asked & ~halves.fitted
    hits = read_classes(values, target, halves, values[tested]) == target.classes[tested]
    return Reading(hits, halves.sentence[tested], int(halves.sentence.max()) + 1)


def read_classes(values: np.ndarray, target: Target, halves: Halves, shown: np.ndarray) -> np.ndarray:
    """What a probe fitted on one half reads from the values that it is shown; see `read_target`."""
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fitted = (target.classes >= 0) & halves.fitted
    if len(np.unique(target.classes[fitted])) < 2:
        raise DataError(f"{target.name}: fewer than two classes to tell apart, give more sentences")
    probe = make_pipeline(StandardScaler(), RidgeClassifier(alpha=RIDGE))
    probe.fit(values[fitted], target.classes[fitted])
    # OpenBLAS may flag an invalid value where all are finite, as scikit-learn has checked: numpy issue 24067
    with np.errstate(invalid="ignore"):
        return probe.predict(shown)


def majority(target: Target, halves: Halves) -> Reading:
    """Return how well the commonest class of the one half does on the other."""
    asked = target.classes >= 0
    commonest = np.bincount(target.classes[asked & halves.fitted]).argmax()
    tested = asked & ~halves.fitted
    return Reading(
        target.classes[tested] == commonest, halves.sentence[tested], int(halves.sentence.max()) + 1
    )


def control_target(study: Study, target: Target, seed: int = 0) -> Target:
    """Return a control task: a class for each word of the vocabulary, drawn as the true ones are spread."""
    asked = target.classes >= 0
    ids = np.concatenate([study.run.vocabulary.ids(example.words) for example in study.examples])
    random = np.random.default_rng(seed)
    drawn = random.choice(target.classes[asked], len(study.run.vocabulary))
    return Target(f"control of {target.name}", np.where(asked, drawn[ids], -1), target.class_names)
