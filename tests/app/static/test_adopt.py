"""Films that were kept for one set of data, found in another by title and year, or left alone."""

import pytest

from tests.app.scripts import run_scripts

DEVICE = """
globalThis.kept = {};
globalThis.localStorage = {
  getItem: (key) => kept[key] ?? null,
  setItem: (key, text) => { kept[key] = text; },
  removeItem: (key) => { delete kept[key]; },
};
globalThis.document = {
  body: { dataset: { set: "bbbbbb", scale: "1 5 1" } },
  documentElement: { lang: "en" },
};
globalThis.addEventListener = globalThis.dispatchEvent = () => {};
"""
CATALOGUE = {
    "release_id": "r2",
    "set_key": "bbbbbb",
    "movie_ids": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "titles": [
        "The Matrix",
        "Hamlet",
        "Hamlet",
        "Movie 4",
        "Seven (Se7en)",
        "Hate (La Haine)",
        "Solaris",
        "Solaris",
        "L'Avventura",
        "The Professional (a.k.a. Leon: The Professional)",
    ],
    "years": [1999, 1996, 1996, None, 1995, 1995, 1972, 2002, 1960, 1994],
}


def matched(title, year, ids=None, *, loosely=False):
    """Return the id of the movie that a film is taken for, None for none."""
    film = {"title": title, "year": year, "ids": ids or {}}
    return run_scripts(
        ["match.js"],
        """({ makeMatcher }, { catalogue, film, loosely }) =>
          catalogue.movie_ids[makeMatcher(catalogue)(film, loosely)] ?? null""",
        {"catalogue": CATALOGUE, "film": film, "loosely": loosely},
    )


def adopted(films, kept=None, catalogue=CATALOGUE):
    """Return all that a device keeps after films were looked for in the catalogue."""
    return run_scripts(
        ["adopt.js"],
        f"""async ({{ adopt }}, {{ films, old, catalogue }}) => {{ {DEVICE}
          kept.films = JSON.stringify(films);
          for (const [key, value] of Object.entries(old)) kept[key] = JSON.stringify(value);
          globalThis.fetch = async () => ({{ json: async () => catalogue }});
          await adopt();
          return {{ ...kept, films: JSON.parse(kept.films) }};
        }}""",
        {"films": films, "old": kept or {}, "catalogue": catalogue},
    )


def film(title, year, ids, **more):
    """A film as it is kept."""
    return {"title": title, "year": year, "ids": ids, "at": "2026-01-01T00:00:00Z", **more}


@pytest.mark.parametrize(
    ("title", "year", "expected"),
    [
        ("The Matrix", 1999, 1),
        ("Matrix, The", 1999, 1),
        ("the MATRIX!", 1999, 1),
        ("The Matrix", 2003, None),
        ("The Matrix", None, None),
        ("Matrix", 1999, None),
        ("Se7en", 1995, 5),
        ("La Haine", 1995, 6),
        ("Haine, La", 1995, 6),
        ("Avventura, L'", 1960, 9),
        ("Léon: The Professional", 1994, 10),
        ("Hamlet", 1996, None),
        ("Movie 4", None, None),
        ("…", 1999, None),
    ],
)
def test_film_when_of_another_set_then_found_by_title_and_year_and_never_another(
    title, year, expected
):
    assert matched(title, year, {"aaaaaa": 77}) == expected


@pytest.mark.parametrize(("title", "year"), [("Hamlet", 1996), ("Movie 4", None)])
def test_film_when_its_title_says_little_then_only_with_the_same_id(title, year):
    assert matched(title, year, {"aaaaaa": 4 if year is None else 3}) == (4 if year is None else 3)
    assert matched(title, year, {"aaaaaa": 1}) is None


@pytest.mark.parametrize(
    ("title", "year", "expected"),
    [
        ("Matrix", 1999, 1),
        ("Matrix", 2000, None),
        ("The Matrix", 1998, 1),
        ("The Matrix", 2000, 1),
        ("The Matrix", 2001, None),
        ("Solaris", 1972, 7),
        ("Solaris", 1973, None),
        ("Hamlet", 1996, None),
        ("Se7en", 1996, 5),
    ],
)
def test_film_when_looked_for_loosely_then_articles_and_a_year_may_differ(title, year, expected):
    assert matched(title, year, loosely=True) == expected


def test_adopt_when_films_are_of_another_set_then_they_keep_their_stars_and_the_others_stay():
    films = [
        film("The Matrix", 1999, {"aaaaaa": 7}, rating=5, scale=[1, 5, 1]),
        film("Hate (La Haine)", 1995, {"aaaaaa": 1}, mark="saved"),
        film("Fargo", 1996, {"aaaaaa": 2}, rating=4, scale=[1, 5, 1]),
    ]
    found = adopted(films)["films"]
    assert [each["ids"] for each in found] == [
        {"aaaaaa": 7, "bbbbbb": 1},
        {"aaaaaa": 1, "bbbbbb": 6},
        {"aaaaaa": 2},
    ]
    assert [each.get("rating") for each in found] == [5, None, 4]


def test_adopt_when_the_catalogue_is_of_another_set_than_the_page_then_nothing_changes():
    films = [film("The Matrix", 1999, {"aaaaaa": 7}, rating=5, scale=[1, 5, 1])]
    assert adopted(films, catalogue=CATALOGUE | {"set_key": "cccccc"})["films"] == films


def test_adopt_when_a_film_is_here_already_then_one_is_left_and_the_newer_counts():
    films = [
        film("The Matrix", 1999, {"bbbbbb": 1}, mark="saved"),
        film("The Matrix", 1999, {"aaaaaa": 7}, rating=2, scale=[1, 5, 1])
        | {"at": "2026-02-02T00:00:00Z"},
    ]
    (found,) = adopted(films)["films"]
    assert found["ids"] == {"aaaaaa": 7, "bbbbbb": 1}
    assert found["rating"] == 2
    assert "mark" not in found


def test_adopt_when_two_films_of_a_set_are_called_the_same_then_neither_is_taken_for_the_movie():
    films = [
        film("The Matrix", 1999, {"aaaaaa": 7}, rating=5, scale=[1, 5, 1]),
        film("Matrix, The", 1999, {"aaaaaa": 8}, rating=1, scale=[1, 5, 1]),
    ]
    assert adopted(films)["films"] == films


def test_adopt_when_an_earlier_version_kept_ratings_of_this_release_then_they_are_taken_over():
    old = {
        "ratings": {"release": "r2", "ratings": {"1": 5, "7": 2}},
        "saved": {"3": {"title": "Seven (Se7en)", "year": "1995"}},
        "hidden": {"1": {"title": "Fargo", "year": ""}},
    }
    kept = adopted([], old)
    found = [
        (each["title"], each["ids"], each.get("rating"), each.get("mark")) for each in kept["films"]
    ]
    assert found == [
        ("The Matrix", {"bbbbbb": 1}, 5, None),
        ("Solaris", {"bbbbbb": 7}, 2, None),
        ("Seven (Se7en)", {"bbbbbb": 5}, None, "saved"),
        ("Fargo", {}, None, "hidden"),
    ]
    assert kept.keys() == {"films"}


def test_adopt_when_an_earlier_version_rated_in_another_release_then_says_how_many_are_lost():
    kept = adopted([], {"ratings": {"release": "r1", "ratings": {"1": 5, "7": 2}}})
    assert kept == {"films": [], "lost": "2"}
