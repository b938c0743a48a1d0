"""Words with labels in columns: which are read, what is no word, and what is refused rather than misread."""

from pathlib import Path

import pytest

from nlp_lstm.corpora import READERS, Corpus, Request, load_corpus
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, UsageError

LABELLED, NEXT_WORD = Request(), Request("words")
TABS = "Mia\tB-PER\nswims\tO\n\nKim\tB-PER\nrests\tO\n"
WORDS, LABELS = [("Mia", "swims"), ("Kim", "rests")], [("B-PER", "O"), ("B-PER", "O")]
# As CoNLL-2003 has them: word, part of speech, chunk, label.
FOUR = "Mia NNP B-NP B-PER\nswims VBZ B-VP O\n\nKim NNP B-NP B-PER\nrests VBZ B-VP O\n"


def read(folder: Path, text: str | bytes, request: Request = LABELLED, name: str = "a.conll") -> Corpus:
    """The corpus of a file, as the reader gives it, without anything set aside."""
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return READERS.get("conll")(str(file), request)


def read_folder(folder: Path, request: Request = LABELLED, /, **splits: str) -> Corpus:
    """The corpus of a file for each split."""
    for split, text in splits.items():
        (folder / f"{split}.conll").write_text(text)
    return READERS.get("conll")(str(folder), request)


def words_of(corpus: Corpus) -> list[tuple[str, ...]]:
    return [example.words for example in corpus.train]


def labels_of(corpus: Corpus) -> list[tuple[str | None, ...]]:
    return [example.labels or () for example in corpus.train]


# what parts columns


@pytest.mark.parametrize(
    "text",
    [
        TABS,
        TABS.replace("\t", " "),
        TABS.replace("\t", "   "),
        "\n\n" + TABS.replace("\n", " \n").replace("\t", "  ") + "\n\n \n",
        TABS.replace("\n", "\r\n"),
        "\ufeff" + TABS,
        TABS.replace("\t", " \t "),
    ],
    ids=repr,
)
def test_tabs_or_blanks_part_columns(text: str, tmp_path: Path):
    corpus = read(tmp_path, text)
    assert (words_of(corpus), labels_of(corpus), corpus.notes) == (WORDS, LABELS, ())


@pytest.mark.parametrize("between", ["\t", " "])
@pytest.mark.parametrize("word", ["\xa0", "10\xa0000", "\u200b", "\u3000", "\u2028", "\x85"])
def test_a_space_of_another_kind_is_a_word_or_a_part_of_one(word: str, between: str, tmp_path: Path):
    corpus = read(tmp_path, f"Mia{between}B-PER\n{word}{between}O\n")
    assert words_of(corpus) == [("Mia", word)]


def test_between_tabs_a_word_may_hold_a_blank(tmp_path: Path):
    assert words_of(read(tmp_path, "New York\tB\nin\tO\n")) == [("New York", "in")]


@pytest.mark.parametrize("row", ["New York", "in O", "in"])
def test_where_tabs_part_columns_blanks_part_none(row: str, tmp_path: Path):
    """Read at its blanks, the first would be the word New with the label York."""
    with pytest.raises(DataError, match=rf"a\.conll, row 3: '{row}' is not a word and a label"):
        read(tmp_path, f"Mia\tB-PER\n\n{row}\n")


# which columns


def test_of_many_columns_the_first_is_the_word_and_the_last_the_label_and_it_is_told(tmp_path: Path):
    corpus = read(tmp_path, FOUR)
    assert (words_of(corpus), labels_of(corpus)) == (WORDS, LABELS)
    assert corpus.notes == (
        "of 4 columns the words are column 1 and the labels column 4: --word-column and --label-column say "
        "otherwise",
    )


@pytest.mark.parametrize(
    ("word", "label", "first"),
    [
        (None, "2", ("Mia", "NNP")),
        ("1", "-2", ("Mia", "B-NP")),
        ("-4", "4", ("Mia", "B-PER")),
        ("2", None, ("NNP", "B-PER")),
        ("2", "1", ("NNP", "Mia")),
    ],
)
def test_a_request_chooses_columns(word: str | None, label: str | None, first: tuple, tmp_path: Path):
    corpus = read(tmp_path, FOUR, Request(word_column=word, label_column=label))
    assert (words_of(corpus)[0][0], labels_of(corpus)[0][0]) == first


