"""Which movies may be named as reasons: against numpy's correlation of dense grades."""

import numpy as np
import pytest

from processing.kernels.arrays import Csr
from processing.ranking import evidence
from processing.ranking.evidence import LEAST_ALIKE, among, evident_pairs
from processing.ranking.gram import Grams
from tests.builders import ratings_of

KINDS = [("Drama", "War"), ("War",), ("Comedy",), (), ("Comedy", "Drama")]


def _ratings(seed, n_users=200, n_movies=15):
    """Movies in threes that the same people watch and like alike."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(size=(n_users, 5))
    rows = [
        (u, movie, int(np.clip(round(3 + taste[u, movie // 3] + rng.normal(0, 0.5)), 1, 5)))
        for u in range(n_users)
        for movie in range(n_movies)
        if rng.random() < (0.9 if taste[u, movie // 3] > 0.2 else 0.2)
    ]
    return ratings_of(rows, titled=[999])


def _dense(csr):
    out = np.zeros((csr.n_rows, csr.n_rows))
    out[csr.rows(), csr.indices] = csr.values
    return out


@pytest.mark.parametrize("seed", range(3))
def test_evident_when_compared_with_numpy_then_alike_together_and_of_a_kind(seed, monkeypatch):
    monkeypatch.setattr(evidence, "LEAST_TOGETHER", 15.0)
    ratings = _ratings(seed)
    n = ratings.n_movies
    genres = [KINDS[(movie + movie // 5 + seed) % 5] for movie in range(n)]
    shares = np.zeros((ratings.n_users, n))
    shares[ratings.by_user.rows(), ratings.by_user.indices] = (ratings.by_user.values - 1) / 4
    with np.errstate(all="ignore"):
        alike = np.nan_to_num(np.corrcoef(shares.T))
    together = shares.T @ shares
    of_a_kind = [[not a or not b or bool({*a} & {*b}) for b in genres] for a in genres]
    expected = np.where((alike >= LEAST_ALIKE) & (together >= 15) & np.array(of_a_kind), alike, 0)
    np.fill_diagonal(expected, 0)
    found = evident_pairs(ratings, Grams.of(ratings), genres)
    assert 5 < np.count_nonzero(expected) < np.count_nonzero(alike >= LEAST_ALIKE) - n
    np.testing.assert_allclose(_dense(found), expected, atol=1e-6)
    for row in range(n):
        own = found.indices[found.indptr[row] : found.indptr[row + 1]]
        assert (np.diff(own) > 0).all()


def test_evident_when_few_rated_both_then_none():
    rows = [(u, movie, 5) for u in range(9) for movie in (1, 2)]
    ratings = ratings_of([*rows, *((u, 3, 1) for u in range(10, 40))])
    assert len(evident_pairs(ratings, Grams.of(ratings), [()] * 3).indices) == 0


def test_among_when_asked_then_whether_each_entry_is_a_pair():
    rng = np.random.default_rng(8)
    dense = rng.random((2, 12, 12)) < 0.3
    entries, pairs = (
        Csr(
            np.searchsorted(np.nonzero(one)[0], np.arange(13)),
            np.nonzero(one)[1].astype(np.int32),
            np.ones(one.sum(), np.float32),
        )
        for one in dense
    )
    np.testing.assert_array_equal(among(entries, pairs), dense[1][np.nonzero(dense[0])])
    none = Csr(np.zeros(13, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    assert not among(entries, none).any()
    assert among(none, pairs).shape == (0,)
