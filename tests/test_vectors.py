"""Word vectors in GloVe's text format: what is read, and what is refused with its line."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from nlp_lstm.errors import DataError, MissingInputError
from nlp_lstm.text.vectors import read_vectors, vector_words
from nlp_lstm.text.vocabulary import Vocabulary

TEXT = "the 0.1 0.2\nsky -1 2e-1\nmoon 5 5\n"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.build([["the", "sky", "the"]])


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.txt.gz"])
def test_vectors_of_known_words_are_read_plain_or_gzipped(tmp_path, vocabulary, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(TEXT.encode()) if name.endswith(".gz") else TEXT.encode())
    found = read_vectors(path, vocabulary)
    assert sorted(found) == vocabulary.ids(["the", "sky"]).tolist()
    np.testing.assert_allclose(found[3], [0.1, 0.2], rtol=1e-6)
    np.testing.assert_allclose(found[4], [-1, 0.2], rtol=1e-6)
    assert found[3].dtype == np.float32


@pytest.mark.parametrize("content", ["the 1 2\nThe 3 4\nTHE 5 6\n", "The 1 2\nthe 3 4\nmoon 5 6\nmoon 7 8\n"])
def test_of_spellings_that_are_one_word_to_the_vocabulary_the_first_is_taken(tmp_path, vocabulary, content):
    """Nor does a word count that the vocabulary does not know, however often it stands there."""
    path = write(tmp_path / "vectors.txt", content)
    found = read_vectors(path, vocabulary)
    assert {index: vector.tolist() for index, vector in found.items()} == {3: [1.0, 2.0]}


def test_spellings_that_are_two_words_to_the_vocabulary_have_a_vector_each(tmp_path):
    vocabulary = Vocabulary.build([["The", "the"]], lowercase=False)
    found = read_vectors(write(tmp_path / "vectors.txt", "the 1 2\nThe 3 4\n"), vocabulary)
    vectors = [found[index].tolist() for index in vocabulary.ids(["the", "The"]).tolist()]
    assert vectors == [[1.0, 2.0], [3.0, 4.0]]


def test_real_vectors_are_all_read(real_data):
    path = real_data("glove/glove.6B.100d.62k.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        words = [line.partition(" ")[0] for line in lines]
    vocabulary = Vocabulary.build([words], vocab_size=100_000)
    assert len(read_vectors(path, vocabulary)) == len(vocabulary) - 3


def test_the_words_of_a_file_come_in_its_order(tmp_path):
    path = write(tmp_path / "vectors.txt", "2 2\nthe 1 2\n. . . 0.1 0.2\nThe 3 4\n")
    assert list(vector_words(path)) == ["the", ". . .", "The"]


def test_words_with_spaces_are_read_as_in_glove_840b(tmp_path):
    vocabulary = Vocabulary.build([["the", ". . .", "at name@domain.com", "."]])
    path = tmp_path / "vectors.txt"
    path.write_text("the 1 2 3\n. . . 0.1 0.2 0.3\nat name@domain.com 4 5 6\n. 7 8 9\n")
    words = ["the", ". . .", "at name@domain.com", "."]
    found = read_vectors(path, vocabulary)
    vectors = [found[index].tolist() for index in vocabulary.ids(words).tolist()]
    np.testing.assert_allclose(vectors, [[1, 2, 3], [0.1, 0.2, 0.3], [4, 5, 6], [7, 8, 9]], rtol=1e-6)


@pytest.mark.parametrize(
    "end", ["\n", " \n"], ids=["word2vec", "fastText"]
)  # fastText's lines end in a space
def test_a_first_line_of_count_and_dimensions_is_passed_over(tmp_path, vocabulary, end):
    path = tmp_path / "vectors.vec"
    path.write_text(f"3 2\n{TEXT}".replace("\n", end))
    found = read_vectors(path, vocabulary)
    assert sorted(found) == vocabulary.ids(["the", "sky"]).tolist()
    np.testing.assert_allclose(found[3], [0.1, 0.2], rtol=1e-6)


def test_a_year_with_its_vector_is_no_first_line_of_counts(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("1999 1 2\n2000 3 4\n")
    vocabulary = Vocabulary.build([["1999", "2000"]])
    assert [vector.tolist() for vector in read_vectors(path, vocabulary).values()] == [[1, 2], [3, 4]]


def test_reserved_words_have_no_vector(tmp_path, vocabulary):
    path = tmp_path / "vectors.txt"
    path.write_text("[PAD] 1 1\n<unk> 2 2\n<eos> 3 3\nsky 4 4\n")
    assert list(read_vectors(path, vocabulary)) == [4]


@pytest.mark.parametrize("count", ["", "2 2\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["vectors.txt", "vectors.txt.gz"])
def test_a_byte_order_mark_costs_no_word(tmp_path, vocabulary, mark, count, name):
    content = f"{mark}{count}the 1 2\nsky 3 4\n".encode()
    path = write(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    found = read_vectors(path, vocabulary)
    assert {index: vector.tolist() for index, vector in found.items()} == {3: [1, 2], 4: [3, 4]}
    assert list(vector_words(path)) == ["the", "sky"]


@pytest.mark.parametrize(
    "content",
    [
        "the  1  2\nsky  3  4\n",
        "the\t1\t2\nsky\t3\t4\n",
        "the\t1 2\nsky\t3 4\n",
        "the 1 2 \t\nsky 3 4 \n",
        "the 1 2\nsky 3 4\n\n",
        "\nthe 1 2\n \t\nsky 3 4",
        "the 1 2\r\nsky 3 4\r\n\r\n",
        "the 1 2\nsky 3 4\x85\n",
        "the 1 2\na\rb 8 8\nsky 3 4\n",
        ". . . 8 8\nthe 1 2\nsky 3 4\n",
        "3 2\nnumber ten 8 8\nthe 1 2\nsky 3 4\n",
        "the 1 2\n 8 8\nsky 3 4\n",
        "the 1 2\nto infinity 8 8\nsky 3 4\n",
    ],
    ids=repr,
)
def test_blanks_of_any_number_part_fields_and_blank_lines_are_none(tmp_path, vocabulary, content):
    found = read_vectors(write(tmp_path / "vectors.txt", content), vocabulary)
    assert {index: vector.tolist() for index, vector in found.items()} == {3: [1, 2], 4: [3, 4]}
    assert found.notes == ()


@pytest.mark.parametrize("word", ["\xa0", "new\xa0york", "\u3000", "\x85", "a\u2028b"])
def test_spaces_of_another_kind_are_parts_of_words(tmp_path, word):
    vocabulary = Vocabulary.build([["the", word]])
    path = write(tmp_path / "vectors.txt", f"the 1 2\n{word} 3 4\n")
    found = read_vectors(path, vocabulary)
    assert [found[index].tolist() for index in vocabulary.ids(["the", word]).tolist()] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("content", "again"),
    [
        ("the 1 2\nsky 3 4\nmoon 5 6\nsky 7 8\nsky 9 9\n", 2),
        ("3 2\nThe 1 2\nthe 8 8\nThe 7 8\nsky 3 4\n", 1),
        ("the 1 2\nmoon 7 8\nmoon 7 8\nsky 3 4\n", 0),  # of no interest: the text has no moon
    ],
)
def test_of_a_word_that_stands_twice_the_first_counts_and_the_others_are_told(
    tmp_path, vocabulary, content, again
):
    path = write(tmp_path / "vectors.txt", content)
    found = read_vectors(path, vocabulary)
    assert {index: vector.tolist() for index, vector in found.items()} == {3: [1, 2], 4: [3, 4]}
    told = f"{path} holds words of the text more than once: the first counts; lines passed over: {again}"
    assert found.notes == ((told,) if again else ())


@pytest.mark.parametrize(
    ("content", "vectors"),
    [("2010 5\nthe 3\n", [[5], [3]]), ("2010 1\nthe 3\n", [[3]]), ("1 2\nthe 3 4\n", [[3, 4]])],
)
def test_two_numbers_in_the_first_line_are_counts_if_the_second_line_says_so(tmp_path, content, vectors):
    """In the first file 2010 is a word, and its vector has one number."""
    vocabulary = Vocabulary.build([["2010", "1", "the"]])
    found = read_vectors(write(tmp_path / "vectors.txt", content), vocabulary)
    assert [vector.tolist() for vector in found.values()] == vectors


def write(path, content: str | bytes):
    """Write a file of text or bytes and return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("the 1 2\nsky 1 2 3\n", r"line 2: 3 numbers where line 1 has 2"),
        ("moon 1 2\nsea 1\n", r"line 2: 1 numbers where line 1 has 2"),
        ("2 2\nmoon 1 2\nthe 1\n", r"line 3: 1 numbers where line 2 has 2"),
        ("the\nsky\n", r"line 1: no numbers"),
        ("the 1 2\nsky x 2\n", r"not a file in GloVe's text format: line 2: .*'x'"),
        ("moon 1 2\nthe 1 1e39\n", r"line 2: every number must be finite"),
        ("2 5\nthe 1 2 3\nsky 1 2 3\n", r", line 2: 3 numbers where line 1 says 5: give the whole file"),
        ("the,1,2\n", r", line 1: no numbers: write word number number"),
        ("the one two\n", r"not a file in GloVe's text format: .*one"),
        ("moon 1 2\nthe 1 nan\n", r"line 2: every number must be finite"),
        (b"the 1 2\nsk\xff 1 2\n", r"not a file in GloVe's text format: .*0xff"),
    ],
    ids=[
        "long",
        "short",
        "short after counts",
        "words alone",
        "no number",
        "too large",
        "counts of another file",
        "commas",
        "no numbers",
        "not finite",
        "not UTF-8",
    ],
)
def test_a_broken_file_is_refused(tmp_path, vocabulary, content, message):
    path = write(tmp_path / "vectors.txt", content)
    with pytest.raises(DataError, match=message) as error:
        read_vectors(path, vocabulary)
    assert str(path) in str(error.value)


