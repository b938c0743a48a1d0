"""Lines of a CoNLL file -> sentences of rows, without the lines that are no words.

# sent_id = 1        a comment, before the first row of a sentence
-DOCSTART- -X- O O   begins a document
1-2 don't _ _ ...    CoNLL-U: the written form of words 1 and 2, which have rows of their own
1.1 went _ _ ...     CoNLL-U: a word that is not written
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_lstm.corpora._files import read_lines
from nlp_lstm.errors import DataError

# Only these part columns: a word may be, or hold, a space of another kind.
BLANKS = " \t\x0b\x0c"
DOCUMENT = "-DOCSTART-"
COMMENT = re.compile(r"#(\s|$|[\w.:-]+ ?=|(begin|end) document)")
KEY_AND_VALUE = re.compile(r"# ?[\w.:\[\]-]+ = ")
JOINED, UNWRITTEN = re.compile(r"\d+-\d+", re.ASCII), re.compile(r"\d+\.\d+", re.ASCII)
HEADINGS = {"id", "word", "words", "token", "tokens", "form", "lemma", "pos", "upos", "xpos", "chunk"}
HEADINGS |= {"label", "labels", "tag", "tags", "pos_tag", "pos_tags", "ner", "ner_tag", "ner_tags"}
KINDS = {
    "document": f"{DOCUMENT} lines, which are no sentences",
    "comment": "comment lines",
    "heading": "lines of column names",
    "joined": "lines of joined words (1-2), whose parts have rows of their own",
    "unwritten": "lines of words that are not written (1.1)",
}


@dataclass(frozen=True)
class Row:
    """A line that may be a word: its number in the file, from 1, and its cells."""

    number: int
    line: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """A file as rows.

    Args:
        file: which one.
        sentences: the rows of each; all have `columns` cells.
        tabs: whether a tab stands between two columns, or any blanks.
        numbered: whether the first column numbers the words of a sentence.
        left_out: how many lines are no rows, by kind, see `KINDS`.
        unsure: a row that could be a comment; None if there is none.
    """

    file: Path
    sentences: tuple[tuple[Row, ...], ...]
    columns: int
    tabs: bool
    numbered: bool
    left_out: Counter[str]
    unsure: Row | None = None


def read_rows(file: Path, encoding: str, tabs: bool = False) -> Rows:
    """Return the rows of a file.

    Args:
        file, encoding: as `read_lines` takes them.
        tabs: True if columns are parted by tabs alone; else a file in which a tab stands is read so, too.

    Raises:
        DataError: if a row has not as many columns as the first one, or there is none; says the row.
        As `read_lines`.
    """
    lines = read_lines(file, encoding)
    plain = [line for line in lines if line.strip() and line[0] != "#"]
    tabs = tabs or any("\t" in line for line in plain or lines)
    split = _split_at_tabs if tabs else _split_at_blanks
    rows = [Row(number, line, split(line)) for number, line in enumerate(lines, 1)]
    model = _find_model(rows)
    left_out: Counter[str] = Counter()
    sentences = list(_group(rows, model, left_out, tabs))
    for row in (row for sentence in sentences for row in sentence):
        if len(row.cells) != len(model.cells):
            raise _wrong_count(file, row, model, tabs)
    unsure = _drop_ids(sentences, left_out)
    sentences = [sentence for sentence in sentences if sentence]
    numbered = file.suffix.lower() == ".conllu" or _are_numbered(sentences)
    if numbered:
        sentences = [_drop_extra(file, sentence, left_out) for sentence in sentences]
    kept = tuple(tuple(sentence) for sentence in sentences if sentence)
    if not kept:
        raise DataError(f"{file} has no row of a word: give a file with at least one sentence")
    return Rows(file, kept, len(model.cells), tabs, numbered, left_out, unsure)


def _split_at_tabs(line: str) -> tuple[str, ...]:
    """The cells of a line between its tabs."""
    return tuple(cell.strip(BLANKS) for cell in line.split("\t"))


def _split_at_blanks(line: str) -> tuple[str, ...]:
    """The cells of a line between its blanks."""
    return tuple(re.split(f"[{BLANKS}]+", line.strip(BLANKS)))


def _find_model(rows: list[Row]) -> Row:
    """The row that says how many columns there are: the first that is surely one; else the first line."""
    filled = [row for row in rows if row.line.strip() and DOCUMENT not in row.cells]
    sure = (row for row in filled if row.line[0] != "#")
    return next(sure, None) or next(
        (row for row in filled if not COMMENT.match(row.line)), (filled or rows)[0]
    )


def _group(rows: list[Row], model: Row, left_out: Counter[str], tabs: bool) -> Iterator[list[Row]]:
    """Yield the rows of each sentence; count what is left out."""
    sentence: list[Row] = []
    for row in rows:
        blank = not row.line.strip()
        document = DOCUMENT in row.cells
        left_out["document"] += document
        if blank or document:
            if sentence:
                yield sentence
            sentence = []
        elif not sentence and _is_comment(row, len(model.cells), tabs):
            left_out["comment"] += 1
        elif row is model and len(row.cells) > 1 and {cell.lower() for cell in row.cells} <= HEADINGS:
            left_out["heading"] += 1
        else:
            sentence.append(row)
    if sentence:
        yield sentence


def _is_comment(row: Row, columns: int, tabs: bool) -> bool:
    """Whether a line before a sentence is a comment. The word "#" with its label is none."""
    if len(row.cells) != columns:
        return bool(COMMENT.match(row.line))
    return bool(KEY_AND_VALUE.match(row.line)) or (tabs and row.cells[0].startswith("# "))


def _drop_ids(sentences: list[list[Row]], left_out: Counter[str]) -> Row | None:
    """Take out comments that look like rows, such as `# id7` before each sentence; return one that may be.

    They begin with # and end in something else each time, which ends no other row.
    """
    ends = {
        row.cells[-1]
        for sentence in sentences
        for place, row in enumerate(sentence)
        if place or row.line[0] != "#"
    }
    odd = [
        sentence[0]
        for sentence in sentences
        if sentence[0].line[0] == "#" and sentence[0].cells[-1] not in ends
    ]
    if not ends or not odd or len(sentences[0][0].cells) < 2:
        return None
    if len(odd) < 2 or len({row.cells[-1] for row in odd}) < len(odd):
        return odd[0]
    left_out["comment"] += len(odd)
    numbers = {row.number for row in odd}
    sentences[:] = [[row for row in sentence if row.number not in numbers] for sentence in sentences]
    return None


def _are_numbered(sentences: list[list[Row]]) -> bool:
    """Whether the first column numbers the words, as in CoNLL-U and GermEval."""
    firsts = [[row.cells[0] for row in sentence] for sentence in sentences]
    columns = len(sentences[0][0].cells) if sentences else 0
    if columns == 2:  # numbers may be words here, unless they count
        counted = all(cells == [str(number + 1) for number in range(len(cells))] for cells in firsts)
        return counted and any(len(cells) > 1 for cells in firsts)
    return columns > 2 and all(_is_number(cell) for cells in firsts for cell in cells)


def _is_number(cell: str) -> bool:
    """Whether a cell numbers a word, or is one of CoNLL-U's extra lines."""
    return cell.isdecimal() or bool(JOINED.fullmatch(cell) or UNWRITTEN.fullmatch(cell))


def _drop_extra(file: Path, sentence: list[Row], left_out: Counter[str]) -> list[Row]:
    """The rows of a numbered sentence that are words."""
    kept = []
    for row in sentence:
        first = row.cells[0]
        if not _is_number(first):
            raise DataError(
                f"{file}, row {row.number}: {row.line[:40]!r} does not begin with the word's number"
            )
        kind = "joined" if JOINED.fullmatch(first) else "unwritten" if UNWRITTEN.fullmatch(first) else None
        if kind:
            left_out[kind] += 1
        else:
            kept.append(row)
    return kept


def _wrong_count(file: Path, row: Row, model: Row, tabs: bool) -> DataError:
    """The error of a row that has not as many columns as the others."""
    place = f"{file}, row {row.number}: {row.line[:40]!r}"
    if len(row.cells) == 1:
        return DataError(f"{place} is not a word and a label: write word<TAB>label")
    between = "a tab parts" if tabs else "blanks part"
    return DataError(
        f"{place} has {len(row.cells)} columns where row {model.number} has {len(model.cells)}: "
        f"{between} columns in this file, give every row as many"
    )
