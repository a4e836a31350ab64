"""Simulated sets: exact counts, the Netflix Prize's shape, and a noise floor that is honest."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.data.readers.registry import open_source
from processing.data.rows import RatingRows
from processing.errors import SourceError
from processing.simulation import simulate as module
from processing.simulation.films import real_films
from processing.simulation.simulate import ABOUT_NAME, simulate
from processing.simulation.truth import exact_counts, plant
from processing.simulation.world import World

GENRES = set(
    "Action|Adventure|Animation|Comedy|Crime|Documentary|Drama|Family|Fantasy|Horror|Musical|"
    "Mystery|Romance|Science Fiction|Thriller|War|Western".split("|")
)
SMALL = World(1000, 400, 40_000, 0)
FIRST, LAST = (int(np.datetime64(day).astype(int)) for day in ("1999-11-11", "2005-12-31"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The set that the command writes by default."""
    return simulate(tmp_path_factory.mktemp("simulated") / "small")


@pytest.fixture(scope="module")
def rows(small):
    return read_strictly(small.directory)


def read_strictly(directory: Path) -> RatingRows:
    """Read the form as its grammar says, and nothing else."""
    columns, movie_id = ([], [], [], []), 0
    for number in range(1, 5):
        text = (directory / f"combined_data_{number}.txt").read_bytes().decode("ascii")
        assert text.endswith("\n")
        for line in text[:-1].split("\n"):
            if header := re.fullmatch(r"([1-9][0-9]*):", line):
                assert int(header[1]) == movie_id + 1
                movie_id += 1
                continue
            user_id, stars, day = re.fullmatch(
                r"([1-9][0-9]*),([1-5]),(\d{4}-\d{2}-\d{2})", line
            ).groups()
            since = (date.fromisoformat(day) - date(1970, 1, 1)).days
            for column, value in zip(
                columns, (int(user_id), movie_id, float(stars), since), strict=True
            ):
                column.append(value)
    return RatingRows(
        user_ids=np.array(columns[0]),
        movie_ids=np.array(columns[1]),
        values=np.array(columns[2], np.float32),
        days=np.array(columns[3], np.int32),
    )


def read_titles(directory: Path) -> list[tuple[int, int, str]]:
    text = (directory / "movie_titles.csv").read_bytes().decode("latin-1")
    parts = [line.split(",", 2) for line in text.splitlines()]
    return [(int(movie_id), int(year), title) for movie_id, year, title in parts]


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_films_are_about_400_without_duplicates():
    films = real_films()
    assert 390 <= len(films) <= 420
    assert len({film.title for film in films}) == len(films)


def test_films_have_years_known_genres_and_titles_for_latin_1():
    for film in real_films():
        assert 1925 <= film.year <= 2005, film
        assert film.genres, film
        assert set(film.genres) <= GENRES, film
        assert len(set(film.genres)) == len(film.genres), film
        assert film.title == film.title.strip(), film
        assert film.title.encode("latin-1"), film


