"""counting:NAME[/NUMBER] — known answers after words: anbn, dyck1, dyck2, copy, agreement, parity, nesting.

Each language asks for something that a state must carry: a count, a symbol, a number across distractors,
several flags at once, or brackets in brackets. It is trained on short or flat strings and tested on longer or
deeper ones. `_counting_languages` has the languages.
"""

from collections.abc import Iterator
from random import Random

from nlp_lstm.corpora import DATA_SEED, READERS, SPLITS, Corpus, Example, Request
from nlp_lstm.corpora._counting_languages import LANGUAGES, Language
from nlp_lstm.errors import UsageError
from nlp_lstm.registry import match_name

TRAIN_STRINGS, HELD_OUT_STRINGS = 1000, 200
TRIES = 20  # for a string that is not in another split


@READERS.register("counting")
def read_counting(path: str, request: Request) -> Corpus:
    """Write the strings of a language, the same ones every time.

    Args:
        path: name of the language, and perhaps a slash and its number: "copy", "copy/50".
        request: `predicts` "words" gets the strings without labels.

    Returns:
        What `write_counting` writes with `DATA_SEED`.

    Raises:
        UsageError: if no language is named, or the number is not one in its range.
        UnknownNameError: if there is no such language; lists them.
    """
    name, slash, number = path.partition("/")
    if not name:
        raise UsageError(
            f"counting needs a language: give --data counting:NAME, one of {', '.join(LANGUAGES)}"
        )
    name = match_name("language of counting", name, LANGUAGES)
    language = LANGUAGES[name]
    if slash and not (number.isascii() and number.isdigit()):
        raise UsageError(
            f"counting:{path}: behind the slash stands {language.meaning}, such as "
            f"counting:{name}/{language.number}"
        )
    corpus = write_counting(name, int(number) if slash else None, DATA_SEED)
    return corpus if request.predicts == "labels" else _without_labels(corpus)


def write_counting(name: str, number: int | None = None, seed: int = DATA_SEED) -> Corpus:
    """Write a corpus of a language, the same one for the same seed.

    Args:
        name: of the language: "anbn", "dyck1", "dyck2", "copy", "agreement", "parity" or "nesting".
        number: of the language, such as how many words of noise "copy" has at most; None for its own.
        seed: draws the strings.

    Returns:
        1000 strings to train on, 200 of the same sizes for validation, and 200 of larger sizes only for
        test. Validation has strings that train has not, where the language has enough of them: of aⁿbⁿ
        there is one string for each n, so that its validation tells how well the trained ones are known.

    Raises:
        UnknownNameError: if there is no such language.
        UsageError: if the number is outside its range.

    Example:
        >>> corpus = write_counting("anbn", number=3)
        >>> corpus.label_names, max(len(example.words) for example in corpus.train)
        (('a or b', 'b', 'end'), 6)
        >>> min(len(example.words) for example in corpus.test)
        8
    """
    name = match_name("language of counting", name, LANGUAGES)
    language = LANGUAGES[name]
    number = language.number if number is None else number
    if not language.smallest <= number <= language.largest:
        raise UsageError(
            f"counting:{name}/{number}: {language.meaning} must be between {language.smallest} and "
            f"{language.largest}"
        )
    random, seen = Random(f"{name}/{number}/{seed}"), set()
    near, far = language.train(number), language.test(number)
    train, validation, test = (
        tuple(_write(language, number, random, sizes, strings, seen))
        for sizes, strings in ((near, TRAIN_STRINGS), (near, HELD_OUT_STRINGS), (far, HELD_OUT_STRINGS))
    )
    source = f"counting:{name}" + ("" if number == language.number else f"/{number}")
    notes = (f"{language.summary}; {language.meaning}: {number}", "test has larger sizes only")
    return Corpus(source, train, validation, test, language.label_names, notes=notes)


def _write(
    language: Language,
    number: int,
    random: Random,
    sizes: tuple[int, int],
    strings: int,
    seen: set[tuple[str, ...]],
) -> Iterator[Example]:
    """Strings of all sizes; those of train may repeat, and others are new where that can be."""
    first, last = sizes
    before = frozenset(seen)
    for place in range(strings):
        size = first + place * (last - first + 1) // strings
        example = language.write(random, size, number)
        for _ in range(TRIES):
            if example.words not in before:
                break
            example = language.write(random, size, number)
        seen.add(example.words)
        yield example


def _without_labels(corpus: Corpus) -> Corpus:
    """The strings as running text, with the facts about their words."""
    train, validation, test = (
        tuple(Example(one.words, facts=one.facts) for one in corpus.split(name)) for name in SPLITS
    )
    return Corpus(corpus.source, train, validation, test, notes=corpus.notes)
