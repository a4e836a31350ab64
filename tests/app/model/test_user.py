"""Pages of a user: the list, and everything rated."""

import pytest

from app.model import user as users
from tests.app.html import text, texts
from tests.app.sample import FEW_ID


def test_ratings_page_when_all_fit_then_no_paging(show):
    page = show(f"/users/{FEW_ID}/ratings")
    assert len(page.select("ul.own > li")) == 28
    assert page.select_one("nav.pages") is None
    assert page.select_one(".eyebrow a")["href"] == f"/users/{FEW_ID}"


def test_ratings_page_when_there_are_many_then_paged_without_gap_or_overlap(show, monkeypatch):
    monkeypatch.setattr(users, "RATINGS_PER_PAGE", 10)
    path, titles, counts = f"/users/{FEW_ID}/ratings", [], []
    while path:
        page = show(path)
        rows = texts(page.select("ul.own > li a"))
        counts.append(len(rows))
        titles += rows
        link = page.select_one("nav.pages a[rel=next]")
        path = link and link["href"]
    assert counts == [10, 10, 8]
    assert len(set(titles)) == 28
    assert "21 to 28 of 28." in text(page.select_one(".lead"))
    assert text(page.select_one("nav.pages span")) == "Page 3 of 3"
    assert page.select_one("nav.pages a[rel=prev]")["href"].endswith("?page=2")


def test_ratings_page_when_first_of_many_then_no_previous_one(show, monkeypatch):
    monkeypatch.setattr(users, "RATINGS_PER_PAGE", 10)
    page = show(f"/users/{FEW_ID}/ratings")
    assert page.select_one("nav.pages a[rel=prev]") is None


@pytest.mark.parametrize("number", ["2", "1000"])
def test_ratings_page_when_there_is_no_such_page_then_404(show, number):
    page = show(f"/users/{FEW_ID}/ratings?page={number}", 404)
    assert f"There is no page {number} of" in text(page.select_one(".what"))


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_ratings_page_when_number_is_no_page_then_400_says_what_was_expected(show, number):
    page = show(f"/users/{FEW_ID}/ratings?page={number}", 400)
    assert "Expected a whole number from 1" in text(page.select_one(".what"))
