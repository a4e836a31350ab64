"""Asks a site on this machine for pages over connections that stay open; prints seconds.

Run: python benchmarks/_load.py PORT FILE CONNECTIONS, FILE holding one path a line, each asked once
"""

import asyncio
import sys
import time
from pathlib import Path

MOST_FAILURES = 20
HEAD = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"


async def ask(port: int, paths: list[str]) -> None:
    """Ask for one path after the other, over a new connection where gunicorn renews a worker."""
    waiting, n_failed = list(reversed(paths)), 0
    while waiting:
        try:
            await ask_over_one(port, waiting)
        except (OSError, asyncio.IncompleteReadError):
            n_failed += 1
            if n_failed > MOST_FAILURES:
                raise


async def ask_over_one(port: int, waiting: list[str]) -> None:
    """Ask for the last path that waits until none does; anything but 200 ends it all."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while waiting:
        writer.write(HEAD.format(waiting[-1]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if not head.startswith("http/1.1 200"):
            sys.exit(f"{waiting[-1]}: {head.splitlines()[0]}")
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        await reader.readexactly(int(length.partition(":")[2]))
        waiting.pop()
    writer.close()


async def main(port: int, paths: list[str], n_connections: int) -> float:
    """Deal the paths out to the connections; return the seconds that all took."""
    started = time.perf_counter()
    await asyncio.gather(*(ask(port, paths[n::n_connections]) for n in range(n_connections)))
    return time.perf_counter() - started


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text().split()
    sys.stdout.write(f"{asyncio.run(main(int(sys.argv[1]), lines, int(sys.argv[3]))):.6f}\n")