@pytest.mark.parametrize(
    "request_", [Request(word_column="2"), Request(label_column="1")], ids=["word", "label"]
)
def test_of_two_columns_one_that_is_chosen_leaves_the_other(request_: Request, tmp_path: Path):
    corpus = read(tmp_path, "O\tswims\nB-PER\tMia\n", request_)
    assert (words_of(corpus), labels_of(corpus)) == ([("swims", "Mia")], [("O", "B-PER")])


@pytest.mark.parametrize(
    ("word", "label", "says"),
    [
        ("0", None, "--word-column is '0': for conll it is 1 for the first column, -1 for the last"),
        (None, "tag", "--label-column is 'tag': for conll"),
        (None, "1.5", "--label-column is '1.5': for conll"),
        ("5", None, r"--word-column is 5: .*a\.conll has 4 columns"),
        (None, "-5", r"--label-column is -5: .*a\.conll has 4 columns"),
        ("3", "-2", r"are both column 3: give --word-column and --label-column"),
        ("-1", None, r"are both column 4: give --word-column and --label-column"),
        (None, "1", r"are both column 1: give --word-column and --label-column"),
    ],
)
def test_a_column_that_there_is_not_is_refused(
    word: str | None, label: str | None, says: str, tmp_path: Path
):
    with pytest.raises(UsageError, match=says):
        read(tmp_path, FOUR, Request(word_column=word, label_column=label))


@pytest.mark.parametrize("row", ["Kim NNP B-NP", "Kim NNP B-NP B-PER x"])
def test_a_row_with_other_columns_is_named(row: str, tmp_path: Path):
    """Without its last column, a row would have its chunk for a label."""
    with pytest.raises(DataError) as caught:
        read(tmp_path, FOUR.replace("Kim NNP B-NP B-PER", row))
    count = len(row.split())
    assert f"a.conll, row 4: {row!r} has {count} columns where row 1 has 4" in str(caught.value)


def test_labels_that_stand_first_are_told_with_the_way_to_read_them(tmp_path: Path):
    text = "O\twho\nO\tmade\nB-TITLE\tdusk\n\nB-ACTOR\tmia\nO\tplays\n"
    with pytest.raises(DataError, match="the label stands first here, give --word-column 2 --label-column 1"):
        read(tmp_path, text, name="a.bio")
    corpus = read(tmp_path, text, Request(word_column="2", label_column="1"), name="a.bio")
    assert words_of(corpus) == [("who", "made", "dusk"), ("mia", "plays")]
    assert corpus.label_names == ("B-ACTOR", "B-TITLE", "O")


def test_tags_of_any_kind_that_stand_first_are_told_if_they_are_few_among_many(tmp_path: Path):
    rows = [f"{'NVA'[number % 3]}\tword{number}" for number in range(300)]
    with pytest.raises(DataError, match=r"3 different words \(A, N, V\) and 300 different labels: the label"):
        read(tmp_path, "\n".join(rows))
    corpus = read(tmp_path, "\n".join(rows[:30]))  # thirty sounds of three letters would be right
    assert corpus.notes[0].startswith("there are more different labels (30) than words (3): if they are swap")


@pytest.mark.parametrize("text", ["O\tletter\nB\tletter\n", "O\tB-X\n\nB-X\tO\n", "O\tx\n"])
def test_words_that_may_be_words_are_not_refused(text: str, tmp_path: Path):
    assert read(tmp_path, text).train


def test_a_column_that_names_the_document_has_no_words(tmp_path: Path):
    rows = [f"news/{number} 0 {place} {word} X" for number in range(5) for place, word in enumerate("ab")]
    text = "\n\n".join("\n".join(rows[start : start + 2]) for start in range(0, 10, 2))
    with pytest.raises(
        DataError, match=r"column 1 of .* has the same in all rows of a sentence, such as 'news/0'"
    ):
        read(tmp_path, text)
    assert words_of(read(tmp_path, text, Request(word_column="4")))[0] == ("a", "b")


@pytest.mark.parametrize("text", ["A dull film.\t0\nSo fine\t1\n", "ham\tGo then\nspam\tWin now\n"])
def test_a_text_with_its_label_is_no_word(text: str, tmp_path: Path):
    with pytest.raises(DataError, match=r"texts of many words where .* is read with table:.*a\.conll"):
        read(tmp_path, text)


