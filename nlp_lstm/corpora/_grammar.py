"""A small probabilistic grammar: rules -> sentences, drawn by weight.

How rules are written: a name in CAPITALS is replaced by one of its own choices, everything else is a word.
A word `is/are` takes the number of its phrase, singular or plural (`a/` is a word in the singular only).
A name with `?` begins a phrase with a number of its own: in "BEING likes/like the PLACE?" being and verb
agree, and the place is one or many whatever they are.

Unlike a context-free grammar of `nltk`, every choice has a weight and every phrase a number.
"""

import random
from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

Words = tuple[str, ...]
Rules = Mapping[str, str | Mapping[str, int]]
SINGULAR, PLURAL = 0, 1


class Grammar:
    """Writes sentences: every choice is drawn by its weight, and no listed word comes twice in a sentence.

    Args:
        rules: name -> its choices, either a list of equally likely words in one string, or
            {choice: weight}; the choice of "SENTENCE" is where writing starts.

    Example:
        >>> naps = {"the ANIMAL sleeps/sleep": 1}
        >>> grammar = Grammar({"SENTENCE": {"NAP? .": 1}, "NAP": naps, "ANIMAL": "mouse/mice"})
        >>> sorted({" ".join(grammar.write(random.Random(seed))) for seed in range(9)})
        ['the mice sleep .', 'the mouse sleeps .']
        >>> grammar.accepts(("the", "mice", "sleeps", "."))
        False
    """

    def __init__(self, rules: Rules):
        self._rules = {name: _Choices.of(choices) for name, choices in rules.items()}
        self._listed = {
            form: word
            for words in rules.values()
            if isinstance(words, str)
            for word in words.split()
            for form in forms(word)
        }

    def write(self, rng: random.Random) -> Words:
        """Return the words of one sentence; the same `rng` state gives the same sentence everywhere."""
        while True:
            words: list[str] = []
            self._expand("SENTENCE", SINGULAR, rng, words)
            listed = [self._listed[word] for word in words if word in self._listed]
            if len(listed) == len(set(listed)):
                return tuple(words)

    def accepts(self, words: Words) -> bool:
        """Return whether the rules can write these words, be it with a word twice."""
        return len(words) in self._ends("SENTENCE", SINGULAR, words, 0)

    def _expand(self, name: str, number: int, rng: random.Random, words: list[str]) -> None:
        """Append to `words` one choice for `name`, in the phrase's number."""
        for item in self._rules[name].draw(rng):
            if item.name:
                item_number = int(rng.random() < 0.5) if item.fresh else number
                self._expand(item.name, item_number, rng, words)
            elif item.forms[number]:
                words.append(item.forms[number])

    def _ends(self, name: str, number: int, words: Words, start: int) -> set[int]:
        """Return every place where a phrase `name` that begins at `start` can end."""
        ends: set[int] = set()
        for choice in self._rules[name].choices:
            reached = {start}
            for item in choice:
                reached = {end for place in reached for end in self._item_ends(item, number, words, place)}
            ends |= reached
        return ends

    def _item_ends(self, item: "_Item", number: int, words: Words, start: int) -> set[int]:
        """Return every place where one item of a choice can end."""
        if item.name:
            numbers = (SINGULAR, PLURAL) if item.fresh else (number,)
            return {end for each in numbers for end in self._ends(item.name, each, words, start)}
        form = item.forms[number]
        if not form:
            return {start}
        return {start + 1} if words[start : start + 1] == (form,) else set()


def forms(word: str) -> tuple[str, str]:
    """Return the singular and the plural form of a word written `singular/plural`.

    Example:
        >>> forms("child/children"), forms("the")
        (('child', 'children'), ('the', 'the'))
    """
    singular, slash, plural = word.partition("/")
    return (singular, plural) if slash else (word, word)


class _Item(NamedTuple):
    """One step of a choice: a word in its two forms, or the name of a rule."""

    forms: tuple[str, str]
    name: str = ""
    fresh: bool = False

    @classmethod
    def of(cls, text: str) -> "_Item":
        return cls(("", ""), text.rstrip("?"), text.endswith("?")) if text.isupper() else cls(forms(text))


class _Choices(NamedTuple):
    """The choices of one rule, with their weights summed up."""

    choices: list[list[_Item]]
    cumulative: list[int]

    @classmethod
    def of(cls, rule: str | Mapping[str, int]) -> "_Choices":
        weights = dict.fromkeys(rule.split(), 1) if isinstance(rule, str) else rule
        items = [[_Item.of(text) for text in choice.split()] for choice in weights]
        return cls(items, list(accumulate(weights.values())))

    def draw(self, rng: random.Random) -> list[_Item]:
        # Of all methods of Random, only random() promises the same numbers in every Python version.
        return self.choices[bisect(self.cumulative, rng.random() * self.cumulative[-1])]
