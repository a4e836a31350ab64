"""Runs all soaks and prints what became of it all. See docs/trust.md.

Run: script/soak [--seed N] [--share F]
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.s3_server import s3_server
from tests.soak.fuzz import soak_bits, soak_readers, soak_requests
from tests.soak.kills import folder_stores, soak_kills
from tests.soak.store_faults import soak_kills_on_s3, soak_store_faults
from tests.soak.tally import table

ROUNDS, S3_ROUNDS, SOURCES, BITS, REQUESTS, VISITS = 1000, 200, 20_000, 2000, 50_000, 12


def main() -> int:
    """Run them; 1 when something was lost, wrong or broken."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="another seed tries other things")
    parser.add_argument("--share", type=float, default=1.0, help="of how often each is tried")
    arguments = parser.parse_args()
    logging.disable()
    os.fsync = lambda _: None  # the disk is not what is tried
    tallies = []
    with tempfile.TemporaryDirectory() as folder, s3_server() as s3:
        root, seed = Path(folder), arguments.seed

        def times(n: int) -> int:
            return max(1, round(n * arguments.share))

        for soak in (
            lambda: soak_kills("kills on folders", root / "k", folder_stores, times(ROUNDS), seed),
            lambda: soak_kills_on_s3(root / "s", s3, times(S3_ROUNDS), seed),
            lambda: soak_store_faults(root / "f", s3, times(VISITS), seed),
            lambda: soak_bits(root / "b", times(BITS), seed),
            lambda: soak_readers(root / "r", times(SOURCES), seed),
            lambda: soak_requests(root / "w", times(REQUESTS), seed),
        ):
            started = time.monotonic()
            tallies.append(soak())
            _say(f"{tallies[-1].name}: {time.monotonic() - started:.0f} s")
    _say(table(tallies))
    return 0 if all(tally.is_good for tally in tallies) else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
