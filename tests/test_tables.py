"""Tables as other programs write them: read as what they say, or refused in one line; no guess is silent."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import nlp_lstm
from nlp_lstm.corpora import READERS, Corpus, Request, load_corpus
from nlp_lstm.errors import DataError, UsageError

WORDS = Request("words")


def write(path: Path, text: str | bytes) -> Path:
    """Write a file, and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def write_rows(path: Path, rows: list[list[Any]], **form: Any) -> Path:
    """Write rows as a program that knows CSV does."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, **form).writerows(rows)
    return path


def write_parquet(path: Path, columns: dict[str, Any], classes: Any = None) -> Path:
    """Write columns as Parquet; `classes` are features as `datasets` writes them into the metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    if classes is not None:
        told = json.dumps({"info": {"features": classes}}).encode()
        table = table.replace_schema_metadata({b"huggingface": told})
    pq.write_table(table, path)
    return path


def read(path: Path, request: Request | None = None) -> Corpus:
    """The corpus as the reader gives it, without anything set aside."""
    return READERS.get("table")(str(path), request or Request())


def rows_of(corpus: Corpus, split: str = "train") -> list[tuple]:
    """Words and labels of each sentence."""
    return [(list(example.words), example.labels and list(example.labels)) for example in corpus.split(split)]


def texts_of(corpus: Corpus, split: str = "train") -> list[tuple[str, str | None]]:
    """The words of each sentence with blanks between, and its last label."""
    return [(" ".join(example.words), (example.labels or (None,))[-1]) for example in corpus.split(split)]


def refused(path: Path, message: str, request: Request | None = None, error: type = DataError) -> None:
    """Check that a table is refused in one line."""
    with pytest.raises(error, match=message) as caught:
        read(path, request)
    assert "\n" not in str(caught.value)


# --- lists written as text ------------------------------------------------------------------------

TOKENS = [["She", "isn't", 'at "home"', "a\\b", "é"], ["Ida", "sings"]]
LABELS = [[0, 2, -1, 0, 1], [1, 0]]
NAMED = [["0", "2", None, "0", "1"], ["1", "0"]]


def as_numpy(items: list) -> str:
    """A list as pandas writes an array of it."""
    import numpy as np

    return str(np.array(items))


def as_list_of_numpy(items: list) -> str:
    """A list of NumPy's own values as Python prints it."""
    import numpy as np

    return str(list(np.array(items)))


def as_array(items: list) -> str:
    """An array as Python shows it in a list."""
    import numpy as np

    return repr(np.array(items, dtype=object if isinstance(items[0], str) else None))


WRITTEN = [str, json.dumps, as_numpy, as_list_of_numpy, as_array, lambda items: str(tuple(items))]


@pytest.mark.parametrize("printed", WRITTEN)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_lists_that_were_written_as_text_are_lists(printed, kind: str, tmp_path: Path):
    cells = [(printed(words), printed(labels)) for words, labels in zip(TOKENS, LABELS)]
    if kind == "csv":
        file = write_rows(tmp_path / "a.csv", [["tokens", "labels"], *map(list, cells)])
    else:
        lines = [json.dumps({"tokens": words, "labels": labels}) for words, labels in cells]
        file = write(tmp_path / "a.jsonl", "\n".join(lines))
    corpus = read(file)
    assert rows_of(corpus) == list(zip(TOKENS, NAMED))
    assert corpus.label_names == ("0", "1", "2")
    assert corpus.tokenized is None
    assert "'tokens' holds 2 lists written as text: read as lists" in corpus.notes


def test_an_array_that_numpy_prints_over_several_lines_is_one_list(tmp_path: Path):
    words = [f"word{number}" for number in range(60)]
    printed = as_numpy(words)
    assert "\n" in printed
    file = write_rows(
        tmp_path / "a.csv", [["tokens", "labels"], [printed, as_numpy([0] * 60)], ["['b']", "[1]"]]
    )
    assert rows_of(read(file))[0] == (words, ["0"] * 60)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("the sky", "['O', 'B']"), (["the", "sky"], ["O", "B"])),
        (("['the', 'sky']", "O B"), (["the", "sky"], ["O", "B"])),
        (("[u'the', u'sky']", "[ 0 -1]"), (["the", "sky"], ["0", None])),
        (('["caf\\u00e9"]', "[1.]"), (["café"], ["1"])),
        (("[7, 8]", "[0, 1]"), (["7", "8"], ["0", "1"])),
    ],
)
def test_a_list_on_one_side_only_is_a_list(cells: tuple, expected: tuple, tmp_path: Path):
    file = write_rows(tmp_path / "a.csv", [["tokens", "labels"], list(cells), list(cells)])
    assert rows_of(read(file))[0] == expected


