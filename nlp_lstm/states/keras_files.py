"""Read a Keras model from a `.keras` or `.h5` file that holds nothing but Keras's own layers.

The file is read once, into a copy that nobody else can change: the copy is checked, and Keras loads the copy.
What the model was compiled with (loss, metrics, optimizer) is taken out of it, so it never matters. Keras
itself is imported only when the file has passed its checks.
"""

import errno
import json
import math
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import IO, Any

import h5py
from h5py import h5o  # pyright: ignore[reportAttributeAccessIssue]

from nlp_lstm.errors import DataError, MissingInputError, NlpLstmError, StorageError
from nlp_lstm.parsing import MOST_BYTES, parse_json
from nlp_lstm.report.markup import one_line
from nlp_lstm.states.keras_configs import MOST_OF_A_NAME, check_config, without_compiling
from nlp_lstm.states.keras_loading import load_checked

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
HDF5 = b"\x89HDF\r\n\x1a\n"
ENTRY = b"PK\x01\x02"  # begins each entry in the directory of an archive
# Bytes that a file may become, or times its size if that is more: weights hardly shrink.
MOST_UNPACKED, MOST_TIMES = 32_000_000, 10
MOST_OBJECTS = 5_000  # members of an archive, or groups and arrays of an HDF5 file
PIECE = 1_000_000  # bytes that are read at once
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FILTERS = range(1, 7)  # those that HDF5 brings; others are loaded as plug-ins
OURS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS)  # what is no fault of the file


def load_model(path: Path) -> Any:
    """Load a model from a `.keras` or `.h5` file; which of the two is told by what is in it.

    Returns:
        The `keras.Model`, not compiled.

    Raises:
        MissingInputError: if there is no such file.
        DataError: if it is no whole file of the two formats, would become too large, points to other files,
            or holds a `Lambda` or a class from elsewhere, which could run any code: nothing of it is run.
        StorageError: if the file cannot be read, or there is no room for a copy of it.
    """
    if not path.exists():
        raise MissingInputError(f"{path} is not there: check the path")
    if path.is_dir():
        raise DataError(f"{path} is a folder: give a file that `model.save` wrote")
    if not path.is_file():
        raise DataError(f"{path} is no file: give a file that `model.save` wrote")
    with tempfile.TemporaryDirectory() as folder:
        copy, numbers = _copy(path, Path(folder))
        return load_checked(path, copy, numbers)


def _copy(path: Path, folder: Path) -> tuple[Path, int]:
    """A copy of a file that is safe to load, and how many numbers its arrays have."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            start = file.read(len(HDF5))
            file.seek(0)
            write = _copy_h5 if start == HDF5 else _copy_keras
            return write(path, file, folder, max(MOST_UNPACKED, MOST_TIMES * size))
    except OSError as error:
        if error.errno in OURS:
            raise StorageError(f"{path} cannot be copied to {folder}: {error.strerror}") from None
    except NlpLstmError:
        raise
    except Exception:  # whatever a broken file makes zipfile, zlib, json or h5py raise
        pass
    raise DataError(
        f"{path} ({size} bytes) is not a whole .keras file, and no whole .h5 file: save the model again"
    )


def _copy_keras(path: Path, file: IO[bytes], folder: Path, most: int) -> tuple[Path, int]:
    """Copy a `.keras` file, a zip archive of a configuration, weights and assets."""
    copy, weights, numbers = folder / "model.keras", folder / WEIGHTS, 0
    if sum(piece.count(ENTRY) for piece in iter(lambda: file.read(PIECE), b"")) > MOST_OBJECTS:
        raise DataError(f"{path} has more than {MOST_OBJECTS:,} members: it is not loaded")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        members = {member.filename: member for member in old.infolist() if not member.is_dir()}
        _check_members(path, members, most)
        with old.open(members.pop(CONFIG)) as content:
            config = _parse_config(path, content.read(MOST_BYTES + 1))
        if inner := members.pop(WEIGHTS, None):
            with old.open(inner) as content, weights.open("wb") as target:
                shutil.copyfileobj(content, target)
            with h5py.File(weights, "r") as whole:
                numbers = _check_h5(path, whole, most)
            new.write(weights, WEIGHTS)
        check_config(path, config, numbers)
        new.writestr(CONFIG, json.dumps(config))
        for name, member in members.items():
            if name == METADATA or name.startswith(ASSETS):
                with old.open(member) as content, new.open(name, "w", force_zip64=True) as target:
                    shutil.copyfileobj(content, target)
    return copy, numbers


def _parse_config(path: Path, written: bytes) -> Any:
    """A model's configuration, without what it was compiled with."""
    try:
        return without_compiling(parse_json(written))
    except ValueError as error:
        reason = one_line(str(error))
        raise DataError(f"the configuration in {path} is broken ({reason}): save the model again") from None


