"""Names of columns -> the column of the words and that of the labels.

You name them; else they are `tokens` and `labels`, or `text` and `label`; else the only two with names that
are common for a text and for its label. Names are compared without regard to case and to blanks around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp_lstm.corpora._values import Request
from nlp_lstm.errors import DataError, UsageError

TEXTS = ("text", "sentence", "review", "content", "tweet", "comment")
TOKENS = ("tokens", "words")
LABELS = ("label", "labels", "sentiment", "target", "class", "category", "rating", "polarity")
TAGS = ("labels", "tags", "ner_tags", "pos_tags")
PAIRS = (("tokens", "labels"), ("text", "label"))
# Which names go together: each line is tried if the lines before it find nothing.
COMMON = (((TOKENS, TAGS), (TEXTS, LABELS)), ((TOKENS + TEXTS, LABELS + TAGS),))
MOST_SHOWN = 12


@dataclass(frozen=True)
class Choice:
    """The columns that are used.

    Args:
        words: the column of texts, or of lists of words.
        labels: the column of labels; None to predict words.
        notes: what was chosen that was not asked for by its very name.
    """

    words: str
    labels: str | None
    notes: tuple[str, ...] = ()

    @property
    def of_words(self) -> bool:
        """Whether the column's name says that a cell holds words, not running text."""
        return plain(self.words) in TOKENS

    @property
    def per_word(self) -> bool:
        """Whether the names say that each word has its label."""
        return self.of_words and self.labels is not None and plain(self.labels) in TAGS

    @property
    def per_text(self) -> bool:
        """Whether the names say that each text has one label."""
        return plain(self.words) in TEXTS and self.labels is not None and plain(self.labels) in LABELS


def choose_columns(columns: Sequence[str], where: str, request: Request, hint: str = "") -> Choice:
    """Return the column of words and that of labels, which is None to predict words.

    Args:
        columns, where: the names of the columns of train, and what messages call it.
        request: which columns are asked for, and what is predicted.
        hint: what else a message can advise if the columns are not there.

    Raises:
        UsageError: if the request names a column that is not there; lists those that are.
        DataError: if there are no such columns, or several; names them and the options that choose.

    Example:
        >>> choose_columns(["id", "text", "label"], "train of table:x.csv", Request())
        Choice(words='text', labels='label', notes=())
        >>> choose_columns(["Review", "sentiment"], "train of table:x.csv", Request()).notes
        ("read 'Review' as the text and 'sentiment' as the label",)
        >>> choose_columns(["tokens"], "train of table:x.csv", Request("words")).labels is None
        True
    """
    labelled = request.predicts == "labels"
    words = find_asked(columns, request.text_column, "--text-column", where)
    labels = find_asked(columns, request.label_column, "--label-column", where) if labelled else None
    if words is not None and words == labels:
        raise UsageError(f"{words!r} is asked for as text and as label: give --label-column another column")
    found = _pairs(columns, (words, labels), labelled)
    if not found:
        raise _none_there(columns, where, labelled, hint)
    if len(found) > 1:
        raise _several_there(found, where)
    chosen = Choice(*found[0])
    by_name = (chosen.words, chosen.labels) in PAIRS or (not labelled and chosen.words in ("tokens", "text"))
    exact = (chosen.words, chosen.labels) == (request.text_column, request.label_column if labelled else None)
    if by_name or exact:
        return chosen
    told = f"read {chosen.words!r} as the {'words' if chosen.of_words else 'text'}"
    if chosen.labels is not None:
        told += f" and {chosen.labels!r} as the {'labels' if chosen.per_word else 'label'}"
    return Choice(chosen.words, chosen.labels, (told,))


def find_asked(columns: Sequence[str], name: str | None, option: str, where: str) -> str | None:
    """Return the column that was asked for by name; None if none was.

    Raises:
        UsageError: if it is not there.
    """
    if name is None:
        return None
    found = match_column(columns, name)
    if found is None:
        raise UsageError(f"{where} has no column {name!r}: give {option} one of {list_names(columns)}")
    return found


def match_column(columns: Sequence[str], name: str) -> str | None:
    """Return the column of a name, or the only one that differs in case or blanks alone; else None.

    Example:
        >>> match_column(["Text", " label"], "label"), match_column(["Text", "TEXT"], "text")
        (' label', None)
    """
    alike = [column for column in columns if plain(column) == plain(name)]
    return name if name in columns else alike[0] if len(alike) == 1 else None


def plain(name: str) -> str:
    """Return a name without regard to case, and to blanks and quotation marks around it.

    Example:
        >>> plain(' "Label" ')
        'label'
    """
    return name.strip().strip("\"'").strip().casefold()


def list_names(columns: Iterable[str]) -> str:
    """Return names as a list for messages, in quotes, so that their blanks can be seen."""
    told = [repr(column) for column in columns]
    more = f" and {len(told) - MOST_SHOWN} more" if len(told) > MOST_SHOWN else ""
    return ", ".join(told[:MOST_SHOWN]) + more


def _pairs(
    columns: Sequence[str], asked: tuple[str | None, str | None], labelled: bool
) -> list[tuple[str, str | None]]:
    """The pairs of columns that may be meant: more than one is for the user to decide."""
    words, labels = asked
    if words is not None and (labels is not None or not labelled):
        return [(words, labels)]
    pairs = tuple(((word,), (label,)) for word, label in PAIRS)
    one_asked = words is not None or labels is not None
    groups = (pairs,) if one_asked else tuple((pair,) for pair in pairs)
    for group, exact in [(group, True) for group in groups] + [
        (group, False) for group in (*groups, *COMMON)
    ]:
        found = dict.fromkeys(
            (word, label)
            for of_words, of_labels in group
            for word in _named(columns, of_words, words, exact)
            for label in (_named(columns, of_labels, labels, exact) if labelled else [None])
            if word != label
        )
        if found:
            return list(found)
    return []


def _named(columns: Sequence[str], names: Sequence[str], asked: str | None, exact: bool) -> list[str]:
    """The column that was asked for, or those that have one of the names."""
    if asked is not None:
        return [asked]
    return [column for column in columns if (column if exact else plain(column)) in names]


def _none_there(columns: Sequence[str], where: str, labelled: bool, hint: str) -> DataError:
    """The error that says which columns there are and which are needed."""
    needed = "tokens and labels, or text and label" if labelled else "tokens, or text"
    options = "--text-column and --label-column" if labelled else "--text-column"
    told = f"{where} has the columns {list_names(columns)}: it needs {needed}; name yours with {options}"
    return DataError(f"{told}, {hint}" if hint else told)


def _several_there(found: Sequence[tuple[str, str | None]], where: str) -> DataError:
    """The error that says which columns may be meant."""
    words, labels = (list(dict.fromkeys(names)) for names in zip(*found))
    told = []
    if len(words) > 1:
        told.append(f"{list_names(words)} may be the text: choose with --text-column")
    if len(labels) > 1:
        told.append(f"{list_names(map(str, labels))} may be the label: choose with --label-column")
    return DataError(f"{where}: {'; '.join(told)}")
