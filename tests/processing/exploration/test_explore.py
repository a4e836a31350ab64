"""`explore`: numbers worked out by hand, figures that repeat, and sources without dates."""

import csv
import dataclasses
import io
import json
import logging
import xml.etree.ElementTree as ET
from datetime import date

import numpy as np
import pytest

from processing.data.rows import Catalogue, Scale
from processing.exploration import findings
from processing.exploration.explore import explore, find
from tests.builders import dataset_of, random_rows, ratings_of

JANUARY, MARCH = ((date(2004, month, 5) - date(1970, 1, 1)).days for month in (1, 3))  # Mon, Fri
ROWS = [
    (7, 100, 5, JANUARY),
    (7, 200, 3, JANUARY),
    (8, 100, 4, MARCH),
    (9, 100, 3, MARCH),
]
CATALOGUE = Catalogue(
    movie_ids=np.array([100, 200, 300]),
    titles=["The Good, the Bad & $1", "Amélie", "Unrated"],
    years=[1966, None, 1999],
    genres=[(), (), ()],
)
DATED = {
    "ratings-per-month",
    "mean-rating-per-month",
    "ratings-per-weekday",
    "growth-of-users",
    "growth-of-movies",
    "sparsity-per-month",
}
USERS_GROW = [["2004-01", "1", "1"], ["2004-02", "0", "1"], ["2004-03", "2", "3"]]
MOVIES_GROW = [["2004-01", "2", "2"], ["2004-02", "0", "2"], ["2004-03", "0", "2"]]
ALWAYS = {
    "ratings-per-star",
    "ratings-per-user",
    "ratings-per-movie",
    "concentration",
    "sparsity",
}


def by_hand(ratings, name="By hand"):
    """A data set of these ratings with the catalogue above."""
    return dataclasses.replace(dataset_of(ratings, name), catalogue=CATALOGUE)


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    """The folder of figures about ROWS; tests only read it."""
    folder = tmp_path_factory.mktemp("explored")
    explore(by_hand(ratings_of(ROWS, titled=[100, 200, 300])), folder)
    return folder


