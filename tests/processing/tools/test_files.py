"""Files that are there whole or not at all, on disks that have room and on those that have not."""

import errno
import subprocess
import sys

import numpy as np
import pytest

from processing.errors import DiskError
from processing.tools.files import mapped_array, write_whole

LIMITED = """
import resource, sys
from pathlib import Path
from processing.tools.files import mapped_array, write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
make = {"map": lambda path: mapped_array(path, float, (1_000_000,)).fill(1),
        "numpy": lambda path: __import__("numpy").ones(1_000_000).tofile(path),
        "text": lambda path: path.write_text("x" * 1_000_000)}[sys.argv[2]]
write_whole(Path(sys.argv[1]), make)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize("way", ["map", "numpy", "text"])
def test_write_when_there_is_no_room_then_one_clear_error_and_nothing_is_left(way, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "out"), way], capture_output=True, text=True
    )
    assert done.returncode == 1  # no signal
    last = done.stderr.splitlines()[-1]
    assert f"DiskError: Cannot write '{tmp_path / 'out'}': the disk has no room" in last
    assert "Make room or name another folder" in last
    assert list(tmp_path.iterdir()) == []


def test_write_when_a_folder_is_half_done_then_removed(tmp_path):
    def write(partial):
        partial.mkdir()
        (partial / "a").write_text("a")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskError, match="no room"):
        write_whole(tmp_path / "out", write)
    assert list(tmp_path.iterdir()) == []


def test_write_when_something_else_goes_wrong_then_that_error(tmp_path):
    def write(partial):
        raise PermissionError(errno.EACCES, "Permission denied", "elsewhere")

    with pytest.raises(PermissionError, match="elsewhere"):
        write_whole(tmp_path / "out", write)


def test_mapped_array_when_made_then_zeros_of_its_shape_and_its_room_is_taken(tmp_path):
    array = mapped_array(tmp_path / "a.npy", np.float32, (1000, 30))
    assert not array.any()
    assert (tmp_path / "a.npy").stat().st_blocks * 512 >= array.nbytes
    array[3, 4] = 5
    del array
    assert np.load(tmp_path / "a.npy")[3, 4] == 5
