"""What people take away from Letterboxd, IMDb and this site, as the browser reads it."""

import json

import pytest

from tests.app.scripts import run_scripts

LETTERBOXD = (
    "\ufeffDate,Name,Year,Letterboxd URI,Rating\r\n"
    "2024-01-05,Se7en,1995,https://boxd.it/aaaa,4.5\r\n"
    '2024-01-06,"The Good, the Bad and the Ugly",1966,https://boxd.it/bbbb,5\r\n'
    '2024-01-07,"Film ""in quotes""\nand two lines",,https://boxd.it/cccc,0.5\r\n'
)
WATCHED = "Date,Name,Year,Letterboxd URI\n2024-02-01,Alien,1979,https://boxd.it/dddd\n"
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
    "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
    'tt1,8,2023-03-04,Spirited Away,"Sen to Chihiro no kamikakushi",u,Movie,8.6,124,2001,'
    '"Animation, Family",1,2001-07-20,"Miyazaki, Hayao"\n'
    "tt2,9,2023-03-05,The Wire,The Wire,u,TV Series,9.3,60,2002,Crime,1,2002-06-02,\n"
    "tt3,3,2023-03-06,M,M,u,Movie,8.3,117,1931,Crime,1,1931-05-11,Fritz Lang\n"
)


def read(name, text):
    """Return the films of a file, as title, year, stars of the most, mark and day."""
    films = run_scripts(
        ["exports.js"], "({ readExport }, { name, text }) => readExport(name, text)", locals()
    )
    return [
        (
            each["title"],
            each["year"],
            (each["rating"], each["scale"][1]) if "rating" in each else None,
            each.get("mark"),
            each["at"][:10],
        )
        for each in films
    ]


def refusal(name, text):
    """Return what is said of a file that cannot be read."""
    return run_scripts(
        ["exports.js"],
        """({ readExport }, { name, text }) => {
          try { readExport(name, text); } catch (error) { return error.message; }
        }""",
        locals(),
    )


def test_letterboxd_ratings_when_read_then_titles_with_commas_quotes_and_lines_are_whole():
    assert read("ratings.csv", LETTERBOXD) == [
        ("Se7en", 1995, (4.5, 5), None, "2024-01-05"),
        ("The Good, the Bad and the Ugly", 1966, (5, 5), None, "2024-01-06"),
        ('Film "in quotes"\nand two lines', None, (0.5, 5), None, "2024-01-07"),
    ]


@pytest.mark.parametrize(("name", "mark"), [("watched.csv", "seen"), ("watchlist.csv", "saved")])
def test_letterboxd_films_when_without_stars_then_seen_or_to_watch_by_the_name_of_the_file(
    name, mark
):
    assert read(name, WATCHED) == [("Alien", 1979, None, mark, "2024-02-01")]


def test_imdb_ratings_when_read_then_out_of_ten_with_both_titles_and_without_series():
    assert read("ratings.csv", IMDB) == [
        ("Spirited Away (Sen to Chihiro no kamikakushi)", 2001, (8, 10), None, "2023-03-04"),
        ("M", 1931, (3, 10), None, "2023-03-06"),
    ]


def test_own_files_when_written_and_read_then_nothing_is_lost():
    films = [
        {"title": "Alien", "year": 1979, "ids": {"aaaaaa": 1}, "rating": 4, "scale": [1, 5, 1]},
        {"title": '=1+1, "x"', "year": None, "ids": {}, "mark": "hidden"},
        {"title": "'71", "year": 2014, "ids": {}, "rating": 3, "scale": [1, 5, 1], "mark": "saved"},
    ]
    films = [each | {"at": "2026-05-06T07:08:09.000Z"} for each in films]
    document, table = run_scripts(
        ["exports.js"],
        """({ readExport, asJson, asCsv }, films) =>
          [readExport("a.json", asJson(films)), readExport("a.csv", asCsv(films))]""",
        films,
    )
    assert document == films
    assert table == [each | {"ids": {}} for each in films]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "Dear diary"),
        ("empty.csv", ""),
        ("other.csv", "a,b\n1,2\n"),
        ("broken.json", '{"films": 7}'),
        ("half.json", '{"films": ['),
    ],
)
def test_file_when_of_another_kind_then_said_what_is_expected(name, text):
    said = refusal(name, text)
    assert said.startswith(f"{name} is none of the files that can be read here.")
    assert "ratings.csv" in said


def test_row_when_its_stars_are_beyond_the_scale_then_left_out():
    text = json.loads(json.dumps(LETTERBOXD)).replace(",4.5\r", ",45\r")
    assert read("ratings.csv", text) == read("ratings.csv", LETTERBOXD)[1:]
