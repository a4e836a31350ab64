"""Ids: numbers or texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.data.ratings import build_ratings
from processing.data.rows import NO_DAY, RatingRows, Scale
from processing.ids import (
    MAX_ID,
    TEXT,
    as_ids,
    as_text,
    checked_ids,
    find_id,
    is_text,
    packed,
    parse_id,
    unpacked,
)

words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True)


@pytest.mark.parametrize("text", ["0", "7", "-7", str(MAX_ID), str(-MAX_ID)])
def test_parse_id_of_a_plain_number_gives_it(text):
    assert parse_id(text) == int(text)


@pytest.mark.parametrize(
    "text", ["", "-", "07", "+7", "-0", "7.0", " 7", "1_0", "٣", "²", str(MAX_ID + 1), "9" * 5000]
)
def test_parse_id_of_anything_else_gives_none(text):
    assert parse_id(text) is None


@given(words)
def test_texts_when_written_and_read_then_the_same_and_in_order_of_code_points(texts):
    ids = np.unique(np.array(texts, TEXT))
    assert ids.tolist() == sorted(texts)
    back = unpacked(packed(ids))
    assert back.tolist() == ids.tolist()
    assert back.dtype == TEXT


@pytest.mark.parametrize("cut", [0, 5, 12, -1])
def test_unpacked_when_cut_off_then_says_so(cut):
    with pytest.raises(ValueError, match=r"bytes|buffer"):
        unpacked(packed(as_ids(["a", "bc"]))[:cut])


def test_packed_of_numbers_are_the_numbers():
    assert unpacked(packed(as_ids([-3, 2**62]))).tolist() == [-3, 2**62]


@pytest.mark.parametrize("values", [[1, "a"], [2**63]])
def test_checked_ids_of_both_kinds_or_beyond_64_bits_says_so(values):
    with pytest.raises(ValueError, match=r"ids|id has"):
        checked_ids(values)


@pytest.mark.parametrize(
    ("values", "wanted", "place"),
    [
        ([3, 5], 5, 1),
        ([3, 5], "5", 1),
        ([3, 5], "05", None),
        ([3, 5], "x", None),
        ([3, 5], 4, None),
        ([3, 5], 2**70, None),
        ([], 4, None),
        (["a", "b"], "b", 1),
        (["5", "b"], 5, 0),
        (["a", "b"], "c", None),
    ],
)
def test_find_id_among_numbers_or_texts(values, wanted, place):
    assert find_id(as_ids(values), wanted) == place


def _rows(users, movies, user_names=None, movie_names=None):
    return RatingRows(
        user_ids=np.array(users, np.int64),
        movie_ids=np.array(movies, np.int64),
        values=np.arange(1, len(users) + 1, dtype=np.float32),
        days=np.full(len(users), NO_DAY, np.int32),
        user_names=None if user_names is None else as_ids(user_names),
        movie_names=None if movie_names is None else as_ids(movie_names),
    )


def _told(ratings):
    csr = ratings.by_user
    users, movies = ratings.user_ids.tolist(), ratings.movie_ids.tolist()
    rows = zip(csr.rows(), csr.indices, csr.values.tolist(), strict=True)
    return sorted((users[user], movies[movie], value) for user, movie, value in rows)


SCALE = Scale(low=1, high=5, step=1)


def test_build_ratings_of_texts_sorts_them_and_finds_everyone():
    rows = _rows([0, 1, 0], [1, 0, 0], ["zoë", "anna"], ["tt1", "tt0"])
    ratings, _ = build_ratings(rows, as_ids(["tt1", "tt2"]), SCALE)
    assert ratings.user_ids.tolist() == ["anna", "zoë"]
    assert ratings.movie_ids.tolist() == ["tt0", "tt1", "tt2"]
    assert _told(ratings) == [("anna", "tt1", 2.0), ("zoë", "tt0", 1.0), ("zoë", "tt1", 3.0)]
    assert ratings.find_user("zoë") == 1
    assert ratings.part(np.array([True, False, True])).user_ids is ratings.user_ids


@pytest.mark.parametrize(
    ("names", "titled"), [(None, ["7", "b7"]), (["7", "b7"], [9]), (["7"], [])]
)
def test_build_ratings_when_one_is_text_then_the_movies_are(names, titled):
    movies = [7, 7] if names is None else [0, len(names) - 1]
    ratings, _ = build_ratings(_rows([1, 2], movies, None, names), as_ids(titled), SCALE)
    assert is_text(ratings.movie_ids)
    expected = {"7"} | ({names[-1]} if names else set()) | set(map(str, titled))
    assert ratings.movie_ids.tolist() == sorted(expected)
    assert _told(ratings)[0][1] == "7"


def test_as_text_of_numbers_spells_them():
    assert as_text(as_ids([-1, 20])).tolist() == ["-1", "20"]
