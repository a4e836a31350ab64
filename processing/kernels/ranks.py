"""Each user's ratings in the order of their days, those of one day in random order."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Whole
from processing.kernels.hashing import STEP, mix

UNRANKED = np.iinfo(np.int32).max


@njit(cache=True, parallel=True)
def rank_from_end(ratings: Csr, among: Array, seed: Whole, out: Array) -> None:
    """Write how many later entries of the same row are in `among`: 0 for the last of a row.

    `among`: bool (n,). `seed`: int64, decides between entries of one day. `out`: int32 (n,),
    UNRANKED where an entry is not in `among`.
    """
    indptr, days = ratings.indptr, ratings.days
    salt = mix(np.uint64(seed) + STEP)
    for row in prange(len(indptr) - 1):
        start, end = indptr[row], indptr[row + 1]
        keys = np.empty(end - start, np.uint64)
        places = np.empty(end - start, np.int64)
        n = 0
        for p in range(start, end):
            out[p] = UNRANKED
            if among[p]:
                # one number to sort by: the day, moved above 0, and below it 32 random bits
                day = np.uint64(np.int64(days[p]) + np.int64(1 << 31))
                mixed = mix((salt ^ np.uint64(p)) + STEP) >> np.uint64(32)
                keys[n] = (day << np.uint64(32)) | mixed
                places[n] = p
                n += 1
        order = np.argsort(keys[:n])
        for k in range(n):
            out[places[order[k]]] = n - 1 - k
