"""How a word is looked up, as rules and as a `tokenizer.json` has them; only ours are read from a file.

`tokenizers` knows many more: a table or a regular expression of a stranger's makes it panic, and a
replacement makes gigabytes of a word. So it never sees what a file says: the file is compared with what we
would write.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from tokenizers import Regex, Tokenizer, normalizers
from tokenizers.models import WordLevel

from nlp_lstm.text.splitting import LINK, make_splitter

PAD, UNK, EOS = 0, 1, 2
RESERVED = ("[PAD]", "<unk>", "<eos>")
# What is done to a word before it is looked up, beside putting it in lower case: the name of each step, and
# how the tokenizer's file has it. A vocabulary without the second step splits a link into several words.
STEPS: dict[str, dict[str, Any]] = {
    "straight apostrophes": {"type": "Replace", "pattern": {"String": "’"}, "content": "'"},
    "links and handles as unknown": {
        "type": "Replace",
        "pattern": {"Regex": rf"\A(?:{LINK})\z"},
        "content": RESERVED[UNK],
    },
}
NORMALIZER = STRAIGHT, LINKS = tuple(STEPS)
LOWERCASE = {"type": "Lowercase"}


def make_normalizer(names: Sequence[str], lowercase: bool) -> normalizers.Sequence:
    """Return what the model sees of a word: straight apostrophes, no links, and lower case if asked.

    Args:
        names: of the steps.
        lowercase: whether lower case comes last.
    """
    steps: list[normalizers.Normalizer] = []
    for name in names:
        pattern = STEPS[name]["pattern"]
        found = Regex(pattern["Regex"]) if "Regex" in pattern else pattern["String"]
        steps.append(normalizers.Replace(found, STEPS[name]["content"]))
    return normalizers.Sequence([*steps, normalizers.Lowercase()] if lowercase else steps)


def make_tokenizer(ids: Mapping[str, int], names: Sequence[str], lowercase: bool) -> Tokenizer:
    """Return a word-level tokenizer with our rules.

    Args:
        ids: of each word.
        names, lowercase: as `make_normalizer` takes them.
    """
    tokenizer: Any = Tokenizer(WordLevel(dict(ids), unk_token=RESERVED[UNK]))
    tokenizer.normalizer = make_normalizer(names, lowercase)
    tokenizer.pre_tokenizer = make_splitter(LINKS in names)
    return tokenizer


def tokenizer_from(told: Any) -> Tokenizer:
    """Return the tokenizer that a parsed `tokenizer.json` of ours describes.

    Raises:
        ValueError: if anything but its words is not as we write it; says what.

    Example:
        >>> tokenizer_from({"version": "2.0"})
        Traceback (most recent call last):
        ValueError: version is not the one that nlp-lstm writes
    """
    if not isinstance(told, dict):
        raise ValueError(f"it holds a {type(told).__name__}")
    whole = json.loads(make_tokenizer({}, NORMALIZER, True).to_str())
    model, own = told.get("model"), whole.pop("model")
    splitters = [json.loads(make_splitter(links).__getstate__()) for links in (True, False)]
    allowed = {name: [value] for name, value in whole.items()}
    _check_entries(told, {**allowed, "pre_tokenizer": splitters, "normalizer": _normalizers()}, "model")
    if not isinstance(model, dict):
        raise ValueError("it has no model")
    _check_entries(model, {name: [value] for name, value in own.items() if name != "vocab"}, "vocab")
    steps = told["normalizer"]["normalizers"]
    names = [name for name, step in STEPS.items() if step in steps]
    return make_tokenizer(_check_ids(model["vocab"]), names, LOWERCASE in steps)


def _normalizers() -> list[dict[str, Any]]:
    """All normalizers that are ours: some of the steps, in their order."""
    steps = [*STEPS.values(), LOWERCASE]
    chosen = [kept for number in range(len(steps) + 1) for kept in combinations(steps, number)]
    return [{"type": "Sequence", "normalizers": [*kept]} for kept in chosen]


def _check_entries(told: Mapping[str, Any], allowed: Mapping[str, list[Any]], beside: str) -> None:
    """Refuse an object that has not exactly these entries, each with a value of ours, and one beside them."""
    for name, values in allowed.items():
        if told.get(name, ...) not in values:
            raise ValueError(f"{name} is not the one that nlp-lstm writes")
    if told.keys() != allowed.keys() | {beside}:
        raise ValueError(f"it has not {', '.join(allowed)} and {beside} alone")


def _check_ids(vocab: Any) -> dict[str, int]:
    """The ids of the words, which are 0, 1, 2, ... in any order."""
    if not isinstance(vocab, dict) or not all(type(index) is int for index in vocab.values()):
        raise ValueError("vocab is not an id for each word")
    if sorted(vocab.values()) != list(range(len(vocab))):
        raise ValueError(f"the ids of its words are not 0 to {len(vocab) - 1}")
    "".join(vocab).encode()  # half a surrogate pair is no text
    return vocab
