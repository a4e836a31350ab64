import gzip
import hashlib
import io
import itertools
import os
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.data.readers.containers import open_container
from processing.data.readers.registry import open_source
from processing.errors import SourceError
from tests.packing import FORMS, pack, tar_of, write_files

FILES = {"a.txt": b"alpha\n" * 1000, "b/c.txt": b"gamma\n", "empty.txt": b""}
DIGITS = np.random.default_rng(0).integers(0, 9, 60_000, np.uint8).tobytes()


def contents(path):
    container = open_container(path)
    found = {}
    with container.open() as files:
        for member in reversed(container.members):
            with files.open(member) as stream:
                found[member.name.removeprefix("inner/")] = stream.read()
    return found


@pytest.mark.parametrize("form", FORMS)
def test_open_container_of_any_form_gives_every_file(form, tmp_path):
    assert contents(pack(form, FILES, tmp_path)) == FILES


def test_open_container_of_a_single_file_gives_that_file_only(tmp_path):
    write_files(FILES, tmp_path)
    assert contents(tmp_path / "a.txt") == {"a.txt": FILES["a.txt"]}


@pytest.mark.parametrize("form", FORMS)
def test_open_container_passes_over_what_file_managers_leave(form, tmp_path):
    litter = {**FILES, "__MACOSX/a.txt": b"x", ".DS_Store": b"x", "b/._c.txt": b"x"}
    assert contents(pack(form, litter, tmp_path)).keys() == FILES.keys()


@pytest.mark.parametrize("form", FORMS)
def test_open_container_finds_files_in_a_training_set_tar(form, tmp_path):
    files = {"training_set.tar": tar_of({"training_set/mv_0000001.txt": b"1:\n"})}
    inner = "training_set.tar/training_set/mv_0000001.txt"
    assert contents(pack(form, files, tmp_path))[inner] == b"1:\n"


def test_open_container_when_nothing_is_there_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere' does not exist\. Expected a folder"):
        open_container(tmp_path / "nowhere")


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_open_container_when_the_archive_is_cut_off_says_so(form, kept, tmp_path):
    path = pack(form, {"a.txt": bytes(range(256)) * 40, "b.txt": b"b" * 9000}, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(SourceError, match=r"data\.bin is damaged or cut off.*download or copy"):
        open_container(path)


@pytest.mark.parametrize("size", [512, 1024 + 512, 2048])
def test_open_container_when_a_plain_tar_is_cut_off_says_so(size, tmp_path):
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(FILES)[:size])
    with pytest.raises(SourceError, match="damaged or cut off"):
        open_container(path)


def test_open_container_when_a_gzip_checksum_is_wrong_says_so(tmp_path):
    path = pack("tar.gz", FILES, tmp_path)
    data = bytearray(path.read_bytes())
    data[-8] ^= 1
    path.write_bytes(data)
    with pytest.raises(SourceError, match="damaged"):
        open_container(path)


def test_open_container_when_a_zip_is_encrypted_says_so(tmp_path):
    path = pack("zip", {"a.txt": b"x"}, tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"'inner/a\.txt' is encrypted"):
        open_container(path)


def test_files_open_when_a_zip_member_is_damaged_names_it(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", b"alpha alpha")
    path.write_bytes(path.read_bytes().replace(b"alpha alpha", b"alpha alphx"))
    with pytest.raises(SourceError, match=r"x\.zip!a\.txt is damaged"):
        contents(path)


def test_sha256_of_an_archive_is_that_of_its_bytes(tmp_path):
    path = pack("zip", FILES, tmp_path)
    container = open_container(path)
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert container.sha256(container.members[:1]) == expected


def test_sha256_of_a_folder_depends_on_used_names_and_bytes_only(tmp_path):
    def sha256(files, used):
        folder = write_files(files, tmp_path / str(len(list(tmp_path.iterdir()))))
        container = open_container(folder)
        return container.sha256([m for m in reversed(container.members) if m.name in used])

    first = sha256({"a": b"1", "b": b"2", "c": b"3"}, "ab")
    assert sha256({"a": b"1", "b": b"2", "c": b"4"}, "ab") == first
    assert sha256({"a": b"1", "b": b"9"}, "ab") != first
    assert sha256({"a": b"1", "x": b"2"}, "ax") != first
    assert sha256({"a": b"12", "b": b""}, "ab") != sha256({"a": b"1", "b": b"2"}, "ab")


@pytest.fixture(scope="module", params=["plain", "one gzip", "three gzips", "filled up"])
def tar(request, tmp_path_factory):
    """A tar of two files of digits, which is compressed in one piece, in several, or not."""
    text = tar_of({"before": b"x" * 700, "digits": DIGITS, "after": b"y" * 300})
    ends = [20_000, 20_001, len(text)] if request.param == "three gzips" else [len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise([0, *ends])]
    packed = pieces if request.param == "plain" else [gzip.compress(piece) for piece in pieces]
    path = tmp_path_factory.mktemp("tar") / "x"
    path.write_bytes(b"".join(packed) + bytes(3_000 if request.param == "filled up" else 0))
    return path


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DIGITS) + 9), st.integers(1, 9_000)), max_size=12))
def test_files_open_when_a_tar_member_is_sought_anywhere_then_the_bytes_there(tar, reads):
    container = open_container(tar)
    with container.open() as files, files.open(container.members[1]) as stream:
        for at, size in reads:
            assert stream.seek(at) == min(at, len(DIGITS))
            assert stream.read(size) == DIGITS[at : at + size]
        assert stream.seek(-3, io.SEEK_END) == len(DIGITS) - 3
        assert stream.read() == DIGITS[-3:]
        assert stream.tell() == len(DIGITS)
        assert files.head(container.members[0]) == b"x" * 700


def test_open_container_of_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match=r"pipe.csv' is a pipe or a device. Expected a folder"):
        open_container(tmp_path / "pipe.csv")


def test_open_container_of_a_tar_with_an_endless_header_is_refused(tmp_path):
    header = tarfile.TarInfo("PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 1 << 40
    (tmp_path / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    with pytest.raises(SourceError, match=r"a.tar .*: it has a header of 1,099,511,627,776 bytes"):
        open_container(tmp_path / "a.tar")


@pytest.mark.parametrize("is_tar", [False, True])
def test_source_whose_name_is_no_utf8_is_read_and_told_in_ascii(is_tar, tmp_path):
    folder = tmp_path / os.fsdecode(b"r\xe9ponses")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system keeps names in UTF-8")
    name = os.fsdecode(b"d\xe9j\xe0.csv")
    (folder / name).write_bytes(b"user,movie,rating\n1,2,x\n")
    if is_tar:
        with tarfile.open(tmp_path / "a.tar", "w") as archive:
            archive.add(folder, "inner")
    source = open_source(tmp_path / "a.tar" if is_tar else folder)
    assert source.name == r"d\udce9j\udce0.csv"
    assert len(source.sha256()) == 64
    with pytest.raises(SourceError, match=r"d\\udce9j\\udce0.csv:2: '1,2,x' has the rating") as got:
        source.read()
    assert str(got.value).encode("utf-8")
