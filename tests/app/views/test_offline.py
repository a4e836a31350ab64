"""What the browser keeps of a release."""

import numpy as np
import pytest

from app.model.device import ranking_bytes
from processing.release import Weights


@pytest.fixture
def release(app, client):
    client.get("/")
    return app.extensions["current"].opened().release


def test_titles_when_asked_for_then_the_whole_catalogue_as_columns(client, release):
    found = client.get("/offline/titles.json").json
    assert found["release_id"] == release.manifest.release_id
    assert found["movie_ids"] == release.movie_ids.tolist()
    assert found["titles"] == release.titles
    assert found["years"] == release.years
    assert found["votes"] == release.stats["n_ratings"].tolist()
    assert found["means"][-1] is None
    assert found["means"][0] == pytest.approx(release.stats["mean"][0], abs=0.005)


def test_factors_when_scaled_back_then_biases_and_factors_to_a_hair(client, release):
    about = client.get("/offline/fold-in.json").json
    values = np.frombuffer(client.get("/offline/factors.bin").data, "<i2")
    columns = values.reshape(about["n_factors"] + 1, about["n_movies"]).T * about["scales"]
    exact = np.hstack((release.movie_biases[:, None], release.movie_factors))
    np.testing.assert_allclose(columns, exact, atol=np.abs(exact).max() / 60_000)


def test_fold_in_when_asked_for_then_the_prior_and_what_is_asked(client, release):
    about = client.get("/offline/fold-in.json").json
    prior = release.fold_in
    np.testing.assert_array_equal(about["covariance"], prior.covariance)
    assert about["mean"] == prior.mean.tolist()
    assert about["ask"] == [int(release.movie_ids[index]) for index in prior.ask]
    assert (about["global_mean"], about["scale"]) == (3.5, [1, 5, 1])


def test_ranking_when_read_as_the_docs_say_then_the_weights_of_the_release(client, release):
    about = client.get("/offline/ranking.json").json
    data = client.get("/offline/ranking.bin").data
    n, weights, at = about["n_movies"], release.weights, 0
    for kind, length, expected in (
        ("<f4", n, weights.scales),
        ("<i4", n + 1, weights.indptr),
        ("<i4", n + 1, weights.near_indptr),
        ("<u2", about["n_weights"], weights.movies),
        ("<u2", about["n_near"], weights.near_movies),
        ("i1", about["n_weights"], weights.values),
        ("u1", (about["n_weights"] + 7) // 8, weights.evident),
    ):
        found = np.frombuffer(data, kind, length, at)
        assert at % found.itemsize == 0  # as the browser's arrays need it
        np.testing.assert_array_equal(found, expected)
        at += found.nbytes
    assert at == len(data)
    assert about["neutral"] == release.affinity.neutral
    assert about["popularity"] == [list(pair) for pair in release.affinity.popularity]
    assert (about["like"], about["known_weight"], about["scale"]) == (4, 0.25, [1, 5, 1])


def test_list_data_when_of_the_netflix_prize_then_at_most_four_megabytes():
    """Factors and weights as they are sent, which is as they are."""
    n_movies, n_factors, n_weights, n_near = 17_770, 32, 760_000, 60_000
    weights = Weights(
        indptr=np.zeros(n_movies + 1, np.int32),
        movies=np.zeros(n_weights, np.uint16),
        values=np.zeros(n_weights, np.int8),
        scales=np.zeros(n_movies, np.float32),
        evident=np.zeros(n_weights // 8, np.uint8),
        near_indptr=np.zeros(n_movies + 1, np.int32),
        near_movies=np.zeros(n_near, np.uint16),
    )
    size = len(ranking_bytes(weights))
    assert size == 12 * n_movies + 8 + 25 * n_weights // 8 + 2 * n_near < 2_800_000
    assert size + 2 * (1 + n_factors) * n_movies <= 4_000_000


@pytest.mark.parametrize(
    "name", ["titles.json", "fold-in.json", "factors.bin", "ranking.json", "ranking.bin"]
)
def test_data_when_it_is_known_already_then_not_sent_again(client, name):
    first = client.get(f"/offline/{name}")
    again = client.get(f"/offline/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
