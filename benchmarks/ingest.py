"""How fast ratings are read: parsing beside pandas, and the whole `ingest` with its peak memory.

Run: python benchmarks/ingest.py SOURCE

SOURCE is a folder in Netflix's Kaggle form, such as `simulate --netflix-size` writes. It is packed
into a zip and a tar.gz beside the temporary files (a quarter of its size each) and ingested from
all three, each in a process of its own.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from _common import ROOT, about, say, write_result

PACKED_LEVEL = 6  # as zip and gzip do by themselves
PEER_LINES = 5_000_000
BLOCK = 1 << 20


def main() -> None:
    """Measure, and write the result beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a simulated set in Netflix form")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(options.source, Path(folder))
    say(write_result("ingest", result).read_text())


def measure(source: Path, folder: Path) -> dict[str, Any]:
    """All figures, JSON-ready; sizes in MB and GB of a thousand and a thousand million bytes."""
    files = sorted(source.glob("combined_data_*.txt"))
    n_bytes = sum(path.stat().st_size for path in files)
    load = os.getloadavg()[0]
    alone = seconds_of(lambda: [read_through(path) for path in files])
    packed = {"zip": pack_zip(source, folder), "tar.gz": pack_tar(source, folder)}
    unpacking = {
        "zip": seconds_of(lambda: unpack_zip(packed["zip"])),
        "tar.gz": seconds_of(lambda: unpack_gzip(packed["tar.gz"])),
    }
    wholes = {"folder": whole(source, folder / "runs")}
    for form, path in packed.items():
        wholes[form] = whole(path, folder / f"runs-{form}")
        wholes[form]["unpacking_only_mb_per_s"] = round(n_bytes / 1e6 / unpacking[form])
        wholes[form]["unpacking_only_seconds"] = round(unpacking[form], 1)
    return {
        "text_mb": round(n_bytes / 1e6),
        "reading_only_mb_per_s": round(n_bytes / 1e6 / alone),
        "parsing": child("parse", source),
        "pandas_read_csv": child("peer", files[-1]),
        "ingest": wholes,
        "ingest_again_from_its_cache": whole(source, folder / "runs"),
        "later_stages": child("stages", source, folder / "runs"),
        "others_load_before": round(load, 1),
        **about(),
    }


def whole(source: Path, runs: Path) -> dict[str, Any]:
    """Seconds and peak memory of the command `ingest`, a fresh process, as the system counts."""
    command = [sys.executable, "-m", "processing", "ingest", str(source), "--runs", str(runs)]
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        if status:
            said.seek(0)
            sys.exit(said.read().decode())
    return {"seconds": round(seconds, 1), "peak_memory_gb": round(usage.ru_maxrss / 1e6 * 1.024, 2)}


def child(part: str, *arguments: Path) -> dict[str, Any]:
    """What one of the parts below measures, in a fresh process."""
    command = [sys.executable, __file__, *map(str, arguments), "--part", part]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def parse(source: str) -> dict[str, Any]:
    """Read the text into columns, disk included; once before, so that the kernels are compiled."""
    from processing.data.readers.registry import open_source

    opened = open_source(source)
    n_bytes = sum(m.size for m in opened.files if m.basename.startswith("combined"))
    opened.read()
    seconds = seconds_of(opened.read)
    return {"seconds": round(seconds, 2), "mb_per_s": round(n_bytes / 1e6 / seconds)}


def peer(path: str) -> dict[str, Any]:
    """pandas on the first lines of a part: it needs the movie lines taken out and added beforehand.

    So it reads plain 'movie,user,rating,date' lines made of the same text.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.csv"
        movie = b""
        with open(path, "rb") as text, plain.open("wb") as out:
            for _, line in zip(range(PEER_LINES), text, strict=False):
                if line.endswith(b":\n"):
                    movie = line[:-2] + b","
                else:
                    out.write(movie + line)
        n_bytes = plain.stat().st_size
        seconds = seconds_of(
            lambda: pd.read_csv(plain, names=["movie", "user", "rating", "date"], parse_dates=[3])
        )
    return {
        "pandas": pd.__version__,
        "lines": PEER_LINES,
        "seconds": round(seconds, 2),
        "mb_per_s": round(n_bytes / 1e6 / seconds),
    }


def stages(source: str, runs: str) -> dict[str, Any]:
    """What later stages ask of a data set that has been ingested: seconds of each."""
    import numpy as np

    from processing.data.dataset import dataset_hash
    from processing.data.ingest import load_dataset

    found = {}
    started = time.perf_counter()
    dataset = load_dataset(source, Path(runs) / "cache")
    found["hash_the_source_and_load"] = time.perf_counter() - started
    found["dataset_hash"] = seconds_of(lambda: dataset_hash(dataset))
    found["by_movie"] = seconds_of(lambda: dataset.ratings.by_movie)
    mask = np.random.default_rng(0).random(dataset.ratings.n_ratings) < 0.8
    found["part_of_80_percent"] = seconds_of(lambda: dataset.ratings.part(mask))
    return {name: round(seconds, 2) for name, seconds in found.items()}


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def read_through(path: Path) -> str:
    """Read and hash a file, which also brings it into the system's cache for all that follow."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack_zip(source: Path, folder: Path) -> Path:
    """The folder's files as a zip."""
    path = folder / "source.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKED_LEVEL) as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, file.name)
    return path


def pack_tar(source: Path, folder: Path) -> Path:
    """The folder's files as a tar.gz."""
    path = folder / "source.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=PACKED_LEVEL) as archive:
        for file in sorted(source.iterdir()):
            archive.add(file, file.name)
    return path


def unpack_zip(path: Path) -> None:
    """Read every file of a zip and throw it away."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                while file.read(BLOCK):
                    pass


def unpack_gzip(path: Path) -> None:
    """Unpack a gzip file by zlib alone and throw it away."""
    unpacker = zlib.decompressobj(31)
    with path.open("rb") as file:
        while packed := file.read(BLOCK):
            unpacker.decompress(packed)


if __name__ == "__main__":
    if "--part" in sys.argv:
        at = sys.argv.index("--part")
        parts: dict[str, Callable[..., Any]] = {"parse": parse, "peer": peer, "stages": stages}
        json.dump(parts[sys.argv[at + 1]](*sys.argv[1:at]), sys.stdout)
    else:
        main()
