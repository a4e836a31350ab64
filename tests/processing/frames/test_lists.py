"""Lists, scores, reasons and similar movies: of a model and of its release the same."""

import numpy as np
import pandas as pd
import pytest

from processing.errors import ConfigError, UnknownIdError

USERS = [107, 7, 597]


@pytest.mark.parametrize("users", [None, 17, USERS])
def test_answers_when_of_a_model_and_of_its_release_then_equal(held, users):
    for method in ("top", "scores", "reasons", "ratings"):
        ours, theirs = (getattr(each, method)(users) for each in (held.model, held.release))
        assert len(ours) > 0
        if method == "top":  # BLAS rounds by how many users are asked about at once
            np.testing.assert_allclose(ours.pop("order"), theirs.pop("order"), rtol=1e-4, atol=1e-5)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_facts_when_of_a_model_and_of_its_release_then_equal(held):
    pd.testing.assert_frame_equal(held.model.movies, held.release.movies)
    pd.testing.assert_frame_equal(held.model.users, held.release.users)
    pd.testing.assert_frame_equal(held.model.similar(n=4), held.release.similar(n=4))
    ours, theirs = (each.report.tables["errors"] for each in (held.model, held.release))
    pd.testing.assert_series_equal(ours["RMSE"], theirs["RMSE"])


def test_top_when_users_are_named_then_in_their_order_and_from_the_first_rank(lists):
    top = lists.top(USERS, n=2)
    assert top["user_id"].tolist() == [107, 107, 7, 7, 597, 597]
    assert top["rank"].tolist() == [1, 2] * 3
    assert lists.top(np.array(USERS), n=2)["movie_id"].equals(top["movie_id"])
    assert lists.top(pd.Series(USERS), n=2)["movie_id"].equals(top["movie_id"])
    assert lists.top([7, 7], n=1)["user_id"].tolist() == [7, 7]
    assert lists.top([], n=1).empty


def test_top_when_read_then_new_movies_by_falling_order_with_titles_of_liked_ones(lists, data):
    top = lists.top(7, n=5)
    rated = data.ratings[data.ratings["user_id"] == 7].set_index("movie_id")["rating"]
    titles = data.movies.set_index("movie_id")["title"]
    assert not set(top["movie_id"]) & set(rated.index)
    assert top["title"].tolist() == titles[top["movie_id"]].tolist()
    assert len(top) == 5
    liked = set(titles[rated[rated >= 4].index])
    assert all(set(each.split("; ")) <= liked for each in top["reasons"] if each)
    reasons = lists.reasons(7)
    told = reasons.groupby("movie_id", sort=False)["reason"].agg("; ".join)
    assert told.any()
    assert told.reindex(top["movie_id"], fill_value="").tolist() == top["reasons"].tolist()


def test_scores_when_summed_then_start_and_groups_make_the_score(lists):
    scores = lists.scores(USERS)
    parts = scores.loc[:, "start":]
    assert parts.columns[0] == "start"
    assert "taste" in parts
    np.testing.assert_allclose(parts.sum(axis=1), scores["score"], atol=0.01)


def test_reasons_when_of_one_movie_then_its_own_with_what_the_user_gave(lists, data):
    movie = lists.reasons(17)["movie_id"][0]
    reasons = lists.reasons(17, movie)
    assert set(reasons["movie_id"]) == {movie}
    rated = data.ratings[data.ratings["user_id"] == 17].set_index("movie_id")["rating"]
    assert reasons["rating"].tolist() == rated[reasons["reason_id"]].tolist()
    assert reasons["share"].is_monotonic_decreasing
    assert 0 < reasons["share"].sum() <= 1 + 1e-6
    assert lists.reasons(17, movie=10_000).empty


def test_similar_when_of_some_movies_then_best_first_and_never_themselves(lists):
    similar = lists.similar([4, 1], n=3)
    assert similar["movie_id"].drop_duplicates().tolist() == [4, 1]
    assert not (similar["movie_id"] == similar["similar_id"]).any()
    first = similar[similar["movie_id"] == 4]
    assert first["similarity"].is_monotonic_decreasing
    assert first["rank"].tolist() == list(range(1, len(first) + 1))
    assert (similar["support"] > 0).all()


def test_ratings_when_of_a_user_then_those_of_the_data(lists, data):
    own = data.ratings[data.ratings["user_id"] == 27].reset_index(drop=True)
    assert lists.ratings(27).drop(columns="title").equals(own)


def test_n_when_none_or_more_than_there_are_then_an_error_or_a_warning(lists, caplog):
    for ask in (lists.top, lists.similar):
        with pytest.raises(ConfigError, match=r"n is 0; expected .* 1 or more"):
            ask(n=0)
    assert lists.top(7, n=5).equals(lists.top(7, n=6))
    assert caplog.messages[-1] == "6 are asked for; a list holds 5 by the profile."
    assert lists.similar(n=4).equals(lists.similar(n=7))
    assert caplog.messages[-1] == "7 are asked for; each movie has 4 by the profile."


@pytest.mark.parametrize("user", [8, -1, 2**70, "7x", 7.5, None])
def test_users_when_one_is_unknown_then_an_error_names_them(lists, user):
    with pytest.raises(UnknownIdError) as error:
        lists.top([7, user])
    assert f"Unknown user {user!r}. Expected some of the 60 users" in str(error.value)
    assert "see `.users`" in str(error.value)


def test_ids_when_many_are_unknown_then_the_first_are_named_and_the_others_counted(lists):
    with pytest.raises(UnknownIdError, match=r"Unknown movie 2, 3, 5, 6, 8 and 4 more\."):
        lists.similar([2, 3, 5, 6, 8, 9, 11, 12, 14, 2])
    with pytest.raises(UnknownIdError, match=r"Unknown movie 2\. .* see `\.movies`"):
        lists.reasons(7, movie=2)
