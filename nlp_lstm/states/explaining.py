"""Tables of why a run says what it says: which words speak for it, and what of another sentence moves it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_lstm.errors import UsageError
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison
from nlp_lstm.states.attribution import attribute_words
from nlp_lstm.states.patching import all_places, patch
from nlp_lstm.store.reading import named_outputs, output_number, read_ids
from nlp_lstm.store.run import Run
from nlp_lstm.text.ends import numbered
from nlp_lstm.text.vocabulary import Sentence


def why_table(
    run: Run, sentence: Sentence, towards: str | None = None, against: str | None = None
) -> Comparison:
    """Return how much each word speaks for what a run says after the last one, by integrated gradients.

    Args:
        run: of any cell and task.
        sentence: the words and ids.
        towards: an output, a label or a word; None for the one that the run says.
        against: an output to compare it with; None for none.

    Returns:
        A table with a row per word and the column "adds", in logits, signed; what the words add sums to what
        the score of the sentence is above that of as many `[PAD]`.

    Raises:
        UnknownNameError, UsageError: if there is no such output, or both are the same.
    """
    output = _answer(run, sentence) if towards is None else output_number(run, towards)
    other = None if against is None else output_number(run, against, "against")
    if output == other:
        raise UsageError(f"towards and against are both {run.output_names[output]!r}: name two outputs")
    found = attribute_words(run, sentence.ids, output, other)
    name, opposed = run.output_names[output], "" if other is None else run.output_names[other]
    score = f"the logit of “{name}”" + (f" less that of “{opposed}”" if opposed else "")
    meaning = (
        "adds: how much the word adds to the score, in logits, by integrated gradients; the score is "
        f"{score} after the last word: {found.score:.3f}, and {found.nothing:.3f} if every word is [PAD]; "
        f"the words add {found.words.sum():.3f}, which differs by {found.error:.0e}"
    )
    title = f"{run.task}, {run.name}, why “{name}”" + (f" and not “{opposed}”" if opposed else "")
    rows = numbered(sentence.words)
    table = Comparison.from_columns(title, rows, {"adds": found.words}, "word", meaning, "amounts")
    strongest = int(np.abs(found.words).argmax())
    speaks = "for" if found.words[strongest] > 0 else "against"
    amount = f"{found.words[strongest]:+.2f}"
    see = f"Of all words, {rows[strongest]} speaks most strongly {speaks} “{name}”: {amount}."
    return replace(table, see=see, unit="logits")


def patch_tables(
    run: Run, sentence: Sentence, donor: Sentence, towards: str | None = None, against: str | None = None
) -> list[Comparison]:
    """Return for each layer how much of the answer moves with each part at each word of another sentence.

    Args:
        run: of any cell and task.
        sentence: the one that is read.
        donor: the one whose states are put in, as long.
        towards, against: two outputs, a label or a word each; None for what the run says of the donor, and of
            the sentence.

    Returns:
        Tables with a row per part and a column per word, from the first one that differs.

    Raises:
        UsageError: if the sentences are not equally long, are read alike, or have the same answer and score.
    """
    if len(sentence.ids) != len(donor.ids):
        raise UsageError(
            f"{len(sentence.ids)} and {len(donor.ids)} words: give patch_from a sentence of the same length"
        )
    differ = np.flatnonzero(sentence.ids != donor.ids)
    if not len(differ):
        raise UsageError(f"{run.name} reads both sentences alike: give patch_from another one")
    outputs = _two_outputs(run, sentence, donor, towards, against)
    words = range(int(differ[0]) + 1, len(sentence.ids) + 1)
    places = all_places(run, words)
    found = patch(run, sentence.ids[None], donor.ids[None], np.array([outputs]), places)
    if np.isnan(found.shares).any():
        raise UsageError(
            f"{run.name} scores both sentences alike: name other outputs with towards and against"
        )
    parts = CELLS.get(run.settings.cell).parts
    shares = found.shares[0].reshape(run.settings.layers, len(parts), len(words))
    first, second = (f"“{run.output_names[output]}”" for output in outputs)
    meaning = (
        "share of the difference in the score that moves if the part takes, at this word, its values in "
        f"“{' '.join(donor.words)}”; 0: nothing, 1: all of it; the score is the logit of {first} less that "
        f"of {second} after the last word: {found.before[0]:.2f} here, {found.donors[0]:.2f} there"
    )
    names = [
        word if sentence.ids[place] == donor.ids[place] else f"{word} → {donor.words[place]}"
        for place, word in enumerate(sentence.words)
    ]
    columns = [f"{number} {name}" for number, name in enumerate(names, start=1)][words[0] - 1 :]
    return [
        _layer_map(run, number, values, parts, columns, meaning) for number, values in enumerate(shares, 1)
    ]


def _layer_map(
    run: Run, layer: int, shares: np.ndarray, parts: Sequence[str], columns: Sequence[str], meaning: str
) -> Comparison:
    """The map of a layer, and a sentence about where the most moves before the last word."""
    values = [tuple(map(float, row)) for row in shares]
    title = f"{run.task}, {run.name}, layer_{layer}, what moves the answer"
    see = ""
    if len(columns) > 1:
        row, column = divmod(int(shares[:, :-1].argmax()), len(columns) - 1)
        part = parts[row].replace("_", " ")
        most = f"{shares[row, column]:.2f}"
        see = f"Before the last word most moves with the {part} at {columns[column]}: {most}."
    return Comparison(title, parts, columns, values, "part", meaning, "map", see=see)


def _two_outputs(
    run: Run, sentence: Sentence, donor: Sentence, towards: str | None, against: str | None
) -> tuple[int, int]:
    """The output that the score is for, and the one that it is against."""
    first = _answer(run, donor) if towards is None else output_number(run, towards)
    second = _answer(run, sentence) if against is None else output_number(run, against, "against")
    if first == second:
        raise UsageError(
            f"{run.name} says {run.output_names[first]!r} of both sentences: name two outputs with towards "
            "and against"
        )
    return first, second


def _answer(run: Run, sentence: Sentence) -> int:
    """The number of what a run says after the last word; the unknown word is no answer."""
    layers, _ = read_ids(run, sentence.ids[None])
    return int(named_outputs(run, run.network.probabilities(layers[-1]["hidden_state"][0, -1])).argmax())
