"""Biases by alternating least squares."""

import numpy as np
from numba import njit, prange

from processing.kernels.arrays import Array, Csr, Real, Whole


@njit(cache=True, parallel=True)
def _solve(ratings: Csr, mean: Real, other_biases: Array, reg: Real, out: Array) -> None:
    indptr, indices, values, _ = ratings
    for row in prange(len(indptr) - 1):
        total = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            total += values[p] - mean - other_biases[indices[p]]
        out[row] = total / (reg + (indptr[row + 1] - indptr[row]))


def baseline_als(
    by_user: Csr, by_movie: Csr, mean: Real, n_epochs: Whole, reg_u: Real, reg_i: Real
) -> tuple[Array, Array]:
    """Biases of users and movies, float64 (n_users,), (n_movies,).

    `by_user` and `by_movie` are the same ratings. In each epoch, movies before users,

        b_i = Σ_u (r_ui - mean - b_u) / (reg_i + n_i)
        b_u = Σ_i (r_ui - mean - b_i) / (reg_u + n_u)

    (Koren 2010, "Factor in the neighbors", section 2.1, repeated as in Surprise's baseline_als).
    Rows share nothing: the sums are Surprise's own, in its order, whatever the number of threads.
    A row without ratings has bias 0.
    """
    user_biases = np.zeros(by_user.n_rows)
    movie_biases = np.zeros(by_movie.n_rows)
    for _ in range(n_epochs):
        _solve(by_movie, mean, user_biases, reg_i, movie_biases)
        _solve(by_user, mean, movie_biases, reg_u, user_biases)
    return user_biases, movie_biases