@pytest.mark.parametrize(
    ("cells", "odd"),
    [
        (["['it', 'is']", "so blue"], "row 2 of train .*'so blue' is no list, but .*'it', 'is'.* is one"),
        (["['a' 'b' ... 'z']", "['c']"], r"row 1 of train .*\.\.\..* looks like a list, but is none"),
        (["[The, sky]", "[is]"], r"row 1 .*'\[The, sky\]' looks like a list"),
        (["[['a'], ['b']]", "['c']"], "row 1 .* looks like a list"),
        (["['a' 'b', 'c']", "['c']"], "row 1 .* looks like a list"),
        (["[__import__('os')]", "['c']"], "row 1 .* looks like a list"),
        (["[b'a']", "['c']"], "row 1 .* looks like a list"),
    ],
)
def test_a_column_of_tokens_is_never_half_lists_nor_read_as_brackets(cells: list, odd: str, tmp_path: Path):
    rows = [["tokens", "labels"], *([cell, "O"] for cell in cells)]
    refused(write_rows(tmp_path / "a.csv", rows), odd)


def test_labels_that_are_half_lists_are_refused(tmp_path: Path):
    file = write_rows(tmp_path / "a.csv", [["tokens", "labels"], ["a b", "['O', 'B']"], ["c", "O"]])
    refused(file, "row 2 of train .*'O' is no list, but .* is one: write all cells of 'labels' alike")
    file = write(tmp_path / "a.jsonl", '{"tokens": ["a"], "labels": ["O"]}\n{"tokens": "b", "labels": ["B"]}')
    refused(file, "row 2 of train .*'b' is no list")


def test_brackets_in_a_text_are_text(tmp_path: Path):
    rows = [
        ["text", "label"],
        ["[sighs]", 1],
        ["['a', 'b'] is a list", 0],
        ["[1]", 1],
        ["['a', 'b']", 0],
        ["x", 1],
    ]
    corpus = read(write_rows(tmp_path / "a.csv", rows))
    assert [example.words[0] for example in corpus.train] == ["[", "[", "[", "[", "x"]
    assert "1 cells of 'text' look like lists and are read as text, as in row 4" in " ".join(corpus.notes)
    rows = [["tokens", "labels"], ["[ applause ]", "O O B"], ["[1]", "O"], ["x", "B"]]
    assert rows_of(read(write_rows(tmp_path / "b.csv", rows)))[:2] == [
        (["[", "applause", "]"], ["O", "O", "B"]),
        (["[1]"], ["O"]),
    ]


def test_a_text_column_of_nothing_but_lists_holds_words(tmp_path: Path):
    file = write_rows(tmp_path / "a.csv", [["text", "label"], ["['so', 'it', \"isn't\"]", 1], ["['no']", 0]])
    corpus = read(file)
    assert rows_of(corpus) == [(["so", "it", "isn't"], [None, None, "1"]), (["no"], ["0"])]
    assert corpus.tokenized is None
    rows = [["text", "label"], ["['so', 'it']", 1], ["['no']", 0], ["plain", 0]]
    refused(write_rows(tmp_path / "b.csv", rows), "row 3 .*'plain' is no list")


def test_a_list_of_labels_for_a_text_must_line_up(tmp_path: Path):
    refused(
        write(tmp_path / "a.csv", 'text,labels\nso nice,[27]\nbad,"[1, 2]"\n'), "row 1 .*2 words but 1 labels"
    )
    corpus = read(write(tmp_path / "b.csv", "text,label\nso nice,[pos]\nbad,[neg]\n"))
    assert corpus.label_names == ("[neg]", "[pos]")  # names with brackets are names


# --- quotation marks ------------------------------------------------------------------------------


