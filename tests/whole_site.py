"""From a table of ratings to every page of its site."""

import itertools

from app import create_app
from processing import pipeline
from processing.data.ingest import load_dataset
from processing.data.readers.registry import ReadOptions
from processing.release.storage import FolderStorage
from processing.release.writer import publish
from tests.app.sample import NEVER_S, sample_settings
from tests.small_profile import PROFILE

MOST_ASKED = 30  # users and movies whose pages are asked for
PLAIN = (
    "/",
    "/index.json",
    "/report",
    "/report.json",
    "/rate",
    "/rate.json",
    "/search?q=1",
    "/search.json?q=movie",
    "/suggest.json?q=1",
    "/mine",
    "/you",
    "/how",
    "/offline",
    "/offline/titles.json",
    "/offline/fold-in.json",
    "/offline/factors.bin",
    "/offline/ranking.json",
    "/offline/ranking.bin",
    "/openapi.json",
    "/healthz",
    "/manifest.webmanifest",
)
OF_USER = ("", ".json", ".csv", "/ratings", "/ratings.json", "?known=less", "?known=well")


def run_on(path, folder, profile=PROFILE):
    """Read a file, run all, publish; the data set, and a visitor of the site that shows it."""
    dataset = load_dataset(path, folder / "cache", ReadOptions())
    directory, _ = pipeline.run(dataset, profile, folder / "runs")
    storage = FolderStorage(folder / "predictions")
    publish(directory / "release", storage, FolderStorage(folder / "figures"))
    app = create_app(sample_settings(folder), check_every_s=NEVER_S)
    app.testing = True  # what fails is seen
    return dataset, app.test_client()


def failing_pages(dataset, client):
    """Addresses of the site that do not answer 200, with what they answer."""
    return {
        path: status
        for path in (*PLAIN, *_paths(dataset.ratings), *_of_visitors(dataset.ratings, client))
        if (status := client.get(path).status_code) != 200
    }


def _paths(ratings):
    users, movies = ratings.user_ids.tolist(), ratings.movie_ids.tolist()
    for user in _some(users):
        yield from (f"/users/{user}{more}" for more in OF_USER)
    for movie in _some(movies):
        yield from (f"/movies/{movie}", f"/movies/{movie}.json", f"/movies/{movie}?user={users[0]}")


def _of_visitors(ratings, client):
    """Lists of visitors who gave the lowest, and the highest rating to one movie, or to some."""
    some, scale = _some(ratings.movie_ids.tolist()), ratings.scale
    for movies, stars in itertools.product((some[:1], some[:5], some), (scale.low, scale.high)):
        form = {f"movie-{movie}": str(stars) for movie in movies}
        address = client.post("/rate", data=form).location
        yield from (address, f"{address}.json", f"{address}.csv", f"{address}?known=less")
        yield client.post("/rate", data=form | {"then": "more"}).location


def _some(ids):
    return ids[:: -(-len(ids) // MOST_ASKED)]
