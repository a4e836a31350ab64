import io
import logging
import tracemalloc
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.data.readers import row_reader
from processing.data.readers.reading import BadLines, parse_id
from processing.data.readers.row_reader import RowReader, blocks
from processing.errors import RatingsFormatError, SourceError
from processing.kernels.parse import Bounds, parse_netflix
from processing.tools.threads import n_threads

STARS = (Bounds(1.0, 5.0, 1.0),)


def read_rows(text, *, skip_bad=0, n_header_lines=0):
    bad = BadLines(skip_bad)
    reader = RowReader(parse_netflix, STARS, "a row", bad)
    reader.read(io.BytesIO(text), "x.txt", n_header_lines)
    return reader.finish(), bad


def into(size):
    """What gives two buffers in turn."""
    buffers = cycle([bytearray(size), bytearray(size)])
    return lambda: next(buffers)


@pytest.mark.parametrize("size", [16, 17, 20, 33, 1000])
@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\n\n\n"])
def test_blocks_of_any_size_are_the_whole_text_in_whole_lines(size, ending):
    text = b"\n".join(b"line %d" % k for k in range(20)) + ending
    parts = [part.tobytes() for part in blocks(io.BytesIO(text), into(size), "x")]
    assert b"".join(parts) == (text if ending else text + b"\n")
    assert all(part.endswith(b"\n") for part in parts)


def test_blocks_leave_out_a_byte_order_mark():
    parts = blocks(io.BytesIO(b"\xef\xbb\xbfa\n"), into(64), "x")
    assert [part.tobytes() for part in parts] == [b"a\n"]


@pytest.mark.parametrize("text", [b"", b"\xef\xbb\xbf"])
def test_blocks_of_an_empty_file_are_none(text):
    assert list(blocks(io.BytesIO(text), into(64), "x")) == []


def test_blocks_when_a_line_has_no_end_says_so():
    with pytest.raises(SourceError, match=r"x\.bin: a line is longer than 63 bytes"):
        list(blocks(io.BytesIO(bytes(200)), into(64), "x.bin"))


def test_row_reader_over_many_blocks_keeps_rows_and_line_numbers(monkeypatch):
    monkeypatch.setattr(row_reader, "BLOCK_BYTES", 64)
    lines = [b"7:"] + [b"%d,%d,2000-01-01" % (k, k % 5 + 1) for k in range(100)]
    lines[50] = b"broken,"
    rows, bad = read_rows(b"\n".join(lines), skip_bad=1)
    assert rows.user_ids.tolist() == [k for k in range(100) if k != 49]
    assert set(rows.movie_ids.tolist()) == {7}
    assert rows.values.tolist() == [k % 5 + 1 for k in range(100) if k != 49]
    assert set(rows.days.tolist()) == {10957}
    assert bad.count == 1
    with pytest.raises(RatingsFormatError, match=r"^x\.txt:51: 'broken,' is not such a line\."):
        read_rows(b"\n".join(lines))


def columns_of(rows):
    return [column.tolist() for column in vars(rows).values() if column is not None]


HEADERS = st.integers(1, 9).map(lambda k: b"%d:" % k)
LINES = st.lists(
    st.builds(b"%d,%d,2000-01-%02d".__mod__, st.tuples(*[st.integers(1, 9)] * 3))
    | HEADERS
    | st.sampled_from([b"8:x", b"broken,", b"1,9,2000-01-01", b"", b"-3:", b"12345678901234:"]),
    max_size=60,
)


@settings(deadline=None, max_examples=200)
@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.integers(24, 90))
def test_row_reader_when_blocks_end_anywhere_then_rows_and_bad_lines_as_in_one_block(
    lines, end, size
):
    text = end.join(lines)
    expected = columns_of(read_rows(text, skip_bad=99)[0])
    noted = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BadLines, "add", lambda self, place, *rest: noted.append(place))
        read_rows(text)
        whole, noted[:] = noted[:], []
        patch.setattr(row_reader, "BLOCK_BYTES", size)
        patch.setattr(row_reader, "BAD_AT_ONCE", 2)
        rows, _ = read_rows(text)
    assert columns_of(rows) == expected
    assert noted == whole


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_row_reader_when_a_bad_line_starts_or_ends_a_block_then_named(before, monkeypatch):
    row = b"12,3,2005-01-01\n"
    monkeypatch.setattr(row_reader, "BLOCK_BYTES", 4 * len(row) + 1)
    lines = [b"1:\n".rjust(len(row), b"0"), *[row] * 4, *[row] * 12]
    lines[4 + before] = b"12,7,2005-01-01\n"
    with pytest.raises(RatingsFormatError, match=rf"^x\.txt:{5 + before}: '12,7,2005-01-01' has"):
        read_rows(b"".join(lines))


