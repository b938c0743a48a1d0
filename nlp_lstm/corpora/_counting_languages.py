"""The languages of `counting`: each writes a string of a size, with its exact labels and what is true of it.

A writer draws one string: its words, a label for every word (None where none is asked for), and facts, each a
value per word. What is said of a word depends on the words up to it alone.

Sources: aⁿbⁿ and Dyck-1: Gers & Schmidhuber 2001, Weiss et al. 2018, Suzgun et al. 2019; copying: Hochreiter
& Schmidhuber 1997; agreement: Linzen et al. 2016; nested formulas: after Nangia & Bowman 2018 (ListOps).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from nlp_lstm.corpora import Example

Writer = Callable[[Random, int, int], Example]  # (random, size, number of the language)
NOISE = ("la", "di", "du", "ma", "no", "so")
SYMBOLS = tuple("bcdfghjk")
FLAGS = tuple("xyzuvwpq")
NOUNS = ("key", "boat", "letter", "garden", "picture", "river", "lamp", "song")
PREPOSITIONS = ("near", "behind", "beside", "under")
PAIRS = {"(": ")", "[": "]"}
NOTHING = "nothing"
EVEN_ODD = ("even", "odd")
NOISE_OF_PARITY = 0.4  # of its words
DEEPER = 0.75  # of the brackets of dyck2 open where they can, so that few strings are too flat


@dataclass(frozen=True)
class Language:
    """One language.

    Args:
        summary: what its strings are, and what is asked after each word.
        meaning: what the number behind its name is.
        number: the number where none is given.
        smallest, largest: the range of the number.
        label_names: its labels.
        train: number -> the sizes to train on, from and to.
        test: number -> the sizes to test on, all beyond those.
        write: draws a string.
    """

    summary: str
    meaning: str
    number: int
    smallest: int
    largest: int
    label_names: tuple[str, ...]
    train: Callable[[int], tuple[int, int]]
    test: Callable[[int], tuple[int, int]]
    write: Writer


def write_anbn(random: Random, size: int, number: int) -> Example:
    """Write as many b as a; what may follow.

    Example:
        >>> write_anbn(Random(0), 2, 20)  # doctest: +NORMALIZE_WHITESPACE
        Example(words=('a', 'a', 'b', 'b'), labels=('a or b', 'a or b', 'b', 'end'),
                facts={'count': (1, 2, 1, 0)})
    """
    counts = (*range(1, size + 1), *range(size - 1, -1, -1))
    labels = ("a or b",) * size + ("b",) * (size - 1) + ("end",)
    return Example(("a",) * size + ("b",) * size, labels, {"count": counts})


def write_dyck1(random: Random, size: int, number: int) -> Example:
    """Write that many pairs of balanced brackets of one kind; whether one is open."""
    words = _balanced(random, size, size, ("(",))
    counts = tuple(accumulate(1 if word == "(" else -1 for word in words))
    return Example(words, tuple("open" if depth else "closed" for depth in counts), {"count": counts})


def write_dyck2(random: Random, size: int, number: int) -> Example:
    """Write balanced brackets of two kinds that are nested so deep; which one would close now."""
    words: tuple[str, ...] = ()
    while max(map(len, _stacks(words)), default=0) < size:
        words = _balanced(random, random.randint(size, 3 * size), size, tuple(PAIRS), DEEPER)
    stacks = _stacks(words)
    labels = tuple(PAIRS[stack[-1]] if stack else NOTHING for stack in stacks)
    return Example(words, labels, {"depth": tuple(map(len, stacks))})


def write_copy(random: Random, size: int, number: int) -> Example:
    """Write a symbol, as many words of noise, and "which"; at it, the symbol."""
    symbol = random.choice(SYMBOLS)
    words = (symbol, *random.choices(NOISE, k=size), "which")
    return Example(words, (None,) * (size + 1) + (symbol,), {"distance": tuple(range(size + 2))})


def write_agreement(random: Random, size: int, number: int) -> Example:
    """Write a noun and as many phrases with other nouns; the number of the first noun."""
    many, noun = random.random() < 0.5, random.choice(NOUNS)
    words = ["the", noun + "s" * many]
    for _ in range(size):
        words += [random.choice(PREPOSITIONS), "the", random.choice(NOUNS) + random.choice(("", "s"))]
    labels = (None,) + ("plural" if many else "singular",) * (len(words) - 1)
    return Example(tuple(words), labels, {"distance": (0, *range(len(words) - 1))})


def write_parity(random: Random, size: int, number: int) -> Example:
    """Write flags that are set to 1 or 0, among noise; whether an even number of them is 1."""
    on, words, labels, flags = [0] * number, [], [], []
    for _ in range(size):
        flag, value = random.randrange(number), random.randint(0, 1)
        if random.random() < NOISE_OF_PARITY:
            words.append(random.choice(NOISE))
        else:
            on[flag] = value
            words.append(f"{FLAGS[flag]}{value}")
        labels.append(EVEN_ODD[sum(on) % 2])
        flags.append("".join(map(str, on)))
    return Example(tuple(words), tuple(labels), {"flags": tuple(flags)})


def write_nesting(random: Random, size: int, number: int) -> Example:
    """Write a formula that is nested so deep; at each bracket that closes, the value of what it closes."""
    words, labels, _ = _formula(random, size)
    depths = tuple(accumulate({"(": 1, ")": -1}.get(word, 0) for word in words))
    return Example(tuple(words), tuple(labels), {"depth": depths})


def _formula(random: Random, depth: int) -> tuple[list[str], list[str | None], bool]:
    """Words, labels and value of a formula that is nested so deep, on one side at least."""
    if depth == 0:
        value = random.random() < 0.5
        return [str(int(value))], [None], value
    operator = random.choice(("and", "or", "not"))
    sides = [depth - 1] if operator == "not" else [depth - 1, random.randint(0, min(1, depth - 1))]
    random.shuffle(sides)
    words, labels, values = ["(", operator], [None, None], []
    for side in sides:
        inner, told, value = _formula(random, side)
        words += inner
        labels += told
        values.append(value)
    value = {"and": all(values), "or": any(values), "not": not values[0]}[operator]
    return [*words, ")"], [*labels, str(int(value))], value


def _balanced(
    random: Random, pairs: int, deepest: int, kinds: tuple[str, ...], opening: float = 0.5
) -> tuple[str, ...]:
    """Balanced brackets, drawn step by step: where both can be, each opens with this probability."""
    words: list[str] = []
    stack: list[str] = []
    while len(words) + len(stack) < 2 * pairs or stack:
        left = (2 * pairs - len(words) - len(stack)) > 0
        if left and len(stack) < deepest and (not stack or random.random() < opening):
            stack.append(random.choice(kinds))
            words.append(stack[-1])
        else:
            words.append(PAIRS[stack.pop()])
    return tuple(words)


def _stacks(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The brackets that are open after each word."""
    stack: tuple[str, ...] = ()
    found = []
    for word in words:
        stack = (*stack, word) if word in PAIRS else stack[:-1]
        found.append(stack)
    return found


