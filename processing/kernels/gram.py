"""Sums of products of grades over users, for all pairs of movies, in whole numbers: exact."""

from numba import njit, prange

from processing.kernels.arrays import Array, Csr
from processing.kernels.csr import find


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
def add_products_of_part(movies: Array, by_movie: Csr, by_user: Csr, part: Csr, out: Array) -> None:
    """Add to out[a, j], j up to a, the products in which either grade is of a part.

    `part`: grades by user that are among those of `by_user`, or their negatives: then the products
    are taken away.
    """
    users, grades, starts = by_movie.indices, by_movie.values, by_movie.indptr
    columns, values, indptr = by_user.indices, by_user.values, by_user.indptr
    part_columns, part_values, part_indptr = part.indices, part.values, part.indptr
    for k in prange(len(movies)):
        a = movies[k]
        row = out[a]
        for p in range(starts[a], starts[a + 1]):
            grade, user = grades[p], users[p]
            first, last = part_indptr[user], part_indptr[user + 1]
            if grade == 0 or first == last:
                continue
            place = find(part_columns, first, last, a)
            if place >= 0:
                for q in range(indptr[user], indptr[user + 1]):
                    if columns[q] > a:
                        break
                    row[columns[q]] += part_values[place] * values[q]
            else:
                for q in range(first, last):
                    if part_columns[q] > a:
                        break
                    row[part_columns[q]] += grade * part_values[q]
