"""sst:DIR — Stanford Sentiment Treebank: a folder of train.txt, dev.txt, optional test.txt; one tree a line.

A tree is `(label child child)` or `(label word)`, with a label 0-4 at every node (Socher et al. 2013,
the files of `trainDevTestTrees_PTB.zip`). The label of a word is that of the largest constituent that
ends at it: what has been said so far, closed by this word, so the last word bears the sentence's
label. Leaf labels (`labels="word"`) are free of context: a look-up table knows them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nlp_lstm.corpora import READERS, Corpus, Example, Request
from nlp_lstm.corpora._files import find_shards, read_lines
from nlp_lstm.corpora._labels import FIVE_SENTIMENTS, THREE_SENTIMENTS
from nlp_lstm.errors import DataError
from nlp_lstm.text.splitting import check_length

NAMES_OF_CLASSES = {
    5: dict(zip("01234", FIVE_SENTIMENTS)),
    3: dict(zip("01234", ("negative", "negative", "neutral", "positive", "positive"))),
}
# An opening bracket with its label, a closing bracket, or a word. Only a plain space or a tab separates:
# some words hold a non-breaking space.
PART = re.compile(r"[ \t]*(?:\(([^ \t()]*)|(\))|([^ \t()]+))")
OPENING, CLOSING, WORD = 1, 2, 3
MOST_CONSTITUENTS = (
    1_000_000  # characters of all of a tree together: a deep one has many times its own length
)
TABLES = (".csv", ".tsv", ".json", ".jsonl")
# What the treebank writes -> what a person types, which is what the splitter of raw text gives.
TYPED = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"', "`": "'"}


@READERS.register("sst")
def read_sst(path: str, request: Request) -> Corpus:
    """Read the treebank's files.

    Args:
        path: the folder of train.txt, dev.txt and, if there, test.txt; or one file of trees.
        request: `labels` "phrase" or "word"; `classes` 5 or 3; `subphrases`; `encoding`.

    Raises:
        MissingInputError: if the folder or its train file is not there.
        DataError: if a line is not a tree; names the file and the line, and what the file looks like instead.
    """
    files = find_shards(path)
    splits = {split: _read_trees(found, path, request) for split, found in files.items()}
    names = FIVE_SENTIMENTS if request.classes == 5 else THREE_SENTIMENTS
    subphrases = _read_trees(files["train"], path, request, inner=True) if request.subphrases else ()
    return Corpus(f"sst:{path}", label_names=names, subphrases=subphrases, notes=(), tokenized=None, **splits)


def parse_tree(line: str, labels: str = "phrase") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a tree and a label "0" to "4" for each.

    Unlike NLTK's reader it keeps no tree and does not recurse: a stack of the open labels is enough,
    as the last bracket that closes after a word belongs to the largest constituent that ends there.

    Args:
        line: one tree.
        labels: "phrase" for the largest constituent that ends at the word, "word" for its leaf.

    Raises:
        DataError: if the brackets are not balanced, a node is neither one word nor constituents, or a
            label is not 0-4; says the rule.

    Example:
        >>> parse_tree("(1 (2 not) (3 good))")
        (('not', 'good'), ('2', '1'))
        >>> parse_tree("(1 (2 not) (3 good))", labels="word")
        (('not', 'good'), ('2', '3'))
    """
    words: list[str] = []
    ended: list[str] = []  # the label of what ends at each word
    opened: list[str] = []  # the labels of the constituents that are open
    before = CLOSING
    for part in PART.finditer(line.strip(" \t")):
        kind = part.lastindex
        _check_place(kind, before, depth=len(opened), first=not words and not opened)
        if kind == OPENING:
            opened.append(_check_label(part[OPENING]))
        elif kind == WORD:
            words.append(typed(part[WORD]))
            ended.append(opened[-1])
        else:
            label = opened.pop()
            if labels == "phrase":
                ended[-1] = label
        before = kind
    if opened:
        raise DataError(f"{len(opened)} brackets are not closed: every ( needs its )")
    return tuple(words), tuple(ended)


def typed(word: str) -> str:
    r"""Return a word of the treebank as a person would type it.

    Example:
        >>> typed("-LRB-"), typed(r"and\/or"), typed("``")
        ('(', 'and/or', '"')
    """
    return TYPED.get(word) or word.replace("\\/", "/").replace("\\*", "*")


