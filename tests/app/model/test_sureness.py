"""How far predictions are off typically."""

import pytest

from app.model.sureness import ErrorTable

TABLE = ErrorTable.of(
    {
        "error_table": {
            "user_bounds": [1, 20, 100],
            "movie_bounds": [1, 10],
            "rmse": [[1.2, 1.1], [None, 0.9], [0.85, 0.8]],
            "n": [[40, 50], [3, 60], [70, 80]],
        }
    }
)


@pytest.mark.parametrize(
    ("user", "movie", "error"),
    [
        (1, 1, 1.2),
        (19, 10, 1.1),
        (20, 9, None),
        (99, 10_000, 0.9),
        (100, 1, 0.85),
        (10**6, 10**6, 0.8),
        (0, 5, None),
        (5, 0, None),
    ],
)
def test_typical_when_asked_then_the_cell_of_both_supports(user, movie, error):
    assert TABLE.typical(user, movie) == error


@pytest.mark.parametrize("report", [{}, {"error_table": None}])
def test_table_when_the_report_has_none_then_none(report):
    assert ErrorTable.of(report) is None


def test_user_page_when_the_report_has_the_table_then_each_pick_says_its_error(client, app):
    errors = app.extensions["current"].opened().evaluation.errors
    page = client.get("/users/7.json").json
    assert errors is not None
    for pick in page["recommendations"]:
        assert pick["error"] == errors.typical(page["n_ratings"], pick["movie"]["votes"])
