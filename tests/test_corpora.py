"""Every reader by one contract; then each format by what it means and how it fails."""

import importlib
import json
import logging
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nlp_lstm.corpora import READERS, SPLITS, Corpus, Request, load_corpus
from nlp_lstm.corpora._files import read_lines
from nlp_lstm.corpora.sources import BOXED
from nlp_lstm.corpora.sst import parse_tree
from nlp_lstm.errors import (
    DataError,
    MissingInputError,
    NlpLstmError,
    StorageError,
    UnknownNameError,
    UsageError,
)
from nlp_lstm.text.vocabulary import MOST_WORDS
from nlp_lstm.training.listing import data

LABELS, NEXT_WORD = Request("labels"), Request("words")
TREES = "(1 (2 not) (3 (2 very) (3 good)))\n\n(4 (3 Great) (2 !))\n(2 (2 so) (2 so))\n"
TEXT = "The sky.  It is\n\nblue"
CONLL = "not\tneutral\ngood\tnegative\n\n\nfine\tpositive\n"


def write(path: Path, text: str | bytes) -> Path:
    """Write a file, and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def write_parquet(path: Path, copies: int = 1) -> Path:
    """A table of two labelled texts, perhaps over and over, whose labels are numbers with names."""
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["pos", "neg"])}
    )
    table = datasets.Dataset.from_dict(
        {"text": ["It's good.", "bad"] * copies, "label": [0, 1] * copies}, features=features
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path)
    return path


def write_folders(folder: Path) -> Path:
    """Four labelled texts, one a file."""
    for number, text in enumerate(("It's good.", "So fine")):
        write(folder / "pos" / f"{number}.txt", text)
        write(folder / "neg" / f"{number}.txt", f"not {text}")
    return folder


@pytest.fixture(autouse=True)
def no_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Keep the tests' own use of `datasets` quiet and out of the home folder."""
    import datasets

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hf-cache")
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def local_hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A data set that `datasets` finds under the id "reviews" without a network."""
    write_parquet(folder / "reviews" / "train.parquet", copies=2)
    monkeypatch.chdir(folder)
    return "hub:reviews"


def local_stories(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A box with a few stories in place of the 55 books, which take some seconds."""
    for split in SPLITS:
        with lzma.open(folder / f"stories.{split}.xz", "wt", encoding="utf-8") as file:
            file.write(f"{TEXT}\n")
    monkeypatch.setattr("nlp_lstm.corpora._boxed.BOX", folder)
    return "stories"


SAMPLES: dict[str, Callable[[Path, pytest.MonkeyPatch], str]] = {
    "mini": lambda folder, _: "mini",
    "counting": lambda folder, _: "counting:copy/3",
    "reviews": lambda folder, _: "reviews",
    "stories": local_stories,
    "sst": lambda folder, _: f"sst:{write(folder / 'train.txt', TREES)}",
    "sst-mixed": lambda folder, _: f"sst-mixed:{write(folder / 'train.txt', TREES)}",
    "text": lambda folder, _: f"text:{write(folder / 'any.txt', TEXT)}",
    "conll": lambda folder, _: f"conll:{write(folder / 'a.conll', CONLL)}",
    "folders": lambda folder, _: f"folders:{write_folders(folder / 'reviews')}",
    "table": lambda folder, _: f"table:{write_parquet(folder / 'a.parquet', copies=2)}",
    "hub": local_hub,
}