def test_quotation_marks_are_ordinary_characters_in_a_tsv(tmp_path: Path):
    texts = ['" it is a joy', "plain", '"so dull', 'the "best" one', '"Oslo" is cold', "end", 'three" nails']
    file = write(
        tmp_path / "a.tsv", "text\tlabel\n" + "".join(f"{text}\t{len(text) % 2}\n" for text in texts)
    )
    corpus = read(file)
    assert len(corpus.train) == len(texts)
    assert [words.replace(" ", "") for words, _ in texts_of(corpus)] == [
        text.replace(" ", "") for text in texts
    ]
    file = write(tmp_path / "b.tsv", 'tokens\tlabels\n" It works\tO O B\nWhy "\tO O\n')
    assert rows_of(read(file)) == [(['"', "It", "works"], ["O", "O", "B"]), (["Why", '"'], ["O", "O"])]


def test_the_sentences_of_sst_are_all_there_in_a_tsv(tmp_path: Path, real_data):
    sst = load_corpus(f"sst:{real_data('sst')}")
    lines = [f"{' '.join(example.words)}\t{(example.labels or ('',))[-1]}" for example in sst.train]
    corpus = read(write(tmp_path / "sst.tsv", "\n".join(["text\tlabel", *lines])), Request(tokenized=True))
    assert [" ".join(example.words).split() for example in corpus.train] == [
        " ".join(example.words).split() for example in sst.train
    ]
    assert len(corpus.train) == 8544


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_a_tsv_that_a_spreadsheet_quoted_is_read_without_its_marks_and_says_so(quoting: int, tmp_path: Path):
    rows = [["text", "label"], ['he said "no" twice', 1], ["plain", 0], ['"oh" really', 1]]
    corpus = read(write_rows(tmp_path / "a.tsv", rows, delimiter="\t", quoting=quoting))
    assert [words for words, _ in texts_of(corpus)] == ['he said " no " twice', "plain", '" oh " really']
    assert "took off the quotation marks" in corpus.notes[0]
    file = write(tmp_path / "b.tsv", 'text\tlabel\n"fine"\t1\nplain\t0\n')  # as likely part of the text
    corpus = read(file)
    assert texts_of(corpus)[0] == ('" fine "', "1")
    assert "1 cells keep the quotation marks around them, as in line 2" in corpus.notes[0]


def test_a_line_end_in_a_cell_of_a_tsv_is_refused(tmp_path: Path):
    rows = [["text", "label"], ["one\ntwo", 1], ["three", 0]]
    file = write_rows(tmp_path / "a.tsv", rows, delimiter="\t")
    refused(file, "line 2 opens a cell that goes on in the next line.*: save it as .csv")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'text,label\nfine,1\n" it is a joy,1\nplain,0\n"so dull,0\nend,1\n',
            "in line 3 a quotation mark opens",
        ),
        ('text,label\nfine,1\n"it is a joy,1\nplain,0\n', "in line 3 a quotation mark opens"),
        ('text,label\n"Oslo" is cold,1\nplain,0\n', "in line 2 a quotation mark opens"),
        ('text,label\nfine,1\n"it is,1\nplain,0\nso it ends",0\nend,1\n', "one cell of lines 3 to 5"),
        ('text,label\nfine,1\n"it is,1\nplain, though,0\nso it ends",0\nend,1\n', "one cell of lines 3 to 5"),
        (
            'label,text\nham,fine\nspam,"it is\nham,plain\nspam,so it ends"\nham,x\n',
            "one cell of lines 3 to 5",
        ),
    ],
)
def test_a_stray_quotation_mark_in_a_csv_melts_no_rows(text: str, line: str, tmp_path: Path):
    refused(write(tmp_path / "a.csv", text), f"a.csv is not a .csv table: .*{line}.*save the file as .tsv")


def test_quoted_line_ends_are_read_and_counted(tmp_path: Path):
    texts = ["Well, I liked it,\nmore, or less\n\nand then some", 'so "it" goes', "bad, bad", "x"]
    rows = [["text", "label"], *([text, number % 2] for number, text in enumerate(texts))]
    corpus = read(write_rows(tmp_path / "a.csv", rows))
    assert [words.replace(" ", "") for words, _ in texts_of(corpus)] == [
        "".join(text.split()) for text in texts
    ]
    assert corpus.notes[0].endswith(
        "a.csv: 1 rows hold line ends inside quotation marks, the first in lines 2 to 5"
    )
    assert "line ends" not in " ".join(read(write_rows(tmp_path / "b.csv", rows[:1] + rows[2:])).notes)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('text,label\nthe "best" one,1\nb,0\n', 'the " best " one'),  # a mark within a cell opens nothing
        ('text,label\n"a \\"b\\", c",1\nb,0\n', 'a " b " , c'),  # as Spark escapes it
        ('text, label\n"a, b", "1"\nb, 0\n', "a , b"),  # blanks before a cell
        ("text,label,\na,1,\nb,0,\n,,\n", "a"),
        ("text,label\na,1,\nb,0,\n", "a"),
        ("\ufefftext,label\r\na,1\r\n\r\nb,0\r\n", "a"),
        ("text,label,note\na,1\nb,0,x\n", "a"),
    ],
)
def test_csv_as_programs_and_people_write_it(text: str, first: str, tmp_path: Path):
    assert texts_of(read(write(tmp_path / "a.csv", text))) == [(first, "1"), ("b", "0")]


