"""Sources and DataFrames in, frames of what was read out."""

import gc
import math

import pandas as pd
import pytest

from processing import api
from processing.errors import ConfigError, RatingsError, SourceError

FRAME = pd.DataFrame(
    {
        "user": ["ann", "ann", "bob", "eve"],
        "movie": ["080442957X", "0140449132", "080442957X", "0007117116"],
        "rating": [9.0, 7.0, 10.0, 4.0],
        "date": ["2004-01-05", "2004-01-06", "2004-02-01", "2004-03-01"],
        "title": ["Emma", "Crime and Punishment", "Emma", "Dune"],
    }
)


def test_frame_when_read_then_its_users_movies_and_ratings_in_order_of_ids():
    data = api.read(FRAME, scale=(1, 10))
    assert data.ratings["user_id"].tolist() == ["ann", "ann", "bob", "eve"]
    assert data.ratings["movie_id"].tolist()[:2] == ["0140449132", "080442957X"]
    assert data.ratings["rating"].tolist() == [7, 9, 10, 4]
    assert data.ratings["date"].dt.day.tolist() == [6, 5, 1, 1]
    assert data.users["n_ratings"].tolist() == [2, 1, 1]
    assert data.users["mean"].tolist() == [8, 10, 4]
    movies = data.movies.set_index("movie_id")
    assert movies.loc["080442957X", ["title", "n_ratings", "mean", "n_9", "n_10"]].tolist() == [
        "Emma",
        2,
        9.5,
        1,
        1,
    ]
    assert "ratings     4\n" in repr(data)


def test_frame_when_read_from_a_file_too_then_the_same_ratings(tmp_path):
    path = tmp_path / "own.csv"
    FRAME.to_csv(path, index=False)
    work = tmp_path / "work"
    of_file, of_frame = (api.read(each, scale=(1, 10), work=work) for each in (path, FRAME))
    for name in ("ratings", "users", "movies"):
        pd.testing.assert_frame_equal(getattr(of_file, name), getattr(of_frame, name))
    again = api.read(FRAME, scale=(1, 10), work=work)
    assert again.ratings.equals(of_frame.ratings)
    assert len(list((work / "cache").iterdir())) == 2


def test_dataset_when_undated_and_with_a_movie_that_nobody_rated_then_missing_values(data):
    undated = api.read(FRAME.drop(columns="date"))
    assert undated.ratings["date"].isna().all()
    unrated = data.movies.set_index("movie_id").loc[10_000]
    assert unrated["n_ratings"] == 0
    assert math.isnan(unrated["mean"])


def test_columns_when_named_then_taken_for_what_they_are(tmp_path):
    renamed = FRAME.rename(columns={"user": "a", "movie": "b", "rating": "c"})
    columns = {"user": "a", "movie": "b", "rating": "c"}
    assert api.read(renamed, columns=columns, scale=(1, 10)).ratings.shape == (4, 4)
    path = tmp_path / "own.csv"
    renamed.iloc[:, :3].to_csv(path, index=False, header=False)
    assert api.read(path, columns=("user", "movie", "rating"), scale=(1, 10)).users.shape == (3, 3)


def test_source_when_it_or_an_option_is_wrong_then_an_error_says_which(tmp_path):
    with pytest.raises(
        ConfigError, match=r"a file is read with no option \['skip'\]; known: .*bad"
    ):
        api.read("own.csv", skip=3)
    with pytest.raises(ConfigError, match=r"a DataFrame is read with no option \['skip_bad'\]"):
        api.read(FRAME, skip_bad=3)
    for scale in ((5, 1), (1,), (1, 5, -1), (1, 2, 3, 4)):
        with pytest.raises(ConfigError, match=r"The scale is \(.*such as \(1, 5\)"):
            api.read(FRAME, scale=scale)
    for source, columns in ((FRAME, ("user", "movie", "rating")), ("own.csv", {"user": "a"})):
        with pytest.raises(ConfigError, match="expected of a DataFrame which column is which"):
            api.read(source, columns=columns)
    with pytest.raises(SourceError):
        api.read(FRAME.drop(columns="user"))
    with pytest.raises(SourceError):
        api.read(tmp_path / "nowhere.csv")
    with pytest.raises((SourceError, RatingsError)):
        api.read(FRAME, scale=(1, 5))


def test_work_when_not_named_then_goes_with_the_last_who_uses_it(tmp_path):
    data = api.read(FRAME)
    folder = data._work.path
    assert folder.is_dir()
    del data
    gc.collect()
    assert not folder.exists()
    data = api.read(FRAME, work=tmp_path)
    del data
    gc.collect()
    assert any(tmp_path.iterdir())


def test_simulated_set_when_made_again_then_the_same(tmp_path):
    first, again = (
        api.simulate(n_users=30, n_movies=10, n_ratings=90, work=work) for work in (tmp_path, None)
    )
    assert len(first.ratings) == 90
    assert first.ratings.equals(again.ratings)
    other = api.simulate(n_users=30, n_movies=10, n_ratings=90, seed=1, work=tmp_path)
    assert not first.ratings.equals(other.ratings)