# Noise does not compress, so that a byte in the middle is one of the deflated data.
NOISE = "".join(f"word{number} {number * 7919 % 1009 / 1009}\n" for number in range(2000))
WHOLE = gzip.compress(NOISE.encode())


@pytest.mark.parametrize(
    "content",
    [TEXT.encode(), WHOLE[: len(WHOLE) // 2], WHOLE[:2000] + bytes(500) + WHOLE[2500:]],
    ids=["not gzip", "cut", "damaged"],
)
def test_a_broken_gz_file_is_refused(tmp_path, vocabulary, content):
    path = write(tmp_path / "vectors.gz", content)
    with pytest.raises(DataError, match="not a file in GloVe's text format"):
        read_vectors(path, vocabulary)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_is_not_there_is_named(tmp_path, vocabulary, name):
    path = tmp_path / name
    with pytest.raises(MissingInputError) as error:
        read_vectors(path, vocabulary)
    assert repr(str(path)) in str(error.value)


def test_a_small_file_that_unpacks_to_one_endless_line_is_refused_in_little_memory(tmp_path: Path):
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b"9" * 50_000_000))
    assert bomb.stat().st_size < 100_000
    vocabulary = Vocabulary.build([("the", "sky")])
    tracemalloc.start()
    with pytest.raises(
        DataError, match=r"bomb\.gz, line 1 has more than 1,000,000 characters: give a file in"
    ):
        read_vectors(bomb, vocabulary)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_word_of_vectors_is_no_longer_than_one_of_a_text(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("the 1.0 2.0\n" + "http://" + "!" * 100_000 + " 1.0 2.0\n")
    with pytest.raises(DataError, match=r"a\.txt, line 2 has a word of 100,007 characters"):
        read_vectors(file, Vocabulary.build([("the", "sky")]))


def test_a_number_of_many_digits_is_told_from_a_word_in_little_time(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("9" * 9_000 + "x 1.0\nthe 1.0\n")
    assert list(vector_words(file)) == ["9" * 9_000 + "x", "the"]
    file.write_text("the " + "9" * 500_000 + "x\n")
    with pytest.raises(DataError, match="is no number"):
        read_vectors(file, Vocabulary.build([("the", "sky")]))
