"""Content -> a file that is either whole or not there: the one place that opens files for writing.

    .NAME.PID.partial    beside the target, until all is on the disk
    NAME                 renamed into place, and the folder written to the disk, too

Whoever writes holds the file's lock, which ends with the process, however that ends: what a killed command
leaves is deleted by the next one that writes to the folder or lists it. Unlike `Path.write_text`, nothing
here ever leaves half a file, or destroys a good one on a full disk. A scratch file never has a name.
"""

import contextlib
import mmap
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from nlp_lstm.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows, where what a killed command leaves stays
    fcntl = None

PARTIAL = re.compile(r"\..+\.\d+\.partial")
MOST_OF_A_NAME = 100  # characters of the target's name in that of the partial file


@contextlib.contextmanager
def whole_file(path: Path, advice: str = "") -> Iterator[IO[bytes]]:
    """Give a file to write to that gets its name only when the block has ended and all is on the disk.

    An older file of the name stays until then, and stays if anything fails. A device is written to as it is.

    Args:
        path: the file; its folder must be there.
        advice: what to do if writing fails, such as "give another --output".

    Raises:
        StorageError: if the disk is full, or there is no writing here; nothing new is left behind.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(Path(folder) / "a.txt") as file:
        ...         _ = file.write(b"whole")
        ...     os.listdir(folder)
        ['a.txt']
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        yield from _device(path, advice)
        return
    clear_partials(path.parent)
    partial = path.with_name(f".{path.name[:MOST_OF_A_NAME]}.{os.getpid()}.partial")
    try:
        with _open_held(partial) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _failed(path, error, advice) from None
        raise


def write_whole(path: Path, content: bytes | str, advice: str = "") -> None:
    """Write a file at once; text as UTF-8.

    Args:
        path, advice: as `whole_file` takes them.
        content: all of it.

    Raises:
        StorageError: if writing fails; nothing new is left behind.
    """
    with whole_file(path, advice) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_scratch(pieces: Iterable[Any]) -> mmap.mmap:
    """Write a file without a name in the temporary folder, and return it as a memory map.

    It takes disk and no memory, and is gone with the map, or with the process, however that ends.

    Args:
        pieces: what it holds, one after the other, bytes or what has a buffer; not nothing.

    Raises:
        StorageError: if the disk is full, or there is no writing in the temporary folder.

    Example:
        >>> write_scratch([b"wh", b"ole"])[:]
        b'whole'
    """
    try:
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        advice = "make room, or name another folder in the environment variable TMPDIR"
        raise _failed(Path(tempfile.gettempdir()) / "a scratch file", error, advice) from None


def drop_pages(mapped: mmap.mmap, start: int = 0, end: int | None = None) -> None:
    """Give up the memory of what was read of a memory map; it comes from the file when it is read again.

    Else it counts as this process's memory until the system needs the room. Windows has no such call.

    Args:
        mapped: of a file that is not written to any more.
        start, end: which bytes; None for the last.
    """
    if hasattr(mmap, "MADV_DONTNEED"):
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        mapped.madvise(mmap.MADV_DONTNEED, first, (len(mapped) if end is None else end) - first)


def clear_partials(folder: Path) -> None:
    """Delete what killed commands have left in a folder; what is still written to stays."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):  # no folder, or one that cannot be read
        for path in folder.iterdir():
            if PARTIAL.fullmatch(path.name) and path.is_file():
                # Open for writing: NFS gives the lock to nobody else.
                with contextlib.suppress(OSError), path.open("r+b") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if _bears(file, path):
                        path.unlink()


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk: a rename alone may be lost with the power.

    Not every file system can; the file itself is whole in any case.
    """
    if os.name == "nt":  # which opens no folders
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _device(path: Path, advice: str) -> Iterator[IO[bytes]]:
    """A device such as /dev/stdout, which has neither a beginning nor a name to move into."""
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise _failed(path, error, advice) from None


def _open_held(partial: Path) -> IO[bytes]:
    """Open a partial file and hold its lock until it is closed, where the file system has locks.

    The number of a process says nothing: a container gives the same to the next one.
    """
    while True:
        file = partial.open("wb")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # there are no locks here, so nobody clears this folder either
            return file
        except BaseException:
            file.close()
            raise
        if fcntl is None or _bears(file, partial):
            return file
        file.close()  # it was cleared away between the two


def _bears(file: IO[bytes], path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _failed(path: Path, error: OSError, advice: str) -> StorageError:
    """The error that says which file could not be written, why, and what to do."""
    reason = error.strerror or str(error)
    return StorageError(f"cannot write {path}: {reason}" + (f"; {advice}" if advice else ""))