LANGUAGES = {
    "anbn": Language(
        "n times a and n times b: what may follow",
        "the largest n of train",
        20,
        2,
        500,
        ("a or b", "b", "end"),
        lambda number: (1, number),
        lambda number: (number + 1, 4 * number),
        write_anbn,
    ),
    "dyck1": Language(
        "balanced brackets of one kind: whether one is open",
        "the most pairs in a string of train",
        20,
        2,
        500,
        ("open", "closed"),
        lambda number: (1, number),
        lambda number: (number + 1, 4 * number),
        write_dyck1,
    ),
    "dyck2": Language(
        "balanced brackets of two kinds: which one would close now",
        "how deep those of train are nested at most",
        4,
        2,
        20,
        (")", "]", NOTHING),
        lambda number: (1, number),
        lambda number: (number + 1, 2 * number),
        write_dyck2,
    ),
    "copy": Language(
        "a symbol, noise, and the question which it was",
        "how many words of noise train has at most",
        20,
        1,
        500,
        SYMBOLS,
        lambda number: (1, number),
        lambda number: (number + 1, 3 * number),
        write_copy,
    ),
    "agreement": Language(
        "a noun and phrases with other nouns: singular or plural",
        "how many phrases train has at most",
        4,
        1,
        100,
        ("singular", "plural"),
        lambda number: (0, number),
        lambda number: (number + 1, 3 * number),
        write_agreement,
    ),
    "parity": Language(
        "flags set to 1 or 0 among noise: an even or an odd number of ones",
        "how many flags there are",
        3,
        1,
        len(FLAGS),
        EVEN_ODD,
        lambda number: (2, 20),
        lambda number: (21, 60),
        write_parity,
    ),
    "nesting": Language(
        "formulas in formulas: the value of each when it closes",
        "how deep those of train are nested at most",
        4,
        1,
        12,
        ("0", "1"),
        lambda number: (1, number),
        lambda number: (number + 1, number + 2),
        write_nesting,
    ),
}
