"""Biases by alternating least squares."""

import numpy as np
from numba import njit, prange


@njit(cache=True, parallel=True)
def _solve(indptr, indices, values, mean, other_biases, reg, out):
    for row in prange(len(indptr) - 1):
        total = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            total += values[p] - mean - other_biases[indices[p]]
        out[row] = total / (reg + (indptr[row + 1] - indptr[row]))


def baseline_als(
    u_indptr, u_indices, u_values, i_indptr, i_indices, i_values, mean, n_epochs, reg_u, reg_i
):
    """Biases of users and movies, float64 (n_users,), (n_movies,).

    `u_*`: ratings by user, `i_*`: the same by movie. In each epoch, movies before users,

        b_i = Σ_u (r_ui - mean - b_u) / (reg_i + n_i)
        b_u = Σ_i (r_ui - mean - b_i) / (reg_u + n_u)

    (Koren 2010, "Factor in the neighbors", section 2.1, repeated as in Surprise's baseline_als).
    Rows share nothing: the sums are Surprise's own, in its order, whatever the number of threads.
    A row without ratings has bias 0.
    """
    user_biases = np.zeros(len(u_indptr) - 1)
    movie_biases = np.zeros(len(i_indptr) - 1)
    for _ in range(n_epochs):
        _solve(i_indptr, i_indices, i_values, mean, user_biases, reg_i, movie_biases)
        _solve(u_indptr, u_indices, u_values, mean, movie_biases, reg_u, user_biases)
    return user_biases, movie_biases
