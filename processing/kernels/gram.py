"""Sums of products of grades over users, for all pairs of movies, in whole numbers: exact."""

from numba import njit, prange

from processing.kernels.arrays import Array, Csr


@njit(cache=True, parallel=True)
def add_products(movies: Array, by_movie: Csr, by_user: Csr, out: Array) -> None:
    """Add, for each movie a of `movies`, Σ_u g_ua g_uj to out[a, j] of every j up to a.

    `by_movie` and `by_user` hold the same grades, whole numbers. `out`: int32 (n_movies, n_movies).
    """
    users, grades, starts = by_movie.indices, by_movie.values, by_movie.indptr
    columns, values, indptr = by_user.indices, by_user.values, by_user.indptr
    for k in prange(len(movies)):
        a = movies[k]
        row = out[a]
        for p in range(starts[a], starts[a + 1]):
            grade = grades[p]
            if grade == 0:
                continue
            for q in range(indptr[users[p]], indptr[users[p] + 1]):
                if columns[q] > a:
                    break
                row[columns[q]] += grade * values[q]


@njit(cache=True, parallel=True)
def subtract_held_out(movies: Array, by_movie: Csr, by_user: Csr, held: Csr, out: Array) -> None:
    """Take from out[a, j], j up to a, the products in which either grade is held out.

    `held`: the held-out grades by user, a part of those of `by_user`.
    """
    users, grades, starts = by_movie.indices, by_movie.values, by_movie.indptr
    columns, values, indptr = by_user.indices, by_user.values, by_user.indptr
    held_columns, held_values, held_indptr = held.indices, held.values, held.indptr
    for k in prange(len(movies)):
        a = movies[k]
        row = out[a]
        for p in range(starts[a], starts[a + 1]):
            grade, user = grades[p], users[p]
            first, last = held_indptr[user], held_indptr[user + 1]
            if grade == 0 or first == last:
                continue
            whole = False
            for q in range(first, last):
                whole |= held_columns[q] == a
            if whole:
                for q in range(indptr[user], indptr[user + 1]):
                    if columns[q] > a:
                        break
                    row[columns[q]] -= grade * values[q]
            else:
                for q in range(first, last):
                    if held_columns[q] > a:
                        break
                    row[held_columns[q]] -= grade * held_values[q]
