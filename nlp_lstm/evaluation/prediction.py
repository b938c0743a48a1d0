"""predict(): what a model says about a text. generate(): the words that a model continues it with."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from nlp_lstm.errors import DataError, UsageError
from nlp_lstm.models.edits import Edits, editing, shifted
from nlp_lstm.report import Comparison, Report, Value
from nlp_lstm.report.given import check_texts
from nlp_lstm.store.reading import encode, read_ids
from nlp_lstm.store.run import Run, default_run, load_run
from nlp_lstm.text.answers import likeliest, name_words
from nlp_lstm.text.ends import MEANING, has_end
from nlp_lstm.text.vocabulary import EOS, MOST_WORDS, PAD, UNK, Sentence


def predict(
    text: str | Sequence[str],
    run: Run | str | Path | None = None,
    top: int = 10,
    tokenized: bool | None = None,
    as_typed: bool = False,
    unknown: bool = False,
) -> Report:
    """Return the label of every word, or the likeliest next words, with probabilities in [0, 1].

    The text is read as the run was trained: after `<eos>` if its lines were, and with an implied end, the row
    "(end)", if its sentences end with a stop and the text does not. The label of the text is the last one.

    Args:
        text: a raw sentence; or several, for a row each: the label after the last word, or the next words.
        run: a run or its name; None for the newest, or for one that comes with nlp-lstm where nothing
            was trained.
        top: how many next words.
        tokenized: whether the text is split at its blanks, or as raw text; None for the run's own rule.
        as_typed: whether the text is read without an implied end.
        unknown: whether the unknown word is named among the next words; else the others are renormalized,
            and the fact or column "unknown_share" says what was left out.

    Raises:
        MissingInputError: if there is no such run.
        DataError: if a sentence has no words or too many; of several, a blank one has an empty row.
    """
    run = _as_run(run)
    if not isinstance(text, str):
        return _predict_each(text, run, top, tokenized, as_typed, unknown)
    sentence, share = encode(run, text, tokenized, as_typed), None
    hidden_state = _read(run, sentence)
    if run.label_names:
        labels = _labels(run, hidden_state)
        meaning = "what the model says after reading up to the word"
        meaning += f". {MEANING}" if has_end(sentence) else ""
        table = Comparison(
            "label after every word", sentence.words, ("label", "probability"), labels, "word", meaning
        )
    else:
        found, share = _next_words(run, hidden_state[-1], top, unknown)
        words, values = [word for word, _ in found], [(probability,) for _, probability in found]
        table = Comparison(
            "likeliest next words", words, ("probability",), values, "next word", "after the whole text"
        )
    facts = {"run": run.name, "text": text, "unknown_words": sentence.unknown, "unknown_share": share}
    return Report((table,), facts=facts)


def _predict_each(
    texts: Sequence[str], run: Run, top: int, tokenized: bool | None, as_typed: bool, unknown: bool
) -> Report:
    """A row for each text: the label after its last word, or the likeliest words after it."""
    if run.label_names:
        columns, meaning = ("label", "probability"), "what the model says after the last word of the text"
    else:
        numbers = range(1, top + 1)
        columns = tuple(f"{what} {number}" for number in numbers for what in ("next word", "probability"))
        columns += () if unknown else ("unknown_share",)
        meaning = "the likeliest words after the whole text"
    values: list[tuple[Value, ...]] = []
    for text in check_texts(texts):
        if not text.strip():
            values.append((None,) * len(columns))
            continue
        try:
            hidden_state = _read(run, encode(run, text, tokenized, as_typed))
        except DataError as error:
            raise DataError(f"text {len(values) + 1}: {error}") from None
        if run.label_names:
            values.append(_labels(run, hidden_state[-1:])[0])
        else:
            found, share = _next_words(run, hidden_state[-1], top, unknown)
            nothing = (None,) * (2 * (top - len(found)))
            values.append((*chain.from_iterable(found), *nothing, *(() if unknown else (share,))))
    table = Comparison("predictions", list(texts), columns, values, "text", meaning)
    return Report((table,), facts={"run": run.name, "texts": len(texts)})


def _read(run: Run, sentence: Sentence) -> np.ndarray:
    """The last layer's hidden state after every word, `(timesteps, units)`."""
    layers, _ = read_ids(run, sentence.ids[None])
    return layers[-1]["hidden_state"][0]


