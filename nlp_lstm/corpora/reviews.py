"""reviews: 2,000 everyday sentences that come with nlp-lstm, called negative or positive; or reviews:imdb.

Half of them are about telephones and what goes with them (`amazon_cells`), half about films (`imdb`); half
of each are negative. As with `table`, the label stands at the last word. Of every 50 sentences in a row, the
first 30 are train, the next 10 validation and the last 10 test: neighbours are often of one review.

Source: Kotzias et al. 2015, "From Group to Individual Labels using Deep Features", under CC BY 4.0
(`boxed/README.md`).
"""

from nlp_lstm.corpora import READERS, Corpus, Example, Request
from nlp_lstm.corpora._boxed import note_namesake, stream_boxed
from nlp_lstm.registry import match_name
from nlp_lstm.text.vocabulary import split_words

SOURCES = ("amazon_cells", "imdb")
LABEL_NAMES = ("negative", "positive")
IN_A_ROW, TRAIN_ENDS, VALIDATION_ENDS = 50, 30, 40
NOTES = (
    "split into words by nlp-lstm's own rule; the label of a sentence stands at its last word",
    "of every 50 sentences in a row, 30 are train, 10 validation and 10 test",
)


@READERS.register("reviews")
def read_reviews(path: str, request: Request) -> Corpus:
    """Read the sentences of both sources, or of one.

    Args:
        path: "amazon_cells" or "imdb"; empty for both.
        request: `predicts` "words" reads the words only.

    Returns:
        1,200 sentences to train on, and 400 each for validation and test; half as many of one source.

    Raises:
        UnknownNameError: if there is no such source.
        MissingInputError: if the text cannot be unpacked.
    """
    path = match_name("source of reviews", path, SOURCES) if path else path
    labelled = request.predicts == "labels"
    splits: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    for source in (path,) if path else SOURCES:
        for row, line in enumerate(stream_boxed(f"reviews.{source}")):
            splits[split_of_row(row)].append(_build_example(line, labelled))
    return Corpus(
        f"reviews:{path}" if path else "reviews",
        label_names=LABEL_NAMES if labelled else (),
        tokenized=False,
        notes=(*NOTES, *note_namesake("reviews")),
        **{split: tuple(examples) for split, examples in splits.items()},
    )


def split_of_row(row: int) -> str:
    """Return the split of a sentence by its place in its source, from 0.

    Example:
        >>> split_of_row(29), split_of_row(30), split_of_row(49), split_of_row(50)
        ('train', 'validation', 'test', 'train')
    """
    place = row % IN_A_ROW
    if place < TRAIN_ENDS:
        return "train"
    return "validation" if place < VALIDATION_ENDS else "test"


def _build_example(line: str, labelled: bool) -> Example:
    """A sentence, whose label stands at its last word."""
    text, _, mark = line.rpartition("\t")
    words = tuple(split_words(text))
    return Example(words, (None,) * (len(words) - 1) + (LABEL_NAMES[int(mark)],) if labelled else None)