@pytest.mark.parametrize("name", READERS.names())
def test_every_reader_keeps_the_contract(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = SAMPLES[name](tmp_path, monkeypatch)
    request = NEXT_WORD if name in ("text", "stories") else LABELS
    corpus = load_corpus(source, request)
    assert corpus.source == source
    assert corpus.train
    assert corpus.validation
    assert corpus.sha256("train") == load_corpus(source, request).sha256("train")
    for split in SPLITS:
        for example in getattr(corpus, split):
            assert all(isinstance(word, str) and word for word in example.words)
            assert not any(blank in word for word in example.words for blank in "\t\n\r")
            labels = example.labels or ()
            assert len(labels) == (len(example.words) if corpus.label_names else 0)
            assert set(labels) <= {None, *corpus.label_names}


@pytest.mark.parametrize("name", READERS.names())
def test_every_reader_describes_itself(name: str):
    description = importlib.import_module(READERS.get(name).__module__).__doc__ or ""
    first_line = description.splitlines()[0]
    assert first_line.startswith(f"{name}:") or name == "mini"
    assert first_line.endswith((".", "imdb"))


def test_reading_text_loads_neither_keras_nor_datasets(tmp_path: Path):
    source = f"sst:{write(tmp_path / 'train.txt', TREES)}"
    code = f"""
import sys
from nlp_lstm.corpora import load_corpus
load_corpus({source!r})
print(sorted({{"keras", "datasets", "tensorflow", "pandas"}} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


# --- sst ------------------------------------------------------------------------------------------


def test_word_bears_the_label_of_the_largest_constituent_that_ends_at_it():
    # Worked by hand: "not" ends only its leaf; "film" ends (4 bad film), and then (3 not bad film).
    tree = "(0 (3 (2 not) (4 (1 bad) (2 film))) (2 .))"
    assert parse_tree(tree) == (("not", "bad", "film", "."), ("2", "1", "3", "0"))
    assert parse_tree(tree, labels="word") == (("not", "bad", "film", "."), ("2", "1", "2", "2"))


def test_sst_reads_five_or_three_classes_from_a_folder(tmp_path: Path):
    write(tmp_path / "train.txt", TREES)
    write(tmp_path / "dev.txt", "(0 (0 awful) (4 superb))\n")
    five = load_corpus(f"sst:{tmp_path}")
    assert [example.words for example in five.train] == [
        ("not", "very", "good"),
        ("Great", "!"),
        ("so", "so"),
    ]
    assert five.train[0].labels == ("neutral", "neutral", "negative")
    assert five.label_names == ("very negative", "negative", "neutral", "positive", "very positive")
    three = load_corpus(f"sst:{tmp_path}", Request(classes=3, labels="word"))
    assert three.validation[0].labels == ("negative", "positive")
    assert three.label_names == ("negative", "neutral", "positive")
    assert not three.test


def test_sst_gives_the_constituents_of_train_once_each(tmp_path: Path):
    write(tmp_path / "train.txt", "(3 (2 it) (3 (2 is) (4 good)))\n(1 (2 it) (1 bad))\n")
    write(tmp_path / "dev.txt", "(4 (2 so) (4 good))\n")
    corpus = load_corpus(f"sst:{tmp_path}", Request(subphrases=True))
    assert [(phrase.words, phrase.labels) for phrase in corpus.subphrases] == [
        (("it",), ("neutral",)),
        (("is",), ("neutral",)),
        (("good",), ("very positive",)),
        (("is", "good"), (None, "positive")),
        (("bad",), ("negative",)),
    ]
    plain = load_corpus(f"sst:{tmp_path}")
    assert plain.subphrases == ()
    assert (plain.train, plain.validation, plain.sha256("train")) == (
        corpus.train,
        corpus.validation,
        corpus.sha256("train"),
    )


def test_subphrases_are_refused_where_there_are_none_or_a_limit(tmp_path: Path):
    write(tmp_path / "train.txt", TREES)
    with pytest.raises(UsageError, match="it has no trees, use sst:DIR"):
        load_corpus("mini", Request(subphrases=True))
    with pytest.raises(UsageError, match="leave --limit out"):
        load_corpus(f"sst:{tmp_path}", Request(subphrases=True), limit=1)


def test_sst_words_are_as_a_person_types_them():
    words, _ = parse_tree("(2 (2 (2 -LRB-) (2 and\\/or)) (2 (2 ``) (2 (2 8\xa01\\/2) (2 \\*))))")
    assert words == ("(", "and/or", '"', "8\xa01/2", "*")


def test_a_tree_may_be_deeper_than_the_stack():
    deep = 50_000
    words, labels = parse_tree("(2 " * deep + "(3 x)" + ")" * deep)
    assert (words, labels) == (("x",), ("2",))


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("(2 (2 a) (2 b)", "not closed"),
        ("(2 (2 a) (2 b)))", "not balanced"),
        ("(2 a) (2 b)", "not balanced"),
        ("word", "not balanced"),
        ("(5 (2 a) (2 b))", "'5' is not 0, 1, 2, 3 or 4"),
        ("(2 ( a) (2 b))", "'' is not 0, 1, 2, 3 or 4"),
        ("(2 (2 a b) (2 c))", "outside a leaf"),
        ("(2 a (2 b))", "after a word"),
        ("(2 (2 a) (2 ))", "holds nothing"),
    ],
)
def test_a_line_that_is_not_a_tree_names_the_file_the_line_and_the_rule(line: str, rule: str, tmp_path: Path):
    file = write(tmp_path / "train.txt", f"(2 (2 a) (2 b))\n\n{line}\n")
    with pytest.raises(DataError) as caught:
        load_corpus(f"sst:{tmp_path}")
    assert str(caught.value).startswith(f"{file}, line 3: ")
    assert rule in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            {"predicts": "next-word"},
            "unknown kind of prediction 'next-word': the known ones are labels, words",
        ),
        ({"labels": "leaf"}, "unknown choice of labels 'leaf': the known ones are phrase, word"),
        ({"classes": 2}, "classes is 2: it must be 3 or 5"),
    ],
)
def test_a_request_for_what_there_is_not_is_refused_at_once(entries: dict, message: str):
    with pytest.raises(UsageError, match=message):
        Request(**entries)


# --- text -----------------------------------------------------------------------------------------


def test_text_is_one_sentence_a_line_without_labels(tmp_path: Path):
    write(tmp_path / "wiki.train.tokens", "\ufeffIt's blue.\r\n\r\nShe said \u2028 no\x00\n")
    write(tmp_path / "wiki.valid.tokens", "no\n")
    write(tmp_path / "wiki.test.tokens", "yes\n")
    write(tmp_path / "README", "not text")
    corpus = load_corpus(f"text:{tmp_path}", NEXT_WORD)
    assert [example.words for example in corpus.train] == [
        ("It", "'s", "blue", "."),
        (),
        ("She", "said", "no", "\x00"),
    ]
    assert corpus.train[0].labels is None
    assert (corpus.validation[0].words, corpus.test[0].words) == (("no",), ("yes",))


def test_text_that_holds_unk_is_split_at_spaces_alone(tmp_path: Path):
    write(tmp_path / "train.txt", "mr. <unk> is N.A. 's can't\n")
    write(tmp_path / "dev.txt", "can't @-@ stop\n")
    corpus = load_corpus(f"text:{tmp_path}", NEXT_WORD)
    assert corpus.train[0].words == ("mr.", "<unk>", "is", "N.A.", "'s", "can't")
    assert corpus.validation[0].words == ("can't", "@-@", "stop")


def test_text_in_one_file_gives_the_same_tenth_to_validation_in_its_order(tmp_path: Path):
    write(tmp_path / "book.txt", "\n".join(f"line {number}" for number in range(20)))
    corpus = load_corpus(f"text:{tmp_path / 'book.txt'}", NEXT_WORD)
    train, validation = (
        [int(example.words[1]) for example in split] for split in (corpus.train, corpus.validation)
    )
    assert len(validation) == 2
    assert train == sorted(set(range(20)) - set(validation))
    assert load_corpus(f"text:{tmp_path / 'book.txt'}", NEXT_WORD).validation == corpus.validation


# --- conll ----------------------------------------------------------------------------------------


def test_conll_reads_words_and_labels(tmp_path: Path):
    write(tmp_path / "train.conll", CONLL)
    write(tmp_path / "dev.conll", "#\tpositive\r\n")
    corpus = load_corpus(f"conll:{tmp_path}")
    assert [example.words for example in corpus.train] == [("not", "good"), ("fine",)]
    assert corpus.train[0].labels == ("neutral", "negative")
    assert corpus.label_names == ("negative", "neutral", "positive")
    assert corpus.validation[0].words == ("#",)


@pytest.mark.parametrize("row", ["word", "word O", "a\tb\tc", "\tO", "word\t"])
def test_a_row_without_word_and_label_is_named(row: str, tmp_path: Path):
    file = write(tmp_path / "a.conll", f"a\tO\n\n{row}\n")
    with pytest.raises(DataError) as caught:
        load_corpus(f"conll:{file}")
    assert f"{file}, row 3: {row!r}" in str(caught.value)


def test_one_class_only_is_refused_for_labels_but_not_for_next_word(tmp_path: Path):
    file = write(tmp_path / "a.conll", "a\tO\n\nb\tO\n")
    with pytest.raises(DataError, match="the one label 'O'"):
        load_corpus(f"conll:{file}")
    assert load_corpus(f"conll:{file}", NEXT_WORD).train


def test_labels_are_counted_in_the_sentences_that_the_limit_leaves(tmp_path: Path):
    write(tmp_path / "train.conll", "a\tO\n\n" * 60 + "c\tB\n")
    write(tmp_path / "dev.conll", "a\tB\n")
    assert len(load_corpus(f"conll:{tmp_path}", limit=61).train) == 61
    with pytest.raises(DataError, match=r"the one label 'O' in its training set: .* a larger --limit"):
        load_corpus(f"conll:{tmp_path}", limit=2)


def test_a_labelled_sentence_is_no_longer_than_a_model_reads_and_a_line_of_text_is(tmp_path: Path):
    for words in (MOST_WORDS, MOST_WORDS + 1):
        write(tmp_path / "train.conll", "a\tO\n\n" + "b\tB\n" * words)
        write(tmp_path / "dev.conll", "a\tB\n")
        if words == MOST_WORDS:
            assert len(load_corpus(f"conll:{tmp_path}").train[1].words) == MOST_WORDS
    with pytest.raises(DataError, match=r"sentence 2 of train of conll:.* has 10001 words: at most 10000"):
        load_corpus(f"conll:{tmp_path}")
    assert len(load_corpus(f"conll:{tmp_path}", NEXT_WORD).train[1].words) == MOST_WORDS + 1
    write(tmp_path / "train.txt", "b " * (MOST_WORDS + 1) + "\nb\n")
    assert len(load_corpus(f"text:{tmp_path / 'train.txt'}").train) == 1


# --- table ----------------------------------------------------------------------------------------


def read_table(file: Path, request: Request = LABELS) -> Corpus:
    """The corpus as the reader gives it, without anything set aside."""
    return READERS.get("table")(str(file), request)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'labels,tokens\n"O B",not good\nB,NA\n'),
        ("a.TSV", "tokens\tlabels\nnot good\tO B\nNA\tB\n"),
        (
            "a.jsonl",
            '{"tokens": ["not", "good"], "labels": ["O", "B"]}\n{"tokens": ["NA"], "labels": ["B"]}\n',
        ),
        ("a.json", '[{"tokens": "not good", "labels": "O B"}, {"tokens": "NA", "labels": "B"}]'),
        ("odd[1]*.csv", 'labels,tokens\n"O B",not good\nB,NA\n'),
    ],
)
def test_tables_of_labels_per_word_read_alike(name: str, text: str, tmp_path: Path):
    corpus = read_table(write(tmp_path / name, text))
    assert [example.words for example in corpus.train] == [("not", "good"), ("NA",)]
    assert [example.labels for example in corpus.train] == [("O", "B"), ("B",)]
    assert corpus.label_names == ("B", "O")


def test_the_label_of_a_text_stands_at_its_last_word(tmp_path: Path):
    corpus = read_table(write(tmp_path / "a.csv", 'text,label\n"It\'s ""so""\nbad.",10\nnull,9\n'))
    assert corpus.train[0].words == ("It", "'s", '"', "so", '"', "bad", ".")
    assert corpus.train[0].labels == (None,) * 6 + ("10",)
    assert corpus.train[1].words == ("null",)
    assert corpus.label_names == ("9", "10")


def test_parquet_labels_get_the_names_of_their_class_label(tmp_path: Path):
    corpus = read_table(write_parquet(tmp_path / "a.parquet"))
    assert [example.labels for example in corpus.train] == [(None, None, None, "pos"), ("neg",)]
    assert corpus.label_names == ("pos", "neg")  # the order of the numbers


def test_a_class_label_of_minus_one_and_null_are_words_without_a_label(tmp_path: Path):
    import datasets

    features = datasets.Features(
        {
            "tokens": datasets.List(datasets.Value("string")),
            "labels": datasets.List(datasets.ClassLabel(names=["O", "B"])),
        }
    )
    table = datasets.Dataset.from_dict(
        {"tokens": [["a", "b", "c"]], "labels": [[1, -1, None]]}, features=features
    )
    table.to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").train[0].labels == ("B", None, None)


@pytest.mark.parametrize("column", ["text", "tokens"])
def test_next_word_reads_words_without_a_label_column(column: str, tmp_path: Path):
    corpus = read_table(write(tmp_path / "a.csv", f"{column}\nthe sky\nis blue\n"), NEXT_WORD)
    assert [example.words for example in corpus.train] == [("the", "sky"), ("is", "blue")]
    assert corpus.train[0].labels is None
    assert corpus.label_names == ()


def test_words_without_a_label_may_stand_anywhere(tmp_path: Path):
    rows = [
        {"tokens": ["so", "it", "shines", "."], "labels": ["neutral", None, "positive", None]},
        {"tokens": ["dull", "?"], "labels": ["negative", None]},
    ]
    corpus = read_table(write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert [example.labels for example in corpus.train] == [
        ("neutral", None, "positive", None),
        ("negative", None),
    ]


def test_a_folder_of_tables_holds_the_splits_and_other_files(tmp_path: Path):
    write(tmp_path / "train.csv", "text,label\nno,0\nyes,1\n")
    write(tmp_path / "validation.csv", "text,label\nperhaps,2\n")
    write(tmp_path / "train.log", "of something else")
    corpus = load_corpus(f"table:{tmp_path}")
    assert corpus.validation[0].words == ("perhaps",)
    assert corpus.label_names == ("0", "1", "2")


def test_a_changed_table_is_read_anew_and_nothing_is_shown_or_kept(
    tmp_path: Path, capfd: pytest.CaptureFixture
):
    import datasets

    datasets.enable_progress_bars()
    file = write(tmp_path / "a.csv", "text,label\nold,0\n")
    assert read_table(file).train[0].words == ("old",)
    write(file, "text,label\nnew,0\n")
    assert read_table(file).train[0].words == ("new",)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]  # the cache would be here, by the fixture
    assert capfd.readouterr() == ("", "")
    assert datasets.is_progress_bar_enabled()  # as it was


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.csv",
            "word,tag\na,b\n",
            "the columns 'word', 'tag': it needs tokens and labels, or text and label; name yours",
        ),
        ("a.csv", "tokens,labels\na b,O O\nc,O O\n", "row 2 of train of .*1 words but 2 labels"),
        ("a.csv", "text,label\na\nb,1\n", "row 1 of train of .*no label"),
        ("a.csv", "text,label\n,1\n", "row 1 of train of .*no text"),
        ("a.json", '[{"text": "a", "label": null}, {"text": "b", "label": 1}]', "row 1 .*no label"),
        ("a.csv", "text,label\nIt was, really, good,1\n", "more cells than column names"),
        ("a.csv", "text,label\na,1\nb,c,1\n", "a.csv is not a .csv table: .*line 3"),
        ("a.csv", "text,label\n", "no rows"),
        ("a.csv", "", "a.csv is empty"),
        ("a.csv", b"text,label\ncaf\xe9,1\n", r"a.csv is not UTF-8 at byte 14 \(line 2\)"),
        ("a.jsonl", '{"text": "a"', "a.jsonl is not a .jsonl table"),
        ("a.jsonl", '{"tokens": ["a\\tb"], "labels": ["O"]}\n', r"row 1 .*'a\\tb' is not a word"),
        ("a.jsonl", '{"tokens": ["a", ""], "labels": ["O", "O"]}\n', "row 1 .*'' is not a word"),
        ("a.parquet", "PAR0", "a.parquet is not a .parquet table"),
        ("a.xls", "text,label\na,1\n", "its name must end in .csv, .tsv"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(name: str, text: str | bytes, message: str, tmp_path: Path):
    file = write(tmp_path / name, text)
    with pytest.raises(DataError, match=message) as caught:
        load_corpus(f"table:{file}")
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_broken_table_is_told_once_and_not_logged_too(tmp_path: Path):
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record)
    logging.getLogger("datasets").addHandler(handler)
    with pytest.raises(DataError):
        read_table(write(tmp_path / "a.csv", "text,label\na,1\nb,c,1\n"))
    logging.getLogger("datasets").removeHandler(handler)
    assert not records


def test_predicting_words_names_the_columns_that_are_needed(tmp_path: Path):
    file = write(tmp_path / "a.csv", "word\na\n")
    with pytest.raises(DataError, match="the columns 'word': it needs tokens, or text; name yours"):
        load_corpus(f"table:{file}", NEXT_WORD)


# --- hub ------------------------------------------------------------------------------------------


def serve(monkeypatch: pytest.MonkeyPatch, **splits: list[dict]) -> list[tuple]:
    """Let `datasets` answer with these splits; return the list of what it will have been asked for."""
    import datasets

    asked = []

    def load_dataset(*arguments):
        asked.append(arguments)
        return datasets.DatasetDict({name: datasets.Dataset.from_list(rows) for name, rows in splits.items()})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return asked


def test_hub_reads_labelled_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    corpus = load_corpus(local_hub(tmp_path, monkeypatch))
    assert {example.words for example in (*corpus.train, *corpus.validation)} == {
        ("It", "'s", "good", "."),
        ("bad",),
    }
    assert corpus.label_names == ("pos", "neg")


def test_hub_reads_running_text_of_a_configuration(monkeypatch: pytest.MonkeyPatch):
    rows = [{"text": ""}, {"text": " = <unk> = \n"}, {"text": "It 's 5.5 \n"}]
    asked = serve(monkeypatch, test=rows[:1], train=rows, validation=rows[1:])
    corpus = load_corpus("hub:Salesforce/wikitext/wikitext-2-v1", NEXT_WORD)
    assert asked == [("Salesforce/wikitext", "wikitext-2-v1")]
    assert [example.words for example in corpus.train] == [(), ("=", "<unk>", "="), ("It", "'s", "5.5")]
    assert len(corpus.validation) == 2


def test_hub_texts_with_labels_do_not_follow_each_other(monkeypatch: pytest.MonkeyPatch):
    rows = [{"text": "good", "label": 1}, {"text": "bad", "label": 0}]
    asked = serve(
        monkeypatch,
        train=rows,
        validation_matched=rows[:1],
        validation_mismatched=rows[1:],
        unsupervised=rows,
    )
    corpus = load_corpus("hub:stanfordnlp/imdb", NEXT_WORD)
    assert asked == [("stanfordnlp/imdb", None)]
    assert corpus.train[0].labels is None
    assert [example.words for example in corpus.validation] == [("good",)]  # the first of the two


def test_hub_needs_a_train_split_and_columns(monkeypatch: pytest.MonkeyPatch):
    serve(monkeypatch, test=[{"text": "a"}])
    with pytest.raises(DataError, match="the splits test: a train split is needed"):
        load_corpus("hub:owner/name")
    serve(monkeypatch, train=[{"sentence": "a"}])
    with pytest.raises(DataError, match="train of hub:owner/name has the columns 'sentence'"):
        load_corpus("hub:owner/name")


@pytest.mark.parametrize("name", ["", "a/b/c/d", "../x", "a//b", "a b", "/etc"])
def test_hub_refuses_what_is_not_an_id(name: str):
    with pytest.raises(UsageError, match="not an id of the Hub"):
        load_corpus(f"hub:{name}")


def hub_errors() -> list:
    """Errors as `datasets` 5.2 raised them, with what we make of each."""
    from datasets.exceptions import DatasetNotFoundError
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    unreachable = "Couldn't reach 'owner/name' on the Hub (LocalEntryNotFoundError)"
    script = "Dataset scripts are no longer supported, but found name.py"
    return [
        (ConnectionError(unreachable), MissingInputError, "table:PATH"),
        (OfflineModeIsEnabled("Offline mode is enabled."), MissingInputError, "table:PATH"),
        (LocalEntryNotFoundError("cannot find the file on the Hub"), MissingInputError, "table:PATH"),
        (
            DatasetNotFoundError("Dataset 'x' doesn't exist on the Hub"),
            MissingInputError,
            "is not on the Hub",
        ),
        (RuntimeError(script), DataError, "needs a script"),
        (ValueError("BuilderConfig 'x' not found.\nAvailable: y"), DataError, "the configuration"),
    ]


@pytest.mark.parametrize(("error", "ours", "hint"), hub_errors(), ids=lambda value: type(value).__name__)
def test_hub_errors_are_one_line_with_the_next_thing_to_do(
    error: Exception, ours: type[NlpLstmError], hint: str, monkeypatch: pytest.MonkeyPatch
):
    import datasets

    def load_dataset(*arguments):
        raise error

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(ours, match=hint) as caught:
        load_corpus("hub:owner/name")
    assert "'owner/name'" in str(caught.value)
    assert "\n" not in str(caught.value)


# --- files ----------------------------------------------------------------------------------------

FILE_READERS = [name for name in READERS.names() if name not in (*BOXED, "counting", "hub")]


@pytest.mark.parametrize("name", FILE_READERS)
def test_what_is_not_there_is_said_by_every_reader_of_files(name: str, tmp_path: Path):
    with pytest.raises(MissingInputError, match=r"nowhere.*is not there"):
        load_corpus(f"{name}:{tmp_path / 'nowhere'}", NEXT_WORD)
    with pytest.raises(MissingInputError, match="without a train file"):
        load_corpus(f"{name}:{tmp_path}", NEXT_WORD)
    with pytest.raises(UsageError, match="no path"):
        load_corpus(f"{name}:", NEXT_WORD)


@pytest.mark.parametrize("name", ["sst", "text", "conll"])
def test_empty_and_wrongly_encoded_files_are_named(name: str, tmp_path: Path):
    file = write(tmp_path / "train.txt", " \n\n")
    with pytest.raises(DataError, match=r"train\.txt is empty"):
        load_corpus(f"{name}:{tmp_path}", NEXT_WORD)
    write(file, b"\xef\xbb\xbffine\ncaf\xe9\n")
    with pytest.raises(DataError, match=r"train.txt is not UTF-8 at byte 11 \(line 2\)"):
        load_corpus(f"{name}:{tmp_path}", NEXT_WORD)


def test_two_files_for_one_split_are_not_guessed_at(tmp_path: Path):
    write(tmp_path / "ptb.char.train.txt", "a")
    write(tmp_path / "ptb.train.txt", "b")
    with pytest.raises(DataError, match=r"train files ptb\.char\.train\.txt and ptb\.train\.txt"):
        load_corpus(f"text:{tmp_path}", NEXT_WORD)


def test_a_folder_for_a_file_and_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(DataError, match="is a folder: give the path of a file"):
        read_lines(tmp_path)
    with pytest.raises(MissingInputError, match="is not there"):
        read_lines(tmp_path / "gone.txt")

    def refuse(path, mode):
        raise PermissionError(13, "Permission denied")

    file = write(tmp_path / "secret.txt", "x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageError, match="Permission denied"):
        read_lines(file)


def test_lines_keep_what_other_tools_take_for_line_ends(tmp_path: Path):
    file = write(tmp_path / "a.txt", "one\u2028still\x0cone\x85\rtwo\r\n\nfour")
    assert read_lines(file) == ["one\u2028still\x0cone\x85", "two", "", "four"]


def test_a_corpus_without_words_or_with_one_sentence_is_refused(tmp_path: Path):
    lines = [json.dumps({"tokens": [], "labels": []})] * 3
    file = write(tmp_path / "a.jsonl", "\n".join(lines))
    with pytest.raises(DataError, match="no words"):
        load_corpus(f"table:{file}", NEXT_WORD)
    with pytest.raises(DataError, match="too few sentences"):
        load_corpus(f"text:{write(tmp_path / 'one.txt', 'hello')}", NEXT_WORD)
    with pytest.raises(UnknownNameError, match="unknown corpus reader 'csv'") as caught:
        load_corpus("csv:a.csv")
    assert all(name in str(caught.value) for name in SAMPLES)


# --- what `data` shows of them --------------------------------------------------------------------


def test_data_counts_the_last_scored_label_of_each_sentence(tmp_path: Path):
    rows = [
        {"tokens": ["so", "it", "shines", "."], "labels": ["neutral", None, "positive", None]},
        {"tokens": ["dull", "?"], "labels": ["negative", None]},
        {"tokens": ["?"], "labels": [None]},
    ]
    for split in ("train", "validation"):
        write(tmp_path / f"{split}.jsonl", "\n".join(map(json.dumps, rows)))
    table = data(f"table:{tmp_path}").comparisons[1]
    assert table.rows == ("negative", "neutral", "positive")
    assert list(table.values) == [
        (pytest.approx(1 / 3), pytest.approx(1 / 2)),
        (pytest.approx(1 / 3), 0),
        (pytest.approx(1 / 3), pytest.approx(1 / 2)),
    ]


def test_data_takes_what_the_commands_take_and_asks_the_task_what_it_predicts(tmp_path: Path):
    write(tmp_path / "train.txt", TREES)
    sst = data(f"sst:{tmp_path}", labels="word", classes=3, limit=2)
    assert sst.comparisons[1].rows == ("negative", "neutral", "positive")
    file = write(tmp_path / "a.csv", "text\nthe sky\nis blue\n")
    assert data(f"table:{file}", task="next-word").comparisons[0].rows == ["train", "validation"]
    assert data("mini", task="next_word").comparisons[0].rows == ["train", "validation", "test"]
    with pytest.raises(UnknownNameError, match="unknown task 'foo': the known ones are next-word"):
        data("mini", task="foo")
