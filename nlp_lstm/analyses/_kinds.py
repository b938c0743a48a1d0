"""The tables of `memory` about words: which kinds and which words are written and kept."""

import re
from collections import Counter
from typing import Any

import numpy as np

from nlp_lstm.analyses._seeing import largest, versus
from nlp_lstm.analyses._words import word_mean
from nlp_lstm.analyses._writes import LATER, Writes
from nlp_lstm.analyses.studies import Study
from nlp_lstm.evaluation.intervals import Interval, mean_interval
from nlp_lstm.report import Comparison
from nlp_lstm.text.vocabulary import UNK

COMMONEST = 50  # words that are a kind of their own, most of them without much meaning
OFTEN = 20  # times that a word is seen before it is told apart from others
SHOWN = 5  # words at either end
KINDS = ("punctuation", "commonest words", "other known words", "unknown words")
DEFINED = (
    "written: length of what the word writes, i * g, divided by the sum of this length and the length of the "
    "memory before the word; 0: nothing, near 1: much. kept: share of what the word wrote, by length, that "
    f"is left {LATER} words later. Means over words with their 95 % interval by sentence"
)
UNTRAINED = "untrained: the same model before training"


def kinds_of(study: Study, layer: str) -> np.ndarray:
    """Return the kind of every word that a layer read, `(words,)`, a number into `KINDS`.

    Punctuation holds no letter or digit. The commonest words are those of the sentences that were read.
    """
    words = [word for trace in study.traces[layer] for word in trace.words]
    ids = _ids(study, layer)
    signs = np.array([not re.search(r"[^\W_]", word) for word in words])
    counts = Counter(ids[~signs & (ids != UNK)].tolist())
    common = np.isin(ids, [word for word, _ in counts.most_common(COMMONEST)])
    return np.select([signs, ids == UNK, common], [0, 3, 1], 2)


def kind_table(study: Study, layer: str, trained: Writes, untrained: Writes, seed: int) -> Comparison:
    """Return one row per kind of word that occurs: how strongly it is written and how well kept."""
    kinds, columns = kinds_of(study, layer), {}
    ids = _ids(study, layer)
    names = [KINDS[0], f"{len(np.unique(ids[kinds == 1]))} {KINDS[1]}", *KINDS[2:]]
    present = [number for number in range(len(KINDS)) if (kinds == number).any()]
    see = ""
    for name in ("written", "kept"):
        found = [
            word_mean(np.where(kinds == kind, getattr(trained, name), np.nan), trained.starts, seed)
            for kind in present
        ]
        see = see or largest("Most strongly written", dict(zip([names[kind] for kind in present], found)))
        columns |= {name: [one.mean for one in found]}
        columns |= {f"{name}_low": [one.low for one in found], f"{name}_high": [one.high for one in found]}
        columns[f"untrained_{name}"] = [
            word_mean(np.where(kinds == kind, getattr(untrained, name), np.nan), untrained.starts).mean
            for kind in present
        ]
    columns["words"] = [int((kinds == kind).sum()) for kind in present]
    title = study.title(layer, "kinds of words that are written and kept")
    rows = [names[kind] for kind in present]
    chart: dict[str, Any] = {"chart": "intervals", "see": see}
    return Comparison.from_columns(title, rows, columns, "kind", f"{DEFINED}. {UNTRAINED}", **chart)


def word_table(study: Study, layer: str, writes: Writes, seed: int) -> Comparison:
    """Return the words seen 20 times or more that are most and least written, and most and least kept."""
    ids = _ids(study, layer)
    sentences = np.repeat(np.arange(len(writes.starts)), np.diff([*writes.starts, len(ids)]))
    rows = []
    for name in ("written", "kept"):
        values = getattr(writes, name)
        known = ~np.isnan(values) & (ids != UNK)
        words, places, times = np.unique(ids[known], return_inverse=True, return_counts=True)
        sums, counts = np.zeros((2, len(writes.starts), len(words)))
        np.add.at(sums, (sentences[known], places), values[known])
        np.add.at(counts, (sentences[known], places), 1)
        often = np.flatnonzero(times >= OFTEN)
        if not len(often):
            continue
        mean, low, high = mean_interval(sums[:, often], counts[:, often], seed)
        order = np.argsort(-mean, kind="stable")
        ends = (("most", order[: len(order) // 2]), ("least", order[::-1][: len(order) // 2]))
        for end, chosen in ends:
            for rank, one in enumerate(chosen[:SHOWN], start=1):
                word = study.run.vocabulary.words[words[often[one]]]
                figures = (float(mean[one]), float(low[one]), float(high[one]), int(times[often[one]]))
                rows.append((f"{end} {name} {rank}", (word, *figures)))
    title = study.title(layer, f"words seen {OFTEN} times or more that are most and least written and kept")
    columns = ("word", "mean", "low", "high", "times")
    names, values = [name for name, _ in rows], [row for _, row in rows]
    meaning = DEFINED
    if not rows:
        meaning = (
            f"no rows: no word was seen {OFTEN} times; give more sentences or a larger --limit. {DEFINED}"
        )
    chart: dict[str, Any] = {"chart": "intervals", "unit": "share", "see": _see_words(dict(rows))}
    return Comparison(title, names, columns, values, "rank", meaning, **chart)


def _see_words(rows: dict[str, tuple[Any, ...]]) -> str:
    """Whether the word that is written most is written more than the one that is written least."""
    if not {"most written 1", "least written 1"} <= {*rows}:
        return ""
    (most, *ends, _), (least, *others, _) = rows["most written 1"], rows["least written 1"]
    first, second = (Interval(*map(np.asarray, one)) for one in (ends, others))
    return versus("Strength of what the word writes", f'"{most}"', first, f'"{least}"', second)


def _ids(study: Study, layer: str) -> np.ndarray:
    """The ids of all words that a layer read, `(words,)`."""
    return np.concatenate([study.run.vocabulary.ids(trace.words) for trace in study.traces[layer]])
