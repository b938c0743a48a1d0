"""Where people get the files that presets read: no package holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nlp_lstm.corpora.sources import BOXED
from nlp_lstm.errors import MissingInputError


@dataclass(frozen=True)
class Origin:
    """Where the files of a preset come from.

    Args:
        home: the data set's home, or what to look for.
        files: part of a file's name -> the name that it has at home; empty if the path is a file.
    """

    home: str
    files: Mapping[str, str] = field(default_factory=dict)


ORIGINS = {
    "data/sst": Origin(
        "trainDevTestTrees_PTB.zip of nlp.stanford.edu/sentiment", {"train": "train.txt", "dev": "dev.txt"}
    ),
    "data/glove.6B.100d.txt.gz": Origin("glove.6B.zip of nlp.stanford.edu/projects/glove"),
    "data/ptb": Origin(
        "the Mikolov files of the LDC's Penn Treebank", {"train": "ptb.train.txt", "valid": "ptb.valid.txt"}
    ),
    "data/wikitext-2": Origin(
        "wikitext-2-v1.zip of Merity et al. 2016",
        {"train": "wiki.train.tokens", "valid": "wiki.valid.tokens"},
    ),
}


def check_there(preset: str, part: str, source: str) -> None:
    """Check that the files of a preset's data or vectors are where it looks for them.

    Args:
        preset: its name.
        part: "data" or "vectors".
        source: a key of `ORIGINS`, behind the name of the corpus format if it is data; or what comes with
            nlp-lstm, which is always there.

    Raises:
        MissingInputError: if they are not; says where people get them.
    """
    if source in BOXED:
        return
    form, _, path = source.rpartition(":")
    origin = ORIGINS[path]
    missing = [name for key, name in origin.files.items() if not any(Path(path).glob(f"*{key}*"))]
    if missing or not Path(path).exists():
        wanted = f"{path}/{missing[0]}" if missing else path
        elsewhere = f"--{part} {form}:DIR" if origin.files else f"--{part} FILE, plain or .gz"
        raise MissingInputError(
            f"the preset {preset} needs {wanted}: get it from {origin.home}, or give {elsewhere}"
        )
