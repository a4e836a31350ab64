"""Counts of who rated what, and when, in one pass over the ratings by movie."""

from numba import njit, prange

from processing.kernels.csr import find

_SEARCH_COST = 32  # of finding a column in a row, in steps through it


@njit(cache=True, parallel=True)
def count_groups(indptr, keys, values, first, groups, like, n, totals, loved):
    """Count the ratings of each movie by group, sum them, and count those of `like` and more.

    `indptr`, `values`: CSR by movie. `keys`: int32, a day or a user of each rating; its group is
    `groups[key - first]`, int8. `n`, `loved`: int32, and `totals`: float64, (n_movies, n_groups),
    written in place.
    """
    for movie in prange(len(indptr) - 1):
        n[movie], totals[movie], loved[movie] = 0, 0.0, 0
        for p in range(indptr[movie], indptr[movie + 1]):
            group = groups[keys[p] - first]
            n[movie, group] += 1
            totals[movie, group] += values[p]
            loved[movie, group] += values[p] >= like


@njit(cache=True, parallel=True)
def count_lovers(indptr, users, values, similar, like, n, loved):
    """Count who loves a similar movie and rated this one, and who of them love this one too.

    `indptr`, `users`, `values`: CSR by movie, users ascending. `similar`: int32 (n_movies, k), -1
    beyond the last. `n`, `loved`: int32 (n_movies, k), written in place.
    """
    for movie in prange(len(similar)):
        for place in range(similar.shape[1]):
            other = similar[movie, place]
            both, love = 0, 0
            if other >= 0:
                p, p_end = indptr[movie], indptr[movie + 1]
                q, q_end = indptr[other], indptr[other + 1]
                while p < p_end and q < q_end:
                    if users[p] < users[q]:
                        p += 1
                    elif users[p] > users[q]:
                        q += 1
                    else:
                        if values[q] >= like:
                            both += 1
                            love += values[p] >= like
                        p += 1
                        q += 1
            n[movie, place], loved[movie, place] = both, love


@njit(cache=True, parallel=True)
def near_ratings(near, indptr, indices, values, rows, starts, columns, n, totals):
    """Say how many of the rows most similar to a row have each of its columns, and sum theirs.

    `near`: int32 (n_rows, k), -1 beyond the last. `indptr`, `indices`, `values`: CSR by row. Row
    `rows[i]` asks about the ascending `columns[starts[i]:starts[i + 1]]`. `n`: int32, and
    `totals`: float64, one entry per column asked about, written in place.
    """
    for i in prange(len(rows)):
        start, end = starts[i], starts[i + 1]
        n[start:end], totals[start:end] = 0, 0.0
        for place in range(near.shape[1]):
            other = near[rows[i], place]
            if other < 0:
                break
            low, high = indptr[other], indptr[other + 1]
            if (end - start) * _SEARCH_COST < high - low:
                for a in range(start, end):
                    p = find(indices, low, high, columns[a])
                    if p >= 0:
                        n[a] += 1
                        totals[a] += values[p]
                continue
            a = start
            for p in range(low, high):
                while a < end and columns[a] < indices[p]:
                    a += 1
                if a == end:
                    break
                if columns[a] == indices[p]:
                    n[a] += 1
                    totals[a] += values[p]