# --- labels that are none -------------------------------------------------------------------------


def write_splits(folder: Path, **splits: str) -> Path:
    """Write a CSV file for each split."""
    for split, text in splits.items():
        write(folder / f"{split}.csv", text)
    return folder


TRAIN = "text,label\ngood,1\nbad,0\nfine,1\n"


@pytest.mark.parametrize(
    "test",
    [
        "text,label\nnice,-1\npoor,-1\n",
        "text,label\nnice,-1.0\npoor,-1.0\n",
        "text,label\nnice,\npoor,\n",
        "text,label\nnice,nan\npoor,-1\n",
        "id,text\n7,nice\n8,poor\n",
    ],
)
def test_a_split_may_have_no_labels(test: str, tmp_path: Path):
    corpus = load_corpus(f"table:{write_splits(tmp_path, train=TRAIN, validation=TRAIN, test=test)}")
    assert corpus.label_names == ("0", "1")
    assert rows_of(corpus, "test") == [(["nice"], [None]), (["poor"], [None])]
    assert "test has no labels: it can be read and predicted, but not scored" in corpus.notes


@pytest.mark.parametrize(
    ("labels", "names", "first"),
    [
        (["-1", "0", "1"], ("0", "1"), None),
        (["-100", "0", "2"], ("0", "2"), None),
        (["-1", "1", "1"], ("-1", "1"), "-1"),
        (["-2", "-1", "0"], ("-2", "-1", "0"), "-2"),
        (["+1", "-1", "-1"], ("-1", "+1"), "+1"),
        (["-1", "good", "bad"], ("-1", "bad", "good"), "-1"),
        (["1.0", "0.0", "1"], ("0", "1"), "1"),
        (["0.5", "1.5", "10.5"], ("0.5", "1.5", "10.5"), "0.5"),
        (["01", "1", "2"], ("01", "1", "2"), "01"),
        (["NA", "none", "x"], ("NA", "none", "x"), "NA"),
    ],
)
def test_minus_one_is_no_label_where_classes_are_numbered_from_zero(
    labels: list, names: tuple, first: str | None, tmp_path: Path
):
    rows = [["text", "label"], *(["a", label] for label in labels)]
    corpus = read(write_rows(tmp_path / "a.csv", rows))
    assert corpus.label_names == names
    assert texts_of(corpus)[0] == ("a", first)
    if first is None:
        assert "train: 1 of 3 labels are -1 or empty, which means no label" in " ".join(corpus.notes)
    if first == "-1":
        assert "-1 in 'label' is taken for a class" in " ".join(corpus.notes)


def test_minus_one_is_no_label_in_a_split_that_holds_nothing_else(tmp_path: Path):
    for name, train in (("named", "text,label\na,good\nb,bad\n"), ("from_one", "text,label\na,1\nb,2\n")):
        folder = write_splits(tmp_path / name, train=train, test="text,label\nc,-1\nd,-1\n")
        corpus = read(folder)
        assert [label for _, label in texts_of(corpus, "test")] == [None, None]
        assert "-1" not in corpus.label_names


def test_minus_one_in_lists_is_a_word_without_a_label(tmp_path: Path):
    lines = ['{"tokens": ["a", "b"], "labels": [1, -1]}', '{"tokens": ["c", "d"], "labels": [0, -100]}']
    corpus = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert corpus.label_names == ("0", "1")
    assert rows_of(corpus) == [(["a", "b"], ["1", None]), (["c", "d"], ["0", None])]


def test_a_label_that_is_missing_among_others_is_refused(tmp_path: Path):
    refused(
        write(tmp_path / "a.csv", "text,label\na,1\nb,nan\nc,0\n"), "row 2 of train .*a text but no label"
    )
    folder = write_splits(tmp_path / "b", train=TRAIN, test="text,label\na,1\nb,\n")
    refused(folder, "row 2 of test of .*no label")


