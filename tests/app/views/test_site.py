"""Addresses that lead nowhere say why."""

import pytest

from tests.app.html import text


@pytest.mark.parametrize("address", ["/users/abc", "/users/1.5", "/movies/alien", "/movies/1e3"])
def test_page_when_id_is_no_number_then_404_says_what_ids_are(show, address):
    assert "is not a whole number, as ids are here" in text(show(address, 404).select_one(".what"))
