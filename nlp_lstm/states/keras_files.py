"""Read a Keras model from a `.keras` or `.h5` file that holds nothing but Keras's own layers.

The file is read once, into a copy that nobody else can change: the copy is checked, and Keras loads the copy.
What the model was compiled with (loss, metrics, optimizer) is taken out of it, so it never matters. Keras
itself is imported only when the file has passed its checks.
"""

import errno
import json
import math
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import h5py
from h5py import h5o  # pyright: ignore[reportAttributeAccessIssue]

from nlp_lstm.errors import DataError, MissingInputError, StorageError
from nlp_lstm.states.keras_configs import check_config, without_compiling

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
HDF5 = b"\x89HDF\r\n\x1a\n"
MOST_CONFIG = 20_000_000  # bytes of a model's configuration
MOST_UNPACKED, MOST_TIMES = (
    256_000_000,
    100,
)  # bytes that a file may become, or times its size if that is more
MOST_OBJECTS = 100_000  # groups and arrays of an HDF5 file
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FILTERS = range(1, 7)  # those that HDF5 brings; others are loaded as plug-ins
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
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
        copy = _copy(path, Path(folder))
        from nlp_lstm.models.quiet_keras import keras
        from nlp_lstm.states.keras_models import said_first

        try:
            return keras.models.load_model(copy, compile=False)
        except Exception as error:  # Keras raises whatever the broken part of a file makes it raise
            said = said_first(error).replace(str(copy), str(path))
            raise DataError(f"{path} cannot be loaded by Keras: {said}") from None


def _copy(path: Path, folder: Path) -> Path:
    """A copy of a file that is safe to load."""
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
    except BROKEN:
        pass
    raise DataError(
        f"{path} ({size} bytes) is not a whole .keras file, and no whole .h5 file: save the model again"
    )


def _copy_keras(path: Path, file: IO[bytes], folder: Path, most: int) -> Path:
    """Copy a `.keras` file, a zip archive of a configuration, weights and assets."""
    copy, weights = folder / "model.keras", folder / WEIGHTS
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        members = {member.filename: member for member in old.infolist() if not member.is_dir()}
        _check_members(path, members, most)
        config = without_compiling(json.loads(old.read(members.pop(CONFIG))))
        check_config(path, config, most)
        new.writestr(CONFIG, json.dumps(config))
        for name, member in members.items():
            if name not in (METADATA, WEIGHTS) and not name.startswith(ASSETS):
                continue
            with old.open(member) as content:
                if name == WEIGHTS:
                    with weights.open("wb") as target:
                        shutil.copyfileobj(content, target)
                    with h5py.File(weights, "r") as whole:
                        _check_h5(path, whole, most)
                    new.write(weights, WEIGHTS)
                else:
                    with new.open(name, "w", force_zip64=True) as target:
                        shutil.copyfileobj(content, target)
    return copy


def _check_members(path: Path, members: dict[str, zipfile.ZipInfo], most: int) -> None:
    """Refuse an archive that is encrypted, packed in a rare way, or would become too large."""
    for name, member in members.items():
        if member.flag_bits & 1:
            raise DataError(f"{name} in {path} is encrypted: save the model again, without a password")
        if member.compress_type not in PACKED:
            raise DataError(
                f"{name} in {path} is packed by method {member.compress_type}, which Keras never uses: "
                "save the model again"
            )
    if members[CONFIG].file_size > MOST_CONFIG:
        raise DataError(f"{CONFIG} in {path} has more than {MOST_CONFIG:,} bytes: it is not loaded")
    _check_size(path, sum(member.file_size for member in members.values()), most)


def _check_size(path: Path, unpacked: int, most: int) -> None:
    """Refuse what would become far larger than the file is."""
    if unpacked > most:
        raise DataError(
            f"{path} would become {unpacked:,} bytes, at most {most:,} are read: it is not loaded"
        )


def _copy_h5(path: Path, file: IO[bytes], folder: Path, most: int) -> Path:
    """Copy a `.h5` file, which holds the configuration as an attribute and the weights as arrays."""
    copy = folder / "model.h5"
    with copy.open("wb") as target:
        shutil.copyfileobj(file, target)
    with h5py.File(copy, "r") as whole:
        _check_h5(path, whole, most)
        written = whole.attrs.get("model_config")
    if written is None:
        raise DataError(
            f"{path} holds weights and no model: build the model, call its load_weights, then trace the model"
        )
    if len(written) > MOST_CONFIG:
        raise DataError(f"model_config in {path} has more than {MOST_CONFIG:,} bytes: it is not loaded")
    config = without_compiling(json.loads(written))
    check_config(path, config, most)
    with h5py.File(copy, "r+") as whole:
        whole.attrs["model_config"] = json.dumps(config).encode()
    return copy


def _check_h5(path: Path, whole: h5py.File, most: int) -> None:
    """Refuse an HDF5 file that points elsewhere, or whose arrays would become too large."""
    arrays = 0
    for number, (name, item) in enumerate(_objects(path, whole)):
        if number > MOST_OBJECTS:
            raise DataError(f"{path} has more than {MOST_OBJECTS:,} groups and arrays: it is not loaded")
        if isinstance(item, h5py.Dataset):
            _check_dataset(path, name, item)
            arrays += math.prod(item.shape or ()) * item.dtype.itemsize
    _check_size(path, arrays, most)


def _objects(path: Path, whole: h5py.File) -> Iterator[tuple[str, Any]]:
    """Every group and array of an HDF5 file, each once for each of its names, without following links."""
    groups: list[Any] = [whole["/"]]
    seen = {h5o.get_info(whole.id).addr}
    while groups:
        group = groups.pop()
        yield group.name, group
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise DataError(f"{name} in {path} is a link to another place: it is not loaded")
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