def test_a_split_without_labels_is_read_and_not_scored(tmp_path: Path, new_run):
    train = "text,label\ngood,positive\nbad,negative\n"
    folder = write_splits(tmp_path / "data", train=train, validation=train, test="id,text\n1,nice\n2,poor\n")
    source = f"table:{folder}"
    run = new_run(tmp_path / "sentiment-001")
    with pytest.raises(DataError) as caught:
        nlp_lstm.evaluate(run, source, split="test")
    assert str(caught.value) == (
        f"the test split of {source} has no labels, so it cannot be scored: "
        "choose --split from train, validation"
    )
    nlp_lstm.extract(run, source, tmp_path / "states", split="test")
    alone = write(tmp_path / "alone.csv", "text,label\na,-1\nb,-1\nc,-1\n")
    corpus = load_corpus(f"table:{alone}")
    assert corpus.label_names == ()
    assert corpus.train[0].labels is None


# --- JSON -----------------------------------------------------------------------------------------

RECORDS = [{"text": "so good", "label": 1}, {"text": "bad", "label": 0}]
BY_COLUMN = {"text": {"0": "so good", "1": "bad"}, "label": {"0": 1, "1": 0}}


@pytest.mark.parametrize(
    "value",
    [
        RECORDS,
        BY_COLUMN,
        {"text": ["so good", "bad"], "label": [1, 0]},
        {"0": RECORDS[0], "1": RECORDS[1]},
        {"columns": ["text", "label"], "index": [0, 1], "data": [["so good", 1], ["bad", 0]]},
        {"schema": {"fields": []}, "data": RECORDS},
        {"data": RECORDS},
    ],
    ids=["records", "by column", "lists", "by row", "split", "table", "data"],
)
def test_json_is_a_table_in_every_way_that_pandas_writes_it(value: Any, tmp_path: Path):
    for name in ("a.json", "pretty.json"):
        file = write(tmp_path / name, json.dumps(value, indent=1 if name == "pretty.json" else None))
        assert texts_of(read(file)) == [("so good", "1"), ("bad", "0")]


def test_what_pandas_and_datasets_write_is_read(tmp_path: Path):
    import pandas as pd

    frame = pd.DataFrame(RECORDS)
    for orient in ("columns", "index", "split", "table", "records"):
        frame.to_json(tmp_path / "a.json", orient=orient)
        assert texts_of(read(tmp_path / "a.json")) == [("so good", "1"), ("bad", "0")]
    for name in ("a.json", "a.jsonl"):
        frame.to_json(tmp_path / name, orient="records", lines=True)
        assert texts_of(read(tmp_path / name)) == [("so good", "1"), ("bad", "0")]
    frame.to_json(tmp_path / "a.jsonl", orient="records")
    assert texts_of(read(tmp_path / "a.jsonl")) == [("so good", "1"), ("bad", "0")]
    dated = write(
        tmp_path / "b.jsonl", '{"tokens": "2020-01-01", "labels": "O"}\n{"tokens": "x", "labels": "B"}'
    )
    assert rows_of(read(dated))[0] == (["2020-01-01"], ["O"])  # a text is no date


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '{"text": ["a", "b"], "label": [1]}', "not equally long .'text' has 2, 'label' has 1"),
        (
            "a.json",
            '{"text": {"0": "a", "1": "b"}, "label": {"1": 1, "0": 0}}',
            "the same rows in the same order",
        ),
        ("a.json", '{"tokens": ["a", "b"], "labels": ["O", "B"]}', "'tokens' may be one sentence or many"),
        ("a.json", '{"train": [{"text": "a"}], "test": [{"text": "b"}]}', "the tables 'train', 'test'"),
        ("a.json", "[[1, 2], [3, 4]]", "record 1 is a list of 2"),
        ("a.json", "5", "it is 5"),
        ("a.json", "[]", "it has no rows"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.jsonl", '{"text": "a", "label": 1}\n[1]\n', "record 2 is a list of 1"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text": \n', "line 2 is no JSON"),
        (
            "a.jsonl",
            '{"text": {"en": "a"}, "label": 1}\n{"text": {"en": "b"}, "label": 0}',
            "row 1 .*of the kind dict",
        ),
        ("a.jsonl", '{"tokens": ["\\ud800"], "labels": ["O"]}', "row 1 .*not valid Unicode"),
    ],
)
def test_json_that_is_no_table_is_refused(name: str, text: str, message: str, tmp_path: Path):
    refused(write(tmp_path / name, text), message)


