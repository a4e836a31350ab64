"""Each user's ratings in the order of their days, those of one day in random order."""

import numpy as np
from numba import njit, prange

UNRANKED = np.iinfo(np.int32).max


@njit(cache=True)
def _mixed(number):
    """A number that looks random, from any number (SplitMix64; Steele, Lea and Flood 2014)."""
    number = np.uint64(number) + np.uint64(0x9E3779B97F4A7C15)
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@njit(cache=True, parallel=True)
def rank_from_end(indptr, days, among, seed, out):
    """Write how many later entries of the same row are in `among`: 0 for the last of a row.

    `days`: int32 (n,). `among`: bool (n,). `seed`: int64, decides between entries of one day.
    `out`: int32 (n,), UNRANKED where an entry is not in `among`.
    """
    salt = _mixed(seed)
    for row in prange(len(indptr) - 1):
        start, end = indptr[row], indptr[row + 1]
        keys = np.empty(end - start, np.uint64)
        places = np.empty(end - start, np.int64)
        n = 0
        for p in range(start, end):
            out[p] = UNRANKED
            if among[p]:
                day = np.uint64(np.int64(days[p]) + np.int64(1 << 31))
                mixed = _mixed(salt ^ np.uint64(p)) >> np.uint64(32)
                keys[n] = (day << np.uint64(32)) | mixed
                places[n] = p
                n += 1
        order = np.argsort(keys[:n])
        for k in range(n):
            out[places[order[k]]] = n - 1 - k
