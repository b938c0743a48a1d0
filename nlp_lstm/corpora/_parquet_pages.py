"""How large the pages of a Parquet file become: what stands in front of each, read before any is unpacked.

A file says twice how large a column is, in its footer and in front of its pages. Arrow makes room for what
the pages say, so a file of 29 KB whose footer lies took 1.9 GB.

Source: Parquet's `parquet.thrift`, whose structs are written in Thrift's compact protocol.
"""

from typing import BinaryIO

MOST_PAGES = 100_000  # of a column
WINDOWS = 1 << 10, 1 << 20  # bytes in which a header is looked for: its statistics hold a cell or two
MOST_DEPTH = 10  # of what is inside each other in a header
UNPACKED, PACKED = 2, 3  # the fields of a header that say how large its page is
# The kinds of fields that a header has; it has no lists.
STOP, TRUE, FALSE, BINARY, STRUCT = 0, 1, 2, 8, 12
NUMBERS = 4, 5, 6  # whole ones of 2, 4 and 8 bytes


def unpacked_size(file: BinaryIO, start: int, length: int) -> int:
    """Return how many bytes the pages of a column's chunk have when they are unpacked.

    Args:
        file: the Parquet file.
        start: where the chunk's first page stands.
        length: of the chunk in the file, in bytes.

    Raises:
        ValueError: if a page has no header, or there are more than `MOST_PAGES`.
    """
    at, total = start, 0
    for _ in range(MOST_PAGES):
        if at >= start + length:
            return total
        header, unpacked, packed = _read_header(file, at)
        at, total = at + header + packed, total + unpacked
    raise ValueError(f"a column has more than {MOST_PAGES:,} pages")


def _read_header(file: BinaryIO, at: int) -> tuple[int, int, int]:
    """The size of a page's header, and those of the page itself, unpacked and packed, in bytes."""
    for window in WINDOWS:
        file.seek(at)
        header = _Fields(file.read(window))
        try:
            sizes = header.read_numbers()
        except IndexError:  # it is longer, or the file ends
            continue
        unpacked, packed = sizes.get(UNPACKED, -1), sizes.get(PACKED, -1)
        if unpacked < 0 or packed < 0:
            break
        return header.at, unpacked, packed
    raise ValueError(f"there is no page at byte {at:,}")


class _Fields:
    """The fields of a struct in Thrift's compact protocol, one after the other.

    Args:
        content: begins with the struct.
    """

    def __init__(self, content: bytes):
        self.content, self.at = content, 0

    def read_numbers(self) -> dict[int, int]:
        """The whole numbers among the struct's own fields; what else it holds is passed over."""
        numbers, field = {}, 0
        while (byte := self._byte()) & 15 != STOP:
            field = field + (byte >> 4) if byte >> 4 else self._number()
            if byte & 15 in NUMBERS:
                numbers[field] = self._number()
            else:
                self._pass(byte & 15, 0)
        return numbers

    def _byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.content[self.at - 1]

    def _count(self) -> int:
        """The next number without a sign: seven bits a byte, the lowest first."""
        value = shift = 0
        while (byte := self._byte()) & 128:
            value, shift = value | (byte & 127) << shift, shift + 7
            if shift > 63:
                raise ValueError("a page's header holds a number of more than 64 bits")
        return value | byte << shift

    def _number(self) -> int:
        """The next number with a sign, which is its last bit."""
        value = self._count()
        return value >> 1 ^ -(value & 1)

    def _pass(self, kind: int, depth: int) -> None:
        """Pass over a value."""
        if depth > MOST_DEPTH:
            raise ValueError(f"a page's header is nested more than {MOST_DEPTH} deep")
        if kind in NUMBERS:
            self._count()
        elif kind == BINARY:
            length = self._count()
            self.at += length
        elif kind == STRUCT:
            while (byte := self._byte()) & 15 != STOP:
                if not byte >> 4:
                    self._count()
                self._pass(byte & 15, depth + 1)
        elif kind not in (TRUE, FALSE):
            raise ValueError(f"a page's header holds a field of the unknown kind {kind}")