# --- Parquet --------------------------------------------------------------------------------------


def of_kind(kind: str) -> Any:
    """An array of two of what Arrow can hold and a sentence cannot."""
    import datetime
    import decimal

    import pyarrow as pa

    return {
        "struct": lambda: pa.array([{"en": "a"}, {"en": "b"}]),
        "binary": lambda: pa.array([b"a", b"b"]),
        "nested": lambda: pa.array([[["a"], ["b"]], [["c"]]]),
        "structs": lambda: pa.array([[{"a": 1}], [{"a": 2}]]),
        "map": lambda: pa.array([[("a", "b")], []], pa.map_(pa.string(), pa.string())),
        "date": lambda: pa.array([datetime.date(2020, 1, 1)] * 2),
        "decimal": lambda: pa.array([decimal.Decimal("1")] * 2),
        "bad UTF-8": lambda: pa.Array.from_buffers(
            pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")]
        ),
    }[kind]()


@pytest.mark.parametrize(
    "kind", ["struct", "binary", "nested", "structs", "map", "date", "decimal", "bad UTF-8"]
)
@pytest.mark.parametrize("columns", [("text", "label"), ("label", "text"), ("tokens", "labels")])
def test_parquet_of_what_is_neither_text_number_nor_list_is_refused(
    kind: str, columns: tuple, tmp_path: Path
):
    file = write_parquet(tmp_path / "a.parquet", {columns[0]: of_kind(kind), columns[1]: ["x", "y"]})
    refused(file, "holds b'.xff', which is no UTF-8" if kind == "bad UTF-8" else "row 1 of train of table:")


CLASSES = {"names": ["neg", "pos"], "_type": "ClassLabel"}


def test_classes_have_their_names_and_a_number_outside_them_is_refused(tmp_path: Path):
    texts = {"text": ["a", "b", "c"]}
    file = write_parquet(tmp_path / "a.parquet", texts | {"label": [1, 0, -1]}, {"label": CLASSES})
    assert texts_of(read(file)) == [("a", "pos"), ("b", "neg"), ("c", None)]
    for bad in ([1, 0, 5], [1, 0, -7], ["1", "0", "x"]):
        file = write_parquet(tmp_path / "a.parquet", texts | {"label": bad}, {"label": CLASSES})
        refused(file, r"is none of the classes 0 to 1 \(neg, pos\): mend it, or write -1")
    lists = {"tokens": [["a", "b"], ["c"]], "labels": [[0, 1], [5]]}
    for feature in ([CLASSES], {"feature": CLASSES, "_type": "List"}):
        file = write_parquet(tmp_path / "a.parquet", lists, {"labels": feature})
        refused(file, "row 2 of train .* the label 5 is none of the classes")
    file = write_parquet(tmp_path / "a.parquet", texts | {"label": [1, 0, 1]}, ["no features"])
    assert read(file).label_names == ("0", "1")


def test_nan_is_no_label(tmp_path: Path):
    nan = float("nan")
    file = write_parquet(tmp_path / "a.parquet", {"text": ["a", "b", "c"], "label": [1.0, nan, 0.0]})
    refused(file, "row 2 of train .*a text but no label")
    file = write_parquet(
        tmp_path / "b.parquet", {"tokens": [["a", "b"], ["c"]], "labels": [[1.0, nan], [0.0]]}
    )
    assert rows_of(read(file)) == [(["a", "b"], ["1", None]), (["c"], ["0"])]
    file = write_parquet(tmp_path / "c.parquet", {"text": ["a", None, "c"], "label": [1, 0, 1]})
    refused(file, "row 2 of train .*the label '0' but no text")