def _check_members(path: Path, members: dict[str, zipfile.ZipInfo], most: int) -> None:
    """Refuse an archive that is encrypted, packed in a rare way, or would become too large."""
    for written, member in members.items():
        name = one_line(written, MOST_OF_A_NAME)
        if ".." in PurePath(written).parts or "\\" in written:
            raise DataError(f"{name} in {path} leads out of the archive: it is not loaded")
        if member.flag_bits & 1:
            raise DataError(f"{name} in {path} is encrypted: save the model again, without a password")
        if member.compress_type not in PACKED:
            raise DataError(
                f"{name} in {path} is packed by method {member.compress_type}, which Keras never uses: "
                "save the model again"
            )
    _check_size(path, sum(member.file_size for member in members.values()), most)


def _check_size(path: Path, unpacked: int, most: int) -> None:
    """Refuse what would become far larger than the file is."""
    if unpacked > most:
        raise DataError(
            f"{path} would become {unpacked:,} bytes, at most {most:,} are read: it is not loaded"
        )


def _copy_h5(path: Path, file: IO[bytes], folder: Path, most: int) -> tuple[Path, int]:
    """Copy a `.h5` file, which holds the configuration as an attribute and the weights as arrays."""
    copy = folder / "model.h5"
    with copy.open("wb") as target:
        shutil.copyfileobj(file, target)
    with h5py.File(copy, "r") as whole:
        numbers = _check_h5(path, whole, most)
        written = whole.attrs.get("model_config")
    if written is None:
        raise DataError(
            f"{path} holds weights and no model: build the model, call its load_weights, then trace the model"
        )
    config = _parse_config(path, written if isinstance(written, bytes) else str(written).encode())
    check_config(path, config, numbers)
    with h5py.File(copy, "r+") as whole:
        whole.attrs["model_config"] = json.dumps(config).encode()
    return copy, numbers


def _check_h5(path: Path, whole: h5py.File, most: int) -> int:
    """Refuse an HDF5 file that points elsewhere, or is too large; return how many numbers it has."""
    unpacked = numbers = 0
    for count, (name, item) in enumerate(_objects(path, whole)):
        if count > MOST_OBJECTS:
            raise DataError(f"{path} has more than {MOST_OBJECTS:,} groups and arrays: it is not loaded")
        if isinstance(item, h5py.Dataset):
            _check_dataset(path, name, item)
            own = math.prod(item.shape or ())
            numbers += own
            unpacked += max(own, math.prod(item.chunks or ())) * item.dtype.itemsize  # read chunk by chunk
        for attribute in map(item.attrs.get_id, item.attrs):
            unpacked += math.prod(attribute.shape or ()) * attribute.dtype.itemsize
        _check_size(path, unpacked, most)
    return numbers


def _objects(path: Path, whole: h5py.File) -> Iterator[tuple[str, Any]]:
    """Every group and array of an HDF5 file, each once for each of its names, without following links."""
    groups: list[Any] = [whole["/"]]
    seen = {h5o.get_info(whole.id).addr}
    while groups:
        group = groups.pop()
        yield group.name, group
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise DataError(
                    f"{one_line(name, MOST_OF_A_NAME)} in {path} is a link to another place: it is not loaded"
                )
            item = group[name]
            if isinstance(item, h5py.Group):
                place = h5o.get_info(item.id).addr
                if place in seen:
                    raise DataError(f"the group {name} in {path} stands in two places: it is not loaded")
                seen.add(place)
                groups.append(item)
            else:
                yield f"{group.name}/{name}", item


def _check_dataset(path: Path, name: str, array: h5py.Dataset) -> None:
    """Refuse an array whose numbers are elsewhere, or are made by a plug-in."""
    packing = array.id.get_create_plist()
    filters = [packing.get_filter(number)[0] for number in range(packing.get_nfilters())]
    if array.is_virtual or array.external:
        reason = "is kept in other files"
    elif array.dtype.kind == "O":
        reason = f"holds {array.dtype}, not numbers"
    elif not all(number in FILTERS for number in filters):
        reason = f"is packed by the filters {filters}, and HDF5 brings 1 to 6"
    else:
        return
    raise DataError(f"the array {name} in {path} {reason}: it is not loaded")
