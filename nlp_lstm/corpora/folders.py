"""folders:DIR — one text a file, in a folder named after its label: DIR/train/pos/0.txt, or DIR/pos/0.txt.

The layout of IMDb's reviews. A text's label stands at its last word, as with `table`. Above the labels stand
folders named after the splits, or none: then all is train. IMDb's `unsup` has no labels and is left out. A
test folder may hold texts without folders of labels: they can be predicted and extracted, but not scored.
"""

from dataclasses import dataclass
from pathlib import Path

from nlp_lstm.corpora import READERS, SPLITS, Corpus, Example, Request
from nlp_lstm.corpora._files import check_there, list_files, list_folders, read_lines, split_of
from nlp_lstm.corpora._labels import order_labels
from nlp_lstm.corpora.text import choose_tokenized, split_lines, warn_of
from nlp_lstm.errors import DataError, MissingInputError, UsageError

UNLABELLED = "unsup"
TEXT_SUFFIXES = (".txt", ".text", "")


@dataclass(frozen=True)
class Text:
    """A file with its text, lines joined by spaces, and its label; None if it has none."""

    file: Path
    text: str
    label: str | None


@READERS.register("folders")
def read_folders(path: str, request: Request) -> Corpus:
    """Read labelled texts, one a file.

    Args:
        path: a folder that holds a folder of texts for each label, or a train folder that does.
        request: `tokenized` and `encoding`; `predicts` "words" reads the words only.

    Returns:
        A corpus whose notes say how the text was split, and what was left out.

    Raises:
        MissingInputError: if the folder is not there, or holds no train folder nor folders of labels.
        DataError: if a text has no words, or is not in the encoding.
    """
    notes: list[str] = []
    texts = {
        split: _read_split(split, folder, request, notes) for split, folder in find_folders(path).items()
    }
    every = [text.text for found in texts.values() for text in found]
    tokenized, why = choose_tokenized(every, request.tokenized)
    if breaks := sum("<br" in text for text in every):
        notes.append(f'{breaks} texts hold "<br />", the line end of web pages, which is read as words')
    labelled = request.predicts == "labels"
    splits = {
        split: tuple(_build_example(text, tokenized, labelled) for text in found)
        for split, found in texts.items()
    }
    names = order_labels(text.label for found in texts.values() for text in found if text.label is not None)
    return Corpus(
        f"folders:{path}",
        label_names=names if labelled else (),
        tokenized=tokenized,
        notes=(why, *warn_of(every), *notes),
        **splits,
    )


def find_folders(path: str) -> dict[str, Path]:
    """Return the folder of each split; the folder itself as train if it holds folders of labels.

    Raises:
        UsageError: if it is a file.
        MissingInputError: if it is neither; or not there.
        DataError: if two folders are named after the same split.
    """
    root = check_there(path)
    if not root.is_dir():
        raise UsageError(
            f"{path!r} is a file: folders reads a folder, give the one that holds train/pos/0.txt"
        )
    inside = list_folders(root)
    found: dict[str, Path] = {}
    for folder in inside:
        split = split_of(folder.name)
        if split in found:
            raise DataError(
                f"{path!r} holds the {split} folders {found[split].name} and {folder.name}: keep one"
            )
        if split is not None:
            found[split] = folder
    if not found and inside:
        return {"train": root}
    if "train" not in found:
        raise MissingInputError(
            f"{path!r} is a folder without a train file, a train folder or folders of labels: "
            "give one that holds train/pos/0.txt, or pos/0.txt, and the like"
        )
    return {split: found[split] for split in SPLITS if split in found}


def holds_labels(root: Path) -> bool:
    """Whether a folder is one of this reader's: two folders of texts stand in it, or in its train folder."""
    trains = [folder for folder in list_folders(root) if split_of(folder.name) == "train"]
    labels = [
        [file for file in list_files(folder) if file.suffix.lower() in TEXT_SUFFIXES]
        for folder in list_folders(trains[0] if trains else root)
        if split_of(folder.name) is None and folder.name != UNLABELLED
    ]
    of_splits = any(split_of(file.name) == "train" for files in labels for file in files)
    return len([files for files in labels if files]) > 1 and not of_splits


def _read_split(split: str, folder: Path, request: Request, notes: list[str]) -> list[Text]:
    """The texts of a split, label by label."""
    found = []
    for inner in list_folders(folder):
        if inner.name == UNLABELLED:
            notes.append(f"left out {inner}, whose texts have no labels")
            continue
        files = list_files(inner)
        if not files:
            raise DataError(f"{inner} holds no texts of the label {inner.name!r}: take it out, or fill it")
        found += [_read_text(file, inner.name, request) for file in files]
    if not found and split == "test":
        notes.append("test has no labels: it can be predicted and extracted, but not scored")
        found = [_read_text(file, None, request) for file in list_files(folder, TEXT_SUFFIXES)]
    if not found:
        raise MissingInputError(f"{folder} holds no folders of labels: give one such as {folder / 'pos'}")
    return found


def _read_text(file: Path, label: str | None, request: Request) -> Text:
    """The text of one file."""
    lines = (line.strip() for line in read_lines(file, request.encoding))
    return Text(file, " ".join(line for line in lines if line), label)


def _build_example(text: Text, tokenized: bool, labelled: bool) -> Example:
    """One text, whose label stands at its last word."""
    (words,) = split_lines([text.text], tokenized, text.file)
    if not words:
        raise DataError(f"{text.file} has no words: take it out, or give it a text")
    return Example(words, (None,) * (len(words) - 1) + (text.label,) if labelled else None)