def test_films_are_spread_over_decades_and_genres_and_hold_accents_and_commas():
    films = real_films()
    decades = {film.year // 10 for film in films}
    assert decades == set(range(192, 201))
    assert {genre for film in films for genre in film.genres} == GENRES
    assert sum("," in film.title for film in films) >= 10
    assert sum(not film.title.isascii() for film in films) >= 5


def test_simulate_by_default_has_exact_counts_and_no_pair_twice(small, rows):
    assert (small.n_users, small.n_movies, small.n_ratings) == (1000, 400, 40_000)
    assert len(rows.values) == 40_000
    assert len(np.unique(rows.user_ids)) == 1000
    assert len(np.unique(rows.movie_ids)) == 400
    assert len(np.unique(rows.user_ids * 1000 + rows.movie_ids)) == 40_000
    assert rows.user_ids.max() > 4000


def test_simulate_by_default_writes_real_titles_and_years(small):
    titles = read_titles(small.directory)
    assert [movie_id for movie_id, _, _ in titles] == list(range(1, 401))
    known = {(film.year, film.title) for film in real_films()}
    assert {(year, title) for _, year, title in titles} <= known


def test_simulate_when_more_films_are_wanted_than_are_known_says_that_they_are_invented(tmp_path):
    simulate(tmp_path / "set", n_users=50, n_movies=410, n_ratings=500)
    titles = read_titles(tmp_path / "set")
    assert [title for _, _, title in titles[400:]] == [f"Film {k:05d}" for k in range(401, 411)]
    about = json.loads((tmp_path / "set" / ABOUT_NAME).read_text())
    assert about["n_real_titles"] == 400
    assert "invented" in about["what"]


def test_simulate_dates_lie_in_netflix_days_and_after_each_release(small, rows):
    assert FIRST <= rows.days.min()
    assert rows.days.max() <= LAST
    years = np.array([year for _, year, _ in read_titles(small.directory)])
    rated = rows.days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    assert (rated >= years[rows.movie_ids - 1]).all()
    assert np.bincount(rated)[2005] > 3 * np.bincount(rated)[2002]


def test_simulate_users_rate_in_sessions(rows):
    pairs = np.unique(rows.user_ids * 10_000 + rows.days - FIRST)
    assert len(pairs) < 0.5 * len(rows.days)


def test_simulate_values_have_the_mean_and_the_spread_of_netflix(small, rows):
    assert rows.values.mean(dtype=float) == pytest.approx(small.mean)
    assert rows.values.std(dtype=float) == pytest.approx(small.standard_deviation)
    assert small.mean == pytest.approx(3.60, abs=0.02)
    assert small.standard_deviation == pytest.approx(1.085, abs=0.015)
    shares = np.bincount(rows.values.astype(int))[1:] / len(rows.values)
    np.testing.assert_allclose(shares, [0.046, 0.101, 0.287, 0.336, 0.231], atol=0.01)


def test_simulate_activity_and_popularity_are_skewed(rows):
    by_user = np.unique(rows.user_ids, return_counts=True)[1]
    by_movie = np.unique(rows.movie_ids, return_counts=True)[1]
    assert np.median(by_user) < 0.85 * by_user.mean()
    assert by_user.max() > 4 * by_user.mean()
    assert np.median(by_movie) < 0.5 * by_movie.mean()
    assert by_movie.max() > 5 * by_movie.mean()


def test_plant_when_users_and_movies_have_netflix_proportions_has_its_sum_of_squares():
    world = World(4802, 17_770, 1_004_805, 3)  # a hundredth of the users, all the movies
    counts = np.zeros(world.n_users)
    for planted in plant(world).planted():
        counts[planted.users] += 1
    assert counts.mean() == pytest.approx(209.2, abs=0.1)
    assert (counts**2).sum() * 100 == pytest.approx(6.5e10, rel=0.1)
    assert np.median(counts) == pytest.approx(100, rel=0.2)


def test_simulate_noise_floor_is_the_error_of_the_truth_itself(small, rows):
    predicted = predict_by_truth(rows)
    rmse = np.sqrt(np.mean((rows.values - predicted) ** 2))
    assert small.noise_floor == pytest.approx(rmse, abs=0.008)  # 3 standard errors
    assert rows.values.std() > 1.3 * small.noise_floor


def predict_by_truth(rows: RatingRows) -> np.ndarray:
    truth = plant(SMALL)
    predicted = np.empty(len(rows.values))
    users = np.searchsorted(truth.user_ids, rows.user_ids).astype(np.int32)
    days = (rows.days - FIRST).astype(np.int32)
    for movie in range(SMALL.n_movies):
        at = rows.movie_ids == movie + 1
        predicted[at] = truth.expected(movie, users[at], days[at])
    return predicted


def test_simulate_half_of_the_variance_is_findable(small):
    assert small.noise_floor**2 == pytest.approx(0.5 * small.standard_deviation**2, rel=0.02)


def test_simulate_when_done_then_says_what_knowing_more_would_score(small):
    about = json.loads((small.directory / ABOUT_NAME).read_text())
    found = about["findable"]
    assert found["rmse"] == small.noise_floor
    assert found["share_of_variance"] == pytest.approx(0.5, abs=0.01)
    assert found["rmse_of_the_mean"] == small.standard_deviation
    assert found["rmse"] < found["rmse_without_drift"] < found["rmse_of_the_mean"]


def test_variance_of_drift_when_days_are_drawn_anew_then_that_of_the_expected_rating(small, rows):
    truth = plant(SMALL)
    rng = np.random.default_rng(0)
    pairs = rng.integers(len(rows.values), size=300)
    variances = []
    for user_id, movie_id in zip(rows.user_ids[pairs], rows.movie_ids[pairs], strict=True):
        days = rng.choice(rows.days, 200).astype(np.int32) - FIRST
        user = np.full(200, np.searchsorted(truth.user_ids, user_id), np.int32)
        variances.append(truth.expected(int(movie_id) - 1, user, days.astype(np.int32)).var())
    assert truth.variance_of_drift == pytest.approx(np.mean(variances), rel=0.5)


def test_plant_films_of_the_same_genres_please_the_same_users():
    truth = plant(SMALL)
    tastes = truth.movie_tastes / np.linalg.norm(truth.movie_tastes, axis=1, keepdims=True)
    genres = np.array([title.genres[0] for title in truth.titles])
    alike = genres[:, None] == genres
    np.fill_diagonal(alike, False)
    cosines = tastes @ tastes.T
    assert cosines[alike].mean() > 0.3 > 0.15 > cosines[~alike].mean()


def test_simulate_when_the_seed_is_the_same_writes_the_same_bytes(small, tmp_path):
    again = simulate(tmp_path / "again", seed=small.seed)
    other = simulate(tmp_path / "other", seed=small.seed + 1)
    assert contents(again.directory) == contents(small.directory)
    first = "combined_data_1.txt"
    assert contents(other.directory)[first] != contents(small.directory)[first]


def test_simulate_when_it_is_read_as_a_source_is_whole(small, rows):
    source = open_source(small.directory)
    assert source.format == "netflix"
    assert source.simulated
    data = source.read()
    for name in ("user_ids", "movie_ids", "values", "days"):
        assert np.array_equal(np.sort(getattr(data.rows, name)), np.sort(getattr(rows, name))), name
    assert len(data.catalogue.titles) == 400


@pytest.mark.parametrize(
    ("n_users", "n_movies", "n_ratings"),
    [(1, 4, 4), (30, 4, 30), (5, 60, 60), (12, 9, 108), (12, 9, 107), (40, 10, 333)],
)
def test_simulate_at_extreme_sizes_has_exact_counts(tmp_path, n_users, n_movies, n_ratings):
    simulate(tmp_path / "set", n_users=n_users, n_movies=n_movies, n_ratings=n_ratings, seed=2)
    rows = read_strictly(tmp_path / "set")
    assert len(np.unique(rows.user_ids)) == n_users
    assert len(np.unique(rows.movie_ids)) == n_movies
    assert len(np.unique(rows.user_ids * 1000 + rows.movie_ids)) == len(rows.values) == n_ratings


@given(st.integers(1, 200), st.integers(1, 60), st.floats(0, 1), st.integers(0, 9))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_exact_counts_for_any_sizes_sum_up_within_bounds(n_users, n_movies, share, seed):
    least, most = max(n_users, n_movies), n_users * n_movies
    total = least + round(share * (most - least))
    popularity = np.random.default_rng(seed).standard_normal(n_movies)
    counts = exact_counts(popularity, World(n_users, n_movies, total, 0))
    assert counts.sum() == total
    assert counts.min() >= 1
    assert counts.max() <= n_users
    assert (np.diff(counts[np.argsort(popularity)]) >= -1).all()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((10, 10, 101), "Expected from 10 to 100 ratings"),
        ((20, 10, 19), "Expected from 20 to 200 ratings"),
        ((0, 10, 10), "at least 1 user"),
        ((10, 3, 30), "4 movies"),
    ],
)
def test_simulate_when_sizes_are_impossible_says_what_is_possible(tmp_path, sizes, message):
    n_users, n_movies, n_ratings = sizes
    with pytest.raises(SourceError, match=message):
        simulate(tmp_path / "set", n_users=n_users, n_movies=n_movies, n_ratings=n_ratings)
    assert not (tmp_path / "set").exists()