# what is no word


@pytest.mark.parametrize(
    "document", ["-DOCSTART- -X- -X- O", "-DOCSTART- -X- O O", "-DOCSTART-", "-DOCSTART- O"]
)
@pytest.mark.parametrize("after", ["\n\n", "\n"])
def test_a_line_that_begins_a_document_is_no_sentence(document: str, after: str, tmp_path: Path):
    first, second = FOUR.split("\n\n")
    corpus = read(tmp_path, f"{document}{after}{first}\n{document}{after}{second}")
    assert words_of(corpus) == WORDS
    assert corpus.notes[1:] == ("left out -DOCSTART- lines, which are no sentences: 2",)


@pytest.mark.parametrize(
    ("comments", "text"),
    [
        (("# id 1", "# id 2"), TABS),
        (("# id\t1", "# id\t2"), TABS),
        (("# id1", "# id2"), TABS.replace("\t", " ")),
        (("#id1 x", "#id2 y"), TABS.replace("\t", " ")),
        (("# sent_id = 1", "# sent_id = 2"), FOUR),
        (("# id 1 2", "# id 2 3"), FOUR),
        (("#begin document (a); part 000", "#begin document (b); part 000"), FOUR),
        (("#\thttp://one [2009]", "#\thttp://two [2009]"), FOUR.replace(" ", "\t")),
        (("#", "#"), TABS),
        (("#text=Mia", "#text = Kim"), TABS),
    ],
)
def test_comments_before_sentences_are_passed_over_and_counted(comments: tuple, text: str, tmp_path: Path):
    first, second = text.split("\n\n")
    corpus = read(tmp_path, f"{comments[0]}\n{first}\n\n{comments[1]}\n{second}")
    assert (words_of(corpus), labels_of(corpus)) == (WORDS, LABELS)
    assert corpus.notes[-1] == "left out comment lines: 2"


@pytest.mark.parametrize("between", ["\t", " "])
@pytest.mark.parametrize("word", ["#", "#sun", "#1"])
def test_a_word_may_begin_with_the_sign_of_comments(word: str, between: str, tmp_path: Path):
    rows = f"{word}\tO\nMia\tB-PER\n{word}\tO\n\n{word}\tO\n".replace("\t", between)
    corpus = read(tmp_path, rows)
    assert words_of(corpus) == [(word, "Mia", word), (word,)]
    assert corpus.notes == ()


def test_one_row_that_may_be_a_comment_is_read_and_told(tmp_path: Path):
    corpus = read(tmp_path, f"#sun\tB-THING\nshines\tO\n\n{TABS}")
    assert words_of(corpus)[0] == ("#sun", "shines")
    assert len(corpus.notes) == 1
    assert r"row 1: '#sun\tB-THING' is read as a word and its label; if it is a comment" in corpus.notes[0]


def test_a_word_without_its_label_is_no_comment(tmp_path: Path):
    for row in ("#sun", "# late"):
        with pytest.raises(DataError, match=f"row 2: '{row}' is not a word and a label"):
            read(tmp_path, f"Mia\tB-PER\n{row}\n")


def test_names_of_columns_are_passed_over_and_told(tmp_path: Path):
    corpus = read(tmp_path, f"Token\tNER_tag\n{TABS}")
    assert (words_of(corpus), corpus.notes) == (WORDS, ("left out lines of column names: 1",))


UD = """# sent_id = 1
# text = Dimmelo ora
1-3\tDimmelo\t_\t_\t_\t_\t_\t_\t_\t_
1\tDi\tdire\tVERB\tV\t_\t0\troot\t_\t_
2\tmi\tmi\tPRON\tPC\t_\t1\tiobj\t_\t_
3\tlo\tlo\tPRON\tPC\t_\t1\tobj\t_\tSpaceAfter=No
3.1\tdico\tdire\tVERB\tV\t_\t_\t_\t1:conj\t_
4\tora\tora\tADV\tB\t_\t1\tadvmod\t_\t_

# sent_id = 2
1\tSì\tsì\tINTJ\tI\t_\t0\troot\t_\t_
"""


