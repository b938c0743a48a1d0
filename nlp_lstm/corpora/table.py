"""table:PATH — CSV, TSV, JSON or Parquet with the columns text + label, or tokens + labels; a file or folder.

`tokens` and `labels` are lists, or strings with a space between; `label` is the one label of a `text`,
which trains and scores its last word only. To predict words, `text` or `tokens` alone will do. Other names of
columns, separators and encodings are fields of `Request`. The shards of a split are read as one file.

Unlike `pandas` and `datasets` it reads cells as they are typed; the corpus's notes say what it decided.
"""

from __future__ import annotations

from pathlib import Path

from nlp_lstm.corpora import READERS, Corpus, Request
from nlp_lstm.corpora._columns import build_corpus
from nlp_lstm.corpora._delimited import SEPARATORS, read_delimited
from nlp_lstm.corpora._files import find_shards
from nlp_lstm.corpora._json import read_json
from nlp_lstm.corpora._parquet import read_parquet
from nlp_lstm.corpora._tables import Table, join_tables
from nlp_lstm.errors import DataError

FORMATS = (*SEPARATORS, ".jsonl", ".json", ".parquet")


@READERS.register("table")
def read_table(path: str, request: Request) -> Corpus:
    """Read tables.

    Args:
        path: a file, or a folder of files such as train.csv, validation.csv, test.csv.
        request: `predicts` "words" reads the words only; `text_column`, `label_column`, `separator`,
            `encoding`, `header` and `tokenized` say how the files are read.

    Raises:
        MissingInputError: if the path, or the folder's train file, is not there.
        UsageError: if there is no such column, encoding or separator.
        DataError: if a file is empty, of another format or broken; if columns are missing; if the labels
            of a row do not line up with its words.
    """
    files = find_shards(path, FORMATS)
    tables = {
        split: join_tables([_load(file, request) for file in shards]) for split, shards in files.items()
    }
    return build_corpus(f"table:{path}", tables, request)


def _load(file: Path, request: Request) -> Table:
    """The table of one file."""
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        return read_parquet(file)
    if suffix in (".json", ".jsonl"):
        return read_json(file, request.encoding)
    if suffix in SEPARATORS or request.separator:
        return read_delimited(file, request.separator, request.encoding, request.header)
    raise DataError(
        f"{file} is not a table: its name must end in {', '.join(FORMATS)}, or give its --separator"
    )