def table(directory, name):
    with (directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_explore_writes_a_figure_and_its_numbers_for_each_question(tmp_path):
    written = explore(by_hand(ratings_of(ROWS, titled=[300])), tmp_path)
    expected = {f"{name}.{kind}" for name in DATED | ALWAYS for kind in ("svg", "csv")}
    assert {path.name for path in written} == expected | {"most-rated-movies.csv", "summary.json"}
    assert set(written) == set(tmp_path.iterdir())
    for path in tmp_path.glob("*.svg"):
        assert ET.parse(path).getroot().tag.endswith("svg")


def test_explore_counts_stars(explored):
    assert table(explored, "ratings-per-star") == [
        ["stars", "ratings", "share"],
        ["1", "0", "0.0"],
        ["2", "0", "0.0"],
        ["3", "2", "0.5"],
        ["4", "1", "0.25"],
        ["5", "1", "0.25"],
    ]


def test_explore_counts_users_and_movies_with_at_least_so_many_ratings(explored):
    assert table(explored, "ratings-per-user")[1:] == [["1", "3"], ["2", "1"]]
    assert table(explored, "ratings-per-movie")[1:] == [["1", "2"], ["3", "1"]]


def test_explore_lists_the_most_rated_movies_with_their_titles(explored):
    assert table(explored, "most-rated-movies") == [
        ["movie_id", "title", "year", "ratings", "mean"],
        ["100", "The Good, the Bad & $1", "1966", "3", "4.0"],
        ["200", "Amélie", "", "1", "3.0"],
    ]


def test_explore_over_time_has_every_month_and_weekday(explored):
    assert table(explored, "ratings-per-month")[1:] == [
        ["2004-01", "2"],
        ["2004-02", "0"],
        ["2004-03", "2"],
    ]
    assert [row[2] for row in table(explored, "mean-rating-per-month")[1:]] == ["4.0", "", "3.5"]
    weekdays = {row[0]: row[1] for row in table(explored, "ratings-per-weekday")[1:]}
    assert weekdays["Monday"] == weekdays["Friday"] == "2"
    assert sum(map(int, weekdays.values())) == 4


def test_explore_growth_counts_each_user_and_movie_from_its_first_month_on(explored):
    assert [row[:3] for row in table(explored, "growth-of-users")[1:]] == USERS_GROW
    assert [row[:3] for row in table(explored, "growth-of-movies")[1:]] == MOVIES_GROW


def test_explore_summary_says_counts_and_quantiles(explored):
    summary = json.loads((explored / "summary.json").read_text(encoding="utf-8"))
    assert summary["name"] == "By hand"
    assert (summary["n_ratings"], summary["n_users"], summary["n_movies"]) == (4, 3, 2)
    assert summary["n_movies_without_rating"] == 1
    assert summary["sparsity"] == pytest.approx(1 - 4 / 6)
    assert summary["mean"] == 3.75
    assert summary["standard_deviation"] == pytest.approx(np.std([5, 3, 4, 3]))
    assert summary["ratings_per_user"]["50%"] == 1
    assert summary["ratings_per_movie"]["100%"] == 3
    assert (summary["first_day"], summary["last_day"]) == ("2004-01-05", "2004-03-05")


def test_explore_when_there_are_no_dates_leaves_time_out_and_says_so(tmp_path, caplog):
    undated = ratings_of([row[:3] for row in ROWS])
    with caplog.at_level(logging.WARNING):
        written = explore(by_hand(undated, "ratings.csv"), tmp_path)
    assert {path.stem for path in written} == ALWAYS | {"most-rated-movies", "summary"}
    assert "ratings.csv has no dates: the figures over time are left out." in caplog.messages
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["first_day"] is None


def test_explore_when_repeated_writes_the_same_bytes(tmp_path):
    ratings = ratings_of(random_rows(3))
    for name in ("one", "two"):
        explore(dataset_of(ratings), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_explore_when_counted_in_small_blocks_is_the_same(tmp_path, monkeypatch):
    ratings = ratings_of(random_rows(4))
    explore(dataset_of(ratings), tmp_path / "whole")
    monkeypatch.setattr(findings, "BLOCK", 7)
    explore(dataset_of(ratings), tmp_path / "blocks")
    for path in (tmp_path / "whole").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "blocks" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("scale", "counts"),
    [
        (Scale(low=0.5, high=5.0, step=0.5), [0, 0, 0, 0, 0, 2, 0, 1, 0, 1]),
        (Scale(low=0.0, high=10.0, step=0.01), [0, 0, 2, 1, 1, 0, 0, 0, 0, 0]),
    ],
)
def test_explore_when_the_scale_is_another_counts_its_levels(tmp_path, scale, counts):
    explore(dataset_of(ratings_of(ROWS, scale=scale)), tmp_path)
    assert [int(row[1]) for row in table(tmp_path, "ratings-per-star")[1:]] == counts


def test_explore_when_there_is_one_rating_still_draws(tmp_path):
    written = {path.stem for path in explore(dataset_of(ratings_of(ROWS[:1])), tmp_path)}
    assert written == DATED | ALWAYS | {"most-rated-movies", "summary"}  # and no split to be made


def test_explore_cold_starts_counts_test_ratings_of_who_is_new(tmp_path):
    """Ten ratings of one user, and on the last day one by a new user of a new movie."""
    rows = [(1, movie, 3, 100 + movie) for movie in range(12)]
    rows += [(2, 0, 4, 500), (2, 99, 4, 501), (1, 50, 2, 502)]
    explore(dataset_of(ratings_of(rows)), tmp_path)
    found = {(row[0], row[1]): int(row[2]) for row in table(tmp_path, "cold-starts")[1:]}
    assert {pair: n for (protocol, pair), n in found.items() if protocol == "time"} == {
        "known user, known movie": 0,
        "new user": 1,
        "new movie": 1,
        "new user, new movie": 1,
    }


def test_explore_concentration_says_what_share_the_most_rated_have(tmp_path):
    rows = [(user, 0, 3, 1) for user in range(9)] + [(0, movie, 3, 1) for movie in range(1, 4)]
    explore(dataset_of(ratings_of(rows)), tmp_path)
    head, *shares = table(tmp_path, "concentration")
    of_movies = {row[0]: float(row[head.index("share_of_movies")]) for row in shares}
    assert of_movies["0"] == 0
    assert of_movies["25"] == 0.75
    assert of_movies["100"] == 1


def test_explore_sparsity_says_what_is_empty_among_the_active(explored):
    head, *rows = table(explored, "sparsity")
    first = dict(zip(head, rows[0], strict=True))
    assert (first["ratings_at_least"], first["users"], first["movies"]) == ("1", "3", "2")
    assert float(first["sparsity"]) == pytest.approx(1 - 4 / 6)


def test_find_when_read_as_frames_then_what_the_files_say(tmp_path):
    """By Python's own CSV writer, as a witness: whole numbers beside gaps, titles with commas."""
    dataset = by_hand(ratings_of(ROWS, titled=[100, 200, 300]))
    explore(dataset, tmp_path)
    for finding in find(dataset):
        frame = finding.to_frame()
        assert list(frame.columns) == list(finding.columns)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([finding.columns, *zip(*finding.columns.values(), strict=True)])
        assert (tmp_path / f"{finding.name}.csv").read_text(encoding="utf-8") == text.getvalue()


def test_to_frame_when_a_year_is_missing_then_the_others_stay_whole_numbers():
    frames = {f.name: f.to_frame() for f in find(by_hand(ratings_of(ROWS)))}
    years = frames["most-rated-movies"].set_index("title")["year"]
    assert years.dtype == "Int64"
    assert years["The Good, the Bad & $1"] == 1966
    assert years.isna()["Amélie"]
    assert frames["ratings-per-month"]["ratings"].sum() == len(ROWS)
