"""A gzip file read from any place, against its unpacked bytes."""

import gzip
import io
import itertools
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.data.readers import gzip_stream
from processing.data.readers.gzip_stream import GzipStream

DATA = np.random.default_rng(0).integers(0, 9, 60_000, np.uint8).tobytes()


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(gzip_stream, "MARK_EVERY", 5_000)
    monkeypatch.setattr(gzip_stream, "PACKED_BYTES", 700)


@pytest.fixture(scope="module", params=["one member", "three members", "filled up"])
def path(request, tmp_path_factory):
    cuts = [0, 20_000, 20_001, len(DATA)] if request.param == "three members" else [0, len(DATA)]
    packed = b"".join(gzip.compress(DATA[a:b]) for a, b in itertools.pairwise(cuts))
    path = tmp_path_factory.mktemp("gzip") / "x.gz"
    path.write_bytes(packed + (b"\0" * 3_000 if request.param == "filled up" else b""))
    return path


def test_gzip_stream_when_read_through_then_everything_and_marks_are_left(path):
    marks = []
    with GzipStream(path, marks) as stream:
        assert stream.read() == DATA
        assert stream.read(1) == b""
    assert 5 < len(marks) <= 13
    assert [mark.at for mark in marks] == sorted(mark.at for mark in marks)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(DATA) + 9), st.integers(1, 9_000)), max_size=12))
def test_gzip_stream_when_sought_anywhere_then_the_bytes_there(path, reads):
    marks = []
    with io.BufferedReader(GzipStream(path, marks), 1_000) as stream:
        for at, size in reads:
            assert stream.seek(at) == min(at, len(DATA))
            assert stream.read(size) == DATA[at : at + size]
    with GzipStream(path, marks) as stream:
        assert stream.read() == DATA


def test_gzip_stream_when_marks_are_shared_then_a_place_is_found_without_the_way(path, monkeypatch):
    marks = []
    with GzipStream(path, marks) as stream:
        stream.read()
    with GzipStream(path, marks) as stream:
        stream.seek(50_000)
        assert stream._file.tell() > 0.7 * path.stat().st_size
        assert stream.read(10) == DATA[50_000:50_010]


def test_gzip_stream_when_cut_off_or_damaged_then_an_error(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(whole := gzip.compress(DATA))
    short, wrong = path.with_name("short.gz"), path.with_name("wrong.gz")
    short.write_bytes(whole[:-9])
    with GzipStream(short, []) as stream, pytest.raises(EOFError, match="end too early"):
        stream.read()
    wrong.write_bytes(whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:])
    with GzipStream(wrong, []) as stream, pytest.raises(zlib.error, match="incorrect data check"):
        stream.read()


def test_gzip_stream_when_asked_for_its_end_then_refused(path):
    with GzipStream(path, []) as stream, pytest.raises(io.UnsupportedOperation):
        stream.seek(0, io.SEEK_END)
