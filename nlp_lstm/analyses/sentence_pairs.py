"""Pairs of sentences that differ in one word, and the two outputs that it decides between.

Two lists are built in: for a model of next words the number of a noun, for a tagger a negation. A file of
your own has a pair a line.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.evaluation.frames import BEINGS, PHRASES, THINGS
from nlp_lstm.report.markup import count
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import UNK

FEWEST = 10  # pairs that a mean is worth
VERBS = (("were", "was"), ("are", "is"))  # the first two that a model knows
NOUNS, TENSES = ("film", "story", "book", "play"), ("is", "was")
PRAISE = ("funny", "good", "clever", "moving", "charming", "brilliant")


class SentencePair(NamedTuple):
    """Two sentences that differ in one word.

    Args:
        sentence: the one that is read.
        donor: the one whose states are put into it.
        outputs: what the donor's word speaks for, and what the sentence's own speaks for.
        alike: a sentence whose word is another one of the same kind as the sentence's own, the control; empty
            for none.
    """

    sentence: str
    donor: str
    outputs: tuple[str, str]
    alike: str = ""

    def turned(self) -> "SentencePair":
        """Return the pair with sentence and donor in each other's place."""
        return SentencePair(self.donor, self.sentence, (self.outputs[1], self.outputs[0]))


def built_in(run: Run) -> list[SentencePair]:
    """Return the pairs of a run's task whose words it knows.

    Raises:
        DataError: if it knows fewer than 10; says how to give others.
    """
    if run.predicts == "words":
        pairs = next((found for verbs in VERBS if (found := _known(run, _agreements(verbs)))), [])
    else:
        pairs = _known(run, _negations())
    if len(pairs) < FEWEST:
        raise DataError(
            f"{run.name} knows the words of {len(pairs)} of the pairs that are built in, and {FEWEST} are "
            "needed: give pairs of your own with --pairs FILE"
        )
    return pairs


def read_pairs(path: str | Path) -> list[SentencePair]:
    """Return the pairs of a file: sentence, donor, output of the donor, output of the sentence, parted by
    tabs.

    A fifth column, if any, is a sentence with another word of the sentence's own kind: the control.

    Raises:
        MissingInputError: if the file is not there.
        DataError: if a line is no pair, which is named, or there is none.
    """
    if not Path(path).is_file():  # what a device gives may never end
        raise MissingInputError(f"{path} is not there, or is no file: give --pairs the right path")
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 at byte {error.start}: convert it with iconv") from None
    lines = enumerate(text.split("\n"), start=1)  # no other sign parts lines, whatever a text holds
    pairs = [_parse(line, f"{path}, line {number}") for number, line in lines if line.strip()]
    if not pairs:
        raise DataError(f"{path} holds no pair: give sentence, donor and two outputs a line, parted by tabs")
    return pairs


def _parse(line: str, place: str) -> SentencePair:
    """The pair of a line."""
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) not in (4, 5) or not all(cells[:4]):
        raise DataError(
            f"{place} has {count(len(cells), 'column')}: give sentence, donor, output of the donor and "
            "output of the sentence, parted by tabs"
        )
    return SentencePair(cells[0], cells[1], (cells[2], cells[3]), "".join(cells[4:]))


def _agreements(verbs: tuple[str, str]) -> Iterator[SentencePair]:
    """The boy near the river, the boys near the river."""
    for (turn, phrase), (place, subject) in product(enumerate(PHRASES["after a phrase"]), enumerate(BEINGS)):
        thing = THINGS[(place + turn) % len(THINGS)][0]
        one, many, other = (
            f"the {noun} {phrase.format(thing)}" for noun in (*subject, BEINGS[(place + 1) % len(BEINGS)][0])
        )
        yield SentencePair(one, many, verbs, other)


def _negations() -> Iterator[SentencePair]:
    """The film is really very funny, the film is not very funny."""
    for noun, tense, praise in product(NOUNS, TENSES, PRAISE):
        one, no, other = (f"the {noun} {tense} {word} very {praise} ." for word in ("really", "not", "truly"))
        yield SentencePair(one, no, ("negative", "positive"), other)


def _known(run: Run, pairs: Iterator[SentencePair]) -> list[SentencePair]:
    """Those pairs of which the run knows all words and both outputs."""
    return [pair for pair in pairs if _knows(run, pair)]


def _knows(run: Run, pair: SentencePair) -> bool:
    """Whether a run knows the words of a pair and its outputs."""
    texts: Sequence[str] = (pair.sentence, pair.donor, pair.alike)
    known = all(UNK not in encode(run, text).ids for text in texts)
    return known and all(output in run.output_names for output in pair.outputs)
