"""hub:ID[/CONFIG] — a Hugging Face Hub data set with the same columns as table: hub:stanfordnlp/imdb.

An id is `name` or `owner/name`; a configuration is a third part (hub:Salesforce/wikitext/wikitext-2-raw-v1).
It is read through `datasets`, which downloads it once and keeps it in its own cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from nlp_lstm.corpora import READERS, Corpus, Request
from nlp_lstm.corpora._columns import build_corpus
from nlp_lstm.corpora._files import split_of
from nlp_lstm.corpora._tables import StreamedCells, Table
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, UsageError

if TYPE_CHECKING:
    from datasets import Dataset

ROWS_AT_ONCE = 1000


@READERS.register("hub")
def read_hub(path: str, request: Request) -> Corpus:
    """Read a data set of the Hub.

    Args:
        path: `name`, `owner/name` or `owner/name/configuration`.
        request: `predicts` "words" reads the words only; `text_column`, `label_column`, `tokenized`.

    Raises:
        UsageError: if `path` is not an id.
        MissingInputError: if the Hub cannot be reached, or has no such data set.
        DataError: if the data set needs a script, has no train split or misses columns.
    """
    name, configuration = parse_id(path)
    with quiet_datasets():
        found = _load(name, configuration)
        parts = {split: part for part in reversed(found) if (split := split_of(part))}
        if "train" not in parts:
            raise DataError(f"hub:{path} has the splits {', '.join(found)}: a train split is needed")
        tables = {split: _as_table(found[part], f"{part} of hub:{path}") for split, part in parts.items()}
        return build_corpus(f"hub:{path}", tables, request)


def parse_id(path: str) -> tuple[str, str | None]:
    """Return the id and the configuration, None if none is named.

    Raises:
        UsageError: if it is not one to three names with a slash between.

    Example:
        >>> parse_id("stanfordnlp/imdb")
        ('stanfordnlp/imdb', None)
        >>> parse_id("Salesforce/wikitext/wikitext-2-raw-v1")
        ('Salesforce/wikitext', 'wikitext-2-raw-v1')
    """
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*){0,2}", path, re.ASCII):
        raise UsageError(f"{path!r} is not an id of the Hub: write hub:ID or hub:OWNER/NAME[/CONFIG]")
    parts = path.split("/")
    return "/".join(parts[:2]), parts[2] if len(parts) == 3 else None


def _load(name: str, configuration: str | None) -> dict[str, Dataset]:
    """All splits of a data set, or the error that says why there are none."""
    import datasets
    from datasets.exceptions import DatasetsError

    try:
        found = datasets.load_dataset(name, configuration)
    except (OSError, RuntimeError, ValueError, DatasetsError) as error:
        raise _explain(error, name) from None
    return {str(part): table for part, table in found.items()}


def _as_table(dataset: Dataset, where: str) -> Table:
    """A split of a data set, whose columns are read when they are asked for."""

    def read(column: str) -> StreamedCells:
        """The cells of a column, from the memory map in which `datasets` keeps it."""
        arrow = dataset.select_columns([column]).with_format("arrow")

        def parts() -> Iterator[list[Any]]:
            """The cells of some rows at a time."""
            for table in arrow.iter(ROWS_AT_ONCE):
                yield cast(Any, table)[column].to_pylist()

        return StreamedCells(len(dataset), lambda: chain.from_iterable(parts()))

    features = {name: getattr(feature, "feature", feature) for name, feature in dataset.features.items()}
    names = {name: tuple(getattr(feature, "names", None) or ()) for name, feature in features.items()}
    return Table(
        where, tuple(dataset.column_names), read, {name: known for name, known in names.items() if known}
    )


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Keep the progress bars and the logs of `datasets` off the terminal; errors are ours to tell."""
    import datasets
    import huggingface_hub.utils as hub

    bars_were_on = datasets.is_progress_bar_enabled()
    loggers = (datasets.logging, hub.logging)
    levels = [logger.get_verbosity() for logger in loggers]
    datasets.disable_progress_bars()
    for logger in loggers:
        logger.set_verbosity(logger.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.set_verbosity(level)
        if bars_were_on:
            datasets.enable_progress_bars()


def _explain(error: Exception, name: str) -> NlpLstmError:
    """What went wrong, as one line with the next thing to do."""
    from datasets.exceptions import FileNotFoundDatasetsError

    reason = str(error).partition("\n")[0]
    if isinstance(error, FileNotFoundDatasetsError):
        return MissingInputError(
            f"{name!r} is not on the Hub ({reason}): look for its id on https://huggingface.co/datasets"
        )
    if isinstance(error, OSError):
        return MissingInputError(
            f"the Hub cannot be reached for {name!r} ({reason}): go online, or use --data table:PATH"
        )
    if "Dataset scripts" in reason:
        return DataError(
            f"{name!r} needs a script, which `datasets` no longer runs: choose another, such as "
            "hub:SetFit/sst5"
        )
    return DataError(f"{name!r} cannot be read from the Hub ({reason}): check the id and the configuration")
