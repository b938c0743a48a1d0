"""What a probe can ask of a run that has read a sentence, and the tables that answer it.

A question is one of: all parts of a unit, what the memory is made of, what a change to the sentence or the
cell changes, what of another sentence moves the answer, and which words speak for it. No question at all
shows the states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nlp_lstm.errors import UsageError
from nlp_lstm.models.edits import Edit
from nlp_lstm.report import Comparison
from nlp_lstm.states.changes import change_table, swap_word, without_word
from nlp_lstm.states.explaining import patch_tables, why_table
from nlp_lstm.states.memory import write_decomposition
from nlp_lstm.states.memory_tables import memory_table, unit_age_table
from nlp_lstm.states.traces import Trace, check_unit, unit_table
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode, output_number
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import Sentence

Layers = Mapping[str, Trace]


@dataclass(frozen=True)
class Question:
    """What is asked; the arguments are those of `probe`, with the same names."""

    unit: int | None = None
    memory: bool = False
    why: bool = False
    towards: str | None = None
    against: str | None = None
    without: int | None = None
    swap: tuple[int, str] | None = None
    hold: Sequence[Edit] = ()
    patch_from: str | None = None
    tokenized: bool | None = None
    as_typed: bool = False
    unknown: bool = False

    def check(self) -> None:
        """Raise a UsageError if two questions are asked at once, or an output of a question that has none."""
        asked = [name for name, given in self._asked().items() if given]
        if len(asked) > 1:
            raise UsageError(f"{' and '.join(asked)} exclude each other: ask one question at a time")
        if self.towards is not None and not (self.memory or self.why or self.patch_from):
            raise UsageError(f"towards {self.towards!r}: give memory, why or patch_from as well")
        if self.against is not None and not (self.why or self.patch_from):
            raise UsageError(f"against {self.against!r}: give why or patch_from as well")
        if self.towards is not None and self.unit is not None:
            raise UsageError("unit and towards exclude each other: show the memory of one of them")

    def _asked(self) -> dict[str, bool]:
        """The questions by name, and whether they are asked."""
        return {
            "unit": self.unit is not None and not self.memory,
            "memory": self.memory,
            "why": self.why,
            "without": self.without is not None,
            "swap": self.swap is not None,
            "hold": bool(self.hold),
            "patch_from": self.patch_from is not None,
        }


@dataclass(frozen=True)
class Answer:
    """What a run has to say to a question.

    Args:
        tables: the first ones.
        details: what comes after the tables of all runs.
        traces: of a changed sentence or cell, or of another sentence.
        called: what these are, behind the name of the run.
        unknown: the words of that sentence that the run does not know; None for none.
    """

    tables: Sequence[Comparison] = ()
    details: Sequence[Comparison] = ()
    traces: Layers = field(default_factory=dict[str, Trace])
    called: str = "changed"
    unknown: str | None = None


def answer(run: Run, sentence: Sentence, shown: Trace, question: Question) -> Answer:
    """Return what a run has to say to a question; nothing where none is asked.

    Args:
        run: which has read the sentence.
        sentence: as it was read.
        shown: the trace of the layer that the question is about.
        question: checked.
    """
    if question.memory:
        return _answer_memory(run, shown, question)
    if question.why:
        return Answer([why_table(run, sentence, question.towards, question.against)])
    if question.patch_from is not None:
        donor = encode(run, question.patch_from, question.tokenized, question.as_typed)
        tables = patch_tables(run, sentence, donor, question.towards, question.against)
        return Answer(tables, traces=read(run, donor, question), called="donor", unknown=donor.unknown)
    if question.without is not None or question.swap is not None or question.hold:
        return _answer_change(run, sentence, shown, question)
    return Answer([] if question.unit is None else [unit_table(shown, question.unit)])


def read(run: Run, sentence: Sentence, question: Question, holds: Sequence[Edit] = ()) -> Layers:
    """Return the traces of a sentence, which name the unknown word or not."""
    return {
        name: replace(one, names_unknown=question.unknown)
        for name, one in trace(run, sentence, holds).items()
    }


def _answer_memory(run: Run, shown: Trace, question: Question) -> Answer:
    """The map of a layer's memory, as a whole, of a unit, or towards an output; and the age of each unit."""
    writes = write_decomposition(shown, before=bool(shown.initial_state))
    unit, towards, column = question.unit, question.towards, None
    if unit is not None:
        check_unit(shown, unit)
    if towards is not None:
        if shown.layer != f"layer_{run.settings.layers}":
            raise UsageError(f"{shown.layer} towards {towards!r}: the outputs read only the last layer")
        column = run.network.output_kernel[:, output_number(run, towards)]
    table = memory_table(shown, writes, unit, towards, column)
    return Answer([table], [unit_age_table(shown, writes)])


def _answer_change(run: Run, sentence: Sentence, shown: Trace, question: Question) -> Answer:
    """What a change to the sentence or the cell changes at each word from there on."""
    changed, first, change = _change(run, sentence, question)
    after = read(run, changed, question, question.hold)
    table = change_table(shown, after[shown.layer], first, change)
    return Answer([table], traces=after, unknown=None if changed is sentence else changed.unknown)


def _change(run: Run, sentence: Sentence, question: Question) -> tuple[Sentence, int, str]:
    """The changed sentence, the number of the first word to compare, and the change in words."""
    if question.without is not None:
        number = question.without
        changed = without_word(sentence, number)
        return changed, number + 1, f"without {number} {sentence.words[number - 1]}"
    if question.swap is not None:
        number, word = question.swap
        changed = swap_word(sentence, number, encode(run, word, question.tokenized))
        return changed, number, f"{number} {sentence.words[number - 1]} → {changed.words[number - 1]}"
    holds = question.hold
    return sentence, min(edit.first for edit in holds), f"hold {', '.join(map(str, holds))}"
