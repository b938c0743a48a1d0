"""What a tagger makes of negation: short sentences whose side is plain to a reader.

Frames with a place for a word, after the behavioural tests of Ribeiro et al. 2020, "Beyond Accuracy:
Behavioral Testing of NLP Models with CheckList", ACL. No sentence of the list is in the training set of the
Stanford Sentiment Treebank, and none can be written by the grammars that `sst-mixed` adds to it. But the
second of these was revised after a look at what its first version did here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nlp_lstm.evaluation.scoring import Figure, polarity
from nlp_lstm.report import Comparison

GOOD = ("funny", "clever", "moving", "great", "entertaining", "beautiful")
BAD = ("bad", "dull", "boring", "stupid", "awful", "annoying")
LIKED = ("liked", "loved", "enjoyed")
NEGATIVE, NOT_NEGATIVE, POSITIVE = (-1,), (0, 1), (1,)


@dataclass(frozen=True)
class Frame:
    """A sentence with a place for a word.

    Args:
        text: as a person types it, `{}` where the word goes.
        words: what goes there; empty for a sentence without a place.
        right: the sides that are right: -1 negative, 0 neutral, 1 positive.
    """

    text: str
    words: tuple[str, ...]
    right: tuple[int, ...]

    def texts(self) -> list[str]:
        """Return the sentences.

        Example:
            >>> Frame("It is not {}.", ("dull", "awful"), NOT_NEGATIVE).texts()
            ['It is not dull.', 'It is not awful.']
        """
        return [self.text.format(word) for word in self.words] or [self.text]


FRAMES = {
    "negated negative": (
        Frame("My new phone isn't {} at all.", BAD, NOT_NEGATIVE),
        Frame("There is nothing {} about it.", BAD, NOT_NEGATIVE),
        Frame("I would not describe it as {}.", BAD, NOT_NEGATIVE),
        Frame("I did not find our teacher {}.", BAD, NOT_NEGATIVE),
        Frame("At no point was it {}.", BAD, NOT_NEGATIVE),
        Frame("None of it was {}.", BAD, NOT_NEGATIVE),
        Frame("You can't say that they were {}.", BAD, NOT_NEGATIVE),
        Frame("There is nothing wrong with it.", (), NOT_NEGATIVE),
        Frame("I can't complain about the service.", (), NOT_NEGATIVE),
        Frame("You will not regret it.", (), NOT_NEGATIVE),
    ),
    "negated positive": (
        Frame("My new phone isn't {} at all.", GOOD, NEGATIVE),
        Frame("There is nothing {} about it.", GOOD, NEGATIVE),
        Frame("I would not describe it as {}.", GOOD, NEGATIVE),
        Frame("I did not find our teacher {}.", GOOD, NEGATIVE),
        Frame("At no point was it {}.", GOOD, NEGATIVE),
        Frame("None of it was {}.", GOOD, NEGATIVE),
        Frame("You can't say that they were {}.", GOOD, NEGATIVE),
        Frame("I cannot recommend this hotel.", (), NEGATIVE),
        Frame("I would not buy it again.", (), NEGATIVE),
    ),
    "praise taken back": (
        Frame("I thought it was {}, but it was not.", GOOD, NEGATIVE),
        Frame("I expected the hotel to be {}, but it wasn't.", GOOD, NEGATIVE),
        Frame("They told me that it would be {}. It was not.", GOOD, NEGATIVE),
        Frame("It should have been {}, and it was not.", GOOD, NEGATIVE),
    ),
    "blame taken back": (
        Frame("I thought it was {}, but it was not.", BAD, NOT_NEGATIVE),
        Frame("I expected the hotel to be {}, but it wasn't.", BAD, NOT_NEGATIVE),
        Frame("They told me that it would be {}. It was not.", BAD, NOT_NEGATIVE),
    ),
    "short answer": (
        Frame("No.", (), NOT_NEGATIVE),
        Frame("No, thanks.", (), NOT_NEGATIVE),
        Frame("Not really.", (), NOT_NEGATIVE),
        Frame("Not yet.", (), NOT_NEGATIVE),
        Frame("No, it starts at eight.", (), NOT_NEGATIVE),
        Frame("The short answer is no.", (), NOT_NEGATIVE),
        Frame("Was it {}? No.", BAD, NOT_NEGATIVE),
        Frame("Was it {}? No.", GOOD, NEGATIVE),
        Frame("No, I {} it.", LIKED, POSITIVE),
        Frame("No, it was {}.", GOOD, POSITIVE),
        Frame("No, it was {}.", BAD, NEGATIVE),
    ),
}


def measure_negations(say: Callable[[list[str]], list[str]]) -> Comparison:
    """Return how often a tagger takes the wrong side, a row per kind of negation.

    Args:
        say: what gives each text its label, such as "very negative".

    Example:
        >>> table = measure_negations(lambda texts: ["negative"] * len(texts))
        >>> dict(zip(table.rows, (round(row[0], 2) for row in table.values)))["negated negative"]
        1.0
    """
    values = []
    for frames in FRAMES.values():
        texts = [(text, frame.right) for frame in frames for text in frame.texts()]
        labels = say([text for text, _ in texts])
        wrong = [polarity(label) not in right for label, (_, right) in zip(labels, texts, strict=True)]
        found = Figure.of_share(np.array(wrong))
        values.append((found.value, found.low, found.high, found.n))
    meaning = (
        "how often the label is on a side that is plainly wrong, in [0, 1], lower is better; low, high: 95 % "
        "interval, as if the sentences were drawn from many like them; n: sentences"
    )
    return Comparison("negations", list(FRAMES), ("wrong", "low", "high", "n"), values, "kind", meaning)
