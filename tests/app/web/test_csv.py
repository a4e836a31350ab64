"""Lists and ratings to take away: the CSV says what the pages say."""

import csv
import io

import pytest

from app.model.page import TablePage
from app.web.responses import csv_response


def table(client, path):
    """A CSV as rows by column name, and the name that it is saved under."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    saved = response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.text))), saved


def test_list_when_taken_as_csv_then_all_pages_of_it(client):
    rows, saved = table(client, "/users/7.csv")
    assert saved == 'attachment; filename="recommendations-of-user-7.csv"'
    pages = [client.get(f"/users/7.json?page={page}").json for page in (1, 2)]
    picks = [pick for page in pages for pick in page["recommendations"]]
    assert len(rows) == len(picks) == pages[0]["n_listed"] > 10
    for row, pick in zip(rows, picks, strict=True):
        movie = pick["movie"]
        assert int(row["rank"]) == pick["rank"]
        assert int(row["movie_id"]) == movie["movie_id"]
        assert (row["title"], row["year"]) == (movie["title"], str(movie["year"] or ""))
        assert row["genres"] == "|".join(movie["genres"])
        assert float(row["predicted"]) == pytest.approx(pick["score"], abs=1e-4)
        assert (row["mean"] == "") == (movie["mean"] is None)
        assert (row["typical_error"] == "") == (pick["error"] is None)
        assert row["because"] == "|".join(reason["title"] for reason in pick["reasons"])


def test_list_when_a_hundred_fit_on_a_page_then_all_of_it_at_once(client, show):
    whole = client.get("/users/7.json?per_page=100").json
    pages = [client.get(f"/users/7.json?per_page=5&page={page}").json for page in (1, 2, 3)]
    assert [page["n_pages"] for page in (whole, *pages)] == [1, 3, 3, 3]
    assert len(whole["recommendations"]) == whole["n_listed"] > 10
    assert whole["recommendations"] == [pick for page in pages for pick in page["recommendations"]]
    page = show("/users/7?per_page=5&known=less")
    assert page.select_one("a[rel=next]")["href"] == "/users/7?known=less&per_page=5&page=2"
    fields = page.select("form.tools input[type=hidden]")
    assert [(field["name"], field["value"]) for field in fields] == [
        ("known", "less"),
        ("per_page", "5"),
    ]


def test_list_when_filtered_then_the_csv_is_too(client):
    rows, _ = table(client, "/users/7.csv?sort=title&from=1980&votes=100")
    shown = client.get("/users/7.json?sort=title&from=1980&votes=100").json
    assert [row["title"] for row in rows] == [
        pick["movie"]["title"] for pick in shown["recommendations"]
    ]
    assert 0 < len(rows) == shown["n_chosen"]


def test_ratings_when_taken_as_csv_then_everything_rated(client):
    rows, saved = table(client, "/users/305/ratings.csv")
    shown = client.get("/users/305/ratings.json").json["ratings"]
    assert saved == 'attachment; filename="ratings-of-user-305.csv"'
    assert [
        (int(row["movie_id"]), row["title"], float(row["rating"]), row["day"]) for row in rows
    ] == [(own["movie_id"], own["title"], own["rating"], own["day"]) for own in shown]


@pytest.mark.parametrize("path", ["/movies/3.csv", "/search.csv", "/report.csv", "/rate.csv"])
def test_page_when_it_is_no_table_then_there_is_no_csv(client, path):
    assert client.get(path).status_code == 404


def test_error_when_a_csv_is_asked_for_then_json_says_what(client):
    response = client.get("/users/8.csv")
    assert response.status_code == 404
    assert "There is no viewer 8." in response.json["what"]


class Titles(TablePage):
    """A table of titles and numbers."""

    file_name = "titles"
    columns = ("title", "score")
    rows = (("=HYPERLINK(1)", -1.5), ("-273.15 °C", 2), ("@night", None), ("Up", 3), ("", 4))


def test_csv_when_a_title_looks_like_a_formula_then_it_is_quoted_and_numbers_are_not(app):
    with app.test_request_context():
        text = csv_response(Titles(title="", site=None)).get_data(as_text=True)
    assert [*csv.reader(io.StringIO(text))] == [
        ["title", "score"],
        ["'=HYPERLINK(1)", "-1.5"],
        ["'-273.15 °C", "2"],
        ["'@night", ""],
        ["Up", "3"],
        ["", "4"],
    ]
