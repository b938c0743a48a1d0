"""sst-mixed:DIR — the Stanford Sentiment Treebank, and beside its constituents sentences with known labels.

What the treebank lacks is mixed in: the sentences of `mini`, those of a grammar of things taken back, both
with labels that are exact, and copies of some sentences and constituents of the treebank with a link, a
handle or an e-mail address. Like constituents, they come with `--subphrases`, are trained on only, and their
label counts at the last word alone. Train, validation and test are those of `sst`.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp_lstm.corpora import DATA_SEED, READERS, Corpus, Example, Request
from nlp_lstm.corpora._grammar_negation import NEGATION
from nlp_lstm.corpora.mini import write_corpus
from nlp_lstm.corpora.sst import read_sst

SENTENCES = 2500  # of each label, by the grammar of things taken back
EVERY_SENTENCE, EVERY_CONSTITUENT = 2, 8  # so many-th is copied with a link
LINKS = ("https://example.org/{}", "www.example.org/{}", "@reader{}", "reader{}@example.org")
BEFORE_LINK = ("", "", "see", "via", "at", "read", "more at")
NOTE = (
    "sentences of mini, of a grammar of negations, and of the treebank with links are mixed in, to train on"
)


@READERS.register("sst-mixed")
def read_sst_mixed(path: str, request: Request) -> Corpus:
    """Read the treebank's files; write what is mixed in, the same every time.

    Args:
        path, request: as `read_sst` takes them.

    Raises:
        As `read_sst`.
    """
    corpus = replace(read_sst(path, request), source=f"sst-mixed:{path}")
    if not request.subphrases:
        return corpus
    mixed = (
        *_write_mini(),
        *_write_negations(),
        *_add_links(corpus.train, EVERY_SENTENCE, ((), (".",), (".",))),
        *_add_links(corpus.subphrases, EVERY_CONSTITUENT, ((),)),
    )
    return replace(corpus, subphrases=corpus.subphrases + mixed, notes=(*corpus.notes, NOTE))


def _write_mini() -> Iterator[Example]:
    """The training sentences of `mini`."""
    for example in write_corpus("labels", DATA_SEED).train:
        assert example.labels
        yield _closed(example.words, example.labels[-1])


def _write_negations() -> Iterator[Example]:
    """As many sentences of each label."""
    rng = random.Random(DATA_SEED)
    for label, grammar in NEGATION.items():
        yield from (_closed(grammar.write(rng), label) for _ in range(SENTENCES))


def _add_links(examples: Sequence[Example], every: int, ends: Sequence[tuple[str, ...]]) -> Iterator[Example]:
    """Some sentences or constituents with a link before or behind them, which leaves their label as it is."""
    rng = random.Random(DATA_SEED)
    for number, example in enumerate(examples[::every]):
        assert example.labels
        link = LINKS[int(rng.random() * len(LINKS))].format(number)
        before = BEFORE_LINK[int(rng.random() * len(BEFORE_LINK))].split()
        words = (link, *example.words)
        if rng.random() < 0.75:
            words = (*example.words, *before, link, *ends[int(rng.random() * len(ends))])
        yield _closed(words, example.labels[-1])


def _closed(words: tuple[str, ...], label: str | None) -> Example:
    """A sentence whose label counts at its last word."""
    return Example(words, (None,) * (len(words) - 1) + (label,))