@pytest.mark.parametrize("name", ["a.conllu", "a.conll", "a.txt"])
def test_conllu_is_read_as_words_and_parts_of_speech_whatever_its_name(name: str, tmp_path: Path):
    corpus = read(tmp_path, UD, name=name)
    assert words_of(corpus) == [("Di", "mi", "lo", "ora"), ("Sì",)]
    assert labels_of(corpus) == [("VERB", "PRON", "PRON", "ADV"), ("INTJ",)]
    assert corpus.notes == (
        "of 10 columns the words are column 2 and the labels column 4: --word-column and --label-column say "
        "otherwise",
        "left out comment lines: 3",
        "left out lines of joined words (1-2), whose parts have rows of their own: 1",
        "left out lines of words that are not written (1.1): 1",
    )


def test_conllu_gives_another_column_and_a_word_without_a_tag_is_not_scored(tmp_path: Path):
    corpus = read(tmp_path, UD, Request(word_column="3", label_column="8"), name="a.conllu")
    assert (words_of(corpus)[0][0], labels_of(corpus)[0][0]) == ("dire", "root")
    corpus = read(tmp_path, UD.replace("\tADV\t", "\t_\t"), name="a.conllu")
    assert labels_of(corpus)[0] == ("VERB", "PRON", "PRON", None)


def test_where_the_first_column_numbers_the_words_the_second_has_them(tmp_path: Path):
    text = "#\thttp://one\n1\tMia\tB-PER\tO\n2\tswims\tO\tO\n\n#\thttp://two\n1\tKim\tB-PER\tO\n2\trests\tO\tB-X\n"
    corpus = read(tmp_path, text, Request(label_column="3"), name="a.tsv")
    assert (words_of(corpus), labels_of(corpus)) == (WORDS, LABELS)
    numbers = read(tmp_path, "7\tODD\n8\tEVEN\n\n1\tODD\n")
    assert words_of(numbers) == [("7", "8"), ("1",)]
    with pytest.raises(DataError, match=r"row 1: .* is not a word and a label"):
        read(tmp_path, "1\tMia\n2\tswims\n")


def test_a_row_of_a_conllu_file_begins_with_a_number(tmp_path: Path):
    with pytest.raises(DataError, match=r"a\.conllu, row 3: .* does not begin with the word's number"):
        read(tmp_path, "1\tMia\tX\n2\tswims\tY\nKim\tKim\tX\n", name="a.conllu")


@pytest.mark.parametrize("text", ["-DOCSTART-\tO\n", "# a = b\n\n# c = d\n"])
def test_a_file_without_rows_is_refused(text: str, tmp_path: Path):
    with pytest.raises(DataError, match="has no row of a word"):
        read(tmp_path, text)


# splits


@pytest.mark.parametrize(
    "test",
    ["Ann\nreads\n", "Ann\t_\nreads\t_\n", "Ann\t\nreads\t\n", "# id 3\nAnn\t_\nreads\t_\n"],
    ids=["one column", "_", "empty", "comment"],
)
def test_a_test_split_may_lack_labels(test: str, tmp_path: Path):
    corpus = read_folder(tmp_path, train=TABS, dev=TABS, test=test)
    assert [(example.words, example.labels) for example in corpus.test] == [(("Ann", "reads"), (None, None))]
    assert "test has no labels: it can be predicted and extracted, but not scored" in corpus.notes
    assert corpus.label_names == ("B-PER", "O")
    assert load_corpus(f"conll:{tmp_path}").sha256("test")


def test_a_test_split_may_lack_the_last_of_many_columns(tmp_path: Path):
    """The chunk is then the last column, and no label."""
    corpus = read_folder(tmp_path, train=FOUR, test="Ann NNP B-NP\nreads VBZ B-VP\n")
    assert [(example.words, example.labels) for example in corpus.test] == [(("Ann", "reads"), (None, None))]


def test_words_of_a_test_split_between_tabs_may_hold_blanks(tmp_path: Path):
    corpus = read_folder(tmp_path, train=TABS, test="New York\nin\n")
    assert corpus.test[0].words == ("New York", "in")


def test_an_underscore_is_a_label_where_train_has_it(tmp_path: Path):
    corpus = read_folder(tmp_path, train="Mia\tB\nswims\t_\n", test="Ann\tB\nreads\t_\n")
    assert corpus.test[0].labels == ("B", "_")
    corpus = read_folder(tmp_path, train=TABS, test="Ann\tB-PER\nreads\t_\n")
    assert corpus.test[0].labels == ("B-PER", None)


