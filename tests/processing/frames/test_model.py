"""Predictions of pairs: those of the lists, in the order asked for, and never of rated ones."""

import numpy as np
import pandas as pd
import pytest

from processing import api
from processing.errors import ModelError, SourceError, UnknownIdError
from tests.small_profile import PROFILE


def test_predict_when_pairs_are_those_of_lists_then_their_scores(held):
    top = held.release.top(n=5)
    pairs = top[["user_id", "movie_id"]].assign(note="kept").sample(frac=1, random_state=0)
    found = held.model.predict(pairs)
    assert found.index.equals(pairs.index)
    assert found[["user_id", "movie_id", "note"]].equals(pairs)
    assert found["score"].equals(top["score"].loc[found.index])
    assert "score" not in pairs


def test_predict_when_pairs_are_more_than_a_block_then_the_same(held, monkeypatch):
    pairs = held.release.top(n=5)[["user_id", "movie_id"]]
    whole = held.model.predict(pairs)
    monkeypatch.setattr("processing.frames.model.BLOCK_PAIRS", 7)
    assert held.model.predict(pairs).equals(whole)


def test_predict_when_there_is_no_pair_then_no_score(held):
    pairs = held.release.top([])[["user_id", "movie_id"]]
    assert list(held.model.predict(pairs)) == ["user_id", "movie_id", "score"]


def test_predict_when_a_pair_was_rated_then_an_error_names_it(held):
    rated = held.data.ratings.iloc[[3]]
    user, movie = int(rated["user_id"].iloc[0]), int(rated["movie_id"].iloc[0])
    pairs = pd.concat([held.release.top(7)[["user_id", "movie_id"]], rated])
    with pytest.raises(ModelError, match=rf"1 of 6 pairs .* user {user}: movie {movie}\."):
        held.model.predict(pairs)


def test_predict_when_a_movie_is_unknown_or_a_column_missing_then_an_error_names_it(held):
    with pytest.raises(UnknownIdError, match=r"Unknown movie 2\."):
        held.model.predict(pd.DataFrame({"user_id": [7], "movie_id": [2]}))
    with pytest.raises(UnknownIdError, match=r"Unknown user nan\."):
        held.model.predict(pd.DataFrame({"user_id": [np.nan], "movie_id": [1]}))
    with pytest.raises(
        SourceError, match=r"no single column 'movie_id'; their columns are 'user_id'"
    ):
        held.model.predict(pd.DataFrame({"user_id": [7]}))


def test_model_when_ids_are_texts_then_they_stay_so_up_to_the_release(held, tmp_path, monkeypatch):
    monkeypatch.setattr("processing.frames.fitting.load_profile", lambda _, name: PROFILE)
    frame = held.data.ratings
    texts = frame.assign(
        user_id="ü" + frame["user_id"].astype(str), movie_id=frame["movie_id"].astype(str) + "X"
    )
    model = api.fit(api.read(texts, work=tmp_path))
    top = model.top("ü7", n=5)
    assert set(top["user_id"]) == {"ü7"}
    assert top["movie_id"].str.endswith("X").all()
    assert model.predict(top[["user_id", "movie_id"]])["score"].equals(top["score"])
    release = api.publish(model, tmp_path / "predictions")
    assert release.top("ü7", n=5)["movie_id"].equals(top["movie_id"])
    assert release.reasons("ü7").equals(model.reasons("ü7"))
    assert release.similar("4X", n=2).equals(model.similar("4X", n=2))
    with pytest.raises(UnknownIdError, match=r"Unknown user 'ü8'\. .* ids are texts"):
        release.top("ü8")


def test_model_when_printed_then_says_what_it_is_of(held):
    n = len(held.data.ratings)
    assert repr(held.model) == (
        f"Model of A small set: {n:,} ratings, profile small, measured by protocol last"
    )
    assert repr(held.release).startswith(f"Release {held.release.release_id} of A small set: ")