def test_a_broken_parquet_file_is_refused(tmp_path: Path):
    whole = write_parquet(tmp_path / "a.parquet", {"text": ["a", "b"], "label": ["x", "y"]}).read_bytes()
    for broken in (b"", whole[: len(whole) // 2], whole[:20] + b"\xff" * 40 + whole[60:]):
        refused(write(tmp_path / "b.parquet", broken), "b.parquet is not a .parquet table: ")
    empty = write_parquet(tmp_path / "c.parquet", {"text": [], "label": []})
    refused(empty, "it has no rows")


def test_the_shards_of_a_split_are_one_split(tmp_path: Path):
    for number in range(2):
        columns = {"text": [f"a{number}", "b"], "label": [number, 0]}
        write_parquet(tmp_path / f"train-{number:05d}-of-00002.parquet", columns)
    assert [words for words, _ in texts_of(read(tmp_path))] == ["a0", "b", "a1", "b"]
    write_parquet(tmp_path / "train-00001-of-00002.parquet", {"text": ["a"], "tag": [1]})
    refused(tmp_path, "are one split but have not the same columns")


# --- names of columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "options", "note"),
    [
        ("text,label", {}, None),
        ("Text,Label", {}, "read 'Text' as the text and 'Label' as the label"),
        ("text, label", {}, "read 'text' as the text and ' label' as the label"),
        ("review,sentiment", {}, "read 'review' as the text and 'sentiment' as the label"),
        ("TWEET,Class", {}, "read 'TWEET' as the text and 'Class' as the label"),
        ("body,verdict", {"text_column": "body", "label_column": "verdict"}, None),
        ("body,label", {"text_column": "body"}, "read 'body' as the text and 'label' as the label"),
        ("Body,verdict", {"text_column": "body", "label_column": "verdict"}, "read 'Body' as the text"),
        ("text,stars", {"label_column": "stars"}, "read 'text' as the text and 'stars' as the label"),
    ],
)
def test_columns_are_found_or_named(header: str, options: dict, note: str | None, tmp_path: Path):
    corpus = read(write(tmp_path / "a.csv", f"{header}\nso good,1\nbad,0\n"), Request(**options))
    assert texts_of(corpus) == [("so good", "1"), ("bad", "0")]
    assert corpus.tokenized is False
    told = [line for line in corpus.notes if line.startswith("read '")]
    assert (note in told[0]) if note else not told


def test_columns_of_lists_are_found_or_named(tmp_path: Path):
    row = {"id": "0", "tokens": ["a", "b"], "pos_tags": [1, 2], "ner_tags": [0, 1]}
    file = write(tmp_path / "a.jsonl", json.dumps(row))
    refused(file, "'pos_tags', 'ner_tags' may be the label: choose with --label-column")
    assert rows_of(read(file, Request(label_column="ner_tags"))) == [(["a", "b"], ["0", "1"])]
    file = write(tmp_path / "b.jsonl", json.dumps({"w": ["a", "b"], "t": ["O", "B"]}))
    assert rows_of(read(file, Request(text_column="w", label_column="t"))) == [(["a", "b"], ["O", "B"])]
    file = write(tmp_path / "c.csv", "words,tags\na b,O B\nc,O\n")
    assert rows_of(read(file))[0] == (["a", "b"], ["O", "B"])
    file = write(tmp_path / "d.csv", "w,t\na b,O B\nc,O\n")
    corpus = read(file, Request(text_column="w", label_column="t"))
    assert rows_of(corpus)[0] == (["a", "b"], ["O", "B"])
    assert "'t' has as many labels as words in every row: one for each" in corpus.notes


@pytest.mark.parametrize(
    ("text", "options", "message", "error"),
    [
        (
            "review,comment,label\na,b,1\n",
            {},
            "'review', 'comment' may be the text: choose with --text",
            DataError,
        ),
        (
            "text,rating,class\na,1,2\n",
            {},
            "'rating', 'class' may be the label: choose with --label",
            DataError,
        ),
        (
            "body,verdict\na,1\n",
            {},
            "the columns 'body', 'verdict': it needs .* or add --no-header",
            DataError,
        ),
        ("text;label\na;1\n", {}, "the columns 'text;label': .* add --separator ';'", DataError),
        ("text;label\na, b;1\n", {}, "line 2 has more cells .* add --separator ';'", DataError),
        (
            "text,label\na,1\n",
            {"text_column": "body"},
            "no column 'body': give --text-column one of",
            UsageError,
        ),
        (
            "text,label\na,1\n",
            {"label_column": "text", "text_column": "text"},
            "asked for as text and",
            UsageError,
        ),
        ("text,label\na,1\n", {"separator": "||"}, "separator is '||': it must be one", UsageError),
        ("text,label\na,1\n", {"encoding": "klingon"}, "klingon", UsageError),
        ("text,text,label\na,b,1\n", {}, "two columns 'text': rename one", DataError),
        ("a,b\nx,1\n", {"header": False}, "the columns '1', '2'", DataError),
    ],
)
def test_what_is_not_clear_is_refused_with_the_option(
    text: str, options: dict, message: str, error: type, tmp_path: Path
):
    refused(write(tmp_path / "a.csv", text), message.replace("||", r"\|\|"), Request(**options), error)


def test_a_table_without_names_in_another_encoding_or_with_another_separator(tmp_path: Path):
    columns: dict[str, Any] = {"text_column": "2", "label_column": "1"}
    file = write(tmp_path / "a.csv", "1;café, so nice\n0;naïve\n".encode("latin-1"))
    corpus = read(file, Request(separator=";", encoding="latin-1", header=False, **columns))
    assert texts_of(corpus) == [("café , so nice", "1"), ("naïve", "0")]
    file = write(tmp_path / "b.txt", 'ham\tsee "you\nspam\tcall now\n')
    corpus = read(file, Request(separator="\\t", header=False, **columns))
    assert texts_of(corpus) == [('see " you', "ham"), ("call now", "spam")]
    file = write(tmp_path / "c.csv", "label,text\n1,a\n0,b\n")
    assert "the first row holds names of columns" in read(file, Request(header=False, **columns)).notes[0]


def test_a_split_without_the_column_of_texts_is_refused(tmp_path: Path):
    folder = write_splits(tmp_path, train=TRAIN, test="id,review\n1,a\n")
    refused(folder, "test of .* has the columns 'id', 'review': it needs 'text', which train has")


def test_words_alone_need_no_labels_and_tokenized_text_is_split_at_its_blanks(tmp_path: Path):
    file = write(tmp_path / "a.csv", "id,Tweet\n1,the sky isn't <unk> .\n")
    corpus = read(file, WORDS)
    assert rows_of(corpus) == [(["the", "sky", "isn't", "<unk>", "."], None)]
    assert corpus.tokenized is True
    assert "read 'Tweet' as the text" in corpus.notes
    raw = read(file, Request("words", tokenized=False))
    assert raw.train[0].words == ("the", "sky", "is", "n't", "<unk>", ".")
    assert raw.tokenized is False


# --- the same columns on the Hub ------------------------------------------------------------------


def serve(monkeypatch: pytest.MonkeyPatch, **splits: Any) -> None:
    """Let `datasets` answer with these splits."""
    import datasets

    answer = datasets.DatasetDict()
    answer.update(splits)
    monkeypatch.setattr(datasets, "load_dataset", lambda *asked: answer)


def test_hub_reads_other_names_and_splits_without_labels(monkeypatch: pytest.MonkeyPatch):
    from datasets import Dataset

    train = Dataset.from_dict({"sentence": ["so good", "bad"], "label": [1, 0], "idx": [0, 1]})
    test = Dataset.from_dict({"sentence": ["who knows"], "label": [-1], "idx": [0]})
    serve(monkeypatch, train=train, validation=train, test=test)
    corpus = load_corpus("hub:owner/name")
    assert texts_of(corpus) == [("so good", "1"), ("bad", "0")]
    assert texts_of(corpus, "test") == [("who knows", None)]
    assert corpus.label_names == ("0", "1")
    assert "read 'sentence' as the text and 'label' as the label" in corpus.notes
    assert load_corpus("hub:owner/name", Request(label_column="IDX")).label_names == ("0", "1")
    with pytest.raises(UsageError, match="train of hub:owner/name has no column 'tag'"):
        load_corpus("hub:owner/name", Request(label_column="tag"))


def test_hub_refuses_what_is_no_text(monkeypatch: pytest.MonkeyPatch):
    from datasets import ClassLabel, Dataset, Features, Value

    serve(monkeypatch, train=Dataset.from_dict({"text": [{"en": "a"}, {"en": "b"}], "label": [1, 0]}))
    with pytest.raises(DataError, match=r"row 1 of train of hub:name: .* of the kind dict"):
        load_corpus("hub:name")
    serve(monkeypatch, train=Dataset.from_dict({"tokens": [[["a"]], [["b"]]], "labels": [["x"], ["y"]]}))
    with pytest.raises(DataError, match=r"row 1 of train of hub:name: .* more than texts and numbers"):
        load_corpus("hub:name")
    features = Features({"text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    serve(
        monkeypatch,
        train=Dataset.from_dict({"text": ["a", "b", "c"], "label": [1, 0, -1]}, features=features),
    )
    corpus = READERS.get("hub")("name", Request())
    assert corpus.label_names == ("no", "yes")
    assert texts_of(corpus)[2] == ("c", None)
