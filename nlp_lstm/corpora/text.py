"""text:PATH — running text for next-word, one sentence a line; a file, or a folder of train, valid, test.

Penn Treebank's and WikiText-2's files read as they are: text that holds `<unk>` has been split before,
so it is split at its spaces alone. A blank line is a sentence of no words, because the published
counts of WikiText-2 have an end of sentence on every line.
"""

import re
from collections.abc import Callable, Iterable

from nlp_lstm.corpora import READERS, Corpus, Example, Request
from nlp_lstm.corpora._files import find_splits, read_lines
from nlp_lstm.text.vocabulary import split_words

SPLIT_BEFORE = re.compile(r"(?<!\S)<unk>(?!\S)")


@READERS.register("text")
def read_text(path: str, request: Request) -> Corpus:
    """Read running text.

    Args:
        path: a file, or a folder of files such as ptb.train.txt, ptb.valid.txt, wiki.test.tokens.
        request: not used.

    Returns:
        A corpus without labels, one example per line, blank lines too.

    Raises:
        MissingInputError: if the path, or the folder's train file, is not there.
        DataError: if a file is empty or not UTF-8.
    """
    lines = {split: read_lines(file) for split, file in find_splits(path).items()}
    split = choose_splitter(line for split_lines in lines.values() for line in split_lines)
    splits = {name: tuple(Example(tuple(split(line))) for line in found) for name, found in lines.items()}
    return Corpus(f"text:{path}", label_names=(), **splits)


def choose_splitter(texts: Iterable[str]) -> Callable[[str], list[str]]:
    """Return `str.split` for texts that hold the word `<unk>`, and `split_words` for any others.

    Example:
        >>> choose_splitter(["N <unk> a.m."])("It 's <unk> .")
        ['It', "'s", '<unk>', '.']
        >>> choose_splitter(["It's five."])("It's five.")
        ['It', "'s", 'five', '.']
    """
    return str.split if any(SPLIT_BEFORE.search(text) for text in texts) else split_words
