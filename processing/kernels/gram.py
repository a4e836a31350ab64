"""Sums of products of grades over users, for all pairs of movies, in whole numbers: exact."""

from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Whole


@njit(cache=True, parallel=True)
def add_products(
    movies: Array, by_movie: Csr, by_user: Csr, places: Array, last: Whole, out: Array
) -> None:
    """Add, for each movie a of `movies`, Σ_u g_ua g_uj to out[a, j] of every j up to a.

    The users are those before `last` whose grades are at `places[a]` and after, which moves on:
    some users at a time, whose rows stay in the processor's cache. `by_movie` and `by_user` hold
    the same grades, whole numbers, users ascending. `out`: int32 (n_movies, n_movies).
    """
    users, grades, starts = by_movie.indices, by_movie.values, by_movie.indptr
    columns, values, indptr = by_user.indices, by_user.values, by_user.indptr
    for k in prange(len(movies)):
        a = movies[k]
        row, p = out[a], places[a]
        while p < starts[a + 1] and users[p] < last:
            grade = grades[p]
            if grade != 0:
                for q in range(indptr[users[p]], indptr[users[p] + 1]):
                    if columns[q] > a:
                        break
                    row[columns[q]] += grade * values[q]
            p += 1
        places[a] = p


@njit(cache=True, parallel=True)
def add_products_of_part(
    movies: Array, part_by_movie: Csr, part: Csr, by_user: Csr, out: Array
) -> None:
    """Add, for each movie a of `movies`, the products of a part's g_ua with g_uj to out[a, j].

    `part` and `part_by_movie`: grades that are among those of `by_user`, or their negatives: then
    products are taken away. Of two grades of the part the product is added once, where j <= a. So
    out[a, j] and out[j, a] together are the products in which either is of the part.
    """
    users, grades, starts = part_by_movie.indices, part_by_movie.values, part_by_movie.indptr
    columns, values, indptr = by_user.indices, by_user.values, by_user.indptr
    of_part, part_indptr = part.indices, part.indptr
    for k in prange(len(movies)):
        a = movies[k]
        row = out[a]
        for p in range(starts[a], starts[a + 1]):
            grade, user = grades[p], users[p]
            t, end = part_indptr[user], part_indptr[user + 1]
            for q in range(indptr[user], indptr[user + 1]):
                j = columns[q]
                while t < end and of_part[t] < j:
                    t += 1
                if j <= a or t == end or of_part[t] != j:
                    row[j] += grade * values[q]
