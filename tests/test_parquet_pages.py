"""Pages of Parquet files: their sizes are known before they are unpacked, and one that lies is refused."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp_lstm.corpora import load_corpus
from nlp_lstm.corpora._parquet_pages import MOST_PAGES, unpacked_size
from nlp_lstm.errors import DataError

ROWS = 3000
TABLE = pa.table(
    {
        "text": [f"film number {row} is good" if row % 7 else None for row in range(ROWS)],
        "label": [row % 3 for row in range(ROWS)],
        "words": [["a", "b", str(row)][: row % 4] for row in range(ROWS)],
        "sure": [row / 7 for row in range(ROWS)],
        "seen": [row % 5 == 0 for row in range(ROWS)],
    }
)


def signed(number: int, length: int = 0) -> bytes:
    """A number as Thrift's compact protocol writes it, in so many bytes at least."""
    number, found = number << 1 ^ number >> 63, b""
    while number or not found:
        number, seven = number >> 7, number & 127
        found += bytes([seven | 128])
    found = found.ljust(length, b"\x80")
    return found[:-1] + bytes([found[-1] & 127])


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize(
    "more", [{}, {"use_dictionary": False, "data_page_size": 500, "write_page_checksum": True}]
)
def test_pages_are_as_large_as_the_footer_says(
    here: Path, compression: str, version: str, more: dict[str, Any]
):
    pq.write_table(
        TABLE, "a.parquet", compression=compression, data_page_version=version, row_group_size=1000, **more
    )
    read = pq.ParquetFile("a.parquet").metadata
    for group in range(read.num_row_groups):
        for number in range(read.num_columns):
            part = read.row_group(group).column(number)
            start = min(part.data_page_offset, part.dictionary_page_offset or part.data_page_offset)
            with Path("a.parquet").open("rb") as file:
                size = unpacked_size(file, start, part.total_compressed_size)
            in_headers = part.total_uncompressed_size - size  # which the footer counts, too
            assert 0 < in_headers < 0.5 * part.total_uncompressed_size
    table = TABLE.select(["text", "label"]).drop_null()
    pq.write_table(table, "b.parquet", compression=compression, data_page_version=version, **more)
    assert load_corpus("table:b.parquet").train[0].words[:2] == ("film", "number")


def test_a_page_that_becomes_larger_than_the_footer_says_is_not_unpacked(here: Path, monkeypatch):
    """A text of 80 MB in a file of some KB, whose footer says that it has 200 bytes."""
    table = pa.table({"text": ["good", "a" * (80 << 20)], "label": [0, 1]})
    options: Any = {"use_dictionary": False, "data_page_size": 1 << 30, "write_statistics": False}
    pq.write_table(table, "a.parquet", compression="zstd", **options)
    group = pq.ParquetFile("a.parquet").metadata.row_group(0)
    content = Path("a.parquet").read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    footer = content[start:]
    for size in (group.column(0).total_uncompressed_size, group.total_byte_size):
        assert footer.count(signed(size)) == 1
        footer = footer.replace(signed(size), signed(200, len(signed(size))))
    Path("a.parquet").write_bytes(content[:start] + footer)
    assert pq.ParquetFile("a.parquet").metadata.row_group(0).column(0).total_uncompressed_size == 200
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(DataError, match=r"'text' of a\.parquet becomes larger than 64 MB"):
        load_corpus("table:a.parquet")


@pytest.mark.parametrize(
    "change",
    [b"\xff" * 20, b"\x00" * 20, b"\x15\x00\x15\x01\x15\x01", b"\x2c" * 4000, b"\x18\xff\xff\xff\x7f"],
)
def test_what_is_no_page_is_refused_in_one_line(here: Path, change: bytes):
    pq.write_table(TABLE, "a.parquet", compression="none")
    content = bytearray(Path("a.parquet").read_bytes())
    content[4 : 4 + len(change)] = change
    Path("a.parquet").write_bytes(content)
    with pytest.raises(
        DataError, match=r"a\.parquet is not a \.parquet table: (there is no page at|a page's header)"
    ):
        load_corpus("table:a.parquet")


def test_a_column_of_endless_pages_is_refused():
    page = b"\x15\x00\x15\x00\x15\x00\x00"  # of no bytes
    assert unpacked_size(io.BytesIO(page * 50), 0, len(page) * 50) == 0
    with pytest.raises(ValueError, match="more than 100,000 pages"):
        unpacked_size(io.BytesIO(page * (MOST_PAGES + 1)), 0, len(page) * (MOST_PAGES + 1))


def test_the_sizes_of_pages_are_added_up():
    page = b"\x15\x02\x15\xd0\x0f\x15\x06\x2c\x15\x04\x11\x12\x18\x02ab\x00\x00abc"  # 1000 bytes, in 3
    assert unpacked_size(io.BytesIO(b"...." + page * 3), 4, 3 * len(page)) == 3000
    assert unpacked_size(io.BytesIO(b"...." + page * 3), 4, 1) == 1000
    with pytest.raises(ValueError, match="no page at byte 4"):
        unpacked_size(io.BytesIO(b"...." + page[:9]), 4, len(page))
