"""Ranks within each user's days against their meaning."""

from itertools import pairwise

import numpy as np
import pytest

from processing.kernels.arrays import Csr
from processing.kernels.ranks import UNRANKED, rank_from_end


def ranks(indptr, days, among, seed):
    out = np.empty(len(days), np.int32)
    nothing, days = np.empty(0, np.int32), np.array(days, np.int32)
    rank_from_end(Csr(np.array(indptr), nothing, nothing, days), among, seed, out)
    return out


@pytest.mark.parametrize("seed", [0, 7, 2**62 - 1])
def test_rank_from_end_when_days_repeat_then_each_rank_once_and_later_days_first(seed):
    rng = np.random.default_rng(seed)
    counts = [0, 1, 40, 7, 0, 200]
    indptr = np.concatenate(([0], np.cumsum(counts)))
    days = rng.integers(-5, 12, indptr[-1])
    among = rng.random(indptr[-1]) < 0.7
    found = ranks(indptr, days, among, seed)
    assert (found[~among] == UNRANKED).all()
    for start, end in pairwise(indptr):
        of_row = found[start:end][among[start:end]]
        assert sorted(of_row) == list(range(len(of_row)))
        by_rank = days[start:end][among[start:end]][np.argsort(of_row)]
        assert (np.diff(by_rank) <= 0).all()


def test_rank_from_end_when_all_is_one_day_then_random_by_seed_and_repeatable():
    days, among = np.zeros(60, np.int32), np.ones(60, bool)
    first, other = (ranks([0, 60], days, among, seed) for seed in (1, 2))
    np.testing.assert_array_equal(first, ranks([0, 60], days, among, 1))
    assert (first != other).any()
    assert abs(np.corrcoef(first, np.arange(60))[0, 1]) < 0.5
