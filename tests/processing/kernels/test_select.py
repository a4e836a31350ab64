import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.kernels.select import best_unseen
from tests import reference
from tests.builders import random_rows, ratings_of


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_best_unseen_when_compared_with_the_twin_then_equal(seed, n):
    ratings = ratings_of([*random_rows(seed, 8, 11, 0.4), (7, 1, 3, 0)])
    rng = np.random.default_rng(seed)
    columns = np.flatnonzero(rng.random(ratings.n_movies) < 0.8).astype(np.int32)
    rows = rng.permutation(ratings.n_users)[:5].astype(np.int32)
    scores = rng.integers(0, 4, (len(rows), len(columns))).astype(np.float32)  # many ties
    out = np.full((len(rows), n), -1, np.int32)
    csr = ratings.by_user
    best_unseen(scores, columns, csr, rows, out)
    for row, given_scores, found in zip(rows, scores, out, strict=True):
        seen = set(csr.indices[csr.indptr[row] : csr.indptr[row + 1]])
        expected = reference.best_unseen(given_scores, columns, seen, n)
        assert found.tolist() == [int(c) for c in expected] + [-1] * (n - len(expected))
