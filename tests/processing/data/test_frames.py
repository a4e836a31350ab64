import numpy as np
import pandas as pd
import pytest

from processing.data.frames import rows_from_frame
from processing.data.rows import NO_DAY, Scale
from processing.errors import RatingsFormatError, SourceError
from tests.packing import tuples

PLAIN = {"user": [1, 2], "movie": [3, 3], "rating": [4.5, 2]}


def test_frame_when_columns_have_usual_names_then_read_like_a_file():
    frame = pd.DataFrame(
        {
            "reviewerID": ["A1", "07"],
            "asin": ["B001", "B002"],
            "overall": [4.5, 2.0],
            "created_at": ["2020-01-01T23:30:00-01:00", "2020-01-02"],
            "title": ["Matrix, The (1999)", None],
        },
        index=["x", "x"],
    )
    data = rows_from_frame(frame)
    assert data.rows.user_names.tolist() == ["A1", "07"]
    assert data.rows.movie_names.tolist() == ["B001", "B002"]
    assert tuples(data) == [(0, 0, 4.5, 18263), (1, 1, 2.0, 18263)]
    assert (data.catalogue.movie_ids.tolist(), data.catalogue.titles) == (["B001"], ["The Matrix"])
    assert data.scale == Scale(low=2, high=4.5, step=0.5)


@pytest.mark.parametrize(
    "users",
    [
        np.array([7, 8], np.uint8),
        np.array([7.0, 8.0]),
        ["7", "8"],
        pd.Categorical([7, 8]),
        pd.array([7, 8], "Int64"),
        ["7.0", "8.0"],
    ],
)
def test_frame_when_ids_are_whole_numbers_of_any_type_then_they_stay_numbers(users):
    data = rows_from_frame(pd.DataFrame({**PLAIN, "user": users}))
    assert data.rows.user_names is None
    assert tuples(data) == [(7, 3, 4.5, NO_DAY), (8, 3, 2.0, NO_DAY)]


def test_frame_when_ids_are_of_mixed_types_then_they_are_texts():
    data = rows_from_frame(pd.DataFrame({**PLAIN, "user": ["a", 8]}))
    assert data.rows.user_names.tolist() == ["a", "8"]


def test_frame_when_columns_are_said_then_takes_them():
    frame = pd.DataFrame({0: [1], "isbn": ["059X"], "grade": ["3,5"], "user": ["not this"]})
    data = rows_from_frame(frame, columns={"user": "0", "movie": "isbn", "rating": "grade"})
    assert tuples(data) == [(1, 0, 3.5, NO_DAY)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rating": [4, None]}, r"row 1 \(index 'b'\): '2,3,nan' has the rating ''"),
        ({"user": [1, None]}, r"row 1 \(index 'b'\): .* has no user id"),
        ({"movie": ["", "x"]}, r"row 0 \(index 'a'\): .* has no movie id"),
        (
            {"rating": [9, 2]},
            r"row 0 .* on the scale\. Expected .* 1 to 5 by 1\. Correct",
        ),
        ({"date": ["x", "2020-01-01"]}, r"row 0 .* has no real date"),
    ],
)
def test_frame_when_a_row_is_bad_then_it_is_named(changed, message):
    frame = pd.DataFrame({**PLAIN, "rating": [4, 2], **changed}, index=["a", "b"])
    with pytest.raises(RatingsFormatError, match=message) as error:
        rows_from_frame(frame, scale=Scale(low=1, high=5, step=1))
    assert "--" not in str(error.value)


@pytest.mark.parametrize(
    ("frame", "columns", "message"),
    [
        ({"a": [1], "b": [2]}, None, r"has the columns \['a', 'b'\]\. Expected some .* columns="),
        (PLAIN, {"user": "user"}, r"roles without a column \['movie', 'rating'\]"),
        (PLAIN, {"user": "u", "movie": "movie", "rating": "rating"}, r"one column of .*\['u'\]"),
        ({"user": [], "movie": [], "rating": []}, None, "has no row"),
    ],
)
def test_frame_when_it_cannot_be_read_then_says_why(frame, columns, message):
    with pytest.raises(SourceError, match=message):
        rows_from_frame(pd.DataFrame(frame), columns=columns)
