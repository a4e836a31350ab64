"""Kernels on several threads, each on its own part of the rows: the result is the same as of one.

The kernels let go of Python's lock; numba's own threads are left to the models.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_THREADS = 4  # beyond, memory sets the pace, and each thread has a counter per user
SMALL = 1 << 16  # entries for which a thread is not worth starting


def n_threads() -> int:
    """Threads that this process may use at once."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(MOST_THREADS, len(usable(0)) if usable else os.cpu_count() or 1)


def in_threads(kernel: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Call `kernel` with each tuple of arguments, a thread for each; results in the same order."""
    calls = list(calls)
    if len(calls) == 1:
        return [kernel(*calls[0])]
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda arguments: kernel(*arguments), calls))


def even_spans(n: int) -> list[tuple[int, int]]:
    """Cut 0..n-1 into as many even spans as there are threads, small numbers into one."""
    count = n_threads() if n >= SMALL else 1
    return [(n * k // count, n * (k + 1) // count) for k in range(count)]


def even_rows(indptr: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Cut the rows into spans with about as many entries each."""
    bounds = [end for _, end in even_spans(int(indptr[-1]))]
    rows = [0, *np.searchsorted(indptr, bounds[:-1]).tolist(), len(indptr) - 1]
    return list(pairwise(rows))
