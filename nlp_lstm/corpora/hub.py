"""hub:ID[/CONFIG] — a Hugging Face Hub data set with the same columns as table: hub:stanfordnlp/imdb.

An id is `name` or `owner/name`; a configuration is a third part (hub:Salesforce/wikitext/wikitext-2-raw-v1).
It is read through `datasets`, which downloads it once and keeps it in its own cache.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlp_lstm.corpora import READERS, Corpus, Request
from nlp_lstm.corpora._columns import build_corpus, quiet_datasets
from nlp_lstm.corpora._files import split_of
from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, UsageError

if TYPE_CHECKING:
    from datasets import Dataset


@READERS.register("hub")
def read_hub(path: str, request: Request) -> Corpus:
    """Read a data set of the Hub.

    Args:
        path: `name`, `owner/name` or `owner/name/configuration`.
        request: `predicts` "words" reads the words only.

    Raises:
        UsageError: if `path` is not an id.
        MissingInputError: if the Hub cannot be reached, or has no such data set.
        DataError: if the data set needs a script, has no train split or misses columns.
    """
    name, configuration = parse_id(path)
    with quiet_datasets():
        found = _load(name, configuration)
        tables = {split: found[part] for part in reversed(found) if (split := split_of(part))}
        if "train" not in tables:
            raise DataError(f"hub:{path} has the splits {', '.join(found)}: a train split is needed")
        return build_corpus(f"hub:{path}", tables, request.predicts)


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
