"""Minimal pairs of English, made of frames and lists of words: two sentences that differ in their last word.

    The boy near the trees is/are       The boys near the tree are/is
    The boy near the tree is/are        The boys near the trees are/is

In each frame either form is right as often as the other, for every number of the noun between. So always
choosing the plural, or the commoner form, is right in half of the pairs (Marvin & Linzen 2018, "Targeted
syntactic evaluation of language models", EMNLP). Unlike those of `mini`, these are words that children's
books, newspapers and encyclopedias all use.

To add pairs, add a noun to a list or a line to `PHRASES`.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple


class Pair(NamedTuple):
    """The beginning of a sentence, and two forms of the word after it.

    Args:
        frame: pairs of one frame are scored together or not at all, so that what is scored is balanced.
        before: the words before, the first with a capital letter.
        right, wrong: the forms.
        rows: what the pair counts for.
    """

    frame: tuple[str, ...]
    before: tuple[str, ...]
    right: str
    wrong: str
    rows: tuple[str, ...]


def _words(text: str) -> tuple[tuple[str, ...], ...]:
    """The entries of a list, each as its forms."""
    return tuple(tuple(entry.split("/")) for entry in text.split())


BEINGS = _words(
    "king/kings queen/queens boy/boys girl/girls man/men woman/women child/children soldier/soldiers "
    "dog/dogs horse/horses bird/birds friend/friends"
)
THINGS = _words(
    "tree/trees house/houses door/doors river/rivers garden/gardens window/windows wall/walls ship/ships "
    "tower/towers table/tables hill/hills bridge/bridges"
)
MEN = _words(
    "king/kings boy/boys man/men father/fathers son/sons brother/brothers captain/captains lord/lords"
)
STUFF = ["water", "bread", "gold", "milk", "money", "snow", "wood", "food", "sand", "grass", "rain", "music"]
VOWELS = ["egg", "island", "animal", "officer", "army", "enemy", "idea", "answer", "eye", "ear"]
CONSONANTS = ["bird", "tree", "king", "door", "ship", "flower", "house", "boy", "song", "river"]

VERBS = _words("is/are was/were has/have does/do")
SAME, OTHER = "noun of the same number", "noun of the other number"
# What stands between the noun and its verb: a row of the table -> one text for each of the verbs.
PHRASES = {
    "next to the noun": ("", "", "", ""),
    "after a clause without a noun": (
        "that came back",
        "that ran away",
        "that stood there",
        "that came first",
    ),
    "after a phrase": ("near the {}", "beside the {}", "by the {}", "behind the {}"),
    "after a clause": ("that saw the {}", "that loved the {}", "that found the {}", "that left the {}"),
    "after a longer clause": (
        "that stood near the very old {}",
        "that sat beside the little white {}",
        "that ran past the big black {}",
        "that came from the old white {}",
    ),
}


@cache
def minimal_pairs() -> tuple[Pair, ...]:
    """Return all pairs.

    Example:
        >>> pair = minimal_pairs()[0]
        >>> pair.before, pair.right, pair.wrong, pair.rows
        (('The', 'king'), 'is', 'are', ('is, are', 'next to the noun'))
    """
    makers = (_agreements, _demonstratives, _reflexives, _quantities, _articles)
    return tuple(pair for make in makers for pair in make())


def _agreements() -> Iterator[Pair]:
    """A noun and its verb, with all numbers of the noun between; each noun meets four others."""
    for (row, phrases), (turn, verb) in product(PHRASES.items(), enumerate(VERBS)):
        subjects = BEINGS + THINGS if row == "next to the noun" else BEINGS
        for place, subject in enumerate(subjects):
            other, phrase = _turned(THINGS, place, turn), phrases[turn]
            for number, between in product((0, 1), (0, 1) if "{}" in phrase else (0,)):
                words = f"The {subject[number]} {phrase.format(other[between])}"
                condition = f"{row}, {SAME if number == between else OTHER}" if "{}" in phrase else row
                yield _pair((row, *verb, *subject), words, verb, number, (_name(verb), condition))


def _demonstratives() -> Iterator[Pair]:
    """This boy, these boys."""
    heads = ("Near", "About", "Of", "With")
    for place, noun in enumerate(BEINGS + THINGS):
        for number, word in enumerate(("this", "these")):
            yield _pair(noun, f"{_turned(heads, place, 0)} {word}", noun, number, ("this, these",))


def _reflexives() -> Iterator[Pair]:
    """The king saw himself, the kings saw themselves."""
    forms = ("himself", "themselves")
    for verb, noun, number in product(("saw", "hurt", "found", "threw"), MEN, (0, 1)):
        yield _pair((verb, *noun), f"The {noun[number]} {verb}", forms, number, (_name(forms),))


def _quantities() -> Iterator[Pair]:
    """Much water, many boys."""
    for (turn, head), (place, stuff) in product(enumerate(("How", "So", "Too", "As")), enumerate(STUFF)):
        forms = (stuff, _turned(BEINGS, place, turn)[1])
        for number, word in enumerate(("much", "many")):
            yield _pair((head, *forms), f"{head} {word}", forms, number, ("much, many",))


def _articles() -> Iterator[Pair]:
    """A bird, an egg."""
    heads = ("It was", "He saw", "She had", "They found")
    for (turn, head), (place, noun) in product(enumerate(heads), enumerate(CONSONANTS)):
        forms = (noun, _turned(VOWELS, place, turn))
        for number, word in enumerate(("a", "an")):
            yield _pair((head, *forms), f"{head} {word}", forms, number, ("a, an",))


def _pair(
    frame: tuple[str, ...], before: str, forms: Sequence[str], number: int, rows: tuple[str, ...]
) -> Pair:
    """A pair in which the form of a number, 0 or 1, is the right one."""
    return Pair(frame, tuple(before.split()), forms[number], forms[1 - number], rows)


def _turned(entries: Sequence, place: int, turn: int):
    """The entry at a place of a list that is turned by some places."""
    return entries[(place + turn) % len(entries)]


def _name(forms: Sequence[str]) -> str:
    """A row that is called after two forms."""
    return ", ".join(forms)