def _labels(run: Run, hidden_states: np.ndarray) -> list[tuple[Value, ...]]:
    """The likeliest label and its probability, for each hidden state."""
    outputs = run.network.probabilities(hidden_states)
    return [(run.label_names[int(row.argmax())], float(row.max())) for row in outputs]


def _next_words(
    run: Run, hidden_state: np.ndarray, top: int, unknown: bool
) -> tuple[list[tuple[str, float]], float | None]:
    """The likeliest next words, each with its probability, and the share that is left out."""
    named, share = name_words(run.network.probabilities(hidden_state), run.output_names, unknown)
    return likeliest(named, run.output_names, top), None if unknown else float(share)


def generate(
    text: str,
    run: Run | str | Path | None = None,
    words: int = 20,
    temperature: float = 0.8,
    top_k: int | None = 40,
    seed: int = 0,
    tokenized: bool | None = None,
    unknown: bool = False,
    hold: Edits = None,
) -> str:
    """Continue a text word by word, carrying h and c forward instead of reading the prefix again.

    The text is read as the run was trained: after `<eos>` if its lines were.

    Args:
        text: a raw beginning.
        run: a next-word run or its name; None for the newest, or for the one that comes with nlp-lstm
            where none was trained.
        words: how many words to add.
        temperature: logits are divided by it, 0.001 to 1000; 0 always takes the likeliest word.
        top_k: draw among the likeliest so many words only; None for all.
        seed: of the draws.
        tokenized: as `predict` takes it.
        unknown: whether the unknown word may be drawn, too.
        hold: edits of the cell, at words of the text and of what is added, counted on from it.

    Returns:
        The added words, separated by spaces; the end of a sentence is a line break. Padding is never drawn.

    Raises:
        UsageError: if the run has no next words, a number is outside its range, or the cell has not what an
            edit changes.
    """
    run = _as_run(run, "next-word")
    if run.label_names:
        raise UsageError(f"{run.name} predicts labels: generate needs a run of `--task next-word`")
    if not 1 <= words <= MOST_WORDS:
        raise UsageError(f"words is {words}: it must be between 1 and {MOST_WORDS}")
    if temperature != 0 and not 0.001 <= temperature <= 1000:
        raise UsageError(f"temperature is {temperature}: it must be 0 or between 0.001 and 1000")
    if top_k is not None and top_k < 1:
        raise UsageError(f"top_k is {top_k}: it must be at least 1")
    if seed < 0:
        raise UsageError(f"seed is {seed}: it must be at least 0")
    draws = np.random.default_rng(seed)
    pieces, states, ids, read = [], None, encode(run, text, tokenized).ids, 0
    edit = editing(hold, run.settings, len(ids) + words)
    for _ in range(words):
        layers, states = read_ids(run, ids[None], states, edit and shifted(edit, read))
        read += len(ids)
        log_probabilities = run.network.log_probabilities(layers[-1]["hidden_state"][0, -1])
        log_probabilities[[PAD] if unknown else [PAD, UNK]] = -np.inf
        word = _draw(log_probabilities, temperature, top_k, draws)
        pieces.append("\n" if word == EOS else run.vocabulary.words[word])
        ids = np.array([word])
    return " ".join(pieces).replace(" \n ", "\n").replace(" \n", "\n")


def _draw(
    log_probabilities: np.ndarray, temperature: float, top_k: int | None, draws: np.random.Generator
) -> int:
    """One word id, drawn by its probability."""
    scores = log_probabilities.astype(np.float64)
    if temperature == 0:
        return int(scores.argmax())
    scores /= temperature
    if top_k is not None and top_k < len(scores):
        scores[scores < np.partition(scores, -top_k)[-top_k]] = -np.inf
    probabilities = np.exp(scores - scores.max())
    return int(draws.choice(len(scores), p=probabilities / probabilities.sum()))


def _as_run(run: Run | str | Path | None, task: str | None = None) -> Run:
    """A run from itself, its name, or the default."""
    if run is None:
        return default_run(task)
    return run if isinstance(run, Run) else load_run(run)
