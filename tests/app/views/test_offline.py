"""What the browser keeps of a release."""

import numpy as np
import pytest


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


def test_fold_in_when_asked_for_then_the_prior_and_what_lists_are_ordered_by(client, release):
    about = client.get("/offline/fold-in.json").json
    prior = release.fold_in
    np.testing.assert_array_equal(about["covariance"], prior.covariance)
    assert about["mean"] == prior.mean.tolist()
    assert about["ask"] == [int(release.movie_ids[index]) for index in prior.ask]
    levels = np.repeat([1, 2, 3, 4, 5], release.histograms.sum(axis=0))
    assert about["deviation"] == pytest.approx(levels.std())
    assert (about["global_mean"], about["scale"]) == (3.5, [1, 5, 1])


@pytest.mark.parametrize("name", ["titles.json", "fold-in.json", "factors.bin"])
def test_data_when_it_is_known_already_then_not_sent_again(client, name):
    first = client.get(f"/offline/{name}")
    again = client.get(f"/offline/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
