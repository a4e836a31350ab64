"""One side of alternating least squares, against numpy, system by system."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.als import solve_rows
from tests.builders import random_rows, ratings_of


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_rows_when_solved_then_as_by_numpy_one_by_one(seed, n_factors):
    ratings = ratings_of([*random_rows(seed, 9, 12), (7, 1, 3, 0)])
    kept = ratings.by_user.rows() != 0  # the first person has rated nothing
    rated = ratings.part(kept).by_user
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(ratings.n_movies, n_factors)).astype(np.float32)
    gram = (0.3 * factors.T @ factors).astype(np.float32)
    regs = rng.uniform(0.5, 2, ratings.n_users).astype(np.float32)
    before = gram.copy()
    out = np.full((ratings.n_users, n_factors), np.nan, np.float32)
    solve_rows(rated, factors, gram, regs, out)
    np.testing.assert_array_equal(gram, before)
    assert not out[0].any()
    for r in range(ratings.n_users):
        own = slice(rated.indptr[r], rated.indptr[r + 1])
        mine = factors[rated.indices[own]].astype(np.float64)
        system = gram + mine.T @ mine + regs[r] * np.eye(n_factors)
        expected = np.linalg.solve(system, mine.T @ rated.values[own])
        np.testing.assert_allclose(out[r], expected, rtol=1e-3, atol=1e-3)
