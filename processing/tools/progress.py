"""Progress of long work: a bar with rate and time left on a terminal, and nothing elsewhere.

A bar goes when its work is done; what remains is the one line that the stage logs. Whoever is to
see no such lines (`--quiet`) sees no bars.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TextIO, TypeVar

T = TypeVar("T")

USUAL_SIZE = 80, 24  # columns and rows of a terminal that does not say how large it is


@contextmanager
def counting(
    total: int | None, what: str, unit: str, done: int = 0
) -> Iterator[Callable[[int], object]]:
    """Show how much of `total` units is done; the block calls what it is given with each advance.

    `total` is None where nobody knows it. `done` units were there before.
    """
    if not _is_watched():
        yield lambda n: None
        return
    from tqdm import tqdm

    with tqdm(
        total=total,
        initial=done,
        desc=what,
        unit=unit if unit == "B" else f" {unit}",
        unit_scale=unit == "B" or total is None or total >= 10_000,
        leave=False,
        file=sys.stderr,
        ncols=os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_SIZE[0],
        nrows=USUAL_SIZE[1],
    ) as bar:
        yield bar.update


def progress(items: Iterable[T], what: str, unit: str, total: int | None = None) -> Iterator[T]:
    """Yield the items, and show how many of them are done; `total` if they have no length."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with counting(total, what, unit) as advance:
        for item in items:
            yield item
            advance(1)


def write_line(text: str, stream: TextIO) -> None:
    """Write a line to the terminal above any bar that is being shown."""
    if "tqdm" in sys.modules:
        from tqdm import tqdm

        tqdm.write(text, file=stream)
    else:
        stream.write(f"{text}\n")
    stream.flush()


def _is_watched() -> bool:
    return sys.stderr.isatty() and logging.getLogger("processing").isEnabledFor(logging.INFO)
