"""table:PATH — CSV, TSV, JSON lines or Parquet, columns tokens + labels or text + label; a file or folder.

`tokens` and `labels` are lists, or strings with a space between; `label` is the one label of a `text`,
which trains and scores its last word only. To predict words, `text` or
`tokens` alone will do. Files are read
through `datasets`, without its cache: a file that has changed is read anew.
"""

from __future__ import annotations

import glob
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_lstm.corpora import READERS, Corpus, Request
from nlp_lstm.corpora._columns import PAIRS, build_corpus, quiet_datasets
from nlp_lstm.corpora._files import find_splits, read_lines
from nlp_lstm.errors import DataError, StorageError

if TYPE_CHECKING:
    from datasets import Dataset

# Cells stay as typed: left alone, pandas reads "NA" as nothing and "01" as a number.
AS_TYPED = {"keep_default_na": False, "converters": {name: str for pair in PAIRS for name in pair}}
FORMATS = {
    ".csv": ("csv", AS_TYPED),
    ".tsv": ("csv", {"sep": "\t", **AS_TYPED}),
    ".jsonl": ("json", {}),
    ".json": ("json", {}),
    ".parquet": ("parquet", {}),
}


@READERS.register("table")
def read_table(path: str, request: Request) -> Corpus:
    """Read tables.

    Args:
        path: a file, or a folder of files such as train.csv, validation.csv, test.csv.
        request: `predicts` "words" reads the words only.

    Raises:
        MissingInputError: if the path, or the folder's train file, is not there.
        DataError: if a file is empty, of another format or broken; if columns are missing; if the labels
            of a row do not line up with its words.
    """
    files = find_splits(path, FORMATS)
    with quiet_datasets(), tempfile.TemporaryDirectory(prefix="nlp-lstm-") as cache:
        tables = {split: _load(file, cache) for split, file in files.items()}
        return build_corpus(f"table:{path}", tables, request.predicts)


def _load(file: Path, cache: str) -> Dataset:
    """The table of one file."""
    import datasets
    from datasets.exceptions import DatasetsError

    if file.suffix.lower() not in FORMATS:
        raise DataError(f"{file} is not a table: its name must end in {', '.join(FORMATS)}")
    builder, options = FORMATS[file.suffix.lower()]
    if builder != "parquet":
        read_lines(file)  # for its errors: empty, not UTF-8
    try:
        table = datasets.load_dataset(
            builder,
            data_files=glob.escape(str(file)),
            split="train",
            cache_dir=cache,
            keep_in_memory=True,
            **options,
        )
    except (DatasetsError, ValueError) as error:
        raise DataError(f"{file} is not a {file.suffix} table: {_explain(error)}") from None
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror or error}") from None
    if builder == "csv" and "__index_level_0__" in table.column_names:  # where pandas puts what is too much
        raise DataError(f"{file} has rows with more cells than column names: put quotes around the texts")
    return table


def _explain(error: Exception) -> str:
    """Why a table could not be read, in a line."""
    reason = str(error.__cause__ or error).partition("\n")[0]
    return "it has no rows" if "corresponds to no data" in reason else reason
