"""What is published of EASE: the largest weights, to 8 bits, and no more than there is room for."""

import numpy as np
import pytest

from processing.kernels.arrays import Csr
from processing.visitors import weights as module
from processing.visitors.weights import SMALL_INDEX, published


def _sparse(rng, n_movies, n, low=-1.0, high=1.0):
    keys = np.sort(rng.choice(n_movies**2, n, replace=False))
    rows, columns = np.divmod(keys, n_movies)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n_movies))))
    values = rng.uniform(low, high, n) ** 3
    return Csr(indptr, columns.astype(np.int32), values.astype(np.float32))


def _made(seed, n_movies=50, n=1200):
    rng = np.random.default_rng(seed)
    return _sparse(rng, n_movies, n), _sparse(rng, n_movies, 100, 0.4)


def _bytes(found):
    return sum(array.nbytes for array in vars(found).values())


def _dense(csr):
    out = np.zeros((csr.n_rows, csr.n_rows), np.float32)
    out[csr.rows(), csr.indices] = csr.values
    return out


def _unnamed(by_rated):
    return np.zeros(len(by_rated.values), bool)


def _read(found, n_movies):
    out = np.zeros((n_movies, n_movies))
    for movie in range(n_movies):
        columns, values = found.row(movie)
        assert (np.diff(columns) > 0).all()
        out[movie, columns] = values
    return out


def test_weights_when_there_is_room_then_each_within_half_a_step():
    by_rated, near = _made(1)
    found, weights = published(by_rated, near, _unnamed(by_rated)), _dense(by_rated)
    steps = np.abs(weights).max(axis=1, keepdims=True) / 127
    np.testing.assert_allclose(found.scales, steps[:, 0], rtol=1e-6)
    assert (np.abs(_read(found, 50) - weights) <= 0.5001 * steps).all()
    assert np.abs(found.values).max() == 127
    assert (found.values != 0).all()
    types = {name: array.dtype for name, array in vars(found).items()}
    assert types == {
        "indptr": np.int32,
        "movies": np.uint16,
        "values": np.int8,
        "scales": np.float32,
        "evident": np.uint8,
        "near_indptr": np.int32,
        "near_movies": np.uint16,
    }


def test_evident_when_weights_are_left_out_then_of_those_that_are_kept(monkeypatch):
    by_rated, near = _made(5)
    monkeypatch.setattr(module, "MOST_BYTES", 2000)
    named = np.random.default_rng(6).random(len(by_rated.values)) < 0.4
    found = published(by_rated, near, named)
    bits = np.unpackbits(found.evident, count=len(found.movies), bitorder="little").astype(bool)
    expected = {
        (row, column)
        for row, column, may in zip(by_rated.rows(), by_rated.indices, named, strict=True)
        if may
    }
    rows = np.repeat(np.arange(50), np.diff(found.indptr))
    assert 20 < len(bits) < len(by_rated.values)
    for row, column, may in zip(rows, found.movies, bits, strict=True):
        assert may == ((row, column) in expected)


def test_near_when_published_then_as_given():
    by_rated, near = _made(2)
    found = published(by_rated, near, _unnamed(by_rated))
    for movie in range(50):
        own = near.indices[near.indptr[movie] : near.indptr[movie + 1]]
        np.testing.assert_array_equal(found.near(movie), own)


@pytest.mark.parametrize("room", [1200, 2000, 3000])
def test_weights_when_they_are_too_many_then_the_largest_that_fit(room, monkeypatch):
    by_rated, near = _made(3)
    monkeypatch.setattr(module, "MOST_BYTES", room)
    found = published(by_rated, near, _unnamed(by_rated))
    assert _bytes(found) <= room
    n = 8 * (room - 12 * 51 - 2 * 100) // 25  # what remains after pointers, scales and near movies
    weights = _dense(by_rated)
    least = np.sort(np.abs(weights), axis=None)[-n]
    weights[np.abs(weights) < least] = 0
    assert np.count_nonzero(weights) == n
    steps = np.abs(weights).max(axis=1, keepdims=True) / 127
    assert (np.abs(_read(found, 50) - weights) <= 0.5001 * steps).all()


def test_weights_when_they_are_as_many_as_of_a_large_set_then_within_the_bound():
    by_rated, near = _made(4, 3000, 2_000_000)
    found = published(by_rated, near, _unnamed(by_rated))
    assert module.MOST_BYTES - 5_000 * 3 < _bytes(found) <= module.MOST_BYTES


def test_weights_when_a_movie_speaks_for_none_then_its_row_is_empty():
    by_rated = Csr(np.array([0, 0, 1, 1]), np.array([2], np.int32), np.array([-0.5], np.float32))
    found = published(
        by_rated,
        Csr(np.zeros(4, np.int64), by_rated.indices[:0], by_rated.values[:0]),
        _unnamed(by_rated),
    )
    assert found.indptr.tolist() == [0, 0, 1, 1]
    assert found.scales[[0, 2]].tolist() == [0, 0]
    assert _read(found, 3)[1, 2] == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("n_movies", "index"), [(SMALL_INDEX, np.uint16), (SMALL_INDEX + 1, np.uint32)]
)
def test_index_when_movies_are_many_then_wider(n_movies, index):
    last = n_movies - 1
    indptr = np.zeros(n_movies + 1, np.int64)
    indptr[1:] = 1
    one = Csr(indptr, np.array([last], np.int32), np.array([0.5], np.float32))
    found = published(one, one, _unnamed(one))
    assert found.movies.dtype == found.near_movies.dtype == index
    assert found.row(0)[0].tolist() == found.near(0).tolist() == [last]
    assert _bytes(found) <= module.MOST_BYTES