def test_row_reader_when_the_stream_breaks_then_a_bad_line_before_comes_first():
    class Broken(io.BytesIO):
        def readinto(self, buffer):
            if self.tell():
                raise EOFError("cut off")
            return super().readinto(buffer[:32])

    def read_both():
        reader = RowReader(parse_netflix, STARS, "a row", BadLines(0))
        reader.read(io.BytesIO(b"1:\nbroken\n"), "first.txt")
        reader.read(Broken(b"1:\n" * 20), "x.txt")

    with pytest.raises(RatingsFormatError, match=r"^first\.txt:2: 'broken'"):
        read_both()


def test_row_reader_when_ids_outgrow_32_bits_then_all_are_kept():
    rows, _ = read_rows(b"1:\n7,1,2005-01-01\n%d,2,2005-01-01\n8,3,2005-01-01\n" % 2**40)
    assert rows.user_ids.tolist() == [7, 2**40, 8]
    assert (rows.user_ids.dtype, rows.movie_ids.dtype) == (np.int64, np.int32)


def test_row_reader_when_it_reads_then_says_how_far_it_is():
    told = []
    text = b"1:\n" + b"12,3,2005-01-01\n" * 200_000
    reader = RowReader(parse_netflix, STARS, "a row", BadLines(0), 0, told.append)
    reader.read(io.BytesIO(text), "x.txt")
    reader.finish()
    assert sum(told) == len(text)
    assert len(told) > 2


def test_row_reader_keeps_memory_to_the_rows():
    text = b"1:\n" + b"12,3,2005-01-01\n" * 3_000_000
    read_rows(b"1:\n1,1,2005-01-01\n")
    tracemalloc.start()
    try:
        rows, _ = read_rows(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = sum(column.nbytes for column in (rows.user_ids, rows.movie_ids, rows.values, rows.days))
    block = row_reader.BLOCK_BYTES * (1 + 24 // row_reader.SHORTEST_ROW)
    assert size == 16 * 3_000_000
    assert peak < 1.5 * size + (2 * n_threads() + 1) * block


def test_row_reader_skips_header_lines():
    rows, _ = read_rows(b"about this\nfile\n1:\n2,3,2005-01-01", n_header_lines=2)
    assert rows.user_ids.tolist() == [2]
    assert rows.user_ids.dtype == np.int32


def test_bad_lines_when_more_than_tolerated_says_how_many():
    bad = BadLines(2)
    bad.add("f:1", b"\xff", "is not such a line", "a row")
    bad.add("f:2", "x" * 200, "is not such a line", "a row")
    with pytest.raises(RatingsFormatError, match=r"f:3: 'z' .* number 3 and --skip-bad tole"):
        bad.add("f:3", "z", "is not such a line", "a row")


def test_bad_lines_report_logs_count_and_the_first(caplog):
    bad = BadLines(10)
    for k in range(5):
        bad.add(f"f:{k}", f"text {k}", "is not such a line", "a row")
    with caplog.at_level(logging.WARNING):
        bad.report()
    assert "Skipped 5 bad lines" in caplog.text
    assert "f:0: 'text 0'" in caplog.text
    assert "text 4" not in caplog.text


def test_bad_lines_report_without_any_is_silent(caplog):
    BadLines(10).report()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-7", -7),
        ("007", 7),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("9" * 500, None),
        ("1_0", None),
        ("", None),
        ("1.0", None),
        ("٣", None),
    ],
)
def test_parse_id_takes_plain_integers_only(text, value):
    assert parse_id(text) == value
