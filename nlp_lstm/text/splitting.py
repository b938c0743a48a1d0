"""Raw text -> words: the rule that both tasks split text by.

It follows the Penn Treebank ("do n't", "film 's"), as the treebanks that people train on do. Beyond it, a
link, a handle and an e-mail address are one word each.
"""

import re
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from nlp_lstm.errors import DataError
from nlp_lstm.parsing import without_panic

# The rule takes up to 400 bytes for each character of a text. What no blank parts can take more than its
# share of time, flags most of all: each is two signs, which are counted from the first of the row again.
LONGEST_TEXT, LONGEST_WORD, MOST_FLAGS = 1_000_000, 10_000, 1000  # characters
FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+")

# What names a place on the net or an account: https://a.org/b, www.a.org, sam@a.org, @sam. Bounds keep
# the search short in any text.
LINK = "|".join(
    (
        r"(?i:(?:https?://|\bwww\.)\S*[\p{L}\p{N}/])",
        r"\b[\p{L}\p{N}][\p{L}\p{N}._%+-]{0,63}@[\p{L}\p{N}]+(?:[.-][\p{L}\p{N}]+)*\.\p{L}+",
        r"(?<![\p{L}\p{N}_])@[\p{L}_][\p{L}\p{N}_]*",
    )
)

# What counts as one word, first match first.
WORD = "|".join(
    (
        r"<unk>",
        r"(?i:\b(?:mr|mrs|ms|dr|st|jr|sr|vs|inc|corp|co|ltd)\.(?=\s))",  # abbreviations
        r"(?:\b\p{L}\.){2,}",  # u.s.
        r"(?i:\p{L}+(?=n['’]t\b))",  # is|n't
        r"(?i:n['’]t\b)",
        r"(?i:['’](?:s|re|ve|ll|d|m)\b)",
        r"\p{N}+(?:[.,:/]\p{N}+)*(?:-?\p{L}[\p{L}\p{M}]*)*",  # 1,000 3:30 21st
        r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:[-./][\p{L}\p{N}][\p{L}\p{M}\p{N}_]*)*",  # feel-good
        r"\.{2,}|-{2,}|``|''",
        r"\p{Prepended_Concatenation_Mark}",  # signs that \X would join to a space behind them
        r"(?!\s)\X",  # any other character, with its accents and joiners
    )
)


def make_splitter(links: bool = True) -> pre_tokenizers.PreTokenizer:
    """Return the rule as a pre-tokenizer: what matches is a word, what is left is dropped.

    Args:
        links: whether a link, a handle and an e-mail address are one word each.
    """
    return pre_tokenizers.Split(Regex(f"{LINK}|{WORD}" if links else WORD), behavior="removed", invert=True)


def _make_many_splitter() -> Tokenizer:
    """The rule as a tokenizer, which splits many texts at once with all cores; it looks no words up."""
    splitter = Tokenizer(WordLevel({"": 0}, unk_token=""))
    splitter.pre_tokenizer = make_splitter()  # pyright: ignore[reportAttributeAccessIssue]
    return splitter


_SPLITTERS = {links: make_splitter(links) for links in (True, False)}
_MANY_SPLITTER = _make_many_splitter()


def split_words(text: str) -> list[str]:
    """Return the words of a raw text, each exactly as it stands there.

    Raises:
        DataError: if the text is too long, see `check_length`, or holds bytes that are not valid UTF-8.

    Example:
        >>> split_words("The keys aren't here, Mr. Smith...")
        ['The', 'keys', 'are', "n't", 'here', ',', 'Mr.', 'Smith', '...']
        >>> split_words("@sam, see https://a.org/b.")
        ['@sam', ',', 'see', 'https://a.org/b', '.']
    """
    return [text[start:end] for start, end in word_offsets(text)]


def split_texts(texts: Sequence[str]) -> list[list[str]]:
    """Return what `split_words` returns of each text; with all cores.

    Args:
        texts: of some 100,000 characters in all, since the rule takes memory for each of them.

    Raises:
        DataError: as `split_words`, of any of them.

    Example:
        >>> split_texts(["It isn't.", ""])
        [['It', 'is', "n't", '.'], []]
    """
    for text in texts:
        _check_text(text)
    with without_panic("the texts cannot be split into words"):
        found = _MANY_SPLITTER.encode_batch(texts)
    return [[text[start:end] for start, end in one.offsets] for text, one in zip(texts, found, strict=True)]


def word_offsets(text: str, links: bool = True) -> tuple[tuple[int, int], ...]:
    """Return where each word of a raw text begins and ends, in characters.

    Args:
        text: what somebody has typed.
        links: as `make_splitter` takes it.

    Raises:
        DataError: as `split_words`.
    """
    _check_text(text)
    with without_panic("the text cannot be split into words"):
        return tuple(span for _, span in _SPLITTERS[links].pre_tokenize_str(text))


def _check_text(text: str) -> None:
    """Check that a text can be split."""
    check_length(text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"the text is not valid UTF-8 at character {error.start}: type it again") from None


def check_length(text: str) -> None:
    """Check that a text can be split in little time and memory.

    Raises:
        DataError: if it is longer than `LONGEST_TEXT`, what stands between two blanks than `LONGEST_WORD`, or
            a row of flags than `MOST_FLAGS`.

    Example:
        >>> check_length("ha" * 6000)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        nlp_lstm.errors.DataError: 'hahahahahahahahahaha'... has 12,000 characters without a blank...
    """
    if len(text) > LONGEST_TEXT:
        raise DataError(
            f"the text {text[:20]!r}... has {len(text):,} characters: at most {LONGEST_TEXT:,} are read at "
            "once, split it"
        )
    if len(text) > LONGEST_WORD and len(longest := max(text.split(), key=len, default="")) > LONGEST_WORD:
        raise DataError(
            f"{longest[:20]!r}... has {len(longest):,} characters without a blank: at most {LONGEST_WORD:,} "
            "are read, split it"
        )
    if not text.isascii() and max(map(len, FLAGS.findall(text)), default=0) > MOST_FLAGS:
        raise DataError(f"a row of flags has more than {MOST_FLAGS:,} characters: put blanks between them")
