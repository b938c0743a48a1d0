"""The parts of an extraction that several machines made -> one folder, as one machine makes it.

Any scheduler can start the parts, for they know nothing of each other. Part 2 of 8 looks through the whole
corpus, but computes every eighth shard only, into a folder `shard-2-of-8` of its own within the output. What
a shard holds depends on nothing but the corpus and the run, so the joined folder is bit for bit that of one
machine.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nlp_lstm.corpus_states.manifests import MANIFEST, Manifest, read_manifest, write_manifest
from nlp_lstm.corpus_states.shards import hash_shard
from nlp_lstm.errors import DataError, MissingInputError, StorageError, UsageError
from nlp_lstm.report import Report
from nlp_lstm.report.given import check_path

OWN = ("status", "shard_sha256", "versions")  # what the manifests of parts may differ in


@dataclass(frozen=True)
class Shard:
    """One part of an extraction that is done in several.

    Args:
        number: which part, from 1.
        count: how many parts there are.
    """

    number: int
    count: int

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Return the part that a text such as "2/8" names.

        Raises:
            UsageError: if it names none.

        Example:
            >>> Shard.read("2/8")
            Shard(number=2, count=8)
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", str(text).strip())
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise UsageError(f"shard is {text!r}: give a part and how many there are, such as 2/8")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def folder(self, output: Path) -> Path:
        """Return where the part is written."""
        return output / f"shard-{self.number}-of-{self.count}"

    def makes(self, shard_number: int) -> bool:
        """Return whether a Parquet shard, numbered from 1, is one of this part's."""
        return (shard_number - self.number) % self.count == 0


def join(output: str | Path) -> Report:
    """Join the parts of an extraction into one folder, and remove the folders of the parts.

    If it is interrupted, join again.

    Args:
        output: the folder that all parts were extracted into.

    Returns:
        A report on what the folder holds now.

    Raises:
        MissingInputError: if there are no parts, or one of them is missing or not finished; names the first.
        UsageError: if the parts were made with different runs, corpora or options.
        DataError: if a shard has changed since it was written.
        StorageError: if writing fails; what was written stays.
    """
    folder = check_path(output, "output", "states")
    parts = _found(folder)
    if not (folder / MANIFEST).is_file():
        _check_all(folder, parts)
        manifest = _common(folder, {part: read_manifest(part.folder(folder)) for part in parts})
        for name, sha256 in manifest.shard_sha256.items():
            _take(folder, name, sha256, parts)
        write_manifest(folder, manifest, "free some space and join again")
    for part in parts:
        _remove(part.folder(folder))
    manifest = read_manifest(folder)
    facts = {"output": str(folder), "shards_joined": len(parts)}
    told = ("run", "data", "split", "sentences", "words", "shards")
    return Report((), facts=facts | {name: getattr(manifest, name) for name in told})


def _found(folder: Path) -> list[Shard]:
    """The parts that are in a folder, the first one first."""
    names = (re.fullmatch(r"shard-(\d+)-of-(\d+)", path.name) for path in folder.glob("shard-*-of-*"))
    found = sorted((int(name[2]), int(name[1])) for name in names if name)
    if not found:
        raise MissingInputError(f"{folder} has no parts to join: `nlp-lstm extract --shard 1/2` writes one")
    return [Shard(number, count) for count, number in found]


def _check_all(folder: Path, found: Sequence[Shard]) -> None:
    """Raise an error unless all parts of one extraction are there, and no other."""
    counts = sorted({part.count for part in found})
    if len(counts) > 1:
        raise UsageError(
            f"{folder} holds parts of {counts[0]} and of {counts[1]}: remove those that do not belong to it"
        )
    for part in (Shard(number, counts[0]) for number in range(1, counts[0] + 1)):
        if part not in found:
            raise MissingInputError(f"{part.folder(folder)} is missing: extract it with --shard {part}")


def _common(folder: Path, manifests: Mapping[Shard, Manifest]) -> Manifest:
    """The manifest of all parts together, which must be of one extraction."""
    parts = list(manifests)
    first, *others = ({**asdict(one), **dict.fromkeys(OWN)} for one in manifests.values())
    for part, manifest in manifests.items():
        if manifest.status != f"shard {part}":
            raise MissingInputError(
                f"{part.folder(folder)} is not finished: go on with --shard {part} --resume"
            )
    for part, other in zip(parts[1:], others, strict=True):
        different = [name for name in first if first[name] != other[name]]
        if different:
            name = different[0]
            raise UsageError(
                f"{part.folder(folder)} was made with {name} {other[name]}, and {parts[0].folder(folder)} "
                f"with {first[name]}: extract one of them again"
            )
    hashes = {name: sha256 for one in manifests.values() for name, sha256 in one.shard_sha256.items()}
    ordered = {name: hashes[name] for name in sorted(hashes, key=_number)}
    return replace(manifests[parts[0]], status="finished", shard_sha256=ordered)


def _number(name: str) -> int:
    """The number of a Parquet shard."""
    return int(Path(name).stem.rpartition("-")[2])


def _take(folder: Path, name: str, sha256: str, parts: Sequence[Shard]) -> None:
    """Move a shard out of its part, unless that was done before."""
    places: list[Any] = [folder, *(part.folder(folder) for part in parts)]
    there = next((place for place in places if (place / name).is_file()), None)
    if there is None:
        raise DataError(f"{folder} has no {name}: extract the part that made it again")
    if hash_shard(there, _number(name)) != sha256:
        raise DataError(f"{there / name} is not as it was written: extract its part again")
    try:
        (there / name).replace(folder / name)
    except OSError as error:
        raise StorageError(f"cannot move {there / name}: {error.strerror}; join again") from None


def _remove(folder: Path) -> None:
    """Remove the folder of a part, whose shards are gone from it."""
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
        folder.rmdir()
    except OSError as error:
        raise StorageError(f"cannot remove {folder}: {error.strerror}; all shards are joined") from None
