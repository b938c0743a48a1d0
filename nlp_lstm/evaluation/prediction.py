"""predict(): what a model says about a text. generate(): the words that a model continues it with."""

from pathlib import Path

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.report import Comparison, Report
from nlp_lstm.store.run import Run, default_run, load_run
from nlp_lstm.text.vocabulary import EOS, MOST_WORDS, PAD, UNK


def predict(text: str, run: Run | str | Path | None = None, most: int = 10) -> Report:
    """Return the label of every word, or the likeliest next words, with probabilities in [0, 1].

    Args:
        text: a raw sentence.
        run: a run or its name; None for the newest, or for one that comes with nlp-lstm where nothing
            was trained.
        most: how many next words.

    Raises:
        MissingInputError: if there is no such run.
        DataError: if the text has no words or too many.
    """
    run = _as_run(run)
    sentence = run.vocabulary.encode(text)
    layers, _ = run.network.read(sentence.ids[None])
    hidden_state = layers[-1]["hidden_state"][0]
    if run.label_names:
        outputs = run.network.probabilities(hidden_state)
        best = outputs.argmax(axis=1)
        values = [(run.label_names[label], float(row[label])) for label, row in zip(best, outputs)]
        table = Comparison(
            "label after every word",
            sentence.words,
            ("label", "probability"),
            values,
            "word",
            "what the model says after reading up to the word",
        )
    else:
        after = run.network.probabilities(hidden_state[-1])
        best = [index for index in np.argsort(-after, kind="stable") if index != PAD][:most]
        values = [(float(after[index]),) for index in best]
        words = [run.vocabulary.words[index] for index in best]
        table = Comparison(
            "likeliest next words", words, ("probability",), values, "next word", "after the whole text"
        )
    return Report((table,), facts={"run": run.name, "text": text, "unknown_words": sentence.unknown})


def generate(
    text: str,
    run: Run | str | Path | None = None,
    words: int = 20,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> str:
    """Continue a text word by word, carrying h and c forward instead of reading the prefix again.

    Args:
        text: a raw beginning.
        run: a next-word run or its name; None for the newest, or for the one that comes with nlp-lstm
            where none was trained.
        words: how many words to add.
        temperature: logits are divided by it, 0.001 to 1000; 0 always takes the likeliest word.
        top_k: draw among the likeliest so many words only; None for all.
        seed: of the draws.

    Returns:
        The added words, separated by spaces; the end of a sentence is a line break. Padding and the
        unknown word are never drawn.

    Raises:
        UsageError: if the run has no next words, or a number is outside its range.
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
    pieces, states, ids = [], None, run.vocabulary.encode(text).ids
    for _ in range(words):
        layers, states = run.network.read(ids[None], states)
        log_probabilities = run.network.log_probabilities(layers[-1]["hidden_state"][0, -1])
        word = _draw(log_probabilities, temperature, top_k, draws)
        pieces.append("\n" if word == EOS else run.vocabulary.words[word])
        ids = np.array([word])
    return " ".join(pieces).replace(" \n ", "\n").replace(" \n", "\n")


def _draw(
    log_probabilities: np.ndarray, temperature: float, top_k: int | None, draws: np.random.Generator
) -> int:
    """One word id, drawn by its probability."""
    scores = log_probabilities.astype(np.float64)
    scores[[PAD, UNK]] = -np.inf
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