def test_simulate_when_the_seed_is_negative_says_so(tmp_path):
    with pytest.raises(SourceError, match="seed is -1"):
        simulate(tmp_path / "set", seed=-1)


TINY = {"n_users": 20, "n_movies": 10, "n_ratings": 80}


def test_simulate_when_the_same_set_is_there_keeps_it(tmp_path):
    first = simulate(tmp_path / "set", **TINY)
    path = tmp_path / "set" / "combined_data_1.txt"
    before = path.stat().st_mtime_ns
    assert simulate(tmp_path / "set", **TINY) == first
    assert path.stat().st_mtime_ns == before


def test_simulate_when_another_set_or_a_damaged_one_is_there_refuses(tmp_path):
    simulate(tmp_path / "set", **TINY)
    with pytest.raises(SourceError, match="another simulated set"):
        simulate(tmp_path / "set", **TINY, seed=1)
    (tmp_path / "set" / "combined_data_1.txt").write_text("1:\n")
    with pytest.raises(SourceError, match="another simulated set"):
        simulate(tmp_path / "set", **TINY)


def test_simulate_when_something_else_is_there_refuses_and_keeps_it(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SourceError, match="not a simulated set"):
        simulate(tmp_path, **TINY)
    with pytest.raises(SourceError, match="not a simulated set"):
        simulate(tmp_path / "notes.txt", **TINY)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_simulate_when_interrupted_leaves_nothing_that_looks_whole(tmp_path, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write_titles", killed)
        with pytest.raises(KeyboardInterrupt):
            simulate(tmp_path / "set", **TINY)
    assert not (tmp_path / "set").exists()
    (tmp_path / "set").mkdir()
    simulate(tmp_path / "set", **TINY)
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_films_file_is_plain_csv():
    path = Path(module.__file__).with_name("films.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["year", "title", "genres"]
    assert {len(row) for row in rows} == {3}