def _check_place(kind: int | None, before: int | None, depth: int, first: bool) -> None:
    """Check that a bracket or a word may stand after what is before it."""
    if depth == 0 and not (kind == OPENING and first):
        raise DataError("brackets are not balanced: a line is one tree, ( to )")
    if kind == WORD and before != OPENING:
        raise DataError("a word stands outside a leaf: every word is written (label word)")
    if kind == OPENING and before == WORD:
        raise DataError("a bracket opens after a word: a node holds one word, or constituents")
    if kind == CLOSING and before == OPENING:
        raise DataError("a node holds nothing: it needs a word or constituents")


def _check_label(label: str) -> str:
    """The label, if it is 0-4."""
    if label not in NAMES_OF_CLASSES[5]:
        raise DataError(f"the label {label!r} is not 0, 1, 2, 3 or 4")
    return label


def list_constituents(line: str) -> list[str]:
    """Return the constituents of a tree, itself left out, each as a tree.

    Raises:
        DataError: if they have more than `MOST_CONSTITUENTS` characters together.

    Example:
        >>> list_constituents("(1 (2 not) (3 good))")
        ['(2 not)', '(3 good)']
    """
    starts: list[int] = []
    found: list[str] = []
    size = 0
    for part in PART.finditer(line):
        if part.lastindex == OPENING:
            starts.append(part.start(OPENING) - 1)
        elif part.lastindex == CLOSING:
            found.append(line[starts.pop() : part.end()])
            size += len(found[-1])
            if size > MOST_CONSTITUENTS:
                raise DataError(
                    f"the tree {line[:20]!r}... is too deep: its constituents have more than "
                    f"{MOST_CONSTITUENTS:,} characters together, leave subphrases out"
                )
    return found[:-1]


def looks_like_trees(lines: Iterable[str]) -> bool:
    """Return whether most lines are trees.

    Example:
        >>> looks_like_trees(["(1 (2 not) (3 good))", ""]), looks_like_trees(["(so they say)"])
        (True, False)
    """
    filled = [line for line in lines if line.strip()]
    return 2 * sum(map(_is_tree, filled)) > len(filled)


def _is_tree(line: str) -> bool:
    """Whether a line is a tree."""
    try:
        return bool(parse_tree(line))
    except DataError:
        return False


def _read_trees(
    files: Sequence[Path], path: str, request: Request, inner: bool = False
) -> tuple[Example, ...]:
    """The sentences of a split, labels by name; or their constituents, each once.

    A constituent's label counts at its last word alone: at those before it says nothing new.
    """
    names = NAMES_OF_CLASSES[request.classes]
    examples = []
    for file, number, line in _number_lines(files, path, request.encoding):
        try:
            check_length(line)
            trees = list_constituents(line.strip(" \t")) if inner else [line]
            parsed = [parse_tree(tree, request.labels) for tree in trees]
        except DataError as error:
            raise DataError(f"{file}, line {number}: {error}") from None
        for words, labels in parsed:
            named = tuple(names[label] for label in labels)
            examples.append((words, (None,) * (len(words) - 1) + named[-1:] if inner else named))
    return tuple(Example(*pair) for pair in (dict.fromkeys(examples) if inner else examples))


def _number_lines(files: Sequence[Path], path: str, encoding: str) -> Iterator[tuple[Path, int, str]]:
    """Yield the lines that are not blank, each with its file and number; the first must begin like a tree."""
    for file in files:
        lines = [(number, line) for number, line in enumerate(read_lines(file, encoding), 1) if line.strip()]
        if not lines[0][1].lstrip(" \t").startswith("("):
            raise _no_trees(file, *lines[0], path)
        yield from ((file, *numbered) for numbered in lines)


def _no_trees(file: Path, number: int, line: str, path: str) -> DataError:
    """The error that says what a file of no trees looks like, and which reader reads it."""
    if file.suffix.lower() in TABLES or line[0] in "{[":
        looks, reader = "a table", "table"
    elif "\t" in line:
        looks, reader = "words with labels", "conll"
    else:
        looks, reader = "running text", "text"
    return DataError(
        f"{file}, line {number}: {line[:40]!r} is no tree, which begins with (: "
        f"this looks like {looks}, read it with {reader}:{path}"
    )
