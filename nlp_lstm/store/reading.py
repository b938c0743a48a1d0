"""How a run reads: its own corpus as it was trained on it, other text by the same rules."""

from dataclasses import fields
from typing import Any

import numpy as np

from nlp_lstm.corpora import Request
from nlp_lstm.corpora.sources import resolve_source
from nlp_lstm.errors import UnknownNameError, UsageError
from nlp_lstm.models.cells import Parts
from nlp_lstm.models.network import EditLayer
from nlp_lstm.registry import match_name
from nlp_lstm.report.given import check_text
from nlp_lstm.store.run import Run
from nlp_lstm.text.answers import name_words
from nlp_lstm.text.ends import with_end
from nlp_lstm.text.vocabulary import EOS, UNK, Sentence

# What `Request` has beside the choices of a task; columns and the like belong to one file.
OF_A_FILE = ("text_column", "word_column", "label_column", "separator", "encoding", "header")
READING = ("tokenized", *OF_A_FILE)
DEFAULTS = {entry.name: entry.default for entry in fields(Request)}


def split_reading(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options that say how files are read, and the others.

    Example:
        >>> split_reading({"tokenized": True, "units": 8})
        ({'tokenized': True}, {'units': 8})
    """
    reading = {name: value for name, value in options.items() if name in READING}
    return reading, {name: value for name, value in options.items() if name not in READING}


def request_for(run: Run, data: str | None, **asked: Any) -> Request:
    """Return what a reader is told for a run: what the run's record says, unless you ask for something else.

    Args:
        run: it says which labels it has, and whether its text was tokenized already.
        data: the corpus, as `load_corpus` takes it; None for the run's own. Columns, separator and the like
            are those of its own file, so they do not apply to another one.
        **asked: fields of `Request`; None for what the run's record says.

    Raises:
        MissingInputError: if `data` is a path that is not there.
        UnknownNameError: if an option is no field of `Request`; lists those that say how files are read.
        UsageError: if a value is outside its choices.
    """
    for name in asked:
        if name not in DEFAULTS:
            raise UnknownNameError("option", name, READING)
    own = data is None or resolve_source(data) == run.data.get("source")
    names = ("labels", "classes", *(OF_A_FILE if own else ()))
    known = {name: run.data[name] for name in names if run.data.get(name) is not None}
    known["tokenized"] = run.reading.tokenized
    given = {name: value for name, value in asked.items() if value is not None}
    return Request(run.predicts, **{**known, **given})


def encode(run: Run, text: str, tokenized: bool | None = None, as_typed: bool = True) -> Sentence:
    """Return a typed text as the words and ids that a run reads.

    A run of tokenized text splits it at its blanks, as it did with its training text; a piece that it does
    not know, such as "blue," with its comma, is split like raw text.

    Args:
        tokenized: whether the text is split at its blanks alone, or as raw text; None for the run's rule.
        as_typed: False to read a text without a stop with an implied end, if the run's sentences have stops.

    Raises:
        UsageError: if it is no text.
        DataError: if the text has no words, or too many.
    """
    check_text(text)
    if tokenized is None and not run.reading.tokenized:
        tokenized = False
    sentence = run.vocabulary.encode(text, tokenized)
    ends = run.reading.ends_with_stop and not as_typed
    return with_end(sentence, run.vocabulary) if ends else sentence


def output_number(run: Run, name: str, asked: str = "towards") -> int:
    """Return the number of the output that stands for a label or a word.

    Args:
        asked: what it was asked for, for the message.

    Raises:
        UnknownNameError: if a tagger has no such label; lists its labels.
        UsageError: if a run of next words knows no such word.
    """
    if run.label_names:
        return run.output_names.index(match_name(f"label of {run.name}", name, run.label_names))
    if name in run.output_names:
        return run.output_names.index(name)
    index = int(run.vocabulary.ids([name])[0])
    if index == UNK:
        raise UsageError(f"{asked} {name!r}: {run.name} knows no such word; choose a run with --run")
    return index


def named_outputs(run: Run, outputs: np.ndarray) -> np.ndarray:
    """Return the probabilities of what a run may name, labels or known words, `(..., outputs)`.

    Args:
        outputs: its probabilities, `(..., outputs)`; those of known words are renormalized.
    """
    return name_words(outputs, run.output_names)[0] if run.predicts == "words" else outputs


def initial_states(run: Run) -> list[Parts] | None:
    """Return the states that a text begins with, per layer `(1, units)` each; None for zeros.

    Where each line was read after `<eos>` in training, they are those after that step.
    """
    if not run.reading.starts_with_eos:
        return None
    _, states = run.network.read(np.array([[EOS]]))
    return states


def read_ids(
    run: Run, ids: np.ndarray, states: list[Parts] | None = None, edit: EditLayer | None = None
) -> tuple[list[Parts], list[Parts]]:
    """Read texts as the run was trained to, each from the states that a text begins with.

    Args:
        run: of any cell and task.
        ids: words of the texts alone, `(batch, timesteps)`.
        states: per layer, those carried in, to go on with texts; None to begin them.
        edit: as `Network.read` takes it; words are counted from the first of the text.

    Returns:
        What `Network.read` returns, of the words of the texts alone.
    """
    begun = initial_states(run) if states is None else states
    return run.network.read(ids, states=begun, edit=edit)


def recorded(reading: dict[str, Any]) -> dict[str, Any]:
    """Return what a run's `data` says of how its files were read: whatever is not the default."""
    return {name: value for name, value in reading.items() if name in OF_A_FILE and value != DEFAULTS[name]}
