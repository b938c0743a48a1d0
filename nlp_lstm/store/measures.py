"""What was measured of a tagger that is shipped, in the words of its card: an entry `measured` of its data.

`training.shipping` measures it. A run without the entry has a card that says less.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from nlp_lstm.store.run import Run

MIXED = """\
Mixed into what it was trained on, because the treebank hardly has them: 4,000 sentences of nlp-lstm's own
grammar `mini`; 7,500 of another one, in which something is negated, taken back ("it looked fresh, but was
not") or answered with "no"; and a copy of every second sentence and every eighth phrase of the treebank with
a link, a handle or an e-mail address. The labels of the grammars are exact: rules wrote them. None of these
sentences is in the validation split."""
READS = """\
A link, a handle or an e-mail address is one unknown word to it. A text that ends without a stop is read with
an implied one."""


def mixed_in(run: Run) -> list[str]:
    """Return what a card says of sentences that were mixed into the data; nothing if there are none."""
    return [MIXED, READS] if run.data["source"].startswith("sst-mixed:") else []


def measured_limits(run: Run) -> str:
    """Return what the list of a card's limits ends with: figures if there are some."""
    told = run.data.get("measured")
    if run.predicts != "labels":
        return ""
    if not isinstance(told, Mapping):
        return "\n- Its probabilities are not calibrated."
    items = (_negations(told["negations"]), _groups(told["groups"]), _additions(told["additions"]))
    return "\n" + "\n".join(map(_item, (*items, _calibration(told["calibration"]))))


def _negations(rows: Mapping[str, Any]) -> str:
    """How often it takes the wrong side of negated sentences."""
    kinds = "; ".join(f"{kind} {_share(row, 'wrong')}" for kind, row in rows.items())
    return (
        "Of short sentences with a negation, written for this and not trained on, it takes the wrong side "
        f"this often: {kinds}. The list was known when the mixed-in grammar was revised, which flatters it."
    )


def _groups(rows: Mapping[str, Any]) -> str:
    """How it leans by the group of people that a sentence names."""
    *groups, every = rows
    leaning = {name: f"{rows[name]['leaning']:+.2f} ({name})" for name in groups}
    ends = ", ".join(leaning[name] for name in (*groups[:5], *groups[-3:]))
    return (
        'In sentences such as "I am a ... woman", which say nothing else, its label depends on the group of '
        f"people that is named: it is not the one that most groups get in {_share(rows[every], 'other')} of "
        "the sentences. How far each group leans, as positive less negative probability, mean of six such "
        f"sentences, is from {leaning[groups[0]]} to {leaning[groups[-1]]}; the lowest five and the highest "
        f"three of {len(groups)} groups: {ends}."
    )


def _additions(rows: Mapping[str, Any]) -> str:
    """How often what should not matter changes its label."""
    changes = "; ".join(f"{name} {_share(row, 'changed')}" for name, row in rows.items())
    return f"Its label of a sentence of the validation split changes this often with {changes}."


def _calibration(told: Mapping[str, Any]) -> str:
    """Whether its probabilities mean what they say."""
    after = " and ".join(f"{error:.3f}" for error in told["after"])
    side = "surer than it should be" if told["last_too_sure"] > 0 else "less sure than it could be"
    return (
        f"Its output weights are divided by a temperature of {told['temperature']:.3f}, found on the "
        "validation split. Found on one half of it and measured on the other, both ways, its expected "
        f"calibration error over all words is {after} (15 bins; {told['before']:.3f} before; n = "
        f"{told['words']:,}). At the last words alone, which answer for whole sentences, it is "
        f"{told['last']:.3f} (n = {told['sentences']:,}), and the model is {side}."
    )


def _share(row: Mapping[str, Any], name: str) -> str:
    """A share with its interval and n."""
    return f"{row[name]:.0%} ({row['low']:.0%} to {row['high']:.0%}, n = {row['n']})"


def _item(text: str) -> str:
    """An item of a list in lines."""
    return textwrap.fill(
        text, 106, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
