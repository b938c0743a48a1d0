"""stories: 55 English children's books that come with nlp-lstm, one sentence a line, for next-word.

184,184 sentences of 53 books to train on, and one whole book each for validation and test. Running text in
the order of the books, as it was printed: cased, and split into words by `split_words`. docs/look_up/texts.md
says how the books were chosen and cut; `boxed/MANIFEST.tsv` lists them.

Unlike `mini`, nothing is known about a word but the word; unlike `text`, no file of the user's is read.
"""

from collections.abc import Iterator
from pathlib import Path

from nlp_lstm.corpora import READERS, SPLITS, Corpus, Example, Request
from nlp_lstm.corpora._boxed import check_no_path, note_namesake, stream_boxed
from nlp_lstm.corpora._stored import hold
from nlp_lstm.corpora.text import split_lines

NOTE = "split into words by nlp-lstm's own rule; validation and test are a whole book each"


@READERS.register("stories")
def read_stories(path: str, request: Request) -> Corpus:
    """Read all books, which takes 5 to 10 seconds.

    Args:
        path: must be empty, because there is nothing to choose.
        request: not used.

    Returns:
        A corpus without labels, one example per sentence.

    Raises:
        UsageError: if a path is given.
        MissingInputError: if the text cannot be unpacked.
    """
    check_no_path("stories", path)
    train, validation, test = (hold(read_split(split)) for split in SPLITS)
    notes = (NOTE, *note_namesake("stories"))
    return Corpus("stories", train, validation, test, tokenized=False, notes=notes)


def read_split(split: str) -> Iterator[Example]:
    """Yield the sentences of one split, without reading the others.

    Example:
        >>> next(read_split("validation")).words[:7]
        ('Philip', 'Haldane', 'and', 'his', 'sister', 'lived', 'in')
    """
    name = f"stories.{split}"
    return map(Example, split_lines(stream_boxed(name), tokenized=False, file=Path(name)))
