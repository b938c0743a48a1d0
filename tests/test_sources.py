"""What a path without a reader means, which files are a split's, and texts in folders of labels."""

from pathlib import Path

import pytest

from nlp_lstm.corpora import READERS, Request, load_corpus
from nlp_lstm.corpora._files import find_shards, find_splits, split_of
from nlp_lstm.corpora.sources import resolve_source
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, UnknownNameError, UsageError

TREES = "(1 (2 not) (3 good))\n\n(4 (3 Fine) (2 !))\n"
TEXT = "The sun is up.\nIt will be (so they say) a fine day.\n"
TAGGED = "Mia\tB-PER\nswims\tO\n\nKim\tB-PER\nrests\tO\n"
ROWS = "Mia\tNOUN\nswims\tVERB\n\nKim\tNOUN\nrests\tVERB\n"
CONLL_2003 = "-DOCSTART- -X- -X- O\n\nMia NNP B-NP B-PER\nswims VBZ B-VP O\n"
CONLLU = "".join(f"{number}\t{word}" + "\t_" * 8 + "\n" for number, word in enumerate(("Mia", "swims"), 1))
REVIEWS = "A dull, slow film.  \t0\nSo fine\t1\n"
TABLE = "text,label\nfine,1\ndull,0\n"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str | bytes = TEXT) -> Path:
    """Write a file, and the folders it is in."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


# a path without a reader


@pytest.mark.parametrize(
    ("name", "text", "reader"),
    [
        ("a.csv", TABLE, "table"),
        ("a.CSV", TABLE, "table"),
        ("a.tsv", TABLE.replace(",", "\t"), "table"),
        ("a.tsv", TABLE.replace(",", "\t") + "\n\n", "table"),
        ("a.tsv", "ham\tGo then\n\nspam\tWin now\nham\tYes, go\n", "table"),
        ("a.tsv", TAGGED, "conll"),
        ("a.json", "[]", "table"),
        ("a.jsonl", "{}", "table"),
        ("a.parquet", b"PAR1", "table"),
        ("a.conll", ROWS, "conll"),
        ("a.conllu", CONLLU, "conll"),
        ("a.bio", ROWS, "conll"),
        ("a.iob", ROWS, "conll"),
        ("a.iob2", ROWS, "conll"),
        ("a.txt", TEXT, "text"),
        ("a.tokens", TEXT, "text"),
        ("book", TEXT, "text"),
        ("ptb.train", TEXT, "text"),
        ("a.txt", "", "text"),
        ("a.txt", "caf\xe9 au lait\n".encode("latin-1"), "text"),
        ("a.txt", "the sky is blue\nthe sea is blue\nthe sun is red\n", "text"),
        ("a.txt", "one two\n\nthree four\n", "text"),
        ("a.txt", TREES, "sst"),
        ("a.txt", "\ufeff\n" + TREES.replace("\n", "\r\n"), "sst"),
        ("a.txt", TAGGED, "conll"),
        ("a.txt", TAGGED.replace("\t", " "), "conll"),
        ("mit.txt", "O\twho\nB-X\tmia\n", "conll"),
        ("a.txt", CONLL_2003, "conll"),
        ("eng.train", CONLL_2003, "conll"),
        ("a.txt", CONLLU, "conll"),
        ("a.txt", CONLL_2003 + "Kim\n", "conll"),
        ("notes:2024.csv", TABLE, "table"),
        ("C:a.csv", TABLE, "table"),
        ("a b.csv", TABLE, "table"),
    ],
)
def test_the_name_or_else_the_first_lines_of_a_file_choose_the_reader(
    name: str, text: str | bytes, reader: str
):
    write(name, text)
    assert resolve_source(name) == f"{reader}:{name}"
    assert resolve_source(f"./{name}") == f"{reader}:./{name}"
    absolute = str(Path(name).absolute())
    assert resolve_source(absolute) == f"{reader}:{absolute}"


@pytest.mark.parametrize(
    ("files", "reader"),
    [
        ({"train.csv": TABLE, "dev.csv": TABLE}, "table"),
        ({"train.csv": TABLE, "train.log": "x", "README.md": "x"}, "table"),
        ({"train-00000-of-00002.parquet": "", "train-00001-of-00002.parquet": ""}, "table"),
        ({"part-00000-1b2c.csv": TABLE, "part-00001-1b2c.csv": TABLE, "_SUCCESS": ""}, "table"),
        ({"train.txt": TREES, "dev.txt": TREES}, "sst"),
        ({"train.txt": TEXT, "dev.txt": TEXT}, "text"),
        ({"wiki.train.tokens": TEXT}, "text"),
        ({"en-ud-train.conllu": CONLLU}, "conll"),
        ({"eng.train": CONLL_2003, "eng.testa": CONLL_2003}, "conll"),
        ({"train.txt": TAGGED}, "conll"),
        ({"pos/0.txt": TEXT, "neg/0.txt": TEXT}, "folders"),
        ({"train/pos/0_9.txt": TEXT, "train/neg/0_2.txt": TEXT, "README": "x"}, "folders"),
        ({"train/pos/0": TEXT, "train/neg/0": TEXT, "train/unsup/0": TEXT, "test/pos/0": TEXT}, "folders"),
        ({"train.csv": TABLE, "pos/0.txt": TEXT, "neg/0.txt": TEXT}, "table"),
    ],
)
def test_the_files_of_a_folder_choose_the_reader(files: dict[str, str], reader: str):
    for name, text in files.items():
        write(f"data/{name}", text)
    assert resolve_source("data") == f"{reader}:data"
    assert resolve_source("data/") == f"{reader}:data/"


@pytest.mark.parametrize(
    "source",
    ["mini", "sst:data/sst", "table:a.csv", "text:", "hub:owner/name", "conll:my:file.conll", "folders:x"],
)
def test_what_has_a_reader_stays_as_it_is(source: str):
    assert resolve_source(source) == source


def test_a_name_of_a_reader_is_a_path_only_where_it_can_be_nothing_else():
    write("mini/train.csv", TABLE)
    write("sst/train.txt", TREES)
    write("text:a.csv", TABLE)
    assert resolve_source("mini") == "mini"
    assert resolve_source("sst") == "sst:sst"
    assert resolve_source("text:a.csv") == "text:a.csv"
    assert resolve_source("text") == "text"  # its reader says that no path is given


def test_the_home_folder_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    write("a.csv", TABLE)
    assert resolve_source("~/a.csv") == "table:~/a.csv"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.txt": ROWS}, "can be read in 2 ways: write text:a.txt or conll:a.txt"),
        ({"a.txt": ROWS.replace("\t", " ")}, "write text:a.txt or conll:a.txt"),
        ({"a.txt": REVIEWS}, "write text:a.txt or table:a.txt"),
        ({"a.tsv": ROWS}, "write table:a.tsv or conll:a.tsv"),
        ({"a/train.csv": TABLE, "a/train.txt": TEXT}, "'train.csv, train.txt' can be .* table:a or text:a"),
        (
            {"a.xlsx": "x"},
            "'a.xlsx' does not say what it is: write the reader in front, such as text:a.xlsx",
        ),
        ({"a.csv.gz": "x"}, "'a.csv.gz' is packed: unpack it first"),
        (
            {"a/train.npy": "x"},
            "'train.npy' does not say what it is: write the reader in front, such as text:a; ",
        ),
    ],
)
def test_what_could_be_two_things_or_none_is_refused_with_the_spellings(files: dict[str, str], says: str):
    for name, text in files.items():
        write(name, text)
    with pytest.raises(UsageError, match=says):
        resolve_source(next(iter(files)).partition("/")[0])


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("gone.csv", MissingInputError, "'gone.csv' is not there: give --data with the right path"),
        ("data/gone", MissingInputError, "'data/gone' is not there: .* or hub:data/gone if it is on the Hub"),
        ("/data/gone/", MissingInputError, "'/data/gone/' is not there"),
        ("C:\\data\\a.csv", MissingInputError, "is not there: give --data"),
        ("C:/data/a.csv", MissingInputError, "'C:/data/a.csv' is not there: give --data"),
        ("./my:a.csv", MissingInputError, "'./my:a.csv' is not there"),
        (
            "reviewed",
            MissingInputError,
            "unknown corpus reader 'reviewed', and no file or folder has this name",
        ),
        ("", MissingInputError, "unknown corpus reader ''"),
        (
            "csv:a.csv",
            UnknownNameError,
            "unknown corpus reader 'csv': the known ones are conll, counting, folders",
        ),
        ("https://example.org/a.csv", UsageError, "is an address: download it"),
    ],
)
def test_what_is_not_there_is_told(source: str, error: type[NlpLstmError], says: str):
    with pytest.raises(error, match=says):
        resolve_source(source)


def test_a_folder_without_a_train_file_is_told_and_the_one_inside_is_named():
    write("data/notes.md")
    with pytest.raises(
        MissingInputError, match=r"'data' is a folder without a train file: name one train\.txt"
    ):
        resolve_source("data")
    write("data/a/train.txt", TEXT)
    write("data/b/train.txt", TREES)  # which makes no corpus with the labels a and b
    with pytest.raises(MissingInputError, match="without a train file: did you mean 'data/a'"):
        resolve_source("data")


def test_a_corpus_is_loaded_by_its_path_and_says_how():
    write("lines.txt", "one two three\nfour five\nsix\n")
    corpus = load_corpus("lines.txt", Request("words"))
    assert corpus.source == "text:lines.txt"
    assert corpus.sha256("train") == load_corpus("text:lines.txt", Request("words")).sha256("train")


# which files are a split's


@pytest.mark.parametrize(
    ("names", "split"),
    [
        ("train training trn TRAIN my_train en-ud-train", "train"),
        ("dev devel development valid validation val eval testa wiki.valid", "validation"),
        ("test tst testing testb ptb.test", "test"),
    ],
)
def test_the_names_that_people_give_to_splits(names: str, split: str):
    assert {split_of(f"{name}.txt") for name in names.split()} == {split}
    assert {split_of(name) for name in ("latest.txt", "contest.csv", "constrain.txt", "values.txt")} == {None}


@pytest.mark.parametrize(
    "names",
    [
        ["train-00000-of-00003.parquet", "train-00001-of-00003.parquet", "train-00002-of-00003.parquet"],
        ["train-1-of-3.csv", "train-2-of-3.csv", "train-3-of-3.csv"],
        ["train-00000-of-00002-0123456789abcdef.parquet", "train-00001-of-00002-fedcba9876543210.parquet"],
        [f"train-part-{number}.csv" for number in range(12)],
        ["train.part1.csv", "train.part2.csv"],
        ["train_shard_00.jsonl", "train_shard_01.jsonl"],
        ["part-00000.csv", "part-00001.csv"],
        ["train-00000-of-00001.parquet"],
        ["train.part7.csv"],
        ["train.csv"],
    ],
    ids=lambda names: names[0],
)
def test_shards_come_in_the_order_of_their_numbers(names: list[str]):
    for name in names:
        write(f"data/{name}")
    found = find_shards("data")
    assert [file.name for file in found["train"]] == names
    if "train" in names[0]:
        write("data/test.csv")
        assert [file.name for file in find_shards("data")["test"]] == ["test.csv"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["train-00000-of-00002.parquet"], r"has 1 of 2 train files .*: number 1 is not there, get it too"),
        (["train-00001-of-00002.parquet"], r"has 1 of 2 train files .*: number 0 is not there"),
        (["train-0-of-3.csv", "train-2-of-3.csv"], r"has 2 of 3 train files .*: number 1 is not there"),
        (["train-part-0.csv", "train-part-2.csv"], r"has 2 of 3 train files .*: number 1 is not there"),
        (["train.csv", "test-00000-of-00002.csv"], r"has 1 of 2 test files"),
    ],
    ids=repr,
)
def test_a_missing_shard_is_told(names: list[str], says: str):
    for name in names:
        write(f"data/{name}")
    with pytest.raises(MissingInputError, match=says):
        find_shards("data")


@pytest.mark.parametrize(
    "names",
    [
        ["train.csv", "train-part-0.csv"],
        ["train-0-of-2.csv", "train-0-of-3.csv"],
        ["train-0-of-2.csv", "train-0-of-2.parquet", "train-1-of-2.csv"],
        ["train-0-of-2.csv", "train-1-of-2.csv", "train-2-of-2.csv"],
        ["train-0-of-2.csv", "train-00-of-2.csv", "train-1-of-2.csv"],
        ["train_1.csv", "train_2.csv"],  # as likely versions, or folds
        ["train-2019.csv", "train-2020.csv"],
        ["train.a.part0.csv", "train.b.part1.csv"],
    ],
    ids=repr,
)
def test_files_that_are_no_shards_of_one_split_are_not_joined(names: list[str]):
    for name in names:
        write(f"data/{name}")
    with pytest.raises(DataError, match=f"holds the train files {sorted(names)[0]} and "):
        find_shards("data")


def test_a_reader_of_one_file_takes_no_shards():
    for number in range(2):
        write(f"data/train-{number}-of-2.txt")
    with pytest.raises(DataError, match=r"holds the train files train-0-of-2\.txt and train-1-of-2\.txt"):
        find_splits("data")


# texts in folders of labels


def read(path: str, request: Request | None = None):
    return READERS.get("folders")(path, request or Request())


def test_a_text_has_the_label_of_its_folder_at_its_last_word():
    for split in ("train", "test"):
        write(f"reviews/{split}/pos/0_9.txt", "So\nfine.")
        write(f"reviews/{split}/neg/0_2.txt", "Dull!<br />Bad.")
        write(f"reviews/{split}/urls.txt", "of something else")
    write("reviews/train/unsup/0_0.txt", "Who knows?")
    write("reviews/README", "of something else")
    corpus = read("reviews")
    assert corpus.train[1].words == ("So", "fine", ".")
    assert corpus.train[1].labels == (None, None, "pos")
    assert corpus.train[0].labels == (None,) * (len(corpus.train[0].words) - 1) + ("neg",)
    assert (len(corpus.train), len(corpus.validation), len(corpus.test)) == (2, 0, 2)
    assert corpus.label_names == ("neg", "pos")
    assert any("unsup, whose texts have no labels" in note for note in corpus.notes)
    assert any(note.startswith('2 texts hold "<br />"') for note in corpus.notes)
    assert corpus.tokenized is False


def test_folders_of_labels_alone_are_train():
    for label in ("sport", "world", "arts"):
        for number in range(4):
            write(f"news/{label}/{number}", f"{label} {number} .")
    corpus = load_corpus("news", Request(tokenized=True))
    assert corpus.source == "folders:news"
    assert corpus.label_names == ("arts", "sport", "world")
    assert (len(corpus.train), len(corpus.validation)) == (11, 1)
    words = load_corpus("folders:news", Request("words"))
    assert (words.label_names, words.train[0].labels) == ((), None)


def test_a_test_folder_may_hold_texts_without_labels():
    for label in ("pos", "neg"):
        write(f"reviews/train/{label}/0.txt")
    write("reviews/test/0.txt", "Fine")
    corpus = read("reviews")
    assert [(example.words, example.labels) for example in corpus.test] == [(("Fine",), (None,))]
    assert "test has no labels: it can be predicted and extracted, but not scored" in corpus.notes


@pytest.mark.parametrize(
    ("files", "error", "says"),
    [
        ({"test/pos/0.txt": TEXT}, MissingInputError, "without a train file, a train folder or folders of"),
        ({"train/0.txt": TEXT}, MissingInputError, "data/train holds no folders of labels: give one such as"),
        (
            {"train/pos/0.txt": TEXT, "training/pos/0.txt": TEXT},
            DataError,
            "the train folders train and training",
        ),
        (
            {"pos/0.txt": TEXT, "neg/deep/0.txt": TEXT},
            DataError,
            "data/neg holds no texts of the label 'neg'",
        ),
        ({"pos/0.txt": TEXT, "neg/0.txt": " \n"}, DataError, "neg/0.txt is empty"),
        ({"pos/0.txt": TEXT, "neg/0.txt": b"caf\xe9"}, DataError, "neg/0.txt is not UTF-8 at byte 3"),
    ],
)
def test_folders_that_are_no_corpus_are_refused(files: dict, error: type[NlpLstmError], says: str):
    for name, text in files.items():
        write(f"data/{name}", text)
    with pytest.raises(error, match=says):
        read("data")


def test_a_file_is_no_folder_of_labels():
    write("a.txt")
    with pytest.raises(NlpLstmError, match=r"'a\.txt' is a file: folders reads a folder"):
        read("a.txt")


# what is no treebank


@pytest.mark.parametrize(
    ("name", "text", "looks", "reader"),
    [
        ("a.tsv", "sentence\tlabel\nfine\t1\n", "a table", "table"),
        ("a.csv", TABLE, "a table", "table"),
        ("a.jsonl", '{"text": "fine", "label": 1}\n', "a table", "table"),
        ("a.json", "[]", "a table", "table"),
        ("a.txt", TAGGED, "words with labels", "conll"),
        ("a.txt", TEXT, "running text", "text"),
    ],
)
def test_a_file_that_is_no_treebank_is_told_what_it_looks_like(name: str, text: str, looks: str, reader: str):
    write(name, text)
    with pytest.raises(DataError) as caught:
        load_corpus(f"sst:{name}")
    first = text.partition("\n")[0]
    assert str(caught.value) == (
        f"{name}, line 1: {first[:40]!r} is no tree, which begins with (: this looks like {looks}, "
        f"read it with {reader}:{name}"
    )


def test_a_parquet_file_that_is_read_as_text_is_told():
    write("a.parquet", b"PAR1\x15\x04\x00\x00")
    for reader in ("sst", "conll", "text"):
        with pytest.raises(
            DataError, match="is not a text file but a Parquet table: read it with table:PATH"
        ):
            load_corpus(f"{reader}:a.parquet", Request("words", encoding="latin-1"))


def test_shards_of_a_treebank_are_one_split():
    write("data/train-0-of-2.txt", TREES)
    write("data/train-1-of-2.txt", "(2 (2 so) (2 so))\n")
    assert [example.words for example in READERS.get("sst")("data", Request()).train] == [
        ("not", "good"),
        ("Fine", "!"),
        ("so", "so"),
    ]
