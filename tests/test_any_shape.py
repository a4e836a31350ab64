"""Tables of every size and shape, down to silly: a release whose pages all answer, or one line."""

import random

import pytest

from processing.data.ingest import load_dataset
from processing.data.splits import LEAST_RATINGS
from processing.errors import ProcessingError
from tests.whole_site import failing_pages, run_on

DATED, UNDATED = "user,movie,rating,date", "user,movie,rating"
THIRDS = [(u, m) for u in range(15) for m in range(12) if (u + m) % 3]
SHAPES = {
    "three-ratings": (UNDATED, [(1, 1, 3), (2, 2, 4), (1, 2, 5)]),
    "one-user": (DATED, [(1, m, 1 + m % 5, f"2020-01-{m + 1:02}") for m in range(30)]),
    "one-movie": (DATED, [(u, 1, 1 + u % 5, f"2020-01-{u + 1:02}") for u in range(30)]),
    "fewer-movies-than-a-list": (
        DATED,
        [(u, m, 1 + u * m % 5, f"2020-01-{m + 1:02}") for u in range(20) for m in range(3)],
    ),
    "everybody-rated-everything": (
        DATED,
        [(u, m, 1 + (u * m + u) % 5, f"2020-01-{m + 1:02}") for u in range(15) for m in range(9)],
    ),
    "all-the-same": (DATED, [(u, m, 3, f"2020-01-{m + 1:02}") for u, m in THIRDS]),
    "all-the-same-and-odd": (UNDATED, [(u, m, -3.14159) for u, m in THIRDS]),
    "no-dates": (UNDATED, [(u, m, 1 + u * m % 5) for u, m in THIRDS]),
    "users-with-one": (DATED, [(u, u % 7, 1 + u % 5, "2020-01-01") for u in range(40)]),
    "users-with-two": (
        DATED,
        [(u, (3 * u + k) % 7, 1 + (u + k) % 5, "2020-01-01") for u in range(40) for k in (0, 1)],
    ),
    "nobody-shares-a-movie": (DATED, [(u, u, 1 + u % 5, "2020-01-01") for u in range(12)]),
    "one-date": (DATED, [(u, m, 1 + u * m % 5, "1970-01-01") for u, m in THIRDS]),
    "in-the-future": (DATED, [(u, m, 1 + u * m % 5, f"2999-01-{m + 1:02}") for u, m in THIRDS]),
    "in-1900": (DATED, [(u, m, 1 + u * m % 5, f"1900-01-{m + 1:02}") for u, m in THIRDS]),
    "of-all-times": (
        DATED,
        [(u, m, 1 + u * m % 5, f"{(1, 1066, 9999)[m % 3]:04}-01-01") for u, m in THIRDS],
    ),
    "yes-or-no": (UNDATED, [(u, m, (u * m + u) % 2) for u, m in THIRDS]),
    "below-zero": (UNDATED, [(u, m, -10 - (7 * u * m + u) % 21) for u, m in THIRDS]),
    "tiny-unit": (UNDATED, [(u, m, (1 + (7 * u * m + u) % 21) / 2e7) for u, m in THIRDS]),
    "huge-unit": (UNDATED, [(u, m, 3e8 * (1 + (7 * u * m + u) % 21)) for u, m in THIRDS]),
    "one-outlier": (UNDATED, [(u, m, 1_000_000 if u == m == 2 else 1) for u, m in THIRDS]),
}


def table(path, head, rows):
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.mark.parametrize("shape", SHAPES)
def test_run_when_the_table_is_of_any_shape_then_every_page_answers(shape, tmp_path):
    assert failing_pages(*run_on(table(tmp_path / "mine.csv", *SHAPES[shape]), tmp_path)) == {}


def test_run_when_movies_with_titles_are_rated_by_nobody_then_every_page_answers(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    table(
        folder / "ratings.csv", "userId,movieId,rating,timestamp", [(u, m, 4, 9) for u, m in THIRDS]
    )
    table(
        folder / "movies.csv",
        "movieId,title,genres",
        [(m, f"Film {m}", "Drama") for m in range(30)],
    )
    dataset, client = run_on(folder, tmp_path)
    assert dataset.ratings.n_movies == 30
    assert failing_pages(dataset, client) == {}


@pytest.mark.parametrize("n", [1, 2])
def test_run_when_there_are_too_few_ratings_then_one_line_says_what_is_needed(n, tmp_path):
    path = table(tmp_path / "mine.csv", UNDATED, [(1, 1, 3), (2, 2, 4)][:n])
    with pytest.raises(ProcessingError, match=f"mine.csv has {n} ratings; expected at least 3"):
        run_on(path, tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_run_when_the_table_is_tiny_and_random_then_every_page_answers_or_one_line(seed, tmp_path):
    path = table(tmp_path / "mine.csv", *tiny(random.Random(seed)))
    dataset = load_dataset(path, tmp_path / "cache")
    if dataset.ratings.n_ratings < LEAST_RATINGS:
        with pytest.raises(ProcessingError, match="expected at least 3"):
            run_on(path, tmp_path)
    else:
        assert failing_pages(*run_on(path, tmp_path)) == {}


def tiny(rng):
    """1 to 30 ratings with ties, gaps in ids, negative scales, pairs given twice, dates or none."""
    n_users, n_movies = rng.randint(1, 8), rng.randint(1, 8)
    unit, low = rng.choice([1, 0.5, 0.37, 100, 1e-3]), rng.choice([0, 1, -10, -0.5, 1000])
    n_levels, dated = rng.randint(1, 12), rng.random() < 0.6
    rows = []
    for _ in range(rng.randint(1, 30)):
        user, movie = 7 * rng.randrange(n_users), 1000 * rng.randrange(n_movies)
        day = rng.choice(["1900-02-28", "2020-01-01", "2020-01-02", "2100-12-31"])
        rating = round(low + unit * rng.randrange(n_levels), 6)
        rows.append((user, movie, rating, day)[: 4 if dated else 3])
    return DATED if dated else UNDATED, rows