@pytest.mark.parametrize("split", ["train", "dev"])
@pytest.mark.parametrize("text", ["Ann\nreads\n", "Ann\t\nreads\tO\n"])
def test_train_and_validation_need_labels(split: str, text: str, tmp_path: Path):
    with pytest.raises(
        DataError, match=rf"{split}\.conll, row 1: .* is not a word and a label: write word<TAB>"
    ):
        read_folder(tmp_path, LABELLED, **{"train": TABS, split: text})


def test_to_predict_words_no_labels_are_needed(tmp_path: Path):
    corpus = read_folder(tmp_path, NEXT_WORD, train="Mia\nswims\n\nKim\nrests\n", dev="Mia\n")
    assert (words_of(corpus), labels_of(corpus), corpus.label_names) == (WORDS, [(), ()], ())


def test_files_of_one_corpus_have_the_same_columns(tmp_path: Path):
    with pytest.raises(DataError, match=r"dev\.conll has 4 columns where .*train\.conll has 2: give all"):
        read_folder(tmp_path, train=TABS, dev=FOUR.replace(" ", "\t"))
    corpus = READERS.get("conll")(str(tmp_path), Request(word_column="1", label_column="-1"))
    assert corpus.validation[0].labels == ("B-PER", "O")


def test_the_files_of_conll_2003_are_found_by_their_names(tmp_path: Path):
    for name in ("eng.train", "eng.testa", "eng.testb"):
        (tmp_path / name).write_text(FOUR.replace("swims", name))
    corpus = load_corpus(f"conll:{tmp_path}")
    found = (corpus.train, corpus.validation, corpus.test)
    assert [split[0].words[1] for split in found] == ["eng.train", "eng.testa", "eng.testb"]


def test_shards_of_a_split_are_one_split(tmp_path: Path):
    for number, text in enumerate(TABS.split("\n\n")):
        (tmp_path / f"train-0000{number}-of-00002.conll").write_text(text)
    assert words_of(READERS.get("conll")(str(tmp_path), Request())) == WORDS
    (tmp_path / "train-00000-of-00002.conll").unlink()
    with pytest.raises(MissingInputError, match=r"has 1 of 2 train files .*: number 0 is not there"):
        load_corpus(f"conll:{tmp_path}")


# encodings


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252", "utf-16-le", "UTF8"])
def test_a_file_is_read_in_its_encoding(encoding: str, tmp_path: Path):
    corpus = read(tmp_path, TABS.replace("Mia", "Zoë").encode(encoding), Request(encoding=encoding))
    assert words_of(corpus)[0] == ("Zoë", "swims")


@pytest.mark.parametrize(
    ("raw", "encoding", "error", "says"),
    [
        (b"Zo\xeb\tO\n", "utf-8", DataError, r"is not UTF-8 at byte 2 \(line 1\): give its own --encoding"),
        (b"a\tO\nZo\x81\tO\n", "cp1252", DataError, r"is not cp1252 at byte 6 \(line 2\)"),
        ("Zoë\tO\n".encode("utf-16"), "utf-8", DataError, "it looks like utf-16, give --encoding utf-16"),
        (
            "Zoë\tO\n".encode("utf-16-le"),
            "utf-8",
            DataError,
            "it looks like utf-16-le, give --encoding utf-16-le",
        ),
        ("Zoë\tO\n".encode("utf-16-be"), "latin-1", DataError, "it looks like utf-16-be"),
        ("Zoë\tO\n".encode("utf-8-sig"), "latin-1", DataError, "mark of UTF-8: leave --encoding out"),
        (b"a\tO\n", "latin-99", UsageError, "unknown encoding 'latin-99': give one that Python knows"),
        (b"a\tO\n", "hex", UsageError, "unknown encoding 'hex'"),
        (b"a\tO\n", "", UsageError, "unknown encoding ''"),
        (
            b"PAR1\x15\x04",
            "latin-1",
            DataError,
            "is not a text file but a Parquet table: read it with table:PATH",
        ),
        (b"\x1f\x8b\x08\x00", "latin-1", DataError, "packed with gzip: unpack it first"),
    ],
)
def test_a_wrong_encoding_is_told_and_never_read_as_nonsense(
    raw: bytes, encoding: str, error: type[NlpLstmError], says: str, tmp_path: Path
):
    with pytest.raises(error, match=says):
        read(tmp_path, raw, Request(encoding=encoding))
